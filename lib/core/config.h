/*
 * The configuration of one workspace as a snapshot: read once per config_version, immutable, shared
 * by threads, reference-counted by the store.
 */
#ifndef BATON_CORE_CONFIG_H
#define BATON_CORE_CONFIG_H

#include "base/digest.h"
#include "base/instant.h"
#include "base/uuid.h"
#include "core/definition/definition.h"
#include "core/definition/touch.h"
#include "core/ledger/ledger.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a key may do; bits as stored. */
enum role {
    ROLE_CAPTURE = 1,
    ROLE_WORK = 2,
    ROLE_SIGN = 4, /* members' keys only */
    ROLE_REPORT = 8,
    ROLE_READ = 16,
    ROLE_ADMIN = 32,
};

#define ROLE_COUNT 6
/** Any valid key: every key has at least one role. */
#define ROLE_ANY ((1u << ROLE_COUNT) - 1)

/** "capture" … for a single bit; NULL for any other number. */
const char *role_name(unsigned role);
/** The bit, or 0 when the word names no role. */
unsigned role_parse(const char *name);
/** A role, as the number of its bit. */
extern const struct input_type role_type;

struct calendar;     /* core/calendar/calendar.h */
struct distribution; /* core/distribution/distribution.h */

struct team {
    struct uuid id;
    const char *name; /* its name in the API */
    const char *title;
    enum team_function function;
    bool active;
    const char *calendar;     /* JSON as given; NULL: it has none */
    const char *distribution; /* JSON, members by their ids; NULL: everything waits in the queue */
    instant created_at;
    const struct calendar *working_time; /* the calendar, compiled; NULL: day and night count */
    const struct distribution *deals;    /* compiled; NULL: none */
};

struct absence; /* core/calendar/absence.h */

/** How much distribution gives a member; what they take themselves is their own affair. */
struct capacity {
    bool per_day_limited;
    int per_day; /* offers of one day */
    bool open_limited;
    int open_limit; /* handoffs in hand at once: offered to them alone, or accepted and not decided
                     */
};

struct member {
    struct uuid id;
    struct uuid team;
    const char *name;
    const char *email;           /* may be NULL */
    const char *external_source; /* may be NULL, with external_id */
    const char *external_id;
    bool active;
    const char *hours;  /* JSON: a calendar of their own; NULL: their team's */
    const char *absent; /* JSON: when they are away; NULL: never */
    struct capacity capacity;
    int notify; /* what they want mail about: core/setup/notify.h; 0: they have not said */
    instant created_at;
    const struct calendar *working_time; /* of the two, compiled; NULL: day and night */
    const struct absence *absences;      /* compiled */
    size_t absence_count;
};

struct api_key {
    struct uuid id;
    struct uuid team;
    struct uuid member; /* nil: the team's own */
    const char *title;
    unsigned roles;
    int32_t rate_limit; /* units a minute of each server; 0: the server's default */
    uint8_t secret_hash[DIGEST_BYTES];
    struct actor made_by;
    instant created_at;
    instant revoked_at; /* INSTANT_NONE: valid */
};

/* ---- what both sides agree on ---- */

/** The documents that bind both sides. A definition of a term has the term's number. */
enum agreement_kind {
    AGREEMENT_MQL = TERM_MQL,
    AGREEMENT_SRL = TERM_SRL,
    AGREEMENT_SQL = TERM_SQL,
    AGREEMENT_ROUTES,
    AGREEMENT_GOALS,
    AGREEMENT_KIND_COUNT
};

/** Whether two rows are one person: the same email or external id. */
bool member_is_same_person(const struct member *a, const struct member *b);

/** "mql" … "routes", "goals" */
const char *agreement_kind_name(enum agreement_kind kind);
bool agreement_kind_parse(const char *name, enum agreement_kind *out);
bool agreement_is_definition(enum agreement_kind kind);

/* What becomes of an offer that is not answered in time. */
#define OVERDUE_THEN_TABLE(X)                                                                      \
    X(KEEP, "keep")           /* it stays, first in the queue, and they are reminded */            \
    X(ESCALATE, "escalate")   /* at once it is another team's */                                   \
    X(GIVE_BACK, "give_back") /* after as much time again it is offered elsewhere, or reviewed */

enum overdue_then {
#define X(name, text) OVERDUE_##name,
    OVERDUE_THEN_TABLE(X)
#undef X
        OVERDUE_THEN_COUNT
};

extern const struct input_type overdue_then_type;

