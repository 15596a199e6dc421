/* What an operator alarms on, as /metrics shows it: without a key, and without a name. */
#include "exposition.h"
#include "mql_file.h"
#include "stage.h"
#include "suite.h"

#include "store/pg/pg.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS 60000

static const struct step what_happens[] = {
    POST("a lead qualifies, and is offered", "marketing", "/v1/leads",
         "{'email':'kim@acme.example','attributes':{'company.employees':120,'seniority':'vp'},"
         "'touch':{'kind':'demo_requested','source':'google'}}",
         201, .checks = {{"/handoff/state", "'offered'"}}),
    POST("a source whose mapping will not fit", "ana", "/v1/sources",
         "{'name':'forms','team':'marketing','mapping':{'email':'/email'}}", 201,
         .keep = {{"path", "/source/path"}}),
    POST("what it sends fails", "marketing", "${path}", "{'email':'no address'}", 202,
         .checks = {{"/status", "'failed'"}}),
    POST("of this a part comes in", "marketing", "${path}",
         "[{'email':'no address'},{'email':'lou@acme.example'}]", 202,
         .checks = {{"/status", "'partial'"}}),
    {0},
};

static char *scrape(struct client *client)
{
    struct answer answer;

    client_call(client, &(struct call){.method = "GET", .target = "/metrics"}, &answer);
    ck_assert_int_eq(answer.status, 200);
    char *text = strdup(answer.body);
    answer_release(&answer);
    return text;
}

/* The text in which the gauge has this value, within a while; the caller frees it. */
static char *await(struct client *client, const char *gauge, double wanted)
{
    int64_t until = pg_deadline_in(WAIT_MS);
    double value = -1;

    for (;;) {
        char *text = scrape(client);
        if (exposition_value(text, gauge, &value) && value == wanted)
            return text;
        free(text);
        ck_assert_msg(pg_now_ms() < until, "%s: wanted %g, has %g", gauge, wanted, value);
        poll(NULL, 0, 100);
    }
}

START_TEST(metrics_show_what_waits_and_what_failed)
{
    struct stage stage = stage_open("--starter " MQL_FILE " --sign");
    double value;

    story_run(stage.story, what_happens);
    free(await(stage.client, "baton_deliveries_failed", 1));
    free(await(stage.client, "baton_deliveries_partial", 1));
    char *text = await(stage.client, "baton_handoffs_waiting", 1);
    const char *fault = exposition_fault(text);
    ck_assert_msg(fault == NULL, "%s", fault);
    ck_assert(exposition_value(text, "baton_handoffs_overdue", &value));
    ck_assert(value == 0);
    ck_assert(exposition_value(text, "baton_gauges_read_timestamp_seconds", &value));
    ck_assert(value > 1.7e9);
    /* no server has a key that signs */
    ck_assert(exposition_value(text, "baton_rollup_lag_entries", &value));
    ck_assert(exposition_value(text, "baton_checkpoint_lag_entries", &value));
    ck_assert(value > 0);
    ck_assert_ptr_null(strstr(text, "acme"));
    free(text);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tests = suite_case(suite, "gauges");

    TESTS(tests, metrics_show_what_waits_and_what_failed);
}
