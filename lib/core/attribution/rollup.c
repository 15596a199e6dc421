#include "core/attribution/rollup.h"

#include "base/map.h"

#include <stdlib.h>
#include <string.h>

/* The memory that sharing one lead's conversions may take. */
#define SCRATCH_MAX_BYTES ((size_t)32 << 20)

struct rollup_sums {
    struct arena *arena;
    struct map known; /* struct rollup_key: struct rollup_sum, of days alone */
    struct rollup_sum **days;
    size_t count, room;
};

/* ---- days ---- */

int32_t rollup_day(const struct time_zone *zone, instant at)
{
    return (int32_t)instant_day(time_zone_local(zone, at));
}

/* Days of a month go by at most 31 back. */
int32_t rollup_month(int32_t day)
{
    int64_t month = instant_month((instant)day * INSTANT_DAY);
    int32_t first = day;

    while (instant_month((instant)(first - 1) * INSTANT_DAY) == month)
        first--;
    return first;
}

int rollup_cut(const enum attribution_cut *cuts, int count)
{
    if (count == 0)
        return ROLLUP_UNCUT;
    if (count == 1)
        return (int)cuts[0] + 1;
    return cuts[0] < cuts[1] ? 64 * ((int)cuts[0] + 1) + (int)cuts[1] + 1
                             : 64 * ((int)cuts[1] + 1) + (int)cuts[0] + 1;
}

/* ---- sums ---- */

struct rollup_sums *rollup_sums_new(struct arena *arena)
{
    struct rollup_sums *sums = ARENA_NEW(arena, struct rollup_sums);

    if (sums == NULL)
        return NULL;
    sums->arena = arena;
    map_init(&sums->known, arena);
    return sums;
}

static bool keep(struct rollup_sums *sums, struct rollup_sum *sum)
{
    size_t wanted = sums->room == 0 ? 1024 : 2 * sums->room;

    if (sums->count == sums->room) {
        void *more =
            arena_resize(sums->arena, sums->days, sums->room * sizeof sum, wanted * sizeof sum);
        if (more == NULL)
            return false;
        sums->days = more;
        sums->room = wanted;
    }
    sums->days[sums->count++] = sum;
    return map_put(&sums->known, &sum->key, sizeof sum->key, sum);
}

static struct rollup_sum *sum_of(struct rollup_sums *sums, const struct rollup_key *key)
{
    struct rollup_sum *sum = map_get(&sums->known, key, sizeof *key);

    if (sum != NULL)
        return sum;
    sum = ARENA_NEW(sums->arena, struct rollup_sum);
    if (sum == NULL)
        return NULL;
    sum->key = *key;
    return keep(sums, sum) ? sum : NULL;
}

static void add_to(struct rollup_sum *sum, const struct rollup_sum *of)
{
    sum->count += of->count;
    sum->credit += of->credit;
    sum->amount_minor += of->amount_minor;
    sum->pipeline_minor += of->pipeline_minor;
    sum->won_minor += of->won_minor;
}

static bool is_zero(const struct rollup_sum *sum)
{
    return sum->count == 0 && sum->credit == 0 && sum->amount_minor == 0 &&
           sum->pipeline_minor == 0 && sum->won_minor == 0;
}

static int by_key(const void *a, const void *b)
{
    const struct rollup_sum *left = a, *right = b;

    return memcmp(&left->key, &right->key, sizeof left->key);
}

/* Adds up those of one key, of sorted ones; how many are left. */
static size_t join(struct rollup_sum *sums, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && by_key(&sums[kept - 1], &sums[i]) == 0)
            add_to(&sums[kept - 1], &sums[i]);
        else
            sums[kept++] = sums[i];
    }
    return kept;
}

bool rollup_sums_end(struct rollup_sums *sums, const struct rollup_sum **out, size_t *count)
{
    struct rollup_sum *all = ARENA_ARRAY(sums->arena, struct rollup_sum, 2 * sums->count + 1);
    size_t kept = 0;

    *count = 0;
    *out = all;
    if (all == NULL)
        return false;
    for (size_t i = 0; i < sums->count; i++) {
        if (is_zero(sums->days[i]))
            continue;
        all[kept++] = *sums->days[i];
        all[kept] = *sums->days[i];
        all[kept].key.grain = ROLLUP_MONTH;
        all[kept].key.day = rollup_month(all[kept].key.day);
        kept++;
    }
    qsort(all, kept, sizeof *all, by_key);
    *count = join(all, kept);
    return !arena_failed(sums->arena);
}

