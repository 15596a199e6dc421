/* What its owner says of a lead that is to be reviewed. */
#ifndef BATON_CORE_LEAD_REVIEW_H
#define BATON_CORE_LEAD_REVIEW_H

#include "core/command.h"

#define REVIEW_DECISION_TABLE(X)                                                                   \
    X(NURTURE, "nurture")       /* it waits, until a date */                                       \
    X(OFFER, "offer")           /* along a route whose gate it meets, automatic or not */          \
    X(DISQUALIFY, "disqualify") /* for a reason */                                                 \
    X(CUSTOMER, "customer")     /* it is one already */

enum review_decision {
#define X(name, text) REVIEW_##name,
    REVIEW_DECISION_TABLE(X)
#undef X
        REVIEW_DECISION_COUNT
};

const char *review_decision_name(enum review_decision decision);
extern const struct input_type review_decision_type;

struct review_input {
    struct uuid lead;
    enum review_decision decision;
    instant until;       /* nurture; INSTANT_NONE: for nurture_days */
    const char *to_team; /* offer; NULL: along the first route that is open to it */
    const char *note;    /* offer; or NULL */
    const char *reason;  /* disqualify: a code of the mql definition in force, if one is */
    instant occurred_at; /* customer: since when; INSTANT_NONE: now */
};

/**
 * Whatever waits for its owner can be decided early, and a disqualified lead be taken back; with a
 * handoff open the receiving team has the word (state_conflict). An opportunity becomes a customer
 * or is lost by the outcome of its handoff.
 */
enum decision lead_review(struct work *work, const struct command *command,
                          struct outcome *outcome);

#endif
