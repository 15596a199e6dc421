#include "core/handoff/lead_absorb.h"

#include "core/handoff/lead_before.h"
#include "core/handoff/offer.h"
#include "core/lead/lead_hold.h"

#include <string.h>

/* How far a stage is on the way; what waits or is out counts as not begun. */
static int progress(enum stage stage)
{
    return stage_is_aside(stage) ? -1 : (int)stage;
}

static instant earlier(instant a, instant b)
{
    if (a == INSTANT_NONE || b == INSTANT_NONE)
        return a == INSTANT_NONE ? b : a;
    return a < b ? a : b;
}

/* Both logs in one, newest first. */
static void join_touches(struct work *work, struct lead *survivor, const struct lead *absorbed)
{
    const struct touch_log *a = &survivor->touches;
    const struct touch_log *b = &absorbed->touches;
    struct touch *items = ARENA_ARRAY(work->arena, struct touch, a->count + b->count + 1);
    struct touch_count *older =
        ARENA_ARRAY(work->arena, struct touch_count, a->older_count + b->older_count + 1);
    size_t i = 0, k = 0, n = 0;

    if (items == NULL || older == NULL)
        return;
    while (i < a->count || k < b->count) {
        bool first =
            k == b->count || (i < a->count && a->items[i].occurred_at >= b->items[k].occurred_at);
        items[n++] = first ? a->items[i++] : b->items[k++];
    }
    if (a->older_count > 0)
        memcpy(older, a->older, a->older_count * sizeof *older);
    if (b->older_count > 0)
        memcpy(older + a->older_count, b->older, b->older_count * sizeof *older);
    survivor->touches = (struct touch_log){items, n, older, a->older_count + b->older_count};
}

static bool waits(const struct lead *lead)
{
    return lead->next.step == STEP_NURTURE || lead->next.step == STEP_REVIEW;
}

/* The survivor's own hold stays; one that has none takes the other's, and its wait. Where nothing
 * of either says how long, it waits as long as any. An open handoff says by itself what is next,
 * and an opportunity is never offered. */
static void join_hold(struct work *work, struct lead *survivor, const struct lead *absorbed)
{
    if (!survivor->held && absorbed->held) {
        survivor->held = true;
        survivor->hold_inputs = absorbed->hold_inputs;
        survivor->hold_input_count = absorbed->hold_input_count;
        if (!handoff_is_under_way(survivor) && waits(absorbed) &&
            survivor->stage != STAGE_OPPORTUNITY)
            survivor->next = absorbed->next;
    }
    if (survivor->held && !handoff_is_under_way(survivor) && !waits(survivor) &&
        survivor->stage != STAGE_OPPORTUNITY)
        lead_set_next(survivor, STEP_NURTURE, lead_next_date(work), "merged");
    if (!handoff_is_under_way(survivor) && stage_is_end(survivor->stage))
        lead_end_next(survivor);
}

static void join_progress(struct work *work, struct lead *survivor, const struct lead *absorbed)
{
    if (progress(absorbed->stage) > progress(survivor->stage)) {
        survivor->stage = absorbed->stage;
        if (!handoff_is_under_way(survivor) &&
            !survivor->held) /* else the handoff, or the wait, says when */
            survivor->next = absorbed->next;
    }
    for (int i = 0; i < MILESTONE_COUNT; i++)
        survivor->reached[i] = earlier(survivor->reached[i], absorbed->reached[i]);
    for (int i = 0; i < TERM_COUNT; i++)
        if (!survivor->overrides[i].given)
            survivor->overrides[i] = absorbed->overrides[i];
    if (!survivor->amount.given)
        survivor->amount = absorbed->amount;
    if (uuid_is_nil(survivor->first_team))
        survivor->first_team = absorbed->first_team;
    if (uuid_is_nil(survivor->last_handoff) || absorbed->open != NULL)
        survivor->last_handoff = absorbed->last_handoff;
    join_hold(work, survivor, absorbed);
    survivor->created_at = earlier(survivor->created_at, absorbed->created_at);
    survivor->first_touch_at = earlier(survivor->first_touch_at, absorbed->first_touch_at);
    survivor->touch_count += absorbed->touch_count;
    if (survivor->erasure_asked_at == INSTANT_NONE) {
        survivor->erasure_asked_at = absorbed->erasure_asked_at;
        survivor->erasure_asked_by = absorbed->erasure_asked_by;
    }
    if (survivor->claimed_stage == STAGE_COUNT)
        survivor->claimed_stage = absorbed->claimed_stage;
}

