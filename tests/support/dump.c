#include "dump.h"

#include <check.h>
#include <libpq-fe.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_MAX_BYTES 256
#define NAME_MAX_BYTES   64
#define TABLE_LINE       "\n== "

static void put(FILE *out, PGconn *conn, const char *table)
{
    char sql[256];
    char *row;
    int len;

    fprintf(out, TABLE_LINE "%s\n", table);
    snprintf(sql, sizeof sql, "COPY %s TO STDOUT", table);
    PGresult *result = PQexec(conn, sql);
    ck_assert_msg(PQresultStatus(result) == PGRES_COPY_OUT, "%s: %s", sql, PQerrorMessage(conn));
    PQclear(result);
    while ((len = PQgetCopyData(conn, &row, 0)) > 0) {
        fwrite(row, 1, (size_t)len, out);
        PQfreemem(row);
    }
    result = PQgetResult(conn);
    ck_assert_int_eq(PQresultStatus(result), PGRES_COMMAND_OK);
    PQclear(result);
    ck_assert_ptr_null(PQgetResult(conn));
}

char *dump_all(const char *conninfo)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    PGconn *conn = PQconnectdb(conninfo);
    PGresult *tables =
        PQexec(conn, "SELECT format('%I.%I', nspname, relname) FROM pg_class c JOIN pg_namespace n "
                     "ON n.oid = relnamespace WHERE relkind = 'r' AND nspname NOT LIKE 'pg\\_%' "
                     "AND nspname <> 'information_schema' ORDER BY 1");

    ck_assert_int_eq(PQresultStatus(tables), PGRES_TUPLES_OK);
    ck_assert_int_gt(PQntuples(tables), 20);
    for (int i = 0; i < PQntuples(tables); i++)
        put(out, conn, PQgetvalue(tables, i, 0));
    PQclear(tables);
    PQfinish(conn);
    fclose(out);
    return text;
}

static void write_hex(const unsigned char *bytes, size_t len, const char *digits, char *out)
{
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * len] = '\0';
}

/* In base64 three bytes are four letters, so there are three ways in which it may be written. */
static const char *find_base64(const char *text, const unsigned char *bytes, size_t len)
{
    char letters[2 * SECRET_MAX_BYTES];
    const char *found = NULL;

    for (size_t skip = 0; skip < 3 && found == NULL; skip++) {
        size_t whole = (len - skip) / 3 * 3;
        EVP_EncodeBlock((unsigned char *)letters, bytes + skip, (int)whole);
        found = strstr(text, letters);
    }
    return found;
}

static const char *find(const char *text, const void *bytes, size_t len)
{
    char words[2 * SECRET_MAX_BYTES + 1];
    const char *found = NULL;

    ck_assert_uint_ge(len, 12); /* shorter ones stand somewhere by chance */
    ck_assert_uint_le(len, SECRET_MAX_BYTES);
    if (memchr(bytes, '\0', len) == NULL) {
        snprintf(words, sizeof words, "%.*s", (int)len, (const char *)bytes);
        found = strstr(text, words);
    }
    write_hex(bytes, len, "0123456789abcdef", words);
    if (found == NULL)
        found = strstr(text, words);
    write_hex(bytes, len, "0123456789ABCDEF", words);
    if (found == NULL)
        found = strstr(text, words);
    return found == NULL ? find_base64(text, bytes, len) : found;
}

const char *dump_place(const char *dump, const void *bytes, size_t len)
{
    static char name[NAME_MAX_BYTES];
    const char *found = find(dump, bytes, len);
    const char *table = dump;

    if (found == NULL)
        return NULL;
    for (const char *at = dump; (at = strstr(at, TABLE_LINE)) != NULL && at < found; at++)
        table = at + sizeof TABLE_LINE - 1;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(table, "\n"), table);
    return name;
}

bool dump_file_has(const char *path, const void *bytes, size_t len)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = fopen(path, "r");

    ck_assert_msg(file != NULL, "%s", path);
    bool read = getdelim(&text, &size, '\0', file) > 0;
    bool has = read && find(text, bytes, len) != NULL;
    free(text);
    fclose(file);
    return has;
}
