#include "core/handoff/handoff_offer.h"

#include "core/account/account.h"
#include "core/handoff/exception.h"
#include "core/handoff/handoff_step.h"
#include "core/handoff/judge.h"
#include "core/handoff/offer.h"
#include "core/handoff/shape.h"
#include "core/lead/lead_find.h"

static bool is_exception(enum handoff_kind kind, enum exception_kind *out)
{
    switch (kind) {
    case HANDOFF_KIND_UNCLEAR:
        *out = EXCEPTION_UNCLEAR;
        return true;
    case HANDOFF_KIND_STRATEGIC:
        *out = EXCEPTION_STRATEGIC;
        return true;
    case HANDOFF_KIND_ACCOUNT_BASED:
        *out = EXCEPTION_ACCOUNT_BASED;
        return true;
    case HANDOFF_KIND_OVERRIDE:
        *out = EXCEPTION_OVERRIDE;
        return true;
    default:
        return false;
    }
}

/* ---- what stands in the way ---- */

void handoff_explain(const struct definition *definition, const struct verdict *verdict,
                     struct faults *faults)
{
    for (size_t i = 0; i < verdict->criteria_count; i++) {
        const struct criterion *criterion = &definition->criteria[i];
        enum criterion_result result = verdict->criteria[i].result;
        if (criterion->kind == CRITERION_DISQUALIFIER && result == RESULT_MET)
            faults_add(faults, "", "disqualifier_met", "%s: %s", criterion->id, criterion->title);
        else if (criterion->required && result != RESULT_MET)
            faults_add(faults, "", result == RESULT_UNMET ? "criterion_unmet" : "criterion_unknown",
                       "%s: %s", criterion->id, criterion->title);
    }
    for (int i = 0; i < THRESHOLD_COUNT; i++) {
        int32_t score = i == THRESHOLD_TOTAL ? verdict->score : verdict->scores[i];
        if (definition->has_threshold[i] && score < definition->thresholds[i])
            faults_add(faults, "", "threshold_missed", "%s: %d of %d points", threshold_name(i),
                       (int)score, (int)definition->thresholds[i]);
    }
}

/* ---- the offer ---- */

/* An offer while it is decided: each part below refuses, or fills in what it found. */
struct plan {
    struct work *work;
    const struct caller *caller;
    const struct offer_input *input;
    struct outcome *outcome;
    struct lead *lead;
    const struct route_rule *route; /* NULL: self_sourced */
    enum term gate;                 /* of the route, when it has any */
    struct exception_count *used;   /* NULL: no exception */
    struct offer offer;
};

static enum decision refuse_verdict(struct plan *plan, const struct term_judgement *judged)
{
    struct work *work = plan->work;
    struct faults *faults = ARENA_NEW(work->arena, struct faults);

    if (faults != NULL) {
        faults_init(faults, work->arena);
        handoff_explain(judged->version->compiled, &judged->verdict, faults);
    }
    plan->outcome->problem.faults = faults;
    return outcome_refuse(work, plan->outcome, ERR_NOT_QUALIFIED,
                          "The verdict under %s version %d is %s; an exception or an override "
                          "must be named as such",
                          agreement_kind_name(judged->version->kind), judged->version->version,
                          verdict_result_name(judged->result));
}

static enum decision check_lead(struct plan *plan)
{
    struct work *work = plan->work;
    const struct lead *lead = plan->lead;
    enum handoff_kind kind = plan->input->kind;
    enum exception_kind exception;

    if (uuid_is_nil(plan->caller->member))
        return outcome_refuse(work, plan->outcome, ERR_ACTOR_REQUIRED,
                              "Name the member with Baton-Actor, or use a member's key");
    if (!uuid_equal(lead->owner_team, plan->caller->team))
        return outcome_refuse(work, plan->outcome, ERR_NOT_YOUR_HANDOFF,
                              "Only the owning team, %s, may offer this lead",
                              config_team_name(work->config, lead->owner_team));
    if (handoff_is_under_way(lead)) {
        struct handoff_step step = {
            .work = work,
            .caller = plan->caller,
            .outcome = plan->outcome,
            .handoff = lead->open,
            .lead = plan->lead,
        };
        return handoff_step_conflict(&step, "The lead has an open handoff already");
    }
    if (kind == HANDOFF_KIND_IMPORTED)
        return outcome_refuse_at(work, plan->outcome, ERR_INVALID_VALUE, "/kind", "enum",
                                 "Imported handoffs come by import alone");
    if (plan->input->note == NULL && is_exception(kind, &exception))
        return outcome_refuse_at(work, plan->outcome, ERR_UNPROCESSABLE, "/note", "required",
                                 "An exception or override needs a note that says why");
    return DECIDED;
}

