/*
 * Tests of the definition language that stand outside a definition, such as the `when` of a rule:
 * those of one document are compiled together, as the criteria of a definition that is nothing
 * else, and asked together.
 *
 *     struct conditions all;
 *     if (!conditions_begin(&all, arena, faults)) …
 *     sound = conditions_add(&all, json, "/rules/0/when", &rule->test) && sound;
 *     const struct definition *tests = conditions_end(&all);
 */
#ifndef BATON_CORE_CONDITION_H
#define BATON_CORE_CONDITION_H

#include "core/definition/definition_reader.h"
#include "core/definition/verdict_subject.h"

#define CONDITIONS_MAX CRITERIA_MAX

struct conditions {
    struct definition_reader reader;
    struct definition *definition;
    struct criterion *criteria; /* room for CONDITIONS_MAX */
};

/** The compiled tests live in the arena and borrow nothing. False: memory is short. */
bool conditions_begin(struct conditions *conditions, struct arena *arena,
                      struct faults *faults) MUST_USE;

/** Another test, whose place among the results *at is. False: its faults were added. */
bool conditions_add(struct conditions *conditions, const json_t *test, const char *pointer,
                    size_t *at);

/** NULL when memory is short. Only when all were sound. */
const struct definition *conditions_end(struct conditions *conditions);

/** The result of each, by its place. */
void conditions_ask(const struct definition *tests, const struct verdict_subject *subject,
                    enum criterion_result results[CONDITIONS_MAX]);

#endif
