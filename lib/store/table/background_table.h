/* Rows of the table background_job: what commands save, and what the server that runs a job
 * does. */
#ifndef BATON_STORE_BACKGROUND_TABLE_H
#define BATON_STORE_BACKGROUND_TABLE_H

#include "core/background_job.h"
#include "store/pg/pg_scope.h"

/** A job whose lease was not renewed for this long is taken over. */
#define BACKGROUND_LEASE_SECONDS 20

/* ---- for the lane ---- */

/** Answers a row for background_table_read(), locked. */
extern const struct statement BACKGROUND_LOCK;
/** The slots that are taken, for background_table_slots(). */
int background_table_queue_slots(const struct pg_scope *scope);
/** Bit n - 1 is slot n. */
uint32_t background_table_slots(const struct pg_result *result);
struct background_job *background_table_read(const struct pg_result *result, int row,
                                             struct arena *arena);
extern const struct statement BACKGROUND_SAVE;
/** Drops jobs that ended before this moment; INSTANT_NONE: none. */
void background_table_queue_drop(const struct pg_scope *scope, instant before);

/* ---- for the server that runs it ---- */

struct background_claim {
    struct uuid workspace; /* nil: no job is due */
    struct uuid job;
    enum background_kind kind;
    struct uuid place;   /* how far the server before got; nil: it begins */
    int64_t done;        /* leads; the server that runs it continues to count */
    const char *request; /* in the arena */
    size_t request_len;
    const char *tally; /* its result so far, in the form of its kind; NULL: none */
    size_t tally_len;
    struct uuid asked_by;
    struct uuid team;
    instant created_at;
    instant lease_until; /* the job is ours as long as it says the same */
};

/** How far it has got. */
struct background_progress {
    int64_t done;
    int64_t total;
    struct uuid place; /* nil: it can only begin again */
    const char *tally; /* JSON; NULL: none */
    size_t tally_len;
};

/** Claims the oldest due import of any workspace, or the oldest of the other jobs, as baton_job. */
enum pg_status background_claim(struct pg *pg, struct arena *arena, bool imports, int64_t deadline,
                                struct background_claim *out) MUST_USE;

/** Claims this job if it is due, as baton_app; the claim's workspace is nil when it is not. */
enum pg_status background_claim_one(const struct pg_scope *scope, struct uuid job, int64_t deadline,
                                    struct background_claim *out) MUST_USE;

/** Renews the lease and stores the progress. *ours is false when it was cancelled, or another
 *  server has taken it over: then nothing is stored. As baton_app. */
enum pg_status background_renew(struct pg *pg, struct background_claim *claim,
                                const struct background_progress *progress, int64_t deadline,
                                bool *ours) MUST_USE;

/** What came of it: a result or, when that is NULL, an error's code. */
struct background_end {
    const char *result; /* JSON */
    size_t result_len;
    const char *error;
    const void *movers; /* of a back-test: core/evidence/mover.h; NULL: none */
    size_t movers_len;
};

/** Ends it. Nothing happens when it is no longer ours. */
enum pg_status background_end(struct pg *pg, struct background_claim *claim,
                              const struct background_end *end, int64_t deadline) MUST_USE;

#endif
