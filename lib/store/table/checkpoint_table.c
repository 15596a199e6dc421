#include "store/table/checkpoint_table.h"

#include "store/pg/columns.h"
#include "store/table/node_table.h"

#include <string.h>

#define PAGE_ROWS         4096
#define TURN_MEMORY_BYTES (8u << 20)

/* clang-format off */

#define IN(name) MEMBER(struct checkpoint, name)

static const struct column checkpoint_list[] = {
    {"size",      &as_int8,    IN(size), COLUMN_KEY},
    {"root",      &as_bytes,   IN(root)},
    {"at",        &as_instant, IN(at)},
    {"key_id",    &as_bytes,   IN(key_id)},
    {"signature", &as_bytes,   IN(signature)},
};

const struct columns checkpoint_columns =
    COLUMNS("checkpoint", checkpoint_list, struct checkpoint, PROOF_VERIFIED,
            "the signature, and the root of the entries");

/* A key is saved with the first checkpoint that it signs. */
static const struct column signing_key_list[] = {
    {"key_id",     &as_bytes, IN(key_id), COLUMN_KEY},
    {"public_key", &as_bytes, IN(public_key)},
    {"since",      &as_int8,  IN(size)},
};
#undef IN

const struct columns signing_key_columns =
    COLUMNS("signing_key", signing_key_list, struct checkpoint, PROOF_VERIFIED,
            "signing_key.replaced");

/* $1 workspace, $2 job */
static const struct statement CHECKPOINT_LOCK = {
    .name = "checkpoint_lock",
    .sql = "SELECT cursor "
           "FROM job "
           "WHERE workspace_id = $1 AND name = $2 "
           "FOR NO KEY UPDATE SKIP LOCKED",
    .index = "job_pkey",
};

/* $1 workspace */
static const struct statement CHECKPOINT_HEAD = {
    .name = "checkpoint_head",
    .sql = "SELECT pos, now() "
           "FROM workspace_head "
           "WHERE workspace_id = $1",
};

/* $1 workspace */
static const struct statement CHECKPOINT_LAST = {
    .name = "checkpoint_last",
    .sql = "SELECT {checkpoint} "
           "FROM checkpoint "
           "WHERE workspace_id = $1 "
           "ORDER BY size DESC "
           "LIMIT 1",
    .index = "checkpoint_pkey",
};

/* $1 workspace, $2 key */
static const struct statement CHECKPOINT_KEY = {
    .name = "checkpoint_key",
    .sql = "SELECT since "
           "FROM signing_key "
           "WHERE workspace_id = $1 AND key_id = $2",
    .index = "signing_key_pkey",
};

/* $1 workspace, $2 after this position, $3 up to that one, $4 limit */
static const struct statement CHECKPOINT_ENTRIES = {
    .name = "checkpoint_entries",
    .sql = "SELECT pos, hash "
           "FROM ledger "
           "WHERE workspace_id = $1 AND pos > $2 AND pos <= $3 "
           "ORDER BY pos "
           "LIMIT $4",
    .index = "ledger_pkey",
    .hot = true,
};

static const struct statement CHECKPOINT_KEY_INSERT = {
    .name = "checkpoint_key_insert",
    .makes = STATEMENT_INSERTS,
    .of = &signing_key_columns,
    .tuples = 1,
};

static const struct statement CHECKPOINT_INSERT = {
    .name = "checkpoint_insert",
    .makes = STATEMENT_INSERTS,
    .of = &checkpoint_columns,
    .tuples = 1,
};

/* When something is left, the job is due again at once.
 * $1 workspace, $2 job, $3 size, $4 whether something is left */
static const struct statement CHECKPOINT_MOVE = {
    .name = "checkpoint_move",
    .sql = "UPDATE job SET "
           "cursor = $3, "
           "due_at = CASE WHEN $4 THEN now() ELSE due_at END "
           "WHERE workspace_id = $1 AND name = $2",
    .index = "job_pkey",
};

/* clang-format on */

