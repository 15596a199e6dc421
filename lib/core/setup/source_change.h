/* Makes and changes the sources of webhooks. */
#ifndef BATON_CORE_SOURCE_CHANGE_H
#define BATON_CORE_SOURCE_CHANGE_H

#include "core/setup/source_auth.h"
#include "core/setup_change.h"

struct source_create_input {
    const char *name;
    const char *team;         /* name */
    struct source_auth auth;  /* for HMAC, NULL: Baton makes the secret */
    const char *mapping;      /* JSON text, compact; already checked */
    const char *const *steps; /* what to do at the sender, of a preset; see source_step() */
    size_t step_count;
    const char *fetch_secret; /* shown when something is fetched for it; NULL: none */
    bool erases;              /* deletions that its sender reports erase people */
    const char *secret;       /* the sender's own, with a preset; NULL: as auth says */
    const char *base;         /* of addresses: "https://baton.example"; NULL: none is known */
    /** As in key_create_input: a repeat that brings it gets the same secret. */
    const char *idempotency_key;
};

struct source_words {
    struct uuid workspace;
    const struct source *source;
    const char *base;   /* of the address, such as https://baton.example; NULL: not known */
    const char *secret; /* NULL: not known any more */
};

/**
 * A step of a preset in words: {address}, {path}, {host} and {verify_token} become the source's,
 * and where they are known {secret} and {write_key}, which is the source's id, "_" and the secret.
 */
const char *source_step(const char *step, const struct source_words *words, struct arena *arena);

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
    const bool *erases;
    const char *fetch_secret;
};

enum decision source_update(struct work *work, const struct command *command,
                            struct outcome *outcome);

#endif
