#include "api/goals_board.h"

#include "base/json_tree.h"
#include "store/read/report_source.h"

#include <string.h>

#define LINK_MAX_BYTES 4096

/* ---- which numbers a goal rests on ---- */

/* A row of a report, by the functions of the teams that it is between, and its columns. */
struct goal_basis {
    const struct report_source *source;
    const char *part;  /* of money the column that opens to who brought it */
    const char *whole; /* of a percentage */
    const char *money; /* of money: the columns of its sum and root */
    const char *root;
    bool both; /* handed off by marketing to sales; else by whoever to the side whose goal it is */
};

static const struct goal_basis bases[GOAL_MEASURE_COUNT] = {
    [GOAL_ACCEPTED_HANDOFFS] = {&report_results, "accepted"},
    [GOAL_ACCEPTANCE_RATE] = {&report_coverage, "accepted", "answered", .both = true},
    [GOAL_ANSWERS_IN_TIME] = {&report_response_times, "in_time", "promised"},
    [GOAL_FOLLOW_UP] = {&report_coverage, "touched_in_time", "accepted"},
    [GOAL_SQL] = {&report_results, "sql"},
    [GOAL_PIPELINE] = {&report_results, "opportunities", .money = "pipeline_minor",
                       .root = "pipeline_root"},
    [GOAL_WON] = {&report_results, "customers", .money = "won_minor", .root = "won_root"},
};

static const char *const side_names[SIDE_COUNT] = {"marketing", "sales"};

/* How the report is cut so that one row is the goal's, and that row's values. */
static int cut_for(const struct goal *goal, const struct goal_basis *basis, const char *names[],
                   const char *values[])
{
    int count = 0;

    if (basis->money != NULL) {
        names[count] = "currency";
        values[count++] = goal->currency;
    } else if (basis->whole != NULL) {
        if (basis->both) {
            names[count] = "from_side";
            values[count++] = side_names[SIDE_MARKETING];
        }
        names[count] = "side";
        values[count++] = basis->both ? side_names[SIDE_SALES] : side_names[goal->side];
    }
    return count;
}

static bool has_values(const struct report_row *row, const char *const values[], int count)
{
    for (int i = 0; i < count; i++)
        if (row->values[i] == NULL || strcmp(row->values[i], values[i]) != 0)
            return false;
    return true;
}

static int64_t number_in(const struct standing *standing, const char *column)
{
    int place = column == NULL ? -1 : report_column(&standing->basis->source->report, column);
    int64_t number = place < 0 ? 0 : standing->row.numbers[place];

    return number == REPORT_NO_NUMBER ? 0 : number;
}

static void count_up(struct standing *standing)
{
    const struct goal_basis *basis = standing->basis;
    double root = (double)number_in(standing, basis->root);

    standing->count = (struct goal_count){
        .reached = number_in(standing, basis->money != NULL ? basis->money : basis->part),
        .of = number_in(standing, basis->whole),
        .squares = root * root,
    };
}

static enum err stand(const struct read *read, const struct goal *goal, const struct config *config,
                      const struct goals_board *board, struct standing *out)
{
    const char *names[REPORT_CUTS_MAX], *values[REPORT_CUTS_MAX] = {NULL};
    struct report_rows rows;

    *out = (struct standing){.goal = goal,
                             .basis = &bases[goal->measure],
                             .span = goal_span_of(goal->period, board->at)};
    out->query = (struct report_query){
        .config = config, .from = out->span.from, .to = out->span.to, .as_of = board->as_of};
    out->query.cut_count = cut_for(goal, out->basis, names, values);
    for (int i = 0; i < out->query.cut_count; i++)
        out->query.cuts[i] = report_dimension(&out->basis->source->report, names[i]);
    enum err err = report_source_read(read, out->basis->source, &out->query, &rows);
    if (err != ERR_NONE)
        return err;
    memcpy(out->row.values, values, sizeof values);
    for (size_t i = 0; i < rows.count; i++)
        if (has_values(&rows.items[i], values, out->query.cut_count))
            out->row = rows.items[i];
    count_up(out);
    out->progress = goal_progress_of(goal, out->span, board->at, out->count);
    return ERR_NONE;
}

/* ---- the agreement ---- */

