/*
 * A background job whose server is killed again and again: another takes it over where it stood. At
 * the end of applying a version every lead was judged exactly once; at that of an import every row
 * is one lead that was touched once.
 */
#include "invariants.h"
#include "suite.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEADS        2000
#define LONG_LEADS   20000
#define BATCH        1000
#define KILLS        5
#define WAIT_MS      60000
#define POLL_MS      2
#define BATCH_MAX    (BATCH * 160) /* bytes */
#define CHUNKS_APART 2             /* chunks between two kills */

static struct trial trial;

static void setup(void)
{
    trial_begin(&trial, NULL);
}

static void teardown(void)
{
    trial_free(&trial);
}

static int lead_count(void)
{
    return getenv("BATON_LONG") != NULL ? LONG_LEADS : LEADS;
}

/* Posts and expects this status; the answer is the caller's. */
static void post(const char *token, const char *target, const char *body, int status,
                 struct answer *out)
{
    struct client *client = client_new(service_url(trial.services[0]));
    const struct call call = {.method = "POST", .target = target, .token = token, .body = body};

    client_call(client, &call, out);
    ck_assert_msg(out->status == status, "%s: wanted %d, got %d %s", target, status, out->status,
                  out->body);
    client_free(client);
}

static void capture_leads(void)
{
    static char body[BATCH_MAX];
    struct answer answer;

    for (int from = 0; from < lead_count(); from += BATCH) {
        size_t len = (size_t)snprintf(body, sizeof body, "{\"leads\":[");
        for (int i = from; i < from + BATCH; i++)
            len += (size_t)snprintf(body + len, sizeof body - len,
                                    "%s{\"email\":\"p%d@x.example\",\"attributes\":"
                                    "{\"company.employees\":%d},\"touch\":{\"kind\":"
                                    "\"form_submitted\"}}",
                                    i == from ? "" : ",", i, i % 100);
        snprintf(body + len, sizeof body - len, "]}");
        post(trial.marketing, "/v1/leads/batch", body, 200, &answer);
        answer_release(&answer);
    }
}

static void sign_second_version(void)
{
    static const char document[] =
        "{\"term\":\"mql\",\"title\":\"Fifty\",\"criteria\":[{\"id\":\"size\",\"title\":\"Fifty\","
        "\"kind\":\"fit\",\"required\":true,\"test\":{\"attribute\":\"company.employees\",\"op\":"
        "\"gte\",\"value\":50}}],\"reasons\":[{\"code\":\"spam\",\"title\":\"Spam\",\"about\":"
        "\"process\",\"then\":\"disqualify\"}]}";
    char body[256];
    struct answer answer;

    post(trial.ana, "/v1/definitions/mql/versions", document, 201, &answer);
    answer_release(&answer);
    post(trial.ana, "/v1/definitions/mql/versions/2/propose", "{}", 200, &answer);
    snprintf(body, sizeof body, "{\"content_hash\":\"%s\"}",
             json_string_value(json_object_get(answer.json, "content_hash")));
    answer_release(&answer);
    post(trial.ana, "/v1/definitions/mql/versions/2/sign", body, 200, &answer);
    answer_release(&answer);
    post(trial.sam, "/v1/definitions/mql/versions/2/sign", body, 200, &answer);
    answer_release(&answer);
}

static long long done_leads(void)
{
    return trial_ask_workspace(&trial, "SELECT done FROM background_job WHERE workspace_id = $1");
}

static bool is_over(void)
{
    return trial_ask_workspace(&trial,
                               "SELECT count(*) FROM background_job WHERE workspace_id = $1 "
                               "AND state NOT IN ('queued', 'running')") > 0;
}

static void wait_for(long long done)
{
    int64_t give_up = pg_deadline_in(WAIT_MS);

    while (!is_over() && done_leads() < done) {
        ck_assert_msg(pg_now_ms() < give_up, "%lld leads are done, %lld wanted", done_leads(),
                      done);
        poll(NULL, 0, POLL_MS);
    }
}

/* The lease of a killed server lapses in its own time; here at once. */
static void lapse(void)
{
    trial_ask_workspace(&trial,
                        "UPDATE background_job SET lease_until = now() - interval '1 second' "
                        "WHERE workspace_id = $1 AND state = 'running' RETURNING 1");
}

