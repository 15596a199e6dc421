/*
 * The `where` of a subscription: a test of the definition language (docs/definition.md) that the
 * lead and the handoff of an event must meet to be sent. Attributes are the lead's, and those of
 * SUBSCRIPTION_NAMES, which are known of what stands in Baton itself:
 *
 *     {"all": [{"attribute": "handoff.to_team", "op": "eq", "value": "sales"},
 *              {"attribute": "company.employees", "op": "gte", "value": 200}]}
 *
 * Touches cannot be asked for: they are not at hand when the ledger is gone through.
 */
#ifndef BATON_CORE_SUBSCRIPTION_WHERE_H
#define BATON_CORE_SUBSCRIPTION_WHERE_H

#include "core/config.h"
#include "core/definition/definition_warnings.h"
#include "core/handoff/handoff.h"

#define SUBSCRIPTION_WHERE_MAX_BYTES 16384

/** Compiles it into the arena. Faults stand at pointer. ERR_INVALID_DEFINITION, ERR_OUT_OF_MEMORY.
 */
enum err subscription_where_compile(const json_t *test, const char *pointer, struct arena *arena,
                                    struct faults *faults, const struct definition **out) MUST_USE;

/** Adds a warning for each name that no lead has had and Baton does not know; pointers begin with
 *  pointer. known NULL: none. */
void subscription_where_warn(const json_t *test, const char *pointer,
                             const struct known_names *known, struct faults *warnings);

/** What an event is about, as it is when it is gone through. */
struct subscription_subject {
    const struct lead *lead;       /* NULL: it is about none, or it is gone */
    const struct handoff *handoff; /* likewise */
    instant now;
};

/** Whether it is met: what is not known is not. False too when memory is short. */
bool subscription_where_holds(const struct definition *where, const struct config *config,
                              const struct subscription_subject *subject, struct arena *arena);

#endif
