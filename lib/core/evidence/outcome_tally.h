/*
 * Leads that sales answered, counted by cell, by what became of them, and by their age in days.
 * Which of them count against a target is known only when all are counted (backtest.h: mature), so
 * the ages are kept apart until then. What a cell is, a score or a way in which leads moved, is its
 * owner's affair.
 *
 * An entry takes eight bytes, and there are at most as many as answered leads; leads of one cell,
 * one outcome and one day share one.
 */
#ifndef BATON_CORE_OUTCOME_TALLY_H
#define BATON_CORE_OUTCOME_TALLY_H

#include "core/evidence/history.h"
#include "core/evidence/proportion.h"

/** Cells are numbered from 0 and below this. */
#define OUTCOME_CELLS_MAX 16384

struct outcome_tally {
    struct arena *arena; /* its own: what is outgrown is given back to it */
    struct outcome_entry *entries;
    size_t size;  /* a power of two */
    size_t count; /* that are used */
};

/** Of one cell against one target. The first two count, and the others do not. */
struct outcome_counts {
    int64_t reached;
    int64_t missed;
    int64_t open;     /* mature, and sales is still at it */
    int64_t immature; /* whatever became of it so far */
};

void outcome_tally_init(struct outcome_tally *tally, struct arena *arena);

/** One answered lead. A shortage of memory marks the arena. */
void outcome_tally_add(struct outcome_tally *tally, unsigned cell,
                       const struct history_answer *answer, size_t age_days);

/** Adds all that the other has. */
void outcome_tally_merge(struct outcome_tally *tally, const struct outcome_tally *other);

/** Adds to counts[cell], for cells below count, against a target of which leads are mature at
 *  mature_days (-1: at once). */
void outcome_tally_count(const struct outcome_tally *tally, enum history_target target,
                         int mature_days, struct outcome_counts *counts, size_t count);

/** Those that reached the target, of those that count. */
struct proportion outcome_share(const struct outcome_counts *counts);

#endif
