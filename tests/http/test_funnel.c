/* A funnel's history, imported and asked about: the same counts as its files have, by a script that
 * reads nothing else; again without effect; and a ledger that holds. Once on a small funnel that
 * was made up, and once on a real one where it is at hand. */
#include "stage.h"
#include "store/pg/pg_time.h"
#include "suite.h"

#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMALL     SOURCE_DIR "/tests/data/funnel"
#define COUNTS    "/usr/bin/python3 " SOURCE_DIR "/tests/http/funnel_counts.py"
#define WORDS_MAX 2048
#define POLL_MS   50

static const struct step makes_teams[] = {
    POST("a team that develops", "sam", "/v1/teams",
         "{'name':'sdr','title':'Sales development','function':'sales'}", 201),
    POST("and one that closes", "sam", "/v1/teams",
         "{'name':'ae','title':'Account executives','function':'sales'}", 201),
    {0}};

static char *import(const char *folder, const char *mapping, const char *file)
{
    char words[WORDS_MAX];

    snprintf(words, sizeof words, "import %s --mapping " SMALL "/%s %s/%s", stage_workspace(),
             mapping, folder, file);
    return stage_baton(words, 0);
}

static char *import_leads(const char *folder)
{
    return import(folder, "leads.mapping.json", "marketing_qualified_leads.csv");
}

static char *import_deals(const char *folder)
{
    return import(folder, "deals.mapping.json", "closed_deals.csv");
}

/* What the script counts; with window_days unless 0. */
static json_t *counts_of(const char *folder, int window_days)
{
    char command[WORDS_MAX], days[16] = "";

    if (window_days > 0)
        snprintf(days, sizeof days, "%d", window_days);
    snprintf(command, sizeof command, COUNTS " %s %s", folder, days);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    json_t *counts = json_loadf(pipe, 0, NULL);
    ck_assert_int_eq(pclose(pipe), 0);
    ck_assert_ptr_nonnull(counts);
    return counts;
}

static void expect_same(const json_t *got, const json_t *wanted, const char *key)
{
    const json_t *left = json_object_get(got, key);
    const json_t *right = json_object_get(wanted, key);

    if (json_equal(left, right))
        return;
    char *left_text = json_dumps(left, JSON_ENCODE_ANY);
    char *right_text = json_dumps(right, JSON_ENCODE_ANY);
    ck_abort_msg("%s: got %s, wanted %s", key, left_text, right_text);
}

static void expect_attribution(struct stage *stage, const char *folder, int window_days)
{
    char target[256];
    size_t i;
    json_t *row, *wanted = counts_of(folder, window_days);

    snprintf(target, sizeof target, "/v1/attribution?milestone=customer&model=first&by=source%s",
             window_days > 0 ? "&window_days=90" : "");
    struct answer answer = stage_call(stage, "ana", "GET", target, NULL, 200);
    /* what was imported a moment ago is counted within moments */
    for (int64_t until = pg_deadline_in(STORY_WAIT_MS);
         !json_equal(json_object_get(answer.json, "totals"), json_object_get(wanted, "totals")) &&
         pg_now_ms() < until;) {
        answer_release(&answer);
        poll(NULL, 0, POLL_MS);
        answer = stage_call(stage, "ana", "GET", target, NULL, 200);
    }
    json_array_foreach(json_object_get(answer.json, "data"), i, row) json_object_del(row, "link");
    expect_same(answer.json, wanted, "data");
    expect_same(answer.json, wanted, "totals");
    expect_same(answer.json, wanted, "notes");
    answer_release(&answer);
    json_decref(wanted);
}

static long long number_at(const struct answer *answer, const char *pointer)
{
    return json_integer_value(story_at(answer->json, pointer));
}

static void expect_funnel(struct stage *stage, const char *folder)
{
    json_t *wanted = counts_of(folder, 0);
    long long leads = json_integer_value(story_at(wanted, "/totals/leads"));
    long long won = json_integer_value(story_at(wanted, "/totals/conversions"));
    struct answer answer = stage_call(stage, "ana", "GET", "/v1/reports/stages", NULL, 200);

    ck_assert_int_eq(number_at(&answer, "/totals/leads"), leads);
    ck_assert_int_eq(number_at(&answer, "/data/1/leads"), leads - won); /* inquiry */
    /* nobody judged: mql and srl are out of sight */
    ck_assert_int_eq(number_at(&answer, "/data/3/reached"), won); /* sql */
    ck_assert_int_eq(number_at(&answer, "/data/5/leads"), won);   /* customer */
    ck_assert_int_eq(number_at(&answer, "/totals/claimed_not_qualified"), leads - won);
    answer_release(&answer);
    json_decref(wanted);
}

static void expect_ledger_holds(void)
{
    char words[WORDS_MAX];

    snprintf(words, sizeof words, "verify %s", stage_workspace());
    free(stage_baton(words, 0));
}

static void expect_unchanged(char *said)
{
    ck_assert_msg(strstr(said, "nothing changed") != NULL, "%s", said);
    free(said);
}

static struct stage imported(const char *folder)
{
    struct stage stage = stage_open("");

    story_run(stage.story, makes_teams);
    free(import_leads(folder));
    free(import_deals(folder));
    return stage;
}

static void expect_counts(struct stage *stage, const char *folder)
{
    expect_attribution(stage, folder, 0);
    expect_attribution(stage, folder, 90);
    expect_funnel(stage, folder);
}

START_TEST(a_small_funnel_counts_as_its_files_do)
{
    struct stage stage = imported(SMALL);

    expect_counts(&stage, SMALL);
    expect_unchanged(import_leads(SMALL));
    expect_unchanged(import_deals(SMALL));
    expect_counts(&stage, SMALL);
    expect_ledger_holds();
    stage_close(&stage);
}
END_TEST

START_TEST(a_real_funnel_counts_as_its_files_do)
{
    const char *folder = stage_real_funnel();

    if (folder == NULL)
        SKIP(STAGE_NO_FUNNEL);
    struct stage stage = imported(folder);
    expect_counts(&stage, folder);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "funnel");

    TESTS(t, a_small_funnel_counts_as_its_files_do, a_real_funnel_counts_as_its_files_do);
}
