/*
 * The ledger's format. An entry belongs to a subject (a lead, a definition, a team, the workspace)
 * and is chained to the subject's previous entry. The byte table and a worked entry are in
 * docs/ledger.md; the format is permanent.
 *
 * hash = SHA-256("baton1" ‖ workspace[16] ‖ subject[16] ‖ seq[8] ‖ kind[2] ‖ time µs[8] ‖
 *                actor kind[1] ‖ actor[16] ‖ team[16] ‖ body length[4] ‖ body ‖ prev[32]),
 * integers big-endian, an absent actor or team sixteen zero bytes, the first prev 32 zero bytes.
 */
#ifndef BATON_CORE_LEDGER_H
#define BATON_CORE_LEDGER_H

#include "base/arena.h"
#include "base/digest.h"
#include "base/instant.h"
#include "base/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers are stored and never reused for something else; names are the event types, which need not
 * be unique. */
#define LEDGER_KIND_TABLE(X)                                                                       \
    X(LEAD_CAPTURED, 1, "lead.captured")                                                           \
    X(TOUCH_RECORDED, 2, "lead.touched")                                                           \
    X(ATTRIBUTES_TOLD, 3, "lead.told")                                                             \
    X(FACTS_CONFIRMED, 4, "lead.facts")                                                            \
    X(VERDICT_GIVEN, 5, "lead.judged")                                                             \
    X(VERDICT_OVERRIDDEN, 6, "lead.overridden")                                                    \
    X(LEAD_MERGED, 7, "lead.merged")                                                               \
    X(LEAD_ABSORBED, 8, "lead.absorbed")                                                           \
    X(LEAD_ERASED, 9, "lead.erased")                                                               \
    X(LEAD_IMPORTED, 10, "lead.imported")                                                          \
    X(LEAD_UPDATED, 11, "lead.updated")                                                            \
    X(LEAD_REMINDED, 12, "lead.reminded")                                                          \
    X(LEAD_REVIEWED, 13, "lead.reviewed")                                                          \
    X(LEAD_COLLIDED, 14, "lead.collided")                                                          \
    X(LEAD_ERASURE_ASKED, 15, "lead.erasure_asked")                                                \
    X(LEAD_ERASURE_DECLINED, 16, "lead.erasure_declined")                                          \
    X(HANDOFF_APPEALED, 17, "handoff.appealed")                                                    \
    X(HANDOFF_REQUESTED, 18, "handoff.requested")                                                  \
    X(HANDOFF_DECLINED, 19, "handoff.declined")                                                    \
    X(HANDOFF_OFFERED, 20, "handoff.offered")                                                      \
    X(HANDOFF_CLAIMED, 21, "handoff.claimed")                                                      \
    X(HANDOFF_RELEASED, 22, "handoff.released")                                                    \
    X(HANDOFF_ASSIGNED, 23, "handoff.assigned")                                                    \
    X(HANDOFF_ACCEPTED, 24, "handoff.accepted")                                                    \
    X(HANDOFF_REJECTED, 25, "handoff.rejected")                                                    \
    X(HANDOFF_RETURNED, 26, "handoff.returned")                                                    \
    X(HANDOFF_QUALIFIED, 27, "handoff.qualified")                                                  \
    X(HANDOFF_WITHDRAWN, 28, "handoff.withdrawn")                                                  \
    X(HANDOFF_EXPIRED, 29, "handoff.expired")                                                      \
    X(HANDOFF_DISPUTED, 30, "handoff.disputed")                                                    \
    X(HANDOFF_UPHELD, 31, "handoff.upheld")                                                        \
    X(HANDOFF_CONCEDED, 32, "handoff.conceded")                                                    \
    X(FEEDBACK_GIVEN, 33, "handoff.feedback")                                                      \
    X(OUTCOME_OPPORTUNITY, 34, "handoff.outcome")                                                  \
    X(OUTCOME_WON, 35, "handoff.outcome")                                                          \
    X(OUTCOME_LOST, 36, "handoff.outcome")                                                         \
    X(HANDOFF_IMPORTED, 37, "handoff.imported")                                                    \
    X(HANDOFF_REMINDED, 38, "handoff.reminded")                                                    \
    X(LEAD_UNMERGED, 39, "lead.unmerged")                                                          \
    X(DEFINITION_DRAFTED, 40, "definition.drafted")                                                \
    X(DEFINITION_EDITED, 41, "definition.replaced")                                                \
    X(DEFINITION_PROPOSED, 42, "definition.proposed")                                              \
    X(DEFINITION_SIGNED, 43, "definition.signed")                                                  \
    X(DEFINITION_DECLINED, 44, "definition.declined")                                              \
    X(DEFINITION_ACKNOWLEDGED, 45, "definition.acknowledged")                                      \
    X(DEFINITION_IN_FORCE, 46, "definition.in_force")                                              \
    X(DEFINITION_SUPERSEDED, 47, "definition.superseded")                                          \
    X(AGREEMENT_DRAFTED, 80, "agreement.drafted")                                                  \
    X(AGREEMENT_EDITED, 81, "agreement.replaced")                                                  \
    X(AGREEMENT_PROPOSED, 82, "agreement.proposed")                                                \
    X(AGREEMENT_SIGNED, 83, "agreement.signed")                                                    \
    X(AGREEMENT_DECLINED, 84, "agreement.declined")                                                \
    X(AGREEMENT_ACKNOWLEDGED, 85, "agreement.acknowledged")                                        \
    X(AGREEMENT_IN_FORCE, 86, "agreement.in_force")                                                \
    X(AGREEMENT_SUPERSEDED, 87, "agreement.superseded")                                            \
    X(AGREEMENT_SUSPENDED, 88, "agreement.suspended")                                              \
    X(AGREEMENT_RESUMED, 89, "agreement.resumed")                                                  \
    X(AGREEMENT_REVOKED, 90, "agreement.revoked")                                                  \
    X(AGREEMENT_DELETED, 91, "agreement.deleted")                                                  \
    X(AGREEMENT_COMMENTED, 92, "agreement.commented")                                              \
    X(WORKSPACE_CREATED, 60, "workspace.created")                                                  \
    X(TEAM_CREATED, 61, "team.created")                                                            \
    X(TEAM_UPDATED, 62, "team.updated")                                                            \
    X(MEMBER_CREATED, 63, "member.created")                                                        \
    X(MEMBER_UPDATED, 64, "member.updated")                                                        \
    X(KEY_CREATED, 65, "key.created")                                                              \
    X(KEY_REVOKED, 66, "key.revoked")                                                              \
    X(ROUTES_REPLACED, 67, "routes.replaced")                                                      \
    X(SOURCE_CREATED, 68, "source.created")                                                        \
    X(SOURCE_UPDATED, 69, "source.updated")                                                        \
    X(DELIVERY_RECEIVED, 70, "delivery.received")                                                  \
    X(DELIVERY_REPLAYED, 71, "delivery.replayed")                                                  \
    X(SIGNING_KEY_REPLACED, 72, "signing_key.replaced")                                            \
    X(SOURCE_SECRET_ROTATED, 73, "source.secret_rotated")                                          \
    X(SOURCE_SECRET_RETIRED, 74, "source.secret_retired")                                          \
    X(ACCOUNT_UPDATED, 75, "account.updated")                                                      \
    X(CAMPAIGN_UPDATED, 76, "campaign.updated")                                                    \
    X(STAGE_UPDATED, 77, "stage.updated")                                                          \
    X(ATTRIBUTION_SETUP_MADE, 78, "attribution_setup.made")                                        \
    X(IMPORT_ENDED, 79, "import.ended")                                                            \
    X(BLOCK_LIFTED, 93, "block.lifted")                                                            \
    X(SUBSCRIPTION_CREATED, 120, "subscription.created")                                           \
    X(SUBSCRIPTION_UPDATED, 121, "subscription.updated")                                           \
    X(SUBSCRIPTION_DELETED, 122, "subscription.deleted")                                           \
    X(SUBSCRIPTION_SECRET_ROTATED, 123, "subscription.secret_rotated")                             \
    X(SUBSCRIPTION_SWITCHED_OFF, 124, "subscription.switched_off")                                 \
    X(SUBSCRIPTION_TESTED, 125, "subscription.tested")                                             \
    X(SUBSCRIPTION_REPLAYED, 126, "subscription.replayed")                                         \
    X(WEEK_ENDED, 127, "week.ended")                                                               \
    X(CONTENT_UPDATED, 140, "content.updated")                                                     \
    X(RATES_REPLACED, 141, "rates.replaced")

