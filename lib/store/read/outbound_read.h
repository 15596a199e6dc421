/* What was sent to subscriptions, or about a lead, is to be sent, or was given up: newest first. */
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

/** Of several subscriptions. */
struct outbound_filter {
    const struct uuid *subscriptions;
    size_t subscription_count;
    enum outbound_state state; /* OUTBOUND_STATE_COUNT: any */
    instant from, to;          /* when it was made, both included; INSTANT_NONE: open */
    int64_t before;            /* the last of the page before, by position …; INT64_MAX: none */
    struct uuid before_of;     /* … and subscription */
};

/** By position, and of one position by subscription, both descending. Reads at most a page of each
 *  subscription's index, however much was sent; with a time, also what was made at the moment where
 *  that begins or ends. */
enum err outbound_read_all(const struct read *read, const struct outbound_filter *filter, int limit,
                           struct outbound_page *out) MUST_USE;

#endif
