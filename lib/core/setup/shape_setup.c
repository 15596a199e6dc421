#include "core/setup/shape_setup.h"

#include "base/public_id.h"
#include "core/handoff/shape.h"
#include "core/setup/notify.h"
#include "core/setup/source_auth.h"

#include <string.h>

void shape_team(const struct team *team, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_uuid(out, "id", team->id);
    json_out_member_text(out, "name", team->name);
    json_out_member_text(out, "title", team->title);
    json_out_member_text(out, "function", team_function_name(team->function));
    json_out_member_bool(out, "active", team->active);
    json_out_member_instant(out, "created_at", team->created_at);
    json_out_end_object(out);
}

static void write_external_id(const struct member *member, struct json_out *out)
{
    json_out_key(out, "external_id");
    if (member->external_id == NULL) {
        json_out_null(out);
        return;
    }
    json_out_begin_object(out);
    json_out_member_text(out, "source", member->external_source);
    json_out_member_text(out, "id", member->external_id);
    json_out_end_object(out);
}

static void write_json(const char *name, const char *json, const char *otherwise,
                       struct json_out *out)
{
    json = json == NULL ? otherwise : json;
    json_out_key(out, name);
    json_out_raw(out, json, strlen(json));
}

static void write_limit(const char *name, bool limited, int most, struct json_out *out)
{
    if (limited)
        json_out_member_int(out, name, most);
    else
        write_json(name, NULL, "null", out);
}

void shape_member(const struct member *member, const struct team *team, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_uuid(out, "id", member->id);
    json_out_member_text(out, "team", team->name);
    json_out_member_text(out, "name", member->name);
    json_out_member_text(out, "email", member->email);
    write_external_id(member, out);
    json_out_member_bool(out, "active", member->active);
    write_json("hours", member->hours, "null", out);
    write_json("absent", member->absent, "[]", out);
    json_out_key(out, "capacity");
    json_out_begin_object(out);
    write_limit("per_day", member->capacity.per_day_limited, member->capacity.per_day, out);
    write_limit("open", member->capacity.open_limited, member->capacity.open_limit, out);
    json_out_end_object(out);
    json_out_key(out, "notify");
    notify_write(member, out);
    json_out_member_instant(out, "created_at", member->created_at);
    json_out_end_object(out);
}

void shape_roles(unsigned roles, struct json_out *out)
{
    json_out_begin_array(out);
    for (int i = 0; i < ROLE_COUNT; i++)
        if (roles & 1u << i)
            json_out_text(out, role_name(1u << i));
    json_out_end_array(out);
}

/* The actor of a change of the configuration: the team is the actor's own. */
void shape_made_by(const struct config *config, struct actor actor, struct json_out *out)
{
    const struct member *member = config_member(config, actor.id);
    const struct api_key *key = config_key(config, actor.id);
    struct uuid team = {{0}};

    if (actor.kind == ACTOR_MEMBER && member != NULL)
        team = member->team;
    if (actor.kind == ACTOR_KEY && key != NULL)
        team = key->team;
    shape_actor(config, actor, team, actor.kind == ACTOR_SYSTEM ? "command_line" : NULL, out);
}

void shape_public_id(const struct config *config, const char *name, struct uuid id,
                     struct json_out *out)
{
    char text[PUBLIC_ID_LEN + 1];

    public_id_format(config->workspace, id, text);
    json_out_member_text(out, name, text);
}

void shape_key(const struct config *config, const struct api_key *key, const struct team *team,
               struct json_out *out)
{
    json_out_begin_object(out);
    shape_public_id(config, "id", key->id, out);
    json_out_member_text(out, "title", key->title);
    json_out_member_text(out, "team", team->name);
    json_out_member_uuid(out, "member", key->member);
    json_out_key(out, "roles");
    shape_roles(key->roles, out);
    json_out_key(out, "rate_limit");
    if (key->rate_limit == 0)
        json_out_null(out);
    else
        json_out_int(out, key->rate_limit);
    json_out_key(out, "made_by");
    shape_made_by(config, key->made_by, out);
    json_out_member_instant(out, "created_at", key->created_at);
    json_out_member_instant(out, "revoked_at", key->revoked_at);
    json_out_end_object(out);
}

static void write_auth(const struct source *source, struct json_out *out)
{
    struct source_auth auth;

    if (source_auth_parse(source->auth, out->written.arena, &auth) != ERR_NONE)
        arena_fail(out->written.arena);
    else
        source_auth_write(&auth, out);
}

void shape_source(const struct config *config, const struct source *source, struct json_out *out)
{
    char id[PUBLIC_ID_LEN + 1];
    char path[sizeof "/v1/inbound/" + PUBLIC_ID_LEN] = "/v1/inbound/";

    public_id_format(config->workspace, source->id, id);
    public_id_format(config->workspace, source->id, path + sizeof "/v1/inbound/" - 1);
    json_out_begin_object(out);
    json_out_member_text(out, "id", id);
    json_out_member_text(out, "name", source->name);
    json_out_member_text(out, "team", config_team_name(config, source->team));
    json_out_member_text(out, "path", path);
    json_out_key(out, "auth");
    write_auth(source, out);
    json_out_key(out, "mapping");
    json_out_raw(out, source->mapping, strlen(source->mapping));
    json_out_member_bool(out, "active", source->active);
    json_out_member_bool(out, "erases", source->erases);
    json_out_member_bool(out, "fetches", source->fetch_secret != NULL);
    json_out_member_instant(out, "secret_since", source->secret_since);
    json_out_member_instant(out, "old_secret_until", source->old_until);
    json_out_member_instant(out, "created_at", source->created_at);
    json_out_end_object(out);
}

/* ---- definitions ---- */
