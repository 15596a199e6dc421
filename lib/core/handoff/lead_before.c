#include "core/handoff/lead_before.h"

#include "base/json_tree.h"

#include <jansson.h>
#include <string.h>

#define BEFORE_MAX_BYTES (16u << 20)

bool lead_before_is_decided_by(enum ledger_kind kind, enum actor_kind actor)
{
    switch (kind) {
    case LEDGER_LEAD_CAPTURED:
    case LEDGER_TOUCH_RECORDED:
    case LEDGER_ATTRIBUTES_TOLD:
    case LEDGER_VERDICT_GIVEN:
    case LEDGER_LEAD_IMPORTED:
    case LEDGER_LEAD_UPDATED:
    case LEDGER_LEAD_REMINDED:
    case LEDGER_LEAD_COLLIDED:
    case LEDGER_LEAD_ERASURE_ASKED:
    case LEDGER_LEAD_ERASURE_DECLINED:
    case LEDGER_HANDOFF_REMINDED:
    case LEDGER_LEAD_MERGED: /* the later ones are taken back first */
    case LEDGER_LEAD_ABSORBED:
    case LEDGER_LEAD_UNMERGED:
        return false;
    case LEDGER_HANDOFF_OFFERED:
    case LEDGER_HANDOFF_ASSIGNED:
    case LEDGER_HANDOFF_WITHDRAWN:
        return actor != ACTOR_SYSTEM;
    default:
        return true;
    }
}

/* ---- writing ---- */

static void write_next(const struct lead_next *next, struct json_out *out)
{
    json_out_key(out, "next");
    json_out_begin_object(out);
    json_out_member_text(out, "step", lead_step_name(next->step));
    json_out_member_int(out, "at", next->at);
    json_out_member_text(out, "why", next->why);
    json_out_member_int(out, "round", next->round);
    json_out_member_int(out, "since", next->since);
    json_out_end_object(out);
}

static void write_hold(const struct lead *lead, struct json_out *out)
{
    json_out_key(out, "hold_inputs");
    if (!lead->held) {
        json_out_null(out);
        return;
    }
    json_out_begin_array(out);
    for (size_t i = 0; i < lead->hold_input_count; i++)
        json_out_text(out, lead->hold_inputs[i]);
    json_out_end_array(out);
}

static void write_known(const struct lead *lead, struct json_out *out)
{
    json_out_key(out, "identities");
    lead_identities_write(lead, out);
    json_out_key(out, "attributes");
    attribute_set_write(&lead->attributes, out);
    json_out_key(out, "facts");
    attribute_set_write(&lead->facts, out);
    json_out_key(out, "overrides");
    lead_overrides_write(lead, out);
}

static void write_lead(const struct lead *lead, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "stage", stage_name(lead->stage));
    json_out_member_text(out, "claimed_stage", stage_name(lead->claimed_stage));
    json_out_member_uuid(out, "owner_team", lead->owner_team);
    json_out_member_uuid(out, "first_team", lead->first_team);
    json_out_member_uuid(out, "last_handoff", lead->last_handoff);
    json_out_member_uuid(out, "open", lead->open == NULL ? (struct uuid){{0}} : lead->open->id);
    write_next(&lead->next, out);
    write_hold(lead, out);
    write_known(lead, out);
    json_out_member_int(out, "created_at", lead->created_at);
    json_out_member_int(out, "touch_count", lead->touch_count);
    json_out_member_int(out, "first_touch_at", lead->first_touch_at);
    json_out_key(out, "reached");
    json_out_begin_array(out);
    for (int i = 0; i < MILESTONE_COUNT; i++)
        json_out_int(out, lead->reached[i]);
    json_out_end_array(out);
    if (lead->amount.given) {
        json_out_member_int(out, "amount", lead->amount.minor);
        json_out_member_text(out, "currency", lead->amount.currency);
    }
    json_out_member_int(out, "erasure_asked_at", lead->erasure_asked_at);
    json_out_member_uuid(out, "erasure_asked_by", lead->erasure_asked_by);
    json_out_end_object(out);
}

/* Of a lead of which only the latest touches are loaded these are enough: the others have no part
 * in what is judged. */
static const struct uuid *ids_of(struct arena *arena, const struct touch_log *log)
{
    struct uuid *ids = ARENA_ARRAY(arena, struct uuid, log->count + 1);

    for (size_t i = 0; ids != NULL && i < log->count; i++)
        ids[i] = log->items[i].id;
    return ids;
}

struct merge_row *lead_before_keep(struct work *work, const struct lead *survivor,
                                   const struct lead *absorbed)
{
    struct merge_row *row = ARENA_NEW(work->arena, struct merge_row);
    struct json_out out;

    if (row == NULL)
        return NULL;
    json_out_init(&out, work->arena, BEFORE_MAX_BYTES);
    json_out_begin_object(&out);
    json_out_key(&out, "absorbed");
    write_lead(absorbed, &out);
    json_out_key(&out, "survivor");
    write_lead(survivor, &out);
    json_out_end_object(&out);
    *row = (struct merge_row){
        .absorbed = absorbed->id,
        .survivor = survivor->id,
        .merged_at = work->now,
        .is_new = true,
        .touches = ids_of(work->arena, &absorbed->touches),
        .touch_count = absorbed->touches.count,
    };
    size_t len;
    row->before = json_out_keep(&out, work->arena, &len);
    return row->before == NULL ? NULL : row;
}