/** Kinds below this one are of leads, and no other is: a lead's entries are found by it. None
 * is free any more; who needs more gives this another form, here. */
#define LEDGER_LEAD_KINDS_END 40

enum ledger_kind {
#define X(name, number, text) LEDGER_##name = number,
    LEDGER_KIND_TABLE(X)
#undef X
};

/** The event type, such as "lead.captured"; NULL for an unknown number. */
const char *ledger_kind_name(int kind);

enum actor_kind {
    ACTOR_SYSTEM,   /* Baton itself: what is due, offers, jobs */
    ACTOR_MEMBER,   /* a person */
    ACTOR_KEY,      /* a tool with a team's key, no person named */
    ACTOR_OPERATOR, /* the operator, using the command line */
    ACTOR_KIND_COUNT
};

const char *actor_kind_name(enum actor_kind kind);

struct actor {
    enum actor_kind kind;
    struct uuid id; /* nil for the system and the operator */
};

struct ledger_entry;

/** The head of a subject's chain. seq 0: no entry yet. */
struct chain {
    int64_t seq;
    instant at;
    uint8_t hash[DIGEST_BYTES]; /* of the last entry; while that is open, of the one before it */
    struct ledger_entry *last;  /* when it is not saved yet */
    bool open;                  /* the last entry may be given another body, and has no hash yet */
};

