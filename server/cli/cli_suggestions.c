/* `baton definition suggestions`: what the answers of sales say about the version in force. */
#include "cli/cli_commands.h"
#include "cli/cli_evidence.h"

#include "store/pg/pg.h"
#include "store/read/suggestion_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MAX_BYTES (32u << 20)
/** For reading what sales answered, all pages of it. */
#define SUGGESTIONS_TIMEOUT_MS 300000

/* ---- output ---- */

static long long number(const json_t *json, const char *key)
{
    return json_integer_value(json_object_get(json, key));
}

static const char *text(const json_t *json, const char *key)
{
    const char *value = json_string_value(json_object_get(json, key));

    return value == NULL ? "-" : value;
}

static void print_share(const char *name, const json_t *share)
{
    if (json_is_null(json_object_get(share, "rate")))
        printf("    %-9s none to count\n", name);
    else
        printf("    %-9s %.4f  (%lld of %lld, 95 %%: %.4f to %.4f)\n", name,
               json_number_value(json_object_get(share, "rate")), number(share, "count"),
               number(share, "of"), json_number_value(json_object_get(share, "low")),
               json_number_value(json_object_get(share, "high")));
}

static void print_rates(const char *title, const json_t *rates)
{
    printf("  %s: %lld leads\n", title, number(rates, "leads"));
    for (int target = 0; target < TARGET_COUNT; target++) {
        const char *name = history_target_name((enum history_target)target);
        print_share(name, json_object_get(rates, name));
    }
}

static void print_split(const json_t *split)
{
    const json_t *lift = json_object_get(split, "lift");

    print_rates("met", json_object_get(split, "met"));
    print_rates("unmet", json_object_get(split, "unmet"));
    print_rates("unknown", json_object_get(split, "unknown"));
    if (json_is_null(lift))
        printf("  lift: none, a count is zero\n");
    else
        printf("  lift %.4f  (95 %%: %.4f to %.4f)\n",
               json_number_value(json_object_get(lift, "rate")),
               json_number_value(json_object_get(lift, "low")),
               json_number_value(json_object_get(lift, "high")));
}

static void print_criteria(const json_t *answer)
{
    size_t i;
    json_t *criterion;

    json_array_foreach(json_object_get(answer, "criteria"), i, criterion)
    {
        const json_t *overrides = json_object_get(criterion, "overrides");
        printf("\ncriterion %s: %s\n", text(criterion, "id"), text(criterion, "title"));
        print_split(criterion);
        if (json_is_true(json_object_get(criterion, "ask_for")))
            printf("  unknown of many: ask for it\n");
        printf("  overridden by a human to qualified %lld, to not qualified %lld\n",
               number(overrides, "to_qualified"), number(overrides, "to_not_qualified"));
    }
}

/* Gaps are rejections of class shows_gap; each list is cut to the most frequent. */
static void print_rejections(const json_t *answer, const char *title, bool gaps)
{
    bool any = false;
    size_t i;
    json_t *item;

    printf("\n%s\n", title);
    json_array_foreach(json_object_get(answer, "rejections"), i, item)
    {
        if (gaps != (strcmp(text(item, "class"), "shows_gap") == 0))
            continue;
        any = true;
        printf("  %6lld  %-20s %-24s %s\n", number(item, "count"), text(item, "class"),
               text(item, "reason"), text(item, gaps ? "title" : "criterion"));
    }
    if (!any)
        printf("  none\n");
}

static void print_threshold(const char *title, const json_t *threshold)
{
    if (json_is_null(threshold)) {
        printf("  %s: none\n", title);
        return;
    }
    printf("  %s: %lld, F1 %.4f\n", title, number(threshold, "threshold"),
           json_number_value(json_object_get(threshold, "f1")));
    print_share("precision", json_object_get(threshold, "precision"));
    print_share("recall", json_object_get(threshold, "recall"));
}

static void print_thresholds(const json_t *answer)
{
    const json_t *thresholds = json_object_get(answer, "thresholds");

    printf("\nthreshold of the total\n");
    if (json_is_null(json_object_get(thresholds, "current")))
        printf("  now: none\n");
    else
        printf("  now: %lld\n", number(thresholds, "current"));
    print_threshold("with the best F1", json_object_get(thresholds, "best_f1"));
    print_threshold("the highest that keeps 95 % of recall",
                    json_object_get(thresholds, "recall_95"));
}

