/*
 * What Baton keeps secret, against whoever may read the whole database: sealed with a key that is
 * not in it. A key that is missing or wrong is said in words; a rotation may break off, come twice,
 * or twice at once; a value that was moved elsewhere opens nothing.
 */
#include "client.h"
#include "database.h"
#include "dump.h"
#include "service.h"
#include "suite.h"
#include "test_cluster.h"

#include "base/digest.h"
#include "base/public_id.h"
#include "store/pg/migrate.h"

#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECRET            "whsec-of-the-sender-6c1f"
#define SECRET_LEN        (sizeof SECRET - 1)
#define COMMAND_MAX_BYTES 1024
#define OUTPUT_MAX_BYTES  (64u << 10)
#define WORKSPACES        40 /* of a rotation that breaks off */

static char place[160];
static struct database *database;

/* ---- commands and requests ---- */

/* In the place, on the database, with stderr in it; the caller frees the output. */
static char *run(const char *command, int code)
{
    char text[COMMAND_MAX_BYTES];
    char *out = calloc(1, OUTPUT_MAX_BYTES);

    snprintf(text, sizeof text, "cd %s && { %s; } 2>&1", place, command);
    FILE *pipe = popen(text, "r");
    ck_assert_ptr_nonnull(pipe);
    out[fread(out, 1, OUTPUT_MAX_BYTES - 1, pipe)] = '\0';
    int status = pclose(pipe);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != code)
        ck_abort_msg("%s: wanted exit code %d, got %d: %s", command, code,
                     WIFEXITED(status) ? WEXITSTATUS(status) : -1, out);
    return out;
}

static char *baton(const char *words, int code)
{
    char command[COMMAND_MAX_BYTES];

    snprintf(command, sizeof command, "\"$BATON_BINARY\" %s", words);
    return run(command, code);
}

static void has(char *out, const char *said)
{
    if (strstr(out, said) == NULL)
        ck_abort_msg("wanted \"%s\", got: %s", said, out);
    free(out);
}

/* The row "name number" of what a command prints. */
static long number_of(const char *out, const char *name)
{
    for (const char *at = out; at != NULL && *at != '\0'; at = strchr(at, '\n')) {
        at += *at == '\n';
        size_t len = strlen(name);
        if (strncmp(at, name, len) == 0 && at[len] == ' ')
            return strtol(at + len, NULL, 10);
    }
    ck_abort_msg("wanted a row \"%s\", got: %s", name, out);
    return 0;
}

static void counts(const char *words, int code, long resealed, long unchanged)
{
    char *out = baton(words, code);

    ck_assert_int_eq(number_of(out, "resealed"), resealed);
    ck_assert_int_eq(number_of(out, "unchanged"), unchanged);
    free(out);
}

/* The first key of a new workspace: ana's, who is marketing's admin. */
static char *make_workspace(const char *name)
{
    char words[COMMAND_MAX_BYTES];

    snprintf(words, sizeof words, "workspace create %s --marketing ana@acme.example --json", name);
    char *out = baton(words, 0);
    const char *key = strstr(out, "baton_");
    ck_assert_msg(key != NULL, "%s", out);
    char *token = strndup(key, strcspn(key, "\""));
    free(out);
    return token;
}

struct source {
    char path[128];
    char id[128];
};

static void keep_text(const json_t *object, const char *name, char out[128])
{
    const char *text = json_string_value(json_object_get(object, name));

    ck_assert_msg(text != NULL, "there is no %s", name);
    snprintf(out, 128, "%s", text);
}

/* A source that the sender signs for; NULL: with a secret that Baton makes, into made. */
static struct source make_source(const struct service *service, const char *token, const char *name,
                                 const char *secret, char made[128])
{
    char body[512];
    struct client *client = client_new(service_url(service));
    struct source source;
    struct answer answer;

    snprintf(body, sizeof body,
             "{\"name\":\"%s\",\"team\":\"marketing\",\"auth\":{\"scheme\":\"hmac_sha256\","
             "\"header\":\"X-Signature\"%s%s%s},\"mapping\":{\"email\":\"/email\"}}",
             name, secret == NULL ? "" : ",\"secret\":\"", secret == NULL ? "" : secret,
             secret == NULL ? "" : "\"");
    client_call(
        client,
        &(struct call){.method = "POST", .target = "/v1/sources", .token = token, .body = body},
        &answer);
    ck_assert_msg(answer.status == 201, "%d: %s", answer.status, answer.body);
    keep_text(json_object_get(answer.json, "source"), "path", source.path);
    keep_text(json_object_get(answer.json, "source"), "id", source.id);
    if (made != NULL)
        keep_text(answer.json, "secret", made);
    answer_release(&answer);
    client_free(client);
    return source;
}

