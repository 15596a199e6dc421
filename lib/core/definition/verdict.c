#include "core/definition/verdict.h"

#include "core/definition/touch_counter.h"
#include "core/definition/verdict_compare.h"

#include <string.h>

/* What a simple test found. */
struct sight {
    const struct value *value;
    int64_t touches; /* in millionths */
    enum unknown_why why;
};

/* One evaluation. The arrays fit the largest definition; only the part that this definition uses is
 * ever written. */
struct judge {
    const struct definition *definition;
    const struct verdict_subject *subject;
    const struct value *values[NAMES_MAX]; /* NULL: never given, or cleared */
    bool told_empty[NAMES_MAX];
    struct touch_counter counter;
    struct sight sights[TESTS_PER_DEFINITION]; /* of simple tests */
    uint8_t results[TESTS_PER_DEFINITION];     /* enum criterion_result */
};

const char *criterion_result_name(enum criterion_result result)
{
    static const char *const names[] = {
        [RESULT_UNMET] = "unmet", [RESULT_UNKNOWN] = "unknown", [RESULT_MET] = "met"};

    return names[result];
}

static const char *const result_names[] = {
    [VERDICT_QUALIFIED] = "qualified",
    [VERDICT_UNCLEAR] = "unclear",
    [VERDICT_NOT_QUALIFIED] = "not_qualified",
};

const char *verdict_result_name(enum verdict_result result)
{
    return result_names[result];
}

bool verdict_result_parse(const char *name, enum verdict_result *out)
{
    for (int i = 0; i < (int)(sizeof result_names / sizeof *result_names); i++) {
        if (strcmp(name, result_names[i]) == 0) {
            *out = (enum verdict_result)i;
            return true;
        }
    }
    return false;
}

/* ---- what is known ---- */

static const struct value *known_value(const struct attribute *attribute, instant known_at)
{
    if (known_at == INSTANT_NONE)
        return &attribute->observations[0].value;
    const struct observation *seen = attribute_known_at(attribute, known_at);
    return seen == NULL ? NULL : &seen->value;
}

static void keep_value(struct judge *judge, size_t name, const struct value *value)
{
    judge->told_empty[name] = value != NULL && value->type == VALUE_NULL;
    judge->values[name] = judge->told_empty[name] ? NULL : value;
}

/* Both sides are sorted by name, so one pass finds all. */
static void resolve(struct judge *judge, const struct attribute_set *set, size_t from, size_t to)
{
    const struct definition_name *names = judge->definition->names;
    size_t at = 0;

    for (size_t i = from; i < to; i++) {
        int order = 1;
        while (set != NULL && at < set->count &&
               (order = strcmp(set->items[at].name, names[i].name)) < 0)
            at++;
        bool found = set != NULL && at < set->count && order == 0;
        keep_value(judge, i, found ? known_value(&set->items[at], judge->subject->known_at) : NULL);
    }
}

#define TEXT(word)                                                                                 \
    {                                                                                              \
        .type = VALUE_TEXT, .len = sizeof(word) - 1, .text = (word)                                \
    }

static void resolve_origin(struct judge *judge)
{
    static const struct value directions[] = {
        [DIRECTION_INBOUND] = TEXT("inbound"), [DIRECTION_OUTBOUND] = TEXT("outbound")};
    static const struct value finders[FUNCTION_COUNT] = {[FUNCTION_MARKETING] = TEXT("marketing"),
                                                         [FUNCTION_SALES] = TEXT("sales"),
                                                         [FUNCTION_OTHER] = TEXT("other")};
    const struct definition *definition = judge->definition;
    const struct verdict_subject *subject = judge->subject;

    for (size_t i = 0; subject->has_origin && i < definition->attributes_count; i++) {
        if (strcmp(definition->names[i].name, ORIGIN_ATTRIBUTE) == 0)
            keep_value(judge, i, &directions[subject->origin.direction]);
        else if (strcmp(definition->names[i].name, FOUND_BY_ATTRIBUTE) == 0)
            keep_value(judge, i, &finders[subject->origin.found_by]);
    }
}

