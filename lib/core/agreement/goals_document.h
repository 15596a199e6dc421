/*
 * The goals that both sides agree on: per side and period what is to be reached
 * (docs/agreements.md is the reference of the document).
 */
#ifndef BATON_CORE_GOALS_DOCUMENT_H
#define BATON_CORE_GOALS_DOCUMENT_H

#include "core/config.h"
#include "core/definition/signers.h"

#define GOALS_IN_DOCUMENT_MAX 100

/* What is counted, and in what. */
enum goal_unit { GOAL_COUNT, GOAL_PERCENT, GOAL_MONEY };

#define GOAL_MEASURE_TABLE(X)                                                                      \
    X(ACCEPTED_HANDOFFS, "accepted_handoffs", GOAL_COUNT, "handoffs that sales accepts")           \
    X(ACCEPTANCE_RATE, "acceptance_rate", GOAL_PERCENT, "of the handoffs answered are accepted")   \
    X(ANSWERS_IN_TIME, "answers_in_time", GOAL_PERCENT, "of the handoffs are answered in time")    \
    X(FOLLOW_UP, "follow_up", GOAL_PERCENT, "of the leads accepted are contacted in time")         \
    X(SQL, "sql", GOAL_COUNT, "leads qualified by sales")                                          \
    X(PIPELINE, "pipeline", GOAL_MONEY, "in new opportunities")                                    \
    X(WON, "won", GOAL_MONEY, "won")

enum goal_measure {
#define X(name, ...) GOAL_##name,
    GOAL_MEASURE_TABLE(X)
#undef X
        GOAL_MEASURE_COUNT
};

enum goal_period { PERIOD_WEEK, PERIOD_MONTH, PERIOD_QUARTER, PERIOD_YEAR, PERIOD_COUNT };

struct goal {
    enum side side; /* whose it is */
    enum goal_measure measure;
    enum goal_period period;
    int64_t target;   /* a count, percent, or money in the currency's smallest unit */
    char currency[4]; /* of money */
};

struct goals_document {
    const struct goal *goals;
    size_t count;
    const struct signers *signers; /* NULL: one of each side */
};

enum goal_unit goal_measure_unit(enum goal_measure measure);
const char *goal_measure_name(enum goal_measure measure);
const char *goal_measure_words(enum goal_measure measure);
const char *goal_period_name(enum goal_period period);

/** Everything lives in the arena. ERR_INVALID_DEFINITION with all faults; ERR_OUT_OF_MEMORY. */
enum err goals_document_read(const json_t *document, struct arena *arena, struct faults *faults,
                             struct goals_document *out) MUST_USE;

#endif
