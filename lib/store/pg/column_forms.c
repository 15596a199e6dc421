#include "store/pg/columns.h"

#include <string.h>

static const void *beside(const struct column *column, const void *row)
{
    return (const char *)row + column->beside;
}

/* Whether the member has a value: no only when it has a bool beside it that says so. */
static bool is_given(const struct column *column, const void *row)
{
    return column->beside == 0 || *(const bool *)beside(column, row);
}

static void set_given(const struct column *column, void *row, bool given)
{
    if (column->beside != 0)
        *(bool *)((char *)row + column->beside) = given;
}

static void *member_of(const struct column *column, void *row)
{
    return (char *)row + column->offset;
}

/* 0 is written as null where null is allowed, unless a bool says that there is a value. */
static bool number_is_null(const struct column *column, const void *row, int64_t number)
{
    if (column->beside != 0)
        return !is_given(column, row);
    return number == 0 && column->use & COLUMN_NULL;
}

/* ---- ids, numbers, moments ---- */

/* Leaves the number as it is when the value is null; false when the value has an impossible length.
 */
static bool read_number(const struct column_reader *r, int64_t *out)
{
    uint16_t two;
    uint32_t four;
    uint64_t eight;

    if (r->value == NULL)
        return true;
    switch (r->len) {
    case sizeof two:
        memcpy(&two, r->value, sizeof two);
        *out = (int16_t)__builtin_bswap16(two);
        return true;
    case sizeof four:
        memcpy(&four, r->value, sizeof four);
        *out = (int32_t)__builtin_bswap32(four);
        return true;
    case sizeof eight:
        memcpy(&eight, r->value, sizeof eight);
        *out = (int64_t)__builtin_bswap64(eight);
        return true;
    default:
        return false;
    }
}

static void put_uuid(struct column_writer *w, const void *row)
{
    pg_array_uuid(w->to, *(const struct uuid *)column_member(w->column, row));
}

static bool get_uuid(const struct column_reader *r, void *row)
{
    struct uuid *id = member_of(r->column, row);

    if (r->value == NULL)
        *id = (struct uuid){{0}};
    else if (r->len == sizeof id->b)
        memcpy(id->b, r->value, sizeof id->b);
    return r->value == NULL || r->len == sizeof id->b;
}

const struct column_form as_uuid = {
    .type = PG_UUID, .size = sizeof(struct uuid), .put = put_uuid, .get = get_uuid};

static void put_bool(struct column_writer *w, const void *row)
{
    pg_array_bool(w->to, *(const bool *)column_member(w->column, row));
}

static bool get_bool(const struct column_reader *r, void *row)
{
    *(bool *)member_of(r->column, row) = r->value != NULL && *r->value != 0;
    return true;
}

const struct column_form as_bool = {
    .type = PG_BOOL, .size = sizeof(bool), .put = put_bool, .get = get_bool};

static void put_int2(struct column_writer *w, const void *row)
{
    int number = *(const int *)column_member(w->column, row);

    if (number_is_null(w->column, row, number))
        pg_array_null(w->to);
    else
        pg_array_int2(w->to, (int16_t)number);
}

static void put_int4(struct column_writer *w, const void *row)
{
    int number = *(const int *)column_member(w->column, row);

    if (number_is_null(w->column, row, number))
        pg_array_null(w->to);
    else
        pg_array_int4(w->to, number);
}

static bool get_int(const struct column_reader *r, void *row)
{
    int64_t number = 0;
    bool good = read_number(r, &number);

    *(int *)member_of(r->column, row) = (int)number;
    set_given(r->column, row, r->value != NULL);
    return good;
}

const struct column_form as_int2 = {
    .type = PG_INT2, .size = sizeof(int), .put = put_int2, .get = get_int};
const struct column_form as_int4 = {
    .type = PG_INT4, .size = sizeof(int), .put = put_int4, .get = get_int};

static void put_int8(struct column_writer *w, const void *row)
{
    int64_t number = *(const int64_t *)column_member(w->column, row);

    if (number_is_null(w->column, row, number))
        pg_array_null(w->to);
    else
        pg_array_int8(w->to, number);
}

static bool get_int8(const struct column_reader *r, void *row)
{
    int64_t number = 0;
    bool good = read_number(r, &number);

    *(int64_t *)member_of(r->column, row) = number;
    set_given(r->column, row, r->value != NULL);
    return good;
}

