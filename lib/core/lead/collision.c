#include "core/lead/collision.h"

static bool is_of_a_side(const struct config *config, struct uuid id)
{
    const struct team *team = config_team(config, id);

    return team != NULL && team->function != FUNCTION_OTHER;
}

/* Whoever asked for a lead has it no more than before. */
static bool is_theirs(const struct lead *lead, struct uuid team)
{
    const struct handoff *open = lead->open;

    return uuid_equal(lead->owner_team, team) ||
           (open != NULL && open->state != HANDOFF_REQUESTED && uuid_equal(open->to_team, team));
}

struct uuid collision_with(const struct config *config, const struct lead *lead, struct uuid team,
                           const struct touch *touch)
{
    bool collides = touch->direction == DIRECTION_OUTBOUND && is_of_a_side(config, team) &&
                    is_of_a_side(config, lead->owner_team) && !is_theirs(lead, team);

    return collides ? lead->owner_team : (struct uuid){{0}};
}

void collision_note(struct work *work, struct lead *lead, const struct caller *caller,
                    const struct touch *touch)
{
    struct uuid with = collision_with(work->config, lead, caller->team, touch);

    if (uuid_is_nil(with))
        return;
    struct json_out *body = work_body(work);
    json_out_member_uuid(body, "touch", touch->id);
    json_out_member_uuid(body, "with", with);
    caller_append(caller, work, lead, LEDGER_LEAD_COLLIDED);
}
