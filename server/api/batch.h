/*
 * POST /v1/leads/batch: up to 1,000 captures, parsed item by item and never as one tree; cut into
 * chunks that queue between single commands, each with its own idempotency row. A wrong item is
 * refused by itself.
 */
#ifndef BATON_SERVER_BATCH_H
#define BATON_SERVER_BATCH_H

#include "http/request.h"

#include "core/intake/lead_batch.h"

#define BATCH_ITEMS_MAX 1000

/** Splits and checks the raw body {"leads": [ … ]}. ERR_MALFORMED_JSON, ERR_INVALID_BODY,
 *  ERR_OUT_OF_MEMORY, with the reply made. */
enum err batch_read(struct request *r, enum knowledge_source source,
                    struct batch_input *out) MUST_USE;

#endif
