/*
 * Judging a lead: the definitions in force applied to what is known, the verdict recorded, the
 * stage moved accordingly, and the lead offered by route when it meets the gate.
 */
#ifndef BATON_CORE_JUDGE_H
#define BATON_CORE_JUDGE_H

#include "core/command.h"
#include "core/handoff/judgement.h"
#include "core/lead/lead_hold.h"

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

#endif
