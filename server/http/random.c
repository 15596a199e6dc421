#include "http/random.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/* getrandom never gives less than asked for up to this size. */
#define POOL_BYTES 256

static _Thread_local struct {
    unsigned char bytes[POOL_BYTES];
    size_t left;
} pool;

static void fetch(void *out, size_t len)
{
    ssize_t got;

    do
        got = getrandom(out, len, 0);
    while (got < 0 && errno == EINTR);
    if (got != (ssize_t)len) {
        perror("getrandom");
        abort();
    }
}

void random_bytes(void *out, size_t len)
{
    unsigned char *to = out;

    while (len > 0) {
        if (pool.left == 0) {
            fetch(pool.bytes, POOL_BYTES);
            pool.left = POOL_BYTES;
        }
        size_t part = len < pool.left ? len : pool.left;
        unsigned char *from = pool.bytes + POOL_BYTES - pool.left;
        memcpy(to, from, part);
        explicit_bzero(from, part);
        pool.left -= part;
        to += part;
        len -= part;
    }
}

struct uuid random_uuid(void)
{
    uint8_t bytes[10];
    struct timespec now;

    random_bytes(bytes, sizeof bytes);
    clock_gettime(CLOCK_REALTIME, &now);
    return uuid_v7((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000, bytes);
}
