#include "core/agreement/agreement_rules.h"

#include "core/definition/signers.h"

#include <string.h>

#define IN(state) (1u << AGREEMENT_##state)

static const struct {
    const char *name;
    unsigned states;
} actions[AGREEMENT_ACTION_COUNT] = {
#define X(name, text, states) {text, states},
    AGREEMENT_ACTION_TABLE(X)
#undef X
};

const char *agreement_action_name(enum agreement_action action)
{
    return actions[action].name;
}

bool agreement_state_allows(enum agreement_state state, enum agreement_action action)
{
    return (actions[action].states & 1u << state) != 0;
}

/* ---- who speaks for a side ---- */

static bool same_text(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static bool side_of(const struct team *team, enum side *side)
{
    *side = team->function == FUNCTION_SALES ? SIDE_SALES : SIDE_MARKETING;
    return team->function != FUNCTION_OTHER;
}

bool side_of_member(const struct config *config, struct uuid id, enum side *side)
{
    const struct member *member = config_member(config, id);
    const struct team *team = member == NULL ? NULL : config_team(config, member->team);

    return team != NULL && side_of(team, side);
}

enum signer agreement_speaker(const struct config *config, const struct caller *caller,
                              enum side *side)
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
    return side_of(team, side) ? SIGNER_MAY : SIGNER_NO_SIDE;
}

/* ---- whom the document asks ---- */

static const struct side_signers *asked(const struct agreement_version *version, enum side side)
{
    static const struct side_signers one = {.count = 1};
    const struct side_signers *of =
        version->signers == NULL ? &one : &version->signers->of[(int)side];

    return of->count == 0 && of->team_count == 0 ? &one : of;
}

static const char *team_of_signature(const struct config *config, const struct signature *signature)
{
    const struct member *member = config_member(config, signature->member);

    return member == NULL ? NULL : config_team_name(config, member->team);
}

static bool team_has_signed(const struct config *config, const struct agreement_version *version,
                            const char *team)
{
    for (size_t i = 0; i < version->signature_count; i++)
        if (same_text(team_of_signature(config, &version->signatures[i]), team))
            return true;
    return false;
}

bool agreement_side_is_complete(const struct config *config,
                                const struct agreement_version *version, enum side side)
{
    const struct side_signers *wanted = asked(version, side);
    int32_t given = 0;

    for (size_t i = 0; i < wanted->team_count; i++)
        if (!team_has_signed(config, version, wanted->teams[i]))
            return false;
    for (size_t i = 0; i < version->signature_count; i++)
        given += version->signatures[i].side == side;
    return given >= wanted->count;
}

bool agreement_is_complete(const struct config *config, const struct agreement_version *version)
{
    return agreement_side_is_complete(config, version, SIDE_MARKETING) &&
           agreement_side_is_complete(config, version, SIDE_SALES);
}

bool agreement_is_unread_by(const struct config *config, const struct agreement_version *version,
                            const struct member *member)
{
    const struct team *team = config_team(config, member->team);

    return member->active && team != NULL && team->active && team->function != FUNCTION_OTHER &&
           !agreement_is_acknowledged(version, member->id);
}

static bool is_asked(const struct side_signers *wanted, const char *team)
{
    for (size_t i = 0; i < wanted->team_count; i++)
        if (same_text(wanted->teams[i], team))
            return true;
    return wanted->team_count == 0;
}

/* ---- signing ---- */

static bool signed_as(const struct config *config, const struct agreement_version *version,
                      const struct member *member, enum side side)
{
    for (size_t i = 0; i < version->signature_count; i++) {
        const struct signature *signature = &version->signatures[i];
        const struct member *signer = config_member(config, signature->member);
        if (signature->side == side && signer != NULL && member_is_same_person(signer, member))
            return true;
    }
    return false;
}

enum signer agreement_signer(const struct config *config, const struct agreement_version *version,
                             const struct caller *caller, enum side *side)
{
    enum signer speaker = agreement_speaker(config, caller, side);

    if (speaker != SIGNER_MAY)
        return speaker;
    const struct member *member = config_member(config, caller->member);
    const struct side_signers *wanted = asked(version, *side);
    const char *team = config_team_name(config, member->team);
    enum side other = *side == SIDE_SALES ? SIDE_MARKETING : SIDE_SALES;

    if (signed_as(config, version, member, other))
        return SIGNER_OTHER_SIDE;
    if (!is_asked(wanted, team))
        return SIGNER_NOT_ASKED;
    bool done = agreement_side_is_complete(config, version, *side) ||
                signed_as(config, version, member, *side) ||
                (wanted->team_count > 0 && team_has_signed(config, version, team));
    return done ? SIGNER_SIDE_HAS_SIGNED : SIGNER_MAY;
}

