#include "http/random.h"

#include "store/pg/entropy.h"

#include <time.h>

struct uuid random_uuid(void)
{
    uint8_t bytes[10];
    struct timespec now;

    entropy_fill(bytes, sizeof bytes);
    clock_gettime(CLOCK_REALTIME, &now);
    return uuid_v7((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000, bytes);
}
