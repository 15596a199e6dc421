#include "store/pg/columns.h"

#include "store/pg/pg_scope.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of one value that is written as JSON. */
#define VALUE_MAX_BYTES (4u << 20)

/* Room for the arrays of a few rows is taken at once; what is longer takes more. Many rows fill
 * memory of their own for each array. */
#define FEW_ROWS    STATEMENT_FEW
#define VALUE_BYTES 48

static const struct columns *const lists[] = {
#define X(name) &name,
    COLUMNS_LISTS(X)
#undef X
};

const struct columns *columns_at(size_t place)
{
    return place < sizeof lists / sizeof *lists ? lists[place] : NULL;
}

const struct columns *columns_find(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (strlen(lists[i]->name) == len && memcmp(lists[i]->name, name, len) == 0)
            return lists[i];
    return NULL;
}

int columns_width(const struct columns *columns)
{
    int width = 0;

    for (int i = 0; i < columns->count; i++)
        width += columns->list[i].unread == NULL;
    return width;
}

/* ---- reading ---- */

static void check(const struct columns *columns, const PGresult *result, int first)
{
    int at = first;

    for (int i = 0; i < columns->count; i++) {
        const struct column *column = &columns->list[i];
        if (column->unread != NULL)
            continue;
        const char *name = PQfname(result, at);
        if (name == NULL || strcmp(name, column->name) != 0 || PQfformat(result, at) != 1 ||
            PQftype(result, at) != (Oid)column->form->type) {
            fprintf(stderr, "store: column %d of the result is %s, not %s of %s\n", at,
                    name == NULL ? "none" : name, column->name, columns->name);
            abort();
        }
        at++;
    }
}

bool columns_read(const struct columns *columns, const struct pg_result *result, int row, int first,
                  struct arena *arena, void *out)
{
    struct column_reader reader = {.arena = arena};
    int at = first;

    if (row == 0)
        check(columns, result, first);
    for (int i = 0; i < columns->count; i++) {
        reader.column = &columns->list[i];
        if (reader.column->unread != NULL)
            continue;
        bool null = PQgetisnull(result, row, at);
        reader.value = null ? NULL : PQgetvalue(result, row, at);
        reader.len = null ? 0 : (size_t)PQgetlength(result, row, at);
        if (!reader.column->form->get(&reader, out))
            return false;
        at++;
    }
    return true;
}

void *columns_read_all(const struct columns *columns, const struct pg_result *result,
                       struct arena *arena, size_t *count)
{
    size_t rows = (size_t)pg_rows(result);
    char *items = arena_alloc(arena, (rows + 1) * columns->row_bytes);

    *count = 0;
    for (size_t i = 0; items != NULL && i < rows; i++)
        if (!columns_read(columns, result, (int)i, 0, arena, items + i * columns->row_bytes))
            return NULL;
    *count = items == NULL ? 0 : rows;
    return items;
}

/* ---- comparing ---- */

/* Of a member that goes with another only a bool says anything by itself: a length changes with
 * its text. */
static bool is_same(const struct column *column, const void *row, const void *other)
{
    const char *one = row, *two = other;
    bool same = memcmp(one + column->offset, two + column->offset, column->size) == 0;

    return same && (column->beside == 0 || one[column->beside] == two[column->beside]);
}

bool columns_only_often_changed(const struct columns *columns, const void *row, const void *other)
{
    for (int i = 0; i < columns->count; i++) {
        const struct column *column = &columns->list[i];
        bool counts =
            column->use & (COLUMN_CHANGES | COLUMN_FILLS) && !(column->use & COLUMN_OFTEN);
        if (counts && !is_same(column, row, other))
            return false;
    }
    return true;
}

/* ---- writing ---- */

static void writer_begin(struct column_writer *writer, struct pg_array *array, struct arena *arena,
                         const struct columns *columns, size_t rows)
{
    size_t room = rows <= FEW_ROWS ? (size_t)columns->count * rows * VALUE_BYTES : 0;

    *writer = (struct column_writer){.to = array, .arena = arena};
    pg_array_room(array, arena, room);
    json_out_init(&writer->json, arena, VALUE_MAX_BYTES);
}

void columns_put(struct pg_params *params, const struct columns *columns, const void *const *rows,
                 size_t count)
{
    struct pg_array array;
    struct column_writer writer;

    writer_begin(&writer, &array, params->arena, columns, count);
    for (int i = 0; i < columns->count; i++) {
        writer.column = &columns->list[i];
        if (writer.column->unsaved != NULL)
            continue;
        pg_array_next(&array, writer.column->form->type, count);
        for (size_t k = 0; k < count; k++)
            writer.column->form->put(&writer, rows[k]);
        pg_params_array(params, &array);
    }
}

static void put_tuple(struct pg_params *params, struct column_writer *writer,
                      const struct columns *columns, unsigned only, const void *row)
{
    for (int i = 0; i < columns->count; i++) {
        writer->column = &columns->list[i];
        if (!column_is_written(writer->column, only))
            continue;
        pg_array_next(writer->to, writer->column->form->type, 1);
        writer->column->form->put(writer, row);
        pg_params_item(params, writer->to);
    }
}

void columns_put_tuples(struct pg_params *params, const struct columns *columns, unsigned only,
                        const void *const *rows, size_t count)
{
    struct pg_array array;
    struct column_writer writer;

    writer_begin(&writer, &array, params->arena, columns, count);
    for (size_t i = 0; i < count; i++)
        put_tuple(params, &writer, columns, only, rows[i]);
}

static const struct statement *for_so_many(const struct statement *statement, size_t count)
{
    bool few = statement->few != NULL && count > 0 && count <= STATEMENT_FEW;

    return few ? &statement->few[count - 1] : statement;
}

void columns_queue(const struct pg_scope *scope, const struct statement *statement,
                   const void *const *rows, size_t count)
{
    struct pg_params params;

    statement = for_so_many(statement, count);
    size_t step = statement->tuples == 0 ? count : (size_t)statement->tuples;
    for (size_t i = 0; i < count; i += step) {
        pg_scope_params(scope, &params);
        if (statement->tuples == 0)
            columns_put(&params, statement->of, rows, count);
        else
            columns_put_tuples(&params, statement->of, statement->only, rows + i, step);
        pg_queue(scope->pg, statement, &params);
    }
}
