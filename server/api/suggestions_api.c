#include "api/suggestions_api.h"

#include "http/reply.h"
#include "http/request_refuse.h"

#include "api/reading.h"

#include "store/read/suggestion_read.h"

#include <string.h>

#define EXCLUDE_MAX_CHARS 4000

/* Names with commas between them: exclude=city,utm.campaign. */
static bool read_names(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    struct suggestion_exclude *exclude =
        (struct suggestion_exclude *)((char *)base + field->offset);

    for (const char *name = at->word; *name != '\0';) {
        size_t len = strcspn(name, ",");
        if (exclude->count == SUGGESTION_EXCLUDE_MAX)
            return input_fault(in, at, "too_many", "At most %d names are wanted",
                               SUGGESTION_EXCLUDE_MAX);
        if (len > 0)
            exclude->names[exclude->count++] = arena_copy(in->arena, name, len);
        name += len + (name[len] == ',');
    }
    return true;
}

static const struct input_type names_type = {
    .kind = INPUT_LINE, .min = 1, .max = EXCLUDE_MAX_CHARS, .read = read_names};

static const struct input_field question_fields[] = {
    {"term", &term_type, AT(struct suggestion_question, term), .place = INPUT_PATH},
    {"target", &history_target_type, AT(struct suggestion_question, target),
     .otherwise = TARGET_ACCEPTED},
    {"exclude", &names_type, AT(struct suggestion_question, exclude)},
};
const struct input_spec suggestions_input = INPUT_SPEC(question_fields, struct suggestion_question);

static enum err answer(struct request *r, const struct suggestion_answer *found)
{
    struct json_out out;

    json_out_init(&out, r->arena, PAGE_ANSWER_MAX_BYTES);
    enum err err = suggestion_write(found, &out);
    if (err == ERR_NONE)
        reply_json(r, 200, &out);
    return err;
}

static enum err find(struct request *r, const struct read *read, struct arena *lasting)
{
    const struct suggestion_question *input = r->input;
    struct suggestion_answer found;
    enum err err = suggestion_read(read, r->config, input, lasting, &found);

    if (err == ERR_NOT_FOUND)
        return request_refuse(r, err, "No version of %s is in force: there is nothing to improve",
                              term_name(input->term));
    return err == ERR_NONE ? answer(r, &found) : err;
}

enum err definitions_suggestions(struct request *r, struct read *read)
{
    struct arena *lasting = arena_new(READ_MEMORY_MAX_BYTES);
    enum err err = lasting == NULL ? ERR_OUT_OF_MEMORY : find(r, read, lasting);

    arena_free(lasting);
    return err;
}
