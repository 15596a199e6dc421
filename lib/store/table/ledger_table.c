#include "store/table/ledger_table.h"

#include "store/pg/columns.h"

/* clang-format off */

#define IN(name) MEMBER(struct ledger_entry, name)
#define BESIDE .unread = "it is asked for beside the entry", .unsaved = "counted on from the head"

static const struct column ledger_list[] = {
    {"pos",        .form = &as_int8, .use = COLUMN_KEY, BESIDE},
    {"subject_id", &as_uuid,      IN(subject)},
    {"seq",        &as_int8,      IN(seq)},
    {"kind",       &as_int2,      IN(kind)},
    {"at",         &as_instant,   IN(at)},
    {"actor_kind", &as_int2,      IN(actor.kind)},
    {"actor_id",   &as_uuid,      IN(actor.id), COLUMN_NULL},
    {"team_id",    &as_uuid,      IN(team),     COLUMN_NULL},
    {"body",       &as_bytea_len, IN(body),
        .beside = offsetof(struct ledger_entry, body_len)},
    {"hash",       &as_bytes,     IN(hash)},
};
#undef BESIDE
#undef IN

const struct columns ledger_columns =
    COLUMNS("ledger", ledger_list, struct ledger_entry, PROOF_VERIFIED, "the chain");

#define IN(name) MEMBER(struct chain_row, name)

static const struct column chain_list[] = {
    {"subject_id", &as_uuid,    IN(subject),    COLUMN_KEY},
    {"seq",        &as_int8,    IN(chain.seq),  COLUMN_CHANGES},
    {"hash",       &as_bytes,   IN(chain.hash), COLUMN_CHANGES},
    {"at",         &as_instant, IN(chain.at),   COLUMN_CHANGES},
};
#undef IN

const struct columns chain_columns =
    COLUMNS("chain", chain_list, struct chain_row, PROOF_VERIFIED, "the last entry");

const struct statement LEDGER_APPEND =
    STATEMENT_OF_ROWS("ledger_append", STATEMENT_APPENDS, ledger_columns);

/* $1 workspace, $2 subjects */
const struct statement CHAIN_LOCK = {
    .name = "chain_lock",
    .sql = "SELECT {c.chain} "
           "FROM unnest($2::uuid[]) u(id) "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM chain "
           "  WHERE workspace_id = $1 AND subject_id = u.id "
           "  FOR NO KEY UPDATE"
           ") c",
    .index = "chain_pkey",
    .hot = true,
};

const struct statement CHAIN_SAVE = {
    .name = "chain_save",
    .makes = STATEMENT_SAVES,
    .of = &chain_columns,
    .tuples = 1,
};

/* clang-format on */

const struct statement *const ledger_table_statements[] = {&LEDGER_APPEND, &CHAIN_LOCK, &CHAIN_SAVE,
                                                           NULL};

bool chain_table_read(const struct pg_result *result, int row, struct arena *arena,
                      struct chain_row *out)
{
    *out = (struct chain_row){.stored = true};
    return columns_read(&chain_columns, result, row, 0, arena, out);
}
