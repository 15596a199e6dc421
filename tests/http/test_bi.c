/* The views of `reporting`, as a tool reads them that speaks PostgreSQL: the numbers of the API, of
 * one workspace alone, and nothing else. */
#include "shell.h"
#include "stage.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNED    "--starter mql --sign"
#define URL_MAX   1024
#define QUERY_MAX 2048

/* What counts for the definition is of now, whenever that is; the others came before it. */
#define CAPTURE(who, source)                                                                       \
    POST(who " comes", "marketing", "/v1/leads",                                                   \
         "{'email':'" who "@corp.example','attributes':{'company.employees':120,'seniority':"      \
         "'vp'},'touch':{'kind':'form_submitted','source':" source                                 \
         ",'campaign':'q4','term':'crm','cost':{'minor':125,'currency':'EUR'}}}",                  \
         201, .keep = {{who, "/lead/id"}, {who "_offer", "/handoff/id"}})
#define TOUCH(who, source, at)                                                                     \
    POST("again", "marketing", "/v1/leads/${" who "}/touches",                                     \
         "{'kind':'webinar_attended','source':" source ",'occurred_at':'" at "'}", 201)
#define BUYS(who, outcome, minor)                                                                  \
    POST("accepted", "sam", "/v1/handoffs/${" who "_offer}/accept", "{}", 200),                    \
        POST("qualified", "sam", "/v1/handoffs/${" who "_offer}/qualify", "{}", 200),              \
        POST("and more", "sam", "/v1/handoffs/${" who "_offer}/outcome",                           \
             "{'outcome':'" outcome "','amount':{'minor':" minor ",'currency':'EUR'}}", 200)

static const struct step past[] = {
    CAPTURE("kim", "'google'"),
    TOUCH("kim", "'direct'", "2026-01-02T10:00:00Z"),
    TOUCH("kim", "'bing'", "2026-01-03T10:00:00Z"),
    BUYS("kim", "won", "10001"),
    CAPTURE("lee", "'bing'"),
    TOUCH("lee", "'google'", "2026-01-05T10:00:00Z"),
    TOUCH("lee", "'direct'", "2026-01-06T10:00:00Z"),
    BUYS("lee", "opportunity", "501"),
    CAPTURE("max", "null"),
    POST("somebody without a touch", "marketing", "/v1/leads", "{'email':'ned@corp.example'}", 201,
         .keep = {{"ned", "/lead/id"}}),
    POST("whom Ana knows", "ana", "/v1/leads/${ned}/override",
         "{'term':'mql','result':'qualified','note':'met her'}", 200),
    POST("and somebody who is erased", "ana", "/v1/leads/${max}/erase", NULL, 200),
    {0},
};

static char url[URL_MAX];

/* The last line of what the command says. */
static void take_url(char *said)
{
    char *at = strstr(said, "postgresql://");

    ck_assert_msg(at != NULL, "%s", said);
    at[strcspn(at, "\n")] = '\0';
    snprintf(url, sizeof url, "%s", at);
    free(said);
}

static void make_login(const char *workspace)
{
    char words[256];

    snprintf(words, sizeof words, "workspace bi %s", workspace);
    take_url(stage_baton(words, 0));
}

/* What psql says to it, for the caller to free; *code is how it ended. */
static char *ask(const char *sql, int *code)
{
    char command[URL_MAX + QUERY_MAX + 64];

    snprintf(command, sizeof command, "psql '%s' -AtX -v ON_ERROR_STOP=1 -c \"%s\"", url, sql);
    return shell(command, code);
}

static char *answer(const char *sql)
{
    int code;
    char *said = ask(sql, &code);

    ck_assert_msg(code == 0, "%s: %s", sql, said);
    return said;
}

static void refused(const char *sql, const char *why)
{
    int code;
    char *said = ask(sql, &code);

    ck_assert_msg(code != 0 && strstr(said, why) != NULL, "%s: %s", sql, said);
    free(said);
}

static void is(const char *sql, const char *wanted)
{
    char *said = answer(sql);

    said[strcspn(said, "\n")] = '\0';
    ck_assert_msg(strcmp(said, wanted) == 0, "%s: %s, not %s", sql, said, wanted);
    free(said);
}

#define ROWS_MAX       16
#define LINE_MAX_BYTES 256

/* A row of the API as psql shows the same of the view. */
static void put_row(const json_t *row, const char *by, char *out)
{
    const char *value = json_string_value(json_object_get(row, by));
    const char *names[] = {"amount", "pipeline", "won"};
    int len = snprintf(out, LINE_MAX_BYTES, "%s|%s", value == NULL ? "" : value,
                       json_string_value(json_object_get(row, "credit")));

    for (size_t i = 0; i < 3; i++)
        len += snprintf(out + len, LINE_MAX_BYTES - (size_t)len, "|%lld",
                        (long long)json_integer_value(
                            json_object_get(json_object_get(row, names[i]), "minor")));
    snprintf(out + len, LINE_MAX_BYTES - (size_t)len, "\n");
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Those with credit, in the order of their bytes. */
static void put_rows(const json_t *rows, const char *by, char *out, size_t size)
{
    char lines[ROWS_MAX][LINE_MAX_BYTES];
    size_t count = 0;
    int len = 0;

    ck_assert_uint_le(json_array_size(rows), ROWS_MAX);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        if (strcmp(json_string_value(json_object_get(row, "credit")), "0.000000000") != 0)
            put_row(row, by, lines[count++]);
    }
    qsort(lines, count, sizeof *lines, by_bytes);
    for (size_t i = 0; i < count; i++)
        len += snprintf(out + len, size - (size_t)len, "%s", lines[i]);
}

