#include "core/definition/definition_sentence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_name(struct text_out *out, const char *name)
{
    text_out_format(out, "%c", SENTENCE_NAME);
    text_out_put(out, name);
    text_out_format(out, "%c", SENTENCE_END);
}

/* ---- values ---- */

static void put_quoted(struct text_out *out, const struct value *value)
{
    text_out_put(out, "\"");
    for (uint32_t i = 0; i < value->len; i++) {
        unsigned char c = (unsigned char)value->text[i];
        if (c == '"' || c == '\\')
            text_out_format(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            text_out_format(out, "\\u%04x", c);
        else
            text_out_put_len(out, value->text + i, 1);
    }
    text_out_put(out, "\"");
}

static void put_real(struct text_out *out, double number)
{
    char digits[40];

    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, number);
        if (strtod(digits, NULL) == number)
            break;
    }
    text_out_put(out, digits);
}

static void put_scalar(struct text_out *out, const struct value *value)
{
    switch (value->type) {
    case VALUE_BOOL:
        text_out_put(out, value->boolean ? "true" : "false");
        break;
    case VALUE_INT:
        text_out_format(out, "%lld", (long long)value->integer);
        break;
    case VALUE_REAL:
        put_real(out, value->real);
        break;
    default:
        put_quoted(out, value);
    }
}

void sentence_put_value(struct text_out *out, const struct value *value)
{
    put_scalar(out, value);
}

void sentence_put_minutes(struct text_out *out, int32_t minutes)
{
    if (minutes % 60 == 0)
        text_out_format(out, "%d %s", (int)minutes / 60, minutes == 60 ? "hour" : "hours");
    else
        text_out_format(out, "%d %s", (int)minutes, minutes == 1 ? "minute" : "minutes");
}

static void put_separator(struct text_out *out, size_t at, size_t count, const char *last)
{
    if (at == 0)
        return;
    text_out_put(out, at + 1 == count ? last : ", ");
}

static void put_list(struct text_out *out, const struct value *list, const char *last)
{
    for (uint32_t i = 0; i < list->len; i++) {
        put_separator(out, i, list->len, last);
        put_scalar(out, &list->items[i]);
    }
}

/* Domains are named, not quoted. */
static void put_domains(struct text_out *out, const struct value *list, const char *last)
{
    for (uint32_t i = 0; i < list->len; i++) {
        put_separator(out, i, list->len, last);
        put_name(out, list->items[i].text);
    }
}

static void put_names(struct text_out *out, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put_separator(out, i, count, " or ");
        put_name(out, names[i]);
    }
}

/* ---- attributes and facts ---- */

/* The operator with the opposite meaning. */
static enum test_op opposite(enum test_op op)
{
    static const enum test_op others[] = {
        [OP_EQ] = OP_NE,  [OP_NE] = OP_EQ,  [OP_LT] = OP_GTE,    [OP_LTE] = OP_GT,
        [OP_GT] = OP_LTE, [OP_GTE] = OP_LT, [OP_IN] = OP_NOT_IN, [OP_NOT_IN] = OP_IN,
    };

    return others[op];
}

static bool has_opposite(enum test_op op)
{
    return op <= OP_NOT_IN;
}

static const char *order_words(enum test_op op, bool dates)
{
    switch (op) {
    case OP_LT:
        return dates ? "is before " : "is less than ";
    case OP_LTE:
        return dates ? "is on or before " : "is at most ";
    case OP_GT:
        return dates ? "is after " : "is more than ";
    default:
        return dates ? "is on or after " : "is at least ";
    }
}

static void put_order(struct text_out *out, const struct test_node *node, enum test_op op)
{
    bool dates = node->date != INSTANT_NONE;

    text_out_put(out, order_words(op, dates));
    if (dates)
        text_out_put_len(out, node->value.text, node->value.len);
    else
        put_scalar(out, &node->value);
}

static void put_membership(struct text_out *out, const struct value *list, bool negated)
{
    if (list->len == 1 || !negated)
        text_out_put(out, negated ? "is not " : "is ");
    else
        text_out_put(out, list->len == 2 ? "is neither " : "is none of ");
    put_list(out, list, negated && list->len == 2 ? " nor " : " or ");
}

