#include "core/definition/definition_test.h"

#include "core/definition/attribute.h"
#include "core/definition/definition_reader.h"

#include <stdlib.h>
#include <string.h>

struct op_rule {
    const char *name;
    bool counts; /* touch counts may be compared with it */
};

static const struct op_rule op_rules[OP_COUNT] = {
    [OP_EQ] = {"eq", true},
    [OP_NE] = {"ne", true},
    [OP_LT] = {"lt", true},
    [OP_LTE] = {"lte", true},
    [OP_GT] = {"gt", true},
    [OP_GTE] = {"gte", true},
    [OP_IN] = {"in", false},
    [OP_NOT_IN] = {"not_in", false},
    [OP_CONTAINS] = {"contains", false},
    [OP_STARTS_WITH] = {"starts_with", false},
    [OP_EXISTS] = {"exists", false},
    [OP_MATCHES_DOMAIN] = {"matches_domain", false},
    [OP_WITHIN_DAYS] = {"within_days", false},
};

const char *test_op_name(enum test_op op)
{
    return op_rules[op].name;
}

bool test_op_parse(const char *name, enum test_op *out)
{
    for (int i = 0; i < OP_COUNT; i++) {
        if (strcmp(name, op_rules[i].name) == 0) {
            *out = (enum test_op)i;
            return true;
        }
    }
    return false;
}

/* ---- simple tests ---- */

static bool add_name(struct definition_reader *reader, const char *name, bool is_fact,
                     const char *pointer)
{
    for (size_t i = 0; i < reader->names_count; i++)
        if (reader->names[i].is_fact == is_fact && strcmp(reader->names[i].name, name) == 0)
            return true;
    if (reader->names_count == NAMES_MAX) {
        faults_add(reader->faults, pointer, "too_many",
                   "one definition uses at most %d attributes and facts", NAMES_MAX);
        return false;
    }
    reader->names[reader->names_count++] = (struct definition_name){name, is_fact};
    return true;
}

static bool read_name(struct definition_reader *reader, const json_t *json, const char *pointer,
                      struct test_node *node)
{
    const char *member = node->kind == TEST_FACT ? "fact" : "attribute";
    const char *place = reader_member(reader, pointer, member);

    node->name = reader_text(reader, json, member);
    if (node->name == NULL)
        return false;
    if (!attribute_name_valid(node->name)) {
        size_t len = strlen(node->name);
        if (len > 0 && (node->name[0] == ' ' || node->name[len - 1] == ' '))
            faults_add(reader->faults, place, "name", "a name has no space at its ends");
        return false;
    }
    return add_name(reader, node->name, node->kind == TEST_FACT, place);
}

/* Operator and value of a simple test whose subject stands in the node already. */
static bool read_comparison(struct definition_reader *reader, const json_t *value,
                            const char *pointer, struct test_node *node)
{
    if (value == NULL && node->op != OP_EXISTS) {
        faults_add(reader->faults, pointer, "required", "%s needs a value",
                   op_rules[node->op].name);
        return false;
    }
    if (node->kind != TEST_TOUCHES)
        return reader_operand(reader, value, pointer, node);
    return reader_touch_count(reader, value, pointer, (struct touch_filter *)node->touches);
}

static bool read_op(struct definition_reader *reader, const json_t *json, const char *pointer,
                    struct test_node *node)
{
    const char *name = json_string_value(json_object_get(json, "op"));
    const char *place = reader_member(reader, pointer, "op");

    if (name == NULL)
        return false;
    if (!test_op_parse(name, &node->op)) {
        faults_add(reader->faults, place, "unknown_operator",
                   "one of eq, ne, lt, lte, gt, gte, in, not_in, contains, starts_with, exists, "
                   "matches_domain, within_days is wanted");
        return false;
    }
    if (node->kind == TEST_TOUCHES && !op_rules[node->op].counts) {
        faults_add(reader->faults, place, "operator_subject",
                   "a count of touches is compared with eq, ne, lt, lte, gt or gte");
        return false;
    }
    return true;
}

static const struct member attribute_test_members[] = {
    {"attribute", MEMBER_LINE, true, 1, ATTRIBUTE_NAME_MAX_BYTES},
    {"op", MEMBER_LINE, true, 1, CODE_MAX_BYTES},
    {"value", MEMBER_ANY, false, 0, 0},
    {0},
};

static const struct member fact_test_members[] = {
    {"fact", MEMBER_LINE, true, 1, ATTRIBUTE_NAME_MAX_BYTES},
    {"op", MEMBER_LINE, true, 1, CODE_MAX_BYTES},
    {"value", MEMBER_ANY, false, 0, 0},
    {0},
};

