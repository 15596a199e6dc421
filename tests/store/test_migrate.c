/* The schema comes up once, whoever asks and however many at once, and a program that does not
 * fit it is refused. */
#include "core/definition/definition.h"
#include "database.h"
#include "store/pg/migrate.h"
#include "suite.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS 10000
#define ID      "01a00000-0000-7000-8000-0000000000"

static struct database *database;

static const struct migration three[] = {
    {1, "0001_one", "CREATE TABLE one (n int); INSERT INTO one VALUES (1)"},
    {2, "0002_two", "CREATE TABLE two (n int); GRANT SELECT ON two TO baton_app"},
    {3, "0003_three", "CREATE TABLE three (n int)"},
};

static const struct migration altered[] = {
    {1, "0001_one", "CREATE TABLE one (n int)"},
    {2, "0002_two", "CREATE TABLE two (n int)"},
};

static const struct migration broken[] = {
    {1, "0001_one", "CREATE TABLE one (n int); INSERT INTO one VALUES (1)"},
    {2, "0002_two", "CREATE TABLE two (n int); SELECT * FROM nowhere"},
};

static void set_up(void)
{
    database = database_new_empty();
}

static void tear_down(void)
{
    database_free(database);
}

static struct migrate_report run(const struct migration *items, size_t count)
{
    struct migrations migrations = {items, count};
    struct migrate_settings settings = {.conninfo = database_conninfo(database),
                                        .migrations = &migrations};
    struct migrate_report report;

    ck_assert_int_eq(migrate_run(&settings, &report), report.state);
    return report;
}

static struct migrate_report check_as(const char *role, const struct migrations *migrations)
{
    struct pg *pg = database_connect(database, role);
    struct migrate_report report = {0};

    ck_assert_int_eq(migrate_check(pg, migrations, pg_deadline_in(WAIT_MS), &report), report.state);
    pg_free(pg);
    return report;
}

START_TEST(an_empty_database_comes_to_the_programs_version)
{
    struct migrate_settings settings = {.conninfo = database_conninfo(database),
                                        .migrations = &migrations_embedded};
    struct migrate_report report;

    ck_assert_int_gt((int)migrations_embedded.count, 0);
    ck_assert_int_eq(check_as(NULL, &migrations_embedded).state, MIGRATE_BEHIND);
    enum migrate_state state = migrate_run(&settings, &report);
    ck_assert_str_eq(report.text, state == MIGRATE_CURRENT ? report.text : "");
    ck_assert_int_eq(report.done, (int)migrations_embedded.count);
    ck_assert_int_eq(check_as(ROLE_APP, &migrations_embedded).state, MIGRATE_CURRENT);
    ck_assert_int_eq(check_as(ROLE_JOB, &migrations_embedded).state, MIGRATE_CURRENT);
    ck_assert_int_eq(migrate_run(&settings, &report), MIGRATE_CURRENT);
    ck_assert_int_eq(report.done, 0);
}
END_TEST

/* What a workspace may hold when a later migration comes, as the first ones have it. */
static const char a_full_house[] =
    "INSERT INTO workspace VALUES ('" ID "01', 'acme', decode(repeat('00', 32), 'hex'), now());"
    "INSERT INTO workspace_head VALUES ('" ID "01', 1, 1);"
    "INSERT INTO team VALUES ('" ID "01', '" ID "02', 'marketing', 'M', 'marketing', true, now()), "
    "('" ID "01', '" ID "03', 'sales', 'S', 'sales', true, now());"
    "INSERT INTO lead (workspace_id, lead_id, status, stage, owner_team, due_at, origin, found_by, "
    "created_at, updated_at, touch_count, seq, hash, chain_at, salt, identities, attributes, "
    "facts) "
    "VALUES ('" ID "01', '" ID "04', 'active', 'mql', '" ID "02', now(), 'inbound', 'marketing', "
    "now(), now(), 1, 1, decode(repeat('01', 32), 'hex'), now(), decode(repeat('02', 16), 'hex'), "
    "'[[\"email\",\"\",\"a@b.example\"]]', '{}', '{}');"
    "INSERT INTO touch (workspace_id, touch_id, lead_id, kind, occurred_at, recorded_at, "
    "direction, function) VALUES ('" ID "01', '" ID "05', '" ID "04', 'form_submitted', now(), "
    "now(), 'inbound', 'marketing');"
    "INSERT INTO verdict VALUES ('" ID "01', '" ID "04', 1, 'mql', 1, 'qualified', 1, '{}', now());"
    "INSERT INTO handoff (workspace_id, handoff_id, lead_id, kind, state, from_team, to_team, "
    "term, "
    "version, offered_at, respond_by, updated_at) VALUES ('" ID "01', '" ID "06', '" ID "04', "
    "'standard', 'offered', '" ID "02', '" ID "03', 'mql', 1, now(), now(), now());"
    "INSERT INTO ledger VALUES ('" ID "01', 1, '" ID "04', 1, 1, now(), 0, NULL, NULL, '{}', "
    "decode(repeat('01', 32), 'hex'));"
    "INSERT INTO idempotency VALUES ('" ID "01', decode(repeat('03', 32), 'hex'), "
    "decode(repeat('04', 32), 'hex'), 201, NULL, '{}', '" ID "04', now());";

