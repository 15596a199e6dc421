/*
 * The rows of a file as JSON objects: lines of JSON, or CSV whose first row names the columns; a
 * cell becomes a text member. CSV may be in any encoding of base/text/encoding.h, lines of JSON are
 * UTF-8. Which columns become members, and by which names, is what row_reader_want() says; columns
 * that nobody wants may have no name or that of another. Of a row that is too short the rest is
 * absent; blank cells beyond the columns and rows that are blank throughout do not count. One
 * thread.
 */
#ifndef BATON_BASE_ROW_READER_H
#define BATON_BASE_ROW_READER_H

#include "base/arena.h"
#include "base/csv.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/text/encoding.h"

#include <jansson.h>

enum row_format { ROWS_CSV, ROWS_NDJSON };

/** "csv", "ndjson". */
const char *row_format_name(enum row_format format);
bool row_format_named(const char *name, enum row_format *out);

#define ROW_WHY_MAX_BYTES 320

/** A column that becomes a member. */
struct row_member {
    const char *name;
    size_t column;
};

struct row_reader {
    enum row_format format;
    csv_read *read; /* of the bytes */
    void *context;
    const char *foreign; /* what the file is, when it is no text; NULL */
    bool begun;
    struct decoder decoder; /* of CSV */
    struct csv csv;
    struct arena *arena;
    /* of CSV, once the first row is read */
    const char **columns; /* as they are written; "": it has no name */
    const char **folded;  /* as they are compared */
    size_t column_count;
    struct row_member *members;
    size_t member_count;
    struct csv_row cells;        /* of the last row of CSV; the line of JSON is its only cell */
    int64_t line;                /* of the last row that was read, from 1 */
    char why[ROW_WHY_MAX_BYTES]; /* why it was refused; names no value */
};

enum row_status {
    ROW_READ,
    ROW_END,
    ROW_REFUSED,      /* only this row */
    ROW_FILE_REFUSED, /* nothing can be read: it is no table, or its first row names no columns */
    ROW_FAILED,       /* memory is short, or the bytes cannot be read */
};

/** False when memory is short; call row_reader_release() all the same. */
bool row_reader_init(struct row_reader *reader, enum row_format format, csv_read *read,
                     void *context);
void row_reader_release(struct row_reader *reader);

/** Reads the first row of CSV, unless that has been done; of lines of JSON nothing. Without
 *  row_reader_want(), each column that has a name of its own is a member by it. ROW_READ, ROW_END
 *  when there is none, ROW_FILE_REFUSED, ROW_FAILED. */
enum row_status row_reader_columns(struct row_reader *reader) MUST_USE;

/**
 * After row_reader_columns(): only columns of these names are members, by these names (borrowed). A
 * name is that of the column that is written like it, else of the one that is the same in the form
 * of base/column_name.h. ROW_FILE_REFUSED when two columns have it; ROW_FAILED when memory is
 * short.
 */
enum row_status row_reader_want(struct row_reader *reader, const char *const *names,
                                size_t count) MUST_USE;

/** Whether a member has this name; of lines of JSON, which may have any, always. */
bool row_reader_has(const struct row_reader *reader, const char *name);

/** The next row; the caller frees *row with json_decref. */
enum row_status row_reader_next(struct row_reader *reader, json_t **row) MUST_USE;

/** What stands in the last row that was ROW_READ: rows of the same content have the same. */
void row_reader_digest(const struct row_reader *reader, uint8_t out[DIGEST_BYTES]);

#endif
