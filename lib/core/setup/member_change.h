/* Makes and changes members. */
#ifndef BATON_CORE_MEMBER_CHANGE_H
#define BATON_CORE_MEMBER_CHANGE_H

#include "core/setup_change.h"

struct member_create_input {
    const char *team; /* name */
    const char *name;
    const char *email;           /* normalised; NULL: none */
    const char *external_source; /* NULL, with external_id: none */
    const char *external_id;
};

enum decision member_create(struct work *work, const struct command *command,
                            struct outcome *outcome);

struct member_update_input {
    struct uuid member;
    bool self;            /* whoever asks, in place of member */
    const char *if_match; /* NULL: none */
    const char *name;     /* NULL: unchanged */
    const char *email;    /* normalised; NULL: unchanged */
    const bool *active;
    const char *hours;  /* JSON that compiles as a calendar, or "null"; NULL: unchanged */
    const char *absent; /* JSON that compiles as absences; NULL: unchanged */
    const struct capacity *capacity;
    const int *notify; /* as member.notify; NULL: unchanged */
};

/* Few enough that a page of members stays small. */
#define HOURS_MAX_BYTES  4096
#define ABSENT_MAX_BYTES 8192
#define CAPACITY_MAX     100000

enum decision member_update(struct work *work, const struct command *command,
                            struct outcome *outcome);

/** Makes a member of a team, its row and its entry in the team's chain; checks nothing. */
const struct member *member_make(struct work *work, const struct caller *caller,
                                 const struct team *team, struct chain_row *chain,
                                 const struct member_create_input *input);

#endif
