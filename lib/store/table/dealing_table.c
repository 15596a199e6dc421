#include "store/table/dealing_table.h"

#include "store/pg/columns.h"

/* clang-format off */

#define IN(name) MEMBER(struct claim_row, name)
#define ASKED .unread = "it was asked for by this"

static const struct column claim_list[] = {
    {"team_id",   &as_uuid, IN(team),   COLUMN_KEY, ASKED},
    {"rule",      &as_int4, IN(rule),   COLUMN_KEY},
    {"member_id", &as_uuid, IN(member), COLUMN_KEY},
    {"claim",     &as_int8, IN(claim),  COLUMN_CHANGES},
};
#undef IN

const struct columns claim_columns =
    COLUMNS("distribution_share", claim_list, struct claim_row, PROOF_FREE,
            "whose turn is next: who was given what stands with the handoff");

#define IN(name) MEMBER(struct dealt_count, name)

static const struct column count_list[] = {
    {"team_id",   &as_uuid, IN(team),   COLUMN_KEY, ASKED},
    {"day",       &as_int8, IN(day),    COLUMN_KEY},
    {"member_id", &as_uuid, IN(member), COLUMN_KEY},
    {"rule",      &as_int4, IN(rule),   COLUMN_KEY},
    {"given",     &as_int4, IN(given),  COLUMN_CHANGES},
};
#undef ASKED
#undef IN

const struct columns count_columns =
    COLUMNS("distribution_count", count_list, struct dealt_count, PROOF_FREE,
            "whose turn is next: who was given what stands with the handoff");

/* The team's row is there before any of its counts is, so it is what all wait for.
 * $1 workspace, $2 team */
static const struct statement DEALING_LOCK = {
    .name = "dealing_lock",
    .sql = "SELECT 1 "
           "FROM team "
           "WHERE workspace_id = $1 AND team_id = $2 "
           "FOR NO KEY UPDATE",
    .index = "team_pkey",
    .hot = true,
};

/* $1 workspace, $2 team */
static const struct statement DEALING_CLAIMS = {
    .name = "dealing_claims",
    .sql = "SELECT {distribution_share} "
           "FROM distribution_share "
           "WHERE workspace_id = $1 AND team_id = $2",
    .index = "distribution_share_pkey",
    .hot = true,
};

/* The day of a member may be one away from the day in UTC.
 * $1 workspace, $2 team */
static const struct statement DEALING_COUNTS = {
    .name = "dealing_counts",
    .sql = "SELECT {distribution_count} "
           "FROM distribution_count "
           "WHERE workspace_id = $1 AND team_id = $2 "
           "AND day >= floor(extract(epoch FROM now()) / 86400)::int8 - 1",
    .index = "distribution_count_pkey",
    .hot = true,
};

/* $1 workspace, $2 members, $3 up to how many are counted of each */
static const struct statement DEALING_OPEN = {
    .name = "dealing_open",
    .sql = "SELECT u.id, ("
           "  SELECT count(*)::int4 "
           "  FROM ("
           "    SELECT 1 "
           "    FROM handoff "
           "    WHERE workspace_id = $1 AND assignee = u.id "
           "    AND state IN ('offered', 'accepted') "
           "    AND (claimed_until IS NULL OR claimed_until > now()) "
           "    LIMIT u.most"
           "  ) h"
           ") "
           "FROM unnest($2::uuid[], $3::int4[]) u(id, most)",
    .index = "handoff_in_hand",
    .hot = true,
};

static const struct statement CLAIM_SAVE =
    STATEMENT_OF_ROWS("distribution_share_save", STATEMENT_SAVES, claim_columns);
static const struct statement COUNT_SAVE =
    STATEMENT_OF_ROWS("distribution_count_save", STATEMENT_SAVES, count_columns);

/* $1 workspace, $2 team */
static const struct statement CLAIMS_DELETE = {
    .name = "distribution_share_delete",
    .sql = "DELETE FROM distribution_share "
           "WHERE workspace_id = $1 AND team_id = $2",
    .index = "distribution_share_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const dealing_table_statements[] = {
    &DEALING_LOCK, &DEALING_CLAIMS, &DEALING_COUNTS, &DEALING_OPEN,
    &CLAIM_SAVE,   &COUNT_SAVE,     &CLAIMS_DELETE,  NULL};

