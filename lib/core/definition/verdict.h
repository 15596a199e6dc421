/*
 * A verdict: a definition applied to what is known about a lead at a moment.
 *
 * Logic is three-valued. What nobody has said makes a test unknown (why: missing), a value of
 * another type than the test asks for likewise (why: type). `not` turns met and unmet about;
 * `all` is unmet when one is unmet, met when all are met; `any` the other way round;
 * `at_least n` is met when n are met, unmet when n cannot be reached any more; else unknown.
 * Counts of touches are always known.
 *
 * result:
 *   not_qualified  a disqualifier is met, or a required criterion is unmet, or a threshold would
 *                  be missed even with the unknown required criteria met at their most points
 *   unclear        none of that, and a required criterion is unknown
 *   qualified      no disqualifier met, all required criteria met, every threshold reached
 * An unknown disqualifier does not block. Unknown optional criteria give no points.
 */
#ifndef BATON_CORE_VERDICT_H
#define BATON_CORE_VERDICT_H

#include "base/json_out.h"
#include "core/definition/definition.h"
#include "core/definition/verdict_subject.h"

const char *criterion_result_name(enum criterion_result result);

enum verdict_result {
    VERDICT_QUALIFIED,
    VERDICT_UNCLEAR,
    VERDICT_NOT_QUALIFIED,
    VERDICT_RESULT_COUNT
};

const char *verdict_result_name(enum verdict_result result);
bool verdict_result_parse(const char *name, enum verdict_result *out);

enum unknown_why { WHY_NONE, WHY_MISSING, WHY_TYPE };

/** What a criterion saw: the subject that decided it. A simple test has only one; otherwise it is
 *  the first one whose result is the criterion's. */
struct verdict_criterion {
    enum criterion_result result;
    enum unknown_why why;         /* when unknown */
    const struct test_node *node; /* the simple test that decided */
    const struct value *seen;     /* borrowed from the subject; NULL: nothing, or touches */
    int64_t touches;              /* counted, in millionths, when node is a touch test */
    int32_t points;               /* given */
};

struct verdict {
    enum verdict_result result;
    int32_t score; /* the sum of scores, which are the sums of points */
    int32_t scores[SCORE_KINDS];
    size_t criteria_count;
    struct verdict_criterion criteria[CRITERIA_MAX]; /* in the definition's order */
    size_t ask_for_count;
    const char *ask_for[NAMES_MAX]; /* unclear: the names whose values would settle it */
};

/** Allocates nothing; *out borrows from the definition and the subject. Thread-safe. */
void verdict_evaluate(const struct definition *definition, const struct verdict_subject *subject,
                      struct verdict *out);

/** The same when the caller has already found the values: values[i] belongs to
 *  definition->names[i]; NULL was never given, VALUE_NULL was given as empty. The subject's
 *  attributes and facts are not used. */
void verdict_evaluate_values(const struct definition *definition, const struct value *const *values,
                             const struct verdict_subject *subject, struct verdict *out);

/** The scores and the result that follow from the results of the criteria: fills everything but
 *  criteria, which are given, and ask_for. */
void verdict_conclude(const struct definition *definition, struct verdict *verdict);

/** Whether the total alone decides: no disqualifier is met, all that is required is met, and every
 *  other threshold holds. */
bool verdict_total_decides(const struct definition *definition, const struct verdict *verdict);

/** The verdict as the API shows it. */
void verdict_write(const struct definition *definition, const struct verdict *verdict,
                   int64_t version, struct json_out *out);

/** The verdict as the ledger keeps it: sorted keys, integers and codes, nothing personal. */
void verdict_write_ledger(const struct definition *definition, const struct verdict *verdict,
                          int64_t version, struct json_out *out);

#endif
