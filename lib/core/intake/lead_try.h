/*
 * What the verdict on a lead would be: on somebody who is only described, on a lead that is there,
 * or on one that is there if more were known of it. Nothing is kept of it.
 */
#ifndef BATON_CORE_LEAD_TRY_H
#define BATON_CORE_LEAD_TRY_H

#include "core/lead/lead_input.h"

#define TRIED_TOUCHES_MAX 200

struct lead_try_input {
    enum agreement_kind kind; /* of a definition */
    int version;
    struct uuid lead;                  /* what is known of it counts as well; nil: nobody */
    const struct identity *identities; /* an address, for what follows from it */
    size_t identity_count;
    const struct attribute_input *attributes; /* sorted by name */
    size_t attribute_count;
    const struct fact_input *facts; /* sorted by name */
    size_t fact_count;
    const struct touch_input *touches;
    size_t touch_count;
};

/** 200 DefinitionTrial: {term, version, state, verdict}. A draft is compiled for it; one with
 *  faults is refused with them. */
enum decision lead_try(struct work *work, const struct command *command, struct outcome *outcome);

#endif