static void put_domain_test(struct text_out *out, const struct value *list, bool negated)
{
    if (list->len == 1)
        text_out_put(out, negated ? "is outside the domain " : "is within the domain ");
    else
        text_out_put(out, negated ? "is outside the domains " : "is within one of the domains ");
    put_domains(out, list, negated ? " and " : " or ");
}

static void put_days_test(struct text_out *out, const struct value *days, bool negated)
{
    text_out_put(out, negated ? "does not lie within " : "lies within ");
    if (days->integer == 1)
        text_out_put(out, "the last day");
    else
        text_out_format(out, "the last %lld days", (long long)days->integer);
}

static void put_text_test(struct text_out *out, const struct test_node *node, bool negated)
{
    bool start = node->op == OP_STARTS_WITH;

    if (negated)
        text_out_put(out, start ? "does not start with " : "does not contain ");
    else
        text_out_put(out, start ? "starts with " : "contains ");
    put_scalar(out, &node->value);
}

static void put_predicate(struct text_out *out, const struct test_node *node, bool negated)
{
    enum test_op op = node->op;

    if (negated && has_opposite(op)) {
        op = opposite(op);
        negated = false;
    }
    switch (op) {
    case OP_EQ:
    case OP_NE:
        text_out_put(out, op == OP_EQ ? "is " : "is not ");
        put_scalar(out, &node->value);
        break;
    case OP_LT:
    case OP_LTE:
    case OP_GT:
    case OP_GTE:
        put_order(out, node, op);
        break;
    case OP_IN:
    case OP_NOT_IN:
        put_membership(out, &node->value, op == OP_NOT_IN);
        break;
    case OP_EXISTS:
        text_out_put(out, node->value.boolean != negated ? "has a value" : "is known to be empty");
        break;
    case OP_MATCHES_DOMAIN:
        put_domain_test(out, &node->value, negated);
        break;
    case OP_WITHIN_DAYS:
        put_days_test(out, &node->value, negated);
        break;
    default:
        put_text_test(out, node, negated);
    }
}

/* What is missing counts as unmet where the definition says so: then the test is "known, and …",
 * and its opposite "not known, or …", in brackets within other tests. */
static void put_named(struct text_out *out, const struct test_node *node, bool negated, bool inner)
{
    bool brackets = node->missing_unmet && negated && inner;

    if (brackets)
        text_out_put(out, "(");
    if (node->kind == TEST_FACT)
        text_out_put(out, "the fact ");
    put_name(out, node->name);
    if (node->missing_unmet)
        text_out_put(out, negated ? " is not known or" : " is known and");
    text_out_put(out, " ");
    put_predicate(out, node, negated);
    if (brackets)
        text_out_put(out, ")");
}

/* ---- touches ---- */

/* One value of one part, after which nothing can be misread. */
static bool has_one_value(const struct touch_filter *filter)
{
    size_t values = filter->kinds_count;

    for (int i = 0; i < DIMENSION_COUNT; i++)
        values += filter->dimensions[i].count;
    return values == 1;
}

/* A comma stands between parts where several values or parts could be read together. */
static void put_filter(struct text_out *out, const struct touch_filter *filter)
{
    const char *comma = "";

    if (filter->kinds_count > 0) {
        text_out_put(out, " of kind ");
        put_names(out, filter->kinds, filter->kinds_count);
        comma = ",";
    }
    for (int i = 0; i < DIMENSION_COUNT; i++) {
        if (filter->dimensions[i].count == 0)
            continue;
        text_out_format(out, "%s with %s ", comma, dimension_name((enum dimension)i));
        put_names(out, filter->dimensions[i].names, filter->dimensions[i].count);
        comma = ",";
    }
    if (has_one_value(filter))
        comma = "";
    if (filter->within_days == 1)
        text_out_format(out, "%s in the last day", comma);
    else if (filter->within_days > 1)
        text_out_format(out, "%s in the last %d days", comma, (int)filter->within_days);
}

static void put_touches(struct text_out *out, const struct touch_filter *filter, bool one)
{
    if (filter->has_direction)
        text_out_format(out, "%s ", direction_name(filter->direction));
    text_out_put(out, one ? "touch" : "touches");
    put_filter(out, filter);
}

static const char *amount_words(enum test_op op)
{
    switch (op) {
    case OP_EQ:
        return "exactly";
    case OP_NE:
        return "other than";
    case OP_LT:
        return "less than";
    case OP_LTE:
        return "at most";
    case OP_GT:
        return "more than";
    default:
        return "at least";
    }
}

