#include "api/campaigns_api.h"

#include "http/etag_reply.h"
#include "http/reply.h"

#include "api/values.h"

#include "base/currency_input.h"
#include "core/calendar/absence.h"
#include "core/definition/touch.h"
#include "core/setup/campaign_change.h"
#include "store/read/campaign_read.h"

#include <string.h>

#define SENTENCE_MAX_CHARS 500

/* ---- which ---- */

/* Into its name, and the id beside it. */
static bool read_name(struct input *in, const struct input_node *at,
                      const struct input_field *field, void *base)
{
    const char *name = input_text(in, at);

    if (name == NULL)
        return true;
    if (dimension_looks_personal(name))
        return input_fault(in, at, "personal", "This looks like an address or number of a person");
    *(const char **)((char *)base + field->offset) = name;
    *(int64_t *)((char *)base + field->count) = dimension_id(DIMENSION_CAMPAIGN, name);
    return true;
}

static const struct input_type campaign_name_type = {
    .kind = INPUT_LINE, .min = 1, .max = CAMPAIGN_NAME_MAX_CHARS, .read = read_name};

/* ---- its record: checked, and kept as it was given ---- */

struct money {
    int64_t minor;
    const char *currency;
};

struct spend {
    const char *day;
    int64_t minor;
};

struct record {
    const char *title;
    const char *starts_on;
    const char *ends_on;
    struct money budget;
    const char *promised;
    const char *const *points;
    size_t point_count;
    const struct spend *spend;
    size_t spend_count;
};

static bool is_date(const char *text)
{
    instant at;

    return strlen(text) == sizeof "2026-12-25" - 1 && instant_parse_lenient(text, &at);
}

static const struct input_type day_type = {.kind = INPUT_LINE,
                                           .min = 10,
                                           .max = 10,
                                           .fits = is_date,
                                           .code = "date",
                                           .wanted = "A date such as 2026-12-25 is wanted"};
static const struct input_type minor_type = {.kind = INPUT_INT, .max = CAMPAIGN_MINOR_MAX};
static const struct input_type sentence_type = {
    .kind = INPUT_TEXT, .min = 1, .max = SENTENCE_MAX_CHARS};
static const struct input_type promised_type = {.kind = INPUT_TEXT, .min = 1, .max = 2000};
static const struct input_type points_type = {
    .kind = INPUT_ARRAY, .max = CAMPAIGN_POINTS_MAX, .item = &sentence_type};

static const struct input_field money_fields[] = {
    {"minor", &minor_type, AT(struct money, minor), .required = true},
    {"currency", &input_currency, AT(struct money, currency), .required = true},
};
static const struct input_spec money_spec = INPUT_SPEC(money_fields, struct money);
static const struct input_type money_type = {.kind = INPUT_OBJECT, .of = &money_spec};

static const struct input_field spend_fields[] = {
    {"day", &day_type, AT(struct spend, day), .required = true},
    {"minor", &minor_type, AT(struct spend, minor), .required = true},
};
static const struct input_spec spend_spec = INPUT_SPEC(spend_fields, struct spend);
static const struct input_type spend_type = {.kind = INPUT_OBJECT, .of = &spend_spec};
static const struct input_type spends_type = {
    .kind = INPUT_ARRAY, .max = CAMPAIGN_DAYS_MAX, .item = &spend_type};

static const struct input_field record_fields[] = {
    {"title", &title_type, AT(struct record, title), .required = true},
    {"starts_on", &day_type, AT(struct record, starts_on)},
    {"ends_on", &day_type, AT(struct record, ends_on)},
    {"budget", &money_type, AT(struct record, budget)},
    {"spend", &spends_type, AT(struct record, spend), COUNT(struct record, spend_count)},
    {"promised", &promised_type, AT(struct record, promised)},
    {"talking_points", &points_type, AT(struct record, points), COUNT(struct record, point_count)},
};

/* Days are compared as they are written. */
static bool check_record(struct input *in, const struct input_node *at, void *out)
{
    const struct record *record = out;
    const struct input_node ends = input_member(at, "ends_on");
    const struct input_node spend = input_member(at, "spend");
    bool sound = true;

    if (record->starts_on != NULL && record->ends_on != NULL &&
        strcmp(record->ends_on, record->starts_on) < 0)
        sound = input_fault(in, &ends, "order", "It must not end before it starts");
    if (record->spend_count > 0 && record->budget.currency == NULL)
        sound = input_fault(in, &spend, "currency",
                            "What was spent is in the currency of the budget, which is missing");
    for (size_t i = 1; i < record->spend_count; i++) {
        const struct input_node day = input_item(&spend, i);
        const char *before = record->spend[i - 1].day, *this_one = record->spend[i].day;
        if (before != NULL && this_one != NULL && strcmp(this_one, before) <= 0)
            sound = input_fault(in, &day, "order", "Days are in their order, each once");
    }
    return sound;
}

static const struct input_spec record_spec =
    INPUT_SPEC(record_fields, struct record, .check = check_record);

static bool read_record(struct input *in, const struct input_node *at,
                        const struct input_field *field, void *base)
{
    struct record record;

    return input_object(in, at, &record_spec, &record) &&
           value_keep_json(in, at, field, base, CAMPAIGN_MAX_BYTES);
}

static const struct input_type record_type = {.kind = INPUT_MAP, .read = read_record};

static const struct input_field put_fields[] = {
    {"campaign", &campaign_name_type, AT(struct campaign_put_input, name),
     COUNT(struct campaign_put_input, campaign), .place = INPUT_PATH},
    {"If-Match", &header_type, AT(struct campaign_put_input, if_match), .place = INPUT_HEADER},
    {"record", &record_type, AT(struct campaign_put_input, record), .place = INPUT_WHOLE},
};
const struct input_spec campaign_put_spec = INPUT_SPEC(put_fields, struct campaign_put_input);

/* ---- reading it ---- */

struct get_input {
    const char *name;
    int64_t campaign;
};

static const struct input_field get_fields[] = {
    {"campaign", &campaign_name_type, AT(struct get_input, name), COUNT(struct get_input, campaign),
     .place = INPUT_PATH},
};
const struct input_spec campaigns_get_input = INPUT_SPEC(get_fields, struct get_input);

enum err campaigns_get(struct request *r, struct read *read)
{
    const struct get_input *input = r->input;
    const struct campaign *campaign;
    struct json_out out;
    enum err err = campaign_read(read, input->campaign, &campaign);

    if (err != ERR_NONE)
        return err;
    json_out_init(&out, r->arena, 2 * CAMPAIGN_MAX_BYTES);
    campaign_write(campaign, &out);
    reply_json(r, 200, &out);
    etag_reply_body(r);
    return ERR_NONE;
}
