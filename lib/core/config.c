#include "core/config.h"

#include "base/email.h"

#include <string.h>

static const char *const role_names[ROLE_COUNT] = {"capture", "work", "sign",
                                                   "report",  "read", "admin"};

static const char *const state_names[AGREEMENT_STATE_COUNT] = {
    [AGREEMENT_DRAFT] = "draft",           [AGREEMENT_PROPOSED] = "proposed",
    [AGREEMENT_DECLINED] = "declined",     [AGREEMENT_SIGNED] = "signed",
    [AGREEMENT_IN_FORCE] = "in_force",     [AGREEMENT_SUSPENDED] = "suspended",
    [AGREEMENT_SUPERSEDED] = "superseded", [AGREEMENT_REVOKED] = "revoked",
    [AGREEMENT_DELETED] = "deleted",
};

static const char *const kind_names[AGREEMENT_KIND_COUNT] = {
    [AGREEMENT_MQL] = "mql",       [AGREEMENT_SRL] = "srl",     [AGREEMENT_SQL] = "sql",
    [AGREEMENT_ROUTES] = "routes", [AGREEMENT_GOALS] = "goals",
};

static const char *const overdue_names[OVERDUE_THEN_COUNT] = {
#define X(name, text) [OVERDUE_##name] = text,
    OVERDUE_THEN_TABLE(X)
#undef X
};

const struct input_type overdue_then_type = {
    .kind = INPUT_ENUM, .values = overdue_names, .max = OVERDUE_THEN_COUNT - 1};

static bool same_text(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

bool member_is_same_person(const struct member *a, const struct member *b)
{
    return uuid_equal(a->id, b->id) || same_text(a->email, b->email) ||
           (same_text(a->external_id, b->external_id) &&
            same_text(a->external_source, b->external_source));
}

const char *agreement_kind_name(enum agreement_kind kind)
{
    return kind_names[kind];
}

bool agreement_kind_parse(const char *name, enum agreement_kind *out)
{
    for (int i = 0; i < AGREEMENT_KIND_COUNT; i++) {
        if (strcmp(name, kind_names[i]) == 0) {
            *out = (enum agreement_kind)i;
            return true;
        }
    }
    return false;
}

bool agreement_is_definition(enum agreement_kind kind)
{
    return (int)kind < TERM_COUNT;
}

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

const char *side_name(enum side side)
{
    return side == SIDE_MARKETING ? "marketing" : "sales";
}

const char *agreement_state_name(enum agreement_state state)
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

const struct member *config_member_known_as(const struct config *config, struct uuid team,
                                            const char *named, struct arena *arena)
{
    const struct member *member = NULL;
    const char *email;
    struct uuid id;

    if (uuid_parse(named, &id))
        member = config_member(config, id);
    else if (email_normalize(named, arena, &email) == ERR_NONE)
        member = config_member_by_email(config, team, email);
    return member != NULL && member->active && uuid_equal(member->team, team) ? member : NULL;
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

const struct subscription *config_subscription(const struct config *config, struct uuid id)
{
    for (size_t i = 0; i < config->subscription_count; i++)
        if (uuid_equal(config->subscriptions[i].id, id))
            return &config->subscriptions[i];
    return NULL;
}

const struct agreement_version *config_agreement(const struct config *config,
                                                 enum agreement_kind kind, int version)
{
    for (size_t i = 0; i < config->agreement_count; i++)
        if (config->agreements[i].kind == kind && config->agreements[i].version == version)
            return &config->agreements[i];
    return NULL;
}

const struct agreement_version *config_definition(const struct config *config, enum term term,
                                                  int version)
{
    return config_agreement(config, (enum agreement_kind)term, version);
}

bool route_has_gate(const struct route_rule *route, enum term term)
{
    for (size_t i = 0; i < route->gate_count; i++)
        if (route->gates[i] == term)
            return true;
    return false;
}

const struct route_rule *config_route_of(const struct config *config, struct uuid from,
                                         struct uuid to, bool gated, enum term term)
{
    const struct route_rule *first = NULL;

    for (size_t i = 0; i < config->route_count; i++) {
        const struct route_rule *route = &config->routes[i];
        if (!uuid_equal(route->from_team, from) || !uuid_equal(route->to_team, to))
            continue;
        if (gated ? route_has_gate(route, term) : route->gate_count == 0)
            return route;
        if (first == NULL)
            first = route;
    }
    return first;
}

bool config_is_suspended(const struct config *config, enum agreement_kind kind)
{
    const struct agreement_version *version = config->in_force[kind];

    return version != NULL && version->state == AGREEMENT_SUSPENDED;
}

const char *config_team_name(const struct config *config, struct uuid id)
{
    const struct team *team = config_team(config, id);

    return team == NULL ? NULL : team->name;
}
