/* What the parts of the model share; see model.h. */
#ifndef BATON_TESTS_MODEL_INSIDE_H
#define BATON_TESTS_MODEL_INSIDE_H

#include "model.h"

#define NONE STEP_NONE

/* In this order, nurture and disqualified being off the way. */
enum { PROSPECT, INQUIRY, MQL, SAL, SQL, OPPORTUNITY, CUSTOMER, NURTURE, DISQUALIFIED };
enum { OFFERED, ACCEPTED, QUALIFIED, REJECTED, RETURNED, WITHDRAWN };
enum {
    REACHED_MQL = 1,
    REACHED_SAL = 2,
    REACHED_SQL = 4,
    REACHED_OPPORTUNITY = 8,
    REACHED_CUSTOMER = 16
};
enum { UNMET, UNKNOWN, MET };
enum { TOUCH_FORM, TOUCH_DEMO, TOUCH_PAGE };
enum { WORD_MQL, WORD_SQL };

/* Kinds of ledger entries, as docs/ledger.md numbers them. */
enum {
    ENTRY_CAPTURED = 1,
    ENTRY_TOUCHED,
    ENTRY_TOLD,
    ENTRY_FACTS,
    ENTRY_JUDGED,
    ENTRY_OVERRIDDEN,
    ENTRY_MERGED,
    ENTRY_ABSORBED,
    ENTRY_ERASED,
    ENTRY_UPDATED = 11,
    ENTRY_COLLIDED = 14,
    ENTRY_ERASURE_ASKED,
    ENTRY_OFFERED = 20,
    ENTRY_CLAIMED,
    ENTRY_RELEASED,
    ENTRY_ASSIGNED,
    ENTRY_ACCEPTED,
    ENTRY_REJECTED,
    ENTRY_RETURNED,
    ENTRY_QUALIFIED,
    ENTRY_WITHDRAWN,
    ENTRY_DISPUTED = 30,
    ENTRY_UPHELD,
    ENTRY_CONCEDED,
    ENTRY_FEEDBACK,
    ENTRY_OPPORTUNITY,
    ENTRY_WON,
    ENTRY_LOST,
};

struct model_verdict {
    int result; /* UNMET: not qualified, UNKNOWN: unclear, MET: qualified */
    int score;
    int size, form;
};

/* ---- answers ---- */
void model_put(struct reply_item *item, enum field field, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void model_refuse(struct reply *wanted, int status, const char *code);
struct reply_item *model_answer(struct reply *wanted, int status);
struct reply_item *model_add_item(struct reply *wanted);
void model_say_lead(const struct model *model, int lead, struct reply_item *item);
void model_say_verdict(const struct model *model, int lead, struct reply_item *item);
void model_say_handoff(const struct model *model, int handoff, struct reply_item *item);
void model_say_open(const struct model *model, int lead, struct reply_item *item);

/* ---- leads ---- */
int model_follow(const struct model *model, int lead);
void model_record(struct model_lead *lead, int kind, int who);
bool model_learn(struct model_known *known, int value, int64_t at);
int64_t model_moment(const struct model *model, int when);
struct model_verdict model_judged(const struct model *model, const struct model_lead *lead,
                                  int version);
bool model_sql_met(const struct model *model, const struct model_lead *lead);
void model_judge(struct model *model, int lead, int who);
int model_offer(struct model *model, int lead, enum model_team from, enum model_team to,
                const char *kind, int version, int who);
void model_lift(struct model_lead *lead, enum model_hold hold);

/** The lead that a step is about; NONE when it was refused. */
int model_lead_of(const struct model *model, struct uuid id, struct reply *wanted);

/* ---- what is done ---- */
void model_capture(struct model *model, const struct deed *deed, struct reply *wanted);
void model_batch(struct model *model, const struct deed *deed, struct reply *wanted);
void model_touch(struct model *model, const struct deed *deed, struct reply *wanted);
void model_patch(struct model *model, const struct deed *deed, struct reply *wanted);
void model_facts(struct model *model, const struct deed *deed, struct reply *wanted);
void model_override(struct model *model, const struct deed *deed, struct reply *wanted);
void model_merge(struct model *model, const struct deed *deed, struct reply *wanted);
void model_erase(struct model *model, const struct deed *deed, struct reply *wanted);
void model_get_lead(struct model *model, const struct deed *deed, struct reply *wanted);
void model_make_offer(struct model *model, const struct deed *deed, struct reply *wanted);
void model_claim(struct model *model, const struct deed *deed, struct reply *wanted);
void model_answer_handoff(struct model *model, const struct deed *deed, struct reply *wanted);
void model_get_handoff(struct model *model, const struct deed *deed, struct reply *wanted);

#endif
