/* Shared by the files of `baton agreement`. */
#ifndef BATON_SERVER_CLI_AGREEMENT_H
#define BATON_SERVER_CLI_AGREEMENT_H

#include "cli/cli.h"

#include "core/config.h"

/** The word at this place as the name of an agreement, and the next one as a version; 0: there is
 *  none. CLI_OK, or an exit code, with what is wrong on stderr. */
int cli_read_version(const struct cli *cli, int at, enum agreement_kind *kind,
                     int *version) MUST_USE;

#endif
