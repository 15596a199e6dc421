#include "core/definition/condition.h"

#include "core/definition/verdict.h"

bool conditions_begin(struct conditions *conditions, struct arena *arena, struct faults *faults)
{
    *conditions = (struct conditions){
        .reader = {.in = {.arena = arena, .faults = faults, .where = "body", .copies = true},
                   .warnings = faults},
        .definition = ARENA_NEW(arena, struct definition),
        .criteria = ARENA_ARRAY(arena, struct criterion, CONDITIONS_MAX),
    };
    conditions->reader.in.context = &conditions->reader;
    conditions->reader.definition = conditions->definition;
    return reader_begin(&conditions->reader) && conditions->definition != NULL &&
           conditions->criteria != NULL;
}

bool conditions_add(struct conditions *conditions, const json_t *test, const char *pointer,
                    size_t *at)
{
    struct definition *definition = conditions->definition;
    const struct input_node root = input_root(test, pointer);

    if (definition->criteria_count == CONDITIONS_MAX)
        return input_fault(&conditions->reader.in, &root, "too_many",
                           "One document has at most %d tests", CONDITIONS_MAX);
    *at = definition->criteria_count++;
    struct criterion *criterion = &conditions->criteria[*at];
    *criterion = (struct criterion){.kind = CRITERION_FIT, .has_test = true};
    return reader_test(&conditions->reader, &root, &criterion->test);
}

const struct definition *conditions_end(struct conditions *conditions)
{
    struct definition *definition = conditions->definition;

    definition->criteria = conditions->criteria;
    definition->arena = conditions->reader.in.arena;
    reader_end(&conditions->reader);
    return arena_failed(definition->arena) ? NULL : definition;
}

void conditions_ask(const struct definition *tests, const struct verdict_subject *subject,
                    enum criterion_result results[CONDITIONS_MAX])
{
    struct verdict verdict;

    verdict_evaluate(tests, subject, &verdict);
    for (size_t i = 0; i < tests->criteria_count; i++)
        results[i] = verdict.criteria[i].result;
}