/* ---- setups ---- */

bool rollup_setup_prepare(struct rollup_setup *out, const struct attribution_setup *from,
                          const struct time_zone *zone, struct arena *arena)
{
    int64_t *direct = ARENA_ARRAY(arena, int64_t, from->direct_count + 1);
    int64_t *kinds = ARENA_ARRAY(arena, int64_t, from->kind_count + 1);

    if (direct == NULL || kinds == NULL)
        return false;
    for (size_t i = 0; i < from->direct_count; i++)
        direct[i] = dimension_id(DIMENSION_SOURCE, from->direct[i]);
    for (size_t i = 0; i < from->kind_count; i++)
        kinds[i] = rollup_kind(from->kinds[i], strlen(from->kinds[i]));
    *out = (struct rollup_setup){.setup = *from,
                                 .id = attribution_setup_id(from->name),
                                 .zone = zone,
                                 .direct = direct,
                                 .kinds = kinds};
    return true;
}

static bool is_among(int64_t number, const int64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (numbers[i] == number)
            return true;
    return false;
}

/* ---- one lead ---- */

struct counting {
    struct rollup_sums *sums;
    const struct rollup_setup *setup;
    const struct rollup_lead *lead;
    int times;
    struct arena *scratch;
    const struct rollup_touch **touches; /* those of kinds that count */
    size_t count;
};

/* The touches of one milestone. */
struct path {
    const struct rollup_touch **touches;
    size_t count;
    enum attribution_standing standing;
    instant at;
    int32_t day; /* of at, in the setup's zone */
    enum milestone milestone;
};

static struct rollup_key key_of(const struct counting *it, int what, int cut, int32_t day)
{
    return (struct rollup_key){.setup = it->setup->id,
                               .version = it->setup->setup.version,
                               .what = what,
                               .cut = cut,
                               .day = day};
}

/* Of a sum whose numbers are those of one time. */
static void add(const struct counting *it, const struct rollup_sum *one)
{
    struct rollup_sum *sum = sum_of(it->sums, &one->key);

    if (sum == NULL)
        return;
    sum->count += it->times * one->count;
    sum->credit += it->times * one->credit;
    sum->amount_minor += it->times * one->amount_minor;
    if (it->lead->money == JOURNEY_MONEY_PIPELINE)
        sum->pipeline_minor += it->times * one->amount_minor;
    if (it->lead->money == JOURNEY_MONEY_WON)
        sum->won_minor += it->times * one->amount_minor;
}

static size_t cut_count(const struct rollup_setup *setup)
{
    return CUT_COUNT + setup->setup.pair_count;
}

/* Which values of a touch a cut looks at: the dimensions one by one, then the pairs. */
static int cut_at(const struct rollup_setup *setup, size_t place,
                  enum attribution_cut cuts[ATTRIBUTION_DIMENSIONS_MAX])
{
    if (place < CUT_COUNT) {
        cuts[0] = (enum attribution_cut)place;
        return 1;
    }
    const enum attribution_cut *pair = setup->setup.pairs[place - CUT_COUNT].cuts;
    cuts[0] = pair[0] < pair[1] ? pair[0] : pair[1];
    cuts[1] = pair[0] < pair[1] ? pair[1] : pair[0];
    return 2;
}

static void values_of(const struct rollup_touch *touch, const enum attribution_cut *cuts, int count,
                      int64_t *out)
{
    for (int i = 0; i < count; i++)
        out[i] = touch->values[cuts[i]];
}

static bool take_touches(struct counting *it)
{
    const struct attribution_setup *setup = &it->setup->setup;

    it->touches = ARENA_ARRAY(it->scratch, const struct rollup_touch *, it->lead->count + 1);
    for (size_t i = 0; it->touches != NULL && i < it->lead->count; i++)
        if (setup->kind_count == 0 ||
            is_among(it->lead->touches[i].kind, it->setup->kinds, setup->kind_count))
            it->touches[it->count++] = &it->lead->touches[i];
    return it->touches != NULL;
}

