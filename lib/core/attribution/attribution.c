#include "core/attribution/attribution.h"

#include "base/csv_out.h"
#include "base/percent.h"
#include "core/in_force.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINK_MAX_BYTES 4096

static const char *const model_names[] = {
#define X(name, text) [CREDIT_##name] = text,
    CREDIT_MODEL_TABLE(X)
#undef X
};

const struct input_type attribution_model_type = {
    .kind = INPUT_ENUM, .values = model_names, .max = CREDIT_MODEL_COUNT - 1};

bool attribution_model_parse(const char *name, size_t len, enum credit_model *out)
{
    for (int i = 0; i < CREDIT_MODEL_COUNT; i++) {
        if (strlen(model_names[i]) != len || strncmp(model_names[i], name, len) != 0)
            continue;
        *out = (enum credit_model)i;
        return true;
    }
    return false;
}

/* ---- joining ---- */

/* Bytewise; an absent text comes last. */
static int compare_texts(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return (a == NULL) - (b == NULL);
    return strcmp(a, b);
}

static int compare_keys(const struct attribution_row *a, const struct attribution_row *b)
{
    int order = compare_texts(a->time, b->time);

    for (int i = 0; order == 0 && i < ATTRIBUTION_DIMENSIONS_MAX; i++)
        order = compare_texts(a->values[i], b->values[i]);
    return order;
}

static int by_key(const void *a, const void *b)
{
    return compare_keys(a, b);
}

/* The order of the answer: by time, then the largest first. It is total, so that the same question
 * gets the same bytes. */
static int by_weight(const void *a, const void *b)
{
    const struct attribution_row *left = a, *right = b;
    int order = compare_texts(left->time, right->time);

    if (order == 0)
        order = (left->credit < right->credit) - (left->credit > right->credit);
    if (order == 0)
        order = (left->leads < right->leads) - (left->leads > right->leads);
    return order == 0 ? compare_keys(left, right) : order;
}

static struct attribution_row row_of(const struct attribution_part *part)
{
    struct attribution_row row = {
        .time = part->time,
        .leads = part->conversions ? 0 : part->count,
        .credit = part->conversions ? part->credit : 0,
        .amount_minor = part->amount_minor,
        .pipeline_minor = part->pipeline_minor,
        .won_minor = part->won_minor,
        .currency = part->currency,
    };

    memcpy(row.values, part->values, sizeof row.values);
    return row;
}

/* Stops at what JSON numbers hold. */
static void add_minor(int64_t *sum, int64_t more)
{
    if (__builtin_add_overflow(*sum, more, sum) || *sum > ATTRIBUTION_AMOUNT_MAX)
        *sum = ATTRIBUTION_AMOUNT_MAX;
}

static void join_amount(struct attribution_row *row, const struct attribution_row *other)
{
    row->mixed = row->mixed || other->mixed;
    if (other->currency == NULL)
        return;
    if (row->currency == NULL) {
        row->currency = other->currency;
        row->amount_minor = other->amount_minor;
        row->pipeline_minor = other->pipeline_minor;
        row->won_minor = other->won_minor;
    } else if (strcmp(row->currency, other->currency) != 0) {
        row->mixed = true;
    } else {
        add_minor(&row->amount_minor, other->amount_minor);
        add_minor(&row->pipeline_minor, other->pipeline_minor);
        add_minor(&row->won_minor, other->won_minor);
    }
}

static void note_no_rate(struct attribution *answer, const char *currency)
{
    for (size_t i = 0; i < answer->no_rate_count; i++)
        if (strcmp(answer->no_rate[i], currency) == 0)
            return;
    if (answer->no_rate_count < ATTRIBUTION_NO_RATE_MAX)
        memcpy(answer->no_rate[answer->no_rate_count++], currency, 4);
}

/* Amounts of one currency become those of the currency that is asked for, before they are joined
 * with others. Pipeline and won are parts, and each is rounded by itself. */
static void convert(struct attribution *answer, struct attribution_row *row)
{
    const struct attribution_query *query = &answer->query;
    int64_t *const minors[] = {&row->amount_minor, &row->pipeline_minor, &row->won_minor};

    if (query->currency == NULL || row->currency == NULL)
        return;
    for (size_t i = 0; i < sizeof minors / sizeof *minors; i++)
        if (!rates_convert(query->rates, row->currency, query->currency, minors[i])) {
            note_no_rate(answer, row->currency);
            row->mixed = true;
            return;
        }
    row->currency = query->currency;
}

