#include "core/setup/team_change.h"

#include "base/digest.h"
#include "base/json_tree.h"
#include "core/authority.h"
#include "core/distribution/distribution.h"
#include "core/setup/quota.h"
#include "core/setup/shape_setup.h"

#include <string.h>

static void write_hash(struct json_out *body, const char *name, const char *document)
{
    if (document == NULL)
        return;
    const struct digest_part whole = {document, strlen(document)};
    uint8_t hash[DIGEST_BYTES];
    digest_sha256(&whole, 1, hash);
    json_out_key(body, name);
    json_out_hex(body, hash, sizeof hash);
}

static void write_body(struct work *work, const struct team *team)
{
    struct json_out *body = work_body(work);

    json_out_member_int(body, "active", team->active);
    write_hash(body, "calendar", team->calendar);
    write_hash(body, "distribution", team->distribution);
    json_out_member_text(body, "function", team_function_name(team->function));
    json_out_member_text(body, "name", team->name);
}

static enum decision answer(struct work *work, struct outcome *outcome, const struct team *team,
                            int status)
{
    shape_team(team, outcome_begin(work));
    return outcome_answer(work, outcome, status);
}

const struct team *team_make(struct work *work, const struct caller *caller,
                             const struct team_create_input *input)
{
    struct team *team = ARENA_NEW(work->arena, struct team);

    if (team == NULL)
        return NULL;
    *team = (struct team){
        .id = work_new_id(work),
        .name = input->name,
        .title = input->title == NULL ? input->name : input->title,
        .function = input->function,
        .active = true,
        .created_at = work->now,
    };
    struct chain_row *chain = setup_new_chain(work, team->id);
    write_body(work, team);
    setup_append(work, chain, LEDGER_TEAM_CREATED, caller);
    work_add(work, KIND_CONFIG_CHANGE,
             &(struct config_change){.kind = CHANGE_TEAM, .is_new = true, .team = team});
    return team;
}

enum decision team_create(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct team_create_input *input = command->input;

    if (!setup_may(work, command, ROLE_ADMIN, outcome))
        return DECIDED;
    if (!authority_check(work, command, DEED_TEAM, input->function, outcome))
        return DECIDED;
    if (config_team_named(work->config, input->name) != NULL)
        return outcome_refuse(work, outcome, ERR_ALREADY_EXISTS, "There is a team \"%s\" already",
                              input->name);
    if (!quota_leaves(work, QUOTA_TEAMS, outcome))
        return DECIDED;
    const struct team *team = team_make(work, &command->caller, input);
    if (team == NULL)
        return DECIDED;
    outcome->location = arena_printf(work->arena, "/v1/teams/%s", team->name);
    return answer(work, outcome, team, 201);
}

/* ---- update ---- */

static bool has_signed(const struct config *config, const struct team *team)
{
    for (size_t i = 0; i < config->agreement_count; i++) {
        for (size_t k = 0; k < config->agreements[i].signature_count; k++) {
            const struct member *member =
                config_member(config, config->agreements[i].signatures[k].member);
            if (member != NULL && uuid_equal(member->team, team->id))
                return true;
        }
    }
    return false;
}

static bool is_on_route(const struct config *config, const struct team *team)
{
    for (size_t i = 0; i < config->route_count; i++)
        if (uuid_equal(config->routes[i].from_team, team->id) ||
            uuid_equal(config->routes[i].to_team, team->id))
            return true;
    return false;
}

static enum decision check_update(struct work *work, const struct team *team,
                                  const struct team_update_input *input, struct outcome *outcome)
{
    bool other_function = input->function != NULL && *input->function != team->function;
    bool stops = input->active != NULL && !*input->active && team->active;

    if (other_function && (input->handed_off || has_signed(work->config, team)))
        return outcome_refuse(work, outcome, ERR_STATE_CONFLICT,
                              "This team has signed or handed off, so its function stays; make "
                              "another team");
    if ((other_function || stops) && is_on_route(work->config, team))
        return outcome_refuse(work, outcome, ERR_STATE_CONFLICT,
                              "Routes lead from or to this team: replace them first");
    return DECIDED;
}

