#include "core/attribution/chain.h"

#include "base/map.h"
#include "core/attribution/markov.h"

#include <stdlib.h>
#include <string.h>

struct chain_value {
    int64_t values[ATTRIBUTION_DIMENSIONS_MAX]; /* as parts have them */
    int64_t times;                              /* that a journey came to it */
    int place;
};

struct sharing {
    struct arena *arena;
    struct map known; /* values[0]: struct chain_value */
    struct chain_value **values;
    size_t count, size; /* all of them, and how many the chain keeps apart */
    struct journeys_part *parts;
    size_t part_count;
};

static int compare_texts(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return (a != NULL) - (b != NULL);
    return strcmp(a, b);
}

static int by_move_time(const void *a, const void *b)
{
    return compare_texts(((const struct chain_move *)a)->time,
                         ((const struct chain_move *)b)->time);
}

static int by_money_time(const void *a, const void *b)
{
    const struct chain_money *left = a, *right = b;
    int order = compare_texts(left->time, right->time);

    return order == 0 ? compare_texts(left->currency, right->currency) : order;
}

/* The most frequent first, of equals as journeys order them. */
static int by_times(const void *a, const void *b)
{
    const struct chain_value *left = *(struct chain_value *const *)a,
                             *right = *(struct chain_value *const *)b;

    if (left->times != right->times)
        return left->times < right->times ? 1 : -1;
    return memcmp(left->values, right->values, sizeof left->values);
}

static bool note_value(struct sharing *it, const struct chain_move *move)
{
    struct chain_value *value = map_get(&it->known, &move->to, sizeof move->to);

    if (value == NULL) {
        value = ARENA_NEW(it->arena, struct chain_value);
        if (value == NULL)
            return false;
        value->values[0] = move->to;
        it->values[it->count++] = value;
        if (!map_put(&it->known, value->values, sizeof move->to, value))
            return false;
    }
    value->times += move->times;
    return true;
}

static bool note_values(struct sharing *it, const struct chain_counts *counts)
{
    it->values = ARENA_ARRAY(it->arena, struct chain_value *, counts->move_count + 1);
    for (size_t i = 0; it->values != NULL && i < counts->move_count; i++)
        if (counts->moves[i].to != CHAIN_END && !note_value(it, &counts->moves[i]))
            return false;
    if (it->values == NULL)
        return false;
    qsort(it->values, it->count, sizeof(struct chain_value *), by_times);
    it->size = it->count > JOURNEYS_CHANNELS_MAX ? JOURNEYS_CHANNELS_MAX + 1 : it->count;
    for (size_t i = 0; i < it->count; i++)
        it->values[i]->place = (int)(i < JOURNEYS_CHANNELS_MAX ? i : JOURNEYS_CHANNELS_MAX);
    return true;
}

static int place_of(const struct sharing *it, int64_t value)
{
    return ((const struct chain_value *)map_get(&it->known, &value, sizeof value))->place;
}

static struct journeys_part *add_part(struct sharing *it, const char *time, size_t place)
{
    struct journeys_part *part = &it->parts[it->part_count++];

    *part = (struct journeys_part){.time = time, .values = {JOURNEYS_OTHER, 0}};
    if (place < JOURNEYS_CHANNELS_MAX)
        memcpy(part->values, it->values[place]->values, sizeof part->values);
    return part;
}

static bool share_credit(struct sharing *it, const struct chain_move *moves, size_t count,
                         int64_t *credit)
{
    struct markov *markov = markov_new(it->size, it->arena);

    if (markov == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        int end = moves[i].lost ? MARKOV_LOST : MARKOV_CONVERTED;
        markov_add_moves(
            markov, moves[i].from == CHAIN_BEGIN ? MARKOV_START : place_of(it, moves[i].from),
            moves[i].to == CHAIN_END ? end : place_of(it, moves[i].to), moves[i].times);
    }
    if (!markov_credit(markov, it->arena, credit))
        return false;
    for (size_t place = 0; place < it->size; place++)
        if (credit[place] > 0)
            add_part(it, moves->time, place)->credit = credit[place];
    return true;
}

