/*
 * Suggestions: what the answers of sales say about a definition, and how it could be better
 * (docs/suggestions.md). Leads with an answer are added one by one, as they were known when first
 * judged; then criteria, attributes in no criterion and thresholds are tried, each by Fisher's
 * exact test against a target (accepted, sql or won), corrected for their number (Bonferroni), so
 * that on answers by chance at most one in twenty workspaces is suggested anything at all.
 */
#ifndef BATON_CORE_SUGGESTION_H
#define BATON_CORE_SUGGESTION_H

#include "base/error.h"
#include "core/evidence/fisher.h"
#include "core/evidence/history.h"
#include "core/evidence/proportion.h"

/** Below these counts nothing is suggested: answered leads in all, and on each side of a test. */
#define SUGGESTION_LEADS_MIN 100
#define SUGGESTION_EACH_MIN  20
/** What may be suggested by chance: by criteria and attributes, by thresholds; together 5 %. */
#define SUGGESTION_ALPHA           0.04
#define SUGGESTION_THRESHOLD_ALPHA 0.01
/** Attributes that are tried, and suggestions that are made, at most. */
#define SUGGESTION_NAMES_MAX 500
#define SUGGESTIONS_MAX      10
/** Numbers with more values than this are tried at their deciles, else value by value. */
#define SUGGESTION_VALUES_FEW 5
/** The share of leads that reached the target that the second threshold keeps, in percent. */
#define SUGGESTION_KEEP_PERCENT 95

struct suggestion_rates {
    int64_t leads, accepted, sql, won;
    int64_t hits; /* reached the target, which is one of the three */
};

/** Leads with and without something. */
struct suggestion_split {
    struct suggestion_rates with, without;
};

enum suggestion_kind {
    SUGGEST_ATTRIBUTE, /* a criterion on an attribute that is in none */
    SUGGEST_DROP,      /* without a criterion whose leads do worse */
    SUGGEST_THRESHOLD, /* another threshold of the total */
};

const char *suggestion_kind_name(enum suggestion_kind kind);

struct suggestion {
    enum suggestion_kind kind;
    const char *name;   /* of the attribute; id of the criterion */
    bool at_least;      /* the test: gte, else eq */
    struct value value; /* of the test */
    int32_t threshold;
    struct suggestion_split split;
    double p;        /* of its own test */
    double adjusted; /* times the number of tests; at most 1 */
};

struct suggestion_threshold {
    bool found;
    int32_t threshold;
    struct proportion precision, recall; /* of the leads that nothing but the total decides */
    double f1;
};

struct suggestion_set; /* being gathered */

struct suggestions {
    const char *why_none; /* a sentence when there is none; else NULL */
    struct suggestion items[SUGGESTIONS_MAX];
    size_t count;
    struct suggestion_rates all;
    size_t tests; /* of criteria and attributes */
    struct suggestion_split criteria[CRITERIA_MAX];
    struct suggestion_threshold best_f1, keep;
};

/** Memory is the arena's. NULL when it is short. */
struct suggestion_set *suggestion_begin(const struct definition *definition,
                                        enum history_target target, struct arena *arena);

/** Adds an answered lead; what is kept of it is copied. ERR_OUT_OF_MEMORY. */
enum err suggestion_add(struct suggestion_set *set, const struct history_view *view,
                        const struct history_answer *answer) MUST_USE;

/** Tries everything. The same leads give the same suggestions, in any order.
 *  ERR_OUT_OF_MEMORY. */
enum err suggestion_make(struct suggestion_set *set, struct suggestions *out) MUST_USE;

/** How often the target is reached with, relative to without, and its interval at 95 % by
 * logarithms (D. Katz et al., Biometrics 34 (1978), 469–474). False when a count is zero. */
bool suggestion_lift(const struct suggestion_split *split, double *lift, struct interval *interval);

#endif