/* The first of the ways to this team that is for this lead. */
static const struct route_rule *find_route(const struct plan *plan, struct uuid to)
{
    const struct config *config = plan->work->config;

    for (size_t i = 0; i < config->route_count; i++) {
        const struct route_rule *route = &config->routes[i];
        if (uuid_equal(route->from_team, plan->caller->team) && uuid_equal(route->to_team, to) &&
            offer_route_is_for(plan->work, route, plan->lead))
            return route;
    }
    return NULL;
}

static bool meets_now(const struct plan *plan, enum term term)
{
    const struct agreement_version *version = plan->work->config->in_force[term];
    const struct verdict_override *word = &plan->lead->overrides[term];
    struct verdict_subject subject = lead_subject(plan->lead, plan->work->now);
    struct verdict verdict;

    if (version == NULL)
        return false;
    if (word->given && word->version == version->version)
        return word->result == VERDICT_QUALIFIED;
    verdict_evaluate(version->compiled, &subject, &verdict);
    return verdict.result == VERDICT_QUALIFIED;
}

/* The first gate that the lead meets, else the last that can be passed at all: an exception is one
 * from the widest. */
static enum term find_gate(const struct plan *plan)
{
    const struct route_rule *route = plan->route;
    enum term gate = route->gate_count == 0 ? TERM_COUNT : route->gates[0];

    for (size_t i = 0; i < route->gate_count; i++) {
        if (meets_now(plan, route->gates[i]))
            return route->gates[i];
        if (plan->work->config->in_force[route->gates[i]] != NULL)
            gate = route->gates[i];
    }
    return gate;
}

static enum decision find_way(struct plan *plan)
{
    struct work *work = plan->work;
    const struct team *to = config_team_named(work->config, plan->input->to_team);
    const struct team *from = config_team(work->config, plan->caller->team);

    if (to == NULL || !to->active)
        return outcome_refuse_at(work, plan->outcome, ERR_INVALID_VALUE, "/to_team", "not_found",
                                 "There is no active team with this name");
    plan->offer.from_team = plan->caller->team;
    plan->offer.to_team = to->id;
    if (plan->input->kind == HANDOFF_KIND_SELF_SOURCED) {
        if (to == from && from->function == FUNCTION_SALES)
            return DECIDED;
        return outcome_refuse_at(work, plan->outcome, ERR_UNPROCESSABLE, "/to_team", "not_self",
                                 "A self-sourced lead is a sales team's own: to_team is the team "
                                 "that found it");
    }
    plan->route = find_route(plan, to->id);
    if (plan->route == NULL)
        return outcome_refuse(work, plan->outcome, ERR_NO_ROUTE,
                              "No route leads from %s to %s for this lead",
                              from == NULL ? "this team" : from->name, to->name);
    if (config_is_suspended(work->config, AGREEMENT_ROUTES))
        return outcome_refuse(
            work, plan->outcome, ERR_STATE_CONFLICT,
            "The routes are suspended: nothing is offered until they are resumed");
    plan->gate = find_gate(plan);
    return DECIDED;
}

/* Only a company that both sides have named is sold to by account. */
static enum decision check_account(struct plan *plan)
{
    enum find found;
    bool named = offer_is_of_named(plan->work, plan->lead, &found);

    if (found == FIND_NEEDED)
        return DECIDE_AGAIN;
    if (named)
        return DECIDED;
    return outcome_refuse_at(plan->work, plan->outcome, ERR_UNPROCESSABLE, "/kind", "not_named",
                             "The lead's account is not named by both sides");
}

/* An exception is agreed in the definition, and counted by month. The verdict that it is an
 * exception to is looked at here and recorded only when the gate is passed. */
static enum decision check_exception(struct plan *plan, enum exception_kind kind)
{
    struct work *work = plan->work;
    const struct agreement_version *version = work->config->in_force[plan->gate];
    struct verdict_subject subject = lead_subject(plan->lead, work->now);
    struct verdict verdict;

