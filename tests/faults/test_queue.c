/*
 * What if the world changes while captures wait? The lane is held by a lock on the workspace's head
 * that a session of the test has; captures are queued, something is changed behind them, more
 * captures are queued behind that, and the lock is let go. What was queued before the change is
 * judged by how things were, what was queued after it by how they are, and none is lost.
 */
#include "invariants.h"
#include "suite.h"

#include "store/pg/pg.h"

#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUEUED_MAX    260
#define BEFORE        24
#define AFTER         24
#define GOOD          255  /* beside one poison command */
#define TEXT_MAX      256  /* bytes */
#define BODY_MAX      8192 /* bytes */
#define SQL_MAX       1024 /* bytes */
#define QUEUE_WAIT_MS 2500 /* the lock must be let go before its waiters give up */
#define POLL_MS       2

/* One request that is under way. */
struct queued {
    pthread_t thread;
    const char *method;
    const char *token;
    char target[TEXT_MAX];
    char key[TEXT_MAX];
    char body[BODY_MAX];
    bool is_kept; /* in the journal */
    struct answer answer;
};

static struct trial trial;
static struct queued *queued;
static int queued_count;
static PGconn *holder;
static struct client *client;

/* ---- the lane is held ---- */

static void run_sql(const char *sql)
{
    PGresult *result = PQexec(holder, sql);

    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        ck_abort_msg("%s: %s", sql, PQerrorMessage(holder));
    PQclear(result);
}

/* A job whose time comes meanwhile would be one command more that waits. */
static void hold(void)
{
    char sql[SQL_MAX];

    run_sql("UPDATE job SET due_at = 'infinity'");
    run_sql("BEGIN");
    snprintf(sql, sizeof sql, "SELECT 1 FROM workspace_head WHERE workspace_id = '%s' FOR UPDATE",
             trial.workspace);
    run_sql(sql);
}

static void let_go(void)
{
    run_sql("ROLLBACK");
}

static void call(const char *method, const char *target, const char *token, const char *body,
                 int wanted, struct answer *answer)
{
    client_call(client,
                &(struct call){.method = method, .target = target, .token = token, .body = body},
                answer);
    if (answer->status != wanted)
        ck_abort_msg("%s %s: %d: %s", method, target, answer->status, answer->body);
}

/* Commands in the lane, without those of the group that is being saved. */
static long waiting(void)
{
    struct answer answer;

    call("GET", "/metrics", NULL, NULL, 200, &answer);
    const char *line = strstr(answer.body, "\nbaton_lane_waiting ");
    ck_assert_ptr_nonnull(line);
    long count = strtol(line + strlen("\nbaton_lane_waiting "), NULL, 10);
    answer_release(&answer);
    return count;
}

static bool is_held(void)
{
    return trial_ask(&trial, "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
                             "WHERE NOT l.granted AND a.datname = current_database()") > 0;
}

/* Until the first command stands at the lock, and all others wait behind it. */
static void wait_queued(void)
{
    int64_t give_up = pg_deadline_in(QUEUE_WAIT_MS);

    while (waiting() < queued_count - 1 || !is_held()) {
        ck_assert_msg(pg_now_ms() < give_up, "%ld of %d commands wait", waiting(), queued_count);
        poll(NULL, 0, POLL_MS);
    }
}

/* ---- requests ---- */

static void send_plain(struct client *own, struct queued *one)
{
    char header[TEXT_MAX + 32];
    const struct call request = {.method = one->method,
                                 .target = one->target,
                                 .token = one->token,
                                 .body = one->body[0] == '\0' ? NULL : one->body,
                                 .headers = {header}};

    snprintf(header, sizeof header, "Idempotency-Key: %s", one->key);
    if (!client_try(own, &request, &one->answer))
        fprintf(stderr, "tests: %s: no answer\n", one->key);
}

static void *send_one(void *argument)
{
    struct queued *one = argument;
    struct client *own = client_new(service_url(trial.services[0]));
    const struct write write = {one->method, one->target, one->token, one->key, one->body};

    if (one->is_kept)
        journal_write(trial.journal, own, &write, &one->answer);
    else
        send_plain(own, one);
    client_free(own);
    return NULL;
}

static struct queued *add(const char *method, const char *token, const char *target)
{
    struct queued *one = &queued[queued_count];

    ck_assert_int_lt(queued_count, QUEUED_MAX);
    *one = (struct queued){.method = method, .token = token, .is_kept = true};
    snprintf(one->target, sizeof one->target, "%s", target);
    snprintf(one->key, sizeof one->key, "queued-%d", queued_count++);
    return one;
}