/* Each migration finds rows, and leaves every trigger as it was made: those of the ledger fire
 * always, whoever writes. */
START_TEST(a_migration_leaves_rows_and_triggers)
{
    long long triggers = 0;

    for (size_t count = 1; count <= migrations_embedded.count; count++) {
        struct migrate_report report = run(migrations_embedded.items, count);
        const char *name = migrations_embedded.items[count - 1].name;
        ck_assert_msg(report.state == MIGRATE_CURRENT, "%s: %s", name, report.text);
        if (count == 3)
            database_exec(database, a_full_house);
        if (count >= 3)
            ck_assert_int_eq(database_ask_int(database, "SELECT (SELECT count(*) FROM lead) + "
                                                        "(SELECT count(*) FROM handoff) + "
                                                        "(SELECT count(*) FROM ledger)"),
                             3);
        long long now = database_ask_int(
            database, "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'");
        ck_assert_msg(database_ask_int(database,
                                       "SELECT count(*) FROM pg_trigger "
                                       "WHERE NOT tgisinternal AND tgenabled <> 'A'") == 0,
                      "%s leaves a trigger that does not fire always", name);
        ck_assert_msg(now >= triggers, "%s takes a trigger away", name);
        triggers = now;
    }
    ck_assert_int_ge(triggers, 8);
}
END_TEST

START_TEST(what_is_missing_is_applied_once)
{
    ck_assert_int_eq(run(three, 2).done, 2);
    struct migrate_report report = run(three, 3);
    ck_assert_int_eq(report.state, MIGRATE_CURRENT);
    ck_assert_int_eq(report.done, 1);
    ck_assert_int_eq(database_ask_int(database, "SELECT count(*) FROM one"), 1);
}
END_TEST

START_TEST(a_schema_that_does_not_fit_is_named_and_left_alone)
{
    struct migrations all = {three, 3};

    ck_assert_int_eq(run(three, 2).state, MIGRATE_CURRENT);
    struct migrate_report report = check_as(ROLE_APP, &all);
    ck_assert_int_eq(report.state, MIGRATE_BEHIND);
    ck_assert_ptr_nonnull(strstr(report.text, "at version 2 and this program needs 3"));
    ck_assert_ptr_nonnull(strstr(report.text, "baton migrate"));

    ck_assert_int_eq(run(three, 3).state, MIGRATE_CURRENT);
    report = run(three, 2);
    ck_assert_int_eq(report.state, MIGRATE_AHEAD);
    ck_assert_ptr_nonnull(strstr(report.text, "at version 3 and this program knows 2"));

    report = run(altered, 2);
    ck_assert_int_eq(report.state, MIGRATE_ALTERED);
    ck_assert_ptr_nonnull(strstr(report.text, "0001_one"));
    ck_assert_int_eq(database_ask_int(database, "SELECT max(version) FROM schema_migration"), 3);
}
END_TEST

