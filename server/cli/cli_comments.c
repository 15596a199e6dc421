/* `baton agreement comment` and `comments`, and `baton definition edits`: what is said of a
 * version, and a draft of what comments suggest. */
#include "cli/cli_agreement.h"
#include "cli/cli_commands.h"
#include "cli/cli_wrap.h"

#include "core/agreement/agreement_change.h"
#include "core/agreement/shape_agreement.h"

#include <stdio.h>
#include <stdlib.h>

#define COMMENTS_MEMORY_BYTES (16u << 20)
#define COMMENTS_ANSWER_BYTES (8u << 20)

/* ---- comment ---- */

static int read_edits(const struct cli *cli, json_t **out)
{
    const char *path = cli_option(cli, "edits");

    *out = NULL;
    if (path == NULL)
        return CLI_OK;
    *out = cli_read_json(path);
    if (*out == NULL)
        return CLI_FAILED;
    if (!json_is_array(*out))
        return cli_say(CLI_FAILED, "%s: edits are a list: [{\"op\": \"replace\", \"path\": …}]",
                       path);
    return CLI_OK;
}

static int read_comment(const struct cli *cli, struct cli_store *store,
                        struct agreement_comment_input *input)
{
    const char *backtest = cli_option(cli, "backtest");
    int code = cli_read_version(cli, 1, &input->kind, &input->version);

    input->criterion = cli_option(cli, "criterion");
    input->asks_for_changes = cli_option(cli, "asks-for-changes") != NULL;
    if (code == CLI_OK)
        code = cli_read_note(store, cli, "text", &input->text);
    if (code == CLI_OK && backtest != NULL && !uuid_parse(backtest, &input->backtest))
        code = cli_say(CLI_USAGE, "--backtest: give the id of a job");
    if (code == CLI_OK && !agreement_is_definition(input->kind) &&
        (input->asks_for_changes || cli_option(cli, "edits") != NULL))
        code = cli_say(CLI_USAGE, "changes are asked for in a definition: mql, srl or sql");
    return code;
}

static const char *last_comment(const json_t *answer)
{
    const json_t *comments = json_object_get(answer, "comments");

    return json_string_value(
        json_object_get(json_array_get(comments, json_array_size(comments) - 1), "id"));
}

static int comment(struct cli *cli, struct cli_store *store)
{
    struct agreement_comment_input input = {0};
    struct caller member;
    json_t *edits = NULL, *answer = NULL;
    int code = read_comment(cli, store, &input);

    if (code == CLI_OK)
        code = cli_read_signer(cli, store, &member);
    if (code == CLI_OK)
        code = read_edits(cli, &edits);
    input.edits = edits;
    if (code == CLI_OK)
        code = cli_store_run(store, &member, COMMAND_AGREEMENT_COMMENT, &input, &answer);
    if (code == CLI_OK) {
        cli_print_version(answer);
        printf("comment %s\n", last_comment(answer));
    }
    json_decref(answer);
    json_decref(edits);
    return code;
}

/* ---- edits ---- */

static int read_comments(const struct cli *cli, struct uuid comments[EDITS_COMMENTS_MAX],
                         struct agreement_edits_input *input)
{
    const char *given;

    input->comments = comments;
    for (int i = 0; (given = cli_option_at(cli, "comment", i)) != NULL; i++)
        if (i == EDITS_COMMENTS_MAX || !uuid_parse(given, &comments[input->comment_count++]))
            return cli_say(CLI_USAGE,
                           "--comment: give the ids of at most %d comments, as "
                           "`baton agreement comments` lists them",
                           EDITS_COMMENTS_MAX);
    return input->comment_count == 0 ? cli_say_missing("comment") : CLI_OK;
}

static int take_edits(struct cli *cli, struct cli_store *store)
{
    struct agreement_edits_input input = {0};
    struct uuid comments[EDITS_COMMENTS_MAX];
    struct caller member;
    json_t *answer = NULL;
    int code = cli_read_version(cli, 1, &input.kind, &input.version);

    if (code == CLI_OK && !agreement_is_definition(input.kind))
        code = cli_say(CLI_USAGE, "\"%s\": the definitions are mql, srl and sql", cli->words[1]);
    if (code == CLI_OK)
        code = read_comments(cli, comments, &input);
    if (code == CLI_OK)
        code = cli_read_signer(cli, store, &member);
    if (code == CLI_OK)
        code = cli_store_run(store, &member, COMMAND_AGREEMENT_TAKE_EDITS, &input, &answer);
    if (code == CLI_OK)
        cli_print_version(answer);
    json_decref(answer);
    return code;
}

