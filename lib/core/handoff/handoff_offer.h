/* An offer by hand: by the owning team, along a route or as one of the other kinds. */
#ifndef BATON_CORE_HANDOFF_OFFER_H
#define BATON_CORE_HANDOFF_OFFER_H

#include "core/command.h"

struct offer_input {
    struct uuid lead;
    const char *to_team; /* name */
    enum handoff_kind kind;
    const char *note; /* NULL: none; needed for exceptions and overrides */
};

/** 201 {handoff, lead}, with the handoff's path. */
enum decision handoff_offer(struct work *work, const struct command *command,
                            struct outcome *outcome);

/** Adds a fault for each criterion that stands in the way of a verdict. */
void handoff_explain(const struct definition *definition, const struct verdict *verdict,
                     struct faults *faults);

#endif
