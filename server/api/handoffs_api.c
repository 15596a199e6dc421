#include "api/handoffs_api.h"

#include "api/lead_input.h"
#include "api/long_read.h"
#include "api/values.h"

#include "base/name.h"
#include "core/handoff/feedback.h"
#include "core/handoff/handoff_answer.h"
#include "core/handoff/handoff_claim.h"
#include "core/handoff/handoff_offer.h"
#include "core/handoff/handoff_outcome.h"
#include "core/handoff/handoff_qualify.h"
#include "core/handoff/handoff_reject.h"
#include "core/handoff/handoff_request.h"
#include "store/read/handoff_read.h"

#include <string.h>

/* Every action on a handoff begins with its id. */
#define HANDOFF_FIELD(input_type)                                                                  \
    {                                                                                              \
        "handoff_id", &input_uuid, AT(input_type, handoff), .place = INPUT_PATH                    \
    }

/* ---- offer, claim, release, assign ---- */

static const struct input_field offer_fields[] = {
    {"lead_id", &input_uuid, AT(struct offer_input, lead), .required = true},
    {"to_team", &name_type, AT(struct offer_input, to_team), .required = true},
    {"kind", &handoff_offer_type, AT(struct offer_input, kind), .otherwise = HANDOFF_KIND_STANDARD},
    {"note", &note_type, AT(struct offer_input, note)},
};
const struct input_spec offer_spec = INPUT_SPEC(offer_fields, struct offer_input);

static const struct input_type claims_type = {.kind = INPUT_INT, .min = 1, .max = CLAIM_LIMIT_MAX};
static const struct input_type lease_type = {.kind = INPUT_INT, .min = 60, .max = 86400};

static const struct input_field claim_fields[] = {
    {"team", &name_type, AT(struct claim_input, team), .required = true},
    {"limit", &claims_type, AT(struct claim_input, limit), .otherwise = 1},
    {"lease_seconds", &lease_type, AT(struct claim_input, lease_seconds),
     .otherwise = LEASE_SECONDS_DEFAULT},
    {"order", &handoff_order_type, AT(struct claim_input, order), .otherwise = HANDOFF_BY_DUE},
    WAIT_FIELD(struct claim_input, wait_seconds),
};
const struct input_spec claim_spec = INPUT_SPEC(claim_fields, struct claim_input);

static bool may_be_claimed(int kind)
{
    return kind == LEDGER_HANDOFF_OFFERED || kind == LEDGER_HANDOFF_RELEASED;
}

/* A claim that may wait does so before it is a command. One for another team is refused at once. */
enum err handoffs_claim_look(struct request *r, struct read *read)
{
    const struct claim_input *input = r->input;
    const struct team *team = config_team_named(r->config, input->team);
    struct handoffs_waiting waiting;

    if (input->wait_seconds == 0 || team == NULL || !uuid_equal(team->id, r->caller.team))
        return ERR_NONE;
    enum err err = handoff_read_waiting(read, team->id, &waiting);
    if (err == ERR_NONE && !waiting.any)
        long_read_waits(r, input->wait_seconds, waiting.pos, may_be_claimed);
    return err;
}

static const struct input_field release_fields[] = {
    HANDOFF_FIELD(struct release_input),
    {"note", &note_type, AT(struct release_input, note)},
};
const struct input_spec release_spec = INPUT_SPEC(release_fields, struct release_input);

static const struct input_field assign_fields[] = {
    HANDOFF_FIELD(struct assign_input),
    {"member", &member_type, AT(struct assign_input, member), .required = true},
    {"lease_seconds", &lease_type, AT(struct assign_input, lease_seconds),
     .otherwise = LEASE_SECONDS_DEFAULT},
    {"note", &note_type, AT(struct assign_input, note)},
};
const struct input_spec assign_spec = INPUT_SPEC(assign_fields, struct assign_input);

/* ---- request, grant, decline ---- */

static const struct input_field request_fields[] = {
    {"lead_id", &input_uuid, AT(struct handoff_request_input, lead), .place = INPUT_PATH},
    {"team", &name_type, AT(struct handoff_request_input, team)},
    {"note", &note_type, AT(struct handoff_request_input, note), .required = true},
};
const struct input_spec handoff_request_spec =
    INPUT_SPEC(request_fields, struct handoff_request_input);

