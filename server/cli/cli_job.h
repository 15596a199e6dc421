/* Background jobs, for the commands that read or run one. */
#ifndef BATON_SERVER_CLI_JOB_H
#define BATON_SERVER_CLI_JOB_H

#include "cli/cli_store.h"

/** The job as the API shows it; the caller frees it with json_decref. An exit code, with words on
 *  stderr, when there is none. */
int cli_job_read(const struct cli *cli, struct cli_store *store, struct uuid id,
                 json_t **out) MUST_USE;

/** Whether it is queued or running. */
bool cli_job_is_open(const json_t *job);

#endif
