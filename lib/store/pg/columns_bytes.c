/* What the ledger holds of a row: its bytes, as they are committed to, and its name. */
#include "base/decimal.h"
#include "base/hex.h"
#include "store/pg/columns.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* More columns than any table has, and more lists than there are. */
#define COLUMNS_MAX 64
#define LISTS_MAX   64

/* Of one value that is written as JSON. */
#define VALUE_MAX_BYTES (4u << 20)
/* A guess for a name and its value; what is longer takes more. */
#define VALUE_BYTES    64
#define NAME_MAX_BYTES 512
#define PREFIX_BYTES   8
#define NULL_ITEM      "\xff\xff\xff\xff"
#define LENGTH_BYTES   4

const char *proof_name(enum proof proof)
{
    static const char *const names[PROOF_COUNT] = {"committed", "verified", "derived", "free"};

    return names[proof];
}

enum proof column_proof(const struct columns *columns, const struct column *column)
{
    if (column->use & COLUMN_FREE)
        return PROOF_FREE;
    if (column->use & COLUMN_DERIVED)
        return PROOF_DERIVED;
    return column->use & COLUMN_VERIFIED ? PROOF_VERIFIED : columns->proof;
}

const char *column_proven(const struct columns *columns, const struct column *column)
{
    return column->proven != NULL ? column->proven : columns->proven;
}

/* ---- the committed columns, by name ---- */

static struct {
    const struct column *columns[COLUMNS_MAX];
    size_t name_lens[COLUMNS_MAX];
    int count;
} committed[LISTS_MAX];
static pthread_once_t sorted = PTHREAD_ONCE_INIT;

static int name_order(const void *a, const void *b)
{
    return strcmp((*(const struct column *const *)a)->name,
                  (*(const struct column *const *)b)->name);
}

static void sort_all(void)
{
    const struct columns *columns;

    for (size_t i = 0; (columns = columns_at(i)) != NULL; i++) {
        if (i == LISTS_MAX || columns->count > COLUMNS_MAX)
            abort(); /* a larger number is wanted above */
        for (int k = 0; k < columns->count; k++)
            if (column_proof(columns, &columns->list[k]) == PROOF_COMMITTED)
                committed[i].columns[committed[i].count++] = &columns->list[k];
        qsort(committed[i].columns, (size_t)committed[i].count, sizeof(const struct column *),
              name_order);
        for (int k = 0; k < committed[i].count; k++)
            committed[i].name_lens[k] = strlen(committed[i].columns[k]->name);
    }
}

static size_t committed_place(const struct columns *columns)
{
    size_t place = 0;

    pthread_once(&sorted, sort_all);
    while (columns_at(place) != columns)
        place++;
    return place;
}

const struct column *const *columns_committed(const struct columns *columns, int *count)
{
    size_t place = committed_place(columns);

    *count = committed[place].count;
    return committed[place].columns;
}

/* ---- bytes ---- */

/* An item of a pg_array stands after its length, which is just what is wanted; without the array's
 * header the items are all there is. */
static void put_name(struct pg_array *out, const struct column *column, size_t len)
{
    out->type = PG_TEXT;
    pg_array_text_len(out, column->name, len);
    out->type = column->form->type;
}

const void *columns_bytes(const struct columns *columns, const void *row, struct arena *arena,
                          size_t *len)
{
    size_t place = committed_place(columns);
    int count = committed[place].count;
    const struct column *const *list = committed[place].columns;
    struct pg_array out;
    struct column_writer writer = {.to = &out, .arena = arena};

    pg_array_room(&out, arena, (size_t)count * VALUE_BYTES);
    json_out_init(&writer.json, arena, VALUE_MAX_BYTES);
    for (int i = 0; i < count; i++) {
        size_t before = out.len;
        writer.column = list[i];
        put_name(&out, list[i], committed[place].name_lens[i]);
        size_t value = out.len;
        (list[i]->held == NULL ? list[i]->form : list[i]->held)->put(&writer, row);
        if (out.len == value + LENGTH_BYTES &&
            memcmp(out.bytes + value, NULL_ITEM, LENGTH_BYTES) == 0)
            out.len = before;
    }
    *len = out.len;
    if (out.failed)
        arena_fail(arena);
    return out.failed ? NULL : out.bytes;
}

/* Reads the value and writes of it what is committed to. */
static void put_held(struct column_writer *writer, const struct columns *columns,
                     const struct column *column, const char *value, size_t len)
{
    struct column_reader reader = {column, writer->arena, value, len};
    void *row = arena_alloc(writer->arena, columns->row_bytes);

    writer->column = column;
    if (row != NULL)
        memset(row, 0, columns->row_bytes);
    if (row != NULL && column->form->get(&reader, row))
        column->held->put(writer, row);
    else /* no value that Baton has written */
        pg_array_json(writer->to, value, len);
}