const struct statement *const checkpoint_table_statements[] = {
    &CHECKPOINT_LOCK,   &CHECKPOINT_HEAD,    &CHECKPOINT_LAST,
    &CHECKPOINT_KEY,    &CHECKPOINT_ENTRIES, &CHECKPOINT_KEY_INSERT,
    &CHECKPOINT_INSERT, &CHECKPOINT_MOVE,    NULL,
};

struct turn {
    struct pg_scope scope;
    const struct signing_key *key;
    int64_t deadline;
    bool locked;
    int64_t cursor; /* entries that are in the tree */
    int64_t head;   /* entries that are in the ledger */
    instant now;
    struct checkpoint last; /* size 0: there is none */
    bool key_known;
    struct merkle_frontier frontier;
    struct node_list nodes;
    struct checkpoint_turn *out;
};

static void begin_params(const struct turn *turn, struct pg_params *params)
{
    pg_params_init(params, turn->scope.arena);
    pg_params_uuid(params, turn->scope.workspace);
}

static int queue(const struct turn *turn, const struct statement *statement)
{
    struct pg_params params;

    begin_params(turn, &params);
    return pg_queue(turn->scope.pg, statement, &params);
}

/* ---- the present state ---- */

static int queue_lock(const struct turn *turn)
{
    struct pg_params params;

    begin_params(turn, &params);
    pg_params_text(&params, CHECKPOINT_JOB);
    return pg_queue(turn->scope.pg, &CHECKPOINT_LOCK, &params);
}

static int queue_key(const struct turn *turn)
{
    struct pg_params params;

    begin_params(turn, &params);
    pg_params_bytea(&params, signing_key_id(turn->key), KEY_ID_BYTES);
    return pg_queue(turn->scope.pg, &CHECKPOINT_KEY, &params);
}

static bool take_last(struct turn *turn, const struct pg_result *result)
{
    return pg_rows(result) == 0 ||
           columns_read(&checkpoint_columns, result, 0, 0, turn->scope.arena, &turn->last);
}

static enum pg_status look(struct turn *turn)
{
    int64_t deadline = pg_deadline_in(CHECKPOINT_LOOK_MS);
    enum pg_status status = pg_pipeline_begin(turn->scope.pg, deadline);

    if (status != PG_OK)
        return status;
    pg_queue_begin(turn->scope.pg, turn->scope.workspace);
    int lock = queue_lock(turn);
    int head = queue(turn, &CHECKPOINT_HEAD);
    int last = queue(turn, &CHECKPOINT_LAST);
    int key = queue_key(turn);
    status = pg_pipeline_run(turn->scope.pg, deadline);
    if (status == PG_OK && pg_rows(pg_result(turn->scope.pg, lock)) == 1 &&
        pg_rows(pg_result(turn->scope.pg, head)) == 1) {
        turn->locked = true;
        turn->cursor = pg_get_int8(pg_result(turn->scope.pg, lock), 0, 0);
        turn->head = pg_get_int8(pg_result(turn->scope.pg, head), 0, 0);
        turn->now = pg_get_instant(pg_result(turn->scope.pg, head), 0, 1);
        if (!take_last(turn, pg_result(turn->scope.pg, last)))
            status = PG_OTHER;
        turn->key_known = pg_rows(pg_result(turn->scope.pg, key)) == 1;
    }
    pg_pipeline_end(turn->scope.pg);
    return status;
}

static enum checkpoint_state replace_key(struct turn *turn)
{
    struct signing_key_input *input = &turn->out->replacing;

    if (turn->key_known)
        return CHECKPOINT_REPLACED;
    memcpy(input->previous, turn->last.key_id, KEY_ID_BYTES);
    memcpy(input->key_id, signing_key_id(turn->key), KEY_ID_BYTES);
    memcpy(input->public_key, signing_key_public(turn->key), PUBLIC_KEY_BYTES);
    input->size = turn->last.size;
    return CHECKPOINT_ROTATE;
}

