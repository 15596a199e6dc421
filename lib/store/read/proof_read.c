#include "store/read/proof_read.h"

#include "core/handoff/life.h"
#include "store/pg/columns.h"
#include "store/table/merged.h"
#include "store/table/node_table.h"

#include <string.h>

/* clang-format off */

#define ITS_KEY                                           \
           "CROSS JOIN LATERAL ("                         \
           "  SELECT public_key "                         \
           "  FROM signing_key "                          \
           "  WHERE workspace_id = $1 AND key_id = c.key_id " \
           "  LIMIT 1"                                    \
           ") k "

/* $1 workspace, $2 below this size, $3 limit */
static const struct statement CHECKPOINT_PAGE = {
    .name = "checkpoint_page",
    .sql = "SELECT k.public_key, {c.checkpoint} "
           "FROM ("
           "  SELECT * "
           "  FROM checkpoint "
           "  WHERE workspace_id = $1 AND size < $2 "
           "  ORDER BY size DESC "
           "  LIMIT $3"
           ") c "
           ITS_KEY
           "ORDER BY c.size DESC",
    .index = "checkpoint_pkey",
    .hot = true,
};

/* $1 workspace, $2 size */
static const struct statement CHECKPOINT_GET = {
    .name = "checkpoint_get",
    .sql = "SELECT k.public_key, {c.checkpoint} "
           "FROM ("
           "  SELECT * "
           "  FROM checkpoint "
           "  WHERE workspace_id = $1 AND size = $2"
           ") c "
           ITS_KEY,
    .index = "checkpoint_pkey",
    .hot = true,
};

/* $1 workspace, $2 position */
static const struct statement RECEIPT_ENTRY = {
    .name = "receipt_entry",
    .sql = "SELECT e.pos, p.hash, now(), {e.ledger} "
           "FROM ledger e "
           "LEFT JOIN LATERAL ("
           "  SELECT hash "
           "  FROM ledger "
           "  WHERE workspace_id = $1 AND subject_id = e.subject_id AND seq = e.seq - 1 "
           "  LIMIT 1"
           ") p ON true "
           "WHERE e.workspace_id = $1 AND e.pos = $2",
    .index = "ledger_pkey",
    .hot = true,
};

/* $1 workspace, $2 lead, $3 handoff, $4 and $5 kinds of entries */
static const struct statement RECEIPT_OF_HANDOFF = {
    .name = "receipt_of_handoff",
    .sql = "WITH RECURSIVE "
           MERGED_ALL
           "SELECT e.pos "
           "FROM all_of "
           "CROSS JOIN LATERAL ("
           "  SELECT pos, kind, body "
           "  FROM ledger "
           "  WHERE workspace_id = $1 AND subject_id = all_of.id AND seq > 0 "
           "  OFFSET 0"
           ") e "
           "WHERE e.kind IN ($4, $5) "
           "AND (convert_from(e.body, 'UTF8')::json->>'handoff')::uuid = $3 "
           "ORDER BY e.pos DESC "
           "LIMIT 1",
    .index = "ledger_workspace_id_subject_id_seq_key",
    .hot = true,
};

/* clang-format on */

const struct statement *const proof_read_statements[] = {
    &CHECKPOINT_PAGE, &CHECKPOINT_GET, &RECEIPT_ENTRY, &RECEIPT_OF_HANDOFF, NULL,
};

/* ---- checkpoints ---- */

static void copy_bytes(const struct pg_result *result, int row, int column, uint8_t *out,
                       size_t size)
{
    size_t len;
    const uint8_t *bytes = pg_get_bytea(result, row, column, &len);

    if (bytes != NULL)
        memcpy(out, bytes, len < size ? len : size); /* the table's checks guarantee len = size */
}

/* False when memory is short or the row is damaged. */
static bool take_checkpoint(const struct read *read, const struct pg_result *result, int row,
                            struct checkpoint *out)
{
    *out = (struct checkpoint){.workspace = read->workspace};
    copy_bytes(result, row, 0, out->public_key, PUBLIC_KEY_BYTES);
    return columns_read(&checkpoint_columns, result, row, 1, read->arena, out);
}

static struct read_query ask_page(const struct read *read, int64_t below, int64_t limit)
{
    struct read_query query = {.statement = &CHECKPOINT_PAGE};

    read_params(&query, read);
    pg_params_int8(&query.params, below);
    pg_params_int8(&query.params, limit);
    return query;
}

enum err proof_read_checkpoints(const struct read *read, int64_t below, int limit,
                                struct checkpoint_page *out)
{
    struct read_query query = ask_page(read, below, limit + 1);
    enum err err = read_run(read, &query, 1);
    int rows = err == ERR_NONE ? pg_rows(query.result) : 0;

    *out = (struct checkpoint_page){.more = rows > limit};
    rows = out->more ? limit : rows;
    out->items = ARENA_ARRAY(read->arena, struct checkpoint, (size_t)rows + 1);
    for (int row = 0; out->items != NULL && err == ERR_NONE && row < rows; row++)
        if (!take_checkpoint(read, query.result, row, &out->items[out->count++]))
            err = ERR_INTERNAL;
    return read_end(read, err);
}