static const struct member touches_test_members[] = {
    {"touches", MEMBER_OBJECT, true, 0, 0},
    {"op", MEMBER_LINE, true, 1, CODE_MAX_BYTES},
    {"value", MEMBER_ANY, false, 0, 0},
    {0},
};

static bool read_subject(struct definition_reader *reader, const json_t *json, const char *pointer,
                         struct test_node *node)
{
    if (node->kind != TEST_TOUCHES)
        return read_name(reader, json, pointer, node);
    struct touch_filter *filter = reader_alloc(reader, 1, sizeof *filter);
    node->touches = filter;
    const json_t *touches = json_object_get(json, "touches");
    return filter != NULL && json_is_object(touches) &&
           reader_touches(reader, touches, reader_member(reader, pointer, "touches"), filter);
}

static bool read_simple(struct definition_reader *reader, const json_t *json, const char *pointer,
                        struct test_node *node)
{
    const struct member *members = node->kind == TEST_ATTRIBUTE ? attribute_test_members
                                   : node->kind == TEST_FACT    ? fact_test_members
                                                                : touches_test_members;
    bool good = reader_check(reader, json, pointer, members);
    good = read_subject(reader, json, pointer, node) && good;
    if (!read_op(reader, json, pointer, node))
        return false;
    if (node->kind == TEST_TOUCHES && node->touches == NULL)
        return false;
    return read_comparison(reader, json_object_get(json, "value"),
                           reader_member(reader, pointer, "value"), node) &&
           good;
}

/* ---- combinations ---- */

static struct test_node *new_node(struct definition_reader *reader, enum test_kind kind,
                                  const char *pointer)
{
    if (reader->nodes_count == TESTS_PER_DEFINITION) {
        faults_add(reader->faults, pointer, "too_many",
                   "one definition has at most %d tests in all", TESTS_PER_DEFINITION);
        return NULL;
    }
    struct test_node *node = &reader->nodes[reader->nodes_count++];
    *node = (struct test_node){.kind = kind, .date = INSTANT_NONE};
    return node;
}

static bool read_test(struct definition_reader *reader, const json_t *json, const char *pointer,
                      int depth);

static bool read_children(struct definition_reader *reader, const json_t *list, const char *pointer,
                          int depth, struct test_node *node)
{
    size_t count = json_array_size(list);
    bool good = true;

    node->children = (uint16_t)count;
    for (size_t i = 0; i < count; i++)
        good = read_test(reader, json_array_get(list, i), reader_item(reader, pointer, i),
                         depth + 1) &&
               good;
    return good;
}

static const struct member all_members[] = {{"all", MEMBER_ARRAY, true, 1, TEST_CHILDREN_MAX}, {0}};
static const struct member any_members[] = {{"any", MEMBER_ARRAY, true, 1, TEST_CHILDREN_MAX}, {0}};
static const struct member not_members[] = {{"not", MEMBER_OBJECT, true, 0, 0}, {0}};
static const struct member at_least_members[] = {
    {"at_least", MEMBER_INT, true, 1, TEST_CHILDREN_MAX},
    {"of", MEMBER_ARRAY, true, 1, TEST_CHILDREN_MAX},
    {0},
};

static bool check_at_least(struct definition_reader *reader, const json_t *json,
                           const char *pointer, struct test_node *node)
{
    int32_t wanted = reader_int(json, "at_least", 1);
    size_t count = json_array_size(json_object_get(json, "of"));

    node->at_least = (uint16_t)wanted;
    if (count == 0 || wanted < 1 || (size_t)wanted <= count)
        return true;
    faults_add(reader->faults, reader_member(reader, pointer, "at_least"), "unreachable",
               "%d of %zu tests can never be met", (int)wanted, count);
    return false;
}

static bool read_combination(struct definition_reader *reader, const json_t *json,
                             const char *pointer, int depth, struct test_node *node)
{
    static const struct member *const members[] = {
        [TEST_ALL] = all_members,
        [TEST_ANY] = any_members,
        [TEST_NOT] = not_members,
        [TEST_AT_LEAST] = at_least_members,
    };
    static const char *const lists[] = {
        [TEST_ALL] = "all", [TEST_ANY] = "any", [TEST_NOT] = "not", [TEST_AT_LEAST] = "of"};
    const char *list = lists[node->kind];
    const char *place = reader_member(reader, pointer, list);
    bool good = reader_check(reader, json, pointer, members[node->kind]);
    const json_t *below = json_object_get(json, list);

    if (depth == TEST_DEPTH_MAX) {
        faults_add(reader->faults, pointer, "too_deep", "tests stand at most %d deep in each other",
                   TEST_DEPTH_MAX);
        return false;
    }
    if (node->kind == TEST_AT_LEAST)
        good = check_at_least(reader, json, pointer, node) && good;
    if (node->kind == TEST_NOT) {
        node->children = 1;
        return json_is_object(below) && read_test(reader, below, place, depth + 1) && good;
    }
    if (json_array_size(below) > TEST_CHILDREN_MAX)
        return false;
    return read_children(reader, below, place, depth, node) && good;
}

