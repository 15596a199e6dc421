/* `baton agreement` and `baton definition`, as far as they change something: from a draft to what
 * both sides have signed, and what each does alone. */
#include "cli/cli_agreement.h"

#include "cli/cli_commands.h"
#include "cli/cli_store.h"

#include "base/hex.h"
#include "core/agreement/agreement_change.h"
#include "core/agreement/agreement_sign.h"
#include "core/handoff/handoff.h"
#include "core/setup/api_key.h"

#include <stdlib.h>
#include <string.h>

/* ---- draft, propose, sign ---- */

void cli_print_version(const json_t *answer)
{
    const char *term = json_string_value(json_object_get(answer, "term"));
    const char *hash = json_string_value(json_object_get(answer, "content_hash"));
    const json_t *warnings = json_object_get(answer, "warnings");

    printf("%s version %lld is %s\n",
           term != NULL ? term : json_string_value(json_object_get(answer, "subject")),
           (long long)json_integer_value(json_object_get(answer, "version")),
           json_string_value(json_object_get(answer, "state")));
    if (hash != NULL)
        printf("content hash %s\n", hash);
    for (size_t i = 0; i < json_array_size(warnings); i++)
        printf("warning: %s\n",
               json_string_value(json_object_get(json_array_get(warnings, i), "detail")));
}

static int change(struct cli_store *store, const struct caller *caller, enum command_kind kind,
                  const void *input)
{
    json_t *answer = NULL;
    int code = cli_store_run(store, caller, kind, input, &answer);

    if (code == CLI_OK)
        cli_print_version(answer);
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
    int code = cli_read_version(cli, 1, &input.kind, &input.version);

    if (code != CLI_OK)
        return code;
    if (from != NULL && !instant_parse(from, &input.effective_from))
        return cli_say(CLI_USAGE, "--effective-from: give a moment such as 2026-12-01T00:00:00Z");
    return change(store, NULL, COMMAND_AGREEMENT_PROPOSE, &input);
}

int cli_read_signer(const struct cli *cli, const struct cli_store *store, struct caller *out)
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

static int read_evidence(const struct cli *cli, struct uuid evidence[EVIDENCE_MAX],
                         struct agreement_sign_input *input)
{
    const char *given;

    input->evidence = evidence;
    for (int i = 0; (given = cli_option_at(cli, "evidence", i)) != NULL; i++)
        if (i == EVIDENCE_MAX || !uuid_parse(given, &evidence[input->evidence_count++]))
            return cli_say(CLI_USAGE, "--evidence: give the ids of at most %d jobs", EVIDENCE_MAX);
    return CLI_OK;
}

static int sign(struct cli *cli, struct cli_store *store)
{
    struct agreement_sign_input input = {0};
    struct uuid evidence[EVIDENCE_MAX];
    struct caller signer;
    int code = cli_read_version(cli, 1, &input.kind, &input.version);

    if (code == CLI_OK)
        code = read_hash(cli_option(cli, "hash"), input.hash);
    if (code == CLI_OK)
        code = read_evidence(cli, evidence, &input);
    if (code == CLI_OK)
        code = cli_read_signer(cli, store, &signer);
    if (code == CLI_OK)
        code = change(store, &signer, COMMAND_AGREEMENT_SIGN, &input);
    return code;
}

/* ---- what a member does alone ---- */

int cli_read_note(struct cli_store *store, const struct cli *cli, const char *option,
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
    int code = cli_read_version(cli, 1, &with.kind, &with.version);

    while (steps[at].of != cli->command)
        at++;
    if (code == CLI_OK && steps[at].why != NULL)
        code = cli_read_note(store, cli, steps[at].why, &with.note);
    if (code == CLI_OK)
        code = cli_read_signer(cli, store, &member);
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
    int code = cli_read_version(cli, 1, &input.kind, &input.version);

    if (code == CLI_OK)
        code = cli_read_signer(cli, store, &member);
    return code == CLI_OK ? change(store, &member, COMMAND_AGREEMENT_DELETE, &input) : code;
}

/* ---- the commands ---- */

static const struct cli_option propose_options[] = {
    {"effective-from", "MOMENT", false, "RFC 3339; by default the last signature"},
    CLI_NO_MORE_OPTIONS,
};
static const struct cli_option sign_options[] = {
    {"hash", "HEX", false, "the content hash that you have read"},
    {"evidence", "JOB", true, "a back-test of this very text that the signature rests on"},
    CLI_KEY_OPTION,
    CLI_NO_MORE_OPTIONS,
};
static const struct cli_option decline_options[] = {
    {"note", "TEXT", false, "why; the other side reads it"},
    CLI_KEY_OPTION,
    CLI_NO_MORE_OPTIONS,
};
static const struct cli_option reason_options[] = {
    {"reason", "TEXT", false, "why; the other side reads it"},
    CLI_KEY_OPTION,
    CLI_NO_MORE_OPTIONS,
};
static const struct cli_option key_options[] = {
    CLI_KEY_OPTION,
    CLI_NO_MORE_OPTIONS,
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

const struct cli_command cli_definition_propose =
    CLI_OF_TERM("definition propose", "Propose a draft for signing: it can no longer change",
                propose_options, propose);

const struct cli_command cli_definition_sign =
    CLI_OF_TERM("definition sign", "Sign a proposed version with your own key", sign_options, sign);

const struct cli_command cli_agreement_propose =
    CLI_OF_AGREEMENT("agreement propose", "Propose a draft for signing: it can no longer change",
                     propose_options, propose);

const struct cli_command cli_agreement_sign = CLI_OF_AGREEMENT(
    "agreement sign", "Sign a proposed version with your own key", sign_options, sign);

const struct cli_command cli_agreement_decline = CLI_OF_AGREEMENT(
    "agreement decline", "Refuse a proposed version for your side", decline_options, step);

const struct cli_command cli_agreement_revoke = CLI_OF_AGREEMENT(
    "agreement revoke", "Take back for your side what is signed and not in force yet",
    reason_options, step);

const struct cli_command cli_agreement_suspend = CLI_OF_AGREEMENT(
    "agreement suspend", "Suspend for your side what is in force: nothing passes by it",
    reason_options, step);

const struct cli_command cli_agreement_resume =
    CLI_OF_AGREEMENT("agreement resume", "Resume what your side has suspended", key_options, step);

const struct cli_command cli_agreement_acknowledge = CLI_OF_AGREEMENT(
    "agreement acknowledge", "Say that you have read a version", key_options, step);

const struct cli_command cli_agreement_delete = CLI_OF_AGREEMENT(
    "agreement delete", "Delete a draft of your side's", key_options, delete_draft);
