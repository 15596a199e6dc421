/*
 * How much each key, sender and address may ask of this server: token buckets. Each holds a
 * minute's quota and is filled evenly; what costs more takes more. Every server has buckets of its
 * own.
 *
 * A bucket that is full says nothing, so only a bounded number of those that are not is kept; where
 * there are more, the fullest of its few neighbours is forgotten: whoever asks much is remembered.
 */
#ifndef BATON_SERVER_RATE_LIMIT_H
#define BATON_SERVER_RATE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/** A quota is of so many seconds. */
#define RATE_WINDOW_S 60
/** Units, the most that a quota may be. */
#define RATE_QUOTA_MAX 10000000

/** Whose bucket: the kinds do not share ids. */
enum rate_kind { RATE_CALLER, RATE_ADDRESS };

struct rate_holder {
    enum rate_kind kind;
    uint8_t id[16]; /* of a key or source; an address as IPv6 */
};

struct rate_left {
    bool allowed;
    int64_t units;     /* that are left */
    int full_in_s;     /* until the whole quota is there */
    int retry_after_s; /* until there is enough for what was refused; 0: it was allowed */
};

struct rate_limits;

/** NULL when memory is short. */
struct rate_limits *rate_limits_new(void);
void rate_limits_free(struct rate_limits *limits);

/** Takes the cost from the bucket, or nothing when it is not there; with cost 0 it only looks
 *  whether anything is left. quota in units, 1 to RATE_QUOTA_MAX; now_us monotonic. Any thread. */
struct rate_left rate_limits_take(struct rate_limits *limits, const struct rate_holder *holder,
                                  int64_t quota, int64_t cost, int64_t now_us);

/** Whether something was asked from this holder's bucket within the last window. Any thread. */
bool rate_limits_remembers(struct rate_limits *limits, const struct rate_holder *holder,
                           int64_t now_us);

#endif