#define ROUTE_REMINDERS_MAX 5

/** A way for leads from one team to another, as the routes in force say. */
struct route_rule {
    struct uuid from_team;
    struct uuid to_team;
    enum term gates[TERM_COUNT];   /* in the order in which they are tried: one is enough */
    size_t gate_count;             /* 0: only between teams of one function */
    const struct definition *when; /* met by the leads that it is for; NULL: all */
    bool named;                    /* only for leads of accounts that both sides have named */
    bool automatic;
    enum overdue_then overdue;
    struct uuid escalate_to; /* a team, with OVERDUE_ESCALATE; else nil */
    /* the shares of the time to answer at which the receiving team is reminded, rising */
    int remind_at_percent[ROUTE_REMINDERS_MAX];
    size_t reminder_count;
};

bool route_has_gate(const struct route_rule *route, enum term term);

/** What the routes say beside the ways. */
struct route_terms {
    struct uuid referee;    /* the member who decides an appealed dispute; nil: nobody */
    bool grants_unanswered; /* a request of sales that nobody answers is granted, else declined */
    int32_t unanswered_minutes; /* after so long; 0: it waits */
};

enum agreement_state {
    AGREEMENT_DRAFT,      /* may be edited */
    AGREEMENT_PROPOSED,   /* frozen and hashed */
    AGREEMENT_DECLINED,   /* by one side; final */
    AGREEMENT_SIGNED,     /* by both, and waits for effective_from */
    AGREEMENT_IN_FORCE,   /* at most one of a kind is in this state or the next */
    AGREEMENT_SUSPENDED,  /* by one side, which may resume it: nothing passes by it meanwhile */
    AGREEMENT_SUPERSEDED, /* by a later version; final */
    AGREEMENT_REVOKED,    /* signed, and taken back by one side before it was in force; final */
    AGREEMENT_DELETED,    /* a draft that nobody wants; final, and its document is gone */
    AGREEMENT_STATE_COUNT
};

const char *agreement_state_name(enum agreement_state state);

enum side { SIDE_MARKETING, SIDE_SALES, SIDE_COUNT };

const char *side_name(enum side side);

struct signature {
    enum side side;
    struct uuid member;
    struct uuid key;
    struct actor key_made_by;
    uint8_t hash[DIGEST_BYTES];
    instant signed_at;
    const char *evidence; /* JSON: ids of the back-tests that it rests on; NULL: none */
};

struct agreement_comment {
    struct uuid id;
    struct uuid member;
    const char *criterion; /* id; NULL: on the whole */
    struct uuid backtest;  /* the job whose result it points at; nil: none */
    const char *text;
    instant at;
    int asks_for_changes; /* 1: by a signer, who would sign with them; else 0, which is stored as
                             null */
    const char *edits;    /* JSON: core/agreement/document_edit.h; NULL: none are suggested */
};

struct signers; /* core/definition/signers.h */

/** One version of what both sides agree on. */
struct agreement_version {
    struct uuid id; /* subject of its ledger chain */
    enum agreement_kind kind;
    int version;
    enum agreement_state state;
    const char *document; /* JSON text as it was sent */
    int revision;
    uint8_t hash[DIGEST_BYTES]; /* set when it is proposed */
    instant effective_from;
    instant in_force_from;
    instant superseded_at;
    struct uuid created_by;
    instant created_at;
    struct uuid proposed_by;
    instant proposed_at;
    struct uuid declined_by; /* or revoked by */
    instant declined_at;
    const char *decline_reason;
    struct uuid suspended_by;
    instant suspended_at;
    const char *suspend_reason;
    const struct signature *signatures; /* in the order in which they were given */
    size_t signature_count;
    const struct uuid *acknowledged_by; /* members */
    const instant *acknowledged_at;
    size_t acknowledged_count;
    const struct agreement_comment *comments; /* in the order in which they were made */
    size_t comment_count;
    const struct definition *compiled; /* of a definition; NULL while a draft, or deleted */
    const struct signers *signers;     /* whom its document asks to sign; NULL: one of each side */
};

struct source {
    struct uuid id;
    const char *name;
    struct uuid team;
    const char *auth;    /* JSON, without secrets */
    const char *mapping; /* JSON */
    /* Only for a source whose deliveries are signed: */
    const char *secret;     /* NULL: none, or none that this process can open */
    instant secret_since;   /* since when it is used */
    const char *old_secret; /* the previous one, which is accepted … */
    instant old_until;      /* … until then; NULL and INSTANT_NONE: none */
    bool active;
    const char *fetch_secret; /* shown when something is fetched for it; NULL: none that opens */
    bool erases;              /* deletions that its sender reports erase people here */
    int revision;
    instant created_at;
    const struct mapping *compiled; /* lib/core/intake/mapping.h */
};

