/* `baton definition check` and `starter`, which need no database. */
#include "cli/cli_commands.h"
#include "cli/cli_store.h"

#include "core/definition/definition.h"
#include "core/definition/starter.h"

#define CHECK_MEMORY_BYTES (1u << 20)

static int check_document(const json_t *document, struct arena *arena)
{
    struct definition *definition = NULL;
    struct faults faults;
    struct faults warnings;

    faults_init(&faults, arena);
    faults_init(&warnings, arena);
    enum err err = definition_compile(document, &faults, &warnings, &definition);
    cli_print_faults(&faults, "fault  ");
    cli_print_faults(&warnings, "warning");
    definition_free(definition);
    if (err == ERR_OUT_OF_MEMORY)
        return cli_say(CLI_FAILED, "short of memory");
    if (err != ERR_NONE)
        return cli_say(CLI_FAILED, "%zu fault%s", faults.count + faults.dropped,
                       faults.count + faults.dropped == 1 ? "" : "s");
    printf("fine\n");
    return CLI_OK;
}

static int run_check(struct cli *cli)
{
    json_t *document = cli_read_json(cli->words[0]);
    struct arena *arena = arena_new(CHECK_MEMORY_BYTES);
    int code = CLI_FAILED;

    if (document != NULL && arena != NULL)
        code = check_document(document, arena);
    json_decref(document);
    if (arena != NULL)
        arena_free(arena);
    return code;
}

const struct cli_command cli_definition_check = {
    .name = "definition check",
    .words = "FILE",
    .what = "Check a document: every fault with its place; - is stdin",
    .words_min = 1,
    .words_max = 1,
    .run = run_check,
};

static int run_starter(struct cli *cli)
{
    enum term term;

    if (!term_parse(cli->words[0], &term) || starter_document(term) == NULL)
        return cli_say(CLI_USAGE, "there are starters for mql, srl and sql");
    json_t *document = json_loads(starter_document(term), 0, NULL);
    cli_print_json(document);
    json_decref(document);
    return CLI_OK;
}

const struct cli_command cli_definition_starter = {
    .name = "definition starter",
    .words = "TERM",
    .what = "Print a document to start from: mql, srl or sql",
    .words_min = 1,
    .words_max = 1,
    .run = run_starter,
};
