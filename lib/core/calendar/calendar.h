/*
 * A team's working time: by which moment something is due that may take so many working minutes,
 * and how many lie between two moments.
 *
 *   {"time_zone": "Europe/Berlin",
 *    "hours": {"mon": [["09:00", "12:30"], ["13:15", "17:30"]], …},
 *    "holidays": ["2026-12-25"]}
 *
 * A day has at most 8 spans, and "24:00" ends it.
 *
 * A span lasts from the moment at which the zone's clock shows its begin to the one at which it
 * shows its end (time_zone_instant()): an hour that the clock skips is nobody's, one that it shows
 * twice is worked twice if it lies inside a span. A day's length in minutes may so differ from what
 * is written.
 *
 * The document is compiled once: the hours of a week, summed up, and a list of the days that
 * differ, which are the holidays and those on which the clock is set within working time, summed up
 * likewise. Both questions are then a search, whatever the distance. A compiled calendar never
 * changes: any thread may ask. Right from 1970 on; after TIME_ZONE_LAST_YEAR the clock is not set
 * any more.
 */
#ifndef BATON_CORE_CALENDAR_H
#define BATON_CORE_CALENDAR_H

#include "base/arena.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/instant.h"
#include "base/time/time_zone.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CALENDAR_SPANS_MAX    8 /* of a day */
#define CALENDAR_HOLIDAYS_MAX 1000

struct calendar;

/** The name of the zone that a document is about, for its caller to open (time_zone_find()), since
 *  that reads a file; NULL: it has none. */
const char *calendar_document_zone(const json_t *document);

/**
 * Compiles a document, which stands at pointer ("" when it is the body), with its zone (NULL: there
 * is none of that name); the calendar lives in the arena of the faults and borrows nothing but the
 * zone. ERR_INVALID_VALUE: all of its faults are added, among them `empty` at
 * /hours when there is no working time at all, `time_zone`, `overlap`; ERR_OUT_OF_MEMORY.
 */
enum err calendar_compile(const json_t *document, const char *pointer, const struct time_zone *zone,
                          struct faults *faults, const struct calendar **out) MUST_USE;

/** Time during which a clock stands still, such as waiting for the other side. */
struct calendar_hold {
    instant from;
    instant until; /* exclusive; INSTANT_NONE: it goes on */
};

/** Working time between two moments without the holds, in microseconds; 0 when to is not after
 * from. Holds are sorted and do not overlap. */
int64_t calendar_between(const struct calendar *calendar, instant from, instant to,
                         const struct calendar_hold *holds, size_t hold_count);

/** A stretch of working time without a break. */
struct calendar_stretch {
    instant begin;
    instant end;    /* exclusive */
    int64_t before; /* microseconds in the stretches before it */
};

/** The stretches between two moments, cut off there, in order: for those who ask for many moments
 *  at once, and elsewhere than here. NULL when memory is short. */
struct calendar_stretch *calendar_stretches(const struct calendar *calendar, instant from,
                                            instant to, struct arena *arena, size_t *count);

/** The name of its time zone. */
const char *calendar_zone(const struct calendar *calendar);

/** The first moment at which so much working time (in minutes, at least 0) has passed since from,
 *  without the holds; from itself for 0. INSTANT_NONE: never, as a hold goes on, or after year
 *  9999. */
instant calendar_due(const struct calendar *calendar, instant from, int64_t minutes,
                     const struct calendar_hold *holds, size_t hold_count);

/** Whether this very moment is working time. */
bool calendar_is_working(const struct calendar *calendar, instant at);

/** The moment itself if it is working time, else when working time next begins; INSTANT_NONE: never
 *  again before year 10000. */
instant calendar_next(const struct calendar *calendar, instant at);

/** The day that the zone's clock shows, since 1970-01-01; of UTC when there is no calendar. */
int64_t calendar_date(const struct calendar *calendar, instant at);

#endif
