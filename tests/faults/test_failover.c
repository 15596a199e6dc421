/*
 * The primary dies and the standby takes its place: nothing that was acknowledged is lost, the same
 * keys answer the same bytes, and the server finds the new primary by itself. And a COMMIT that
 * stands on the primary alone is not acknowledged, nor are the answers that repeat it.
 */
#include "invariants.h"
#include "load.h"
#include "replica.h"
#include "suite.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAPTURING     8
#define ANSWERING     4
#define BEFORE        400 /* writes acknowledged before the primary dies, and after */
#define BEFORE_LONG   20000
#define CONNINFO_MAX  1024 /* bytes */
#define BODY_MAX      256  /* bytes */
#define KEY_MAX       64   /* bytes */
#define OUTAGE_TRIES  4
#define REFUSED_IN_MS 3000 /* asked for: 1 s; sanitizers and shared cores take their part */
#define REFUSED_LONG  1000
#define AGAIN_IN_MS   10000 /* asked for: 2 s */
#define AGAIN_LONG    2000
#define WAIT_MS       30000
#define POLL_MS       10

static struct replica *primary, *standby;
static struct trial trial;

static bool is_long(void)
{
    return getenv("BATON_LONG") != NULL;
}

/* Everybody in the test finds whichever of the two takes writes. */
static void set_up(void)
{
    static char both[CONNINFO_MAX];

    primary = replica_primary();
    standby = replica_standby(primary);
    snprintf(both, sizeof both,
             "host=127.0.0.1,127.0.0.1 port=%d,%d user=postgres target_session_attrs=read-write",
             replica_port(primary), replica_port(standby));
    setenv("BATON_TEST_PG", both, 1);
    replica_wait_for_standby(primary);
    trial_begin(&trial, NULL);
}

static void tear_down(void)
{
    replica_wait_no_more(primary);
    trial_free(&trial);
    replica_free(primary);
    replica_free(standby);
    primary = standby = NULL;
}

/* ---- single writes ---- */

static int capture(struct client *client, const char *key, const char *email, struct answer *out)
{
    char body[BODY_MAX], header[KEY_MAX + 32];

    snprintf(body, sizeof body, "{\"email\":\"%s\"}", email);
    snprintf(header, sizeof header, "Idempotency-Key: %s", key);
    client_call(client,
                &(struct call){.method = "POST",
                               .target = "/v1/leads",
                               .token = trial.marketing,
                               .body = body,
                               .headers = {header}},
                out);
    return out->status;
}

/* While there is no primary a write is refused soon, and says when to come again. */
static void refused_soon(struct client *client)
{
    int64_t longest = 0;

    for (int i = 0; i < OUTAGE_TRIES; i++) {
        struct answer answer;
        int64_t begun = pg_now_ms();
        ck_assert_int_eq(capture(client, "outage", "outage@acme.example", &answer), 503);
        ck_assert_ptr_nonnull(answer_header(&answer, "Retry-After"));
        answer_release(&answer);
        longest = pg_now_ms() - begun > longest ? pg_now_ms() - begun : longest;
    }
    printf("without a primary: 503 within %lld ms\n", (long long)longest);
    ck_assert_int_le(longest, is_long() ? REFUSED_LONG : REFUSED_IN_MS);
}

START_TEST(the_standby_takes_over)
{
    struct load *load = load_start(&trial, CAPTURING, ANSWERING);
    struct client *client = client_new(service_url(trial.services[0]));

    load_wait(load, is_long() ? BEFORE_LONG : BEFORE);
    replica_kill(primary);
    refused_soon(client);
    replica_promote(standby);
    int64_t again = load_wait(load, 1);
    printf("promoted: writes again after %lld ms\n", (long long)again);
    ck_assert_int_le(again, is_long() ? AGAIN_LONG : AGAIN_IN_MS);
    load_wait(load, is_long() ? BEFORE_LONG : BEFORE);
    load_stop(load);
    client_free(client);
    ck_assert_int_eq(kill(service_pid(trial.services[0]), 0), 0);
    invariants_check(&trial, INVARIANTS_OTHER_LEADS);
}
END_TEST

