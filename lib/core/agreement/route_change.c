#include "core/agreement/route_change.h"

#include "core/agreement/shape_agreement.h"

#include <stdio.h>
#include <string.h>

void routes_set(struct work *work, const struct caller *caller, struct chain_row *chain,
                const struct route_rule *routes, size_t count)
{
    struct json_out *body = work_body(work);

    json_out_key(body, "routes");
    json_out_begin_array(body);
    for (size_t i = 0; i < count; i++) {
        json_out_begin_object(body);
        json_out_member_int(body, "automatic", routes[i].automatic);
        if (!uuid_is_nil(routes[i].escalate_to))
            json_out_member_uuid(body, "escalate_to", routes[i].escalate_to);
        json_out_member_uuid(body, "from", routes[i].from_team);
        if (routes[i].gated)
            json_out_member_text(body, "gate", term_name(routes[i].gate));
        if (routes[i].overdue != OVERDUE_KEEP)
            json_out_member_text(body, "overdue", overdue_then_name(routes[i].overdue));
        json_out_member_uuid(body, "to", routes[i].to_team);
        json_out_end_object(body);
    }
    json_out_end_array(body);
    setup_append(work, chain, LEDGER_ROUTES_REPLACED, caller);
    work_add(work, KIND_CONFIG_CHANGE,
             &(struct config_change){.kind = CHANGE_ROUTES, .routes = {routes, count}});
}

static void add_fault(struct faults *faults, size_t index, const char *member, const char *code,
                      const char *detail)
{
    char pointer[64];

    snprintf(pointer, sizeof pointer, "/data/%zu%s", index, member);
    faults_add(faults, pointer, code, "%s", detail);
}

static const struct team *find_team(const struct work *work, const char *name,
                                    struct faults *faults, size_t index, const char *member)
{
    const struct team *team = config_team_named(work->config, name);

    if (team != NULL && team->active)
        return team;
    add_fault(faults, index, member, "unknown_team", "There is no active team of this name");
    return NULL;
}

static void check_twin(const struct routes_input *input, size_t index, struct faults *faults)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(input->routes[i].from, input->routes[index].from) == 0 &&
            strcmp(input->routes[i].to, input->routes[index].to) == 0) {
            add_fault(faults, index, "", "duplicate", "There is a route between these two above");
            return;
        }
    }
}

/* To a team of the same function, so that what let the lead through still does. */
static struct uuid escalates_to(const struct work *work, const struct routes_input *input,
                                size_t index, const struct team *to, struct faults *faults)
{
    const struct route_input *route = &input->routes[index];
    bool escalates = route->overdue == OVERDUE_ESCALATE;
    const struct team *team = NULL;

    if (escalates != (route->escalate_to != NULL))
        add_fault(faults, index, "/escalate_to", escalates ? "required" : "not_escalated",
                  "It goes with overdue escalate, and with nothing else");
    else if (escalates)
        team = find_team(work, route->escalate_to, faults, index, "/escalate_to");
    if (team != NULL && (team == to || team->function != to->function))
        add_fault(faults, index, "/escalate_to", "same_side",
                  "Another team of the receiving team's function is wanted");
    return team == NULL ? (struct uuid){{0}} : team->id;
}

static void read_route(const struct work *work, const struct routes_input *input, size_t index,
                       struct route_rule *out, struct faults *faults)
{
    const struct route_input *route = &input->routes[index];
    const struct team *from = find_team(work, route->from, faults, index, "/from");
    const struct team *to = find_team(work, route->to, faults, index, "/to");

    check_twin(input, index, faults);
    if (from == NULL || to == NULL)
        return;
    if (from == to)
        add_fault(faults, index, "/to", "same_team", "A route leads to another team");
    else if (!route->gated && from->function != to->function)
        add_fault(faults, index, "/gate", "gate_needed",
                  "Between teams of different function a term gates the way");
    *out = (struct route_rule){
        .from_team = from->id,
        .to_team = to->id,
        .gated = route->gated,
        .gate = route->gate,
        .automatic = route->automatic,
        .overdue = route->overdue,
        .escalate_to = escalates_to(work, input, index, to, faults),
    };
}

static enum decision refuse(struct outcome *outcome, const struct faults *faults)
{
    outcome->err = outcome->problem.err = ERR_INVALID_VALUE;
    outcome->problem.faults = faults;
    outcome->problem.detail = "The routes stay as they are; see errors";
    return DECIDED;
}

enum decision routes_replace(struct work *work, const struct command *command,
                             struct outcome *outcome)
{
    const struct routes_input *input = command->input;
    const struct config *config = work->config;

    if (!setup_may(work, command, ROLE_ADMIN, outcome))
        return DECIDED;
    shape_routes(config, config->routes, config->route_count, outcome_begin(work));
    if (!setup_tag_fits(work, input->if_match, outcome))
        return DECIDED;
    struct route_rule *routes = ARENA_ARRAY(work->arena, struct route_rule, input->count + 1);
    struct faults *faults = ARENA_NEW(work->arena, struct faults);
    if (routes == NULL || faults == NULL)
        return DECIDED;
    faults_init(faults, work->arena);
    for (size_t i = 0; i < input->count; i++)
        read_route(work, input, i, &routes[i], faults);
    if (faults_any(faults))
        return refuse(outcome, faults);
    struct chain_row *chain = setup_chain(work, config->workspace);
    if (chain == NULL)
        return DECIDE_AGAIN;
    routes_set(work, &command->caller, chain, routes, input->count);
    shape_routes(config, routes, input->count, outcome_begin(work));
    return outcome_answer(work, outcome, 200);
}
