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

struct calendar; /* core/calendar/calendar.h */

struct team {
    struct uuid id;
    const char *name; /* its name in the API */
    const char *title;
    enum team_function function;
    bool active;
    const char *calendar; /* JSON as given; NULL: it has none */
    instant created_at;
    const struct calendar *working_time; /* the calendar, compiled; NULL: day and night count */
};

struct member {
    struct uuid id;
    struct uuid team;
    const char *name;
    const char *email;           /* may be NULL */
    const char *external_source; /* may be NULL, with external_id */
    const char *external_id;
    bool active;
    instant created_at;
};

struct api_key {
    struct uuid id;
    struct uuid team;
    struct uuid member; /* nil: the team's own */
    const char *title;
    unsigned roles;
    uint8_t secret_hash[DIGEST_BYTES];
    struct actor made_by;
    instant created_at;
    instant revoked_at; /* INSTANT_NONE: valid */
};

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

const char *overdue_then_name(enum overdue_then then);

struct route_rule {
    struct uuid from_team;
    struct uuid to_team;
    bool gated;
    enum term gate;
    bool automatic;
    enum overdue_then overdue;
    struct uuid escalate_to; /* a team, with OVERDUE_ESCALATE; else nil */
};

enum definition_state {
    DEFINITION_DRAFT,      /* may be edited */
    DEFINITION_PROPOSED,   /* frozen and hashed */
    DEFINITION_DECLINED,   /* by one side; final */
    DEFINITION_SIGNED,     /* by both sides; waits for effective_from */
    DEFINITION_IN_FORCE,   /* at most one per term */
    DEFINITION_SUPERSEDED, /* by a later version; final */
    DEFINITION_STATE_COUNT
};

const char *definition_state_name(enum definition_state state);

enum side { SIDE_MARKETING, SIDE_SALES, SIDE_COUNT };

struct signature {
    bool given;
    struct uuid member;
    struct uuid key;
    struct actor key_made_by;
    uint8_t hash[DIGEST_BYTES];
    instant signed_at;
};

/** One version of the definition of a term. */
struct definition_version {
    struct uuid id; /* subject of its ledger chain */
    enum term term;
    int version;
    enum definition_state state;
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
    struct uuid declined_by;
    instant declined_at;
    const char *decline_reason;
    struct signature signatures[SIDE_COUNT];
    const struct uuid *acknowledged_by; /* members */
    const instant *acknowledged_at;
    size_t acknowledged_count;
    const struct definition *compiled; /* NULL while a draft */
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
    int revision;
    instant created_at;
    const struct mapping *compiled; /* lib/core/intake/mapping.h */
};

struct config {
    struct uuid workspace;
    const char *name;
    int64_t version;
    uint8_t secret[32]; /* key of the HMACs of idempotency keys */
    const struct team *teams;
    size_t team_count;
    const struct member *members;
    size_t member_count;
    const struct api_key *keys;
    size_t key_count;
    const struct route_rule *routes; /* by ordinal */
    size_t route_count;
    const struct definition_version *definitions; /* by term and version */
    size_t definition_count;
    const struct definition_version *in_force[TERM_COUNT]; /* NULL: none */
    const struct source *sources;
    size_t source_count;
    void *owner; /* for the owner of the snapshot; NULL for one on the stack */
};

/* All of these return NULL when there is none. */
const struct team *config_team(const struct config *config, struct uuid id);
const struct team *config_team_named(const struct config *config, const char *name);
const struct member *config_member(const struct config *config, struct uuid id);
/** The active member of this team with this email; of any team when team is nil. */
const struct member *config_member_by_email(const struct config *config, struct uuid team,
                                            const char *email);
const struct member *config_member_by_external(const struct config *config, struct uuid team,
                                               const char *source, const char *id);
const struct api_key *config_key(const struct config *config, struct uuid id);
/** Whether a key is still valid: not revoked, and its member (if it has one) and its team
 *  active. */
bool config_key_stands(const struct config *config, const struct api_key *key);
const struct source *config_source(const struct config *config, struct uuid id);
const struct definition_version *config_definition(const struct config *config, enum term term,
                                                   int version);
/** The route from one team to the other; NULL: there is none. */
const struct route_rule *config_route(const struct config *config, struct uuid from,
                                      struct uuid to);
/** A team's name, or NULL for nil or unknown. */
const char *config_team_name(const struct config *config, struct uuid id);

#endif
