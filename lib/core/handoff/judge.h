/*
 * Judging a lead: the definitions in force applied to what is known, the verdict recorded, the
 * stage moved accordingly, and the lead offered by route when it meets the gate.
 */
#ifndef BATON_CORE_JUDGE_H
#define BATON_CORE_JUDGE_H

#include "core/command.h"
#include "core/handoff/judgement.h"
#include "core/handoff/offer.h"
#include "core/lead/lead_hold.h"

/** Applies the definition in force of one term and records the verdict (ledger entry and row) as of
 *  the caller. Does not touch the stage. NULL when none is in force, or memory is short. */
const struct term_judgement *judge_term(struct work *work, struct lead *lead,
                                        const struct caller *caller, enum term term);

/**
 * Judges by mql and srl, moves the stage between prospect, inquiry, nurture, mql and srl, and
 * offers the lead by itself when a route is open; when not, its next step is to be offered or to be
 * nurtured, unless it waits. The lead must be open for change. A stage that
 * moved stands in the ledger entry of the first verdict. NULL when memory is short.
 */
struct judgement *judge_lead(struct work *work, struct lead *lead, const struct caller *caller);

/** The same, when Baton comes back to a lead that was offered before. */
struct judgement *judge_once_more(struct work *work, struct lead *lead, const struct caller *caller,
                                  const struct offer_again *again);

#endif