/* Changing the function moves the team, its members and its keys from one side to the other, so the
 * caller must have a say on both. */
static bool may_bring_members(struct work *work, const struct command *command,
                              const struct team *team, enum team_function side,
                              struct outcome *outcome)
{
    for (size_t i = 0; i < work->config->member_count; i++) {
        const struct member *member = &work->config->members[i];
        if (member->active && uuid_equal(member->team, team->id) &&
            !authority_may_name(work, command, member, side, outcome))
            return false;
    }
    return true;
}

static bool may_change(struct work *work, const struct command *command, const struct team *team,
                       struct outcome *outcome)
{
    const struct team_update_input *input = command->input;
    bool moves = input->function != NULL && *input->function != team->function;
    bool stops = input->active != NULL && !*input->active;

    if (!authority_check(work, command, DEED_TEAM, team->function, outcome) ||
        (moves && (!authority_check(work, command, DEED_TEAM, *input->function, outcome) ||
                   !may_bring_members(work, command, team, *input->function, outcome))))
        return false;
    return !(moves || stops) || authority_keeps_signer(work, command, team->id, outcome);
}

enum decision team_update(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct team_update_input *input = command->input;
    const struct team *old = config_team_named(work->config, input->name);

    if (!setup_may(work, command, ROLE_ADMIN, outcome))
        return DECIDED;
    if (old == NULL)
        return outcome_refuse(work, outcome, ERR_NOT_FOUND, "There is no team \"%s\"", input->name);
    if (!may_change(work, command, old, outcome))
        return DECIDED;
    shape_team(old, outcome_begin(work));
    if (!setup_tag_fits(work, input->if_match, outcome))
        return DECIDED;
    check_update(work, old, input, outcome);
    if (outcome->err != ERR_NONE)
        return DECIDED;
    struct chain_row *chain = setup_chain(work, old->id);
    if (chain == NULL)
        return DECIDE_AGAIN;
    struct team *team = ARENA_NEW(work->arena, struct team);
    if (team == NULL)
        return DECIDED;
    *team = *old;
    if (input->title != NULL)
        team->title = input->title;
    if (input->function != NULL)
        team->function = *input->function;
    if (input->active != NULL)
        team->active = *input->active;
    write_body(work, team);
    setup_append(work, chain, LEDGER_TEAM_UPDATED, &command->caller);
    work_add(work, KIND_CONFIG_CHANGE, &(struct config_change){.kind = CHANGE_TEAM, .team = team});
    return answer(work, outcome, team, 200);
}

/* ---- what it has as a document: its working time, how its offers are dealt ---- */

/* The team whose document the caller may set, or take away if it is there; NULL: refused. */
static const struct team *team_to_set(struct work *work, const struct command *command,
                                      const char *name, struct outcome *outcome)
{
    const struct team *team = config_team_named(work->config, name);

    if (!setup_may(work, command, ROLE_ADMIN, outcome))
        return NULL;
    if (team == NULL) {
        outcome_refuse(work, outcome, ERR_NOT_FOUND, "There is no team \"%s\"", name);
        return NULL;
    }
    return authority_check(work, command, DEED_TEAM, team->function, outcome) ? team : NULL;
}

/* A copy that is to be changed and saved with its entry. NULL: *decision is what to answer. */
static struct team *team_to_change(struct work *work, const struct team *old,
                                   struct chain_row **chain, enum decision *decision)
{
    struct team *team = ARENA_NEW(work->arena, struct team);

    *chain = setup_chain(work, old->id);
    *decision = *chain == NULL ? DECIDE_AGAIN : DECIDED;
    if (*chain == NULL || team == NULL)
        return NULL;
    *team = *old;
    return team;
}

