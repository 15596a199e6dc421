#include "api/reports_api.h"

#include "http/reply.h"
#include "http/request_refuse.h"

#include "api/reading.h"
#include "http/accept.h"
#include "http/request_input.h"

#include "base/name.h"
#include "base/period.h"
#include "store/read/report_source.h"
#include "store/read/stages_read.h"

#include <string.h>

#define STAGES_MAX_BYTES (16 << 10)
#define REPORT_MAX_BYTES ((size_t)32 << 20)

struct stages_input {
    const struct period_end *from; /* NULL: open; so is to */
    const struct period_end *to;
};

static const struct input_field stages_fields[] = {
    {"from", &period_end_type, AT(struct stages_input, from)},
    {"to", &period_end_type, AT(struct stages_input, to)},
};
const struct input_spec reports_stages_input = INPUT_SPEC(stages_fields, struct stages_input);

/* A bare date is 00:00 UTC. */
static instant end_of(const struct period_end *end)
{
    return end == NULL ? INSTANT_NONE : period_end_utc(end);
}

/* The milestone with this name, or -1: nurture, for example, is none. */
static int milestone_of(enum stage stage)
{
    enum milestone milestone;

    return milestone_parse(stage_name(stage), &milestone) ? (int)milestone : -1;
}

static void write_row(const struct stages *stages, enum stage stage, struct json_out *out)
{
    int milestone = milestone_of(stage);

    json_out_begin_object(out);
    json_out_member_text(out, "stage", stage_name(stage));
    json_out_member_int(out, "leads", stages->standing[stage]);
    if (milestone < 0)
        json_out_member_null(out, "reached");
    else
        json_out_member_int(out, "reached", stages->reached[milestone]);
    json_out_end_object(out);
}

/* A stage that only a definition can give is hidden when there is no definition and nobody is or
 * was at it. */
static bool is_in_sight(const struct config *config, const struct stages *stages, enum stage stage)
{
    int milestone = milestone_of(stage);
    enum term term;

    if (!term_parse(stage_name(stage), &term) || config->in_force[term] != NULL)
        return true;
    return stages->standing[stage] > 0 || (milestone >= 0 && stages->reached[milestone] > 0);
}

