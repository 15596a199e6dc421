/* The movers that a back-test found (core/evidence/mover.h), a page of them at a time, with what
 * their leads are known by elsewhere. */
#ifndef BATON_STORE_MOVER_READ_H
#define BATON_STORE_MOVER_READ_H

#include "core/evidence/mover.h"
#include "core/lead/lead.h"
#include "store/read/read.h"

struct mover_query {
    struct uuid job;
    enum mover_way way;    /* MOVER_WAY_COUNT: both */
    const char *criterion; /* that is the cause; NULL: any */
    const char *threshold; /* likewise */
    int64_t after;         /* the place of the last one of the page before; 0: the beginning */
    int limit;
};

struct mover_item {
    int64_t place; /* from 1 */
    enum mover_way way;
    const char *criterion; /* the cause is this */
    const char *threshold; /* or this */
    struct mover mover;
    const struct lead *lead; /* with its identities alone; NULL: it is gone */
};

struct mover_page {
    struct mover_item *items;
    size_t count;
    bool more;
};

/** ERR_NOT_FOUND when there is no such job or it is no back-test that is done. One without a
 *  comparison has no movers. */
enum err mover_read(const struct read *read, const struct mover_query *query,
                    struct mover_page *out) MUST_USE;

/** Finds the leads of items that have their movers already, at most READ_LIMIT_MAX. */
enum err mover_read_leads(const struct read *read, struct mover_item *items, size_t count) MUST_USE;

#endif
