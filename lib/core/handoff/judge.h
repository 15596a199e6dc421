/*
 * Judging a lead: the definitions in force applied to what is known, the verdict recorded, the
 * stage moved accordingly, and the lead offered by route when it meets the gate.
 */
#ifndef BATON_CORE_JUDGE_H
#define BATON_CORE_JUDGE_H

#include "core/command.h"

struct term_judgement {
    bool judged; /* a definition was in force */
    const struct definition_version *version;
    struct verdict verdict;
    enum verdict_result result; /* the verdict's, or what a human's override says */
    bool overridden;
    int64_t seq; /* of the verdict's ledger entry in the lead's chain */
};

struct judgement {
    struct term_judgement terms[TERM_COUNT];
    struct handoff *offered; /* that came of it, or NULL */
};

/** The lead's subject for verdict_evaluate(), as of now. */
struct verdict_subject judge_subject(const struct work *work, const struct lead *lead);

/** Applies the definition in force of one term, records the verdict (ledger entry and row).
 *  Does not touch the stage. */
void judge_term(struct work *work, struct lead *lead, enum term term, struct actor actor,
                struct uuid team, struct term_judgement *out);

/**
 * Judges by mql and srl, moves the stage between prospect, inquiry, nurture, mql and srl, and
 * offers the lead by itself when a route is open. The lead must be open for change. A stage that
 * moved stands in the ledger entry of the first verdict. NULL when memory is short.
 */
struct judgement *judge_lead(struct work *work, struct lead *lead, struct actor actor,
                             struct uuid team);

/** The verdict an answer shows: mql, else srl, else none (NULL). */
const struct term_judgement *judgement_shown(const struct judgement *judgement);

/** A milestone is reached once, when it is first reached. */
void lead_reach(struct lead *lead, enum milestone milestone, instant at);

/** Whether the lead waits after a rejection or return: nothing is offered by itself. */
bool lead_is_held(const struct lead *lead, instant now);

/** What stands among a lead's hold_inputs when it met srl already as it was held. */
#define HELD_AS_SRL "term:srl"

/** Among them when the disputed criterion counts touches of any kind. */
#define HELD_FOR_TOUCH "touch:*"

/** Notes a change in an input ("attribute:<name>", "fact:<name>", "touch:<kind>"): lifts a hold
 *  that waits for it. */
void lead_input_changed(struct lead *lead, const char *input);

/** Ends the hold: whoever accepted or conceded the lead need not wait. */
void lead_lift_hold(struct lead *lead);

/** The next date when nothing says otherwise. */
instant lead_next_date(const struct work *work);

#endif
