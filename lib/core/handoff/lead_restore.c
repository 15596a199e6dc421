#include "core/handoff/lead_restore.h"

#include "core/handoff/handoff_walk.h"

#include <string.h>

#define REASON_UNMERGED "unmerged"

struct restoring {
    struct work *work;
    struct lead *survivor;
    struct lead *absorbed;
    const struct merge_row *row;
    struct lead_before own;   /* the survivor as it was */
    struct lead_before given; /* the absorbed lead as it was */
};

/* ---- handoffs ---- */

/* The handoff that goes back with the absorbed lead, or NULL. */
static struct handoff *part_handoffs(const struct restoring *it)
{
    struct handoff *open = it->survivor->open;

    if (open == NULL || uuid_equal(open->id, it->own.open))
        return NULL;
    if (uuid_equal(open->id, it->given.open)) {
        work_change_handoff(it->work, open);
        open->lead = it->absorbed->id;
        it->absorbed->open = open;
        it->survivor->open = NULL;
        return open;
    }
    work_change_handoff(it->work, open);
    open->reason = REASON_UNMERGED;
    handoff_walk(&(struct handoff_step){
        .work = it->work,
        .handoff = open,
        .lead = it->survivor,
        .rule = life_rule(ACTION_UNMERGE),
        .reason = REASON_UNMERGED,
        .cause = "unmerge",
    });
    return NULL;
}

/* ---- who it is, and what is known ---- */

static bool has_identity(const struct lead *lead, const struct identity *identity)
{
    for (size_t i = 0; i < lead->identity_count; i++)
        if (identity_equal(&lead->identities[i], identity))
            return true;
    return false;
}

static void part_identities(const struct restoring *it)
{
    const struct lead *given = &it->given.lead;
    struct lead *survivor = it->survivor;
    struct identity *kept =
        ARENA_ARRAY(it->work->arena, struct identity, survivor->identity_count + 1);
    size_t count = 0;

    for (size_t i = 0; i < given->identity_count; i++)
        if (has_identity(survivor, &given->identities[i]))
            work_give_identity(it->work, it->absorbed, &given->identities[i]);
    for (size_t i = 0; kept != NULL && i < survivor->identity_count; i++)
        if (!has_identity(given, &survivor->identities[i]))
            kept[count++] = survivor->identities[i];
    survivor->identities = kept;
    survivor->identity_count = count;
}

static enum err part_known(const struct restoring *it)
{
    struct arena *arena = it->work->arena;
    enum err err = attribute_give_back(&it->survivor->attributes, arena, &it->given.lead.attributes,
                                       &it->own.lead.attributes);

    if (err == ERR_NONE)
        err = attribute_give_back(&it->survivor->facts, arena, &it->given.lead.facts,
                                  &it->own.lead.facts);
    it->absorbed->attributes = it->given.lead.attributes;
    it->absorbed->facts = it->given.lead.facts;
    memcpy(it->survivor->overrides, it->own.lead.overrides, sizeof it->own.lead.overrides);
    memcpy(it->absorbed->overrides, it->given.lead.overrides, sizeof it->given.lead.overrides);
    return err;
}

/* ---- what happened ---- */

static bool is_given(const struct merge_row *row, struct uuid touch)
{
    for (size_t i = 0; i < row->touch_count; i++)
        if (uuid_equal(row->touches[i], touch))
            return true;
    return false;
}

static instant earliest(const struct touch_log *log, instant first)
{
    for (size_t i = 0; i < log->count; i++)
        if (first == INSTANT_NONE || log->items[i].occurred_at < first)
            first = log->items[i].occurred_at;
    return first;
}

/* Both logs stay in their order. Counts of touches beyond the latest are the survivor's until both
 * are loaded again. */
static void part_touches(const struct restoring *it)
{
    struct lead *survivor = it->survivor, *absorbed = it->absorbed;
    struct touch_log all = survivor->touches;
    struct touch *own = ARENA_ARRAY(it->work->arena, struct touch, all.count + 1);
    struct touch *given = ARENA_ARRAY(it->work->arena, struct touch, all.count + 1);

    if (own == NULL || given == NULL)
        return; /* which the arena remembers */
    survivor->touches = (struct touch_log){own, 0, all.older, all.older_count};
    absorbed->touches = (struct touch_log){given, 0, NULL, 0};
    for (size_t i = 0; i < all.count; i++) {
        if (is_given(it->row, all.items[i].id))
            given[absorbed->touches.count++] = all.items[i];
        else
            own[survivor->touches.count++] = all.items[i];
    }
    absorbed->touch_count = it->given.lead.touch_count;
    absorbed->first_touch_at = it->given.lead.first_touch_at;
    survivor->touch_count -= it->given.lead.touch_count;
    survivor->first_touch_at = earliest(&survivor->touches, it->own.lead.first_touch_at);
}

