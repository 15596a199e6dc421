#include "core/attribution/journeys.h"

#include "base/map.h"
#include "core/attribution/chain.h"
#include "core/attribution/markov.h"

#include <stdlib.h>
#include <string.h>

/* So many parts are kept before those that are alike are added up. */
#define PARTS_FIRST 4096

/* The memory that sharing one conversion may take. */
#define SCRATCH_MAX_BYTES ((size_t)16 << 20)

/* A value, or a pair of them. */
struct channel {
    int64_t values[ATTRIBUTION_DIMENSIONS_MAX];
    int key;       /* in the order of their first use */
    int64_t times; /* that a step had it */
};

/* One that a chain credits, which takes all of them. */
struct kept {
    const char *time;
    const char *currency;
    int64_t amount_minor;
    enum journey_money money;
    enum attribution_standing standing;
    int *keys;
    size_t count;
};

struct journeys {
    enum credit_model model;
    const struct credit_rules *rules;
    struct arena *arena;
    struct arena *scratch; /* for one conversion at a time */
    struct journeys_part *parts;
    size_t part_count, part_room;
    struct map known; /* values: struct channel */
    struct channel **channels;
    size_t channel_count, channel_room;
    struct kept *kept;
    size_t kept_count, kept_room;
};

struct journeys *journeys_new(enum credit_model model, const struct credit_rules *rules,
                              struct arena *arena)
{
    struct journeys *journeys = ARENA_NEW(arena, struct journeys);

    if (journeys == NULL)
        return NULL;
    *journeys = (struct journeys){.model = model, .rules = rules, .arena = arena};
    journeys->scratch = arena_new(SCRATCH_MAX_BYTES);
    if (journeys->scratch == NULL)
        arena_fail(arena);
    map_init(&journeys->known, arena);
    return journeys;
}

/* Room for one more of an array that grows by doubling; false when memory is short. */
static bool grow(struct arena *arena, void **items, size_t count, size_t *room, size_t size)
{
    size_t wanted = *room == 0 ? PARTS_FIRST : 2 * *room;

    if (count < *room)
        return true;
    void *more = arena_resize(arena, *items, *room * size, wanted * size);
    if (more == NULL)
        return false;
    *items = more;
    *room = wanted;
    return true;
}

/* ---- parts ---- */

static int compare_texts(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return (a != NULL) - (b != NULL);
    return strcmp(a, b);
}

static int by_what_they_share(const void *a, const void *b)
{
    const struct journeys_part *left = a, *right = b;
    int order = compare_texts(left->time, right->time);

    for (int i = 0; order == 0 && i < ATTRIBUTION_DIMENSIONS_MAX; i++)
        order = (left->values[i] > right->values[i]) - (left->values[i] < right->values[i]);
    if (order == 0)
        order = (int)left->standing - (int)right->standing;
    return order == 0 ? compare_texts(left->currency, right->currency) : order;
}

static void add_minor(int64_t *sum, int64_t more)
{
    if (__builtin_add_overflow(*sum, more, sum) || *sum > ATTRIBUTION_AMOUNT_MAX)
        *sum = ATTRIBUTION_AMOUNT_MAX;
}

static void add_up(struct journeys *journeys)
{
    size_t kept = 0;

    if (journeys->part_count == 0)
        return;
    qsort(journeys->parts, journeys->part_count, sizeof *journeys->parts, by_what_they_share);
    for (size_t i = 1; i < journeys->part_count; i++) {
        struct journeys_part *last = &journeys->parts[kept], *next = &journeys->parts[i];
        if (by_what_they_share(last, next) != 0) {
            journeys->parts[++kept] = *next;
            continue;
        }
        last->count += next->count;
        last->credit += next->credit;
        add_minor(&last->amount_minor, next->amount_minor);
        add_minor(&last->pipeline_minor, next->pipeline_minor);
        add_minor(&last->won_minor, next->won_minor);
    }
    journeys->part_count = kept + 1;
}

