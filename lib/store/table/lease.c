#include "store/table/lease.h"

#define MEMORY_BYTES 4096 /* of the parameters */

enum pg_status lease_take(struct pg *pg, const struct statement *statement, int seconds,
                          const struct lease_claim *claim, struct leased *out, size_t *count)
{
    struct arena *arena = arena_new(MEMORY_BYTES);
    struct pg_params params;

    *count = 0;
    if (arena == NULL)
        return PG_MEMORY;
    pg_params_init(&params, arena);
    pg_params_uuid(&params, claim->lease);
    pg_params_int4(&params, seconds);
    pg_params_int8(&params, (int64_t)claim->max);
    enum pg_status status = pg_run(pg, statement, &params, claim->deadline);
    const struct pg_result *found = status == PG_OK ? pg_result(pg, 0) : NULL;
    for (int i = 0; i < pg_rows(found) && *count < claim->max; i++)
        out[(*count)++] = (struct leased){pg_get_uuid(found, i, 0), pg_get_uuid(found, i, 1)};
    pg_pipeline_end(pg);
    arena_free(arena);
    return status;
}
