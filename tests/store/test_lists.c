/* What lists read: a page of leads, handoffs or deliveries costs as much as the page, however many
 * there are and whether many fit its filters or none. On tables with rows in every state, the plans
 * that are kept are run and what each of their scans read is counted. */
#include "reading.h"
#include "store/pg/statements.h"
#include "suite.h"

#include <jansson.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT         11
#define SQL_MAX_BYTES 16384

static struct reading r;
static PGconn *conn;

/* 4,000 leads of five teams, each with a handoff; none is at the stage srl, and none of them is
 * sam's. Every hundredth member has some. Of
 * 4,000 deliveries to four subscriptions, four were made at each moment for each; to three of them
 * nothing is to be sent. */
static const char rows_sql[] =
    "INSERT INTO team SELECT :w, md5('team' || g)::uuid, 't' || g, 'T', 'sales', true, now()"
    " FROM generate_series(1, 3) g;"
    "CREATE TEMP TABLE teams AS SELECT team_id, row_number() OVER (ORDER BY name) - 1 AS n FROM "
    "team;"
    "INSERT INTO lead (workspace_id, lead_id, status, stage, owner_team, next_step, next_at, "
    "next_why,"
    " identities, attributes, facts, salt, origin, found_by, created_at, updated_at, touch_count, "
    "seq, hash,"
    " chain_at)"
    " SELECT :w, md5('lead' || g)::uuid, 'active', (ARRAY['prospect', 'inquiry', 'mql', 'sal',"
    " 'customer'])[1 + g / 7 % 5], team_id, (ARRAY['offer', 'nurture', 'review'])[1 + g / 5 % 3],"
    " now() + g % 90 * interval '1 day', 'no_route', '[]', '{}', '{}', decode(repeat('00', 16), "
    "'hex'),"
    " 'inbound', 'marketing', now(), now(), 0, 1, decode(repeat('00', 32), 'hex'), now()"
    " FROM generate_series(1, 4000) g JOIN teams ON n = g % 5;"
    "INSERT INTO handoff (workspace_id, handoff_id, lead_id, kind, state, from_team, to_team,"
    " offered_at, respond_by, updated_at, accepted_at, decide_by, closed_at, reason, assignee)"
    " SELECT :w, md5('handoff' || g)::uuid, md5('lead' || g)::uuid, 'imported', s, :marketing,"
    " team_id, now(), now() + g % 100 * interval '1 hour', now(),"
    " CASE WHEN s IN ('accepted', 'qualified', 'returned') THEN now() END,"
    " CASE WHEN s = 'accepted' AND g % 3 > 0 THEN now() + g % 90 * interval '1 day' END,"
    " CASE WHEN s NOT IN ('offered', 'accepted') THEN now() END,"
    " CASE WHEN s IN ('rejected', 'returned') THEN 'spam' END,"
    " CASE WHEN s <> 'offered' THEN md5('member' || g % 100)::uuid END"
    " FROM generate_series(1, 4000) g JOIN teams ON n = 1 + g % 4 CROSS JOIN LATERAL"
    " (SELECT (ARRAY['offered', 'accepted', 'qualified', 'rejected', 'returned', 'expired',"
    " 'withdrawn'])[1 + g / 11 % 7] AS s) x WHERE team_id <> :marketing;"
    "UPDATE lead SET words = CASE WHEN w.n % 8 = 0 THEN 'acme ' ELSE '' END || 'kim n' || w.n FROM "
    "(SELECT"
    " lead_id, row_number() OVER (ORDER BY lead_id) AS n FROM lead) w WHERE w.lead_id = "
    "lead.lead_id;"
    "INSERT INTO lead_word SELECT workspace_id, w, lead_id FROM lead,"
    " unnest(string_to_array(words, ' ')) w;"
    "INSERT INTO outbound (workspace_id, subscription_id, pos, delivery_id, subject_id, kind, "
    "state,"
    " tries, made_at) SELECT :w, md5('subscription' || s)::uuid, g, md5('d' || g || '-' || "
    "s)::uuid,"
    " md5('lead' || g)::uuid, 1, CASE WHEN g > 990 AND s = 1 THEN 'pending' WHEN g % 100 = 0 THEN"
    " 'failed' ELSE 'delivered' END, 1, timestamptz '2026-11-01Z' + g / 4 * interval '1 minute'"
    " FROM generate_series(1, 1000) g, generate_series(1, 4) s;"
    "ANALYZE";

static void set_up(void)
{
    reading_begin(&r);
    reading_exec(&r, rows_sql);
    conn = PQconnectdb(database_conninfo(r.database));
    ck_assert_int_eq(PQstatus(conn), CONNECTION_OK);
}

static void tear_down(void)
{
    PQfinish(conn);
    reading_end(&r);
}

