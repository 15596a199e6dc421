/*
 * How much of each kind a workspace may have: one table, which the changes refuse by and
 * GET /v1/usage shows. The limits are there so that one workspace does not grow beyond what a
 * server holds in memory, and are far above what anybody needs.
 */
#ifndef BATON_CORE_QUOTA_H
#define BATON_CORE_QUOTA_H

#include "core/background_job.h"
#include "core/command.h"

/** Name, as in the API; the limit; what is counted, as in "A workspace has at most 1000 …". */
#define QUOTA_TABLE(X)                                                                             \
    X(TEAMS, "teams", 1000, "teams")                                                               \
    X(MEMBERS, "members", 10000, "members, those who left counted")                                \
    X(KEYS, "keys", 10000, "keys that are not revoked")                                            \
    X(SOURCES, "sources", 1000, "sources")                                                         \
    X(SUBSCRIPTIONS, "subscriptions", 1000, "subscriptions")                                       \
    X(DRAFTS, "drafts", 20, "drafts of one document")                                              \
    X(JOBS, "jobs", BACKGROUND_SLOTS, "jobs that are queued or running")

enum quota {
#define QUOTA(name, text, limit, what) QUOTA_##name,
    QUOTA_TABLE(QUOTA)
#undef QUOTA
        QUOTA_COUNT
};

const char *quota_name(enum quota quota);
int64_t quota_limit(enum quota quota);

/** How many there are: of drafts those of the document with most. Jobs are not in the
 * configuration: 0. */
int64_t quota_used(const struct config *config, enum quota quota);

/** Whether there may be one more. If not, the outcome is a refusal (422, limit_reached). */
bool quota_leaves(struct work *work, enum quota quota, struct outcome *outcome);

#endif