static void add_part(struct journeys *journeys, const struct journeys_part *part)
{
    if (journeys->part_count == journeys->part_room)
        add_up(journeys);
    /* what is full of different ones grows, so that adding up stays rare */
    if (journeys->part_count > journeys->part_room / 2 || journeys->part_room == 0)
        if (!grow(journeys->arena, (void **)&journeys->parts, journeys->part_room,
                  &journeys->part_room, sizeof *part))
            return;
    journeys->parts[journeys->part_count++] = *part;
}

/* ---- values ---- */

static struct channel *channel_of(struct journeys *journeys, const int64_t *values)
{
    size_t size = ATTRIBUTION_DIMENSIONS_MAX * sizeof *values;
    struct channel *channel = map_get(&journeys->known, values, size);

    if (channel != NULL)
        return channel;
    channel = ARENA_NEW(journeys->arena, struct channel);
    if (channel == NULL ||
        !grow(journeys->arena, (void **)&journeys->channels, journeys->channel_count,
              &journeys->channel_room, sizeof(struct channel *)))
        return NULL;
    memcpy(channel->values, values, size);
    channel->key = (int)journeys->channel_count;
    journeys->channels[journeys->channel_count++] = channel;
    return map_put(&journeys->known, channel->values, size, channel) ? channel : NULL;
}

/* ---- models that look at each journey alone ---- */

static bool make_journey(struct journeys *journeys, const struct conversion *conversion,
                         struct journey *out)
{
    struct journey_touch *touches =
        ARENA_ARRAY(journeys->scratch, struct journey_touch, conversion->count);

    *out = (struct journey){.touches = touches, .count = conversion->count, .at = conversion->at};
    memcpy(out->reached, conversion->reached, sizeof out->reached);
    for (size_t i = 0; touches != NULL && i < conversion->count; i++) {
        const struct journey_step *step = &conversion->steps[i];
        struct channel *channel = channel_of(journeys, step->values);
        if (channel == NULL)
            return false;
        touches[i] = (struct journey_touch){step->at, channel->key, step->direct};
    }
    return touches != NULL;
}

static struct journeys_part part_of(const struct conversion *conversion, int64_t count,
                                    int64_t credit, int64_t amount_minor)
{
    return (struct journeys_part){
        .time = conversion->time,
        .standing = conversion->standing,
        .currency = conversion->currency,
        .count = count,
        .credit = credit,
        .amount_minor = amount_minor,
        .pipeline_minor = conversion->money == JOURNEY_MONEY_PIPELINE ? amount_minor : 0,
        .won_minor = conversion->money == JOURNEY_MONEY_WON ? amount_minor : 0,
    };
}

/* Of each touch; in the scratch memory. */
static bool share_out(struct journeys *journeys, const struct conversion *conversion,
                      int64_t **credit, int64_t **money)
{
    struct arena *scratch = journeys->scratch;
    struct journey journey;

    *credit = ARENA_ARRAY(scratch, int64_t, conversion->count);
    *money = ARENA_ARRAY(scratch, int64_t, conversion->count);
    return *credit != NULL && *money != NULL && make_journey(journeys, conversion, &journey) &&
           credit_journey(journeys->model, journeys->rules, &journey, scratch, *credit) &&
           credit_share(conversion->amount_minor, *credit, conversion->count, scratch, *money);
}

static void share(struct journeys *journeys, const struct conversion *conversion)
{
    int64_t *credit, *money;

    if (!share_out(journeys, conversion, &credit, &money)) {
        arena_fail(journeys->arena);
        return;
    }
    for (size_t i = 0; i < conversion->count; i++) {
        struct journeys_part part = part_of(conversion, i == 0, credit[i], money[i]);
        memcpy(part.values, conversion->steps[i].values, sizeof part.values);
        if (part.credit > 0 || part.count > 0)
            add_part(journeys, &part);
    }
    arena_clear(journeys->scratch);
}

static bool has_values(const struct journey_step *step, const int64_t *values)
{
    return memcmp(step->values, values, sizeof step->values) == 0;
}

bool journeys_came_by(const struct conversion *conversion, const int64_t *values)
{
    for (size_t i = 0; i < conversion->count; i++)
        if (has_values(&conversion->steps[i], values))
            return true;
    return false;
}