static void put_decayed(struct text_out *out, const struct touch_filter *filter, enum test_op op)
{
    put_touches(out, filter, false);
    if (filter->half_life_days == 1)
        text_out_put(out, ", each losing half its weight every day,");
    else
        text_out_format(out, ", each losing half its weight every %d days,",
                        (int)filter->half_life_days);
    text_out_format(out, " add up to %s ", amount_words(op));
    put_real(out, (double)filter->wanted / (double)TOUCH_COUNT_ONE);
}

/* A week is what people count by. */
static void put_rate(struct text_out *out, const struct touch_filter *filter, enum test_op op)
{
    put_touches(out, filter, false);
    text_out_format(out, " come to %s ", amount_words(op));
    put_real(out, (double)filter->wanted / (double)TOUCH_COUNT_ONE);
    if (filter->per_days == 1)
        text_out_put(out, " a day on average");
    else if (filter->per_days == 7)
        text_out_put(out, " a week on average");
    else
        text_out_format(out, " in %d days on average", (int)filter->per_days);
}

/* Counts are whole numbers, so more than n is at least n + 1, and less than n at most n - 1. */
static void put_count(struct text_out *out, const struct touch_filter *filter, enum test_op op)
{
    long long wanted = (long long)(filter->wanted / TOUCH_COUNT_ONE);

    if (op == OP_NE && wanted == 0) {
        op = OP_GTE;
        wanted = 1;
    } else if (op == OP_GT) {
        op = OP_GTE;
        wanted++;
    } else if (op == OP_LT && wanted > 0) {
        op = OP_LTE;
        wanted--;
    }
    if (op == OP_NE) {
        text_out_put(out, "the number of ");
        put_touches(out, filter, false);
        text_out_format(out, " is not %lld", wanted);
        return;
    }
    text_out_put(out, wanted == 1 || (wanted == 0 && op != OP_GTE) ? "there was " : "there were ");
    if (wanted == 0 && (op == OP_LTE || op == OP_EQ))
        text_out_put(out, "no ");
    else
        text_out_format(out, "%s %lld ", amount_words(op), wanted);
    put_touches(out, filter, wanted == 1 || (wanted == 0 && op != OP_GTE));
}

static void put_touch_test(struct text_out *out, const struct test_node *node, bool negated)
{
    enum test_op op = negated ? opposite(node->op) : node->op;

    if (node->touches->half_life_days > 0)
        put_decayed(out, node->touches, op);
    else if (node->touches->per_days > 0)
        put_rate(out, node->touches, op);
    else
        put_count(out, node->touches, op);
}

/* ---- combinations ---- */

static void put_test(const struct definition *definition, size_t at, bool negated, bool inner,
                     struct text_out *out);

/* A test that says "or" by itself needs no brackets among others that are joined by it. */
static bool says_or(const struct test_node *nodes, size_t at)
{
    while (nodes[at].kind == TEST_NOT)
        at++;
    return nodes[at].missing_unmet;
}

static void put_joined(const struct definition *definition, size_t at, bool negated, bool inner,
                       const char *word, struct text_out *out)
{
    const struct test_node *nodes = definition->nodes;
    bool child_inner = inner || nodes[at].children > 1;
    bool first = true;

    for (size_t child = at + 1; child < nodes[at].end; child = nodes[child].end) {
        if (!first)
            text_out_format(out, ", %s ", word);
        bool apart = child_inner && (strcmp(word, "or") != 0 || !says_or(nodes, child));
        put_test(definition, child, negated, apart, out);
        first = false;
    }
}

/* A list of tests within a list of tests needs brackets, or nobody could see where it ends. */
static bool is_list(const struct test_node *nodes, size_t at)
{
    while (nodes[at].kind == TEST_NOT)
        at++;
    return nodes[at].kind == TEST_AT_LEAST;
}

/* at_least n of m; its opposite is "fewer than n", with the tests themselves unchanged. */
static void put_at_least(const struct definition *definition, size_t at, bool negated,
                         struct text_out *out)
{
    const struct test_node *nodes = definition->nodes;
    int number = 0;

