#include "store/pg/pg_scope.h"

void pg_scope_params(const struct pg_scope *scope, struct pg_params *params)
{
    pg_params_init(params, scope->arena);
    pg_params_uuid(params, scope->workspace);
}

int pg_scope_queue_id(const struct pg_scope *scope, const struct statement *statement,
                      struct uuid id)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_uuid(&params, id);
    return pg_queue(scope->pg, statement, &params);
}

int pg_scope_queue_ids(const struct pg_scope *scope, const struct statement *statement,
                       const struct uuid *ids, size_t count)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_uuids(&params, ids, count);
    return pg_queue(scope->pg, statement, &params);
}