bool journeys_share_of(struct journeys *journeys, const struct conversion *conversion,
                       const int64_t *values, int64_t *credit, int64_t *amount_minor)
{
    static const int64_t nothing[ATTRIBUTION_DIMENSIONS_MAX];
    bool whole = conversion->count == 0 && memcmp(values, nothing, sizeof nothing) == 0;
    int64_t *credits, *money;

    *credit = whole ? CREDIT_ONE : 0;
    *amount_minor = whole ? conversion->amount_minor : 0;
    if (!journeys_came_by(conversion, values))
        return true;
    if (!share_out(journeys, conversion, &credits, &money))
        return false;
    for (size_t i = 0; i < conversion->count; i++) {
        *credit += has_values(&conversion->steps[i], values) ? credits[i] : 0;
        *amount_minor += has_values(&conversion->steps[i], values) ? money[i] : 0;
    }
    arena_clear(journeys->scratch);
    return true;
}

/* ---- the model that looks at all of them together ---- */

static void keep(struct journeys *journeys, const struct conversion *conversion)
{
    struct kept kept = {
        .time = conversion->time,
        .currency = conversion->currency,
        .amount_minor = conversion->amount_minor,
        .money = conversion->money,
        .standing = conversion->standing,
        .keys = ARENA_ARRAY(journeys->arena, int, conversion->count),
        .count = conversion->count,
    };

    if (kept.keys == NULL || !grow(journeys->arena, (void **)&journeys->kept, journeys->kept_count,
                                   &journeys->kept_room, sizeof kept))
        return;
    for (size_t i = 0; i < kept.count; i++) {
        struct channel *channel = channel_of(journeys, conversion->steps[i].values);
        if (channel == NULL)
            return;
        channel->times++;
        kept.keys[i] = channel->key;
    }
    journeys->kept[journeys->kept_count++] = kept;
}

/* The most frequent first, of equals by their values. */
static int by_times(const void *a, const void *b)
{
    const struct channel *left = *(struct channel *const *)a, *right = *(struct channel *const *)b;

    if (left->times != right->times)
        return left->times < right->times ? 1 : -1;
    return memcmp(left->values, right->values, sizeof left->values);
}

static int by_time(const void *a, const void *b)
{
    const struct kept *left = a, *right = b;

    return compare_texts(left->time, right->time);
}

/* For each key its place in a chain: the first have one each, the others one together. */
static int *places_of(struct journeys *journeys, size_t *chain)
{
    size_t count = journeys->channel_count;
    struct channel **sorted = ARENA_ARRAY(journeys->arena, struct channel *, count + 1);
    int *places = ARENA_ARRAY(journeys->arena, int, count + 1);

    if (sorted == NULL || places == NULL)
        return NULL;
    if (count > 0)
        memcpy(sorted, journeys->channels, count * sizeof(struct channel *));
    qsort(sorted, count, sizeof(struct channel *), by_times);
    for (size_t i = 0; i < count; i++)
        places[sorted[i]->key] = (int)(i < JOURNEYS_CHANNELS_MAX ? i : JOURNEYS_CHANNELS_MAX);
    *chain = count > JOURNEYS_CHANNELS_MAX ? JOURNEYS_CHANNELS_MAX + 1 : count;
    if (count > 0)
        memcpy(journeys->channels, sorted, count * sizeof(struct channel *)); /* by place now */
    return places;
}

/* The money of a currency, in all and of what is open and won. */
static struct chain_money money_in(const struct kept *kept, size_t count, const char *currency)
{
    struct chain_money sum = {.time = kept->time, .currency = currency};

    for (size_t i = 0; i < count; i++) {
        if (compare_texts(kept[i].currency, currency) != 0)
            continue;
        sum.amount_minor += kept[i].amount_minor;
        sum.pipeline_minor += kept[i].money == JOURNEY_MONEY_PIPELINE ? kept[i].amount_minor : 0;
        sum.won_minor += kept[i].money == JOURNEY_MONEY_WON ? kept[i].amount_minor : 0;
    }
    return sum;
}