/* What a test is, by the one of these members that it has. */
static bool find_kind(struct definition_reader *reader, const json_t *json, const char *pointer,
                      enum test_kind *kind)
{
    static const char *const marks[] = {
        [TEST_ALL] = "all",
        [TEST_ANY] = "any",
        [TEST_NOT] = "not",
        [TEST_AT_LEAST] = "at_least",
        [TEST_ATTRIBUTE] = "attribute",
        [TEST_FACT] = "fact",
        [TEST_TOUCHES] = "touches",
    };
    int found = 0;

    if (!json_is_object(json)) {
        faults_add(reader->faults, pointer, "type", "a test is an object");
        return false;
    }
    for (int i = 0; i < (int)(sizeof marks / sizeof *marks); i++) {
        if (json_object_get(json, marks[i]) == NULL)
            continue;
        *kind = (enum test_kind)i;
        found++;
    }
    if (found == 1)
        return true;
    faults_add(reader->faults, pointer, found == 0 ? "required" : "ambiguous",
               "a test has exactly one of attribute, fact, touches, all, any, not, at_least");
    return false;
}

static bool read_test(struct definition_reader *reader, const json_t *json, const char *pointer,
                      int depth)
{
    enum test_kind kind;

    if (!find_kind(reader, json, pointer, &kind))
        return false;
    struct test_node *node = new_node(reader, kind, pointer);
    if (node == NULL)
        return false;
    bool good = kind >= TEST_ATTRIBUTE ? read_simple(reader, json, pointer, node)
                                       : read_combination(reader, json, pointer, depth, node);
    node->end = (uint16_t)reader->nodes_count;
    return good;
}

bool reader_test(struct definition_reader *reader, const json_t *json, const char *pointer,
                 uint16_t *test)
{
    *test = (uint16_t)reader->nodes_count;
    return read_test(reader, json, pointer, 1);
}

bool reader_short_test(struct definition_reader *reader, uint16_t base, enum test_op op,
                       const json_t *value, const char *pointer, uint16_t *test)
{
    const struct test_node *subject = &reader->nodes[base];

    *test = (uint16_t)reader->nodes_count;
    if (subject->kind == TEST_TOUCHES && !op_rules[op].counts) {
        faults_add(reader->faults, pointer, "operator_subject",
                   "a count of touches is compared with eq, ne, lt, lte, gt or gte");
        return false;
    }
    struct test_node *node = new_node(reader, subject->kind, pointer);
    if (node == NULL)
        return false;
    node->name = subject->name;
    node->op = op;
    node->end = (uint16_t)reader->nodes_count;
    if (node->kind == TEST_TOUCHES) {
        struct touch_filter *filter = reader_alloc(reader, 1, sizeof *filter);
        if (filter == NULL)
            return false;
        *filter = *subject->touches;
        node->touches = filter;
    }
    return read_comparison(reader, value, pointer, node);
}

/* ---- linking ---- */

static int order_names(const void *a, const void *b)
{
    const struct definition_name *left = a;
    const struct definition_name *right = b;

    if (left->is_fact != right->is_fact)
        return left->is_fact - right->is_fact;
    return strcmp(left->name, right->name);
}

static int order_kinds(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static uint64_t kinds_mask(const struct definition_reader *reader,
                           const struct touch_filter *filter)
{
    uint64_t mask = 0;

    for (size_t i = 0; i < filter->kinds_count; i++) {
        const char **kind = bsearch(&filter->kinds[i], reader->kinds, reader->kinds_count,
                                    sizeof *reader->kinds, order_kinds);
        mask |= UINT64_C(1) << (kind - reader->kinds);
    }
    return mask;
}

void reader_link(struct definition_reader *reader)
{
    qsort(reader->names, reader->names_count, sizeof *reader->names, order_names);
    qsort(reader->kinds, reader->kinds_count, sizeof *reader->kinds, order_kinds);
    for (size_t i = 0; i < reader->nodes_count; i++) {
        struct test_node *node = &reader->nodes[i];
        if (node->kind == TEST_TOUCHES) {
            struct touch_filter *filter = (struct touch_filter *)node->touches;
            filter->kinds_mask = kinds_mask(reader, filter);
        } else if (node->kind >= TEST_ATTRIBUTE) {
            struct definition_name key = {node->name, node->kind == TEST_FACT};
            const struct definition_name *name =
                bsearch(&key, reader->names, reader->names_count, sizeof key, order_names);
            node->name_index = (uint16_t)(name - reader->names);
        }
    }
}
