#include "core/attribution/spread.h"

#include <stdlib.h>

/* Of one number of 64 bits. */
#define VARINT_MAX_BYTES 10

static bool take(struct spread_reader *reader, int64_t *out)
{
    uint64_t number = 0;

    for (int shift = 0; reader->at < reader->end && shift < 7 * VARINT_MAX_BYTES; shift += 7) {
        uint8_t byte = *reader->at++;
        number |= (uint64_t)(byte & 0x7f) << shift;
        *out = (int64_t)number;
        if ((byte & 0x80) == 0)
            return true;
    }
    return false;
}

bool spread_next(struct spread_reader *reader, struct spread_item *out)
{
    int64_t distance;

    if (!take(reader, &distance) || !take(reader, &out->count))
        return false;
    reader->number += distance;
    out->number = reader->number;
    return true;
}

static void put(uint8_t **at, int64_t number)
{
    uint64_t rest = (uint64_t)number;

    for (; rest >= 0x80; rest >>= 7)
        *(*at)++ = (uint8_t)(rest | 0x80);
    *(*at)++ = (uint8_t)rest;
}

static void put_item(uint8_t **at, int64_t *last, struct spread_item item)
{
    if (item.count == 0)
        return;
    put(at, item.number - *last);
    put(at, item.count);
    *last = item.number;
}

uint8_t *spread_change(const uint8_t *spread, size_t len, const struct spread_item *changes,
                       size_t count, struct arena *arena, size_t *out_len)
{
    struct spread_reader reader = {.at = spread, .end = spread == NULL ? NULL : spread + len};
    uint8_t *out = arena_alloc(arena, 2 * len + 2 * VARINT_MAX_BYTES * count + 1), *at = out;
    struct spread_item old;
    int64_t last = 0;
    size_t next = 0;

    if (out == NULL)
        return NULL;
    for (bool more = spread_next(&reader, &old); more || next < count;) {
        if (!more || (next < count && changes[next].number < old.number)) {
            put_item(&at, &last, changes[next++]);
            continue;
        }
        if (next < count && changes[next].number == old.number)
            old.count += changes[next++].count;
        put_item(&at, &last, old);
        more = spread_next(&reader, &old);
    }
    *out_len = (size_t)(at - out);
    return out;
}

static int by_number(const void *a, const void *b)
{
    const struct spread_item *left = a, *right = b;

    return (left->number > right->number) - (left->number < right->number);
}

int64_t spread_median(struct spread_item *items, size_t count)
{
    int64_t all = 0, seen = 0;

    if (count == 0)
        return -1;
    qsort(items, count, sizeof *items, by_number);
    for (size_t i = 0; i < count; i++)
        all += items[i].count;
    for (size_t i = 0; i < count; i++) {
        seen += items[i].count;
        if (2 * seen >= all)
            return items[i].number;
    }
    return -1;
}