/* Of two handoffs that are open one can only be asked for. */
static void leave_one_open(struct work *work, struct lead *survivor, struct lead *absorbed)
{
    if (survivor->open != NULL && absorbed->open != NULL)
        offer_overtake(work, handoff_is_under_way(absorbed) ? survivor : absorbed);
}

/* The survivor keeps its owner unless only the other is handed off. */
static void move_handoff(struct work *work, struct lead *survivor, struct lead *absorbed)
{
    struct handoff *open = absorbed->open;

    if (open == NULL)
        return;
    work_change_handoff(work, open);
    open->lead = survivor->id;
    survivor->open = open;
    absorbed->open = NULL;
    if (open->state == HANDOFF_REQUESTED)
        return;
    survivor->owner_team = absorbed->owner_team;
    survivor->next = absorbed->next;
}

/* Both chains say so when an open handoff goes from one lead to the other. */
static void write_moved(const struct handoff *moved, struct json_out *body)
{
    if (moved == NULL)
        return;
    json_out_member_uuid(body, "handoff", moved->id);
    json_out_member_text(body, "handoff_state", handoff_state_name(moved->state));
}

/* The shell that stays has nothing personal but the salt, which its chain's commitments need. */
static void empty_shell(struct lead *absorbed, struct uuid survivor)
{
    absorbed->status = LEAD_MERGED;
    absorbed->merged_into = survivor;
    absorbed->owner_team = (struct uuid){{0}};
    lead_end_next(absorbed);
    absorbed->identities = NULL;
    absorbed->identity_count = 0;
    absorbed->attributes = (struct attribute_set){0};
    absorbed->facts = (struct attribute_set){0};
    absorbed->touches = (struct touch_log){0};
    absorbed->touch_count = 0;
    absorbed->amount = (struct amount){0};
    memset(absorbed->overrides, 0, sizeof absorbed->overrides);
    for (int i = 0; i < MILESTONE_COUNT; i++) /* they count for the survivor now */
        absorbed->reached[i] = INSTANT_NONE;
    absorbed->first_touch_at = INSTANT_NONE;
}

void lead_absorb(struct work *work, struct lead *survivor, struct lead *absorbed,
                 const struct caller *caller)
{
    enum stage before = survivor->stage;

    work_change_lead(work, absorbed);
    leave_one_open(work, survivor, absorbed);
    struct merge_row *merge = lead_before_keep(work, survivor, absorbed);
    const struct handoff *moved = absorbed->open;
    for (size_t i = 0; i < absorbed->identity_count; i++)
        work_give_identity(work, survivor, &absorbed->identities[i]);
    if (attribute_absorb(&survivor->attributes, work->arena, &absorbed->attributes) != ERR_NONE ||
        attribute_absorb(&survivor->facts, work->arena, &absorbed->facts) != ERR_NONE)
        arena_fail(work->arena);
    join_touches(work, survivor, absorbed);
    join_progress(work, survivor, absorbed);
    move_handoff(work, survivor, absorbed);

    /* The absorbed lead's chain ends here; the survivor's names its end, so that the two hang
     * together and nothing can be added to the one that ended. */
    struct json_out *body = work_body(work);
    write_moved(moved, body);
    json_out_member_uuid(body, "survivor", survivor->id);
    const struct ledger_entry *last = caller_append(caller, work, absorbed, LEDGER_LEAD_ABSORBED);
    if (last == NULL)
        return; /* memory is short, which the arena remembers */
    ledger_close(&absorbed->chain, work->config->workspace);
    body = work_body(work);
    json_out_member_uuid(body, "absorbed", absorbed->id);
    json_out_key(body, "absorbed_hash");
    json_out_hex(body, last->hash, DIGEST_BYTES);
    json_out_member_int(body, "absorbed_seq", last->seq);
    write_moved(moved, body);
    json_out_member_uuid(body, "owner", survivor->owner_team);
    if (before != survivor->stage) {
        json_out_member_text(body, "stage_from", stage_name(before));
        json_out_member_text(body, "stage_to", stage_name(survivor->stage));
    }
    last = caller_append(caller, work, survivor, LEDGER_LEAD_MERGED);
    if (last == NULL || merge == NULL)
        return;
    merge->survivor_seq = last->seq;
    work_save_row(work, KIND_MERGE, merge);
    work_save_row(work, KIND_MOVED, absorbed);
    empty_shell(absorbed, survivor->id);
}