/** What a team wants to be sent: core/setup/subscription.h. */
struct subscription {
    struct uuid id;
    const char *name;
    struct uuid team;
    const char *events; /* JSON array of patterns */
    const char *where;  /* JSON: core/setup/subscription_where.h; NULL: all of them */
    int include;        /* enum subscription_include */
    unsigned kind;      /* enum target_kind: core/setup/target.h */
    const char *url;
    const char *template;  /* JSON; NULL unless it is one */
    const char *secrets;   /* JSON {name: text}; NULL: none, or none that this process can open */
    unsigned state;        /* enum subscription_state */
    const char *off_cause; /* a code, when Baton has switched it off */
    int revision;
    instant secret_since;
    instant old_secret_since; /* of the secret that counts as well … */
    instant old_secret_until; /* … until then; INSTANT_NONE: none */
    instant created_at;
    int64_t made_pos;     /* the ledger's: what stands after it is sent; of a new one not known */
    const char *warnings; /* JSON array of faults, of when it was last changed */
    const struct definition *compiled; /* its `where`; NULL: none, or it does not compile */
};

struct stage_words; /* core/lead/stage_words.h */

struct config {
    struct uuid workspace;
    const char *name;
    int64_t version;
    uint8_t secret[32];       /* key of the HMACs of idempotency keys */
    struct digest_key macs;   /* the same, made ready */
    bool has_blocks;          /* somebody who was erased is not to come back */
    uint8_t salt[SALT_BYTES]; /* of what the ledger holds of rows that are no lead's */
    const struct team *teams;
    size_t team_count;
    const struct member *members;
    size_t member_count;
    const struct api_key *keys;
    size_t key_count;
    const struct route_rule *routes; /* of the version in force, in its order */
    size_t route_count;
    struct route_terms route_terms;
    const struct agreement_version *agreements; /* by kind and version */
    size_t agreement_count;
    /** Also one that is suspended: it judges, and lets nothing pass (config_is_suspended()). NULL:
     * none. */
    const struct agreement_version *in_force[AGREEMENT_KIND_COUNT];
    const struct source *sources;
    size_t source_count;
    const struct subscription *subscriptions;
    size_t subscription_count;
    const struct stage_words *stages; /* those of which the workspace has said anything */
    size_t stage_count;
    void *owner; /* for the owner of the snapshot; NULL for one on the stack */
};

/* All of these return NULL when there is none. */
const struct team *config_team(const struct config *config, struct uuid id);
const struct team *config_team_named(const struct config *config, const char *name);
const struct member *config_member(const struct config *config, struct uuid id);
/** The active member of this team with this email; of any team when team is nil. */
const struct member *config_member_by_email(const struct config *config, struct uuid team,
                                            const char *email);
/** The active member of this team with this id or email, however it is written. */
const struct member *config_member_known_as(const struct config *config, struct uuid team,
                                            const char *named, struct arena *arena);
const struct member *config_member_by_external(const struct config *config, struct uuid team,
                                               const char *source, const char *id);
const struct api_key *config_key(const struct config *config, struct uuid id);
/** Whether a key is still valid: not revoked, and its member (if it has one) and its team
 *  active. */
bool config_key_stands(const struct config *config, const struct api_key *key);
const struct source *config_source(const struct config *config, struct uuid id);
const struct subscription *config_subscription(const struct config *config, struct uuid id);
const struct agreement_version *config_agreement(const struct config *config,
                                                 enum agreement_kind kind, int version);
/** The same, of a definition. */
const struct agreement_version *config_definition(const struct config *config, enum term term,
                                                  int version);
/** The route that a handoff between these teams came by: the first whose gates name its term, or
 * that is without a gate like it; else the first between them. NULL: none leads there any more. */
const struct route_rule *config_route_of(const struct config *config, struct uuid from,
                                         struct uuid to, bool gated, enum term term);
/** Whether one side has suspended what is agreed: then it lets nothing pass. */
bool config_is_suspended(const struct config *config, enum agreement_kind kind);
/** A team's name, or NULL for nil or unknown. */
const char *config_team_name(const struct config *config, struct uuid id);

#endif
