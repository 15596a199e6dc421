/*
 * Whether what the clients heard can be explained.
 *
 * Clients work at the same time, so nobody knows in which order their requests took effect. Each
 * did between its being sent and its being answered; so there must be one order of all of them that
 * keeps to these spans and in which the model, one step after the other, gives every answer that
 * was heard (this is called linearizable). It is searched for with the answers as guide, and with
 * the ledger: the entries of each lead stand there in the order in which they were committed, and
 * the model says which entries of whom each step leaves, so that a wrong order is seen at once. At
 * the end nothing may be in the ledger that no step explains. Reads of every lead and handoff are
 * the last steps, which makes the final state a part of the same question.
 */
#ifndef BATON_TESTS_EXPLAIN_H
#define BATON_TESTS_EXPLAIN_H

#include "play.h"

#define EXPLAIN_WHY_MAX   4096 /* bytes */
#define EXPLAIN_TRIES_MAX 6000 /* steps of the model, in one search */
#define EXPLAIN_SEARCHES  50

enum explained {
    EXPLAINED,
    NOT_EXPLAINED,
    TOO_MUCH, /* the sequence has more than the model holds */
};

enum explain_way {
    EXPLAIN_ALONE,    /* one client played */
    EXPLAIN_TOGETHER, /* several did */
    EXPLAIN_KILLED,   /* and the server was killed meanwhile */
};

/** If there is no explanation, `why` says how far the best
 *  one came and what stands against each way on. */
enum explained explain(const struct play *play, enum explain_way way, char why[EXPLAIN_WHY_MAX]);

#endif
