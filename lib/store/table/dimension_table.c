#include "store/table/dimension_table.h"

#include "store/pg/columns.h"

static const struct column_form as_dimension_kind = COLUMN_WORD(dimension_name, DIMENSION_COUNT);

/* clang-format off */

#define IN(name) MEMBER(struct dimension_row, name)

static const struct column dimension_list[] = {
    {"dimension_id", &as_int8,           IN(id),        COLUMN_KEY,
        .unread = "reads look for it and answer the value"},
    {"dimension",    &as_dimension_kind, IN(dimension), .unread = "reads ask for one"},
    {"value",        &as_text,           IN(value)},
};
#undef IN

/* clang-format on */

const struct columns dimension_columns = COLUMNS("dimension", dimension_list, struct dimension_row,
                                                 PROOF_VERIFIED, "the id is a hash of the value");

const struct statement DIMENSION_INSERT =
    STATEMENT_OF_ROWS("dimension_insert", STATEMENT_ADDS, dimension_columns);

const struct statement *const dimension_table_statements[] = {&DIMENSION_INSERT, NULL};