const struct column_form as_int8 = {
    .type = PG_INT8, .size = sizeof(int64_t), .put = put_int8, .get = get_int8};

static void put_instant(struct column_writer *w, const void *row)
{
    pg_array_instant(w->to, *(const instant *)column_member(w->column, row));
}

static bool get_instant(const struct column_reader *r, void *row)
{
    int64_t since = INT64_MAX;
    bool good = read_number(r, &since);
    bool is_moment = since != INT64_MAX && since != INT64_MIN; /* these are the infinities */

    *(instant *)member_of(r->column, row) = is_moment ? since + PG_EPOCH : INSTANT_NONE;
    return good;
}

const struct column_form as_instant = {
    .type = PG_TIMESTAMPTZ, .size = sizeof(instant), .put = put_instant, .get = get_instant};

/* ---- words ---- */

void column_put_word(struct column_writer *w, const void *row)
{
    const struct column *column = w->column;

    if (!is_given(column, row))
        pg_array_null(w->to);
    else
        pg_array_text(w->to, column->form->name(*(const unsigned *)column_member(column, row)));
}

bool column_get_word(const struct column_reader *r, void *row)
{
    const struct column_form *form = r->column->form;

    set_given(r->column, row, r->value != NULL);
    if (r->value == NULL)
        return true;
    for (unsigned value = 0; value < form->count; value++) {
        const char *known = form->name(value);
        if (known == NULL || strcmp(known, r->value) != 0)
            continue;
        *(unsigned *)member_of(r->column, row) = value;
        return true;
    }
    return false;
}

/* ---- texts and bytes ---- */

static const char *text_of(const struct column *column, const void *row)
{
    return *(const char *const *)column_member(column, row);
}

static size_t len_of(const struct column *column, const void *row)
{
    return *(const size_t *)beside(column, row);
}

static void put_text(struct column_writer *w, const void *row)
{
    pg_array_text(w->to, text_of(w->column, row));
}

static void put_text_len(struct column_writer *w, const void *row)
{
    pg_array_text_len(w->to, text_of(w->column, row), len_of(w->column, row));
}

static void put_json(struct column_writer *w, const void *row)
{
    const char *text = text_of(w->column, row);

    pg_array_json(w->to, text, text == NULL ? 0 : strlen(text));
}

static void put_json_len(struct column_writer *w, const void *row)
{
    pg_array_json(w->to, text_of(w->column, row), len_of(w->column, row));
}

static void put_bytea_len(struct column_writer *w, const void *row)
{
    pg_array_bytea(w->to, text_of(w->column, row), len_of(w->column, row));
}

static bool get_text(const struct column_reader *r, void *row)
{
    const char **text = member_of(r->column, row);

    *text = r->value == NULL ? NULL : arena_copy(r->arena, r->value, r->len);
    if (r->column->beside != 0)
        *(size_t *)((char *)row + r->column->beside) = r->len;
    return (*text == NULL) == (r->value == NULL);
}

const struct column_form as_text = {
    .type = PG_TEXT, .size = sizeof(char *), .put = put_text, .get = get_text};
const struct column_form as_json = {
    .type = PG_JSON, .size = sizeof(char *), .put = put_json, .get = get_text};
const struct column_form as_text_len = {
    .type = PG_TEXT, .size = sizeof(char *), .put = put_text_len, .get = get_text};
const struct column_form as_json_len = {
    .type = PG_JSON, .size = sizeof(char *), .put = put_json_len, .get = get_text};
const struct column_form as_bytea_len = {
    .type = PG_BYTEA, .size = sizeof(char *), .put = put_bytea_len, .get = get_text};

static void put_bytes(struct column_writer *w, const void *row)
{
    pg_array_bytea(w->to, column_member(w->column, row), w->column->size);
}

static bool get_bytes(const struct column_reader *r, void *row)
{
    if (r->value != NULL && r->len == r->column->size)
        memcpy(member_of(r->column, row), r->value, r->len);
    return r->value == NULL || r->len == r->column->size;
}

const struct column_form as_bytes = {
    .type = PG_BYTEA, .size = 0, .put = put_bytes, .get = get_bytes};

void column_put_json(struct column_writer *w, bool present)
{
    if (arena_failed(w->arena))
        w->to->failed = true; /* a null in its place would be saved as if it were meant */
    else if (present)
        pg_array_json(w->to, w->json.written.text, w->json.written.len);
    else
        pg_array_null(w->to);
    json_out_clear(&w->json);
}
