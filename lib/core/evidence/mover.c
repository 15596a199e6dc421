#include "core/evidence/mover.h"

#include <stdlib.h>
#include <string.h>

#define LIST_FIRST 256

static const char *const way_names[] = {[MOVER_IN] = "in", [MOVER_OUT] = "out"};

const struct input_type mover_way_type = {
    .kind = INPUT_ENUM, .values = way_names, .max = MOVER_WAY_COUNT - 1};

const char *mover_way_name(enum mover_way way)
{
    return way_names[way];
}

/* ---- causes ---- */

static bool stands_in_the_way(const struct criterion *criterion, enum criterion_result result)
{
    return criterion->kind == CRITERION_DISQUALIFIER ? result == RESULT_MET
                                                     : criterion->required && result != RESULT_MET;
}

static int32_t score_of(const struct verdict *verdict, int threshold)
{
    return threshold == THRESHOLD_TOTAL ? verdict->score : verdict->scores[threshold];
}

static bool counts_for(const struct criterion *criterion, int threshold)
{
    return criterion->kind != CRITERION_DISQUALIFIER &&
           (threshold == THRESHOLD_TOTAL || (int)criterion->kind == threshold);
}

static int32_t points_by_id(const struct definition *definition, const struct verdict *verdict,
                            const char *id, int threshold)
{
    int at = definition_criterion(definition, id);

    return at >= 0 && counts_for(&definition->criteria[at], threshold)
               ? verdict->criteria[at].points
               : 0;
}

/* The greatest shortfall so far, and in how many criteria there is one. */
struct shortfall {
    int cause;
    int32_t points;
    int count;
};

static void weigh(struct shortfall *found, int cause, int32_t points)
{
    found->count += points > 0;
    if (points > found->points) {
        found->points = points;
        found->cause = cause;
    }
}

static struct shortfall find_shortfall(const struct definition *failing,
                                       const struct verdict *failed,
                                       const struct definition *passing,
                                       const struct verdict *passed, int threshold)
{
    struct shortfall found = {.cause = MOVER_CAUSE_THRESHOLD + threshold};

    for (size_t i = 0; i < failing->criteria_count; i++)
        if (counts_for(&failing->criteria[i], threshold))
            weigh(&found, (int)i,
                  points_by_id(passing, passed, failing->criteria[i].id, threshold) -
                      failed->criteria[i].points);
    for (size_t i = 0; i < passing->criteria_count; i++)
        if (counts_for(&passing->criteria[i], threshold) &&
            definition_criterion(failing, passing->criteria[i].id) < 0)
            weigh(&found, MOVER_CAUSE_OTHER + (int)i, passed->criteria[i].points);
    return found;
}

struct mover_cause mover_cause(const struct definition *failing, const struct verdict *failed,
                               const struct definition *passing, const struct verdict *passed)
{
    int criterion = -1, criteria = 0, threshold = -1, thresholds = 0;

    for (int i = (int)failing->criteria_count - 1; i >= 0; i--) {
        if (stands_in_the_way(&failing->criteria[i], failed->criteria[i].result)) {
            criterion = i;
            criteria++;
        }
    }
    for (int i = THRESHOLD_COUNT - 1; i >= 0; i--) {
        if (failing->has_threshold[i] && score_of(failed, i) < failing->thresholds[i]) {
            threshold = i;
            thresholds++;
        }
    }
    if (criteria > 0)
        return (struct mover_cause){criterion, criteria == 1 && thresholds == 0};
    struct shortfall found = find_shortfall(failing, failed, passing, passed, threshold);
    return (struct mover_cause){found.cause, thresholds == 1 && found.count <= 1};
}

void mover_cause_name(int cause, const struct definition *failing, const struct definition *passing,
                      const char **criterion, const char **threshold)
{
    *criterion = cause < MOVER_CAUSE_OTHER       ? failing->criteria[cause].id
                 : cause < MOVER_CAUSE_THRESHOLD ? passing->criteria[cause - MOVER_CAUSE_OTHER].id
                                                 : NULL;
    *threshold = *criterion == NULL ? threshold_name(cause - MOVER_CAUSE_THRESHOLD) : NULL;
}

/* ---- lists ---- */

int mover_sample_order(const struct uuid *a, const struct uuid *b)
{
    int order = memcmp(a->b + 8, b->b + 8, 8);

    return order != 0 ? order : memcmp(a->b, b->b, 8);
}

static void swap(struct mover *a, struct mover *b)
{
    struct mover kept = *a;

    *a = *b;
    *b = kept;
}

static void sift_down(struct mover_list *list, size_t at)
{
    for (;;) {
        size_t greatest = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < list->count; child++)
            if (mover_sample_order(&list->items[child].lead, &list->items[greatest].lead) > 0)
                greatest = child;
        if (greatest == at)
            return;
        swap(&list->items[at], &list->items[greatest]);
        at = greatest;
    }
}

