#include "api/definitions_api.h"

#include "api/setup_input.h"
#include "http/reading.h"

#include "core/agreement/definition_apply.h"
#include "core/agreement/definition_change.h"
#include "core/agreement/definition_sign.h"
#include "store/read/vocabulary_read.h"

#include <stdlib.h>
#include <string.h>

#define NOTE_MAX_CHARS 2000
#define HASH_HEX_CHARS (2 * DIGEST_BYTES)

/* ---- the path ---- */

static enum err path_term(struct request *r, enum term *term)
{
    if (term_parse(request_param(r, "term"), term))
        return ERR_NONE;
    return request_refuse(r, ERR_NOT_FOUND, "The terms are mql, srl and sql");
}

enum err definitions_path(struct request *r, enum term *term, int *version)
{
    const char *text = request_param(r, "version");
    enum err err = path_term(r, term);
    char *end;

    if (err != ERR_NONE)
        return err;
    long number = strtol(text, &end, 10);
    if (text[0] >= '1' && text[0] <= '9' && *end == '\0' && number <= VERSIONS_MAX) {
        *version = (int)number;
        return ERR_NONE;
    }
    return request_refuse(r, ERR_NOT_FOUND, "There is no such version of %s", term_name(*term));
}

/* ---- what leads have had ---- */

/* The read's memory ends with the read, the names live as long as the request. */
static enum err copy_names(struct request *r, const char *const *names, size_t count,
                           const struct known_names **out)
{
    struct known_names *known = ARENA_NEW(r->arena, struct known_names);
    const char **copies = ARENA_ARRAY(r->arena, const char *, count + 1);

    if (known == NULL || copies == NULL)
        return request_refuse(r, ERR_OUT_OF_MEMORY, "Try again in a moment");
    for (size_t i = 0; i < count; i++)
        if ((copies[i] = arena_strdup(r->arena, names[i])) == NULL)
            return request_refuse(r, ERR_OUT_OF_MEMORY, "Try again in a moment");
    *known = (struct known_names){copies, count};
    *out = known;
    return ERR_NONE;
}

enum err definitions_known_names(struct request *r, struct reader *reader,
                                 const struct known_names **out)
{
    const char **names;
    size_t count;
    struct read read;
    enum err err = reading_begin(r, reader, &read);

    if (err != ERR_NONE)
        return err;
    err = vocabulary_read_names(&read, &names, &count);
    err = err == ERR_NONE ? copy_names(r, names, count, out) : reading_refuse(r, err, "attribute");
    reading_end(&read);
    return err;
}

/* The command is still ours: nobody looks at its input before it is queued. */
enum err definitions_draft_names(struct request *r, struct reader *reader)
{
    struct definition_draft_input *input = (void *)r->command->input;

    return definitions_known_names(r, reader, &input->known);
}

enum err definitions_replace_names(struct request *r, struct reader *reader)
{
    struct definition_replace_input *input = (void *)r->command->input;

    return definitions_known_names(r, reader, &input->known);
}

enum err definitions_propose_names(struct request *r, struct reader *reader)
{
    struct definition_propose_input *input = (void *)r->command->input;

    return definitions_known_names(r, reader, &input->known);
}

/* ---- drafts ---- */

static enum err check_object(struct request *r)
{
    struct faults *faults = request_faults(r);

    if (faults != NULL && !json_is_object(r->json))
        faults_add(faults, "", "type", "A definition is an object");
    return request_settle(r);
}

enum err definitions_draft(struct request *r, struct command *command)
{
    struct definition_draft_input *input = setup_new_input(r, sizeof *input);

    if (input == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = path_term(r, &input->term);
    if (err != ERR_NONE)
        return err;
    input->document = r->json;
    command->kind = COMMAND_DEFINITION_DRAFT;
    command->input = input;
    return check_object(r);
}

enum err definitions_replace(struct request *r, struct command *command)
{
    struct definition_replace_input *input = setup_new_input(r, sizeof *input);