/* ---- nodes ---- */

static enum err read_nodes(const struct read *read, int64_t within, int64_t size,
                           struct node_set *set)
{
    struct read_query queries[2] = {0};

    if (!node_set_begin(set, read->arena, within, size))
        return ERR_OUT_OF_MEMORY;
    read_params(&queries[0], read);
    read_params(&queries[1], read);
    queries[0].statement = node_set_ask_nodes(set, &queries[0].params);
    queries[1].statement = node_set_ask_leaves(set, &queries[1].params);
    enum err err = read_run(read, queries, 2);
    if (err == ERR_NONE) {
        node_set_take_nodes(set, queries[0].result);
        node_set_take_leaves(set, queries[1].result);
    }
    return read_end(read, err);
}

/* ---- receipts ---- */

enum { RECEIPT_POS, RECEIPT_PREV, RECEIPT_NOW, RECEIPT_LEDGER };

static enum err take_entry(const struct read *read, const struct pg_result *result,
                           struct receipt *out, struct receipt_wait *wait)
{
    if (pg_rows(result) == 0)
        return ERR_NOT_FOUND;
    if (!columns_read(&ledger_columns, result, 0, RECEIPT_LEDGER, read->arena, &out->entry))
        return ERR_INTERNAL;
    out->pos = pg_get_int8(result, 0, RECEIPT_POS);
    copy_bytes(result, 0, RECEIPT_PREV, out->prev, DIGEST_BYTES);
    *wait = (struct receipt_wait){out->entry.at, pg_get_instant(result, 0, RECEIPT_NOW)};
    return ERR_NONE;
}

static enum err read_entry(const struct read *read, int64_t pos, struct receipt *out,
                           struct receipt_wait *wait)
{
    struct read_query queries[2] = {{.statement = &RECEIPT_ENTRY}, ask_page(read, INT64_MAX, 1)};

    read_params(&queries[0], read);
    pg_params_int8(&queries[0].params, pos);
    enum err err = read_run(read, queries, 2);
    if (err == ERR_NONE)
        err = take_entry(read, queries[0].result, out, wait);
    if (err == ERR_NONE && pg_rows(queries[1].result) == 1 &&
        !take_checkpoint(read, queries[1].result, 0, &out->checkpoint))
        err = ERR_INTERNAL;
    return read_end(read, err);
}

enum err proof_read_receipt(const struct read *read, int64_t pos, struct receipt *out,
                            struct receipt_wait *wait)
{
    struct node_set set;

    *out = (struct receipt){.pos = pos};
    enum err err = read_entry(read, pos, out, wait);
    if (err == ERR_NONE && out->checkpoint.size < pos)
        err = ERR_NOT_COVERED;
    if (err == ERR_NONE)
        err = read_nodes(read, pos - 1, out->checkpoint.size, &set);
    if (err != ERR_NONE)
        return err;
    struct merkle_source source = node_set_source(&set);
    return merkle_inclusion(&source, pos - 1, out->checkpoint.size, &out->path) ? ERR_NONE
                                                                                : ERR_INTERNAL;
}

/* ---- consistency ---- */

static enum err read_checkpoint(const struct read *read, int64_t size, struct checkpoint *out)
{
    struct read_query query = {.statement = &CHECKPOINT_GET};

    read_params(&query, read);
    pg_params_int8(&query.params, size);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE && pg_rows(query.result) == 0)
        err = ERR_NOT_FOUND;
    if (err == ERR_NONE && !take_checkpoint(read, query.result, 0, out))
        err = ERR_INTERNAL;
    return read_end(read, err);
}

enum err proof_read_consistency(const struct read *read, int64_t from, int64_t size,
                                struct consistency *out)
{
    struct node_set set;

    *out = (struct consistency){.from = from};
    enum err err =
        from < 1 || from > size ? ERR_NOT_FOUND : read_checkpoint(read, size, &out->checkpoint);
    if (err == ERR_NONE)
        err = read_nodes(read, from, size, &set);
    if (err != ERR_NONE)
        return err;
    struct merkle_source source = node_set_source(&set);
    return merkle_consistency(&source, from, size, &out->path) ? ERR_NONE : ERR_INTERNAL;
}

/* ---- a handoff's entry ---- */

enum err proof_read_answer(const struct read *read, const struct handoff *handoff,
                           enum handoff_state state, int64_t *pos)
{
    struct read_query query = {.statement = &RECEIPT_OF_HANDOFF};
    enum ledger_kind kind = life_entry_into(state);
    bool imported = handoff->kind == HANDOFF_KIND_IMPORTED;

    read_params(&query, read);
    pg_params_uuid(&query.params, handoff->lead);
    pg_params_uuid(&query.params, handoff->id);
    pg_params_int2(&query.params, (int16_t)kind);
    pg_params_int2(&query.params, (int16_t)(imported ? LEDGER_HANDOFF_IMPORTED : kind));
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE && pg_rows(query.result) == 0)
        err = ERR_NOT_FOUND;
    if (err == ERR_NONE)
        *pos = pg_get_int8(query.result, 0, 0);
    return read_end(read, err);
}