static PGresult *run(const char *sql)
{
    PGresult *result = PQexec(conn, sql);

    ck_assert_msg(PQresultStatus(result) == PGRES_TUPLES_OK ||
                      PQresultStatus(result) == PGRES_COMMAND_OK,
                  "%s: %s", sql, PQerrorMessage(conn));
    return result;
}

static void must(const char *sql)
{
    PQclear(run(sql));
}

/* ---- the lists ---- */

#define FIRST  "'00000000-0000-0000-0000-000000000001'"
#define LAST   "'ffffffff-ffff-ffff-ffff-ffffffffffff'"
#define NOBODY "'00000000-0000-7000-8000-0000000000ff'"
#define TEAM   "md5('team1')::uuid"
#define MEMBER "md5('member7')::uuid"
#define STAGES "'{prospect,inquiry,mql,srl,sal,sql,opportunity,customer,nurture,disqualified}'"
#define CLOSED "'{qualified,rejected,returned,expired,withdrawn}'"
#define ANY    "NULL, NULL, NULL, NULL"
#define SENT                                                                                       \
    "ARRAY[md5('subscription1')::uuid, md5('subscription2')::uuid, md5('subscription3')::uuid], "
#define NEWEST "9223372036854775807, " LAST ", "
#define OPEN   "'10000-01-01', '0001-01-01', " FIRST

/* cells: of so many teams, stages or states the first rows are looked at; hand: or so many rows,
 * whatever the page. */
static const struct page {
    const char *what;
    const char *statement;
    const char *args; /* after $1 */
    int cells;
    int hand;
} lists[] = {
    {"leads", "lead_page", LAST ", 11", 1, 0},
    {"leads at a stage", "lead_page_of", LAST ", '{mql}', NULL, 11", 5, 0},
    {"leads at a stage where none is", "lead_page_of", LAST ", '{srl}', NULL, 11", 5, 0},
    {"leads of a team", "lead_page_of", LAST ", " STAGES ", " TEAM ", 11", 10, 0},
    {"leads of a team at a stage", "lead_page_of", LAST ", '{mql}', " TEAM ", 11", 1, 0},
    {"leads of nobody", "lead_page_of", LAST ", " STAGES ", " NOBODY ", 11", 10, 0},
    {"leads by their next step", "lead_page_due", "NULL, " OPEN ", NULL, NULL, 11", 6, 0},
    {"leads to be reviewed", "lead_page_due", "'review', " OPEN ", NULL, NULL, 11", 1, 0},
    {"leads to be answered, of which there are none", "lead_page_due",
     "'answer', " OPEN ", NULL, NULL, 11", 1, 0},
    {"leads due before now", "lead_page_due",
     "NULL, now() - interval '1 day', '0001-01-01', " FIRST ", NULL, NULL, 11", 6, 0},
    {"the last page of leads by their next step", "lead_page_due",
     "NULL, '10000-01-01', '9999-12-31', " LAST ", NULL, NULL, 11", 6, 0},
    {"leads by a word of all", "lead_search",
     "'kim', 'kim\U0010ffff', '', " FIRST ", 1000, '{kim}', " ANY ", 11", 2, 0},
    {"leads by a word of some and one of all", "lead_search",
     "'acme', 'acme\U0010ffff', '', " FIRST ", 1000, '{acme,kim}', " ANY ", 11", 2, 0},
    {"leads by a word of nobody", "lead_search",
     "'xavier', 'xavier\U0010ffff', '', " FIRST ", 1000, '{xavier}', " ANY ", 11", 0, 0},
    {"leads by words of which nobody has both", "lead_search",
     "'kim', 'kim\U0010ffff', '', " FIRST ", 100, '{kim,xavier}', " ANY ", 11", 0, 200},
    {"open handoffs", "handoff_page_open", "NULL, NULL, " OPEN ", 11, false", 10, 0},
    {"offered handoffs", "handoff_page_open", "NULL, 'offered', " OPEN ", 11, false", 5, 0},
    {"overdue handoffs", "handoff_page_open", "NULL, NULL, " OPEN ", 11, true", 10, 0},
    {"accepted handoffs of a team", "handoff_page_open", TEAM ", 'accepted', " OPEN ", 11, false",
     1, 0},
    {"open handoffs due before now", "handoff_page_open",
     "NULL, NULL, now() - interval '1 day', '0001-01-01', " FIRST ", 11, false", 10, 0},
    {"the last page of open handoffs", "handoff_page_open",
     "NULL, NULL, '10000-01-01', '9999-12-31 23:59:59.999999+00', " LAST ", 11, false", 10, 0},
    {"what a member has in hand", "handoff_page_in_hand",
     "NULL, NULL, " OPEN ", 11, " MEMBER ", false", 0, 40},
    {"what nobody has in hand", "handoff_page_in_hand",
     "NULL, NULL, " OPEN ", 11, " NOBODY ", false", 0, 0},
    {"closed handoffs", "handoff_page_closed", "NULL, " CLOSED ", " FIRST ", 11", 25, 0},
    {"rejected handoffs of a team", "handoff_page_closed", TEAM ", '{rejected}', " FIRST ", 11", 1,
     0},
    {"closed handoffs of nobody", "handoff_page_closed", NOBODY ", " CLOSED ", " FIRST ", 11", 5,
     0},
    {"closed handoffs of a member", "handoff_page_closed_of",
     "NULL, " CLOSED ", " FIRST ", 11, " MEMBER, 5, 0},
    {"closed handoffs of a member that is not there", "handoff_page_closed_of",
     "NULL, " CLOSED ", " FIRST ", 11, " NOBODY, 5, 0},
    {"what was sent", "outbound_all", SENT NEWEST "NULL, NULL, 11", 3, 0},
    {"what was sent before", "outbound_all", SENT "500, " NOBODY ", NULL, NULL, 11", 3, 0},
    {"what was sent to nobody", "outbound_all", "'{}', " NEWEST "NULL, NULL, 11", 0, 0},
    {"what is to be sent", "outbound_all_pending", SENT NEWEST "NULL, NULL, 11", 3, 0},
    {"what was given up", "outbound_all_failed", SENT NEWEST "NULL, NULL, 11", 3, 0},
    {"what arrived", "outbound_all_delivered", SENT NEWEST "NULL, NULL, 11", 3, 10},
    {"what was sent in a time", "outbound_all",
     SENT NEWEST "'2026-11-01T01:00Z', '2026-11-01T03:00Z', 11", 3, 34},
    {"what was given up in a time", "outbound_all_failed",
     SENT NEWEST "'2026-11-01T01:00Z', '2026-11-01T03:00Z', 11", 3, 34},
};

