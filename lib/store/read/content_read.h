/* Records of content, as the API shows them. */
#ifndef BATON_STORE_CONTENT_READ_H
#define BATON_STORE_CONTENT_READ_H

#include "core/setup/content_change.h"
#include "store/read/read.h"

/** ERR_NOT_FOUND when there is none with this id. */
enum err content_read(const struct read *read, int64_t id, const struct content **out) MUST_USE;

struct content_page {
    const struct content **items; /* by their ids */
    size_t count;
    bool more;
};

struct content_filter {
    struct uuid owner_team; /* nil: any */
    const int64_t *after;   /* NULL: from the first */
};

/** At most limit records, in the order of their ids. */
enum err content_read_page(const struct read *read, const struct content_filter *filter, int limit,
                           struct content_page *out) MUST_USE;

#endif
