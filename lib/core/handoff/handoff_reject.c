#include "core/handoff/handoff_reject.h"

#include "base/defect.h"
#include "base/shortage.h"
#include "core/handoff/handoff_actions.h"
#include "core/handoff/handoff_answer.h"
#include "core/handoff/judge.h"

#include <stdlib.h>
#include <string.h>

#define COMMITMENTS_MAX_BYTES (256 * 1024)

/* What is known of one rejection while it is decided. */
struct rejection {
    const struct handoff_reject_input *input;
    const struct definition *definition; /* whose reason it is; NULL: none, any code is taken */
    const struct reason *reason;         /* NULL with no definition */
    enum reason_about about;
    enum reason_then then;
    enum rejection_class klass;
    const char *criterion; /* id, or NULL */
    struct json_out commitments;
    size_t corrected;
};

/* ---- the reason ---- */

const struct definition_version *handoff_reasons(const struct work *work,
                                                 const struct handoff *handoff)
{
    const struct definition_version *version =
        handoff->version == 0 ? work->config->in_force[TERM_MQL]
                              : config_definition(work->config, handoff->term, handoff->version);

    return version == NULL || version->compiled == NULL ? NULL : version;
}

enum decision handoff_refuse_reason(struct work *work, struct outcome *outcome,
                                    const struct definition_version *version)
{
    const struct definition *definition = version->compiled;
    const char **codes = ARENA_ARRAY(work->arena, const char *, definition->reasons_count + 1);

    for (size_t i = 0; codes != NULL && i < definition->reasons_count; i++)
        codes[i] = definition->reasons[i].code;
    outcome->problem.reasons = codes;
    outcome->problem.reason_count = codes == NULL ? 0 : definition->reasons_count;
    return outcome_refuse_at(work, outcome, ERR_UNKNOWN_REASON, "/reason", "unknown_reason",
                             "Version %d of %s has no such reason", version->version,
                             term_name(version->term));
}

static bool find_reason(struct work *work, const struct handoff *handoff,
                        struct rejection *rejection, struct outcome *outcome)
{
    const struct definition_version *version = handoff_reasons(work, handoff);

    rejection->about = ABOUT_GAP;
    rejection->then = THEN_NURTURE;
    if (version == NULL)
        return true;
    rejection->definition = version->compiled;
    rejection->reason = definition_reason(version->compiled, rejection->input->reason);
    if (rejection->reason == NULL) {
        handoff_refuse_reason(work, outcome, version);
        return false;
    }
    rejection->about = rejection->reason->about;
    rejection->then = rejection->reason->then;
    return true;
}

/* ---- the class ---- */

static void evaluate(const struct work *work, const struct lead *lead,
                     const struct definition *definition, struct verdict *out)
{
    struct verdict_subject subject = lead_subject(lead, work->now);

    verdict_evaluate(definition, &subject, out);
}

/* The verdict that let it through; as of now when none was kept (no gate, or its lead erased). */
static json_t *read_verdict(struct work *work, const struct lead *lead,
                            const struct handoff *handoff, const struct definition *definition,
                            struct verdict *now)
{
    if (handoff->verdict_body != NULL)
        return json_loadb(handoff->verdict_body, handoff->verdict_body_len, JSON_DECODE_ANY, NULL);
    evaluate(work, lead, definition, now);
    json_out_clear(&work->scratch);
    verdict_write(definition, now, 1, &work->scratch);
    return json_out_failed(&work->scratch)
               ? NULL
               : json_loadb(work->scratch.text, work->scratch.len, 0, NULL);
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
static enum rejection_class class_of(const struct rejection *rejection,
                                     const struct handoff *handoff, enum criterion_result was,
                                     enum criterion_result now)
{
    const struct criterion *criterion =
        rejection->reason->criterion < 0
            ? NULL
            : &rejection->definition->criteria[rejection->reason->criterion];
    bool turned = criterion != NULL && criterion->kind == CRITERION_DISQUALIFIER;
    enum criterion_result good = turned ? RESULT_UNMET : RESULT_MET;
    enum criterion_result bad = turned ? RESULT_MET : RESULT_UNMET;

