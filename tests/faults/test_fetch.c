/*
 * What a sender of ids leaves out, while the power goes: the server is killed in the middle of a
 * fetch, or between the answer and its delivery, and two servers fetch at once. At the end each id
 * is one lead that was touched once, by one delivery of its own.
 */
#include "client.h"
#include "receiver.h"
#include "suite.h"
#include "trial.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDS     12
#define MANY    40
#define KILLS   4
#define WAIT_MS 60000
#define POLL_MS 20

static struct trial trial;

static void begin(int servers)
{
    trial_begin(&trial,
                &(struct trial_options){.servers = servers,
                                        .settings = {{"BATON_DELIVERY_ALLOW", "127.0.0.0/8"}}});
    receiver_secrets(trial.workspace, "a-page-token");
}

static void teardown(void)
{
    trial_free(&trial);
}

static void post(int server, const char *token, const char *target, const char *body, int status,
                 struct answer *out)
{
    struct client *client = client_new(service_url(trial.services[server]));
    const struct call call = {.method = "POST", .target = target, .token = token, .body = body};

    client_call(client, &call, out);
    ck_assert_msg(out->status == status, "%s: wanted %d, got %d %s", target, status, out->status,
                  out->body);
    client_free(client);
}

/* Its path is the caller's, to be freed. */
static char *a_source(const char *behaviour)
{
    char body[1024];
    struct answer answer;

    snprintf(
        body, sizeof body,
        "{\"name\":\"ids\",\"team\":\"marketing\",\"fetch_secret\":\"a-page-token\",\"mapping\":{"
        "\"external_id\":\"/id\",\"when\":[{\"is\":{\"/field_data\":\"*\"},\"event_id\":"
        "\"/id\",\"touch\":{\"kind\":{\"value\":\"form_submitted\"}}},{\"effect\":\"fetch\","
        "\"fetch\":{\"url\":\"%s/leads/%s/%s/{id}\",\"values\":{\"id\":\"/lead\"},"
        "\"headers\":{\"Authorization\":\"Bearer {secret}\"}}}]}}",
        receiver_url(), trial.workspace, behaviour);
    post(0, trial.ana, "/v1/sources", body, 201, &answer);
    char *path =
        strdup(json_string_value(json_object_get(json_object_get(answer.json, "source"), "path")));
    answer_release(&answer);
    return path;
}

static void send_ids(const char *path, int count, int servers)
{
    char body[64];
    struct answer answer;

    for (int i = 0; i < count; i++) {
        snprintf(body, sizeof body, "{\"lead\":\"l%d\"}", i);
        post(i % servers, trial.marketing, path, body, 202, &answer);
        answer_release(&answer);
    }
}

static long asked(void)
{
    json_t *seen = receiver_seen(trial.workspace);
    long count = (long)json_integer_value(json_object_get(seen, "count"));

    json_decref(seen);
    return count;
}

static long long fetched(void)
{
    return trial_ask_workspace(
        &trial, "SELECT count(*) FROM completion WHERE workspace_id = $1 AND state = 'done'");
}

static void wait_for(long wanted, bool by_asking)
{
    int64_t give_up = pg_deadline_in(WAIT_MS);

    while ((by_asking ? asked() : (long)fetched()) < wanted) {
        ck_assert_msg(pg_now_ms() < give_up, "%ld asked, %lld fetched, %ld wanted", asked(),
                      fetched(), wanted);
        poll(NULL, 0, POLL_MS);
    }
}

static void check_each_once(int ids)
{
    static char said[TRIAL_OUTPUT_MAX];

    ck_assert_int_eq(
        trial_ask_workspace(&trial, "SELECT count(*) FROM lead WHERE workspace_id = $1"), ids);
    ck_assert_int_eq(
        trial_ask_workspace(&trial, "SELECT count(*) FROM touch WHERE workspace_id = $1"), ids);
    ck_assert_int_eq(
        trial_ask_workspace(&trial, "SELECT count(*) FROM delivery WHERE workspace_id = $1"),
        2 * ids);
    ck_assert_int_eq(trial_ask_workspace(&trial,
                                         "SELECT count(DISTINCT result_id) FROM completion WHERE "
                                         "workspace_id = $1 AND state = 'done'"),
                     ids);
    ck_assert_msg(trial_baton(&trial, "verify --state", said) == 0, "%s", said);
}

/* The lease of a killed server lapses in its own time; here at once. */
static void lapse(void)
{
    trial_ask_workspace(&trial, "UPDATE completion SET lease_until = now() - interval '1 second' "
                                "WHERE workspace_id = $1 AND lease IS NOT NULL RETURNING 1");
}

/* Each answer takes a second, so that a kill hits several that are under way. */
START_TEST(test_killed_while_it_fetches)
{
    begin(1);
    char *path = a_source("slow");
    send_ids(path, IDS, 1);
    for (int kills = 0; kills < KILLS; kills++) {
        wait_for(asked() + 1, true);
        service_kill(trial.services[0]);
        service_restart(trial.services[0]);
        lapse();
    }
    wait_for(IDS, false);
    ck_assert_int_gt(asked(), IDS);
    check_each_once(IDS);
    free(path);
}
END_TEST

START_TEST(test_two_servers_fetch)
{
    begin(2);
    char *path = a_source("ok");
    send_ids(path, MANY, 2);
    wait_for(MANY, false);
    ck_assert_int_eq(asked(), MANY);
    check_each_once(MANY);
    free(path);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "fetches");

    tcase_add_checked_fixture(tcase, NULL, teardown);
    TESTS(tcase, test_killed_while_it_fetches, test_two_servers_fetch);
}
