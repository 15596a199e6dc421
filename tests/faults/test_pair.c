/*
 * Two servers on one database, and nobody notices: clients of both capture the same people, claim
 * from one queue, merge, agree on new definitions and revoke keys, while handoffs expire and the
 * servers are killed in turn. BATON_LONG=1 runs it for longer.
 */
#include "invariants.h"
#include "load.h"
#include "suite.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAPTURING     6
#define CLAIMING      4
#define RACING        4
#define KILLS         4
#define KILLS_LONG    100
#define BETWEEN_KILLS 400 /* acknowledgements */
#define PEOPLE        400 /* whom the racing clients capture, all the same ones */
#define CLAIMED_MAX   100000
#define BODY_MAX      512    /* bytes */
#define DOCUMENT_MAX  262144 /* bytes */
#define TEXT_MAX      128    /* bytes */
#define HASH_MAX      65
#define IDLE_MS       5
#define HURRY_MS      40
#define REVOKED_KEYS  20
#define ACTORS_MAX    16

static struct trial trial;
static atomic_bool stopping;

/* A client of one server that does one thing until it is stopped. */
struct actor {
    pthread_t thread;
    struct client *client;
    struct client *other; /* of the other server */
    int number;
    int written; /* numbers its keys */
};

static struct actor actors[ACTORS_MAX];
static int actor_count;

static int write_as(struct actor *actor, struct client *client, const char *token,
                    const char *target, const char *body, struct answer *out)
{
    char key[TEXT_MAX];

    snprintf(key, sizeof key, "pair-%d-%d", actor->number, actor->written++);
    const struct write write = {.target = target, .token = token, .key = key, .body = body};
    return journal_write(trial.journal, client, &write, out);
}

static const char *text_at(const struct answer *answer, const char *object, const char *name)
{
    const json_t *in = object == NULL ? answer->json : json_object_get(answer->json, object);
    const char *text = json_string_value(json_object_get(in, name));

    return text == NULL ? "" : text;
}

/* ---- claims ---- */

static struct {
    pthread_mutex_t mutex;
    char (*ids)[40];
    size_t count;
} claimed = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void note_claim(const char *handoff)
{
    pthread_mutex_lock(&claimed.mutex);
    if (claimed.count < CLAIMED_MAX)
        snprintf(claimed.ids[claimed.count++], sizeof *claimed.ids, "%s", handoff);
    pthread_mutex_unlock(&claimed.mutex);
}

static void answer_claim(struct actor *actor, const char *handoff, int number)
{
    char target[TEXT_MAX];

    note_claim(handoff);
    snprintf(target, sizeof target, "/v1/handoffs/%s/%s", handoff,
             number % 2 == 0 ? "accept" : "reject");
    write_as(actor, number % 3 == 0 ? actor->other : actor->client, trial.sam, target,
             number % 2 == 0 ? "{}" : "{\"reason\":\"spam\"}", NULL);
}

