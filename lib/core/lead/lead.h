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

/* What must happen with a lead next; docs/handoff.md says what Baton does when it is due. */
#define LEAD_STEP_TABLE(X)                                                                         \
    X(ANSWER, "answer")       /* the receiving team answers the offer */                           \
    X(DECIDE, "decide")       /* it has accepted: qualify or return */                             \
    X(NURTURE, "nurture")     /* judged again then */                                              \
    X(OFFER, "offer")         /* meets a gate, and nothing could be offered: tried again */        \
    X(REVIEW, "review")       /* the owner is to say what becomes of it */                         \
    X(FOLLOW_UP, "follow_up") /* a date of the owner's own */

enum lead_step {
    STEP_NONE,
#define X(name, text) STEP_##name,
    LEAD_STEP_TABLE(X)
#undef X
        STEP_COUNT
};

const char *lead_step_name(enum lead_step step); /* NULL for none */
extern const struct input_type lead_step_type;

/** What stands in next.why: a code, and what it is about after ": " where there is something. */
#define NEXT_WHY_MAX_BYTES 128

/** How often somebody is reminded of what is overdue or to be reviewed. */
#define REMIND_EVERY INSTANT_DAY
/** How long a lead that meets a gate and could not be offered waits until it is tried again, when
 * the configuration does not change. */
#define OFFER_RETRY INSTANT_DAY
/** Rounds of nurture after which the owner is asked. */
#define NURTURE_ROUNDS_MAX 3

/** How long the side that has a lead has to answer when the other asks for its erasure. */
#define ERASURE_WAIT (2 * INSTANT_DAY)

struct lead_next {
    enum lead_step step;
    instant at; /* INSTANT_NONE without a step */
    const char *why;
    /* of nurture: how often it was judged again in vain; of a follow-up: its owner was reminded */
    int round;
    instant since; /* that this is the step */
};

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

struct handoff;

struct lead {
    enum row_state row;
    struct uuid id;
    enum lead_status status;
    enum stage stage;
    struct uuid owner_team;   /* nil unless active */
    struct uuid first_team;   /* the first that offered it; nil before */
    struct uuid last_handoff; /* nil before */
    struct lead_next next;
    struct uuid merged_into;
    const struct identity *identities;
    size_t identity_count;
    const char *words; /* what it is found by: lead_words(); NULL: not known yet */
    struct attribute_set attributes;
    struct attribute_set facts;
    struct verdict_override overrides[TERM_COUNT];
    uint8_t salt[SALT_BYTES];
    struct digest_key salt_key; /* the salt, made ready by lead_salt() */
    bool salt_ready;
    enum stage claimed_stage; /* as a sender claims; STAGE_COUNT: nothing claimed */
    enum direction origin;
    enum team_function found_by;
    instant created_at;
    instant updated_at;
    int touch_count;
    instant first_touch_at;
    instant reached[MILESTONE_COUNT]; /* INSTANT_NONE: not yet; set once */
    struct amount amount;
    instant erasure_asked_at;       /* by the side that does not have it; INSTANT_NONE: not */
    struct uuid erasure_asked_by;   /* a team of that side */
    bool held;                      /* nothing is offered by itself: see lead_is_held() */
    const char *const *hold_inputs; /* a change in one of these lifts the hold */
    size_t hold_input_count;
    struct chain chain;
    const struct lead *stored; /* of a changed one: as it stands in the database */
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

/** The lead's salt for commitments, made ready when it is first asked for. */
const struct digest_key *lead_salt(struct lead *lead);
/** As of one who is erased: what the ledger holds of them can be compared with nothing any more. */
void lead_forget_salt(struct lead *lead);

/** A milestone is reached once, when it is first reached. */
void lead_reach(struct lead *lead, enum milestone milestone, instant at);
/** Never lowers a stage on the way to customer; what waits or is disqualified rises. */
void lead_raise(struct lead *lead, enum stage stage);
/** The next step and its date; none at a stage that is an end, but for what somebody owes whatever
 *  the stage: the answer to an offer. why is borrowed. Rounds begin anew. The same step again stays
 *  since when it was; updated_at is the present moment of a lead that is open for change. */
void lead_set_next(struct lead *lead, enum lead_step step, instant at, const char *why);
/** Its owner gives the step another date: whatever it was reminded of is seen to. */
void lead_move_next(struct lead *lead, instant at);
/** A customer, a disqualified lead, and one that is no lead any more has none. */
void lead_end_next(struct lead *lead);

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
/** The same from trees, whose texts are copied. */
enum err lead_identities_take(const json_t *root, struct arena *arena, struct lead *lead) MUST_USE;
enum err lead_overrides_take(const json_t *root, struct arena *arena, struct lead *lead) MUST_USE;

#endif
