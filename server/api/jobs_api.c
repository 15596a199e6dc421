#include "api/jobs_api.h"

#include "http/reply.h"

#include "api/reading.h"

#include "core/agreement/agreement_change.h"
#include "core/background_change.h"
#include "core/evidence/backtest_request.h"
#include "store/read/background_read.h"
#include "store/table/background_table.h"

static const struct reading_places jobs_places = READING_PLACES("jb");

/* ---- backtests ---- */

static const struct input_field backtest_fields[] = {
    {"term", &term_type, AT(struct backtest_input, term), .otherwise = TERM_COUNT},
    {"version", &version_type, AT(struct backtest_input, version)},
    {"document", &document_type, AT(struct backtest_input, document)},
    {"against", &version_type, AT(struct backtest_input, against)},
    {"from", &input_date, AT(struct backtest_input, period.from)},
    {"to", &input_date, AT(struct backtest_input, period.to)},
};
const struct input_spec backtest_spec = INPUT_SPEC(backtest_fields, struct backtest_input);

/* ---- jobs ---- */

struct list_input {
    struct reading_query page;
};

static const struct input_type jobs_limit_type = {
    .kind = INPUT_INT, .min = 1, .max = JOBS_LIMIT_MAX};

static const struct input_field list_fields[] = {
    {"limit", &jobs_limit_type, AT(struct list_input, page.limit), .otherwise = JOBS_LIMIT_DEFAULT},
    PAGE_PLACE_FIELD(struct list_input, page, "cursor", jobs_places),
};
const struct input_spec jobs_list_input = INPUT_SPEC(list_fields, struct list_input);

static enum err answer_page(struct request *r, const struct background_page *found)
{
    struct cursor place = {0};
    struct reading_page page;

    reading_page_begin(r, &page, "cursor");
    for (size_t i = 0; i < found->count; i++) {
        background_write(r->config, found->items[i], &page.json);
        place.id = found->items[i]->id;
    }
    return reading_page_end(r, &page, &jobs_places, found->more ? &place : NULL);
}

enum err jobs_list(struct request *r, struct read *read)
{
    const struct list_input *input = r->input;
    struct uuid before = reading_begin_at(&input->page).id;
    struct background_page found;
    enum err err = background_read_page(read, before, (int)input->page.limit, &found);

    return err == ERR_NONE ? answer_page(r, &found) : err;
}

static enum err answer(struct request *r, const struct background_job *job)
{
    struct json_out out;

    json_out_init(&out, r->arena, PAGE_ANSWER_MAX_BYTES);
    background_write(r->config, job, &out);
    if (job->state == BACKGROUND_QUEUED || job->state == BACKGROUND_RUNNING)
        r->reply.retry_after_s = 1;
    reply_json(r, 200, &out);
    return ERR_NONE;
}

struct get_input {
    struct uuid job;
};

static const struct input_field get_fields[] = {
    {"job_id", &input_uuid, AT(struct get_input, job), .place = INPUT_PATH},
};
const struct input_spec jobs_get_input = INPUT_SPEC(get_fields, struct get_input);

enum err jobs_get(struct request *r, struct read *read)
{
    const struct get_input *input = r->input;
    const struct background_job *job;
    enum err err = background_read(read, input->job, &job);

    return err == ERR_NONE ? answer(r, job) : err;
}

static const struct input_field cancel_fields[] = {
    {"job_id", &input_uuid, AT(struct job_cancel_input, job), .place = INPUT_PATH},
};
const struct input_spec job_cancel_spec = INPUT_SPEC(cancel_fields, struct job_cancel_input);
