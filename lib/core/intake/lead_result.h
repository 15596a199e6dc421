/* What an answer to a change of a lead shows of it. */
#ifndef BATON_CORE_LEAD_RESULT_H
#define BATON_CORE_LEAD_RESULT_H

#include "core/handoff/judge.h"
#include "core/work.h"

/** The verdict that an answer shows; *again holds it when nothing was judged, since nothing
 * changed. NULL when no definition is in force. */
const struct term_judgement *lead_shown_verdict(const struct work *work, const struct lead *lead,
                                                const struct judgement *judgement,
                                                struct term_judgement *again);

/** Writes members: "lead", "verdict" and "handoff" of a lead after a change, and "counted_as_now"
 * when ahead: a moment that was given lies in the future. */
void lead_result_write(const struct work *work, const struct lead *lead,
                       const struct judgement *judgement, bool ahead, struct json_out *out);

/** Writes the member lead with the id alone, for whoever is shown nothing else. */
void lead_id_write(const struct lead *lead, struct json_out *out);

#endif