    if (handoff->kind == HANDOFF_KIND_UNCLEAR || handoff->kind == HANDOFF_KIND_STRATEGIC ||
        handoff->kind == HANDOFF_KIND_ACCOUNT_BASED || handoff->kind == HANDOFF_KIND_OVERRIDE)
        return CLASS_CONFIRMS_EXCEPTION;
    if (was != good)
        return CLASS_SHOWS_WEAK_CRITERION;
    return now == bad && is_corrected(rejection) ? CLASS_BAD_DATA : CLASS_CONTRADICTS;
}

static void write_criterion(struct work *work, struct handoff *handoff, const char *id,
                            const json_t *seen, enum criterion_result was,
                            enum criterion_result now)
{
    struct json_out *out = &work->scratch;
    char *text = seen == NULL ? NULL : json_dumps(seen, JSON_ENCODE_ANY | JSON_COMPACT);

    json_out_clear(out);
    json_out_begin_object(out);
    json_out_member_text(out, "id", id);
    json_out_member_text(out, "result", criterion_result_name(was));
    json_out_key(out, "seen");
    if (text == NULL)
        json_out_null(out);
    else
        json_out_raw(out, text, strlen(text));
    json_out_member_text(out, "now", criterion_result_name(now));
    json_out_end_object(out);
    shortage_free_json(text);
    if (json_out_failed(out))
        arena_fail(work->arena);
    else
        handoff->criterion = arena_copy(work->arena, out->text, out->len);
}

/* The corrections are told when this is called; verdict is as it was before them. */
static void class_criterion(struct work *work, const struct lead *lead, struct handoff *handoff,
                            struct rejection *rejection, const json_t *verdict,
                            struct verdict *evaluated)
{
    size_t index = (size_t)rejection->reason->criterion;
    const char *id = rejection->definition->criteria[index].id;
    const json_t *criterion = find_criterion(verdict, id);
    enum criterion_result was = read_result(criterion);

    evaluate(work, lead, rejection->definition, evaluated);
    enum criterion_result now = evaluated->criteria[index].result;
    rejection->klass = class_of(rejection, handoff, was, now);
    rejection->criterion = id;
    write_criterion(work, handoff, id, json_object_get(criterion, "seen"), was, now);
}

static enum err tell_corrections(struct work *work, struct lead *lead, struct rejection *rejection)
{
    struct observation how = {
        .occurred_at = work->now,
        .known_from = work->now,
        .source = SOURCE_SALES,
    };

    return lead_tell(work, lead, rejection->input->corrections, rejection->input->correction_count,
                     &how, &rejection->commitments, &rejection->corrected);
}

/* Tells the corrections between the two looks at the disputed criterion, and sets the class. */
static enum err correct_and_class(struct work *work, struct lead *lead, struct handoff *handoff,
                                  struct rejection *rejection)
{
    struct verdict *evaluated = ARENA_NEW(work->arena, struct verdict);
    json_t *verdict = NULL;

    if (evaluated == NULL)
        return ERR_OUT_OF_MEMORY;
    if (rejection->about == ABOUT_CRITERION)
        verdict = read_verdict(work, lead, handoff, rejection->definition, evaluated);
    enum err err = tell_corrections(work, lead, rejection);
    if (rejection->about == ABOUT_PROCESS)
        rejection->klass = CLASS_PROCESS;
    else if (rejection->about == ABOUT_GAP)
        rejection->klass = CLASS_SHOWS_GAP;
    else
        class_criterion(work, lead, handoff, rejection, verdict, evaluated);
    json_decref(verdict);
    return err;
}

/* ---- what follows ---- */

/* A customer, and one with an opportunity, stays what it is. */
static void move_stage(struct lead *lead, enum stage to)
{
    if (lead->stage != STAGE_OPPORTUNITY && lead->stage != STAGE_CUSTOMER)
        lead->stage = to;
}

/* A lead that is to go elsewhere waits for a human to offer it: held as well, or it would be
 * offered along the same route with its next touch. */
static void follow(struct work *work, struct lead *lead, const struct rejection *rejection,
                   bool met_srl)
{
    static const enum stage stages[THEN_COUNT] = {
        [THEN_NURTURE] = STAGE_NURTURE,
        [THEN_DISQUALIFY] = STAGE_DISQUALIFIED,
        [THEN_REROUTE] = STAGE_INQUIRY,
    };

    move_stage(lead, stages[rejection->then]);
    lead_hold(work, lead,
              &(struct lead_hold){
                  .definition = rejection->definition,
                  .criterion = rejection->reason == NULL ? -1 : rejection->reason->criterion,
                  .met_srl = met_srl,
              });
    lead_set_due(lead, rejection->then == THEN_REROUTE ? work->now : lead->hold_until);
}

/* ---- the command ---- */

static void append_answer(struct work *work, struct lead *lead, const struct handoff *handoff,
                          const struct rejection *rejection, const struct caller *caller,
                          enum stage before)
{
    bool returned = handoff->state == HANDOFF_RETURNED;
    struct json_out *body = work_body(work);

