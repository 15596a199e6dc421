/* A progress bar on stderr, if that is a terminal, and Ctrl-C while a command works. */
#ifndef BATON_SERVER_CLI_PROGRESS_H
#define BATON_SERVER_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/** From now on the first SIGINT or SIGTERM only interrupts; the second ends the program. */
void cli_progress_begin(void);

/** Shows how many of how many are done; context: the word for what is counted, NULL for leads.
 *  False once interrupted. */
bool cli_progress_show(void *context, int64_t done, int64_t total);

bool cli_progress_interrupted(void);

/** Removes the bar. */
void cli_progress_end(void);

#endif
