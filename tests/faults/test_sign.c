/*
 * Both sides sign at the same moment, from many connections, at one server and at two: the same
 * member twice, a signature against a decline, against a wrong hash, against a newer version that
 * comes into force, and versions that wait for their day. BATON_LONG=1 has more rounds.
 */
#include "suite.h"
#include "trial.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SIGNERS      8
#define ROUNDS       8
#define ROUNDS_LONG  100
#define EARLIER_S    1.0 /* when two versions come into force, after they were proposed: */
#define LATER_S      3.0 /* time enough for both to be signed before */
#define DOCUMENT_MAX 262144
#define BODY_MAX     512 /* bytes */
#define TEXT_MAX     128 /* bytes */
#define HASH_MAX     65
#define WAIT_MS      30000
#define POLL_MS      20

static struct trial trial;
static char document[DOCUMENT_MAX];
static int keys_made;

struct version {
    int number;
    char hash[HASH_MAX];
};

/* One request of a round, by its own client; then once more with its key, at the other server. */
struct signer {
    pthread_t thread;
    pthread_barrier_t *start;
    struct client *client, *other;
    char target[TEXT_MAX], key[TEXT_MAX], body[BODY_MAX];
    const char *token;
    int status;
    char code[TEXT_MAX];
};

static struct signer signers[SIGNERS];
static int asked, finished; /* of them, in this round and in the one that is over */

/* ---- at once ---- */

static void note(struct signer *signer, const struct answer *answer)
{
    const char *code = json_string_value(json_object_get(answer->json, "code"));

    signer->status = answer->status;
    snprintf(signer->code, sizeof signer->code, "%s", code == NULL ? "" : code);
}

static void *run_signer(void *argument)
{
    struct signer *signer = argument;
    const struct write write = {
        .target = signer->target, .token = signer->token, .key = signer->key, .body = signer->body};
    struct answer first, again;

    pthread_barrier_wait(signer->start);
    journal_write(trial.journal, signer->client, &write, &first);
    journal_write(trial.journal, signer->other, &write, &again);
    if (first.status != again.status || strcmp(first.body, again.body) != 0) {
        fprintf(stderr, "tests: %s: %d %s, and repeated %d %s\n", signer->target, first.status,
                first.body, again.status, again.body);
        exit(1);
    }
    note(signer, &first);
    answer_release(&first);
    answer_release(&again);
    return NULL;
}

static void run_round(void)
{
    pthread_barrier_t start;

    finished = asked;
    pthread_barrier_init(&start, NULL, (unsigned)asked);
    for (int i = 0; i < asked; i++) {
        signers[i].start = &start;
        ck_assert_int_eq(pthread_create(&signers[i].thread, NULL, run_signer, &signers[i]), 0);
    }
    for (int i = 0; i < asked; i++)
        pthread_join(signers[i].thread, NULL);
    pthread_barrier_destroy(&start);
}

static void ask(const char *token, int version, const char *verb, const char *body)
{
    if (asked == finished)
        asked = finished = 0; /* a new round */
    struct signer *signer = &signers[asked++];

    ck_assert_int_le(asked, SIGNERS);
    signer->token = token;
    snprintf(signer->target, sizeof signer->target, "/v1/definitions/mql/versions/%d/%s", version,
             verb);
    snprintf(signer->body, sizeof signer->body, "%s", body);
    snprintf(signer->key, sizeof signer->key, "sign-%d", keys_made++);
}

static void ask_sign(const char *token, const struct version *version)
{
    char body[BODY_MAX];

    snprintf(body, sizeof body, "{\"content_hash\":\"%s\"}", version->hash);
    ask(token, version->number, "sign", body);
}

/* How many of the requests from this place on, up to that one, were answered so. */
static int count(int from, int to, int status)
{
    int found = 0;

    for (int i = from; i < to; i++)
        found += signers[i].status == status;
    return found;
}

