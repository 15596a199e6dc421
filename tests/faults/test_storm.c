/*
 * What if many do the same thing at once? They repeat one write, send other bodies under its key,
 * answer the same handoff each in another way, or capture the same person by what each knows of
 * them. Each time one thing happens, and everybody hears what. BATON_LONG=1: 64 clients and 500
 * keys, 32 clients and 1,000 handoffs.
 */
#include "invariants.h"
#include "suite.h"

#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLIENTS_MAX  64
#define TEXT_MAX     256  /* bytes */
#define BODY_MAX     1024 /* bytes */
#define TRIES_MAX    2000
#define TRY_PAUSE_MS 2
#define FORMS        6
#define CLAIM_EVERY  3
#define OFFERING     4

struct sizes {
    int clients, things;
};

static const struct sizes storm_quick = {24, 60}, storm_long = {64, 500};
static const struct sizes race_quick = {16, 60}, race_long = {32, 1000};
static const struct sizes people_quick = {12, 60}, people_long = {32, 500};

static struct trial trial;
static char sue[TRIAL_KEY_MAX];
static int things;

static const struct sizes *sizes(const struct sizes *quick, const struct sizes *in_full)
{
    return getenv("BATON_LONG") != NULL ? in_full : quick;
}

/* In a thread, which libcheck cannot leave. */
static _Noreturn void give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));

