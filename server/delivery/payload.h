/* What a webhook says, and how it is signed: Standard Webhooks 1.0,
 * https://www.standardwebhooks.com (header names, signed content, "v1"). */
#ifndef BATON_SERVER_PAYLOAD_H
#define BATON_SERVER_PAYLOAD_H

#include "core/config.h"
#include "core/ledger/signing_key.h"
#include "store/read/read.h"
#include "store/table/outbound_table.h"

/** Bytes, at most: two full leads and their handoffs. */
#define PAYLOAD_MAX_BYTES (1u << 20)

#define PAYLOAD_ID_LEN (sizeof "msg_" - 1 + UUID_TEXT_LEN)

/** "msg_<delivery>": the same at every try. */
void payload_id(const struct outbound_row *row, char out[PAYLOAD_ID_LEN + 1]);

struct payload_wanted {
    const struct read *read; /* in whose arena it is made */
    const struct config *config;
    const struct subscription *subscription;
    const struct outbound_item *item;
};

/** {type, timestamp, data}. What is included is read now, and null when it is gone. NULL when
 *  memory is short or the database is away. */
const char *payload_make(const struct payload_wanted *wanted, size_t *len);

/** The same for templates: {id, type, timestamp, event, links, ids, lead, handoff, verdict}. */
const char *payload_data(const struct payload_wanted *wanted, size_t *len);

struct payload_signed {
    const char *id;
    instant now;
    const char *body;
    size_t body_len;
};

/** The value of webhook-signature: "v1" for each secret that counts now, and "v1a" with this
 *  server's key, which signs checkpoints too; NULL: it has none. */
const char *payload_sign(const struct config *config, const struct subscription *subscription,
                         const struct signing_key *key, const struct payload_signed *what,
                         struct arena *arena);

#endif
