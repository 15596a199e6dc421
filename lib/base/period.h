/* A period of time as callers give it: moments, or bare dates in a time zone. */
#ifndef BATON_BASE_PERIOD_H
#define BATON_BASE_PERIOD_H

#include "base/instant.h"

#include <stdbool.h>

/** One end: a moment, or a bare date that begins at 00:00 of a time zone; neither: open. */
struct period_end {
    instant at;       /* INSTANT_NONE when it is a date or open */
    const char *date; /* "2026-11-22", borrowed; NULL when it is a moment or open */
};

/** from is inclusive, to exclusive. */
struct period {
    struct period_end from;
    struct period_end to;
};

/** Accepts a bare date that exists in the calendar, or RFC 3339 with a zone. */
bool period_end_parse(const char *text, struct period_end *out);

/** The moment, in UTC if it is a date; INSTANT_NONE if it is open. */
instant period_end_utc(const struct period_end *end);

#endif
