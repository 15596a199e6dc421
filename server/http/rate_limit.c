#include "http/rate_limit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SETS       1024
#define NEIGHBOURS 4 /* of a set */

/* Levels are in millionths of a unit, so that a slow bucket fills evenly too. */
#define FINE      INT64_C(1000000)
#define WINDOW_US (RATE_WINDOW_S * INT64_C(1000000))

struct bucket {
    struct rate_holder holder;
    int64_t quota; /* 0: nobody's */
    int64_t level;
    int64_t at_us;
};

struct rate_limits {
    pthread_mutex_t mutex;
    struct bucket sets[SETS][NEIGHBOURS];
};

struct rate_limits *rate_limits_new(void)
{
    struct rate_limits *limits = calloc(1, sizeof *limits);

    if (limits != NULL)
        pthread_mutex_init(&limits->mutex, NULL);
    return limits;
}

void rate_limits_free(struct rate_limits *limits)
{
    if (limits == NULL)
        return;
    pthread_mutex_destroy(&limits->mutex);
    free(limits);
}

static bool same(const struct rate_holder *a, const struct rate_holder *b)
{
    return a->kind == b->kind && memcmp(a->id, b->id, sizeof a->id) == 0;
}

/* Ids are random in their last bytes, addresses are not: all bytes count (FNV-1a). */
static struct bucket *set_of(struct rate_limits *limits, const struct rate_holder *holder)
{
    uint32_t hash = 2166136261u ^ (uint32_t)holder->kind;

    for (size_t i = 0; i < sizeof holder->id; i++)
        hash = (hash ^ holder->id[i]) * 16777619u;
    return limits->sets[(hash ^ hash >> 16) % SETS];
}

static void fill(struct bucket *bucket, int64_t quota, int64_t now_us)
{
    int64_t passed = now_us - bucket->at_us;

    if (passed > WINDOW_US)
        passed = WINDOW_US;
    bucket->quota = quota;
    bucket->level += passed * quota / RATE_WINDOW_S;
    if (bucket->level > quota * FINE)
        bucket->level = quota * FINE;
    bucket->at_us = now_us;
}

/* The holder's own, else the one of its set whose loss matters least. */
static struct bucket *bucket_of(struct rate_limits *limits, const struct rate_holder *holder,
                                int64_t quota, int64_t now_us)
{
    struct bucket *set = set_of(limits, holder);
    struct bucket *fullest = &set[0];

    for (size_t i = 0; i < NEIGHBOURS; i++) {
        if (set[i].quota != 0 && same(&set[i].holder, holder))
            return &set[i];
        if (set[i].quota == 0 ||
            (fullest->quota != 0 &&
             set[i].quota * FINE - set[i].level < fullest->quota * FINE - fullest->level))
            fullest = &set[i];
    }
    *fullest =
        (struct bucket){.holder = *holder, .quota = quota, .level = quota * FINE, .at_us = now_us};
    return fullest;
}

/* Rounded up: after so many seconds it is there. */
static int seconds_for(int64_t level, int64_t quota)
{
    int64_t a_second = quota * FINE / RATE_WINDOW_S;

    return (int)((level + a_second - 1) / a_second);
}

struct rate_left rate_limits_take(struct rate_limits *limits, const struct rate_holder *holder,
                                  int64_t quota, int64_t cost, int64_t now_us)
{
    struct rate_left left = {0};
    /* whoever has a quota smaller than one dear read can still have one a minute */
    int64_t price = cost > quota ? quota : cost;

    pthread_mutex_lock(&limits->mutex);
    struct bucket *bucket = bucket_of(limits, holder, quota, now_us);
    fill(bucket, quota, now_us);
    left.allowed = bucket->level >= (price > 0 ? price : 1) * FINE;
    if (left.allowed)
        bucket->level -= price * FINE;
    else
        left.retry_after_s = seconds_for((price > 0 ? price : 1) * FINE - bucket->level, quota);
    left.units = bucket->level / FINE;
    left.full_in_s = seconds_for(quota * FINE - bucket->level, quota);
    pthread_mutex_unlock(&limits->mutex);
    return left;
}

bool rate_limits_remembers(struct rate_limits *limits, const struct rate_holder *holder,
                           int64_t now_us)
{
    bool found = false;

    pthread_mutex_lock(&limits->mutex);
    const struct bucket *set = set_of(limits, holder);
    for (size_t i = 0; i < NEIGHBOURS; i++)
        found = found || (set[i].quota != 0 && same(&set[i].holder, holder) &&
                          now_us - set[i].at_us < WINDOW_US);
    pthread_mutex_unlock(&limits->mutex);
    return found;
}