/* The status of a delivery that is signed with this. */
static int deliver(const struct service *service, const char *path, const char *secret)
{
    static const char body[] = "{\"email\":\"kim@acme.example\"}";
    char header[32 + 2 * DIGEST_BYTES] = "X-Signature: ";
    uint8_t mac[DIGEST_BYTES];
    struct client *client = client_new(service_url(service));
    struct answer answer;

    digest_hmac((const uint8_t *)secret, strlen(secret),
                &(struct digest_part){body, sizeof body - 1}, 1, mac);
    for (size_t i = 0; i < sizeof mac; i++)
        snprintf(header + strlen(header), 3, "%02x", mac[i]);
    client_call(client,
                &(struct call){.method = "POST", .target = path, .body = body, .headers = {header}},
                &answer);
    int status = answer.status;
    answer_release(&answer);
    client_free(client);
    return status;
}

/* Another secret for the source, made by Baton; the caller frees it. */
static char *rotate(const struct service *service, const char *token, const char *id)
{
    char target[256];
    char secret[128];
    struct client *client = client_new(service_url(service));
    struct answer answer;

    snprintf(target, sizeof target, "/v1/sources/%s/secret/rotate", id);
    client_call(client, &(struct call){.method = "POST", .target = target, .token = token},
                &answer);
    ck_assert_msg(answer.status == 200, "%d: %s", answer.status, answer.body);
    keep_text(answer.json, "secret", secret);
    answer_release(&answer);
    client_free(client);
    return strdup(secret);
}

static int me(const struct service *service, const char *token)
{
    struct client *client = client_new(service_url(service));
    struct answer answer;

    client_call(client, &(struct call){.method = "GET", .target = "/v1/me", .token = token},
                &answer);
    int status = answer.status;
    answer_release(&answer);
    client_free(client);
    return status;
}

/* ---- what a reader of the database finds ---- */

static void assert_nowhere(const struct service *service, const char *what, const void *bytes,
                           size_t len)
{
    char *dump = dump_all(database_conninfo(database));
    const char *table = dump_place(dump, bytes, len);

    ck_assert_msg(table == NULL, "%s stands in %s", what, table);
    free(dump);
    if (service != NULL)
        ck_assert_msg(!dump_file_has(service_log(service), bytes, len), "%s stands in the log",
                      what);
}

/* That of the only workspace, with the key: what no reader can do. */
static void workspace_secret(uint8_t out[32])
{
    PGconn *conn = PQconnectdb(database_conninfo(database));
    PGresult *row = PQexecParams(conn,
                                 "SELECT workspace_id::text, value FROM sealed WHERE field = "
                                 "'workspace_secret'",
                                 0, NULL, NULL, NULL, NULL, 1);
    struct arena *arena = arena_new(1 << 16);
    struct seal_place at = {.field = "workspace_secret"};
    struct seal_bytes clear;

    ck_assert_int_eq(PQntuples(row), 1);
    ck_assert(uuid_parse(PQgetvalue(row, 0, 0), &at.workspace));
    at.subject = at.workspace;
    ck_assert_int_eq(
        keyring_unseal(database_keyring(), &at,
                       (struct seal_bytes){PQgetvalue(row, 0, 1), (size_t)PQgetlength(row, 0, 1)},
                       arena, &clear),
        SEAL_DONE);
    ck_assert_uint_eq(clear.len, 32);
    memcpy(out, clear.bytes, clear.len);
    arena_free(arena);
    PQclear(row);
    PQfinish(conn);
}

