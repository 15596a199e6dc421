/*
 * How far a goal that both sides signed has come: what is reached in the present period, whether
 * that is what the time passed asks for, and what is to be expected at its end.
 *
 * A period is a week from Monday, a month, a quarter or a year, in UTC.
 *
 * The forecast of a count, or of money, carries the rate so far on to the end of the period. With S
 * reached in a part e of the period, and r = (1 - e) / e, it is S (1 + r), and 95 of a hundred such
 * periods are expected to end within
 *
 *     S (1 + r) ± 1.96 sqrt(Q r (1 + r))
 *
 * and never below S. Q is the sum of the squares of what S is made of: of a count S itself, so that
 * this is the prediction interval for a Poisson count of W. Nelson, "Applied Life Data Analysis",
 * Wiley 1982 (the mean of the rest is S r, its variance that times 1 + r); of money
 * the same for a compound Poisson sum, whose variance is the rate times the mean square. Where
 * nothing was reached, 1/2 stands for the count, as K. Krishnamoorthy and J. Peng propose
 * ("Improved closed-form prediction intervals for binomial and Poisson distributions", Journal of
 * Statistical Planning and Inference 141, 2011). Of money of which there is none there is no
 * interval.
 *
 * The forecast of a percentage is the percentage so far, with the Wilson interval at 95 %
 * (core/evidence/proportion.h).
 */
#ifndef BATON_CORE_GOAL_PROGRESS_H
#define BATON_CORE_GOAL_PROGRESS_H

#include "base/instant.h"
#include "base/json_out.h"
#include "core/agreement/goals_document.h"

/** The present period of a goal: from inclusive, to exclusive. */
struct goal_span {
    instant from;
    instant to;
};

struct goal_span goal_span_of(enum goal_period period, instant at);

/** What was counted in it. */
struct goal_count {
    int64_t reached; /* a count, money in its smallest unit, or the part of a percentage */
    int64_t of;      /* of a percentage: all; else 0 */
    double squares;  /* Q above; of a count and a percentage not used */
};

struct goal_progress {
    double reached; /* in the unit of the target; of a percentage of nothing: not known */
    bool known;
    double elapsed;  /* the part of the period that has passed, 0 to 1 */
    double expected; /* what the target asks for by now; of a percentage all of it */
    bool on_pace;
    bool met;
    bool foreseen; /* whether there is a forecast */
    double forecast;
    double low; /* low > high: there is no interval */
    double high;
};

struct goal_progress goal_progress_of(const struct goal *goal, struct goal_span span, instant at,
                                      struct goal_count count);

/** As members of an object that is open: target and currency, reached, pace and forecast. */
void goal_progress_write(const struct goal *goal, const struct goal_progress *progress,
                         struct json_out *out);

#endif
