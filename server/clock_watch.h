/*
 * Whether the database's clock goes as time does: by it leads fall due and old rows are dropped, so
 * a jump is worth a word, and for a while nothing is dropped.
 */
#ifndef BATON_SERVER_CLOCK_WATCH_H
#define BATON_SERVER_CLOCK_WATCH_H

#include "base/instant.h"

#include <stdbool.h>
#include <stdint.h>

/** Whoever is off by less just waited long, or was set right by a little. */
#define CLOCK_JUMP_MIN INSTANT_MINUTE
/** So long after a jump nothing is dropped. */
#define CLOCK_STEADY_MS 600000

/** All zero at first. */
struct clock_watch {
    instant last;      /* what it showed … */
    int64_t last_ms;   /* … at this moment of the monotonic clock */
    int64_t jumped_ms; /* when it last jumped; 0: never */
};

/** By how many microseconds it jumped since the last look; 0: it did not. */
int64_t clock_watch_look(struct clock_watch *watch, instant now, int64_t monotonic_ms);

/** Whether it has gone as it should for CLOCK_STEADY_MS, as far as this process has seen. */
bool clock_watch_is_steady(const struct clock_watch *watch, int64_t monotonic_ms);

#endif
