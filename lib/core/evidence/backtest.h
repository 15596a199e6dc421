/*
 * A back-test: what a definition would have said of the leads of a period, beside what sales made
 * of them (docs/backtest.md). Leads are added one by one; what is kept of them does not grow
 * with their number.
 */
#ifndef BATON_CORE_BACKTEST_H
#define BATON_CORE_BACKTEST_H

#include "base/error.h"
#include "core/evidence/history.h"
#include "core/evidence/proportion.h"

/** Ids shown of the leads that change sides, in each direction. */
#define BACKTEST_SAMPLE 20
/** Months that are told apart, from 1970-01; earlier and later ones count for the first and last.
 */
#define BACKTEST_MONTHS 1200

struct backtest_period {
    instant from; /* inclusive; INSTANT_NONE: open */
    instant to;   /* exclusive; INSTANT_NONE: open */
};

/** Of the leads with an answer from sales. A lead counts when it is mature, which is to say that it
 *  was judged so long ago that HISTORY_MATURE_PERCENT of those that reached the target had reached
 *  it by that age, and when sales has done with it. */
struct backtest_match {
    int64_t true_positive;  /* would have qualified, and reached the target */
    int64_t false_positive; /* would have qualified, and did not */
    int64_t false_negative; /* would not have qualified (unclear included), and reached it */
    int64_t true_negative;
    int64_t open;      /* mature, and sales is still at it */
    int64_t immature;  /* too young to count, whatever became of it so far */
    int mature_days;   /* the age; -1: too few reached the target to say */
    bool has_contrast; /* of those that count some reached it and some did not */
};

struct proportion backtest_precision(const struct backtest_match *match);
struct proportion backtest_recall(const struct backtest_match *match);

/** Leads of which a criterion came to one result. */
struct backtest_group {
    int64_t leads, answered;
    int64_t reached[TARGET_COUNT]; /* of the answered ones */
};

struct backtest_criterion {
    struct backtest_group met, unmet, unknown;
};

/** One definition's side. */
struct backtest_side {
    const struct definition *definition;   /* borrowed; NULL: there is no such side */
    int64_t results[VERDICT_RESULT_COUNT]; /* by enum verdict_result */
    /** Answered leads by target, whether they would have qualified, outcome, and days since they
     *  were judged: what is mature is known only when all are counted. */
    int64_t outcomes[TARGET_COUNT][2][OUTCOME_COUNT][HISTORY_DAYS];
    struct backtest_criterion criteria[CRITERIA_MAX];
    int64_t months[BACKTEST_MONTHS][VERDICT_RESULT_COUNT];
};

/** Leads that went one way; the sample is drawn by the random part of their ids. */
struct backtest_change {
    int64_t count;
    size_t sampled;
    struct uuid sample[BACKTEST_SAMPLE]; /* ordered by their last eight bytes */
};

struct backtest {
    struct backtest_period period;
    instant now; /* when it is asked, from which ages are counted back */
    struct backtest_side side;
    struct backtest_side against; /* the comparison */
    int64_t leads;
    int64_t bases[HISTORY_BASIS_COUNT];
    int64_t answered;
    int64_t reached[TARGET_COUNT];
    int64_t reached_after[TARGET_COUNT][HISTORY_DAYS]; /* days from the moment judged */
    int64_t undated_touches;                           /* left out: nobody knows when they were */
    struct backtest_change gained; /* qualified by the side, not by the comparison */
    struct backtest_change lost;   /* the other way round */
};

/** against may be NULL. Both are borrowed and are of one term. The struct is large: not for the
 *  stack. */
void backtest_init(struct backtest *backtest, const struct definition *definition,
                   const struct definition *against, const struct backtest_period *period,
                   instant now);

/** One side's verdicts against one target, of what has been added so far. */
struct backtest_match backtest_match(const struct backtest *backtest,
                                     const struct backtest_side *side, enum history_target target);

/** Judges one lead, if its moment lies in the period. The arena's memory is free again afterwards
 *  for the caller to clear. ERR_OUT_OF_MEMORY. */
enum err backtest_add(struct backtest *backtest, const struct history_lead *lead,
                      struct arena *arena) MUST_USE;

/** Adds what another one of the same question has seen of other leads. */
void backtest_merge(struct backtest *backtest, const struct backtest *other);

/** The result as the API shows it: an object. */
void backtest_write(const struct backtest *backtest, struct json_out *out);

#endif
