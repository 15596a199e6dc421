#include "api/jobs_api.h"

#include "api/setup_input.h"
#include "http/reading.h"

#include "core/agreement/definition_change.h"
#include "core/background_change.h"
#include "core/evidence/backtest_request.h"
#include "store/table/background_table.h"

#define TAG_JOBS "jb"

static const char *const term_names[] = {
    [TERM_MQL] = "mql", [TERM_SRL] = "srl", [TERM_SQL] = "sql", [TERM_COUNT] = NULL};

struct backtest_body {
    int term;
    int64_t version;
    json_t *document;
    int64_t against;
    instant from;
    instant to;
};

static const struct input_field backtest_fields[] = {
    {.name = "term",
     .type = INPUT_ENUM,
     .values = term_names,
     .otherwise = TERM_COUNT,
     .offset = offsetof(struct backtest_body, term)},
    {.name = "version",
     .type = INPUT_INT,
     .min = 1,
     .max = VERSIONS_MAX,
     .offset = offsetof(struct backtest_body, version)},
    {.name = "document", .type = INPUT_MAP, .offset = offsetof(struct backtest_body, document)},
    {.name = "against",
     .type = INPUT_INT,
     .min = 1,
     .max = VERSIONS_MAX,
     .offset = offsetof(struct backtest_body, against)},
    {.name = "from", .type = INPUT_DATE, .offset = offsetof(struct backtest_body, from)},
    {.name = "to", .type = INPUT_DATE, .offset = offsetof(struct backtest_body, to)},
};

static const struct input_spec backtest_spec = INPUT_SPEC(backtest_fields, struct backtest_body);

enum err backtests_create(struct request *r, struct command *command)
{
    struct backtest_input *input = setup_new_input(r, sizeof *input);
    struct backtest_body body;

    if (input == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = request_input(r, &backtest_spec, &body);
    if (err != ERR_NONE)
        return err;
    *input = (struct backtest_input){
        .has_term = body.term != TERM_COUNT,
        .term = (enum term)body.term,
        .version = (int)body.version,
        .document = body.document,
        .against = (int)body.against,
        .period = {body.from, body.to},
    };
    command->kind = COMMAND_BACKTEST_REQUEST;
    command->input = input;
    return ERR_NONE;
}

struct jobs_query {
    struct reading_query page;
};

static const struct input_field jobs_fields[] = {
    {.name = "limit",
     .type = INPUT_INT,
     .min = 1,
     .max = JOBS_LIMIT_MAX,
     .otherwise = JOBS_LIMIT_DEFAULT,
     .offset = offsetof(struct jobs_query, page.limit)},
    PAGE_PLACE_FIELD(struct jobs_query, page, "cursor"),
};

const struct input_spec jobs_query = INPUT_SPEC(jobs_fields, struct jobs_query);

static enum err answer_page(struct request *r, const struct background_page *found)
{
    struct cursor place = {0};
    struct reading_page page;

    reading_page_begin(&page, "cursor");
    for (size_t i = 0; i < found->count; i++) {
        background_write(r->config, found->items[i], &page.json);
        place.id = found->items[i]->id;
    }
    return reading_page_end(r, &page, found->more ? &place : NULL, TAG_JOBS);
}

enum err jobs_list(struct request *r, struct reader *reader)
{
    const struct jobs_query *query = r->query;
    struct uuid before = reading_place(r, &query->page, "cursor", TAG_JOBS).id;
    struct background_page found;
    struct read read;
    enum err err = reading_check(r);

    if (err == ERR_NONE)
        err = reading_begin(r, reader, &read);
    if (err != ERR_NONE)
        return err;
    err = background_read_page(&read, before, (int)query->page.limit, &found);
    err = err == ERR_NONE ? answer_page(r, &found) : reading_refuse(r, err, "job");
    reading_end(&read);
    return err;
}

static enum err answer(struct request *r, const struct background_job *job)
{
    struct json_out out;

    json_out_init(&out, PAGE_ANSWER_MAX_BYTES);
    background_write(r->config, job, &out);
    if (job->state == BACKGROUND_QUEUED || job->state == BACKGROUND_RUNNING)
        r->reply.retry_after_s = 1;
    reply_json(r, 200, &out);
    return ERR_NONE;
}

enum err jobs_get(struct request *r, struct reader *reader)
{
    const struct background_job *job;
    struct uuid id;
    struct read read;
    enum err err = request_param_uuid(r, "job_id", &id);

    if (err == ERR_NONE)
        err = reading_begin(r, reader, &read);
    if (err != ERR_NONE)
        return err;
    err = background_read(&read, id, &job);
    err = err == ERR_NONE ? answer(r, job) : reading_refuse(r, err, "job");
    reading_end(&read);
    return err;
}

enum err jobs_cancel(struct request *r, struct command *command)
{
    struct job_cancel_input *input = setup_new_input(r, sizeof *input);

    if (input == NULL)
        return ERR_OUT_OF_MEMORY;
    command->kind = COMMAND_JOB_CANCEL;
    command->input = input;
    return request_param_uuid(r, "job_id", &input->job);
}
