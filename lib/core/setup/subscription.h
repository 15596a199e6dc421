/*
 * A subscription: which events a team wants to be sent, and where to. What is sent, and when, is
 * server/delivery's; here is what it is and how it changes.
 *
 * Its secret signs what is sent. It is not stored: it is made from the workspace's secret, the
 * subscription and the moment since when it counts, so it is sealed as that one is, and whoever
 * repeats a request is shown the same.
 */
#ifndef BATON_CORE_SUBSCRIPTION_H
#define BATON_CORE_SUBSCRIPTION_H

#include "base/json_out.h"
#include "core/config.h"
#include "core/ledger/kind_set.h"
#include "core/setup/subscription_include.h"

#define SUBSCRIPTION_URL_MAX_CHARS    2000
#define SUBSCRIPTION_EVENTS_MAX       50 /* patterns */
#define SUBSCRIPTION_EVENT_MAX_CHARS  64
#define SUBSCRIPTION_OVERLAP_SECONDS  86400 /* in which the secret before signs too */
#define SUBSCRIPTION_SECRET_KEY_BYTES 32
/** "whsec_" and base64; without the NUL. */
#define SUBSCRIPTION_SECRET_LEN (6 + 44)

#define SUBSCRIPTION_STATE_TABLE(X)                                                                \
    X(ACTIVE, "active")                                                                            \
    X(PAUSED, "paused") /* what happens is kept, and sent when it goes on */                       \
    X(OFF, "off")       /* by Baton, for a cause; what happens then is not sent */

enum subscription_state {
#define X(name, text) SUBSCRIPTION_##name,
    SUBSCRIPTION_STATE_TABLE(X)
#undef X
        SUBSCRIPTION_STATE_COUNT
};

const char *subscription_state_name(enum subscription_state state);

/** Words of enum subscription_include, as the number of the bit. */
extern const struct input_type subscription_include_type;
extern const struct input_type subscription_state_type;

/** The key of the HMAC: what the secret's base64 stands for. */
void subscription_secret_key(const struct config *config, struct uuid subscription, instant since,
                             uint8_t out[SUBSCRIPTION_SECRET_KEY_BYTES]);

/** As its owner is shown it, once. */
void subscription_secret(const struct config *config, struct uuid subscription, instant since,
                         char out[SUBSCRIPTION_SECRET_LEN + 1]);

/** The types of its events. */
struct kind_set subscription_kinds(const struct subscription *subscription, struct arena *arena);

/** Subscription of openapi.yaml, without its secret. */
void shape_subscription(const struct config *config, const struct subscription *subscription,
                        struct json_out *out);

#endif