static _Noreturn void give_up(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("tests: storm: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

/* ---- many at once ---- */

struct racer {
    int number;
    struct client *client;
    pthread_t thread;
    void (*act)(struct racer *, int thing);
    int first, stride; /* 0 and 1, or coprime to the number of things: an order of its own */
};

static pthread_barrier_t begin;

static void *race(void *argument)
{
    struct racer *racer = argument;

    pthread_barrier_wait(&begin);
    for (int i = 0; i < things; i++)
        racer->act(racer, (int)((racer->first + (long)i * racer->stride) % things));
    return NULL;
}

static int greatest_divisor(int a, int b)
{
    return b == 0 ? a : greatest_divisor(b, a % b);
}

/* Whoever does not go his own way meets the others at each thing. */
static int stride_of(int number, bool own_way)
{
    int stride = own_way ? 2 * number + 1 : 1;

    while (greatest_divisor(stride, things) != 1)
        stride++;
    return stride;
}

static void race_all(const struct sizes *size, bool own_way, void (*act)(struct racer *, int))
{
    struct racer racers[CLIENTS_MAX];

    ck_assert_int_le(size->clients, CLIENTS_MAX);
    things = size->things;
    pthread_barrier_init(&begin, NULL, (unsigned)size->clients);
    for (int i = 0; i < size->clients; i++) {
        racers[i] = (struct racer){
            .number = i, .act = act, .first = own_way ? i : 0, .stride = stride_of(i, own_way)};
        racers[i].client = client_new(service_url(trial.services[0]));
        ck_assert_int_eq(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
    }
    for (int i = 0; i < size->clients; i++) {
        pthread_join(racers[i].thread, NULL);
        client_free(racers[i].client);
    }
    pthread_barrier_destroy(&begin);
}

/* ---- a storm of one key ---- */

#define VARIANTS 2

/* What one key's bodies were answered; under heard_lock. */
struct heard {
    int status[VARIANTS];
    char *body[VARIANTS];
};

static pthread_mutex_t heard_lock = PTHREAD_MUTEX_INITIALIZER;
static struct heard *heard;
static _Atomic long long in_flight;

/* Again as long as the key is being worked on. */
static void send_decided(struct racer *racer, const struct write *write, struct answer *answer)
{
    char header[TEXT_MAX];

    snprintf(header, sizeof header, "Idempotency-Key: %s", write->key);
    for (int i = 0; i < TRIES_MAX; i++) {
        const struct call call = {.method = "POST",
                                  .target = write->target,
                                  .token = write->token,
                                  .body = write->body,
                                  .headers = {header}};
        if (!client_try(racer->client, &call, answer))
            give_up("%s: no answer", write->key);
        if (answer->status != 409)
            return;
        const char *code = json_string_value(json_object_get(answer->json, "code"));
        if (code == NULL || strcmp(code, "idempotency_key_in_flight") != 0)
            give_up("%s: %s", write->key, answer->body);
        atomic_fetch_add(&in_flight, 1);
        answer_release(answer);
        poll(NULL, 0, TRY_PAUSE_MS);
    }
    give_up("%s is in flight for ever", write->key);
}

/* The first answer of a body is kept, every other must be the same. */
static void compare(const struct write *write, int key, int variant, const struct answer *answer)
{
    struct heard *at = &heard[key];

    pthread_mutex_lock(&heard_lock);
    if (at->body[variant] == NULL) {
        at->status[variant] = answer->status;
        at->body[variant] = strdup(answer->body);
        if (answer->status == 201)
            journal_keep(trial.journal, write, answer);
    } else if (at->status[variant] != answer->status ||
               (answer->status == 201 && strcmp(at->body[variant], answer->body) != 0)) {
        give_up("%s was answered %d %s\nand %d %s", write->key, at->status[variant],
                at->body[variant], answer->status, answer->body);
    }
    pthread_mutex_unlock(&heard_lock);
}

static void send_variant(struct racer *racer, const char *set, int number, int variant)
{
    char key[TEXT_MAX], body[BODY_MAX];
    struct answer answer;
    const struct write write = {
        .target = "/v1/leads", .token = trial.marketing, .key = key, .body = body};

    snprintf(key, sizeof key, "%s-%d", set, number);
    snprintf(body, sizeof body,
             "{\"email\":\"p%d.%d@%s.example\",\"attributes\":{\"company.employees\":120,"
             "\"seniority\":\"vp\"},\"touch\":{\"kind\":\"form_submitted\",\"source\":\"google\"}}",
             number, variant, set);
    send_decided(racer, &write, &answer);
    compare(&write, number, variant, &answer);
    answer_release(&answer);
}

static void repeat_key(struct racer *racer, int number)
{
    send_variant(racer, "same", number, 0);
}

static void contend_for_key(struct racer *racer, int number)
{
    send_variant(racer, "other", number, (racer->number + number / VARIANTS) % VARIANTS);
}

static void forget_heard(void)
{
    for (int i = 0; heard != NULL && i < things; i++)
        for (int v = 0; v < VARIANTS; v++)
            free(heard[i].body[v]);
    free(heard);
    heard = NULL;
}

static long long count_rows(const char *table)
{
    char sql[TEXT_MAX];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE workspace_id = $1", table);
    return trial_ask_workspace(&trial, sql);
}

static long long count_entries(int kind)
{
    char sql[TEXT_MAX];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM ledger WHERE workspace_id = $1 AND kind = %d",
             kind);
    return trial_ask_workspace(&trial, sql);
}

/* Of leads alone. */
static long long count_lead_entries(void)
{
    return trial_ask_workspace(&trial, "SELECT count(*) FROM ledger l JOIN lead USING "
                                       "(workspace_id) WHERE l.workspace_id = $1 AND "
                                       "l.subject_id = lead.lead_id");
}

START_TEST(test_one_key_has_one_effect)
{
    const struct sizes *size = sizes(&storm_quick, &storm_long);
    struct racer one = {.client = client_new(service_url(trial.services[0]))};

    heard = calloc((size_t)size->things, sizeof *heard);
    ck_assert_ptr_nonnull(heard);
    send_variant(&one, "same", 0, 0);
    client_free(one.client);
    long long entries = count_lead_entries();
    ck_assert_int_gt(entries, 0);
    race_all(size, true, repeat_key);
    printf("%d clients with %d keys: %lld times a key was in flight\n", size->clients, size->things,
           atomic_load(&in_flight));
    for (int i = 0; i < size->things; i++)
        ck_assert_int_eq(heard[i].status[0], 201);
    ck_assert_int_eq(count_rows("lead"), size->things);
    ck_assert_int_eq(count_rows("touch"), size->things);
    ck_assert_int_eq(count_rows("handoff"), size->things);
    ck_assert_int_eq(count_lead_entries(), size->things * entries);
    forget_heard();
    trial_end(&trial);
}
END_TEST

START_TEST(test_one_key_has_one_body)
{
    const struct sizes *size = sizes(&storm_quick, &storm_long);
    int won[VARIANTS] = {0};

    heard = calloc((size_t)size->things, sizeof *heard);
    ck_assert_ptr_nonnull(heard);
    race_all(size, false, contend_for_key);
    for (int i = 0; i < size->things; i++) {
        int winner = heard[i].status[0] == 201 ? 0 : 1;
        ck_assert_int_eq(heard[i].status[winner], 201);
        ck_assert_msg(heard[i].status[1 - winner] == 422, "key %d: %s", i,
                      heard[i].body[1 - winner]);
        won[winner]++;
    }
    printf("of two bodies under one key the first won %d times, the second %d\n", won[0], won[1]);
    ck_assert_int_eq(count_rows("lead"), size->things);
    ck_assert_int_eq(count_rows("touch"), size->things);
    forget_heard();
    trial_end(&trial);
}
END_TEST

/* ---- answers to one handoff ---- */

enum answer_kind { ACCEPT, REJECT, WITHDRAW, CLAIM, ANSWER_KINDS };

static const struct {
    const char *action, *state;
    int entry; /* its kind in the ledger, docs/ledger.md */
} answer_kinds[] = {
    {"accept", "accepted", 24}, {"reject", "rejected", 25}, {"withdraw", "withdrawn", 28}};

/* What became of one handoff; under fate_lock. */
struct fate {
    char id[40];
    int won[ANSWER_KINDS];
    int lost[ANSWER_KINDS]; /* answered that it is in this state; the last: that it is another's */
};

static pthread_mutex_t fate_lock = PTHREAD_MUTEX_INITIALIZER;
static struct fate *fates;
static int fate_count;
static _Atomic long long claims;

static void offer(struct racer *racer, int number)
{
    char key[TEXT_MAX], body[BODY_MAX];
    struct answer answer;
    const struct write write = {
        .target = "/v1/leads", .token = trial.marketing, .key = key, .body = body};

    if (racer->number != number % OFFERING)
        return;
    snprintf(key, sizeof key, "offer-%d", number);
    snprintf(body, sizeof body,
             "{\"email\":\"h%d@race.example\",\"attributes\":{\"company.employees\":120,"
             "\"seniority\":\"vp\"},\"touch\":{\"kind\":\"form_submitted\",\"source\":\"google\"}}",
             number);
    journal_write(trial.journal, racer->client, &write, &answer);
    const json_t *handoff = json_object_get(answer.json, "handoff");
    const char *id = json_string_value(json_object_get(handoff, "id"));
    if (id == NULL)
        give_up("nothing is offered: %s", answer.body);
    snprintf(fates[number].id, sizeof fates[number].id, "%s", id);
    answer_release(&answer);
}

/* A loser must hear how things are and what is left to do. */
static void note_loser(struct fate *fate, const struct answer *answer)
{
    const char *code = json_string_value(json_object_get(answer->json, "code"));
    const char *state = json_string_value(json_object_get(answer->json, "state"));
    const json_t *actions = json_object_get(answer->json, "allowed_actions");
    int kind = CLAIM;

    if (answer->status != 409 || code == NULL || state == NULL || !json_is_array(actions))
        give_up("a loser is answered %d %s", answer->status, answer->body);
    for (int i = 0; i < CLAIM; i++)
        if (strcmp(state, answer_kinds[i].state) == 0)
            kind = i;
    bool another_has_it = strcmp(code, "claimed_by_other") == 0 && strcmp(state, "offered") == 0;
    if (kind == CLAIM && !another_has_it)
        give_up("a loser is answered: %s", answer->body);
    for (size_t i = 0; i < json_array_size(actions); i++) {
        const char *action = json_string_value(json_array_get(actions, i));
        for (int k = 0; k < CLAIM; k++)
            if (kind != CLAIM && strcmp(action, answer_kinds[k].action) == 0)
                give_up("a loser may %s: %s", action, answer->body);
    }
    fate->lost[kind]++;
}

static void answer_handoff(struct racer *racer, const char *token, int number,
                           enum answer_kind kind)
{
    char key[TEXT_MAX], target[TEXT_MAX];
    struct answer answer;
    struct fate *fate = &fates[number];
    const struct write write = {.target = target,
                                .token = token,
                                .key = key,
                                .body = kind == REJECT ? "{\"reason\":\"spam\"}" : "{}"};

    snprintf(key, sizeof key, "%s-%d-%d%s", answer_kinds[kind].action, racer->number, number,
             token == sue ? "-claimed" : "");
    snprintf(target, sizeof target, "/v1/handoffs/%s/%s", fate->id, answer_kinds[kind].action);
    journal_write(trial.journal, racer->client, &write, &answer);
    pthread_mutex_lock(&fate_lock);
    if (answer.status == 200)
        fate->won[kind]++;
    else
        note_loser(fate, &answer);
    pthread_mutex_unlock(&fate_lock);
    answer_release(&answer);
}

static int number_of(const char *id)
{
    for (int i = 0; i < fate_count; i++)
        if (strcmp(fates[i].id, id) == 0)
            return i;
    give_up("handoff %s was never offered", id);
}

/* Takes what is free and accepts it, if marketing has not taken it back meanwhile. */
static void claim(struct racer *racer, int number)
{
    char key[TEXT_MAX];
    struct answer answer;
    const struct write write = {.target = "/v1/handoffs/claim",
                                .token = sue,
                                .key = key,
                                .body = "{\"team\":\"sales\",\"limit\":1,\"lease_seconds\":600}"};

    snprintf(key, sizeof key, "claim-%d-%d", racer->number, number);
    if (journal_write(trial.journal, racer->client, &write, &answer) != 200)
        give_up("a claim was answered %s", answer.body);
    const json_t *first = json_array_get(json_object_get(answer.json, "data"), 0);
    const char *id = json_string_value(json_object_get(json_object_get(first, "handoff"), "id"));
    if (id != NULL) {
        atomic_fetch_add(&claims, 1);
        answer_handoff(racer, sue, number_of(id), ACCEPT);
    }
    answer_release(&answer);
}

static void answer_one(struct racer *racer, int number)
{
    enum answer_kind kind = (enum answer_kind)((racer->number + number) % ANSWER_KINDS);

    if (kind == CLAIM && (number % CLAIM_EVERY != 0 || racer->number >= ANSWER_KINDS))
        return; /* else nothing would be left for sam */
    if (kind == CLAIM)
        claim(racer, number);
    else
        answer_handoff(racer, kind == WITHDRAW ? trial.ana : trial.sam, number, kind);
}

static void check_fate(const struct fate *fate, int counts[ANSWER_KINDS])
{
    char sql[TEXT_MAX];
    int winner = CLAIM;

    for (int i = 0; i < CLAIM; i++) {
        counts[i] += fate->won[i];
        if (fate->won[i] > 0)
            winner = i;
    }
    ck_assert_int_eq(fate->won[ACCEPT] + fate->won[REJECT] + fate->won[WITHDRAW], 1);
    for (int i = 0; i < CLAIM; i++)
        ck_assert_msg(i == winner || fate->lost[i] == 0,
                      "handoff %s was %s, a loser was answered %s", fate->id,
                      answer_kinds[winner].state, answer_kinds[i].state);
    snprintf(
        sql, sizeof sql,
        "SELECT (state = '%s')::int FROM handoff WHERE workspace_id = $1 AND handoff_id = '%s'",
        answer_kinds[winner].state, fate->id);
    ck_assert_int_eq(trial_ask_workspace(&trial, sql), 1);
}

START_TEST(test_one_answer_to_a_handoff)
{
    const struct sizes *size = sizes(&race_quick, &race_long);
    const struct sizes offering = {OFFERING, size->things};
    int counts[ANSWER_KINDS] = {0};

    fate_count = size->things;
    fates = calloc((size_t)fate_count, sizeof *fates);
    ck_assert_ptr_nonnull(fates);
    race_all(&offering, false, offer);
    race_all(size, false, answer_one);
    for (int i = 0; i < fate_count; i++)
        check_fate(&fates[i], counts);
    printf("%d handoffs: %d accepted, %d rejected, %d withdrawn; %lld were claimed\n", fate_count,
           counts[ACCEPT], counts[REJECT], counts[WITHDRAW], atomic_load(&claims));
    for (int i = 0; i < CLAIM; i++)
        ck_assert_int_eq(count_entries(answer_kinds[i].entry), counts[i]);
    free(fates);
    trial_end(&trial);
}
END_TEST

/* ---- one new person, captured by many ---- */

enum known { KNOWN_EMAIL = 1, KNOWN_EXTERNAL = 2, KNOWN_ANONYMOUS = 4, KNOWN_ALL = 7 };

/* What each client knows; together they know all, and two know enough to join the rest. */
static const unsigned forms[FORMS] = {KNOWN_EMAIL,
                                      KNOWN_EXTERNAL,
                                      KNOWN_ANONYMOUS,
                                      KNOWN_EMAIL | KNOWN_ANONYMOUS,
                                      KNOWN_EMAIL | KNOWN_EXTERNAL,
                                      KNOWN_ALL};

static void describe(char body[BODY_MAX], unsigned known, int person)
{
    size_t len =
        (size_t)snprintf(body, BODY_MAX, "{\"attributes\":{\"company.employees\":%d}", person);

    if (known & KNOWN_EMAIL)
        len +=
            (size_t)snprintf(body + len, BODY_MAX - len, ",\"email\":\"w%d@who.example\"", person);
    if (known & KNOWN_EXTERNAL)
        len +=
            (size_t)snprintf(body + len, BODY_MAX - len,
                             ",\"external_ids\":[{\"source\":\"hubspot\",\"id\":\"w%d\"}]", person);
    if (known & KNOWN_ANONYMOUS)
        len += (size_t)snprintf(body + len, BODY_MAX - len, ",\"anonymous_ids\":[\"anon-w%d\"]",
                                person);
    snprintf(body + len, BODY_MAX - len, "}");
}

static int capture(struct racer *racer, unsigned known, int person, struct answer *answer)
{
    char key[TEXT_MAX], body[BODY_MAX];
    const struct write write = {
        .target = "/v1/leads", .token = trial.marketing, .key = key, .body = body};

    snprintf(key, sizeof key, "who-%d-%d", racer->number, person);
    describe(body, known, person);
    return journal_write(trial.journal, racer->client, &write, answer);
}

static void capture_form(struct racer *racer, int person)
{
    struct answer answer;
    int status = capture(racer, forms[(racer->number + person) % FORMS], person, &answer);

    if (status != 200 && status != 201)
        give_up("a capture was answered %d %s", status, answer.body);
    answer_release(&answer);
}

/* Leads that have any identity of this person. */
static long long leads_of(int person)
{
    char sql[TEXT_MAX];

    snprintf(sql, sizeof sql,
             "SELECT count(DISTINCT lead_id) FROM identity WHERE workspace_id = $1 AND value IN "
             "('w%d@who.example', 'w%d', 'anon-w%d')",
             person, person, person);
    return trial_ask_workspace(&trial, sql);
}

/* Who knows everything of a person finds one lead, or hears which is the other: the one with the
 * email, when the external id came to a lead of its own. */
static int check_person(struct racer *last, int person)
{
    struct answer answer;

    ck_assert_int_eq(capture(last, KNOWN_ALL, person, &answer), 200);
    const json_t *others = json_object_get(answer.json, "possible_duplicates");
    int count = (int)json_array_size(others);
    ck_assert_int_le(count, 1);
    ck_assert_int_eq(leads_of(person), 1 + count);
    answer_release(&answer);
    return count;
}

START_TEST(test_one_person_captured_by_many)
{
    const struct sizes *size = sizes(&people_quick, &people_long);
    struct racer last = {.number = CLIENTS_MAX};
    int twofold = 0;

    race_all(size, false, capture_form);
    ck_assert_int_eq(journal_counts(trial.journal).unanswered, 0);
    last.client = client_new(service_url(trial.services[0]));
    for (int person = 0; person < size->things; person++)
        twofold += check_person(&last, person);
    client_free(last.client);
    printf("%d people by %d clients: %d are two leads that name each other\n", size->things,
           size->clients, twofold);
    trial_end(&trial);
}
END_TEST

/* ---- the stage ---- */

/* A second member of sales, to claim what sam answers. */
static void add_sue(void)
{
    static char out[TRIAL_OUTPUT_MAX];
    struct client *client = client_new(service_url(trial.services[0]));
    struct answer answer;

    ck_assert_int_eq(trial_baton(&trial,
                                 "member create acme --team sales --name Sue --email "
                                 "sue@acme.example 2>&1",
                                 out),
                     0);
    client_call(
        client,
        &(struct call){
            .method = "POST",
            .target = "/v1/keys",
            .token = trial.sam,
            .body = "{\"title\":\"sue\",\"member\":\"sue@acme.example\",\"roles\":[\"work\"]}"},
        &answer);
    const char *token = json_string_value(json_object_get(answer.json, "token"));
    ck_assert_msg(token != NULL, "no key: %s", answer.body);
    snprintf(sue, sizeof sue, "%s", token);
    answer_release(&answer);
    client_free(client);
}

static void setup(void)
{
    trial_begin(&trial, NULL);
    add_sue();
}

static void teardown(void)
{
    trial_free(&trial);
}

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "many at once");

    tcase_add_checked_fixture(tcase, setup, teardown);
    TESTS(tcase, test_one_key_has_one_effect, test_one_key_has_one_body,
          test_one_answer_to_a_handoff, test_one_person_captured_by_many);
}
