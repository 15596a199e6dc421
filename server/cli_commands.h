/* Every command of the program, each in the file of its thing. */
#ifndef BATON_SERVER_CLI_COMMANDS_H
#define BATON_SERVER_CLI_COMMANDS_H

#include "cli.h"

extern const struct cli_command cli_serve;
extern const struct cli_command cli_migrate;
extern const struct cli_command cli_workspace_create;
extern const struct cli_command cli_workspace_list;
extern const struct cli_command cli_routes;
extern const struct cli_command cli_version;

#endif
