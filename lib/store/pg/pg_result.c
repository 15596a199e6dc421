#include "store/pg/pg_result.h"

#include "store/pg/pg_params.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OID_NAME    19
#define OID_BPCHAR  1042
#define OID_VARCHAR 1043
#define OID_UNKNOWN 705

static _Noreturn void misread(const PGresult *result, int row, int column, const char *as)
{
    const char *name = result == NULL ? NULL : PQfname(result, column);

    fprintf(stderr, "store: row %d, column %d (%s) is not a readable %s\n", row, column,
            name == NULL ? "none" : name, as);
    abort();
}

int pg_rows(const struct pg_result *result)
{
    return PQntuples(result);
}

/* The value's bytes after all checks; NULL when it is null. */
static const char *value(const PGresult *result, int row, int column, const char *as)
{
    if (row < 0 || row >= PQntuples(result) || column < 0 || column >= PQnfields(result) ||
        PQfformat(result, column) != 1)
        misread(result, row, column, as);
    return PQgetisnull(result, row, column) ? NULL : PQgetvalue(result, row, column);
}

static const char *fixed(const PGresult *result, int row, int column, Oid type, int len)
{
    const char *at = value(result, row, column, "value");

    if (PQftype(result, column) != type || (at != NULL && PQgetlength(result, row, column) != len))
        misread(result, row, column, "value of its type");
    return at;
}

bool pg_is_null(const struct pg_result *result, int row, int column)
{
    return value(result, row, column, "value") == NULL;
}

struct uuid pg_get_uuid(const struct pg_result *result, int row, int column)
{
    struct uuid id = {{0}};
    const char *at = fixed(result, row, column, PG_UUID, sizeof id.b);

    if (at != NULL)
        memcpy(id.b, at, sizeof id.b);
    return id;
}

static bool is_text(Oid type)
{
    return type == PG_TEXT || type == OID_VARCHAR || type == OID_NAME || type == OID_BPCHAR ||
           type == PG_JSON || type == PG_JSONB || type == OID_UNKNOWN;
}

const char *pg_get_text(const struct pg_result *result, int row, int column, size_t *len)
{
    const char *at = value(result, row, column, "text");
    size_t length = (size_t)PQgetlength(result, row, column);

    if (!is_text(PQftype(result, column)))
        misread(result, row, column, "text");
    /* jsonb comes with a version byte in front. */
    if (at != NULL && PQftype(result, column) == PG_JSONB) {
        if (length == 0 || *at != 1)
            misread(result, row, column, "jsonb");
        at++;
        length--;
    }
    if (len != NULL)
        *len = at == NULL ? 0 : length;
    return at;
}

char *pg_copy_text(const struct pg_result *result, int row, int column, struct arena *arena)
{
    size_t len;
    const char *text = pg_get_text(result, row, column, &len);

    return text == NULL ? NULL : arena_copy(arena, text, len);
}

static uint64_t big_endian(const char *at, int bytes)
{
    uint64_t number = 0;

    for (int i = 0; i < bytes; i++)
        number = number << 8 | (uint8_t)at[i];
    return number;
}

int64_t pg_get_int8(const struct pg_result *result, int row, int column)
{
    if (column < 0 || column >= PQnfields(result) || PQftype(result, column) != PG_INT8)
        return pg_get_int4(result, row, column);
    const char *at = fixed(result, row, column, PG_INT8, 8);
    return at == NULL ? 0 : (int64_t)big_endian(at, 8);
}

int32_t pg_get_int4(const struct pg_result *result, int row, int column)
{
    const char *at;

    if (column >= 0 && column < PQnfields(result) && PQftype(result, column) == PG_INT2) {
        at = fixed(result, row, column, PG_INT2, 2);
        return at == NULL ? 0 : (int16_t)big_endian(at, 2);
    }
    at = fixed(result, row, column, PG_INT4, 4);
    return at == NULL ? 0 : (int32_t)big_endian(at, 4);
}

bool pg_get_bool(const struct pg_result *result, int row, int column)
{
    const char *at = fixed(result, row, column, PG_BOOL, 1);

    return at != NULL && *at != 0;
}

instant pg_get_instant(const struct pg_result *result, int row, int column)
{
    const char *at = fixed(result, row, column, PG_TIMESTAMPTZ, 8);
    int64_t since = at == NULL ? INT64_MAX : (int64_t)big_endian(at, 8);

    return since == INT64_MAX || since == INT64_MIN ? INSTANT_NONE : since + PG_EPOCH;
}

const uint8_t *pg_get_bytea(const struct pg_result *result, int row, int column, size_t *len)
{
    const char *at = value(result, row, column, "bytea");

    if (PQftype(result, column) != PG_BYTEA)
        misread(result, row, column, "bytea");
    *len = at == NULL ? 0 : (size_t)PQgetlength(result, row, column);
    return (const uint8_t *)at;
}
