/* What is kept of imports, and for how long. The rest: store/read/import_files.h. */
#ifndef BATON_STORE_IMPORT_TABLE_H
#define BATON_STORE_IMPORT_TABLE_H

#include "base/instant.h"
#include "store/pg/pg_scope.h"

/** Drops files that were sent before this moment, their pieces, and refused rows; INSTANT_NONE:
 *  none. */
void import_table_queue_drop(const struct pg_scope *scope, instant before);

#endif
