#include "core/evidence/history.h"

#include <string.h>

const char *history_basis_name(enum history_basis basis)
{
    static const char *const names[] = {
        [HISTORY_FIRST_VERDICT] = "first_verdict",
        [HISTORY_FIRST_HANDOFF] = "first_handoff",
        [HISTORY_LAST_TOLD] = "last_told",
    };

    return names[basis];
}

static const char *const target_names[] = {
    [TARGET_ACCEPTED] = "accepted", [TARGET_SQL] = "sql", [TARGET_WON] = "won"};

const struct input_type history_target_type = {
    .kind = INPUT_ENUM, .values = target_names, .max = TARGET_COUNT - 1};

const char *history_target_name(enum history_target target)
{
    return target_names[target];
}

bool history_reached(const struct history_answer *answer, enum history_target target)
{
    return target == TARGET_ACCEPTED ? answer->accepted
           : target == TARGET_SQL    ? answer->sql
                                     : answer->won;
}

enum history_outcome history_outcome(const struct history_answer *answer,
                                     enum history_target target)
{
    if (history_reached(answer, target))
        return OUTCOME_REACHED;
    bool open = target == TARGET_SQL   ? answer->sql_open
                : target == TARGET_WON ? answer->won_open
                                       : false;
    return open ? OUTCOME_OPEN : OUTCOME_MISSED;
}

instant history_reached_at(const struct history_answer *answer, enum history_target target)
{
    if (target == TARGET_ACCEPTED || !history_reached(answer, target))
        return INSTANT_NONE;
    return target == TARGET_SQL ? answer->sql_at : answer->won_at;
}

/* ---- how long a target takes ---- */

size_t history_days(instant from, instant to)
{
    int64_t days = to <= from ? 0 : (to - from) / INSTANT_DAY;

    return days >= HISTORY_DAYS ? HISTORY_DAYS - 1 : (size_t)days;
}

int history_mature_days(const int64_t reached_after[HISTORY_DAYS])
{
    int64_t all = 0, so_far = 0;

    for (int day = 0; day < HISTORY_DAYS; day++)
        all += reached_after[day];
    if (all < HISTORY_MATURE_MIN)
        return -1;
    for (int day = 0;; day++) {
        so_far += reached_after[day];
        if (so_far * 100 >= all * HISTORY_MATURE_PERCENT)
            return day;
    }
}

/* ---- the moment ---- */

static instant last_told_in(const struct attribute_set *set, instant last)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->items[i].observations[0].occurred_at > last)
            last = set->items[i].observations[0].occurred_at;
    return last;
}

static instant last_told(const struct history_lead *lead)
{
    instant last = lead->touch_count > 0 ? lead->touches[0].occurred_at : INSTANT_NONE;

    last = last_told_in(&lead->attributes, last);
    last = last_told_in(&lead->facts, last);
    return last == INSTANT_NONE ? lead->created_at : last;
}

/* The verdict that may be the first judgement. One by another term says when a lead came up for
 * judging, unless sales has decided on it, which is what an sql definition is about. */
static instant verdict_of(const struct history_lead *lead, enum term term)
{
    if (lead->own_verdict_at != INSTANT_NONE)
        return lead->own_verdict_at;
    if (term == TERM_SQL && lead->first_decided_at != INSTANT_NONE)
        return INSTANT_NONE;
    return lead->first_verdict_at;
}

static void choose_moment(const struct history_lead *lead, enum term term, struct history_view *out)
{
    instant verdict = verdict_of(lead, term);
    instant handoff = term == TERM_SQL ? lead->first_decided_at : lead->first_handoff_at;

    if (verdict != INSTANT_NONE && (handoff == INSTANT_NONE || verdict <= handoff)) {
        out->basis = HISTORY_FIRST_VERDICT;
        out->judged_at = verdict;
        out->known_until = verdict + 1;
    } else if (handoff != INSTANT_NONE) {
        out->basis = HISTORY_FIRST_HANDOFF;
        out->judged_at = handoff;
        /* what sales said as it decided is what the sql definition is judged on */
        out->known_until = term == TERM_SQL ? handoff + 1 : handoff;
    } else {
        out->basis = HISTORY_LAST_TOLD;
        out->judged_at = last_told(lead);
        out->known_until = INSTANT_NONE;
    }
}

/* ---- what was known then ---- */

