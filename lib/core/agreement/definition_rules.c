#include "core/agreement/definition_rules.h"

#include <string.h>

const char *definition_action_name(enum definition_action action)
{
    static const char *const names[DEFINITION_ACTION_COUNT] = {"replace", "propose", "sign",
                                                               "decline", "acknowledge"};

    return names[action];
}

const char *side_name(enum side side)
{
    return side == SIDE_MARKETING ? "marketing" : "sales";
}

bool definition_state_allows(enum definition_state state, enum definition_action action)
{
    switch (action) {
    case DEFINITION_REPLACE:
    case DEFINITION_PROPOSE:
        return state == DEFINITION_DRAFT;
    case DEFINITION_SIGN:
    case DEFINITION_DECLINE:
        return state == DEFINITION_PROPOSED;
    case DEFINITION_ACKNOWLEDGE:
        return state == DEFINITION_PROPOSED || state == DEFINITION_SIGNED ||
               state == DEFINITION_IN_FORCE;
    case DEFINITION_ACTION_COUNT:
        break;
    }
    return false;
}

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

static bool side_of(const struct team *team, enum side *side)
{
    *side = team->function == FUNCTION_SALES ? SIDE_SALES : SIDE_MARKETING;
    return team->function != FUNCTION_OTHER;
}

static bool signed_for_other_side(const struct config *config,
                                  const struct definition_version *version,
                                  const struct member *member, enum side side)
{
    const struct signature *other =
        &version->signatures[side == SIDE_SALES ? SIDE_MARKETING : SIDE_SALES];
    const struct member *signer = other->given ? config_member(config, other->member) : NULL;

    return signer != NULL && member_is_same_person(signer, member);
}

enum signer definition_signer(const struct config *config, const struct definition_version *version,
                              const struct caller *caller, enum side *side)
{
    const struct member *member = config_member(config, caller->member);
    const struct api_key *key = config_key(config, caller->key);
    const struct team *team = member == NULL ? NULL : config_team(config, member->team);

    if (member == NULL || team == NULL)
        return SIGNER_NO_MEMBER;
    if (key == NULL || !uuid_equal(key->member, member->id))
        return SIGNER_NOT_OWN_KEY;
    if (!(key->roles & ROLE_SIGN))
        return SIGNER_NO_ROLE;
    if (!member->active || !team->active || key->revoked_at != INSTANT_NONE)
        return SIGNER_INACTIVE;
    if (!side_of(team, side))
        return SIGNER_NO_SIDE;
    if (signed_for_other_side(config, version, member, *side))
        return SIGNER_OTHER_SIDE;
    return version->signatures[*side].given ? SIGNER_SIDE_HAS_SIGNED : SIGNER_MAY;
}

const char *signer_detail(enum signer signer)
{
    switch (signer) {
    case SIGNER_MAY:
        return "";
    case SIGNER_NO_MEMBER:
        return "A definition is signed by a person: use a member's own key";
    case SIGNER_NOT_OWN_KEY:
        return "Sign with your own key; a team's key cannot sign, and nobody signs for another";
    case SIGNER_NO_ROLE:
        return "This key has no sign role: ask for a key of your own that has it";
    case SIGNER_INACTIVE:
        return "This member or team is not active";
    case SIGNER_NO_SIDE:
        return "Only members of a marketing or a sales team sign";
    case SIGNER_OTHER_SIDE:
        return "The same person has signed for the other side; nobody signs for both";
    case SIGNER_SIDE_HAS_SIGNED:
        return "This side has signed already";
    }
    return "";
}

static bool has_acknowledged(const struct definition_version *version, struct uuid member)
{
    for (size_t i = 0; i < version->acknowledged_count; i++)
        if (uuid_equal(version->acknowledged_by[i], member))
            return true;
    return false;
}

static bool caller_may(const struct config *config, const struct definition_version *version,
                       const struct caller *caller, enum definition_action action)
{
    enum side side;
    enum signer signer;

    switch (action) {
    case DEFINITION_REPLACE:
    case DEFINITION_PROPOSE:
        return caller->roles & (ROLE_SIGN | ROLE_ADMIN);
    case DEFINITION_SIGN:
        return definition_signer(config, version, caller, &side) == SIGNER_MAY;
    case DEFINITION_DECLINE:
        signer = definition_signer(config, version, caller, &side);
        return signer == SIGNER_MAY || signer == SIGNER_SIDE_HAS_SIGNED;
    case DEFINITION_ACKNOWLEDGE:
        return (caller->roles & (ROLE_WORK | ROLE_SIGN | ROLE_ADMIN)) &&
               config_member(config, caller->member) != NULL &&
               !has_acknowledged(version, caller->member);
    case DEFINITION_ACTION_COUNT:
        break;
    }
    return false;
}

unsigned definition_actions(const struct config *config, const struct definition_version *version,
                            const struct caller *caller)
{
    unsigned actions = 0;

    if (caller == NULL)
        return 0;
    for (int i = 0; i < DEFINITION_ACTION_COUNT; i++) {
        enum definition_action action = (enum definition_action)i;
        if (definition_state_allows(version->state, action) &&
            caller_may(config, version, caller, action))
            actions |= 1u << i;
    }
    return actions;
}
