/* An offer of one lead by one team to another, and its answer. docs/handoff.md draws the states. */
#ifndef BATON_CORE_HANDOFF_H
#define BATON_CORE_HANDOFF_H

#include "core/distribution/distribution.h"
#include "core/lead/lead.h"

/* name, text, whether it is open: a lead has at most one handoff in an open state */
#define HANDOFF_STATE_TABLE(X)                                                                     \
    X(REQUESTED, "requested", true)  /* a sales team asks for it; the owner is to answer */        \
    X(OFFERED, "offered", true)      /* the receiving team is to answer by respond_by */           \
    X(ACCEPTED, "accepted", true)    /* it owns the lead and is to decide by decide_by */          \
    X(QUALIFIED, "qualified", false) /* the receiving team made it an sql */                       \
    X(REJECTED, "rejected", false)   /* with a reason; the lead never moved */                     \
    X(RETURNED, "returned", false)   /* with a reason, after accepting; the lead went back */      \
    X(EXPIRED, "expired", false)     /* not answered in time; counted against the receiver */      \
    X(WITHDRAWN, "withdrawn", false) /* by whoever began it, or the lead was erased */             \
    X(DECLINED, "declined", false)   /* a request, with a reason or for want of an answer */

enum handoff_state {
#define X(name, text, open) HANDOFF_##name,
    HANDOFF_STATE_TABLE(X)
#undef X
        HANDOFF_STATE_COUNT
};

#define HANDOFF_KIND_TABLE(X)                                                                      \
    X(STANDARD, "standard")                                                                        \
    X(UNCLEAR, "unclear")             /* exception: the verdict is unclear */                      \
    X(STRATEGIC, "strategic")         /* exception */                                              \
    X(ACCOUNT_BASED, "account_based") /* exception */                                              \
    X(OVERRIDE, "override")           /* a human's word against the verdict */                     \
    X(SELF_SOURCED, "self_sourced")   /* found by sales itself: from = to, accepted at once */     \
    X(IMPORTED, "imported")           /* history */                                                \
    X(REQUESTED, "requested")         /* asked for by sales, and granted by its owner */

enum handoff_kind {
#define X(name, text) HANDOFF_KIND_##name,
    HANDOFF_KIND_TABLE(X)
#undef X
        HANDOFF_KIND_COUNT
};

#define REJECTION_CLASS_TABLE(X)                                                                   \
    X(CONTRADICTS, "contradicts")                   /* the criterion was met by what was known */  \
    X(BAD_DATA, "bad_data")                         /* met, but the correction unmeets it */       \
    X(CONFIRMS_EXCEPTION, "confirms_exception")     /* of a handoff that was an exception */       \
    X(SHOWS_WEAK_CRITERION, "shows_weak_criterion") /* unmet, points carried the lead */           \
    X(SHOWS_GAP, "shows_gap")                       /* nothing in the definition speaks of it */   \
    X(BAD_SOURCE, "bad_source")                     /* says nothing of the criteria */             \
    X(PROCESS, "process")                           /* kept out of the definition's statistics */

enum rejection_class {
    CLASS_NONE,
#define X(name, text) CLASS_##name,
    REJECTION_CLASS_TABLE(X)
#undef X
        CLASS_COUNT
};

enum dispute {
    DISPUTE_NONE,
    DISPUTE_OPEN,
    DISPUTE_UPHELD, /* by the receiving team; may be appealed where the routes name a referee */
    DISPUTE_CONCEDED,
    DISPUTE_APPEALED,       /* waits for the referee */
    DISPUTE_UPHELD_FINALLY, /* by the referee */
    DISPUTE_COUNT
};

enum outcome_kind { OUTCOME_NONE, OUTCOME_OPPORTUNITY, OUTCOME_WON, OUTCOME_LOST };

const char *handoff_state_name(enum handoff_state state);
bool handoff_state_parse(const char *name, enum handoff_state *out);
const char *handoff_kind_name(enum handoff_kind kind);
const char *rejection_class_name(enum rejection_class klass); /* NULL for none */
bool rejection_class_parse(const char *name, enum rejection_class *out);
const char *dispute_name(enum dispute dispute);           /* NULL for none */
const char *outcome_kind_name(enum outcome_kind outcome); /* NULL for none */
bool outcome_kind_parse(const char *name, enum outcome_kind *out);