/* ---- tests ---- */

/* Nobody has said it: unknown, unless the definition says that this counts against the lead. */
static enum criterion_result missing(const struct test_node *node, struct sight *sight)
{
    if (node->missing_unmet)
        return RESULT_UNMET;
    sight->why = WHY_MISSING;
    return RESULT_UNKNOWN;
}

static enum criterion_result test_named(struct judge *judge, const struct test_node *node,
                                        struct sight *sight)
{
    const struct value *value = judge->values[node->name_index];

    sight->value = value;
    if (node->op == OP_EXISTS) {
        if (value == NULL && !judge->told_empty[node->name_index])
            return missing(node, sight);
        return (value != NULL) == node->value.boolean ? RESULT_MET : RESULT_UNMET;
    }
    if (value == NULL)
        return missing(node, sight);
    enum criterion_result result = verdict_compare(node, value, judge->subject->now);
    if (result == RESULT_UNKNOWN)
        sight->why = WHY_TYPE;
    return result;
}

static enum criterion_result test_simple(struct judge *judge, size_t at)
{
    const struct test_node *node = &judge->definition->nodes[at];
    struct sight *sight = &judge->sights[at];

    *sight = (struct sight){0};
    if (node->kind != TEST_TOUCHES)
        return test_named(judge, node, sight);
    sight->touches = touch_counter_count(&judge->counter, node->touches);
    return verdict_compare_count(node, sight->touches);
}

static enum criterion_result test_at(struct judge *judge, size_t at);

static enum criterion_result test_all_or_any(struct judge *judge, const struct test_node *node,
                                             size_t at)
{
    /* The result that decides at once, and the result when no part says otherwise. */
    enum criterion_result decisive = node->kind == TEST_ALL ? RESULT_UNMET : RESULT_MET;
    enum criterion_result result = node->kind == TEST_ALL ? RESULT_MET : RESULT_UNMET;

    for (size_t child = at + 1; child < node->end; child = judge->definition->nodes[child].end) {
        enum criterion_result one = test_at(judge, child);
        if (one == decisive)
            return decisive;
        if (one == RESULT_UNKNOWN)
            result = RESULT_UNKNOWN;
    }
    return result;
}

static enum criterion_result test_at_least(struct judge *judge, const struct test_node *node,
                                           size_t at)
{
    int met = 0;
    int unknown = 0;

    for (size_t child = at + 1; child < node->end; child = judge->definition->nodes[child].end) {
        enum criterion_result one = test_at(judge, child);
        met += one == RESULT_MET;
        unknown += one == RESULT_UNKNOWN;
    }
    if (met >= node->at_least)
        return RESULT_MET;
    return met + unknown < node->at_least ? RESULT_UNMET : RESULT_UNKNOWN;
}

static enum criterion_result test_at(struct judge *judge, size_t at)
{
    const struct test_node *node = &judge->definition->nodes[at];
    enum criterion_result result;

    switch (node->kind) {
    case TEST_ALL:
    case TEST_ANY:
        result = test_all_or_any(judge, node, at);
        break;
    case TEST_NOT:
        result = (enum criterion_result)(RESULT_MET - test_at(judge, at + 1));
        break;
    case TEST_AT_LEAST:
        result = test_at_least(judge, node, at);
        break;
    default:
        result = test_simple(judge, at);
    }
    judge->results[at] = (uint8_t)result;
    return result;
}

/* ---- criteria ---- */

/* The simple test that decided: goes down to the first child with the same result as its parent
 * (the opposite one below a `not`). There always is such a child, and it was evaluated. */
