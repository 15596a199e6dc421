/* What became of a week, for the page that each side is written (server/delivery/week_page.h). */
#ifndef BATON_STORE_WEEK_READ_H
#define BATON_STORE_WEEK_READ_H

#include "core/definition/touch.h"
#include "store/read/read.h"

/** Of the leads that were handed to a side in the week, as they stand now; and what it leaves
 *  undone now. */
struct week_side {
    int64_t offered;
    int64_t accepted; /* returned ones too */
    int64_t rejected;
    int64_t returned;
    int64_t waiting;
    int64_t late;      /* answered after their time, or overdue */
    int64_t overdue;   /* of all times */
    int64_t undecided; /* leads that nobody can be offered, or whose owner is asked what becomes of
                          them */
};

struct week_counts {
    struct week_side sides[FUNCTION_COUNT]; /* by the function of the team */
};

/** Reads as many handoffs as were made in it, and what is due. */
enum err week_read(const struct read *read, instant from, instant to,
                   struct week_counts *out) MUST_USE;

#endif
