/* `baton agreement` and `baton definition`, as far as they show what there is: versions, their
 * pages, and documents to start from. */
#include "cli/cli_agreement.h"

#include "cli/cli_commands.h"
#include "cli/cli_store.h"

#include "core/agreement/agreement_change.h"
#include "core/agreement/version_page.h"
#include "core/definition/starter.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_MEMORY_BYTES (1u << 20)

bool cli_version_number(const char *text, int *out)
{
    char *end;
    long number = strtol(text, &end, 10);

    if (*end != '\0' || number < 1 || number > VERSIONS_MAX)
        return false;
    *out = (int)number;
    return true;
}

int cli_read_version(const struct cli *cli, int at, enum agreement_kind *kind, int *version)
{
    *version = 0;
    if (!agreement_kind_parse(cli->words[at], kind))
        return cli_say(CLI_USAGE, "\"%s\": the agreements are mql, srl, sql, routes and goals",
                       cli->words[at]);
    if (cli->word_count <= at + 1)
        return CLI_OK;
    if (!cli_version_number(cli->words[at + 1], version))
        return cli_say(CLI_USAGE, "\"%s\": a version is a whole number from 1", cli->words[at + 1]);
    return CLI_OK;
}

/* ---- list and show ---- */

static void print_version(const struct config *config, const struct agreement_version *version)
{
    printf("%-6s %3d  %s", agreement_kind_name(version->kind), version->version,
           agreement_state_name(version->state));
    for (size_t i = 0; i < version->signature_count; i++) {
        const struct member *member = config_member(config, version->signatures[i].member);
        printf("%s%s for %s", i == 0 ? "  signed by " : ", ",
               member == NULL ? "somebody" : member->name, side_name(version->signatures[i].side));
    }
    printf("\n");
}

/* Definitions alone, when that is what the command is about. */
static int list(struct cli *cli, struct cli_store *store)
{
    const struct config *config = store->config;
    bool all = cli->command == &cli_agreement_list;

    for (int kind = 0; kind < (all ? AGREEMENT_KIND_COUNT : AGREEMENT_ROUTES); kind++) {
        for (size_t i = 0; i < config->agreement_count; i++) {
            const struct agreement_version *version = &config->agreements[i];
            if ((int)version->kind != kind || version->state == AGREEMENT_DELETED)
                continue;
            if (all)
                print_version(config, version);
            else
                printf("%s %3d  %s\n", agreement_kind_name(version->kind), version->version,
                       agreement_state_name(version->state));
        }
    }
    return CLI_OK;
}

/* The version that is named, else the one in force, else the latest. */
static const struct agreement_version *find_version(const struct config *config,
                                                    enum agreement_kind kind, int number)
{
    const struct agreement_version *latest = NULL;

    if (number > 0)
        return config_agreement(config, kind, number);
    if (config->in_force[kind] != NULL)
        return config->in_force[kind];
    for (size_t i = 0; i < config->agreement_count; i++)
        if (config->agreements[i].kind == kind &&
            config->agreements[i].state != AGREEMENT_DELETED &&
            (latest == NULL || config->agreements[i].version > latest->version))
            latest = &config->agreements[i];
    return latest;
}

int cli_find_version(const struct cli *cli, const struct config *config,
                     const struct agreement_version **out)
{
    enum agreement_kind kind;
    int number;
    int code = cli_read_version(cli, 1, &kind, &number);

    if (code != CLI_OK)
        return code;
    *out = find_version(config, kind, number);
    if (*out == NULL || (*out)->state == AGREEMENT_DELETED)
        return cli_say(CLI_FAILED, "there is no such version; see `baton agreement list %s`",
                       cli->words[0]);
    return CLI_OK;
}

static int print_page(const struct config *config, const struct agreement_version *version)
{
    struct arena *arena = arena_new(PAGE_MEMORY_BYTES);
    struct text_out page;
    enum err err = ERR_OUT_OF_MEMORY;

    if (arena != NULL) {
        text_out_init(&page, arena, DEFINITION_PAGE_BYTES);
        err = version_page_write(config, version, PAGE_MARKDOWN, &page);
    }
    if (err == ERR_NONE)
        fwrite(page.text, 1, page.len, stdout);
    arena_free(arena);
    return err == ERR_NONE
               ? CLI_OK
               : cli_say(CLI_FAILED, "the page cannot be written: %s", error_title(err));
}

static int show(struct cli *cli, struct cli_store *store)
{
    const struct agreement_version *version;
    int code = cli_find_version(cli, store->config, &version);

    if (code != CLI_OK)
        return code;
    if (cli_option(cli, "json") == NULL)
        return print_page(store->config, version);
    json_t *document = json_loads(version->document, 0, NULL);
    cli_print_json(document);
    json_decref(document);
    return CLI_OK;
}

/* ---- starters ---- */

static int run_starter(struct cli *cli)
{
    const char *text = starter_document_named(cli->words[0]);

    if (text == NULL) {
        printf("there are:");
        for (const struct starter *at = starters_embedded; at->name != NULL; at++)
            printf(" %s", at->name);
        printf("\n");
        return cli_say(CLI_USAGE, "there is no starter \"%s\"", cli->words[0]);
    }
    json_t *document = json_loads(text, 0, NULL);
    cli_print_json(document);
    json_decref(document);
    return CLI_OK;
}

/* ---- the commands ---- */

static const struct cli_option show_options[] = {
    {"json", NULL, false, "the document instead of its page"},
    CLI_NO_MORE_OPTIONS,
};
const struct cli_command cli_definition_list = {
    .name = "definition list",
    .words = "WORKSPACE",
    .what = "List the versions and their states",
    .words_min = 1,
    .words_max = 1,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = list,
};

const struct cli_command cli_definition_show = {
    .name = "definition show",
    .words = "WORKSPACE TERM [VERSION]",
    .what = "Show a version in plain language; by default the one in force, else the latest",
    .words_min = 2,
    .words_max = 3,
    .options = show_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = show,
};

const struct cli_command cli_agreement_starter = {
    .name = "agreement starter",
    .words = "NAME",
    .what = "Print a document to start from: a definition, or routes by who owns the leads",
    .more =
        "Definitions: mql, srl, sql. Routes between a team marketing and a team sales:\n"
        "  marketing_owned  what sales does not answer in time goes back to marketing\n"
        "  sales_owned      it stays with sales, who also get what they ask for\n"
        "  shared           hand-raisers go to sales at once, the others when marketing says so\n"
        "  account_based    accounts that both sides have named; of others hand-raisers alone",
    .words_min = 1,
    .words_max = 1,
    .run = run_starter,
};

const struct cli_command cli_agreement_list = {
    .name = "agreement list",
    .words = "WORKSPACE",
    .what = "List the versions of all five, their states, and who has signed",
    .words_min = 1,
    .words_max = 1,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = list,
};

const struct cli_command cli_agreement_show = {
    .name = "agreement show",
    .words = "WORKSPACE AGREEMENT [VERSION]",
    .what = "Show a version in plain language; by default the one in force, else the latest",
    .more = "AGREEMENT is mql, srl, sql, routes or goals.",
    .words_min = 2,
    .words_max = 3,
    .options = show_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = show,
};