struct ledger_entry {
    struct uuid subject;
    int64_t seq;
    enum ledger_kind kind;
    instant at;
    struct actor actor;
    struct uuid team; /* nil when the actor has no team */
    const char *body; /* JSON, keys sorted, integers and strings only */
    size_t body_len;
    uint8_t hash[DIGEST_BYTES];
};

/** Fills entry->hash from the other members and the hash before it. */
void ledger_hash(struct ledger_entry *entry, struct uuid workspace,
                 const uint8_t prev[DIGEST_BYTES]);

/** Makes the chain's next entry: seq, at = the later of now and the previous entry's time; and
 * moves the chain's head, which keeps a pointer to the entry. The one before is closed, this one is
 * open. The entry borrows body. */
void ledger_append(struct chain *chain, struct ledger_entry *entry, struct uuid workspace,
                   instant now);

/** Gives the last entry of a chain, which must be open, another body. */
void ledger_amend(struct chain *chain, const char *body, size_t body_len);

/** Gives the last entry its hash, if it is open: whatever uses that, or saves the entry, closes it
 *  first. */
void ledger_close(struct chain *chain, struct uuid workspace);

/** The first member of a body that has it: commitments to rows as the entry leaves them, each by
 *  columns_row_name(). '_' sorts before the names of all other members. */
#define LEDGER_ROWS "_rows"

#define SALT_BYTES 16

/** HMAC-SHA256(salt, field ‖ 0 ‖ value): what the ledger holds in place of personal data. */
void ledger_commit(const uint8_t salt[SALT_BYTES], const char *field, const char *value,
                   size_t value_len, uint8_t out[DIGEST_BYTES]);

/** The same by a salt that was made ready, once for all that it commits to. */
void ledger_commit_by(const struct digest_key *salt, const char *field, const char *value,
                      size_t value_len, uint8_t out[DIGEST_BYTES]);

#endif