START_TEST(whoever_copies_all_tables_has_no_secret)
{
    struct service *service = service_start(database_conninfo(database), NULL);
    char *token = make_workspace("acme");
    char made[128];
    uint8_t own[32];
    struct source given = make_source(service, token, "given", SECRET, NULL);
    struct source ours = make_source(service, token, "ours", NULL, made);

    ck_assert_int_eq(deliver(service, given.path, SECRET), 202);
    ck_assert_int_eq(deliver(service, ours.path, made), 202);
    ck_assert_int_eq(deliver(service, ours.path, SECRET), 401);
    char *next = rotate(service, token, given.id);
    ck_assert_int_eq(deliver(service, given.path, SECRET), 202);
    ck_assert_int_eq(deliver(service, given.path, next), 202);
    assert_nowhere(service, "the sender's secret", SECRET, SECRET_LEN);
    assert_nowhere(service, "the secret that was made", made, strlen(made));
    assert_nowhere(service, "the one that replaces it", next, strlen(next));
    assert_nowhere(service, "the key of a member", token, strlen(token));
    workspace_secret(own);
    assert_nowhere(service, "the workspace's secret", own, sizeof own);
    ck_assert_int_eq(database_ask_int(database, "SELECT count(*) FROM sealed"), 4);
    free(next);
    free(token);
    service_stop(service);
}
END_TEST

/* The search finds what is there: else it would prove nothing. */
START_TEST(what_does_lie_in_a_table_is_found)
{
    static const char *const values[] = {
        "'before " SECRET " behind'",         "encode('" SECRET "', 'hex')",
        "upper(encode('" SECRET "', 'hex'))", "encode('" SECRET "', 'base64')",
        "encode('a" SECRET "', 'base64')",    "encode('ab" SECRET "bc', 'base64')",
        "'" SECRET "'::bytea::text",
    };

    database_exec(database, "CREATE TABLE place (value text)");
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char sql[256];
        snprintf(sql, sizeof sql, "TRUNCATE place; INSERT INTO place VALUES (%s)", values[i]);
        database_exec(database, sql);
        char *dump = dump_all(database_conninfo(database));
        const char *table = dump_place(dump, SECRET, SECRET_LEN);
        ck_assert_msg(table != NULL, "%s is not found", values[i]);
        ck_assert_str_eq(table, "public.place");
        free(dump);
    }
}
END_TEST

/* ---- the key ---- */

#define SERVE "serve --listen 127.0.0.1:0 2>&1"

START_TEST(a_key_that_is_missing_or_wrong_stops_the_start)
{
    free(baton("secret-key create wrong", 0));
    free(make_workspace("acme"));
    has(run("BATON_SECRET_KEY_FILE= \"$BATON_BINARY\" " SERVE, 2), "BATON_SECRET_KEY_FILE is not "
                                                                   "set");
    has(run("BATON_SECRET_KEY_FILE= \"$BATON_BINARY\" key list acme", 2), "secret-key create");
    has(run("BATON_SECRET_KEY_FILE=nowhere \"$BATON_BINARY\" " SERVE, 2), "there is no such file");
    has(run("cp wrong open; chmod 644 open; BATON_SECRET_KEY_FILE=open \"$BATON_BINARY\" " SERVE,
            2),
        "chmod 600");
    has(run("echo hello > text; chmod 600 text; BATON_SECRET_KEY_FILE=text "
            "\"$BATON_BINARY\" " SERVE,
            2),
        "text, line 1: this is not a key");
    has(run("BATON_SECRET_KEY_FILE=wrong \"$BATON_BINARY\" " SERVE, 2), "which is not in wrong");
    has(run("BATON_SECRET_KEY_FILE=wrong \"$BATON_BINARY\" key list acme", 2),
        "bring back the file");
    has(run("BATON_SECRET_KEY_FILE=wrong \"$BATON_BINARY\" seal check", 1), "is missing");
    /* what reads no secret needs no key */
    has(run("BATON_SECRET_KEY_FILE= \"$BATON_BINARY\" workspace list", 0), "acme");
    free(run("BATON_SECRET_KEY_FILE= \"$BATON_BINARY\" verify acme", 0));
    has(baton("seal check", 0), "open        1");
}
END_TEST

/* ---- what lay in clear ---- */

static void run_migrations(size_t count)
{
    struct migrations some = {migrations_embedded.items, count};
    struct migrate_report report;
    struct migrate_settings settings = {.conninfo = database_conninfo(database),
                                        .migrations = &some};

    ck_assert_msg(migrate_run(&settings, &report) == MIGRATE_CURRENT, "%s", report.text);
}