/* p is rounded to four decimals, and never shown as zero. */
#define SHOWN_P_LEAST 0.0001

static void print_chance(double p, long long tests)
{
    if (p >= SHOWN_P_LEAST)
        printf("  by chance with p = %.4f, after correction for %lld tests\n", p, tests);
    else
        printf("  by chance with p < 0.0001, after correction for %lld tests\n", tests);
}

static void print_suggestions(const json_t *answer)
{
    size_t i;
    json_t *item;

    json_array_foreach(json_object_get(answer, "suggestions"), i, item)
    {
        printf("\nsuggestion %zu: %s\n", i + 1, text(item, "words"));
        print_split(item);
        print_chance(json_number_value(json_object_get(item, "p")), number(answer, "tests"));
        print_rates("would qualify, and did not", json_object_get(item, "now_qualified"));
        print_rates("would no longer qualify", json_object_get(item, "no_longer_qualified"));
    }
    if (!json_is_null(json_object_get(answer, "why_none")))
        printf("\nno suggestion: %s\n", text(answer, "why_none"));
    else if (json_array_size(json_object_get(answer, "suggestions")) > 0)
        printf("\n--draft N --out FILE writes the draft of one, for `baton definition backtest` "
               "and `baton definition draft`\n");
}

static void print_left_out(const json_t *answer)
{
    size_t i;
    json_t *item;

    json_array_foreach(json_object_get(answer, "left_out"), i, item)
    {
        printf("%s%s (%s)", i == 0 ? "\nattributes left out: " : ", ", text(item, "attribute"),
               strcmp(text(item, "why"), "excluded") == 0 ? "by you" : "sales reported it");
    }
    if (i > 0)
        printf("\n");
}

static void print_answer(const json_t *answer)
{
    printf("%s version %lld, measured against %s%s\n", text(answer, "term"),
           number(answer, "version"), text(answer, "target"),
           json_is_true(json_object_get(answer, "capped")) ? "; older answers are left out" : "");
    print_rates("answered by sales", json_object_get(answer, "answered"));
    print_criteria(answer);
    print_rejections(answer, "rejections by class", false);
    print_rejections(answer, "gaps: what no criterion asks for", true);
    print_thresholds(answer);
    print_left_out(answer);
    print_suggestions(answer);
}

/* ---- the draft of a suggestion ---- */

static int write_draft(const char *path, const json_t *document)
{
    FILE *file = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");

    if (file == NULL)
        return cli_say(CLI_FAILED, "%s: %s", path, strerror(errno));
    bool fine = json_dumpf(document, file, JSON_INDENT(2)) == 0 && fputc('\n', file) != EOF;
    fine = (file == stdout ? fflush(file) : fclose(file)) == 0 && fine;
    return fine ? CLI_OK : cli_say(CLI_FAILED, "%s: it cannot be written", path);
}

static int draft(const struct cli *cli, const json_t *answer, const char *which)
{
    const json_t *suggestions = json_object_get(answer, "suggestions");
    const char *path = cli_option(cli, "out");
    char *end;
    long n = strtol(which, &end, 10);

    if (*end != '\0' || n < 1)
        return cli_say(CLI_USAGE, "--draft: a suggestion is a whole number from 1");
    if ((size_t)n > json_array_size(suggestions))
        return cli_say(
            CLI_FAILED, "there are %zu suggestions%s%s", json_array_size(suggestions),
            json_is_null(json_object_get(answer, "why_none")) ? "" : ": ",
            json_is_null(json_object_get(answer, "why_none")) ? "" : text(answer, "why_none"));
    const json_t *one = json_array_get(suggestions, (size_t)n - 1);
    return write_draft(path == NULL ? "-" : path, json_object_get(one, "document"));
}

/* ---- the run ---- */

static int say_failed(const struct cli_store *store, enum term term, enum err err)
{
    if (err == ERR_NOT_FOUND)
        return cli_say(CLI_FAILED, "no version of %s is in force: there is nothing to improve",
                       term_name(term));
    return err == ERR_UNAVAILABLE ? cli_store_say_lost(store->app)
                                  : cli_say(CLI_FAILED, "%s", error_title(err));
}

