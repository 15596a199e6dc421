#include "core/handoff/offer.h"

#include "core/calendar/calendar.h"
#include "core/handoff/handoff_walk.h"

/* The reason code of a request that nobody needs to answer any more. */
#define REASON_OVERTAKEN "overtaken"

/* An srl is answered by the clock of its own definition, whatever the gate. */
static int32_t respond_minutes(const struct work *work, const struct lead *lead,
                               const struct offer *offer)
{
    const struct definition_version *srl = work->config->in_force[TERM_SRL];

    if (lead->stage == STAGE_SRL && srl != NULL)
        return srl->compiled->respond_minutes;
    const struct definition_version *gate =
        offer->gated ? work->config->in_force[offer->term] : NULL;
    return gate == NULL ? RESPOND_MINUTES_DEFAULT : gate->compiled->respond_minutes;
}

instant offer_answer_due(const struct work *work, struct uuid by, int64_t minutes)
{
    const struct team *team = config_team(work->config, by);
    instant due = team == NULL || team->working_time == NULL
                      ? INSTANT_NONE
                      : calendar_due(team->working_time, work->now, minutes, NULL, 0);

    return due == INSTANT_NONE ? work->now + minutes * INSTANT_MINUTE : due;
}

void offer_overtake(struct work *work, struct lead *lead)
{
    if (lead->open == NULL || lead->open->state != HANDOFF_REQUESTED)
        return;
    work_change_handoff(work, lead->open);
    lead->open->reason = REASON_OVERTAKEN;
    handoff_walk(&(struct handoff_step){
        .work = work,
        .handoff = lead->open,
        .lead = lead,
        .rule = life_rule(ACTION_OVERTAKE),
        .reason = REASON_OVERTAKEN,
    });
}

struct handoff *offer_make(struct work *work, struct lead *lead, const struct offer *offer)
{
    offer_overtake(work, lead);
    struct handoff *handoff = work_add_handoff(work, lead, life_rule(ACTION_OFFER)->to);
    if (handoff == NULL)
        return NULL;
    handoff->kind = offer->kind;
    handoff->from_team = offer->from_team;
    handoff->to_team = offer->to_team;
    handoff->gated = offer->gated;
    handoff->term = offer->term;
    handoff->version = offer->version;
    handoff->verdict_seq = offer->verdict_seq;
    handoff->verdict_lead = offer->verdict_seq == 0 ? (struct uuid){{0}} : lead->id;
    handoff->offer_note = offer->note;
    handoff->previous = offer->previous;
    handoff->respond_by =
        offer_answer_due(work, offer->to_team, respond_minutes(work, lead, offer));
    if (uuid_is_nil(lead->first_team))
        lead->first_team = offer->from_team;
    handoff_walk(&(struct handoff_step){
        .work = work,
        .caller = offer->caller,
        .handoff = handoff,
        .lead = lead,
        .rule = life_rule_making(ACTION_OFFER, handoff),
        .cause = offer->caller == NULL ? "route" : NULL,
    });
    return handoff;
}

bool offer_is_claimed(const struct lead *lead)
{
    return lead->claimed_stage == STAGE_OPPORTUNITY || lead->claimed_stage == STAGE_CUSTOMER;
}

static bool may_be_offered(const struct work *work, const struct lead *lead,
                           const struct offer_again *again)
{
    if (lead->status != LEAD_ACTIVE || handoff_is_under_way(lead) || stage_is_end(lead->stage))
        return false;
    return again->wish != NULL || (!offer_is_claimed(lead) && lead->stage != STAGE_OPPORTUNITY &&
                                   !lead_is_held(lead, work->now));
}

static bool is_open_to(const struct route_rule *route, const struct lead *lead,
                       const struct judgement *judgement)
{
    return uuid_equal(route->from_team, lead->owner_team) &&
           (!route->gated || judgement_meets(judgement, route->gate));
}

const char *offer_hindrance(const struct work *work, const struct lead *lead,
                            const struct judgement *judgement)
{
    const struct config *config = work->config;

    for (size_t i = 0; i < config->route_count; i++)
        if (is_open_to(&config->routes[i], lead, judgement))
            return "not_automatic";
    return "no_route";
}

struct handoff *offer_by_itself(struct work *work, struct lead *lead,
                                const struct judgement *judgement, const struct offer_again *again)
{
    const struct config *config = work->config;

    if (!may_be_offered(work, lead, again))
        return NULL;
    for (size_t i = 0; i < config->route_count; i++) {
        const struct route_rule *route = &config->routes[i];
        bool named = uuid_is_nil(again->only) || uuid_equal(route->to_team, again->only);
        if ((!route->automatic && again->wish == NULL) || !is_open_to(route, lead, judgement) ||
            !named || uuid_equal(route->to_team, again->except))
            continue;
        const struct term_judgement *judged = judgement->terms[route->gate];
        bool word = route->gated && judged->overridden;
        return offer_make(work, lead,
                          &(struct offer){
                              .from_team = route->from_team,
                              .to_team = route->to_team,
                              .kind = word ? HANDOFF_KIND_OVERRIDE : HANDOFF_KIND_STANDARD,
                              .gated = route->gated,
                              .term = route->gate,
                              .version = route->gated ? judged->version->version : 0,
                              .verdict_seq = route->gated ? judged->seq : 0,
                              .previous = again->previous,
                              .note = word && again->note == NULL
                                          ? lead->overrides[route->gate].note
                                          : again->note,
                              .caller = again->wish,
                          });
    }
    return NULL;
}
