#include "core/handoff/handoff_reject.h"

#include "base/json_tree.h"
#include "core/handoff/handoff_walk.h"
#include "core/handoff/judge.h"
#include "core/handoff/lead_absorb.h"

#include <string.h>

/* What is known of one rejection while it is decided. */
struct rejection {
    struct handoff_step step;
    const struct handoff_reject_input *input;
    const struct definition *definition; /* whose reason it is; NULL: none, any code is taken */
    const struct reason *reason;         /* NULL with no definition */
    enum reason_about about;
    enum rejection_class klass;
    struct attribute_changes corrected;
    struct lead *same; /* the lead that it is, which its own takes in; NULL: none was named */
};

/* ---- the reason ---- */

const struct agreement_version *handoff_reasons(const struct work *work,
                                                const struct handoff *handoff)
{
    const struct agreement_version *version =
        handoff->version == 0 ? work->config->in_force[TERM_MQL]
                              : config_definition(work->config, handoff->term, handoff->version);

    return version == NULL || version->compiled == NULL ? NULL : version;
}

enum decision handoff_refuse_reason(struct work *work, struct outcome *outcome,
                                    const struct agreement_version *version)
{
    const struct definition *definition = version->compiled;
    const char **codes = ARENA_ARRAY(work->arena, const char *, definition->reasons_count + 1);

    for (size_t i = 0; codes != NULL && i < definition->reasons_count; i++)
        codes[i] = definition->reasons[i].code;
    outcome->problem.reasons = codes;
    outcome->problem.reason_count = codes == NULL ? 0 : definition->reasons_count;
    return outcome_refuse_at(work, outcome, ERR_UNKNOWN_REASON, "/reason", "unknown_reason",
                             "Version %d of %s has no such reason", version->version,
                             agreement_kind_name(version->kind));
}

static bool find_reason(struct rejection *rejection)
{
    struct handoff_step *step = &rejection->step;
    const struct agreement_version *version = handoff_reasons(step->work, step->handoff);

    rejection->about = ABOUT_GAP;
    step->then = THEN_NURTURE;
    if (version == NULL)
        return true;
    rejection->definition = version->compiled;
    rejection->reason = definition_reason(version->compiled, rejection->input->reason);
    if (rejection->reason == NULL) {
        handoff_refuse_reason(step->work, step->outcome, version);
        return false;
    }
    rejection->about = rejection->reason->about;
    step->then = rejection->reason->then;
    return true;
}

/* ---- the class ---- */

/* The definition on the lead as it is known now. */
static void evaluate(const struct rejection *rejection, struct verdict *out)
{
    struct verdict_subject subject = lead_subject(rejection->step.lead, rejection->step.work->now);

    verdict_evaluate(rejection->definition, &subject, out);
}

/* The verdict that let it through; as of now when none was kept (no gate, or its lead erased). */
static json_t *read_verdict(const struct rejection *rejection, struct verdict *now)
{
    const struct handoff *handoff = rejection->step.handoff;
    struct json_out *out = &rejection->step.work->scratch;

    if (handoff->verdict_body != NULL)
        return json_tree_read(rejection->step.work->arena, handoff->verdict_body,
                              handoff->verdict_body_len, JSON_DECODE_ANY, NULL);
    evaluate(rejection, now);
    json_out_clear(out);
    verdict_write(rejection->definition, now, 1, out);
    return arena_failed(out->written.arena)
               ? NULL
               : json_tree_read(out->written.arena, out->written.text, out->written.len, 0, NULL);
}

/* Borrowed from the verdict. */
static const json_t *find_criterion(const json_t *verdict, const char *id)
{
    size_t i;
    json_t *item;

    json_array_foreach(json_object_get(verdict, "criteria"), i, item)
    {
        const char *its = json_string_value(json_object_get(item, "id"));
        if (its != NULL && strcmp(its, id) == 0)
            return item;
    }
    return NULL;
}

