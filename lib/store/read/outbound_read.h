/* What was sent to a subscription, or about a lead, is to be sent, or was given up: newest first.
 */
#ifndef BATON_STORE_OUTBOUND_READ_H
#define BATON_STORE_OUTBOUND_READ_H

#include "store/read/read.h"
#include "store/table/outbound_table.h"

struct outbound_page {
    const struct outbound_row *items;
    size_t count;
    bool more;
};

/** Before this position (INT64_MAX: from the newest on), in this state, or in any with
 *  OUTBOUND_STATE_COUNT. */
enum err outbound_read_page(const struct read *read, struct uuid subscription,
                            enum outbound_state state, int64_t before, int limit,
                            struct outbound_page *out) MUST_USE;

/** About this lead and those that it absorbed, to any subscription; kept as long as deliveries
 *  are. */
enum err outbound_read_of_lead(const struct read *read, struct uuid lead, int limit,
                               struct outbound_page *out) MUST_USE;

#endif
