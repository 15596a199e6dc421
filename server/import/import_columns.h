/* The columns that a mapping speaks of, found in a file. */
#ifndef BATON_SERVER_IMPORT_COLUMNS_H
#define BATON_SERVER_IMPORT_COLUMNS_H

#include "base/row_reader.h"
#include "core/intake/mapping.h"

/** What does not fit, and the file can be imported all the same; in the arena. */
struct import_unfit {
    const char **absent; /* "it has no column …": of the mapping */
    size_t absent_count;
    const char **unused; /* names of columns that the mapping does not speak of */
    size_t unused_count;
};

/**
 * Reads the first row, and makes members of the columns that the mapping speaks of.
 * ROW_FILE_REFUSED, with reader->why, when one is missing that says who it is, which rows to take,
 * or, unless the file is dated, when; or when two have its name. Others as row_reader_columns().
 */
enum row_status import_columns_bind(const struct mapping *mapping, bool dated,
                                    struct row_reader *reader, struct arena *arena,
                                    struct import_unfit *unfit) MUST_USE;

#endif
