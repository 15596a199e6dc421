#include "api/attribution_api.h"

#include "http/reply.h"
#include "http/request_refuse.h"

#include "api/reading.h"
#include "http/accept.h"
#include "http/request_input.h"

#include "base/currency_input.h"
#include "base/time/time_zone.h"
#include "store/read/attribution_read.h"
#include "store/read/left_out_read.h"
#include "store/read/rates_read.h"
#include "store/read/rollup_read.h"
#include "store/read/spend_read.h"

#include <string.h>

/* An answer counts all that was committed when it was asked, as long as counting the rest is quick;
 * beyond that it says up to where it counts. */
#define CATCH_UP_ENTRIES 1000

#define ANSWER_MAX_BYTES ((size_t)64 << 20)

static const char *const basis_names[] = {"milestone"};
static const struct input_type basis_type = {.kind = INPUT_ENUM, .values = basis_names};

static const char *const interval_names[] = {"day", "week", "month", "quarter", "year"};
static const struct input_type interval_type = {
    .kind = INPUT_ENUM,
    .values = interval_names,
    .max = sizeof interval_names / sizeof *interval_names - 1};

/* What rows are cut by; by month is what interval=month says. */
#define BY_MONTH CUT_ALL_COUNT
#define BY_COUNT (CUT_ALL_COUNT + 1)

static const char *const by_names[] = {
#define X(name, text) [CUT_##name] = text,
    ATTRIBUTION_CUT_TABLE(X)
#undef X
        [CUT_CONTENT_OWNER] = "content_owner",
    [BY_MONTH] = "month",
};
static const struct input_type by_type = {
    .kind = INPUT_ENUM, .values = by_names, .max = BY_COUNT - 1};

static const struct input_type timezone_type = {
    .kind = INPUT_LINE,
    .min = 1,
    .max = TIME_ZONE_NAME_MAX_BYTES,
    .fits = time_zone_name_fits,
    .code = "timezone",
    .wanted = "An IANA name is wanted, such as Europe/Berlin",
};
static const struct input_type setup_name_type = {
    .kind = INPUT_LINE, .min = 1, .max = ATTRIBUTION_SETUP_NAME_CHARS};
static const struct input_type half_life_type = {.kind = INPUT_INT32, .min = 1, .max = 3650};
static const struct input_type window_type = {.kind = INPUT_INT32, .min = 1, .max = 3650};

struct query {
    enum milestone milestone;
    enum credit_model model;
    int by;
    int then_by;                   /* BY_COUNT: none */
    const struct period_end *from; /* NULL: open; so is to */
    const struct period_end *to;
    const int *interval; /* NULL: none */
    const char *timezone;
    const char *setup;   /* NULL: the default */
    int32_t window_days; /* 0: as the setup has it; so are the others */
    int32_t half_life_days;
    bool null_paths;
    int basis;
};

/* The question, a member of an input's struct. */
#define QUESTION(type, at)                                                                         \
    {"milestone", &milestone_type, AT(type, at.milestone), .required = true},                      \
        {"by", &by_type, AT(type, at.by), .otherwise = CUT_SOURCE},                                \
        {"then_by", &by_type, AT(type, at.then_by), .otherwise = BY_COUNT},                        \
        {"from", &period_end_type, AT(type, at.from)}, {"to", &period_end_type, AT(type, at.to)},  \
        {"interval", &interval_type, AT(type, at.interval), .boxed = true},                        \
        {"timezone", &timezone_type, AT(type, at.timezone)},                                       \
        {"window_days", &window_type, AT(type, at.window_days)},                                   \
        {"half_life_days", &half_life_type, AT(type, at.half_life_days)},                          \
        {"null_paths", &input_bool, AT(type, at.null_paths)},                                      \
        {"setup", &setup_name_type, AT(type, at.setup)},                                           \
    {                                                                                              \
        "basis", &basis_type, AT(type, at.basis)                                                   \
    }

/* Models side by side: "first,linear". */
struct models {
    enum credit_model items[CREDIT_MODEL_COUNT];
    size_t count;
};

