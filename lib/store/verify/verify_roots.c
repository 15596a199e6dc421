#include "store/verify/verify_roots.h"

#include "base/hex.h"
#include "base/json_tree.h"
#include "core/ledger/merkle.h"
#include "store/table/node_table.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_MAX          1000 /* keys that a workspace's checkpoints were signed with over time */
#define MEMORY_BYTES      (8u << 20)
#define VERIFY_TIMEOUT_MS 60000 /* of one page */
#define KEY_NAME_BYTES    (2 * KEY_ID_BYTES + 1)

/* clang-format off */

/* $1 workspace, $2 limit */
static const struct statement VERIFY_KEYS = {
    .name = "verify_keys",
    .sql = "SELECT key_id, public_key, since "
           "FROM signing_key "
           "WHERE workspace_id = $1 "
           "ORDER BY since "
           "LIMIT $2",
};

/* The entries that say that a key was replaced; they are in the workspace's own chain.
 * $1 workspace, $2 limit */
static const struct statement VERIFY_REPLACED = {
    .name = "verify_replaced",
    .sql = "SELECT pos, body "
           "FROM ledger "
           "WHERE workspace_id = $1 "
           "AND subject_id = $1 "
           "AND kind = 72 "
           "ORDER BY seq "
           "LIMIT $2",
    .index = "ledger_workspace_id_subject_id_seq_key",
};

/* $1 workspace, $2 beyond this size, $3 up to that one */
static const struct statement VERIFY_CHECKPOINTS = {
    .name = "verify_checkpoints",
    .sql = "SELECT size, root, at, key_id, signature "
           "FROM checkpoint "
           "WHERE workspace_id = $1 "
           "AND size > $2 "
           "AND size <= $3 "
           "ORDER BY size",
    .index = "checkpoint_pkey",
};

/* $1 workspace, $2 beyond this size */
static const struct statement VERIFY_BEYOND = {
    .name = "verify_beyond",
    .sql = "SELECT size, at "
           "FROM checkpoint "
           "WHERE workspace_id = $1 "
           "AND size > $2 "
           "ORDER BY size "
           "LIMIT 1",
    .index = "checkpoint_pkey",
};

/* $1 workspace */
static const struct statement VERIFY_COVERED = {
    .name = "verify_covered",
    .sql = "SELECT COALESCE(max(size), 0) "
           "FROM checkpoint "
           "WHERE workspace_id = $1",
    .index = "checkpoint_pkey",
};

/* Nodes of the tree that are completed by positions after $2, up to $3.
 * $1 workspace */
static const struct statement VERIFY_NODES = {
    .name = "verify_nodes",
    .sql = "SELECT n.level, n.place, n.hash "
           "FROM generate_series(1, 7) l "
           "CROSS JOIN LATERAL ("
           "  SELECT level, place, hash "
           "  FROM ledger_node "
           "  WHERE workspace_id = $1 "
           "  AND level = l "
           "  AND place >= ($2::int8 >> 8 * l) "
           "  AND place < ($3::int8 >> 8 * l)"
           ") n",
    .index = "ledger_node_pkey",
};

/* clang-format on */

const struct statement *const verify_roots_statements[] = {
    &VERIFY_KEYS,   &VERIFY_REPLACED, &VERIFY_CHECKPOINTS,
    &VERIFY_BEYOND, &VERIFY_COVERED,  &VERIFY_NODES,
    NULL,
};

struct key {
    uint8_t id[KEY_ID_BYTES];
    uint8_t public_key[PUBLIC_KEY_BYTES];
    int64_t since; /* size of its first checkpoint */
    bool used;
    bool announced; /* an earlier entry of the ledger says so */
};

struct verify_roots {
    struct pg *pg;
    struct uuid workspace;
    struct verify_report *report;
    struct arena *arena; /* of the page */
    struct key *keys;    /* by since */
    size_t key_count;
    int64_t covered; /* size of the last stored checkpoint */
    struct merkle_frontier frontier;
    int64_t good;         /* size of the last checkpoint whose root fits */
    bool reported_stored; /* a stored root does not fit, and none has fitted since */
    bool reported_kept;   /* the same of a kept one */
    instant latest;       /* time of the checkpoint before this one */
    size_t kept;          /* place in report->kept of the next to compare */
    /* of the page */
    struct checkpoint *stored;
    size_t stored_count;
    size_t stored_at;
    struct node_list completed; /* nodes as computed from the entries */
    struct node_list nodes;     /* the same nodes as stored */
};

