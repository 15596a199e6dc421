#include "core/agreement/definition_apply.h"

#include "base/json_tree.h"
#include "core/agreement/agreement_change.h"
#include "core/background_change.h"
#include "core/handoff/judge.h"

#include <string.h>

static const enum stage before_sales[] = {STAGE_PROSPECT, STAGE_INQUIRY, STAGE_NURTURE, STAGE_MQL,
                                          STAGE_SRL};
static const enum stage with_sales[] = {STAGE_SAL};

const enum stage *definition_apply_stages(enum term term, size_t *count)
{
    *count = term == TERM_SQL ? sizeof with_sales / sizeof *with_sales
                              : sizeof before_sales / sizeof *before_sales;
    return term == TERM_SQL ? with_sales : before_sales;
}

/* ---- sums ---- */

static const struct {
    const char *name;
    size_t offset;
} sums[] = {
    {"leads", offsetof(struct apply_tally, leads)},
    {"qualified", offsetof(struct apply_tally, qualified)},
    {"unclear", offsetof(struct apply_tally, unclear)},
    {"not_qualified", offsetof(struct apply_tally, not_qualified)},
    {"stage_up", offsetof(struct apply_tally, stage_up)},
    {"stage_down", offsetof(struct apply_tally, stage_down)},
    {"offered", offsetof(struct apply_tally, offered)},
};

#define SUMS (sizeof sums / sizeof *sums)

static int64_t *sum_at(struct apply_tally *tally, size_t i)
{
    return (int64_t *)(void *)((char *)tally + sums[i].offset);
}

void apply_tally_add(struct apply_tally *sum, const struct apply_tally *more)
{
    struct apply_tally copy = *more;

    for (size_t i = 0; i < SUMS; i++)
        *sum_at(sum, i) += *sum_at(&copy, i);
}

void apply_tally_write(const struct apply_tally *tally, struct json_out *out)
{
    struct apply_tally copy = *tally;

    json_out_begin_object(out);
    for (size_t i = 0; i < SUMS; i++)
        json_out_member_int(out, sums[i].name, *sum_at(&copy, i));
    json_out_end_object(out);
}

bool apply_tally_read(const char *json, size_t len, struct arena *arena, struct apply_tally *out)
{
    json_t *read = json_tree_read(arena, json, len, 0, NULL);
    bool whole = json_object_size(read) == SUMS;

    *out = (struct apply_tally){0};
    for (size_t i = 0; whole && i < SUMS; i++) {
        const json_t *sum = json_object_get(read, sums[i].name);
        whole = json_is_integer(sum);
        *sum_at(out, i) = json_integer_value(sum);
    }
    json_decref(read);
    return whole;
}

/* ---- asking ---- */

static bool check_in_force(struct work *work, const struct agreement_version *version,
                           struct outcome *outcome)
{
    if (version->state == AGREEMENT_IN_FORCE)
        return true;
    outcome_refuse(work, outcome, ERR_STATE_CONFLICT,
                   "Version %d of %s is %s: only a version in force is applied", version->version,
                   agreement_kind_name(version->kind), agreement_state_name(version->state));
    outcome->problem.state = agreement_state_name(version->state);
    return false;
}

enum decision definition_apply(struct work *work, const struct command *command,
                               struct outcome *outcome)
{
    const struct definition_apply_input *input = command->input;

    if (!setup_may(work, command, ROLE_SIGN | ROLE_ADMIN, outcome) ||
        !agreement_has_author(work, command, outcome))
        return DECIDED;
    const struct agreement_version *version =
        agreement_for_command(work, (enum agreement_kind)input->term, input->version, outcome);
    if (version == NULL || !check_in_force(work, version, outcome))
        return DECIDED;
    struct json_out *out = outcome_begin(work);
    json_out_begin_object(out);
    json_out_member_text(out, "term", term_name(input->term));
    json_out_member_int(out, "version", input->version);
    json_out_member_bool(out, "dry_run", input->dry_run);
    json_out_end_object(out);
    size_t len;
    const char *request = json_out_keep(out, work->arena, &len);
    if (request == NULL)
        return DECIDED;
    return background_queue(work, command, BACKGROUND_APPLY, request, len, outcome);
}

bool definition_apply_read(const char *json, size_t len, struct arena *arena,
                           struct definition_apply_input *out)
{
    json_t *read = json_tree_read(arena, json, len, 0, NULL);
    const char *term = json_string_value(json_object_get(read, "term"));

    *out = (struct definition_apply_input){
        .version = (int)json_integer_value(json_object_get(read, "version")),
        .dry_run = json_is_true(json_object_get(read, "dry_run")),
    };
    bool whole = term != NULL && term_parse(term, &out->term) && out->version > 0;
    json_decref(read);
    return whole;
}

/* ---- one chunk ---- */

static bool is_open(const struct lead *lead, struct uuid id, enum term term)
{
    size_t count;
    const enum stage *stages = definition_apply_stages(term, &count);

    if (lead->status != LEAD_ACTIVE || !uuid_equal(lead->id, id))
        return false; /* its survivor is judged as a lead itself */
    for (size_t i = 0; i < count; i++)
        if (lead->stage == stages[i])
            return true;
    return false;
}

static const struct term_judgement *judge_again(struct work *work, const struct caller *caller,
                                                struct lead *lead, enum term term, bool *offered)
{
    *offered = false;
    if (term == TERM_SQL)
        return judge_term(work, lead, caller, term);
    const struct judgement *judgement = judge_lead(work, lead, caller);
    if (judgement == NULL)
        return NULL;
    *offered = judgement->offered != NULL;
    return judgement->terms[term];
}

static bool is_met_stage(enum stage stage)
{
    return stage == STAGE_MQL || stage == STAGE_SRL;
}

static void judge_one(struct work *work, const struct command *command, struct lead *lead,
                      struct apply_tally *tally)
{
    const struct leads_judge_input *input = command->input;
    enum stage before = lead->stage;
    struct work_mark mark;
    bool offered;

    work_mark(work, &mark);
    work_change_lead(work, lead);
    const struct term_judgement *judged =
        judge_again(work, &command->caller, lead, input->what.term, &offered);
    if (judged == NULL)
        return; /* memory is short, which the arena remembers */
    tally->leads++;
    tally->qualified += judged->result == VERDICT_QUALIFIED;
    tally->unclear += judged->result == VERDICT_UNCLEAR;
    tally->not_qualified += judged->result == VERDICT_NOT_QUALIFIED;
    tally->stage_up += !is_met_stage(before) && is_met_stage(lead->stage);
    tally->stage_down += is_met_stage(before) && !is_met_stage(lead->stage);
    tally->offered += offered;
    if (input->what.dry_run)
        work_return(work, &mark);
}

enum decision leads_judge(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct leads_judge_input *input = command->input;
    struct apply_tally tally = {0};
    bool needed = false;
    const struct agreement_version *version = agreement_for_command(
        work, (enum agreement_kind)input->what.term, input->what.version, outcome);

    if (version == NULL || !check_in_force(work, version, outcome))
        return DECIDED;
    for (size_t i = 0; i < input->count; i++) {
        struct lead *lead;
        enum find found = work_find_lead(work, input->leads[i], &lead);
        if (found == FIND_NEEDED)
            needed = true;
        if (found == FIND_FOUND && is_open(lead, input->leads[i], input->what.term))
            judge_one(work, command, lead, &tally);
    }
    if (needed)
        return DECIDE_AGAIN;
    apply_tally_write(&tally, outcome_begin(work));
    return outcome_answer(work, outcome, 200);
}