static bool add_model(struct models *models, const char *name, size_t len)
{
    enum credit_model model;

    if (!attribution_model_parse(name, len, &model))
        return false;
    for (size_t i = 0; i < models->count; i++)
        if (models->items[i] == model)
            return false;
    models->items[models->count++] = model;
    return true;
}

static bool read_models(struct input *in, const struct input_node *at,
                        const struct input_field *field, void *base)
{
    struct models models = {.count = 0};
    const char *name = at->word;
    bool more = true;

    while (more) {
        size_t len = strcspn(name, ",");
        if (!add_model(&models, name, len))
            return input_fault(in, at, "value", "Models are wanted, each once: first,linear");
        more = name[len] == ',';
        name += len + 1;
    }
    memcpy((char *)base + field->offset, &models, sizeof models);
    return true;
}

static const struct input_type models_type = {
    .kind = INPUT_LINE, .min = 1, .max = 200, .read = read_models};

static const char *const shape_names[] = {"table", "rows"};
static const struct input_type shape_type = {.kind = INPUT_ENUM, .values = shape_names, .max = 1};

struct answer_input {
    struct query query;
    struct models models; /* none: first */
    int shape;            /* of shape_names */
    int64_t min_pos;      /* what has to be counted; 0: nothing */
    const char *currency; /* NULL: amounts as they are */
    bool costs;
    bool left_out;
};

static const struct input_field fields[] = {
    QUESTION(struct answer_input, query),
    {"model", &models_type, AT(struct answer_input, models)},
    {"shape", &shape_type, AT(struct answer_input, shape)},
    {"min_pos", &position_type, AT(struct answer_input, min_pos)},
    {"currency", &input_currency, AT(struct answer_input, currency)},
    {"costs", &input_bool, AT(struct answer_input, costs)},
    {"left_out", &input_bool, AT(struct answer_input, left_out)},
};

static bool check_cuts(struct input *in, const struct input_node *at, void *out)
{
    const struct query *query = out; /* the first member of both inputs */
    const struct input_node then_by = {.name = "then_by"};

    (void)at;
    return query->by != query->then_by ||
           input_fault(in, &then_by, "same_as_by", "It is the same dimension as by");
}

const struct input_spec attribution_input =
    INPUT_SPEC(fields, struct answer_input, .check = check_cuts);

/* ---- the question ---- */

static void add_cut(struct attribution_query *out, int by)
{
    if (by == BY_MONTH && out->interval == NULL)
        out->interval = "month";
    else if (by < CUT_ALL_COUNT)
        out->dimensions[out->dimension_count++] = (enum attribution_cut)by;
}

static struct period_end end_of(const struct period_end *end)
{
    return end == NULL ? (struct period_end){.at = INSTANT_NONE} : *end;
}

/* What is not asked for is as the setup has it. */
static struct attribution_ask ask_of(const struct query *query,
                                     const struct attribution_counted *counted)
{
    const struct attribution_setup *setup = &counted->setup;
    struct attribution_ask out = {
        .query =
            {
                .milestone = query->milestone,
                .model = query->model,
                .interval = query->interval == NULL ? NULL : interval_names[*query->interval],
                .timezone = query->timezone == NULL ? setup->timezone : query->timezone,
                .window_days = query->window_days == 0 ? setup->window_days : query->window_days,
                .rules = setup->rules,
                .setup = setup,
                .null_paths = query->null_paths,
            },
        .period = {end_of(query->from), end_of(query->to)},
        .models = {query->model},
        .model_count = 1,
    };

    if (query->half_life_days > 0)
        out.query.rules.half_life_days = query->half_life_days;
    add_cut(&out.query, query->by);
    add_cut(&out.query, query->then_by);
    return out;
}

/* ---- the answer ---- */

static void answer_csv(struct request *r, const struct attribution_answers *found)
{
    struct text_out out;

    text_out_init(&out, r->arena, ANSWER_MAX_BYTES);
    attribution_write_csv(found->items, found->count, &out);
    reply_text(r, 200, "text/csv; charset=utf-8", &out);
}