static void join_cost(struct attribution_row *row, const struct attribution_row *other)
{
    row->cost_mixed = row->cost_mixed || other->cost_mixed;
    if (other->cost_currency == NULL)
        return;
    if (row->cost_currency == NULL) {
        row->cost_currency = other->cost_currency;
        row->cost_minor = other->cost_minor;
    } else if (strcmp(row->cost_currency, other->cost_currency) != 0) {
        row->cost_mixed = true;
    } else {
        add_minor(&row->cost_minor, other->cost_minor);
    }
}

static size_t join_rows(struct attribution_row *rows, size_t count)
{
    size_t kept = 0;

    qsort(rows, count, sizeof *rows, by_key);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && compare_keys(&rows[kept - 1], &rows[i]) == 0) {
            rows[kept - 1].leads += rows[i].leads;
            rows[kept - 1].credit += rows[i].credit;
            join_amount(&rows[kept - 1], &rows[i]);
            join_cost(&rows[kept - 1], &rows[i]);
        } else {
            rows[kept++] = rows[i];
        }
    }
    qsort(rows, kept, sizeof *rows, by_weight);
    return kept;
}

static void count_part(struct attribution *answer, const struct attribution_part *part)
{
    if (!part->conversions) {
        answer->leads += part->count;
        return;
    }
    answer->conversions += part->count;
    if (part->standing == STANDING_LATE)
        answer->late_first_touch += part->count;
    else if (part->standing != STANDING_CREDITED && answer->query.window_days > 0)
        answer->outside_window += part->count;
}

/* What has neither credit nor money only counts. */
static bool has_row(const struct attribution_part *part)
{
    return !part->uncut && (!part->conversions || part->credit != 0 || part->amount_minor != 0);
}

enum err attribution_make(const struct attribution_query *query,
                          const struct attribution_part *parts, size_t count, struct arena *arena,
                          struct attribution *out)
{
    *out = (struct attribution){.query = *query};
    out->rows = ARENA_ARRAY(arena, struct attribution_row, count + 1);
    if (out->rows == NULL)
        return ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < count; i++) {
        count_part(out, &parts[i]);
        if (!has_row(&parts[i]))
            continue;
        out->rows[out->row_count] = row_of(&parts[i]);
        convert(out, &out->rows[out->row_count++]);
    }
    out->row_count = join_rows(out->rows, out->row_count);
    return out->row_count > ATTRIBUTION_ROWS_MAX ? ERR_LIMIT_REACHED : ERR_NONE;
}

static struct attribution_row spent(struct attribution *answer,
                                    const struct attribution_spend *spend)
{
    const struct attribution_query *query = &answer->query;
    struct attribution_row row = {
        .time = spend->time, .cost_currency = spend->currency, .cost_minor = spend->minor};

    memcpy(row.values, spend->values, sizeof row.values);
    if (query->currency == NULL)
        return row;
    row.cost_mixed =
        !rates_convert(query->rates, spend->currency, query->currency, &row.cost_minor);
    if (row.cost_mixed)
        note_no_rate(answer, spend->currency);
    else
        row.cost_currency = query->currency;
    return row;
}

enum err attribution_add_spend(struct attribution *answer, const struct attribution_spend *spend,
                               size_t count, struct arena *arena)
{
    struct attribution_row *rows =
        ARENA_ARRAY(arena, struct attribution_row, answer->row_count + count + 1);

    if (rows == NULL)
        return ERR_OUT_OF_MEMORY;
    if (answer->row_count > 0)
        memcpy(rows, answer->rows, answer->row_count * sizeof *rows);
    for (size_t i = 0; i < count; i++)
        rows[answer->row_count + i] = spent(answer, &spend[i]);
    answer->rows = rows;
    answer->row_count = join_rows(rows, answer->row_count + count);
    return answer->row_count > ATTRIBUTION_ROWS_MAX ? ERR_LIMIT_REACHED : ERR_NONE;
}

/* ---- what it cost ---- */

/* Cost for each of so many, in units of `one`, rounded half up. */
static int64_t cost_for_each(int64_t cost_minor, int64_t count, int64_t one)
{
    __int128 over = (__int128)cost_minor * one;

    return (int64_t)(over / count + (over % count * 2 >= count));
}

/* What a row says of its cost; what does not apply is absent. */
struct costs {
    bool given, per_lead, per_conversion, returns;
    int64_t minor, lead_minor, conversion_minor;
    int64_t return_hundredths; /* won / cost */
};