    text_out_format(out, "%s %d of these hold: ", negated ? "fewer than" : "at least",
                    nodes[at].at_least);
    for (size_t child = at + 1; child < nodes[at].end; child = nodes[child].end) {
        text_out_format(out, "%s(%d) ", number == 0 ? "" : "; ", number + 1);
        put_test(definition, child, false, is_list(nodes, child), out);
        number++;
    }
}

/* What a combination amounts to: at least 1 of is any, at least all of is all, and the opposite of
 * all is any of the opposites. */
static enum test_kind reduced(const struct test_node *node, bool negated)
{
    enum test_kind kind = node->kind;

    if (kind == TEST_AT_LEAST && node->at_least == 1)
        kind = TEST_ANY;
    else if (kind == TEST_AT_LEAST && node->at_least == node->children)
        kind = TEST_ALL;
    if (!negated || kind == TEST_AT_LEAST)
        return kind;
    return kind == TEST_ALL ? TEST_ANY : TEST_ALL;
}

static void put_combination(const struct definition *definition, size_t at, bool negated,
                            bool inner, struct text_out *out)
{
    const struct test_node *node = &definition->nodes[at];
    enum test_kind kind = reduced(node, negated);
    bool brackets = inner && node->children > 1;

    if (brackets)
        text_out_put(out, "(");
    if (kind == TEST_AT_LEAST)
        put_at_least(definition, at, negated, out);
    else
        put_joined(definition, at, negated, inner, kind == TEST_ALL ? "and" : "or", out);
    if (brackets)
        text_out_put(out, ")");
}

static void put_test(const struct definition *definition, size_t at, bool negated, bool inner,
                     struct text_out *out)
{
    const struct test_node *node = &definition->nodes[at];

    switch (node->kind) {
    case TEST_NOT:
        put_test(definition, at + 1, !negated, inner, out);
        break;
    case TEST_ATTRIBUTE:
    case TEST_FACT:
        put_named(out, node, negated, inner);
        break;
    case TEST_TOUCHES:
        put_touch_test(out, node, negated);
        break;
    default:
        put_combination(definition, at, negated, inner, out);
    }
}

void definition_sentence_marked(const struct definition *definition, size_t test,
                                struct text_out *out)
{
    put_test(definition, test, false, false, out);
}

static void put_points(struct text_out *out, int32_t points)
{
    text_out_format(out, "%d %s", (int)points, points == 1 || points == -1 ? "point" : "points");
}

static void put_tiers(const struct definition *definition, const struct criterion *criterion,
                      struct text_out *out)
{
    for (size_t i = 0; i < criterion->tiers_count; i++) {
        if (i > 0 || criterion->has_test)
            text_out_put(out, "; ");
        put_points(out, criterion->tiers[i].points);
        text_out_put(out, criterion->has_test ? " instead when " : " when ");
        definition_sentence_marked(definition, criterion->tiers[i].test, out);
    }
    if (criterion->tiers_count > 1)
        text_out_put(out, "; the most points of these count");
}

void definition_worth_marked(const struct definition *definition, const struct criterion *criterion,
                             struct text_out *out)
{
    if (criterion->kind == CRITERION_DISQUALIFIER) {
        text_out_put(out, "rules the lead out");
        return;
    }
    if (criterion->required)
        text_out_put(out, criterion->has_points ? "required; " : "required");
    if (criterion->has_test && criterion->has_points)
        put_points(out, criterion->points);
    put_tiers(definition, criterion, out);
}

void sentence_strip(const struct text_out *marked, struct text_out *out)
{
    size_t start = 0;

    for (size_t i = 0; i < marked->len; i++) {
        if (marked->text[i] != SENTENCE_NAME && marked->text[i] != SENTENCE_END)
            continue;
        text_out_put_len(out, marked->text + start, i - start);
        start = i + 1;
    }
    if (marked->len > start)
        text_out_put_len(out, marked->text + start, marked->len - start);
}

void definition_sentence(const struct definition *definition, size_t test, struct text_out *out)
{
    struct text_out marked;

    text_out_init(&marked, out->arena, SENTENCE_MAX_BYTES);
    definition_sentence_marked(definition, test, &marked);
    sentence_strip(&marked, out);
}

void definition_worth(const struct definition *definition, const struct criterion *criterion,
                      struct text_out *out)
{
    struct text_out marked;

    text_out_init(&marked, out->arena, SENTENCE_MAX_BYTES);
    definition_worth_marked(definition, criterion, &marked);
    sentence_strip(&marked, out);
}