static bool make_room(struct mover_list *list, struct arena *arena)
{
    if (list->count < list->size)
        return true;
    size_t size = list->size == 0 ? LIST_FIRST : list->size * 2;
    size = size > MOVERS_KEPT_MAX ? MOVERS_KEPT_MAX : size;
    struct mover *grown = arena_resize(arena, list->items, list->size * sizeof *list->items,
                                       size * sizeof *list->items);
    if (grown == NULL)
        return false;
    list->items = grown;
    list->size = size;
    return true;
}

void mover_list_add(struct mover_list *list, const struct mover *mover, struct arena *arena)
{
    if (list->count == MOVERS_KEPT_MAX) {
        if (mover_sample_order(&mover->lead, &list->items[0].lead) < 0) {
            list->items[0] = *mover;
            sift_down(list, 0);
        }
        return;
    }
    if (!make_room(list, arena))
        return;
    list->items[list->count++] = *mover;
    for (size_t i = list->count / 2; list->count == MOVERS_KEPT_MAX && i-- > 0;)
        sift_down(list, i);
}

void mover_list_merge(struct mover_list *list, const struct mover_list *other, struct arena *arena)
{
    for (size_t i = 0; i < other->count; i++)
        mover_list_add(list, &other->items[i], arena);
}

static void keep_in_order(struct uuid lead, struct uuid *out, size_t *count, size_t max)
{
    size_t at = *count;

    while (at > 0 && mover_sample_order(&lead, &out[at - 1]) < 0)
        at--;
    if (at == max)
        return;
    *count += *count < max;
    memmove(&out[at + 1], &out[at], (*count - at - 1) * sizeof *out);
    out[at] = lead;
}

size_t mover_list_sample(const struct mover_list *list, struct uuid *out, size_t max)
{
    size_t count = 0;

    for (size_t i = 0; i < list->count; i++)
        keep_in_order(list->items[i].lead, out, &count, max);
    return count;
}

/* ---- as a job keeps them ---- */

static int compare_by_rank(const void *a, const void *b, void *context)
{
    const struct mover *left = a, *right = b;
    const uint8_t *ranks = context;
    int order = ranks[left->cause] - ranks[right->cause];

    return order != 0 ? order : mover_sample_order(&left->lead, &right->lead);
}

void mover_list_sort(struct mover_list *list, const uint8_t ranks[MOVER_CAUSES])
{
    if (list->count > 0)
        qsort_r(list->items, list->count, sizeof *list->items, compare_by_rank, (void *)ranks);
}

static uint8_t *put(uint8_t *at, uint64_t number, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--)
        *at++ = (uint8_t)(number >> (8 * i));
    return at;
}

static const uint8_t *get(const uint8_t *at, uint64_t *number, int bytes)
{
    *number = 0;
    for (int i = 0; i < bytes; i++)
        *number = *number << 8 | *at++;
    return at;
}

/* lead 16, judged_at 8, the scores 4 each, cause 1, alone 1, answered 1, outcomes 1 each, 2 spare;
 * big-endian. */
void mover_encode(const struct mover *mover, uint8_t out[MOVER_BYTES])
{
    memcpy(out, mover->lead.b, sizeof mover->lead.b);
    out = put(out + sizeof mover->lead.b, (uint64_t)mover->judged_at, 8);
    out = put(out, (uint32_t)mover->score, 4);
    out = put(out, (uint32_t)mover->score_against, 4);
    out = put(out, mover->cause, 1);
    out = put(out, mover->alone, 1);
    out = put(out, mover->answered, 1);
    for (int i = 0; i < TARGET_COUNT; i++)
        out = put(out, mover->outcomes[i], 1);
    put(out, 0, 2);
}

void mover_decode(const uint8_t bytes[MOVER_BYTES], struct mover *out)
{
    uint64_t number[7];
    const uint8_t *at = bytes;

    memcpy(out->lead.b, at, sizeof out->lead.b);
    at = get(at + sizeof out->lead.b, &number[0], 8);
    at = get(at, &number[1], 4);
    at = get(at, &number[2], 4);
    for (int i = 3; i < 6; i++)
        at = get(at, &number[i], 1);
    out->judged_at = (instant)number[0];
    out->score = (int32_t)number[1];
    out->score_against = (int32_t)number[2];
    out->cause = (uint8_t)number[3];
    out->alone = number[4] != 0;
    out->answered = number[5] != 0;
    for (int i = 0; i < TARGET_COUNT; i++) {
        at = get(at, &number[6], 1);
        out->outcomes[i] = (uint8_t)number[6];
    }
}