static void count_lead(const struct counting *it)
{
    instant first = it->lead->first_at;
    enum attribution_cut cuts[ATTRIBUTION_DIMENSIONS_MAX];

    if (it->setup->setup.kind_count > 0)
        first = it->count > 0 ? it->touches[0]->at : it->lead->created_at;
    int32_t day = rollup_day(it->setup->zone, first);
    struct rollup_sum one = {.key = key_of(it, ROLLUP_LEADS, ROLLUP_UNCUT, day), .count = 1};
    add(it, &one);
    for (size_t place = 0; place < cut_count(it->setup); place++) {
        int count = cut_at(it->setup, place, cuts);
        one.key.cut = rollup_cut(cuts, count);
        memset(one.key.values, 0, sizeof one.key.values);
        if (it->count > 0)
            values_of(it->touches[0], cuts, count, one.key.values);
        add(it, &one);
    }
}

/* ---- credit ---- */

/* From the first that is within the window of this moment. */
static size_t window_begin(const struct counting *it, instant at)
{
    int32_t days = it->setup->setup.window_days;
    size_t first = 0;

    while (days > 0 && first < it->count && it->touches[first]->at < at - days * INSTANT_DAY)
        first++;
    return first;
}

static struct path path_of(const struct counting *it, enum milestone milestone)
{
    instant at = it->lead->reached[milestone];
    size_t first = window_begin(it, at), end = it->count;
    struct path path = {.milestone = milestone,
                        .at = at,
                        .day = rollup_day(it->setup->zone, at),
                        .standing = STANDING_UNTOUCHED};

    while (end > 0 && it->touches[end - 1]->at > at)
        end--;
    path.touches = it->touches + first;
    if (end > first) {
        path.count = end - first;
        path.standing = STANDING_CREDITED;
    } else if (it->count > 0 && it->touches[0]->at > at) {
        path.touches = it->touches;
        path.count = 1;
        path.standing = STANDING_LATE;
    } else if (it->count > 0) {
        path.standing = STANDING_OUTSIDE;
    }
    return path;
}

static bool make_journey(const struct counting *it, const struct path *path, struct journey *out)
{
    struct journey_touch *touches = ARENA_ARRAY(it->scratch, struct journey_touch, path->count + 1);

    *out = (struct journey){.touches = touches, .count = path->count, .at = path->at};
    memcpy(out->reached, it->lead->reached, sizeof out->reached);
    for (size_t i = 0; touches != NULL && i < path->count; i++) {
        int64_t source = path->touches[i]->values[CUT_SOURCE];
        touches[i] = (struct journey_touch){
            .at = path->standing == STANDING_LATE ? path->at : path->touches[i]->at,
            .direct =
                source == 0 || is_among(source, it->setup->direct, it->setup->setup.direct_count),
        };
    }
    return touches != NULL;
}

/* Touches of the same values have the same key. */
static void number_values(const struct path *path, const enum attribution_cut *cuts, int count,
                          struct journey_touch *touches)
{
    for (size_t i = 0; i < path->count; i++) {
        bool same = false;
        touches[i].key = (int)i;
        for (size_t j = 0; j < i && !same; j++) {
            same = true;
            for (int c = 0; c < count; c++)
                same =
                    same && path->touches[i]->values[cuts[c]] == path->touches[j]->values[cuts[c]];
            if (same)
                touches[i].key = touches[j].key;
        }
    }
}

/* What each touch of a path is given. */
struct shares {
    int64_t *credit;
    int64_t *money;
};

static bool share(const struct counting *it, const struct path *path, enum credit_model model,
                  const struct journey *journey, struct shares *out)
{
    return credit_journey(model, &it->setup->setup.rules, journey, it->scratch, out->credit) &&
           credit_share(it->lead->amount_minor, out->credit, path->count, it->scratch, out->money);
}

static void add_shares(const struct counting *it, const struct path *path, struct rollup_sum *one,
                       const enum attribution_cut *cuts, int count, const struct shares *shares)
{
    for (size_t i = 0; i < path->count; i++) {
        one->credit = shares->credit[i];
        one->amount_minor = shares->money[i];
        values_of(path->touches[i], cuts, count, one->key.values);
        if (shares->credit[i] > 0)
            add(it, one);
    }
}

/* Models that look at each journey alone; of a chain what no touch can be credited for. Only one of
 * them looks at the values, and gives by each cut something else. */