static enum criterion_result read_result(const json_t *criterion)
{
    const char *name = json_string_value(json_object_get(criterion, "result"));

    for (int result = RESULT_UNMET; name != NULL && result <= RESULT_MET; result++)
        if (strcmp(criterion_result_name((enum criterion_result)result), name) == 0)
            return (enum criterion_result)result;
    return RESULT_UNKNOWN;
}

static bool is_corrected(const struct rejection *rejection)
{
    for (size_t i = 0; i < rejection->input->correction_count; i++)
        if (definition_criterion_uses(rejection->definition, (size_t)rejection->reason->criterion,
                                      rejection->input->corrections[i].name, false))
            return true;
    return false;
}

/* A disqualifier speaks for the lead when it is unmet; every other criterion when it is met. */
static enum rejection_class class_of(const struct rejection *rejection, enum criterion_result was,
                                     enum criterion_result now)
{
    const struct handoff *handoff = rejection->step.handoff;
    bool turned = rejection->definition->criteria[rejection->reason->criterion].kind ==
                  CRITERION_DISQUALIFIER;
    enum criterion_result good = turned ? RESULT_UNMET : RESULT_MET;
    enum criterion_result bad = turned ? RESULT_MET : RESULT_UNMET;

    if (handoff->kind == HANDOFF_KIND_UNCLEAR || handoff->kind == HANDOFF_KIND_STRATEGIC ||
        handoff->kind == HANDOFF_KIND_ACCOUNT_BASED || handoff->kind == HANDOFF_KIND_OVERRIDE ||
        handoff->kind == HANDOFF_KIND_REQUESTED)
        return CLASS_CONFIRMS_EXCEPTION;
    if (was != good)
        return CLASS_SHOWS_WEAK_CRITERION;
    return now == bad && is_corrected(rejection) ? CLASS_BAD_DATA : CLASS_CONTRADICTS;
}

/* {id, result, seen, now}: what the verdict said of the criterion, and what holds now. */
static void write_criterion(struct rejection *rejection, const json_t *seen,
                            enum criterion_result was, enum criterion_result now)
{
    struct work *work = rejection->step.work;
    struct json_out *out = &work->scratch;

    json_out_clear(out);
    json_out_begin_object(out);
    json_out_member_text(out, "id", rejection->step.criterion);
    json_out_member_text(out, "result", criterion_result_name(was));
    json_out_key(out, "seen");
    if (seen == NULL)
        json_out_null(out);
    else
        json_tree_write(seen, out);
    json_out_member_text(out, "now", criterion_result_name(now));
    json_out_end_object(out);
    rejection->step.handoff->criterion = json_out_keep(out, work->arena, NULL);
}

/* The corrections are applied when this is called; verdict is as it was before them. */
static void class_criterion(struct rejection *rejection, const json_t *verdict,
                            struct verdict *evaluated)
{
    size_t index = (size_t)rejection->reason->criterion;
    const char *id = rejection->definition->criteria[index].id;
    const json_t *criterion = find_criterion(verdict, id);
    enum criterion_result was = read_result(criterion);

    evaluate(rejection, evaluated);
    enum criterion_result now = evaluated->criteria[index].result;
    rejection->klass = class_of(rejection, was, now);
    rejection->step.criterion = id;
    write_criterion(rejection, json_object_get(criterion, "seen"), was, now);
}

/* Applies the corrections between the two looks at the disputed criterion, and sets the class. */
static enum err correct_and_class(struct rejection *rejection)
{
    const struct handoff_reject_input *input = rejection->input;
    struct work *work = rejection->step.work;
    struct verdict *evaluated = ARENA_NEW(work->arena, struct verdict);
    json_t *verdict = NULL;
    struct attributes_input corrections = {
        .items = input->corrections,
        .count = input->correction_count,
        .occurred_at = INSTANT_NONE,
        .source = SOURCE_SALES,
        .word = true,
    };

