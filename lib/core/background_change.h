/* Requests and cancels background jobs. */
#ifndef BATON_CORE_BACKGROUND_CHANGE_H
#define BATON_CORE_BACKGROUND_CHANGE_H

#include "core/background_job.h"
#include "core/command.h"

/** Which rows background_queue() needs: a keys function for the commands that use it. */

/** Queues a new job for the command's caller and answers 202 with it; 409 when no slot is free. */
enum decision background_queue(struct work *work, const struct command *command,
                               enum background_kind kind, const char *request, size_t request_len,
                               struct outcome *outcome);

struct job_cancel_input {
    struct uuid job;
};

/** Cancels a job. Cancelling a cancelled one gets the same answer; one that ended otherwise is a
 *  conflict. */
enum decision job_cancel(struct work *work, const struct command *command, struct outcome *outcome);

#endif
