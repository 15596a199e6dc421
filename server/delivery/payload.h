/* What a webhook says, and how it is signed: Standard Webhooks 1.0,
 * https://www.standardwebhooks.com (header names, signed content, "v1"). */
#ifndef BATON_SERVER_PAYLOAD_H
#define BATON_SERVER_PAYLOAD_H

#include "core/config.h"
#include "store/read/read.h"
#include "store/table/outbound_table.h"

/** Bytes, at most: two full leads and their handoffs. */
#define PAYLOAD_MAX_BYTES (1u << 20)

#define PAYLOAD_ID_LEN (sizeof "msg_" - 1 + UUID_TEXT_LEN)

/** "msg_<delivery>": the same at every try. */
void payload_id(const struct outbound_row *row, char out[PAYLOAD_ID_LEN + 1]);

/** {type, timestamp, data}, in the read's arena. What is included is read now, and null when it is
 *  gone. NULL when memory is short or the database is away. */
const char *payload_make(const struct read *read, const struct config *config,
                         const struct subscription *subscription, const struct outbound_item *item,
                         size_t *len);

/** The value of webhook-signature: one for each secret that counts now. */
const char *payload_sign(const struct config *config, const struct subscription *subscription,
                         const char *id, instant now, const char *body, size_t body_len,
                         struct arena *arena);

#endif
