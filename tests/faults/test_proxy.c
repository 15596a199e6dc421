/*
 * The connection to the database is cut, reset, black-holed or slowed, at every moment of a write,
 * while clients capture leads and answer handoffs. Every request is answered in time, what is in
 * doubt is called so, and nothing takes effect twice. BATON_LONG=1 cuts and resets at every byte.
 */
#include "invariants.h"
#include "load.h"
#include "mql_file.h"
#include "proxy.h"
#include "suite.h"
#include "test_cluster.h"

#include "store/pg/pg.h"

#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUEST_TIMEOUT_MS   3000
#define REQUEST_TIMEOUT_TEXT "3000"
/* Beyond its timeout an answer may take so long: watches tick, and cores are shared. */
#define ANSWER_SLACK_MS 2000
/* From the end of a fault to the next success; asked for are 2 s, on a machine of its own. */
#define AGAIN_MS      6000
#define AGAIN_FULL_MS 2000
/* Until somebody is answered that the database is away: 800 ms, and what a look that has begun
 * takes.
 */
#define SEES_MS 4000
/* From a write on a connection that goes silent to its being done on another: the group waits 8 s
 * for its answer, ends the session that it left behind, and runs again. */
#define SILENCE_MS 12000
/* Who is not concerned by a silent connection. */
#define OTHERS_MS    2000
#define STOPPED_MS   3000
#define SESSIONS_MAX 512
#define POLL_MS      10
#define BODY_MAX     512             /* bytes */
#define KEY_MAX      64              /* bytes */
#define LANE         "answer_insert" /* only what a lane saves has it */

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

static int again_ms(void)
{
    return in_full() ? AGAIN_FULL_MS : AGAIN_MS;
}

/* ---- one request ---- */

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

