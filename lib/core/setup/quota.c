#include "core/setup/quota.h"

static const struct {
    const char *name;
    int64_t limit;
    const char *what;
} quotas[QUOTA_COUNT] = {
#define QUOTA(name, text, limit, what) {text, limit, what},
    QUOTA_TABLE(QUOTA)
#undef QUOTA
};

const char *quota_name(enum quota quota)
{
    return quotas[quota].name;
}

int64_t quota_limit(enum quota quota)
{
    return quotas[quota].limit;
}

static int64_t standing_keys(const struct config *config)
{
    int64_t count = 0;

    for (size_t i = 0; i < config->key_count; i++)
        count += config->keys[i].revoked_at == INSTANT_NONE;
    return count;
}

static int64_t most_drafts(const struct config *config)
{
    int64_t most = 0;

    for (int kind = 0; kind < AGREEMENT_KIND_COUNT; kind++) {
        int64_t count = 0;
        for (size_t i = 0; i < config->agreement_count; i++)
            count += (int)config->agreements[i].kind == kind &&
                     config->agreements[i].state == AGREEMENT_DRAFT;
        most = count > most ? count : most;
    }
    return most;
}

int64_t quota_used(const struct config *config, enum quota quota)
{
    switch (quota) {
    case QUOTA_TEAMS:
        return (int64_t)config->team_count;
    case QUOTA_MEMBERS:
        return (int64_t)config->member_count;
    case QUOTA_KEYS:
        return standing_keys(config);
    case QUOTA_SOURCES:
        return (int64_t)config->source_count;
    case QUOTA_SUBSCRIPTIONS:
        return (int64_t)config->subscription_count;
    case QUOTA_DRAFTS:
        return most_drafts(config);
    case QUOTA_JOBS:
    case QUOTA_COUNT:
        break;
    }
    return 0;
}

bool quota_leaves(struct work *work, enum quota quota, struct outcome *outcome)
{
    if (quota_used(work->config, quota) < quotas[quota].limit)
        return true;
    outcome_refuse(work, outcome, ERR_LIMIT_REACHED, "A workspace has at most %lld %s",
                   (long long)quotas[quota].limit, quotas[quota].what);
    return false;
}
