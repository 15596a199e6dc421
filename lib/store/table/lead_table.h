/* Rows of the tables lead and identity. */
#ifndef BATON_STORE_LEAD_TABLE_H
#define BATON_STORE_LEAD_TABLE_H

#include "core/work.h"
#include "store/pg/pg.h"
#include "store/table/concerned.h"

/** Reads {l.lead} from this column on; texts are copied into the arena. NULL when memory is short
 * or the row is damaged. */
struct lead *lead_table_read(const struct pg_result *result, int row, int column,
                             struct arena *arena);

/** Locks the leads that are concerned in the order of their ids; answers their rows. */
int lead_table_queue_lock(const struct pg_scope *scope, const struct concerned *concerned);

/** Locks leads whose next step is due and that nobody else has locked; answers their ids. */
int lead_table_queue_due(const struct pg_scope *scope, const struct due_batch *batch);
/** The same of leads whose words are not kept yet, or kept still (lead_words.h). */
int lead_table_queue_wordless(const struct pg_scope *scope, int32_t limit);

/** Follows merges, unlocked: answers the ids themselves and every lead that they lead to. */
extern const struct statement LEAD_FOLLOW;

/** Inserts new leads and updates changed ones; sorted by id. */
void lead_table_queue_save(const struct pg_scope *scope, struct lead *const *leads, size_t count);

/** Resolves identities; answers (ordinal from 1, lead_id) of those that exist. */
int identity_table_queue_find(const struct pg_scope *scope,
                              const struct identity *const *identities, size_t count);

/** Inserts, moves or deletes. */
void identity_table_queue_save(const struct pg_scope *scope, struct identity_row *const *rows,
                               size_t count);

/** Removes what an erasure takes from the lead and from those that it absorbed: salts, values in
 *  verdicts, notes, stored answers, raw deliveries. */
void lead_table_queue_erase(const struct pg_scope *scope, struct uuid lead);

/** Moves the touches of absorbed leads, and the leads that they had absorbed themselves, each to
 *  the lead that stands for it now. */
void lead_table_queue_move(const struct pg_scope *scope, struct lead *const *absorbed,
                           const struct uuid *stands, size_t count);

#endif
