#include "core/handoff/handoff_qualify.h"

#include "core/handoff/handoff_walk.h"
#include "core/handoff/judge.h"
#include "core/handoff/offer.h"

/* ---- what is not met ---- */

static const char *fault_pointer(struct work *work, const struct test_node *node)
{
    return node != NULL && node->kind == TEST_FACT ? pointer_join(work->arena, "/facts", node->name)
                                                   : "";
}

static bool blocks(const struct criterion *criterion, enum criterion_result result)
{
    return criterion->kind == CRITERION_DISQUALIFIER ? result == RESULT_MET
                                                     : criterion->required && result != RESULT_MET;
}

static void add_criteria(struct work *work, const struct definition *definition,
                         const struct verdict *verdict, struct faults *faults)
{
    for (size_t i = 0; i < verdict->criteria_count; i++) {
        const struct criterion *criterion = &definition->criteria[i];
        enum criterion_result result = verdict->criteria[i].result;
        const char *pointer = fault_pointer(work, verdict->criteria[i].node);
        if (pointer != NULL && blocks(criterion, result))
            faults_add(faults, pointer, criterion_result_name(result), "%s (%s) is %s",
                       criterion->title, criterion->id, criterion_result_name(result));
    }
}

static void add_thresholds(const struct definition *definition, const struct verdict *verdict,
                           struct faults *faults)
{
    for (int i = 0; i < THRESHOLD_COUNT; i++) {
        int32_t score = i == THRESHOLD_TOTAL ? verdict->score : verdict->scores[i];
        if (definition->has_threshold[i] && score < definition->thresholds[i])
            faults_add(faults, "", "threshold", "The %s score is %d, %d is wanted",
                       threshold_name(i), (int)score, (int)definition->thresholds[i]);
    }
}

static enum decision refuse_unmet(struct work *work, const struct term_judgement *judged,
                                  struct outcome *outcome)
{
    const struct definition *definition = judged->version->compiled;
    struct faults *faults = ARENA_NEW(work->arena, struct faults);

    outcome_refuse(work, outcome, ERR_NOT_QUALIFIED, "By version %d of sql the lead is %s",
                   judged->version->version, verdict_result_name(judged->result));
    if (faults == NULL)
        return DECIDED;
    faults_init(faults, work->arena);
    if (judged->overridden)
        faults_add(faults, "", "overridden", "A member has decided otherwise: %s",
                   verdict_result_name(judged->result));
    add_criteria(work, definition, &judged->verdict, faults);
    add_thresholds(definition, &judged->verdict, faults);
    outcome->problem.faults = faults;
    return DECIDED;
}

/* ---- the command ---- */

enum decision handoff_qualify(struct work *work, const struct command *command,
                              struct outcome *outcome)
{
    const struct handoff_qualify_input *input = command->input;
    const struct caller *caller = &command->caller;
    struct handoff_step step = handoff_step_of(work, command, outcome);

    if (!handoff_step_begin(&step, input->handoff, ACTION_QUALIFY))
        return step.decision;
    /* Facts of a qualification that is refused are not kept: the command is undone. */
    struct confirmed_input facts = {input->facts, input->fact_count, INSTANT_NONE};
    enum err err = facts.count == 0 ? ERR_NONE : lead_facts_apply(work, step.lead, caller, &facts);
    if (err != ERR_NONE)
        return outcome_refuse(work, outcome, err, "A lead has at most %d facts",
                              ATTRIBUTES_PER_LEAD_MAX);
    const struct term_judgement *sql = judge_term(work, step.lead, caller, TERM_SQL);
    if (sql != NULL && sql->result != VERDICT_QUALIFIED)
        return refuse_unmet(work, sql, outcome);
    if (input->note != NULL)
        step.handoff->note = input->note;
    step.handoff->qualified_version = sql == NULL ? 0 : sql->version->version;
    handoff_walk(&step);
    offer_by_itself(work, step.lead, &(struct judgement){.terms[TERM_SQL] = sql},
                    &(struct offer_again){0});
    return handoff_step_answer(&step);
}