    verdict_evaluate(version->compiled, &subject, &verdict);
    if (kind == EXCEPTION_UNCLEAR && verdict.result != VERDICT_UNCLEAR)
        return outcome_refuse_at(work, plan->outcome, ERR_UNPROCESSABLE, "/kind", "not_unclear",
                                 "The verdict is %s, not unclear",
                                 verdict_result_name(verdict.result));
    if (kind == EXCEPTION_ACCOUNT_BASED && version->compiled->exceptions[kind].allowed) {
        enum decision decision = check_account(plan);
        if (decision == DECIDE_AGAIN || plan->outcome->err != ERR_NONE)
            return decision;
    }
    return exception_check(work, version, kind, "/kind", plan->outcome, &plan->used);
}

static enum decision check_gate(struct plan *plan)
{
    const struct route_rule *route = plan->route;
    enum exception_kind kind;
    bool exception = is_exception(plan->input->kind, &kind);

    if (route == NULL)
        return DECIDED;
    if (route->gate_count == 0 && exception)
        return outcome_refuse_at(plan->work, plan->outcome, ERR_UNPROCESSABLE, "/kind",
                                 "not_agreed",
                                 "No definition gates this route: there is nothing to except from");
    if (route->gate_count > 0 && plan->work->config->in_force[plan->gate] == NULL)
        return outcome_refuse(plan->work, plan->outcome, ERR_NO_DEFINITION,
                              "No %s definition is in force: nothing can pass this gate",
                              term_name(plan->gate));
    if (route->gate_count > 0 &&
        config_is_suspended(plan->work->config, (enum agreement_kind)plan->gate))
        return outcome_refuse(plan->work, plan->outcome, ERR_STATE_CONFLICT,
                              "The %s definition is suspended: nobody passes this gate meanwhile",
                              term_name(plan->gate));
    return exception ? check_exception(plan, kind) : DECIDED;
}

/* Judges, which is recorded; a refusal undoes it. What passes by a member's word is counted as
 * such, as when Baton offers it by itself. */
static enum decision pass_gate(struct plan *plan)
{
    const struct route_rule *route = plan->route;
    struct offer *offer = &plan->offer;

    if (route == NULL || route->gate_count == 0)
        return DECIDED;
    const struct term_judgement *judged =
        judge_term(plan->work, plan->lead, plan->caller, plan->gate);
    if (judged == NULL)
        return DECIDED; /* memory is short, which the arena remembers */
    if (plan->input->kind == HANDOFF_KIND_STANDARD) {
        if (judged->result != VERDICT_QUALIFIED)
            return refuse_verdict(plan, judged);
        if (judged->overridden) {
            offer->kind = HANDOFF_KIND_OVERRIDE;
            if (offer->note == NULL)
                offer->note = plan->lead->overrides[plan->gate].note;
        }
    }
    offer->gated = true;
    offer->term = plan->gate;
    offer->version = judged->version->version;
    offer->verdict_seq = judged->seq;
    offer->score = judged->verdict.score;
    if (plan->used != NULL)
        work_use_exception(plan->work, plan->used);
    return DECIDED;
}

enum decision handoff_offer(struct work *work, const struct command *command,
                            struct outcome *outcome)
{
    const struct offer_input *input = command->input;
    struct plan plan = {
        .work = work,
        .caller = &command->caller,
        .input = input,
        .outcome = outcome,
        .offer = {.kind = input->kind, .note = input->note, .caller = &command->caller},
    };
    enum decision decision;

    plan.lead = lead_for_command(work, input->lead, outcome, &decision);
    if (plan.lead == NULL)
        return decision;
    static enum decision (*const checks[])(struct plan *) = {check_lead, find_way, check_gate};
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        decision = checks[i](&plan);
        if (decision == DECIDE_AGAIN || outcome->err != ERR_NONE)
            return decision;
    }
    work_change_lead(work, plan.lead);
    decision = pass_gate(&plan);
    if (outcome->err != ERR_NONE)
        return decision;
    struct handoff_step step = handoff_step_of(work, command, outcome);
    step.lead = plan.lead;
    step.handoff = offer_make(work, plan.lead, &plan.offer);
    if (step.handoff == NULL)
        return DECIDED;
    handoff_step_answer(&step);
    outcome->status = 201;
    outcome->location = shape_handoff_path(step.handoff->id, work->arena);
    return DECIDED;
}