struct verify_roots *verify_roots_new(struct pg *pg, struct uuid workspace,
                                      struct verify_report *report)
{
    struct verify_roots *roots = calloc(1, sizeof *roots);

    if (roots == NULL)
        return NULL;
    *roots = (struct verify_roots){
        .pg = pg,
        .workspace = workspace,
        .report = report,
        .arena = arena_new(MEMORY_BYTES),
        .keys = calloc(KEYS_MAX, sizeof *roots->keys),
        .latest = INSTANT_NONE,
    };
    if (roots->arena != NULL && roots->keys != NULL)
        return roots;
    verify_roots_free(roots);
    return NULL;
}

void verify_roots_free(struct verify_roots *roots)
{
    if (roots == NULL)
        return;
    arena_free(roots->arena);
    free(roots->keys);
    free(roots);
}

static void begin_params(struct verify_roots *roots, struct pg_params *params)
{
    pg_params_init(params, roots->arena);
    pg_params_uuid(params, roots->workspace);
}

static void copy_bytes(const struct pg_result *result, int row, int column, uint8_t *out,
                       size_t size)
{
    size_t len;
    const uint8_t *bytes = pg_get_bytea(result, row, column, &len);

    memset(out, 0, size);
    if (bytes != NULL)
        memcpy(out, bytes, len < size ? len : size);
}

/* ---- keys ---- */

static const char *key_name(const uint8_t id[KEY_ID_BYTES], char out[KEY_NAME_BYTES])
{
    hex_encode(id, KEY_ID_BYTES, out);
    return out;
}

/* The key that signed checkpoints of this size; NULL before the first. */
static struct key *key_at(struct verify_roots *roots, int64_t size)
{
    struct key *key = NULL;

    for (size_t i = 0; i < roots->key_count && roots->keys[i].since <= size; i++)
        key = &roots->keys[i];
    return key;
}

static void take_keys(struct verify_roots *roots, const struct pg_result *result)
{
    uint8_t id[KEY_ID_BYTES];
    char name[KEY_NAME_BYTES];

    for (int row = 0; row < pg_rows(result) && row < KEYS_MAX; row++) {
        struct key *key = &roots->keys[roots->key_count++];
        copy_bytes(result, row, 0, key->id, KEY_ID_BYTES);
        copy_bytes(result, row, 1, key->public_key, PUBLIC_KEY_BYTES);
        key->since = pg_get_int8(result, row, 2);
        public_key_id(key->public_key, id);
        if (memcmp(id, key->id, KEY_ID_BYTES) != 0)
            verify_found(roots->report, "table signing_key has key %s with another public key",
                         key_name(key->id, name));
    }
}

static bool names_key(const json_t *body, const char *member, const uint8_t *bytes, size_t len)
{
    const char *text = json_string_value(json_object_get(body, member));
    char hex[2 * PUBLIC_KEY_BYTES + 1];

    hex_encode(bytes, len, hex);
    return text != NULL && strcmp(text, hex) == 0;
}

/* An entry that says that one key took over from another. The new one is not in the table before
 * its first checkpoint, so it may be missing; the old one has signed some, and may not. */
static void take_replacement(struct verify_roots *roots, int64_t pos, const json_t *body)
{
    bool known = false;

    for (size_t i = 0; i < roots->key_count; i++) {
        struct key *key = &roots->keys[i];
        bool follows = i > 0 && names_key(body, "previous", roots->keys[i - 1].id, KEY_ID_BYTES);
        if (follows && pos <= key->since && names_key(body, "key_id", key->id, KEY_ID_BYTES) &&
            names_key(body, "public_key", key->public_key, PUBLIC_KEY_BYTES))
            key->announced = true;
        known = known || names_key(body, "previous", key->id, KEY_ID_BYTES);
    }
    if (!known)
        verify_found(roots->report,
                     "the entry at position %lld says that a signing key was replaced that table "
                     "signing_key does not have: it was dropped with its checkpoints",
                     (long long)pos);
}

