/* Which way a lead would go by a version of the routes, and why not by the others. */
#ifndef BATON_CORE_ROUTES_TRY_H
#define BATON_CORE_ROUTES_TRY_H

#include "core/command.h"

struct routes_try_input {
    int version;
    struct uuid lead;
};

/**
 * 200 RoutesTrial: of each route whether its team owns the lead, which gates it meets, whether it
 * is for it, and whether it would take it; the team that it would be offered to by itself, or what
 * stands in the way. By what is known now and the definitions in force; nothing is changed. A draft
 * with faults is refused with them.
 */
enum decision routes_try(struct work *work, const struct command *command, struct outcome *outcome);

#endif