static void save_changed(struct work *work, const struct command *command, struct chain_row *chain,
                         const struct team *team, bool deals)
{
    write_body(work, team);
    setup_append(work, chain, LEDGER_TEAM_UPDATED, &command->caller);
    work_add(work, KIND_CONFIG_CHANGE,
             &(struct config_change){.kind = CHANGE_TEAM, .deals = deals, .team = team});
}

enum decision team_calendar(struct work *work, const struct command *command,
                            struct outcome *outcome)
{
    const struct team_calendar_input *input = command->input;
    const struct team *old = team_to_set(work, command, input->name, outcome);
    struct chain_row *chain;
    enum decision decision;

    if (old == NULL)
        return DECIDED;
    if (input->calendar == NULL && old->calendar == NULL)
        return outcome_refuse(work, outcome, ERR_NOT_FOUND, "The team has no calendar");
    struct json_out *out = outcome_begin(work);
    if (old->calendar != NULL)
        json_out_raw(out, old->calendar, strlen(old->calendar));
    if (!setup_tag_fits(work, input->if_match, outcome))
        return DECIDED;
    struct team *team = team_to_change(work, old, &chain, &decision);
    if (team == NULL)
        return decision;
    team->calendar = input->calendar;
    save_changed(work, command, chain, team, false);
    if (team->calendar == NULL)
        return answer(work, outcome, team, 200);
    out = outcome_begin(work);
    json_out_raw(out, team->calendar, strlen(team->calendar));
    return outcome_answer(work, outcome, 200);
}

/* The document that is stored names members by their ids. Refused with all faults: NULL. */
static const struct distribution *compile_distribution(struct work *work, const struct team *team,
                                                       const char *text, struct outcome *outcome)
{
    const struct distribution *compiled = NULL;
    struct faults *faults = ARENA_NEW(work->arena, struct faults);
    json_t *document = json_tree_read(work->arena, text, strlen(text), 0, NULL);

    if (faults != NULL && document != NULL) {
        faults_init(faults, work->arena);
        enum err err = distribution_compile(document, work->config, team->id, work->arena, faults,
                                            NULL, &compiled);
        outcome->problem.faults = faults;
        if (err == ERR_INVALID_VALUE)
            outcome_refuse(work, outcome, err, "The distribution cannot be what was sent");
    }
    json_decref(document);
    return compiled;
}

static enum decision answer_distribution(struct work *work, struct outcome *outcome,
                                         const struct distribution *compiled)
{
    distribution_show(compiled, outcome_begin(work));
    return outcome_answer(work, outcome, 200);
}

enum decision team_distribution(struct work *work, const struct command *command,
                                struct outcome *outcome)
{
    const struct team_distribution_input *input = command->input;
    const struct team *old = team_to_set(work, command, input->name, outcome);
    const struct distribution *compiled = NULL;
    struct chain_row *chain;
    enum decision decision;

    if (old == NULL)
        return DECIDED;
    if (input->distribution == NULL && old->distribution == NULL)
        return outcome_refuse(work, outcome, ERR_NOT_FOUND, "The team has no distribution");
    struct json_out *out = outcome_begin(work);
    if (old->deals != NULL)
        distribution_show(old->deals, out);
    if (!setup_tag_fits(work, input->if_match, outcome))
        return DECIDED;
    struct team *team = team_to_change(work, old, &chain, &decision);
    if (team == NULL)
        return decision;
    team->distribution = NULL;
    if (input->distribution != NULL) {
        compiled = compile_distribution(work, old, input->distribution, outcome);
        if (compiled == NULL)
            return DECIDED;
        distribution_write(compiled, outcome_begin(work));
        team->distribution = json_out_keep(&work->scratch, work->arena, &(size_t){0});
    }
    save_changed(work, command, chain, team, true);
    return compiled == NULL ? answer(work, outcome, team, 200)
                            : answer_distribution(work, outcome, compiled);
}
