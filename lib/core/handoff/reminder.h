/* Reminders of an offer before its answer is due: at the shares of the time to answer that the
 * route names. */
#ifndef BATON_CORE_REMINDER_H
#define BATON_CORE_REMINDER_H

#include "core/command.h"

/** When the offer's receiving team is reminded next, after this moment; INSTANT_NONE: not before
 *  respond_by. By the route as it is now: none that leads there any more reminds of nothing. */
instant reminder_after(const struct work *work, const struct handoff *handoff, instant after);

/** Whether the lead's offer has a reminder that is due. */
bool reminder_is_due(const struct lead *lead, instant now);

/** Reminds of an offer whose reminder is due, once however many shares have passed meanwhile. The
 * handoff must be open for change. */
void reminder_send(struct work *work, struct lead *lead);

#endif
