#include "core/handoff/shape.h"

#include <string.h>

static void member_team(struct json_out *out, const char *key, const struct config *config,
                        struct uuid team)
{
    json_out_member_text(out, key, config_team_name(config, team));
}

void shape_next(const struct lead_next *next, struct json_out *out)
{
    if (next->step == STEP_NONE) {
        json_out_null(out);
        return;
    }
    json_out_begin_object(out);
    json_out_member_text(out, "step", lead_step_name(next->step));
    json_out_member_instant(out, "at", next->at);
    json_out_member_text(out, "why", next->why);
    json_out_member_instant(out, "since", next->since);
    json_out_end_object(out);
}

static void member_next(struct json_out *out, const struct lead *lead)
{
    json_out_key(out, "next");
    shape_next(&lead->next, out);
}

void shape_lead_short(const struct config *config, const struct lead *lead, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_uuid(out, "id", lead->id);
    json_out_member_text(out, "stage", stage_name(lead->stage));
    member_team(out, "owner_team", config, lead->owner_team);
    member_next(out, lead);
    json_out_end_object(out);
}

void shape_external_ids(const struct lead *lead, struct json_out *out)
{
    json_out_key(out, "external_ids");
    json_out_begin_array(out);
    for (size_t i = 0; i < lead->identity_count; i++) {
        if (lead->identities[i].kind != IDENTITY_EXTERNAL)
            continue;
        json_out_begin_object(out);
        json_out_member_text(out, "source", lead->identities[i].source);
        json_out_member_text(out, "id", lead->identities[i].value);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

static void write_anonymous_ids(const struct lead *lead, struct json_out *out)
{
    json_out_key(out, "anonymous_ids");
    json_out_begin_array(out);
    for (size_t i = 0; i < lead->identity_count; i++)
        if (lead->identities[i].kind == IDENTITY_ANONYMOUS)
            json_out_text(out, lead->identities[i].value);
    json_out_end_array(out);
}

void shape_facts(const struct lead *lead, struct json_out *out)
{
    json_out_begin_object(out);
    for (size_t i = 0; i < lead->facts.count; i++) {
        const struct observation *seen = &lead->facts.items[i].observations[0];
        if (seen->value.type == VALUE_NULL) /* cleared */
            continue;
        json_out_key(out, lead->facts.items[i].name);
        json_out_begin_object(out);
        json_out_key(out, "value");
        value_write(&seen->value, out);
        json_out_member_text(out, "evidence", seen->evidence);
        json_out_member_uuid(out, "confirmed_by", seen->confirmed_by);
        json_out_member_instant(out, "occurred_at", seen->occurred_at);
        json_out_member_instant(out, "known_from", seen->known_from);
        json_out_end_object(out);
    }
    json_out_end_object(out);
}

static void write_milestones(const struct lead *lead, struct json_out *out)
{
    json_out_key(out, "milestones");
    json_out_begin_object(out);
    for (int i = 0; i < MILESTONE_COUNT; i++)
        json_out_member_instant(out, milestone_name((enum milestone)i), lead->reached[i]);
    json_out_end_object(out);
}

void shape_amount(const char *name, const struct amount *amount, struct json_out *out)
{
    json_out_key(out, name);
    if (!amount->given) {
        json_out_null(out);
        return;
    }
    json_out_begin_object(out);
    json_out_member_int(out, "minor", amount->minor);
    json_out_member_text(out, "currency", amount->currency);
    json_out_end_object(out);
}

void shape_lead(const struct config *config, const struct lead *lead, struct uuid open,
                struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_uuid(out, "id", lead->id);
    json_out_member_text(out, "stage", stage_name(lead->stage));
    member_team(out, "owner_team", config, lead->owner_team);
    member_next(out, lead);
    json_out_member_text(out, "email", lead_email(lead));
    shape_external_ids(lead, out);
    write_anonymous_ids(lead, out);
    json_out_key(out, "attributes");
    attribute_set_write_current(&lead->attributes, out);
    json_out_key(out, "facts");
    shape_facts(lead, out);
    json_out_member_text(out, "claimed_stage", stage_name(lead->claimed_stage));
    json_out_member_text(out, "origin", direction_name(lead->origin));
    json_out_member_text(out, "found_by", team_function_name(lead->found_by));
    write_milestones(lead, out);
    shape_amount("amount", &lead->amount, out);
    json_out_member_uuid(out, "open_handoff", open);
    if (lead->erasure_asked_at != INSTANT_NONE) {
        json_out_key(out, "erasure_asked");
        json_out_begin_object(out);
        member_team(out, "by", config, lead->erasure_asked_by);
        json_out_member_instant(out, "at", lead->erasure_asked_at);
        json_out_member_instant(out, "due_at", lead->erasure_asked_at + ERASURE_WAIT);
        json_out_end_object(out);
    }
    json_out_member_instant(out, "created_at", lead->created_at);
    json_out_member_instant(out, "updated_at", lead->updated_at);
    json_out_end_object(out);
}

void shape_handoff_short(const struct handoff *handoff, struct json_out *out)
{
    if (handoff == NULL) {
        json_out_null(out);
        return;
    }
    json_out_begin_object(out);
    json_out_member_uuid(out, "id", handoff->id);
    json_out_member_text(out, "state", handoff_state_name(handoff->state));
    json_out_end_object(out);
}

void shape_actor(const struct config *config, struct actor actor, struct uuid team,
                 const char *cause, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "type", actor_kind_name(actor.kind));
    json_out_member_uuid(out, "member", actor.kind == ACTOR_MEMBER ? actor.id : (struct uuid){{0}});
    member_team(out, "team", config, team);
    json_out_member_text(out, "cause", cause);
    json_out_end_object(out);
}

void shape_touch(const struct config *config, const struct touch *touch, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_uuid(out, "id", touch->id);
    json_out_member_text(out, "kind", touch->kind);
    json_out_member_instant(out, "occurred_at", touch->occurred_at);
    json_out_member_instant(out, "recorded_at", touch->recorded_at);
    for (int i = 0; i < DIMENSION_COUNT; i++)
        json_out_member_text(out, dimension_name((enum dimension)i), touch->values[i]);
    json_out_member_text(out, "direction", direction_name(touch->direction));
    json_out_member_text(out, "function", team_function_name(touch->function));
    member_team(out, "team", config, touch->team);
    shape_amount("cost", &touch->cost, out);
    json_out_end_object(out);
}

static const char *path_of(const char *prefix, struct uuid id, struct arena *arena)
{
    char text[UUID_TEXT_LEN + 1];

    uuid_format(id, text);
    return arena_printf(arena, "%s%s", prefix, text);
}

const char *shape_lead_path(struct uuid id, struct arena *arena)
{
    return path_of("/v1/leads/", id, arena);
}

const char *shape_handoff_path(struct uuid id, struct arena *arena)
{
    return path_of("/v1/handoffs/", id, arena);
}