bool chain_share_money(const struct chain_money *money, const int64_t *credit, size_t size,
                       struct arena *arena, struct journeys_part *out)
{
    int64_t *amount = ARENA_ARRAY(arena, int64_t, size + 1);
    int64_t *pipeline = ARENA_ARRAY(arena, int64_t, size + 1);
    int64_t *won = ARENA_ARRAY(arena, int64_t, size + 1);

    if (amount == NULL || pipeline == NULL || won == NULL ||
        !credit_share(money->amount_minor, credit, size, arena, amount) ||
        !credit_share(money->pipeline_minor, credit, size, arena, pipeline) ||
        !credit_share(money->won_minor, credit, size, arena, won))
        return false;
    for (size_t place = 0; place < size; place++)
        out[place] = (struct journeys_part){.time = money->time,
                                            .currency = money->currency,
                                            .amount_minor = amount[place],
                                            .pipeline_minor = pipeline[place],
                                            .won_minor = won[place]};
    return true;
}

/* Nothing to share by is no conversion with a touch. */
static bool share_money(struct sharing *it, const struct chain_money *money, const int64_t *credit)
{
    struct journeys_part *shares = ARENA_ARRAY(it->arena, struct journeys_part, it->size + 1);

    if (shares == NULL || !chain_share_money(money, credit, it->size, it->arena, shares))
        return false;
    for (size_t place = 0; place < it->size; place++) {
        if (shares[place].amount_minor == 0)
            continue;
        struct journeys_part *part = add_part(it, money->time, place);
        part->currency = money->currency;
        part->amount_minor = shares[place].amount_minor;
        part->pipeline_minor = shares[place].pipeline_minor;
        part->won_minor = shares[place].won_minor;
    }
    return true;
}

static bool share_stretch(struct sharing *it, const struct chain_counts *counts,
                          const struct chain_move *moves, size_t count)
{
    int64_t *credit = ARENA_ARRAY(it->arena, int64_t, it->size + 1);
    int64_t all = 0;

    if (credit == NULL || !share_credit(it, moves, count, credit))
        return false;
    for (size_t place = 0; place < it->size; place++)
        all += credit[place];
    for (size_t i = 0; all > 0 && i < counts->money_count; i++)
        if (counts->money[i].currency != NULL &&
            compare_texts(counts->money[i].time, moves->time) == 0 &&
            !share_money(it, &counts->money[i], credit))
            return false;
    return true;
}

bool chain_share(const struct chain_counts *counts, struct arena *arena,
                 struct journeys_part **parts, size_t *count)
{
    struct sharing it = {.arena = arena};
    size_t stretches = 0;

    *count = 0;
    *parts = NULL;
    map_init(&it.known, arena);
    if (counts->move_count == 0)
        return true;
    qsort(counts->moves, counts->move_count, sizeof *counts->moves, by_move_time);
    if (counts->money_count > 0)
        qsort(counts->money, counts->money_count, sizeof *counts->money, by_money_time);
    for (size_t i = 0; i < counts->move_count; i++)
        stretches += i == 0 || by_move_time(&counts->moves[i - 1], &counts->moves[i]) != 0;
    if (!note_values(&it, counts))
        return false;
    it.parts =
        ARENA_ARRAY(arena, struct journeys_part, it.size * (stretches + counts->money_count) + 1);
    if (it.parts == NULL)
        return false;
    for (size_t first = 0, next; first < counts->move_count; first = next) {
        for (next = first + 1; next < counts->move_count &&
                               by_move_time(&counts->moves[first], &counts->moves[next]) == 0;)
            next++;
        if (!share_stretch(&it, counts, &counts->moves[first], next - first))
            return false;
    }
    *parts = it.parts;
    *count = it.part_count;
    return !arena_failed(arena);
}
