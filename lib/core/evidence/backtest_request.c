#include "core/evidence/backtest_request.h"

#include "base/json_tree.h"
#include "core/background_change.h"
#include "core/setup_change.h"

#include <string.h>

/* ---- what is asked ---- */

static enum err check_input(const struct backtest_input *input, struct faults *faults)
{
    if ((input->version == 0) == (input->document == NULL))
        faults_add(faults, "", "one_of", "Give a version or a document, and not both");
    else if (input->version != 0 && input->term == TERM_COUNT)
        faults_add(faults, "/term", "required", "A version needs its term");
    if (input->period.from != INSTANT_NONE && input->period.to != INSTANT_NONE &&
        input->period.from >= input->period.to)
        faults_add(faults, "/to", "order", "The period ends before it begins");
    return faults_any(faults) ? ERR_INVALID_BODY : ERR_NONE;
}

enum err backtest_document_hash(const json_t *document, uint8_t out[DIGEST_BYTES])
{
    return definition_hash(document, INSTANT_NONE, out);
}

/* The document's faults stand below /document. */
static enum err compile_document(const json_t *document, struct faults *faults,
                                 struct backtest_question *question)
{
    struct faults own;

    faults_init(&own, faults->arena);
    enum err err = definition_compile(document, &own, NULL, &question->definition);
    if (err == ERR_NONE)
        err = backtest_document_hash(document, question->document_hash);
    for (size_t i = 0; i < own.count; i++)
        faults_add(faults, arena_printf(faults->arena, "/document%s", own.items[i].pointer),
                   own.items[i].code, "%s", own.items[i].detail);
    return err;
}

/* Compiled anew, also where the configuration holds it: the question outlives the configuration. */
static enum err compile_version(const struct config *config, enum term term, int version,
                                const char *pointer, struct faults *faults, struct definition **out,
                                uint8_t hash[DIGEST_BYTES])
{
    const struct agreement_version *found = config_definition(config, term, version);

    if (found == NULL) {
        faults_add(faults, pointer, "unknown_version", "There is no version %d of %s", version,
                   term_name(term));
        return ERR_INVALID_VALUE;
    }
    json_t *document =
        json_tree_read(faults->arena, found->document, strlen(found->document), 0, NULL);
    enum err err = document == NULL ? ERR_INTERNAL : definition_compile(document, NULL, NULL, out);
    if (err == ERR_NONE)
        err = backtest_document_hash(document, hash);
    json_decref(document);
    if (err == ERR_INVALID_DEFINITION)
        faults_add(faults, pointer, "invalid_definition", "Version %d of %s is not valid yet",
                   version, term_name(term));
    return err;
}

static enum err compile(const struct config *config, const struct backtest_input *input,
                        struct faults *faults, struct backtest_question *out)
{
    uint8_t other[DIGEST_BYTES];
    enum err err = input->document != NULL
                       ? compile_document(input->document, faults, out)
                       : compile_version(config, input->term, input->version, "/version", faults,
                                         &out->definition, out->document_hash);

    if (err != ERR_NONE)
        return err;
    out->term = out->definition->term;
    if (input->term != TERM_COUNT && input->term != out->term) {
        faults_add(faults, "/term", "other_term", "The document is of %s", term_name(out->term));
        return ERR_INVALID_VALUE;
    }
    if (input->against == 0)
        return ERR_NONE;
    return compile_version(config, out->term, input->against, "/against", faults, &out->against,
                           other);
}

enum err backtest_question_make(const struct config *config, const struct backtest_input *input,
                                struct faults *faults, struct backtest_question *out)
{
    enum err err = check_input(input, faults);

    *out = (struct backtest_question){.period = input->period};
    return err == ERR_NONE ? compile(config, input, faults, out) : err;
}

void backtest_question_release(struct backtest_question *question)
{
    definition_free(question->definition);
    definition_free(question->against);
    *question = (struct backtest_question){0};
}

/* ---- as the job keeps it ---- */

static const char *write_question(struct work *work, const struct backtest_input *input,
                                  const struct backtest_question *question, size_t *len)
{
    struct json_out *out = outcome_begin(work);

    json_out_begin_object(out);
    json_out_member_text(out, "term", term_name(question->term));
    if (input->version == 0)
        json_out_member_null(out, "version");
    else
        json_out_member_int(out, "version", input->version);
    json_out_key(out, "document");
    if (input->document == NULL)
        json_out_null(out);
    else
        json_tree_write(input->document, out);
    if (input->against == 0)
        json_out_member_null(out, "against");
    else
        json_out_member_int(out, "against", input->against);
    json_out_member_instant(out, "from", input->period.from);
    json_out_member_instant(out, "to", input->period.to);
    json_out_key(out, "document_hash");
    json_out_hex(out, question->document_hash, DIGEST_BYTES);
    json_out_end_object(out);
    return json_out_keep(out, work->arena, len);
}

static instant read_instant(const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));
    instant at;

    return text != NULL && instant_parse(text, &at) ? at : INSTANT_NONE;
}

enum err backtest_question_read(const struct config *config, const char *request, size_t len,
                                struct backtest_question *out)
{
    struct arena *arena = arena_new(DEFINITION_MEMORY_BYTES);
    struct faults faults;
    enum err err = ERR_INTERNAL;

    *out = (struct backtest_question){0};
    if (arena == NULL)
        return ERR_OUT_OF_MEMORY;
    json_t *json = json_tree_read(arena, request, len, 0, NULL);
    const char *term = json_string_value(json_object_get(json, "term"));
    const json_t *document = json_object_get(json, "document");
    struct backtest_input input = {
        .term = TERM_COUNT,
        .version = (int)json_integer_value(json_object_get(json, "version")),
        .document = json_is_object(document) ? document : NULL,
        .against = (int)json_integer_value(json_object_get(json, "against")),
        .period = {read_instant(json, "from"), read_instant(json, "to")},
    };
    faults_init(&faults, arena);
    if (term != NULL && term_parse(term, &input.term))
        err = backtest_question_make(config, &input, &faults, out);
    if (arena_failed(arena))
        err = ERR_OUT_OF_MEMORY;
    arena_free(arena);
    json_decref(json);
    return err;
}

/* ---- asking ---- */

static enum decision refuse(struct outcome *outcome, enum err err, const struct faults *faults)
{
    outcome->err = outcome->problem.err = err;
    outcome->problem.faults = faults;
    outcome->problem.detail = "Nothing is tested; see errors";
    return DECIDED;
}

enum decision backtest_request(struct work *work, const struct command *command,
                               struct outcome *outcome)
{
    const struct backtest_input *input = command->input;
    struct faults *faults = ARENA_NEW(work->arena, struct faults);
    struct backtest_question question;
    size_t len = 0;

    if (!setup_may(work, command, ROLE_SIGN | ROLE_READ | ROLE_ADMIN, outcome) || faults == NULL)
        return DECIDED;
    faults_init(faults, work->arena);
    enum err err = backtest_question_make(work->config, input, faults, &question);
    const char *request = err == ERR_NONE ? write_question(work, input, &question, &len) : NULL;
    backtest_question_release(&question);
    if (err == ERR_OUT_OF_MEMORY) {
        arena_fail(work->arena);
        return DECIDED;
    }
    if (err != ERR_NONE)
        return refuse(outcome, err, faults);
    if (request == NULL) {
        arena_fail(work->arena);
        return DECIDED;
    }
    return background_queue(work, command, BACKGROUND_BACKTEST, request, len, outcome);
}
