/*
 * What may be done with a version of a definition, by state and by caller:
 *
 *     draft ── propose ──▶ proposed ── second signature ──▶ signed ── its time ──▶ in_force
 *       │ replace             │  └──────── (no time given, or past) ──────────────────▲ │
 *       └─┘                   ├── decline ──▶ declined                                  ▼
 *                             └── a later one is proposed ──▶ superseded ◀── a later one in force
 */
#ifndef BATON_CORE_DEFINITION_RULES_H
#define BATON_CORE_DEFINITION_RULES_H

#include "core/command.h"

enum definition_action {
    DEFINITION_REPLACE,
    DEFINITION_PROPOSE,
    DEFINITION_SIGN,
    DEFINITION_DECLINE,
    DEFINITION_ACKNOWLEDGE,
    DEFINITION_ACTION_COUNT
};

const char *definition_action_name(enum definition_action action);

/** Bits (1 << action) of what this caller may do with it now; with a NULL caller, 0. */
unsigned definition_actions(const struct config *config, const struct definition_version *version,
                            const struct caller *caller);

/** Whether a state allows an action at all, for any caller. */
bool definition_state_allows(enum definition_state state, enum definition_action action);

enum signer {
    SIGNER_MAY,
    SIGNER_NO_MEMBER,   /* no member is named */
    SIGNER_NOT_OWN_KEY, /* a team's key names a member, or it is somebody else's key */
    SIGNER_NO_ROLE,     /* the key has no sign role */
    SIGNER_INACTIVE,    /* member or team */
    SIGNER_NO_SIDE,     /* of neither marketing nor sales */
    SIGNER_OTHER_SIDE,  /* this person has signed for the other side */
    SIGNER_SIDE_HAS_SIGNED,
};

/** Whether this caller may sign, and for which side. A person who is a member of two teams (known
 *  by one email or external id) is one person. */
enum signer definition_signer(const struct config *config, const struct definition_version *version,
                              const struct caller *caller, enum side *side);

/** The sentence for a caller who may not sign. */
const char *signer_detail(enum signer signer);

const char *side_name(enum side side);

/** Whether two rows are one person: the same email or external id. */
bool member_is_same_person(const struct member *a, const struct member *b);

#endif
