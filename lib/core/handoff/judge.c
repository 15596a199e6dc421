#include "core/handoff/judge.h"

#include <string.h>

/* The ledger entry and the row of a verdict; a stage that moved by it stands in the entry. */
static void record_verdict(struct work *work, struct lead *lead, const struct caller *caller,
                           enum stage before, struct term_judgement *judged)
{
    const struct agreement_version *version = judged->version;
    struct json_out *body = work_body(work);

    json_out_key(body, "definition");
    json_out_hex(body, version->hash, DIGEST_BYTES);
    if (before != lead->stage) {
        json_out_member_text(body, "stage_from", stage_name(before));
        json_out_member_text(body, "stage_to", stage_name(lead->stage));
    }
    json_out_key(body, "verdict");
    verdict_write_ledger(version->compiled, &judged->verdict, version->version, body);
    const struct ledger_entry *entry = caller_append(caller, work, lead, LEDGER_VERDICT_GIVEN);
    if (entry == NULL)
        return;
    judged->seq = entry->seq;
    json_out_clear(&work->scratch);
    verdict_write(version->compiled, &judged->verdict, version->version, &work->scratch);
    struct verdict_row row = {
        .lead = lead->id,
        .seq = entry->seq,
        .term = (enum term)version->kind,
        .version = version->version,
        .result = judged->verdict.result,
        .score = judged->verdict.score,
        .judged_at = entry->at,
    };
    row.body = json_out_keep(&work->scratch, work->arena, &row.body_len);
    if (row.body != NULL)
        work_add(work, KIND_VERDICT, &row);
    judged->document = row.body;
    judged->document_len = row.body_len;
}

/* What the definition in force says, or a member's word against this very version: another version
 * asks the lead anew. NULL: none is in force, or memory is short. */
static struct term_judgement *evaluate(struct work *work, const struct lead *lead, enum term term)
{
    const struct agreement_version *version = work->config->in_force[term];
    const struct verdict_override *override = &lead->overrides[term];
    struct term_judgement *judged =
        version == NULL ? NULL : ARENA_NEW(work->arena, struct term_judgement);

    if (judged == NULL)
        return NULL;
    struct verdict_subject subject = lead_subject(lead, work->now);
    judged->version = version;
    verdict_evaluate(version->compiled, &subject, &judged->verdict);
    judged->overridden = override->given && override->version == version->version;
    judged->result = judged->overridden ? override->result : judged->verdict.result;
    return judged;
}

const struct term_judgement *judge_term(struct work *work, struct lead *lead,
                                        const struct caller *caller, enum term term)
{
    struct term_judgement *judged = evaluate(work, lead, term);

    if (judged != NULL)
        record_verdict(work, lead, caller, lead->stage, judged);
    return judged;
}

static bool is_before_sales(enum stage stage)
{
    return stage == STAGE_PROSPECT || stage == STAGE_INQUIRY || stage == STAGE_NURTURE ||
           stage == STAGE_MQL || stage == STAGE_SRL;
}

/* The stage that the verdicts give, from a stage before sales took the lead. */
static enum stage stage_by_verdict(const struct work *work, const struct lead *lead,
                                   const struct judgement *judgement)
{
    if (lead_is_held(lead, work->now))
        return lead->stage;
    if (judgement_meets(judgement, TERM_SRL))
        return STAGE_SRL;
    if (judgement_meets(judgement, TERM_MQL))
        return STAGE_MQL;
    if ((lead->stage == STAGE_MQL || lead->stage == STAGE_SRL) && !handoff_is_under_way(lead))
        return STAGE_INQUIRY;
    return lead->stage;
}

static void move_stage(struct work *work, struct lead *lead, enum stage to)
{
    if (lead->stage == to)
        return;
    lead->stage = to;
    if (to == STAGE_MQL || to == STAGE_SRL)
        lead_reach(lead, MILESTONE_MQL, work->now);
}

/* Somebody asks to be called who was sent away: that is the owner's to look at, and never nothing.
 * Once asked it stays asked. */
static void raise_hand(const struct work *work, struct lead *lead)
{
    if (lead->stage == STAGE_DISQUALIFIED && !handoff_is_under_way(lead) &&
        lead->next.step == STEP_NONE)
        lead->next = (struct lead_next){
            .step = STEP_REVIEW, .at = work->now, .why = "hand_raiser", .since = work->now};
}

static const char *why_not(const struct judgement *judgement)
{
    const struct term_judgement *shown = judgement_shown(judgement);

    return shown == NULL ? "no_definition" : verdict_result_name(shown->result);
}

/* What is next of a lead that the verdict alone moves, and that nobody was offered. A date that it
 * has for the same step stands: else whoever comes by often would never be looked at. */
static void settle_next(struct work *work, struct lead *lead, const struct judgement *judgement,
                        bool moved)
{
    enum lead_step step = lead->next.step;
    bool meets = judgement_meets(judgement, TERM_SRL) || judgement_meets(judgement, TERM_MQL);

    if (handoff_is_under_way(lead) || !is_before_sales(lead->stage) ||
        lead_is_held(lead, work->now))
        return;
    if (meets && offer_is_claimed(lead)) {
        if (step != STEP_REVIEW)
            lead_set_next(
                lead, STEP_REVIEW, work->now,
                arena_printf(work->arena, "claimed: %s", stage_name(lead->claimed_stage)));
    } else if (meets) {
        const char *why = offer_hindrance(work, lead, judgement);
        if (step != STEP_OFFER)
            lead_set_next(lead, STEP_OFFER, work->now + OFFER_RETRY, why);
        lead->next.why = why;
    } else if (moved || step == STEP_NONE || step == STEP_OFFER) {
        lead_set_next(lead, STEP_NURTURE, lead_next_date(work), why_not(judgement));
    }
}

struct judgement *judge_once_more(struct work *work, struct lead *lead, const struct caller *caller,
                                  const struct offer_again *again)
{
    struct judgement *judgement = ARENA_NEW(work->arena, struct judgement);
    struct term_judgement *judged[TERM_SRL + 1] = {NULL};
    const enum stage came_as = lead->stage;
    enum stage before = came_as;

    if (judgement == NULL)
        return NULL;
    for (int term = TERM_MQL; term <= TERM_SRL; term++)
        judgement->terms[term] = judged[term] = evaluate(work, lead, (enum term)term);
    if (judgement_meets(judgement, TERM_SRL) && !lead_is_held_for(lead, INPUT_TERM, "srl")) {
        lead_lift_hold(lead); /* a newly met srl skips nurture */
        raise_hand(work, lead);
    }
    if (is_before_sales(lead->stage))
        move_stage(work, lead, stage_by_verdict(work, lead, judgement));
    /* Only now, so that the first entry can say where the stage went. */
    for (int term = TERM_MQL; term <= TERM_SRL; term++) {
        if (judged[term] == NULL)
            continue;
        record_verdict(work, lead, caller, before, judged[term]);
        before = lead->stage;
    }
    judgement->offered = offer_by_itself(work, lead, judgement, again);
    settle_next(work, lead, judgement, lead->stage != came_as);
    return judgement;
}

struct judgement *judge_lead(struct work *work, struct lead *lead, const struct caller *caller)
{
    return judge_once_more(work, lead, caller, &(struct offer_again){0});
}
