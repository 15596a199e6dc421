/* `baton definition`: from a file to an agreement, and showing what it contains. */
#include "cli/cli_commands.h"
#include "cli/cli_store.h"

#include "base/hex.h"
#include "core/agreement/agreement_change.h"
#include "core/agreement/agreement_sign.h"
#include "core/agreement/version_page.h"
#include "core/definition/starter.h"
#include "core/setup/api_key.h"

#include <stdlib.h>
#include <string.h>

#define CHECK_MEMORY_BYTES (1u << 20)

/* The word at this place as a term, and the next one as a version; 0: there is none. */
static int read_version(const struct cli *cli, int at, enum term *term, int *version)
{
    char *end;

    *version = 0;
    if (!term_parse(cli->words[at], term))
        return cli_say(CLI_USAGE, "\"%s\": the terms are mql, srl and sql", cli->words[at]);
    if (cli->word_count <= at + 1)
        return CLI_OK;
    long number = strtol(cli->words[at + 1], &end, 10);
    if (*end != '\0' || number < 1 || number > VERSIONS_MAX)
        return cli_say(CLI_USAGE, "\"%s\": a version is a whole number from 1", cli->words[at + 1]);
    *version = (int)number;
    return CLI_OK;
}

/* ---- check and starter: without a database ---- */

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

/* ---- list and show ---- */

static int list(struct cli *cli, struct cli_store *store)
{
    (void)cli;
    for (size_t i = 0; i < store->config->agreement_count; i++) {
        const struct agreement_version *version = &store->config->agreements[i];
        if (!agreement_is_definition(version->kind) || version->state == AGREEMENT_DELETED)
            continue;
        printf("%s %3d  %s\n", agreement_kind_name(version->kind), version->version,
               agreement_state_name(version->state));
    }
    return CLI_OK;
}

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

/* The version that is named, else the one in force, else the latest. */
static const struct agreement_version *find_version(const struct config *config, enum term term,
                                                    int number)
{
    const struct agreement_version *latest = NULL;

    if (number > 0)
        return config_agreement(config, (enum agreement_kind)term, number);
    if (config->in_force[term] != NULL)
        return config->in_force[term];
    for (size_t i = 0; i < config->agreement_count; i++)
        if ((int)config->agreements[i].kind == (int)term &&
            (latest == NULL || config->agreements[i].version > latest->version))
            latest = &config->agreements[i];
    return latest;
}

static int print_page(const struct config *config, const struct agreement_version *version)
{
    struct arena *arena = arena_new(CHECK_MEMORY_BYTES);
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
    enum term term;
    int number;
    int code = read_version(cli, 1, &term, &number);

    if (code != CLI_OK)
        return code;
    const struct agreement_version *version = find_version(store->config, term, number);
    if (version == NULL)
        return cli_say(CLI_FAILED, "there is no such version; see `baton definition list %s`",
                       cli->words[0]);
    if (cli_option(cli, "json") == NULL)
        return print_page(store->config, version);
    json_t *document = json_loads(version->document, 0, NULL);
    cli_print_json(document);
    json_decref(document);
    return CLI_OK;
}

