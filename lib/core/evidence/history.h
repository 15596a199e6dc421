/*
 * A lead of the past as it was known when it was first judged, and what became of it: what a
 * back-test and suggestions look at (docs/backtest.md).
 *
 * Judging the past on what was learned later would flatter the result. So a lead is judged at the
 * earliest of
 *   - its first verdict by this term, else by any (HISTORY_FIRST_VERDICT), on what was known then;
 *   - its first handoff (HISTORY_FIRST_HANDOFF), on what was known of the time before: when it was
 *     offered, or for an `sql` definition, which asks for what sales finds out, when sales first
 *     qualified, returned or rejected it. A verdict that came after the handoff is no first
 *     judgement: an import's leads are judged later, by a capture or by applying a version;
 *   - neither judged nor handed off: the last thing that is known of it (HISTORY_LAST_TOLD).
 * What an import brought without a date belongs to the time before the first handoff.
 */
#ifndef BATON_CORE_HISTORY_H
#define BATON_CORE_HISTORY_H

#include "base/arena.h"
#include "core/definition/attribute.h"
#include "core/definition/touch.h"
#include "core/definition/verdict.h"

#include <stdbool.h>

enum history_basis {
    HISTORY_FIRST_VERDICT,
    HISTORY_FIRST_HANDOFF,
    HISTORY_LAST_TOLD,
    HISTORY_BASIS_COUNT
};

/** "first_verdict", "first_handoff", "last_told" */
const char *history_basis_name(enum history_basis basis);

/** What sales made of it. Rejections for a reason about process say nothing of the lead, and
 *  handoffs without an answer neither. */
struct history_answer {
    bool answered;          /* a sales team accepted it, or rejected it for what it is */
    bool accepted;          /* at least once */
    bool sql;               /* reached that milestone */
    bool won;               /* became a customer */
    instant sql_at, won_at; /* when, if so */
    bool sql_open;          /* sales has accepted it, and neither qualified nor returned it */
    bool won_open;          /* that, or qualified, and neither won nor lost */
};

/** What may become of a lead: what definitions are measured against. */
enum history_target { TARGET_ACCEPTED, TARGET_SQL, TARGET_WON, TARGET_COUNT };

/** "accepted", "sql", "won" */
const char *history_target_name(enum history_target target);
extern const struct input_type history_target_type;
bool history_reached(const struct history_answer *answer, enum history_target target);

enum history_outcome {
    OUTCOME_REACHED,
    OUTCOME_MISSED,
    OUTCOME_OPEN, /* sales is still at it: neither reached nor missed */
    OUTCOME_COUNT
};

/** Of an answered lead. TARGET_ACCEPTED is never open. */
enum history_outcome history_outcome(const struct history_answer *answer,
                                     enum history_target target);

/** When it reached the target. INSTANT_NONE: it has not, or no moment is kept (accepted). */
instant history_reached_at(const struct history_answer *answer, enum history_target target);

struct history_lead {
    struct uuid id;
    instant created_at;
    instant own_verdict_at;   /* the first by this term; INSTANT_NONE: none */
    instant first_verdict_at; /* the first by any term; INSTANT_NONE: never judged */
    instant first_handoff_at; /* first offered; INSTANT_NONE: never handed off */
    instant first_decided_at; /* first qualified, returned or rejected; INSTANT_NONE: never */
    struct history_answer answer;
    struct lead_origin origin;
    struct attribute_set attributes; /* with all observations */
    struct attribute_set facts;
    const struct touch *touches; /* all, newest first */
    size_t touch_count;
};

/** As it is to be judged; borrows from the lead and from the arena. */
struct history_view {
    enum history_basis basis;
    instant judged_at;
    instant known_until;    /* exclusive: what was known before; INSTANT_NONE: everything */
    size_t undated_touches; /* left out: imported without a date, after the first handoff */
    struct attribute_set attributes; /* one observation each */
    struct attribute_set facts;
    struct touch_log touches;
    struct verdict_subject subject; /* of all of it; points into this struct */
};

/** As a definition of this term would have met it. False when memory is short. Pure: the same lead
 *  gives the same view. */
bool history_view(const struct history_lead *lead, enum term term, struct arena *arena,
                  struct history_view *out);

/* ---- how long a target takes ---- */

/** Days that are counted apart; what took longer counts for the last. */
#define HISTORY_DAYS 3651
/** Leads that reached a target, below which nothing is said of how long it takes. */
#define HISTORY_MATURE_MIN 10
/** The share of them, in percent, that had reached it by the age at which a lead is mature. */
#define HISTORY_MATURE_PERCENT 90

/** Whole days from one moment to a later one, 0 to HISTORY_DAYS - 1. */
size_t history_days(instant from, instant to);

/** Given how many leads reached a target after so many days: the age by which
 *  HISTORY_MATURE_PERCENT of them had, the least such; -1 when they are too few. */
int history_mature_days(const int64_t reached_after[HISTORY_DAYS]);

#endif
