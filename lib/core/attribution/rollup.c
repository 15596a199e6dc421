#include "core/attribution/rollup.h"

#include <string.h>

/* The memory that sharing one lead's conversions may take. */
#define SCRATCH_MAX_BYTES ((size_t)32 << 20)

/* ---- days ---- */

int32_t rollup_day(const struct time_zone *zone, instant at)
{
    return (int32_t)instant_day(time_zone_local(zone, at));
}

/* The first day of a month, at or after this day. */
static int32_t month_from(int32_t day)
{
    int32_t first = rollup_month(day);

    return first == day ? day : rollup_month(first + 31 < day ? day : first + 31);
}

void rollup_days_by_months(struct rollup_days *days)
{
    int32_t first = days->first == INT32_MIN ? INT32_MIN : month_from(days->first);
    int32_t end = days->end == INT32_MAX ? INT32_MAX : rollup_month(days->end);

    if (first < end) {
        days->months_first = first;
        days->months_end = end;
    }
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

/* The sum of this key in a table; NULL when memory is short. */
static struct rollup_sum *find_sum(const struct counting *it, enum rollup_table table,
                                   const struct rollup_key *key)
{
    return rollup_sums_find(it->sums, table, key);
}

static void add_number(const struct counting *it, struct rollup_sum *sum, int number, int64_t one)
{
    rollup_sums_increase(it->sums, &sum->numbers[number], it->times * one);
}

static void add_count(const struct counting *it, const struct rollup_key *key)
{
    struct rollup_sum *sum = find_sum(it, ROLLUP_COUNTS, key);

    if (sum != NULL)
        add_number(it, sum, ROLLUP_COUNT, 1);
}

/* Money, and the same in its parts; these numbers are at the same distance in both tables. */
static void add_money(const struct counting *it, struct rollup_sum *sum, int amount, int distance,
                      int64_t minor)
{
    add_number(it, sum, amount, minor);
    if (it->lead->money == JOURNEY_MONEY_PIPELINE)
        add_number(it, sum, amount + distance, minor);
    if (it->lead->money == JOURNEY_MONEY_WON)
        add_number(it, sum, amount + 2 * distance, minor);
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
    struct rollup_key key =
        key_of(it, ROLLUP_LEADS, ROLLUP_UNCUT, rollup_day(it->setup->zone, first));
    add_count(it, &key);
    for (size_t place = 0; place < cut_count(it->setup); place++) {
        int count = cut_at(it->setup, place, cuts);
        key.cut = rollup_cut(cuts, count);
        memset(key.values, 0, sizeof key.values);
        if (it->count > 0)
            values_of(it->touches[0], cuts, count, key.values);
        add_count(it, &key);
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

/* What the touches of a journey are credited with by each model, and their money. */
struct shares {
    int64_t *credit[CREDIT_MODEL_COUNT];
    int64_t *money[CREDIT_MODEL_COUNT];
};

static bool share_by(const struct counting *it, enum credit_model model,
                     const struct journey *journey, struct shares *out)
{
    return credit_journey(model, &it->setup->setup.rules, journey, it->scratch,
                          out->credit[model]) &&
           credit_share(it->lead->amount_minor, out->credit[model], journey->count, it->scratch,
                        out->money[model]);
}

/* Of those models that look at each journey alone all but shapley, which looks at values. */
static bool make_shares(const struct counting *it, const struct journey *journey,
                        struct shares *out)
{
    bool made = true;

    for (int model = 0; model < CREDIT_MODEL_COUNT; model++) {
        out->credit[model] = ARENA_ARRAY(it->scratch, int64_t, journey->count + 1);
        out->money[model] = ARENA_ARRAY(it->scratch, int64_t, journey->count + 1);
        made = made && out->credit[model] != NULL && out->money[model] != NULL;
        if (made && journey->count > 0 && model != CREDIT_MARKOV && model != CREDIT_SHAPLEY)
            made = share_by(it, (enum credit_model)model, journey, out);
    }
    return made;
}

static void add_credit(const struct counting *it, struct rollup_sum *sum, int model, int64_t credit,
                       int64_t minor)
{
    add_number(it, sum, ROLLUP_OF(ROLLUP_MODEL_CREDIT, model), credit);
    add_money(it, sum, ROLLUP_OF(ROLLUP_MODEL_AMOUNT, model), CREDIT_MODEL_COUNT, minor);
}

static void add_shares(const struct counting *it, const struct path *path, struct rollup_key *key,
                       const enum attribution_cut *cuts, const struct shares *shares)
{
    int count = key->cut < 64 ? 1 : 2;

    for (size_t i = 0; i < path->count; i++) {
        values_of(path->touches[i], cuts, count, key->values);
        struct rollup_sum *sum = find_sum(it, ROLLUP_CREDITS, key);
        for (int model = 0; sum != NULL && model < CREDIT_MODEL_COUNT; model++)
            if (shares->credit[model][i] > 0)
                add_credit(it, sum, model, shares->credit[model][i], shares->money[model][i]);
    }
}

/* What no touch can be credited for stands without values, by a chain too. */
static void add_uncredited(const struct counting *it, const struct rollup_key *key)
{
    struct rollup_sum *sum = find_sum(it, ROLLUP_CREDITS, key);

    for (int model = 0; sum != NULL && model < CREDIT_MODEL_COUNT; model++)
        add_credit(it, sum, model, CREDIT_ONE, it->lead->amount_minor);
}

static bool count_credit(const struct counting *it, const struct path *path)
{
    enum attribution_cut cuts[ATTRIBUTION_DIMENSIONS_MAX];
    struct journey journey;
    struct shares shares;

    if (!make_journey(it, path, &journey) || !make_shares(it, &journey, &shares))
        return false;
    for (size_t place = 0; place < cut_count(it->setup); place++) {
        int count = cut_at(it->setup, place, cuts);
        struct rollup_key key = key_of(it, path->milestone, rollup_cut(cuts, count), path->day);
        memcpy(key.currency, it->lead->currency, sizeof it->lead->currency);
        if (path->count == 0) {
            add_uncredited(it, &key);
            continue;
        }
        number_values(path, cuts, count, (struct journey_touch *)journey.touches);
        if (!share_by(it, CREDIT_SHAPLEY, &journey, &shares))
            return false;
        add_shares(it, path, &key, cuts, &shares);
    }
    return true;
}

/* From each value to the next, with the ends. */
static void add_moves(const struct counting *it, int what, const struct path *path)
{
    for (int cut = 0; cut < CUT_COUNT && path->count > 0; cut++) {
        enum attribution_cut only = (enum attribution_cut)cut;
        struct rollup_key key = key_of(it, what, rollup_cut(&only, 1), path->day);
        int64_t from = CHAIN_BEGIN;
        for (size_t i = 0; i <= path->count; i++) {
            key.values[0] = from;
            key.values[1] = i < path->count ? path->touches[i]->values[cut] : CHAIN_END;
            from = key.values[1];
            add_count(it, &key);
        }
    }
}

static void count_conversion(const struct counting *it, enum milestone milestone)
{
    struct path path = path_of(it, milestone);
    struct rollup_key key = key_of(it, ROLLUP_CONVERSIONS(milestone), ROLLUP_UNCUT, path.day);

    key.standing = (int32_t)path.standing;
    memcpy(key.currency, it->lead->currency, sizeof it->lead->currency);
    add_count(it, &key);
    struct rollup_sum *sum = find_sum(it, ROLLUP_COUNTS, &key);
    if (sum != NULL)
        add_money(it, sum, ROLLUP_AMOUNT, 1, it->lead->amount_minor);
    if (!count_credit(it, &path))
        rollup_sums_fail(it->sums);
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
        rollup_sums_fail(sums);
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
