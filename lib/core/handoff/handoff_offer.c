#include "core/handoff/handoff_offer.h"

#include "core/handoff/handoff_walk.h"
#include "core/handoff/judge.h"
#include "core/handoff/offer.h"
#include "core/handoff/shape.h"
#include "core/lead/lead_find.h"

bool handoff_offer_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    const struct offer_input *input = command->input;

    return list_add(&keys->leads, work->arena, (void *)&input->lead);
}

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

static enum decision refuse_verdict(struct work *work, const struct term_judgement *judged,
                                    struct outcome *outcome)
{
    struct faults *faults = ARENA_NEW(work->arena, struct faults);

    if (faults != NULL) {
        faults_init(faults, work->arena);
        handoff_explain(judged->version->compiled, &judged->verdict, faults);
    }
    outcome->problem.faults = faults;
    return outcome_refuse(work, outcome, ERR_NOT_QUALIFIED,
                          "The verdict under %s version %d is %s; an exception or an override "
                          "must be named as such",
                          term_name(judged->version->term), judged->version->version,
                          verdict_result_name(judged->result));
}

/* ---- the offer ---- */

struct plan {
    const struct route_rule *route; /* NULL: self_sourced */
    struct term_judgement judged;
    struct exception_count *used; /* NULL: no exception */
    struct offer offer;
};

static enum decision check_exception(struct work *work, enum exception_kind kind,
                                     const struct term_judgement *judged, struct plan *plan,
                                     struct outcome *outcome)
{
    const struct exception *allowed = &judged->version->compiled->exceptions[kind];

    if (kind == EXCEPTION_UNCLEAR && judged->result != VERDICT_UNCLEAR)
        return outcome_refuse_at(work, outcome, ERR_UNPROCESSABLE, "/kind", "not_unclear",
                                 "The verdict is %s, not unclear",
                                 verdict_result_name(judged->result));
    if (!allowed->allowed)
        return outcome_refuse_at(work, outcome, ERR_UNPROCESSABLE, "/kind", "not_agreed",
                                 "The definition in force allows no exception of this kind");
    if (work_find_exception(work, judged->version->term, kind, work->now, &plan->used) ==
        FIND_NEEDED)
        return DECIDE_AGAIN;
    if (plan->used->used >= allowed->limit_per_month)
        return outcome_refuse(work, outcome, ERR_LIMIT_REACHED,
                              "The agreed %d exceptions of this month are used up",
                              (int)allowed->limit_per_month);
    return DECIDED;
}

static enum decision check_gate(struct work *work, struct lead *lead,
                                const struct offer_input *input, struct plan *plan,
                                struct outcome *outcome)
{
    enum term gate = plan->route->gate;
    enum exception_kind kind;

    if (!plan->route->gated)
        return is_exception(input->kind, &kind)
                   ? outcome_refuse_at(work, outcome, ERR_UNPROCESSABLE, "/kind", "not_agreed",
                                       "No definition gates this route: there is nothing to "
                                       "except from")
                   : DECIDED;
    if (work->config->in_force[gate] == NULL)
        return outcome_refuse(work, outcome, ERR_NO_DEFINITION,
                              "No %s definition is in force: nothing can pass this gate",
                              term_name(gate));
    if (is_exception(input->kind, &kind)) {
        struct term_judgement preview = {.version = work->config->in_force[gate]};
        struct verdict_subject subject = lead_subject(lead, work->now);
        verdict_evaluate(preview.version->compiled, &subject, &preview.verdict);
        preview.result = preview.verdict.result;
        enum decision decision = check_exception(work, kind, &preview, plan, outcome);
        if (decision == DECIDE_AGAIN || outcome->err != ERR_NONE)
            return decision;
    }
    return DECIDED;
}

/* What passes by a member's word is counted as such, as when Baton offers it by itself. */
static void offer_on_word(struct offer *offer, const struct verdict_override *word)
{
    offer->kind = HANDOFF_KIND_OVERRIDE;
    if (offer->note == NULL)
        offer->note = word->note;
}

/* Judges, which is recorded; a refusal undoes it. */
static enum decision pass_gate(struct work *work, struct lead *lead, const struct caller *caller,
                               const struct offer_input *input, struct plan *plan,
                               struct outcome *outcome)
{
    if (plan->route == NULL || !plan->route->gated)
        return DECIDED;
    judge_term(work, lead, plan->route->gate, caller_actor(caller), caller->team, &plan->judged);
    if (input->kind == HANDOFF_KIND_STANDARD && plan->judged.result != VERDICT_QUALIFIED)
        return refuse_verdict(work, &plan->judged, outcome);
    if (input->kind == HANDOFF_KIND_STANDARD && plan->judged.overridden)
        offer_on_word(&plan->offer, &lead->overrides[plan->route->gate]);
    plan->offer.gated = true;
    plan->offer.term = plan->route->gate;
    plan->offer.version = plan->judged.version->version;
    plan->offer.verdict_seq = plan->judged.seq;
    if (plan->used != NULL)
        work_use_exception(work, plan->used);
    return DECIDED;
}