    if (input == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = definitions_path(r, &input->term, &input->version);
    if (err != ERR_NONE)
        return err;
    if (r->if_match == NULL)
        return request_refuse_header(r, ERR_PRECONDITION_REQUIRED, "If-Match", "required",
                                     "Send the ETag of the draft that you read in If-Match");
    input->if_match = r->if_match;
    input->document = r->json;
    command->kind = COMMAND_DEFINITION_REPLACE;
    command->input = input;
    return check_object(r);
}

static const struct input_field propose_fields[] = {
    {.name = "effective_from",
     .type = INPUT_INSTANT,
     .offset = offsetof(struct definition_propose_input, effective_from)},
};

static const struct input_spec propose_spec =
    INPUT_SPEC(propose_fields, struct definition_propose_input);

enum err definitions_propose(struct request *r, struct command *command)
{
    struct definition_propose_input *input = setup_new_input(r, sizeof *input);

    if (input == NULL)
        return ERR_OUT_OF_MEMORY;
    input->effective_from = INSTANT_NONE;
    enum err err = r->json == NULL ? ERR_NONE : request_input(r, &propose_spec, input);
    if (err != ERR_NONE)
        return err;
    command->kind = COMMAND_DEFINITION_PROPOSE;
    command->input = input;
    return definitions_path(r, &input->term, &input->version);
}

/* ---- signing ---- */

struct sign_body {
    const char *content_hash;
};

static const struct input_field sign_fields[] = {
    {.name = "content_hash",
     .type = INPUT_LINE,
     .required = true,
     .min = HASH_HEX_CHARS,
     .max = HASH_HEX_CHARS,
     .offset = offsetof(struct sign_body, content_hash)},
};

static const struct input_spec sign_spec = INPUT_SPEC(sign_fields, struct sign_body);

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hash(const char *text, uint8_t out[DIGEST_BYTES])
{
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        int high = hex_digit(text[2 * i]);
        int low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

enum err definitions_sign(struct request *r, struct command *command)
{
    struct definition_sign_input *input = setup_new_input(r, sizeof *input);
    struct faults *faults = request_faults(r);
    struct sign_body body;

    if (input == NULL || faults == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = definitions_path(r, &input->term, &input->version);
    if (err == ERR_NONE)
        err = request_gather(r, &sign_spec, &body);
    if (err != ERR_NONE)
        return err;
    if (body.content_hash != NULL && !read_hash(body.content_hash, input->hash))
        faults_add(faults, "/content_hash", "pattern", "64 lower-case hex digits are wanted");
    command->kind = COMMAND_DEFINITION_SIGN;
    command->input = input;
    return request_settle(r);
}

static const struct input_field decline_fields[] = {
    {.name = "note",
     .type = INPUT_TEXT,
     .required = true,
     .min = 1,
     .max = NOTE_MAX_CHARS,
     .offset = offsetof(struct definition_decline_input, note)},
};

static const struct input_spec decline_spec =
    INPUT_SPEC(decline_fields, struct definition_decline_input);

enum err definitions_decline(struct request *r, struct command *command)
{
    struct definition_decline_input *input = setup_new_input(r, sizeof *input);

    if (input == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = request_input(r, &decline_spec, input);
    if (err != ERR_NONE)
        return err;
    command->kind = COMMAND_DEFINITION_DECLINE;
    command->input = input;
    return definitions_path(r, &input->term, &input->version);
}

enum err definitions_acknowledge(struct request *r, struct command *command)
{
    struct definition_named *input = setup_new_input(r, sizeof *input);

    if (input == NULL)
        return ERR_OUT_OF_MEMORY;
    command->kind = COMMAND_DEFINITION_ACKNOWLEDGE;
    command->input = input;
    return definitions_path(r, &input->term, &input->version);
}

/* ---- applying ---- */

static const struct input_field apply_fields[] = {
    {.name = "dry_run",
     .type = INPUT_BOOL,
     .offset = offsetof(struct definition_apply_input, dry_run)},
};

static const struct input_spec apply_spec = INPUT_SPEC(apply_fields, struct definition_apply_input);

enum err definitions_apply(struct request *r, struct command *command)
{
    struct definition_apply_input *input = setup_new_input(r, sizeof *input);

    if (input == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = r->json == NULL ? ERR_NONE : request_input(r, &apply_spec, input);
    if (err != ERR_NONE)
        return err;
    command->kind = COMMAND_DEFINITION_APPLY;
    command->input = input;
    return definitions_path(r, &input->term, &input->version);
}
