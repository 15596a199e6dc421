/* What became of a qualified lead: an opportunity, won, or lost. */
#ifndef BATON_CORE_HANDOFF_OUTCOME_H
#define BATON_CORE_HANDOFF_OUTCOME_H

#include "core/command.h"

struct handoff_outcome_input {
    struct uuid handoff;
    enum outcome_kind outcome; /* never OUTCOME_NONE */
    struct amount amount;      /* of an opportunity or a win */
    const char *reason;        /* a code; needed when lost, else NULL */
    const char *note;          /* NULL: none */
    instant occurred_at;       /* INSTANT_NONE: now */
};

/** By the receiving team of a qualified handoff. opportunity and won raise the stage; lost takes
 *  the lead back to the team that offered it first, in nurture, unless it is a customer already. */
enum decision handoff_outcome(struct work *work, const struct command *command,
                              struct outcome *outcome);

/** Whether the definitions that this handoff went by have the reason. */
bool handoff_outcome_knows(struct work *work, const struct handoff *handoff, const char *reason);

/** What a CRM says of a handoff, compared with what is known. */
enum outcome_news {
    OUTCOME_IS_NEW,
    OUTCOME_IS_KNOWN, /* the same again */
    OUTCOME_IS_OLDER  /* it was so before what is known */
};

enum outcome_news handoff_outcome_news(const struct lead *lead, const struct handoff *handoff,
                                       const struct handoff_outcome_input *said);

/** The same by a source of the receiving team, without an answer; a lost deal may have no reason.
 *  FIND_NEEDED: load more; else FIND_FOUND, and *refusal says whether it was refused. */
enum find handoff_outcome_by_source(struct work *work, const struct caller *caller,
                                    const struct handoff_outcome_input *input,
                                    struct outcome *refusal);

#endif
