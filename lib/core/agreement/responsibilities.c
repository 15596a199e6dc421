#include "core/agreement/responsibilities.h"

#include "core/agreement/agreement_rules.h"
#include "core/agreement/shape_agreement.h"

/* A row: what a team does (or, of disputes, a member), by when, and what says so. */
struct duty {
    const char *step;
    const char *what;
    struct uuid team;
    struct uuid member;     /* nil: any of the team */
    int32_t within_minutes; /* 0: not said; likewise days */
    int32_t within_days;
    const struct agreement_version *by;
};

/* Of those whose duty it is, who has said that they read it, or who has not. */
static void write_readers(const struct config *config, const struct duty *duty, bool read,
                          struct json_out *out)
{
    json_out_begin_array(out);
    for (size_t i = 0; i < config->member_count; i++) {
        const struct member *member = &config->members[i];
        bool theirs = uuid_is_nil(duty->member) ? uuid_equal(member->team, duty->team)
                                                : uuid_equal(member->id, duty->member);
        if (theirs && member->active && agreement_is_acknowledged(duty->by, member->id) == read)
            shape_member_ref(config, member->id, out);
    }
    json_out_end_array(out);
}

static void write_number(struct json_out *out, const char *key, int32_t number)
{
    if (number == 0)
        json_out_member_null(out, key);
    else
        json_out_member_int(out, key, number);
}

static void write_duty(const struct config *config, const struct duty *duty, struct json_out *out)
{
    const struct member *member = config_member(config, duty->member);

    json_out_begin_object(out);
    json_out_member_text(out, "step", duty->step);
    json_out_member_text(out, "team", config_team_name(config, duty->team));
    json_out_key(out, "member");
    if (member == NULL)
        json_out_null(out);
    else
        shape_member_ref(config, member->id, out);
    json_out_member_text(out, "what", duty->what);
    write_number(out, "within_minutes", duty->within_minutes);
    write_number(out, "within_days", duty->within_days);
    json_out_key(out, "agreement");
    json_out_begin_object(out);
    json_out_member_text(out, "subject", agreement_kind_name(duty->by->kind));
    json_out_member_int(out, "version", duty->by->version);
    json_out_member_text(out, "state", agreement_state_name(duty->by->state));
    json_out_end_object(out);
    json_out_key(out, "acknowledged");
    write_readers(config, duty, true, out);
    json_out_key(out, "not_acknowledged");
    write_readers(config, duty, false, out);
    json_out_end_object(out);
}

/* What follows from a gate: who comes by it is answered, decided and, sent back, nurtured by its
 * definition's clocks. Nobody comes by one that is not in force. */
static void write_gate(const struct config *config, const struct route_rule *route, enum term gate,
                       struct json_out *out)
{
    const struct agreement_version *version = config->in_force[gate];

    if (version == NULL)
        return;
    const struct definition *definition = version->compiled;
    const struct duty duties[] = {
        {.step = "answer",
         .what = "Accepts or rejects what is offered.",
         .team = route->to_team,
         .within_minutes = definition->respond_minutes},
        {.step = "decide",
         .what = "Qualifies or returns what it has accepted.",
         .team = route->to_team,
         .within_days = definition->decide_days},
        {.step = "nurture",
         .what = "Looks after what is sent back, until it is judged again.",
         .team = route->from_team,
         .within_days = definition->nurture_days},
    };

    for (size_t i = 0; i < sizeof duties / sizeof *duties; i++) {
        struct duty duty = duties[i];
        duty.by = version;
        write_duty(config, &duty, out);
    }
}

static void write_route(const struct config *config, const struct route_rule *route,
                        struct json_out *out)
{
    struct duty duty = {
        .step = "offer",
        .what = route->automatic
                    ? "Has what it captures offered to the next team by Baton, in this order."
                    : "Offers to the next team what it thinks ready.",
        .team = route->from_team,
        .by = config->in_force[AGREEMENT_ROUTES],
    };

    write_duty(config, &duty, out);
    for (size_t i = 0; i < route->gate_count; i++)
        write_gate(config, route, route->gates[i], out);
    duty.step = "overdue";
    if (route->overdue == OVERDUE_ESCALATE) {
        duty.what = "Is offered what nobody answers in time.";
        duty.team = route->escalate_to;
        write_duty(config, &duty, out);
    } else if (route->overdue == OVERDUE_GIVE_BACK) {
        duty.what = "Gets back what nobody answers after as much time again.";
        write_duty(config, &duty, out);
    }
}

/* A team that offers to another answers its requests; one row for each, however many its routes. */
static bool is_first_from(const struct config *config, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (uuid_equal(config->routes[i].from_team, config->routes[index].from_team))
            return false;
    return true;
}

static void write_terms(const struct config *config, struct json_out *out)
{
    const struct route_terms *terms = &config->route_terms;
    struct duty duty = {.by = config->in_force[AGREEMENT_ROUTES]};

    for (size_t i = 0; terms->unanswered_minutes > 0 && i < config->route_count; i++) {
        if (!is_first_from(config, i))
            continue;
        duty.step = "request";
        duty.team = config->routes[i].from_team;
        duty.within_minutes = terms->unanswered_minutes;
        duty.what = terms->grants_unanswered
                        ? "Grants or declines a request for a lead; unanswered it is granted."
                        : "Grants or declines a request for a lead; unanswered it is declined.";
        write_duty(config, &duty, out);
    }
    const struct member *referee = config_member(config, terms->referee);
    if (referee == NULL)
        return;
    write_duty(config,
               &(struct duty){.step = "dispute",
                              .what = "Decides disputes that are appealed.",
                              .team = referee->team,
                              .member = referee->id,
                              .by = duty.by},
               out);
}

void responsibilities_write(const struct config *config, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_key(out, "data");
    json_out_begin_array(out);
    for (size_t i = 0; i < config->route_count; i++)
        write_route(config, &config->routes[i], out);
    if (config->in_force[AGREEMENT_ROUTES] != NULL)
        write_terms(config, out);
    json_out_end_array(out);
    json_out_end_object(out);
}