/* Of an empty list where nothing limits what they have in hand. */
static void ask_open(const struct pg_scope *scope, const struct config *config, struct uuid team)
{
    struct pg_array members, most;
    struct pg_params params;
    const struct dealing *dealing = dealing_new(config, team, 0, scope->arena);
    size_t count = dealing == NULL ? 0 : dealing->member_count;

    pg_array_begin(&members, scope->arena, PG_UUID, count);
    pg_array_begin(&most, scope->arena, PG_INT4, count);
    for (size_t i = 0; i < count; i++) {
        int counted = dealing_open_counted(dealing, &dealing->members[i]);
        if (counted == 0)
            continue;
        pg_array_uuid(&members, dealing->members[i].member->id);
        pg_array_int4(&most, counted);
    }
    pg_scope_params(scope, &params);
    pg_params_array(&params, &members);
    pg_params_array(&params, &most);
    pg_queue(scope->pg, &DEALING_OPEN, &params);
}

int dealing_table_queue_lock(const struct pg_scope *scope, const struct config *config,
                             struct uuid team)
{
    int first = pg_scope_queue_id(scope, &DEALING_LOCK, team);

    pg_scope_queue_id(scope, &DEALING_CLAIMS, team);
    pg_scope_queue_id(scope, &DEALING_COUNTS, team);
    ask_open(scope, config, team);
    return first;
}

struct dealing *dealing_table_take(const struct pg *pg, int first, const struct config *config,
                                   struct uuid team, instant now, struct arena *arena)
{
    const struct pg_result *open = pg_result(pg, first + 3);
    struct dealing *dealing = dealing_new(config, team, now, arena);
    size_t claims, counts;
    const struct claim_row *claim =
        columns_read_all(&claim_columns, pg_result(pg, first + 1), arena, &claims);
    const struct dealt_count *count =
        columns_read_all(&count_columns, pg_result(pg, first + 2), arena, &counts);

    if (dealing == NULL || claim == NULL || count == NULL)
        return NULL;
    for (size_t i = 0; i < claims; i++)
        dealing_put_claim(dealing, claim[i].rule, claim[i].member, claim[i].claim);
    for (size_t i = 0; i < counts; i++)
        dealing_put_count(dealing, &count[i], arena);
    for (int row = 0; row < pg_rows(open); row++)
        dealing_put_open(dealing, pg_get_uuid(open, row, 0), pg_get_int4(open, row, 1));
    return dealing;
}

/* ---- saving ---- */

static void save_claims(const struct pg_scope *scope, const struct dealing *dealing, size_t rule)
{
    const struct deal_rule *of = &dealing->by->rules[rule];
    struct claim_row *rows = ARENA_ARRAY(scope->arena, struct claim_row, of->place_count + 1);
    const void **list = ARENA_ARRAY(scope->arena, const void *, of->place_count + 1);
    size_t count = 0;

    for (size_t i = 0; rows != NULL && list != NULL && i < of->place_count; i++) {
        const struct dealt_place *place = &dealing->places[rule][i];
        if (!place->changed)
            continue;
        rows[count] =
            (struct claim_row){dealing->team, of->places[i].member,
                               distribution_rule_number(dealing->by, rule), place->share.claim};
        list[count] = &rows[count];
        count++;
    }
    if (count > 0)
        columns_queue(scope, &CLAIM_SAVE, list, count);
}

void dealing_table_queue_save(const struct pg_scope *scope, const struct dealing *dealing)
{
    const void **list = ARENA_ARRAY(scope->arena, const void *, dealing->counts.count + 1);
    size_t count = 0;

    for (size_t rule = 0; rule <= dealing->by->rule_count; rule++)
        save_claims(scope, dealing, rule);
    for (size_t i = 0; list != NULL && i < dealing->counts.count; i++) {
        const struct dealt_count *row = dealing->counts.items[i];
        if (row->changed)
            list[count++] = row;
    }
    if (count > 0)
        columns_queue(scope, &COUNT_SAVE, list, count);
}

void dealing_table_queue_begin(const struct pg_scope *scope, struct uuid team)
{
    pg_scope_queue_id(scope, &CLAIMS_DELETE, team);
}
