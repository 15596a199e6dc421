/* `baton rollups rebuild`: attribution is counted anew from the leads. */
#include "cli/cli_commands.h"
#include "cli/cli_store.h"

#include "store/table/rollup_turn.h"

#include <stdio.h>

/* Other servers may take turns meanwhile: what they have done is done. */
static int rebuild(struct cli *cli, struct cli_store *store)
{
    struct rollup_turn turn = {.more = true};
    enum pg_status status =
        rollup_forget(store->app, store->workspace, pg_deadline_in(CLI_READ_TIMEOUT_MS));

    (void)cli;
    while (status == PG_OK && turn.more)
        status = rollup_take(store->app, store->workspace, true,
                             pg_deadline_in(CLI_READ_TIMEOUT_MS), &turn);
    if (status != PG_OK)
        return cli_store_say_lost(store->app);
    printf("attribution is counted anew, up to position %lld\n", (long long)turn.pos);
    return CLI_OK;
}

const struct cli_command cli_rollups_rebuild = {
    .name = "rollups rebuild",
    .words = "WORKSPACE",
    .what = "Count attribution anew from the leads, with the same result",
    .more =
        "Servers do it by themselves whenever a new version of Baton counts in another way. Until\n"
        "it is done, answers are made from the leads themselves, of up to 100,000 conversions.",
    .words_min = 1,
    .words_max = 1,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = rebuild,
};
