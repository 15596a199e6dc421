/* Makes and changes the sources of webhooks. */
#ifndef BATON_CORE_SOURCE_CHANGE_H
#define BATON_CORE_SOURCE_CHANGE_H

#include "core/setup/source_auth.h"
#include "core/setup_change.h"

struct source_create_input {
    const char *name;
    const char *team;        /* name */
    struct source_auth auth; /* for HMAC, NULL: Baton makes the secret */
    const char *mapping;     /* JSON text, compact; already checked */
    /** As in key_create_input: a repeat that brings it gets the same secret. */
    const char *idempotency_key;
};

enum decision source_create(struct work *work, const struct command *command,
                            struct outcome *outcome);

/** Puts the secret back into a stored answer of source_create, which is kept without it. */
void source_create_reveal(struct work *work, const struct command *command,
                          struct outcome *outcome);

struct source_update_input {
    struct uuid source;
    const char *if_match;           /* NULL: none */
    const char *team;               /* NULL: unchanged; so for all of these */
    const struct source_auth *auth; /* for HMAC, a NULL secret: unchanged */
    const char *mapping;
    const bool *active;
};

enum decision source_update(struct work *work, const struct command *command,
                            struct outcome *outcome);

#endif