static void answer_json(struct request *r, const struct attribution_answers *found, bool rows)
{
    struct json_out out;

    json_out_init(&out, r->arena, ANSWER_MAX_BYTES);
    if (rows)
        attribution_write_rows(found->items, found->count, &out);
    else
        attribution_write_json(found->items, found->count, r->config, found->from, found->to, &out);
    reply_json(r, 200, &out);
}

/* Ways that have not converted are kept counted, and not read one by one. */
static enum err refuse_null_paths(struct request *r)
{
    reading_fault(r, "null_paths", "not_counted",
                  "Ask for what the setup counts: by one dimension, by its rules, in whole days");
    return request_check_query(r);
}

static enum err refuse(struct request *r, enum err err)
{
    if (err == ERR_INVALID_PARAMETER) {
        reading_fault(r, "timezone", "timezone", "There is no time zone of this name");
        return request_check_query(r);
    }
    if (err == ERR_LIMIT_REACHED) {
        reading_fault(r, "by", "too_many_rows", "Ask for fewer dimensions or a shorter time");
        return request_refuse(r, ERR_INVALID_PARAMETER, "The answer has more than %d rows",
                              ATTRIBUTION_ROWS_MAX);
    }
    if (err == ERR_UNPROCESSABLE)
        return request_refuse(
            r, err,
            "What no setup counts is shared for at most %d conversions at once. Ask for a shorter "
            "time, or make a setup of it: POST /v1/attribution/setups/{name} with timezone, "
            "window_days, half_life_days and pairs as they are asked for, then ask with "
            "setup={name}",
            ATTRIBUTION_JOURNEYS_MAX);
    return err;
}

/* ---- the setup, and what it counts ---- */

static enum err find_setup(struct request *r, struct read *read, const char *name,
                           struct attribution_counted *out)
{
    enum err err =
        attribution_setup_find(read, name == NULL ? ATTRIBUTION_SETUP_DEFAULT : name, out);

    if (err != ERR_NOT_FOUND)
        return err;
    reading_fault(r, "setup", "unknown_setup",
                  "There is no setup of this name; GET /v1/attribution/setups lists them");
    return request_check_query(r);
}

/* The position that is to be counted before it is answered; 0: what is counted will do. */
static int64_t awaited(const struct attribution_counted *found, int64_t min_pos)
{
    bool whole = found->counted && !found->newer;
    int64_t rest = whole ? found->head - found->pos : found->head;

    if (min_pos > found->pos)
        return min_pos;
    return rest > 0 && rest <= CATCH_UP_ENTRIES ? found->head : 0;
}

static enum err take_setup(struct request *r, struct read *read, const struct answer_input *input,
                           struct attribution_counted *out)
{
    enum err err = find_setup(r, read, input->query.setup, out);

    if (err != ERR_NONE)
        return err;
    if (input->min_pos > out->head) {
        reading_fault(r, "min_pos", "position", "The ledger has not come as far yet");
        return request_check_query(r);
    }
    int64_t pos = awaited(out, input->min_pos);
    if (pos == 0)
        return ERR_NONE;
    err = rollup_catch_up(read, pos);
    if (err != ERR_NONE && (input->min_pos > 0 || err != ERR_UNAVAILABLE))
        return err;
    return find_setup(r, read, input->query.setup, out);
}

/* The query without the model, which each row names itself, and without what is of the answer
 * alone: leads have their amounts in their own currencies, which add up. */
static const char *asked_of(struct request *r)
{
    const char *query = strchr(r->target, '?');
    const char *out = "";

    for (const char *at = query == NULL ? "" : query + 1; *at != '\0' && out != NULL;) {
        size_t len = strcspn(at, "&");
        if (len > 0 && strncmp(at, "model=", 6) != 0 && strncmp(at, "shape=", 6) != 0 &&
            strncmp(at, "min_pos=", 8) != 0 && strncmp(at, "currency=", 9) != 0 &&
            strncmp(at, "costs=", 6) != 0 && strncmp(at, "left_out=", 9) != 0)
            out = arena_printf(r->arena, "%s%s%.*s", out, *out == '\0' ? "" : "&", (int)len, at);
        at += len + (at[len] == '&');
    }
    return out;
}