enum signer agreement_stepper(const struct config *config, const struct agreement_version *version,
                              const struct caller *caller, enum agreement_action action,
                              enum side *side)
{
    enum signer speaker = agreement_speaker(config, caller, side);
    enum side suspender;

    if (speaker != SIGNER_MAY)
        return speaker;
    if (action == AGREEMENT_DECLINE) {
        enum signer signer = agreement_signer(config, version, caller, side);
        return signer == SIGNER_OTHER_SIDE ? signer : SIGNER_MAY;
    }
    if (action == AGREEMENT_RESUME && side_of_member(config, version->suspended_by, &suspender) &&
        suspender != *side)
        return SIGNER_NOT_RESUMER;
    return SIGNER_MAY;
}

bool agreement_is_the_others(const struct config *config, const struct agreement_version *version,
                             const struct caller *caller)
{
    const struct team *team = config_team(config, caller->team);
    enum side author, own;

    return side_of_member(config, version->created_by, &author) && team != NULL &&
           !(side_of(team, &own) && own == author);
}

const char *signer_detail(enum signer signer)
{
    switch (signer) {
    case SIGNER_MAY:
        return "";
    case SIGNER_NO_MEMBER:
        return "An agreement is signed by a person: use a member's own key";
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
    case SIGNER_NOT_ASKED:
        return "The document asks for signers of other teams of this side";
    case SIGNER_SIDE_HAS_SIGNED:
        return "This side has signed already";
    case SIGNER_NOT_RESUMER:
        return "The other side suspended it, and resumes it; propose a new version meanwhile";
    }
    return "";
}

/* ---- what a caller may do ---- */

bool agreement_is_acknowledged(const struct agreement_version *version, struct uuid member)
{
    for (size_t i = 0; i < version->acknowledged_count; i++)
        if (uuid_equal(version->acknowledged_by[i], member))
            return true;
    return false;
}

static bool takes_part(const struct config *config, const struct caller *caller)
{
    return (caller->roles & (ROLE_WORK | ROLE_SIGN | ROLE_ADMIN)) &&
           config_member(config, caller->member) != NULL;
}

static bool caller_may(const struct config *config, const struct agreement_version *version,
                       const struct caller *caller, enum agreement_action action)
{
    enum side side;

    switch (action) {
    case AGREEMENT_REPLACE:
    case AGREEMENT_PROPOSE:
        return caller->roles & (ROLE_SIGN | ROLE_ADMIN);
    case AGREEMENT_DELETE:
        return (caller->roles & (ROLE_SIGN | ROLE_ADMIN)) &&
               !agreement_is_the_others(config, version, caller);
    case AGREEMENT_SIGN:
        return agreement_signer(config, version, caller, &side) == SIGNER_MAY;
    case AGREEMENT_DECLINE:
    case AGREEMENT_REVOKE:
    case AGREEMENT_SUSPEND:
    case AGREEMENT_RESUME:
        return agreement_stepper(config, version, caller, action, &side) == SIGNER_MAY;
    case AGREEMENT_ACKNOWLEDGE:
        return takes_part(config, caller) && !agreement_is_acknowledged(version, caller->member);
    case AGREEMENT_COMMENT:
        return takes_part(config, caller);
    case AGREEMENT_ACTION_COUNT:
        break;
    }
    return false;
}

unsigned agreement_actions(const struct config *config, const struct agreement_version *version,
                           const struct caller *caller)
{
    unsigned may = 0;

    if (caller == NULL)
        return 0;
    for (int i = 0; i < AGREEMENT_ACTION_COUNT; i++) {
        enum agreement_action action = (enum agreement_action)i;
        if (agreement_state_allows(version->state, action) &&
            caller_may(config, version, caller, action))
            may |= 1u << i;
    }
    return may;
}

enum err signer_error(enum signer signer)
{
    if (signer == SIGNER_NO_MEMBER)
        return ERR_ACTOR_REQUIRED;
    if (signer == SIGNER_NO_ROLE)
        return ERR_FORBIDDEN;
    return signer == SIGNER_SIDE_HAS_SIGNED ? ERR_ALREADY_EXISTS : ERR_NOT_SIGNABLE;
}
