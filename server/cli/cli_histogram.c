/* `baton definition histogram`: what each total would let in as the threshold. */
#include "cli/cli_commands.h"
#include "cli/cli_evidence.h"

#include <stdio.h>
#include <string.h>

#define BAR_WIDTH 24

static long long number(const json_t *json, const char *key)
{
    return (long long)json_integer_value(json_object_get(json, key));
}

static double real(const json_t *json, const char *key)
{
    return json_number_value(json_object_get(json, key));
}

static void print_percent(const json_t *match, const char *key)
{
    if (json_is_null(json_object_get(match, key)))
        printf(" %9s", "-");
    else
        printf(" %7.1f %%", real(match, key) * 100);
}

static long long most_leads(const json_t *totals)
{
    long long most = 1;
    size_t i;
    json_t *item;

    json_array_foreach(totals, i, item)
    {
        if (number(item, "leads") > most)
            most = number(item, "leads");
    }
    return most;
}

static void print_row(const json_t *item, const char *target, long long most, const char *mark)
{
    static const char bar[] = "########################";
    const json_t *match = json_object_get(item, target);
    long long width = (number(item, "leads") * BAR_WIDTH + most - 1) / most;

    printf("%7lld %9lld", number(item, "total"), number(item, "qualified"));
    print_percent(match, "precision");
    print_percent(match, "recall");
    printf(" %8.1f  %-*.*s %s\n", real(item, "per_week"), BAR_WIDTH, (int)width, bar, mark);
}

/* The threshold lets in its own total and all above: the lowest such row is marked. */
static bool is_lowest_let_in(const json_t *totals, size_t at, const json_t *threshold)
{
    long long wanted = (long long)json_integer_value(threshold);

    return json_is_integer(threshold) && number(json_array_get(totals, at), "total") >= wanted &&
           (at + 1 == json_array_size(totals) ||
            number(json_array_get(totals, at + 1), "total") < wanted);
}

static void print_table(const json_t *result, enum history_target target)
{
    const json_t *scores = json_object_get(result, "scores");
    const json_t *totals = json_object_get(scores, "totals");
    const json_t *threshold = json_object_get(scores, "threshold");
    const char *name = history_target_name(target);
    const json_t *base = json_object_get(json_object_get(result, "base"), name);
    size_t i;
    json_t *item;

    printf("leads of which nothing but the total decides, against %s\n", name);
    if (!json_is_null(json_object_get(base, "rate")))
        printf("of %lld answered leads that count %.1f %% reached it\n", number(base, "of"),
               real(base, "rate") * 100);
    printf("%7s %9s %9s %9s %8s  leads\n", "total", "qualified", "precision", "recall", "a week");
    json_array_foreach(totals, i, item)
    {
        print_row(item, name, most_leads(totals),
                  is_lowest_let_in(totals, i, threshold) ? "< threshold" : "");
    }
    if (json_array_size(totals) == 0)
        printf("  none\n");
}

static void print_csv(const json_t *result)
{
    size_t i;
    json_t *item;

    printf("total,leads,qualified,per_week");
    for (int target = 0; target < TARGET_COUNT; target++) {
        const char *name = history_target_name((enum history_target)target);
        printf(",%s_reached,%s_of,%s_precision,%s_recall", name, name, name, name);
    }
    printf("\r\n");
    json_array_foreach(json_object_get(json_object_get(result, "scores"), "totals"), i, item)
    {
        printf("%lld,%lld,%lld,%.1f", number(item, "total"), number(item, "leads"),
               number(item, "qualified"), real(item, "per_week"));
        for (int target = 0; target < TARGET_COUNT; target++) {
            const json_t *match =
                json_object_get(item, history_target_name((enum history_target)target));
            printf(",%lld,%lld,", number(match, "reached"), number(match, "of"));
            if (!json_is_null(json_object_get(match, "precision")))
                printf("%.4f", real(match, "precision"));
            printf(",");
            if (!json_is_null(json_object_get(match, "recall")))
                printf("%.4f", real(match, "recall"));
        }
        printf("\r\n");
    }
}

static int histogram(struct cli *cli, struct cli_store *store)
{
    struct cli_evidence evidence = {0};
    enum history_target target;
    int code = cli_read_target(cli, TARGET_WON, &target);

    if (code == CLI_OK)
        code = cli_evidence_find(cli, store, false, &evidence);
    if (code == CLI_OK && cli_option(cli, "json") != NULL)
        cli_print_json(json_object_get(evidence.result, "scores"));
    else if (code == CLI_OK && cli_option(cli, "csv") != NULL)
        print_csv(evidence.result);
    else if (code == CLI_OK)
        print_table(evidence.result, target);
    cli_evidence_release(&evidence);
    return code;
}

static const struct cli_option histogram_options[] = {
    CLI_EVIDENCE_OPTIONS,
    {"target", "TARGET", false, "accepted, sql or won; by default won"},
    {"csv", NULL, false, "print a table for other programs, with all targets"},
    {"json", NULL, false, "print it as JSON"},
    {NULL, NULL, false, NULL},
};

const struct cli_command cli_definition_histogram = {
    .name = "definition histogram",
    .words = CLI_EVIDENCE_WORDS,
    .what = "Show precision, recall and volume at every total of a definition",
    .more = "Back-tests it (docs/backtest.md) and shows what each total would let in as the\n"
            "threshold. Changes nothing.\n"
            "  baton definition histogram acme mql 2 --target sql",
    .words_min = 2,
    .words_max = 3,
    .options = histogram_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = histogram,
};
