/*
 * How a team's offers are dealt to its members: rules in their order, as the team's admin wrote
 * them (docs/handoff.md). The first whose test the lead meets, and whose target has somebody who
 * can take one more, says whose the offer is.
 *
 *   {"rules": [{"when": {…a test of the definition language…},
 *               "to": {"pool": [{"member": "sam@acme.example", "weight": 2}, …], "by":
 * "weighted"}},
 *              {"to": "account_owner"}],
 *    "otherwise": "queue", "reassign_after_minutes": 120}
 *
 * Compiled it never changes: any thread may ask.
 */
#ifndef BATON_CORE_DISTRIBUTION_H
#define BATON_CORE_DISTRIBUTION_H

#include "core/config.h"
#include "core/distribution/share.h"

#include <jansson.h>

#define DEAL_RULES_MAX         50
#define DEAL_PLACES_MAX        SHARES_MAX /* of one pool */
#define DEAL_WEIGHT_MAX        1000
#define REASSIGN_MINUTES_MAX   43200
#define DISTRIBUTION_MAX_BYTES (48u << 10)
/** A rule's number in what is shown; 0 is `otherwise`. */
#define DEAL_OTHERWISE 0

/* what a rule deals by, as it is said of a handoff */
#define DEAL_BY_TABLE(X)                                                                           \
    X(QUEUE, "queue")               /* to nobody: whoever claims it has it */                      \
    X(MEMBER, "member")             /* to this one */                                              \
    X(OWNER, "account_owner")       /* to the member who owns the lead's account */                \
    X(WEIGHTED, "weighted")         /* in proportion to the weights, exact within one lead */      \
    X(LEAST_LOADED, "least_loaded") /* to whoever has the fewest in hand for their weight */

enum deal_by {
#define X(name, text) DEAL_##name,
    DEAL_BY_TABLE(X)
#undef X
        DEAL_BY_COUNT
};

const char *deal_by_name(enum deal_by by);

struct deal_place {
    struct uuid member;
    int32_t weight;
};

struct deal_rule {
    const char *when; /* JSON; NULL: every lead */
    size_t test;      /* its place among the tests */
    enum deal_by by;
    const struct deal_place *places; /* one for DEAL_MEMBER; none for the queue and the owner */
    size_t place_count;
};

struct distribution {
    const struct deal_rule *rules; /* `otherwise` stands after the last of them */
    size_t rule_count;
    const struct definition *tests; /* core/definition/condition.h: those of the rules */
    int32_t reassign_minutes;       /* 0: an offer stays with whom it was dealt to */
};

/**
 * Compiles a document. A member is named by email or id and must be an active one of the team; with
 * config NULL only ids are taken, and nobody is looked for; without a team either nothing is looked
 * at but the form. ERR_INVALID_VALUE: all faults are
 * added; ERR_OUT_OF_MEMORY. Warnings name rules that no lead can reach; NULL: none are wanted.
 */
enum err distribution_compile(const json_t *document, const struct config *config, struct uuid team,
                              struct arena *arena, struct faults *faults, struct faults *warnings,
                              const struct distribution **out) MUST_USE;

/** Of a rule by its index, as it is shown and stored. */
int distribution_rule_number(const struct distribution *distribution, size_t rule);

/** The document, with members by their ids. */
void distribution_write(const struct distribution *distribution, struct json_out *out);

/** {"distribution": …, "warnings": […]}, as the API shows it. */
void distribution_show(const struct distribution *distribution, struct json_out *out);

#endif
