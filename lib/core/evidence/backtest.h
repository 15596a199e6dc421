/*
 * A back-test: what a definition would have said of the leads of a period, beside what sales made
 * of them (docs/backtest.md). Leads are added one by one. Of those that change sides up to
 * MOVERS_KEPT_MAX each way are kept by name, and outcomes by score and day (outcome_tally.h);
 * nothing else that is kept grows with their number.
 */
#ifndef BATON_CORE_BACKTEST_H
#define BATON_CORE_BACKTEST_H

#include "base/error.h"
#include "core/evidence/history.h"
#include "core/evidence/mover.h"
#include "core/evidence/outcome_tally.h"
#include "core/evidence/proportion.h"
#include "core/evidence/score_scale.h"

/** Ids shown in the result of the leads that change sides, each way. */
#define BACKTEST_SAMPLE 20
/** Months that are kept apart, from 1970-01; earlier and later ones count for the first and last.
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

/** Leads that went one way. */
struct backtest_change {
    int64_t count;
    int64_t by_cause[MOVER_CAUSES];
    int64_t alone[MOVER_CAUSES]; /* of these, where nothing else stood in the way */
    struct mover_list movers;
    /* once closed: the causes that occur, the most frequent first, and how many leads of each are
     * kept by name */
    int causes[MOVER_CAUSES];
    int cause_count;
    int64_t kept[MOVER_CAUSES];
};

/** What is asked. */
struct backtest_asked {
    const struct definition *definition;
    const struct definition *against; /* NULL: nothing is compared. Of the same term */
    struct backtest_period period;
    instant now;               /* from which ages are counted back */
    int64_t capacity_per_week; /* what sales says it can take; -1: it does not say */
};

struct backtest {
    struct backtest_asked asked;
    struct arena *arena; /* what grows */
    struct backtest_side side;
    struct backtest_side against; /* the comparison */
    int64_t leads;
    int64_t bases[HISTORY_BASIS_COUNT];
    int64_t answered;
    int64_t reached[TARGET_COUNT];
    int64_t reached_after[TARGET_COUNT][HISTORY_DAYS]; /* days from the moment judged */
    int64_t undated_touches;                           /* left out: nobody knows when they were */
    instant first, last; /* the moments judged; INSTANT_NONE: no lead */
    /** By mover_way: in are those that qualify by the side and not by the comparison. */
    struct backtest_change changes[MOVER_WAY_COUNT];
    struct score_scale scale;          /* of the side's totals */
    int64_t by_score[SCORE_STEPS_MAX]; /* leads of which the total alone decides */
    struct outcome_tally tally;        /* of these scores, and of movers; see backtest_cell() */
};

/** What is asked is borrowed, and so is the arena. The struct is large: not for the stack. */
void backtest_init(struct backtest *backtest, const struct backtest_asked *asked,
                   struct arena *arena);

/** One side's verdicts against one target, of what has been added so far. */
struct backtest_match backtest_match(const struct backtest *backtest,
                                     const struct backtest_side *side, enum history_target target);

/** Judges one lead, if its moment lies in the period. The arena's memory is free again afterwards
 *  for the caller to clear. ERR_OUT_OF_MEMORY. */
enum err backtest_add(struct backtest *backtest, const struct history_lead *lead,
                      struct arena *arena) MUST_USE;

/** Adds what another one of the same question has seen of other leads. */
void backtest_merge(struct backtest *backtest, const struct backtest *other);

/** When all are added and merged: orders movers and their causes. */
void backtest_close(struct backtest *backtest);

/** Weeks from the first moment judged to the last, at least one. */
double backtest_weeks(const struct backtest *backtest);

/** Of the steps of the scale, and of the movers' causes each way, the leads by what became of them.
 *  scores has scale.count of them and movers MOVER_CAUSES of each way. */
struct backtest_outcomes {
    struct outcome_counts scores[SCORE_STEPS_MAX];
    struct outcome_counts movers[MOVER_WAY_COUNT][MOVER_CAUSES];
};
void backtest_outcomes(const struct backtest *backtest, enum history_target target,
                       struct backtest_outcomes *out);

/** The result as the API shows it: an object. Of one that is closed. ERR_OUT_OF_MEMORY. */
enum err backtest_write(const struct backtest *backtest, struct json_out *out) MUST_USE;

/** All movers that are kept, MOVER_BYTES each, those that come in first, in the order of their
 *  causes; NULL when there is none, or memory is short. Of one that is closed. */
const uint8_t *backtest_movers(const struct backtest *backtest, struct arena *arena, size_t *len);

#endif
