/*
 * Rejecting an offer and returning an accepted lead, with a reason. The reason is classed against
 * the verdict that let the lead through; what follows (nurture, disqualify, reroute, merge) is
 * the reason's.
 */
#ifndef BATON_CORE_HANDOFF_REJECT_H
#define BATON_CORE_HANDOFF_REJECT_H

#include "core/lead/lead_input.h"

struct handoff_reject_input {
    struct uuid handoff;
    const char *reason;                        /* a code */
    const char *note;                          /* NULL: none */
    const struct attribute_input *corrections; /* sorted by name, each name once */
    size_t correction_count;
    struct uuid
        duplicate_of; /* the lead that it is, where the reason says that it is another; nil */
};

/** By the receiving team, while offered. */
enum decision handoff_reject(struct work *work, const struct command *command,
                             struct outcome *outcome);

/** By the receiving team, after accepting: the lead goes back to the offering team. */
enum decision handoff_return(struct work *work, const struct command *command,
                             struct outcome *outcome);

/* ---- for outcomes ---- */

/** The definition whose reasons count: of the gate's version, else the mql definition in force;
 *  NULL when there is none, and any code is taken. */
const struct agreement_version *handoff_reasons(const struct work *work,
                                                const struct handoff *handoff);

/** ERR_UNKNOWN_REASON with the codes that there are. */
enum decision handoff_refuse_reason(struct work *work, struct outcome *outcome,
                                    const struct agreement_version *version);

#endif