static size_t deciding_test(const struct judge *judge, size_t at)
{
    const struct test_node *nodes = judge->definition->nodes;

    while (nodes[at].kind < TEST_ATTRIBUTE) {
        size_t child = at + 1;
        if (nodes[at].kind != TEST_NOT)
            while (judge->results[child] != judge->results[at])
                child = nodes[child].end;
        at = child;
    }
    return at;
}

static void explain(const struct judge *judge, size_t test, struct verdict_criterion *out)
{
    size_t at = deciding_test(judge, test);
    const struct sight *sight = &judge->sights[at];

    out->node = &judge->definition->nodes[at];
    out->seen = sight->value;
    out->touches = sight->touches;
    out->why = out->result == RESULT_UNKNOWN ? sight->why : WHY_NONE;
}

/* The highest tier that is met, or -1. *result is the greatest result of any tier, *best its tier.
 */
static int highest_tier(struct judge *judge, const struct criterion *criterion, size_t *best,
                        enum criterion_result *result)
{
    int highest = -1;

    *result = RESULT_UNMET;
    *best = 0;
    for (size_t i = 0; i < criterion->tiers_count; i++) {
        enum criterion_result one = test_at(judge, criterion->tiers[i].test);
        if (one > *result) {
            *result = one;
            *best = i;
        }
        if (one == RESULT_MET &&
            (highest < 0 || criterion->tiers[i].points > criterion->tiers[highest].points))
            highest = (int)i;
    }
    if (highest >= 0)
        *best = (size_t)highest;
    return highest;
}

static void judge_tiers_alone(struct judge *judge, const struct criterion *criterion,
                              struct verdict_criterion *out)
{
    size_t best;
    int tier = highest_tier(judge, criterion, &best, &out->result);

    out->points = tier >= 0 ? criterion->tiers[tier].points : 0;
    explain(judge, criterion->tiers[best].test, out);
}

static void judge_criterion(struct judge *judge, const struct criterion *criterion,
                            struct verdict_criterion *out)
{
    size_t best;
    enum criterion_result ignored;

    if (!criterion->has_test) {
        judge_tiers_alone(judge, criterion, out);
        return;
    }
    out->result = test_at(judge, criterion->test);
    out->points = 0;
    explain(judge, criterion->test, out);
    if (out->result != RESULT_MET)
        return;
    int tier = criterion->tiers_count == 0 ? -1 : highest_tier(judge, criterion, &best, &ignored);
    out->points = tier >= 0 ? criterion->tiers[tier].points : criterion->points;
}

/* ---- result ---- */

struct standing {
    bool disqualified;
    bool required_unmet;
    bool required_unknown;
    int32_t still_possible[THRESHOLD_COUNT]; /* points of unknown required criteria, if met */
};

static void take_stand(const struct criterion *criterion, const struct verdict_criterion *seen,
                       struct verdict *out, struct standing *standing)
{
    if (criterion->kind == CRITERION_DISQUALIFIER) {
        standing->disqualified = standing->disqualified || seen->result == RESULT_MET;
        return;
    }
    out->scores[criterion->kind] += seen->points;
    out->score += seen->points;
    if (!criterion->required)
        return;
    if (seen->result == RESULT_UNMET)
        standing->required_unmet = true;
    if (seen->result == RESULT_UNKNOWN) {
        standing->required_unknown = true;
        standing->still_possible[criterion->kind] += criterion->most_points;
        standing->still_possible[THRESHOLD_TOTAL] += criterion->most_points;
    }
}

static bool thresholds_hold(const struct definition *definition, const struct verdict *verdict,
                            const struct standing *standing)
{
    for (int i = 0; i < THRESHOLD_COUNT; i++) {
        int32_t score = i == THRESHOLD_TOTAL ? verdict->score : verdict->scores[i];
        if (definition->has_threshold[i] &&
            score + standing->still_possible[i] < definition->thresholds[i])
            return false;
    }
    return true;
}

