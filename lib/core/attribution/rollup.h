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

/** Of the stored journeys and sums. Raised whenever the same journey would be stored, or would
 *  count, in another way: all is counted anew then. */
#define ROLLUP_FORMAT 3

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
    const struct rollup_touch *touches; /* oldest first */
    size_t count;
};

/** A kind of touch as a number. */
int64_t rollup_kind(const char *kind, size_t len);

/** The lead as bytes, in the arena; the same lead has the same bytes. NULL: memory is short. */
uint8_t *rollup_lead_write(const struct rollup_lead *lead, struct arena *arena, size_t *len);
/** False when they are damaged or memory is short. */
bool rollup_lead_read(const uint8_t *bytes, size_t len, struct arena *arena,
                      struct rollup_lead *out) MUST_USE;

/* ---- what is counted ---- */

/** Sums stand in two tables: counts, and credit with a number for each model. */
enum rollup_table { ROLLUP_COUNTS, ROLLUP_CREDITS, ROLLUP_TABLES };

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

enum rollup_grain { ROLLUP_DAY, ROLLUP_MONTH };

/** Padded with zeros: its bytes are compared, but its order is that of its members. */
struct rollup_key {
    int64_t setup; /* attribution_setup_id() */
    int32_t version;
    int32_t what;
    int32_t cut;
    int32_t grain; /* enum rollup_grain */
    int32_t day;   /* since 1970-01-01 on the clock of the setup's zone; the first of a month */
    int32_t standing;
    int64_t values[ATTRIBUTION_DIMENSIONS_MAX]; /* 0: absent */
    char currency[8];                           /* "": no amount */
};

/* The numbers of a sum in ROLLUP_COUNTS; money in the currency's smallest unit. */
enum { ROLLUP_COUNT, ROLLUP_AMOUNT, ROLLUP_PIPELINE, ROLLUP_WON, ROLLUP_COUNTS_NUMBERS };

/* In ROLLUP_CREDITS those of each model stand side by side, credit in units of CREDIT_ONE. */
#define ROLLUP_OF(number, model) ((number)*CREDIT_MODEL_COUNT + (int)(model))
enum { ROLLUP_MODEL_CREDIT, ROLLUP_MODEL_AMOUNT, ROLLUP_MODEL_PIPELINE, ROLLUP_MODEL_WON };
#define ROLLUP_CREDITS_NUMBERS (4 * CREDIT_MODEL_COUNT)

struct rollup_sum {
    struct rollup_key key;
    int64_t numbers[]; /* as many as its table has */
};

/** The sums of one table, in the order of their keys. */
struct rollup_changes {
    const struct rollup_sum *const *sums;
    size_t count;
};

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

struct rollup_sums;

/** NULL when memory is short. */
struct rollup_sums *rollup_sums_new(struct arena *arena);

/** Adds (times 1) or subtracts (-1) what a lead gives by a setup. A shortage of memory, or a sum
 *  that is too large for one turn, marks the arena. */
void rollup_sums_add(struct rollup_sums *sums, const struct rollup_setup *setup,
                     const struct rollup_lead *lead, int times);

/** What is not 0, by day and by month; false when memory was short. */
bool rollup_sums_end(struct rollup_sums *sums, struct rollup_changes out[ROLLUP_TABLES]);

/** The day, since 1970-01-01, on the zone's clock. */
int32_t rollup_day(const struct time_zone *zone, instant at);
/** The first day of its month. */
int32_t rollup_month(int32_t day);

#endif
