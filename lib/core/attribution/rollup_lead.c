#include "core/attribution/rollup.h"

#include <string.h>

/* A number is eight bytes, big-endian, so that what is stored is the same on every machine. */
#define NUMBER_BYTES 8
#define HEAD_NUMBERS (2 + MILESTONE_COUNT + 3 + 5)
#define STEP_NUMBERS (2 + CUT_COUNT)

int64_t rollup_kind(const char *kind, size_t len)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (uint8_t)kind[i]) * UINT64_C(1099511628211);
    return (int64_t)hash;
}

int64_t rollup_team(struct uuid team)
{
    uint64_t number = 0;

    for (size_t i = 8; i < sizeof team.b; i++)
        number = number << 8 | team.b[i];
    return (int64_t)number;
}

static void put(uint8_t **at, int64_t number)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        *(*at)++ = (uint8_t)((uint64_t)number >> shift);
}

static int64_t take(const uint8_t **at)
{
    uint64_t number = 0;

    for (int i = 0; i < NUMBER_BYTES; i++)
        number = number << 8 | *(*at)++;
    return (int64_t)number;
}

/* Three letters as a number; 0: none. */
static int64_t currency_number(const char *currency)
{
    return currency[0] == '\0' ? 0 : currency[0] << 16 | currency[1] << 8 | currency[2];
}

static void put_touch(uint8_t **at, const struct rollup_touch *touch)
{
    put(at, touch->at);
    put(at, touch->kind);
    for (int cut = 0; cut < CUT_COUNT; cut++)
        put(at, touch->values[cut]);
}

uint8_t *rollup_lead_write(const struct rollup_lead *lead, struct arena *arena, size_t *len)
{
    *len = NUMBER_BYTES * (HEAD_NUMBERS + STEP_NUMBERS * lead->count);
    uint8_t *bytes = arena_alloc(arena, *len);
    uint8_t *at = bytes;

    if (bytes == NULL)
        return NULL;
    put(&at, lead->first_at);
    put(&at, lead->created_at);
    for (int i = 0; i < MILESTONE_COUNT; i++)
        put(&at, lead->reached[i]);
    put(&at, lead->amount_minor);
    put(&at, currency_number(lead->currency));
    put(&at, lead->money);
    put(&at, lead->origin);
    put(&at, lead->found_by);
    put(&at, lead->owner);
    put(&at, lead->standing);
    put(&at, lead->claimed);
    for (size_t i = 0; i < lead->count; i++)
        put_touch(&at, &lead->touches[i]);
    return bytes;
}

static struct rollup_touch take_touch(const uint8_t **at)
{
    struct rollup_touch touch = {.at = take(at)};

    touch.kind = take(at);
    for (int cut = 0; cut < CUT_COUNT; cut++)
        touch.values[cut] = take(at);
    return touch;
}

bool rollup_lead_read(const uint8_t *bytes, size_t len, struct arena *arena,
                      struct rollup_lead *out)
{
    const uint8_t *at = bytes;

    *out = (struct rollup_lead){0};
    if (len < NUMBER_BYTES * HEAD_NUMBERS ||
        (len - NUMBER_BYTES * HEAD_NUMBERS) % (NUMBER_BYTES * STEP_NUMBERS) != 0)
        return false;
    out->first_at = take(&at);
    out->created_at = take(&at);
    for (int i = 0; i < MILESTONE_COUNT; i++)
        out->reached[i] = take(&at);
    out->amount_minor = take(&at);
    int64_t currency = take(&at);
    for (int i = 0; i < 3 && currency != 0; i++)
        out->currency[i] = (char)(currency >> (16 - 8 * i));
    out->money = (enum journey_money)take(&at);
    out->origin = take(&at);
    out->found_by = take(&at);
    out->owner = take(&at);
    out->standing = take(&at);
    out->claimed = take(&at) != 0;
    out->count = (len - NUMBER_BYTES * HEAD_NUMBERS) / (NUMBER_BYTES * STEP_NUMBERS);
    struct rollup_touch *touches = ARENA_ARRAY(arena, struct rollup_touch, out->count + 1);
    if (touches == NULL)
        return false;
    for (size_t i = 0; i < out->count; i++)
        touches[i] = take_touch(&at);
    out->touches = touches;
    return true;
}