/* ---- where it stands ---- */

static void stand_as_before(struct lead *lead, const struct lead *before)
{
    lead->stage = before->stage;
    lead->owner_team = before->owner_team;
    lead->first_team = before->first_team;
    lead->last_handoff = before->last_handoff;
    lead->next = before->next;
    lead->held = before->held;
    lead->hold_inputs = before->hold_inputs;
    lead->hold_input_count = before->hold_input_count;
    lead->created_at = before->created_at;
    lead->amount = before->amount;
    memcpy(lead->reached, before->reached, sizeof lead->reached);
}

/* What was asked or claimed since stays. */
static void stand_apart(const struct restoring *it)
{
    struct lead *survivor = it->survivor, *absorbed = it->absorbed;
    const struct lead *own = &it->own.lead, *given = &it->given.lead;

    stand_as_before(survivor, own);
    stand_as_before(absorbed, given);
    absorbed->status = LEAD_ACTIVE;
    absorbed->merged_into = (struct uuid){{0}};
    absorbed->claimed_stage = given->claimed_stage;
    absorbed->erasure_asked_at = given->erasure_asked_at;
    absorbed->erasure_asked_by = given->erasure_asked_by;
    if (own->claimed_stage == STAGE_COUNT && survivor->claimed_stage == given->claimed_stage)
        survivor->claimed_stage = STAGE_COUNT;
    if (own->erasure_asked_at == INSTANT_NONE &&
        survivor->erasure_asked_at == given->erasure_asked_at) {
        survivor->erasure_asked_at = INSTANT_NONE;
        survivor->erasure_asked_by = (struct uuid){{0}};
    }
}

/* ---- the ledger ---- */

static void write_moved(const struct handoff *moved, struct json_out *body)
{
    if (moved == NULL)
        return;
    json_out_member_uuid(body, "handoff", moved->id);
    json_out_member_text(body, "handoff_state", handoff_state_name(moved->state));
}

static void write_entries(const struct restoring *it, const struct caller *caller,
                          const struct handoff *moved, enum stage before)
{
    struct json_out *body = work_body(it->work);

    write_moved(moved, body);
    json_out_member_uuid(body, "owner", it->survivor->owner_team);
    json_out_member_uuid(body, "restored", it->absorbed->id);
    if (before != it->survivor->stage) {
        json_out_member_text(body, "stage_from", stage_name(before));
        json_out_member_text(body, "stage_to", stage_name(it->survivor->stage));
    }
    caller_append(caller, it->work, it->survivor, LEDGER_LEAD_UNMERGED);
    body = work_body(it->work);
    json_out_member_uuid(body, "from", it->survivor->id);
    write_moved(moved, body);
    json_out_member_uuid(body, "owner", it->absorbed->owner_team);
    caller_append(caller, it->work, it->absorbed, LEDGER_LEAD_UNMERGED);
}

enum err lead_restore(struct work *work, struct lead *survivor, struct lead *absorbed,
                      struct merge_row *row, const struct caller *caller)
{
    struct restoring it = {work, survivor, absorbed, row, .own = {.open = {{0}}}};
    enum err err = lead_before_read(row, work->arena, &it.own, &it.given);

    if (err != ERR_NONE)
        return err;
    work_change_lead(work, survivor);
    work_change_lead(work, absorbed);
    const struct handoff *moved = part_handoffs(&it);
    enum stage before = survivor->stage;
    part_identities(&it);
    err = part_known(&it);
    if (err != ERR_NONE)
        return err;
    part_touches(&it);
    stand_apart(&it);
    write_entries(&it, caller, moved, before);
    if (work_remember(work, row, sizeof *row) != NULL)
        row->undone = true;
    work_save_row(work, KIND_MERGE, row);
    work_save_row(work, KIND_RESTORED, row);
    return ERR_NONE;
}