START_TEST(a_migration_that_fails_leaves_nothing_of_itself)
{
    struct migrate_report report = run(broken, 2);

    ck_assert_int_eq(report.state, MIGRATE_FAILED);
    ck_assert_ptr_nonnull(strstr(report.text, "0002_two"));
    ck_assert_ptr_nonnull(strstr(report.text, "42P01"));
    ck_assert_int_eq(report.done, 1);
    ck_assert_int_eq(database_ask_int(database, "SELECT count(to_regclass('two'))"), 0);
    ck_assert_int_eq(database_ask_int(database, "SELECT max(version) FROM schema_migration"), 1);
    ck_assert_int_eq(run(three, 3).state, MIGRATE_CURRENT);
}
END_TEST

static void *run_in_thread(void *out)
{
    struct migrate_settings settings = {.conninfo = database_conninfo(database),
                                        .migrations = &migrations_embedded};

    if (migrate_run(&settings, out) != MIGRATE_CURRENT)
        fprintf(stderr, "%s\n", ((struct migrate_report *)out)->text);
    return NULL;
}

START_TEST(several_at_once_all_succeed)
{
    enum { PROCESSES = 4 };
    pthread_t threads[PROCESSES];
    struct migrate_report reports[PROCESSES];
    int done = 0;

    for (int i = 0; i < PROCESSES; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run_in_thread, &reports[i]), 0);
    for (int i = 0; i < PROCESSES; i++) {
        pthread_join(threads[i], NULL);
        ck_assert_int_eq(reports[i].state, MIGRATE_CURRENT);
        done += reports[i].done;
    }
    ck_assert_int_eq(done, (int)migrations_embedded.count);
}
END_TEST

START_TEST(a_user_who_may_not_make_roles_gets_the_words_for_an_administrator)
{
    struct migrations migrations = {three, 3};
    struct migrate_settings settings = {.migrations = &migrations};
    struct migrate_report report;

    ck_assert_int_eq(run(three, 0).state, MIGRATE_CURRENT); /* the roles are there */
    database_exec(database, "DROP TABLE schema_migration");
    database_exec(database, "DROP ROLE IF EXISTS test_owner; CREATE ROLE test_owner LOGIN;"
                            "GRANT CREATE ON SCHEMA public TO test_owner");
    settings.conninfo = database_conninfo_as(database, "test_owner");
    ck_assert_int_eq(migrate_run(&settings, &report), MIGRATE_FAILED);
    ck_assert_ptr_nonnull(strstr(report.text, "CREATE ROLE baton_app LOGIN;"));
    ck_assert_ptr_nonnull(strstr(report.text, "GRANT baton_app, baton_job TO test_owner;"));
    settings.service_conninfo = "host=db user=test-service";
    ck_assert_int_eq(migrate_run(&settings, &report), MIGRATE_FAILED);
    ck_assert_ptr_nonnull(strstr(report.text, "TO test_owner, \"test-service\";"));
    settings.service_conninfo = NULL;
    ck_assert_int_eq(database_ask_int(database, "SELECT count(to_regclass('one'))"), 0);

    database_exec(database, "GRANT baton_app, baton_job TO test_owner");
    ck_assert_int_eq(migrate_run(&settings, &report), MIGRATE_CURRENT);
    ck_assert_int_eq(check_as(ROLE_APP, &migrations).state, MIGRATE_CURRENT);
}
END_TEST

START_TEST(the_services_own_user_may_take_the_roles)
{
    struct migrations migrations = {three, 3};
    struct migrate_settings settings = {.conninfo = database_conninfo(database),
                                        .migrations = &migrations};
    struct pg_settings service = {.role = ROLE_APP};
    struct migrate_report report;

    database_exec(database, "DROP ROLE IF EXISTS test_service; CREATE ROLE test_service LOGIN");
    service.conninfo = database_conninfo_as(database, "test_service");
    settings.service_conninfo = service.conninfo;
    ck_assert_int_eq(migrate_run(&settings, &report), MIGRATE_CURRENT);
    struct pg *pg = pg_new(&service);
    ck_assert_int_eq(pg_connect(pg, pg_deadline_in(WAIT_MS)), PG_OK);
    pg_free(pg);
}
END_TEST

/* ---- what a migration makes of rows that are there ---- */

