#include "core/intake/lead_review.h"

#include "core/authority.h"
#include "core/handoff/handoff_offer.h"
#include "core/handoff/handoff_reject.h"
#include "core/handoff/handoff_step.h"
#include "core/handoff/judge.h"
#include "core/intake/lead_result.h"
#include "core/lead/lead_find.h"

#include <string.h>

static const char *const decision_names[REVIEW_DECISION_COUNT] = {
#define X(name, text) [REVIEW_##name] = text,
    REVIEW_DECISION_TABLE(X)
#undef X
};

const struct input_type review_decision_type = {
    .kind = INPUT_ENUM, .values = decision_names, .max = REVIEW_DECISION_COUNT - 1};

const char *review_decision_name(enum review_decision decision)
{
    return decision_names[decision];
}

/* ---- what stands in the way ---- */

static void check_members(struct work *work, const struct review_input *input,
                          struct outcome *outcome)
{
    const struct {
        bool given;
        enum review_decision with;
        const char *pointer;
    } members[] = {
        {input->until != INSTANT_NONE, REVIEW_NURTURE, "/until"},
        {input->to_team != NULL, REVIEW_OFFER, "/to_team"},
        {input->note != NULL, REVIEW_OFFER, "/note"},
        {input->reason != NULL, REVIEW_DISQUALIFY, "/reason"},
        {input->occurred_at != INSTANT_NONE, REVIEW_CUSTOMER, "/occurred_at"},
    };

    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (members[i].given && members[i].with != input->decision)
            outcome_refuse_at(work, outcome, ERR_UNPROCESSABLE, members[i].pointer,
                              "other_decision", "This goes with the decision %s alone",
                              review_decision_name(members[i].with));
    if (input->decision == REVIEW_DISQUALIFY && input->reason == NULL)
        outcome_refuse_at(work, outcome, ERR_UNPROCESSABLE, "/reason", "required",
                          "Whoever is disqualified is so for a reason");
    if (input->until != INSTANT_NONE && input->until <= work->now)
        outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/until", "range",
                          "A date to come is wanted");
}

static void check_lead(struct work *work, const struct command *command, struct lead *lead,
                       struct outcome *outcome)
{
    const struct review_input *input = command->input;

    if (handoff_is_under_way(lead)) {
        struct handoff_step step = handoff_step_of(work, command, outcome);
        step.handoff = lead->open;
        step.lead = lead;
        handoff_step_conflict(&step, "The lead is handed off: the answer to that comes first");
        return;
    }
    if (lead->stage == STAGE_CUSTOMER)
        outcome_refuse(work, outcome, ERR_STATE_CONFLICT, "It is a customer: nothing is to come");
    else if (lead->stage == STAGE_DISQUALIFIED && input->decision == REVIEW_DISQUALIFY &&
             lead->next.step != STEP_REVIEW)
        outcome_refuse(work, outcome, ERR_STATE_CONFLICT, "It is disqualified already");
    else if (lead->stage == STAGE_OPPORTUNITY &&
             (input->decision == REVIEW_DISQUALIFY || input->decision == REVIEW_CUSTOMER))
        outcome_refuse(work, outcome, ERR_STATE_CONFLICT,
                       "It is an opportunity: it is won or lost by the outcome of its handoff");
    if (outcome->err != ERR_NONE)
        outcome->problem.state = stage_name(lead->stage);
}

/* A reason of the definition by which leads are judged; with none in force any code will do. */
static void check_reason(struct work *work, const char *reason, struct outcome *outcome)
{
    const struct agreement_version *version = work->config->in_force[TERM_MQL];

    if (reason != NULL && version != NULL && definition_reason(version->compiled, reason) == NULL)
        handoff_refuse_reason(work, outcome, version);
}

/* ---- the decision ---- */

static void move_stage(struct lead *lead, enum review_decision decision)
{
    if (decision == REVIEW_CUSTOMER)
        lead_raise(lead, STAGE_CUSTOMER);
    else if (decision == REVIEW_DISQUALIFY)
        lead->stage = STAGE_DISQUALIFIED;
    else if (decision == REVIEW_OFFER && lead->stage == STAGE_DISQUALIFIED)
        lead->stage = STAGE_INQUIRY; /* from there the verdict moves it */
    else if (decision == REVIEW_NURTURE && lead->stage != STAGE_OPPORTUNITY)
        lead->stage = STAGE_NURTURE;
}

static void append(struct work *work, const struct command *command, struct lead *lead,
                   enum stage before)
{
    const struct review_input *input = command->input;
    struct json_out *body = work_body(work);

    json_out_member_text(body, "decision", review_decision_name(input->decision));
    if (lead->next.at != INSTANT_NONE)
        json_out_member_int(body, "next_at", lead->next.at);
    if (input->decision == REVIEW_CUSTOMER)
        json_out_member_int(body, "occurred_at", lead->reached[MILESTONE_CUSTOMER]);
    if (input->reason != NULL)
        json_out_member_text(body, "reason", input->reason);
    if (before != lead->stage) {
        json_out_member_text(body, "stage_from", stage_name(before));
        json_out_member_text(body, "stage_to", stage_name(lead->stage));
    }
    caller_append(&command->caller, work, lead, LEDGER_LEAD_REVIEWED);
}

