/* The leaves of a verdict: compares one value or one count of touches with one simple test. */
#ifndef BATON_CORE_VERDICT_COMPARE_H
#define BATON_CORE_VERDICT_COMPARE_H

#include "core/definition/definition.h"
#include "core/definition/verdict_subject.h"

/**
 * Compares a value that is present (not null) with a test of an attribute or a fact.
 * RESULT_UNKNOWN when the value is of a type that the operator cannot compare:
 *   eq ne             a scalar of the operand's class (text, number, boolean)
 *   lt lte gt gte     numbers by exact value; texts that are dates, as moments
 *   in not_in         a scalar of the class of any listed value; a list: any of its items
 *   contains          texts, without regard to ASCII case; a list: any item equal to the operand
 *   starts_with       texts, without regard to ASCII case
 *   matches_domain    a text: domain, email address or URL; the domain or one below it
 *   within_days       a text that is a date, from n days ago to now, both included
 */
enum criterion_result verdict_compare(const struct test_node *node, const struct value *value,
                                      instant now);

/** A count in millionths with a touch test. Never RESULT_UNKNOWN. */
enum criterion_result verdict_compare_count(const struct test_node *node, int64_t count);

#endif
