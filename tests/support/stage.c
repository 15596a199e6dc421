#include "stage.h"

#include "client.h"
#include "database.h"
#include "suite.h"
#include "test_clock.h"

#include "store/pg/pg.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMMAND_MAX_BYTES 4096
#define JOB_WAIT_MS       30000
#define SQL_WAIT_MS       20000
#define JOB_POLL_MS       50
#define SALES             "--sales sam@acme.example --sales sue@acme.example"
#define OUTPUT_MAX_BYTES  (1u << 20)

static struct database *database;
static struct service *service;
static const struct service_setting *settings; /* of the server; NULL: none */
static char workspace[32];                     /* the last that was made */

static void start(void)
{
    if (service != NULL)
        return;
    database = database_new();
    test_clock_open(database);
    service = service_start(database_conninfo(database), settings);
}

const char *stage_workspace(void)
{
    return workspace;
}

const char *stage_real_funnel(void)
{
    static char path[COMMAND_MAX_BYTES];
    const char *given = getenv("BATON_FUNNEL");
    const char *folder = given == NULL ? SOURCE_DIR "/../shared/data/olist" : given;

    snprintf(path, sizeof path, "%s/closed_deals.csv", folder);
    return access(path, R_OK) == 0 ? folder : NULL;
}

struct service *stage_service(void)
{
    start();
    return service;
}

const char *stage_database(void)
{
    start();
    return database_conninfo(database);
}

void stage_sql(const char *sql)
{
    struct pg *pg = pg_new(&(struct pg_settings){.conninfo = stage_database()});

    ck_assert_ptr_nonnull(pg);
    enum pg_status status = pg_run_script(pg, sql, pg_deadline_in(SQL_WAIT_MS));
    ck_assert_msg(status == PG_OK, "%s: %s", sql, pg_error(pg)->text);
    pg_free(pg);
}

char *stage_baton(const char *words, int code)
{
    char command[COMMAND_MAX_BYTES];
    char *out = calloc(1, OUTPUT_MAX_BYTES);

    ck_assert_ptr_nonnull(out);
    setenv("DATABASE_URL", stage_database(), 1);
    snprintf(command, sizeof command, "\"$BATON_BINARY\" %s", words);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    size_t len = fread(out, 1, OUTPUT_MAX_BYTES - 1, pipe);
    out[len] = '\0';
    int status = pclose(pipe);
    unsetenv("DATABASE_URL");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != code)
        ck_abort_msg("baton %s: wanted exit code %d, got %d: %s", words, code,
                     WIFEXITED(status) ? WEXITSTATUS(status) : -1, out);
    return out;
}

/* "ana@acme.example" is known as "ana", a team's own key as the team. */
static void set_key(struct story *story, const char *prefix, const json_t *key)
{
    const char *member = json_string_value(json_object_get(key, "member"));
    const char *who = member == NULL ? json_string_value(json_object_get(key, "team")) : member;
    char name[128];

    snprintf(name, sizeof name, "%s%.*s", prefix, (int)strcspn(who, "@"), who);
    story_set(story, name, json_string_value(json_object_get(key, "token")));
}

void stage_add_workspace(struct stage *stage, const char *prefix, const char *options)
{
    static int counter;
    char words[COMMAND_MAX_BYTES], name[64];

    snprintf(workspace, sizeof workspace, "acme-%d", ++counter);
    snprintf(words, sizeof words,
             "workspace create %s --marketing ana@acme.example --marketing max@acme.example "
             "%s --json %s",
             workspace, strstr(options, "--sdr") == NULL ? SALES : "", options);
    snprintf(name, sizeof name, "%sworkspace", prefix);
    story_set(stage->story, name, workspace);
    char *text = stage_baton(words, 0);
    json_t *made = json_loads(text, 0, NULL);
    const json_t *keys = json_object_get(made, "keys");
    for (size_t i = 0; i < json_array_size(keys); i++)
        set_key(stage->story, prefix, json_array_get(keys, i));
    json_decref(made);
    free(text);
}

