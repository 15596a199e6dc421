/* The ledger for whoever does not take Baton's word for it: checkpoints, receipts and proofs, asked
 * for over HTTP and checked offline by `baton verify` and by a script that shares no code with it;
 * and the key that signs. */
#include "database.h"
#include "mql_file.h"
#include "stage.h"
#include "suite.h"
#include "test_cluster.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SIGNED "--starter " MQL_FILE " --sign"
#define CHAIN                                                                                      \
    "--sdr sam@acme.example --sdr sue@acme.example --ae eli@acme.example --ae ida@acme.example "   \
    "--starter " MQL_FILE " --starter sql --sign"

#define WAIT_MS           30000
#define POLL_MS           50
#define COMMAND_MAX_BYTES 2048
#define OUTPUT_MAX_BYTES  (64u << 10)

static char place[160];

/* ---- help ---- */

/* Runs a command line in the directory of this test; its stdout and stderr for the caller to free.
 */
static char *run(const char *words, int code)
{
    char command[COMMAND_MAX_BYTES];
    char *out = calloc(1, OUTPUT_MAX_BYTES);

    snprintf(command, sizeof command, "cd %s && { %s; } 2>&1", place, words);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    out[fread(out, 1, OUTPUT_MAX_BYTES - 1, pipe)] = '\0';
    int status = pclose(pipe);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != code)
        ck_abort_msg("%s: wanted exit code %d, got %d: %s", words, code,
                     WIFEXITED(status) ? WEXITSTATUS(status) : -1, out);
    return out;
}

static void has(char *out, const char *said)
{
    if (strstr(out, said) == NULL)
        ck_abort_msg("wanted \"%s\", got: %s", said, out);
    free(out);
}

static PGconn *holder;

static void exec_sql(const char *sql)
{
    PGresult *result = PQexec(holder, sql);

    ck_assert_msg(PQresultStatus(result) == PGRES_COMMAND_OK ||
                      PQresultStatus(result) == PGRES_TUPLES_OK,
                  "%s: %s", sql, PQerrorMessage(holder));
    PQclear(result);
}

/* No checkpoint is made until they are let go: a turn takes the job's row, or leaves it. */
static void hold_checkpoints(void)
{
    if (holder == NULL)
        holder = PQconnectdb(stage_database());
    exec_sql("BEGIN");
    exec_sql("SELECT FROM job WHERE name = 'checkpoint' FOR UPDATE");
}

