/* Rows of the tables ledger, chain, idempotency, dimension, touch and delivery, and the head. */
#ifndef BATON_STORE_LEDGER_TABLE_H
#define BATON_STORE_LEDGER_TABLE_H

#include "core/work.h"
#include "store/pg.h"

/** Answers (config_version, clock). */
int head_table_queue_read(struct pg *pg, struct arena *arena, struct uuid workspace);

/** Moves the head by count entries (and the configuration's version by one when it changed), with
 *  the guard that fails as PG_STALE when the configuration is not of this version any more. */
void head_table_queue_move(struct pg *pg, struct arena *arena, struct uuid workspace, size_t count,
                           int64_t config_version, bool config_changed);

/** Changes nothing, in a way that makes the COMMIT wait for a synchronous standby if there is one.
 */
void head_table_queue_confirm(struct pg *pg, struct arena *arena, struct uuid workspace);

/** Inserts entries at the positions that the head was just moved by. */
void ledger_table_queue_append(struct pg *pg, struct arena *arena, struct uuid workspace,
                               struct ledger_entry *const *entries, size_t count);

/** Answers (subject_id, seq, hash, at), locked. */
int chain_table_queue_lock(struct pg *pg, struct arena *arena, struct uuid workspace,
                           const struct uuid *subjects, size_t count);
void chain_table_queue_save(struct pg *pg, struct arena *arena, struct uuid workspace,
                            const struct chain_row *row);

/** Answers (key, body_mac, status, location, answer). */
int answer_table_queue_find(struct pg *pg, struct arena *arena, struct uuid workspace,
                            const uint8_t (*const *keys)[DIGEST_BYTES], size_t count);
struct answer_row *answer_table_read(const struct pg_result *result, int row, struct arena *arena);
void answer_table_queue_insert(struct pg *pg, struct arena *arena, struct uuid workspace,
                               struct answer_row *const *rows, size_t count, instant now);

/** Drops a batch of what is older than these moments; INSTANT_NONE drops nothing. */
void answer_table_queue_drop(struct pg *pg, struct arena *arena, struct uuid workspace,
                             instant before);
void delivery_table_queue_drop(struct pg *pg, struct arena *arena, struct uuid workspace,
                               instant before);

/** Inserts those that are not there yet. */
void dimension_table_queue_insert(struct pg *pg, struct arena *arena, struct uuid workspace,
                                  struct dimension_row *const *rows, size_t count);

/** Answers (touch_id) of those that exist. */
int touch_table_queue_find(struct pg *pg, struct arena *arena, struct uuid workspace,
                           const struct uuid *ids, size_t count);
/** Answers (lead_id, touch_id, kind, occurred_at, recorded_at, channel, source, medium, campaign,
 *  content, direction, function): of each lead the latest TOUCHES_LOADED_MAX, newest first. */
int touch_table_queue_logs(struct pg *pg, struct arena *arena, struct uuid workspace,
                           const struct uuid *leads, size_t count);
bool touch_table_read(const struct pg_result *result, int row, struct arena *arena,
                      struct touch *out);
/** Answers (kind, day, count) of one lead's touches before the last of its loaded ones. */
int touch_table_queue_older(struct pg *pg, struct arena *arena, struct uuid workspace,
                            struct uuid lead, const struct touch *last);
void touch_table_queue_insert(struct pg *pg, struct arena *arena, struct uuid workspace,
                              struct touch_row *const *rows, size_t count);

/** Answers (delivery_id, source_id, received_at, content_type, body, status, error), locked. */
int delivery_table_queue_lock(struct pg *pg, struct arena *arena, struct uuid workspace,
                              struct uuid id);
struct delivery_row *delivery_table_read(const struct pg_result *result, int row,
                                         struct arena *arena);
void delivery_table_queue_save(struct pg *pg, struct arena *arena, struct uuid workspace,
                               const struct delivery_row *row);

#endif
