/* Background jobs, as their requesters see them. */
#ifndef BATON_STORE_BACKGROUND_READ_H
#define BATON_STORE_BACKGROUND_READ_H

#include "core/background_job.h"
#include "store/read/read.h"

/** ERR_NOT_FOUND when there is none. */
enum err background_read(const struct read *read, struct uuid id,
                         const struct background_job **out) MUST_USE;

struct background_page {
    const struct background_job **items; /* the newest first */
    size_t count;
    bool more; /* older ones follow */
};

/** Jobs requested before this one (nil: the newest), at most limit. */
enum err background_read_page(const struct read *read, struct uuid before, int limit,
                              struct background_page *out) MUST_USE;

#endif