static enum decision find_way(struct work *work, const struct caller *caller,
                              const struct offer_input *input, struct plan *plan,
                              struct outcome *outcome)
{
    const struct team *to = config_team_named(work->config, input->to_team);
    const struct team *from = config_team(work->config, caller->team);

    if (to == NULL || !to->active)
        return outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/to_team", "not_found",
                                 "There is no active team with this name");
    plan->offer.from_team = caller->team;
    plan->offer.to_team = to->id;
    if (input->kind == HANDOFF_KIND_SELF_SOURCED) {
        if (to == from && from->function == FUNCTION_SALES)
            return DECIDED;
        return outcome_refuse_at(work, outcome, ERR_UNPROCESSABLE, "/to_team", "not_self",
                                 "A self-sourced lead is a sales team's own: to_team is the team "
                                 "that found it");
    }
    plan->route = config_route(work->config, caller->team, to->id);
    if (plan->route == NULL)
        return outcome_refuse(work, outcome, ERR_NO_ROUTE, "No route leads from %s to %s",
                              from == NULL ? "this team" : from->name, to->name);
    return DECIDED;
}

static enum decision check_lead(struct work *work, const struct caller *caller,
                                const struct offer_input *input, struct lead *lead,
                                struct outcome *outcome)
{
    if (uuid_is_nil(caller->member))
        return outcome_refuse(work, outcome, ERR_ACTOR_REQUIRED,
                              "Name the member with Baton-Actor, or use a member's key");
    if (!uuid_equal(lead->owner_team, caller->team))
        return outcome_refuse(work, outcome, ERR_NOT_YOUR_HANDOFF,
                              "Only the owning team, %s, may offer this lead",
                              config_team_name(work->config, lead->owner_team));
    if (lead->open != NULL) {
        struct handoff_step step = {.work = work,
                                    .caller = caller,
                                    .outcome = outcome,
                                    .handoff = lead->open,
                                    .lead = lead};
        return handoff_step_conflict(&step, "The lead has an open handoff already");
    }
    if (input->kind == HANDOFF_KIND_IMPORTED)
        return outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/kind", "enum",
                                 "Imported handoffs come by import alone");
    enum exception_kind kind;
    if (input->note == NULL &&
        (input->kind == HANDOFF_KIND_OVERRIDE || is_exception(input->kind, &kind)))
        return outcome_refuse_at(work, outcome, ERR_UNPROCESSABLE, "/note", "required",
                                 "An exception or override needs a note that says why");
    return DECIDED;
}

enum decision handoff_offer(struct work *work, const struct command *command,
                            struct outcome *outcome)
{
    const struct offer_input *input = command->input;
    const struct caller *caller = &command->caller;
    struct plan plan = {0};
    struct lead *lead;
    enum decision decision;

    if (!lead_for_command(work, input->lead, &lead, outcome, &decision))
        return decision;
    decision = check_lead(work, caller, input, lead, outcome);
    if (outcome->err == ERR_NONE)
        decision = find_way(work, caller, input, &plan, outcome);
    if (outcome->err == ERR_NONE && plan.route != NULL)
        decision = check_gate(work, lead, input, &plan, outcome);
    if (outcome->err != ERR_NONE || decision == DECIDE_AGAIN)
        return decision;
    plan.offer.kind = input->kind;
    plan.offer.note = input->note;
    work_change_lead(work, lead);
    decision = pass_gate(work, lead, caller, input, &plan, outcome);
    if (outcome->err != ERR_NONE)
        return decision;
    plan.offer.caller = caller;
    struct handoff_step step = handoff_step_of(work, command, outcome);
    step.lead = lead;
    step.handoff = offer_make(work, lead, &plan.offer);
    if (step.handoff == NULL)
        return DECIDED;
    if (input->kind == HANDOFF_KIND_SELF_SOURCED) {
        step.rule = life_rule(ACTION_ACCEPT);
        handoff_walk(&step);
    }
    handoff_step_answer(&step);
    outcome->status = 201;
    outcome->location = shape_handoff_path(step.handoff->id, work->arena);
    return DECIDED;
}