static const struct input_field grant_fields[] = {
    HANDOFF_FIELD(struct handoff_grant_input),
    {"note", &note_type, AT(struct handoff_grant_input, note)},
};
const struct input_spec handoff_grant_spec = INPUT_SPEC(grant_fields, struct handoff_grant_input);

static const struct input_field decline_fields[] = {
    HANDOFF_FIELD(struct handoff_decline_input),
    {"reason", &code_type, AT(struct handoff_decline_input, reason), .required = true},
    {"note", &note_type, AT(struct handoff_decline_input, note)},
};
const struct input_spec handoff_decline_spec =
    INPUT_SPEC(decline_fields, struct handoff_decline_input);

/* ---- accept, withdraw, reject, return, qualify ---- */

static const struct input_field note_fields[] = {
    HANDOFF_FIELD(struct handoff_note_input),
    {"note", &note_type, AT(struct handoff_note_input, note)},
};
const struct input_spec handoff_note_spec = INPUT_SPEC(note_fields, struct handoff_note_input);

static const struct input_field withdraw_fields[] = {
    HANDOFF_FIELD(struct handoff_withdraw_input),
    {"until", &input_instant, AT(struct handoff_withdraw_input, until)},
    {"note", &note_type, AT(struct handoff_withdraw_input, note)},
};
const struct input_spec handoff_withdraw_spec =
    INPUT_SPEC(withdraw_fields, struct handoff_withdraw_input);

static const struct input_field reject_fields[] = {
    HANDOFF_FIELD(struct handoff_reject_input),
    {"reason", &code_type, AT(struct handoff_reject_input, reason), .required = true},
    {"note", &note_type, AT(struct handoff_reject_input, note)},
    {"corrections", &attributes_type, AT(struct handoff_reject_input, corrections),
     COUNT(struct handoff_reject_input, correction_count)},
    {"duplicate_of", &input_uuid, AT(struct handoff_reject_input, duplicate_of)},
};
const struct input_spec handoff_reject_spec =
    INPUT_SPEC(reject_fields, struct handoff_reject_input);

static const struct input_field qualify_fields[] = {
    HANDOFF_FIELD(struct handoff_qualify_input),
    {"note", &note_type, AT(struct handoff_qualify_input, note)},
    {"facts", &facts_type, AT(struct handoff_qualify_input, facts),
     COUNT(struct handoff_qualify_input, fact_count)},
};
const struct input_spec handoff_qualify_spec =
    INPUT_SPEC(qualify_fields, struct handoff_qualify_input);

/* ---- feedback, dispute and its answer ---- */

static const struct input_type rating_type = {.kind = INPUT_INT32, .min = 1, .max = 5};

static const struct input_field feedback_fields[] = {
    HANDOFF_FIELD(struct feedback_input),
    {"note", &note_type, AT(struct feedback_input, note)},
    {"rating", &rating_type, AT(struct feedback_input, rating), .required = true},
};
const struct input_spec feedback_spec = INPUT_SPEC(feedback_fields, struct feedback_input);

static const struct input_field dispute_fields[] = {
    HANDOFF_FIELD(struct feedback_input),
    {"note", &note_type, AT(struct feedback_input, note), .required = true},
};
const struct input_spec dispute_spec = INPUT_SPEC(dispute_fields, struct feedback_input);

static const struct input_field dispute_answer_fields[] = {
    HANDOFF_FIELD(struct feedback_input),
    {"note", &note_type, AT(struct feedback_input, note)},
};
const struct input_spec dispute_answer_spec =
    INPUT_SPEC(dispute_answer_fields, struct feedback_input);

/* ---- outcome ---- */

static const struct input_field outcome_fields[] = {
    HANDOFF_FIELD(struct handoff_outcome_input),
    {"reason", &code_type, AT(struct handoff_outcome_input, reason)},
    {"note", &note_type, AT(struct handoff_outcome_input, note)},
    {"occurred_at", &input_instant, AT(struct handoff_outcome_input, occurred_at)},
    {"outcome", &outcome_kind_type, AT(struct handoff_outcome_input, outcome), .required = true},
    {"amount", &amount_type, AT(struct handoff_outcome_input, amount)},
};
const struct input_spec handoff_outcome_spec =
    INPUT_SPEC(outcome_fields, struct handoff_outcome_input);
