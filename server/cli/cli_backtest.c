/* `baton definition backtest`: the question of POST /v1/backtests, answered while the user
 * waits. */
#include "cli/cli_commands.h"
#include "cli/cli_evidence.h"

#include <stdio.h>

#define CRITERION_WORDS_MAX 80 /* bytes of an id and a result */

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
    printf("%s\n  qualified %lld (%.1f a week), unclear %lld, not qualified %lld\n", title,
           number(side, "qualified"), json_number_value(json_object_get(side, "per_week")),
           number(side, "unclear"), number(side, "not_qualified"));
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

static void print_base(const json_t *result)
{
    const json_t *base = json_object_get(result, "base");
    const json_t *volume = json_object_get(result, "volume");

    printf("of those that count, whatever a definition says\n");
    for (int target = 0; target < TARGET_COUNT; target++) {
        const char *name = history_target_name((enum history_target)target);
        print_share(name, json_object_get(base, name));
    }
    printf("%.1f leads a week over %.1f weeks",
           json_number_value(json_object_get(volume, "leads_per_week")),
           json_number_value(json_object_get(volume, "weeks")));
    if (!json_is_null(json_object_get(volume, "capacity_per_week")))
        printf("; sales takes %lld offers a week", number(volume, "capacity_per_week"));
    printf("\n");
}

static void print_paired(const json_t *changes)
{
    for (int target = 0; target < TARGET_COUNT; target++) {
        const char *name = history_target_name((enum history_target)target);
        const json_t *paired = json_object_get(json_object_get(changes, "paired"), name);
        if (!json_is_null(json_object_get(paired, "p")))
            printf("  against %s: right where the other is wrong %lld times, the other way round "
                   "%lld; by chance with p = %.4f\n",
                   name, number(paired, "better"), number(paired, "worse"),
                   json_number_value(json_object_get(paired, "p")));
    }
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
    print_base(result);
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
    print_paired(changes);
    printf("`baton definition movers` names them all\n");
}

/* ---- the run ---- */

static int backtest(struct cli *cli, struct cli_store *store)
{
    struct cli_evidence evidence;
    int code = cli_evidence_find(cli, store, false, &evidence);

    if (code == CLI_OK && cli_option(cli, "json") != NULL)
        cli_print_json(evidence.result);
    else if (code == CLI_OK)
        print_result(evidence.result);
    cli_evidence_release(&evidence);
    return code;
}

static const struct cli_option backtest_options[] = {
    CLI_EVIDENCE_OPTIONS,
    {"json", NULL, false, "print the result as JSON"},
    {NULL, NULL, false, NULL},
};

const struct cli_command cli_definition_backtest = {
    .name = "definition backtest",
    .words = CLI_EVIDENCE_WORDS,
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