/* Of those about this version. */
static int count_of(int version, int status)
{
    char path[TEXT_MAX];
    int found = 0;

    snprintf(path, sizeof path, "/versions/%d/", version);
    for (int i = 0; i < asked; i++)
        found += signers[i].status == status && strstr(signers[i].target, path) != NULL;
    return found;
}

/* ---- one after the other ---- */

static void must(const char *token, const char *target, const char *body, int wanted,
                 struct answer *out)
{
    char key[TEXT_MAX];

    snprintf(key, sizeof key, "sign-%d", keys_made++);
    const struct write write = {.target = target, .token = token, .key = key, .body = body};
    int status = journal_write(trial.journal, signers[0].client, &write, out);
    ck_assert_msg(status == wanted, "%s: %d %s", target, status, out->body);
}

static int draft(void)
{
    struct answer answer;

    must(trial.ana, "/v1/definitions/mql/versions", document, 201, &answer);
    int number = (int)json_integer_value(json_object_get(answer.json, "version"));
    answer_release(&answer);
    return number;
}

static struct version propose(const char *body)
{
    struct version made = {.number = draft()};
    struct answer answer;
    char target[TEXT_MAX];

    snprintf(target, sizeof target, "/v1/definitions/mql/versions/%d/propose", made.number);
    must(trial.ana, target, body, 200, &answer);
    snprintf(made.hash, sizeof made.hash, "%s",
             json_string_value(json_object_get(answer.json, "content_hash")));
    answer_release(&answer);
    return made;
}

static void read_hash(struct version *version)
{
    struct answer answer;
    char target[TEXT_MAX];

    snprintf(target, sizeof target, "/v1/definitions/mql/versions/%d", version->number);
    client_call(signers[0].client,
                &(struct call){.method = "GET", .target = target, .token = trial.ana}, &answer);
    snprintf(version->hash, sizeof version->hash, "%s",
             json_string_value(json_object_get(answer.json, "content_hash")));
    answer_release(&answer);
}

static void read_document(void)
{
    struct answer answer;

    client_call(signers[0].client,
                &(struct call){.method = "GET",
                               .target = "/v1/definitions/mql/versions/1",
                               .token = trial.ana},
                &answer);
    char *text = json_dumps(json_object_get(answer.json, "document"), JSON_COMPACT);
    ck_assert_ptr_nonnull(text);
    snprintf(document, sizeof document, "%s", text);
    free(text);
    answer_release(&answer);
}

/* ---- what must hold ---- */

static long long ask_version(const struct version *version, const char *what)
{
    char sql[1024];

    snprintf(sql, sizeof sql,
             "SELECT (%s) FROM agreement d WHERE d.workspace_id = $1 AND d.kind = 'mql' AND "
             "d.version = %d",
             what, version->number);
    return trial_ask_workspace(&trial, sql);
}

#define ENTRIES(kind)                                                                              \
    "SELECT count(*) FROM ledger l WHERE l.workspace_id = d.workspace_id AND l.subject_id = "      \
    "d.agreement_id AND l.kind = " kind
#define SIGNATURES                                                                                 \
    "SELECT count(*) FROM agreement_signature s WHERE s.workspace_id = d.workspace_id AND "        \
    "s.kind = d.kind AND s.version = d.version AND s.hash = d.hash"

/* As many signatures as were acknowledged, each an entry of the ledger; as many times in force and
 * declined. */
static void expect(const struct version *version, int signed_by, int in_force, int declined)
{
    ck_assert_int_eq(ask_version(version, SIGNATURES), signed_by);
    ck_assert_int_eq(ask_version(version, ENTRIES("43")), signed_by);
    ck_assert_int_eq(ask_version(version, ENTRIES("46")), in_force);
    ck_assert_int_eq(ask_version(version, "(d.in_force_from IS NOT NULL)::int"), in_force);
    ck_assert_int_eq(ask_version(version, ENTRIES("44")), declined);
    ck_assert_int_eq(ask_version(version, "(d.state = 'declined')::int"), declined);
    ck_assert_int_eq(trial_ask_workspace(&trial, "SELECT count(*) FROM agreement WHERE "
                                                 "workspace_id = $1 AND kind = 'mql' AND "
                                                 "state = 'in_force'"),
                     1);
}