static void take_replacements(struct verify_roots *roots, const struct pg_result *result)
{
    char name[KEY_NAME_BYTES];

    for (int row = 0; row < pg_rows(result); row++) {
        size_t len;
        const char *text = (const char *)pg_get_bytea(result, row, 1, &len);
        json_t *body = json_tree_read(roots->arena, text, len, 0, NULL);
        take_replacement(roots, pg_get_int8(result, row, 0), body);
        json_decref(body);
    }
    for (size_t i = 1; i < roots->key_count; i++)
        if (!roots->keys[i].announced)
            verify_found(roots->report,
                         "table signing_key has key %s since size %lld, and the ledger does not "
                         "say that it replaced the key before it",
                         key_name(roots->keys[i].id, name), (long long)roots->keys[i].since);
}

enum pg_status verify_roots_begin(struct verify_roots *roots)
{
    struct pg_params params;
    enum pg_status status = pg_pipeline_begin(roots->pg, pg_deadline_in(VERIFY_TIMEOUT_MS));

    if (status != PG_OK)
        return status;
    arena_clear(roots->arena);
    begin_params(roots, &params);
    int covered = pg_queue(roots->pg, &VERIFY_COVERED, &params);
    pg_params_int8(&params, KEYS_MAX);
    int keys = pg_queue(roots->pg, &VERIFY_KEYS, &params);
    int replaced = pg_queue(roots->pg, &VERIFY_REPLACED, &params);
    status = pg_pipeline_run(roots->pg, pg_deadline_in(VERIFY_TIMEOUT_MS));
    if (status == PG_OK) {
        roots->covered = pg_get_int8(pg_result(roots->pg, covered), 0, 0);
        take_keys(roots, pg_result(roots->pg, keys));
        take_replacements(roots, pg_result(roots->pg, replaced));
    }
    pg_pipeline_end(roots->pg);
    return status;
}

/* ---- checkpoints ---- */

/* After a changed entry every root differs, so only the first is reported, until one fits again. */
static void compare_root(struct verify_roots *roots, const struct checkpoint *checkpoint,
                         const char *whose, bool *reported)
{
    uint8_t root[DIGEST_BYTES];
    char at[INSTANT_TEXT_MAX];

    merkle_frontier_root(&roots->frontier, root);
    bool fits = memcmp(root, checkpoint->root, DIGEST_BYTES) == 0;
    if (fits)
        roots->good = checkpoint->size;
    if (!fits && !*reported) {
        instant_format(checkpoint->at, at);
        verify_found(roots->report,
                     "the %s checkpoint of size %lld, signed at %s, has another root than the "
                     "entries at positions 1 to %lld: one at positions %lld to %lld was changed, "
                     "moved, inserted or dropped since then",
                     whose, (long long)checkpoint->size, at, (long long)checkpoint->size,
                     (long long)roots->good + 1, (long long)checkpoint->size);
    }
    *reported = !fits;
}

static void check_stored(struct verify_roots *roots, struct checkpoint *checkpoint)
{
    struct key *key = key_at(roots, checkpoint->size);
    char name[KEY_NAME_BYTES];

    if (key == NULL || memcmp(key->id, checkpoint->key_id, KEY_ID_BYTES) != 0) {
        verify_found(roots->report,
                     "the stored checkpoint of size %lld is signed with key %s, which was not in "
                     "use then (table signing_key)",
                     (long long)checkpoint->size, key_name(checkpoint->key_id, name));
        return;
    }
    key->used = true;
    memcpy(checkpoint->public_key, key->public_key, PUBLIC_KEY_BYTES);
    enum proof_fault fault = checkpoint_check(checkpoint, key->public_key);
    if (fault != PROOF_HOLDS)
        verify_found(roots->report, "the stored checkpoint of size %lld does not hold: %s",
                     (long long)checkpoint->size, proof_fault_words(fault));
    if (roots->latest != INSTANT_NONE && checkpoint->at < roots->latest)
        verify_found(roots->report,
                     "the stored checkpoint of size %lld is older than the one before it",
                     (long long)checkpoint->size);
    roots->latest = checkpoint->at;
}

/* The owner of the database can make a new key and sign all checkpoints again. A checkpoint that
 * somebody outside has kept shows it: it is signed with the key that was replaced. */
