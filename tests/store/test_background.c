/*
 * A long job and its lease: one server has it, another takes it over where it stood when the lease
 * lapses, and nothing is written to one that ended.
 */
#include "core/background_job.h"
#include "reading.h"
#include "store/table/background_table.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct reading r;
static struct pg *job_pg; /* as those who look for what is due */

static void set_up(void)
{
    reading_begin(&r);
    job_pg = database_connect(r.database, "baton_job");
    reading_exec(&r,
                 "INSERT INTO background_job (workspace_id, job_id, kind, state, request, done, "
                 "total, slot, asked_by, team_id, created_at) VALUES (:w, :first, 'apply', "
                 "'queued', '{\"n\":1}', 0, 50, 1, :ana, :marketing, now() - interval '1 hour'), "
                 "(:w, :second, 'backtest', 'queued', '{\"n\":2}', 0, 0, 2, :sam, :sdr, now())");
}

static void tear_down(void)
{
    pg_free(job_pg);
    reading_end(&r);
}

static int64_t soon(void)
{
    return pg_deadline_in(READING_WAIT_MS);
}

static struct background_claim claim_of(bool imports)
{
    struct background_claim claim;

    ck_assert_int_eq(background_claim(job_pg, r.arena, imports, soon(), &claim), PG_OK);
    return claim;
}

static struct background_claim claim(void)
{
    return claim_of(false);
}

static struct background_claim claim_one(const char *job)
{
    struct background_claim claim;

    ck_assert_int_eq(background_claim_one(&(struct pg_scope){r.pg, r.arena, r.read.workspace},
                                          reading_id(job), soon(), &claim),
                     PG_OK);
    return claim;
}

static bool renew(struct background_claim *claim, int64_t done, int64_t total, const char *place,
                  const char *tally)
{
    const struct background_progress progress = {.done = done,
                                                 .total = total,
                                                 .place = reading_id(place),
                                                 .tally = tally,
                                                 .tally_len = strlen(tally)};
    bool ours = false;

    ck_assert_int_eq(background_renew(r.pg, claim, &progress, soon(), &ours), PG_OK);
    return ours;
}

/* Ends it as whoever has this claim, with a result or else an error. */
static void end(struct background_claim *claim, const char *result, const char *error)
{
    const struct background_end end = {
        .result = result, .result_len = result == NULL ? 0 : strlen(result), .error = error};

    ck_assert_int_eq(background_end(r.pg, claim, &end, soon()), PG_OK);
}

static void lapse(void)
{
    database_exec(r.database, "UPDATE background_job SET lease_until = now() - interval '1 second' "
                              "WHERE state = 'running'");
}

/* All that can change of a job. */
static void expect(const char *job, const char *wanted)
{
    char sql[1024], id[UUID_TEXT_LEN + 1];

    uuid_format(reading_id(job), id);
    snprintf(sql, sizeof sql,
             "SELECT concat_ws(' ', state, done, total, coalesce(tally::text, '-'), "
             "coalesce(convert_from(substring(uuid_send(place) FOR 4), 'UTF8'), '-'), "
             "coalesce(result::text, '-'), coalesce(error, '-'), coalesce(slot::text, '-'), "
             "CASE WHEN lease_until > now() THEN 'leased' WHEN lease_until IS NULL THEN 'free' "
             "ELSE 'lapsed' END, CASE WHEN ended_at IS NULL THEN 'open' ELSE 'ended' END) "
             "FROM background_job WHERE job_id = '%s'",
             id);
    char *got = database_ask(r.database, sql);
    ck_assert_msg(got != NULL && strcmp(got, wanted) == 0, "%s: %s, not %s", job, got, wanted);
    free(got);
}

/* However long a file is, a back-test begins. */
START_TEST(imports_are_taken_by_themselves)
{
    reading_exec(&r, "UPDATE background_job SET kind = 'import' WHERE job_id = :first");
    struct background_claim import = claim_of(true), none = claim_of(true), other = claim();

    ck_assert(uuid_equal(import.job, reading_id("first")));
    ck_assert(uuid_is_nil(none.workspace));
    ck_assert(uuid_equal(other.job, reading_id("second")));
    ck_assert(uuid_is_nil(claim().workspace));
}
END_TEST

START_TEST(the_oldest_is_taken_first_and_by_one_alone)
{
    struct background_claim first = claim(), second = claim(), none = claim();

    ck_assert(uuid_equal(first.workspace, r.read.workspace));
    ck_assert(uuid_equal(first.job, reading_id("first")));
    ck_assert_int_eq(first.kind, BACKGROUND_APPLY);
    ck_assert_str_eq(first.request, "{\"n\":1}");
    ck_assert_uint_eq(first.request_len, strlen("{\"n\":1}"));
    ck_assert(uuid_equal(first.asked_by, r.ana));
    ck_assert(uuid_equal(first.team, r.marketing));
    ck_assert(uuid_equal(second.job, reading_id("second")));
    ck_assert_int_eq(second.kind, BACKGROUND_BACKTEST);
    ck_assert(uuid_equal(second.asked_by, r.sam));
    ck_assert(uuid_equal(second.team, r.sdr));
    ck_assert(uuid_is_nil(none.workspace));
    expect("first", "running 0 50 - - - - 1 leased open");
}
END_TEST

