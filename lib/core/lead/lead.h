/* One person at one company. Rows are loaded into the work set, changed by decide, saved. */
#ifndef BATON_CORE_LEAD_H
#define BATON_CORE_LEAD_H

#include "base/error.h"
#include "core/definition/attribute.h"
#include "core/definition/definition.h"
#include "core/definition/touch.h"
#include "core/definition/verdict.h"
#include "core/ledger/ledger.h"

#include <stdbool.h>

#define STAGE_TABLE(X)                                                                             \
    X(PROSPECT, "prospect") /* fits, but has done nothing itself yet */                            \
    X(INQUIRY, "inquiry")   /* came to us, or was found with a touch of its own */                 \
    X(MQL, "mql")           /* meets the mql definition in force */                                \
    X(SRL, "srl")           /* meets the srl definition: goes ahead of nurture */                  \
    X(SAL, "sal")           /* accepted by a sales team */                                         \
    X(SQL, "sql")           /* qualified by sales */                                               \
    X(OPPORTUNITY, "opportunity")                                                                  \
    X(CUSTOMER, "customer")                                                                        \
    X(NURTURE, "nurture")           /* waits for its next date */                                  \
    X(DISQUALIFIED, "disqualified") /* by a reason alone, never by a verdict */

enum stage {
#define X(name, text) STAGE_##name,
    STAGE_TABLE(X)
#undef X
        STAGE_COUNT
};

const char *stage_name(enum stage stage);
bool stage_parse(const char *name, enum stage *out);
extern const struct input_type stage_type;

/** Customer and disqualified: nothing is to come, so a lead there has no next date. */
bool stage_is_end(enum stage stage);
/** Nurture and disqualified: beside the way to customer, so any stage on it is further. */
bool stage_is_aside(enum stage stage);

#define MILESTONE_TABLE(X)                                                                         \
    X(MQL, "mql")                                                                                  \
    X(SAL, "sal")                                                                                  \
    X(SQL, "sql")                                                                                  \
    X(OPPORTUNITY, "opportunity")                                                                  \
    X(CUSTOMER, "customer")

enum milestone {
#define X(name, text) MILESTONE_##name,
    MILESTONE_TABLE(X)
#undef X
        MILESTONE_COUNT
};

const char *milestone_name(enum milestone milestone);
bool milestone_parse(const char *name, enum milestone *out);
extern const struct input_type milestone_type;

enum lead_status {
    LEAD_ACTIVE,
    LEAD_MERGED, /* answers with its survivor */
    LEAD_ERASED, /* 410 */
};

const char *lead_status_name(enum lead_status status);

enum identity_kind { IDENTITY_EXTERNAL, IDENTITY_EMAIL, IDENTITY_ANONYMOUS };

#define IDENTITY_VALUE_MAX_BYTES  320
#define IDENTITY_SOURCE_MAX_BYTES 64
#define IDENTITIES_PER_LEAD_MAX   50

struct identity {
    enum identity_kind kind;
    const char *source; /* of an external id, by identity_source_parse(); else "" */
    const char *value;  /* an email is normalised */
};

/** The source of an external id: 1 to IDENTITY_SOURCE_MAX_BYTES letters, digits, "_", "-" and ".".
 *  Sources are compared without case, so what is kept is in lower case, a copy in the arena. NULL
 *  when it is none, or memory is short. */
const char *identity_source_parse(const char *text, struct arena *arena);
/** The same, read. */
extern const struct input_type identity_source_type;

/** The key of the identity table's source column: "email", "anonymous", "external:<source>". */
const char *identity_source_key(const struct identity *identity, struct arena *arena);
bool identity_equal(const struct identity *a, const struct identity *b);

/** A human's word against the verdict of a term, until a later one or a new version. */
struct verdict_override {
    bool given;
    enum verdict_result result;
    const char *note;
    struct uuid by;
    instant at;
    int version; /* of the definition that it speaks against */
};

/** How a row stands to the database. */
enum row_state { ROW_CLEAN, ROW_NEW, ROW_CHANGED };

struct amount {
    bool given;
    int64_t minor; /* in the currency's smallest unit */
    char currency[4];
};

struct handoff;

struct lead {
    enum row_state row;
    struct uuid id;
    enum lead_status status;
    enum stage stage;
    struct uuid owner_team; /* nil unless active */
    struct uuid first_team; /* the first that offered it; nil before */
    instant due_at;
    struct uuid merged_into;
    const struct identity *identities;
    size_t identity_count;
    struct attribute_set attributes;
    struct attribute_set facts;
    struct verdict_override overrides[TERM_COUNT];
    uint8_t salt[SALT_BYTES];
    enum stage claimed_stage; /* as a sender claims; STAGE_COUNT: nothing claimed */
    enum direction origin;
    enum team_function found_by;
    instant created_at;
    instant updated_at;
    int touch_count;
    instant first_touch_at;
    instant reached[MILESTONE_COUNT]; /* INSTANT_NONE: not yet; set once */
    struct amount amount;
    instant hold_until;             /* nothing is offered by itself before; INSTANT_NONE: no hold */
    const char *const *hold_inputs; /* a change in one of these lifts the hold */
    size_t hold_input_count;
    struct chain chain;
    /* loaded beside the row */
    struct touch_log touches;
    struct handoff *open; /* the open handoff, or NULL; owned by the work set */
};

/** The latest of this kind, or NULL. */
const struct identity *lead_identity(const struct lead *lead, enum identity_kind kind);
/** The normalised email, or NULL. */
const char *lead_email(const struct lead *lead);
/** Known by anonymous ids alone. */
bool lead_is_anonymous(const struct lead *lead);

/** A milestone is reached once, when it is first reached. */
void lead_reach(struct lead *lead, enum milestone milestone, instant at);
/** Never lowers a stage on the way to customer; what waits or is disqualified rises. */
void lead_raise(struct lead *lead, enum stage stage);
/** The next date; none at a stage that is an end. Only an open offer has its date whatever the
 *  stage: somebody is to answer it. */
void lead_set_due(struct lead *lead, instant at);

/** What verdict_evaluate() judges: the lead as it is known now. */
struct verdict_subject lead_subject(const struct lead *lead, instant now);

/** The stored forms: identities [["external", source, id], ["email", "", value], …], overrides
 *  {term: {…}} or null when there are none. */
void lead_identities_write(const struct lead *lead, struct json_out *out);
enum err lead_identities_read(const char *json, size_t len, struct arena *arena,
                              struct lead *lead) MUST_USE;
void lead_overrides_write(const struct lead *lead, struct json_out *out);
enum err lead_overrides_read(const char *json, size_t len, struct arena *arena,
                             struct lead *lead) MUST_USE;

#endif