static void check_kept(struct verify_roots *roots, const struct checkpoint *kept, bool stored)
{
    const struct key *key = key_at(roots, kept->size);
    char mine[KEY_NAME_BYTES], theirs[KEY_NAME_BYTES];

    if (!stored)
        verify_found(roots->report,
                     "the kept checkpoint of size %lld is not in table checkpoint: it was dropped",
                     (long long)kept->size);
    if (key != NULL && memcmp(key->public_key, kept->public_key, PUBLIC_KEY_BYTES) != 0)
        verify_found(
            roots->report,
            "the kept checkpoint of size %lld is signed with key %s, but table signing_key "
            "says that key %s was in use then: checkpoints were signed again",
            (long long)kept->size, key_name(kept->key_id, mine), key_name(key->id, theirs));
}

static const struct checkpoint *next_kept(const struct verify_roots *roots)
{
    return roots->kept < roots->report->kept_count ? &roots->report->kept[roots->kept] : NULL;
}

/* True when a stored checkpoint covers exactly the entries so far. */
static bool compare_stored(struct verify_roots *roots)
{
    bool any = false;

    for (; roots->stored_at < roots->stored_count &&
           roots->stored[roots->stored_at].size == roots->frontier.size;
         roots->stored_at++) {
        check_stored(roots, &roots->stored[roots->stored_at]);
        compare_root(roots, &roots->stored[roots->stored_at], "stored", &roots->reported_stored);
        any = true;
    }
    return any;
}

static void compare_here(struct verify_roots *roots)
{
    bool stored = compare_stored(roots);
    const struct checkpoint *kept;

    for (; (kept = next_kept(roots)) != NULL && kept->size == roots->frontier.size; roots->kept++) {
        check_kept(roots, kept, stored);
        compare_root(roots, kept, "kept", &roots->reported_kept);
    }
}

void verify_roots_append(struct verify_roots *roots, const uint8_t *hash, size_t len)
{
    struct merkle_sink sink = node_list_sink(&roots->completed);
    uint8_t leaf[DIGEST_BYTES];

    merkle_leaf(hash, len, leaf);
    merkle_frontier_append(&roots->frontier, leaf, &sink);
    compare_here(roots);
}

/* ---- nodes ---- */

static const struct node *stored_node(const struct verify_roots *roots, const struct node *node)
{
    for (size_t i = 0; i < roots->nodes.count; i++)
        if (roots->nodes.items[i].level == node->level &&
            roots->nodes.items[i].place == node->place)
            return &roots->nodes.items[i];
    return NULL;
}

/* Inclusion proofs are made of the stored nodes, so one wrong node makes wrong proofs although the
 * ledger itself is right. */
void verify_roots_compare_nodes(struct verify_roots *roots)
{
    for (size_t i = 0; i < roots->completed.count; i++) {
        const struct node *node = &roots->completed.items[i];
        const struct node *stored = stored_node(roots, node);
        int bits = MERKLE_FAN_BITS * node->level;
        long long first = (long long)(node->place << bits) + 1;
        long long last = (long long)((node->place + 1) << bits);
        if (last > roots->covered) /* nodes are stored with the checkpoint that first covers them */
            continue;
        if (stored == NULL)
            verify_found(roots->report,
                         "table ledger_node has no node of level %d, place %lld, which is over "
                         "positions %lld to %lld",
                         node->level, (long long)node->place, first, last);
        else if (memcmp(stored->hash, node->hash, DIGEST_BYTES) != 0)
            verify_found(roots->report,
                         "table ledger_node has another node of level %d, place %lld than the "
                         "entries at positions %lld to %lld make",
                         node->level, (long long)node->place, first, last);
    }
}

static void take_nodes(struct verify_roots *roots, const struct pg_result *result)
{
    struct merkle_sink sink = node_list_sink(&roots->nodes);
    uint8_t hash[DIGEST_BYTES];

    for (int row = 0; row < pg_rows(result); row++) {
        copy_bytes(result, row, 2, hash, DIGEST_BYTES);
        sink.node(sink.context, pg_get_int4(result, row, 0), pg_get_int8(result, row, 1), hash);
    }
}

/* ---- a page ---- */