#define NOTE_MAX_BYTES   2000
#define REASON_MAX_BYTES 64

/** In which order offers are listed and claimed. */
enum handoff_order {
    HANDOFF_BY_DUE,   /* what is to be answered first */
    HANDOFF_BY_SCORE, /* the highest score first, of equal ones the oldest */
    HANDOFF_ORDER_COUNT
};

extern const struct input_type handoff_order_type;
extern const struct input_type handoff_state_type;
/** The states that are answers to an offer. */
extern const struct input_type handoff_answer_type;
/** The kinds that can be offered: all but history and what is asked for. */
extern const struct input_type handoff_offer_type;
extern const struct input_type outcome_kind_type;
extern const struct input_type note_type;

struct handoff {
    enum row_state row;
    struct uuid id;
    struct uuid lead;
    enum handoff_kind kind;
    enum handoff_state state;
    struct uuid from_team;
    struct uuid to_team;
    bool gated;
    enum term term;
    int version;              /* of the definition that let it through; 0: none */
    int64_t verdict_seq;      /* 0: none */
    int32_t score;            /* of that verdict; 0 too when there is none */
    struct uuid verdict_lead; /* in whose chain that verdict stands: a merge moves handoffs */
    const char *offer_note;   /* why an exception or override was made */
    instant offered_at;
    instant respond_by;
    instant remind_at;    /* the next reminder before that; INSTANT_NONE: none */
    struct uuid assignee; /* member; with claimed_until while it is a claim */
    instant claimed_until;
    instant accepted_at;
    struct uuid accepted_by;
    instant decide_by;
    instant first_contact_at;
    instant closed_at;
    struct uuid closed_by;
    int qualified_version;
    const char *reason;
    enum rejection_class klass;
    const char *criterion; /* JSON {id, result, seen, now} or NULL */
    const char *note;
    int rating; /* the latest given; 0: none */
    struct uuid previous;
    enum dispute dispute;
    enum outcome_kind outcome;
    const char *outcome_reason;
    instant outcome_at;
    /* by the receiving team's distribution: */
    bool dealt;
    int dealt_rule;
    enum deal_by dealt_by;
    struct uuid dealt_to; /* nil: to nobody, it waits in the queue */
    instant updated_at;
    const struct handoff *stored; /* of a changed one: as it stands in the database */
    /* loaded beside the row, when a command answers the handoff: the verdict that let it through */
    const char *verdict_body;
    size_t verdict_body_len;
    /* loaded beside the row, when it is read: see handoff_lead_with() */
    struct uuid lead_with;
    /* loaded beside the row, when it is shown with what it carries: see carried.h; JSON or NULL */
    const char *earlier;
    const char *texts;
    const char *campaigns;
    bool is_carried;            /* these three were looked for */
    const struct lead *carries; /* its lead, if it is to be shown so */
};

bool handoff_state_is_open(enum handoff_state state);
bool handoff_is_open(const struct handoff *handoff);
/** Whether a lease runs: a member has claimed the offer, and claimed_until is still to come. */
bool handoff_is_claimed(const struct handoff *handoff, instant now);
/** When Baton looks at an offer next: at respond_by, or when a member's time is over. */
instant handoff_answer_date(const struct handoff *handoff);
/** Whether its answer is late: it is offered and its time is over, or it was answered after that.
 */
bool handoff_is_overdue(const struct handoff *handoff, instant now);
/** Clears a claim that has lapsed: it is none any more, whether or not anybody released it. */
void handoff_drop_lapsed(struct handoff *handoff, instant now);

/** Whether the lead is offered or accepted. That it is asked for changes nothing about it. */
bool handoff_is_under_way(const struct lead *lead);
/** The team that has the lead with none under way; nil while one is, or without an owner. */
struct uuid handoff_lead_with(const struct lead *lead);

#endif
