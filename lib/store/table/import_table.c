#include "store/table/import_table.h"

/* clang-format off */

/* $1 workspace, $2 sent before this */
static const struct statement IMPORT_FILE_DROP = {
    .name = "import_file_drop",
    .sql = "DELETE FROM import_file "
           "WHERE workspace_id = $1 AND made_at < $2",
    .index = "import_file_made",
};

/* $1 workspace, $2 sent before this */
static const struct statement IMPORT_PIECE_DROP = {
    .name = "import_piece_drop",
    .sql = "DELETE FROM import_piece "
           "WHERE workspace_id = $1 AND made_at < $2",
    .index = "import_piece_made",
};

/* $1 workspace, $2 refused before this */
static const struct statement IMPORT_REFUSED_DROP = {
    .name = "import_refused_drop",
    .sql = "DELETE FROM import_refused "
           "WHERE workspace_id = $1 AND made_at < $2",
    .index = "import_refused_made",
};

/* clang-format on */

const struct statement *const import_table_statements[] = {&IMPORT_FILE_DROP, &IMPORT_PIECE_DROP,
                                                           &IMPORT_REFUSED_DROP, NULL};

void import_table_queue_drop(const struct pg_scope *scope, instant before)
{
    if (before == INSTANT_NONE)
        return;
    for (const struct statement *const *at = import_table_statements; *at != NULL; at++) {
        struct pg_params params;
        pg_scope_params(scope, &params);
        pg_params_instant(&params, before);
        pg_queue(scope->pg, *at, &params);
    }
}