static void start(struct queued *one)
{
    ck_assert_int_eq(pthread_create(&one->thread, NULL, send_one, one), 0);
}

/* A capture of somebody who meets the starter's definition. */
static struct queued *add_capture(const char *email, const char *token)
{
    struct queued *one = add("POST", token, "/v1/leads");

    snprintf(one->body, sizeof one->body,
             "{\"email\":\"%s\",\"attributes\":{\"company.employees\":120,\"seniority\":\"vp\"},"
             "\"touch\":{\"kind\":\"form_submitted\",\"source\":\"google\",\"event_id\":\"q%d\"}}",
             email, queued_count);
    return one;
}

/* So many captures: of one person each, or all of this one. */
static void queue_captures(int count, const char *email, bool is_kept)
{
    char own[TEXT_MAX];

    for (int i = 0; i < count; i++) {
        snprintf(own, sizeof own, "q%d@queue.example", queued_count);
        struct queued *one = add_capture(email == NULL ? own : email, trial.marketing);
        one->is_kept = is_kept;
        start(one);
        if (queued_count == 1)
            wait_queued();
    }
    wait_queued();
}

static struct queued *queue_change(struct queued *change)
{
    start(change);
    wait_queued();
    return change;
}

static void collect(void)
{
    for (int i = 0; i < queued_count; i++)
        pthread_join(queued[i].thread, NULL);
}

static const char *text_of(const struct queued *one, const char *object, const char *member)
{
    const json_t *at = json_object_get(one->answer.json, object);

    return json_string_value(json_object_get(at, member));
}

static void check_status(const struct queued *one, int wanted)
{
    ck_assert_msg(one->answer.status == wanted, "%s: %d and not %d: %s", one->key,
                  one->answer.status, wanted, one->answer.body);
}

static void finish(unsigned flags)
{
    invariants_check(&trial, flags);
    ck_assert_int_eq(service_end(trial.services[0], SIGTERM), 0);
}

/* ---- the ledger's order ---- */

/* Of the first entry of the lead that this captured. */
static long long pos_of(const struct queued *one)
{
    char sql[SQL_MAX];

    snprintf(sql, sizeof sql,
             "SELECT min(pos) FROM ledger WHERE workspace_id = $1 AND subject_id = '%s'",
             text_of(one, "lead", "id"));
    return trial_ask_workspace(&trial, sql);
}

/* Of the last entry that is no lead's: the change. */
static long long pos_of_change(void)
{
    return trial_ask_workspace(
        &trial, "SELECT max(pos) FROM ledger l WHERE workspace_id = $1 AND NOT EXISTS (SELECT 1 "
                "FROM lead WHERE workspace_id = $1 AND lead_id = l.subject_id)");
}

/* ---- a definition ---- */

static int version_of(const struct queued *one)
{
    const json_t *verdict = json_object_get(one->answer.json, "verdict");

    return (int)json_integer_value(json_object_get(verdict, "version"));
}

/* The second version of "definitions/mql" or "routes", signed by marketing: its hash. */
static void agree_by_half(const char *what, char *document, char hash[TEXT_MAX])
{
    char target[TEXT_MAX];
    struct answer answer;
    static char body[BODY_MAX];

    snprintf(target, sizeof target, "/v1/%s/versions", what);
    call("POST", target, trial.ana, document, 201, &answer);
    answer_release(&answer);
    snprintf(target, sizeof target, "/v1/%s/versions/2/propose", what);
    call("POST", target, trial.ana, "{}", 200, &answer);
    const char *found = json_string_value(json_object_get(answer.json, "content_hash"));
    snprintf(hash, TEXT_MAX, "%s", found);
    answer_release(&answer);
    snprintf(body, sizeof body, "{\"content_hash\":\"%s\"}", hash);
    snprintf(target, sizeof target, "/v1/%s/versions/2/sign", what);
    call("POST", target, trial.ana, body, 200, &answer);
    answer_release(&answer);
}

static void agree_on_mql_by_half(char hash[TEXT_MAX])
{
    struct answer answer;

    call("GET", "/v1/definitions/mql/versions/1", trial.ana, NULL, 200, &answer);
    char *document = json_dumps(json_object_get(answer.json, "document"), JSON_COMPACT);
    answer_release(&answer);
    agree_by_half("definitions/mql", document, hash);
    free(document);
}

