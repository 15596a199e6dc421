/* `baton verify --receipt` and `--consistency`: offline, with only files and a public key. */
#ifndef BATON_SERVER_CLI_PROOF_H
#define BATON_SERVER_CLI_PROOF_H

#include "cli/cli.h"

/** Whether the options ask for one of these. */
bool cli_proof_is_asked(const struct cli *cli);

/** CLI_OK when it holds; CLI_UNSOUND, with words on stderr, when not. */
int cli_proof_verify(const struct cli *cli) MUST_USE;

#endif
