/* The verdicts on a lead, each with the version that made it. */
#ifndef BATON_STORE_VERDICT_READ_H
#define BATON_STORE_VERDICT_READ_H

#include "core/definition/definition.h"
#include "store/read/read.h"

/** A place in the list: a verdict is identified by its time, the lead whose chain it is in, and its
 *  number there. */
struct verdict_place {
    instant judged_at; /* INSTANT_NONE: from the newest */
    struct uuid lead;
    int64_t seq;
};

struct verdict_filter {
    bool of_term;
    enum term term;
    int version; /* 0: any */
    struct verdict_place before;
};

struct verdict_item {
    struct verdict_place place;
    const char *body; /* Verdict of openapi.yaml */
    size_t body_len;
};

struct verdict_page {
    struct verdict_item *items;
    size_t count;
    bool more;
};

/** Newest first, with those on leads that it absorbed. Merges are followed. ERR_NOT_FOUND,
 *  ERR_GONE; else as read_run(). */
enum err verdict_read_page(const struct read *read, struct uuid lead,
                           const struct verdict_filter *filter, int limit,
                           struct verdict_page *out) MUST_USE;

#endif
