#include "core/handoff/offer.h"

#include "core/lead/lead_hold.h"

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

static void write_offered(struct work *work, struct lead *lead, const struct handoff *handoff,
                          const struct offer *offer)
{
    struct json_out *body = work_body(work);

    if (offer->actor.kind == ACTOR_SYSTEM)
        json_out_member_text(body, "cause", "route");
    json_out_member_uuid(body, "from", handoff->from_team);
    json_out_member_uuid(body, "handoff", handoff->id);
    json_out_member_text(body, "kind", handoff_kind_name(handoff->kind));
    if (!uuid_is_nil(handoff->previous))
        json_out_member_uuid(body, "previous", handoff->previous);
    json_out_member_int(body, "respond_by", handoff->respond_by);
    if (handoff->gated)
        json_out_member_text(body, "term", term_name(handoff->term));
    json_out_member_uuid(body, "to", handoff->to_team);
    if (handoff->verdict_seq != 0)
        json_out_member_int(body, "verdict_seq", handoff->verdict_seq);
    if (handoff->version != 0)
        json_out_member_int(body, "version", handoff->version);
    work_append(work, lead, LEDGER_HANDOFF_OFFERED, offer->actor, offer->team);
}

struct handoff *offer_make(struct work *work, struct lead *lead, const struct offer *offer)
{
    struct handoff *handoff = work_add_handoff(work, lead, HANDOFF_OFFERED);

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
    handoff->respond_by = work->now + respond_minutes(work, lead, offer) * INSTANT_MINUTE;
    lead->due_at = handoff->respond_by; /* also of a customer: see lead_set_due() */
    if (uuid_is_nil(lead->first_team))
        lead->first_team = offer->from_team;
    write_offered(work, lead, handoff, offer);
    return handoff;
}

static bool may_be_offered(const struct work *work, const struct lead *lead)
{
    return lead->status == LEAD_ACTIVE && lead->open == NULL && lead->stage != STAGE_OPPORTUNITY &&
           !stage_is_end(lead->stage) && !lead_is_held(lead, work->now);
}

static bool gate_is_met(const struct route_rule *route, const struct judgement *judgement)
{
    const struct term_judgement *judged = &judgement->terms[route->gate];

    return !route->gated || (judged->judged && judged->result == VERDICT_QUALIFIED);
}

struct handoff *offer_by_itself(struct work *work, struct lead *lead,
                                const struct judgement *judgement)
{
    const struct config *config = work->config;

    if (!may_be_offered(work, lead))
        return NULL;
    for (size_t i = 0; i < config->route_count; i++) {
        const struct route_rule *route = &config->routes[i];
        if (!route->automatic || !uuid_equal(route->from_team, lead->owner_team) ||
            !gate_is_met(route, judgement))
            continue;
        const struct term_judgement *judged = &judgement->terms[route->gate];
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
                              .note = word ? lead->overrides[route->gate].note : NULL,
                          });
    }
    return NULL;
}