static size_t migrations_before(const char *name)
{
    size_t count = 0;

    while (strstr(migrations_embedded.items[count].name, name) == NULL)
        count++;
    return count;
}

/* Two workspaces as an older Baton left them. */
static const char in_clear[] =
    "INSERT INTO workspace SELECT id, name, secret, now() FROM (VALUES"
    " ('01900000-0000-7000-8000-000000000001'::uuid, 'acme', decode(repeat('5a', 32), 'hex')),"
    " ('01900000-0000-7000-8000-000000000002', 'rival', decode(repeat('a5', 32), 'hex')))"
    " w (id, name, secret);"
    "INSERT INTO workspace_head SELECT workspace_id, 0, 1 FROM workspace;"
    "INSERT INTO team SELECT workspace_id, workspace_id, 'marketing', 'M', 'marketing', true, now()"
    " FROM workspace;"
    "INSERT INTO source SELECT workspace_id, workspace_id, 'signed', workspace_id,"
    " '{\"scheme\":\"hmac_sha256\",\"header\":\"X-Signature\",\"encoding\":\"hex\",\"prefix\":\"\","
    "\"secret\":\"" SECRET "\"}', '{\"email\":\"/email\"}', true, 1, now() FROM workspace;"
    "INSERT INTO source SELECT workspace_id, '01900000-0000-7000-8000-000000000003', 'open',"
    " workspace_id, '{\"scheme\":\"bearer\"}', '{\"email\":\"/email\"}', true, 1, now()"
    " FROM workspace;";

static struct source clear_source(void)
{
    struct uuid workspace;
    struct source source = {.path = "/v1/inbound/"};

    ck_assert(uuid_parse("01900000-0000-7000-8000-000000000001", &workspace));
    public_id_format(workspace, workspace, source.path + strlen(source.path));
    return source;
}

static void assert_sealed(const struct service *service)
{
    uint8_t own[32];

    memset(own, 0x5a, sizeof own);
    assert_nowhere(service, "the sender's secret", SECRET, SECRET_LEN);
    assert_nowhere(service, "acme's secret", own, sizeof own);
    memset(own, 0xa5, sizeof own);
    assert_nowhere(service, "rival's secret", own, sizeof own);
    ck_assert_int_eq(database_ask_int(database, "SELECT count(*) FROM sealed"), 4);
}

static void begin_in_clear(void)
{
    database_free(database);
    database = database_new_empty();
    setenv("DATABASE_URL", database_conninfo(database), 1);
    run_migrations(migrations_before("_sealed"));
    database_exec(database, in_clear);
    run_migrations(migrations_embedded.count);
}

START_TEST(the_first_server_seals_what_lay_in_clear)
{
    begin_in_clear();
    has(baton("seal check", 1), "in clear    4");
    struct service *service = service_start(database_conninfo(database), NULL);
    assert_sealed(service);
    ck_assert_int_eq(deliver(service, clear_source().path, SECRET), 202);
    service_stop(service);
    has(baton("seal check", 0), "in clear    0");
}
END_TEST

START_TEST(so_does_the_first_command)
{
    begin_in_clear();
    has(baton("team list acme", 0), "4 secrets of 2 workspaces were in clear and are sealed now");
    assert_sealed(NULL);
    char *out = baton("team list acme", 0);
    ck_assert_ptr_null(strstr(out, "in clear"));
    free(out);
}
END_TEST

START_TEST(several_that_begin_at_once_seal_it_once)
{
    begin_in_clear();
    free(run("for i in 1 2 3 4 5 6; do \"$BATON_BINARY\" team list acme & done; wait", 0));
    assert_sealed(NULL);
    has(baton("seal check", 0), "open        4");
    struct service *service = service_start(database_conninfo(database), NULL);
    ck_assert_int_eq(deliver(service, clear_source().path, SECRET), 202);
    service_stop(service);
}
END_TEST

/* ---- rotation ---- */

/* A key file of this test's own. */
static void own_key(const char *name)
{
    char path[COMMAND_MAX_BYTES];
    char words[COMMAND_MAX_BYTES];

    snprintf(words, sizeof words, "secret-key create %s", name);
    free(baton(words, 0));
    snprintf(path, sizeof path, "%s/%s", place, name);
    setenv("BATON_SECRET_KEY_FILE", path, 1);
}

