/*
 * What Baton should do, said once more and plainly: a workspace of two teams with one route, as
 * flat numbers, and for each thing done to it what the answer must say. It shares no code with the
 * service. Time passes in it only where a sequence says so, which lets leases lapse; what the
 * job of due steps does it knows nothing of.
 *
 * A model is plain memory, so that a search may copy it. Which uuid is which lead or handoff it
 * learns from the first answer that names it.
 */
#ifndef BATON_TESTS_MODEL_H
#define BATON_TESTS_MODEL_H

#include "sequence.h"

#include "base/uuid.h"

#include <stdbool.h>
#include <stdint.h>

#define MODEL_LEADS_MAX      64
#define MODEL_HANDOFFS_MAX   96
#define MODEL_VERSIONS_MAX   24
#define MODEL_TRAIL_MAX      250
#define MODEL_IDENTITIES_MAX 16

/* ---- what there is ---- */

enum model_team { TEAM_MARKETING, TEAM_SALES, TEAM_COUNT };

extern const char *const model_teams[TEAM_COUNT];
extern const int model_employees[3];
extern const char *const model_seniorities[2];
extern const int model_budgets[2];
extern const char *const model_touches[3];
extern const int model_cuts[2]; /* employees that a version of mql asks for */

enum model_team model_team_of(enum who who);
/** Whether this key names a member. */
bool model_is_member(enum who who);

/* Each with its own offering: by route and verdict, or by a word. */
const char *model_offer_kind(const struct step *step);
const char *model_offer_to(const struct step *step);
const char *model_reject_reason(const struct step *step);
const char *model_outcome(const struct step *step);
const char *model_outcome_reason(const struct step *step); /* NULL: none is given */
const char *model_override_term(const struct step *step);
const char *model_override_result(const struct step *step);
enum who model_assignee(const struct step *step);
int model_rating(const struct step *step);
int model_cut(const struct step *step);
bool model_automatic(const struct step *step);

/* ---- what is answered ---- */

/* Of each item of an answer, as text; "" where it is not said, or not looked at. */
#define FIELD_TABLE(X)                                                                             \
    X(STATUS, status)                                                                              \
    X(CODE, code)                                                                                  \
    X(SAME, same_bytes)                                                                            \
    X(CREATED, created)                                                                            \
    X(STAGE, stage)                                                                                \
    X(OWNER, owner)                                                                                \
    X(DUE, due)                                                                                    \
    X(RESULT, verdict)                                                                             \
    X(SCORE, score)                                                                                \
    X(VERSION, version)                                                                            \
    X(STATE, state)                                                                                \
    X(KIND, kind)                                                                                  \
    X(FROM, from)                                                                                  \
    X(TO, to)                                                                                      \
    X(GATE, gate_version)                                                                          \
    X(ASSIGNEE, assignee)                                                                          \
    X(LEASED, leased)                                                                              \
    X(CLASS, class)                                                                                \
    X(REASON, reason)                                                                              \
    X(DISPUTE, dispute)                                                                            \
    X(RATING, rating)                                                                              \
    X(OUTCOME, outcome)                                                                            \
    X(QUALIFIED, qualified_version)                                                                \
    X(CONTACTED, contacted)                                                                        \
    X(MADE_STATE, new_handoff_state)                                                               \
    X(EMAIL, email)                                                                                \
    X(EXTERNALS, externals)                                                                        \
    X(ANONYMOUS, anonymous_ids)                                                                    \
    X(DOMAIN, domain)                                                                              \
    X(EMPLOYEES, employees)                                                                        \
    X(SENIORITY, seniority)                                                                        \
    X(RIVAL, rival)                                                                                \
    X(BUDGET, budget)                                                                              \
    X(REACHED, reached)                                                                            \
    X(WAITING, waiting)                                                                            \
    X(TAKEN, taken)

enum field {
#define X(name, text) FIELD_##name,
    FIELD_TABLE(X)
#undef X
        FIELD_COUNT
};

/* Ids that an item names. */
#define REF_TABLE(X)                                                                               \
    X(LEAD, lead)                                                                                  \
    X(FIRST_DUPLICATE, first_duplicate)                                                            \
    X(SECOND_DUPLICATE, second_duplicate)                                                          \
    X(HANDOFF, handoff)                                                                            \
    X(OPEN, open_handoff)                                                                          \
    X(MADE, new_handoff)                                                                           \
    X(PREVIOUS, previous)

enum ref {
#define X(name, text) REF_##name,
    REF_TABLE(X)
#undef X
        REF_COUNT
};

#define REF_IS_LEAD(ref) ((ref) <= REF_SECOND_DUPLICATE)
#define REF_NULL         (-1)
#define REF_ANY          (-2)

