#include "delivery/sign_in.h"

#include "base/digest.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/** Addresses that wait, at most; more are dropped. */
#define QUEUE_MAX 256
/** Addresses and clients that are counted in a window; who comes when all places are taken is not
 *  heard until the next. */
#define COUNTERS_MAX 8192

struct counter {
    uint64_t of; /* of a digest; 0: free */
    int asked;
};

struct sign_in {
    pthread_mutex_t mutex;
    char queue[QUEUE_MAX][SIGN_IN_ADDRESS_BYTES];
    size_t first, count;
    struct counter counters[COUNTERS_MAX];
    size_t counted;
    int64_t window_ms; /* when it began */
};

struct sign_in *sign_in_new(void)
{
    struct sign_in *sign_in = calloc(1, sizeof *sign_in);

    if (sign_in != NULL)
        pthread_mutex_init(&sign_in->mutex, NULL);
    return sign_in;
}

void sign_in_free(struct sign_in *sign_in)
{
    if (sign_in == NULL)
        return;
    pthread_mutex_destroy(&sign_in->mutex);
    free(sign_in);
}

/* Whether it may once more: kind keeps an address and a client of the same text apart. */
static bool count(struct sign_in *sign_in, const char *kind, const char *text, int most)
{
    const struct digest_part parts[] = {{kind, strlen(kind) + 1}, {text, strlen(text)}};
    uint8_t digest[DIGEST_BYTES];
    uint64_t of;

    digest_sha256(parts, 2, digest);
    memcpy(&of, digest, sizeof of);
    of |= 1;
    size_t place = of % COUNTERS_MAX;
    while (sign_in->counters[place].of != 0 && sign_in->counters[place].of != of)
        place = (place + 1) % COUNTERS_MAX;
    struct counter *counter = &sign_in->counters[place];
    if (counter->of == 0 && sign_in->counted >= COUNTERS_MAX / 2)
        return false;
    sign_in->counted += counter->of == 0;
    counter->of = of;
    return counter->asked++ < most;
}

void sign_in_ask(struct sign_in *sign_in, const char *address, const char *client, int64_t now_ms)
{
    size_t len = strlen(address);

    if (len >= SIGN_IN_ADDRESS_BYTES)
        return;
    pthread_mutex_lock(&sign_in->mutex);
    if (now_ms - sign_in->window_ms >= SIGN_IN_WINDOW_MS) {
        memset(sign_in->counters, 0, sizeof sign_in->counters);
        sign_in->counted = 0;
        sign_in->window_ms = now_ms;
    }
    if (count(sign_in, "client", client, SIGN_IN_PER_CLIENT) &&
        count(sign_in, "address", address, SIGN_IN_PER_ADDRESS) && sign_in->count < QUEUE_MAX) {
        size_t place = (sign_in->first + sign_in->count++) % QUEUE_MAX;
        memcpy(sign_in->queue[place], address, len + 1);
    }
    pthread_mutex_unlock(&sign_in->mutex);
}

bool sign_in_next(struct sign_in *sign_in, char address[SIGN_IN_ADDRESS_BYTES])
{
    pthread_mutex_lock(&sign_in->mutex);
    bool some = sign_in->count > 0;
    if (some) {
        memcpy(address, sign_in->queue[sign_in->first], SIGN_IN_ADDRESS_BYTES);
        sign_in->first = (sign_in->first + 1) % QUEUE_MAX;
        sign_in->count--;
    }
    pthread_mutex_unlock(&sign_in->mutex);
    return some;
}
