#include "api/five_questions_api.h"

#include "http/reply.h"

#include "api/goals_board.h"
#include "api/reading.h"
#include "api/reports_api.h"
#include "http/request_input.h"

#include "core/in_force.h"

#include <string.h>

#define QUESTIONS_MAX_BYTES ((size_t)16 << 20)

struct questions_input {
    const struct period_end *from; /* NULL: so long before to */
    const struct period_end *to;   /* NULL: the end of today */
};

static const struct input_field questions_fields[] = {
    {"from", &period_end_type, AT(struct questions_input, from)},
    {"to", &period_end_type, AT(struct questions_input, to)},
};
const struct input_spec reports_five_questions_input =
    INPUT_SPEC(questions_fields, struct questions_input);

/* A report that answers one of them, cut by one dimension. */
struct part {
    const struct report_source *source;
    struct report_query query;
    struct report_rows rows;
};

struct questions {
    struct part sources;       /* what share comes from which source */
    struct goals_board goals;  /* has each side goals */
    struct part contributions; /* what became of the leads that each side found */
    struct part social;        /* what sales does on social networks, by member */
    struct part sellers;       /* the same, whoever may see it: for how many they are */
};

static enum err read_part(const struct read *read, const struct report_query *period,
                          const struct report_source *source, const char *by, struct part *out)
{
    *out = (struct part){.source = source, .query = *period};
    out->query.cuts[0] = report_dimension(&source->report, by);
    out->query.cut_count = 1;
    return report_source_read(read, source, &out->query, &out->rows);
}

static enum err read_questions(struct request *r, const struct read *read,
                               const struct report_query *period, struct questions *out)
{
    struct report_query everybody = *period;
    enum err err = read_part(read, period, &report_source_mix, "source", &out->sources);

    if (err == ERR_NONE)
        err = read_part(read, period, &report_results, "function", &out->contributions);
    if (err == ERR_NONE)
        err = read_part(read, period, &report_social, "member", &out->social);
    everybody.least_leads = 0;
    if (err == ERR_NONE)
        err = read_part(read, &everybody, &report_social, "member", &out->sellers);
    return err == ERR_NONE ? goals_board_read(r, read, INSTANT_NONE, &out->goals) : err;
}

static void write_part(const struct part *part, const char *key, struct json_out *out)
{
    json_out_key(out, key);
    report_write_json(&part->source->report, &part->query, &part->rows, out);
}

static void write_goals(const struct goals_board *board, struct json_out *out)
{
    json_out_key(out, "goals");
    json_out_begin_object(out);
    json_out_key(out, "agreement");
    goals_board_write_agreement(board, out);
    for (int side = 0; side < SIDE_COUNT; side++) {
        int64_t goals = 0, on_pace = 0;
        for (size_t i = 0; i < board->count; i++) {
            if ((int)board->standings[i].goal->side != side)
                continue;
            goals++;
            on_pace += board->standings[i].progress.on_pace;
        }
        json_out_key(out, goals_board_side((enum side)side));
        json_out_begin_object(out);
        json_out_member_int(out, "goals", goals);
        json_out_member_int(out, "on_pace", on_pace);
        json_out_end_object(out);
    }
    json_out_end_object(out);
}

/* Members of the two sides who work here now. */
static bool is_asked(const struct config *config, const struct member *member)
{
    const struct team *team = config_team(config, member->team);

    return member->active && team != NULL && team->active && team->function != FUNCTION_OTHER;
}

static bool has_acknowledged(const struct agreement_version *version, struct uuid member)
{
    for (size_t i = 0; i < version->acknowledged_count; i++)
        if (uuid_equal(version->acknowledged_by[i], member))
            return true;
    return false;
}

static void write_version(const struct config *config, const struct agreement_version *version,
                          struct json_out *out)
{
    int64_t asked = 0, acknowledged = 0;

    for (size_t i = 0; i < config->member_count; i++) {
        if (!is_asked(config, &config->members[i]))
            continue;
        asked++;
        acknowledged += has_acknowledged(version, config->members[i].id);
    }
    json_out_begin_object(out);
    json_out_member_text(out, "kind", agreement_kind_name(version->kind));
    json_out_member_int(out, "version", version->version);
    json_out_member_int(out, "members", asked);
    json_out_member_int(out, "acknowledged", acknowledged);
    json_out_end_object(out);
}

static void write_acknowledged(const struct config *config, struct json_out *out)
{
    json_out_key(out, "acknowledged");
    json_out_begin_array(out);
    for (int kind = 0; kind < AGREEMENT_KIND_COUNT; kind++)
        if (config->in_force[kind] != NULL)
            write_version(config, config->in_force[kind], out);
    json_out_end_array(out);
}

/* How many of the sellers there are log what they do there. */
static void write_sellers(const struct config *config, const struct report_rows *social,
                          struct json_out *out)
{
    int64_t sellers = 0, logging = 0;

    for (size_t i = 0; i < config->member_count; i++) {
        const struct member *member = &config->members[i];
        const struct team *team = config_team(config, member->team);
        char id[UUID_TEXT_LEN + 1];
        if (!is_asked(config, member) || team->function != FUNCTION_SALES)
            continue;
        sellers++;
        uuid_format(member->id, id);
        for (size_t row = 0; row < social->count; row++)
            logging += social->items[row].values[0] != NULL &&
                       strcmp(social->items[row].values[0], id) == 0;
    }
    json_out_key(out, "sellers");
    json_out_begin_object(out);
    json_out_member_int(out, "members", sellers);
    json_out_member_int(out, "logging", logging);
    json_out_end_object(out);
}

static void answer(struct request *r, const struct report_query *period,
                   struct questions *questions)
{
    struct json_out out;

    json_out_init(&out, r->arena, QUESTIONS_MAX_BYTES);
    json_out_begin_object(&out);
    json_out_member_text(&out, "report", "five-questions");
    json_out_member_instant(&out, "from", period->from);
    json_out_member_instant(&out, "to", period->to);
    json_out_key(&out, "definitions");
    in_force_write(r->config, period->from, period->to, &out);
    write_goals(&questions->goals, &out);
    write_acknowledged(r->config, &out);
    write_sellers(r->config, &questions->sellers.rows, &out);
    write_part(&questions->sources, "sources", &out);
    write_part(&questions->contributions, "contributions", &out);
    write_part(&questions->social, "social", &out);
    json_out_end_object(&out);
    reply_json(r, 200, &out);
}

enum err reports_five_questions(struct request *r, struct read *read)
{
    const struct questions_input *input = r->input;
    struct report_query period = {
        .config = r->config, .as_of = INSTANT_NONE, .least_leads = reports_least_leads(r)};
    struct questions questions;

    reports_choose_period(r, &report_results.report, input->from, input->to, &period);
    enum err err = request_check_query(r);
    if (err == ERR_NONE)
        err = read_questions(r, read, &period, &questions);
    if (err == ERR_NONE)
        answer(r, &period, &questions);
    return err;
}