/* The rates that the workspace keeps, where amounts are to be converted. */
static enum err take_rates(struct request *r, struct read *read, const char *currency,
                           struct attribution_query *out)
{
    const struct rates_row *row;
    struct rates *rates = ARENA_NEW(r->arena, struct rates);

    if (currency == NULL)
        return ERR_NONE;
    enum err err = rates_read_kept(read, &row);
    if (err == ERR_NOT_FOUND) {
        reading_fault(r, "currency", "no_rates",
                      "There are no exchange rates to convert by; keep some with PUT /v1/rates");
        return request_check_query(r);
    }
    if (err != ERR_NONE)
        return err;
    if (rates == NULL || !rates_read(row->record, strlen(row->record), r->arena, rates))
        return arena_failed(r->arena) ? ERR_OUT_OF_MEMORY : ERR_INTERNAL;
    out->currency = currency;
    out->rates = rates;
    out->rates_at = row->updated_at;
    return ERR_NONE;
}

/* What was spent is the same by every model. */
static enum err add_spend(struct request *r, struct read *read, const struct attribution_ask *ask,
                          struct attribution_answers *found)
{
    struct attribution_spend *spend;
    size_t count;

    if (!ask->query.costs)
        return ERR_NONE;
    enum err err = spend_read(read, ask, &spend, &count);
    for (size_t i = 0; err == ERR_NONE && i < found->count; i++)
        err = attribution_add_spend(&found->items[i], spend, count, r->arena);
    return err;
}

enum err attribution_get(struct request *r, struct read *read)
{
    static const char *const offered[] = {"application/json", "text/csv"};
    const struct answer_input *input = r->input;
    int chosen = accept_choose(r->accept, offered, 2);
    struct attribution_counted counted;
    struct attribution_answers *found = ARENA_NEW(r->arena, struct attribution_answers);

    if (chosen < 0)
        return request_refuse(r, ERR_NOT_ACCEPTABLE, "Offered are application/json and text/csv");
    enum err err = take_setup(r, read, input, &counted);
    if (err != ERR_NONE)
        return err;
    struct attribution_ask ask = ask_of(&input->query, &counted);
    ask.query.asked = asked_of(r);
    ask.query.costs = input->costs;
    if (found == NULL || ask.query.asked == NULL)
        return ERR_OUT_OF_MEMORY;
    err = take_rates(r, read, input->currency, &ask.query);
    if (err != ERR_NONE)
        return err;
    if (input->models.count > 0) {
        ask.model_count = input->models.count;
        memcpy(ask.models, input->models.items, sizeof ask.models);
    }
    if (rollup_answers(&ask, &counted)) {
        ask.query.counted_to = counted.pos;
        err = rollup_read(read, &ask, &counted, found);
    } else if (ask.query.null_paths) {
        return refuse_null_paths(r);
    } else {
        err = attribution_read(read, &ask, found);
    }
    if (err == ERR_NONE)
        err = add_spend(r, read, &ask, found);
    if (err == ERR_NONE && input->left_out)
        err = left_out_read(read, &ask, &found->items[0].left_out);
    if (err != ERR_NONE)
        return refuse(r, err);
    r->reply.vary |= VARY_ACCEPT;
    if (chosen == 1)
        answer_csv(r, found);
    else
        answer_json(r, found, input->shape == 1);
    return ERR_NONE;
}

/* ---- what a number opens to ---- */

#define TIME_CHARS 10 /* 2026-11-01 */

static const struct reading_places leads_places = READING_PLACES("al");

static const char *const number_names[] = {"credit", "leads"};
static const struct input_type number_type = {.kind = INPUT_ENUM, .values = number_names, .max = 1};
static const struct input_type time_type = {
    .kind = INPUT_LINE, .min = TIME_CHARS, .max = TIME_CHARS};