/* Each ended as often as another one took its place. */
static void expect_superseded_once(void)
{
    ck_assert_int_eq(
        trial_ask_workspace(&trial, "SELECT count(*) FROM agreement d WHERE d.workspace_id = $1 "
                                    "AND (" ENTRIES("47") ") <> (d.state = 'superseded')::int"),
        0);
}

/* ---- rounds ---- */

static void both_sides(void)
{
    struct version version = propose("{}");

    for (int i = 0; i < SIGNERS; i++)
        ask_sign(i < SIGNERS / 2 ? trial.ana : trial.sam, &version);
    run_round();
    ck_assert_int_eq(count(0, SIGNERS / 2, 200), 1);
    ck_assert_int_eq(count(SIGNERS / 2, SIGNERS, 200), 1);
    ck_assert_int_eq(count(0, SIGNERS, 409), SIGNERS - 2);
    expect(&version, 2, 1, 0);
}

static void against_a_decline(int round)
{
    struct version version = propose("{}");
    int signs, declines;

    for (int i = 0; i < 6; i++)
        ask_sign((i + round) % 2 == 0 ? trial.ana : trial.sam, &version);
    ask(trial.ana, version.number, "decline", "{\"note\":\"not yet\"}");
    ask(trial.sam, version.number, "decline", "{\"note\":\"not so\"}");
    run_round();
    signs = count(0, 6, 200);
    declines = count(6, 8, 200);
    ck_assert_int_eq(count(0, 8, 409), 8 - signs - declines);
    ck_assert_int_eq(declines + (signs == 2), 1); /* one end and no other */
    expect(&version, signs, signs == 2, declines);
}

static void against_a_wrong_hash(void)
{
    struct version version = propose("{}");
    struct version wrong = version;

    memset(wrong.hash, 'a', sizeof wrong.hash - 1);
    for (int i = 0; i < SIGNERS; i++)
        ask_sign(i % 2 == 0 ? trial.ana : trial.sam, i < SIGNERS / 2 ? &version : &wrong);
    run_round();
    ck_assert_int_eq(count(0, SIGNERS / 2, 200), 2);
    ck_assert_int_eq(count(SIGNERS / 2, SIGNERS, 200), 0);
    ck_assert_int_eq(count(0, SIGNERS, 409) + count(0, SIGNERS, 422), SIGNERS - 2);
    for (int i = SIGNERS / 2; i < SIGNERS; i++)
        ck_assert_msg(signers[i].status == 409 || strcmp(signers[i].code, "not_signable") == 0,
                      "%d %s", signers[i].status, signers[i].code);
    expect(&version, 2, 1, 0);
}

/* Sales signs a version while marketing proposes the next, which ends what is not agreed yet: it
 * came into force before, or never does. Then the next comes into force while sales still tries. */
static void against_a_newer_version(void)
{
    struct version older = propose("{}");
    struct version newer = {0};
    int signs;

    ask_sign(trial.ana, &older);
    run_round();
    ck_assert_int_eq(count(0, asked, 200), 1);
    newer.number = draft();
    for (int i = 0; i < SIGNERS; i++)
        if (i % 2 == 0)
            ask_sign(trial.sam, &older);
        else
            ask(trial.ana, newer.number, "propose", "{}");
    run_round();
    signs = count_of(older.number, 200);
    ck_assert_int_le(signs, 1);
    ck_assert_int_eq(count_of(newer.number, 200), 1);
    ck_assert_int_eq(count(0, asked, 409), SIGNERS - 1 - signs);
    expect(&older, 1 + signs, signs, 0);
    read_hash(&newer);
    for (int i = 0; i < SIGNERS; i++)
        ask_sign(i % 2 == 0 ? trial.sam : trial.ana, i < 2 ? &older : &newer);
    run_round();
    ck_assert_int_eq(count_of(older.number, 200), 0);
    ck_assert_int_eq(count_of(newer.number, 200), 2);
    expect(&older, 1 + signs, signs, 0);
    expect(&newer, 2, 1, 0);
}