static int get(struct client *client, const char *target, int64_t *took_ms)
{
    struct answer answer;
    int64_t begun = pg_now_ms();

    client_call(client, &(struct call){.method = "GET", .target = target, .token = trial.ana},
                &answer);
    *took_ms = pg_now_ms() - begun;
    if (answer.status == 503) {
        const char *code = json_string_value(json_object_get(answer.json, "code"));
        ck_assert_str_eq(code == NULL ? "" : code, "unavailable");
        ck_assert_ptr_nonnull(answer_header(&answer, "Retry-After"));
    }
    int status = answer.status;
    answer_release(&answer);
    return status;
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

static void arm(const struct moment *moment)
{
    proxy_arm(proxy, &(struct proxy_rule){.at = moment->at,
                                          .act = moment->act,
                                          .statement = LANE,
                                          .bytes_per_ms = SLOW_BYTES_PER_MS,
                                          .hold_ms = ORPHAN_MS});
}

/* The group runs again on a new connection and answers as if nothing had been: not even a 503. */
START_TEST(test_fault_at_commit)
{
    const struct moment *moment = &moments[_i];
    struct client *client = client_new(service_url(trial.services[0]));
    struct capture capture;
    bool lost = moment->act != PROXY_SLOW;

    new_capture(&capture);
    insist(client, &capture);
    long long replays = service_metric(trial.services[0], "lane_replays_total");
    arm(moment);
    new_capture(&capture);
    try_capture(client, &capture);
    proxy_wait_fired(proxy);
    printf("%s: %d %s after %lld ms\n", moment->name, capture.status, capture.code,
           (long long)capture.took_ms);
    ck_assert_int_eq(capture.status, 201);
    ck_assert_int_eq(service_metric(trial.services[0], "lane_replays_total") - replays, lost);
    proxy_heal(proxy);
    insist(client, &capture);
    ck_assert_int_eq(leads_of(&capture), 1);
    client_free(client);
}
END_TEST

static long long answers(void)
{
    return trial_ask(&trial, "SELECT count(*) FROM idempotency");
}

/* The same of a write whose key the server made: that the first run looks for no answer to it does
 * not keep the second from finding what the first one left. */
START_TEST(test_fault_at_commit_without_a_key)
{
    const struct moment *moment = &moments[_i];
    struct client *client = client_new(service_url(trial.services[0]));
    struct capture capture;
    struct answer answer;

    new_capture(&capture);
    insist(client, &capture);
    long long before = answers(), replays = service_metric(trial.services[0], "lane_replays_total");
    arm(moment);
    new_capture(&capture);
    client_call(client,
                &(struct call){.method = "POST",
                               .target = "/v1/leads",
                               .token = trial.marketing,
                               .body = capture.body},
                &answer);
    proxy_wait_fired(proxy);
    ck_assert_msg(answer.status == 201, "%s: %d %s", moment->name, answer.status, answer.body);
    ck_assert_int_eq(service_metric(trial.services[0], "lane_replays_total") - replays,
                     moment->act != PROXY_SLOW);
    proxy_heal(proxy);
    ck_assert_int_eq(leads_of(&capture), 1);
    ck_assert_int_eq(answers() - before, 1);
    const struct write write = {
        .target = "/v1/leads", .token = trial.marketing, .body = capture.body};
    journal_keep(trial.journal, &write, &answer);
    answer_release(&answer);
    client_free(client);
}
END_TEST

/* ---- a connection that went silent ---- */

static char other[TRIAL_KEY_MAX]; /* the key of marketing in another workspace */

static void make_other(void)
{
    static char out[TRIAL_OUTPUT_MAX];
    size_t i;
    json_t *key;

    ck_assert_int_eq(trial_baton(&trial,
                                 "workspace create other --marketing ana@other.example --sales "
                                 "sam@other.example --starter " MQL_FILE " --sign --json",
                                 out),
                     0);
    json_t *made = json_loads(out, 0, NULL);
    json_array_foreach(json_object_get(made, "keys"), i, key)
    {
        const char *team = json_string_value(json_object_get(key, "team"));
        if (json_is_null(json_object_get(key, "member")) && strcmp(team, "marketing") == 0)
            snprintf(other, sizeof other, "%s", json_string_value(json_object_get(key, "token")));
    }
    json_decref(made);
}

/* Who has nothing to do with that connection does not notice: another workspace's writes, reads. */
static void check_others(struct client *client)
{
    struct capture capture;
    struct answer answer;
    int64_t took, begun = pg_now_ms();

    new_capture(&capture);
    client_call(client,
                &(struct call){
                    .method = "POST", .target = "/v1/leads", .token = other, .body = capture.body},
                &answer);
    ck_assert_int_eq(answer.status, 201);
    answer_release(&answer);
    ck_assert_int_le(pg_now_ms() - begun, OTHERS_MS);
    ck_assert_int_eq(get(client, "/v1/leads", &took), 200);
    ck_assert_int_le(took, OTHERS_MS);
    ck_assert_int_eq(get(client, "/readyz", &took), 200);
}

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

    if (other[0] == '\0')
        make_other();
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
    check_others(client);
    int64_t later = insist(client, &capture);
    printf("silent %s: %s after %lld ms, done %lld ms later\n", silence->name, capture.code,
           (long long)capture.took_ms, (long long)later);
    ck_assert_int_le(capture.took_ms + later, SILENCE_MS);
    ck_assert_int_eq(leads_of(&capture), 1);
    client_free(client);
}
END_TEST

/* ---- reads ---- */

/* Until it answers this; how long that took. */
static int64_t wait_status(struct client *client, const char *target, int wanted, int at_most_ms)
{
    int64_t begun = pg_now_ms(), took;
    int status;

    while ((status = get(client, target, &took)) != wanted) {
        ck_assert_msg(pg_now_ms() - begun <= at_most_ms, "%s: %d after %lld ms, not %d", target,
                      status, (long long)(pg_now_ms() - begun), wanted);
        poll(NULL, 0, POLL_MS);
    }
    return pg_now_ms() - begun;
}

