#include "core/calendar/calendar_inside.h"

#define LAST_INSTANT ((instant)253402300799 * INSTANT_SECOND) /* 9999-12-31T23:59:59Z */

static int64_t floor_div(int64_t number, int64_t by)
{
    return number / by - (number % by < 0);
}

/* Weeks begin on Monday: three days before 1970-01-01. */
size_t calendar_weekday(int64_t day)
{
    return (size_t)(day + 3 - floor_div(day + 3, WEEK_DAYS) * WEEK_DAYS);
}

void calendar_bounds(const struct calendar *calendar, int64_t day, const struct calendar_span *span,
                     instant *begin, instant *end)
{
    int64_t midnight = day * INSTANT_DAY;

    *begin = time_zone_instant(calendar->zone, midnight + span->begin * INSTANT_MINUTE);
    *end = time_zone_instant(calendar->zone, midnight + span->end * INSTANT_MINUTE);
}

/* Special days before this one. */
static size_t specials_before(const struct calendar *calendar, int64_t day)
{
    size_t low = 0, high = calendar->special_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (calendar->specials[middle].day < day)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_holiday(const struct calendar *calendar, int64_t day)
{
    size_t at = specials_before(calendar, day);

    return at < calendar->special_count && calendar->specials[at].day == day &&
           calendar->specials[at].is_holiday;
}

/* Working time of all days before this one, counted from the Monday before 1970. */
static int64_t before_day(const struct calendar *calendar, int64_t day)
{
    size_t specials = specials_before(calendar, day);

    return floor_div(day + 3, WEEK_DAYS) * calendar->before[WEEK_DAYS] +
           calendar->before[calendar_weekday(day)] +
           (specials == 0 ? 0 : calendar->specials[specials - 1].differs);
}

/* The day that has begun last, which is not the one that the clock shows when it was set back over
 * midnight: then what of the new day was worked before counts already. */
static int64_t day_at(const struct calendar *calendar, instant at)
{
    int64_t day = floor_div(time_zone_local(calendar->zone, at), INSTANT_DAY);

    while (time_zone_instant(calendar->zone, (day + 1) * INSTANT_DAY) <= at)
        day++;
    while (time_zone_instant(calendar->zone, day * INSTANT_DAY) > at)
        day--;
    return day;
}

/* Working time until a moment, counted as above. */
static int64_t until(const struct calendar *calendar, instant at)
{
    int64_t day = day_at(calendar, at);
    int64_t sum = before_day(calendar, day);
    const struct calendar_day *week_day = &calendar->days[calendar_weekday(day)];

    for (size_t i = 0; i < week_day->count && !is_holiday(calendar, day); i++) {
        instant begin, end;
        calendar_bounds(calendar, day, &week_day->spans[i], &begin, &end);
        if (at > begin && end > begin)
            sum += (at < end ? at : end) - begin;
    }
    return sum;
}

/* The moment of a day, before which less was worked, at which this much was. */
static instant within_day(const struct calendar *calendar, int64_t day, int64_t wanted)
{
    const struct calendar_day *week_day = &calendar->days[calendar_weekday(day)];
    int64_t left = wanted - before_day(calendar, day);
    instant begin = INSTANT_NONE, end = INSTANT_NONE;

    for (size_t i = 0; i < week_day->count; i++) {
        calendar_bounds(calendar, day, &week_day->spans[i], &begin, &end);
        if (end <= begin)
            continue;
        if (left <= end - begin)
            return begin + left;
        left -= end - begin;
    }
    return end;
}

/* The first moment by which this much was worked; first is a day before which it was not. The far
 * end is sought in ever longer steps, then the day between the two. */
static instant moment_of(const struct calendar *calendar, int64_t first, int64_t wanted)
{
    const int64_t last = LAST_INSTANT / INSTANT_DAY;
    int64_t low = first, step = 1;

    while (before_day(calendar, first + step) < wanted) {
        if (first + step > last)
            return INSTANT_NONE;
        low = first + step;
        step *= 2;
    }
    int64_t high = first + step;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (before_day(calendar, middle) < wanted)
            low = middle;
        else
            high = middle;
    }
    instant at = within_day(calendar, low, wanted);
    return at > LAST_INSTANT ? INSTANT_NONE : at;
}

static int64_t between(const struct calendar *calendar, instant from, instant to)
{
    return to <= from ? 0 : until(calendar, to) - until(calendar, from);
}

int64_t calendar_between(const struct calendar *calendar, instant from, instant to,
                         const struct calendar_hold *holds, size_t hold_count)
{
    int64_t sum = between(calendar, from, to);

    for (size_t i = 0; i < hold_count; i++) {
        bool goes_on = holds[i].until == INSTANT_NONE;
        instant begin = holds[i].from > from ? holds[i].from : from;
        instant end = goes_on || holds[i].until > to ? to : holds[i].until;
        sum -= between(calendar, begin, end);
    }
    return sum;
}

const char *calendar_zone(const struct calendar *calendar)
{
    return calendar->zone_name;
}

struct calendar_stretch *calendar_stretches(const struct calendar *calendar, instant from,
                                            instant to, struct arena *arena, size_t *count)
{
    int64_t first = day_at(calendar, from), last = to <= from ? first - 1 : day_at(calendar, to);
    size_t most = (size_t)(last - first + 1) * CALENDAR_SPANS_MAX;
    struct calendar_stretch *out = ARENA_ARRAY(arena, struct calendar_stretch, most + 1);
    int64_t sum = 0;

    *count = 0;
    for (int64_t day = first; out != NULL && day <= last; day++) {
        const struct calendar_day *week_day = &calendar->days[calendar_weekday(day)];
        for (size_t i = 0; i < week_day->count && !is_holiday(calendar, day); i++) {
            instant begin, end;
            calendar_bounds(calendar, day, &week_day->spans[i], &begin, &end);
            begin = begin < from ? from : begin;
            end = end > to ? to : end;
            if (end <= begin)
                continue;
            out[(*count)++] = (struct calendar_stretch){begin, end, sum};
            sum += end - begin;
        }
    }
    return out;
}

instant calendar_due(const struct calendar *calendar, instant from, int64_t minutes,
                     const struct calendar_hold *holds, size_t hold_count)
{
    if (minutes <= 0)
        return from;
    if (minutes > LAST_INSTANT / INSTANT_MINUTE)
        return INSTANT_NONE;
    int64_t left = minutes * INSTANT_MINUTE;
    for (size_t i = 0; i < hold_count; i++) {
        int64_t there = between(calendar, from, holds[i].from);
        if (left <= there)
            break;
        if (holds[i].until == INSTANT_NONE)
            return INSTANT_NONE;
        left -= there;
        from = holds[i].until > from ? holds[i].until : from;
    }
    return moment_of(calendar, day_at(calendar, from), until(calendar, from) + left);
}

bool calendar_is_working(const struct calendar *calendar, instant at)
{
    return between(calendar, at, at + 1) > 0;
}

/* A microsecond of work ends as long after it begins. */
instant calendar_next(const struct calendar *calendar, instant at)
{
    if (calendar_is_working(calendar, at))
        return at;
    instant end = moment_of(calendar, day_at(calendar, at), until(calendar, at) + 1);
    return end == INSTANT_NONE ? INSTANT_NONE : end - 1;
}

int64_t calendar_date(const struct calendar *calendar, instant at)
{
    return instant_day(calendar == NULL ? at : time_zone_local(calendar->zone, at));
}
