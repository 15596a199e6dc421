/*
 * The connection to the database is cut, reset, black-holed or slowed, at every moment of a write,
 * while clients capture leads and answer handoffs. Every request is answered in time, what is in
 * doubt is called so, and nothing takes effect twice. BATON_LONG=1 goes through every byte.
 */
#include "invariants.h"
#include "load.h"
#include "proxy.h"

#include "store/pg.h"

#include <check.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUEST_TIMEOUT_MS   3000
#define REQUEST_TIMEOUT_TEXT "3000"
/* Beyond its timeout an answer may take so long: watches tick, and cores are shared. */
#define ANSWER_SLACK_MS 2000
/* What must be over in 2 s, on a loaded machine under a sanitizer. */
#define AGAIN_MS      4000
#define AGAIN_LONG_MS 2000
/* As many sessions as the server's pools have at most. */
#define WAIT_MS 30000
/* From a write on a connection that goes silent to its being done on another: the group waits 8 s
 * for its answer, ends the session that it left behind, and runs again. */
#define SILENCE_MS 12000
#define POLL_MS    5
#define BODY_MAX   512             /* bytes */
#define KEY_MAX    64              /* bytes */
#define LANE       "answer_insert" /* only what a lane saves has it */

static struct trial trial;
static struct proxy *proxy;

static bool in_full(void)
{
    return getenv("BATON_LONG") != NULL;
}

static void setup(void)
{
    proxy = proxy_start(database_cluster());
    trial_begin(&trial, &(struct trial_options){
                            .through_port = proxy_port(proxy),
                            .settings = {{"BATON_REQUEST_TIMEOUT_MS", REQUEST_TIMEOUT_TEXT}}});
}

static void teardown(void)
{
    trial_free(&trial);
    proxy_stop(proxy);
    proxy = NULL;
}

/* ---- one request ---- */

static long long metric(const char *name)
{
    char label[128];
    struct answer answer;
    struct client *client = client_new(service_url(trial.services[0]));

    client_call(client, &(struct call){.method = "GET", .target = "/metrics"}, &answer);
    int len = snprintf(label, sizeof label, "\n%s ", name);
    const char *found = strstr(answer.body, label);
    ck_assert_msg(found != NULL, "no metric %s", name);
    long long value = strtoll(found + len, NULL, 10);
    answer_release(&answer);
    client_free(client);
    return value;
}

/* A capture of somebody new, which is repeated as it is until it is decided. */
struct capture {
    char key[KEY_MAX];
    char body[BODY_MAX];
    int status;         /* of the first answer */
    char code[KEY_MAX]; /* "" of a success */
    int64_t took_ms;
};

static struct write write_of(const struct capture *capture)
{
    return (struct write){.target = "/v1/leads",
                          .token = trial.marketing,
                          .key = capture->key,
                          .body = capture->body};
}

static void new_capture(struct capture *capture)
{
    static int number;

    number++;
    *capture = (struct capture){.status = 0};
    snprintf(capture->key, sizeof capture->key, "proxy-%d", number);
    snprintf(capture->body, sizeof capture->body,
             "{\"email\":\"x%d@proxy.example\",\"attributes\":{\"company.employees\":120,"
             "\"seniority\":\"vp\"},\"touch\":{\"kind\":\"form_submitted\",\"source\":\"google\","
             "\"event_id\":\"x%d\"}}",
             number, number);
}

static void note_answer(struct capture *capture, const struct answer *answer)
{
    const char *code = json_string_value(json_object_get(answer->json, "code"));
    const char *key = answer_header(answer, "Idempotency-Key");

    capture->status = answer->status;
    snprintf(capture->code, sizeof capture->code, "%s", code == NULL ? "" : code);
    if (answer->status != 503)
        return;
    ck_assert_ptr_nonnull(answer_header(answer, "Retry-After"));
    if (strcmp(capture->code, "outcome_unknown") == 0)
        ck_assert_str_eq(key == NULL ? "" : key, capture->key);
    else
        ck_assert_str_eq(capture->code, "unavailable");
}

/* Sends it once. Answered in time, and with 201 or an honest 503. */
static void try_capture(struct client *client, struct capture *capture)
{
    char header[BODY_MAX];
    struct answer answer;
    int64_t begun = pg_now_ms();

    snprintf(header, sizeof header, "Idempotency-Key: %s", capture->key);
    client_call(client,
                &(struct call){.method = "POST",
                               .target = "/v1/leads",
                               .token = trial.marketing,
                               .body = capture->body,
                               .headers = {header}},
                &answer);
    capture->took_ms = pg_now_ms() - begun;
    note_answer(capture, &answer);
    if (capture->status != 503)
        ck_assert_msg(capture->status == 201, "%d %s", capture->status, answer.body);
    ck_assert_int_le(capture->took_ms, REQUEST_TIMEOUT_MS + ANSWER_SLACK_MS);
    if (capture->status == 201) {
        struct write write = write_of(capture);
        journal_keep(trial.journal, &write, &answer);
    }
    answer_release(&answer);
}

/* Until it is decided; repeats it once more, when the journal checks that it is the same. */
static int64_t insist(struct client *client, const struct capture *capture)
{
    const struct write write = write_of(capture);
    int64_t begun = pg_now_ms();

    ck_assert_int_eq(journal_write(trial.journal, client, &write, NULL), 201);
    return pg_now_ms() - begun;
}