/* What is to be done; CHECKPOINT_MADE: make a checkpoint. */
static enum checkpoint_state judge(struct turn *turn, bool announced)
{
    bool same_key = memcmp(turn->last.key_id, signing_key_id(turn->key), KEY_ID_BYTES) == 0;

    if (!turn->locked)
        return CHECKPOINT_NONE;
    turn->out->pos = turn->head + 1;
    if (turn->head < turn->last.size)
        return CHECKPOINT_CUT;
    turn->out->pos = turn->last.size;
    if (turn->cursor != turn->last.size)
        return CHECKPOINT_CHANGED;
    if (turn->last.size > 0 && !same_key && (turn->key_known || !announced))
        return replace_key(turn);
    return turn->head == turn->cursor ? CHECKPOINT_NONE : CHECKPOINT_MADE;
}

/* ---- the tree ---- */

static enum pg_status read_frontier(struct turn *turn)
{
    struct node_set set;
    struct pg_params nodes;
    struct pg_params leaves;
    enum pg_status status = pg_pipeline_begin(turn->scope.pg, turn->deadline);

    if (status != PG_OK)
        return status;
    turn->out->state = CHECKPOINT_NO_MEMORY;
    if (node_set_begin(&set, turn->scope.arena, turn->cursor, turn->cursor)) {
        begin_params(turn, &nodes);
        begin_params(turn, &leaves);
        int nodes_at = pg_queue(turn->scope.pg, node_set_ask_nodes(&set, &nodes), &nodes);
        int leaves_at = pg_queue(turn->scope.pg, node_set_ask_leaves(&set, &leaves), &leaves);
        status = pg_pipeline_run(turn->scope.pg, turn->deadline);
        node_set_take_nodes(&set, pg_result(turn->scope.pg, nodes_at));
        node_set_take_leaves(&set, pg_result(turn->scope.pg, leaves_at));
        struct merkle_source source = node_set_source(&set);
        bool whole =
            status == PG_OK && merkle_frontier_read(&source, turn->cursor, &turn->frontier);
        turn->out->state = whole ? CHECKPOINT_MADE : CHECKPOINT_CHANGED;
    }
    pg_pipeline_end(turn->scope.pg);
    return status;
}

/* The stored tree must still have the root that was signed. */
static enum pg_status take_up_tree(struct turn *turn)
{
    uint8_t root[DIGEST_BYTES];

    if (turn->cursor == 0)
        return PG_OK;
    enum pg_status status = read_frontier(turn);
    if (status != PG_OK || turn->out->state != CHECKPOINT_MADE)
        return status;
    merkle_frontier_root(&turn->frontier, root);
    if (memcmp(root, turn->last.root, DIGEST_BYTES) != 0)
        turn->out->state = CHECKPOINT_CHANGED;
    return PG_OK;
}

/* Appends the rows; false at the first one that is not the next position. */
static bool append_rows(struct turn *turn, const struct pg_result *result,
                        const struct merkle_sink *sink)
{
    for (int row = 0; row < pg_rows(result); row++) {
        uint8_t leaf[DIGEST_BYTES];
        size_t len;
        const uint8_t *hash = pg_get_bytea(result, row, 1, &len);
        if (pg_get_int8(result, row, 0) != turn->frontier.size + 1)
            return false;
        merkle_leaf(hash, len, leaf);
        merkle_frontier_append(&turn->frontier, leaf, sink);
    }
    return pg_rows(result) > 0;
}

static enum pg_status append_page(struct turn *turn, int64_t until, const struct merkle_sink *sink)
{
    struct pg_params params;

    begin_params(turn, &params);
    pg_params_int8(&params, turn->frontier.size);
    pg_params_int8(&params, until);
    pg_params_int8(&params, PAGE_ROWS);
    enum pg_status status = pg_run(turn->scope.pg, &CHECKPOINT_ENTRIES, &params, turn->deadline);
    if (status == PG_OK && !append_rows(turn, pg_result(turn->scope.pg, 0), sink)) {
        turn->out->state = CHECKPOINT_MISSING;
        turn->out->pos = turn->frontier.size + 1;
    }
    pg_pipeline_end(turn->scope.pg);
    return status;
}

