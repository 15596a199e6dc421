/*
 * Time zones by their IANA names, from the system's tz database (TZif files, RFC 8536), which
 * PostgreSQL on Debian reads too: both follow the same package. ICU is not asked: the rules that
 * ICU 72 carries are of 2022, and for Mexico, Egypt or Kazakhstan an hour wrong since.
 *
 * Local time is counted like an instant, in microseconds since 1970-01-01T00:00:00 on the zone's
 * clock. A zone never changes once it is open: any thread may ask.
 */
#ifndef BATON_BASE_TIME_ZONE_H
#define BATON_BASE_TIME_ZONE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"

#include <stdbool.h>
#include <stdint.h>

#define TIME_ZONE_NAME_MAX_BYTES 64
/** The present rules are carried on to the end of this year; after it the clock is not changed. */
#define TIME_ZONE_LAST_YEAR 2099

struct time_zone;

/** Whether it looks like a name of the tz database ("Europe/Berlin", "UTC", "Etc/GMT+5"), and not
 *  like a rule that PostgreSQL would take too ("XYZ3"). Says nothing of whether there is one. */
bool time_zone_name_fits(const char *name);

/** The zone, in the arena: some 4 KB where the clock is set twice a year. Reads a file of the
 * system, so it is for configuration, when that is read or changed, and not for each lead.
 * ERR_INVALID_VALUE: there is none of this name; ERR_OUT_OF_MEMORY. */
enum err time_zone_open(const char *name, struct arena *arena,
                        const struct time_zone **out) MUST_USE;

/** The same, for who is given a name or none: NULL when there is no such zone, or no memory, which
 *  the arena knows. */
const struct time_zone *time_zone_find(const char *name, struct arena *arena);

int64_t time_zone_local(const struct time_zone *zone, instant at);

/** The moment at which the zone's clock shows a local time: the first of two where the clock is set
 *  back over it; where it is set forward over it, the moment of that change. So a later local time
 *  is never an earlier moment. */
instant time_zone_instant(const struct time_zone *zone, int64_t local);

/** When the clock is set next, after a moment; INSTANT_NONE: never. */
instant time_zone_next_change(const struct time_zone *zone, instant after);

#endif
