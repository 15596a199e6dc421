/* Makes and revokes keys. */
#ifndef BATON_CORE_KEY_CHANGE_H
#define BATON_CORE_KEY_CHANGE_H

#include "core/setup/api_key.h"
#include "core/setup_change.h"

struct key_create_input {
    const char *title;
    const char *team;   /* name; NULL: for a member */
    const char *member; /* id or normalised email; NULL: a key of the team itself */
    unsigned roles;
    int64_t rate_limit; /* units a minute of each server; 0: the server's default */
    /** As the client sent it, or as the server made it: a repeat that brings it gets the same
     *  token, which is not stored. NULL: the token is random, and never shown again. */
    const char *idempotency_key;
};

enum decision key_create(struct work *work, const struct command *command, struct outcome *outcome);

/** Puts the token back into a stored answer of key_create, which is kept without it. */
void key_create_reveal(struct work *work, const struct command *command, struct outcome *outcome);

struct key_revoke_input {
    struct uuid key;
};

enum decision key_revoke(struct work *work, const struct command *command, struct outcome *outcome);

struct made_key {
    const struct api_key *key;
    const char *token;
};

/** Makes a key of a team or of its member (NULL: of the team itself), its row and its entry in the
 *  team's chain; checks nothing. token is NULL when memory is short. */
struct made_key key_make(struct work *work, const struct caller *caller, const struct team *team,
                         struct chain_row *chain, const struct member *member,
                         const struct key_create_input *input);

#endif
