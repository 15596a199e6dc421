/* Checks that need the whole definition. */
#include "core/definition/definition_reader.h"
#include "core/definition/verdict_compare.h"

#include <string.h>

/* ---- points and thresholds ---- */

static bool counts_for(const struct criterion *criterion, int threshold)
{
    return criterion->kind != CRITERION_DISQUALIFIER &&
           (threshold == THRESHOLD_TOTAL || (int)criterion->kind == threshold);
}

static int32_t least_points(const struct criterion *criterion)
{
    int32_t least = criterion->has_test ? criterion->points : INT32_MAX;

    for (size_t i = 0; i < criterion->tiers_count; i++)
        if (criterion->tiers[i].points < least)
            least = criterion->tiers[i].points;
    return least;
}

int32_t definition_most_score(const struct definition *definition, int threshold)
{
    int32_t sum = 0;

    for (size_t i = 0; i < definition->criteria_count; i++) {
        const struct criterion *criterion = &definition->criteria[i];
        if (counts_for(criterion, threshold) && (criterion->required || criterion->most_points > 0))
            sum += criterion->most_points;
    }
    return sum;
}

/* The lowest score that a lead with all required criteria met can have. */
static int32_t certain(const struct definition *definition, int threshold)
{
    int32_t sum = 0;

    for (size_t i = 0; i < definition->criteria_count; i++) {
        const struct criterion *criterion = &definition->criteria[i];
        if (counts_for(criterion, threshold) &&
            (criterion->required || least_points(criterion) < 0))
            sum += least_points(criterion);
    }
    return sum;
}

static void check_threshold(struct definition_reader *reader, int threshold)
{
    const struct definition *definition = reader->definition;
    int32_t wanted = definition->thresholds[threshold];
    int32_t most = definition_most_score(definition, threshold);
    const char *place = pointer_join(reader->in.arena, "/thresholds", threshold_name(threshold));

    if (wanted > most)
        faults_add(reader->in.faults, place, "unreachable",
                   "%d can never be reached: the criteria give %d at most", (int)wanted, (int)most);
    else if (wanted <= certain(definition, threshold))
        reader_warn(reader, place, "always_reached",
                    "Every lead that meets the required criteria reaches %d", (int)wanted);
}

static bool any_threshold(const struct definition *definition)
{
    for (int i = 0; i < THRESHOLD_COUNT; i++)
        if (definition->has_threshold[i])
            return true;
    return false;
}

static void check_points(struct definition_reader *reader)
{
    const struct definition *definition = reader->definition;
    bool required = false;

    for (size_t i = 0; i < definition->criteria_count; i++) {
        const struct criterion *criterion = &definition->criteria[i];
        required = required || criterion->required;
        if (criterion->kind == CRITERION_DISQUALIFIER || criterion->required)
            continue;
        bool worthless = criterion->most_points == 0 && least_points(criterion) == 0;
        bool uncounted = !definition->has_threshold[criterion->kind] &&
                         !definition->has_threshold[THRESHOLD_TOTAL];
        if (worthless || uncounted)
            reader_warn(reader, criterion->pointer, "no_effect",
                        worthless ? "It is worth no points and not required"
                                  : "No threshold counts its points and it is not required");
    }
    if (!required && !any_threshold(definition))
        reader_warn(reader, "/thresholds", "no_effect",
                    "Without a threshold or a required criterion every lead qualifies");
}

/* ---- tests that exclude or imply each other ---- */

static bool same_subject(const struct test_node *a, const struct test_node *b)
{
    return a->kind == b->kind && (a->kind == TEST_ATTRIBUTE || a->kind == TEST_FACT) &&
           strcmp(a->name, b->name) == 0;
}

/* Whether the test is met only by a few values, which are returned. */
static size_t values_of(const struct test_node *node, const struct value **values)
{
    if (node->op != OP_EQ && node->op != OP_IN)
        return 0;
    *values = node->op == OP_EQ ? &node->value : node->value.items;
    return node->op == OP_EQ ? 1 : node->value.len;
}

/* Only tests that do not depend on the time can be compared here. */
static bool is_timeless(const struct test_node *node)
{
    return node->op != OP_WITHIN_DAYS && node->op != OP_EXISTS;
}