static bool take_checkpoints(struct verify_roots *roots, const struct pg_result *result)
{
    roots->stored_at = 0;
    roots->stored_count = (size_t)pg_rows(result);
    roots->stored = ARENA_ARRAY(roots->arena, struct checkpoint, roots->stored_count + 1);
    if (roots->stored == NULL)
        return false;
    for (int row = 0; row < pg_rows(result); row++) {
        struct checkpoint *checkpoint = &roots->stored[row];
        checkpoint->workspace = roots->workspace;
        checkpoint->size = pg_get_int8(result, row, 0);
        copy_bytes(result, row, 1, checkpoint->root, DIGEST_BYTES);
        checkpoint->at = pg_get_instant(result, row, 2);
        copy_bytes(result, row, 3, checkpoint->key_id, KEY_ID_BYTES);
        copy_bytes(result, row, 4, checkpoint->signature, SIGNATURE_BYTES);
    }
    return true;
}

enum pg_status verify_roots_load(struct verify_roots *roots, int64_t after, int64_t rows)
{
    struct pg_params params;
    enum pg_status status = pg_pipeline_begin(roots->pg, pg_deadline_in(VERIFY_TIMEOUT_MS));

    if (status != PG_OK)
        return status;
    arena_clear(roots->arena);
    begin_params(roots, &params);
    pg_params_int8(&params, after);
    pg_params_int8(&params, after + rows);
    int checkpoints = pg_queue(roots->pg, &VERIFY_CHECKPOINTS, &params);
    int nodes = pg_queue(roots->pg, &VERIFY_NODES, &params);
    status = pg_pipeline_run(roots->pg, pg_deadline_in(VERIFY_TIMEOUT_MS));
    if (status == PG_OK && !(node_list_begin(&roots->completed, roots->arena, rows) &&
                             node_list_begin(&roots->nodes, roots->arena, rows) &&
                             take_checkpoints(roots, pg_result(roots->pg, checkpoints))))
        status = PG_OTHER;
    if (status == PG_OK)
        take_nodes(roots, pg_result(roots->pg, nodes));
    pg_pipeline_end(roots->pg);
    return status;
}

/* ---- the end ---- */

static void report_beyond(struct verify_roots *roots, int64_t size, instant signed_at, bool gap,
                          const char *whose)
{
    char at[INSTANT_TEXT_MAX];

    instant_format(signed_at, at);
    if (gap)
        verify_found(roots->report,
                     "the %s checkpoint of size %lld, signed at %s, and those after it cannot be "
                     "compared: entries are missing after position %lld",
                     whose, (long long)size, at, (long long)roots->frontier.size);
    else
        verify_found(roots->report,
                     "the %s checkpoint of size %lld, signed at %s, covers more than the ledger, "
                     "which ends at position %lld: its end was cut",
                     whose, (long long)size, at, (long long)roots->frontier.size);
}

static void check_unused(struct verify_roots *roots)
{
    char name[KEY_NAME_BYTES];

    for (size_t i = 0; i < roots->key_count; i++)
        if (!roots->keys[i].used)
            verify_found(roots->report,
                         "table signing_key has key %s since size %lld, and no checkpoint of it "
                         "was compared: its checkpoints were dropped, or the key was added",
                         key_name(roots->keys[i].id, name), (long long)roots->keys[i].since);
}

enum pg_status verify_roots_end(struct verify_roots *roots, bool gap)
{
    struct pg_params params;

    if (next_kept(roots) != NULL)
        report_beyond(roots, next_kept(roots)->size, next_kept(roots)->at, gap, "kept");
    arena_clear(roots->arena);
    begin_params(roots, &params);
    pg_params_int8(&params, roots->frontier.size);
    enum pg_status status =
        pg_run(roots->pg, &VERIFY_BEYOND, &params, pg_deadline_in(VERIFY_TIMEOUT_MS));
    const struct pg_result *result = status == PG_OK ? pg_result(roots->pg, 0) : NULL;
    if (pg_rows(result) > 0)
        report_beyond(roots, pg_get_int8(result, 0, 0), pg_get_instant(result, 0, 1), gap,
                      "stored");
    else if (status == PG_OK)
        check_unused(roots);
    pg_pipeline_end(roots->pg);
    return status;
}
