/*
 * Suggestions: what the answers of sales say about a definition, and how it could be better
 * (docs/suggestions.md). Of the gathered leads that count, criteria, attributes in no criterion and
 * thresholds are tried, each by Fisher's exact test against a target (accepted, sql or won),
 * corrected for their number (Bonferroni), so that on answers by chance at most one in twenty
 * workspaces is suggested anything at all. What stands out is made a draft, and the draft is tried
 * on the same leads: one that changes no verdict, or changes them for the worse, is not shown.
 */
#ifndef BATON_CORE_SUGGESTION_H
#define BATON_CORE_SUGGESTION_H

#include "core/evidence/fisher.h"
#include "core/evidence/proportion.h"
#include "core/evidence/suggestion_draft.h"

/** Below these counts nothing is suggested: leads that count in all, and on each side of a test. */
#define SUGGESTION_LEADS_MIN 100
#define SUGGESTION_EACH_MIN  20
/** What may be suggested by chance: by criteria and attributes, by thresholds; together 5 %. */
#define SUGGESTION_ALPHA           0.04
#define SUGGESTION_THRESHOLD_ALPHA 0.01
/** Suggestions that are made, at most. */
#define SUGGESTIONS_MAX 10
/** Numbers with more values than this are tried at their deciles, else value by value. */
#define SUGGESTION_VALUES_FEW 5
/** The share of leads that reached the target that the second threshold keeps, in percent. */
#define SUGGESTION_KEEP_PERCENT 95
/** A criterion that is unknown of so many leads, in percent, is worth asking for. */
#define SUGGESTION_ASK_PERCENT 25

struct suggestion_threshold {
    bool found;
    int32_t threshold;
    struct proportion precision, recall; /* of the leads that nothing but the total decides */
    double f1;
};

struct suggestion_left_out {
    const char *name;
    bool asked; /* by who asks; else sales reported it */
};

struct suggestions {
    const char *why_none; /* a sentence when there is none; else NULL */
    struct suggestion items[SUGGESTIONS_MAX];
    size_t count;
    struct suggestion_rates answered; /* all leads */
    struct suggestion_rates all;      /* those that count */
    int64_t open, immature;           /* those that do not */
    int mature_days;                  /* -1: too few reached the target to say */
    size_t tests;                     /* of criteria and attributes */
    struct suggestion_split criteria[CRITERIA_MAX];
    bool ask_for[CRITERIA_MAX]; /* much unknown: a finding of its own */
    struct suggestion_threshold best_f1, keep;
    struct suggestion_left_out left_out[SUGGESTION_NAMES_MAX]; /* attributes, by name */
    size_t left_out_count;
};

/** Tries everything; document is the definition's. The same leads give the same suggestions, in any
 *  order. ERR_OUT_OF_MEMORY. */
enum err suggestion_make(struct suggestion_set *set, const json_t *document,
                         struct suggestions *out) MUST_USE;

/** How often the target is reached when it is met, relative to when it is not, and its interval at
 *  95 % by logarithms (D. Katz et al., Biometrics 34 (1978), 469–474). False when a count is zero.
 */
bool suggestion_lift(const struct suggestion_split *split, double *lift, struct interval *interval);

#endif
