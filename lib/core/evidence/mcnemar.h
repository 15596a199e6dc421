/*
 * McNemar's test of two judges of the same leads (Q. McNemar, Psychometrika 12 (1947), 153–157), in
 * its exact form: of the leads on which they differ, each is as likely to be judged rightly by the
 * one as by the other if neither is better. So the rarer of the two counts is compared with the
 * binomial distribution at one half, two-sided: p = min(1, 2 · Σ_{i ≤ min} C(n, i) / 2^n).
 */
#ifndef BATON_CORE_MCNEMAR_H
#define BATON_CORE_MCNEMAR_H

#include <stdint.h>

/** Of leads on which two judges differ: how often the one was right, and the other. Between 0 and
 *  1; 1 when both are 0. Takes time in proportion to the smaller. */
double mcnemar_test(int64_t better, int64_t worse);

#endif