/* ---- a COMMIT that stands on the primary alone ---- */

struct asked {
    pthread_t thread;
    const char *key;
    struct answer answer;
};

static void *ask_for_it(void *argument)
{
    struct asked *asked = argument;
    struct client *client = client_new(service_url(trial.services[0]));

    capture(client, asked->key, "alone@acme.example", &asked->answer);
    client_free(client);
    return NULL;
}

#define WAITS_FOR_STANDBY                                                                          \
    "FROM pg_stat_activity WHERE application_name = 'baton' AND wait_event = 'SyncRep'"

static void wait_until_a_commit_waits(void)
{
    int64_t deadline = pg_deadline_in(WAIT_MS);

    while (replica_ask(primary, "SELECT count(*) " WAITS_FOR_STANDBY) == 0) {
        ck_assert_msg(pg_now_ms() < deadline, "no COMMIT waits for the standby");
        poll(NULL, 0, POLL_MS);
    }
}

/* Ends every wait for the standby until nobody asks any more. The first leaves what was written on
 * the primary, with no more than a warning; the next ones are of the group run again, which finds
 * it there. */
static void cancel_waits(struct asked *asked)
{
    while (pthread_tryjoin_np(asked->thread, NULL) != 0) {
        replica_ask(primary, "SELECT count(pg_cancel_backend(pid)) " WAITS_FOR_STANDBY);
        poll(NULL, 0, POLL_MS);
    }
}

static void ask_while_waits_are_cancelled(const char *key)
{
    struct asked asked = {.key = key};

    ck_assert_int_eq(pthread_create(&asked.thread, NULL, ask_for_it, &asked), 0);
    wait_until_a_commit_waits();
    cancel_waits(&asked);
    ck_assert_msg(asked.answer.status == 503, "%d %s", asked.answer.status, asked.answer.body);
    ck_assert_str_eq(json_string_value(json_object_get(asked.answer.json, "code")),
                     "outcome_unknown");
    ck_assert_str_eq(answer_header(&asked.answer, "Idempotency-Key"), key);
    answer_release(&asked.answer);
}

static long long leads_alone(void)
{
    return trial_ask(&trial, "SELECT count(*) FROM identity WHERE value = 'alone@acme.example'");
}

START_TEST(what_the_standby_has_not_got_is_not_acknowledged)
{
    struct client *client = client_new(service_url(trial.services[0]));
    struct answer answer;

    replica_kill(standby);
    ask_while_waits_are_cancelled("alone");
    ck_assert_int_eq(leads_alone(), 1);
    replica_restart(standby);
    int64_t deadline = pg_deadline_in(WAIT_MS);
    while (capture(client, "alone", "alone@acme.example", &answer) == 503) {
        ck_assert_int_lt(pg_now_ms(), deadline);
        answer_release(&answer);
    }
    ck_assert_int_eq(answer.status, 201);
    ck_assert_str_eq(answer_header(&answer, "Idempotent-Replayed"), "true");
    answer_release(&answer);
    replica_kill(primary);
    replica_promote(standby);
    ck_assert_int_eq(leads_alone(), 1);
    client_free(client);
    invariants_check(&trial, INVARIANTS_OTHER_LEADS);
}
END_TEST

/* ---- a primary that is one no more ---- */

