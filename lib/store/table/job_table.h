/* Rows of the table job: recurring work, per workspace. Role baton_job. */
#ifndef BATON_STORE_JOB_TABLE_H
#define BATON_STORE_JOB_TABLE_H

#include "store/pg/pg.h"

/** What recurs, and after how many seconds. */
struct job_period {
    const char *name;
    int32_t seconds;
};

/** What was claimed. */
struct job_turn {
    struct uuid workspace; /* nil: none is due */
    instant now;           /* the database's */
    instant sound_at;      /* up to when it has counted, if it deletes by age */
};

struct job_clock {
    instant now; /* the database's */
    int64_t pulled_back;
};

/** Claims one due job with this name, of any workspace, and makes it due again after its period. */
enum pg_status job_table_claim(struct pg *pg, const struct job_period *period, int64_t deadline,
                               struct job_turn *out) MUST_USE;

/** Makes this workspace's job due at once: it has more to do. */
enum pg_status job_table_again(struct pg *pg, const char *name, int64_t deadline,
                               struct uuid workspace) MUST_USE;

/** Keeps the turn's sound_at, for the next one. */
enum pg_status job_table_sound(struct pg *pg, const char *name, int64_t deadline,
                               const struct job_turn *turn) MUST_USE;

/** Makes due at once whatever is put off by more than its period and a minute, as a clock that was
 *  ahead did. Says what the clock shows now. */
enum pg_status job_table_pull_back(struct pg *pg, const struct job_period *periods, size_t count,
                                   int64_t deadline, struct job_clock *out) MUST_USE;

#endif
