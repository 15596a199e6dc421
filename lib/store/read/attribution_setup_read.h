/* Setups of attribution, as the API shows them. */
#ifndef BATON_STORE_ATTRIBUTION_SETUP_READ_H
#define BATON_STORE_ATTRIBUTION_SETUP_READ_H

#include "core/setup/attribution_setup_change.h"
#include "store/read/read.h"

struct attribution_setup_page {
    const struct attribution_setup_row **items;
    size_t count;
    bool more;
};

/** The newest version of each, by name, after this one (NULL: from the beginning). */
enum err attribution_setups_read(const struct read *read, const char *after, int limit,
                                 struct attribution_setup_page *out) MUST_USE;

/** A version of one; 0: the newest. The default is there before it is stored. ERR_NOT_FOUND. */
enum err attribution_setup_read_one(const struct read *read, int64_t id, int version,
                                    const struct attribution_setup_row **out) MUST_USE;

#endif
