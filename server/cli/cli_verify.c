/* `baton verify`: the ledger of one workspace, or of all; or, offline, a receipt or a proof. */
#include "cli/cli_commands.h"
#include "cli/cli_progress.h"
#include "cli/cli_proof.h"
#include "cli/cli_store.h"

#include "store/table/workspace_table.h"
#include "store/verify/verify.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MEMORY_BYTES (16u << 20)
#define KEPT_MAX          10000

static void print_finding(void *context, const char *finding)
{
    cli_progress_end();
    fprintf(stderr, "baton: workspace %s: %s\n", (const char *)context, finding);
}

static bool show_progress(void *context, int64_t done, int64_t total)
{
    (void)context;
    return cli_progress_show((void *)"entries", done, total);
}

/* ---- kept checkpoints ---- */

struct kept {
    struct checkpoint *items; /* by workspace and size */
    size_t count;
};

static int order(const void *a, const void *b)
{
    const struct checkpoint *x = a;
    const struct checkpoint *y = b;
    int by_workspace = uuid_compare(x->workspace, y->workspace);

    return by_workspace != 0 ? by_workspace : (x->size > y->size) - (x->size < y->size);
}

static int take_checkpoint(const char *path, const json_t *json, struct kept *kept)
{
    struct checkpoint *item = &kept->items[kept->count];
    const char *wrong;

    if (kept->count == KEPT_MAX)
        return cli_say(CLI_USAGE, "at most %d checkpoints are compared at once", KEPT_MAX);
    if (!checkpoint_read(json, item, &wrong))
        return cli_say(CLI_USAGE,
                       "%s is not a checkpoint as GET /v1/ledger/checkpoints returns it: %s", path,
                       wrong);
    enum proof_fault fault = checkpoint_check(item, item->public_key);
    if (fault != PROOF_HOLDS)
        return cli_say(CLI_USAGE, "%s: the checkpoint of size %lld does not hold: %s", path,
                       (long long)item->size, proof_fault_words(fault));
    kept->count++;
    return CLI_OK;
}

/* One checkpoint, an array of them, or a page as the service returns it. */
static int take_json(const char *path, const json_t *json, struct kept *kept)
{
    const json_t *list = json_is_array(json) ? json : json_object_get(json, "data");
    int code = CLI_OK;

    if (!json_is_array(list))
        return take_checkpoint(path, json, kept);
    for (size_t i = 0; i < json_array_size(list) && code == CLI_OK; i++)
        code = take_checkpoint(path, json_array_get(list, i), kept);
    return code;
}

static int take_file(const char *path, struct kept *kept)
{
    json_error_t error;
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

    if (json == NULL)
        return cli_say_json_fault(CLI_USAGE, path, &error);
    int code = take_json(path, json, kept);
    json_decref(json);
    return code;
}

static int take_files(const struct cli *cli, struct arena *arena, struct kept *kept)
{
    const char *path;
    int code = CLI_OK;

    kept->items = ARENA_ARRAY(arena, struct checkpoint, KEPT_MAX + 1);
    if (kept->items == NULL)
        return cli_say(CLI_FAILED, "memory is short");
    for (int n = 0; code == CLI_OK && (path = cli_option_at(cli, "checkpoint", n)) != NULL; n++)
        code = take_file(path, kept);
    if (code == CLI_OK)
        qsort(kept->items, kept->count, sizeof *kept->items, order);
    return code;
}

static struct kept kept_of(const struct kept *all, struct uuid workspace)
{
    struct kept its = {.items = all->items};

    while (its.items < all->items + all->count && !uuid_equal(its.items->workspace, workspace))
        its.items++;
    while (its.items + its.count < all->items + all->count &&
           uuid_equal(its.items[its.count].workspace, workspace))
        its.count++;
    return its;
}

/* ---- workspaces ---- */

struct run {
    struct cli *cli;
    struct cli_store *store;
    struct kept kept;
    size_t compared; /* of the kept ones */
    int64_t after, until;
    bool after_kept; /* after the newest kept checkpoint of the workspace */
};

/* What is from before entries had commitments is compared with what they say in clear, and no
 * further; that is no finding. */
static void say_not_held(const struct workspace_row *row, const struct verify_report *report)
{
    char from[32] = "yet";

    if (!report->state || report->not_held == 0)
        return;
    if (report->held_from != INT64_MAX)
        snprintf(from, sizeof from, "before position %lld", (long long)report->held_from);
    printf("%s: what %lld leads and rows of the configuration say beyond their entries is not held "
           "by the ledger %s\n",
           row->name, (long long)report->not_held, from);
}

static int verify_one(struct run *run, const struct workspace_row *row)
{
    struct kept its = kept_of(&run->kept, row->id);
    struct verify_report report = {
        .state = cli_option(run->cli, "state") != NULL,
        .kept = its.items,
        .kept_count = its.count,
        .after = run->after_kept && its.count > 0 ? its.items[its.count - 1].size : run->after,
        .until = run->until,
        .on_finding = print_finding,
        .on_progress = show_progress,
        .context = (void *)row->name,
    };

    run->compared += its.count;
    enum pg_status status = verify_workspace(run->store->app, row->id, &report);
    cli_progress_end();
    if (status != PG_OK)
        return cli_store_say_lost(run->store->app);
    if (report.stopped)
        return cli_say(CLI_FAILED, "interrupted after %lld entries, with %lld findings",
                       (long long)report.entries, (long long)report.findings);
    printf("%s: %lld entries of %lld subjects, %lld leads: %s\n", row->name,
           (long long)report.entries, (long long)report.subjects, (long long)report.leads,
           report.findings == 0 ? "sound" : "NOT sound");
    say_not_held(row, &report);
    if (report.findings > VERIFY_FINDINGS_MAX)
        fprintf(stderr, "baton: workspace %s: and %lld more findings\n", row->name,
                (long long)(report.findings - VERIFY_FINDINGS_MAX));
    return report.findings == 0 ? CLI_OK : CLI_UNSOUND;
}