    json_out_member_text(body, "class", rejection_class_name(rejection->klass));
    if (rejection->criterion != NULL)
        json_out_member_text(body, "criterion", rejection->criterion);
    json_out_member_uuid(body, "handoff", handoff->id);
    if (returned)
        json_out_member_uuid(body, "owner", lead->owner_team);
    json_out_member_text(body, "reason", handoff->reason);
    handoff_write_tail(body, handoff, before, lead->stage);
    work_append(work, lead, returned ? LEDGER_HANDOFF_RETURNED : LEDGER_HANDOFF_REJECTED,
                caller_actor(caller), caller->team);
}

static void append_corrections(struct work *work, struct lead *lead, const struct handoff *handoff,
                               const struct rejection *rejection, const struct caller *caller)
{
    struct json_out *body = work_body(work);

    json_out_key(body, "attributes");
    json_out_raw(body, rejection->commitments.text, rejection->commitments.len);
    json_out_member_uuid(body, "handoff", handoff->id);
    work_append(work, lead, LEDGER_ATTRIBUTES_TOLD, caller_actor(caller), caller->team);
}

/* Judged while held: a lead that met srl only now is offered again, nothing else is. */
static void apply(struct work *work, struct lead *lead, struct handoff *handoff,
                  struct rejection *rejection, const struct caller *caller, bool met_srl)
{
    enum stage before = lead->stage;

    handoff->reason = arena_strdup(work->arena, rejection->input->reason);
    handoff->klass = rejection->klass;
    if (rejection->input->note != NULL)
        handoff->note = rejection->input->note;
    handoff_close(work, lead, handoff,
                  handoff->state == HANDOFF_OFFERED ? HANDOFF_REJECTED : HANDOFF_RETURNED,
                  caller->member);
    if (!DEFECT(lead_kept))
        lead->owner_team = handoff->from_team;
    follow(work, lead, rejection, met_srl);
    append_answer(work, lead, handoff, rejection, caller, before);
    if (rejection->corrected == 0)
        return;
    append_corrections(work, lead, handoff, rejection, caller);
    judge_lead(work, lead, caller_actor(caller), caller->team);
}

static enum decision reject(struct work *work, struct lead *lead, struct handoff *handoff,
                            struct rejection *rejection, const struct caller *caller,
                            struct outcome *outcome)
{
    bool met_srl = lead_meets_srl(work, lead);

    json_out_init(&rejection->commitments, COMMITMENTS_MAX_BYTES);
    json_out_begin_object(&rejection->commitments);
    enum err err = correct_and_class(work, lead, handoff, rejection);
    json_out_end_object(&rejection->commitments);
    if (json_out_failed(&rejection->commitments))
        arena_fail(work->arena);
    else if (err == ERR_NONE)
        apply(work, lead, handoff, rejection, caller, met_srl);
    json_out_release(&rejection->commitments);
    if (err != ERR_NONE)
        return outcome_refuse(work, outcome, err, "A lead has at most %d attributes",
                              ATTRIBUTES_PER_LEAD_MAX);
    return handoff_answer(work, caller, handoff, lead, outcome);
}

static enum decision answer_with_reason(struct work *work, const struct command *command,
                                        enum handoff_action action, struct outcome *outcome)
{
    struct rejection rejection = {.input = command->input};
    struct handoff *handoff;
    struct lead *lead;
    enum decision decision;

    if (!handoff_for_action(work, &command->caller, rejection.input->handoff, action, &handoff,
                            &lead, outcome, &decision))
        return decision;
    if (!find_reason(work, handoff, &rejection, outcome))
        return DECIDED;
    work_change_lead(work, lead);
    work_change_handoff(work, handoff);
    return reject(work, lead, handoff, &rejection, &command->caller, outcome);
}

bool handoff_reject_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    const struct handoff_reject_input *input = command->input;

    return list_add(&keys->handoffs, work->arena, (void *)&input->handoff);
}

enum decision handoff_reject(struct work *work, const struct command *command,
                             struct outcome *outcome)
{
    return answer_with_reason(work, command, ACTION_REJECT, outcome);
}

bool handoff_return_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    return handoff_reject_keys(command, work, keys);
}

enum decision handoff_return(struct work *work, const struct command *command,
                             struct outcome *outcome)
{
    return answer_with_reason(work, command, ACTION_RETURN, outcome);
}
