#include "core/authority.h"

enum whose { WHOSE_OWN, WHOSE_NOBODYS, WHOSE_OTHERS };

static const struct {
    unsigned who[3]; /* by enum whose */
    const char *detail;
} deeds[DEED_COUNT] = {
#define X(name, own, nobodys, others, detail)                                                      \
    {{AUTHORITY_##own, AUTHORITY_##nobodys, AUTHORITY_##others}, detail},
    DEED_TABLE(X)
#undef X
};

/* Teams of partners are on no side, so to them whatever belongs to a side is the other's. */
static enum whose whose_to(const struct config *config, const struct caller *caller,
                           enum team_function whose)
{
    const struct team *team = config_team(config, caller->team);

    if (whose == FUNCTION_OTHER)
        return WHOSE_NOBODYS;
    return team != NULL && team->function == whose ? WHOSE_OWN : WHOSE_OTHERS;
}

static bool is_operator(const struct caller *caller)
{
    return uuid_is_nil(caller->key);
}

bool authority_may(const struct config *config, const struct caller *caller, enum deed deed,
                   enum team_function whose)
{
    return is_operator(caller) ||
           (caller->roles & deeds[deed].who[whose_to(config, caller, whose)]);
}

bool authority_check(struct work *work, const struct command *command, enum deed deed,
                     enum team_function whose, struct outcome *outcome)
{
    const struct caller *caller = &command->caller;

    if (authority_may(work->config, caller, deed, whose))
        return true;
    if (deeds[deed].who[whose_to(work->config, caller, whose)] != AUTHORITY_NOBODY)
        outcome_refuse(work, outcome, ERR_FORBIDDEN, "This key lacks the role that it takes");
    else
        outcome_refuse(work, outcome, ERR_OTHER_SIDE, "This belongs to %s: %s",
                       team_function_name(whose), deeds[deed].detail);
    return false;
}

enum team_function authority_of_team(const struct work *work, struct uuid team)
{
    const struct team *of = config_team(work->config, team);

    return of == NULL ? FUNCTION_OTHER : of->function;
}

bool authority_over_lead(struct work *work, const struct command *command, enum deed deed,
                         const struct lead *lead, struct outcome *outcome)
{
    return authority_check(work, command, deed, authority_of_team(work, lead->owner_team), outcome);
}

/* ---- whose a person is ---- */

static enum team_function opposite(enum team_function side)
{
    return side == FUNCTION_MARKETING ? FUNCTION_SALES : FUNCTION_MARKETING;
}

bool authority_may_name(struct work *work, const struct command *command,
                        const struct member *person, enum team_function side,
                        struct outcome *outcome)
{
    const struct config *config = work->config;

    if (is_operator(&command->caller) || side == FUNCTION_OTHER)
        return true;
    for (size_t i = 0; i < config->member_count; i++) {
        const struct member *member = &config->members[i];
        const struct team *team = config_team(config, member->team);
        if (!member->active || team == NULL || team->function != opposite(side) ||
            !member_is_same_person(member, person))
            continue;
        outcome_refuse(work, outcome, ERR_OTHER_SIDE,
                       "This is a member of %s already: an admin of that side lets the address go "
                       "first, or the operator decides",
                       team->name);
        return false;
    }
    return true;
}

/* ---- the last signer ---- */

static bool signs(const struct config *config, const struct api_key *key,
                  enum team_function function)
{
    const struct team *team = config_team(config, key->team);

    return (key->roles & ROLE_SIGN) && config_key_stands(config, key) && team->function == function;
}

bool authority_keeps_signer(struct work *work, const struct command *command, struct uuid gone,
                            struct outcome *outcome)
{
    const struct config *config = work->config;
    size_t going[FUNCTION_COUNT] = {0};
    size_t staying[FUNCTION_COUNT] = {0};

    if (is_operator(&command->caller))
        return true;
    for (size_t i = 0; i < config->key_count; i++) {
        const struct api_key *key = &config->keys[i];
        bool goes = uuid_equal(key->id, gone) || uuid_equal(key->member, gone) ||
                    uuid_equal(key->team, gone);
        for (int function = 0; function < FUNCTION_COUNT; function++)
            if (signs(config, key, (enum team_function)function))
                (goes ? going : staying)[function]++;
    }
    for (int function = 0; function < FUNCTION_COUNT; function++) {
        if (going[function] == 0 || staying[function] > 0)
            continue;
        outcome_refuse(work, outcome, ERR_LAST_SIGNER,
                       "Nobody else of %s could sign any more: give another member a key that "
                       "signs first",
                       team_function_name((enum team_function)function));
        return false;
    }
    return true;
}
