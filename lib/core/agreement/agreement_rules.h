/*
 * What may be done with a version of an agreement, by state and by caller:
 *
 *     draft ── propose ──▶ proposed ── last signature ──▶ signed ── its time ──▶ in_force ◀─ resume
 * ─┐ │ replace             │  └──────── (no time given, or past) ────────────────▲ │ └─ suspend ─▶
 * suspended ├─┘                   ├── decline ──▶ declined         │                      ▼ └
 * delete ▶ deleted    └── a later one is proposed ▶ superseded ◀── a later one in force signed ──
 * revoke ──▶ revoked
 */
#ifndef BATON_CORE_AGREEMENT_RULES_H
#define BATON_CORE_AGREEMENT_RULES_H

#include "core/command.h"

/* An action, its name, and the states that allow it. The order is that of allowed_actions. */
#define AGREEMENT_ACTION_TABLE(X)                                                                  \
    X(REPLACE, "replace", IN(DRAFT))                                                               \
    X(PROPOSE, "propose", IN(DRAFT))                                                               \
    X(DELETE, "delete", IN(DRAFT))                                                                 \
    X(SIGN, "sign", IN(PROPOSED))                                                                  \
    X(DECLINE, "decline", IN(PROPOSED))                                                            \
    X(REVOKE, "revoke", IN(SIGNED))                                                                \
    X(SUSPEND, "suspend", IN(IN_FORCE))                                                            \
    X(RESUME, "resume", IN(SUSPENDED))                                                             \
    X(ACKNOWLEDGE, "acknowledge", IN(PROPOSED) | IN(SIGNED) | IN(IN_FORCE) | IN(SUSPENDED))        \
    X(COMMENT, "comment", IN(DRAFT) | IN(PROPOSED) | IN(SIGNED) | IN(IN_FORCE) | IN(SUSPENDED))

enum agreement_action {
#define X(name, ...) AGREEMENT_##name,
    AGREEMENT_ACTION_TABLE(X)
#undef X
        AGREEMENT_ACTION_COUNT
};

const char *agreement_action_name(enum agreement_action action);

/** Bits (1 << action) of what this caller may do with it now; with a NULL caller, 0. */
unsigned agreement_actions(const struct config *config, const struct agreement_version *version,
                           const struct caller *caller);

/** Whether a state allows an action at all, for any caller. */
bool agreement_state_allows(enum agreement_state state, enum agreement_action action);

enum signer {
    SIGNER_MAY,
    SIGNER_NO_MEMBER,   /* no member is named */
    SIGNER_NOT_OWN_KEY, /* a team's key names a member, or it is somebody else's key */
    SIGNER_NO_ROLE,     /* the key has no sign role */
    SIGNER_INACTIVE,    /* member or team */
    SIGNER_NO_SIDE,     /* of neither marketing nor sales */
    SIGNER_OTHER_SIDE,  /* this person has signed for the other side */
    SIGNER_NOT_ASKED,   /* the document asks for signers of other teams */
    SIGNER_SIDE_HAS_SIGNED,
    SIGNER_NOT_RESUMER, /* the other side suspended it */
};

/** Whether this caller speaks for a side with a key that signs, and for which. */
enum signer agreement_speaker(const struct config *config, const struct caller *caller,
                              enum side *side);

/** Whether this caller may sign, and for which side. A person who is a member of two teams (known
 *  by one email or external id) is one person. */
enum signer agreement_signer(const struct config *config, const struct agreement_version *version,
                             const struct caller *caller, enum side *side);

/** The same for the steps that any signer of a side takes alone: decline, revoke, suspend, and
 *  resume, which only the side may that suspended. */
enum signer agreement_stepper(const struct config *config, const struct agreement_version *version,
                              const struct caller *caller, enum agreement_action action,
                              enum side *side);

/** Whether all have signed whom the document asks for. */
bool agreement_is_complete(const struct config *config, const struct agreement_version *version);

/** Whether this member has said that they read it. */
bool agreement_is_acknowledged(const struct agreement_version *version, struct uuid member);

/** Whether a draft was made by a member of the other side than the caller's. */
bool agreement_is_the_others(const struct config *config, const struct agreement_version *version,
                             const struct caller *caller);

/** The error, and the sentence, for a caller who may not sign. */
enum err signer_error(enum signer signer);
const char *signer_detail(enum signer signer);

/** Whether this is an active member of either side who has not said that they read it. */
bool agreement_is_unread_by(const struct config *config, const struct agreement_version *version,
                            const struct member *member);

/** Whether all of this side have signed whom the document asks for. */
bool agreement_side_is_complete(const struct config *config,
                                const struct agreement_version *version, enum side side);

/** The side of a member; false: of neither. */
bool side_of_member(const struct config *config, struct uuid member, enum side *side);

#endif