static struct version propose_in(double seconds)
{
    char sql[TEXT_MAX], body[BODY_MAX];

    snprintf(sql, sizeof sql, "SELECT (extract(epoch FROM now()) * 1000)::int8 + %d",
             (int)(seconds * 1000));
    long long at = trial_ask(&trial, sql);
    time_t whole = (time_t)(at / 1000);
    struct tm parts;
    char moment[TEXT_MAX];
    strftime(moment, sizeof moment, "%Y-%m-%dT%H:%M:%S", gmtime_r(&whole, &parts));
    snprintf(body, sizeof body, "{\"effective_from\":\"%s.%03dZ\"}", moment, (int)(at % 1000));
    return propose(body);
}

static void wait_in_force(const struct version *version)
{
    int64_t give_up = pg_deadline_in(WAIT_MS);

    while (ask_version(version, "(d.state = 'in_force')::int") != 1) {
        ck_assert_msg(pg_now_ms() < give_up, "version %d does not come into force",
                      version->number);
        trial_ask(&trial, "WITH due AS (UPDATE job SET due_at = now() RETURNING 1) SELECT count(*) "
                          "FROM due");
        poll(NULL, 0, POLL_MS);
    }
}

static void sign_both(const struct version *version)
{
    for (int i = 0; i < SIGNERS; i++)
        ask_sign(i % 2 == 0 ? trial.ana : trial.sam, version);
    run_round();
    ck_assert_int_eq(count(0, asked, 200), 2);
}

/* Of two versions that wait for their day each is in force from its day on and not before, the
 * earlier one first, although either server may bring it into force. */
static void versions_that_wait(void)
{
    struct version earlier = propose_in(EARLIER_S);

    sign_both(&earlier);
    struct version later = propose_in(LATER_S);
    sign_both(&later);
    wait_in_force(&later);
    expect(&earlier, 2, 1, 0);
    expect(&later, 2, 1, 0);
    ck_assert_int_eq(ask_version(&earlier, "(d.in_force_from >= d.effective_from)::int"), 1);
    ck_assert_int_eq(ask_version(&later, "(d.in_force_from >= d.effective_from)::int"), 1);
    ck_assert_int_eq(ask_version(&later, "SELECT count(*) FROM agreement e WHERE e.workspace_id = "
                                         "d.workspace_id AND e.kind = d.kind AND e.version = "
                                         "d.version - 1 AND e.state = 'superseded' AND "
                                         "e.in_force_from < d.in_force_from AND e.superseded_at = "
                                         "d.in_force_from"),
                     1);
}

/* ---- one server, and two ---- */

static void open_clients(int servers)
{
    for (int i = 0; i < SIGNERS; i++) {
        signers[i].client = client_new(service_url(trial.services[i % servers]));
        signers[i].other = client_new(service_url(trial.services[(i + 1) % servers]));
    }
}

static void close_clients(void)
{
    for (int i = 0; i < SIGNERS; i++) {
        client_free(signers[i].client);
        client_free(signers[i].other);
    }
}

static void teardown(void)
{
    trial_free(&trial);
}

START_TEST(whoever_signs_at_once)
{
    int servers = _i + 1;
    int rounds = getenv("BATON_LONG") != NULL ? ROUNDS_LONG : ROUNDS;

    trial_begin(&trial, &(struct trial_options){.servers = servers});
    open_clients(servers);
    read_document();
    for (int round = 0; round < rounds; round++) {
        both_sides();
        against_a_decline(round);
        against_a_wrong_hash();
        against_a_newer_version();
    }
    versions_that_wait();
    expect_superseded_once();
    close_clients();
    trial_end(&trial);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "both sides at once");

    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_loop_test(tcase, whoever_signs_at_once, 0, TRIAL_SERVERS_MAX);
}
