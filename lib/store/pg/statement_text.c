/* The text of a statement as PostgreSQL takes it: what stands written, with the lists of columns
 * put in, or what is made of columns alone. */
#include "base/text_out.h"
#include "store/pg/columns.h"
#include "store/pg/statements.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX_BYTES 65536

static const char *type_name(enum pg_type type)
{
    switch (type) {
    case PG_BOOL:
        return "bool";
    case PG_BYTEA:
        return "bytea";
    case PG_INT8:
        return "int8";
    case PG_INT2:
        return "int2";
    case PG_INT4:
        return "int4";
    case PG_TEXT:
        return "text";
    case PG_JSON:
        return "json";
    case PG_TIMESTAMPTZ:
        return "timestamptz";
    case PG_UUID:
        return "uuid";
    case PG_JSONB:
        return "jsonb";
    }
    return NULL;
}

static bool is_read(const struct column *column)
{
    return column->unread == NULL;
}

static bool is_saved(const struct column *column)
{
    return column->unsaved == NULL;
}

/* "h.handoff_id, h.lead_id, …"; alias is "h." or "". */
static void put_names(struct text_out *out, const struct columns *columns,
                      bool (*wanted)(const struct column *), const char *alias, size_t alias_len)
{
    const char *comma = "";

    for (int i = 0; i < columns->count; i++) {
        if (!wanted(&columns->list[i]))
            continue;
        text_out_put(out, comma);
        text_out_put_len(out, alias, alias_len);
        text_out_put(out, columns->list[i].name);
        comma = ", ";
    }
}

/* "$2::uuid[], $3::text[], …"; suffix is "[]" or "". The number after the last. */
static int put_params(struct text_out *out, const struct columns *columns, int number,
                      const char *suffix)
{
    const char *comma = "";

    for (int i = 0; i < columns->count; i++) {
        const struct column *column = &columns->list[i];
        if (!is_saved(column))
            continue;
        text_out_format(out, "%s$%d::%s%s", comma, number++, type_name(column->form->type), suffix);
        comma = ", ";
    }
    return number;
}

/* ---- written ---- */

/* "h.closed_at, h.criterion, …" */
static void put_committed(struct text_out *out, const struct columns *columns, const char *alias,
                          size_t alias_len)
{
    int count;
    const struct column *const *list = columns_committed(columns, &count);

    for (int i = 0; i < count; i++) {
        text_out_put(out, i == 0 ? "" : ", ");
        text_out_put_len(out, alias, alias_len);
        text_out_put(out, list[i]->name);
    }
}

/* {h.handoff}, {handoff}, {=h.handoff}, {handoff $3[]} or {handoff $3}, of which this is the
 * inside. */
static bool put_list(struct text_out *out, const char *text, size_t len)
{
    bool is_committed = text[0] == '=';

    text += is_committed;
    len -= is_committed;
    bool arrays = text[len - 1] == ']';
    const char *space = memchr(text, ' ', len);
    const char *dot = memchr(text, '.', len);
    const char *name = dot == NULL ? text : dot + 1;
    const char *end = space == NULL ? text + len : space;
    const struct columns *columns = columns_find(name, (size_t)(end - name));

    if (columns == NULL)
        return false;
    if (is_committed)
        put_committed(out, columns, text, (size_t)(name - text));
    else if (space == NULL)
        put_names(out, columns, is_read, text, (size_t)(name - text));
    else if (strncmp(space, " $", 2) == 0)
        put_params(out, columns, (int)strtol(space + 2, NULL, 10), arrays ? "[]" : "");
    return true;
}

static bool put_written(struct text_out *out, const char *sql)
{
    const char *brace;

    while ((brace = strchr(sql, '{')) != NULL) {
        const char *end = strchr(brace, '}');
        text_out_put_len(out, sql, (size_t)(brace - sql));
        if (end == NULL || !put_list(out, brace + 1, (size_t)(end - brace - 1)))
            return false;
        sql = end + 1;
    }
    text_out_put(out, sql);
    return true;
}

/* ---- made ---- */

/* "($1, $2::uuid, $3::text, …), ($1, …)": first is what each row begins with, a number of its own
 * when it is NULL. */
static void put_tuples(struct text_out *out, const struct columns *columns, int tuples,
                       const char *first)
{
    int number = 2;

    for (int i = 0; i < tuples; i++) {
        text_out_put(out, i == 0 ? "(" : ", (");
        if (first == NULL)
            text_out_format(out, "%d", i + 1);
        else
            text_out_put(out, first);
        text_out_put(out, ", ");
        number = put_params(out, columns, number, "");
        text_out_put(out, ")");
    }
}

