#include "store/read/read.h"

/* The second run prepares again a statement that went stale because its table was changed. */
#define RUNS_MAX 3

const struct uuid READ_ID_MIN = {{[15] = 1}};
const struct uuid READ_ID_MAX = {
    {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}};

void read_params(struct read_query *query, const struct read *read)
{
    pg_params_init(&query->params, read->arena);
    pg_params_uuid(&query->params, read->workspace);
}

static enum pg_status run_once(const struct read *read, struct read_query *queries, size_t count,
                               bool changes)
{
    enum pg_status status = pg_pipeline_begin(read->pg, read->deadline);
    int first = 0;

    if (status != PG_OK)
        return status;
    if (changes)
        pg_queue_begin(read->pg, read->workspace);
    else
        pg_queue_begin_read(read->pg, read->workspace);
    for (size_t i = 0; i < count; i++) {
        int index = pg_queue(read->pg, queries[i].statement, &queries[i].params);
        first = i == 0 ? index : first;
    }
    pg_queue_commit(read->pg);
    status = pg_pipeline_run(read->pg, read->deadline);
    for (size_t i = 0; status == PG_OK && i < count; i++)
        queries[i].result = pg_result(read->pg, first + (int)i);
    return status;
}

static enum err error_of(enum pg_status status)
{
    switch (status) {
    case PG_OK:
        return ERR_NONE;
    case PG_LOST:
    case PG_RETRY:
    case PG_TIMEOUT:
    case PG_FULL:
    case PG_REFUSED:
        return ERR_UNAVAILABLE;
    case PG_MEMORY:
        return ERR_OUT_OF_MEMORY;
    case PG_DATA:
        return ERR_INVALID_PARAMETER;
    default:
        return ERR_INTERNAL;
    }
}

static enum err run(const struct read *read, struct read_query *queries, size_t count, bool changes)
{
    enum pg_status status = PG_RETRY;

    if (arena_failed(read->arena))
        return ERR_OUT_OF_MEMORY;
    for (int i = 0; status == PG_RETRY && i < RUNS_MAX; i++) {
        pg_pipeline_end(read->pg);
        status = run_once(read, queries, count, changes);
    }
    return error_of(status);
}

enum err read_run(const struct read *read, struct read_query *queries, size_t count)
{
    return run(read, queries, count, false);
}

enum err read_change(const struct read *read, struct read_query *queries, size_t count)
{
    return run(read, queries, count, true);
}

enum err read_end(const struct read *read, enum err err)
{
    pg_pipeline_end(read->pg);
    return arena_failed(read->arena) && err != ERR_UNAVAILABLE ? ERR_OUT_OF_MEMORY : err;
}
