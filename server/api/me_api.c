#include "api/me_api.h"

#include "http/reply.h"
#include "http/request_refuse.h"

#include "base/public_id.h"
#include "core/setup/shape_setup.h"

#define ME_MAX_BYTES (64u << 10)

static void write_key(const struct config *config, const struct api_key *key, struct json_out *out)
{
    char id[PUBLIC_ID_LEN + 1];

    public_id_format(config->workspace, key->id, id);
    json_out_begin_object(out);
    json_out_member_text(out, "id", id);
    json_out_member_text(out, "title", key->title);
    json_out_key(out, "roles");
    shape_roles(key->roles, out);
    json_out_end_object(out);
}

static void write_me(const struct config *config, const struct api_key *key,
                     const struct team *team, const struct member *member, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_key(out, "workspace");
    json_out_begin_object(out);
    json_out_member_uuid(out, "id", config->workspace);
    json_out_member_text(out, "name", config->name);
    json_out_end_object(out);
    json_out_key(out, "team");
    shape_team(team, out);
    json_out_key(out, "member");
    if (member != NULL)
        shape_member(member, config_team(config, member->team), out);
    else
        json_out_null(out);
    json_out_key(out, "key");
    write_key(config, key, out);
    json_out_end_object(out);
}

enum err me_get(struct request *r, struct read *read)
{
    const struct config *config = r->config;
    const struct api_key *key = config_key(config, r->caller.key);
    const struct team *team = config_team(config, r->caller.team);
    struct json_out out;

    (void)read;
    if (key == NULL || team == NULL)
        return request_refuse(r, ERR_UNAUTHENTICATED, "This key is no longer known");
    json_out_init(&out, r->arena, ME_MAX_BYTES);
    write_me(config, key, team, config_member(config, r->caller.member), &out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}