static void *claim(void *argument)
{
    struct actor *actor = argument;

    while (!atomic_load(&stopping)) {
        struct answer answer;
        write_as(actor, actor->client, trial.sam, "/v1/handoffs/claim",
                 "{\"team\":\"sales\",\"limit\":3,\"lease_seconds\":3600}", &answer);
        const json_t *data = json_object_get(answer.json, "data");
        for (size_t i = 0; i < json_array_size(data); i++) {
            const json_t *handoff = json_object_get(json_array_get(data, i), "handoff");
            answer_claim(actor, json_string_value(json_object_get(handoff, "id")), (int)i);
        }
        if (json_array_size(data) == 0)
            poll(NULL, 0, IDLE_MS);
        answer_release(&answer);
    }
    return NULL;
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void check_claims(void)
{
    qsort(claimed.ids, claimed.count, sizeof *claimed.ids, compare_ids);
    for (size_t i = 1; i < claimed.count; i++)
        ck_assert_msg(strcmp(claimed.ids[i], claimed.ids[i - 1]) != 0, "%s was claimed twice",
                      claimed.ids[i]);
    printf("%zu handoffs claimed, each once\n", claimed.count);
    ck_assert_uint_gt(claimed.count, 0);
}

/* ---- the same people at both servers, and merges ---- */

static void capture_one(struct actor *actor, const char *email, char lead[40])
{
    char body[BODY_MAX];
    struct answer answer;

    snprintf(body, sizeof body,
             "{\"email\":\"%s\",\"touch\":{\"kind\":\"page_viewed\",\"source\":\"bing\"}}", email);
    int status = write_as(actor, actor->client, trial.marketing, "/v1/leads", body, &answer);
    if (status != 200 && status != 201) {
        fprintf(stderr, "tests: capture of %s: %d %s\n", email, status, answer.body);
        exit(1);
    }
    snprintf(lead, 40, "%s", text_at(&answer, "lead", "id"));
    answer_release(&answer);
}

/* Every racing client captures the same people in the same order, and now and then says that one
 * is another: which of the two is left is decided by whoever comes first. */
static void *race(void *argument)
{
    struct actor *actor = argument;
    char email[TEXT_MAX], target[TEXT_MAX], body[BODY_MAX], lead[40], before[40] = "";

    for (int person = 0; !atomic_load(&stopping); person++) {
        snprintf(email, sizeof email, "r%d@race.example", person % PEOPLE);
        capture_one(actor, email, lead);
        if (person % 4 == 3 && strcmp(before, lead) != 0) {
            snprintf(target, sizeof target, "/v1/leads/%s/merge", lead);
            snprintf(body, sizeof body, "{\"from\":\"%s\"}", before);
            write_as(actor, actor->client, trial.ana, target, body, NULL);
        }
        memcpy(before, lead, sizeof before);
    }
    return NULL;
}

/* ---- definitions ---- */

static char document[DOCUMENT_MAX];

static void read_document(void)
{
    struct client *client = client_new(service_url(trial.services[0]));
    struct answer answer;

    client_call(client,
                &(struct call){.method = "GET",
                               .target = "/v1/definitions/mql/versions/1",
                               .token = trial.ana},
                &answer);
    char *text = json_dumps(json_object_get(answer.json, "document"), JSON_COMPACT);
    ck_assert_ptr_nonnull(text);
    snprintf(document, sizeof document, "%s", text);
    free(text);
    answer_release(&answer);
    client_free(client);
}

/* Both sides get a 2xx for what they do, or the test ends. */
static void must(int status, int wanted, const struct answer *answer)
{
    if (status == wanted)
        return;
    fprintf(stderr, "tests: an agreement: %d and not %d: %s\n", status, wanted, answer->body);
    exit(1);
}

static void sign(struct actor *actor, struct client *client, const char *token, const char *version,
                 const char *hash)
{
    char target[2 * TEXT_MAX], body[BODY_MAX];
    struct answer answer;

    snprintf(target, sizeof target, "%s/sign", version);
    snprintf(body, sizeof body, "{\"content_hash\":\"%s\"}", hash);
    must(write_as(actor, client, token, target, body, &answer), 200, &answer);
    answer_release(&answer);
}

/* A draft at one server, proposed at the other, signed at both. */
static void agree_on(struct actor *actor, const char *versions, const char *text)
{
    char version[TEXT_MAX], target[2 * TEXT_MAX], hash[HASH_MAX];
    struct answer answer;

    must(write_as(actor, actor->client, trial.ana, versions, text, &answer), 201, &answer);
    snprintf(version, sizeof version, "%s/%d", versions,
             (int)json_integer_value(json_object_get(answer.json, "version")));
    answer_release(&answer);
    snprintf(target, sizeof target, "%s/propose", version);
    must(write_as(actor, actor->other, trial.ana, target, "{}", &answer), 200, &answer);
    snprintf(hash, sizeof hash, "%s", text_at(&answer, NULL, "content_hash"));
    answer_release(&answer);
    sign(actor, actor->client, trial.ana, version, hash);
    sign(actor, actor->other, trial.sam, version, hash);
}

static atomic_int agreed;

static void *agree(void *argument)
{
    while (!atomic_load(&stopping)) {
        agree_on(argument, "/v1/definitions/mql/versions", document);
        atomic_fetch_add(&agreed, 1);
        poll(NULL, 0, HURRY_MS);
    }
    return NULL;
}

/* ---- what is due ---- */

/* Makes every job due and a few answers later than is waited for, so that both servers find the
 * same work again and again. */
static void *hurry(void *argument)
{
    agree_on(argument, "/v1/routes/versions",
             "{\"routes\":[{\"from\":\"marketing\",\"to\":\"sales\",\"gates\":[\"mql\"],"
             "\"overdue\":{\"then\":\"give_back\"}}]}");
    while (!atomic_load(&stopping)) {
        trial_ask(
            &trial,
            "WITH due AS (UPDATE job SET due_at = now() RETURNING 1), picked AS MATERIALIZED ("
            "SELECT lead_id FROM lead WHERE next_step = 'answer' ORDER BY next_at DESC LIMIT 1"
            " FOR UPDATE SKIP LOCKED), late AS (UPDATE handoff SET offered_at = now() -"
            " interval '1 minute', respond_by = now() - interval '1 minute' FROM picked WHERE"
            " handoff.lead_id = picked.lead_id AND state = 'offered' AND assignee IS NULL"
            " RETURNING handoff.lead_id), again AS (UPDATE lead SET next_at = now() FROM late"
            " WHERE lead.lead_id = late.lead_id AND next_step = 'answer' RETURNING 1) SELECT"
            " (SELECT count(*) FROM due) + (SELECT count(*) FROM again)");
        poll(NULL, 0, HURRY_MS);
    }
    return NULL;
}

/* Both counted by one statement: what was made late may still be expiring. */
static void check_expiry(void)
{
    long long expired = trial_ask_workspace(
        &trial, "SELECT count(*) FROM handoff WHERE workspace_id = $1 AND state = 'expired'");
    long long unequal = trial_ask_workspace(
        &trial,
        "SELECT (SELECT count(*) FROM handoff WHERE workspace_id = $1 AND state ="
        " 'expired') - (SELECT count(*) FROM ledger WHERE workspace_id = $1 AND kind = 29)");

    printf("%lld handoffs expired, %lld more than entries of it; %d definitions agreed on\n",
           expired, unequal, atomic_load(&agreed));
    ck_assert_int_gt(expired, 0);
    ck_assert_int_eq(unequal, 0);
    ck_assert_int_gt(atomic_load(&agreed), 0);
}

/* ---- all at once ---- */

static void start_actors(void *(*what)(void *), int count)
{
    for (int i = 0; i < count; i++, actor_count++) {
        struct actor *actor = &actors[actor_count];
        ck_assert_int_lt(actor_count, ACTORS_MAX);
        *actor = (struct actor){.number = actor_count};
        actor->client = client_new(service_url(trial.services[i % 2]));
        actor->other = client_new(service_url(trial.services[1 - i % 2]));
        ck_assert_int_eq(pthread_create(&actor->thread, NULL, what, actor), 0);
    }
}

static void stop_actors(void)
{
    atomic_store(&stopping, true);
    for (int i = 0; i < actor_count; i++) {
        pthread_join(actors[i].thread, NULL);
        client_free(actors[i].client);
        client_free(actors[i].other);
    }
    actor_count = 0;
}

static void kill_one(int round)
{
    struct service *service = trial.services[round % 2];

    service_kill(service);
    service_restart(service);
}

static void setup(void)
{
    trial_begin(&trial, &(struct trial_options){.servers = 2});
    claimed.ids = calloc(CLAIMED_MAX, sizeof *claimed.ids);
    claimed.count = 0;
    atomic_store(&stopping, false);
    read_document();
}

static void teardown(void)
{
    trial_free(&trial);
    free(claimed.ids);
}

START_TEST(two_servers_are_as_one)
{
    int kills = getenv("BATON_LONG") != NULL ? KILLS_LONG : KILLS;
    struct load *load = load_start(&trial, CAPTURING, 0);

    start_actors(claim, CLAIMING);
    start_actors(race, RACING);
    start_actors(agree, 1);
    start_actors(hurry, 1);
    for (int i = 0; i < kills; i++) {
        load_wait(load, BETWEEN_KILLS);
        kill_one(i);
    }
    load_wait(load, BETWEEN_KILLS);
    stop_actors();
    load_stop(load);
    check_claims();
    check_expiry();
    invariants_check(&trial, 0);
    long long deadlocks = trial_ask(
        &trial, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");
    printf("%d servers killed, %lld deadlocks\n", kills, deadlocks);
    ck_assert_int_eq(deadlocks, 0);
}
END_TEST

/* ---- distribution ---- */

#define DEALING     4
#define DEALT_LEADS 40 /* by each of them */
#define SAM_A_DAY   37
#define SUE_AT_ONCE 25

static void *deal_to(void *argument)
{
    struct actor *actor = argument;
    char body[BODY_MAX];
    struct answer answer;

    for (int i = 0; i < DEALT_LEADS; i++) {
        snprintf(body, sizeof body,
                 "{\"email\":\"d%d-%d@deal.example\",\"attributes\":{\"seniority\":\"vp\"},"
                 "\"touch\":{\"kind\":\"form_submitted\",\"source\":\"bing\"}}",
                 actor->number, i);
        int status = write_as(actor, actor->client, trial.marketing, "/v1/leads", body, &answer);
        if (status != 201) {
            fprintf(stderr, "tests: a capture: %d %s\n", status, answer.body);
            exit(1);
        }
        answer_release(&answer);
    }
    return NULL;
}

static void change(struct client *client, const char *method, const char *target, const char *body)
{
    struct answer answer;

    client_call(
        client,
        &(struct call){.method = method, .target = target, .token = trial.sam, .body = body},
        &answer);
    ck_assert_msg(answer.status == 200 || answer.status == 201, "%s: %d %s", target, answer.status,
                  answer.body);
    answer_release(&answer);
}

static void limit(struct client *client, const char *email, const char *capacity)
{
    char target[TEXT_MAX] = "";
    struct answer answer;
    json_t *member;
    size_t i;

    client_call(
        client,
        &(struct call){.method = "GET", .target = "/v1/members?team=sales", .token = trial.sam},
        &answer);
    json_array_foreach(json_object_get(answer.json, "data"), i, member)
    {
        if (strcmp(json_string_value(json_object_get(member, "email")), email) == 0)
            snprintf(target, sizeof target, "/v1/members/%s",
                     json_string_value(json_object_get(member, "id")));
    }
    answer_release(&answer);
    change(client, "PATCH", target, capacity);
}

/* Both deal the same members' places at once: none is given twice, and none is left. */
START_TEST(capacity_holds_on_two_servers)
{
    struct client *client = client_new(service_url(trial.services[0]));
    char sql[BODY_MAX];

    change(client, "POST", "/v1/members",
           "{\"team\":\"sales\",\"name\":\"Sue\",\"email\":\"sue@acme.example\"}");
    limit(client, "sam@acme.example", "{\"capacity\":{\"per_day\":37}}");
    limit(client, "sue@acme.example", "{\"capacity\":{\"open\":25}}");
    change(client, "PUT", "/v1/teams/sales/distribution",
           "{\"rules\":[{\"to\":{\"pool\":[{\"member\":\"sam@acme.example\"},"
           "{\"member\":\"sue@acme.example\",\"weight\":3}]}}]}");
    client_free(client);
    start_actors(deal_to, DEALING);
    stop_actors();
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM handoff h JOIN member m ON m.member_id = h.dealt_to "
             "WHERE m.email = 'sam@acme.example'");
    ck_assert_int_eq(trial_ask(&trial, sql), SAM_A_DAY);
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM handoff h JOIN member m ON m.member_id = h.dealt_to "
             "WHERE m.email = 'sue@acme.example'");
    ck_assert_int_eq(trial_ask(&trial, sql), SUE_AT_ONCE);
    ck_assert_int_eq(trial_ask(&trial, "SELECT count(*) FROM handoff WHERE dealt_by = 'queue'"),
                     DEALING * DEALT_LEADS - SAM_A_DAY - SUE_AT_ONCE);
    ck_assert_int_eq(
        trial_ask(&trial,
                  "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"),
        0);
    invariants_check(&trial, 0);
}
END_TEST

