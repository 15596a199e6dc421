/*
 * Deliveries: what a source's sender posts. The raw body is stored and mapped in one transaction,
 * item by item: one that does not fit fails alone, a value that does not fit is left out, and a
 * body that cannot be read is a delivery all the same. It can be mapped again later.
 */
#ifndef BATON_CORE_INBOUND_H
#define BATON_CORE_INBOUND_H

#include "core/command.h"
#include "core/intake/delivered.h"
#include "core/setup/source_auth.h"

#define DELIVERY_ERROR_MAX_BYTES        1000
#define DELIVERY_CONTENT_TYPE_MAX_BYTES 200

struct inbound_input {
    struct uuid source;
    const char *content_type; /* "" when none was given */
    const char *body;
    size_t body_len;
    const struct delivered *delivered; /* what the body says */
    const char *headers;               /* JSON, without secrets */
    struct uuid completes;             /* what Baton has fetched; nil: a sender posts it */
    struct source_proof proof;         /* of callers that are known by it alone */
};

bool inbound_receive_keys(const struct command *command, struct work *work, struct work_keys *keys);
enum decision inbound_receive(struct work *work, const struct command *command,
                              struct outcome *outcome);

struct delivery_replay_input {
    struct uuid delivery;
    const int32_t *items; /* only these, from 0; NULL: all */
    size_t item_count;
};

/** With the mapping as it is now. An item that was applied before adds no touch. */
enum decision delivery_replay(struct work *work, const struct command *command,
                              struct outcome *outcome);

struct source_try_input {
    struct uuid source;
    struct uuid delivery; /* nil: the body instead */
    const char *body;
    const char *content_type;      /* "" when none is given */
    const struct mapping *mapping; /* instead of the source's; NULL: that */
};

/** What would come of a delivery, with the leads as they are: decided, shown and undone. */
enum decision source_try(struct work *work, const struct command *command, struct outcome *outcome);

#endif
