/* Time that passes: leases that end, offers that are late, leads that wait. The test moves the
 * clock that the product sees, the server's and the database's, and waits for nothing but the jobs'
 * next look. */
#include "stage.h"
#include "suite.h"

#include "store/pg/pg.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdlib.h>

#define SIGNED "--starter mql --sign"
#define AT     "/v1/handoffs/${offer}"
#define MINUTE 60
#define DAY    (24 * 60 * MINUTE)

#define OFFERED                                                                                    \
    POST("marketing captures Kim, who is offered to sales", "marketing", "/v1/leads",              \
         "{'email':'kim@corp.example','attributes':{'seniority':'vp'},"                            \
         "'touch':{'kind':'form_submitted','source':'google'}}",                                   \
         201, .checks = {{"/handoff/state", "'offered'"}},                                         \
         .keep = {{"kim", "/lead/id"}, {"offer", "/handoff/id"}})

static const struct step lease[] = {
    OFFERED,
    POST("Sam claims her for ten minutes", "sam", "/v1/handoffs/claim",
         "{'team':'sales','lease_seconds':600}", 200,
         .checks = {{"/data/0/handoff/id", "'${offer}'"}}),
    LATER("nine pass", 9 * MINUTE),
    POST("Sue may not have her", "sue", AT "/accept", NULL, 409,
         .checks = {{"/code", "'claimed_by_other'"}}),
    POST("and finds nobody else", "sue", "/v1/handoffs/claim", "{'team':'sales'}", 200,
         .checks = {{"/data", "#0"}}),
    LATER("two more pass", 2 * MINUTE),
    POST("and she finds her", "sue", "/v1/handoffs/claim", "{'team':'sales'}", 200,
         .checks = {{"/data/0/handoff/id", "'${offer}'"}}),
    POST("whom Sam has lost", "sam", AT "/accept", NULL, 409,
         .checks = {{"/code", "'claimed_by_other'"}}),
    {0},
};

/* An offer that nobody answered stays, and says that it is late. */
static const struct step overdue[] = {
    OFFERED,
    GET("sales has time", "sam", AT, 200, .checks = {{"/overdue", "false"}}),
    LATER("nobody looks at her for two months", 60 * DAY),
    UNTIL("then they are late", "ana", AT, 200,
          .checks = {{"/state", "'offered'"}, {"/overdue", "true"}}),
    {0},
};

/* Who wants to buy later is offered again when the wait is over, and whoever takes her and does not
 * decide is reminded. */
static const struct step nurture[] = {
    OFFERED,
    POST("Sam rejects her: later", "sam", AT "/reject", "{'reason':'bad_timing'}", 200,
         .checks = {{"/lead/next/step", "'nurture'"}}),
    LATER("most of the wait passes", 29 * DAY),
    POST("she comes by", "marketing", "/v1/leads/${kim}/touches",
         "{'kind':'page_view','source':'google'}", 201, .checks = {{"/handoff", "null"}}),
    POST("and fills in a form", "marketing", "/v1/leads/${kim}/touches",
         "{'kind':'form_submitted','source':'google'}", 201, .checks = {{"/handoff", "null"}}),
    LATER("the rest of it passes", 2 * DAY),
    UNTIL("she is offered again", "sam", "/v1/leads/${kim}", 200,
          .checks = {{"/next/step", "'answer'"}}, .keep = {{"again", "/open_handoff"}}),
    GET("after the first time", "sam", "/v1/handoffs/${again}", 200,
        .checks = {{"/previous", "'${offer}'"}, {"/state", "'offered'"}}),
    POST("Sam takes her", "sam", "/v1/handoffs/${again}/accept", NULL, 200,
         .checks = {{"/lead/next/step", "'decide'"}}),
    LATER("and does nothing", 15 * DAY),
    UNTIL("he is reminded", "sam", "/v1/leads/${kim}", 200, .checks = {{"/next/why", "'overdue'"}}),
    POST("he may decide still", "sam", "/v1/handoffs/${again}/qualify", NULL, 200,
         .checks = {{"/lead/next/step", "'follow_up'"}}),
    LATER("a month passes", 31 * DAY),
    UNTIL("he is reminded to follow up", "sam", "/v1/leads/${kim}/timeline?limit=100", 200,
          .checks = {{"/data/13/type", "'lead.reminded'"}}),
    {0},
};