/* If somebody has a checkpoint of a workspace, it must have existed. */
static int say_not_compared(const struct run *run)
{
    if (run->cli->word_count > 0)
        return cli_say(CLI_USAGE, "not every checkpoint that was given is of workspace %s",
                       run->cli->words[0]);
    return cli_say(CLI_UNSOUND, "a checkpoint that was given is of a workspace that is not here: "
                                "it was dropped, or this is another database");
}

static int verify_rows(struct run *run, const struct workspace_row *rows, size_t count)
{
    const struct cli *cli = run->cli;
    int code = CLI_OK;
    bool known = cli->word_count == 0;

    for (size_t i = 0; i < count; i++) {
        if (cli->word_count > 0 && strcmp(cli->words[0], rows[i].name) != 0)
            continue;
        known = true;
        int one = verify_one(run, &rows[i]);
        if (one != CLI_OK)
            code = one;
    }
    if (!known)
        return cli_say(CLI_FAILED, "there is no workspace %s; `baton workspace list` names them",
                       cli->words[0]);
    if (run->compared == run->kept.count)
        return code;
    int said = say_not_compared(run);
    return code == CLI_OK ? said : code;
}

static bool read_position(const char *text, int64_t *out)
{
    char *end;

    errno = 0;
    *out = strtoll(text, &end, 10);
    return end != text && *end == '\0' && errno == 0 && *out >= 0;
}

static int take_range(struct run *run)
{
    const char *since = cli_option(run->cli, "since"), *until = cli_option(run->cli, "until");

    run->after = 0;
    run->until = INT64_MAX;
    run->after_kept = since != NULL && strcmp(since, "checkpoint") == 0;
    if (run->after_kept && run->kept.count == 0)
        return cli_say(CLI_USAGE, "--since checkpoint wants a --checkpoint FILE that you kept");
    if (since != NULL && !run->after_kept && !read_position(since, &run->after))
        return cli_say(CLI_USAGE, "--since wants a position, or the word checkpoint, not %s",
                       since);
    if (until != NULL && (!read_position(until, &run->until) || run->until <= run->after))
        return cli_say(CLI_USAGE, "--until wants a position after that of --since, not %s", until);
    return CLI_OK;
}

static int verify_all(struct run *run, struct arena *arena)
{
    struct workspace_row *rows;
    size_t count;
    int code = take_files(run->cli, arena, &run->kept);

    if (code == CLI_OK)
        code = take_range(run);
    if (code != CLI_OK)
        return code;
    if (workspace_table_list(run->store->job, arena, pg_deadline_in(CLI_READ_TIMEOUT_MS), &rows,
                             &count) != PG_OK)
        return cli_store_say_lost(run->store->job);
    return verify_rows(run, rows, count);
}

static int verify(struct cli *cli)
{
    struct cli_store store;
    struct run run = {.cli = cli, .store = &store};

    if (cli_proof_is_asked(cli))
        return cli_proof_verify(cli);
    int code = cli_store_open(&store, cli, CLI_WITHOUT_SECRETS);
    if (code != CLI_OK)
        return code;
    printf("database: %s\n", cli->database);
    struct arena *arena = arena_new(LIST_MEMORY_BYTES);
    code = arena == NULL ? cli_say(CLI_FAILED, "memory is short") : verify_all(&run, arena);
    arena_free(arena);
    cli_store_close(&store);
    return code;
}

static const struct cli_option options[] = {
    {.name = "state", .what = "replay the ledger and compare every row with it"},
    {.name = "checkpoint",
     .value = "FILE",
     .repeats = true,
     .what = "a checkpoint that you kept, as GET /v1/ledger/checkpoints gives it"},
    {.name = "since",
     .value = "POSITION|checkpoint",
     .what = "follow only leads that have entries after it, or after the last --checkpoint"},
    {.name = "until",
     .value = "POSITION",
     .what = "and before it: all in parts, one after another"},
    {.name = "receipt", .value = "FILE", .what = "check a receipt, offline"},
    {.name = "consistency",
     .value = "FILE",
     .what = "check, offline, that a newer checkpoint continues --checkpoint"},
    {.name = "public-key", .value = "FILE|HEX", .what = "for both: the key that signs checkpoints"},
    {.name = "checkpoint-key",
     .value = "FILE|HEX",
     .what = "the key of --checkpoint, if it was another"},
    {0},
};

const struct cli_command cli_verify = {
    .name = "verify",
    .words = "[WORKSPACE]",
    .what = "Check the ledger: chains, positions, heads, owners",
    .more =
        "Recomputes every entry's hash and follows every chain; names what was edited, removed,\n"
        "reordered or cut, and compares the roots that checkpoints signed. With --checkpoint also\n"
        "those that you kept, which show what was changed by somebody who owns the database and\n"
        "left no trace in it. With --state also replays the ledger, and names every lead whose\n"
        "owner, stage or open handoff is another in the tables. With --since only the leads that\n"
        "changed after a position are looked at, so that a nightly run is short. Exit code 4 when\n"
        "it does not hold.\n"
        "Receipts and proofs are checked with files and the public key alone:\n"
        "  baton verify --receipt receipt.json --public-key key.pub",
    .words_max = 1,
    .options = options,
    .settings = SETTINGS_DATABASE,
    .run = verify,
};
