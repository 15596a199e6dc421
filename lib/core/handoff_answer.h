/* Answers to an offer that need no reason: accept, by the receiving team; withdraw, by the
 * offering one. */
#ifndef BATON_CORE_HANDOFF_ANSWER_H
#define BATON_CORE_HANDOFF_ANSWER_H

#include "core/command.h"

struct handoff_note_input {
    struct uuid handoff;
    const char *note; /* NULL: none */
};

/** The receiving team owns the lead from now on and is to decide by decide_by; a sales team makes
 *  it sal. */
bool handoff_accept_keys(const struct command *command, struct work *work, struct work_keys *keys);
enum decision handoff_accept(struct work *work, const struct command *command,
                             struct outcome *outcome);

/** The lead stays where it is and is due at once. */
bool handoff_withdraw_keys(const struct command *command, struct work *work,
                           struct work_keys *keys);
enum decision handoff_withdraw(struct work *work, const struct command *command,
                               struct outcome *outcome);

/** Moves the lead to the accepting team: the handoff's accepted_* and decide_by, assignee, and the
 *  lead's owner, stage, milestone and due date. Both must be open for change. Answers the stage
 *  before. */
enum stage handoff_take(struct work *work, struct lead *lead, struct handoff *handoff,
                        struct uuid member);

/** Never lowers: a stage from sal up to customer stays; what waits or is disqualified rises. */
void lead_raise(struct lead *lead, enum stage stage);

/** Writes stage_from and stage_to into an open ledger body when the stage moved. */
void handoff_write_stages(struct json_out *body, enum stage before, enum stage after);

#endif
