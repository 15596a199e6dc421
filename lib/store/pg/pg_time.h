/* The clock that all deadlines of the store are in. Any thread. */
#ifndef BATON_STORE_PG_TIME_H
#define BATON_STORE_PG_TIME_H

#include <stdint.h>

/** Milliseconds of the monotonic clock. */
int64_t pg_now_ms(void);
int64_t pg_deadline_in(int64_t milliseconds);

/** Until the deadline, not below 0: for poll(). */
int pg_remaining_ms(int64_t deadline);

#endif
