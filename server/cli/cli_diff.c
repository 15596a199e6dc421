/* `baton definition diff` and `baton agreement diff`: what a version changes, or would if a file
 * became one, in the words of the page and of the API. */
#include "cli/cli_agreement.h"
#include "cli/cli_commands.h"
#include "cli/cli_wrap.h"

#include "core/agreement/version_page.h"

#include <stdio.h>
#include <stdlib.h>

#define DIFF_MEMORY_BYTES (8u << 20)
#define DIFF_ANSWER_BYTES (4u << 20)

/* Where the words of the table begin, after what is changed and its id. */
#define WORDS_COLUMN 35
/* Of routes and goals, which have no parts with ids: their words alone. */
#define LINE_COLUMN 2

struct comparison {
    const struct agreement_version *before;
    const struct agreement_version *after;
    struct agreement_version file; /* what after points at, when it is no version yet */
    struct arena *arena;
};

/* ---- what is compared ---- */

static int check_file(const json_t *document, struct arena *arena, enum agreement_kind *kind)
{
    struct definition *definition = NULL;
    struct faults faults;

    faults_init(&faults, arena);
    enum err err = definition_compile(document, &faults, NULL, &definition);
    if (err == ERR_NONE)
        *kind = (enum agreement_kind)definition->term;
    definition_free(definition);
    if (err == ERR_NONE)
        return CLI_OK;
    if (err == ERR_OUT_OF_MEMORY)
        return cli_say(CLI_FAILED, "short of memory");
    cli_print_faults(&faults, "fault");
    return cli_say(CLI_FAILED, "the file is no definition");
}

static int read_file(const char *path, struct comparison *out)
{
    json_t *document = cli_read_json(path);
    int code = document == NULL ? CLI_FAILED : check_file(document, out->arena, &out->file.kind);

    if (code == CLI_OK) {
        char *text = json_dumps(document, 0);
        out->file.document = text == NULL ? NULL : arena_strdup(out->arena, text);
        out->after = &out->file;
        free(text);
        if (out->file.document == NULL)
            code = cli_say(CLI_FAILED, "short of memory");
    }
    json_decref(document);
    return code;
}

static int read_after(const struct cli *cli, const struct config *config, struct comparison *out)
{
    bool definitions = cli->command == &cli_definition_diff;
    enum agreement_kind kind;

    if (definitions && !agreement_kind_parse(cli->words[1], &kind)) {
        if (cli->word_count > 2)
            return cli_say(CLI_USAGE, "\"%s\": the terms are mql, srl and sql", cli->words[1]);
        return read_file(cli->words[1], out);
    }
    int code = cli_find_version(cli, config, &out->after);
    if (code == CLI_OK && definitions && !agreement_is_definition(out->after->kind))
        return cli_say(CLI_USAGE, "\"%s\": the definitions are mql, srl and sql", cli->words[1]);
    return code;
}

static int read_before(const struct cli *cli, const struct config *config, struct comparison *out)
{
    const char *against = cli_option(cli, "against");
    int number;

    if (against != NULL && !cli_version_number(against, &number))
        return cli_say(CLI_USAGE, "--against: a version is a whole number from 1");
    if (against != NULL)
        out->before = config_agreement(config, out->after->kind, number);
    else if (out->after == &out->file)
        out->before = config->in_force[out->after->kind];
    else
        out->before = version_compared_with(config, out->after);
    if (out->before == NULL && against == NULL && out->after == &out->file)
        return cli_say(CLI_FAILED, "no version of %s is in force: say --against which to compare",
                       agreement_kind_name(out->after->kind));
    if (out->before == NULL || out->before->state == AGREEMENT_DELETED)
        return cli_say(CLI_FAILED, "there is no version to compare it with");
    return CLI_OK;
}

/* ---- the answer ---- */

static int print_json(const struct comparison *comparison, const struct definition_diff *diff)
{
    struct json_out out;

    json_out_init(&out, comparison->arena, DIFF_ANSWER_BYTES);
    version_diff_write(comparison->before, comparison->after, diff, &out);
    json_t *answer = arena_failed(comparison->arena)
                         ? NULL
                         : json_loadb(out.written.text, out.written.len, 0, NULL);
    if (answer == NULL)
        return cli_say(CLI_FAILED, "short of memory");
    cli_print_json(answer);
    json_decref(answer);
    return CLI_OK;
}

static void print_table(const struct comparison *comparison, const struct definition_diff *diff)
{
    const struct agreement_version *after = comparison->after;
    bool definition = agreement_is_definition(after->kind);

    printf("%s ", agreement_kind_name(after->kind));
    if (after->version == 0)
        printf("as in the file");
    else
        printf("version %d", after->version);
    printf(" against version %d: %zu change%s\n", comparison->before->version, diff->count,
           diff->count == 1 ? "" : "s");
    for (size_t i = 0; i < diff->count; i++) {
        const struct definition_change *change = &diff->items[i];
        if (definition)
            printf("%-10.10s %-23.23s ", change->what, change->id);
        else
            printf("  ");
        cli_print_wrapped(change->words, definition ? WORDS_COLUMN : LINE_COLUMN);
    }
}

static int compare(const struct cli *cli, const struct config *config,
                   struct comparison *comparison)
{
    struct definition_diff diff;
    int code = read_after(cli, config, comparison);

    if (code == CLI_OK)
        code = read_before(cli, config, comparison);
    if (code != CLI_OK)
        return code;
    enum err err =
        version_diff(config, comparison->before, comparison->after, comparison->arena, &diff);
    if (err != ERR_NONE)
        return cli_say(CLI_FAILED, "they cannot be compared: %s", error_title(err));
    if (cli_option(cli, "json") != NULL)
        return print_json(comparison, &diff);
    print_table(comparison, &diff);
    return CLI_OK;
}

static int diff(struct cli *cli, struct cli_store *store)
{
    struct comparison comparison = {.arena = arena_new(DIFF_MEMORY_BYTES)};
    int code = comparison.arena == NULL ? cli_say(CLI_FAILED, "short of memory")
                                        : compare(cli, store->config, &comparison);

    arena_free(comparison.arena);
    return code;
}

/* ---- the commands ---- */

static const struct cli_option diff_options[] = {
    {"against", "VERSION", false, "by default the one in force before it, else the one before"},
    {"json", NULL, false, "print it as the API answers"},
    CLI_NO_MORE_OPTIONS,
};

const struct cli_command cli_definition_diff = {
    .name = "definition diff",
    .words = "WORKSPACE FILE|TERM [VERSION]",
    .what = "Say in words what a version changes, or a file would",
    .more = "A file is compared with the version in force; - is stdin. Without VERSION it is that\n"
            "in force, else the latest.\n"
            "  baton definition diff acme draft.json\n"
            "  baton definition diff acme mql 3 --against 1",
    .words_min = 2,
    .words_max = 3,
    .options = diff_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = diff,
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