START_TEST(another_goes_on_where_it_stood_once_the_lease_lapsed)
{
    struct background_claim first = claim();

    claim();
    ck_assert(renew(&first, 20, 60, "here", "{\"t\":3}"));
    expect("first", "running 20 60 {\"t\":3} here - - 1 leased open");
    ck_assert(uuid_is_nil(claim().workspace));
    ck_assert(uuid_is_nil(claim_one("first").workspace));
    lapse();
    struct background_claim again = claim();
    ck_assert(uuid_equal(again.job, reading_id("first")));
    ck_assert_int_eq(again.done, 20);
    ck_assert(uuid_equal(again.place, reading_id("here")));
    ck_assert_str_eq(again.tally, "{\"t\":3}");
    ck_assert_uint_eq(again.tally_len, strlen("{\"t\":3}"));
    expect("first", "running 20 60 {\"t\":3} here - - 1 leased open");
    /* more was done than was thought to be there */
    ck_assert(renew(&again, 70, 60, "next", "{\"t\":4}"));
    expect("first", "running 70 70 {\"t\":4} next - - 1 leased open");
}
END_TEST

/* A server that was away for longer than its lease comes back while another goes on: it hears that
 * the job is not its own any more, and writes neither progress nor an end. */
START_TEST(one_that_was_taken_over_is_not_the_first_ones_any_more)
{
    struct background_claim first = claim();

    ck_assert(renew(&first, 20, 60, "here", "{\"t\":3}"));
    ck_assert(renew(&first, 25, 60, "here", "{\"t\":4}"));
    lapse();
    struct background_claim again = claim_one("first");
    ck_assert(!renew(&first, 30, 60, "away", "{\"t\":9}"));
    end(&first, "{}", NULL);
    expect("first", "running 25 60 {\"t\":4} here - - 1 leased open");
    ck_assert(renew(&again, 40, 60, "next", "{\"t\":5}"));
    end(&again, "{\"ok\":true}", NULL);
    expect("first", "done 25 25 {\"t\":5} next {\"ok\":true} - - free ended");
}
END_TEST

START_TEST(the_command_line_takes_the_one_that_it_asked_for)
{
    struct background_claim second = claim_one("second");

    ck_assert(uuid_equal(second.job, reading_id("second")));
    ck_assert_int_eq(second.kind, BACKGROUND_BACKTEST);
    ck_assert(uuid_is_nil(claim_one("second").workspace));
    ck_assert(uuid_is_nil(claim_one("third").workspace));
    lapse();
    second = claim_one("second");
    ck_assert(uuid_equal(second.job, reading_id("second")));
    end(&second, "{}", NULL);
    ck_assert(uuid_is_nil(claim_one("second").workspace));
    ck_assert(uuid_equal(claim().job, reading_id("first")));
}
END_TEST

/* How a job ended, and what it is then. */
static const struct {
    const char *result, *error, *wanted;
} ends[] = {
    {"{\"ok\":true}", NULL, "done 9 9 {\"t\":3} here {\"ok\":true} - - free ended"},
    {NULL, "unavailable", "failed 9 9 {\"t\":3} here - unavailable - free ended"},
    {"{\"ok\":true}", "unavailable", "done 9 9 {\"t\":3} here {\"ok\":true} - - free ended"},
};

START_TEST(one_that_ended_is_neither_renewed_nor_ended_again_nor_taken)
{
    struct background_claim first = claim();

    ck_assert(renew(&first, 8, 60, "here", "{\"t\":3}"));
    first.done = 9;
    end(&first, ends[_i].result, ends[_i].error);
    expect("first", ends[_i].wanted);
    ck_assert(!renew(&first, 30, 60, "next", "{\"t\":9}"));
    first.done = 40;
    end(&first, "{\"late\":1}", NULL);
    expect("first", ends[_i].wanted);
    ck_assert(uuid_equal(claim().job, reading_id("second")));
    ck_assert(uuid_is_nil(claim().workspace));
}
END_TEST

/* Cancelled while it runs: whoever runs it hears of it with the next renewal. */
START_TEST(one_that_was_cancelled_stays_so)
{
    struct background_claim first = claim();

    database_exec(r.database, "UPDATE background_job SET state = 'cancelled', ended_at = now(), "
                              "lease_until = NULL, slot = NULL WHERE state = 'running'");
    ck_assert(!renew(&first, 30, 60, "next", "{\"t\":9}"));
    end(&first, "{}", NULL);
    expect("first", "cancelled 0 50 - - - - - free ended");
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "background");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    TESTS(tcase, imports_are_taken_by_themselves, the_oldest_is_taken_first_and_by_one_alone,
          another_goes_on_where_it_stood_once_the_lease_lapsed,
          one_that_was_taken_over_is_not_the_first_ones_any_more,
          the_command_line_takes_the_one_that_it_asked_for);
    EACH(tcase, one_that_ended_is_neither_renewed_nor_ended_again_nor_taken, ends);
    TESTS(tcase, one_that_was_cancelled_stays_so);
}
