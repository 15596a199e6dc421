/*
 * What a caller may ask of this server in a minute, by its key or source, and how many wrong keys
 * an address may send. The buckets are in http/rate_limit.h, what an operation costs is its class
 * (store/read/read_cost.h).
 */
#ifndef BATON_SERVER_LIMIT_H
#define BATON_SERVER_LIMIT_H

#include "delivery/address.h"

#include <stdbool.h>
#include <stdint.h>

struct rate_limits;
struct request;

/** Of one server; nothing here changes while it runs but what is in the buckets. */
struct limiter {
    struct rate_limits *limits;   /* owned by whoever made it */
    struct address_rules proxies; /* whose X-Forwarded-For counts */
    int64_t key_quota;            /* units a minute of a key without its own; 0: none */
    int64_t wrong_quota;          /* wrong keys a minute from one address; 0: none */
};

/** The caller is known: takes what the operation costs, and puts RateLimit and RateLimit-Policy
 * into the reply. False: request_refuse() was called (429). HTTP thread, as all of these. */
bool limit_take(const struct limiter *limiter, struct request *r);

/** Whether a key that is not known here may be looked up: not for an address from which too many
 *  wrong ones came. False: request_refuse() was called (429). Keys that are known, and right, are
 *  never kept waiting by wrong ones. */
bool limit_may_look_up(const struct limiter *limiter, struct request *r);

/** A wrong key was refused (401): it counts, whatever was wrong with it, and is refused with 429
 *  instead when too many came. */
void limit_note_wrong(const struct limiter *limiter, struct request *r);

#endif