    if (evaluated == NULL)
        return ERR_OUT_OF_MEMORY;
    if (rejection->about == ABOUT_CRITERION)
        verdict = read_verdict(rejection, evaluated);
    enum err err =
        lead_attributes_apply(work, rejection->step.lead, &corrections, &rejection->corrected);
    if (rejection->about == ABOUT_PROCESS)
        rejection->klass = CLASS_PROCESS;
    else if (rejection->about == ABOUT_SOURCE)
        rejection->klass = CLASS_BAD_SOURCE;
    else if (rejection->about == ABOUT_GAP)
        rejection->klass = CLASS_SHOWS_GAP;
    else
        class_criterion(rejection, verdict, evaluated);
    json_decref(verdict);
    return err;
}

/* ---- the command ---- */

static void append_corrections(struct rejection *rejection)
{
    struct handoff_step *step = &rejection->step;
    struct json_out *body = work_body(step->work);

    json_out_key(body, "attributes");
    json_out_raw(body, rejection->corrected.commitments, rejection->corrected.commitments_len);
    json_out_member_uuid(body, "handoff", step->handoff->id);
    caller_append(step->caller, step->work, step->lead, LEDGER_ATTRIBUTES_TOLD);
}

/* Whether Baton could offer it to another team than the one that has just given it back. */
static bool has_other_way(const struct handoff_step *step)
{
    const struct config *config = step->work->config;

    for (size_t i = 0; i < config->route_count; i++)
        if (config->routes[i].automatic &&
            uuid_equal(config->routes[i].from_team, step->lead->owner_team) &&
            !uuid_equal(config->routes[i].to_team, step->handoff->to_team))
            return true;
    return false;
}

/* The team that the reason names; NULL: none, or it is no other, or gone. */
static const struct team *named_team(const struct rejection *rejection)
{
    const struct handoff_step *step = &rejection->step;
    const struct team *team = rejection->reason == NULL || rejection->reason->team == NULL
                                  ? NULL
                                  : config_team_named(step->work->config, rejection->reason->team);

    return team == NULL || !team->active || uuid_equal(team->id, step->handoff->to_team) ||
                   uuid_equal(team->id, step->lead->owner_team)
               ? NULL
               : team;
}

/* Offered to the team that the reason names, by a route or by the reason's own word, as long as the
 * lead still meets what let it through; else along the next route that is open to it; else it waits
 * for its owner, as the rule said. */
static void reroute(struct rejection *rejection)
{
    struct handoff_step *step = &rejection->step;
    const struct handoff *handoff = step->handoff;
    struct lead *lead = step->lead;
    const struct lead_next next = lead->next;
    const struct team *team = named_team(rejection);

    if (team == NULL && !has_other_way(step))
        return;
    lead_lift_hold(lead);
    struct judgement *judgement =
        judge_once_more(step->work, lead, step->caller,
                        &(struct offer_again){
                            .previous = handoff->id,
                            .except = handoff->to_team,
                            .only = team == NULL ? (struct uuid){{0}} : team->id,
                        });
    if (team != NULL && judgement != NULL && judgement->offered == NULL &&
        (!handoff->gated || judgement_meets(judgement, handoff->term)))
        offer_pass_on(step->work, lead, handoff, team->id);
    if (handoff_is_under_way(lead))
        return;
    lead_hold(step->work, lead, &step->hold);
    lead->next = next;
}

/* ---- a duplicate ---- */

/* Whether a team of this side has the lead, or is at it. */
static bool works_at(const struct config *config, const struct lead *lead,
                     enum team_function function)
{
    const struct team *owner = config_team(config, lead->owner_team);
    const struct team *at =
        handoff_is_under_way(lead) ? config_team(config, lead->open->to_team) : NULL;

    return (owner != NULL && owner->function == function) ||
           (at != NULL && at->function == function);
}

/* Into a lead that those who answer work themselves it may be merged by their word; of any other
 * lead its owner says whether it is the same. False: step->decision is the answer. */
