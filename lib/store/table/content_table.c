#include "store/table/content_table.h"

#include "store/pg/columns.h"

/* clang-format off */

#define IN(name) MEMBER(struct content, name)

static const struct column content_list[] = {
    {"content_id", &as_int8,    IN(id),         COLUMN_KEY},
    {"name",       &as_text,    IN(name)},
    {"title",      &as_text,    IN(title),      COLUMN_CHANGES},
    {"owner_team", &as_uuid,    IN(owner_team), COLUMN_CHANGES},
    {"link",       &as_text,    IN(link),       COLUMN_CHANGES | COLUMN_NULL},
    {"created_at", &as_instant, IN(created_at)},
    {"updated_at", &as_instant, IN(updated_at), COLUMN_CHANGES},
};
#undef IN

const struct columns content_columns =
    COLUMNS("content", content_list, struct content, PROOF_COMMITTED, NULL);

/* $1 workspace, $2 content */
static const struct statement CONTENT_LOCK = {
    .name = "content_lock",
    .sql = "SELECT {content} "
           "FROM content "
           "WHERE workspace_id = $1 AND content_id = $2 "
           "FOR NO KEY UPDATE",
    .index = "content_pkey",
    .hot = true,
};

const struct statement CONTENT_SAVE = {
    .name = "content_save",
    .makes = STATEMENT_SAVES,
    .of = &content_columns,
    .tuples = 1,
    .index = "content_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const content_table_statements[] = {&CONTENT_LOCK, &CONTENT_SAVE, NULL};

int content_table_queue_lock(const struct pg_scope *scope, const void *id)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_int8(&params, *(const int64_t *)id);
    return pg_queue(scope->pg, &CONTENT_LOCK, &params);
}

struct content *content_table_read(const struct pg_result *result, int row, struct arena *arena)
{
    struct content *content = ARENA_NEW(arena, struct content);

    if (content == NULL || !columns_read(&content_columns, result, row, 0, arena, content))
        return NULL;
    return content;
}
