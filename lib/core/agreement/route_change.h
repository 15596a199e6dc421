/* Replacing the routes. */
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
};

struct routes_input {
    const struct route_input *routes;
    size_t count;
    const char *if_match; /* NULL: none */
};

enum decision routes_replace(struct work *work, const struct command *command,
                             struct outcome *outcome);

/** The rows and the entry in the workspace's chain; checks nothing. */
void routes_set(struct work *work, const struct caller *caller, struct chain_row *chain,
                const struct route_rule *routes, size_t count);

#endif
