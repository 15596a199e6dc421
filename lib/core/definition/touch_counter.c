#include "core/definition/touch_counter.h"

#include <string.h>

#define HALF_LIFE_STEPS 16 /* bits of the fraction of a half-life */

/* round(2^32 * 2^(-2^(bit - 16))): what is left after that part of a half-life. */
static const uint64_t part_left[HALF_LIFE_STEPS] = {
    4294921870, 4294876445, 4294785595, 4294603903, 4294240540, 4293513907, 4292061010, 4289156690,
    4283353945, 4271771996, 4248701965, 4202935003, 4112874773, 3938502376, 3611622603, 3037000500,
};

static uint8_t kind_index(const struct definition *definition, const char *kind)
{
    size_t low = 0;
    size_t high = definition->kinds_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(definition->kinds[middle], kind);
        if (order == 0)
            return (uint8_t)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return TOUCH_KIND_NONE;
}

void touch_counter_init(struct touch_counter *counter, const struct definition *definition,
                        const struct verdict_subject *subject)
{
    const struct touch_log *log = subject->touches;

    counter->definition = definition;
    counter->subject = subject;
    counter->count = 0;
    if (log == NULL || !definition->counts_touches)
        return;
    counter->count = log->count < TOUCHES_LOADED_MAX ? log->count : TOUCHES_LOADED_MAX;
    for (size_t i = 0; i < counter->count; i++)
        counter->kinds[i] = kind_index(definition, log->items[i].kind);
}

static bool kind_wanted(const struct touch_filter *filter, uint8_t kind)
{
    if (filter->kinds_count == 0)
        return true;
    return kind != TOUCH_KIND_NONE && (filter->kinds_mask >> kind & 1) != 0;
}

static bool happened_in_time(const struct touch_filter *filter, instant at, instant now)
{
    return at <= now && (filter->within_days == 0 || at >= now - filter->within_days * INSTANT_DAY);
}

static bool dimension_wanted(const struct touch_values *values, int64_t id)
{
    if (values->count == 0)
        return true;
    for (size_t i = 0; i < values->count; i++)
        if (values->ids[i] == id)
            return true;
    return false;
}

static bool details_wanted(const struct touch_filter *filter, const struct touch *touch)
{
    if (filter->counts_older)
        return true;
    if (filter->has_direction && touch->direction != filter->direction)
        return false;
    for (int i = 0; i < DIMENSION_COUNT; i++)
        if (!dimension_wanted(&filter->dimensions[i], touch->dimensions[i]))
            return false;
    return true;
}

/* In units of 2^-32; see the header for the rule. */
static uint64_t weight(const struct touch_filter *filter, instant at, instant now)
{
    uint64_t age = (uint64_t)((now - at) / INSTANT_SECOND);
    uint64_t half_life = (uint64_t)filter->half_life_days * 86400;
    uint64_t whole = age / half_life;
    uint64_t part = (age % half_life << HALF_LIFE_STEPS) / half_life;
    uint64_t left = UINT64_C(1) << 32;

    if (whole > 32)
        return 0;
    for (int bit = HALF_LIFE_STEPS - 1; bit >= 0; bit--)
        if (part >> bit & 1)
            left = left * part_left[bit] >> 32;
    return left >> whole;
}

struct tally {
    int64_t whole;
    unsigned __int128 decayed; /* units of 2^-32 */
};

static void add(struct tally *tally, const struct touch_filter *filter, instant at, instant now,
                int64_t count)
{
    if (filter->half_life_days == 0)
        tally->whole += count;
    else
        tally->decayed += (unsigned __int128)weight(filter, at, now) * (uint64_t)count;
}

static void count_loaded(const struct touch_counter *counter, const struct touch_filter *filter,
                         struct tally *tally)
{
    const struct verdict_subject *subject = counter->subject;

    for (size_t i = 0; i < counter->count; i++) {
        const struct touch *touch = &subject->touches->items[i];
        if (!kind_wanted(filter, counter->kinds[i]) ||
            !happened_in_time(filter, touch->occurred_at, subject->now) ||
            (subject->known_at != INSTANT_NONE && touch->recorded_at > subject->known_at) ||
            !details_wanted(filter, touch))
            continue;
        add(tally, filter, touch->occurred_at, subject->now, 1);
    }
}

static void count_older(const struct touch_counter *counter, const struct touch_filter *filter,
                        struct tally *tally)
{
    const struct touch_log *log = counter->subject->touches;
    instant now = counter->subject->now;

    for (size_t i = 0; i < log->older_count; i++) {
        const struct touch_count *older = &log->older[i];
        instant at = older->day * INSTANT_DAY;
        if (happened_in_time(filter, at, now) && older->count > 0 &&
            kind_wanted(filter, kind_index(counter->definition, older->kind)))
            add(tally, filter, at, now, older->count);
    }
}

int64_t touch_counter_count(const struct touch_counter *counter, const struct touch_filter *filter)
{
    struct tally tally = {0};

    if (counter->subject->touches == NULL)
        return 0;
    count_loaded(counter, filter, &tally);
    if (filter->counts_older)
        count_older(counter, filter, &tally);
    if (filter->per_days > 0)
        return tally.whole * TOUCH_COUNT_ONE * filter->per_days / filter->within_days;
    if (filter->half_life_days == 0)
        return tally.whole * TOUCH_COUNT_ONE;
    return (int64_t)(tally.decayed * (uint64_t)TOUCH_COUNT_ONE >> 32);
}