static void let_checkpoints_go(void)
{
    exec_sql("UPDATE job SET due_at = now() WHERE name = 'checkpoint'");
    exec_sql("COMMIT");
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Asks until the answer is 200. */
static void await_ok(struct client *client, const char *token, const char *target,
                     struct answer *answer)
{
    int64_t until = now_ms() + WAIT_MS;

    for (;;) {
        client_call(client, &(struct call){.method = "GET", .target = target, .token = token},
                    answer);
        if (answer->status == 200)
            return;
        if (answer->status != 409 || now_ms() > until)
            ck_abort_msg("%s: %d %s", target, answer->status, answer->body);
        answer_release(answer);
        nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
    }
}

static void write_file(const char *name, const char *text)
{
    char path[COMMAND_MAX_BYTES];

    snprintf(path, sizeof path, "%s/%s", place, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

/* What the story's target answers, kept in a file. */
static void keep(struct stage *stage, const char *as, const char *target, const char *name)
{
    const char *missing;
    char *filled = story_fill(stage->story, target, false, &missing);
    struct answer answer;

    ck_assert_ptr_nonnull(filled);
    await_ok(stage->client, story_get(stage->story, as), filled, &answer);
    write_file(name, answer.body);
    answer_release(&answer);
    free(filled);
}

/* ---- receipts ---- */

#define OFFERED                                                                                    \
    POST("marketing captures Kim, who is offered by route", "marketing", "/v1/leads",              \
         "{'email':'kim@corp.example','attributes':{'company.employees':120,"                      \
         "'seniority':'vp'},'touch':{'kind':'form_submitted','source':'google'}}",                 \
         201, .checks = {{"/handoff/state", "'offered'"}},                                         \
         .keep = {{"kim", "/lead/id"}, {"offer", "/handoff/id"}})

#define RECEIPT "/v1/handoffs/${offer}/receipt"

static const struct step accepted[] = {
    OFFERED,
    GET("an offer is no answer", "sam", RECEIPT, 409,
        .checks = {{"/code", "'not_answered'"}, {"@Retry-After", "!"}}),
    POST("Sam accepts", "sam", "/v1/handoffs/${offer}/accept", NULL, 200),
    GET("no checkpoint covers it yet, the next one will", "sam", RECEIPT, 409,
        .checks = {{"/code", "'not_covered_yet'"}, {"@Retry-After", "=5"}}),
    GET("it never was rejected", "sam", RECEIPT "?state=rejected", 409,
        .checks = {{"/code", "'not_answered'"}}),
    GET("an offer is no answer to ask for", "sam", RECEIPT "?state=offered", 400,
        .checks = {{"/errors/0/parameter", "'state'"}}),
    {0}};

static const struct step covered[] = {
    GET("marketing has the same receipt", "max", RECEIPT, 200,
        .checks = {{"/format", "'baton-receipt1'"},
                   {"/entry/type", "'handoff.accepted'"},
                   {"/entry/kind", "24"},
                   {"/entry/subject", "'${kim}'"},
                   {"/entry/actor/type", "'member'"},
                   {"/entry/body", "~${offer}"},
                   {"/checkpoint/size", "<integer>"}},
        .keep = {{"pos", "/entry/pos"}, {"size", "/checkpoint/size"}}),
    GET("any entry has one", "ana", "/v1/ledger/entries/1/proof", 200,
        .checks = {{"/entry/pos", "1"}, {"/entry/actor", "{'type':'operator','id':null}"}}),
    GET("and so the same", "sales", "/v1/ledger/entries/${pos}/proof", 200,
        .checks = {{"/entry/type", "'handoff.accepted'"}}),
    GET("beyond the end there is none", "ana", "/v1/ledger/entries/1000000/proof", 404),
    GET("nor at no position", "ana", "/v1/ledger/entries/00/proof", 404),
    GET("nor for a handoff that is not there", "ana",
        "/v1/handoffs/01939393-9393-7393-9393-939393939393/receipt", 404),
    GET("the latest checkpoint", "marketing", "/v1/ledger/checkpoints?limit=1", 200,
        .checks = {{"/data", "#1"}, {"/data/0/size", "${size}"}, {"/data/0/root", "<string>"}}),
    POST("Sam gives it back", "sam", "/v1/handoffs/${offer}/return", "{'reason':'too_small'}", 200),
    GET("what was accepted has its receipt as before", "sam", RECEIPT "?state=accepted", 200,
        .checks = {{"/entry/pos", "${pos}"}}),
    GET("what it is now waits", "sam", RECEIPT, 409, .checks = {{"/code", "'not_covered_yet'"}}),
    {0}};

static const struct step continued[] = {
    GET("two checkpoints, newest first", "ana", "/v1/ledger/checkpoints?limit=1", 200,
        .checks = {{"/data", "#1"}, {"/next", "<string>"}, {"@Link", "~cursor="}},
        .keep = {{"newest", "/data/0/size"}, {"next", "/next"}}),
    GET("the one before", "ana", "/v1/ledger/checkpoints?cursor=${next}&limit=1", 200,
        .checks = {{"/data/0/size", "${size}"}}),
    GET("the newer continues it", "ana",
        "/v1/ledger/checkpoints/${newest}/consistency?from=${size}", 200,
        .checks = {{"/format", "'baton-consistency1'"}, {"/checkpoint/size", "${newest}"}}),
    GET("not the other way round", "ana",
        "/v1/ledger/checkpoints/${size}/consistency?from=${newest}", 404),
    GET("a size is named", "ana", "/v1/ledger/checkpoints/${size}/consistency", 400),
    GET("of a checkpoint that is there", "ana", "/v1/ledger/checkpoints/1000000/consistency?from=1",
        404),
    GET("another list's place is none here", "ana", "/v1/ledger/checkpoints?cursor=ZXY6NDQ", 400),
    {0}};

static const struct step foreign[] = {GET("another workspace has no such handoff", "other_ana",
                                          "/v1/handoffs/${offer}/receipt", 404,
                                          .checks = {{"/code", "'not_found'"}}),
                                      {0}};

#define CHECK_PY "/usr/bin/python3 " SOURCE_DIR "/tests/store/ledger_check.py "
#define VERIFY   "$BATON_BINARY verify "

START_TEST(an_answer_has_a_receipt_that_holds_without_us)
{
    struct stage stage = stage_open(SIGNED);

    hold_checkpoints();
    story_run(stage.story, accepted);
    let_checkpoints_go();
    keep(&stage, "sam", RECEIPT, "receipt.json");
    hold_checkpoints();
    story_run(stage.story, covered);
    let_checkpoints_go();
    keep(&stage, "sam", RECEIPT, "returned.json");
    story_run(stage.story, continued);
    stage_add_workspace(&stage, "other_", SIGNED);
    story_run(stage.story, foreign);
    keep(&stage, "ana", "/v1/ledger/checkpoints/${newest}/consistency?from=${size}", "proof.json");

    has(run(VERIFY "--receipt receipt.json --public-key key.pub", 0), "handoff.accepted");
    has(run(VERIFY "--receipt returned.json --public-key "
                   "$(sed -n 's/^public key *//p' key.pub)",
            0),
        "handoff.returned");
    has(run(CHECK_PY "--receipt receipt.json key.pub", 0), "holds");
    has(run(VERIFY "--consistency proof.json --checkpoint receipt.json --public-key key.pub", 0),
        "is unchanged");
    free(run("/usr/bin/python3 -c \"import json; json.dump(json.load(open('receipt.json'))"
             "['checkpoint'], open('kept.json', 'w'))\"",
             0));
    has(run(VERIFY "--consistency proof.json --checkpoint kept.json --public-key key.pub", 0),
        "is unchanged");
    has(run(CHECK_PY "--consistency proof.json kept.json key.pub", 0), "holds");
    stage_close(&stage);
}
END_TEST

START_TEST(whatever_is_changed_in_it_is_refused)
{
    has(run(CHECK_PY "--tamper receipt.json key.pub", 0), " 0 taken");
    free(run("sed 's/\"from\":[0-9]*/\"from\":2/' proof.json > wrong.json", 0));
    has(run(VERIFY "--consistency wrong.json --checkpoint receipt.json --public-key key.pub", 4),
        "is not the beginning");
    has(run(VERIFY "--consistency proof.json --checkpoint returned.json --public-key key.pub", 4),
        "is not the beginning");
    has(run(VERIFY "--receipt receipt.json --public-key other.pub", 4), "with another key");
    has(run(VERIFY "--receipt key.pub --public-key key.pub", 4), "not JSON");
    has(run(VERIFY "--receipt . --public-key key.pub", 1), "directory");
    has(run("cat receipt.json | " VERIFY "--receipt /dev/stdin --public-key key.pub", 0),
        "handoff.accepted");
    has(run("yes 1 | tr -d '\\n' | " VERIFY "--receipt /dev/stdin --public-key key.pub", 4),
        "too long");
    has(run(VERIFY "--receipt receipt.json", 2), "--public-key is missing");
    has(run(VERIFY "--receipt nowhere.json --public-key key.pub", 1), "No such file");
    has(run(VERIFY "--receipt receipt.json --public-key receipt.json", 1), "no Ed25519 public key");
    has(run(VERIFY "--consistency proof.json --public-key key.pub", 2), "--checkpoint is missing");
}
END_TEST

static const struct step third_team[] = {GET("a member of a third team has no part in it", "ida",
                                             RECEIPT, 403, .checks = {{"/code", "'forbidden'"}}),
                                         GET("an admin of it has", "eli", RECEIPT, 200),
                                         {0}};

static const struct step rejected[] = {OFFERED,
                                       POST("Sam rejects", "sam", "/v1/handoffs/${offer}/reject",
                                            "{'reason':'too_small','note':'a small shop'}", 200),
                                       {0}};

START_TEST(it_is_for_the_two_teams_and_admins)
{
    struct stage stage = stage_open(CHAIN);

    hold_checkpoints();
    story_run(stage.story, rejected);
    let_checkpoints_go();
    keep(&stage, "sue", RECEIPT, "rejected.json");
    story_run(stage.story, third_team);
    has(run(VERIFY "--receipt rejected.json --public-key key.pub", 0), "handoff.rejected");
    stage_close(&stage);
}
END_TEST

/* ---- keys ---- */

START_TEST(a_key_that_will_not_do_stops_the_start)
{
#define SERVE "BATON_SIGNING_KEY_FILE=%s DATABASE_URL=none $BATON_BINARY serve --listen 127.0.0.1:0"
    static const struct {
        const char *make, *file, *said;
    } cases[] = {
        {"true", "nowhere", "there is no such file"},
        {"cp key open; chmod 640 open", "open", "chmod 600"},
        {"echo hello > text; chmod 600 text", "text", "no private key in PEM"},
        {"cp key.pub public; chmod 600 public", "public", "no private key in PEM"},
        {"openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec; chmod 600 ec",
         "ec", "not an Ed25519 key"},
        {"openssl pkey -in key -aes128 -passout pass:x -out locked; chmod 600 locked", "locked",
         "without a passphrase"},
        {"mkdir -p dir; chmod 700 dir", "dir", "this is not a file"},
    };
    char command[COMMAND_MAX_BYTES];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(command, sizeof command, SERVE, cases[i].file);
        free(run(cases[i].make, 0));
        has(run(command, 2), cases[i].said);
    }
    has(run("$BATON_BINARY signing-key create key", 1), "the file exists already");
    has(run("stat -c %a key", 0), "600");
    free(run("openssl pkey -in key -pubout > again.pub && sed -n '/^-----/,$p' key.pub | "
             "cmp - again.pub",
             0));
}
END_TEST

static struct service *serve(struct database *database, const char *key)
{
    static char paths[2][COMMAND_MAX_BYTES];
    static int used;
    char *path = paths[used++ % 2];

    snprintf(path, COMMAND_MAX_BYTES, "%s/%s", place, key);
    struct service_setting settings[] = {{"BATON_SIGNING_KEY_FILE", path}, {NULL, NULL}};
    return service_start(database_conninfo(database), settings);
}

static void await_count(struct database *database, const char *sql, long long wanted)
{
    int64_t until = now_ms() + WAIT_MS;

    while (database_ask_int(database, sql) < wanted && now_ms() < until)
        nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
    ck_assert_int_eq(database_ask_int(database, sql), wanted);
}

static void await_error_lines(const struct service *service)
{
    int64_t until = now_ms() + WAIT_MS;

    while (service_log_count(service, "error") == 0 && now_ms() < until)
        nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
    ck_assert_int_gt(service_log_count(service, "error"), 0);
}

START_TEST(a_new_key_is_in_the_ledger_once_and_the_old_one_signs_no_more)
{
    static const char entries[] = "SELECT count(*) FROM ledger WHERE kind = 72";
    static const char keys[] = "SELECT count(DISTINCT key_id) FROM checkpoint";
    struct database *database = database_new();
    struct service *service = serve(database, "key");

    setenv("DATABASE_URL", database_conninfo(database), 1);
    free(run("$BATON_BINARY workspace create acme --marketing ana@acme.example", 0));
    await_count(database, keys, 1);
    ck_assert_int_eq(database_ask_int(database, entries), 0);
    service_stop(service);

    database_exec(database, "UPDATE job SET due_at = now()");
    service = serve(database, "other");
    struct service *twin = serve(database, "other");
    await_count(database, keys, 2);
    ck_assert_int_eq(database_ask_int(database, entries), 1);
    ck_assert_int_eq(database_ask_int(database, "SELECT count(*) FROM ledger l, signing_key k "
                                                "WHERE kind = 72 AND k.since >= l.pos AND "
                                                "convert_from(body, 'UTF8')::json->>'key_id' = "
                                                "encode(k.key_id, 'hex')"),
                     1);
    service_stop(twin);
    service_stop(service);

    database_exec(database, "UPDATE job SET due_at = now()");
    service = serve(database, "key");
    await_error_lines(service);
    ck_assert_int_eq(database_ask_int(database, entries), 1);
    service_free(service);
    free(run("$BATON_BINARY verify acme", 0));
    unsetenv("DATABASE_URL");
    database_free(database);
}
END_TEST

START_TEST(without_a_key_none_are_made_and_the_log_says_so)
{
    struct database *database = database_new();
    struct service *service =
        service_start(database_conninfo(database),
                      (struct service_setting[]){{"BATON_SIGNING_KEY_FILE", ""}, {NULL, NULL}});

    char command[COMMAND_MAX_BYTES];

    snprintf(command, sizeof command, "grep -c 'no checkpoints are signed' %s",
             service_log(service));
    has(run(command, 0), "1\n");
    service_stop(service);
    database_free(database);
}
END_TEST

static void tear_down(void)
{
    PQfinish(holder);
    holder = NULL;
}

static void remove_place(void)
{
    char command[256];

    snprintf(command, sizeof command, "rm -rf %s", place);
    if (system(command) != 0)
        fprintf(stderr, "tests: %s stays\n", place);
}

static void make_keys(void)
{
    char text[COMMAND_MAX_BYTES];

    if (place[0] != '\0')
        return; /* in an earlier round */
    scratch_path(place, sizeof place, "baton-ledger-XXXXXX");
    if (mkdtemp(place) == NULL)
        abort();
    atexit(remove_place);
    snprintf(text, sizeof text, "%s/key", place);
    setenv("BATON_SIGNING_KEY_FILE", text, 1);
    snprintf(text, sizeof text,
             "cd %s && for name in key other; do "
             "$BATON_BINARY signing-key create $name > $name.pub || exit 1; done",
             place);
    if (system(text) != 0)
        abort();
}

void suite_cases(Suite *suite)
{
    TCase *tests = suite_case(suite, "ledger");

    make_keys();
    tcase_add_unchecked_fixture(tests, NULL, tear_down);
    TESTS(tests, an_answer_has_a_receipt_that_holds_without_us,
          whatever_is_changed_in_it_is_refused, it_is_for_the_two_teams_and_admins,
          a_key_that_will_not_do_stops_the_start,
          a_new_key_is_in_the_ledger_once_and_the_old_one_signs_no_more,
          without_a_key_none_are_made_and_the_log_says_so);
}
