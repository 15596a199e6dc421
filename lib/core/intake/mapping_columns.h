/* Which columns of a file a mapping speaks of. */
#ifndef BATON_CORE_MAPPING_COLUMNS_H
#define BATON_CORE_MAPPING_COLUMNS_H

#include "core/intake/mapping.h"

/** What a file is without a column. */
enum mapping_need {
    MAPPING_COLUMN_WANTED, /* less is known of its rows */
    MAPPING_COLUMN_DATES,  /* when things happened has to be said otherwise */
    MAPPING_COLUMN_NEEDED, /* all rows would be taken for what they are not: it says who it is, or
                              whether to take the row */
};

/** A place that a value of a row comes from. */
struct mapping_column {
    const char *name;    /* the column's: the first token of the pointer */
    const char *pointer; /* as written */
    enum mapping_need need;
    size_t use; /* columns with the same number can stand in for each other ("first") */
};

/**
 * All of them, in the arena, in the order of the mapping's members; a name may come several times.
 * NULL when memory is short.
 */
const struct mapping_column *mapping_columns(const struct mapping *mapping, struct arena *arena,
                                             size_t *count);

#endif