static struct costs costs_of(const struct attribution_row *row)
{
    struct costs costs = {.given = row->cost_currency != NULL && !row->cost_mixed};

    if (!costs.given)
        return costs;
    costs.minor = row->cost_minor;
    costs.per_lead = row->leads > 0;
    if (costs.per_lead)
        costs.lead_minor = cost_for_each(row->cost_minor, row->leads, 1);
    costs.per_conversion = row->credit > 0;
    if (costs.per_conversion)
        costs.conversion_minor = cost_for_each(row->cost_minor, row->credit, CREDIT_ONE);
    costs.returns = row->cost_minor > 0 && !row->mixed &&
                    (row->currency == NULL || strcmp(row->currency, row->cost_currency) == 0);
    if (costs.returns)
        costs.return_hundredths =
            cost_for_each(row->currency == NULL ? 0 : row->won_minor, row->cost_minor, 100);
    return costs;
}

static void format_return(const struct costs *costs, char out[ATTRIBUTION_CREDIT_TEXT_MAX])
{
    snprintf(out, ATTRIBUTION_CREDIT_TEXT_MAX, "%" PRId64 ".%02" PRId64,
             costs->return_hundredths / 100, costs->return_hundredths % 100);
}

/* ---- writing ---- */

void attribution_credit_format(int64_t credit, char out[ATTRIBUTION_CREDIT_TEXT_MAX])
{
    snprintf(out, ATTRIBUTION_CREDIT_TEXT_MAX, "%" PRId64 ".%09" PRId64, credit / CREDIT_ONE,
             credit % CREDIT_ONE);
}

/* To the leads behind the row's credit; none to those of several rare values, and none where ways
 * that have no credit count too. */
static bool put_link(const struct attribution *answer, const struct attribution_row *row,
                     struct text_out *out)
{
    struct json_out values;

    if (answer->query.null_paths && answer->query.model == CREDIT_MARKOV)
        return false;
    for (int i = 0; i < ATTRIBUTION_DIMENSIONS_MAX; i++)
        if (row->values[i] != NULL && strcmp(row->values[i], ATTRIBUTION_OTHER) == 0)
            return false;
    text_out_put(out, "/v1/attribution/leads?");
    text_out_put(out, answer->query.asked == NULL ? "" : answer->query.asked);
    text_out_format(out, "&model=%s", credit_model_name(answer->query.model));
    if (row->time != NULL)
        text_out_format(out, "&time=%s", row->time);
    if (answer->query.dimension_count == 0)
        return true;
    json_out_init(&values, out->arena, LINK_MAX_BYTES);
    json_out_begin_array(&values);
    for (int i = 0; i < answer->query.dimension_count; i++)
        json_out_text(&values, row->values[i]);
    json_out_end_array(&values);
    text_out_put(out, "&row=");
    percent_encode(out, values.written.text, values.written.len);
    return true;
}

static void write_link(const struct attribution *answer, const struct attribution_row *row,
                       struct json_out *out)
{
    struct text_out link;

    text_out_init(&link, out->written.arena, LINK_MAX_BYTES);
    json_out_key(out, "link");
    if (put_link(answer, row, &link))
        json_out_text_len(out, link.text, link.len);
    else
        json_out_null(out);
}

static void write_money(const char *name, const struct attribution_row *row, int64_t minor,
                        struct json_out *out)
{
    json_out_key(out, name);
    if (row->currency == NULL || row->mixed) {
        json_out_null(out);
        return;
    }
    json_out_begin_object(out);
    json_out_member_int(out, "minor", minor);
    json_out_member_text(out, "currency", row->currency);
    json_out_end_object(out);
}

static void write_cost(const char *name, bool given, int64_t minor, const char *currency,
                       struct json_out *out)
{
    const struct attribution_row money = {.currency = given ? currency : NULL};

    write_money(name, &money, minor, out);
}

static void write_costs(const struct attribution *answer, const struct attribution_row *row,
                        struct json_out *out)
{
    const struct costs costs = costs_of(row);
    const char *currency = row->cost_currency;
    char text[ATTRIBUTION_CREDIT_TEXT_MAX];

    if (!answer->query.costs)
        return;
    write_cost("cost", costs.given, costs.minor, currency, out);
    write_cost("cost_per_lead", costs.per_lead, costs.lead_minor, currency, out);
    write_cost("cost_per_conversion", costs.per_conversion, costs.conversion_minor, currency, out);
    format_return(&costs, text);
    json_out_member_text(out, "return_on_spend", costs.returns ? text : NULL);
}

