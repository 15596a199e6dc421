/* `baton routes`: the operations of the service, for people and for the check against
 * openapi.yaml. */
#include "cli/cli_commands.h"
#include "http/route.h"

#include "core/config.h"

static void print_roles(unsigned roles)
{
    const char *separator = "";

    if (roles == 0 || roles == ROLE_ANY) {
        fputs(roles == 0 ? "-" : "any", stdout);
        return;
    }
    for (int i = 0; i < ROLE_COUNT; i++) {
        if (!(roles & 1u << i))
            continue;
        printf("%s%s", separator, role_name(1u << i));
        separator = ",";
    }
}

static int run(struct cli *cli)
{
    (void)cli;
    for (size_t i = 0; i < routes_count; i++) {
        printf("%s\t%s\t%s\t", routes[i].method, routes[i].pattern, routes[i].operation_id);
        print_roles(routes[i].roles);
        puts(routes[i].flags & ROUTE_SECRET ? "\tsecret" : "");
    }
    return CLI_OK;
}

const struct cli_command cli_routes = {
    .name = "routes",
    .words = "",
    .what = "List the HTTP operations: method, path, operation, roles of which one is needed "
            "(\"-\": no key), \"secret\" where a read is never compressed",
    .run = run,
};
