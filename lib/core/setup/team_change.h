/* Makes and changes teams. */
#ifndef BATON_CORE_TEAM_CHANGE_H
#define BATON_CORE_TEAM_CHANGE_H

#include "core/setup_change.h"

struct team_create_input {
    const char *name;
    const char *title; /* NULL: the name */
    enum team_function function;
};

enum decision team_create(struct work *work, const struct command *command,
                          struct outcome *outcome);

struct team_update_input {
    const char *name;
    const char *if_match; /* NULL: none */
    const char *title;    /* NULL: unchanged */
    const enum team_function *function;
    const bool *active;
    bool handed_off; /* it has been part of a handoff, as read beforehand */
};

enum decision team_update(struct work *work, const struct command *command,
                          struct outcome *outcome);

struct team_calendar_input {
    const char *name;
    const char *if_match; /* NULL: none */
    const char *calendar; /* JSON that compiles (core/calendar/calendar.h); NULL: none any more */
};

#define CALENDAR_MAX_BYTES (32u << 10)

/** Replaces a team's calendar, which is the answer, or removes it, and the answer is the team. What
 *  is offered to it from then on is due by the new one. */
enum decision team_calendar(struct work *work, const struct command *command,
                            struct outcome *outcome);

struct team_distribution_input {
    const char *name;
    const char *if_match;     /* NULL: none */
    const char *distribution; /* JSON (core/distribution/distribution.h); NULL: none any more */
};

/** Replaces how a team's offers are dealt, which is the answer with its warnings, or removes it,
 * and the answer is the team. What was offered before stays with whom it is. */
enum decision team_distribution(struct work *work, const struct command *command,
                                struct outcome *outcome);

/** Makes a team, its row and its ledger entry; checks nothing. NULL: memory is short. */
const struct team *team_make(struct work *work, const struct caller *caller,
                             const struct team_create_input *input);

#endif