struct stage stage_open(const char *options)
{
    struct stage stage;

    start();
    stage.client = client_new(service_url(service));
    stage.story = story_new(stage.client);
    stage_add_workspace(&stage, "", options);
    return stage;
}

void stage_close(struct stage *stage)
{
    story_free(stage->story);
    client_free(stage->client);
}

void stage_play(const char *options, const struct step *steps)
{
    struct stage stage = stage_open(options);

    story_run(stage.story, steps);
    stage_close(&stage);
}

struct answer stage_call(struct stage *stage, const char *as, const char *method,
                         const char *target, const char *body, int status)
{
    const char *token = story_get(stage->story, as);
    struct answer answer;

    client_call(stage->client,
                &(struct call){.method = method, .target = target, .token = token, .body = body},
                &answer);
    ck_assert_msg(answer.status == status, "%s %s: wanted %d, got %d: %.500s", method, target,
                  status, answer.status, answer.body);
    return answer;
}

static const struct step agreeing[] = {
    POST("it is drafted", "ana", "/v1/${agreed}/versions", "${agreed_document}", 201,
         .keep = {{"agreed_version", "/version"}}),
    POST("proposed", "ana", "/v1/${agreed}/versions/${agreed_version}/propose", NULL, 200,
         .keep = {{"agreed_hash", "/content_hash"}}),
    POST("signed by marketing", "ana", "/v1/${agreed}/versions/${agreed_version}/sign",
         "{'content_hash':'${agreed_hash}'}", 200),
    POST("and by sales", "sam", "/v1/${agreed}/versions/${agreed_version}/sign",
         "{'content_hash':'${agreed_hash}'}", 200, .checks = {{"/state", "'in_force'"}}),
    {0}};

void stage_agree(struct stage *stage, const char *what, const char *document)
{
    story_set(stage->story, "agreed", what);
    story_set(stage->story, "agreed_document", document);
    story_run(stage->story, agreeing);
}

static const struct step look_at_job[] = {
    GET("the job is looked at", "ana", "/v1/jobs/${job}", 200, .keep = {{"state", "/state"}}), {0}};

void stage_wait_job(struct stage *stage, const char *state)
{
    int64_t give_up = pg_deadline_in(JOB_WAIT_MS);
    const char *now;

    do {
        poll(NULL, 0, JOB_POLL_MS);
        story_run(stage->story, look_at_job);
        now = story_get(stage->story, "state");
    } while ((strcmp(now, "queued") == 0 || strcmp(now, "running") == 0) && pg_now_ms() < give_up);
    ck_assert_str_eq(now, state);
}

/* Whatever a failed test left behind. */
static void leave(void)
{
    test_clock_close();
    if (service != NULL)
        service_free(service);
    if (database != NULL)
        database_free(database);
    service = NULL;
    database = NULL;
}

void stage_end(void)
{
    struct service *ending = service;

    if (database != NULL)
        free(stage_baton("verify --state", 0));
    service = NULL;
    if (ending != NULL)
        service_stop(ending);
    leave();
}

static const struct service_setting sizes[][2] = {
    {{"BATON_GROUP_MAX", "1"}, {NULL, NULL}},
    {{"BATON_TEST_GROUP_FILL", "2"}, {NULL, NULL}},
    {{"BATON_TEST_GROUP_FILL", "256"}, {NULL, NULL}},
};

bool suite_round_begin(int round)
{
    if (round == sizeof sizes / sizeof *sizes)
        return false;
    settings = sizes[round];
    printf("%s=%s\n", settings->name, settings->value);
    return true;
}

START_TEST(the_server_ends_cleanly)
{
    stage_end();
}
END_TEST

void suite_round_cases(Suite *suite)
{
    TESTS(suite_case(suite, "the end"), the_server_ends_cleanly);
}

void suite_round_end(void)
{
    leave();
}
