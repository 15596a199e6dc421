/*
 * Gives a source whose deliveries are signed another secret. The previous one is accepted for a
 * while, so that the sender can change over without losing a delivery; there are never more than
 * two.
 */
#ifndef BATON_CORE_SOURCE_ROTATE_H
#define BATON_CORE_SOURCE_ROTATE_H

#include "core/setup_change.h"

#define OVERLAP_SECONDS_DEFAULT 86400
#define OVERLAP_SECONDS_MAX     (30 * 86400)

struct source_rotate_input {
    struct uuid source;
    const char *secret;      /* the sender's; NULL: Baton makes one */
    int64_t overlap_seconds; /* 0: the previous one is no longer accepted */
    /** As in source_create_input: a repeat that brings it gets the same secret. */
    const char *idempotency_key;
};

/** Refused while two secrets are accepted, unless both are to end: otherwise one would end without
 *  anybody noticing. */
enum decision source_rotate(struct work *work, const struct command *command,
                            struct outcome *outcome);

/** Puts the secret back into a stored answer of source_rotate, which is kept without it. */
void source_rotate_reveal(struct work *work, const struct command *command,
                          struct outcome *outcome);

struct source_retire_input {
    struct uuid source;
};

/** Ends the old secret at once. */
enum decision source_retire(struct work *work, const struct command *command,
                            struct outcome *outcome);

/** Removes old secrets that are no longer accepted from the configuration; for retention. */
void source_drop_old_secrets(struct work *work);

#endif
