#include "core/handoff/handoff_deal.h"

#include "core/account/account.h"
#include "core/calendar/calendar.h"

struct dealing *handoff_dealing(struct work *work, struct uuid team)
{
    const struct team *of = config_team(work->config, team);
    enum find found;

    if (of == NULL || of->deals == NULL)
        return NULL;
    struct dealing *dealing = work_find(work, KIND_DEALING, &team, &found);
    work->again = work->again || found == FIND_NEEDED;
    return dealing;
}

static bool deals_to_owners(const struct distribution *by)
{
    for (size_t i = 0; i <= by->rule_count; i++)
        if (by->rules[i].by == DEAL_OWNER)
            return true;
    return false;
}

struct uuid handoff_deal_owner(struct work *work, const struct lead *lead,
                               const struct dealing *dealing)
{
    struct uuid id;
    enum find found;

    if (!deals_to_owners(dealing->by) || !account_of_lead(lead, work->arena, &id))
        return (struct uuid){{0}};
    const struct account *account = work_find(work, KIND_ACCOUNT, &id, &found);
    work->again = work->again || found == FIND_NEEDED;
    return account == NULL ? (struct uuid){{0}} : account->owner_member;
}

/* In the member's own working minutes, and never longer than the team has. */
static instant time_is_over(const struct work *work, const struct handoff *handoff,
                            const struct distribution *by)
{
    const struct member *member = config_member(work->config, handoff->dealt_to);
    int64_t minutes = by->reassign_minutes;
    instant over = INSTANT_NONE;

    if (minutes == 0)
        return handoff->respond_by;
    if (member != NULL && member->working_time != NULL)
        over = calendar_due(member->working_time, work->now, minutes, NULL, 0);
    if (over == INSTANT_NONE)
        over = work->now + minutes * INSTANT_MINUTE;
    return over < handoff->respond_by ? over : handoff->respond_by;
}

void handoff_deal(struct work *work, const struct lead *lead, struct handoff *handoff,
                  struct dealing *dealing)
{
    struct deal_ask ask = {
        .work = work,
        .lead = lead,
        .owner = handoff_deal_owner(work, lead, dealing),
        .except = handoff->dealt_to,
    };
    struct deal dealt = deal(dealing, &ask);

    handoff->dealt = true;
    handoff->dealt_rule = dealt.rule;
    handoff->dealt_by = dealt.by;
    handoff->dealt_to = dealt.member;
    handoff->assignee = dealt.member;
    handoff->claimed_until =
        uuid_is_nil(dealt.member) ? INSTANT_NONE : time_is_over(work, handoff, dealing->by);
}
