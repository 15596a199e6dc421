/* Whose an offer is among the members of the receiving team, by its distribution. */
#ifndef BATON_CORE_HANDOFF_DEAL_H
#define BATON_CORE_HANDOFF_DEAL_H

#include "core/distribution/deal.h"
#include "core/work.h"

/** What is known of this team's dealing; NULL: it has no distribution, or its rows are needed first
 *  and the command will be decided again (work->again). */
struct dealing *handoff_dealing(struct work *work, struct uuid team);

/** The member who owns the lead's account; nil: nobody, or no rule asks for it, or its row is
 * needed first and the command will be decided again (work->again). */
struct uuid handoff_deal_owner(struct work *work, const struct lead *lead,
                               const struct dealing *dealing);

/** Gives the offer to a member, who has it alone until their time is over; or to nobody. Who had it
 *  before is passed over. The handoff must be open for change. */
void handoff_deal(struct work *work, const struct lead *lead, struct handoff *handoff,
                  struct dealing *dealing);

#endif
