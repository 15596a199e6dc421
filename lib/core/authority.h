/*
 * Who may change what belongs to whom: one table for both sides, which the tests go through.
 *
 * A side is all teams of the function marketing, or of the function sales; teams of function other
 * are on no side. Neither side makes, changes, disables or replaces anything of the other's. The
 * operator (Baton's command line, and Baton itself) may do all of it, and the ledger shows it.
 */
#ifndef BATON_CORE_AUTHORITY_H
#define BATON_CORE_AUTHORITY_H

#include "core/command.h"

/* Who may, as bits; AUTHORITY_CALLER is every caller with a role that the operation accepts. */
enum {
    AUTHORITY_NOBODY = 0,
    AUTHORITY_ADMIN = ROLE_ADMIN,
    AUTHORITY_SIGNER = ROLE_SIGN,
    AUTHORITY_CALLER = ROLE_ANY,
};

/* An action; who may do it on their own side, to what belongs to no side, and on the other side;
 * the sentence that refuses the other side. */
#define DEED_TABLE(X)                                                                              \
    X(TEAM, ADMIN, ADMIN, NOBODY, "an admin of its own side makes and changes it")                 \
    X(MEMBER, ADMIN, ADMIN, NOBODY, "an admin of its own side makes and changes it")               \
    X(KEY, ADMIN, ADMIN, NOBODY, "an admin of its own side makes and revokes it")                  \
    X(SIGNING_KEY, ADMIN | AUTHORITY_SIGNER, ADMIN, NOBODY,                                        \
      "an admin or signer of its own side gives the role sign")                                    \
    X(SOURCE, ADMIN, ADMIN, NOBODY, "an admin of its own side makes and changes it")               \
    X(CAMPAIGN, CALLER, CALLER, NOBODY, "marketing keeps the records of its campaigns")            \
    X(CONTENT, CALLER, CALLER, NOBODY, "the side that made it keeps its record")                   \
    X(ACCOUNT_OWNER, CALLER, CALLER, NOBODY, "sales says who owns an account")                     \
    X(ACCOUNT_NAME, CALLER, NOBODY, NOBODY, "each of the two sides names it for itself")           \
    X(STAGE, ADMIN, NOBODY, NOBODY, "an admin of each of the two sides says it for its own")       \
    X(SUBSCRIPTION, ADMIN, ADMIN, NOBODY, "an admin of its own side makes and changes it")         \
    X(LEAD_TOUCH, CALLER, CALLER, CALLER, "")                                                      \
    X(LEAD_OBSERVE, CALLER, CALLER, CALLER, "")                                                    \
    X(LEAD_STEP, CALLER, CALLER, NOBODY, "its owner moves its next step")                          \
    X(LEAD_IDENTITY, CALLER, CALLER, NOBODY, "its owner changes who it is")                        \
    X(LEAD_MERGE, CALLER, CALLER, NOBODY, "its owner merges it")                                   \
    X(LEAD_OVERRIDE, CALLER, CALLER, NOBODY, "its owner overrides its verdict")                    \
    X(LEAD_REVIEW, CALLER, CALLER, NOBODY, "its owner says what becomes of it")                    \
    X(LEAD_ERASE, ADMIN, ADMIN, NOBODY, "an admin of its owner's side erases it")

enum deed {
#define X(name, ...) DEED_##name,
    DEED_TABLE(X)
#undef X
        DEED_COUNT
};

/** Whether this caller may do it to something that belongs to a team of this function. */
bool authority_may(const struct config *config, const struct caller *caller, enum deed deed,
                   enum team_function whose);

/** The same; if not, the outcome is a refusal: forbidden when a role is missing, other_side when no
 *  role would help. */
bool authority_check(struct work *work, const struct command *command, enum deed deed,
                     enum team_function whose, struct outcome *outcome);

/** The function of the team that a row names. */
enum team_function authority_of_team(const struct work *work, struct uuid team);

/** The same for a lead, which belongs to its owning team. */
bool authority_over_lead(struct work *work, const struct command *command, enum deed deed,
                         const struct lead *lead, struct outcome *outcome);

/** Whether nobody active of the other side is this person, by email or external id: whom one side
 *  has named the other cannot name as its own, and sign first in their place. If not, and the
 *  caller is not the operator, the outcome is a refusal. */
bool authority_may_name(struct work *work, const struct command *command,
                        const struct member *person, enum team_function side,
                        struct outcome *outcome);

/** Whether a side that has a signer would still have one without this team, member or key. If not,
 *  and the caller is not the operator, the outcome is a refusal. */
bool authority_keeps_signer(struct work *work, const struct command *command, struct uuid gone,
                            struct outcome *outcome);

#endif
