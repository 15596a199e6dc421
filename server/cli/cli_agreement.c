/* `baton agreement`, and what `baton definition` has in common with it: from a draft to what both
 * sides have signed, and what each does alone. */
#include "cli/cli_commands.h"
#include "cli/cli_store.h"

#include "base/hex.h"
#include "core/agreement/agreement_change.h"
#include "core/agreement/agreement_sign.h"
#include "core/agreement/version_page.h"
#include "core/definition/starter.h"
#include "core/handoff/handoff.h"
#include "core/setup/api_key.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_MEMORY_BYTES (1u << 20)

/* The word at this place as the name of an agreement, and the next one as a version; 0: there is
 * none. */
static int read_version(const struct cli *cli, int at, enum agreement_kind *kind, int *version)
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
    int code = read_version(cli, 1, &kind, &number);

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

/* ---- draft, propose, sign ---- */

/* Prints the result of a change: the version's present state. */
static int change(struct cli_store *store, const struct caller *caller, enum command_kind kind,
                  const void *input)
{
    json_t *answer = NULL;
    int code = cli_store_run(store, caller, kind, input, &answer);

    if (code == CLI_OK) {
        const char *term = json_string_value(json_object_get(answer, "term"));
        const char *hash = json_string_value(json_object_get(answer, "content_hash"));
        printf("%s version %lld is %s\n",
               term != NULL ? term : json_string_value(json_object_get(answer, "subject")),
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

/* A definition names its term; the others have a member of their name. */
static int subject_of(const json_t *document, enum agreement_kind *kind)
{
    const char *term = json_string_value(json_object_get(document, "term"));

    if (json_object_get(document, "routes") != NULL)
        *kind = AGREEMENT_ROUTES;
    else if (json_object_get(document, "goals") != NULL)
        *kind = AGREEMENT_GOALS;
    else if (term == NULL || !agreement_kind_parse(term, kind) || !agreement_is_definition(*kind))
        return cli_say(CLI_FAILED, "the document says no term: \"term\" is mql, srl or sql; other "
                                   "documents have \"routes\" or \"goals\"");
    return CLI_OK;
}

static int draft(struct cli *cli, struct cli_store *store)
{
    json_t *document = cli_read_json(cli->words[1]);
    struct agreement_draft_input input = {.document = document};
    int code = document == NULL ? CLI_FAILED : subject_of(document, &input.kind);

    if (code == CLI_OK)
        code = change(store, NULL, COMMAND_AGREEMENT_DRAFT, &input);
    json_decref(document);
    return code;
}

static int propose(struct cli *cli, struct cli_store *store)
{
    struct agreement_propose_input input = {.effective_from = INSTANT_NONE};
    const char *from = cli_option(cli, "effective-from");
    int code = read_version(cli, 1, &input.kind, &input.version);

    if (code != CLI_OK)
        return code;
    if (from != NULL && !instant_parse(from, &input.effective_from))
        return cli_say(CLI_USAGE, "--effective-from: give a moment such as 2026-12-01T00:00:00Z");
    return change(store, NULL, COMMAND_AGREEMENT_PROPOSE, &input);
}

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
    int code = read_version(cli, 1, &input.kind, &input.version);

    if (code == CLI_OK)
        code = read_hash(cli_option(cli, "hash"), input.hash);
    if (code == CLI_OK)
        code = read_signer(cli, store, &signer);
    if (code == CLI_OK)
        code = change(store, &signer, COMMAND_AGREEMENT_SIGN, &input);
    return code;
}

/* ---- what a member does alone ---- */

/* The option that says why, checked as the API does. */
static int read_words(struct cli_store *store, const struct cli *cli, const char *option,
                      const char **out)
{
    const char *given = cli_option(cli, option);
    struct faults faults;

    if (given == NULL)
        return cli_say_missing(option);
    faults_init(&faults, store->arena);
    json_t *json = json_string(given);
    struct input in = {.arena = store->arena, .faults = &faults, .where = "option", .copies = true};
    const struct input_node node = input_root(json, "");
    bool fits = json != NULL && input_value(&in, &node, &note_type, out);
    json_decref(json);
    return fits ? CLI_OK
                : cli_say(CLI_USAGE, "--%s: give text in UTF-8, up to %d bytes", option,
                          NOTE_MAX_BYTES);
}

/* Each is one command, in the name of whoever has the key; some ask why. */
static const struct {
    const struct cli_command *of;
    enum command_kind kind;
    const char *why; /* option; NULL: none */
} steps[] = {
    {&cli_agreement_decline, COMMAND_AGREEMENT_DECLINE, "note"},
    {&cli_agreement_revoke, COMMAND_AGREEMENT_REVOKE, "reason"},
    {&cli_agreement_suspend, COMMAND_AGREEMENT_SUSPEND, "reason"},
    {&cli_agreement_resume, COMMAND_AGREEMENT_RESUME, NULL},
    {&cli_agreement_acknowledge, COMMAND_AGREEMENT_ACKNOWLEDGE, NULL},
};

static int step(struct cli *cli, struct cli_store *store)
{
    struct agreement_decline_input with = {0};
    struct caller member;
    size_t at = 0;
    int code = read_version(cli, 1, &with.kind, &with.version);

    while (steps[at].of != cli->command)
        at++;
    if (code == CLI_OK && steps[at].why != NULL)
        code = read_words(store, cli, steps[at].why, &with.note);
    if (code == CLI_OK)
        code = read_signer(cli, store, &member);
    if (code != CLI_OK)
        return code;
    const struct agreement_named named = {with.kind, with.version};
    return change(store, &member, steps[at].kind,
                  steps[at].why == NULL ? (const void *)&named : (const void *)&with);
}

static int delete_draft(struct cli *cli, struct cli_store *store)
{
    struct agreement_delete_input input;
    struct caller member;
    int code = read_version(cli, 1, &input.kind, &input.version);

    if (code == CLI_OK)
        code = read_signer(cli, store, &member);
    return code == CLI_OK ? change(store, &member, COMMAND_AGREEMENT_DELETE, &input) : code;
}

static int comment(struct cli *cli, struct cli_store *store)
{
    struct agreement_comment_input input = {.criterion = cli_option(cli, "criterion")};
    struct caller member;
    int code = read_version(cli, 1, &input.kind, &input.version);

    if (code == CLI_OK)
        code = read_words(store, cli, "text", &input.text);
    if (code == CLI_OK)
        code = read_signer(cli, store, &member);
    return code == CLI_OK ? change(store, &member, COMMAND_AGREEMENT_COMMENT, &input) : code;
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
    int code = read_version(cli, 1, &kind, &number);

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

#define KEY                                                                                        \
    {                                                                                              \
        "key", "KEY", false, "your own key; better in BATON_KEY, which other users cannot see"     \
    }
#define NO_MORE                                                                                    \
    {                                                                                              \
        NULL, NULL, false, NULL                                                                    \
    }

static const struct cli_option show_options[] = {
    {"json", NULL, false, "the document instead of its page"},
    NO_MORE,
};
static const struct cli_option propose_options[] = {
    {"effective-from", "MOMENT", false, "RFC 3339; by default the last signature"},
    NO_MORE,
};
static const struct cli_option sign_options[] = {
    {"hash", "HEX", false, "the content hash that you have read"},
    KEY,
    NO_MORE,
};
static const struct cli_option decline_options[] = {
    {"note", "TEXT", false, "why; the other side reads it"},
    KEY,
    NO_MORE,
};
static const struct cli_option reason_options[] = {
    {"reason", "TEXT", false, "why; the other side reads it"},
    KEY,
    NO_MORE,
};
static const struct cli_option key_options[] = {
    KEY,
    NO_MORE,
};
static const struct cli_option comment_options[] = {
    {"text", "TEXT", false, "what there is to say"},
    {"criterion", "ID", false, "of a definition; by default on the whole"},
    KEY,
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

const struct cli_command cli_agreement_draft = {
    .name = "agreement draft",
    .words = "WORKSPACE FILE",
    .what = "Make a draft of a definition, of routes or of goals; - is stdin",
    .words_min = 2,
    .words_max = 2,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = draft,
};

const struct cli_command cli_agreement_propose = {
    .name = "agreement propose",
    .words = "WORKSPACE AGREEMENT VERSION",
    .what = "Propose a draft for signing: it can no longer change",
    .more = "AGREEMENT is mql, srl, sql, routes or goals.",
    .words_min = 3,
    .words_max = 3,
    .options = propose_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = propose,
};

const struct cli_command cli_agreement_sign = {
    .name = "agreement sign",
    .words = "WORKSPACE AGREEMENT VERSION",
    .what = "Sign a proposed version with your own key",
    .more = "AGREEMENT is mql, srl, sql, routes or goals.",
    .words_min = 3,
    .words_max = 3,
    .options = sign_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = sign,
};

const struct cli_command cli_agreement_decline = {
    .name = "agreement decline",
    .words = "WORKSPACE AGREEMENT VERSION",
    .what = "Refuse a proposed version for your side",
    .more = "AGREEMENT is mql, srl, sql, routes or goals.",
    .words_min = 3,
    .words_max = 3,
    .options = decline_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = step,
};

const struct cli_command cli_agreement_revoke = {
    .name = "agreement revoke",
    .words = "WORKSPACE AGREEMENT VERSION",
    .what = "Take back for your side what is signed and not in force yet",
    .more = "AGREEMENT is mql, srl, sql, routes or goals.",
    .words_min = 3,
    .words_max = 3,
    .options = reason_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = step,
};

const struct cli_command cli_agreement_suspend = {
    .name = "agreement suspend",
    .words = "WORKSPACE AGREEMENT VERSION",
    .what = "Suspend for your side what is in force: nothing passes by it",
    .more = "AGREEMENT is mql, srl, sql, routes or goals.",
    .words_min = 3,
    .words_max = 3,
    .options = reason_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = step,
};

const struct cli_command cli_agreement_resume = {
    .name = "agreement resume",
    .words = "WORKSPACE AGREEMENT VERSION",
    .what = "Resume what your side has suspended",
    .more = "AGREEMENT is mql, srl, sql, routes or goals.",
    .words_min = 3,
    .words_max = 3,
    .options = key_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = step,
};

const struct cli_command cli_agreement_acknowledge = {
    .name = "agreement acknowledge",
    .words = "WORKSPACE AGREEMENT VERSION",
    .what = "Say that you have read a version",
    .more = "AGREEMENT is mql, srl, sql, routes or goals.",
    .words_min = 3,
    .words_max = 3,
    .options = key_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = step,
};

const struct cli_command cli_agreement_comment = {
    .name = "agreement comment",
    .words = "WORKSPACE AGREEMENT VERSION",
    .what = "Say something about a version, beside what is signed",
    .more = "AGREEMENT is mql, srl, sql, routes or goals.",
    .words_min = 3,
    .words_max = 3,
    .options = comment_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = comment,
};

const struct cli_command cli_agreement_delete = {
    .name = "agreement delete",
    .words = "WORKSPACE AGREEMENT VERSION",
    .what = "Delete a draft of your side's",
    .more = "AGREEMENT is mql, srl, sql, routes or goals.",
    .words_min = 3,
    .words_max = 3,
    .options = key_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = delete_draft,
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
