/* Accounts, as the API shows them. */
#ifndef BATON_STORE_ACCOUNT_READ_H
#define BATON_STORE_ACCOUNT_READ_H

#include "core/account/account.h"
#include "store/read/read.h"

/** ERR_NOT_FOUND when there is none. */
enum err account_read(const struct read *read, struct uuid id, const struct account **out) MUST_USE;

struct account_page {
    const struct account **items; /* by their ids */
    size_t count;
    bool more;
};

struct account_filter {
    struct uuid owner_team; /* nil: any, or none */
    const bool *named;      /* by both sides, or not; NULL: any */
    struct uuid after;      /* nil: from the first */
};

/** At most limit accounts, in the order of their ids. */
enum err account_read_page(const struct read *read, const struct account_filter *filter, int limit,
                           struct account_page *out) MUST_USE;

#endif
