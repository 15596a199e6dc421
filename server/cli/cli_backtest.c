/* `baton definition backtest`: the question of POST /v1/backtests, answered while the user
 * waits. */
#include "cli/cli_commands.h"
#include "cli/cli_progress.h"
#include "cli/cli_store.h"

#include "core/agreement/agreement_change.h"
#include "store/read/backtest_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESULT_MAX_BYTES    (4u << 20)
#define RESULT_MEMORY_BYTES 65536 /* beside what grows */
#define CRITERION_WORDS_MAX 80    /* bytes of an id and a result */
#define QUESTION_BYTES      (4u << 20)

/* ---- the question ---- */

static bool read_number(const char *text, int *out)
{
    char *end;
    long number = strtol(text, &end, 10);

    if (*end != '\0' || number < 1 || number > VERSIONS_MAX)
        return false;
    *out = (int)number;
    return true;
}

static int read_moment(const struct cli *cli, const char *option, instant *out)
{
    const char *text = cli_option(cli, option);

    *out = INSTANT_NONE;
    if (text == NULL || instant_parse_lenient(text, out))
        return CLI_OK;
    return cli_say(CLI_USAGE, "--%s: give a date such as 2026-11-22, or a moment in RFC 3339",
                   option);
}

/* The second word is a term and the third its version; or the second is a file. */
static int read_what(const struct cli *cli, struct backtest_input *input, json_t **document)
{
    json_error_t error;

    if (term_parse(cli->words[1], &input->term)) {
        if (cli->word_count < 3 || !read_number(cli->words[2], &input->version))
            return cli_say(CLI_USAGE, "give the version after the term, such as \"mql 2\"");
        return CLI_OK;
    }
    if (cli->word_count > 2)
        return cli_say(CLI_USAGE, "\"%s\": the terms are mql, srl and sql", cli->words[1]);
    *document = strcmp(cli->words[1], "-") == 0
                    ? json_loadf(stdin, JSON_REJECT_DUPLICATES, &error)
                    : json_load_file(cli->words[1], JSON_REJECT_DUPLICATES, &error);
    if (*document == NULL)
        return cli_say_json_fault(CLI_FAILED, cli->words[1], &error);
    input->document = *document;
    return CLI_OK;
}

static int read_input(const struct cli *cli, struct backtest_input *input, json_t **document)
{
    const char *against = cli_option(cli, "against");
    int code = read_moment(cli, "from", &input->period.from);

    if (code == CLI_OK)
        code = read_moment(cli, "to", &input->period.to);
    if (code == CLI_OK && against != NULL && !read_number(against, &input->against))
        code = cli_say(CLI_USAGE, "--against: a version is a whole number from 1");
    return code == CLI_OK ? read_what(cli, input, document) : code;
}

static int make_question(const struct cli_store *store, const struct backtest_input *input,
                         struct backtest_question *question)
{
    struct arena *arena = arena_new(QUESTION_BYTES);
    struct faults faults;

    if (arena == NULL)
        return cli_say(CLI_FAILED, "short of memory");
    faults_init(&faults, arena);
    enum err err = backtest_question_make(store->config, input, &faults, question);
    for (size_t i = 0; i < faults.count; i++)
        fprintf(stderr, "%s: %s\n", faults.items[i].pointer, faults.items[i].detail);
    int code = err == ERR_NONE ? CLI_OK : cli_say(CLI_FAILED, "nothing is tested");
    arena_free(arena);
    return code;
}

/* ---- output ---- */

static long long number(const json_t *json, const char *key)
{
    return (long long)json_integer_value(json_object_get(json, key));
}

static void print_share(const char *name, const json_t *share)
{
    if (json_is_null(json_object_get(share, "rate"))) {
        printf("    %-10s none to count\n", name);
        return;
    }
    printf("    %-10s %.4f  (%lld of %lld, 95 %%: %.4f to %.4f)\n", name,
           json_number_value(json_object_get(share, "rate")), number(share, "count"),
           number(share, "of"), json_number_value(json_object_get(share, "low")),
           json_number_value(json_object_get(share, "high")));
}

static void print_side(const char *title, const json_t *side)
{
    printf("%s\n  qualified %lld, unclear %lld, not qualified %lld\n", title,
           number(side, "qualified"), number(side, "unclear"), number(side, "not_qualified"));
    for (int target = 0; target < TARGET_COUNT; target++) {
        const char *name = history_target_name((enum history_target)target);
        const json_t *match = json_object_get(side, name);
        printf("  against %s: %lld true and %lld false positive, %lld false and %lld true "
               "negative\n",
               name, number(match, "true_positive"), number(match, "false_positive"),
               number(match, "false_negative"), number(match, "true_negative"));
        if (number(match, "open") + number(match, "immature") > 0)
            printf("    not counted: %lld still open, %lld judged less than %lld days ago\n",
                   number(match, "open"), number(match, "immature"), number(match, "mature_days"));
        if (!json_is_null(json_object_get(match, "why_none"))) {
            printf("    %s\n", json_string_value(json_object_get(match, "why_none")));
            continue;
        }
        print_share("precision", json_object_get(match, "precision"));
        print_share("recall", json_object_get(match, "recall"));
    }
}

