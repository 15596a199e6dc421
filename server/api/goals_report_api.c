#include "api/goals_report_api.h"

#include "http/reply.h"
#include "http/request_refuse.h"

#include "api/goals_board.h"
#include "api/reading.h"
#include "api/reports_api.h"
#include "http/accept.h"
#include "http/request_input.h"

#include "base/period.h"
#include "core/in_force.h"
#include "store/read/report_source.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define GOALS_MAX_BYTES ((size_t)8 << 20)

struct goals_input {
    const struct period_end *as_of; /* NULL: now */
};

static const struct input_field goals_fields[] = {
    {"as_of", &period_end_type, AT(struct goals_input, as_of)},
};
const struct input_spec reports_goals_input = INPUT_SPEC(goals_fields, struct goals_input);

static enum err read_board(struct request *r, const struct read *read, struct goals_board *out)
{
    const struct goals_input *input = r->input;
    instant as_of = input->as_of == NULL ? INSTANT_NONE : period_end_utc(input->as_of);

    if (as_of > r->received_at) {
        reading_fault(r, "as_of", "future", "Nobody knows yet how it will stand then");
        return request_check_query(r);
    }
    return goals_board_read(r, read, as_of, out);
}

static void write_head(const struct request *r, const struct goals_board *board, const char *report,
                       struct json_out *out)
{
    json_out_member_text(out, "report", report);
    json_out_member_instant(out, "as_of", board->as_of);
    json_out_key(out, "agreement");
    goals_board_write_agreement(board, out);
    json_out_key(out, "definitions");
    in_force_write(r->config, board->at, board->at + 1, out);
}

static void put_csv(const struct goals_board *board, struct text_out *out)
{
    text_out_put(out, "side,measure,period,from,to,target,currency,reached,expected,on_pace,met,"
                      "forecast,low,high,link\r\n");
    for (size_t i = 0; i < board->count; i++) {
        const struct standing *standing = &board->standings[i];
        const struct goal_progress *progress = &standing->progress;
        char from[INSTANT_TEXT_MAX], to[INSTANT_TEXT_MAX];
        instant_format(standing->span.from, from);
        instant_format(standing->span.to, to);
        text_out_format(
            out, "%s,%s,%s,%s,%s,%" PRId64 ",%s,", goals_board_side(standing->goal->side),
            goal_measure_name(standing->goal->measure), goal_period_name(standing->goal->period),
            from, to, standing->goal->target, standing->goal->currency);
        if (progress->known)
            text_out_format(out, "%.1f", progress->reached);
        text_out_format(out, ",%.1f,%s,%s,", progress->expected,
                        progress->on_pace ? "true" : "false", progress->met ? "true" : "false");
        if (progress->foreseen)
            text_out_format(out, "%.1f", progress->forecast);
        if (progress->foreseen && progress->low <= progress->high)
            text_out_format(out, ",%.1f,%.1f,", progress->low, progress->high);
        else
            text_out_put(out, ",,,");
        standing_put_link(standing, out);
        text_out_put(out, "\r\n");
    }
}

static void answer_goals(struct request *r, const struct goals_board *board, bool csv)
{
    struct text_out table;
    struct json_out out;

    r->reply.vary |= VARY_ACCEPT;
    if (csv) {
        text_out_init(&table, r->arena, GOALS_MAX_BYTES);
        put_csv(board, &table);
        reply_text(r, 200, "text/csv; charset=utf-8", &table);
        return;
    }
    json_out_init(&out, r->arena, GOALS_MAX_BYTES);
    json_out_begin_object(&out);
    write_head(r, board, "goals", &out);
    json_out_key(&out, "data");
    json_out_begin_array(&out);
    for (size_t i = 0; i < board->count; i++)
        standing_write(&board->standings[i], &out);
    json_out_end_array(&out);
    json_out_end_object(&out);
    reply_json(r, 200, &out);
}

