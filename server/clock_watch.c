#include "clock_watch.h"

#define MICROSECONDS_IN_MS 1000

int64_t clock_watch_look(struct clock_watch *watch, instant now, int64_t monotonic_ms)
{
    int64_t passed = (monotonic_ms - watch->last_ms) * MICROSECONDS_IN_MS;
    int64_t off = watch->last_ms == 0 ? 0 : now - watch->last - passed;

    watch->last = now;
    watch->last_ms = monotonic_ms;
    if (off < CLOCK_JUMP_MIN && off > -CLOCK_JUMP_MIN)
        return 0;
    watch->jumped_ms = monotonic_ms;
    return off;
}

bool clock_watch_is_steady(const struct clock_watch *watch, int64_t monotonic_ms)
{
    return watch->jumped_ms == 0 || monotonic_ms - watch->jumped_ms >= CLOCK_STEADY_MS;
}