static void add_model(const struct counting *it, const struct path *path, enum credit_model model,
                      struct journey *journey)
{
    struct shares shares = {ARENA_ARRAY(it->scratch, int64_t, path->count + 1),
                            ARENA_ARRAY(it->scratch, int64_t, path->count + 1)};
    enum attribution_cut cuts[ATTRIBUTION_DIMENSIONS_MAX];
    bool by_values = model == CREDIT_SHAPLEY;

    for (size_t place = 0; place < cut_count(it->setup); place++) {
        int count = cut_at(it->setup, place, cuts);
        struct rollup_sum one = {.key = key_of(it, ROLLUP_CREDIT(path->milestone, model),
                                               rollup_cut(cuts, count), path->day)};
        memcpy(one.key.currency, it->lead->currency, sizeof it->lead->currency);
        if (path->count == 0) {
            one.credit = CREDIT_ONE;
            one.amount_minor = it->lead->amount_minor;
            add(it, &one);
            continue;
        }
        if (by_values)
            number_values(path, cuts, count, (struct journey_touch *)journey->touches);
        if (shares.credit == NULL || shares.money == NULL ||
            ((by_values || place == 0) && !share(it, path, model, journey, &shares))) {
            arena_fail(it->sums->arena);
            return;
        }
        add_shares(it, path, &one, cuts, count, &shares);
    }
}

/* From each value to the next, with the ends. */
static void add_moves(const struct counting *it, int what, const struct path *path)
{
    for (int cut = 0; cut < CUT_COUNT && path->count > 0; cut++) {
        enum attribution_cut only = (enum attribution_cut)cut;
        struct rollup_sum one = {.key = key_of(it, what, rollup_cut(&only, 1), path->day),
                                 .count = 1};
        int64_t from = CHAIN_BEGIN;
        for (size_t i = 0; i <= path->count; i++) {
            one.key.values[0] = from;
            one.key.values[1] = i < path->count ? path->touches[i]->values[cut] : CHAIN_END;
            from = one.key.values[1];
            add(it, &one);
        }
    }
}

static void count_conversion(const struct counting *it, enum milestone milestone)
{
    struct path path = path_of(it, milestone);
    struct rollup_sum one = {
        .key = key_of(it, ROLLUP_CONVERSIONS(milestone), ROLLUP_UNCUT, path.day),
        .count = 1,
        .credit = CREDIT_ONE,
        .amount_minor = it->lead->amount_minor,
    };
    struct journey journey;

    one.key.standing = (int32_t)path.standing;
    memcpy(one.key.currency, it->lead->currency, sizeof it->lead->currency);
    add(it, &one);
    if (!make_journey(it, &path, &journey)) {
        arena_fail(it->sums->arena);
        return;
    }
    for (int model = 0; model < CREDIT_MODEL_COUNT; model++)
        if (model != CREDIT_MARKOV || path.count == 0)
            add_model(it, &path, (enum credit_model)model, &journey);
    add_moves(it, ROLLUP_MOVES(milestone), &path);
}

/* The whole way so far, in the period of its last touch: a null path of every milestone that was
 * not reached. */
static void count_path(const struct counting *it)
{
    int reached = 0;

    for (int i = 0; i < MILESTONE_COUNT; i++)
        reached |= (it->lead->reached[i] != INSTANT_NONE) << i;
    if (it->count == 0 || reached == (1 << MILESTONE_COUNT) - 1)
        return;
    instant last = it->touches[it->count - 1]->at;
    size_t first = window_begin(it, last);
    const struct path path = {.touches = it->touches + first,
                              .count = it->count - first,
                              .at = last,
                              .day = rollup_day(it->setup->zone, last)};
    add_moves(it, ROLLUP_PATHS(reached), &path);
}

void rollup_sums_add(struct rollup_sums *sums, const struct rollup_setup *setup,
                     const struct rollup_lead *lead, int times)
{
    struct counting it = {.sums = sums, .setup = setup, .lead = lead, .times = times};

    it.scratch = arena_new(SCRATCH_MAX_BYTES);
    if (it.scratch == NULL || !take_touches(&it)) {
        arena_fail(sums->arena);
        arena_free(it.scratch);
        return;
    }
    count_lead(&it);
    for (int i = 0; i < MILESTONE_COUNT; i++)
        if (lead->reached[i] != INSTANT_NONE)
            count_conversion(&it, (enum milestone)i);
    count_path(&it);
    arena_free(it.scratch);
}