/* ---- keys ---- */

static int write_status(struct client *client, const char *token, const char *target,
                        const char *body, struct answer *out)
{
    client_call(client,
                &(struct call){.method = "POST", .target = target, .token = token, .body = body},
                out);
    return out->status;
}

static int touch_with(struct client *client, const char *token)
{
    struct answer answer;
    int status =
        write_status(client, token, "/v1/leads", "{\"email\":\"key@acme.example\"}", &answer);

    answer_release(&answer);
    return status;
}

START_TEST(a_key_revoked_at_one_server_writes_nothing_at_the_other)
{
    struct client *one = client_new(service_url(trial.services[0]));
    struct client *two = client_new(service_url(trial.services[1]));
    char token[TRIAL_KEY_MAX], target[TEXT_MAX];
    struct answer answer;

    for (int i = 0; i < REVOKED_KEYS; i++) {
        ck_assert_int_eq(write_status(one, trial.ana, "/v1/keys",
                                      "{\"title\":\"k\",\"team\":\"marketing\","
                                      "\"roles\":[\"capture\"]}",
                                      &answer),
                         201);
        snprintf(token, sizeof token, "%s", text_at(&answer, NULL, "token"));
        snprintf(target, sizeof target, "/v1/keys/%s/revoke", text_at(&answer, "key", "id"));
        answer_release(&answer);
        int status = touch_with(two, token);
        ck_assert_msg(status == 200 || status == 201, "a new key: %d", status);
        ck_assert_int_eq(write_status(one, trial.ana, target, NULL, &answer), 200);
        answer_release(&answer);
        ck_assert_int_eq(touch_with(two, token), 401);
        ck_assert_int_eq(touch_with(one, token), 401);
    }
    client_free(one);
    client_free(two);
    invariants_check(&trial, INVARIANTS_OTHER_LEADS);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "two servers on one database");

    tcase_add_checked_fixture(tcase, setup, teardown);
    TESTS(tcase, two_servers_are_as_one, capacity_holds_on_two_servers,
          a_key_revoked_at_one_server_writes_nothing_at_the_other);
}