START_TEST(a_new_key_takes_over_beside_a_running_server)
{
    own_key("turning");
    struct service *service = service_start(database_conninfo(database), NULL);
    char *token = make_workspace("acme");
    struct source before = make_source(service, token, "before", SECRET, NULL);

    free(run("cp turning old; \"$BATON_BINARY\" secret-key add turning", 0));
    /* the server has not been asked to look, and seals with the new key all the same */
    struct source between = make_source(service, token, "between", SECRET, NULL);
    counts("seal rotate", 0, 2, 1);
    counts("seal rotate", 0, 0, 3);
    ck_assert_int_eq(deliver(service, before.path, SECRET), 202);
    free(run("grep -v '^#' turning | tail -1 > newest; chmod 600 newest; mv newest turning", 0));
    free(make_workspace("rival"));
    ck_assert_int_eq(deliver(service, between.path, SECRET), 202);
    service_kill(service);
    service_restart(service);
    ck_assert_int_eq(deliver(service, before.path, SECRET), 202);
    ck_assert_int_eq(me(service, token), 200);
    has(run("BATON_SECRET_KEY_FILE=old \"$BATON_BINARY\" team list acme", 2), "is not in old");
    free(token);
    service_stop(service);
}
END_TEST

static long sealed_with_newest(void)
{
    char *out = baton("seal check", 0);
    long count = number_of(out, "open") - number_of(out, "older key");

    free(out);
    return count;
}

/* Power gone at any moment: each workspace is done or not. */
START_TEST(a_rotation_that_breaks_off_goes_on)
{
    own_key("broken");
    for (int i = 0; i < WORKSPACES; i++) {
        char name[32];
        snprintf(name, sizeof name, "w-%d", i);
        free(make_workspace(name));
    }
    free(baton("secret-key add broken", 0));
    ck_assert_int_eq(sealed_with_newest(), 0);
    long done = 0;
    for (int ms = 5; done < WORKSPACES; ms += 5) {
        char command[COMMAND_MAX_BYTES];
        snprintf(command, sizeof command,
                 "timeout -s KILL 0.%03d \"$BATON_BINARY\" seal rotate; true", ms);
        free(run(command, 0));
        long now = sealed_with_newest(); /* whatever was open before is */
        ck_assert_int_ge(now, done);
        done = now;
    }
    counts("seal rotate", 0, 0, WORKSPACES);
}
END_TEST

START_TEST(two_at_once_do_it_once)
{
    own_key("twice");
    for (int i = 0; i < WORKSPACES; i++) {
        char name[32];
        snprintf(name, sizeof name, "w-%d", i);
        free(make_workspace(name));
    }
    free(baton("secret-key add twice", 0));
    char *out = run("for i in 1 2 3 4; do \"$BATON_BINARY\" seal rotate & done; wait", 0);
    long resealed = 0;
    for (const char *at = out; (at = strstr(at, "resealed ")) != NULL; at++)
        resealed += strtol(at + strlen("resealed "), NULL, 10);
    ck_assert_int_eq(resealed, WORKSPACES);
    free(out);
    counts("seal rotate", 0, 0, WORKSPACES);
}
END_TEST

/* ---- what was moved or altered ---- */