static void print_group(const json_t *criterion, const char *result)
{
    const json_t *group = json_object_get(criterion, result);
    const json_t *won = json_object_get(group, "won");
    char name[CRITERION_WORDS_MAX];

    snprintf(name, sizeof name, "%s %s", json_string_value(json_object_get(criterion, "id")),
             result);
    printf("  %-40s %10lld %10lld", name, number(group, "leads"), number(group, "answered"));
    if (json_is_null(json_object_get(won, "rate")))
        printf(" %10s\n", "-");
    else
        printf(" %10.4f\n", json_number_value(json_object_get(won, "rate")));
}

static void print_criteria(const json_t *side)
{
    size_t i;
    json_t *item;

    printf("  %-40s %10s %10s %10s\n", "criterion", "leads", "answered", "won");
    json_array_foreach(json_object_get(side, "criteria"), i, item)
    {
        print_group(item, "met");
        print_group(item, "unmet");
        print_group(item, "unknown");
    }
    printf("  %-40s %10s %10s %10s %10s\n", "month", "leads", "qualified", "unclear", "not");
    json_array_foreach(json_object_get(side, "months"), i, item)
        printf("  %-40s %10lld %10lld %10lld %10lld\n",
               json_string_value(json_object_get(item, "month")), number(item, "leads"),
               number(item, "qualified"), number(item, "unclear"), number(item, "not_qualified"));
}

static void print_change(const char *what, const json_t *change)
{
    size_t i;
    json_t *id;

    printf("%s: %lld\n", what, number(change, "count"));
    json_array_foreach(json_object_get(change, "sample"), i, id)
        printf("  %s\n", json_string_value(id));
}

static void print_result(const json_t *result)
{
    const json_t *coverage = json_object_get(result, "coverage");
    const json_t *judged = json_object_get(result, "judged_as_of");
    const json_t *changes = json_object_get(result, "changes");

    printf("%lld leads, judged as of their first verdict %lld, first handoff %lld, last word "
           "%lld\n",
           number(result, "leads"), number(judged, "first_verdict"),
           number(judged, "first_handoff"), number(judged, "last_told"));
    printf("with an answer from sales %lld (accepted %lld, sql %lld, won %lld), without %lld\n",
           number(json_object_get(coverage, "answered"), "count"), number(coverage, "accepted"),
           number(coverage, "sql"), number(coverage, "won"), number(coverage, "without_outcome"));
    if (number(result, "undated_touches") > 0)
        printf("%lld touches have no date and are not counted: import them again with one\n",
               number(result, "undated_touches"));
    print_side("this definition", json_object_get(result, "result"));
    print_criteria(json_object_get(result, "result"));
    if (json_is_null(changes))
        return;
    print_side("the one it is compared with", json_object_get(result, "against"));
    print_change("qualified now and not before", json_object_get(changes, "now_qualified"));
    print_change("qualified before and not now", json_object_get(changes, "no_longer_qualified"));
}

/* ---- the run ---- */

static int print(const struct cli *cli, const struct json_out *out)
{
    json_t *result = json_loadb(out->written.text, out->written.len, 0, NULL);

    if (result == NULL)
        return cli_say(CLI_FAILED, "short of memory");
    if (cli_option(cli, "json") != NULL)
        cli_print_json(result);
    else
        print_result(result);
    json_decref(result);
    return CLI_OK;
}

static int answer(struct cli *cli, struct cli_store *store,
                  const struct backtest_question *question)
{
    const struct backtest_watch watch = {cli_progress_show, NULL};
    struct arena *arena = arena_new(RESULT_MEMORY_BYTES);
    struct json_out out;

    if (arena == NULL)
        return cli_say(CLI_FAILED, "short of memory");
    cli_progress_begin();
    json_out_init(&out, arena, RESULT_MAX_BYTES);
    enum err err = backtest_run(store->app, store->config, question, &watch, &out);
    cli_progress_end();
    int code = err == ERR_NONE             ? print(cli, &out)
               : err == ERR_STATE_CONFLICT ? cli_say(CLI_FAILED, "interrupted; nothing was changed")
               : err == ERR_UNAVAILABLE    ? cli_store_say_lost(store->app)
                                           : cli_say(CLI_FAILED, "%s", error_code(err));
    arena_free(arena);
    return code;
}

static int backtest(struct cli *cli, struct cli_store *store)
{
    struct backtest_question question = {0};
    struct backtest_input input = {.term = TERM_COUNT};
    json_t *document = NULL;
    int code = read_input(cli, &input, &document);

    if (code == CLI_OK)
        code = make_question(store, &input, &question);
    if (code == CLI_OK)
        code = answer(cli, store, &question);
    backtest_question_release(&question);
    json_decref(document);
    return code;
}

static const struct cli_option backtest_options[] = {
    {"against", "VERSION", false, "compare with this version of the same term"},
    {"from", "DATE", false, "leads that were first judged at or after it"},
    {"to", "DATE", false, "and before this"},
    {"json", NULL, false, "print the result as JSON"},
    {NULL, NULL, false, NULL},
};

const struct cli_command cli_definition_backtest = {
    .name = "definition backtest",
    .words = "WORKSPACE FILE|TERM [VERSION]",
    .what = "Back-test a definition on the leads of the past",
    .more = "Judges every lead as it was known when it was first judged, and compares with "
            "what\nbecame of it in sales (docs/backtest.md). Changes nothing.\n"
            "  baton definition backtest acme draft.json --against 2",
    .words_min = 2,
    .words_max = 3,
    .options = backtest_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = backtest,
};
