#include "core/handoff/distribution_try.h"

#include "core/handoff/handoff_deal.h"
#include "core/lead/lead_find.h"

static void write_rule(int rule, struct json_out *out)
{
    json_out_key(out, "rule");
    if (rule == DEAL_OTHERWISE)
        json_out_null(out);
    else
        json_out_int(out, rule);
}

static void write_looks(const struct list *looks, struct json_out *out)
{
    json_out_key(out, "why");
    json_out_begin_array(out);
    for (size_t i = 0; i < looks->count; i++) {
        const struct deal_look *look = looks->items[i];
        json_out_begin_object(out);
        write_rule(look->rule, out);
        json_out_member_uuid(out, "member", look->member);
        json_out_member_text(out, "code", look->why);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

enum decision distribution_try(struct work *work, const struct command *command,
                               struct outcome *outcome)
{
    const struct distribution_try_input *input = command->input;
    const struct team *team = config_team_named(work->config, input->name);
    struct list looks = {0};
    struct work_mark before;
    enum decision decision;

    if (team == NULL || team->deals == NULL)
        return outcome_refuse(work, outcome, ERR_NOT_FOUND,
                              team == NULL ? "There is no team of this name"
                                           : "The team has no distribution");
    const struct lead *lead = lead_for_command(work, input->lead, outcome, &decision);
    if (lead == NULL)
        return decision;
    struct dealing *dealing = handoff_dealing(work, team->id);
    if (dealing == NULL)
        return DECIDED;
    work_mark(work, &before);
    struct uuid owner = handoff_deal_owner(work, lead, dealing);
    struct deal dealt = deal(
        dealing, &(struct deal_ask){.work = work, .lead = lead, .owner = owner, .looks = &looks});
    work_return(work, &before);
    struct json_out *out = outcome_begin(work);
    json_out_begin_object(out);
    write_rule(dealt.rule, out);
    json_out_member_text(out, "by", deal_by_name(dealt.by));
    json_out_member_uuid(out, "member", dealt.member);
    write_looks(&looks, out);
    json_out_end_object(out);
    outcome->lead = lead->id;
    return outcome_answer(work, outcome, 200);
}
