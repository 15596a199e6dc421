/* How fast requests are answered of late, and so how many can be answered in time. Pure; the caller
 * holds a lock. */
#ifndef BATON_SERVER_PACE_H
#define BATON_SERVER_PACE_H

#include <stdint.h>

/** So many in so long, until then. */
struct pace_stretch {
    int64_t answered;
    int64_t took_us;
    int64_t until_us;
};

/** Zeroed: nothing is known yet. */
struct pace {
    int64_t since_us; /* when the stretch began that is counted now */
    int64_t count;    /* answers in it */
    int64_t last_us;  /* when the last of these was */
    int64_t full_us;  /* since when it is long enough, and ends with its last group; 0: not yet */
    struct pace_stretch last[2]; /* the last whole one first */
    int64_t
        asked_us; /* when it was first asked for and not known; 0: since the last answer nobody */
};

/** Somebody waits now and nobody did before: what went by until then says nothing. */
void pace_begin(struct pace *pace, int64_t now_us);

/** One was answered now. */
void pace_note(struct pace *pace, int64_t now_us);

/** How many more will be answered within so many µs if it goes on as in the better one of the last
 * two stretches: a single slow one is no pace. After a rest it is not known: then any number,
 * INT64_MAX, for three seconds, and 0 after that, until something is answered.
 */
int64_t pace_within(struct pace *pace, int64_t now_us, int64_t within_us);

#endif
