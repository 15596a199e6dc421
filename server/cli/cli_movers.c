/* `baton definition movers`: the leads that change sides, by what makes the difference. */
#include "api/movers_api.h"
#include "cli/cli_commands.h"
#include "cli/cli_evidence.h"

#include "core/definition/definition.h"

#include <stdio.h>

#define PAGE_CSV_MAX_BYTES ((size_t)4 << 20)

static long long number(const json_t *json, const char *key)
{
    return (long long)json_integer_value(json_object_get(json, key));
}

static const char *text(const json_t *json, const char *key)
{
    return json_string_value(json_object_get(json, key));
}

/* ---- the table ---- */

static void print_rate(const json_t *share)
{
    if (json_is_null(json_object_get(share, "rate")))
        printf(" %9s", "-");
    else
        printf(" %7.1f %%", json_number_value(json_object_get(share, "rate")) * 100);
}

static void print_rates(const json_t *row)
{
    for (int target = 0; target < TARGET_COUNT; target++)
        print_rate(json_object_get(row, history_target_name((enum history_target)target)));
    printf("\n");
}

static void print_cause(const json_t *by)
{
    const char *criterion = text(by, "criterion");
    char name[CODE_MAX_BYTES + sizeof "threshold of "];

    snprintf(name, sizeof name, "%s%s", criterion == NULL ? "threshold of " : "",
             criterion == NULL ? text(by, "threshold") : criterion);
    printf("  %-30.30s %8lld %8lld", name, number(by, "leads"), number(by, "alone"));
    print_rates(by);
}

static void print_way(const char *title, const json_t *change)
{
    size_t i;
    json_t *by;

    printf("%s\n  %-30s %8s %8s %9s %9s %9s\n", title, "by", "leads", "alone", "accepted", "sql",
           "won");
    printf("  %-30s %8lld %8s", "all", number(change, "count"), "");
    print_rates(change);
    json_array_foreach(json_object_get(change, "by"), i, by)
    {
        print_cause(by);
    }
}

static void print_paired(const json_t *changes)
{
    printf("paired test (McNemar, exact)\n");
    for (int target = 0; target < TARGET_COUNT; target++) {
        const char *name = history_target_name((enum history_target)target);
        const json_t *paired = json_object_get(json_object_get(changes, "paired"), name);
        if (json_is_null(json_object_get(paired, "p")))
            printf("  %-9s nothing to tell apart\n", name);
        else
            printf("  %-9s right where the other is wrong %lld, wrong where it is right %lld, "
                   "p = %.4f\n",
                   name, number(paired, "better"), number(paired, "worse"),
                   json_number_value(json_object_get(paired, "p")));
    }
}

static void print_table(const json_t *changes)
{
    print_way("qualified now and not before", json_object_get(changes, "now_qualified"));
    print_way("qualified before and not now", json_object_get(changes, "no_longer_qualified"));
    print_paired(changes);
}

/* ---- all of them ---- */

/* They stand in the order of the causes in the result, as many of each as are listed there. */
struct reading {
    const uint8_t *at; /* of the next */
    struct mover_item items[READ_LIMIT_MAX];
    size_t count;
};

static int print_page(struct cli_store *store, struct reading *reading)
{
    struct arena *arena = arena_new(READ_MEMORY_MAX_BYTES);
    struct text_out out;
    enum err err = ERR_OUT_OF_MEMORY;

    if (arena != NULL) {
        struct read read = {.pg = store->app,
                            .arena = arena,
                            .workspace = store->workspace,
                            .deadline = pg_deadline_in(CLI_READ_TIMEOUT_MS)};
        err = mover_read_leads(&read, reading->items, reading->count);
        text_out_init(&out, arena, PAGE_CSV_MAX_BYTES);
        for (size_t i = 0; err == ERR_NONE && i < reading->count; i++)
            movers_write_row(&reading->items[i], &out);
        if (err == ERR_NONE && arena_failed(arena))
            err = ERR_OUT_OF_MEMORY;
        if (err == ERR_NONE && reading->count > 0)
            fwrite(out.text, 1, out.len, stdout);
    }
    reading->count = 0;
    arena_free(arena);
    return err == ERR_NONE          ? CLI_OK
           : err == ERR_UNAVAILABLE ? cli_store_say_lost(store->app)
                                    : cli_say(CLI_FAILED, "%s", error_title(err));
}

static int print_cause_rows(struct cli_store *store, struct reading *reading, enum mover_way way,
                            const json_t *by)
{
    int code = CLI_OK;

    for (long long i = 0; code == CLI_OK && i < number(by, "listed"); i++) {
        struct mover_item *item = &reading->items[reading->count++];
        *item = (struct mover_item){
            .way = way, .criterion = text(by, "criterion"), .threshold = text(by, "threshold")};
        mover_decode(reading->at, &item->mover);
        reading->at += MOVER_BYTES;
        if (reading->count == READ_LIMIT_MAX)
            code = print_page(store, reading);
    }
    return code;
}

static int print_csv(struct cli_store *store, const struct cli_evidence *evidence)
{
    static const char *const keys[] = {
        [MOVER_IN] = "now_qualified", [MOVER_OUT] = "no_longer_qualified"};
    struct reading *reading = ARENA_NEW(evidence->arena, struct reading);
    const json_t *changes = json_object_get(evidence->result, "changes");
    struct text_out head;
    int code = CLI_OK;

    if (reading == NULL)
        return cli_say(CLI_FAILED, "short of memory");
    *reading = (struct reading){.at = evidence->movers};
    text_out_init(&head, store->arena, PAGE_CSV_MAX_BYTES);
    movers_write_head(&head);
    fwrite(head.text, 1, head.len, stdout);
    for (enum mover_way way = 0; way < MOVER_WAY_COUNT; way++) {
        const json_t *list = json_object_get(json_object_get(changes, keys[way]), "by");
        for (size_t i = 0; code == CLI_OK && i < json_array_size(list); i++)
            code = print_cause_rows(store, reading, way, json_array_get(list, i));
    }
    return code == CLI_OK ? print_page(store, reading) : code;
}

static int movers(struct cli *cli, struct cli_store *store)
{
    struct cli_evidence evidence;
    int code = cli_evidence_find(cli, store, true, &evidence);

    if (code == CLI_OK && cli_option(cli, "json") != NULL)
        cli_print_json(json_object_get(evidence.result, "changes"));
    else if (code == CLI_OK && cli_option(cli, "csv") != NULL)
        code = print_csv(store, &evidence);
    else if (code == CLI_OK)
        print_table(json_object_get(evidence.result, "changes"));
    cli_evidence_release(&evidence);
    return code;
}

static const struct cli_option movers_options[] = {
    CLI_EVIDENCE_OPTIONS,
    {"csv", NULL, false, "print each lead, with its ids and its outcome"},
    {"json", NULL, false, "print the table as JSON"},
    {NULL, NULL, false, NULL},
};

const struct cli_command cli_definition_movers = {
    .name = "definition movers",
    .words = CLI_EVIDENCE_WORDS,
    .what = "Show which leads would change sides, by what makes the difference",
    .more =
        "Back-tests it (docs/backtest.md) against the version in force, or another one. Changes\n"
        "nothing.\n"
        "  baton definition movers acme draft.json --csv > movers.csv",
    .words_min = 2,
    .words_max = 3,
    .options = movers_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = movers,
};