enum err reports_goals(struct request *r, struct read *read)
{
    static const char *const offered[] = {"application/json", "text/csv"};
    int chosen = accept_choose(r->accept, offered, 2);
    struct goals_board board;

    if (chosen < 0)
        return request_refuse(r, ERR_NOT_ACCEPTABLE, "Offered are application/json and text/csv");
    enum err err = read_board(r, read, &board);
    if (err == ERR_NONE)
        answer_goals(r, &board, chosen == 1);
    return err;
}

/* ---- the scoreboard ---- */

#define SCOREBOARD_DAYS 30

static void write_side(const struct goals_board *board, enum side side, struct json_out *out)
{
    int64_t promises = 0, met = 0, on_pace = 0;

    json_out_begin_object(out);
    json_out_member_text(out, "side", goals_board_side(side));
    json_out_key(out, "promises");
    json_out_begin_array(out);
    for (size_t i = 0; i < board->count; i++) {
        const struct standing *standing = &board->standings[i];
        if (standing->goal->side != side)
            continue;
        standing_write(standing, out);
        promises++;
        met += standing->progress.met;
        on_pace += standing->progress.on_pace;
    }
    json_out_end_array(out);
    json_out_member_int(out, "promised", promises);
    json_out_member_int(out, "on_pace", on_pace);
    json_out_member_int(out, "met", met);
    json_out_end_object(out);
}

/* By what became of them: customers, then opportunities, sql and accepted handoffs. */
static int compare_results(const void *a, const void *b)
{
    static const char *const columns[] = {"customers", "opportunities", "sql", "accepted"};
    const struct report_row *left = a, *right = b;

    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        int column = report_column(&report_results.report, columns[i]);
        if (left->numbers[column] != right->numbers[column])
            return left->numbers[column] > right->numbers[column] ? -1 : 1;
    }
    if (left->values[0] == NULL || right->values[0] == NULL)
        return (left->values[0] == NULL) - (right->values[0] == NULL);
    return strcmp(left->values[0], right->values[0]);
}

/* Of the thirty days before, by source. */
static enum err read_results(const struct request *r, const struct read *read,
                             const struct goals_board *board, struct report_query *query,
                             struct report_rows *out)
{
    instant end = (instant_day(board->at) + 1) * INSTANT_DAY;

    *query = (struct report_query){
        .config = r->config,
        .from = end - SCOREBOARD_DAYS * INSTANT_DAY,
        .to = end,
        .as_of = board->as_of,
        .least_leads = reports_least_leads(r),
        .cuts = {report_dimension(&report_results.report, "source")},
        .cut_count = 1,
    };
    enum err err = report_source_read(read, &report_results, query, out);
    if (err == ERR_NONE)
        qsort(out->items, out->count, sizeof *out->items, compare_results);
    return err;
}

static void answer_scoreboard(struct request *r, const struct goals_board *board,
                              const struct report_query *query, struct report_rows *results)
{
    struct json_out out;

    json_out_init(&out, r->arena, GOALS_MAX_BYTES);
    json_out_begin_object(&out);
    write_head(r, board, "scoreboard", &out);
    json_out_key(&out, "sides");
    json_out_begin_array(&out);
    for (int side = 0; side < SIDE_COUNT; side++)
        write_side(board, (enum side)side, &out);
    json_out_end_array(&out);
    json_out_key(&out, "results");
    report_write_json(&report_results.report, query, results, &out);
    json_out_end_object(&out);
    reply_json(r, 200, &out);
}

enum err reports_scoreboard(struct request *r, struct read *read)
{
    struct report_query query;
    struct report_rows results;
    struct goals_board board;
    enum err err = read_board(r, read, &board);

    if (err == ERR_NONE)
        err = read_results(r, read, &board, &query, &results);
    if (err == ERR_NONE)
        answer_scoreboard(r, &board, &query, &results);
    return err;
}