static long long leads_of(const struct capture *capture)
{
    char sql[BODY_MAX];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM identity WHERE value = '%.*s'",
             (int)strcspn(capture->body + 10, "\""), capture->body + 10);
    return trial_ask(&trial, sql);
}

/* ---- each fault at each moment of COMMIT ---- */

static const struct moment {
    const char *name;
    enum proxy_at at;
    enum proxy_act act;
    bool done_before; /* it has committed when the fault strikes, or will: a replay */
} moments[] = {
    {"cut before COMMIT", PROXY_COMMIT_HELD, PROXY_CUT, false},
    {"cut after COMMIT", PROXY_COMMIT_SENT, PROXY_CUT, true},
    {"cut before the answer", PROXY_COMMIT_ANSWERED, PROXY_CUT, true},
    {"reset before COMMIT", PROXY_COMMIT_HELD, PROXY_RESET, false},
    {"reset after COMMIT", PROXY_COMMIT_SENT, PROXY_RESET, true},
    {"reset before the answer", PROXY_COMMIT_ANSWERED, PROXY_RESET, true},
    {"slow before COMMIT", PROXY_COMMIT_HELD, PROXY_SLOW, false},
    {"slow after COMMIT", PROXY_COMMIT_SENT, PROXY_SLOW, true},
    {"slow before the answer", PROXY_COMMIT_ANSWERED, PROXY_SLOW, true},
    {"orphaned with COMMIT", PROXY_COMMIT_HELD, PROXY_ORPHAN, false},
};

#define SLOW_BYTES_PER_MS 1
#define ORPHAN_MS         2000
#define MOMENTS           (int)(sizeof moments / sizeof *moments)

/* The group runs again on a new connection and answers as if nothing had been: not even a 503. */
START_TEST(test_fault_at_commit)
{
    const struct moment *moment = &moments[_i];
    struct client *client = client_new(service_url(trial.services[0]));
    struct capture capture;
    bool lost = moment->act != PROXY_SLOW;

    new_capture(&capture);
    insist(client, &capture);
    long long replays = metric("baton_lane_replays_total");
    proxy_arm(proxy, &(struct proxy_rule){.at = moment->at,
                                          .act = moment->act,
                                          .statement = LANE,
                                          .bytes_per_ms = SLOW_BYTES_PER_MS,
                                          .hold_ms = ORPHAN_MS});
    new_capture(&capture);
    try_capture(client, &capture);
    proxy_wait_fired(proxy);
    printf("%s: %d %s after %lld ms\n", moment->name, capture.status, capture.code,
           (long long)capture.took_ms);
    ck_assert_int_eq(capture.status, 201);
    ck_assert_int_eq(metric("baton_lane_replays_total") - replays, lost);
    proxy_heal(proxy);
    insist(client, &capture);
    ck_assert_int_eq(leads_of(&capture), 1);
    client_free(client);
}
END_TEST

/* ---- a connection that went silent ---- */

static const struct silence {
    const char *name;
    enum proxy_at at;
    const char *statement;
} silences[] = {
    {"while saving, with locks held", PROXY_STATEMENT, "head_move"},
    {"after COMMIT", PROXY_COMMIT_SENT, LANE},
    {"while loading", PROXY_STATEMENT, "identity_find"}, /* from here on in full only */
    {"before COMMIT", PROXY_COMMIT_HELD, LANE},
    {"before the answer", PROXY_COMMIT_ANSWERED, LANE},
};

#define SILENCES       (int)(sizeof silences / sizeof *silences)
#define SILENCES_QUICK 2

/* PostgreSQL still has the session, with what it locked, and nothing will ever end it from there.
 * The write is answered in time, and its repetition succeeds a bounded time later. */
START_TEST(test_silence)
{
    const struct silence *silence = &silences[_i];
    struct client *client = client_new(service_url(trial.services[0]));
    struct capture capture;

    new_capture(&capture);
    insist(client, &capture);
    new_capture(&capture);
    proxy_arm(proxy, &(struct proxy_rule){.at = silence->at,
                                          .act = PROXY_BLACKHOLE,
                                          .statement = silence->statement});
    try_capture(client, &capture);
    ck_assert_int_eq(proxy_counts(proxy).fired, 1);
    ck_assert_int_eq(capture.status, 503);
    ck_assert_str_eq(capture.code, "outcome_unknown");
    int64_t later = insist(client, &capture);
    printf("silent %s: %s after %lld ms, done %lld ms later\n", silence->name, capture.code,
           (long long)capture.took_ms, (long long)later);
    ck_assert_int_le(capture.took_ms + later, SILENCE_MS);
    ck_assert_int_eq(leads_of(&capture), 1);
    client_free(client);
}
END_TEST

/* ---- the end ---- */

START_TEST(test_what_is_left)
{
    proxy_heal(proxy);
    trial_end(&trial);
}
END_TEST

static void between(void)
{
    proxy_heal(proxy);
}

int main(void)
{
    Suite *suite = suite_create("faults/proxy");
    TCase *tcase = tcase_create("the connection to the database");
    SRunner *runner = srunner_create(suite);

    tcase_set_timeout(tcase, 0); /* CTest has one */
    tcase_add_unchecked_fixture(tcase, setup, teardown);
    tcase_add_checked_fixture(tcase, between, NULL);
    tcase_add_loop_test(tcase, test_fault_at_commit, 0, MOMENTS);
    tcase_add_loop_test(tcase, test_silence, 0, in_full() ? SILENCES : SILENCES_QUICK);
    tcase_add_test(tcase, test_what_is_left);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
