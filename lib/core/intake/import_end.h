/* An import has ended: what it did stands with its leads, and this entry says to those who follow
 * the ledger that nothing more comes of it. */
#ifndef BATON_CORE_IMPORT_END_H
#define BATON_CORE_IMPORT_END_H

#include "core/command.h"

struct import_end_input {
    struct uuid job;
    const char *error; /* a code of base/error.h; NULL: all of the file was read */
};

/** Its caller is whoever asked for the import; keyed by the job, so that it is said once. */
struct command import_end_command(const struct caller *caller,
                                  const struct import_end_input *input);

enum decision import_end(struct work *work, const struct command *command, struct outcome *outcome);

#endif
