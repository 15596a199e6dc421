#include "store/pg/entropy.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define POOL_BYTES 1024

static _Thread_local struct {
    unsigned char bytes[POOL_BYTES];
    size_t left;
} pool;

/* A forked child must not go on with its parent's bytes, or a nonce would be used twice. Clearing
 * the pool of the thread that forks is enough: it is the only thread that the child has. */
static void forget(void)
{
    pool.left = 0;
}

static void watch_forks(void)
{
    if (pthread_atfork(NULL, NULL, forget) != 0)
        abort();
}

static pthread_once_t watched = PTHREAD_ONCE_INIT;

static void refill(void)
{
    size_t got = 0;

    pthread_once(&watched, watch_forks);
    while (got < POOL_BYTES) {
        ssize_t n = getrandom(pool.bytes + got, POOL_BYTES - got, 0);
        if (n < 0 && errno != EINTR)
            abort();
        got += n > 0 ? (size_t)n : 0;
    }
    pool.left = POOL_BYTES;
}

void entropy_fill(void *bytes, size_t len)
{
    unsigned char *out = bytes;

    while (len > 0) {
        if (pool.left == 0)
            refill();
        size_t take = len < pool.left ? len : pool.left;
        unsigned char *from = pool.bytes + POOL_BYTES - pool.left;
        memcpy(out, from, take);
        memset(from, 0, take); /* a key handed out must not stay here as well */
        pool.left -= take;
        out += take;
        len -= take;
    }
}
