/* Rows of the tables handoff, verdict, feedback and exception_count. */
#ifndef BATON_STORE_HANDOFF_TABLE_H
#define BATON_STORE_HANDOFF_TABLE_H

#include "core/work.h"
#include "store/pg/pg.h"

/** The columns of a handoff in the order that handoff_table_read() takes them, of a row named h. */
#define HANDOFF_COLUMNS                                                                            \
    "h.handoff_id, h.lead_id, h.kind, h.state, h.from_team, h.to_team, h.term, h.version, "        \
    "h.verdict_seq, h.verdict_lead, h.offer_note, h.offered_at, h.respond_by, h.assignee, "        \
    "h.claimed_until, h.accepted_at, h.accepted_by, h.decide_by, h.first_contact_at, "             \
    "h.closed_at, h.closed_by, h.qualified_version, h.reason, h.class, h.criterion, h.note, "      \
    "h.rating, h.previous, h.dispute, h.outcome, h.outcome_reason, h.outcome_at, h.updated_at"

#define HANDOFF_COLUMN_COUNT 33

/** Reads a row from this column on; texts are copied into the arena. NULL when memory is short or
 *  the row is damaged. */
struct handoff *handoff_table_read(const struct pg_result *result, int row, int column,
                                   struct arena *arena);

/** Answers (handoff_id, lead_id) of those that exist, unlocked. */
int handoff_table_queue_leads(struct pg *pg, struct arena *arena, struct uuid workspace,
                              const struct uuid *ids, size_t count);

/** Answers HANDOFF_COLUMNS and the body of the verdict that let it through: by handoff ids, or
 *  the open ones of leads. The leads must be locked already. */
int handoff_table_queue_by_id(struct pg *pg, struct arena *arena, struct uuid workspace,
                              const struct uuid *ids, size_t count);
int handoff_table_queue_open(struct pg *pg, struct arena *arena, struct uuid workspace,
                             const struct uuid *leads, size_t count);

/** Locks the leads of at most limit unclaimed offers of a team, first due first, passing over
 *  locked ones; answers (handoff_id, lead_id). */
int handoff_table_queue_claimable(struct pg *pg, struct arena *arena, struct uuid workspace,
                                  struct uuid team, int32_t limit);
/** Counts them, WAITING_COUNT_MAX at most. */
int handoff_table_queue_waiting(struct pg *pg, struct arena *arena, struct uuid workspace,
                                struct uuid team);

/** The same for offers of any of these teams whose time to answer is over. */
int handoff_table_queue_expired(struct pg *pg, struct arena *arena, struct uuid workspace,
                                const struct uuid *teams, size_t count);

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
