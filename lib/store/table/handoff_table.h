/* Rows of the tables handoff, verdict, feedback and exception_count. */
#ifndef BATON_STORE_HANDOFF_TABLE_H
#define BATON_STORE_HANDOFF_TABLE_H

#include "core/work.h"
#include "store/pg/pg.h"
#include "store/table/concerned.h"

/** Reads {h.handoff} from this column on; texts are copied into the arena. NULL when memory is
 * short or the row is damaged. */
struct handoff *handoff_table_read(const struct pg_result *result, int row, int column,
                                   struct arena *arena);

/** Answers (handoff_id, lead_id) of those that exist, unlocked. */
extern const struct statement HANDOFF_LEADS;

/** Answers rows for handoff_table_read_loaded(): by handoff ids, or the open ones of the leads that
 *  are concerned. The leads must be locked already. */
extern const struct statement HANDOFF_BY_ID;
int handoff_table_queue_open(const struct pg_scope *scope, const struct concerned *concerned);
/** Answers (lead) of each that is asked for, and whose owner has had the time to answer; locked. */
int handoff_table_queue_asked_due(const struct pg_scope *scope, const struct due_batch *batch);

/** The same, of those whose receiving team is to be reminded of an offer. */
int handoff_table_queue_remind_due(const struct pg_scope *scope, const struct due_batch *batch);
/* Of a lead's ledger entries those that may have made a handoff: asked for, offered, accepted at
 * once after a concession, imported. */
#define HANDOFF_MADE_BY "IN (18, 20, 24, 37)"

/** As handoff_table_read(), with the body of the verdict that let the lead through. */
struct handoff *handoff_table_read_loaded(const struct pg_result *result, int row,
                                          struct arena *arena);

/** Inserts new handoffs and updates changed ones; sorted by id. */
void handoff_table_queue_save(const struct pg_scope *scope, struct handoff *const *handoffs,
                              size_t count);

extern const struct statement VERDICT_INSERT;

extern const struct statement FEEDBACK_INSERT;

/** Makes the counter's row if need be, locks it, answers (used). */
int exception_table_queue_lock(const struct pg_scope *scope, const struct exception_count *count);
extern const struct statement EXCEPTION_SAVE;

#endif
