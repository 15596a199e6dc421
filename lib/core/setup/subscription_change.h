/* Makes, changes, pauses and ends subscriptions, and asks for deliveries to be made again. */
#ifndef BATON_CORE_SUBSCRIPTION_CHANGE_H
#define BATON_CORE_SUBSCRIPTION_CHANGE_H

#include "core/setup/subscription.h"
#include "core/setup/subscription_where.h"
#include "core/setup/target.h"
#include "core/setup_change.h"

struct subscription_create_input {
    const char *name;
    const char *team;   /* name; NULL: the caller's own */
    const char *events; /* JSON array of patterns, checked */
    const char *where;  /* JSON that compiles; NULL: none */
    unsigned include;
    struct subscription_target target;
    const struct known_names *known; /* NULL: nobody has looked; nothing is warned of */
    const char *idempotency_key;
};

enum decision subscription_create(struct work *work, const struct command *command,
                                  struct outcome *outcome);
/** Puts the secret back into a stored answer of subscription_create or subscription_rotate. */
void subscription_reveal(struct work *work, const struct command *command, struct outcome *outcome);

struct subscription_update_input {
    struct uuid subscription;
    const char *if_match; /* NULL: none */
    const char *events;   /* NULL: unchanged; so for all of these */
    const char *where;    /* "null": none any more */
    const unsigned *include;
    const struct known_names *known;
    const struct subscription_target *target;
    const int *state;
};

enum decision subscription_update(struct work *work, const struct command *command,
                                  struct outcome *outcome);

struct subscription_named {
    struct uuid subscription;
};

enum decision subscription_delete(struct work *work, const struct command *command,
                                  struct outcome *outcome);
/** A new secret; the one before signs as well for SUBSCRIPTION_OVERLAP_SECONDS. */
enum decision subscription_rotate(struct work *work, const struct command *command,
                                  struct outcome *outcome);
/** The entry that it writes is sent to it, whatever its events are. */
enum decision subscription_test(struct work *work, const struct command *command,
                                struct outcome *outcome);

struct subscription_replay_input {
    struct uuid subscription;
    struct uuid delivery; /* one; or */
    const instant *from;  /* all that happened from then */
    const instant *to;    /* up to then; NULL: now */
    bool failed;          /* all that were given up */
};

/** What was sent, or given up, is sent again. */
enum decision subscription_replay(struct work *work, const struct command *command,
                                  struct outcome *outcome);

struct subscription_off_input {
    struct uuid subscription;
    int revision; /* that was seen: a changed one stays as it is */
    const char *cause;
};

/** By Baton itself. */
enum decision subscription_off(struct work *work, const struct command *command,
                               struct outcome *outcome);

#endif
