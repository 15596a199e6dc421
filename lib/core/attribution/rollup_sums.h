/* The sums of rollups: where they stand, and how they are gathered in a turn. */
#ifndef BATON_CORE_ROLLUP_SUMS_H
#define BATON_CORE_ROLLUP_SUMS_H

#include "core/attribution/attribution.h"

/** Sums stand in three tables: counts; credit with a number for each model; and spreads, which know
 *  how often each number of minutes was (core/attribution/spread.h). */
enum rollup_table { ROLLUP_COUNTS, ROLLUP_CREDITS, ROLLUP_SPREADS, ROLLUP_TABLES };

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

/* In ROLLUP_SPREADS the second value of the key is the minutes, and the number how often. */
#define ROLLUP_SPREADS_NUMBERS 1

struct rollup_sum {
    struct rollup_key key;
    int64_t numbers[]; /* as many as its table has */
};

/** The sums of one table, in the order of their keys. */
struct rollup_changes {
    const struct rollup_sum *const *sums;
    size_t count;
};

struct rollup_sums;

/** NULL when memory is short. */
struct rollup_sums *rollup_sums_new(struct arena *arena);

/** The sum of this key, of a day; NULL when memory is short, which the arena knows. */
struct rollup_sum *rollup_sums_find(struct rollup_sums *sums, enum rollup_table table,
                                    const struct rollup_key *key);

/** Adds to one of its numbers; what does not fit one marks the arena. */
void rollup_sums_increase(struct rollup_sums *sums, int64_t *number, int64_t by);

/** Marks the arena. */
void rollup_sums_fail(struct rollup_sums *sums);

/** What is not 0, by day and by month; false when memory was short. */
bool rollup_sums_end(struct rollup_sums *sums, struct rollup_changes out[ROLLUP_TABLES]);

/** The first day of its month. */
int32_t rollup_month(int32_t day);

#endif