START_TEST(a_value_that_was_moved_opens_nothing)
{
    struct service *service = service_start(database_conninfo(database), NULL);
    char *token = make_workspace("acme");
    struct source hers = make_source(service, token, "hers", "a secret of hers alone", NULL);
    struct source mine = make_source(service, token, "mine", SECRET, NULL);

    ck_assert_int_eq(deliver(service, hers.path, "a secret of hers alone"), 202);
    service_kill(service);
    database_exec(database, "UPDATE sealed s SET value = o.value FROM sealed o, source a, source b "
                            "WHERE a.name = 'hers' AND b.name = 'mine' AND s.subject_id = "
                            "a.source_id AND o.subject_id = b.source_id");
    service_restart(service);
    ck_assert_int_eq(deliver(service, hers.path, SECRET), 503);
    ck_assert_int_eq(deliver(service, hers.path, "a secret of hers alone"), 503);
    ck_assert_int_eq(deliver(service, mine.path, SECRET), 202);
    ck_assert_int_eq(me(service, token), 200);
    ck_assert_int_ge(service_log_count(service, "error"), 1);
    has(baton("seal check", 1), "altered     1");
    has(baton("seal rotate", 1), "stay as they are");

    /* given another one, it is whole again */
    char target[256];
    struct client *client = client_new(service_url(service));
    struct answer answer;
    snprintf(target, sizeof target, "/v1/sources/%s", hers.id);
    static const char body[] = "{\"auth\":{\"scheme\":\"hmac_sha256\",\"header\":\"X-Signature\","
                               "\"secret\":\"another secret of hers\"}}";
    client_call(client,
                &(struct call){.method = "PATCH",
                               .target = target,
                               .token = token,
                               .body = body,
                               .headers = {"If-Match: *"}},
                &answer);
    ck_assert_msg(answer.status == 200, "%d: %s", answer.status, answer.body);
    answer_release(&answer);
    client_free(client);
    ck_assert_int_eq(deliver(service, hers.path, "another secret of hers"), 202);
    has(baton("seal check", 0), "altered     0");
    free(token);
    service_free(service);
}
END_TEST

START_TEST(without_its_own_secret_a_workspace_waits_and_the_others_do_not)
{
    struct service *service = service_start(database_conninfo(database), NULL);
    char *token = make_workspace("acme");
    char *other = make_workspace("rival");

    service_kill(service);
    database_exec(database, "UPDATE sealed s SET value = overlay(value PLACING '\\x00' FROM 30) "
                            "FROM workspace w WHERE w.name = 'acme' AND s.workspace_id = "
                            "w.workspace_id");
    service_restart(service);
    ck_assert_int_eq(me(service, token), 503);
    ck_assert_int_eq(me(service, other), 200);
    has(baton("seal rotate --lost", 0), "given up    1");
    ck_assert_int_eq(me(service, token), 200);
    free(token);
    free(other);
    service_free(service);
}
END_TEST

START_TEST(a_key_that_is_gone_for_good_is_given_up)
{
    own_key("gone");
    struct service *service = service_start(database_conninfo(database), NULL);
    char *token = make_workspace("acme");
    struct source source = make_source(service, token, "signed", SECRET, NULL);

    service_stop(service);
    free(run("rm gone", 0));
    own_key("fresh");
    has(baton("team list acme", 2), "see `baton seal rotate --help`");
    counts("seal rotate", 1, 0, 0);
    counts("seal rotate --lost", 0, 0, 0);
    service = service_start(database_conninfo(database), NULL);
    ck_assert_int_eq(me(service, token), 200);
    ck_assert_int_eq(deliver(service, source.path, SECRET), 503);
    free(token);
    service_free(service);
}
END_TEST

/* ---- the program ---- */

static char *shared_key;

static void set_up(void)
{
    database = database_new();
    setenv("DATABASE_URL", database_conninfo(database), 1);
    setenv("BATON_SECRET_KEY_FILE", shared_key, 1);
}

static void tear_down(void)
{
    database_free(database);
    unsetenv("DATABASE_URL");
}

static void remove_place(void)
{
    char command[192];

    snprintf(command, sizeof command, "rm -rf %s", place);
    if (system(command) != 0)
        fprintf(stderr, "tests: %s stays\n", place);
}

void suite_cases(Suite *suite)
{
    TCase *tests = suite_case(suite, "secrets");

    scratch_path(place, sizeof place, "baton-secrets-XXXXXX");
    if (mkdtemp(place) == NULL)
        abort();
    atexit(remove_place);
    database_cluster();
    shared_key = strdup(getenv("BATON_SECRET_KEY_FILE"));
    tcase_add_checked_fixture(tests, set_up, tear_down);
    TESTS(tests, whoever_copies_all_tables_has_no_secret, what_does_lie_in_a_table_is_found,
          a_key_that_is_missing_or_wrong_stops_the_start, the_first_server_seals_what_lay_in_clear,
          so_does_the_first_command, several_that_begin_at_once_seal_it_once,
          a_new_key_takes_over_beside_a_running_server, a_rotation_that_breaks_off_goes_on,
          two_at_once_do_it_once, a_value_that_was_moved_opens_nothing,
          without_its_own_secret_a_workspace_waits_and_the_others_do_not,
          a_key_that_is_gone_for_good_is_given_up);
}