/* ---- reading ---- */

static struct uuid read_uuid(const json_t *json, const char *name)
{
    const char *text = json_string_value(json_object_get(json, name));
    struct uuid id;

    return text != NULL && uuid_parse(text, &id) ? id : (struct uuid){{0}};
}

static instant read_int(const json_t *json, const char *name)
{
    return json_integer_value(json_object_get(json, name));
}

static enum stage read_stage(const json_t *json, const char *name)
{
    const char *text = json_string_value(json_object_get(json, name));
    enum stage stage;

    return text != NULL && stage_parse(text, &stage) ? stage : STAGE_COUNT;
}

static const char *copy_text(const json_t *text, struct arena *arena)
{
    return json_is_string(text) ? arena_strdup(arena, json_string_value(text)) : NULL;
}

static void read_next(const json_t *json, struct arena *arena, struct lead_next *out)
{
    const char *name = json_string_value(json_object_get(json, "step"));

    *out = (struct lead_next){
        .at = read_int(json, "at"),
        .why = copy_text(json_object_get(json, "why"), arena),
        .round = (int)read_int(json, "round"),
        .since = read_int(json, "since"),
    };
    for (int step = STEP_NONE + 1; name != NULL && step < STEP_COUNT; step++)
        if (strcmp(lead_step_name((enum lead_step)step), name) == 0)
            out->step = (enum lead_step)step;
}

static void read_hold(const json_t *json, struct arena *arena, struct lead *lead)
{
    size_t count = json_array_size(json);
    const char **inputs = ARENA_ARRAY(arena, const char *, count + 1);

    lead->held = json_is_array(json);
    if (inputs == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        inputs[i] = copy_text(json_array_get(json, i), arena);
    lead->hold_inputs = inputs;
    lead->hold_input_count = count;
}

static void read_amount(const json_t *json, struct amount *out)
{
    const char *currency = json_string_value(json_object_get(json, "currency"));

    if (currency == NULL || strlen(currency) != sizeof out->currency - 1)
        return;
    out->given = true;
    out->minor = read_int(json, "amount");
    memcpy(out->currency, currency, sizeof out->currency);
}

static enum err read_known(const json_t *json, struct arena *arena, struct lead *lead)
{
    enum err err = lead_identities_take(json_object_get(json, "identities"), arena, lead);

    if (err == ERR_NONE)
        err = attribute_set_take(json_object_get(json, "attributes"), arena, &lead->attributes);
    if (err == ERR_NONE)
        err = attribute_set_take(json_object_get(json, "facts"), arena, &lead->facts);
    if (err == ERR_NONE)
        err = lead_overrides_take(json_object_get(json, "overrides"), arena, lead);
    return err;
}

static enum err read_lead(const json_t *json, struct arena *arena, struct lead_before *out)
{
    const json_t *reached = json_object_get(json, "reached");
    struct lead *lead = &out->lead;

    *out = (struct lead_before){.open = read_uuid(json, "open")};
    *lead = (struct lead){
        .stage = read_stage(json, "stage"),
        .claimed_stage = read_stage(json, "claimed_stage"),
        .owner_team = read_uuid(json, "owner_team"),
        .first_team = read_uuid(json, "first_team"),
        .last_handoff = read_uuid(json, "last_handoff"),
        .created_at = read_int(json, "created_at"),
        .touch_count = (int)read_int(json, "touch_count"),
        .first_touch_at = read_int(json, "first_touch_at"),
        .erasure_asked_at = read_int(json, "erasure_asked_at"),
        .erasure_asked_by = read_uuid(json, "erasure_asked_by"),
    };
    read_next(json_object_get(json, "next"), arena, &lead->next);
    read_hold(json_object_get(json, "hold_inputs"), arena, lead);
    read_amount(json, &lead->amount);
    for (size_t i = 0; i < MILESTONE_COUNT; i++)
        lead->reached[i] = json_integer_value(json_array_get(reached, i));
    if (lead->stage == STAGE_COUNT || uuid_is_nil(lead->owner_team))
        return ERR_INTERNAL;
    return read_known(json, arena, lead);
}

enum err lead_before_read(const struct merge_row *row, struct arena *arena,
                          struct lead_before *survivor, struct lead_before *absorbed)
{
    json_t *root = json_tree_read(arena, row->before, strlen(row->before), 0, NULL);
    enum err err = read_lead(json_object_get(root, "survivor"), arena, survivor);

    if (err == ERR_NONE)
        err = read_lead(json_object_get(root, "absorbed"), arena, absorbed);
    json_decref(root);
    return arena_failed(arena) ? ERR_OUT_OF_MEMORY : err;
}
