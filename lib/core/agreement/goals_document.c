#include "core/agreement/goals_document.h"

#include "base/currency_input.h"

#include <string.h>

static const char *const measure_names[GOAL_MEASURE_COUNT] = {
#define X(name, text, ...) text,
    GOAL_MEASURE_TABLE(X)
#undef X
};
static const enum goal_unit units[GOAL_MEASURE_COUNT] = {
#define X(name, text, unit, words) unit,
    GOAL_MEASURE_TABLE(X)
#undef X
};
static const char *const words[GOAL_MEASURE_COUNT] = {
#define X(name, text, unit, words) words,
    GOAL_MEASURE_TABLE(X)
#undef X
};
static const char *const period_names[PERIOD_COUNT] = {"week", "month", "quarter", "year"};
static const char *const side_names[SIDE_COUNT] = {"marketing", "sales"};

enum goal_unit goal_measure_unit(enum goal_measure measure)
{
    return units[measure];
}

const char *goal_measure_name(enum goal_measure measure)
{
    return measure_names[measure];
}

const char *goal_measure_words(enum goal_measure measure)
{
    return words[measure];
}

const char *goal_period_name(enum goal_period period)
{
    return period_names[period];
}

static const struct input_type measure_type = {
    .kind = INPUT_ENUM, .values = measure_names, .max = GOAL_MEASURE_COUNT - 1};
static const struct input_type period_type = {
    .kind = INPUT_ENUM, .values = period_names, .max = PERIOD_COUNT - 1};
static const struct input_type side_type = {
    .kind = INPUT_ENUM, .values = side_names, .max = SIDE_COUNT - 1};
static const struct input_type target_type = {.kind = INPUT_INT, .min = 1, .max = INT64_C(1) << 50};

static const struct input_field goal_fields[] = {
    {"side", &side_type, AT(struct goal, side), .required = true},
    {"measure", &measure_type, AT(struct goal, measure), .required = true,
     .otherwise = GOAL_MEASURE_COUNT},
    {"period", &period_type, AT(struct goal, period), .required = true},
    {"target", &target_type, AT(struct goal, target), .required = true},
    {"currency", &input_currency_code, AT(struct goal, currency)},
};

static bool check_goal(struct input *in, const struct input_node *at, void *out)
{
    const struct goal *goal = out;
    const struct input_node target = input_member(at, "target");
    const struct input_node currency = input_member(at, "currency");

    if (goal->measure == GOAL_MEASURE_COUNT)
        return true;
    bool money = units[goal->measure] == GOAL_MONEY;
    if (money && currency.json == NULL)
        return input_fault(in, &currency, "required", "Money is in a currency");
    if (!money && currency.json != NULL)
        return input_fault(in, &currency, "not_allowed", "Only money has a currency");
    if (units[goal->measure] == GOAL_PERCENT && goal->target > 100)
        return input_fault(in, &target, "max", "100 percent is all");
    return true;
}

static const struct input_spec goal_spec =
    INPUT_SPEC(goal_fields, struct goal, .check = check_goal);
static const struct input_type goal_type = {.kind = INPUT_OBJECT, .of = &goal_spec};
static const struct input_type goals_type = {
    .kind = INPUT_ARRAY, .min = 1, .max = GOALS_IN_DOCUMENT_MAX, .item = &goal_type};

static const struct input_field document_fields[] = {
    {"goals", &goals_type, AT(struct goals_document, goals), COUNT(struct goals_document, count),
     .required = true},
    {"signers", &signers_type, AT(struct goals_document, signers)},
};
static const struct input_spec document_spec = INPUT_SPEC(document_fields, struct goals_document);

/* Two that could contradict each other. */
static void check_twins(const struct goals_document *goals, struct faults *faults)
{
    for (size_t i = 0; i < goals->count; i++) {
        for (size_t k = 0; k < i; k++) {
            const struct goal *a = &goals->goals[i], *b = &goals->goals[k];
            const char *place = pointer_index(faults->arena, "/goals", i);
            if (place != NULL && a->side == b->side && a->measure == b->measure &&
                a->period == b->period && strcmp(a->currency, b->currency) == 0)
                faults_add(faults, place, "duplicate", "Goal %zu is of the same side and period",
                           k);
        }
    }
}

enum err goals_document_read(const json_t *document, struct arena *arena, struct faults *faults,
                             struct goals_document *out)
{
    struct input in = {.arena = arena, .faults = faults, .where = "body", .copies = true};
    const struct input_node root = input_root(document, "");

    if (input_object(&in, &root, &document_spec, out))
        check_twins(out, faults);
    if (arena_failed(arena))
        return ERR_OUT_OF_MEMORY;
    return faults_any(faults) ? ERR_INVALID_DEFINITION : ERR_NONE;
}