static const struct cli_option show_options[] = {
    {"json", NULL, false, "the document instead of its page"},
    {NULL, NULL, false, NULL},
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

/* ---- draft, propose, sign ---- */

/* Prints the result of a change: the version's present state. */
static int change(struct cli_store *store, const struct caller *caller, enum command_kind kind,
                  const void *input)
{
    json_t *answer = NULL;
    int code = cli_store_run(store, caller, kind, input, &answer);

    if (code == CLI_OK) {
        const char *hash = json_string_value(json_object_get(answer, "content_hash"));
        printf("%s version %lld is %s\n", json_string_value(json_object_get(answer, "term")),
               (long long)json_integer_value(json_object_get(answer, "version")),
               json_string_value(json_object_get(answer, "state")));
        if (hash != NULL)
            printf("content hash %s\n", hash);
        const json_t *warnings = json_object_get(answer, "warnings");
        for (size_t i = 0; i < json_array_size(warnings); i++)
            printf("warning: %s\n",
                   json_string_value(json_object_get(json_array_get(warnings, i), "detail")));
    }
    json_decref(answer);
    return code;
}

static int draft(struct cli *cli, struct cli_store *store)
{
    json_t *document = cli_read_json(cli->words[1]);
    const char *term = json_string_value(json_object_get(document, "term"));
    struct agreement_draft_input input = {.document = document};
    int code = CLI_FAILED;

    if (document != NULL && (term == NULL || !agreement_kind_parse(term, &input.kind)))
        code = cli_say(CLI_FAILED, "the document says no term: \"term\" is mql, srl or sql");
    else if (document != NULL)
        code = change(store, NULL, COMMAND_AGREEMENT_DRAFT, &input);
    json_decref(document);
    return code;
}

const struct cli_command cli_definition_draft = {
    .name = "definition draft",
    .words = "WORKSPACE FILE",
    .what = "Make a draft of a document; - is stdin",
    .words_min = 2,
    .words_max = 2,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = draft,
};

static int propose(struct cli *cli, struct cli_store *store)
{
    struct agreement_propose_input input = {.effective_from = INSTANT_NONE};
    const char *from = cli_option(cli, "effective-from");
    int code = read_version(cli, 1, (enum term *)&input.kind, &input.version);

    if (code != CLI_OK)
        return code;
    if (from != NULL && !instant_parse(from, &input.effective_from))
        return cli_say(CLI_USAGE, "--effective-from: give a moment such as 2026-12-01T00:00:00Z");
    return change(store, NULL, COMMAND_AGREEMENT_PROPOSE, &input);
}

static const struct cli_option propose_options[] = {
    {"effective-from", "MOMENT", false, "RFC 3339; by default the second signature"},
    {NULL, NULL, false, NULL},
};

const struct cli_command cli_definition_propose = {
    .name = "definition propose",
    .words = "WORKSPACE TERM VERSION",
    .what = "Propose a draft for signing: it can no longer change",
    .words_min = 3,
    .words_max = 3,
    .options = propose_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = propose,
};

/* The signer's own key, which proves who signs. */
static int read_signer(const struct cli *cli, const struct cli_store *store, struct caller *out)
{
    const char *token =
        cli_option(cli, "key") != NULL ? cli_option(cli, "key") : getenv("BATON_KEY");
    struct api_key_text text;

    if (token == NULL)
        return cli_say(CLI_USAGE, "give the signer's own key in BATON_KEY");
    if (!api_key_parse(token, strlen(token), &text))
        return cli_say(CLI_USAGE, "this is not a key");
    const struct api_key *key = config_key(store->config, text.key);
    if (!uuid_equal(text.workspace, store->workspace) || key == NULL ||
        !config_key_stands(store->config, key) || !api_key_fits(key, text.secret))
        return cli_say(CLI_FAILED, "this key is not valid in this workspace");
    *out = (struct caller){
        .key = key->id, .team = key->team, .member = key->member, .roles = key->roles};
    return CLI_OK;
}

static int read_hash(const char *text, uint8_t out[DIGEST_BYTES])
{
    if (text == NULL || !hex_decode_lower(text, strlen(text), out, DIGEST_BYTES))
        return cli_say(CLI_USAGE, "--hash: give the content hash (64 hex digits) that the page of "
                                  "the version shows");
    return CLI_OK;
}

static int sign(struct cli *cli, struct cli_store *store)
{
    struct agreement_sign_input input = {0};
    struct caller signer;
    int code = read_version(cli, 1, (enum term *)&input.kind, &input.version);

    if (code == CLI_OK)
        code = read_hash(cli_option(cli, "hash"), input.hash);
    if (code == CLI_OK)
        code = read_signer(cli, store, &signer);
    if (code == CLI_OK)
        code = change(store, &signer, COMMAND_AGREEMENT_SIGN, &input);
    return code;
}

static const struct cli_option sign_options[] = {
    {"hash", "HEX", false, "the content hash that you have read"},
    {"key", "KEY", false, "your own key; better in BATON_KEY, which other users cannot see"},
    {NULL, NULL, false, NULL},
};

const struct cli_command cli_definition_sign = {
    .name = "definition sign",
    .words = "WORKSPACE TERM VERSION",
    .what = "Sign a proposed version with your own key",
    .words_min = 3,
    .words_max = 3,
    .options = sign_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = sign,
};
