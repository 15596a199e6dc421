#include "core/handoff/reminder.h"

#include "core/calendar/calendar.h"
#include "core/handoff/handoff_walk.h"

static const struct route_rule *route_of(const struct work *work, const struct handoff *handoff)
{
    return config_route_of(work->config, handoff->from_team, handoff->to_team, handoff->gated,
                           handoff->term);
}

/* In the receiving team's working time, if it has a calendar: an offer of Friday evening is not
 * reminded of at night. */
static instant date_of_share(const struct work *work, const struct handoff *handoff, int percent)
{
    const struct team *team = config_team(work->config, handoff->to_team);
    const struct calendar *calendar = team == NULL ? NULL : team->working_time;
    int64_t span = calendar == NULL ? 0
                                    : calendar_between(calendar, handoff->offered_at,
                                                       handoff->respond_by, NULL, 0);
    instant date = span == 0 ? INSTANT_NONE
                             : calendar_due(calendar, handoff->offered_at,
                                            span / INSTANT_MINUTE * percent / 100, NULL, 0);

    return date != INSTANT_NONE
               ? date
               : handoff->offered_at + (handoff->respond_by - handoff->offered_at) / 100 * percent;
}

instant reminder_after(const struct work *work, const struct handoff *handoff, instant after)
{
    const struct route_rule *route = route_of(work, handoff);

    for (size_t i = 0; route != NULL && i < route->reminder_count; i++) {
        instant date = date_of_share(work, handoff, route->remind_at_percent[i]);
        if (date > after)
            return date;
    }
    return INSTANT_NONE;
}

/* The largest share that has passed; 0: none, as the route was changed since. */
static int share_passed(const struct work *work, const struct handoff *handoff)
{
    const struct route_rule *route = route_of(work, handoff);
    int percent = 0;

    for (size_t i = 0; route != NULL && i < route->reminder_count; i++)
        if (date_of_share(work, handoff, route->remind_at_percent[i]) <= work->now)
            percent = route->remind_at_percent[i];
    return percent;
}

bool reminder_is_due(const struct lead *lead, instant now)
{
    return lead->status == LEAD_ACTIVE && lead->open != NULL &&
           lead->open->remind_at != INSTANT_NONE && lead->open->remind_at <= now;
}

void reminder_send(struct work *work, struct lead *lead)
{
    struct handoff *handoff = lead->open;
    struct life_refusal refusal;
    struct handoff_step step = {
        .work = work,
        .handoff = handoff,
        .lead = lead,
        .cause = "remind_at_percent",
        .percent = share_passed(work, handoff),
    };
    struct life_situation situation = handoff_step_situation(&step);

    handoff->remind_at = reminder_after(work, handoff, work->now);
    if (step.percent == 0 || handoff->respond_by <= work->now)
        return; /* whoever is late is reminded of that */
    step.rule = life_find(&situation, ACTION_REMIND, &refusal);
    if (step.rule != NULL)
        handoff_walk(&step);
}
