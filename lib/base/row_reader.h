/*
 * The rows of a file as JSON objects: lines of JSON, or CSV whose first row names the columns;
 * a cell becomes a text member of its column's name. CSV may be in any encoding of
 * base/text/encoding.h, lines of JSON are UTF-8. One thread.
 */
#ifndef BATON_BASE_ROW_READER_H
#define BATON_BASE_ROW_READER_H

#include "base/csv.h"
#include "base/text/encoding.h"

#include <jansson.h>

enum row_format { ROWS_CSV, ROWS_NDJSON };

#define ROW_WHY_MAX_BYTES 160

struct row_reader {
    enum row_format format;
    struct decoder decoder; /* of CSV */
    struct csv csv;
    char **columns; /* of CSV, once the first row is read */
    size_t column_count;
    int64_t line;                /* of the last row that was read, from 1 */
    char why[ROW_WHY_MAX_BYTES]; /* why it was refused; names no value */
};

enum row_status {
    ROW_READ,
    ROW_END,
    ROW_REFUSED,      /* only this row */
    ROW_FILE_REFUSED, /* the first row names no columns: nothing can be read */
    ROW_FAILED,       /* memory is short, or the bytes cannot be read */
};

/** False when memory is short; call row_reader_release() all the same. */
bool row_reader_init(struct row_reader *reader, enum row_format format, csv_read *read,
                     void *context);
void row_reader_release(struct row_reader *reader);

/** The next row; the caller frees *row with json_decref. */
enum row_status row_reader_next(struct row_reader *reader, json_t **row);

#endif