#define LISTS (int)(sizeof lists / sizeof *lists)

/* ---- what a plan read ---- */

static double number(const json_t *node, const char *name)
{
    return json_number_value(json_object_get(node, name));
}

/* Rows of leads, their words, handoffs and deliveries that the scans of this plan read, kept or
 * thrown away.
 */
static double rows_read(const json_t *node)
{
    const char *table = json_string_value(json_object_get(node, "Relation Name"));
    double rows = 0;
    size_t i;
    json_t *below;

    if (table != NULL && (strncmp(table, "lead", 4) == 0 || strcmp(table, "handoff") == 0 ||
                          strcmp(table, "outbound") == 0))
        rows = (number(node, "Actual Rows") + number(node, "Rows Removed by Filter") +
                number(node, "Rows Removed by Index Recheck")) *
               number(node, "Actual Loops");
    json_array_foreach(json_object_get(node, "Plans"), i, below) rows += rows_read(below);
    return rows;
}

static json_t *explain(const struct page *list)
{
    char sql[SQL_MAX_BYTES], workspace[UUID_TEXT_LEN + 1];
    char *text = statement_text(statements_find(list->statement));

    uuid_format(r.read.workspace, workspace);
    must("BEGIN");
    must("SET LOCAL plan_cache_mode = force_generic_plan");
    snprintf(sql, sizeof sql, "SET LOCAL baton.workspace_id = '%s'", workspace);
    must(sql);
    must("SET LOCAL ROLE baton_app");
    snprintf(sql, sizeof sql, "PREPARE list AS %s", text);
    must(sql);
    snprintf(sql, sizeof sql, "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) EXECUTE list('%s', %s)",
             workspace, list->args);
    PGresult *result = run(sql);
    json_t *plan = json_loads(PQgetvalue(result, 0, 0), 0, NULL);
    PQclear(result);
    must("DEALLOCATE list");
    must("COMMIT");
    free(text);
    ck_assert_ptr_nonnull(plan);
    return plan;
}

/* Of each row that is answered, its lead or handoff and what stands beside it; and of each cell no
 * more than a page. */
START_TEST(a_page_reads_no_more_than_pages)
{
    for (int i = 0; i < LISTS; i++) {
        const struct page *list = &lists[i];
        json_t *plan = explain(list);
        const json_t *root = json_object_get(json_array_get(plan, 0), "Plan");
        double answered = number(root, "Actual Rows"), read = rows_read(root);
        double most = 4 * answered + list->cells * LIMIT + list->hand;
        if (read > most) /* longer than a message of check may be */
            json_dumpf(plan, stderr, JSON_INDENT(1));
        ck_assert_msg(read <= most, "%s: %.0f rows are answered, %.0f read, %.0f at most",
                      list->what, answered, read, most);
        json_decref(plan);
    }
}
END_TEST

/* The count sees what it has to: the same without an index reads them all. */
START_TEST(a_list_without_an_index_is_seen)
{
    must("DROP INDEX lead_of_owner");
    json_t *plan = explain(&lists[2]);
    double read = rows_read(json_object_get(json_array_get(plan, 0), "Plan"));

    ck_assert_msg(read >= 4000, "%.0f rows", read);
    json_decref(plan);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "lists");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    TESTS(tcase, a_page_reads_no_more_than_pages, a_list_without_an_index_is_seen);
}