static enum err answer_stages(struct request *r, const struct stages *stages, instant from,
                              instant to)
{
    struct json_out out;

    json_out_init(&out, r->arena, STAGES_MAX_BYTES);
    json_out_begin_object(&out);
    json_out_key(&out, "query");
    json_out_begin_object(&out);
    json_out_member_instant(&out, "from", from);
    json_out_member_instant(&out, "to", to);
    json_out_end_object(&out);
    json_out_key(&out, "data");
    json_out_begin_array(&out);
    for (int stage = 0; stage < STAGE_COUNT; stage++)
        if (is_in_sight(r->config, stages, (enum stage)stage))
            write_row(stages, (enum stage)stage, &out);
    json_out_end_array(&out);
    json_out_key(&out, "totals");
    json_out_begin_object(&out);
    json_out_member_int(&out, "leads", stages->leads);
    json_out_member_int(&out, "claimed_not_qualified", stages->claimed_not_qualified);
    json_out_end_object(&out);
    json_out_end_object(&out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}

enum err reports_stages(struct request *r, struct read *read)
{
    const struct stages_input *input = r->input;
    instant from = end_of(input->from);
    instant to = end_of(input->to);
    struct stages stages;
    enum err err = stages_read(read, from, to, &stages);

    return err == ERR_NONE ? answer_stages(r, &stages, from, to) : err;
}

/* ---- the reports that are declared ---- */

struct report_input {
    const struct period_end *from; /* NULL: so long before to */
    const struct period_end *to;   /* NULL: the end of today, so that an answer can be compared */
    const char *by;                /* NULL: as the report says */
    const char *then_by;
    const struct period_end *as_of; /* NULL: now */
    int basis;
};

enum report_basis { BASIS_COHORT, BASIS_FLOW, BASIS_COUNT };
static const char *const basis_names[BASIS_COUNT] = {"cohort", "flow"};
static const struct input_type basis_type = {
    .kind = INPUT_ENUM, .values = basis_names, .max = BASIS_COUNT - 1};

#define REPORT_FIELDS(struct_type, member)                                                         \
    {"from", &period_end_type, AT(struct_type, member.from)},                                      \
        {"to", &period_end_type, AT(struct_type, member.to)},                                      \
        {"by", &name_type, AT(struct_type, member.by)},                                            \
        {"then_by", &name_type, AT(struct_type, member.then_by)},                                  \
        {"as_of", &period_end_type, AT(struct_type, member.as_of)},                                \
    {                                                                                              \
        "basis", &basis_type, AT(struct_type, member.basis)                                        \
    }

struct rows_input {
    struct report_input report;
};

static const struct input_field rows_fields[] = {REPORT_FIELDS(struct rows_input, report)};
const struct input_spec reports_input = INPUT_SPEC(rows_fields, struct rows_input);

static const char *names_of(struct request *r, const struct report *report)
{
    const char *names = report->dimensions[0];

    for (int i = 1; names != NULL && i < REPORT_DIMENSIONS_MAX && report->dimensions[i]; i++)
        names = arena_printf(r->arena, "%s, %s", names, report->dimensions[i]);
    return names == NULL ? "" : names;
}

static void add_cut(struct request *r, const struct report *report, const char *parameter,
                    const char *name, struct report_query *out)
{
    int found = report_dimension(report, name);

    if (found < 0)
        reading_fault(r, parameter, "unknown_dimension",
                      arena_printf(r->arena, "This report can be cut by %s", names_of(r, report)));
    else if (out->cut_count == 1 && out->cuts[0] == found)
        reading_fault(r, parameter, "same_as_by", "It is the same dimension as by");
    else
        out->cuts[out->cut_count++] = found;
}

static void choose_cuts(struct request *r, const struct report *report,
                        const struct report_input *input, struct report_query *out)
{
    if (input->by != NULL)
        add_cut(r, report, "by", input->by, out);
    if (input->then_by != NULL && input->by == NULL)
        reading_fault(r, "then_by", "without_by", "It can only be used with by");
    else if (input->then_by != NULL)
        add_cut(r, report, "then_by", input->then_by, out);
    for (; input->by == NULL && out->cut_count < report->cuts; out->cut_count++)
        out->cuts[out->cut_count] = out->cut_count;
}

/* Only the funnel has two. */
static const struct report_source *on_basis(struct request *r, const struct report_source *source,
                                            const struct report_input *input)
{
    if (input->basis == BASIS_COHORT)
        return source;
    if (source->flow == NULL)
        reading_fault(r, "basis", "basis", "This report is of cohorts alone");
    return source->flow == NULL ? source : source->flow;
}

#define LEAST_LEADS 5

int64_t reports_least_leads(const struct request *r)
{
    return (r->caller.roles & (ROLE_READ | ROLE_WORK | ROLE_ADMIN)) != 0 ? 0 : LEAST_LEADS;
}

void reports_choose_period(struct request *r, const struct report *report,
                           const struct period_end *asked_from, const struct period_end *asked_to,
                           struct report_query *out)
{
    instant to = end_of(asked_to), from = end_of(asked_from);
    int days = report->days == 0 ? REPORT_PERIOD_DAYS : report->days;
    int most = report->days_max == 0 ? REPORT_PERIOD_MAX_DAYS : report->days_max;

    out->to = to == INSTANT_NONE ? (instant_day(r->received_at) + 1) * INSTANT_DAY : to;
    out->from = from == INSTANT_NONE ? out->to - days * INSTANT_DAY : from;
    if (out->from > out->to)
        reading_fault(r, "from", "after_to", "It is after the end of the period");
    else if (out->to - out->from > most * INSTANT_DAY)
        reading_fault(r, "from", "period",
                      arena_printf(r->arena, "This report is of %d days at most", most));
}

static enum err ask(struct request *r, const struct report *report,
                    const struct report_input *input, struct report_query *out)
{

    *out = (struct report_query){
        .config = r->config, .as_of = end_of(input->as_of), .least_leads = reports_least_leads(r)};
    reports_choose_period(r, report, input->from, input->to, out);
    if (out->as_of != INSTANT_NONE && report->only != NULL)
        reading_fault(r, "as_of", "only_now", report->only);
    else if (out->as_of > r->received_at)
        reading_fault(r, "as_of", "future", "Nobody knows yet how it will stand then");
    choose_cuts(r, report, input, out);
    return request_check_query(r);
}

static void answer_rows(struct request *r, const struct report *report,
                        const struct report_query *query, struct report_rows *rows, bool csv)
{
    struct text_out table;
    struct json_out out;

    r->reply.vary |= VARY_ACCEPT;
    if (csv) {
        text_out_init(&table, r->arena, REPORT_MAX_BYTES);
        report_write_csv(report, query, rows, &table);
        reply_text(r, 200, "text/csv; charset=utf-8", &table);
        return;
    }
    json_out_init(&out, r->arena, REPORT_MAX_BYTES);
    report_write_json(report, query, rows, &out);
    reply_json(r, 200, &out);
}

static enum err answer_report(struct request *r, struct read *read,
                              const struct report_source *source)
{
    static const char *const offered[] = {"application/json", "text/csv"};
    const struct rows_input *input = r->input;
    int chosen = accept_choose(r->accept, offered, 2);
    struct report_query query;
    struct report_rows rows;

    if (chosen < 0)
        return request_refuse(r, ERR_NOT_ACCEPTABLE, "Offered are application/json and text/csv");
    source = on_basis(r, source, &input->report);
    enum err err = ask(r, &source->report, &input->report, &query);
    if (err == ERR_NONE)
        err = report_source_read(read, source, &query, &rows);
    if (err == ERR_LIMIT_REACHED) {
        reading_fault(r, "by", "too_many_rows", "Ask for fewer dimensions or a shorter time");
        return request_refuse(r, ERR_INVALID_PARAMETER, "The answer has more than %d rows",
                              REPORT_ROWS_MAX);
    }
    if (err == ERR_NONE)
        answer_rows(r, &source->report, &query, &rows, chosen == 1);
    return err;
}

#define X(name)                                                                                    \
    enum err reports_##name(struct request *r, struct read *read)                                  \
    {                                                                                              \
        return answer_report(r, read, &report_##name);                                             \
    }
REPORT_SOURCES(X)
#undef X

/* ---- what a number of them opens to ---- */

static const struct reading_places items_places = READING_PLACES("ri");

struct items_input {
    const char *name;
    struct report_input report;
    const char *column;
    const struct reading_row *row; /* NULL: all of them */
    struct reading_query page;
};

static const struct input_field items_fields[] = {
    {"report", &name_type, AT(struct items_input, name), .place = INPUT_PATH},
    REPORT_FIELDS(struct items_input, report),
    {"column", &name_type, AT(struct items_input, column)},
    {"row", &reading_row_type, AT(struct items_input, row)},
    PAGE_LIMIT_FIELD(struct items_input, page),
    PAGE_PLACE_FIELD(struct items_input, page, "cursor", items_places),
};
const struct input_spec reports_leads_input = INPUT_SPEC(items_fields, struct items_input);

/* The place of a page's last item: its moment, its lead, and as text its handoff. */
static struct report_item place_of(const struct cursor *cursor)
{
    struct report_item place = {.at = cursor->number, .lead = cursor->id};

    if (cursor->text == NULL || !uuid_parse(cursor->text, &place.handoff))
        place.handoff = (struct uuid){{0}};
    return place;
}

static enum err answer_items(struct request *r, const struct report_items *found)
{
    struct reading_page page;
    struct cursor place = {0};
    char handoff[UUID_TEXT_LEN + 1] = "";

    reading_page_begin(r, &page, "cursor");
    for (size_t i = 0; i < found->count; i++) {
        const struct report_item *item = &found->items[i];
        json_out_begin_object(&page.json);
        json_out_member_uuid(&page.json, "lead_id", item->lead);
        json_out_member_uuid(&page.json, "handoff_id", item->handoff);
        json_out_member_instant(&page.json, "at", item->at);
        json_out_member_int(&page.json, "value", item->value);
        json_out_end_object(&page.json);
        place.number = item->at;
        place.id = item->lead;
        uuid_format(item->handoff, handoff);
    }
    place.text = handoff;
    return reading_page_end(r, &page, &items_places, found->more ? &place : NULL);
}

static enum err choose_cell(struct request *r, const struct report *report,
                            const struct items_input *input, const struct report_query *query,
                            struct report_cell *out)
{
    int column = input->column == NULL ? 0 : report_column(report, input->column);

    if (column < 0 || report->columns[column].form != REPORT_LEADS)
        reading_fault(r, "column", "unknown_column", "No column of this name counts leads");
    else
        out->column = report->columns[column].name;
    if (input->row != NULL && input->row->count != query->cut_count)
        reading_fault(r, "row", "row", "A value for each dimension is wanted, null where absent");
    out->whole = input->row == NULL;
    if (input->row != NULL)
        memcpy(out->values, input->row->values, sizeof out->values);
    return request_check_query(r);
}

enum err reports_leads(struct request *r, struct read *read)
{
    const struct items_input *input = r->input;
    const struct report_source *source = report_source_named(input->name);
    struct cursor begin = reading_begin_at(&input->page);
    struct report_page page = {.after = REPORT_BEGINNING, .limit = (int)input->page.limit};
    struct report_query query;
    struct report_items found;

    if (source == NULL)
        return ERR_NOT_FOUND;
    if (input->page.place != NULL)
        page.after = place_of(&begin);
    source = on_basis(r, source, &input->report);
    enum err err = ask(r, &source->report, &input->report, &query);
    if (err == ERR_NONE)
        err = choose_cell(r, &source->report, input, &query, &page.cell);
    if (err == ERR_NONE)
        err = report_source_open(read, source, &query, &page, &found);
    return err == ERR_NONE ? answer_items(r, &found) : err;
}
