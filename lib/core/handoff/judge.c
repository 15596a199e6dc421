#include "core/handoff/judge.h"

#include "core/handoff/offer.h"

#include <string.h>

/* An override stands until another version judges. */
static void apply_override(const struct lead *lead, enum term term, struct term_judgement *out)
{
    const struct verdict_override *override = &lead->overrides[term];

    out->result = out->verdict.result;
    if (override->given && override->version == out->version->version) {
        out->result = override->result;
        out->overridden = true;
    }
}

/* The ledger entry and the row of a verdict; a stage that moved by it stands in the entry. */
static void record_verdict(struct work *work, struct lead *lead, enum stage before,
                           struct actor actor, struct uuid team, struct term_judgement *judged)
{
    const struct definition_version *version = judged->version;
    struct json_out *body = work_body(work);

    json_out_key(body, "definition");
    json_out_hex(body, version->hash, DIGEST_BYTES);
    if (before != lead->stage) {
        json_out_member_text(body, "stage_from", stage_name(before));
        json_out_member_text(body, "stage_to", stage_name(lead->stage));
    }
    json_out_key(body, "verdict");
    verdict_write_ledger(version->compiled, &judged->verdict, version->version, body);
    const struct ledger_entry *entry = work_append(work, lead, LEDGER_VERDICT_GIVEN, actor, team);
    if (entry == NULL)
        return;
    judged->seq = entry->seq;
    json_out_clear(&work->scratch);
    verdict_write(version->compiled, &judged->verdict, version->version, &work->scratch);
    if (json_out_failed(&work->scratch)) {
        arena_fail(work->arena);
        return;
    }
    struct verdict_row row = {
        .lead = lead->id,
        .seq = entry->seq,
        .term = version->term,
        .version = version->version,
        .result = judged->verdict.result,
        .score = judged->verdict.score,
        .body = arena_copy(work->arena, work->scratch.text, work->scratch.len),
        .body_len = work->scratch.len,
        .judged_at = entry->at,
    };
    if (row.body != NULL)
        work_add_verdict(work, &row);
}

static void evaluate(struct work *work, const struct lead *lead, enum term term,
                     struct term_judgement *out)
{
    const struct definition_version *version = work->config->in_force[term];

    if (version == NULL)
        return;
    struct verdict_subject subject = lead_subject(lead, work->now);
    out->judged = true;
    out->version = version;
    verdict_evaluate(version->compiled, &subject, &out->verdict);
    apply_override(lead, term, out);
}

void judge_term(struct work *work, struct lead *lead, enum term term, struct actor actor,
                struct uuid team, struct term_judgement *out)
{
    evaluate(work, lead, term, out);
    if (out->judged)
        record_verdict(work, lead, lead->stage, actor, team, out);
}

static bool is_met(const struct term_judgement *judged)
{
    return judged->judged && judged->result == VERDICT_QUALIFIED;
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
    if (is_met(&judgement->terms[TERM_SRL]))
        return STAGE_SRL;
    if (is_met(&judgement->terms[TERM_MQL]))
        return STAGE_MQL;
    if ((lead->stage == STAGE_MQL || lead->stage == STAGE_SRL) && lead->open == NULL)
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
    if (lead->open == NULL)
        lead->due_at = lead_next_date(work);
}

struct judgement *judge_lead(struct work *work, struct lead *lead, struct actor actor,
                             struct uuid team)
{
    struct judgement *judgement = ARENA_NEW(work->arena, struct judgement);
    enum stage before = lead->stage;

    if (judgement == NULL)
        return NULL;
    evaluate(work, lead, TERM_MQL, &judgement->terms[TERM_MQL]);
    evaluate(work, lead, TERM_SRL, &judgement->terms[TERM_SRL]);
    if (is_met(&judgement->terms[TERM_SRL]) && !lead_is_held_for(lead, INPUT_TERM, "srl"))
        lead_lift_hold(lead); /* a newly met srl skips nurture */
    if (is_before_sales(lead->stage))
        move_stage(work, lead, stage_by_verdict(work, lead, judgement));
    for (int term = TERM_MQL; term <= TERM_SRL; term++) {
        if (!judgement->terms[term].judged)
            continue;
        record_verdict(work, lead, before, actor, team, &judgement->terms[term]);
        before = lead->stage;
    }
    judgement->offered = offer_by_itself(work, lead, judgement);
    return judgement;
}
