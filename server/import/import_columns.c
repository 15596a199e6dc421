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

/* What the mapping speaks of. */
struct bound {
    const struct mapping_column *columns;
    size_t count;
    bool dated; /* the file has a date for rows that have none */
};

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

static enum row_status check(const struct bound *bound, struct row_reader *reader,
                             struct arena *arena, struct import_unfit *unfit)
{
    const struct mapping_column *columns = bound->columns;
    bool there;

    for (size_t at = 0, end; at < bound->count; at = end) {
        end = next_use(columns, bound->count, at, reader, &there);
        if (there)
            continue;
        const char *missing = sentence(reader, columns[at].name, arena);
        if (missing == NULL)
            return ROW_FAILED;
        bool undated = columns[at].need == MAPPING_COLUMN_DATES && !bound->dated;
        if (undated)
            missing = arena_printf(arena,
                                   "%s, for when things happened: name another, or give the "
                                   "date of the file",
                                   missing);
        if (missing == NULL)
            return ROW_FAILED;
        if (undated || columns[at].need == MAPPING_COLUMN_NEEDED) {
            refuse(reader, missing);
            return ROW_FILE_REFUSED;
        }
        unfit->absent[unfit->absent_count++] = missing;
    }
    return ROW_READ;
}

static bool is_member(const struct row_reader *reader, size_t column)
{
    for (size_t i = 0; i < reader->member_count; i++)
        if (reader->members[i].column == column)
            return true;
    return false;
}

static void list_unused(const struct row_reader *reader, struct import_unfit *unfit)
{
    for (size_t i = 0; i < reader->column_count; i++)
        if (reader->folded[i][0] != '\0' && !is_member(reader, i))
            unfit->unused[unfit->unused_count++] = reader->columns[i];
}

static bool named_before(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Each name once. */
static enum row_status want(const struct bound *bound, struct row_reader *reader,
                            struct arena *arena)
{
    const char **names = ARENA_ARRAY(arena, const char *, bound->count + 1);
    size_t count = 0;

    if (names == NULL)
        return ROW_FAILED;
    for (size_t i = 0; i < bound->count; i++)
        if (!named_before(names, count, bound->columns[i].name))
            names[count++] = bound->columns[i].name;
    return row_reader_want(reader, names, count);
}

enum row_status import_columns_bind(const struct mapping *mapping, bool dated,
                                    struct row_reader *reader, struct arena *arena,
                                    struct import_unfit *unfit)
{
    struct bound bound = {.dated = dated};
    enum row_status status = row_reader_columns(reader);

    *unfit = (struct import_unfit){0};
    if (status != ROW_READ || reader->format == ROWS_NDJSON)
        return status;
    bound.columns = mapping_columns(mapping, arena, &bound.count);
    unfit->absent = ARENA_ARRAY(arena, const char *, bound.count + 1);
    unfit->unused = ARENA_ARRAY(arena, const char *, reader->column_count + 1);
    if (bound.columns == NULL || unfit->absent == NULL || unfit->unused == NULL)
        return ROW_FAILED;
    status = want(&bound, reader, arena);
    if (status == ROW_READ)
        status = check(&bound, reader, arena, unfit);
    if (status == ROW_READ)
        list_unused(reader, unfit);
    return status;
}
