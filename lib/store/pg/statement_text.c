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

/* {h.handoff}, {handoff}, {handoff $3[]} or {handoff $3}, of which this is the inside. */
static bool put_list(struct text_out *out, const char *text, size_t len)
{
    bool arrays = text[len - 1] == ']';
    const char *space = memchr(text, ' ', len);
    const char *dot = memchr(text, '.', len);
    const char *name = dot == NULL ? text : dot + 1;
    const char *end = space == NULL ? text + len : space;
    const struct columns *columns = columns_find(name, (size_t)(end - name));

    if (columns == NULL)
        return false;
    if (space == NULL)
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

/* The row comes out of the workspace's head, so that without its context nothing is written. */
static void put_arrays(struct text_out *out, const struct columns *columns)
{
    text_out_put(out, " SELECT h.workspace_id, u.* FROM workspace_head h, unnest(");
    put_params(out, columns, 2, "[]");
    text_out_put(out, ") u WHERE h.workspace_id = $1");
}

static void put_tuples(struct text_out *out, const struct columns *columns, int tuples)
{
    int number = 2;

    text_out_put(out, " VALUES ");
    for (int i = 0; i < tuples; i++) {
        text_out_put(out, i == 0 ? "($1, " : ", ($1, ");
        number = put_params(out, columns, number, "");
        text_out_put(out, ")");
    }
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

static void put_made(struct text_out *out, const struct statement *statement)
{
    const struct columns *columns = statement->of;

    text_out_format(out, "INSERT INTO %s (workspace_id, ", columns->table);
    put_names(out, columns, is_saved, "", 0);
    text_out_put(out, ")");
    if (statement->tuples == 0)
        put_arrays(out, columns);
    else
        put_tuples(out, columns, statement->tuples);
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
    struct text_out out;
    size_t len;
    bool good = true;

    text_out_init(&out, TEXT_MAX_BYTES);
    if (statement->sql != NULL)
        good = put_written(&out, statement->sql);
    else
        put_made(&out, statement);
    char *text = good ? text_out_steal(&out, &len) : NULL;
    text_out_release(&out);
    return text;
}
