/* `baton verify`: the ledger of one workspace, or of all. */
#include "cli_commands.h"
#include "cli_store.h"

#include "store/verify.h"
#include "store/workspace_table.h"

#include <stdio.h>
#include <string.h>

#define LIST_MEMORY_BYTES (16u << 20)

static void tell(void *context, const char *finding)
{
    fprintf(stderr, "baton: workspace %s: %s\n", (const char *)context, finding);
}

static int verify_one(struct cli *cli, struct cli_store *store, const struct workspace_row *row)
{
    struct verify_report report = {
        .state = cli_option(cli, "state") != NULL,
        .tell = tell,
        .context = (void *)row->name,
    };

    if (verify_workspace(store->app, row->id, &report) != PG_OK)
        return cli_store_say_lost(store->app);
    printf("%s: %lld entries of %lld subjects, %lld leads: %s\n", row->name,
           (long long)report.entries, (long long)report.subjects, (long long)report.leads,
           report.findings == 0 ? "sound" : "NOT sound");
    if (report.findings > VERIFY_FINDINGS_MAX)
        fprintf(stderr, "baton: workspace %s: and %lld findings more\n", row->name,
                (long long)(report.findings - VERIFY_FINDINGS_MAX));
    return report.findings == 0 ? CLI_OK : CLI_UNSOUND;
}

static int verify_all(struct cli *cli, struct cli_store *store, struct arena *arena)
{
    struct workspace_row *rows;
    size_t count;
    int code = CLI_OK;
    bool known = cli->word_count == 0;

    if (workspace_table_list(store->job, arena, pg_deadline_in(CLI_READ_TIMEOUT_MS), &rows,
                             &count) != PG_OK)
        return cli_store_say_lost(store->job);
    for (size_t i = 0; i < count; i++) {
        if (cli->word_count > 0 && strcmp(cli->words[0], rows[i].name) != 0)
            continue;
        known = true;
        int one = verify_one(cli, store, &rows[i]);
        if (one != CLI_OK)
            code = one;
    }
    if (!known)
        return cli_say(CLI_FAILED, "there is no workspace %s; `baton workspace list` names them",
                       cli->words[0]);
    return code;
}

static int verify(struct cli *cli)
{
    struct cli_store store;
    int code = cli_store_open(&store, cli);

    if (code != CLI_OK)
        return code;
    struct arena *arena = arena_new(LIST_MEMORY_BYTES);
    code = arena == NULL ? cli_say(CLI_FAILED, "memory is short") : verify_all(cli, &store, arena);
    arena_free(arena);
    cli_store_close(&store);
    return code;
}

static const struct cli_option options[] = {
    {.name = "state", .what = "replay the ledger and compare every lead and handoff with it"},
    {0},
};

const struct cli_command cli_verify = {
    .name = "verify",
    .words = "[WORKSPACE]",
    .what = "Check the ledger: chains, positions, heads, owners",
    .more =
        "Recomputes every entry's hash and follows every chain; names what was edited, removed,\n"
        "reordered or cut. With --state also replays the ledger, and names every lead whose\n"
        "owner, stage or open handoff is another in the tables. Exit code 4 when the ledger does "
        "not hold.\n",
    .words_max = 1,
    .options = options,
    .settings = SETTINGS_DATABASE,
    .run = verify,
};
