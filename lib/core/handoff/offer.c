#include "core/handoff/offer.h"

#include "core/account/account.h"
#include "core/calendar/calendar.h"
#include "core/handoff/handoff_deal.h"
#include "core/handoff/handoff_walk.h"
#include "core/handoff/reminder.h"

/* The reason code of a request that nobody needs to answer any more. */
#define REASON_OVERTAKEN "overtaken"

/* An srl is answered by the clock of its own definition, whatever the gate. */
static int32_t respond_minutes(const struct work *work, const struct lead *lead,
                               const struct offer *offer)
{
    const struct agreement_version *srl = work->config->in_force[TERM_SRL];

    if (lead->stage == STAGE_SRL && srl != NULL)
        return srl->compiled->respond_minutes;
    const struct agreement_version *gate =
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
    handoff->score = offer->score;
    handoff->verdict_lead = offer->verdict_seq == 0 ? (struct uuid){{0}} : lead->id;
    handoff->offer_note = offer->note;
    handoff->previous = offer->previous;
    handoff->respond_by =
        offer_answer_due(work, offer->to_team, respond_minutes(work, lead, offer));
    handoff->remind_at = reminder_after(work, handoff, work->now);
    struct dealing *dealing =
        offer->kind == HANDOFF_KIND_SELF_SOURCED ? NULL : handoff_dealing(work, offer->to_team);
    if (dealing != NULL)
        handoff_deal(work, lead, handoff, dealing);
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

void offer_pass_on(struct work *work, struct lead *lead, const struct handoff *closed,
                   struct uuid team)
{
    struct handoff *handoff = offer_make(work, lead,
                                         &(struct offer){
                                             .from_team = closed->from_team,
                                             .to_team = team,
                                             .kind = closed->kind,
                                             .gated = closed->gated,
                                             .term = closed->term,
                                             .version = closed->version,
                                             .verdict_seq = closed->verdict_seq,
                                             .score = closed->score,
                                             .note = closed->offer_note,
                                             .previous = closed->id,
                                         });

    if (handoff == NULL)
        return;
    handoff->verdict_lead = closed->verdict_lead; /* a lead that this one absorbed, perhaps */
    handoff->verdict_body = closed->verdict_body;
    handoff->verdict_body_len = closed->verdict_body_len;
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

/* The first gate that the lead meets and that is not suspended; TERM_COUNT: none. */
static enum term gate_met(const struct config *config, const struct route_rule *route,
                          const struct judgement *judgement)
{
    for (size_t i = 0; i < route->gate_count; i++)
        if (judgement_meets(judgement, route->gates[i]) &&
            !config_is_suspended(config, (enum agreement_kind)route->gates[i]))
            return route->gates[i];
    return TERM_COUNT;
}

bool offer_is_of_named(struct work *work, const struct lead *lead, enum find *found)
{
    const struct account *account = NULL;
    struct uuid id;

    *found = FIND_ABSENT;
    if (account_of_lead(lead, work->arena, &id))
        account = work_find(work, KIND_ACCOUNT, &id, found);
    return account != NULL && account_is_named(account);
}

/* Whether the account is named is looked up last: most routes do not ask, and it may have to be
 * loaded. */
bool offer_route_is_for(struct work *work, const struct route_rule *route, const struct lead *lead)
{
    struct verdict_subject subject = lead_subject(lead, work->now);
    struct verdict verdict;
    enum find found;

    if (route->when != NULL) {
        verdict_evaluate(route->when, &subject, &verdict);
        if (verdict.result != VERDICT_QUALIFIED)
            return false;
    }
    if (!route->named)
        return true;
    bool named = offer_is_of_named(work, lead, &found);
    work->again = work->again || found == FIND_NEEDED;
    return named;
}
static struct offer offer_on(const struct route_rule *route, const struct lead *lead,
                             const struct judgement *judgement, enum term gate)
{
    struct offer offer = {
        .from_team = route->from_team,
        .to_team = route->to_team,
        .kind = HANDOFF_KIND_STANDARD,
    };

    if (gate == TERM_COUNT)
        return offer;
    const struct term_judgement *judged = judgement->terms[gate];
    offer.gated = true;
    offer.term = gate;
    offer.version = judged->version->version;
    offer.verdict_seq = judged->seq;
    offer.score = judged->verdict.score;
    if (judged->overridden) {
        offer.kind = HANDOFF_KIND_OVERRIDE;
        offer.note = lead->overrides[gate].note;
    }
    return offer;
}

/* A lead that met a gate and waits says on what. */
const char *offer_hindrance(struct work *work, const struct lead *lead,
                            const struct judgement *judgement)
{
    const struct config *config = work->config;
    bool suspended = config_is_suspended(config, AGREEMENT_ROUTES);

    for (size_t i = 0; i < config->route_count; i++) {
        const struct route_rule *route = &config->routes[i];
        if (!uuid_equal(route->from_team, lead->owner_team) ||
            !offer_route_is_for(work, route, lead))
            continue;
        if (route->gate_count == 0 || gate_met(config, route, judgement) != TERM_COUNT)
            return suspended ? "suspended" : "not_automatic";
        for (size_t k = 0; k < route->gate_count; k++)
            suspended = suspended || judgement_meets(judgement, route->gates[k]);
    }
    return suspended ? "suspended" : "no_route";
}

struct handoff *offer_by_itself(struct work *work, struct lead *lead,
                                const struct judgement *judgement, const struct offer_again *again)
{
    const struct config *config = work->config;

    if (!may_be_offered(work, lead, again) || config_is_suspended(config, AGREEMENT_ROUTES))
        return NULL;
    for (size_t i = 0; i < config->route_count; i++) {
        const struct route_rule *route = &config->routes[i];
        bool named = uuid_is_nil(again->only) || uuid_equal(route->to_team, again->only);
        if ((!route->automatic && again->wish == NULL) || !named ||
            !uuid_equal(route->from_team, lead->owner_team) ||
            uuid_equal(route->to_team, again->except))
            continue;
        enum term gate = gate_met(config, route, judgement);
        if ((gate == TERM_COUNT && route->gate_count > 0) || !offer_route_is_for(work, route, lead))
            continue;
        struct offer offer = offer_on(route, lead, judgement, gate);
        offer.previous = again->previous;
        offer.caller = again->wish;
        if (again->note != NULL)
            offer.note = again->note;
        return offer_make(work, lead, &offer);
    }
    return NULL;
}
