/* Rows of the table job: recurring work, per workspace. */
#ifndef BATON_STORE_JOB_TABLE_H
#define BATON_STORE_JOB_TABLE_H

#include "store/pg/pg.h"

/** Claims one due job with this name, of any workspace, and makes it due again after this many
 *  seconds. *workspace is nil when none is due. Role baton_job. */
enum pg_status job_table_claim(struct pg *pg, const char *name, int32_t every_seconds,
                               int64_t deadline, struct uuid *workspace) MUST_USE;

/** Makes this workspace's job due at once: it has more to do. */
enum pg_status job_table_again(struct pg *pg, const char *name, int64_t deadline,
                               struct uuid workspace) MUST_USE;

#endif
