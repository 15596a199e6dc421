#include "core/intake/lead_result.h"

#include "core/handoff/judge.h"
#include "core/handoff/shape.h"

/* What was not judged, since nothing changed, shows what would come out. */
const struct term_judgement *lead_shown_verdict(const struct work *work, const struct lead *lead,
                                                const struct judgement *judgement,
                                                struct term_judgement *again)
{
    const struct term_judgement *shown = judgement_shown(judgement);

    for (int term = TERM_MQL; shown == NULL && term <= TERM_SRL; term++) {
        const struct agreement_version *version = work->config->in_force[term];
        if (version == NULL)
            continue;
        struct verdict_subject subject = lead_subject(lead, work->now);
        again->version = version;
        verdict_evaluate(version->compiled, &subject, &again->verdict);
        again->result = again->verdict.result;
        shown = again;
    }
    return shown;
}

void lead_result_write(const struct work *work, const struct lead *lead,
                       const struct judgement *judgement, bool ahead, struct json_out *out)
{
    struct term_judgement again = {0};
    const struct term_judgement *shown = lead_shown_verdict(work, lead, judgement, &again);

    if (ahead)
        json_out_member_bool(out, "counted_as_now", true);
    json_out_key(out, "lead");
    shape_lead_short(work->config, lead, out);
    json_out_key(out, "verdict");
    if (shown == NULL)
        json_out_null(out);
    else if (shown->document != NULL)
        json_out_raw(out, shown->document, shown->document_len);
    else
        verdict_write(shown->version->compiled, &shown->verdict, shown->version->version, out);
    json_out_key(out, "handoff");
    shape_handoff_short(lead->open, out);
}

void lead_id_write(const struct lead *lead, struct json_out *out)
{
    json_out_key(out, "lead");
    json_out_begin_object(out);
    json_out_member_uuid(out, "id", lead->id);
    json_out_end_object(out);
}
