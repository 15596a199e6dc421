#include "api/limit.h"

#include "api/caller.h"
#include "api/peer.h"

#include "core/config.h"
#include "http/metrics.h"
#include "http/rate_limit.h"
#include "http/request.h"
#include "http/request_refuse.h"
#include "store/pg/pg.h"

#include <string.h>

static const int cost_of[READ_COSTS] = {
#define READ_COST(name, text, waiting, units) units,
    READ_COST_TABLE(READ_COST)
#undef READ_COST
};

/* draft-ietf-httpapi-ratelimit-headers-09: structured fields, the policy with its quota and window,
 * and what is left of it until it is whole again. */
static void say(struct request *r, const char *policy, int64_t quota, const struct rate_left *left)
{
    r->reply.rate_policy =
        arena_printf(r->arena, "\"%s\";q=%lld;w=%d", policy, (long long)quota, RATE_WINDOW_S);
    r->reply.rate_limit = arena_printf(r->arena, "\"%s\";r=%lld;t=%d", policy,
                                       (long long)left->units, left->full_in_s);
}

static void refuse(struct request *r, const struct rate_left *left, const char *detail)
{
    metrics_add(METRIC_RATE_LIMITED, 1);
    request_refuse(r, ERR_RATE_LIMITED, "%s", detail);
    r->reply.retry_after_s = left->retry_after_s;
}

static int64_t quota_of(const struct limiter *limiter, const struct request *r)
{
    const struct api_key *key = r->config == NULL ? NULL : config_key(r->config, r->caller.key);

    return key != NULL && key->rate_limit > 0 ? key->rate_limit : limiter->key_quota;
}

bool limit_take(const struct limiter *limiter, struct request *r)
{
    struct rate_holder holder = {.kind = RATE_CALLER};
    int64_t quota = quota_of(limiter, r);

    if (quota == 0)
        return true;
    memcpy(holder.id, r->caller.key.b, sizeof holder.id);
    const struct rate_left left = rate_limits_take(limiter->limits, &holder, quota,
                                                   cost_of[r->route->cost], pg_now_ms() * 1000);
    say(r, "key", quota, &left);
    if (!left.allowed)
        refuse(r, &left, "This key has used up what it may ask of this server in a minute");
    return left.allowed;
}

static struct rate_left take_wrong(const struct limiter *limiter, struct request *r, int cost)
{
    struct rate_holder holder = {.kind = RATE_ADDRESS};

    peer_address(r, &limiter->proxies, holder.id);
    return rate_limits_take(limiter->limits, &holder, limiter->wrong_quota, cost,
                            pg_now_ms() * 1000);
}

static bool wrong_is_allowed(const struct limiter *limiter, struct request *r, int cost)
{
    if (limiter->wrong_quota == 0)
        return true;
    const struct rate_left left = take_wrong(limiter, r, cost);
    if (left.allowed)
        return true;
    say(r, "address", limiter->wrong_quota, &left);
    refuse(r, &left, "Too many wrong keys came from this address");
    return false;
}

/* The configurations at hand are dropped whenever a connection is opened, since it may be to
 * another database. A key that was right within the last minute is not kept waiting for that:
 * buckets of keys are made for right ones alone. */
static bool was_right(const struct limiter *limiter, const struct request *r)
{
    struct rate_holder holder = {.kind = RATE_CALLER};
    struct api_key_text key;

    if (!caller_sends_key(r, &key))
        return false;
    memcpy(holder.id, key.key.b, sizeof holder.id);
    return rate_limits_remembers(limiter->limits, &holder, pg_now_ms() * 1000);
}

bool limit_may_look_up(const struct limiter *limiter, struct request *r)
{
    return was_right(limiter, r) || wrong_is_allowed(limiter, r, 0);
}

void limit_note_wrong(const struct limiter *limiter, struct request *r)
{
    (void)wrong_is_allowed(limiter, r, 1);
}
