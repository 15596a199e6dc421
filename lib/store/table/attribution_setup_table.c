#include "store/table/attribution_setup_table.h"

#include "store/pg/columns.h"

static const char *state_name(unsigned state)
{
    return attribution_setup_state_name((enum attribution_setup_state)state);
}

static const struct column_form as_setup_state = COLUMN_WORD(state_name, ATTRIBUTION_SETUP_STATES);

/* clang-format off */

#define IN(name) MEMBER(struct attribution_setup_row, name)

static const struct column attribution_setup_list[] = {
    {"setup_id",   &as_int8,    IN(id),         COLUMN_KEY},
    {"version",    &as_int4,    IN(version),    COLUMN_KEY},
    {"name",       &as_text,    IN(name)},
    {"record",     &as_json,    IN(record)},
    {"state",      &as_setup_state,    IN(state)},
    {"built",      &as_uuid,    .use = COLUMN_NULL,
        .unread = "how far it is counted is the reader's alone (rollup_setups.c)", .unsaved = "likewise"},
    {"created_at", &as_instant, IN(created_at)},
};
#undef IN

const struct columns attribution_setup_columns =
    COLUMNS("attribution_setup", attribution_setup_list, struct attribution_setup_row, PROOF_FREE,
            "how credit is counted: each answer repeats what it was counted by");

/* The default is there before a server has stored it. Where there is none of the name, its columns
 * are null; after them, how many names there are besides the default.
 * $1 workspace, $2 setup */
static const struct statement ATTRIBUTION_SETUP_NEWEST = {
    .name = "attribution_setup_newest",
    .sql = "SELECT {s.attribution_setup}, ("
           "    SELECT count(*) "
           "    FROM attribution_setup "
           "    WHERE workspace_id = $1 AND setup_id <> 0 AND version = 1) "
           "FROM workspace_head h "
           "LEFT JOIN LATERAL ("
           "  SELECT * "
           "  FROM attribution_setup "
           "  WHERE workspace_id = $1 AND setup_id = $2 "
           "  ORDER BY version DESC "
           "  LIMIT 1"
           ") s ON true "
           "WHERE h.workspace_id = $1",
    .index = "attribution_setup_pkey",
    .hot = true,
};

const struct statement ATTRIBUTION_SETUP_INSERT = {
    .name = "attribution_setup_insert",
    .makes = STATEMENT_INSERTS,
    .of = &attribution_setup_columns,
    .tuples = 1,
};

/* clang-format on */

const struct statement *const attribution_setup_table_statements[] = {
    &ATTRIBUTION_SETUP_NEWEST, &ATTRIBUTION_SETUP_INSERT, NULL};

int attribution_setup_table_queue_newest(const struct pg_scope *scope, const void *id)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_int8(&params, *(const int64_t *)id);
    return pg_queue(scope->pg, &ATTRIBUTION_SETUP_NEWEST, &params);
}

struct attribution_setup_row *attribution_setup_table_read(const struct pg_result *result, int row,
                                                           struct arena *arena)
{
    struct attribution_setup_row *out = ARENA_NEW(arena, struct attribution_setup_row);

    if (out == NULL || !columns_read(&attribution_setup_columns, result, row, 0, arena, out))
        return NULL;
    return out;
}

struct attribution_setup_row *attribution_setup_table_read_newest(const struct pg_result *result,
                                                                  struct arena *arena)
{
    struct attribution_setup_row *out = pg_is_null(result, 0, 0)
                                            ? ARENA_NEW(arena, struct attribution_setup_row)
                                            : attribution_setup_table_read(result, 0, arena);

    if (out != NULL)
        out->names = (int)pg_get_int8(result, 0, columns_width(&attribution_setup_columns));
    return out;
}