/* ---- comments ---- */

static const char *text(const json_t *json, const char *key)
{
    return json_string_value(json_object_get(json, key));
}

static void print_edit(struct arena *arena, const json_t *edit)
{
    char *value = json_dumps(json_object_get(edit, "value"), JSON_ENCODE_ANY | JSON_COMPACT);

    printf("    ");
    const char *words = arena_printf(arena, "%s %s%s%s", text(edit, "op"), text(edit, "path"),
                                     value == NULL ? "" : ": ", value == NULL ? "" : value);
    cli_print_wrapped(words == NULL ? "" : words, 4);
    free(value);
}

static void print_comment(struct arena *arena, const json_t *comment)
{
    const char *criterion = text(comment, "criterion");
    size_t i;
    json_t *edit;

    printf("%s  %s  %s\n", text(comment, "id"), text(comment, "at"),
           text(json_object_get(comment, "member"), "name"));
    if (criterion != NULL)
        printf("  on %s\n", criterion);
    if (json_is_true(json_object_get(comment, "asks_for_changes")))
        printf("  asks for changes\n");
    printf("  ");
    cli_print_wrapped(text(comment, "text"), 2);
    json_array_foreach(json_object_get(comment, "edits"), i, edit)
    {
        print_edit(arena, edit);
    }
}

static int print_comments(const struct cli *cli, const struct config *config,
                          const struct agreement_version *version, struct arena *arena)
{
    struct json_out out;
    size_t i;
    json_t *comment;

    json_out_init(&out, arena, COMMENTS_ANSWER_BYTES);
    shape_agreement_version(config, version, NULL, 0, &out);
    json_t *shape =
        arena_failed(arena) ? NULL : json_loadb(out.written.text, out.written.len, 0, NULL);
    if (shape == NULL)
        return cli_say(CLI_FAILED, "short of memory");
    const json_t *comments = json_object_get(shape, "comments");
    if (cli_option(cli, "json") != NULL)
        cli_print_json(comments);
    else
        json_array_foreach(comments, i, comment)
        {
            print_comment(arena, comment);
        }
    json_decref(shape);
    return CLI_OK;
}

static int comments(struct cli *cli, struct cli_store *store)
{
    const struct agreement_version *version;
    struct arena *arena = arena_new(COMMENTS_MEMORY_BYTES);
    int code = arena == NULL ? cli_say(CLI_FAILED, "short of memory")
                             : cli_find_version(cli, store->config, &version);

    if (code == CLI_OK)
        code = print_comments(cli, store->config, version, arena);
    arena_free(arena);
    return code;
}

/* ---- the commands ---- */

static const struct cli_option comment_options[] = {
    {"text", "TEXT", false, "what there is to say"},
    {"criterion", "ID", false, "of a definition; by default on the whole"},
    {"backtest", "JOB", false, "the back-test that shows it"},
    {"asks-for-changes", NULL, false,
     "you would sign the proposal with changes; it stays as it is"},
    {"edits", "FILE", false, "what a definition should say (docs/definition.md); - is stdin"},
    CLI_KEY_OPTION,
    CLI_NO_MORE_OPTIONS,
};
static const struct cli_option edits_options[] = {
    {"comment", "ID", true, "whose edits are taken, in this order"},
    CLI_KEY_OPTION,
    CLI_NO_MORE_OPTIONS,
};
static const struct cli_option comments_options[] = {
    {"json", NULL, false, "print them as the API answers"},
    CLI_NO_MORE_OPTIONS,
};

const struct cli_command cli_agreement_comment =
    CLI_OF_AGREEMENT("agreement comment", "Say something about a version, beside what is signed",
                     comment_options, comment);

const struct cli_command cli_agreement_comments =
    CLI_OF_AGREEMENT("agreement comments", "List what was said of a version, with suggested edits",
                     comments_options, comments);

const struct cli_command cli_definition_edits =
    CLI_OF_TERM("definition edits", "Make a draft of the edits that comments on a version suggest",
                edits_options, take_edits);