struct leads_input {
    struct query query;
    int number;                    /* of number_names */
    const char *time;              /* NULL: none */
    const struct reading_row *row; /* NULL: none */
    struct reading_query page;
};

static const struct input_field leads_fields[] = {
    QUESTION(struct leads_input, query),
    {"model", &attribution_model_type, AT(struct leads_input, query.model),
     .otherwise = CREDIT_FIRST},
    {"number", &number_type, AT(struct leads_input, number)},
    {"time", &time_type, AT(struct leads_input, time)},
    {"row", &reading_row_type, AT(struct leads_input, row)},
    PAGE_LIMIT_FIELD(struct leads_input, page),
    PAGE_PLACE_FIELD(struct leads_input, page, "cursor", leads_places),
};
const struct input_spec attribution_leads_input =
    INPUT_SPEC(leads_fields, struct leads_input, .check = check_cuts);

/* A row is named whole, or not at all: then all of them are meant. */
static enum err choose_cell(struct request *r, const struct leads_input *input,
                            const struct attribution_query *question, struct attribution_cell *out)
{
    int count = input->row == NULL ? 0 : input->row->count;

    *out = (struct attribution_cell){.leads = input->number == 1,
                                     .whole = input->row == NULL && input->time == NULL,
                                     .time = input->time};
    if (out->whole)
        return ERR_NONE;
    if (count != question->dimension_count)
        reading_fault(r, "row", "row", "A value for each dimension is wanted, null where absent");
    if ((input->time == NULL) != (question->interval == NULL))
        reading_fault(r, "time", "time", "It is wanted with an interval, and with nothing else");
    if (input->row != NULL)
        memcpy(out->values, input->row->values, sizeof out->values);
    return request_check_query(r);
}

static void write_item(const struct attribution_item *item, struct json_out *out)
{
    char share[ATTRIBUTION_CREDIT_TEXT_MAX];

    attribution_credit_format(item->share, share);
    json_out_begin_object(out);
    json_out_member_uuid(out, "lead_id", item->lead);
    json_out_member_instant(out, "at", item->at);
    json_out_member_text(out, "share", share);
    json_out_key(out, "amount");
    if (item->currency == NULL) {
        json_out_null(out);
    } else {
        json_out_begin_object(out);
        json_out_member_int(out, "minor", item->amount_minor);
        json_out_member_text(out, "currency", item->currency);
        json_out_end_object(out);
    }
    json_out_end_object(out);
}

static enum err answer_items(struct request *r, const struct attribution_items *found)
{
    struct reading_page page;
    struct cursor place = {0};

    reading_page_begin(r, &page, "cursor");
    for (size_t i = 0; i < found->count; i++) {
        write_item(&found->items[i], &page.json);
        place.number = found->items[i].at;
        place.id = found->items[i].lead;
    }
    return reading_page_end(r, &page, &leads_places, found->more ? &place : NULL);
}

enum err attribution_leads(struct request *r, struct read *read)
{
    const struct leads_input *input = r->input;
    struct attribution_counted counted;
    enum err err = find_setup(r, read, input->query.setup, &counted);
    if (err != ERR_NONE)
        return err;
    struct attribution_ask ask = ask_of(&input->query, &counted);
    struct cursor begin = reading_begin_at(&input->page);
    struct attribution_item after = {.at = begin.number, .lead = begin.id};
    struct attribution_page page = {.after = input->page.place == NULL ? NULL : &after,
                                    .limit = (int)input->page.limit};
    struct attribution_items found;

    if (ask.query.null_paths && ask.query.model == CREDIT_MARKOV)
        return refuse_null_paths(r);
    err = choose_cell(r, input, &ask.query, &page.cell);

    if (err != ERR_NONE)
        return err;
    err = attribution_read_leads(read, &ask, &page, &found);
    return err == ERR_NONE ? answer_items(r, &found) : refuse(r, err);
}
