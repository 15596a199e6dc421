/* What is said of an answered handoff: a rating by the receiving team; a dispute by the offering
 * team, once, of a rejection or return, and its answer. */
#ifndef BATON_CORE_FEEDBACK_H
#define BATON_CORE_FEEDBACK_H

#include "core/handoff/handoff_step.h"

struct feedback_input {
    struct uuid handoff;
    int rating;       /* 1 to 5; 0: none, in all but feedback_give */
    const char *note; /* NULL: none; a dispute needs one */
};

/** The latest rating stands on the handoff; all are kept. */
enum decision feedback_give(struct work *work, const struct command *command,
                            struct outcome *outcome);

/** By the offering team, once, where the receiving one has upheld it and the routes name a referee:
 * who upholds or concedes it, finally. */
enum decision feedback_appeal(struct work *work, const struct command *command,
                              struct outcome *outcome);
enum decision feedback_dispute(struct work *work, const struct command *command,
                               struct outcome *outcome);

/** The receiving team abides by its rejection. */
enum decision feedback_uphold(struct work *work, const struct command *command,
                              struct outcome *outcome);

/** The receiving team takes the lead after all: a new handoff, accepted, whose previous is the
 *  disputed one. ERR_STATE_CONFLICT when the lead has an open handoff or is no longer with the
 *  offering team. The answer has new_handoff beside handoff and lead. */
enum decision feedback_concede(struct work *work, const struct command *command,
                               struct outcome *outcome);

/** Keeps what was said of the step's handoff; the id, for the entry to name it. */
struct uuid feedback_add(const struct handoff_step *step, enum feedback_kind kind, int rating,
                         const char *note);

#endif
