/*
 * A clock that the test moves: the wall clock of the servers and programs that it starts
 * (BATON_BINARY is built for tests: tests/hooks/clock.c), and what they see as their database's
 * now(). Both go on by themselves, from where they were put. How long something is waited for does
 * not change.
 */
#ifndef BATON_TESTS_TEST_CLOCK_H
#define BATON_TESTS_TEST_CLOCK_H

#include "database.h"

#include <stdint.h>

/** From here on what is started has this clock, and sees it in this database; it shows the real
 *  time. One at a time. */
void test_clock_open(const struct database *database);

/** It goes forward, and is at once seen by all that run. */
void test_clock_pass(int64_t seconds);

/** It jumps, also back: as a clock does that was set wrong. */
void test_clock_jump(int64_t seconds);

/** Programs that are started have the real time again. */
void test_clock_close(void);

#endif
