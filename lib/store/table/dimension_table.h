/* Rows of the table dimension. */
#ifndef BATON_STORE_DIMENSION_TABLE_H
#define BATON_STORE_DIMENSION_TABLE_H

#include "core/work.h"
#include "store/pg/pg.h"

/** Inserts those that do not exist yet. */
extern const struct statement DIMENSION_INSERT;

#endif