static bool find_same(struct rejection *rejection)
{
    struct handoff_step *step = &rejection->step;
    struct work *work = step->work;
    const struct team *own = config_team(work->config, step->caller->team);
    struct uuid id = rejection->input->duplicate_of;
    struct lead *same;

    if (uuid_is_nil(id))
        return true;
    if (step->then != THEN_MERGE) {
        outcome_refuse_at(work, step->outcome, ERR_UNPROCESSABLE, "/duplicate_of", "not_merge",
                          "This reason does not say that it is another lead");
        return false;
    }
    enum find found = work_find_lead(work, id, &same);
    if (found == FIND_NEEDED || work_find_identities(work, step->lead) == FIND_NEEDED) {
        step->decision = DECIDE_AGAIN;
        return false;
    }
    if (found == FIND_ABSENT || same->status != LEAD_ACTIVE || same == step->lead) {
        outcome_refuse_at(work, step->outcome, ERR_INVALID_VALUE, "/duplicate_of",
                          found != FIND_ABSENT && same == step->lead ? "same_lead" : "not_found",
                          "Another lead is wanted, that is there");
        return false;
    }
    if (own != NULL && works_at(work->config, same, own->function))
        rejection->same = same;
    return true;
}

/* Its wait ends with it: the lead that it is goes on as it was. */
static void merge(struct rejection *rejection)
{
    struct handoff_step *step = &rejection->step;

    lead_lift_hold(step->lead);
    work_change_lead(step->work, rejection->same);
    lead_absorb(step->work, rejection->same, step->lead, step->caller);
    step->lead = rejection->same;
    judge_lead(step->work, step->lead, step->caller);
}

/* The lead is judged again while it is held: one that meets srl only now is offered once more,
 * nothing else is. */
static void apply(struct rejection *rejection)
{
    struct handoff_step *step = &rejection->step;
    struct handoff *handoff = step->handoff;

    handoff->reason = arena_strdup(step->work->arena, rejection->input->reason);
    handoff->klass = rejection->klass;
    if (rejection->input->note != NULL)
        handoff->note = rejection->input->note;
    step->reason = handoff->reason;
    handoff_walk(step);
    if (rejection->corrected.count > 0) {
        append_corrections(rejection);
        judge_lead(step->work, step->lead, step->caller);
    }
    if (step->then == THEN_REROUTE && step->lead->open == NULL &&
        !stage_is_end(step->lead->stage) && step->lead->stage != STAGE_OPPORTUNITY)
        reroute(rejection);
    if (rejection->same != NULL)
        merge(rejection);
}

static enum decision answer_with_reason(struct work *work, const struct command *command,
                                        enum handoff_action action, struct outcome *outcome)
{
    struct rejection rejection = {
        .step = handoff_step_of(work, command, outcome),
        .input = command->input,
    };
    struct handoff_step *step = &rejection.step;

    if (!handoff_step_begin(step, rejection.input->handoff, action))
        return step->decision;
    if (!find_reason(&rejection) || !find_same(&rejection))
        return step->decision;
    step->hold = (struct lead_hold){
        .definition = rejection.definition,
        .criterion = rejection.reason == NULL ? -1 : rejection.reason->criterion,
        .met_srl = lead_meets_srl(work, step->lead),
    };
    enum err err = correct_and_class(&rejection);
    if (err != ERR_NONE)
        return outcome_refuse(work, outcome, err, "A lead has at most %d attributes",
                              ATTRIBUTES_PER_LEAD_MAX);
    apply(&rejection);
    return handoff_step_answer(step);
}

enum decision handoff_reject(struct work *work, const struct command *command,
                             struct outcome *outcome)
{
    return answer_with_reason(work, command, ACTION_REJECT, outcome);
}

enum decision handoff_return(struct work *work, const struct command *command,
                             struct outcome *outcome)
{
    return answer_with_reason(work, command, ACTION_RETURN, outcome);
}
