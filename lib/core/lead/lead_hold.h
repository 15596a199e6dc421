/* Whether a lead waits: its hold after a rejection, what lifts it, and its next date. */
#ifndef BATON_CORE_LEAD_HOLD_H
#define BATON_CORE_LEAD_HOLD_H

#include "core/work.h"

/** Whether the lead waits after a rejection, a return or a loss, and nothing is offered by itself:
 *  in nurture until its date, in review until its owner has spoken. */
bool lead_is_held(const struct lead *lead, instant now);

/* What a hold waits for stands in hold_inputs as "kind:name". */
#define INPUT_ATTRIBUTE "attribute"
#define INPUT_FACT      "fact"
#define INPUT_TOUCH     "touch" /* the name is the touch's kind, */
#define INPUT_TOUCH_ANY "*"     /* or this: touches of any kind */
#define INPUT_TERM      "term"  /* the name is "srl": the lead met srl already as it was held */

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

/** Whether this stands among the hold's inputs. */
bool lead_is_held_for(const struct lead *lead, const char *kind, const char *name);

/** Notes that an input changed: lifts a hold that waits for it. */
void lead_input_changed(struct lead *lead, const char *kind, const char *name);

/** Ends the hold: whoever accepted or conceded the lead need not wait. */
void lead_lift_hold(struct lead *lead);

/** When a lead in nurture is judged again by this definition; NULL: by the default. */
instant lead_nurture_date(const struct work *work, const struct definition *definition);
/** The next date when nothing says otherwise. */
instant lead_next_date(const struct work *work);

#endif
