/* Asking for a background job, and cancelling one. */
#ifndef BATON_CORE_BACKGROUND_CHANGE_H
#define BATON_CORE_BACKGROUND_CHANGE_H

#include "core/background_job.h"
#include "core/command.h"

/** What background_queue() needs: a keys function of its callers. */

/** Queues a new job for the command's caller and answers 202 with it; 409 when no slot is free. */
enum decision background_queue(struct work *work, const struct command *command,
                               enum background_kind kind, const char *request, size_t request_len,
                               struct outcome *outcome);

struct job_cancel_input {
    struct uuid job;
};

/** Cancels; what is cancelled already answers the same, what has ended otherwise is a conflict. */
enum decision job_cancel(struct work *work, const struct command *command, struct outcome *outcome);

#endif