static const enum proxy_act read_acts[] = {PROXY_CUT, PROXY_RESET, PROXY_BLACKHOLE};

#define READ_ACTS (int)(sizeof read_acts / sizeof *read_acts)

/* A read that loses its connection, or hears nothing, says so in time; the next has another. */
START_TEST(test_read)
{
    struct client *client = client_new(service_url(trial.services[0]));
    int64_t took;

    proxy_arm(proxy, &(struct proxy_rule){
                         .at = PROXY_STATEMENT, .act = read_acts[_i], .statement = "lead_page"});
    int status = get(client, "/v1/leads", &took);
    proxy_wait_fired(proxy);
    printf("read, fault %d: %d after %lld ms\n", (int)read_acts[_i], status, (long long)took);
    ck_assert_int_eq(status, 503);
    ck_assert_int_le(took, REQUEST_TIMEOUT_MS + ANSWER_SLACK_MS);
    ck_assert_int_eq(get(client, "/v1/leads", &took), 200);
    client_free(client);
}
END_TEST

/* ---- no way to the database ---- */

static const struct closed_door {
    const char *name;
    enum proxy_door door;
    const char *sqlstate;
} doors[] = {
    {"nobody listens", PROXY_REFUSING, NULL},
    {"nobody answers", PROXY_SILENT, NULL},
    {"too many connections", PROXY_ANSWERING, "53300"},
    {"it shuts down", PROXY_ANSWERING, "57P01"}, /* from here on in full only */
    {"it starts up", PROXY_ANSWERING, "57P03"},
};

#define DOORS       (int)(sizeof doors / sizeof *doors)
#define DOORS_QUICK 3

static void close_door(const struct closed_door *closed)
{
    if (closed->sqlstate != NULL)
        proxy_door_error(proxy, closed->sqlstate);
    else
        proxy_door(proxy, closed->door);
    proxy_do(proxy, PROXY_CUT);
}

/* Everybody hears of it soon, and nothing was done; and it is over soon after. */
START_TEST(test_door)
{
    struct client *client = client_new(service_url(trial.services[0]));
    struct capture capture;
    int64_t took;

    close_door(&doors[_i]);
    new_capture(&capture);
    try_capture(client, &capture);
    ck_assert_int_eq(capture.status, 503);
    ck_assert_str_eq(capture.code, "unavailable");
    ck_assert_int_le(capture.took_ms, SEES_MS);
    ck_assert_int_eq(get(client, "/v1/leads", &took), 503);
    ck_assert_int_le(took, SEES_MS);
    int64_t unready = wait_status(client, "/readyz", 503, SEES_MS);
    ck_assert_int_eq(get(client, "/livez", &took), 200);
    proxy_heal(proxy);
    int64_t written = insist(client, &capture);
    int64_t ready = wait_status(client, "/readyz", 200, again_ms());
    ck_assert_int_eq(get(client, "/v1/leads", &took), 200);
    printf("%s: write refused after %lld ms, unready %lld ms later; then written after %lld ms, "
           "ready %lld ms later\n",
           doors[_i].name, (long long)capture.took_ms, (long long)unready, (long long)written,
           (long long)ready);
    ck_assert_int_le(written, again_ms());
    client_free(client);
}
END_TEST

