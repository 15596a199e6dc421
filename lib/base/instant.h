/*
 * A moment: microseconds since 1970-01-01T00:00:00Z, proleptic Gregorian, no leap seconds,
 * as PostgreSQL's timestamptz counts them. Years 0001 to 9999.
 */
#ifndef BATON_BASE_INSTANT_H
#define BATON_BASE_INSTANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int64_t instant;

/** Means "no moment"; no real instant has this value. */
#define INSTANT_NONE INT64_MIN

#define INSTANT_SECOND ((instant)1000000)
#define INSTANT_MINUTE (60 * INSTANT_SECOND)
#define INSTANT_HOUR   (60 * INSTANT_MINUTE)
#define INSTANT_DAY    (86400 * INSTANT_SECOND)

/** Room for the longest text form, "2026-11-22T10:00:00.123456Z", and a NUL. */
#define INSTANT_TEXT_MAX 28

/** RFC 3339 in UTC with "Z"; a fraction only when there is one. Returns the length. */
size_t instant_format(instant at, char out[INSTANT_TEXT_MAX]);

/** RFC 3339 with a zone, as in section 5.6; digits beyond microseconds are cut off. */
bool instant_parse(const char *text, instant *out);

/** As instant_parse, but also accepts a bare date (00:00Z), and "date time" or "dateTtime" without
 *  a zone (UTC): forms found in exported files. */
bool instant_parse_lenient(const char *text, instant *out);

/** As instant_parse_lenient, but also accepts what others write: an offset as +0000 or +02, "UTC"
 *  or "GMT", a space before it, no seconds, and a comma before the fraction. */
bool instant_parse_written(const char *text, instant *out);

/** The moment at which a clock in UTC shows this; false when there is no such day or time. */
bool instant_of_parts(int year, int month, int day, int hour, int minute, int second, instant *out);

/** Whole days since 1970-01-01 of the UTC day that contains the moment; rounds down. */
int64_t instant_day(instant at);

/** Months since 1970-01 of the UTC month that contains the moment. */
int64_t instant_month(instant at);

/** The first day of such a month: "2026-11-01". */
void instant_month_format(int64_t month, char out[INSTANT_TEXT_MAX]);

#endif
