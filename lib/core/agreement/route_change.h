/* Replaces the routes. */
#ifndef BATON_CORE_ROUTE_CHANGE_H
#define BATON_CORE_ROUTE_CHANGE_H

#include "core/setup_change.h"

#define ROUTES_REPLACED_MAX 100

struct route_input {
    const char *from; /* names of teams */
    const char *to;
    bool gated;
    enum term gate;
    bool automatic;
    enum overdue_then overdue;
    const char *escalate_to; /* name of a team, or NULL */
};

/** An automatic route whose offers are kept when they are overdue. */
#define ROUTE_GATED(from_, to_, term_)                                                             \
    {                                                                                              \
        .from = from_, .to = to_, .gated = true, .gate = term_, .automatic = true                  \
    }

struct routes_input {
    const struct route_input *routes;
    size_t count;
    const char *if_match; /* NULL: none */
};

enum decision routes_replace(struct work *work, const struct command *command,
                             struct outcome *outcome);

/** Makes the rows and the entry in the workspace's chain; checks nothing. */
void routes_set(struct work *work, const struct caller *caller, struct chain_row *chain,
                const struct route_rule *routes, size_t count);

#endif