/* Every connection goes silent at once, and whoever connects anew hears nothing. */
START_TEST(test_all_silent)
{
    struct client *client = client_new(service_url(trial.services[0]));
    struct capture capture;
    int64_t took;

    proxy_door(proxy, PROXY_SILENT);
    proxy_do(proxy, PROXY_BLACKHOLE);
    int64_t unready = wait_status(client, "/readyz", 503, SEES_MS);
    new_capture(&capture);
    try_capture(client, &capture);
    ck_assert_int_eq(capture.status, 503);
    ck_assert_int_eq(get(client, "/v1/leads", &took), 503);
    ck_assert_int_le(took, REQUEST_TIMEOUT_MS + ANSWER_SLACK_MS);
    proxy_heal(proxy);
    int64_t written = insist(client, &capture);
    int64_t ready = wait_status(client, "/readyz", 200, again_ms());
    printf("all silent: unready after %lld ms, a write %s after %lld ms; then written after %lld "
           "ms, ready %lld ms later\n",
           (long long)unready, capture.code, (long long)capture.took_ms, (long long)written,
           (long long)ready);
    ck_assert_int_le(written, again_ms());
    client_free(client);
}
END_TEST

/* ---- slow, and nothing worse ---- */

#define SLOW_WRITES 20

static void slow_load(const char *name)
{
    long long before = journal_counts(trial.journal).unanswered;
    struct load *load = load_start(&trial, 3, 1);
    int64_t took = load_wait(load, SLOW_WRITES);

    load_stop(load);
    printf("%s: %d writes in %lld ms\n", name, SLOW_WRITES, (long long)took);
    ck_assert_int_eq(journal_counts(trial.journal).unanswered, before);
}

START_TEST(test_slow)
{
    proxy_delay(proxy, 50);
    slow_load("50 ms later");
    proxy_heal(proxy);
    proxy_rate(proxy, 200);
    slow_load("200 bytes a millisecond");
}
END_TEST

/* ---- at any moment of much work ---- */

#define STRIKES      8
#define STRIKES_FULL 400
#define STRIKE_ACKS  6

/* Where none is given, the seed is printed. */
static unsigned seed(void)
{
    const char *given = getenv("BATON_SEED");
    unsigned value =
        given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)pg_now_ms() % 100000;

    printf("BATON_SEED=%u\n", value);
    return value;
}

