/* Rows of the table touch. */
#ifndef BATON_STORE_TOUCH_TABLE_H
#define BATON_STORE_TOUCH_TABLE_H

#include "core/work.h"
#include "store/pg/pg.h"
#include "store/table/concerned.h"

/* clang-format off */

/** The touch of this id, or none: a row of all its columns. Nothing but the primary key gives the order,
 *  which on an empty table is all that makes its cost differ from that of touch_of_lead: the plan is kept. */
#define TOUCH_BY_ID(id)                                                       \
           "  SELECT * "                                                      \
           "  FROM ("                                                         \
           "    SELECT * "                                                    \
           "    FROM touch "                                                  \
           "    WHERE workspace_id = $1 AND touch_id >= " id " "              \
           "    ORDER BY touch_id "                                           \
           "    LIMIT 1"                                                      \
           "  ) next "                                                        \
           "  WHERE touch_id = " id

/* clang-format on */

/** Answers (touch_id, lead_id) of those that exist. */
extern const struct statement TOUCH_FIND;

/** Answers lead_id and {t.touch}: the latest TOUCHES_LOADED_MAX of each lead that is concerned,
 *  newest first. */
int touch_table_queue_logs(const struct pg_scope *scope, const struct concerned *concerned);

/** Reads {t.touch} from this column on; false when memory is short or the row is damaged. */
bool touch_table_read(const struct pg_result *result, int row, int column, struct arena *arena,
                      struct touch *out);

/** Answers (kind, day, count) of one lead's touches older than the last that was loaded. */
int touch_table_queue_older(const struct pg_scope *scope, struct uuid lead,
                            const struct touch *last);

extern const struct statement TOUCH_INSERT;

#endif