static void write_row(const struct attribution *answer, const struct attribution_row *row,
                      struct json_out *out)
{
    char credit[ATTRIBUTION_CREDIT_TEXT_MAX];

    attribution_credit_format(row->credit, credit);
    json_out_begin_object(out);
    json_out_member_text(out, "time", row->time);
    for (int i = 0; i < answer->query.dimension_count; i++)
        json_out_member_text(out, attribution_cut_name(answer->query.dimensions[i]),
                             row->values[i]);
    json_out_member_text(out, "model", credit_model_name(answer->query.model));
    json_out_member_int(out, "leads", row->leads);
    json_out_member_text(out, "credit", credit);
    write_money("amount", row, row->amount_minor, out);
    write_money("pipeline", row, row->pipeline_minor, out);
    write_money("won", row, row->won_minor, out);
    write_costs(answer, row, out);
    write_link(answer, row, out);
    json_out_end_object(out);
}

static void write_query(const struct attribution *answers, size_t count, struct json_out *out)
{
    const struct attribution_query *query = &answers->query;
    bool decays = false;

    for (size_t i = 0; i < count; i++)
        decays = decays || answers[i].query.model == CREDIT_TIME_DECAY;
    json_out_key(out, "query");
    json_out_begin_object(out);
    json_out_member_text(out, "milestone", milestone_name(query->milestone));
    if (query->window_days == 0)
        json_out_member_null(out, "window_days");
    else
        json_out_member_int(out, "window_days", query->window_days);
    if (decays)
        json_out_member_int(out, "half_life_days", query->rules.half_life_days);
    json_out_member_text(out, "timezone", query->timezone);
    json_out_member_text(out, "basis", "milestone");
    json_out_member_text(out, "currency", query->currency);
    json_out_member_instant(out, "rates_at",
                            query->currency == NULL ? INSTANT_NONE : query->rates_at);
    json_out_key(out, "setup");
    json_out_begin_object(out);
    json_out_member_text(out, "name", query->setup->name);
    json_out_member_int(out, "version", query->setup->version);
    json_out_end_object(out);
    if (query->counted_to > 0)
        json_out_member_int(out, "counted_to", query->counted_to);
    else
        json_out_member_null(out, "counted_to");
    json_out_end_object(out);
}

static void write_left_out(const struct attribution_left_out *left_out, struct json_out *out)
{
    if (!left_out->asked)
        return;
    json_out_key(out, "touches_left_out");
    json_out_begin_object(out);
    json_out_member_int(out, "after_milestone", left_out->after_milestone);
    json_out_member_int(out, "outside_window", left_out->outside_window);
    json_out_member_int(out, "other_kinds", left_out->other_kinds);
    json_out_end_object(out);
}

void attribution_write_json(const struct attribution *answers, size_t count,
                            const struct config *config, instant from, instant to,
                            struct json_out *out)
{
    json_out_begin_object(out);
    write_query(answers, count, out);
    json_out_key(out, "definitions");
    in_force_write(config, from, to, out);
    json_out_key(out, "data");
    json_out_begin_array(out);
    for (size_t n = 0; n < count; n++)
        for (size_t i = 0; i < answers[n].row_count; i++)
            write_row(&answers[n], &answers[n].rows[i], out);
    json_out_end_array(out);
    json_out_key(out, "totals"); /* whatever the model */
    json_out_begin_object(out);
    json_out_member_int(out, "leads", answers->leads);
    json_out_member_int(out, "conversions", answers->conversions);
    json_out_end_object(out);
    json_out_key(out, "notes");
    json_out_begin_object(out);
    json_out_member_int(out, "outside_window", answers->outside_window);
    json_out_member_int(out, "late_first_touch", answers->late_first_touch);
    write_left_out(&answers->left_out, out);
    json_out_key(out, "no_rate");
    json_out_begin_array(out);
    for (size_t i = 0; i < answers->no_rate_count; i++)
        json_out_text(out, answers->no_rate[i]);
    json_out_end_array(out);
    json_out_end_object(out);
    json_out_end_object(out);
}

static void write_minor(const char *name, bool given, int64_t minor, struct json_out *out)
{
    json_out_key(out, name);
    if (given)
        json_out_int(out, minor);
    else
        json_out_null(out);
}

static void write_cost_points(const struct attribution *answer, const struct attribution_row *row,
                              struct json_out *out)
{
    const struct costs costs = costs_of(row);
    char text[ATTRIBUTION_CREDIT_TEXT_MAX];