/* A workspace, and four leads of which each was merged into the next. */
#define CHAIN_OF_MERGES                                                                            \
    "INSERT INTO workspace VALUES ('" W "', 'w', decode(repeat('00', 32), 'hex'), now()); "        \
    "INSERT INTO team VALUES ('" W "', '" W "', 't', 't', 'marketing', true, now()); "             \
    "INSERT INTO lead (workspace_id, lead_id, status, stage, owner_team, due_at, merged_into, "    \
    "origin, found_by, created_at, updated_at, touch_count, seq, hash, chain_at) SELECT '" W "', " \
    "id(n), CASE n WHEN 4 THEN 'active' ELSE 'merged' END, 'inquiry', CASE n WHEN 4 THEN '" W      \
    "'::uuid END, now(), CASE WHEN n < 4 THEN id(n + 1) END, 'inbound', 'marketing', now(), "      \
    "now(), 0, 1, decode(repeat('00', 32), 'hex'), now() FROM generate_series(4, 1, -1) n"
#define W "00000000-0000-7000-8000-0000000000ff"

/* Sources of external ids as they could be before: of leads with a colon, of members with capitals
 * and spaces, twice what is the same now; and the mapping that makes such ids. */
#define SOURCES_OF_BEFORE                                                                          \
    "INSERT INTO workspace VALUES ('" W "', 'w', decode(repeat('00', 32), 'hex'), now()); "        \
    "INSERT INTO team VALUES ('" W "', '" W "', 't', 't', 'sales', true, now()); "                 \
    "INSERT INTO lead (workspace_id, lead_id, status, stage, owner_team, due_at, identities, "     \
    "origin, found_by, created_at, updated_at, touch_count, seq, hash, chain_at) SELECT '" W "', " \
    "id(n), 'active', 'inquiry', '" W "', now(), i::json, 'inbound', 'marketing', now(), now(), "  \
    "0, 1, decode(repeat('00', 32), 'hex'), now() FROM (VALUES "                                   \
    "(1, '[[\"external\",\"a:b\",\"X:1\"],[\"email\",\"\",\"a:b@c.example\"]]'), "                 \
    "(2, '[[\"external\",\"c:d\",\"1\"]]'), (3, '[[\"external\",\"c.d\",\"1\"]]')) l(n, i); "      \
    "INSERT INTO identity VALUES ('" W "', 'external:a:b', 'X:1', id(1)), "                        \
    "('" W "', 'email', 'a:b@c.example', id(1)), ('" W "', 'external:c:d', '1', id(2)), "          \
    "('" W "', 'external:c.d', '1', id(3)); "                                                      \
    "INSERT INTO source VALUES ('" W "', '" W "', 's', '" W "', '{}', "                            \
    "'{\"external_id\":{\"source\":\"a:b\",\"at\":\"/id\"}}', true, 1, now()); "                   \
    "INSERT INTO member SELECT '" W "', id(n), '" W "', 'm', NULL, s, '7', true, now() "           \
    "FROM (VALUES (1, 'Hub Spot'), (2, 'CRM'), (3, 'crm')) m(n, s)"

/* Leads as they could be before they had a next step: what is open of them, whether they are held.
 */
#define LEADS_OF_BEFORE                                                                            \
    "INSERT INTO workspace VALUES ('" W "', 'w', decode(repeat('00', 32), 'hex'), now()); "        \
    "INSERT INTO team VALUES ('" W "', '" W "', 't', 't', 'sales', true, now()); "                 \
    "INSERT INTO lead (workspace_id, lead_id, status, stage, owner_team, due_at, hold_until, "     \
    "hold_inputs, origin, found_by, created_at, updated_at, touch_count, seq, hash, chain_at) "    \
    "SELECT '" W "', id(n), 'active', stage, '" W "', due, hold, inputs::json, 'inbound', "        \
    "'marketing', now(), now(), 0, 1, decode(repeat('00', 32), 'hex'), now() FROM (VALUES "        \
    "(1, 'inquiry', '2030-01-01Z'::timestamptz, NULL::timestamptz, NULL), "                        \
    "(2, 'mql', '2030-01-01Z', NULL, NULL), (3, 'mql', '2030-01-01Z', NULL, NULL), "               \
    "(4, 'sal', '2030-01-01Z', NULL, NULL), (5, 'sql', '2030-01-01Z', NULL, NULL), "               \
    "(6, 'customer', NULL, NULL, NULL), "                                                          \
    "(7, 'nurture', '2030-01-01Z', '2031-01-01Z', '[\"attribute:size\"]'), "                       \
    "(8, 'inquiry', '2020-01-01Z', '2031-01-01Z', NULL), "                                         \
    "(9, 'nurture', '2020-01-01Z', '2020-01-01Z', '[\"attribute:size\"]')) "                       \
    "l(n, stage, due, hold, inputs); "                                                             \
    "INSERT INTO handoff (workspace_id, handoff_id, lead_id, kind, state, from_team, to_team, "    \
    "offered_at, respond_by, accepted_at, updated_at) SELECT '" W                                  \
    "', id(n), id(n), 'self_sourced', "                                                            \
    "state, '" W "', '" W "', now(), now(), accepted, now() FROM (VALUES "                         \
    "(3, 'offered', NULL::timestamptz), (4, 'accepted', now())) h(n, state, accepted)"