START_TEST(a_server_that_turned_read_only_is_left)
{
    struct client *client = client_new(service_url(trial.services[0]));
    struct answer answer;

    ck_assert_int_eq(capture(client, "before", "before@acme.example", &answer), 201);
    answer_release(&answer);
    replica_ask(primary, "ALTER SYSTEM SET default_transaction_read_only = on");
    replica_ask(primary, "SELECT pg_reload_conf()::int");
    int64_t deadline = pg_deadline_in(WAIT_MS);
    int status;
    while ((status = capture(client, "during", "during@acme.example", &answer)) == 201) {
        ck_assert_int_lt(pg_now_ms(), deadline); /* until its sessions have heard of it */
        answer_release(&answer);
        capture(client, "during-more", "more@acme.example", &answer);
        answer_release(&answer);
    }
    ck_assert_int_eq(status, 503);
    answer_release(&answer);
    replica_promote(standby);
    while (capture(client, "after", "after@acme.example", &answer) == 503) {
        ck_assert_int_lt(pg_now_ms(), deadline);
        answer_release(&answer);
    }
    ck_assert_int_eq(answer.status, 201);
    answer_release(&answer);
    client_free(client);
    replica_kill(primary); /* whoever only reads there would stay */
    invariants_check(&trial, INVARIANTS_OTHER_LEADS);
}
END_TEST

/* ---- a standby that had not got everything ---- */

/* A key by this title; its token. */
static void make_key(struct client *client, const char *title, char token[TRIAL_KEY_MAX])
{
    int64_t deadline = pg_deadline_in(WAIT_MS);
    char body[BODY_MAX];
    struct answer answer;

    snprintf(body, sizeof body,
             "{\"title\":\"%s\",\"team\":\"marketing\",\"roles\":[\"capture\",\"read\"]}", title);
    const struct call call = {
        .method = "POST", .target = "/v1/keys", .token = trial.ana, .body = body};
    for (client_call(client, &call, &answer); answer.status == 503;
         client_call(client, &call, &answer)) {
        ck_assert_msg(pg_now_ms() < deadline, "%s", answer.body);
        answer_release(&answer);
    }
    ck_assert_msg(answer.status == 201, "%d %s", answer.status, answer.body);
    snprintf(token, TRIAL_KEY_MAX, "%s", json_string_value(json_object_get(answer.json, "token")));
    answer_release(&answer);
}

static int capture_touch(struct client *client, const char *token, const char *email)
{
    char body[BODY_MAX];
    struct answer answer;

    snprintf(body, sizeof body,
             "{\"email\":\"%s\",\"touch\":{\"kind\":\"form_submitted\",\"source\":\"lost\"}}",
             email);
    client_call(
        client,
        &(struct call){.method = "POST", .target = "/v1/leads", .token = token, .body = body},
        &answer);
    int status = answer.status;
    answer_release(&answer);
    return status;
}

static int me(struct client *client, const char *token)
{
    struct answer answer;

    client_call(client, &(struct call){.method = "GET", .target = "/v1/me", .token = token},
                &answer);
    int status = answer.status;
    answer_release(&answer);
    return status;
}

/* Replicated asynchronously, it takes over without the newest configuration; the next change gives
 * that version's number to another one. What the server had read of the lost one must be gone: a
 * key, the values of a touch that it knew to be stored. */
START_TEST(what_was_lost_with_the_primary_is_forgotten)
{
    char lost[TRIAL_KEY_MAX], kept[TRIAL_KEY_MAX];
    struct client *client = client_new(service_url(trial.services[0]));

    replica_wait_no_more(primary);
    replica_kill(standby);
    make_key(client, "lost", lost);
    ck_assert_int_eq(me(client, lost), 200);
    ck_assert_int_eq(capture_touch(client, lost, "a@acme.example"), 201);
    replica_kill(primary);
    replica_restart(standby);
    replica_promote(standby);
    make_key(client, "kept", kept);
    ck_assert_int_eq(capture_touch(client, lost, "b@acme.example"), 401);
    ck_assert_int_eq(me(client, lost), 401);
    ck_assert_int_eq(me(client, kept), 200);
    ck_assert_int_eq(capture_touch(client, kept, "c@acme.example"), 201);
    ck_assert_int_eq(trial_ask(&trial, "SELECT count(*) FROM dimension WHERE value = 'lost'"), 1);
    client_free(client);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "a standby");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    TESTS(tcase, the_standby_takes_over, what_the_standby_has_not_got_is_not_acknowledged,
          a_server_that_turned_read_only_is_left, what_was_lost_with_the_primary_is_forgotten);
}