static void add_money(struct journeys *journeys, const struct kept *kept, size_t count,
                      const int64_t *credit, size_t chain)
{
    struct journeys_part *parts = ARENA_ARRAY(journeys->arena, struct journeys_part, chain + 1);

    for (size_t first = 0; parts != NULL && first < count; first++) {
        const char *currency = kept[first].currency;
        bool seen = currency == NULL;
        for (size_t i = 0; i < first && !seen; i++)
            seen = compare_texts(kept[i].currency, currency) == 0;
        if (seen)
            continue;
        struct chain_money sum = money_in(kept, count, currency);
        if (!chain_share_money(&sum, credit, chain, journeys->arena, parts))
            return;
        for (size_t place = 0; place < chain; place++) {
            parts[place].values[0] = JOURNEYS_OTHER;
            if (place < JOURNEYS_CHANNELS_MAX)
                memcpy(parts[place].values, journeys->channels[place]->values,
                       sizeof parts->values);
            if (parts[place].amount_minor > 0)
                add_part(journeys, &parts[place]);
        }
    }
}

/* The conversions of one stretch of time. */
static void chain(struct journeys *journeys, const struct kept *kept, size_t count,
                  const int *places, size_t size)
{
    struct markov *markov = markov_new(size, journeys->arena);
    int64_t *credit = ARENA_ARRAY(journeys->arena, int64_t, size + 1);

    if (markov == NULL || credit == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        for (size_t step = 0; step < kept[i].count; step++)
            kept[i].keys[step] = places[kept[i].keys[step]];
        markov_add(markov, kept[i].keys, kept[i].count, true, 1);
        struct journeys_part part = {
            .time = kept[i].time, .standing = kept[i].standing, .count = 1};
        /* counted with the value that it began with, which is of no account to the sums */
        memcpy(part.values,
               kept[i].keys[0] < JOURNEYS_CHANNELS_MAX
                   ? journeys->channels[kept[i].keys[0]]->values
                   : (const int64_t[ATTRIBUTION_DIMENSIONS_MAX]){JOURNEYS_OTHER, 0},
               sizeof part.values);
        add_part(journeys, &part);
    }
    if (!markov_credit(markov, journeys->arena, credit))
        return;
    for (size_t place = 0; place < size; place++) {
        struct journeys_part part = {
            .time = kept->time, .credit = credit[place], .values = {JOURNEYS_OTHER, 0}};
        if (place < JOURNEYS_CHANNELS_MAX)
            memcpy(part.values, journeys->channels[place]->values, sizeof part.values);
        if (part.credit > 0)
            add_part(journeys, &part);
    }
    add_money(journeys, kept, count, credit, size);
}

static void chain_all(struct journeys *journeys)
{
    size_t size;
    const int *places = places_of(journeys, &size);

    if (places == NULL)
        return;
    qsort(journeys->kept, journeys->kept_count, sizeof *journeys->kept, by_time);
    for (size_t first = 0, next; first < journeys->kept_count; first = next) {
        for (next = first; next < journeys->kept_count &&
                           by_time(&journeys->kept[first], &journeys->kept[next]) == 0;)
            next++;
        chain(journeys, &journeys->kept[first], next - first, places, size);
    }
}

/* ---- all together ---- */

void journeys_add(struct journeys *journeys, const struct conversion *conversion)
{
    struct journeys_part whole = part_of(conversion, 1, CREDIT_ONE, conversion->amount_minor);

    if (arena_failed(journeys->arena))
        return;
    if (conversion->count == 0)
        add_part(journeys, &whole);
    else if (journeys->model == CREDIT_MARKOV)
        keep(journeys, conversion);
    else
        share(journeys, conversion);
}

bool journeys_end(struct journeys *journeys, const struct journeys_part **parts, size_t *count)
{
    if (journeys->kept_count > 0)
        chain_all(journeys);
    add_up(journeys);
    *parts = journeys->parts;
    *count = journeys->part_count;
    arena_free(journeys->scratch);
    return !arena_failed(journeys->arena);
}