/* Held from now on, so that nothing is offered by itself before the date or a newly met srl. */
static void wait_until(struct work *work, struct lead *lead, const struct review_input *input)
{
    const struct agreement_version *mql = work->config->in_force[TERM_MQL];
    struct lead_hold hold = {
        .definition = mql == NULL ? NULL : mql->compiled,
        .criterion = -1,
        .met_srl = lead_meets_srl(work, lead),
    };
    instant at = input->until != INSTANT_NONE ? input->until : lead_next_date(work);

    lead_hold(work, lead, &hold);
    lead_set_next(lead, STEP_NURTURE, at,
                  input->reason == NULL ? "reviewed"
                                        : arena_printf(work->arena, "reviewed: %s", input->reason));
}

/* By mql and srl as whoever comes in; who was made an sql once may go on by that as well. */
static struct judgement *judge_and_offer(struct work *work, struct lead *lead,
                                         const struct offer_again *wish)
{
    struct judgement *judgement = judge_once_more(work, lead, wish->wish, wish);

    if (judgement == NULL || judgement->offered != NULL ||
        lead->reached[MILESTONE_SQL] == INSTANT_NONE)
        return judgement;
    judgement->terms[TERM_SQL] = judge_term(work, lead, wish->wish, TERM_SQL);
    judgement->offered = offer_by_itself(work, lead, judgement, wish);
    return judgement;
}

static void refuse_offer(struct work *work, const struct lead *lead,
                         const struct judgement *judgement, struct outcome *outcome)
{
    const struct term_judgement *shown = judgement_shown(judgement);
    struct faults *faults = ARENA_NEW(work->arena, struct faults);

    if (shown == NULL) {
        outcome_refuse(work, outcome, ERR_NO_DEFINITION,
                       "No definition is in force: nothing can pass a gate");
        return;
    }
    if (strcmp(offer_hindrance(work, lead, judgement), "suspended") == 0) {
        outcome_refuse(work, outcome, ERR_STATE_CONFLICT,
                       "One side has suspended the definition or the routes: nothing is offered "
                       "until they are resumed");
        return;
    }
    if (shown->result == VERDICT_QUALIFIED) {
        outcome_refuse(work, outcome, ERR_NO_ROUTE,
                       "No route from %s is open to it; an exception names its team in POST "
                       "/v1/handoffs",
                       config_team_name(work->config, lead->owner_team));
        return;
    }
    if (faults != NULL) {
        faults_init(faults, work->arena);
        handoff_explain(shown->version->compiled, &shown->verdict, faults);
    }
    outcome->problem.faults = faults;
    outcome_refuse(work, outcome, ERR_NOT_QUALIFIED,
                   "The verdict under %s version %d is %s, which no route lets through; an "
                   "exception is made by POST /v1/handoffs",
                   agreement_kind_name(shown->version->kind), shown->version->version,
                   verdict_result_name(shown->result));
}

static struct judgement *offer(struct work *work, const struct command *command, struct lead *lead,
                               struct outcome *outcome)
{
    const struct review_input *input = command->input;
    const struct team *to =
        input->to_team == NULL ? NULL : config_team_named(work->config, input->to_team);

    if (input->to_team != NULL && (to == NULL || !to->active)) {
        outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/to_team", "not_found",
                          "There is no active team with this name");
        return NULL;
    }
    struct judgement *judgement =
        judge_and_offer(work, lead,
                        &(struct offer_again){
                            .previous = lead->last_handoff,
                            .only = to == NULL ? (struct uuid){{0}} : to->id,
                            .wish = &command->caller,
                            .note = input->note,
                        });
    if (judgement != NULL && judgement->offered == NULL)
        refuse_offer(work, lead, judgement, outcome);
    return judgement;
}

static struct judgement *apply(struct work *work, const struct command *command, struct lead *lead,
                               struct outcome *outcome)
{
    const struct review_input *input = command->input;
    const enum stage before = lead->stage;
    instant since = input->occurred_at;

    if (input->decision == REVIEW_NURTURE || input->decision == REVIEW_DISQUALIFY) {
        move_stage(lead, input->decision);
        wait_until(work, lead, input);
    } else {
        lead_lift_hold(lead);
        move_stage(lead, input->decision);
    }
    if (input->decision == REVIEW_CUSTOMER) {
        lead_reach(lead, MILESTONE_CUSTOMER,
                   since == INSTANT_NONE || since > work->now ? work->now : since);
        lead_end_next(lead);
    }
    append(work, command, lead, before);
    return input->decision == REVIEW_OFFER ? offer(work, command, lead, outcome) : NULL;
}

enum decision lead_review(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct review_input *input = command->input;
    enum decision decision;

    if (uuid_is_nil(command->caller.member))
        return outcome_refuse(work, outcome, ERR_ACTOR_REQUIRED,
                              "Name the member with Baton-Actor, or use a member's key");
    struct lead *lead = lead_for_command(work, input->lead, outcome, &decision);
    if (lead == NULL || !authority_over_lead(work, command, DEED_LEAD_REVIEW, lead, outcome))
        return decision;
    check_members(work, input, outcome);
    if (outcome->err == ERR_NONE)
        check_lead(work, command, lead, outcome);
    if (outcome->err == ERR_NONE)
        check_reason(work, input->reason, outcome);
    if (outcome->err != ERR_NONE)
        return DECIDED;
    work_change_lead(work, lead);
    struct judgement *judgement = apply(work, command, lead, outcome);
    if (outcome->err != ERR_NONE)
        return DECIDED;
    struct json_out *out = outcome_begin(work);
    json_out_begin_object(out);
    lead_result_write(work, lead, judgement, input->occurred_at > work->now, out);
    json_out_end_object(out);
    outcome->lead = lead->id;
    return outcome_answer(work, outcome, 200);
}
