/*
 * Dates and times by a pattern, in the letters of Unicode TR 35 (which ICU and Java use too):
 * y yyyy yy · M MM MMM MMMM · d dd · E EEEE (any word) · H HH h hh · m mm · s ss · S… (a fraction)
 * · a (AM or PM) · X x Z (an offset); text in single quotes, and all that is no letter, stands for
 * itself. A white space in the pattern is any white space, and one letter reads one or two digits.
 * Months' names are English. Pure.
 */
#ifndef BATON_BASE_MOMENT_PATTERN_H
#define BATON_BASE_MOMENT_PATTERN_H

#include "base/instant.h"
#include "base/time/time_zone.h"

#include <stdbool.h>

#define MOMENT_PATTERN_MAX_BYTES 64

/** Whether every letter is known, and there are a year, a month and a day. */
bool moment_pattern_fits(const char *pattern);

/** zone is where the clock stands that wrote it, unless the text has an offset; NULL: UTC. A
 * pattern without a time of day means its beginning. */
bool moment_pattern_read(const char *pattern, const struct time_zone *zone, const char *text,
                         instant *out);

#endif
