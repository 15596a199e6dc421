#include "api/attribution_api.h"

#include "http/accept.h"
#include "http/reading.h"

#include "store/read/attribution_read.h"

#include <string.h>

#define ANSWER_MAX_BYTES ((size_t)32 << 20)

static const char *const milestone_names[] = {
#define X(name, text) text,
    MILESTONE_TABLE(X)
#undef X
        NULL,
};

static const char *const model_names[] = {"first", "last", NULL};
static const char *const basis_names[] = {"milestone", NULL};
static const char *const interval_names[] = {"month", NULL};

enum by { BY_SOURCE, BY_MEDIUM, BY_CAMPAIGN, BY_MONTH, BY_COUNT };

static const char *const by_names[] = {"source", "medium", "campaign", "month", NULL};

static const enum dimension dimension_of[] = {
    [BY_SOURCE] = DIMENSION_SOURCE,
    [BY_MEDIUM] = DIMENSION_MEDIUM,
    [BY_CAMPAIGN] = DIMENSION_CAMPAIGN,
};

struct query {
    int milestone;
    int model;
    int by;
    int then_by; /* BY_COUNT: none */
    const char *from;
    const char *to;
    int interval;
    enum input_presence interval_given;
    const char *timezone;
    int64_t window_days;
    int basis;
};

static const struct input_field fields[] = {
    {.name = "milestone",
     .type = INPUT_ENUM,
     .required = true,
     .values = milestone_names,
     .offset = offsetof(struct query, milestone)},
    {.name = "model",
     .type = INPUT_ENUM,
     .values = model_names,
     .otherwise = ATTRIBUTION_FIRST,
     .offset = offsetof(struct query, model)},
    {.name = "by",
     .type = INPUT_ENUM,
     .values = by_names,
     .otherwise = BY_SOURCE,
     .offset = offsetof(struct query, by)},
    {.name = "then_by",
     .type = INPUT_ENUM,
     .values = by_names,
     .otherwise = BY_COUNT,
     .offset = offsetof(struct query, then_by)},
    {.name = "from", .type = INPUT_LINE, .max = 40, .offset = offsetof(struct query, from)},
    {.name = "to", .type = INPUT_LINE, .max = 40, .offset = offsetof(struct query, to)},
    {.name = "interval",
     .type = INPUT_ENUM,
     .values = interval_names,
     .offset = offsetof(struct query, interval),
     .presence = offsetof(struct query, interval_given)},
    {.name = "timezone",
     .type = INPUT_LINE,
     .min = 1,
     .max = 64,
     .offset = offsetof(struct query, timezone)},
    {.name = "window_days",
     .type = INPUT_INT,
     .min = 1,
     .max = 3650,
     .offset = offsetof(struct query, window_days)},
    {.name = "basis",
     .type = INPUT_ENUM,
     .values = basis_names,
     .offset = offsetof(struct query, basis)},
};

const struct input_spec attribution_query_spec = INPUT_SPEC(fields, struct query);

/* ---- the question ---- */

static void add_cut(struct attribution_query *out, int by)
{
    if (by == BY_MONTH)
        out->monthly = true;
    else if (by != BY_COUNT)
        out->dimensions[out->dimension_count++] = dimension_of[by];
}

static struct attribution_query question_of(struct request *r, const struct query *query)
{
    struct attribution_query out = {
        .milestone = (enum milestone)query->milestone,
        .model = (enum attribution_model)query->model,
        .monthly = query->interval_given == INPUT_GIVEN,
        .timezone = query->timezone == NULL ? "UTC" : query->timezone,
        .window_days = (int)query->window_days,
    };

    if (query->by == query->then_by)
        reading_fault(r, "then_by", "same_as_by", "It cuts by the same as by does");
    add_cut(&out, query->by);
    add_cut(&out, query->then_by);
    if (!timezone_plausible(out.timezone))
        reading_fault(r, "timezone", "timezone", "An IANA name is wanted, such as Europe/Berlin");
    return out;
}

static struct period_end end_of(struct request *r, const char *name, const char *text)
{
    struct period_end end = {.at = INSTANT_NONE};

    if (text == NULL)
        return end;
    if (!period_end_parse(text, &end))
        reading_fault(r, name, "date", "A date or an RFC 3339 time is wanted, such as 2026-11-22");
    return end;
}

/* ---- the answer ---- */

static void answer_csv(struct request *r, const struct attribution *answer)
{
    struct text_out out;
    size_t len = 0;

    text_out_init(&out, ANSWER_MAX_BYTES);
    attribution_write_csv(answer, &out);
    char *text = text_out_steal(&out, &len);
    reply_text_steal(r, 200, "text/csv; charset=utf-8", text, len);
    text_out_release(&out);
}

static void answer_json(struct request *r, const struct attribution *answer, instant from,
                        instant to)
{
    struct json_out out;

    json_out_init(&out, ANSWER_MAX_BYTES);
    attribution_write_json(answer, r->config, from, to, &out);
    reply_json(r, 200, &out);
    json_out_release(&out);
}

static enum err refuse(struct request *r, enum err err)
{
    if (err == ERR_INVALID_PARAMETER) {
        reading_fault(r, "timezone", "timezone", "There is no time zone of this name");
        return request_refuse(r, err, "See errors for each parameter");
    }
    if (err == ERR_LIMIT_REACHED) {
        reading_fault(r, "by", "too_many_rows", "Ask for fewer dimensions or a shorter time");
        return request_refuse(r, ERR_INVALID_PARAMETER, "The answer has more than %d rows",
                              ATTRIBUTION_ROWS_MAX);
    }
    return reading_refuse(r, err, "attribution");
}

static enum err answer(struct request *r, struct reader *reader,
                       const struct attribution_query *question, const struct period *period,
                       bool csv)
{
    struct attribution found;
    struct read read;
    instant from, to;
    enum err err = reading_begin(r, reader, &read);

    if (err != ERR_NONE)
        return err;
    err = attribution_read(&read, question, period, &found, &from, &to);
    r->reply.vary = err == ERR_NONE ? "Accept" : NULL;
    if (err != ERR_NONE)
        err = refuse(r, err);
    else if (csv)
        answer_csv(r, &found);
    else
        answer_json(r, &found, from, to);
    reading_end(&read);
    return err;
}

enum err attribution_get(struct request *r, struct reader *reader)
{
    static const char *const offered[] = {"application/json", "text/csv"};
    const struct query *query = r->query;
    int chosen = accept_choose(r->accept, offered, 2);
    struct attribution_query question = question_of(r, query);
    struct period period = {end_of(r, "from", query->from), end_of(r, "to", query->to)};

    if (chosen < 0)
        return request_refuse(r, ERR_NOT_ACCEPTABLE, "Offered are application/json and text/csv");
    enum err err = reading_check(r);
    return err == ERR_NONE ? answer(r, reader, &question, &period, chosen == 1) : err;
}