static enum verdict_result decide(const struct definition *definition,
                                  const struct verdict *verdict, const struct standing *standing)
{
    if (standing->disqualified || standing->required_unmet ||
        !thresholds_hold(definition, verdict, standing))
        return VERDICT_NOT_QUALIFIED;
    return standing->required_unknown ? VERDICT_UNCLEAR : VERDICT_QUALIFIED;
}

bool verdict_total_decides(const struct definition *definition, const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->criteria_count; i++) {
        const struct criterion *criterion = &definition->criteria[i];
        enum criterion_result result = verdict->criteria[i].result;
        if (criterion->kind == CRITERION_DISQUALIFIER ? result == RESULT_MET
                                                      : criterion->required && result != RESULT_MET)
            return false;
    }
    for (int i = 0; i < SCORE_KINDS; i++)
        if (definition->has_threshold[i] && verdict->scores[i] < definition->thresholds[i])
            return false;
    return true;
}

/* ---- what to ask for ---- */

static void ask_for_name(struct verdict *out, const char *name)
{
    for (size_t i = 0; i < out->ask_for_count; i++)
        if (strcmp(out->ask_for[i], name) == 0)
            return;
    out->ask_for[out->ask_for_count++] = name;
}

/* The unknown simple tests that make this test unknown: parts below a known test do not matter. */
static void ask_below(const struct judge *judge, size_t at, struct verdict *out)
{
    const struct test_node *nodes = judge->definition->nodes;

    if (judge->results[at] != RESULT_UNKNOWN)
        return;
    if (nodes[at].kind >= TEST_ATTRIBUTE) {
        ask_for_name(out, nodes[at].name);
        return;
    }
    for (size_t child = at + 1; child < nodes[at].end; child = nodes[child].end)
        ask_below(judge, child, out);
}

static void ask(const struct judge *judge, struct verdict *out)
{
    const struct definition *definition = judge->definition;

    for (size_t i = 0; i < definition->criteria_count; i++) {
        const struct criterion *criterion = &definition->criteria[i];
        if (!criterion->required || out->criteria[i].result != RESULT_UNKNOWN)
            continue;
        if (criterion->has_test)
            ask_below(judge, criterion->test, out);
        else
            for (size_t k = 0; k < criterion->tiers_count; k++)
                ask_below(judge, criterion->tiers[k].test, out);
    }
}

void verdict_conclude(const struct definition *definition, struct verdict *verdict)
{
    struct standing standing = {0};

    verdict->score = 0;
    memset(verdict->scores, 0, sizeof verdict->scores);
    verdict->criteria_count = definition->criteria_count;
    verdict->ask_for_count = 0;
    for (size_t i = 0; i < definition->criteria_count; i++)
        take_stand(&definition->criteria[i], &verdict->criteria[i], verdict, &standing);
    verdict->result = decide(definition, verdict, &standing);
}

static void judge_all(struct judge *judge, struct verdict *out)
{
    const struct definition *definition = judge->definition;

    touch_counter_init(&judge->counter, definition, judge->subject);
    for (size_t i = 0; i < definition->criteria_count; i++)
        judge_criterion(judge, &definition->criteria[i], &out->criteria[i]);
    verdict_conclude(definition, out);
    if (out->result == VERDICT_UNCLEAR)
        ask(judge, out);
}

void verdict_evaluate(const struct definition *definition, const struct verdict_subject *subject,
                      struct verdict *out)
{
    struct judge judge;

    judge.definition = definition;
    judge.subject = subject;
    resolve(&judge, subject->attributes, 0, definition->attributes_count);
    resolve(&judge, subject->facts, definition->attributes_count, definition->names_count);
    resolve_origin(&judge);
    judge_all(&judge, out);
}

void verdict_evaluate_values(const struct definition *definition, const struct value *const *values,
                             const struct verdict_subject *subject, struct verdict *out)
{
    struct judge judge;

    judge.definition = definition;
    judge.subject = subject;
    for (size_t i = 0; i < definition->names_count; i++)
        keep_value(&judge, i, values[i]);
    judge_all(&judge, out);
}