    if (!answer->query.costs)
        return;
    write_minor("cost_minor", costs.given, costs.minor, out);
    write_minor("cost_per_lead_minor", costs.per_lead, costs.lead_minor, out);
    write_minor("cost_per_conversion_minor", costs.per_conversion, costs.conversion_minor, out);
    json_out_key(out, "return_on_spend");
    format_return(&costs, text);
    if (costs.returns)
        json_out_raw(out, text, strlen(text));
    else
        json_out_null(out);
    json_out_member_text(out, "cost_currency", costs.given ? row->cost_currency : NULL);
}

static void write_point(const struct attribution *answer, const struct attribution_row *row,
                        struct json_out *out)
{
    bool money = row->currency != NULL && !row->mixed;
    char credit[ATTRIBUTION_CREDIT_TEXT_MAX];

    attribution_credit_format(row->credit, credit);
    json_out_begin_object(out);
    json_out_member_text(out, "time", row->time);
    for (int i = 0; i < answer->query.dimension_count; i++)
        json_out_member_text(out, attribution_cut_name(answer->query.dimensions[i]),
                             row->values[i]);
    json_out_member_text(out, "model", credit_model_name(answer->query.model));
    json_out_member_int(out, "leads", row->leads);
    json_out_key(out, "credit");
    json_out_raw(out, credit, strlen(credit));
    write_minor("amount_minor", money, row->amount_minor, out);
    write_minor("pipeline_minor", money, row->pipeline_minor, out);
    write_minor("won_minor", money, row->won_minor, out);
    json_out_member_text(out, "currency", money ? row->currency : NULL);
    write_cost_points(answer, row, out);
    json_out_end_object(out);
}

void attribution_write_rows(const struct attribution *answers, size_t count, struct json_out *out)
{
    json_out_begin_array(out);
    for (size_t n = 0; n < count; n++)
        for (size_t i = 0; i < answers[n].row_count; i++)
            write_point(&answers[n], &answers[n].rows[i], out);
    json_out_end_array(out);
}

static void put_number(struct text_out *out, bool given, int64_t number)
{
    text_out_put(out, ",");
    if (given)
        text_out_format(out, "%" PRId64, number);
}

static void put_costs(const struct attribution *answer, const struct attribution_row *row,
                      struct text_out *out)
{
    const struct costs costs = costs_of(row);
    char text[ATTRIBUTION_CREDIT_TEXT_MAX];

    if (!answer->query.costs)
        return;
    put_number(out, costs.given, costs.minor);
    put_number(out, costs.per_lead, costs.lead_minor);
    put_number(out, costs.per_conversion, costs.conversion_minor);
    format_return(&costs, text);
    text_out_format(out, ",%s,%s", costs.returns ? text : "",
                    costs.given ? row->cost_currency : "");
}

static void put_row(const struct attribution *answer, const struct attribution_row *row,
                    struct text_out *out)
{
    char credit[ATTRIBUTION_CREDIT_TEXT_MAX];

    attribution_credit_format(row->credit, credit);
    csv_out_cell(out, row->time);
    for (int i = 0; i < answer->query.dimension_count; i++) {
        text_out_put(out, ",");
        csv_out_cell(out, row->values[i]);
    }
    text_out_format(out, ",%s,%" PRId64 ",%s,", credit_model_name(answer->query.model), row->leads,
                    credit);
    if (row->currency != NULL && !row->mixed)
        text_out_format(out, "%" PRId64 ",%" PRId64 ",%" PRId64 ",%s", row->amount_minor,
                        row->pipeline_minor, row->won_minor, row->currency);
    else
        text_out_put(out, ",,,");
    put_costs(answer, row, out);
    text_out_put(out, ",");
    put_link(answer, row, out);
    text_out_put(out, "\r\n");
}

void attribution_write_csv(const struct attribution *answers, size_t count, struct text_out *out)
{
    text_out_put(out, "time");
    for (int i = 0; i < answers->query.dimension_count; i++)
        text_out_format(out, ",%s", attribution_cut_name(answers->query.dimensions[i]));
    text_out_format(out,
                    ",model,leads,credit,amount_minor,pipeline_minor,won_minor,currency%s,link\r\n",
                    answers->query.costs ? ",cost_minor,cost_per_lead_minor,"
                                           "cost_per_conversion_minor,return_on_spend,cost_currency"
                                         : "");
    for (size_t n = 0; n < count; n++)
        for (size_t i = 0; i < answers[n].row_count; i++)
            put_row(&answers[n], &answers[n].rows[i], out);
}
