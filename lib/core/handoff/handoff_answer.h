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

/* ---- for the other answers ---- */

/** Moves the lead to the accepting team: the handoff's state, accepted_*, decide_by and assignee,
 *  and the lead's owner, stage, milestone and due date. Both must be open for change. Answers the
 *  stage before. */
enum stage handoff_take(struct work *work, struct lead *lead, struct handoff *handoff,
                        struct uuid member);
void handoff_append_accepted(struct work *work, struct lead *lead, const struct handoff *handoff,
                             const struct caller *caller, enum stage before);

/** Forgets a claim that has lapsed: nobody was at it when the handoff was closed. */
void handoff_drop_lapsed(struct handoff *handoff, instant now);

/** Closes a handoff that is open for change, by this member. */
void handoff_close(struct work *work, struct lead *lead, struct handoff *handoff,
                   enum handoff_state state, struct uuid member);

/** The last members of a ledger body: stage_from and stage_to when the stage moved, term and
 *  version of the gate. */
void handoff_write_tail(struct json_out *body, const struct handoff *handoff, enum stage before,
                        enum stage after);

#endif