static int read_exclude(const struct cli *cli, struct suggestion_exclude *out)
{
    const char *name;

    for (int i = 0; (name = cli_option_at(cli, "exclude", i)) != NULL; i++) {
        if (i == SUGGESTION_EXCLUDE_MAX)
            return cli_say(CLI_USAGE, "--exclude: at most %d names", SUGGESTION_EXCLUDE_MAX);
        out->names[out->count++] = name;
    }
    return CLI_OK;
}

static enum err find(struct cli_store *store, const struct suggestion_question *question,
                     struct arena *page, struct arena *lasting, json_t **out)
{
    const struct read read = {
        .pg = store->app,
        .arena = page,
        .workspace = store->workspace,
        .deadline = pg_deadline_in(SUGGESTIONS_TIMEOUT_MS),
    };
    struct suggestion_answer found;
    struct json_out json;
    enum err err = suggestion_read(&read, store->config, question, lasting, &found);

    if (err != ERR_NONE)
        return err;
    json_out_init(&json, lasting, ANSWER_MAX_BYTES);
    err = suggestion_write(&found, &json);
    if (err == ERR_NONE &&
        (*out = json_loadb(json.written.text, json.written.len, 0, NULL)) == NULL)
        err = ERR_OUT_OF_MEMORY;
    return err;
}

static int print(const struct cli *cli, json_t *answer)
{
    const char *which = cli_option(cli, "draft");

    if (which != NULL)
        return draft(cli, answer, which);
    if (cli_option(cli, "json") != NULL)
        cli_print_json(answer);
    else
        print_answer(answer);
    return CLI_OK;
}

static int suggest(struct cli *cli, struct cli_store *store)
{
    struct arena *page = arena_new(READ_MEMORY_MAX_BYTES);
    struct arena *lasting = arena_new(READ_MEMORY_MAX_BYTES);
    struct suggestion_question question = {.target = TARGET_ACCEPTED};
    enum err err = ERR_OUT_OF_MEMORY;
    json_t *answer = NULL;
    int code = cli_read_target(cli, TARGET_ACCEPTED, &question.target);

    if (code == CLI_OK)
        code = read_exclude(cli, &question.exclude);
    if (code == CLI_OK && !term_parse(cli->words[1], &question.term))
        code = cli_say(CLI_USAGE, "\"%s\": the terms are mql, srl and sql", cli->words[1]);
    if (code == CLI_OK && page != NULL && lasting != NULL)
        err = find(store, &question, page, lasting, &answer);
    if (code == CLI_OK)
        code = err == ERR_NONE ? print(cli, answer) : say_failed(store, question.term, err);
    json_decref(answer);
    arena_free(page);
    arena_free(lasting);
    return code;
}

static int run_suggestions(struct cli *cli)
{
    if (cli_option(cli, "out") != NULL && cli_option(cli, "draft") == NULL)
        return cli_say(CLI_USAGE, "--out takes the draft of a suggestion: say which with --draft");
    return cli_in_workspace(cli);
}

static const struct cli_option suggestions_options[] = {
    {"target", "TARGET", false, "accepted, sql or won; by default accepted"},
    {"exclude", "NAME", true, "leave this attribute out"},
    {"draft", "N", false, "write the draft of the N-th suggestion instead"},
    {"out", "FILE", false, "where to write it; by default stdout"},
    {"json", NULL, false, "print all of it as JSON"},
    {NULL, NULL, false, NULL},
};

const struct cli_command cli_definition_suggestions = {
    .name = "definition suggestions",
    .words = "WORKSPACE TERM",
    .what = "What the answers of sales say about the version in force",
    .more =
        "Rates per criterion, rejections, gaps, thresholds, and drafts of what would be better\n"
        "(docs/suggestions.md). Changes nothing. From a suggestion to a proposal:\n"
        "  baton definition suggestions acme mql --target won --draft 1 --out draft.json\n"
        "  baton definition backtest acme draft.json --against 1\n"
        "  baton definition draft acme draft.json\n"
        "  baton definition propose acme mql 2",
    .words_min = 2,
    .words_max = 2,
    .options = suggestions_options,
    .settings = SETTINGS_DATABASE,
    .run = run_suggestions,
    .in_workspace = suggest,
};