/* Emails as they could be before, the letters of which only ASCII was in lower case: of two
 * leads that are one by the new spelling; of one whose new spelling is another's; of members. */
#define EMAILS_OF_BEFORE                                                                           \
    "INSERT INTO workspace VALUES ('" W "', 'w', decode(repeat('00', 32), 'hex'), now()); "        \
    "INSERT INTO team VALUES ('" W "', '" W "', 't', 't', 'sales', true, now()); "                 \
    "INSERT INTO lead (workspace_id, lead_id, status, stage, owner_team, next_at, "                \
    "next_step, next_why, identities, "                                                            \
    "origin, found_by, created_at, updated_at, touch_count, seq, hash, chain_at) SELECT '" W "', " \
    "id(n), 'active', 'inquiry', '" W "', now(), 'review', 'upgraded', "                           \
    "json_build_array(json_build_array('external', "                                               \
    "'crm', n::text), json_build_array('email', '', e)), 'inbound', 'marketing', now(), now(), "   \
    "0, 1, decode(repeat('00', 32), 'hex'), now() FROM emails; "                                   \
    "INSERT INTO identity SELECT '" W "', 'email', e, id(n) FROM emails; "                         \
    "INSERT INTO member SELECT '" W "', id(n), '" W                                                \
    "', 'm', e, NULL, NULL, true, now() FROM emails"
#define EMAILS                                                                                     \
    "CREATE TABLE emails AS SELECT * FROM (VALUES (1, 'j\u00dcrgen@a.example'), "                  \
    "(2, 'ju\u0308rgen@a.example'), (3, '\u00c4nne@a.example'), (4, '\u00e4nne@a.example'), "      \
    "(5, 'kim\u200b@a.example'), (6, 'bo@a.example'), (7, '\u00a0\u017b@a.example')) v(n, e)"

static void run_up_to(const char *name)
{
    size_t count = 0;

    while (count < migrations_embedded.count &&
           strcmp(migrations_embedded.items[count].name, name) < 0)
        count++;
    ck_assert_int_eq(run(migrations_embedded.items, count).done, (int)count);
}

START_TEST(leads_that_were_merged_lead_to_the_one_that_stands)
{
    run_up_to("0009_");
    database_exec(database, "CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT "
                            "('00000000-0000-7000-8000-00000000000' || n)::uuid $$");
    database_exec(database, CHAIN_OF_MERGES);
    run(migrations_embedded.items, migrations_embedded.count);
    ck_assert_int_eq(
        database_ask_int(database, "SELECT count(*) FROM lead WHERE merged_into = id(4)"), 3);
}
END_TEST

static void asks(const char *sql, const char *wanted)
{
    char *got = database_ask(database, sql);

    ck_assert_msg(got != NULL && strcmp(got, wanted) == 0, "%s: wanted %s, got %s", sql, wanted,
                  got == NULL ? "nothing" : got);
    free(got);
}

