/* The columns that a mapping speaks of, found in a file. */
#ifndef BATON_SERVER_IMPORT_COLUMNS_H
#define BATON_SERVER_IMPORT_COLUMNS_H

#include "base/row_reader.h"
#include "core/intake/mapping.h"

/** Columns of the mapping that the file does not have, and that it can be imported without. */
struct import_absent {
    const char **sentences; /* "it has no column …", in the arena */
    size_t count;
};

/**
 * Reads the first row, and makes members of the columns that the mapping speaks of.
 * ROW_FILE_REFUSED, with reader->why, when one is missing that says who it is, when, or which rows
 * to take, or when two have its name. Others as row_reader_columns().
 */
enum row_status import_columns_bind(const struct mapping *mapping, struct row_reader *reader,
                                    struct arena *arena, struct import_absent *absent) MUST_USE;

#endif
