/*
 * Deliveries: what a source's sender posts. The raw body is stored and mapped in one transaction; a
 * mapping that does not fit is an answer, not a refusal, and the body can be mapped again later. A
 * delivery is applied whole or not at all.
 */
#ifndef BATON_CORE_INBOUND_H
#define BATON_CORE_INBOUND_H

#include "core/command.h"

#include <jansson.h>

#define DELIVERY_ERROR_MAX_BYTES        1000
#define DELIVERY_CONTENT_TYPE_MAX_BYTES 200

struct inbound_input {
    struct uuid source;
    const char *content_type; /* "" when none was given */
    const char *body;
    size_t body_len;
    const json_t *document; /* what the body says */
    bool form;
    const char *signature; /* as sent, of callers that are known by it alone; else NULL */
};

bool inbound_receive_keys(const struct command *command, struct work *work, struct work_keys *keys);
enum decision inbound_receive(struct work *work, const struct command *command,
                              struct outcome *outcome);

struct delivery_replay_input {
    struct uuid delivery;
};

/** With the mapping as it is now. What was applied before adds no touch. */
enum decision delivery_replay(struct work *work, const struct command *command,
                              struct outcome *outcome);

#endif
