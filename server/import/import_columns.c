#include "import/import_columns.h"

#include "base/nearest.h"
#include "core/intake/mapping_columns.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS_SHOWN_MAX  12
#define SENTENCE_MAX_BYTES 300 /* of what ROW_WHY_MAX_BYTES has room for */

/* The nearest name, without regard to case; "" when none is near. */
static const char *meant(const struct row_reader *reader, const char *name, struct arena *arena)
{
    struct nearest nearest;

    nearest_begin(&nearest, name);
    for (size_t i = 0; i < reader->column_count; i++)
        nearest_offer(&nearest, reader->columns[i]);
    if (nearest.name == NULL)
        return "";
    const char *words = arena_printf(arena, ": did you mean \"%s\"?", nearest.name);
    return words == NULL ? "" : words;
}

static const char *sentence(const struct row_reader *reader, const char *name, struct arena *arena)
{
    return arena_printf(arena, "it has no column \"%.60s\"%s", name, meant(reader, name, arena));
}

/* What the file has instead, as far as there is room. */
static void refuse(struct row_reader *reader, const char *missing)
{
    size_t len =
        (size_t)snprintf(reader->why, sizeof reader->why, "%s%s Its columns are: ", missing,
                         missing[strlen(missing) - 1] == '?' ? "" : ".");
    const char *comma = "";

    for (size_t i = 0; i < reader->column_count && i < COLUMNS_SHOWN_MAX; i++) {
        size_t more = strlen(reader->columns[i]) + 2;
        if (reader->columns[i][0] == '\0' || len + more > SENTENCE_MAX_BYTES)
            continue;
        len += (size_t)snprintf(reader->why + len, sizeof reader->why - len, "%s%s", comma,
                                reader->columns[i]);
        comma = ", ";
    }
}

/* Columns that can stand in for each other: from first on, up to the number that is returned;
 * *there says whether the file has one of them. */
static size_t next_use(const struct mapping_column *columns, size_t count, size_t first,
                       const struct row_reader *reader, bool *there)
{
    size_t at = first;

    *there = false;
    for (; at < count && columns[at].use == columns[first].use; at++)
        *there = *there || row_reader_has(reader, columns[at].name);
    return at;
}

static enum row_status check(const struct mapping_column *columns, size_t count,
                             struct row_reader *reader, struct arena *arena,
                             struct import_absent *absent)
{
    bool there;

    for (size_t at = 0, end; at < count; at = end) {
        end = next_use(columns, count, at, reader, &there);
        if (there)
            continue;
        const char *missing = sentence(reader, columns[at].name, arena);
        if (missing == NULL)
            return ROW_FAILED;
        if (columns[at].needed) {
            refuse(reader, missing);
            return ROW_FILE_REFUSED;
        }
        absent->sentences[absent->count++] = missing;
    }
    return ROW_READ;
}

static bool named_before(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

enum row_status import_columns_bind(const struct mapping *mapping, struct row_reader *reader,
                                    struct arena *arena, struct import_absent *absent)
{
    enum row_status status = row_reader_columns(reader);
    size_t count, name_count = 0;

    *absent = (struct import_absent){0};
    if (status != ROW_READ || reader->format == ROWS_NDJSON)
        return status;
    const struct mapping_column *columns = mapping_columns(mapping, arena, &count);
    const char **names = columns == NULL ? NULL : ARENA_ARRAY(arena, const char *, count + 1);
    absent->sentences = columns == NULL ? NULL : ARENA_ARRAY(arena, const char *, count + 1);
    if (names == NULL || absent->sentences == NULL)
        return ROW_FAILED;
    for (size_t i = 0; i < count; i++)
        if (!named_before(names, name_count, columns[i].name))
            names[name_count++] = columns[i].name;
    status = row_reader_want(reader, names, name_count);
    return status == ROW_READ ? check(columns, count, reader, arena, absent) : status;
}
