/*
 * The tables whose rows the ledger has commitments to, and how their rows are looked up.
 */
#ifndef BATON_STORE_VERIFY_ROW_TABLE_H
#define BATON_STORE_VERIFY_ROW_TABLE_H

#include "store/pg/columns.h"
#include "store/pg/pg.h"

/** How the rows of a table are looked up. */
enum look {
    LOOK_ID,     /* by an id, a page at a time */
    LOOK_NUMBER, /* by a lead and a number */
    LOOK_PREFIX, /* by the first bytes of a key */
    LOOK_ALL,    /* all at the end: they are few */
};

/** What a look-up answers: the place among the keys that are looked for, whether there is a row, a
 *  salt of its own, and then the columns; with LOOK_ALL the columns alone. */
struct verify_row_table {
    const struct columns *columns;
    const struct statement *statement;
    enum look look;
};

extern const struct verify_row_table verify_row_tables[];
extern const size_t verify_row_table_count;
extern const struct statement *const verify_row_statements[];

#endif
