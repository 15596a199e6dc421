/*
 * A lead of the past as it was known when it was first judged, and what became of it: what a
 * back-test and suggestions look at (docs/backtest.md).
 *
 * Judging the past on what was learned later would flatter the result. So a lead is judged
 *   - as it was known at its first verdict by this term, else by any (HISTORY_FIRST_VERDICT);
 *   - never judged, such as imported history: on what was told of the time before its first
 *     handoff, as of that handoff (HISTORY_FIRST_HANDOFF);
 *   - never handed off either: on all that was told, as of the last thing that was
 *     (HISTORY_LAST_TOLD).
 * What an import told without a date belongs to the time before the first handoff.
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
    bool answered; /* a sales team accepted it, or rejected it for what it is */
    bool accepted; /* at least once */
    bool sql;      /* reached that milestone */
    bool won;      /* became a customer */
};

/** What may become of a lead: what definitions are measured against. */
enum history_target { TARGET_ACCEPTED, TARGET_SQL, TARGET_WON, TARGET_COUNT };

/** "accepted", "sql", "won" */
const char *history_target_name(enum history_target target);
bool history_reached(const struct history_answer *answer, enum history_target target);

struct history_lead {
    struct uuid id;
    instant created_at;
    instant first_verdict_at; /* INSTANT_NONE: never judged */
    instant first_handoff_at; /* INSTANT_NONE: never handed off */
    struct history_answer answer;
    struct attribute_set attributes; /* with all observations */
    struct attribute_set facts;
    const struct touch *touches; /* all, newest first */
    size_t touch_count;
};

/** As it is to be judged; borrows from the lead and from the arena. */
struct history_view {
    enum history_basis basis;
    instant judged_at;
    struct attribute_set attributes; /* one observation each */
    struct attribute_set facts;
    struct touch_log touches;
    struct verdict_subject subject; /* of all of it; points into this struct */
};

/** False when memory is short. Pure: the same lead gives the same view. */
bool history_view(const struct history_lead *lead, struct arena *arena, struct history_view *out);

#endif