START_TEST(test_definition_signed)
{
    char hash[TEXT_MAX];

    agree_on_mql_by_half(hash);
    hold();
    queue_captures(BEFORE, NULL, true);
    struct queued *sign = add("POST", trial.sam, "/v1/definitions/mql/versions/2/sign");
    snprintf(sign->body, sizeof sign->body, "{\"content_hash\":\"%s\"}", hash);
    queue_change(sign);
    queue_captures(AFTER, NULL, true);
    let_go();
    collect();
    check_status(sign, 200);
    long long signed_at = pos_of_change();
    for (int i = 0; i < queued_count; i++) {
        if (&queued[i] == sign)
            continue;
        check_status(&queued[i], 201);
        ck_assert_int_eq(version_of(&queued[i]), i < BEFORE ? 1 : 2);
        ck_assert_int_eq(pos_of(&queued[i]) < signed_at, i < BEFORE);
    }
    finish(0);
}
END_TEST

/* ---- routes ---- */

START_TEST(test_routes_changed)
{
    static char none[] = "{\"routes\":[]}";
    char hash[TEXT_MAX];

    agree_by_half("routes", none, hash);
    hold();
    queue_captures(BEFORE, NULL, true);
    struct queued *change = add("POST", trial.sam, "/v1/routes/versions/2/sign");
    snprintf(change->body, sizeof change->body, "{\"content_hash\":\"%s\"}", hash);
    queue_change(change);
    queue_captures(AFTER, NULL, true);
    let_go();
    collect();
    check_status(change, 200);
    long long changed_at = pos_of_change();
    for (int i = 0; i < queued_count; i++) {
        if (&queued[i] == change)
            continue;
        check_status(&queued[i], 201);
        ck_assert_int_eq(text_of(&queued[i], "handoff", "id") != NULL, i < BEFORE);
        ck_assert_int_eq(pos_of(&queued[i]) < changed_at, i < BEFORE);
    }
    finish(0);
}
END_TEST

/* ---- who captures may not any more ---- */

/* The id stands in the key: baton_<id>_<secret>, or in the list. */
static void find_marketing_key(char id[TEXT_MAX])
{
    struct answer answer;
    size_t i;
    json_t *key;

    id[0] = '\0';
    call("GET", "/v1/keys", trial.ana, NULL, 200, &answer);
    json_array_foreach(json_object_get(answer.json, "data"), i, key)
    {
        const char *team = json_string_value(json_object_get(key, "team"));
        if (team != NULL && strcmp(team, "marketing") == 0 &&
            json_is_null(json_object_get(key, "member")))
            snprintf(id, TEXT_MAX, "%s", json_string_value(json_object_get(key, "id")));
    }
    ck_assert_msg(id[0] != '\0', "no key of marketing: %s", answer.body);
    answer_release(&answer);
}

/* What came with the key while it was valid is done, whatever becomes of the key meanwhile, or
 * refused as every later request is. */
START_TEST(test_key_revoked)
{
    char id[TEXT_MAX], target[TEXT_MAX * 2];
    struct answer answer;
    int refused = 0;

    find_marketing_key(id);
    snprintf(target, sizeof target, "/v1/keys/%s/revoke", id);
    hold();
    queue_captures(BEFORE, NULL, false);
    struct queued *revoke = queue_change(add("POST", trial.ana, target));
    queue_captures(AFTER, NULL, false);
    let_go();
    collect();
    check_status(revoke, 200);
    for (int i = 0; i < queued_count; i++) {
        if (&queued[i] == revoke)
            continue;
        bool late = i > BEFORE && queued[i].answer.status == 401;
        refused += late;
        if (!late)
            check_status(&queued[i], 201);
    }
    call("POST", "/v1/leads", trial.marketing, "{\"email\":\"late@queue.example\"}", 401, &answer);
    answer_release(&answer);
    ck_assert_int_eq(
        trial_ask_workspace(&trial, "SELECT count(*) FROM lead WHERE workspace_id = $1"),
        BEFORE + AFTER - refused);
    finish(INVARIANTS_OTHER_LEADS);
}
END_TEST

/* ---- a lead ---- */

static long long touches_of(const char *lead)
{
    char sql[SQL_MAX];

    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM touch WHERE workspace_id = $1 AND lead_id = '%s'", lead);
    return trial_ask_workspace(&trial, sql);
}

static void capture_now(const char *email, char lead[TEXT_MAX])
{
    char body[TEXT_MAX];
    struct answer answer;

    snprintf(body, sizeof body, "{\"email\":\"%s\"}", email);
    call("POST", "/v1/leads", trial.marketing, body, 201, &answer);
    const json_t *made = json_object_get(answer.json, "lead");
    snprintf(lead, TEXT_MAX, "%s", json_string_value(json_object_get(made, "id")));
    answer_release(&answer);
}