/* The version that was in force at this moment; a suspended one still says what was promised. */
static const struct agreement_version *goals_at(const struct config *config, instant at)
{
    for (size_t i = 0; i < config->agreement_count; i++) {
        const struct agreement_version *version = &config->agreements[i];
        if (version->kind == AGREEMENT_GOALS && version->in_force_from != INSTANT_NONE &&
            version->in_force_from <= at &&
            (version->superseded_at == INSTANT_NONE || version->superseded_at > at))
            return version;
    }
    return NULL;
}

static enum err read_goals(const struct agreement_version *version, struct arena *arena,
                           struct goals_document *out)
{
    struct faults faults;
    json_t *document;

    *out = (struct goals_document){.count = 0};
    if (version == NULL)
        return ERR_NONE;
    faults_init(&faults, arena);
    document = json_tree_read(arena, version->document, strlen(version->document), 0, NULL);
    enum err err =
        document == NULL ? ERR_INTERNAL : goals_document_read(document, arena, &faults, out);
    json_decref(document);
    return err == ERR_INVALID_DEFINITION ? ERR_INTERNAL : err;
}

enum err goals_board_read(struct request *r, const struct read *read, instant as_of,
                          struct goals_board *out)
{
    struct goals_document goals;

    *out =
        (struct goals_board){.at = as_of == INSTANT_NONE ? r->received_at : as_of, .as_of = as_of};
    out->version = goals_at(r->config, out->at);
    enum err err = read_goals(out->version, read->arena, &goals);
    out->standings = ARENA_ARRAY(read->arena, struct standing, goals.count + 1);
    for (; err == ERR_NONE && out->standings != NULL && out->count < goals.count; out->count++)
        err = stand(read, &goals.goals[out->count], r->config, out, &out->standings[out->count]);
    return err;
}

/* ---- as it is written ---- */

static void write_link(const struct standing *standing, const char *key, const char *column,
                       struct json_out *out)
{
    struct text_out link;

    if (column == NULL)
        return;
    text_out_init(&link, out->written.arena, LINK_MAX_BYTES);
    report_put_link(&standing->basis->source->report, &standing->query, &standing->row, column,
                    &link);
    json_out_key(out, key);
    json_out_text_len(out, link.text, link.len);
}

static void write_numbers(const struct standing *standing, struct json_out *out)
{
    const struct goal_basis *basis = standing->basis;

    json_out_key(out, "rests_on");
    json_out_begin_object(out);
    json_out_member_text(out, "report", basis->source->report.name);
    json_out_key(out, "columns");
    json_out_begin_object(out);
    json_out_member_int(out, basis->part, number_in(standing, basis->part));
    if (basis->whole != NULL)
        json_out_member_int(out, basis->whole, number_in(standing, basis->whole));
    json_out_end_object(out);
    json_out_key(out, "links");
    json_out_begin_object(out);
    write_link(standing, basis->part, basis->part, out);
    write_link(standing, basis->whole, basis->whole, out);
    json_out_end_object(out);
    json_out_end_object(out);
}

void standing_write(const struct standing *standing, struct json_out *out)
{
    const struct goal *goal = standing->goal;

    json_out_begin_object(out);
    json_out_member_text(out, "side", side_names[goal->side]);
    json_out_member_text(out, "measure", goal_measure_name(goal->measure));
    json_out_member_text(out, "words", goal_measure_words(goal->measure));
    json_out_member_text(out, "period", goal_period_name(goal->period));
    json_out_member_instant(out, "from", standing->span.from);
    json_out_member_instant(out, "to", standing->span.to);
    goal_progress_write(goal, &standing->progress, out);
    write_numbers(standing, out);
    json_out_end_object(out);
}

void standing_put_link(const struct standing *standing, struct text_out *out)
{
    report_put_link(&standing->basis->source->report, &standing->query, &standing->row,
                    standing->basis->part, out);
}

const char *goals_board_side(enum side side)
{
    return side_names[side];
}

void goals_board_write_agreement(const struct goals_board *board, struct json_out *out)
{
    if (board->version == NULL) {
        json_out_null(out);
        return;
    }
    json_out_begin_object(out);
    json_out_member_text(out, "kind", agreement_kind_name(board->version->kind));
    json_out_member_int(out, "version", board->version->version);
    json_out_member_text(out, "state", agreement_state_name(board->version->state));
    json_out_end_object(out);
}