static enum pg_status extend(struct turn *turn, int64_t until)
{
    struct merkle_sink sink = node_list_sink(&turn->nodes);
    enum pg_status status = PG_OK;

    if (!node_list_begin(&turn->nodes, turn->scope.arena, until - turn->cursor))
        turn->out->state = CHECKPOINT_NO_MEMORY;
    while (status == PG_OK && turn->out->state == CHECKPOINT_MADE && turn->frontier.size < until)
        status = append_page(turn, until, &sink);
    return status;
}

/* ---- the checkpoint ---- */

static bool sign(struct turn *turn)
{
    struct checkpoint *made = &turn->out->checkpoint;

    made->workspace = turn->scope.workspace;
    made->size = turn->frontier.size;
    made->at = turn->last.size > 0 && turn->last.at > turn->now ? turn->last.at : turn->now;
    merkle_frontier_root(&turn->frontier, made->root);
    return checkpoint_sign(made, turn->key);
}

static void queue_made(const struct turn *turn, const struct statement *statement)
{
    columns_queue(&turn->scope, statement, &(const void *){&turn->out->checkpoint}, 1);
}

static void queue_move(const struct turn *turn)
{
    struct pg_params params;

    begin_params(turn, &params);
    pg_params_text(&params, CHECKPOINT_JOB);
    pg_params_int8(&params, turn->frontier.size);
    pg_params_bool(&params, turn->frontier.size < turn->head);
    pg_queue(turn->scope.pg, &CHECKPOINT_MOVE, &params);
}

static enum pg_status save(struct turn *turn)
{
    enum pg_status status = pg_pipeline_begin(turn->scope.pg, turn->deadline);

    if (status != PG_OK)
        return status;
    if (turn->nodes.count > 0)
        node_table_queue_insert(&turn->scope, &turn->nodes);
    if (!turn->key_known)
        queue_made(turn, &CHECKPOINT_KEY_INSERT);
    queue_made(turn, &CHECKPOINT_INSERT);
    queue_move(turn);
    pg_queue_commit(turn->scope.pg);
    status = pg_pipeline_run(turn->scope.pg, turn->deadline);
    pg_pipeline_end(turn->scope.pg);
    return status;
}

/* In the transaction that look() has begun. */
static enum pg_status make(struct turn *turn)
{
    int64_t grown = turn->head - turn->cursor;
    int64_t until = turn->cursor + (grown < CHECKPOINT_TURN_MAX ? grown : CHECKPOINT_TURN_MAX);
    enum pg_status status = take_up_tree(turn);

    if (status == PG_OK && turn->out->state == CHECKPOINT_MADE)
        status = extend(turn, until);
    if (status != PG_OK || turn->out->state != CHECKPOINT_MADE)
        return status;
    if (!sign(turn)) {
        turn->out->state = CHECKPOINT_NO_MEMORY;
        return PG_OK;
    }
    return save(turn);
}

enum pg_status checkpoint_take(struct pg *pg, struct uuid workspace, const struct signing_key *key,
                               bool announced, struct checkpoint_turn *out)
{
    struct turn turn = {
        .scope = {pg, arena_new(TURN_MEMORY_BYTES), workspace},
        .key = key,
        .deadline = pg_deadline_in(CHECKPOINT_TIMEOUT_MS),
        .out = out,
    };

    *out = (struct checkpoint_turn){.state = CHECKPOINT_NO_MEMORY};
    if (turn.scope.arena == NULL)
        return PG_OK;
    enum pg_status status = look(&turn);
    if (status == PG_OK) {
        out->state = judge(&turn, announced);
        if (out->state == CHECKPOINT_MADE)
            status = make(&turn);
    }
    pg_rollback(pg);
    arena_free(turn.scope.arena);
    return status;
}
