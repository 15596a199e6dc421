#include "cli/cli_evidence.h"

#include "cli/cli_agreement.h"
#include "cli/cli_progress.h"

#include "core/agreement/agreement_change.h"
#include "store/read/backtest_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESULT_MAX_BYTES    (4u << 20)
#define RESULT_MEMORY_BYTES (16u << 20)
#define QUESTION_BYTES      (4u << 20)

/* ---- the question ---- */

static int read_moment(const struct cli *cli, const char *option, instant *out)
{
    const char *text = cli_option(cli, option);

    *out = INSTANT_NONE;
    if (text == NULL || instant_parse_lenient(text, out))
        return CLI_OK;
    return cli_say(CLI_USAGE, "--%s: give a date such as 2026-11-22, or a moment in RFC 3339",
                   option);
}

/* The second word is a term and the third its version; or the second is a file. */
static int read_what(const struct cli *cli, struct backtest_input *input, json_t **document)
{
    json_error_t error;

    if (term_parse(cli->words[1], &input->term)) {
        if (cli->word_count < 3 || !cli_version_number(cli->words[2], &input->version))
            return cli_say(CLI_USAGE, "give the version after the term, such as \"mql 2\"");
        return CLI_OK;
    }
    if (cli->word_count > 2)
        return cli_say(CLI_USAGE, "\"%s\": the terms are mql, srl and sql", cli->words[1]);
    *document = strcmp(cli->words[1], "-") == 0
                    ? json_loadf(stdin, JSON_REJECT_DUPLICATES, &error)
                    : json_load_file(cli->words[1], JSON_REJECT_DUPLICATES, &error);
    if (*document == NULL)
        return cli_say_json_fault(CLI_FAILED, cli->words[1], &error);
    input->document = *document;
    return CLI_OK;
}

static int read_input(const struct cli *cli, struct backtest_input *input, json_t **document)
{
    const char *against = cli_option(cli, "against");
    int code = read_moment(cli, "from", &input->period.from);

    if (code == CLI_OK)
        code = read_moment(cli, "to", &input->period.to);
    if (code == CLI_OK && against != NULL && !cli_version_number(against, &input->against))
        code = cli_say(CLI_USAGE, "--against: a version is a whole number from 1");
    return code == CLI_OK ? read_what(cli, input, document) : code;
}

static int make_question(const struct cli_store *store, const struct backtest_input *input,
                         struct backtest_question *question)
{
    struct arena *arena = arena_new(QUESTION_BYTES);
    struct faults faults;

    if (arena == NULL)
        return cli_say(CLI_FAILED, "short of memory");
    faults_init(&faults, arena);
    enum err err = backtest_question_make(store->config, input, &faults, question);
    for (size_t i = 0; i < faults.count; i++)
        fprintf(stderr, "%s: %s\n", faults.items[i].pointer, faults.items[i].detail);
    int code = err == ERR_NONE ? CLI_OK : cli_say(CLI_FAILED, "nothing is tested");
    arena_free(arena);
    return code;
}

/* ---- the answer ---- */

static int take_output(struct backtest_output *output, struct cli_evidence *out)
{
    out->result = json_loadb(output->json.written.text, output->json.written.len, 0, NULL);
    out->movers = output->movers;
    out->movers_len = output->movers_len;
    return out->result == NULL ? cli_say(CLI_FAILED, "short of memory") : CLI_OK;
}

static int answer(struct cli_store *store, const struct backtest_question *question,
                  struct cli_evidence *out)
{
    const struct backtest_watch watch = {cli_progress_show, NULL};
    struct backtest_output output = {.movers = NULL};

    out->arena = arena_new(RESULT_MEMORY_BYTES);
    if (out->arena == NULL)
        return cli_say(CLI_FAILED, "short of memory");
    cli_progress_begin();
    json_out_init(&output.json, out->arena, RESULT_MAX_BYTES);
    enum err err = backtest_run(store->app, store->config, question, &watch, &output);
    cli_progress_end();
    return err == ERR_NONE             ? take_output(&output, out)
           : err == ERR_STATE_CONFLICT ? cli_say(CLI_FAILED, "interrupted; nothing was changed")
           : err == ERR_UNAVAILABLE    ? cli_store_say_lost(store->app)
                                       : cli_say(CLI_FAILED, "%s", error_code(err));
}

/* The version in force, where nothing else is named. */
static int compare_in_force(const struct cli_store *store, struct backtest_input *input)
{
    enum term term = input->term;
    const char *named = json_string_value(json_object_get(input->document, "term"));

    if (input->against != 0 || (named != NULL && !term_parse(named, &term)) || term == TERM_COUNT)
        return CLI_OK;
    if (store->config->in_force[term] == NULL)
        return cli_say(CLI_FAILED, "no version of %s is in force: say --against which to compare",
                       term_name(term));
    input->against = store->config->in_force[term]->version;
    return CLI_OK;
}

int cli_evidence_find(struct cli *cli, struct cli_store *store, bool compares,
                      struct cli_evidence *out)
{
    struct backtest_question question = {0};
    struct backtest_input input = {.term = TERM_COUNT};
    json_t *document = NULL;

    *out = (struct cli_evidence){0};
    int code = read_input(cli, &input, &document);
    if (code == CLI_OK && compares)
        code = compare_in_force(store, &input);
    if (code == CLI_OK)
        code = make_question(store, &input, &question);
    if (code == CLI_OK)
        code = answer(store, &question, out);
    backtest_question_release(&question);
    json_decref(document);
    return code;
}

void cli_evidence_release(struct cli_evidence *evidence)
{
    json_decref(evidence->result);
    arena_free(evidence->arena);
}

int cli_read_target(const struct cli *cli, enum history_target otherwise, enum history_target *out)
{
    const char *given = cli_option(cli, "target");

    *out = otherwise;
    for (int target = 0; given != NULL && target < TARGET_COUNT; target++) {
        *out = (enum history_target)target;
        if (strcmp(given, history_target_name(*out)) == 0)
            return CLI_OK;
    }
    return given == NULL ? CLI_OK : cli_say(CLI_USAGE, "--target: give accepted, sql or won");
}
