/* Whether a lead waits: its hold after a rejection, what lifts it, and its next date. */
#ifndef BATON_CORE_LEAD_HOLD_H
#define BATON_CORE_LEAD_HOLD_H

#include "core/work.h"

/** Whether the lead waits after a rejection, a return or a loss: nothing is offered by itself. */
bool lead_is_held(const struct lead *lead, instant now);

/** What stands among a lead's hold_inputs when it met srl already as it was held. */
#define HELD_AS_SRL "term:srl"

/** Among them when the disputed criterion counts touches of any kind. */
#define HELD_FOR_TOUCH "touch:*"

/** How a lead is to be held. */
struct lead_hold {
    const struct definition *definition; /* whose nurture_days count; NULL: the default */
    int criterion; /* of the definition: a change in one of its inputs lifts the hold; -1: none */
    bool met_srl;  /* lead_meets_srl() before whatever led to the hold: then a srl lifts nothing */
};

/** Holds a lead that is open for change. */
void lead_hold(struct work *work, struct lead *lead, const struct lead_hold *hold);

/** Whether the lead meets the srl definition in force as it stands. */
bool lead_meets_srl(struct work *work, const struct lead *lead);

/** Whether the hold waits for a change in this input. */
bool lead_is_held_for(const struct lead *lead, const char *input);

/** Notes a change in an input ("attribute:<name>", "fact:<name>", "touch:<kind>"): lifts a hold
 *  that waits for it. */
void lead_input_changed(struct lead *lead, const char *input);

/** Ends the hold: whoever accepted or conceded the lead need not wait. */
void lead_lift_hold(struct lead *lead);

/** The next date when nothing says otherwise. */
instant lead_next_date(const struct work *work);

#endif