/* How many of a's values also meet b; false when a is not met by a list of values. */
static bool values_meeting(const struct test_node *a, const struct test_node *b, size_t *meeting,
                           size_t *count)
{
    const struct value *values;

    *meeting = 0;
    *count = values_of(a, &values);
    if (*count == 0 || !is_timeless(b))
        return false;
    for (size_t i = 0; i < *count; i++)
        *meeting += verdict_compare(b, &values[i], 0) == RESULT_MET;
    return true;
}

static bool is_lower_bound(const struct test_node *node)
{
    return node->op == OP_GT || node->op == OP_GTE;
}

static bool is_upper_bound(const struct test_node *node)
{
    return node->op == OP_LT || node->op == OP_LTE;
}

static bool both_bounds(const struct test_node *a, const struct test_node *b)
{
    return (is_lower_bound(a) || is_upper_bound(a)) && (is_lower_bound(b) || is_upper_bound(b)) &&
           (a->date == INSTANT_NONE) == (b->date == INSTANT_NONE);
}

static int order_bounds(const struct test_node *a, const struct test_node *b)
{
    if (a->date != INSTANT_NONE)
        return (a->date > b->date) - (a->date < b->date);
    return value_order(&a->value, &b->value);
}

static bool bounds_exclude(const struct test_node *a, const struct test_node *b)
{
    const struct test_node *lower = is_lower_bound(a) ? a : b;
    const struct test_node *upper = is_lower_bound(a) ? b : a;

    if (!is_lower_bound(lower) || !is_upper_bound(upper))
        return false;
    int order = order_bounds(lower, upper);
    return order > 0 || (order == 0 && (lower->op == OP_GT || upper->op == OP_LT));
}

/* Whether no value can meet both. False when that is not easy to see. */
static bool exclude(const struct test_node *a, const struct test_node *b)
{
    size_t meeting, count;

    if (!same_subject(a, b))
        return false;
    if (a->op == OP_EXISTS || b->op == OP_EXISTS)
        return (a->op == OP_EXISTS && !a->value.boolean) !=
               (b->op == OP_EXISTS && !b->value.boolean);
    if (values_meeting(a, b, &meeting, &count) || values_meeting(b, a, &meeting, &count))
        return meeting == 0;
    return both_bounds(a, b) && bounds_exclude(a, b);
}

/* Whether every value that meets a also meets b. False when that is not easy to see. */
static bool implies(const struct test_node *a, const struct test_node *b)
{
    size_t meeting, count;

    if (!same_subject(a, b))
        return false;
    if (values_meeting(a, b, &meeting, &count))
        return meeting == count;
    if (!both_bounds(a, b) || is_lower_bound(a) != is_lower_bound(b))
        return false;
    int order = order_bounds(a, b);
    if (order == 0)
        return a->op == b->op || a->op == OP_GT || a->op == OP_LT;
    return is_lower_bound(a) ? order > 0 : order < 0;
}

/* A simple test without which its criterion cannot be met. */
struct necessary {
    const struct criterion *criterion;
    const struct test_node *node;
};

static void gather_necessary(const struct definition *definition, const struct criterion *criterion,
                             size_t at, struct necessary *out, size_t *count)
{
    const struct test_node *nodes = definition->nodes;

    if (nodes[at].kind == TEST_ATTRIBUTE || nodes[at].kind == TEST_FACT)
        out[(*count)++] = (struct necessary){criterion, &nodes[at]};
    if (nodes[at].kind != TEST_ALL)
        return;
    for (size_t child = at + 1; child < nodes[at].end; child = nodes[child].end)
        gather_necessary(definition, criterion, child, out, count);
}

static void compare_necessary(struct definition_reader *reader, const struct necessary *a,
                              const struct necessary *b)
{
    if (a->criterion == b->criterion) {
        if (exclude(a->node, b->node))
            reader_warn(reader, b->criterion->pointer, "never_met",
                        "Its tests of %s exclude each other", b->node->name);
        return;
    }
    bool a_required = a->criterion->required;
    bool b_required = b->criterion->required;
    if (a_required && b_required && exclude(a->node, b->node))
        reader_warn(reader, b->criterion->pointer, "excluded",
                    "Criterion %s asks for another %s: no single value meets both",
                    a->criterion->id, b->node->name);
}

