#include "api/suggestions_api.h"

#include "http/reading.h"

#include "store/read/suggestion_read.h"

static const char *const target_names[] = {[TARGET_ACCEPTED] = "accepted",
                                           [TARGET_SQL] = "sql",
                                           [TARGET_WON] = "won",
                                           [TARGET_COUNT] = NULL};

struct suggestions_query {
    int target;
};

static const struct input_field suggestions_fields[] = {
    {.name = "target",
     .type = INPUT_ENUM,
     .values = target_names,
     .otherwise = TARGET_ACCEPTED,
     .offset = offsetof(struct suggestions_query, target)},
};

const struct input_spec suggestions_query_spec =
    INPUT_SPEC(suggestions_fields, struct suggestions_query);

static enum err answer(struct request *r, const struct suggestion_answer *found)
{
    struct json_out out;

    json_out_init(&out, PAGE_ANSWER_MAX_BYTES);
    enum err err = suggestion_write(found, &out);
    if (err == ERR_NONE)
        reply_json(r, 200, &out);
    else
        err = reading_refuse(r, err, "definition");
    json_out_release(&out);
    return err;
}

static enum err find(struct request *r, const struct read *read, enum term term,
                     struct arena *lasting)
{
    struct suggestion_answer found;
    const struct suggestions_query *query = r->query;
    enum err err =
        suggestion_read(read, r->config, term, (enum history_target)query->target, lasting, &found);

    if (err == ERR_NOT_FOUND)
        return request_refuse(r, err, "No version of %s is in force: there is nothing to improve",
                              term_name(term));
    return err == ERR_NONE ? answer(r, &found) : reading_refuse(r, err, "definition");
}

enum err definitions_suggestions(struct request *r, struct reader *reader)
{
    struct arena *lasting;
    struct read read;
    enum term term;

    if (!term_parse(request_param(r, "term"), &term))
        return request_refuse(r, ERR_NOT_FOUND, "The terms are mql, srl and sql");
    enum err err = reading_begin(r, reader, &read);
    if (err != ERR_NONE)
        return err;
    lasting = arena_new(READ_MEMORY_MAX_BYTES);
    err = lasting == NULL ? reading_refuse(r, ERR_OUT_OF_MEMORY, "definition")
                          : find(r, &read, term, lasting);
    arena_free(lasting);
    reading_end(&read);
    return err;
}
