/* Completions (core/intake/completion.h) as work: written by the lane with their delivery, done by
 * one server at a time, which has each by a lease. */
#ifndef BATON_STORE_COMPLETION_TABLE_H
#define BATON_STORE_COMPLETION_TABLE_H

#include "core/intake/completion.h"
#include "store/pg/pg_scope.h"
#include "store/table/lease.h"

/** A server that has not ended one in this time loses it. */
#define COMPLETION_LEASE_SECONDS 60

/* ---- for the lane ---- */

/** New ones, and those of a delivery that is replayed after they have failed. */
void completion_table_queue_add(const struct pg_scope *scope, const struct completion *row);
/** A delivery has come of it. */
void completion_table_queue_done(const struct pg_scope *scope, const struct completion *row);
/** Drops what was made before this moment, and is not pending. */
void completion_table_queue_drop(const struct pg_scope *scope, instant before);
/** What was fetched of this lead, and the deliveries that named it. */
extern const struct statement COMPLETION_ERASE;

/* ---- for the server that fetches ---- */

/** Takes what is due. */
enum pg_status completion_claim(struct pg *pg, const struct lease_claim *claim, struct leased *out,
                                size_t *count) MUST_USE;

/** One that this lease has; *out is NULL when it has it no longer. As baton_app. */
enum pg_status completion_load(const struct pg_scope *scope, struct uuid id, struct uuid lease,
                               int64_t deadline, struct completion **out) MUST_USE;

/** What has come of a try that did not arrive, and the lease is given back. next_in_s: when it is
 *  tried again; negative: never. When it cannot be written, the lease ends by itself. As
 *  baton_app. */
void completion_end(const struct pg_scope *scope, const struct completion *row, struct uuid lease,
                    int next_in_s, int64_t deadline);

#endif
