#include "api/reports_api.h"

#include "http/reply.h"

#include "api/reading.h"

#include "base/period.h"
#include "store/read/report_read.h"

#define FUNNEL_MAX_BYTES (16 << 10)

struct funnel_input {
    const struct period_end *from; /* NULL: open; so is to */
    const struct period_end *to;
};

static const struct input_field funnel_fields[] = {
    {"from", &period_end_type, AT(struct funnel_input, from)},
    {"to", &period_end_type, AT(struct funnel_input, to)},
};
const struct input_spec reports_funnel_input = INPUT_SPEC(funnel_fields, struct funnel_input);

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

static void write_row(const struct funnel *funnel, enum stage stage, struct json_out *out)
{
    int milestone = milestone_of(stage);

    json_out_begin_object(out);
    json_out_member_text(out, "stage", stage_name(stage));
    json_out_member_int(out, "leads", funnel->standing[stage]);
    if (milestone < 0)
        json_out_member_null(out, "reached");
    else
        json_out_member_int(out, "reached", funnel->reached[milestone]);
    json_out_end_object(out);
}

/* A stage that only a definition can give is hidden when there is no definition and nobody is or
 * was at it. */
static bool is_in_sight(const struct config *config, const struct funnel *funnel, enum stage stage)
{
    int milestone = milestone_of(stage);
    enum term term;

    if (!term_parse(stage_name(stage), &term) || config->in_force[term] != NULL)
        return true;
    return funnel->standing[stage] > 0 || (milestone >= 0 && funnel->reached[milestone] > 0);
}

static enum err answer_funnel(struct request *r, const struct funnel *funnel, instant from,
                              instant to)
{
    struct json_out out;

    json_out_init(&out, r->arena, FUNNEL_MAX_BYTES);
    json_out_begin_object(&out);
    json_out_key(&out, "query");
    json_out_begin_object(&out);
    json_out_member_instant(&out, "from", from);
    json_out_member_instant(&out, "to", to);
    json_out_end_object(&out);
    json_out_key(&out, "data");
    json_out_begin_array(&out);
    for (int stage = 0; stage < STAGE_COUNT; stage++)
        if (is_in_sight(r->config, funnel, (enum stage)stage))
            write_row(funnel, (enum stage)stage, &out);
    json_out_end_array(&out);
    json_out_key(&out, "totals");
    json_out_begin_object(&out);
    json_out_member_int(&out, "leads", funnel->leads);
    json_out_member_int(&out, "claimed_not_qualified", funnel->claimed_not_qualified);
    json_out_end_object(&out);
    json_out_end_object(&out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}

enum err reports_funnel(struct request *r, struct read *read)
{
    const struct funnel_input *input = r->input;
    instant from = end_of(input->from);
    instant to = end_of(input->to);
    struct funnel funnel;
    enum err err = report_read_funnel(read, from, to, &funnel);

    return err == ERR_NONE ? answer_funnel(r, &funnel, from, to) : err;
}