/* Who never qualifies is judged three times, and then her owner is asked, daily. */
static const struct step in_vain[] = {
    POST("a stranger comes by", "marketing", "/v1/leads",
         "{'email':'lee@corp.example','touch':{'kind':'page_view','source':'google'}}", 201,
         .checks = {{"/lead/next/step", "'nurture'"}}, .keep = {{"kim", "/lead/id"}}),
    LATER("a month passes", 31 * DAY),
    UNTIL("he is judged again", "ana", "/v1/leads/${kim}/timeline", 200,
          .checks = {{"/data/2/type", "'lead.judged'"}}),
    LATER("another one", 31 * DAY),
    UNTIL("and again", "ana", "/v1/leads/${kim}/timeline", 200,
          .checks = {{"/data/3/type", "'lead.judged'"}}),
    LATER("and a third one", 31 * DAY),
    UNTIL("then marketing is asked", "ana", "/v1/leads/${kim}", 200,
          .checks = {{"/next/step", "'review'"}, {"/next/why", "'nurtured_in_vain'"}}),
    POST("who wants to wait for longer", "ana", "/v1/leads/${kim}/review", "{'decision':'nurture'}",
         200, .checks = {{"/lead/next/step", "'nurture'"}}),
    {0},
};

static const struct {
    const char *label;
    const struct step *steps;
} stories[] = {
    {"a lease", lease}, {"an offer", overdue}, {"a wait", nurture}, {"in vain", in_vain}};

STORY(it_ends_when_its_time_has_passed, SIGNED, stories[_i].steps)

/* ---- a clock that is wrong ---- */

#define WRONG_BY (8 * DAY)
#define WAIT_MS  30000
#define POLL_MS  20

/* First column of the first row, as superuser, whose now() is the real one. */
static long long ask(const char *sql)
{
    PGconn *conn = PQconnectdb(stage_database());
    PGresult *result = PQexec(conn, sql);

    ck_assert_msg(PQresultStatus(result) == PGRES_TUPLES_OK, "%s", PQerrorMessage(conn));
    long long number = PQntuples(result) == 0 ? -1 : strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
    PQfinish(conn);
    return number;
}

static void wait_until(const char *sql, const char *what)
{
    int64_t give_up = pg_now_ms() + WAIT_MS;

    while (ask(sql) <= 0) {
        ck_assert_msg(pg_now_ms() < give_up, "not within %d s: %s", WAIT_MS / 1000, what);
        poll(NULL, 0, POLL_MS);
    }
}

static const struct step kim_is_waiting[] = {
    POST("marketing captures Kim", "marketing", "/v1/leads", "{'email':'kim@corp.example'}", 201,
         .headers = {"Idempotency-Key: kept"}, .keep = {{"kim", "/lead/id"}, {"first", "@body"}}),
    {0}};

static const struct step nothing_is_lost[] = {
    POST("what was answered a moment ago is kept for its week", "marketing", "/v1/leads",
         "{'email':'kim@corp.example'}", 201, .headers = {"Idempotency-Key: kept"},
         .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    UNTIL("and what is due is done, though the clock was ahead", "ana", "/v1/leads/${kim}/timeline",
          200, .checks = {{"/data/2/type", "'lead.judged'"}}),
    {0}};

/* The database's clock is eight days ahead, for as long as the jobs take to look. */
START_TEST(a_clock_that_jumps_puts_nothing_off_and_drops_nothing)
{
    struct stage stage = stage_open(SIGNED);
    int64_t jumps = service_metric(stage_service(), "clock_jumps_total");

    story_run(stage.story, kim_is_waiting);
    wait_until(
        "SELECT count(*) FROM job WHERE name = 'due' HAVING min(due_at) > now() + (SELECT by "
        "FROM test_clock.ahead)",
        "the jobs have seen the clock");
    test_clock_jump(WRONG_BY);
    stage_sql("UPDATE job SET due_at = now() - interval '1 second' "
              "WHERE name IN ('due', 'retention')");
    wait_until("SELECT count(*) FROM (SELECT FROM job WHERE name IN ('due', 'retention') HAVING "
               "min(due_at) > now() + interval '1 day' + (SELECT by - interval '8 days' FROM "
               "test_clock.ahead)) j",
               "the jobs run while the clock is ahead");
    test_clock_jump(-WRONG_BY);
    stage_sql("UPDATE lead SET next_at = now() + (SELECT by FROM test_clock.ahead) "
              "WHERE next_step = 'nurture'");
    story_run(stage.story, nothing_is_lost);
    ck_assert_int_ge(service_metric(stage_service(), "clock_jumps_total") - jumps, 2);
    ck_assert_int_gt(service_metric(stage_service(), "jobs_pulled_back_total"), 0);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "clock");

    TESTS(tcase, a_clock_that_jumps_puts_nothing_off_and_drops_nothing);
    EACH(tcase, it_ends_when_its_time_has_passed, stories);
}
