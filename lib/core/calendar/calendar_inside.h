/* What a compiled calendar is made of. */
#ifndef BATON_CORE_CALENDAR_INSIDE_H
#define BATON_CORE_CALENDAR_INSIDE_H

#include "base/time/time_zone.h"
#include "core/calendar/calendar.h"

#include <stdbool.h>

#define WEEK_DAYS 7

/** In minutes of the clock since its midnight. */
struct calendar_span {
    int begin;
    int end; /* after begin, 1440 at most */
};

/** Of a weekday, Monday first; sorted, without overlap. */
struct calendar_day {
    struct calendar_span spans[CALENDAR_SPANS_MAX];
    size_t count;
};

/** A day whose working time is not that of its weekday. */
struct calendar_special {
    int64_t day; /* since 1970-01-01 */
    bool is_holiday;
    int64_t differs; /* microseconds: by how much all special days up to this one, it too, differ */
};

struct calendar {
    const struct time_zone *zone;
    const char *zone_name;
    struct calendar_day days[WEEK_DAYS];
    int64_t before[WEEK_DAYS + 1];     /* microseconds a week has before its days, and in all */
    struct calendar_special *specials; /* by day */
    size_t special_count;
};

/** Days since 1970-01-01, which was a Thursday. */
size_t calendar_weekday(int64_t day);

/** Days since 1970-01-01 of a date such as "2026-12-25"; false: it is none. */
bool calendar_read_date(const json_t *json, int64_t *out);

/** The moments between which a span of a day is worked; nothing is when *end is not after *begin.
 */
void calendar_bounds(const struct calendar *calendar, int64_t day, const struct calendar_span *span,
                     instant *begin, instant *end);

#endif
