#include "api/suggestions_api.h"

#include "http/reply.h"
#include "http/request_refuse.h"

#include "api/reading.h"

#include "store/read/suggestion_read.h"

struct question_input {
    enum term term;
    enum history_target target;
};

static const struct input_field question_fields[] = {
    {"term", &term_type, AT(struct question_input, term), .place = INPUT_PATH},
    {"target", &history_target_type, AT(struct question_input, target),
     .otherwise = TARGET_ACCEPTED},
};
const struct input_spec suggestions_input = INPUT_SPEC(question_fields, struct question_input);

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
    const struct question_input *input = r->input;
    struct suggestion_answer found;
    enum err err = suggestion_read(read, r->config, input->term, input->target, lasting, &found);

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