START_TEST(test_apply_is_taken_over)
{
    struct answer answer;
    int kills = 0;

    capture_leads();
    sign_second_version();
    post(trial.ana, "/v1/definitions/mql/versions/2/apply", "{}", 202, &answer);
    answer_release(&answer);
    for (; kills < KILLS && !is_over(); kills++) {
        wait_for(done_leads() + CHUNKS_APART * 100);
        service_kill(trial.services[0]);
        service_restart(trial.services[0]);
        lapse();
    }
    ck_assert_int_gt(kills, 1);
    wait_for(INT64_MAX);
    ck_assert_int_eq(trial_ask_workspace(&trial, "SELECT (result->>'leads')::int8 FROM "
                                                 "background_job WHERE workspace_id = $1"),
                     lead_count());
    ck_assert_int_eq(trial_ask_workspace(&trial, "SELECT count(*) FROM verdict WHERE workspace_id "
                                                 "= $1 AND version = 2"),
                     lead_count());
    ck_assert_int_eq(trial_ask_workspace(&trial, "SELECT count(DISTINCT lead_id) FROM verdict "
                                                 "WHERE workspace_id = $1 AND version = 2"),
                     lead_count());
    invariants_check(&trial, INVARIANTS_OTHER_LEADS);
}
END_TEST

/* ---- imports ---- */

#define ROWS          6000
#define ROW_BYTES_MAX 400
#define CHUNK_ROWS    256

/* Several pieces of it are stored. */
static void send_rows(void)
{
    char *text = malloc((size_t)ROWS * ROW_BYTES_MAX);
    size_t size = (size_t)ROWS * ROW_BYTES_MAX;
    size_t len = (size_t)snprintf(text, size, "id,email,at,note\n");
    char target[128], body[512];
    struct client *client = client_new(service_url(trial.services[0]));
    struct answer answer;

    for (int i = 0; i < ROWS; i++)
        len += (size_t)snprintf(text + len, size - len, "L%d,%s,2026-%02d-%02d,%0300d\n", i,
                                i % 100 == 7 ? "nobody" : "", 1 + i % 9, 1 + i % 28, i);
    client_call(client,
                &(struct call){.method = "POST",
                               .target = "/v1/imports",
                               .token = trial.ana,
                               .body = text,
                               .body_len = len,
                               .content_type = "text/csv"},
                &answer);
    ck_assert_msg(answer.status == 201, "%d %s", answer.status, answer.body);
    snprintf(target, sizeof target, "/v1/imports/%s/runs",
             json_string_value(json_object_get(answer.json, "id")));
    answer_release(&answer);
    client_free(client);
    free(text);
    snprintf(body, sizeof body,
             "{\"mapping\":{\"as\":\"lead\",\"team\":\"marketing\",\"external_id\":{\"source\":"
             "\"crm\",\"at\":\"/id\"},\"email\":\"/email\",\"occurred_at\":\"/at\",\"touch\":{"
             "\"kind\":{\"value\":\"form_submitted\"}}}}");
    post(trial.ana, target, body, 202, &answer);
    answer_release(&answer);
}

START_TEST(test_import_is_taken_over)
{
    const int refused = ROWS / 100;
    int kills = 0;

    send_rows();
    for (; kills < KILLS && !is_over(); kills++) {
        wait_for(done_leads() + CHUNKS_APART * CHUNK_ROWS);
        service_kill(trial.services[0]);
        service_restart(trial.services[0]);
        lapse();
    }
    ck_assert_int_gt(kills, 1);
    wait_for(INT64_MAX);
    ck_assert_int_eq(trial_ask_workspace(&trial, "SELECT (result->>'rows')::int8 FROM "
                                                 "background_job WHERE workspace_id = $1"),
                     ROWS);
    ck_assert_int_eq(trial_ask_workspace(&trial, "SELECT (result->>'refused')::int8 FROM "
                                                 "background_job WHERE workspace_id = $1"),
                     refused);
    ck_assert_int_eq(trial_ask_workspace(&trial, "SELECT count(*) FROM import_refused WHERE "
                                                 "workspace_id = $1 AND line > 0"),
                     refused);
    ck_assert_int_eq(
        trial_ask_workspace(&trial, "SELECT count(*) FROM lead WHERE workspace_id = $1"),
        ROWS - refused);
    ck_assert_int_eq(
        trial_ask_workspace(&trial, "SELECT count(*) FROM touch WHERE workspace_id = $1"),
        ROWS - refused);
    invariants_check(&trial, INVARIANTS_OTHER_LEADS);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "background jobs");

    tcase_add_checked_fixture(tcase, setup, teardown);
    TESTS(tcase, test_apply_is_taken_over, test_import_is_taken_over);
}
