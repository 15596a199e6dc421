/* `baton agreement` and `baton definition`, as far as they show what there is: versions, their
 * pages, what one changes, and documents to start from. */
#include "cli/cli_agreement.h"

#include "cli/cli_commands.h"
#include "cli/cli_store.h"

#include "core/agreement/agreement_change.h"
#include "core/agreement/version_page.h"
#include "core/definition/starter.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_MEMORY_BYTES (1u << 20)

int cli_read_version(const struct cli *cli, int at, enum agreement_kind *kind, int *version)
{
    char *end;

    *version = 0;
    if (!agreement_kind_parse(cli->words[at], kind))
        return cli_say(CLI_USAGE, "\"%s\": the agreements are mql, srl, sql, routes and goals",
                       cli->words[at]);
    if (cli->word_count <= at + 1)
        return CLI_OK;
    long number = strtol(cli->words[at + 1], &end, 10);
    if (*end != '\0' || number < 1 || number > VERSIONS_MAX)
        return cli_say(CLI_USAGE, "\"%s\": a version is a whole number from 1", cli->words[at + 1]);
    *version = (int)number;
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
    enum agreement_kind kind;
    int number;
    int code = cli_read_version(cli, 1, &kind, &number);

    if (code != CLI_OK)
        return code;
    const struct agreement_version *version = find_version(store->config, kind, number);
    if (version == NULL || version->state == AGREEMENT_DELETED)
        return cli_say(CLI_FAILED, "there is no such version; see `baton agreement list %s`",
                       cli->words[0]);
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

/* ---- diff ---- */

static int print_diff(const struct config *config, const struct agreement_version *before,
                      const struct agreement_version *after)
{
    struct arena *arena = arena_new(DEFINITION_PAGE_BYTES);
    struct definition_diff diff;
    enum err err =
        arena == NULL ? ERR_OUT_OF_MEMORY : version_diff(config, before, after, arena, &diff);

    if (err == ERR_NONE)
        printf("%s version %d against version %d: %zu change%s\n", agreement_kind_name(after->kind),
               after->version, before->version, diff.count, diff.count == 1 ? "" : "s");
    for (size_t i = 0; err == ERR_NONE && i < diff.count; i++)
        printf("%s\n", diff.items[i].words);
    arena_free(arena);
    return err == ERR_NONE ? CLI_OK
                           : cli_say(CLI_FAILED, "they cannot be compared: %s", error_title(err));
}

static int diff(struct cli *cli, struct cli_store *store)
{
    const char *other = cli_option(cli, "against");
    enum agreement_kind kind;
    int number;
    int code = cli_read_version(cli, 1, &kind, &number);

    if (code != CLI_OK)
        return code;
    const struct agreement_version *after = find_version(store->config, kind, number);
    if (after == NULL || after->state == AGREEMENT_DELETED)
        return cli_say(CLI_FAILED, "there is no such version; see `baton agreement list %s`",
                       cli->words[0]);
    const struct agreement_version *before =
        other == NULL ? version_compared_with(store->config, after)
                      : config_agreement(store->config, kind, (int)strtol(other, NULL, 10));
    if (before == NULL || before->state == AGREEMENT_DELETED)
        return cli_say(CLI_FAILED, "there is no version to compare it with");
    return print_diff(store->config, before, after);
}

/* ---- the commands ---- */

#define NO_MORE                                                                                    \
    {                                                                                              \
        NULL, NULL, false, NULL                                                                    \
    }

static const struct cli_option show_options[] = {
    {"json", NULL, false, "the document instead of its page"},
    NO_MORE,
};
static const struct cli_option diff_options[] = {
    {"against", "VERSION", false, "by default the one in force before it, else the one before"},
    NO_MORE,
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

const struct cli_command cli_agreement_diff = {
    .name = "agreement diff",
    .words = "WORKSPACE AGREEMENT [VERSION]",
    .what = "Say in words what a version changes",
    .more = "AGREEMENT is mql, srl, sql, routes or goals.",
    .words_min = 2,
    .words_max = 3,
    .options = diff_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = diff,
};