START_TEST(sources_of_ids_are_what_they_may_be)
{
    run_up_to("0010_");
    database_exec(database, "CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT "
                            "('00000000-0000-7000-8000-00000000000' || n)::uuid $$");
    database_exec(database, SOURCES_OF_BEFORE);
    run(migrations_embedded.items, migrations_embedded.count);
    asks("SELECT identities::jsonb FROM lead WHERE lead_id = id(1)",
         "[[\"external\", \"a.b\", \"X:1\"], [\"email\", \"\", \"a:b@c.example\"]]");
    asks("SELECT source || value FROM identity WHERE lead_id = id(1) AND source <> 'email'",
         "external:a.bX:1");
    asks("SELECT mapping::jsonb #>> '{external_id,source}' FROM source", "a.b");
    /* c.d was another's, and stays so */
    asks("SELECT source FROM identity WHERE lead_id = id(3)", "external:c.d");
    asks("SELECT source FROM identity WHERE lead_id = id(2)", "external:c.d.571304");
    asks("SELECT identities::jsonb FROM lead WHERE lead_id = id(2)",
         "[[\"external\", \"c.d.571304\", \"1\"]]");
    asks("SELECT external_source FROM member WHERE member_id = id(1)", "hub.spot");
    asks("SELECT external_source FROM member WHERE member_id = id(3)", "crm");
    asks("SELECT count(DISTINCT external_source) FROM member", "3");
    asks("SELECT count(*) FROM member WHERE external_source ~ '[^a-z0-9_.-]'", "0");
}
END_TEST

START_TEST(leads_have_a_next_step_for_what_was_a_date_and_a_hold)
{
    run_up_to("0013_");
    database_exec(database, "CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT "
                            "('00000000-0000-7000-8000-00000000000' || n)::uuid $$");
    database_exec(database, LEADS_OF_BEFORE);
    run(migrations_embedded.items, migrations_embedded.count);
    asks("SELECT string_agg(right(lead_id::text, 1) || coalesce(next_step, '-'), ' ' ORDER BY "
         "lead_id) FROM lead",
         "1nurture 2offer 3answer 4decide 5follow_up 6- 7nurture 8review 9nurture");
    asks("SELECT string_agg(right(lead_id::text, 1), '' ORDER BY lead_id) FROM lead WHERE "
         "hold_inputs IS NOT NULL",
         "78");
    asks("SELECT next_at = '2031-01-01Z' FROM lead WHERE lead_id = id(7)", "t");
    asks("SELECT next_at <= now() FROM lead WHERE lead_id = id(2)", "t");
    asks("SELECT count(*) FROM lead WHERE (next_at IS NULL) <> (next_step IS NULL)", "0");
}
END_TEST

START_TEST(emails_are_spelled_as_they_are_now)
{
    run_up_to("0014_");
    database_exec(database, "CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT "
                            "('00000000-0000-7000-8000-00000000000' || n)::uuid $$");
    database_exec(database, EMAILS);
    database_exec(database, EMAILS_OF_BEFORE);
    run(migrations_embedded.items, migrations_embedded.count);
    asks("SELECT value FROM identity WHERE lead_id = id(1)", "j\u00fcrgen@a.example");
    asks("SELECT identities::jsonb FROM lead WHERE lead_id = id(1)",
         "[[\"external\", \"crm\", \"1\"], [\"email\", \"\", \"j\u00fcrgen@a.example\"]]");
    /* the oldest has the address now, and the other is as it was */
    asks("SELECT value FROM identity WHERE lead_id = id(2)", "ju\u0308rgen@a.example");
    asks("SELECT value FROM identity WHERE lead_id = id(3)", "\u00c4nne@a.example");
    asks("SELECT value FROM identity WHERE lead_id = id(4)", "\u00e4nne@a.example");
    asks("SELECT value FROM identity WHERE lead_id = id(5)", "kim@a.example");
    asks("SELECT value FROM identity WHERE lead_id = id(6)", "bo@a.example");
    asks("SELECT value FROM identity WHERE lead_id = id(7)", "\u017c@a.example");
    asks("SELECT email FROM member WHERE member_id = id(1)", "j\u00fcrgen@a.example");
    asks("SELECT email FROM member WHERE member_id = id(3)", "\u00c4nne@a.example");
    asks("SELECT email FROM member WHERE member_id = id(5)", "kim@a.example");
}
END_TEST

/* As many workspaces, teams and routes as there could be: each way between two of eleven teams, up
 * to the hundred that a workspace could have, by every gate and with whatever becomes of an answer
 * that is late. */
