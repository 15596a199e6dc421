#include "core/config.h"

#include <string.h>

static const char *const role_names[ROLE_COUNT] = {"capture", "work", "sign",
                                                   "report",  "read", "admin"};

static const char *const state_names[DEFINITION_STATE_COUNT] = {
    [DEFINITION_DRAFT] = "draft",       [DEFINITION_PROPOSED] = "proposed",
    [DEFINITION_DECLINED] = "declined", [DEFINITION_SIGNED] = "signed",
    [DEFINITION_IN_FORCE] = "in_force", [DEFINITION_SUPERSEDED] = "superseded",
};

const struct input_type role_type = {
    .kind = INPUT_ENUM, .values = role_names, .max = ROLE_COUNT - 1};

const char *role_name(unsigned role)
{
    for (int i = 0; i < ROLE_COUNT; i++)
        if (role == 1u << i)
            return role_names[i];
    return NULL;
}

unsigned role_parse(const char *name)
{
    for (int i = 0; i < ROLE_COUNT; i++)
        if (strcmp(name, role_names[i]) == 0)
            return 1u << i;
    return 0;
}

const char *definition_state_name(enum definition_state state)
{
    return state_names[state];
}

const struct team *config_team(const struct config *config, struct uuid id)
{
    for (size_t i = 0; i < config->team_count; i++)
        if (uuid_equal(config->teams[i].id, id))
            return &config->teams[i];
    return NULL;
}

const struct team *config_team_named(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->team_count; i++)
        if (strcmp(config->teams[i].name, name) == 0)
            return &config->teams[i];
    return NULL;
}

const struct member *config_member(const struct config *config, struct uuid id)
{
    for (size_t i = 0; i < config->member_count; i++)
        if (uuid_equal(config->members[i].id, id))
            return &config->members[i];
    return NULL;
}

const struct member *config_member_by_email(const struct config *config, struct uuid team,
                                            const char *email)
{
    for (size_t i = 0; i < config->member_count; i++) {
        const struct member *member = &config->members[i];
        if (member->active && member->email != NULL && strcmp(member->email, email) == 0 &&
            (uuid_is_nil(team) || uuid_equal(member->team, team)))
            return member;
    }
    return NULL;
}

const struct member *config_member_by_external(const struct config *config, struct uuid team,
                                               const char *source, const char *id)
{
    for (size_t i = 0; i < config->member_count; i++) {
        const struct member *member = &config->members[i];
        if (member->external_id != NULL && strcmp(member->external_id, id) == 0 &&
            strcmp(member->external_source, source) == 0 && uuid_equal(member->team, team))
            return member;
    }
    return NULL;
}

const struct api_key *config_key(const struct config *config, struct uuid id)
{
    for (size_t i = 0; i < config->key_count; i++)
        if (uuid_equal(config->keys[i].id, id))
            return &config->keys[i];
    return NULL;
}

bool config_key_stands(const struct config *config, const struct api_key *key)
{
    const struct team *team = config_team(config, key->team);
    const struct member *member = config_member(config, key->member);

    if (key->revoked_at != INSTANT_NONE || team == NULL || !team->active)
        return false;
    return uuid_is_nil(key->member) || (member != NULL && member->active);
}

const struct source *config_source(const struct config *config, struct uuid id)
{
    for (size_t i = 0; i < config->source_count; i++)
        if (uuid_equal(config->sources[i].id, id))
            return &config->sources[i];
    return NULL;
}

const struct definition_version *config_definition(const struct config *config, enum term term,
                                                   int version)
{
    for (size_t i = 0; i < config->definition_count; i++)
        if (config->definitions[i].term == term && config->definitions[i].version == version)
            return &config->definitions[i];
    return NULL;
}

const char *overdue_then_name(enum overdue_then then)
{
    static const char *const names[OVERDUE_THEN_COUNT] = {
#define X(name, text) [OVERDUE_##name] = text,
        OVERDUE_THEN_TABLE(X)
#undef X
    };

    return names[then];
}

const struct route_rule *config_route(const struct config *config, struct uuid from, struct uuid to)
{
    for (size_t i = 0; i < config->route_count; i++)
        if (uuid_equal(config->routes[i].from_team, from) &&
            uuid_equal(config->routes[i].to_team, to))
            return &config->routes[i];
    return NULL;
}

const char *config_team_name(const struct config *config, struct uuid id)
{
    const struct team *team = config_team(config, id);

    return team == NULL ? NULL : team->name;
}