/* An import without a date leaves the moment of the import as both. */
static bool is_undated(const struct observation *seen)
{
    return seen->source == SOURCE_IMPORT && seen->occurred_at == seen->known_from;
}

static bool observation_counts(const struct history_view *view, const struct observation *seen)
{
    switch (view->basis) {
    case HISTORY_FIRST_VERDICT:
        return seen->known_from < view->known_until;
    case HISTORY_FIRST_HANDOFF:
        if (seen->source == SOURCE_IMPORT)
            return seen->occurred_at < view->known_until || is_undated(seen);
        return seen->known_from < view->known_until;
    default:
        return true;
    }
}

/* Observations stand newest first: the first that counts was the current one then. */
static struct observation *current_then(const struct history_view *view,
                                        const struct attribute *attribute)
{
    for (size_t i = 0; i < attribute->count; i++)
        if (observation_counts(view, &attribute->observations[i]))
            return &attribute->observations[i];
    return NULL;
}

static bool view_set(const struct history_view *view, const struct attribute_set *all,
                     struct arena *arena, struct attribute_set *out)
{
    *out = (struct attribute_set){0};
    if (all->count == 0)
        return true;
    out->items = ARENA_ARRAY(arena, struct attribute, all->count);
    if (out->items == NULL)
        return false;
    for (size_t i = 0; i < all->count; i++) {
        struct observation *seen = current_then(view, &all->items[i]);
        if (seen != NULL)
            out->items[out->count++] = (struct attribute){all->items[i].name, seen, 1};
    }
    return true;
}

static bool touch_counts(const struct history_view *view, const struct touch *touch)
{
    switch (view->basis) {
    case HISTORY_FIRST_VERDICT:
        return touch->recorded_at < view->known_until;
    case HISTORY_FIRST_HANDOFF:
        return touch->occurred_at < view->known_until;
    default:
        return true;
    }
}

/* Without a date a touch stands at the moment it was recorded. Of an import after the first handoff
 * nobody knows when it happened; what a live sender said came when it was said. */
static bool is_undated_import(const struct history_lead *lead, const struct history_view *view,
                              const struct touch *touch)
{
    return view->basis == HISTORY_FIRST_HANDOFF && touch->occurred_at == touch->recorded_at &&
           view->judged_at < lead->created_at;
}

/* Beyond the latest that are counted one by one, per kind and day, as load does. */
static void count_older(struct touch_count *older, size_t *count, const struct touch *touch)
{
    int64_t day = instant_day(touch->occurred_at);

    for (size_t i = *count; i-- > 0 && older[i].day == day;) {
        if (strcmp(older[i].kind, touch->kind) == 0) {
            older[i].count++;
            return;
        }
    }
    older[(*count)++] = (struct touch_count){touch->kind, day, 1};
}

static bool view_touches(const struct history_lead *lead, struct arena *arena,
                         struct history_view *out)
{
    size_t beyond =
        lead->touch_count > TOUCHES_LOADED_MAX ? lead->touch_count - TOUCHES_LOADED_MAX : 0;
    struct touch *touches = ARENA_ARRAY(arena, struct touch, lead->touch_count + 1);
    struct touch_count *older = ARENA_ARRAY(arena, struct touch_count, beyond + 1);
    size_t count = 0, older_count = 0;

    if (touches == NULL || older == NULL)
        return false;
    for (size_t i = 0; i < lead->touch_count; i++) {
        if (!touch_counts(out, &lead->touches[i])) {
            out->undated_touches += is_undated_import(lead, out, &lead->touches[i]);
            continue;
        }
        if (count < TOUCHES_LOADED_MAX)
            touches[count++] = lead->touches[i];
        else
            count_older(older, &older_count, &lead->touches[i]);
    }
    out->touches = (struct touch_log){touches, count, older, older_count};
    return true;
}

bool history_view(const struct history_lead *lead, enum term term, struct arena *arena,
                  struct history_view *out)
{
    choose_moment(lead, term, out);
    out->undated_touches = 0;
    if (!view_set(out, &lead->attributes, arena, &out->attributes) ||
        !view_set(out, &lead->facts, arena, &out->facts) || !view_touches(lead, arena, out))
        return false;
    out->subject = (struct verdict_subject){
        .attributes = &out->attributes,
        .facts = &out->facts,
        .touches = &out->touches,
        .has_origin = true,
        .origin = lead->origin,
        .now = out->judged_at,
        .known_at = INSTANT_NONE,
    };
    return true;
}
