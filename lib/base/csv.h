/*
 * Reads CSV (RFC 4180) or JSON lines, row by row, from bytes that a function provides. A line ends
 * with LF or CRLF, or with CR in a CSV file whose first line does; a byte-order mark is skipped;
 * quoted cells may contain line ends. The separator is what a first line such as "sep=;" names, as
 * Excel writes and reads it, else the comma, semicolon, tab or bar that is most frequent in the
 * first line, outside quotes and within the first CSV_READ_SIZE_BYTES; in a tie, the first of
 * these. One thread.
 */
#ifndef BATON_BASE_CSV_H
#define BATON_BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CSV_ROW_MAX_BYTES   (256u << 10)
#define CSV_COLUMNS_MAX     1000
#define CSV_READ_SIZE_BYTES (64u << 10)

enum csv_status {
    CSV_ROW,
    CSV_END,
    CSV_REFUSED, /* this row is malformed, see why; the next one can be read */
    CSV_FAILED,  /* memory is short, or the bytes cannot be read */
};

/** Provides up to size bytes; *len 0 is the end. False: they cannot be read. */
typedef bool csv_read(void *context, char *bytes, size_t size, size_t *len);

struct csv_row {
    int64_t line;             /* where it begins, from 1 */
    const char *const *cells; /* NUL-terminated, without NUL inside; valid until the next row */
    const size_t *lens;
    size_t count;
    const char *why; /* static text of CSV_REFUSED */
};

struct csv {
    csv_read *read;
    void *context;
    char *bytes; /* CSV_READ_SIZE_BYTES */
    size_t at, len;
    bool ended;
    bool failed;
    int64_t line;  /* of the next byte */
    int line_end;  /* CR or LF */
    int separator; /* 0: not known yet */
    char *text;    /* of the row: its cells, one after the other */
    size_t text_len;
    size_t *starts;
    size_t *lens;
    const char **cells;
    size_t count;
    const char *why; /* of the present row; NULL: no fault so far */
};

/** False when memory is short; call csv_release() all the same. */
bool csv_init(struct csv *csv, csv_read *read, void *context);
void csv_release(struct csv *csv);

/** The next row of cells; empty lines are skipped. */
enum csv_status csv_next(struct csv *csv, struct csv_row *row);

/** The next line as one cell, without its end; empty lines are skipped. */
enum csv_status csv_next_line(struct csv *csv, struct csv_row *row);

#endif
