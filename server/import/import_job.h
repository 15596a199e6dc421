/*
 * A background job that imports a file which was sent: reads its pieces from the database, and goes
 * on where the server before it got to. What was done twice at such a seam changes nothing.
 */
#ifndef BATON_SERVER_IMPORT_JOB_H
#define BATON_SERVER_IMPORT_JOB_H

#include "base/json_out.h"
#include "import/importer.h"

/** How far it has got, after each chunk: rows, of about as many, and its tally as JSON. */
struct import_job_progress {
    int64_t done, total;
    const char *tally;
    size_t tally_len;
};

struct import_job {
    struct lanes *lanes; /* all borrowed */
    struct config_cache *cache;
    struct pg *app;
    const struct config *config;
    struct uuid workspace;
    struct uuid id;      /* of the job */
    const char *request; /* JSON */
    size_t request_len;
    int64_t done;      /* rows that the server before has done … */
    const char *tally; /* … and what came of them; NULL: it begins */
    size_t tally_len;
    /** False: it is to be left where it is. */
    bool (*progress)(void *context, const struct import_job_progress *progress);
    void *context;
};

/** Writes the tally as the job's result. ERR_NOT_FOUND: the file is gone; ERR_UNPROCESSABLE: its
 *  columns are not those of the mapping, or its team is gone; a passing error: to be continued. */
enum err import_job_run(const struct import_job *job, struct arena *arena,
                        struct json_out *out) MUST_USE;

#endif
