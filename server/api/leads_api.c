#include "api/leads_api.h"

#include "api/batch.h"
#include "api/values.h"

#include "base/name.h"
#include "core/intake/block.h"
#include "core/intake/lead_change.h"
#include "core/intake/lead_erase.h"
#include "core/intake/lead_merge.h"
#include "core/intake/lead_review.h"
#include "core/intake/lead_unmerge.h"

#include <stdlib.h>
#include <string.h>

/* ---- capture, batch ---- */

/* What a sales team sends, sales has learnt; what anybody else sends, the person has said. Of a key
 * that may only capture nobody knows who holds it: it stands for a form, whosever it is. */
static enum knowledge_source source_of(const struct request *r)
{
    const struct team *team = config_team(r->config, r->caller.team);

    if (caller_adds_only(&r->caller))
        return SOURCE_FORM;
    return team != NULL && team->function == FUNCTION_SALES ? SOURCE_SALES : SOURCE_FORM;
}

enum err leads_capture_fill(struct request *r, void *input)
{
    struct capture_input *capture = input;

    capture->source = source_of(r);
    capture->adds_only = caller_adds_only(&r->caller);
    return ERR_NONE;
}

const struct input_spec batch_spec = {.size = sizeof(struct batch_input)};

enum err leads_batch_fill(struct request *r, void *input)
{
    return batch_read(r, source_of(r), input);
}

/* ---- PATCH ---- */

/* null removes the email. */
static bool read_new_email(struct input *in, const struct input_node *at,
                           const struct input_field *field, void *base)
{
    struct update_input *input = base;

    input->drop_email = json_is_null(at->json);
    return input->drop_email || identity_email_type.read(in, at, field, base);
}

static const struct input_type new_email_type = {.kind = INPUT_ANY, .read = read_new_email};

static const struct input_field update_fields[] = {
    {"lead_id", &input_uuid, AT(struct update_input, lead), .place = INPUT_PATH},
    {"If-Match", &header_type, AT(struct update_input, if_match), .place = INPUT_HEADER},
    {"email", &new_email_type, AT(struct update_input, identities),
     COUNT(struct update_input, identity_count)},
    {"external_ids", &identity_external_type, AT(struct update_input, identities),
     COUNT(struct update_input, identity_count)},
    {"anonymous_ids", &identity_anonymous_type, AT(struct update_input, identities),
     COUNT(struct update_input, identity_count)},
    {"attributes", &attributes_type, AT(struct update_input, attributes),
     COUNT(struct update_input, attribute_count)},
    {"occurred_at", &input_instant, AT(struct update_input, occurred_at)},
    {"next_at", &input_instant, AT(struct update_input, next_at)},
};
const struct input_spec lead_update_spec =
    INPUT_SPEC(update_fields, struct update_input, .check = input_changes);

/* ---- touches, facts ---- */

static const struct input_field add_touch_fields[] = {
    {"lead_id", &input_uuid, AT(struct add_touch_input, lead), .place = INPUT_PATH},
    {"touch", &touch_type, AT(struct add_touch_input, touch), .place = INPUT_WHOLE},
};
const struct input_spec add_touch_spec = INPUT_SPEC(add_touch_fields, struct add_touch_input);

static const struct input_field facts_fields[] = {
    {"lead_id", &input_uuid, AT(struct facts_input, lead), .place = INPUT_PATH},
    {"facts", &facts_type, AT(struct facts_input, facts), COUNT(struct facts_input, fact_count),
     .required = true},
    {"occurred_at", &input_instant, AT(struct facts_input, occurred_at)},
};
const struct input_spec facts_spec = INPUT_SPEC(facts_fields, struct facts_input);

/* ---- override, review, merge, erase ---- */

static const char *const override_names[] = {
    [VERDICT_QUALIFIED] = "qualified", [VERDICT_NOT_QUALIFIED] = "not_qualified"};
static const struct input_type override_type = {
    .kind = INPUT_ENUM, .values = override_names, .max = VERDICT_NOT_QUALIFIED};

static const struct input_field override_fields[] = {
    {"lead_id", &input_uuid, AT(struct override_input, lead), .place = INPUT_PATH},
    {"note", &note_type, AT(struct override_input, note), .required = true},
    {"term", &term_type, AT(struct override_input, term), .required = true},
    {"result", &override_type, AT(struct override_input, result), .required = true},
};
const struct input_spec override_spec = INPUT_SPEC(override_fields, struct override_input);

static const struct input_field review_fields[] = {
    {"lead_id", &input_uuid, AT(struct review_input, lead), .place = INPUT_PATH},
    {"decision", &review_decision_type, AT(struct review_input, decision), .required = true},
    {"until", &input_instant, AT(struct review_input, until)},
    {"to_team", &name_type, AT(struct review_input, to_team)},
    {"note", &note_type, AT(struct review_input, note)},
    {"reason", &code_type, AT(struct review_input, reason)},
    {"occurred_at", &input_instant, AT(struct review_input, occurred_at)},
};
const struct input_spec review_spec = INPUT_SPEC(review_fields, struct review_input);

static const struct input_field merge_fields[] = {
    {"lead_id", &input_uuid, AT(struct merge_input, survivor), .place = INPUT_PATH},
    {"from", &input_uuid, AT(struct merge_input, absorbed), .required = true},
};
const struct input_spec merge_spec = INPUT_SPEC(merge_fields, struct merge_input);

static const struct input_field unmerge_fields[] = {
    {"lead_id", &input_uuid, AT(struct unmerge_input, survivor), .place = INPUT_PATH},
    {"from", &input_uuid, AT(struct unmerge_input, absorbed), .required = true},
};
const struct input_spec unmerge_spec = INPUT_SPEC(unmerge_fields, struct unmerge_input);

static const struct input_field erase_fields[] = {
    {"lead_id", &input_uuid, AT(struct erase_input, lead), .place = INPUT_PATH},
    {"block", &input_bool, AT(struct erase_input, block)},
};
const struct input_spec erase_spec = INPUT_SPEC(erase_fields, struct erase_input);

static const struct input_field lift_fields[] = {
    {"email", &identity_email_type, AT(struct lift_input, identities),
     COUNT(struct lift_input, identity_count)},
    {"external_ids", &identity_external_type, AT(struct lift_input, identities),
     COUNT(struct lift_input, identity_count)},
    {"anonymous_ids", &identity_anonymous_type, AT(struct lift_input, identities),
     COUNT(struct lift_input, identity_count)},
};
const struct input_spec lift_spec =
    INPUT_SPEC(lift_fields, struct lift_input, .check = input_changes);

static const struct input_field keep_fields[] = {
    {"lead_id", &input_uuid, AT(struct keep_input, lead), .place = INPUT_PATH},
    {"reason", &code_type, AT(struct keep_input, reason), .required = true},
};
const struct input_spec keep_spec = INPUT_SPEC(keep_fields, struct keep_input);