const void *columns_bytes_read(const struct columns *columns, const struct pg_result *result,
                               int row, int first, struct arena *arena, size_t *len)
{
    size_t place = committed_place(columns);
    int count = committed[place].count;
    const struct column *const *list = committed[place].columns;
    const PGresult *rows = (const PGresult *)result;
    struct pg_array out;
    struct column_writer writer = {.to = &out, .arena = arena};

    pg_array_room(&out, arena, (size_t)count * VALUE_BYTES);
    json_out_init(&writer.json, arena, VALUE_MAX_BYTES);
    for (int i = 0; i < count; i++) {
        const char *value = PQgetvalue(rows, row, first + i);
        size_t value_len = (size_t)PQgetlength(rows, row, first + i);
        if (PQgetisnull(rows, row, first + i))
            continue;
        put_name(&out, list[i], committed[place].name_lens[i]);
        if (list[i]->held != NULL) {
            put_held(&writer, columns, list[i], value, value_len);
            continue;
        }
        out.type = PG_BYTEA; /* as it came, whatever it is */
        pg_array_bytea(&out, value, value_len);
    }
    *len = out.len;
    if (out.failed)
        arena_fail(arena);
    return out.failed ? NULL : out.bytes;
}

/* ---- names ---- */

static int64_t integer(const uint8_t *bytes, size_t len)
{
    uint64_t number = 0;

    for (size_t i = 0; i < len; i++)
        number = number << 8 | bytes[i];
    if (len < 8 && bytes[0] & 0x80) /* negative */
        number |= ~(uint64_t)0 << (8 * len);
    return (int64_t)number;
}

/* A name while it is put together; what does not fit makes it longer than its room. */
struct row_name {
    char text[NAME_MAX_BYTES];
    size_t len;
};

static void name_put(struct row_name *name, const void *text, size_t len)
{
    if (name->len + len < sizeof name->text)
        memcpy(name->text + name->len, text, len);
    name->len += len;
}

static void name_begin(struct row_name *name, const struct columns *columns)
{
    name->len = 0;
    name_put(name, columns->table, strlen(columns->table));
}

/* "/" and one value of the key. */
static void name_put_part(struct row_name *name, enum pg_type type, const uint8_t *value,
                          size_t len)
{
    char text[UUID_TEXT_LEN + 1];
    struct uuid uuid;

    name_put(name, "/", 1);
    switch (type) {
    case PG_UUID:
        memcpy(uuid.b, value, sizeof uuid.b);
        uuid_format(uuid, text);
        name_put(name, text, UUID_TEXT_LEN);
        break;
    case PG_INT2:
    case PG_INT4:
    case PG_INT8:
        name_put(name, text, decimal_format(integer(value, len), text));
        break;
    case PG_BYTEA:
        if (len > PREFIX_BYTES)
            len = PREFIX_BYTES;
        hex_write(value, len, text);
        name_put(name, text, 2 * len);
        break;
    default:
        name_put(name, value, len);
    }
}

static const char *name_end(const struct row_name *name, struct arena *arena)
{
    return name->len < sizeof name->text ? arena_copy(arena, name->text, name->len) : NULL;
}

/* One value of a key, as PostgreSQL has it in binary. */
static bool value_of(struct column_writer *writer, const struct column *column, const void *row)
{
    writer->column = column;
    writer->to->len = 0;
    writer->to->type = column->form->type;
    column->form->put(writer, row);
    return !writer->to->failed && writer->to->len >= LENGTH_BYTES;
}

const char *columns_row_name(const struct columns *columns, const void *row, struct uuid subject,
                             struct arena *arena)
{
    struct row_name name;
    struct pg_array out;
    struct column_writer writer = {.to = &out, .arena = arena};
    bool is_first = true;

    name_begin(&name, columns);
    pg_array_room(&out, arena, VALUE_BYTES);
    for (int i = 0; i < columns->count; i++) {
        const struct column *column = &columns->list[i];
        if (!(column->use & COLUMN_KEY))
            continue;
        if (!value_of(&writer, column, row))
            return NULL;
        const uint8_t *value = out.bytes + LENGTH_BYTES;
        size_t len = out.len - LENGTH_BYTES;
        bool is_subject = is_first && column->form->type == PG_UUID &&
                          memcmp(value, subject.b, sizeof subject.b) == 0;
        if (!is_subject)
            name_put_part(&name, column->form->type, value, len);
        is_first = false;
    }
    return name_end(&name, arena);
}

static int place_of(const struct columns *columns, const struct column *column)
{
    int count;
    const struct column *const *list = columns_committed(columns, &count);

    for (int i = 0; i < count; i++)
        if (list[i] == column)
            return i;
    abort(); /* the key of a table whose rows are named is committed */
}

const char *columns_row_name_read(const struct columns *columns, const struct pg_result *result,
                                  int row, int first, struct arena *arena)
{
    const PGresult *rows = (const PGresult *)result;
    struct row_name name;

    name_begin(&name, columns);
    for (int i = 0; i < columns->count; i++) {
        const struct column *column = &columns->list[i];
        if (!(column->use & COLUMN_KEY))
            continue;
        int place = first + place_of(columns, column);
        name_put_part(&name, column->form->type, (const uint8_t *)PQgetvalue(rows, row, place),
                      (size_t)PQgetlength(rows, row, place));
    }
    return name_end(&name, arena);
}
