#include "store/table/rollup_setups.h"

#include <string.h>

/* clang-format off */

/* $1 workspace */
static const struct statement SETUPS = {
    .name = "rollup_setups",
    .sql = "SELECT setup_id, version, name, record::text, state::text, built "
           "FROM attribution_setup "
           "WHERE workspace_id = $1 AND state <> 'retired' "
           "ORDER BY setup_id, version",
    .index = "attribution_setup_pkey",
};

/* $1 workspace, $2 setup, $3 version, $4 state, $5 built up to, or null */
static const struct statement SETUP_MOVE = {
    .name = "rollup_setup_move",
    .sql = "UPDATE attribution_setup SET state = $4, built = $5 "
           "WHERE workspace_id = $1 AND setup_id = $2 AND version = $3",
    .index = "attribution_setup_pkey",
};

/* What was counted by older versions is not asked for any more.
 * $1 workspace, $2 setup, $3 version */
static const struct statement SETUP_REPLACES = {
    .name = "rollup_setup_replaces",
    .sql = "UPDATE attribution_setup SET state = 'retiring', built = NULL "
           "WHERE workspace_id = $1 AND setup_id = $2 AND version < $3 AND state <> 'retired'",
    .index = "attribution_setup_pkey",
};

/* Nothing is counted by any, which is all there is.
 * $1 workspace */
static const struct statement SETUPS_CLEARED = {
    .name = "rollup_setups_cleared",
    .sql = "UPDATE attribution_setup SET "
           "  state = CASE state WHEN 'retiring' THEN 'retired' ELSE 'counted' END, built = NULL "
           "WHERE workspace_id = $1 AND state IN ('clearing', 'building', 'retiring')",
};

/* clang-format on */

const struct statement *const rollup_setups_statements[] = {&SETUPS, &SETUP_MOVE, &SETUP_REPLACES,
                                                            &SETUPS_CLEARED, NULL};

int rollup_setups_queue(const struct pg_scope *scope)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    return pg_queue(scope->pg, &SETUPS, &params);
}

static enum attribution_setup_state state_named(const char *name)
{
    for (int i = 0; i < ATTRIBUTION_SETUP_STATES; i++)
        if (strcmp(name, attribution_setup_state_name((enum attribution_setup_state)i)) == 0)
            return (enum attribution_setup_state)i;
    return ATTRIBUTION_SETUP_RETIRED;
}

bool rollup_setups_read(const struct pg_result *result, int row, struct arena *arena,
                        struct counted_setup *out)
{
    struct attribution_setup setup;
    const struct time_zone *zone = NULL;
    size_t len;
    const char *record = pg_get_text(result, row, 3, &len);

    *out = (struct counted_setup){
        .state = state_named(pg_get_text(result, row, 4, &(size_t){0})),
        .built = pg_get_uuid(result, row, 5),
    };
    if (!attribution_setup_read(record, len, arena, &setup))
        return false;
    setup.name = pg_copy_text(result, row, 2, arena);
    setup.version = pg_get_int4(result, row, 1);
    enum err err = time_zone_open(setup.timezone, arena, &zone);
    out->known = err == ERR_NONE;
    return err != ERR_OUT_OF_MEMORY && setup.name != NULL &&
           rollup_setup_prepare(&out->setup, &setup, zone, arena);
}

bool rollup_setup_counts(const struct counted_setup *setup, struct uuid lead)
{
    if (!setup->known)
        return false;
    return setup->state == ATTRIBUTION_SETUP_COUNTED ||
           (setup->state == ATTRIBUTION_SETUP_BUILDING && uuid_compare(lead, setup->built) <= 0);
}

void rollup_setups_queue_move(const struct pg_scope *scope, const struct counted_setup *setup)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_int8(&params, setup->setup.id);
    pg_params_int4(&params, setup->setup.setup.version);
    if (setup->state == ATTRIBUTION_SETUP_COUNTED)
        pg_queue(scope->pg, &SETUP_REPLACES, &params);
    pg_params_text(&params, attribution_setup_state_name(setup->state));
    pg_params_uuid(&params, setup->built);
    pg_queue(scope->pg, &SETUP_MOVE, &params);
}

void rollup_setups_queue_cleared(const struct pg_scope *scope)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_queue(scope->pg, &SETUPS_CLEARED, &params);
}