/* Finds a required criterion whose every lead is disqualified; only simple disqualifiers are
 * considered. */
static void compare_disqualifier(struct definition_reader *reader, const struct necessary *a,
                                 const struct criterion *other)
{
    const struct test_node *node = &reader->definition->nodes[other->test];

    if (other->kind == CRITERION_DISQUALIFIER && other->has_test && a->criterion->required &&
        node->kind >= TEST_ATTRIBUTE && implies(a->node, node))
        reader_warn(reader, other->pointer, "excluded",
                    "Whatever meets the required criterion %s is disqualified by this",
                    a->criterion->id);
}

static void check_contradictions(struct definition_reader *reader)
{
    const struct definition *definition = reader->definition;
    struct necessary tests[TESTS_PER_DEFINITION];
    size_t count = 0;

    for (size_t i = 0; i < definition->criteria_count; i++)
        if (definition->criteria[i].has_test)
            gather_necessary(definition, &definition->criteria[i], definition->criteria[i].test,
                             tests, &count);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = i + 1; k < count; k++)
            compare_necessary(reader, &tests[i], &tests[k]);
        for (size_t k = 0; k < definition->criteria_count; k++)
            compare_disqualifier(reader, &tests[i], &definition->criteria[k]);
    }
}

/* ---- tiers ---- */

static const char *tier_place(struct definition_reader *reader, const struct criterion *criterion,
                              size_t tier)
{
    return arena_printf(reader->in.arena, "%s/tiers/%zu", criterion->pointer, tier);
}

/* A tier is never used when another one with at least as many points is met whenever it is. */
static bool is_hidden(const struct definition *definition, const struct criterion *criterion,
                      size_t tier)
{
    const struct test_node *node = &definition->nodes[criterion->tiers[tier].test];

    for (size_t i = 0; i < criterion->tiers_count; i++) {
        const struct tier *other = &criterion->tiers[i];
        bool more = other->points > criterion->tiers[tier].points ||
                    (other->points == criterion->tiers[tier].points && i < tier);
        if (i != tier && more && implies(node, &definition->nodes[other->test]))
            return true;
    }
    return false;
}

static void check_tiers(struct definition_reader *reader, const struct criterion *criterion)
{
    const struct definition *definition = reader->definition;

    for (size_t i = 0; i < criterion->tiers_count; i++) {
        const struct test_node *node = &definition->nodes[criterion->tiers[i].test];
        const struct test_node *base = &definition->nodes[criterion->test];
        if (criterion->has_test && exclude(base, node))
            reader_warn(reader, tier_place(reader, criterion, i), "never_met",
                        "The criterion's test and this tier exclude each other");
        else if (is_hidden(definition, criterion, i))
            reader_warn(reader, tier_place(reader, criterion, i), "no_effect",
                        "Another tier with at least as many points is met whenever this one is");
    }
}

/* ---- counts that are always met ---- */

static void check_count(struct definition_reader *reader, const struct criterion *criterion,
                        const struct test_node *node)
{
    if (node->kind != TEST_TOUCHES || node->touches->wanted != 0)
        return;
    if (node->op == OP_GTE)
        reader_warn(reader, criterion->pointer, "always_met",
                    "A count of touches is always at least 0");
    if (node->op == OP_LT)
        reader_warn(reader, criterion->pointer, "never_met",
                    "A count of touches is never less than 0");
}

static void check_criterion(struct definition_reader *reader, const struct criterion *criterion)
{
    const struct definition *definition = reader->definition;

    check_tiers(reader, criterion);
    if (!criterion->has_test)
        return;
    for (size_t i = criterion->test; i < definition->nodes[criterion->test].end; i++)
        check_count(reader, criterion, &definition->nodes[i]);
}

void definition_check(struct definition_reader *reader)
{
    const struct definition *definition = reader->definition;

    for (int i = 0; i < THRESHOLD_COUNT; i++)
        if (definition->has_threshold[i])
            check_threshold(reader, i);
    check_points(reader);
    check_contradictions(reader);
    for (size_t i = 0; i < definition->criteria_count; i++)
        check_criterion(reader, &definition->criteria[i]);
    if (definition->reasons_count == 0)
        reader_warn(reader, "/reasons", "required",
                    "Without reasons nobody can reject or return a lead");
}
