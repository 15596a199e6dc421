/* Many captures in one command: a chunk of what the server was sent as one batch. */
#ifndef BATON_CORE_LEAD_BATCH_H
#define BATON_CORE_LEAD_BATCH_H

#include "core/intake/lead_capture.h"

/** Up to BATCH_CHUNK_MAX captures in one command; each is taken or refused for itself. The answer
 *  is the items' JSON, comma-separated, without brackets: the server joins the chunks. */
struct batch_input {
    const struct capture_input *const *items; /* NULL: refused already, see refusals */
    const struct problem *refusals;           /* of the same length */
    size_t count;
};

#define BATCH_CHUNK_MAX        16
#define BATCH_ANSWER_MAX_BYTES (4u << 20)

bool lead_batch_keys(const struct command *command, struct work *work, struct work_keys *keys);
enum decision lead_batch(struct work *work, const struct command *command, struct outcome *outcome);

#endif
