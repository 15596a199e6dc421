/*
 * Fisher's exact test of a two-by-two table (R. A. Fisher, Statistical Methods for Research
 * Workers, 5th ed. 1934, § 21.02), two-sided: the probability, with the margins as they are and no
 * association, of a table that is as improbable as this one or more.
 */
#ifndef BATON_CORE_FISHER_H
#define BATON_CORE_FISHER_H

#include <stdint.h>

/** With and without something, each with and without a success; all counts >= 0. */
struct two_by_two {
    int64_t with_yes, with_no;
    int64_t without_yes, without_no;
};

/** Between 0 and 1. Takes time in proportion to the smallest margin. */
double fisher_test(const struct two_by_two *table);

#endif