/* Rows of arrays come out of the workspace's head, so that without its context nothing is written;
 * of those that are given one by one the table's policy holds it. */
static void put_rows(struct text_out *out, const struct columns *columns, int tuples)
{
    if (tuples > 0) {
        text_out_put(out, ") VALUES ");
        put_tuples(out, columns, tuples, "$1");
        return;
    }
    text_out_put(out, ") SELECT h.workspace_id, u.* FROM workspace_head h, unnest(");
    put_params(out, columns, 2, "[]");
    text_out_put(out, ") u WHERE h.workspace_id = $1");
}

/* The head has moved by as many as there are rows. */
static void put_appended(struct text_out *out, const struct columns *columns, int tuples)
{
    text_out_put(out, ", pos) SELECT h.workspace_id, ");
    put_names(out, columns, is_saved, "u.", 2);
    if (tuples > 0) {
        text_out_format(out, ", h.pos - %d + u.n FROM workspace_head h, (VALUES ", tuples);
        put_tuples(out, columns, tuples, NULL);
        text_out_put(out, ") u(n, ");
        put_names(out, columns, is_saved, "", 0);
    } else {
        text_out_put(out, ", h.pos - cardinality($2) + u.n FROM workspace_head h, unnest(");
        put_params(out, columns, 2, "[]");
        text_out_put(out, ") WITH ORDINALITY u(");
        put_names(out, columns, is_saved, "", 0);
        text_out_put(out, ", n");
    }
    text_out_put(out, ") WHERE h.workspace_id = $1");
}

static bool is_key(const struct column *column)
{
    return (column->use & COLUMN_KEY) != 0;
}

static void put_updates(struct text_out *out, const struct columns *columns)
{
    const char *comma = "";

    for (int i = 0; i < columns->count; i++) {
        const struct column *column = &columns->list[i];
        if (column->use & COLUMN_CHANGES)
            text_out_format(out, "%s%s = excluded.%s", comma, column->name, column->name);
        else if (column->use & COLUMN_FILLS)
            text_out_format(out, "%s%s = coalesce(excluded.%s, %s.%s)", comma, column->name,
                            column->name, columns->table, column->name);
        else
            continue;
        comma = ", ";
    }
}

/* The parameters in the order of the list, as columns_put_tuples() adds them. */
static void put_update(struct text_out *out, const struct columns *columns, unsigned only)
{
    const char *comma = "";
    int number = 2;

    text_out_format(out, "UPDATE %s SET ", columns->table);
    for (int i = 0; i < columns->count; i++) {
        const struct column *column = &columns->list[i];
        if (!column_is_written(column, only))
            continue;
        if (!is_key(column)) {
            text_out_format(out, "%s%s = $%d::%s", comma, column->name, number,
                            type_name(column->form->type));
            comma = ", ";
        }
        number++;
    }
    text_out_put(out, " WHERE workspace_id = $1");
    number = 2;
    for (int i = 0; i < columns->count; i++) {
        const struct column *column = &columns->list[i];
        if (is_key(column))
            text_out_format(out, " AND %s = $%d", column->name, number);
        number += column_is_written(column, only);
    }
}

static void put_made(struct text_out *out, const struct statement *statement)
{
    const struct columns *columns = statement->of;

    if (statement->makes == STATEMENT_UPDATES) {
        put_update(out, columns, statement->only);
        return;
    }
    text_out_format(out, "INSERT INTO %s (workspace_id, ", columns->table);
    put_names(out, columns, is_saved, "", 0);
    if (statement->makes == STATEMENT_APPENDS)
        put_appended(out, columns, statement->tuples);
    else
        put_rows(out, columns, statement->tuples);
    if (statement->makes == STATEMENT_ADDS)
        text_out_put(out, " ON CONFLICT DO NOTHING");
    if (statement->makes != STATEMENT_SAVES)
        return;
    text_out_put(out, " ON CONFLICT (workspace_id, ");
    put_names(out, columns, is_key, "", 0);
    text_out_put(out, ") DO UPDATE SET ");
    put_updates(out, columns);
}

char *statement_text(const struct statement *statement)
{
    struct arena *arena = arena_new(TEXT_MAX_BYTES);
    struct text_out out;
    bool good = arena != NULL;

    if (!good)
        return NULL;
    text_out_init(&out, arena, TEXT_MAX_BYTES);
    if (statement->sql != NULL)
        good = put_written(&out, statement->sql);
    else
        put_made(&out, statement);
    char *text = good && !arena_failed(arena) ? strdup(out.text) : NULL;
    arena_free(arena);
    return text;
}
