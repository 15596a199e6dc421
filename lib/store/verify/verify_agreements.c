#include "store/verify/verify_agreements.h"

#include "base/hex.h"
#include "base/json_tree.h"
#include "core/config.h"
#include "core/definition/definition.h"
#include "core/ledger/ledger.h"

#include <string.h>

#define PAGE_ROWS                    50
#define MEMORY_BYTES                 (32u << 20) /* of a page and its documents */
#define VERIFY_AGREEMENTS_TIMEOUT_MS 60000       /* of one page */
#define HASH_TEXT_LEN                (2 * DIGEST_BYTES)

/* What moves a version, and to which state. What happens to a definition has names of its own. */
#define OF_BOTH(kind, state)                                                                       \
    {LEDGER_DEFINITION_##kind, state},                                                             \
    {                                                                                              \
        LEDGER_AGREEMENT_##kind, state                                                             \
    }
static const struct {
    enum ledger_kind kind;
    enum agreement_state state;
} moves[] = {
    OF_BOTH(DRAFTED, AGREEMENT_DRAFT),
    OF_BOTH(PROPOSED, AGREEMENT_PROPOSED),
    OF_BOTH(DECLINED, AGREEMENT_DECLINED),
    OF_BOTH(IN_FORCE, AGREEMENT_IN_FORCE),
    OF_BOTH(SUPERSEDED, AGREEMENT_SUPERSEDED),
    {LEDGER_AGREEMENT_SUSPENDED, AGREEMENT_SUSPENDED},
    {LEDGER_AGREEMENT_RESUMED, AGREEMENT_IN_FORCE},
    {LEDGER_AGREEMENT_REVOKED, AGREEMENT_REVOKED},
    {LEDGER_AGREEMENT_DELETED, AGREEMENT_DELETED},
};

#define MOVES (sizeof moves / sizeof *moves)

static const enum ledger_kind signed_kinds[] = {LEDGER_DEFINITION_SIGNED, LEDGER_AGREEMENT_SIGNED};
static const enum ledger_kind written_kinds[] = {LEDGER_DEFINITION_DRAFTED,
                                                 LEDGER_DEFINITION_EDITED, LEDGER_AGREEMENT_DRAFTED,
                                                 LEDGER_AGREEMENT_EDITED};
static const enum ledger_kind hashed_kinds[] = {
    LEDGER_DEFINITION_PROPOSED, LEDGER_DEFINITION_IN_FORCE, LEDGER_AGREEMENT_PROPOSED,
    LEDGER_AGREEMENT_IN_FORCE};

/* clang-format off */

/* $1 workspace, $2 and $3 after this kind and version, $4 limit, $5 kinds of entries that move a
 * version, $6 that sign it, $7 that write its document, $8 that name its content hash, $9 that
 * replaced the routes before there were versions of them */
static const struct statement VERIFY_AGREEMENTS = {
    .name = "verify_agreements",
    .sql = "SELECT a.kind, a.version, a.state, a.document, a.effective_from, a.hash, "
           "  (SELECT e.kind::int8 "
           "    FROM ledger e "
           "    WHERE e.workspace_id = $1 "
           "    AND e.subject_id = a.agreement_id "
           "    AND e.kind = ANY($5::int2[]) "
           "    ORDER BY e.seq DESC "
           "    LIMIT 1), "
           "  (SELECT count(*) "
           "    FROM ledger e "
           "    WHERE e.workspace_id = $1 "
           "    AND e.subject_id = a.agreement_id "
           "    AND e.kind = ANY($6::int2[])), "
           "  (SELECT count(*) "
           "    FROM agreement_signature s "
           "    WHERE s.workspace_id = $1 "
           "    AND s.kind = a.kind "
           "    AND s.version = a.version), "
           "  (SELECT convert_from(e.body, 'UTF8')::jsonb->>'document_hash' "
           "    FROM ledger e "
           "    WHERE e.workspace_id = $1 "
           "    AND e.subject_id = a.agreement_id "
           "    AND e.kind = ANY($7::int2[]) "
           "    ORDER BY e.seq DESC "
           "    LIMIT 1), "
           "  (SELECT convert_from(e.body, 'UTF8')::jsonb->>'hash' "
           "    FROM ledger e "
           "    WHERE e.workspace_id = $1 "
           "    AND e.subject_id = a.agreement_id "
           "    AND e.kind = ANY($8::int2[]) "
           "    ORDER BY e.seq DESC "
           "    LIMIT 1), "
           "  a.kind = 'routes' AND a.version = 1 AND EXISTS ("
           "    SELECT "
           "    FROM ledger e "
           "    WHERE e.workspace_id = $1 "
           "    AND e.subject_id = $1 "
           "    AND e.kind = $9) "
           "FROM agreement a "
           "WHERE a.workspace_id = $1 "
           "AND (a.kind, a.version) > ($2, $3) "
           "ORDER BY a.kind, a.version "
           "LIMIT $4",
};

/* clang-format on */

const struct statement *const verify_agreements_statements[] = {&VERIFY_AGREEMENTS, NULL};

struct check {
    struct arena *arena;
    struct verify_report *report;
    const struct pg_result *result;
    int row;
    const char *kind;
    int version;
};

static void check_state(const struct check *check, const char *state)
{
    enum ledger_kind last = (enum ledger_kind)pg_get_int8(check->result, check->row, 6);
    const char *wanted = "";

    if (pg_is_null(check->result, check->row, 6)) {
        if (!pg_get_bool(check->result, check->row, 11))
            verify_found(check->report, "version %d of %s has no entry in the ledger",
                         check->version, check->kind);
        return;
    }
    for (size_t i = 0; i < MOVES; i++)
        if (moves[i].kind == last)
            wanted = agreement_state_name(moves[i].state);
    /* that all have signed and its time has not come is no entry of its own */
    bool waits = last == LEDGER_DEFINITION_PROPOSED || last == LEDGER_AGREEMENT_PROPOSED;
    if (strcmp(state, wanted) != 0 &&
        !(waits && strcmp(state, agreement_state_name(AGREEMENT_SIGNED)) == 0))
        verify_found(check->report, "version %d of %s: it is %s in the ledger, %s in the table",
                     check->version, check->kind, wanted, state);
}

static void check_signatures(const struct check *check)
{
    long long ledger = (long long)pg_get_int8(check->result, check->row, 7);
    long long table = (long long)pg_get_int8(check->result, check->row, 8);

    if (ledger != table)
        verify_found(check->report,
                     "version %d of %s: it has %lld signatures in the ledger, %lld in the table",
                     check->version, check->kind, ledger, table);
}

static void must_be(const struct check *check, const uint8_t hash[DIGEST_BYTES], const char *wanted,
                    const char *what)
{
    char text[HASH_TEXT_LEN + 1];

    hex_encode(hash, DIGEST_BYTES, text);
    if (wanted != NULL && strcmp(text, wanted) != 0)
        verify_found(check->report, "version %d of %s: its %s is not the one in the ledger",
                     check->version, check->kind, what);
}

static void check_document(const struct check *check)
{
    const char *text = pg_get_text(check->result, check->row, 3, NULL);
    size_t len;
    const uint8_t *stored = pg_get_bytea(check->result, check->row, 5, &len);
    uint8_t hash[DIGEST_BYTES];

    if (text == NULL)
        return;
    digest_sha256(&(struct digest_part){text, strlen(text)}, 1, hash);
    must_be(check, hash, pg_get_text(check->result, check->row, 9, NULL), "document");
    if (stored == NULL || len != DIGEST_BYTES)
        return;
    must_be(check, stored, pg_get_text(check->result, check->row, 10, NULL), "content hash");
    json_t *document = json_tree_read(check->arena, text, strlen(text), 0, NULL);
    if (document == NULL ||
        definition_hash(document, pg_get_instant(check->result, check->row, 4), hash) != ERR_NONE ||
        memcmp(hash, stored, DIGEST_BYTES) != 0)
        verify_found(check->report, "version %d of %s: its content hash is not that of its content",
                     check->version, check->kind);
    json_decref(document);
}

static void check_row(struct check *check)
{
    const char *state = pg_get_text(check->result, check->row, 2, NULL);

    check->kind = pg_get_text(check->result, check->row, 0, NULL);
    check->version = (int)pg_get_int8(check->result, check->row, 1);
    if (check->kind == NULL || state == NULL)
        return;
    check_state(check, state);
    check_signatures(check);
    if (strcmp(state, agreement_state_name(AGREEMENT_DELETED)) != 0)
        check_document(check);
}

static void put_kinds(struct pg_params *params, struct arena *arena, const enum ledger_kind *kinds,
                      size_t count)
{
    struct pg_array array;

    pg_array_begin(&array, arena, PG_INT2, count);
    for (size_t i = 0; i < count; i++)
        pg_array_int2(&array, (int16_t)kinds[i]);
    pg_params_array(params, &array);
}

static void put_params(struct pg_params *params, struct arena *arena, struct uuid workspace,
                       const char *after_kind, int after_version)
{
    enum ledger_kind moving[MOVES];

    for (size_t i = 0; i < MOVES; i++)
        moving[i] = moves[i].kind;
    pg_params_init(params, arena);
    pg_params_uuid(params, workspace);
    pg_params_text(params, after_kind);
    pg_params_int4(params, after_version);
    pg_params_int8(params, PAGE_ROWS);
    put_kinds(params, arena, moving, MOVES);
    put_kinds(params, arena, signed_kinds, sizeof signed_kinds / sizeof *signed_kinds);
    put_kinds(params, arena, written_kinds, sizeof written_kinds / sizeof *written_kinds);
    put_kinds(params, arena, hashed_kinds, sizeof hashed_kinds / sizeof *hashed_kinds);
    pg_params_int2(params, LEDGER_ROUTES_REPLACED);
}

enum pg_status verify_agreements(struct pg *pg, struct uuid workspace, struct verify_report *report)
{
    struct arena *arena = arena_new(MEMORY_BYTES);
    struct check check = {.arena = arena, .report = report};
    char after[16] = "";
    enum pg_status status = arena == NULL ? PG_OTHER : PG_OK;
    int rows = PAGE_ROWS;

    while (status == PG_OK && rows == PAGE_ROWS) {
        struct pg_params params;
        arena_clear(arena);
        put_params(&params, arena, workspace, after, check.version);
        status =
            pg_run(pg, &VERIFY_AGREEMENTS, &params, pg_deadline_in(VERIFY_AGREEMENTS_TIMEOUT_MS));
        check.result = status == PG_OK ? pg_result(pg, 0) : NULL;
        rows = pg_rows(check.result);
        for (check.row = 0; check.row < rows; check.row++)
            check_row(&check);
        if (arena_failed(arena))
            status = PG_OTHER;
        if (rows > 0 && check.kind != NULL)
            snprintf(after, sizeof after, "%s", check.kind);
        pg_pipeline_end(pg);
    }
    arena_free(arena);
    return status;
}
