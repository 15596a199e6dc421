/*
 * One step of a handoff's life, while a command decides it. A command names what it has from its
 * caller, begins the step, fills in what the rule asks for, walks (handoff_walk.h) and answers:
 *
 *     struct handoff_step step = handoff_step_of(work, command, outcome);
 *
 *     if (!handoff_step_begin(&step, input->handoff, ACTION_WITHDRAW))
 *         return step.decision;
 *     handoff_walk(&step);
 *     return handoff_step_answer(&step);
 */
#ifndef BATON_CORE_HANDOFF_STEP_H
#define BATON_CORE_HANDOFF_STEP_H

#include "core/command.h"
#include "core/handoff/life.h"
#include "core/lead/lead_hold.h"
#include "core/lead/lead_input.h"

struct handoff_step {
    struct work *work;
    const struct caller *caller; /* NULL: Baton itself */
    struct outcome *outcome;
    struct handoff *handoff;
    struct lead *lead;
    const struct life_rule *rule;
    enum decision decision; /* what decide is to answer when the step is not begun */

    /* what the command knows, where the rule asks for it */
    enum outcome_kind became; /* of the lead; set before the step begins */
    instant until;            /* of the lead's wait, or INSTANT_NONE; set before the step begins */
    bool by_source;           /* the caller is a source of its team; set before the step begins */
    enum reason_then then;    /* MOVE_BY_REASON, NEXT_BY_REASON */
    struct lead_hold hold;    /* HOLD_BEGINS */

    /* what the entry says, where the rule lets it; NULL, nil or 0: it says nothing of it */
    const char *cause; /* a code: why Baton did it */
    const char *reason;
    const char *criterion;
    const struct amount *amount;
    struct uuid feedback;
    int rating;
    int percent; /* of the time to answer that has passed */
    const struct attribute_changes *attributes;
};

/** A step by the caller of this command. */
struct handoff_step handoff_step_of(struct work *work, const struct command *command,
                                    struct outcome *outcome);

/**
 * Finds the handoff, its lead and the rule, and opens both for change. False: step->decision is
 * what decide is to answer (load again; 404, 410, actor_required, wrong_team, claimed_by_other,
 * state_conflict).
 */
bool handoff_step_begin(struct handoff_step *step, struct uuid handoff, enum handoff_action action);

/** Refuses with state_conflict, the handoff's state and what the caller may do instead. */
enum decision handoff_step_conflict(struct handoff_step *step, const char *detail);

/** How things stand for a caller of this step. */
struct life_situation handoff_step_situation(const struct handoff_step *step);

/** The step's handoff as the caller sees it. */
void handoff_step_write(const struct handoff_step *step, struct json_out *out);

/** The whole answer {"handoff": …, "lead": …}, 200. */
enum decision handoff_step_answer(struct handoff_step *step);

#endif
