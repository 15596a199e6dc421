/*
 * What every program of tests shares: its main(). A file of tests declares its cases in
 * suite_cases(), and is known by the name of its program, "http/leads" for http_leads.
 *
 * The exit code is 0 when all passed, 77 (CTest: skipped) when none failed and one or more could
 * not be tried, and 1 when one failed. Everything runs in one process unless CK_FORK=yes; CTest has
 * the time-outs. CK_RUN_CASE=name runs one case alone.
 */
#ifndef BATON_TESTS_SUITE_H
#define BATON_TESTS_SUITE_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

/** Each file of tests defines it. Called once for each round. */
void suite_cases(Suite *suite);

/** A case of it, without a time-out. */
TCase *suite_case(Suite *suite, const char *name);

/** Adds tests: TESTS(tcase, this, that). */
#define TESTS(tcase, ...) suite_add_tests(tcase, (const TTest *const[]){__VA_ARGS__, NULL})
/** Adds a test that runs once for each member of a table, whose index is _i. */
#define EACH(tcase, test, table)                                                                   \
    tcase_add_loop_test(tcase, test, 0, sizeof(table) / sizeof *(table))
void suite_add_tests(TCase *tcase, const TTest *const *tests);

/** Leaves a test, or a function that it ends with, that lacks what it needs, and says so. */
#define SKIP(...)                                                                                  \
    do {                                                                                           \
        suite_skip(__func__, __VA_ARGS__);                                                         \
        return;                                                                                    \
    } while (0)
void suite_skip(const char *test, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Ends a program none of whose tests can be tried; in suite_cases(). */
_Noreturn void suite_skip_all(const char *why);

/*
 * Rounds: the whole suite, from the start, one after the other. One, unless somebody else defines
 * these: programs of stories have one for each size of groups (tests/support/stage.c).
 */
bool suite_round_begin(int round);    /* false: there is none of this number */
void suite_round_cases(Suite *suite); /* what comes last in it */
void suite_round_end(void);

#endif