#define ROUTES_OF_BEFORE                                                                           \
    "INSERT INTO workspace SELECT id(w), 'w' || w, decode(repeat('00', 32), 'hex'), now() "        \
    "FROM generate_series(1, 40) w; "                                                              \
    "INSERT INTO team SELECT id(w), id(t), 'team-' || t, 'T', CASE WHEN t % 2 = 0 THEN 'sales' "   \
    "ELSE 'marketing' END, true, now() FROM generate_series(1, 40) w, generate_series(1, 11) t; "  \
    "INSERT INTO route SELECT id(w), n, id(f), id(t), "                                            \
    "(ARRAY['mql', 'srl', 'sql', NULL])[1 + n % 4], n % 3 > 0, "                                   \
    "(ARRAY['keep', 'give_back', 'escalate'])[1 + n % 3], CASE WHEN n % 3 = 2 THEN id(t) END "     \
    "FROM generate_series(1, 40) w, (SELECT row_number() OVER (ORDER BY (f * 7 + t * 3) % 11, f, " \
    "t)::int - 1 AS n, f, t FROM generate_series(1, 11) f, generate_series(1, 11) t "              \
    "WHERE f <> t) p WHERE n < 100; "                                                              \
    "CREATE TABLE before AS SELECT r.*, f.name AS f, t.name AS t, e.name AS e FROM route r "       \
    "JOIN team f ON f.workspace_id = r.workspace_id AND f.team_id = from_team "                    \
    "JOIN team t ON t.workspace_id = r.workspace_id AND t.team_id = to_team "                      \
    "LEFT JOIN team e ON e.workspace_id = r.workspace_id AND e.team_id = escalate_to"

/* The hash is that of the document as it would be proposed: both sides can sign what follows it. */
static void check_hash(void)
{
    char *text = database_ask(database, "SELECT document FROM agreement WHERE workspace_id = "
                                        "id(7)");
    char *stored = database_ask(database, "SELECT encode(hash, 'hex') FROM agreement WHERE "
                                          "workspace_id = id(7)");
    json_t *document = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    uint8_t hash[DIGEST_BYTES];
    char hex[2 * DIGEST_BYTES + 1];

    ck_assert_uint_eq(json_array_size(json_object_get(document, "routes")), 100);
    ck_assert_int_eq(definition_hash(document, INSTANT_NONE, hash), ERR_NONE);
    for (int i = 0; i < DIGEST_BYTES; i++)
        snprintf(hex + 2 * i, 3, "%02x", hash[i]);
    ck_assert_str_eq(stored, hex);
    json_decref(document);
    free(stored);
    free(text);
}

START_TEST(routes_are_an_agreement_in_force)
{
    run_up_to("0024_");
    database_exec(database, "CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT "
                            "('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid $$");
    database_exec(database, ROUTES_OF_BEFORE);
    run(migrations_embedded.items, migrations_embedded.count);
    asks("SELECT count(*) || ' ' || count(*) FILTER (WHERE kind = 'routes' AND version = 1 AND "
         "state = 'in_force') FROM agreement",
         "40 40");
    asks("SELECT count(*) FROM before", "4000");
    asks("SELECT count(*) FROM before b JOIN agreement a USING (workspace_id) CROSS JOIN LATERAL "
         "(SELECT a.document::jsonb #> ARRAY['routes', b.ordinal::text] AS r) d WHERE "
         "r->>'from' = b.f AND r->>'to' = b.t AND (r->>'automatic')::bool = b.automatic "
         "AND coalesce(r #>> '{gates,0}', '') = coalesce(b.gate, '') "
         "AND coalesce(r #>> '{overdue,then}', 'keep') = b.overdue "
         "AND coalesce(r #>> '{overdue,escalate_to}', '') = coalesce(b.e, '')",
         "4000");
    check_hash();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "migrate");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, an_empty_database_comes_to_the_programs_version, a_migration_leaves_rows_and_triggers,
          what_is_missing_is_applied_once, a_schema_that_does_not_fit_is_named_and_left_alone,
          a_migration_that_fails_leaves_nothing_of_itself,
          leads_that_were_merged_lead_to_the_one_that_stands, sources_of_ids_are_what_they_may_be,
          leads_have_a_next_step_for_what_was_a_date_and_a_hold, emails_are_spelled_as_they_are_now,
          routes_are_an_agreement_in_force, several_at_once_all_succeed,
          a_user_who_may_not_make_roles_gets_the_words_for_an_administrator,
          the_services_own_user_may_take_the_roles);
}
