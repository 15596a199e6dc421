#include "core/command_keys.h"

#include "core/setup_change.h"

/* The member at this offset of the input. */
static const void *member(const struct noting *noting, size_t at)
{
    return (const char *)noting->command->input + at;
}

/* Keys are borrowed: the input lives as long as the command. */
static bool note(const struct noting *noting, enum row_kind kind, const void *need)
{
    return list_add(&noting->keys->of[kind], noting->work->arena, (void *)need);
}

static bool note_chain(const struct noting *noting, struct uuid subject)
{
    return setup_note_chain(noting->work, noting->keys, subject);
}

bool note_one(const struct noting *noting, const struct command_key *key)
{
    return note(noting, key->kind, member(noting, key->at));
}

bool note_all(const struct noting *noting, const struct command_key *key)
{
    const char *items = *(const char *const *)member(noting, key->at);
    size_t count = *(const size_t *)member(noting, key->beside);

    for (size_t i = 0; i < count; i++)
        if (!note(noting, key->kind, items + i * work_need_size(key->kind)))
            return false;
    return true;
}

bool note_of_caller(const struct noting *noting, const struct command_key *key)
{
    return note(noting, key->kind, (const char *)&noting->command->caller + key->at);
}

bool note_whole(const struct noting *noting, const struct command_key *key)
{
    return note(noting, key->kind, &work_whole);
}

bool note_own(const struct noting *noting, const struct command_key *key)
{
    return key->own(noting->command, noting->work, noting->keys);
}

bool note_team(const struct noting *noting, const struct command_key *key)
{
    const char *name = *(const char *const *)member(noting, key->at);
    const struct team *team = config_team_named(noting->work->config, name);

    return team == NULL || note_chain(noting, team->id);
}

bool note_team_of_member(const struct noting *noting, const struct command_key *key)
{
    const struct uuid *id = member(noting, key->at);
    const struct member *found = config_member(noting->work->config, *id);

    return found == NULL || note_chain(noting, found->team);
}

bool note_team_of_key(const struct noting *noting, const struct command_key *key)
{
    const struct uuid *id = member(noting, key->at);
    const struct api_key *found = config_key(noting->work->config, *id);

    return found == NULL || note_chain(noting, found->team);
}

bool note_version(const struct noting *noting, const struct command_key *key)
{
    enum agreement_kind kind = *(const enum agreement_kind *)member(noting, key->at);
    int number = *(const int *)member(noting, key->beside);
    const struct agreement_version *version = config_agreement(noting->work->config, kind, number);

    return version == NULL || note_chain(noting, version->id);
}

bool note_version_and_ended(const struct noting *noting, const struct command_key *key)
{
    const struct config *config = noting->work->config;
    enum agreement_kind kind = *(const enum agreement_kind *)member(noting, key->at);

    for (size_t i = 0; i < config->agreement_count; i++) {
        const struct agreement_version *version = &config->agreements[i];
        bool ends = version->state == AGREEMENT_IN_FORCE || version->state == AGREEMENT_SUSPENDED ||
                    version->state == AGREEMENT_SIGNED;
        if (version->kind == kind && ends && !note_chain(noting, version->id))
            return false;
    }
    return note_version(noting, key);
}

/* Most captures are offered to somebody: asked for beforehand it costs no second round. */
bool note_dealings(const struct noting *noting, const struct command_key *key)
{
    const struct config *config = noting->work->config;

    for (size_t i = 0; i < config->route_count; i++) {
        const struct route_rule *route = &config->routes[i];
        const struct team *team = config_team(config, route->to_team);
        if (route->automatic && team != NULL && team->deals != NULL &&
            !note(noting, key->kind, &team->id))
            return false;
    }
    return true;
}
