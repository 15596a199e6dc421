/* Claiming: a lease on offered handoffs, dealt out first due first; release and assignment. */
#ifndef BATON_CORE_HANDOFF_CLAIM_H
#define BATON_CORE_HANDOFF_CLAIM_H

#include "core/command.h"

#define CLAIM_LIMIT_MAX       50
#define LEASE_SECONDS_DEFAULT 1800

struct claim_input {
    const char *team; /* name */
    int64_t limit;
    int64_t lease_seconds;
    enum handoff_order order;
    int64_t wait_seconds; /* until something comes; the service waits, not the command */
};

/** {data: [{handoff, lead, verdict}], waiting} */
bool handoff_claim_keys(const struct command *command, struct work *work, struct work_keys *keys);
enum decision handoff_claim(struct work *work, const struct command *command,
                            struct outcome *outcome);

struct release_input {
    struct uuid handoff;
    const char *note; /* NULL: none */
};

enum decision handoff_release(struct work *work, const struct command *command,
                              struct outcome *outcome);

struct assign_input {
    struct uuid handoff;
    const char *member; /* id or email of a member of the receiving team */
    int64_t lease_seconds;
    const char *note; /* NULL: none */
};

enum decision handoff_assign(struct work *work, const struct command *command,
                             struct outcome *outcome);

#endif
