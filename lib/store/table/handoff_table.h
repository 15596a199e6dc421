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
int handoff_table_queue_leads(struct pg *pg, struct arena *arena, struct uuid workspace,
                              const struct uuid *ids, size_t count);

/** Answers rows for handoff_table_read_loaded(): by handoff ids, or the open ones of the leads that
 *  are concerned. The leads must be locked already. */
int handoff_table_queue_by_id(struct pg *pg, struct arena *arena, struct uuid workspace,
                              const struct uuid *ids, size_t count);
int handoff_table_queue_open(struct pg *pg, struct arena *arena, struct uuid workspace,
                             const struct concerned *concerned);
/** As handoff_table_read(), with the body of the verdict that let the lead through. */
struct handoff *handoff_table_read_loaded(const struct pg_result *result, int row,
                                          struct arena *arena);

/** Inserts new handoffs and updates changed ones; sorted by id. */
void handoff_table_queue_save(struct pg *pg, struct arena *arena, struct uuid workspace,
                              struct handoff *const *handoffs, size_t count);

void verdict_table_queue_insert(struct pg *pg, struct arena *arena, struct uuid workspace,
                                struct verdict_row *const *rows, size_t count);

void feedback_table_queue_insert(struct pg *pg, struct arena *arena, struct uuid workspace,
                                 struct feedback_row *const *rows, size_t count);

/** Makes the counter's row if need be, locks it, answers (used). */
int exception_table_queue_lock(struct pg *pg, struct arena *arena, struct uuid workspace,
                               const struct exception_count *count);
void exception_table_queue_save(struct pg *pg, struct arena *arena, struct uuid workspace,
                                const struct exception_count *count);

#endif
