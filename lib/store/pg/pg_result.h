/*
 * Reads the rows of a result, all in binary format. A result is borrowed from its pg until
 * pg_pipeline_end(); texts and bytes point into it.
 *
 * A column of another type than the reader's, or a row or column beyond the result, is a
 * mistake in the program that no input can cause: it aborts and says which column. Null reads
 * as nil, NULL, 0, false or INSTANT_NONE; ask pg_is_null() where 0 means something.
 */
#ifndef BATON_STORE_PG_RESULT_H
#define BATON_STORE_PG_RESULT_H

#include "base/arena.h"
#include "base/instant.h"
#include "base/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pg_result; /* libpq's own, under its own tag */

/** Number of rows; 0 for NULL and for commands that return none. */
int pg_rows(const struct pg_result *result);

bool pg_is_null(const struct pg_result *result, int row, int column);
struct uuid pg_get_uuid(const struct pg_result *result, int row, int column);
/** Any text-like type, json and jsonb too; NUL-terminated; len may be NULL. */
const char *pg_get_text(const struct pg_result *result, int row, int column, size_t *len);
/** The same, copied; NULL for null, and when the arena fails. */
char *pg_copy_text(const struct pg_result *result, int row, int column, struct arena *arena);
/** int8, int4 or int2. */
int64_t pg_get_int8(const struct pg_result *result, int row, int column);
/** int4 or int2. */
int32_t pg_get_int4(const struct pg_result *result, int row, int column);
bool pg_get_bool(const struct pg_result *result, int row, int column);
/** timestamptz; infinities read as INSTANT_NONE. */
instant pg_get_instant(const struct pg_result *result, int row, int column);
const uint8_t *pg_get_bytea(const struct pg_result *result, int row, int column, size_t *len);

#endif