#define REPLY_ITEMS_MAX 4
#define FIELD_TEXT_MAX  40 /* bytes */

struct reply_item {
    char field[FIELD_COUNT][FIELD_TEXT_MAX];
    struct uuid id[REF_COUNT]; /* in an answer that was heard; nil: null or not there */
    int ref[REF_COUNT];        /* in one that is wanted: place in the model, REF_NULL, REF_ANY */
};

struct reply {
    int count;
    struct reply_item items[REPLY_ITEMS_MAX];
};

/* One thing that was done, and what was heard. */
struct deed {
    struct step step;
    struct uuid lead, other, handoff; /* as the step's places were understood */
    const struct deed *again;         /* whose key is used again: ACT_REPEAT, ACT_REUSE */
    bool answered;                    /* if not, it was done or it was not */
    long begin, end;                  /* ticks of one clock of all clients */
    struct reply heard;
};

/* ---- the model ---- */

enum model_status { MODEL_ACTIVE, MODEL_MERGED, MODEL_ERASED };

enum model_hold { HOLD_NOT, HOLD_LONG, HOLD_FOR_SIZE, HOLD_FOR_FORM };

/* What is known, and since when: of two the later. */
struct model_known {
    int value;  /* STEP_NONE: nothing, or cleared */
    int64_t at; /* moments, then what is now; STEP_NONE: never given */
};

struct model_word {
    int version; /* 0: none given */
    bool qualified;
};

struct model_lead {
    struct uuid id; /* nil until it is learnt */
    enum model_status status;
    int into; /* merged */
    int stage;
    enum model_team owner;
    int first_team; /* that offered it; STEP_NONE */
    int identities[MODEL_IDENTITIES_MAX];
    int identity_count;
    struct model_known employees, seniority, rival, budget;
    bool domain; /* its email address said so */
    int touches[3];
    int touch_count;
    bool own[EVENTS];  /* events of another lead that it has as well */
    int erasure_asked; /* the team that asked, STEP_NONE */
    enum model_hold hold;
    struct model_word words[2]; /* mql, sql */
    unsigned reached;
    int open;                              /* handoff, STEP_NONE */
    uint8_t trail[MODEL_TRAIL_MAX];        /* kinds of its ledger entries … */
    uint8_t trail_actors[MODEL_TRAIL_MAX]; /* … and who stands there: who, or MODEL_SYSTEM */
    int trail_count;
};

#define MODEL_SYSTEM WHO_COUNT

struct model_handoff {
    struct uuid id;
    int lead;
    int state;
    const char *kind;
    enum model_team from, to;
    int version;    /* of mql at the gate, 0: none */
    int size, form; /* what the verdict at the gate said of these two criteria */
    int assignee;   /* who, STEP_NONE */
    bool leased;
    const char *class, *reason, *dispute, *outcome; /* NULL: none */
    int rating;
    int qualified_version;
    bool contacted;
    int previous;
    int offered_at; /* order of things */
};

struct model {
    struct model_lead leads[MODEL_LEADS_MAX];
    struct model_handoff handoffs[MODEL_HANDOFFS_MAX];
    int lead_count, handoff_count;
    int holders[EMAILS + EXTERNALS + ANONYMOUS]; /* of identities: lead, STEP_NONE */
    int events[EVENTS]; /* the lead that it was first reported of, from 1; 0: of none */
    int cuts[MODEL_VERSIONS_MAX + 1]; /* by version of mql */
    int mql, sql;                     /* versions in force */
    bool automatic;
    int exceptions[2]; /* used: strategic, unclear */
    int clock;
    bool strict; /* one client: the queue is known exactly */
    /* What a step takes for the time, which is the same for all that are committed together, and
     * which the ledger shows; for one client simply later than the last. */
    int64_t now;
    bool now_is_known; /* else it is that of the step before, or a little later */
    bool may_skip;     /* a claim may pass by what a killed server's session still has locked */
    bool full;         /* more than fits: nothing can be said */
};

/** A workspace with mql and sql version 1 in force and its route offering by itself. */
void model_init(struct model *model);

/** Does it, and says what is to be answered. Of a claim the answer that was heard decides which of
 *  those that wait are taken. */
void model_apply(struct model *model, const struct deed *deed, struct reply *wanted);

/** Whether what was heard is what is wanted; new ids are learnt. If not, `why` says so. */
#define MODEL_WHY_MAX 512
bool model_matches(struct model *model, const struct reply *wanted, const struct reply *heard,
                   char why[MODEL_WHY_MAX]);

/** Place of the lead with this id, STEP_NONE when there is none; merges are not followed. */
int model_find_lead(const struct model *model, struct uuid id);

#endif
