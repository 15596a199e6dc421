/*
 * Attribution that is kept counted. Of each lead the touches and milestones that were last counted
 * are kept as they were (its journey); when the lead has changed, what its old journey gave is
 * subtracted and what its new one gives is added. So late touches, merges and erasures correct what
 * was credited before, exactly, and whatever was counted can be counted again with the same result.
 *
 * What is kept is sums, by setup, what is counted, what it is cut by, day in the setup's zone and
 * values; and the same by month, which a long period reads instead of its days.
 */
#ifndef BATON_CORE_ROLLUP_H
#define BATON_CORE_ROLLUP_H

#include "base/time/time_zone.h"
#include "core/attribution/attribution_setup.h"
#include "core/attribution/chain.h"
#include "core/attribution/journeys.h"
#include "core/attribution/rollup_sums.h"

/** Of the stored journeys and sums. Raised whenever the same journey would be stored, or would
 *  count, in another way: all is counted anew then. */
#define ROLLUP_FORMAT 4

/** So many touches of a lead are counted, the earliest: more are no journey of a person. */
#define ROLLUP_TOUCHES_MAX 5000

/* ---- a lead, as it is counted ---- */

struct rollup_touch {
    instant at;
    int64_t kind;              /* rollup_kind() */
    int64_t values[CUT_COUNT]; /* as journey_step has them */
};

struct rollup_lead {
    instant first_at;   /* of its first touch, or of its capture */
    instant created_at; /* of its capture */
    instant reached[MILESTONE_COUNT];
    int64_t amount_minor;
    char currency[4]; /* "": no amount */
    enum journey_money money;
    /* what reports count it by, beside its first touch; places from 1 on, 0: none */
    int64_t origin;                     /* enum direction + 1 */
    int64_t found_by;                   /* enum team_function + 1 */
    int64_t owner;                      /* rollup_team() of the team that has it */
    int64_t standing;                   /* enum stage + 1 of one that is active */
    bool claimed;                       /* somebody calls it qualified, and it never was */
    const struct rollup_touch *touches; /* oldest first */
    size_t count;
};

/** A kind of touch as a number. */
int64_t rollup_kind(const char *kind, size_t len);

/** A team as a number: the last eight bytes of its id, which are chosen at random. */
int64_t rollup_team(struct uuid team);

/** The lead as bytes, in the arena; the same lead has the same bytes. NULL: memory is short. */
uint8_t *rollup_lead_write(const struct rollup_lead *lead, struct arena *arena, size_t *len);
/** False when they are damaged or memory is short. */
bool rollup_lead_read(const uint8_t *bytes, size_t len, struct arena *arena,
                      struct rollup_lead *out) MUST_USE;

/* ---- what is counted ---- */

/* What a count is of. These numbers are stored. */
#define ROLLUP_LEADS 0
/** Conversions, by their standing: of no cut. */
#define ROLLUP_CONVERSIONS(milestone) (16 + (int)(milestone))
/** Moves of converted journeys, from one value to the next: of a cut by one dimension. */
#define ROLLUP_MOVES(milestone) (512 + (int)(milestone))
/** Moves of journeys that have reached these milestones, a bit each, by now. */
#define ROLLUP_PATHS(reached) (1024 + (int)(reached))
/* What credit is of is a milestone, always of a cut. */

/* What it is cut by. */
#define ROLLUP_UNCUT 0
/** By one dimension, or by two, the smaller first. */
int rollup_cut(const enum attribution_cut *cuts, int count);

/** A setup, ready to count by. */
struct rollup_setup {
    struct attribution_setup setup;
    int64_t id;
    const struct time_zone *zone;
    const int64_t *direct; /* dimension_id() of its direct sources */
    const int64_t *kinds;  /* rollup_kind() of its kinds */
};

/** False when memory is short. The zone is the caller's to open. */
bool rollup_setup_prepare(struct rollup_setup *setup, const struct attribution_setup *from,
                          const struct time_zone *zone, struct arena *arena);

/** Adds (times 1) or subtracts (-1) what a lead gives by a setup. A shortage of memory, or a sum
 *  that is too large for one turn, marks the arena. */
void rollup_sums_add(struct rollup_sums *sums, const struct rollup_setup *setup,
                     const struct rollup_lead *lead, int times);

/** The day, since 1970-01-01, on the zone's clock. */
int32_t rollup_day(const struct time_zone *zone, instant at);
/** Days of a period, without the last; of open ends the least and largest number. */
struct rollup_days {
    int32_t first, end;
    int32_t months_first, months_end; /* of the whole months within, whose sums are read in their
                                         place; none: end */
};

/** Sets the months, for an answer that keeps months apart at most. */
void rollup_days_by_months(struct rollup_days *days);

#endif
