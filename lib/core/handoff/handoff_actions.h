/*
 * What may be done with a handoff, by whom, in which state: one table that both answers
 * `allowed_actions` and refuses what is not allowed, so that the two agree.
 */
#ifndef BATON_CORE_HANDOFF_ACTIONS_H
#define BATON_CORE_HANDOFF_ACTIONS_H

#include "core/command.h"

#define HANDOFF_ACTION_TABLE(X)                                                                    \
    X(CLAIM, "claim")                                                                              \
    X(ACCEPT, "accept")                                                                            \
    X(REJECT, "reject")                                                                            \
    X(RETURN, "return")                                                                            \
    X(QUALIFY, "qualify")                                                                          \
    X(WITHDRAW, "withdraw")                                                                        \
    X(RELEASE, "release")                                                                          \
    X(ASSIGN, "assign")                                                                            \
    X(FEEDBACK, "feedback")                                                                        \
    X(DISPUTE, "dispute")                                                                          \
    X(UPHOLD, "uphold")                                                                            \
    X(CONCEDE, "concede")                                                                          \
    X(OUTCOME, "outcome")

enum handoff_action {
#define X(name, text) ACTION_##name,
    HANDOFF_ACTION_TABLE(X)
#undef X
        ACTION_COUNT
};

const char *handoff_action_name(enum handoff_action action);

/** Whether a lease runs that is not this member's. */
bool handoff_claimed_by_other(const struct handoff *handoff, struct uuid member, instant now);

/** Names of what the caller's side may do now, in the table's order; how many. lead_with as
 *  handoff_lead_with() of its lead: an outcome or a concession asks where the lead is. */
size_t handoff_allowed_actions(const struct handoff *handoff, struct uuid lead_with,
                               const struct caller *caller, instant now,
                               const char *out[ACTION_COUNT]);

/**
 * Finds a handoff and its lead for an action of the caller. False: *decision is what decide is to
 * answer (load again; 404, actor_required, wrong_team, state_conflict, claimed_by_other, 410).
 */
bool handoff_for_action(struct work *work, const struct caller *caller, struct uuid id,
                        enum handoff_action action, struct handoff **handoff, struct lead **lead,
                        struct outcome *outcome, enum decision *decision);

/** Refuses with state_conflict, the state and what is allowed instead. */
enum decision handoff_refuse_state(struct work *work, const struct caller *caller,
                                   const struct handoff *handoff, const struct lead *lead,
                                   struct outcome *outcome, const char *detail);

/** The handoff as the caller sees it. */
void handoff_write(const struct work *work, const struct caller *caller,
                   const struct handoff *handoff, const struct lead *lead, struct json_out *out);

/** The whole answer {"handoff": …, "lead": …}, 200. */
enum decision handoff_answer(struct work *work, const struct caller *caller,
                             const struct handoff *handoff, const struct lead *lead,
                             struct outcome *outcome);

#endif