START_TEST(test_under_load)
{
    static const enum proxy_at moments_of[] = {PROXY_COMMIT_HELD, PROXY_COMMIT_SENT,
                                               PROXY_COMMIT_ANSWERED, PROXY_FRONTEND_BYTES,
                                               PROXY_BACKEND_BYTES};
    unsigned state = seed();
    struct load *load = load_start(&trial, 4, 2);
    int64_t slowest = 0;
    int strikes = in_full() ? STRIKES_FULL : STRIKES;

    for (int i = 0; i < strikes; i++) {
        load_wait(load, STRIKE_ACKS);
        proxy_arm(proxy, &(struct proxy_rule){.at = moments_of[rand_r(&state) % 5],
                                              .act = rand_r(&state) % 2 ? PROXY_CUT : PROXY_RESET,
                                              .bytes = rand_r(&state) % 20000,
                                              .times = 1 + rand_r(&state) % 4});
        proxy_wait_fired(proxy);
        int64_t took = load_wait(load, STRIKE_ACKS);
        slowest = took > slowest ? took : slowest;
    }
    load_stop(load);
    printf("struck under load %d times: %d more writes after %lld ms at most\n", strikes,
           STRIKE_ACKS, (long long)slowest);
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

/* ---- every byte of a write ---- */

static const struct sweep {
    const char *name;
    enum proxy_at at;
    enum proxy_act act;
    int quick; /* positions that the quick form tries */
} sweeps[] = {
    {"cut, of the server's bytes", PROXY_FRONTEND_BYTES, PROXY_CUT, 8},
    {"cut, of PostgreSQL's", PROXY_BACKEND_BYTES, PROXY_CUT, 8},
    {"reset, of the server's bytes", PROXY_FRONTEND_BYTES, PROXY_RESET, 6},
    {"reset, of PostgreSQL's", PROXY_BACKEND_BYTES, PROXY_RESET, 6},
    {"slow, of the server's bytes", PROXY_FRONTEND_BYTES, PROXY_SLOW, 2},
    {"slow, of PostgreSQL's", PROXY_BACKEND_BYTES, PROXY_SLOW, 2},
    {"silent, of the server's bytes", PROXY_FRONTEND_BYTES, PROXY_BLACKHOLE, 0},
    {"silent, of PostgreSQL's", PROXY_BACKEND_BYTES, PROXY_BLACKHOLE, 0},
};

#define SWEEPS          (int)(sizeof sweeps / sizeof *sweeps)
#define SILENT_STRIDE   149 /* of the full form: each position takes 8 s */
#define SLOW_STRIDE     17  /* of the full form: each position takes what is left of the write */
#define SWEEP_PER_MS    20
#define MEASURED_WRITES 5
#define SWEEP_UNLIKELY  3 /* of the write; then it is over before the position is reached */

static void setup_alone(void)
{
    proxy = proxy_start(database_cluster());
    trial_begin(&trial, &(struct trial_options){
                            .through_port = proxy_port(proxy),
                            .settings = {{"BATON_REQUEST_TIMEOUT_MS", REQUEST_TIMEOUT_TEXT},
                                         {"BATON_WORKERS", "1"}}});
}

/* Bytes that one write takes, on a connection that has prepared everything: the least of a few,
 * since now and then one prepares a statement yet, or what the service does by itself is counted
 * with it. A position beyond the shortest write would strike nobody. */
static int64_t bytes_of_write(struct client *client, enum proxy_at at)
{
    int64_t least = INT64_MAX;

    for (int i = 0; i < MEASURED_WRITES; i++) {
        struct capture capture;
        proxy_arm(proxy, &(struct proxy_rule){
                             .at = at, .act = PROXY_PASS, .statement = LANE, .bytes = INT64_MAX});
        new_capture(&capture);
        try_capture(client, &capture);
        struct proxy_counts counts = proxy_counts(proxy);
        int64_t bytes = at == PROXY_FRONTEND_BYTES ? counts.frontend_bytes : counts.backend_bytes;
        if (bytes > 0 && bytes < least)
            least = bytes;
    }
    return least;
}

static bool strike_at(struct client *client, const struct sweep *sweep, int64_t position)
{
    struct capture capture;

    new_capture(&capture);
    insist(client, &capture); /* on a connection that has prepared everything */
    new_capture(&capture);
    proxy_arm(proxy, &(struct proxy_rule){.at = sweep->at,
                                          .act = sweep->act,
                                          .statement = LANE,
                                          .bytes = position,
                                          .bytes_per_ms = SWEEP_PER_MS});
    try_capture(client, &capture);
    bool fired = proxy_counts(proxy).fired > 0;
    proxy_arm(proxy, NULL);
    insist(client, &capture);
    return fired;
}

static int full_stride(enum proxy_act act)
{
    return act == PROXY_BLACKHOLE ? SILENT_STRIDE : act == PROXY_SLOW ? SLOW_STRIDE : 1;
}

START_TEST(test_sweep)
{
    const struct sweep *sweep = &sweeps[_i];
    struct client *client = client_new(service_url(trial.services[0]));
    unsigned state = seed();
    int64_t all = bytes_of_write(client, sweep->at), position = 1;
    int64_t stride = in_full()           ? full_stride(sweep->act)
                     : sweep->quick == 0 ? all
                                         : all / sweep->quick + 1;
    int tried = 0, fired = 0;

    if (stride > 1)
        position += rand_r(&state) % stride;
    for (; position <= all && (in_full() || sweep->quick > 0); position += stride, tried++)
        fired += strike_at(client, sweep, position);
    printf("%s: %d of %lld positions tried, %d struck\n", sweep->name, tried, (long long)all,
           fired);
    ck_assert_int_ge(fired * SWEEP_UNLIKELY, tried * (SWEEP_UNLIKELY - 1));
    client_free(client);
}
END_TEST

/* ---- a COMMIT that arrives late ---- */

static void setup_pair(void)
{
    proxy = proxy_start(database_cluster());
    trial_begin(&trial, &(struct trial_options){
                            .through_port = proxy_port(proxy),
                            .servers = 2,
                            .settings = {{"BATON_WORKERS", "1"}, {"BATON_READERS", "1"}}});
}

static void *capture_at_first(void *argument)
{
    struct capture *capture = argument;
    struct client *client = client_new(service_url(trial.services[0]));
    struct answer answer;
    char header[BODY_MAX];

    snprintf(header, sizeof header, "Idempotency-Key: %s", capture->key);
    if (client_try(client,
                   &(struct call){.method = "POST",
                                  .target = "/v1/leads",
                                  .token = trial.marketing,
                                  .body = capture->body,
                                  .headers = {header}},
                   &answer)) {
        capture->status = answer.status;
        answer_release(&answer);
    }
    client_free(client);
    return NULL;
}

/* The server dies when its COMMIT is on the way; the client asks another one, which finds nothing
 * done yet and decides for itself; then the first COMMIT arrives. One of them takes effect. */
START_TEST(test_late_commit)
{
    struct client *second = client_new(service_url(trial.services[1]));
    struct capture capture;
    pthread_t thread;

    new_capture(&capture);
    /* both are connected then, each by the one reader and the one worker that it has: no other
     * thread meets the closed door in their place */
    capture_at_first(&capture);
    insist(second, &capture);
    new_capture(&capture);
    proxy_arm(proxy, &(struct proxy_rule){.at = PROXY_COMMIT_HELD,
                                          .act = PROXY_ORPHAN,
                                          .statement = LANE,
                                          .hold_ms = ORPHAN_MS});
    /* else the first would end the session that it lost before it dies */
    proxy_door(proxy, PROXY_REFUSING);
    ck_assert_int_eq(pthread_create(&thread, NULL, capture_at_first, &capture), 0);
    proxy_wait_fired(proxy);
    int64_t fired = pg_now_ms();
    service_kill(trial.services[0]);
    proxy_door(proxy, PROXY_OPEN);
    pthread_join(thread, NULL);
    int64_t took = insist(second, &capture);
    ck_assert_int_ge(pg_now_ms() - fired, ORPHAN_MS - POLL_MS);
    printf("a COMMIT that was %d ms late: the other server answered after %lld ms\n", ORPHAN_MS,
           (long long)took);
    ck_assert_int_eq(leads_of(&capture), 1);
    client_free(second);
    service_restart(trial.services[0]);
    trial_end(&trial);
}
END_TEST

/* ---- PostgreSQL itself ---- */

static char *cluster_of_run; /* BATON_TEST_PG as it was; NULL: not set */

/* A cluster of its own, since others use that of the run. */
static void setup_cluster(void)
{
    const char *before = getenv("BATON_TEST_PG");

    cluster_of_run = before == NULL ? NULL : strdup(before);
    test_cluster_start();
    setup();
}

static void teardown_cluster(void)
{
    teardown();
    test_cluster_stop();
    if (cluster_of_run == NULL)
        unsetenv("BATON_TEST_PG");
    else
        setenv("BATON_TEST_PG", cluster_of_run, 1);
    free(cluster_of_run);
}

/* Signals the postmaster and all it has started. */
static void signal_postgres(int number)
{
    char path[64], word[64];
    int postmaster = test_cluster_pid();

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", postmaster, postmaster);
    FILE *children = fopen(path, "r");
    kill(postmaster, number);
    while (children != NULL && fscanf(children, "%63s", word) == 1)
        kill((pid_t)strtol(word, NULL, 10), number);
    if (children != NULL)
        fclose(children);
}

START_TEST(test_restarted)
{
    struct load *load = load_start(&trial, 4, 2);

    for (int i = 0; i < (in_full() ? 30 : 2); i++) {
        load_wait(load, STRIKE_ACKS);
        kill(test_cluster_pid(), SIGINT); /* fast: every session gets 57P01 */
        test_cluster_restart();
        int64_t took = load_wait(load, STRIKE_ACKS);
        printf("PostgreSQL restarted: writes again after %lld ms\n", (long long)took);
        ck_assert_int_le(took, again_ms());
    }
    load_stop(load);
}
END_TEST

START_TEST(test_stopped_for_a_while)
{
    struct load *load = load_start(&trial, 4, 2);

    load_wait(load, STRIKE_ACKS);
    signal_postgres(SIGSTOP);
    poll(NULL, 0, STOPPED_MS);
    signal_postgres(SIGCONT);
    int64_t took = load_wait(load, STRIKE_ACKS);
    load_stop(load);
    printf("PostgreSQL stood still for %d ms: writes again after %lld ms\n", STOPPED_MS,
           (long long)took);
    ck_assert_int_le(took, again_ms());
}
END_TEST

/* Takes every session that PostgreSQL has left. */
static int take_sessions(PGconn *taken[SESSIONS_MAX])
{
    int count = 0;

    while (count < SESSIONS_MAX) {
        taken[count] = PQconnectdb(trial.conninfo);
        bool open = PQstatus(taken[count]) == CONNECTION_OK;
        if (!open)
            PQfinish(taken[count]);
        if (!open)
            break;
        count++;
    }
    return count;
}

START_TEST(test_sessions_taken)
{
    static PGconn *taken[SESSIONS_MAX];
    struct client *client = client_new(service_url(trial.services[0]));
    struct capture capture;

    proxy_door(proxy, PROXY_REFUSING);
    proxy_do(proxy, PROXY_CUT);
    int count = take_sessions(taken);
    proxy_door(proxy, PROXY_OPEN);
    new_capture(&capture);
    try_capture(client, &capture);
    ck_assert_int_eq(capture.status, 503);
    ck_assert_str_eq(capture.code, "unavailable");
    for (int i = 0; i < count; i++)
        PQfinish(taken[i]);
    int64_t took = insist(client, &capture);
    printf("others had all %d sessions: refused after %lld ms, written after %lld ms\n", count,
           (long long)capture.took_ms, (long long)took);
    ck_assert_int_lt(count, SESSIONS_MAX);
    ck_assert_int_le(took, again_ms());
    client_free(client);
}
END_TEST

/* ---- all of it ---- */

static TCase *add_case(Suite *suite, const char *name, void (*begin)(void), void (*end)(void))
{
    TCase *tcase = suite_case(suite, name);

    tcase_add_unchecked_fixture(tcase, begin, end);
    tcase_add_checked_fixture(tcase, between, NULL);
    return tcase;
}

void suite_cases(Suite *suite)
{
    TCase *tcase = add_case(suite, "moments", setup, teardown);

    tcase_add_loop_test(tcase, test_fault_at_commit, 0, MOMENTS);
    tcase_add_loop_test(tcase, test_fault_at_commit_without_a_key, 0, MOMENTS);
    tcase_add_loop_test(tcase, test_silence, 0, in_full() ? SILENCES : SILENCES_QUICK);
    tcase_add_loop_test(tcase, test_read, 0, READ_ACTS);
    tcase_add_loop_test(tcase, test_door, 0, in_full() ? DOORS : DOORS_QUICK);
    TESTS(tcase, test_all_silent, test_slow, test_under_load, test_what_is_left);
    tcase = add_case(suite, "bytes", setup_alone, teardown);
    tcase_add_loop_test(tcase, test_sweep, 0, SWEEPS);
    TESTS(tcase, test_what_is_left);
    tcase = add_case(suite, "late", setup_pair, teardown);
    TESTS(tcase, test_late_commit);
    tcase = add_case(suite, "postgres", setup_cluster, teardown_cluster);
    TESTS(tcase, test_restarted, test_stopped_for_a_while, test_sessions_taken, test_what_is_left);
}
