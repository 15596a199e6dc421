/*
 * What is kept for a time only, on a real database: what is a little older than its time goes, with
 * what hangs on it, and what is a little younger stays.
 */
#include "core/setup/retention.h"
#include "reading.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>

static const struct retention_input by_now = {INT64_MAX};

static struct reading r;

static void set_up(void)
{
    reading_begin(&r);
}

static void tear_down(void)
{
    reading_end(&r);
}

#define TEXT(x) #x
#define DAYS(n) TEXT(n)
/* Of each kind two rows, v(name, at): an hour older than its days, and an hour younger. */
#define OLD_AND_NEW(days)                                                                          \
    " FROM (VALUES ('old', now() - interval '" DAYS(days) " days 1 hour'), "                       \
                                                          "('new', now() - interval '" DAYS(       \
                                                              days) " days -1 hour')) v(name, at)"

static void expect(const char *sql, const char *wanted)
{
    char *got = database_ask(r.database, sql);

    ck_assert_msg(got != NULL && strcmp(got, wanted) == 0, "%s: %s, not %s", sql,
                  got == NULL ? "null" : got, wanted);
    free(got);
}

START_TEST(answers_go_after_their_days_with_the_leads_that_they_name)
{
    reading_exec(&r,
                 "INSERT INTO idempotency (workspace_id, key, body_mac, status, created_at) "
                 "SELECT :w, sha256(name::bytea), sha256('mac'), 200, at" OLD_AND_NEW(
                     ANSWER_KEPT_DAYS) ";"
                                       "INSERT INTO idempotency_lead (workspace_id, key, lead_id) "
                                       "SELECT :w, key, lead FROM idempotency, unnest(ARRAY[:one, "
                                       ":two]::uuid[]) lead");
    reading_do(&r, COMMAND_RETENTION, &by_now);
    expect("SELECT string_agg(CASE key WHEN sha256('new') THEN 'new' ELSE 'old' END, ' ') "
           "FROM idempotency WHERE body_mac = sha256('mac')",
           "new");
    expect("SELECT count(*) || ' ' || count(*) FILTER (WHERE key = sha256('new')) "
           "FROM idempotency_lead",
           "2 2");
}
END_TEST

/* The body has what a sender said of people; that there was a delivery stays known. */
START_TEST(of_deliveries_the_bodies_go)
{
    reading_exec(&r, "INSERT INTO source (workspace_id, source_id, name, team_id, auth, mapping, "
                     "active, revision, created_at) VALUES (:w, :source, 'form', :marketing, "
                     "'{\"scheme\":\"bearer\"}', '{\"email\":\"/email\"}', true, 1, now());"
                     "INSERT INTO delivery (workspace_id, delivery_id, source_id, received_at, "
                     "status, content_type, body) SELECT :w, CASE name WHEN 'old' THEN :old ELSE "
                     ":new END::uuid, :source, at, 'applied', 'text/plain', 'A'" OLD_AND_NEW(
                         DELIVERY_KEPT_DAYS));
    reading_do(&r, COMMAND_RETENTION, &by_now);
    expect("SELECT string_agg(convert_from(substring(uuid_send(delivery_id) FOR 3), 'UTF8') || "
           "coalesce(' ' || convert_from(body, 'UTF8'), ''), ', ' ORDER BY delivery_id) "
           "FROM delivery",
           "new A, old");
}
END_TEST

/* Counted from their end: one that still runs stays, however old. */
START_TEST(jobs_go_after_their_days_but_never_while_they_run)
{
    reading_exec(&r,
                 "INSERT INTO background_job (workspace_id, job_id, kind, state, request, done, "
                 "total, created_at, started_at, ended_at, result) SELECT :w, CASE name WHEN "
                 "'old' THEN :old ELSE :new END::uuid, 'backtest', 'done', '{}', 1, 1, "
                 "at - interval '90 days', at - interval '90 days', at, '{}'" OLD_AND_NEW(
                     BACKGROUND_KEPT_DAYS) ";"
                                           "INSERT INTO background_job (workspace_id, job_id, "
                                           "kind, state, request, done, "
                                           "total, created_at, started_at, lease_until) VALUES "
                                           "(:w, :run, 'backtest', "
                                           "'running', '{}', 0, 1, now() - interval '90 days', "
                                           "now() - interval '90 days', "
                                           "now() + interval '1 day')");
    reading_do(&r, COMMAND_RETENTION, &by_now);
    expect("SELECT string_agg(convert_from(substring(uuid_send(job_id) FOR 3), 'UTF8'), ' ' "
           "ORDER BY job_id) FROM background_job",
           "new run");
    /* a signature rests on it */
    reading_exec(&r, "UPDATE background_job SET kept = true, ended_at = ended_at - interval "
                     "'90 days' WHERE state = 'done'");
    reading_do(&r, COMMAND_RETENTION, &by_now);
    expect("SELECT count(*) FROM background_job", "2");
}
END_TEST

/* What DESIGN and the documents promise. */
START_TEST(the_days_are_those_that_are_promised)
{
    ck_assert_int_eq(ANSWER_KEPT_DAYS, 7);
    ck_assert_int_eq(DELIVERY_KEPT_DAYS, 30);
    ck_assert_int_eq(BACKGROUND_KEPT_DAYS, 30);
}
END_TEST

/* Of one workspace; another's rows are that one's to drop. */
START_TEST(other_workspaces_keep_theirs)
{
    database_exec(r.database,
                  "INSERT INTO workspace (workspace_id, name, created_at) "
                  "SELECT gen_random_uuid(), 'other', now();"
                  "INSERT INTO workspace_head SELECT workspace_id, 0, 1 FROM workspace "
                  "WHERE name = 'other';"
                  "INSERT INTO idempotency (workspace_id, key, body_mac, status, created_at) "
                  "SELECT workspace_id, sha256('other'), sha256('mac'), 200, "
                  "now() - interval '90 days' FROM workspace WHERE name = 'other'");
    reading_do(&r, COMMAND_RETENTION, &by_now);
    expect("SELECT count(*) FROM idempotency WHERE key = sha256('other')", "1");
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "retention");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    TESTS(tcase, answers_go_after_their_days_with_the_leads_that_they_name,
          of_deliveries_the_bodies_go, jobs_go_after_their_days_but_never_while_they_run,
          the_days_are_those_that_are_promised, other_workspaces_keep_theirs);
}
