/* Answers to an offer that need no reason: accept, by the receiving team; withdraw, by the
 * offering one. */
#ifndef BATON_CORE_HANDOFF_ANSWER_H
#define BATON_CORE_HANDOFF_ANSWER_H

#include "core/command.h"

struct handoff_note_input {
    struct uuid handoff;
    const char *note; /* NULL: none */
};

struct handoff_withdraw_input {
    struct uuid handoff;
    const char *note; /* NULL: none */
    instant until;    /* to come; INSTANT_NONE: the lead is to be reviewed */
};

/** The receiving team owns the lead from now on and is to decide by decide_by; a sales team makes
 *  it sal. */
enum decision handoff_accept(struct work *work, const struct command *command,
                             struct outcome *outcome);

/** The lead stays with its owner: in nurture until the date that is given, else to be reviewed;
 * nothing is offered by itself before. */
enum decision handoff_withdraw(struct work *work, const struct command *command,
                               struct outcome *outcome);

#endif
