#include "core/setup/member_change.h"

#include "core/authority.h"
#include "core/setup/quota.h"
#include "core/setup/shape_setup.h"

#include <string.h>

/* Names and addresses of people stay out of the ledger. */
static void append_entry(struct work *work, struct chain_row *chain, enum ledger_kind kind,
                         const struct caller *caller, const struct member *member)
{
    struct json_out *body = work_body(work);

    json_out_member_int(body, "active", member->active);
    json_out_member_uuid(body, "member", member->id);
    setup_append(work, chain, kind, caller);
}

static enum decision answer(struct work *work, struct outcome *outcome, const struct member *member,
                            const struct team *team, int status)
{
    shape_member(member, team, outcome_begin(work));
    return outcome_answer(work, outcome, status);
}

static bool has_email(const struct config *config, const struct team *team, const char *email,
                      const struct member *but)
{
    for (size_t i = 0; i < config->member_count; i++) {
        const struct member *member = &config->members[i];
        if (member != but && uuid_equal(member->team, team->id) && member->email != NULL &&
            strcmp(member->email, email) == 0)
            return true;
    }
    return false;
}

const struct member *member_make(struct work *work, const struct caller *caller,
                                 const struct team *team, struct chain_row *chain,
                                 const struct member_create_input *input)
{
    struct member *member = ARENA_NEW(work->arena, struct member);

    if (member == NULL)
        return NULL;
    *member = (struct member){
        .id = work_new_id(work),
        .team = team->id,
        .name = input->name,
        .email = input->email,
        .external_source = input->external_source,
        .external_id = input->external_id,
        .active = true,
        .created_at = work->now,
    };
    append_entry(work, chain, LEDGER_MEMBER_CREATED, caller, member);
    work_add(work, KIND_CONFIG_CHANGE,
             &(struct config_change){.kind = CHANGE_MEMBER, .is_new = true, .member = member});
    return member;
}

static enum decision check_new(struct work *work, const struct team *team,
                               const struct member_create_input *input, struct outcome *outcome)
{
    if (input->email != NULL && has_email(work->config, team, input->email, NULL))
        return outcome_refuse_at(work, outcome, ERR_ALREADY_EXISTS, "/email", "already_exists",
                                 "This team has a member with this email address");
    if (input->external_id != NULL &&
        config_member_by_external(work->config, team->id, input->external_source,
                                  input->external_id) != NULL)
        return outcome_refuse_at(work, outcome, ERR_ALREADY_EXISTS, "/external_id",
                                 "already_exists", "This team has a member with this external id");
    return DECIDED;
}

enum decision member_create(struct work *work, const struct command *command,
                            struct outcome *outcome)
{
    const struct member_create_input *input = command->input;

    if (!setup_may(work, command, ROLE_ADMIN, outcome))
        return DECIDED;
    const struct team *team = setup_team(work, input->team, "/team", outcome);
    if (team == NULL || !authority_check(work, command, DEED_MEMBER, team->function, outcome))
        return DECIDED;
    check_new(work, team, input, outcome);
    const struct member person = {.email = input->email,
                                  .external_source = input->external_source,
                                  .external_id = input->external_id};
    if (outcome->err != ERR_NONE ||
        !authority_may_name(work, command, &person, team->function, outcome) ||
        !quota_leaves(work, QUOTA_MEMBERS, outcome))
        return DECIDED;
    struct chain_row *chain = setup_chain(work, team->id);
    if (chain == NULL)
        return DECIDE_AGAIN;
    const struct member *member = member_make(work, &command->caller, team, chain, input);
    if (member == NULL)
        return DECIDED;
    char id[UUID_TEXT_LEN + 1];
    uuid_format(member->id, id);
    outcome->location = arena_printf(work->arena, "/v1/members/%s", id);
    return answer(work, outcome, member, team, 201);
}

/* ---- update ---- */

static bool sets_own_alone(const struct member_update_input *input)
{
    return input->name == NULL && input->email == NULL && input->active == NULL &&
           input->capacity == NULL;
}

/* When they work, when they are away and what they want mail about a member says for themselves;
 * all else an admin of their side does. */
static bool may_update(struct work *work, const struct command *command,
                       const struct member *member, const struct team *team,
                       struct outcome *outcome)
{
    const struct member_update_input *input = command->input;
    bool self = uuid_equal(command->caller.member, member->id);

    if (self && sets_own_alone(input))
        return true;
    return setup_may(work, command, ROLE_ADMIN, outcome) &&
           authority_check(work, command, DEED_MEMBER, team->function, outcome);
}

static void take_changes(const struct member_update_input *input, struct member *member)
{
    if (input->name != NULL)
        member->name = input->name;
    if (input->email != NULL)
        member->email = input->email;
    if (input->active != NULL)
        member->active = *input->active;
    if (input->hours != NULL)
        member->hours = strcmp(input->hours, "null") == 0 ? NULL : input->hours;
    if (input->absent != NULL)
        member->absent = strcmp(input->absent, "[]") == 0 ? NULL : input->absent;
    if (input->capacity != NULL)
        member->capacity = *input->capacity;
    if (input->notify != NULL)
        member->notify = *input->notify;
}

static enum decision check_update(struct work *work, const struct command *command,
                                  const struct member *old, const struct team *team,
                                  struct outcome *outcome)
{
    const struct member_update_input *input = command->input;
    struct member person = *old;

    if (input->active != NULL && !*input->active &&
        !authority_keeps_signer(work, command, old->id, outcome))
        return DECIDED;
    if (input->email != NULL && has_email(work->config, team, input->email, old))
        return outcome_refuse_at(work, outcome, ERR_ALREADY_EXISTS, "/email", "already_exists",
                                 "This team has a member with this email address");
    take_changes(input, &person);
    bool is_named = person.active && (input->email != NULL || !old->active);
    if (is_named)
        (void)authority_may_name(work, command, &person, team->function, outcome);
    return DECIDED;
}

enum decision member_update(struct work *work, const struct command *command,
                            struct outcome *outcome)
{
    const struct member_update_input *input = command->input;
    const struct member *old =
        config_member(work->config, input->self ? command->caller.member : input->member);
    const struct team *team = old == NULL ? NULL : config_team(work->config, old->team);

    if (input->self && old == NULL)
        return outcome_refuse(work, outcome, ERR_ACTOR_REQUIRED,
                              "Use a member's key, or name the member with Baton-Actor");
    if (old == NULL || team == NULL)
        return outcome_refuse(work, outcome, ERR_NOT_FOUND, "There is no member with this id");
    if (!may_update(work, command, old, team, outcome))
        return DECIDED;
    shape_member(old, team, outcome_begin(work));
    if (!setup_tag_fits(work, input->if_match, outcome))
        return DECIDED;
    check_update(work, command, old, team, outcome);
    if (outcome->err != ERR_NONE)
        return DECIDED;
    struct chain_row *chain = setup_chain(work, team->id);
    if (chain == NULL)
        return DECIDE_AGAIN;
    struct member *member = ARENA_NEW(work->arena, struct member);
    if (member == NULL)
        return DECIDED;
    *member = *old;
    take_changes(input, member);
    append_entry(work, chain, LEDGER_MEMBER_UPDATED, &command->caller, member);
    work_add(work, KIND_CONFIG_CHANGE,
             &(struct config_change){.kind = CHANGE_MEMBER, .member = member});
    return answer(work, outcome, member, team, 200);
}
