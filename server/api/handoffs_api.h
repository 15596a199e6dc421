/* POST /v1/handoffs and below: what is done with handoffs. The reads are in handoffs_read_api.c. */
#ifndef BATON_SERVER_HANDOFFS_API_H
#define BATON_SERVER_HANDOFFS_API_H

#include "http/request.h"

extern const struct input_spec offer_spec;
extern const struct input_spec claim_spec;
/** Whether there is something to claim, or it is to wait (route.before). */
enum err handoffs_claim_look(struct request *r, struct read *read);
extern const struct input_spec release_spec;
extern const struct input_spec assign_spec;
extern const struct input_spec handoff_request_spec; /* POST /v1/leads/{lead_id}/request */
extern const struct input_spec handoff_grant_spec;
extern const struct input_spec handoff_decline_spec;
extern const struct input_spec handoff_note_spec;
extern const struct input_spec handoff_withdraw_spec; /* accept, withdraw */
extern const struct input_spec handoff_reject_spec;   /* reject, return */
extern const struct input_spec handoff_qualify_spec;
extern const struct input_spec feedback_spec;
extern const struct input_spec dispute_spec;
extern const struct input_spec dispute_answer_spec; /* uphold, concede */
extern const struct input_spec handoff_outcome_spec;

#endif