START_TEST(test_lead_merged)
{
    char survivor[TEXT_MAX], absorbed[TEXT_MAX], target[TEXT_MAX * 2];

    capture_now("survivor@queue.example", survivor);
    capture_now("absorbed@queue.example", absorbed);
    snprintf(target, sizeof target, "/v1/leads/%s/merge", survivor);
    hold();
    queue_captures(BEFORE, "absorbed@queue.example", true);
    struct queued *merge = add("POST", trial.ana, target);
    snprintf(merge->body, sizeof merge->body, "{\"from\":\"%s\"}", absorbed);
    queue_change(merge);
    queue_captures(AFTER, "absorbed@queue.example", true);
    let_go();
    collect();
    check_status(merge, 200);
    for (int i = 0; i < queued_count; i++) {
        check_status(&queued[i], 200);
        if (&queued[i] != merge)
            ck_assert_str_eq(text_of(&queued[i], "lead", "id"), i < BEFORE ? absorbed : survivor);
    }
    ck_assert_int_eq(touches_of(survivor), BEFORE + AFTER);
    finish(INVARIANTS_OTHER_LEADS);
}
END_TEST

/* What was captured before is gone with the person; what comes after it is somebody new. */
START_TEST(test_lead_erased)
{
    char erased[TEXT_MAX], target[TEXT_MAX * 2];
    struct answer gone;

    capture_now("forget@queue.example", erased);
    snprintf(target, sizeof target, "/v1/leads/%s/erase", erased);
    hold();
    queue_captures(BEFORE, "forget@queue.example", false);
    struct queued *erase = add("POST", trial.ana, target);
    queue_change(erase);
    queue_captures(AFTER, "forget@queue.example", false);
    let_go();
    collect();
    check_status(erase, 200);
    int created = 0;
    for (int i = 0; i < queued_count; i++) {
        if (&queued[i] == erase)
            continue;
        created += queued[i].answer.status == 201;
        if (queued[i].answer.status != 201)
            check_status(&queued[i], 200);
        ck_assert_int_eq(strcmp(text_of(&queued[i], "lead", "id"), erased) == 0, i < BEFORE);
    }
    ck_assert_int_eq(created, 1);
    const char *anew = text_of(&queued[queued_count - 1], "lead", "id");
    ck_assert_int_eq(touches_of(anew), AFTER);
    snprintf(target, sizeof target, "/v1/leads/%s", erased);
    call("GET", target, trial.ana, NULL, 410, &gone);
    answer_release(&gone);
    finish(INVARIANTS_OTHER_LEADS);
}
END_TEST

/* ---- poison ---- */

/* The database refuses one value with a data error, whatever the service thinks of it. */
static void poison(void)
{
    run_sql("CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'poison' USING ERRCODE = '22021'; END $$");
    run_sql("CREATE TRIGGER poison BEFORE INSERT ON identity FOR EACH ROW "
            "WHEN (NEW.value = 'poison@queue.example') EXECUTE FUNCTION refuse_poison()");
}

START_TEST(test_poison_among_good)
{
    poison();
    hold();
    queue_captures(GOOD / 3, NULL, true);
    struct queued *bad = add_capture("poison@queue.example", trial.marketing);
    bad->is_kept = false;
    queue_change(bad);
    queue_captures(GOOD - GOOD / 3, NULL, true);
    let_go();
    collect();
    check_status(bad, 500);
    for (int i = 0; i < queued_count; i++)
        if (&queued[i] != bad)
            check_status(&queued[i], 201);
    ck_assert_int_eq(journal_counts(trial.journal).unanswered, 0);
    finish(0);
}
END_TEST

/* ---- the stage ---- */

static void setup(void)
{
    trial_begin(&trial, NULL);
    holder = PQconnectdb(trial.conninfo);
    ck_assert_int_eq(PQstatus(holder), CONNECTION_OK);
    client = client_new(service_url(trial.services[0]));
    queued = calloc(QUEUED_MAX, sizeof *queued);
    queued_count = 0;
    ck_assert_ptr_nonnull(queued);
}

static void teardown(void)
{
    for (int i = 0; i < queued_count; i++)
        answer_release(&queued[i].answer);
    free(queued);
    PQfinish(holder);
    client_free(client);
    trial_free(&trial);
}

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "changes while captures wait");

    tcase_add_checked_fixture(tcase, setup, teardown);
    TESTS(tcase, test_definition_signed, test_routes_changed, test_key_revoked, test_lead_merged,
          test_lead_erased, test_poison_among_good);
}
