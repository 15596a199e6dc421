/*
 * Another secret for a source whose deliveries are signed. The one before counts as well for a
 * while, so that the sender can change over without a delivery that is lost; there are never more
 * than two.
 */
#ifndef BATON_CORE_SOURCE_ROTATE_H
#define BATON_CORE_SOURCE_ROTATE_H

#include "core/setup_change.h"

#define OVERLAP_SECONDS_DEFAULT 86400
#define OVERLAP_SECONDS_MAX     (30 * 86400)

struct source_rotate_input {
    struct uuid source;
    const char *secret;      /* the sender's; NULL: one is made */
    int64_t overlap_seconds; /* 0: the one before counts no more */
    /** As with source_create_input: a repeat that brings it gets the same made secret. */
    const char *idempotency_key;
};

/** Refused while two count already, unless both are to end: one would else end unseen. */
enum decision source_rotate(struct work *work, const struct command *command,
                            struct outcome *outcome);

/** Puts the secret into a stored answer of source_rotate, which is kept without it. */
void source_rotate_reveal(struct work *work, const struct command *command,
                          struct outcome *outcome);

struct source_retire_input {
    struct uuid source;
};

/** Ends the one before at once. */
enum decision source_retire(struct work *work, const struct command *command,
                            struct outcome *outcome);

/** Takes old secrets that count no more out of the configuration; for retention. */
void source_drop_old_secrets(struct work *work);

#endif