static const char *const models[] = {"first", "last", "last_non_direct", "linear"};
static const char *const milestones[] = {"mql", "sal", "sql", "opportunity", "customer"};
static const char *const cuts[] = {"source", "campaign", "term", "function", "direction", "team"};

static void same_as_the_api(struct stage *stage, const char *milestone, const char *model,
                            const char *by)
{
    char target[256], sql[QUERY_MAX], wanted[ROWS_MAX * LINE_MAX_BYTES] = "";

    snprintf(target, sizeof target, "/v1/attribution?milestone=%s&model=%s&by=%s", milestone, model,
             by);
    struct answer found = stage_call(stage, "ana", "GET", target, NULL, 200);
    put_rows(json_object_get(found.json, "data"), by, wanted, sizeof wanted);
    snprintf(sql, sizeof sql,
             "SELECT line FROM (SELECT concat_ws('|', coalesce(%s, ''), sum(credit), "
             "coalesce(sum(amount_minor), 0), coalesce(sum(pipeline_minor), 0), "
             "coalesce(sum(won_minor), 0)) AS line FROM credit WHERE milestone = '%s' AND model = "
             "'%s' GROUP BY %s) l ORDER BY line COLLATE \\\"C\\\"",
             by, milestone, model, by);
    char *said = answer(sql);
    ck_assert_msg(strcmp(said, wanted) == 0, "%s\n%s\nnot\n%s", sql, said, wanted);
    free(said);
    answer_release(&found);
}

START_TEST(views_have_the_numbers_of_the_api)
{
    struct stage stage = stage_open(SIGNED);

    story_run(stage.story, past);
    make_login(stage_workspace());
    for (size_t i = 0; i < sizeof milestones / sizeof *milestones; i++)
        for (size_t m = 0; m < sizeof models / sizeof *models; m++)
            same_as_the_api(&stage, milestones[i], models[m],
                            cuts[(i + m) % (sizeof cuts / sizeof *cuts)]);
    is("SELECT count(*), count(mql_at), count(customer_at) FROM leads", "4|4|1");
    is("SELECT string_agg(source, ',' ORDER BY source) FROM leads", "direct,google");
    is("SELECT sum(cost_minor), min(cost_currency), min(team) FROM touches", "375|EUR|marketing");
    is("SELECT count(*) FROM handoffs WHERE state = 'qualified' AND to_team = 'sales'", "2");
    is("SELECT count(DISTINCT lead_id) FROM credit WHERE standing = 'untouched'", "1");
    stage_close(&stage);
}
END_TEST

START_TEST(login_sees_its_workspace_alone)
{
    struct stage stage = stage_open(SIGNED);
    static const char *const closed[] = {
        "SELECT identities FROM public.lead", "SELECT attributes FROM public.lead",
        "SELECT salt FROM public.lead",       "SELECT * FROM public.lead",
        "SELECT * FROM public.identity",      "SELECT * FROM public.member",
        "SELECT * FROM public.api_key",       "SELECT * FROM public.workspace",
        "SELECT note FROM public.handoff",    "SELECT * FROM public.ledger",
        "SELECT * FROM public.delivery",
    };
    char id[128], sql[QUERY_MAX], first[URL_MAX], words[256];

    story_run(stage.story, past);
    make_login(stage_workspace());
    is("SELECT count(*) FROM leads", "4");
    snprintf(first, sizeof first, "%s", url);
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
        refused(closed[i], "permission denied");
    refused("CREATE TABLE public.x ()", "cannot execute CREATE TABLE in a read-only transaction");
    refused("SET TRANSACTION READ WRITE; DELETE FROM public.lead", "permission denied");
    refused("SET SESSION AUTHORIZATION postgres", "permission denied");

    /* another workspace's login sees nothing of this one, whatever it sets */
    char *own = answer("SELECT DISTINCT workspace_id FROM public.team");
    snprintf(id, sizeof id, "%.*s", (int)strcspn(own, "\n"), own);
    free(own);
    stage_add_workspace(&stage, "other_", "");
    make_login(stage_workspace());
    is("SELECT count(*) FROM leads", "0");
    is("SELECT count(*) FROM touches", "0");
    is("SELECT count(*) FROM credit", "0");
    is("SELECT count(DISTINCT workspace_id) FROM public.team", "1");
    snprintf(sql, sizeof sql,
             "SET baton.workspace_id = '%s'; SELECT count(*) FROM leads; SELECT count(*) FROM "
             "public.team WHERE workspace_id = '%s'",
             id, id);
    is(sql, "SET");
    char *said = answer(sql);
    ck_assert_str_eq(said, "SET\n0\n0\n");
    free(said);
    refused("SET ROLE baton_app", "permission denied");

    /* another password ends the one before; and then there is no login */
    make_login(stage_workspace());
    snprintf(words, sizeof words, "workspace bi %s --revoke", stage_workspace());
    free(stage_baton(words, 0));
    refused("SELECT 1", "does not exist");
    free(stage_baton(words, 0));
    snprintf(url, sizeof url, "%s", first);
    is("SELECT count(*) FROM leads", "4");
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "bi");

    tcase_add_test(tcase, views_have_the_numbers_of_the_api);
    tcase_add_test(tcase, login_sees_its_workspace_alone);
}
