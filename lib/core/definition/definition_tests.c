#include "core/definition/definition_reader.h"

#include "core/definition/attribute.h"

#include <stdlib.h>
#include <string.h>

/* ---- simple tests ---- */

/* The members of a simple test, whatever its subject. */
struct simple {
    const char *name;
    int op;      /* OP_COUNT: it has a fault */
    int missing; /* enum missing */
    const json_t *touches;
};

static const struct input_type name_type = {
    .kind = INPUT_LINE,
    .min = 1,
    .max = ATTRIBUTE_NAME_MAX_BYTES,
    .fits = attribute_name_valid,
    .code = "name",
    .wanted = "A name has 1 to 100 bytes and no space at its ends",
};
static const struct input_type op_type = {
    .kind = INPUT_ENUM, .values = test_op_names, .max = OP_COUNT - 1, .code = "unknown_operator"};
static const struct input_type touches_type = {.kind = INPUT_MAP};

#define OP_FIELD                                                                                   \
    {                                                                                              \
        "op", &op_type, AT(struct simple, op), .required = true, .otherwise = OP_COUNT             \
    }
/* What a value that was never given, or given as empty, makes of the test. */
enum missing { MISSING_UNKNOWN, MISSING_UNMET, MISSING_COUNT };
static const char *const missing_names[MISSING_COUNT] = {"unknown", "unmet"};
static const struct input_type missing_type = {
    .kind = INPUT_ENUM, .values = missing_names, .max = MISSING_COUNT - 1};

#define MISSING_FIELD                                                                              \
    {                                                                                              \
        "missing", &missing_type, AT(struct simple, missing), .otherwise = MISSING_UNKNOWN         \
    }
/* Read together with the operator, which says what value is allowed. */
#define VALUE_FIELD                                                                                \
    {                                                                                              \
        "value", &value_type, .offset = 0                                                          \
    }

static bool leave(struct input *in, const struct input_node *at, const struct input_field *field,
                  void *base)
{
    (void)in;
    (void)at;
    (void)field;
    (void)base;
    return true;
}

static const struct input_type value_type = {.kind = INPUT_ANY, .read = leave};

static const struct input_field attribute_fields[] = {
    {"attribute", &name_type, AT(struct simple, name), .required = true},
    OP_FIELD,
    VALUE_FIELD,
    MISSING_FIELD};
static const struct input_field fact_fields[] = {
    {"fact", &name_type, AT(struct simple, name), .required = true},
    OP_FIELD,
    VALUE_FIELD,
    MISSING_FIELD};
static const struct input_field touches_fields[] = {
    {"touches", &touches_type, AT(struct simple, touches), .required = true},
    OP_FIELD,
    VALUE_FIELD};

static const struct input_spec simple_specs[] = {
    [TEST_ATTRIBUTE] = INPUT_SPEC(attribute_fields, struct simple),
    [TEST_FACT] = INPUT_SPEC(fact_fields, struct simple),
    [TEST_TOUCHES] = INPUT_SPEC(touches_fields, struct simple),
};

static bool add_name(struct definition_reader *reader, const struct input_node *at,
                     const char *name, bool is_fact)
{
    for (size_t i = 0; i < reader->names_count; i++)
        if (reader->names[i].is_fact == is_fact && strcmp(reader->names[i].name, name) == 0)
            return true;
    if (reader->names_count == NAMES_MAX)
        return input_fault(&reader->in, at, "too_many",
                           "One definition uses at most %d attributes and facts", NAMES_MAX);
    reader->names[reader->names_count++] = (struct definition_name){name, is_fact};
    return true;
}

static bool read_subject(struct definition_reader *reader, const struct input_node *at,
                         const struct simple *simple, struct test_node *node)
{
    const struct input_node place = input_member(at, node->kind == TEST_FACT        ? "fact"
                                                     : node->kind == TEST_ATTRIBUTE ? "attribute"
                                                                                    : "touches");

    node->name = simple->name;
    if (node->kind != TEST_TOUCHES)
        return node->name != NULL && add_name(reader, &place, node->name, node->kind == TEST_FACT);
    struct touch_filter *filter = ARENA_NEW(reader->in.arena, struct touch_filter);
    node->touches = filter;
    return filter != NULL && simple->touches != NULL && reader_touches(reader, &place, filter);
}

/* Reads operator and value of a simple test whose subject is already in the node. */
static bool read_comparison(struct definition_reader *reader, const struct input_node *value,
                            struct test_node *node)
{
    if (value->json == NULL && node->op != OP_EXISTS)
        return input_fault(&reader->in, value, "required", "The operator %s needs a value",
                           test_op_names[node->op]);
    if (node->kind != TEST_TOUCHES)
        return reader_operand(reader, value, node);
    return node->touches != NULL &&
           reader_touch_count(reader, value, (struct touch_filter *)node->touches);
}

static bool fits_subject(struct definition_reader *reader, const struct input_node *at,
                         enum test_kind kind, enum test_op op)
{
    return kind != TEST_TOUCHES || test_op_counts(op) ||
           input_fault(&reader->in, at, "operator_subject",
                       "A count of touches is compared with eq, ne, lt, lte, gt or gte");
}

static bool read_simple(struct definition_reader *reader, const struct input_node *at,
                        struct test_node *node)
{
    const struct input_node op = input_member(at, "op");
    const struct input_node value = input_member(at, "value");
    struct simple simple;
    bool sound = input_object(&reader->in, at, &simple_specs[node->kind], &simple);

    sound = read_subject(reader, at, &simple, node) && sound;
    if (simple.op == OP_COUNT || !fits_subject(reader, &op, node->kind, (enum test_op)simple.op))
        return false;
    node->op = (enum test_op)simple.op;
    node->missing_unmet = node->kind != TEST_TOUCHES && simple.missing == MISSING_UNMET;
    return read_comparison(reader, &value, node) && sound;
}

/* ---- combinations ---- */

static struct test_node *new_node(struct definition_reader *reader, const struct input_node *at,
                                  enum test_kind kind)
{
    if (reader->nodes_count == TESTS_PER_DEFINITION) {
        input_fault(&reader->in, at, "too_many", "One definition has at most %d tests in all",
                    TESTS_PER_DEFINITION);
        return NULL;
    }
    struct test_node *node = &reader->nodes[reader->nodes_count++];
    *node = (struct test_node){.kind = kind, .date = INSTANT_NONE};
    return node;
}

static bool read_test(struct definition_reader *reader, const struct input_node *at, int depth);

struct combination {
    const json_t *below; /* a list of tests, or for `not` the test */
    int32_t at_least;
};

static const struct input_type children_type = {
    .kind = INPUT_LIST, .min = 1, .max = TEST_CHILDREN_MAX};
static const struct input_type test_type = {.kind = INPUT_MAP};
static const struct input_type at_least_type = {
    .kind = INPUT_INT32, .min = 1, .max = TEST_CHILDREN_MAX};

static const struct input_field all_fields[] = {
    {"all", &children_type, AT(struct combination, below), .required = true}};
static const struct input_field any_fields[] = {
    {"any", &children_type, AT(struct combination, below), .required = true}};
static const struct input_field not_fields[] = {
    {"not", &test_type, AT(struct combination, below), .required = true}};
static const struct input_field at_least_fields[] = {
    {"of", &children_type, AT(struct combination, below), .required = true},
    {"at_least", &at_least_type, AT(struct combination, at_least), .required = true}};

/* The first field holds the inner tests. */
static const struct input_spec combination_specs[] = {
    [TEST_ALL] = INPUT_SPEC(all_fields, struct combination),
    [TEST_ANY] = INPUT_SPEC(any_fields, struct combination),
    [TEST_NOT] = INPUT_SPEC(not_fields, struct combination),
    [TEST_AT_LEAST] = INPUT_SPEC(at_least_fields, struct combination),
};

static bool check_at_least(struct definition_reader *reader, const struct input_node *at,
                           const struct combination *read, struct test_node *node)
{
    const struct input_node place = input_member(at, "at_least");
    size_t count = json_array_size(read->below);

    node->at_least = (uint16_t)read->at_least;
    if (count == 0 || read->at_least < 1 || (size_t)read->at_least <= count)
        return true;
    return input_fault(&reader->in, &place, "unreachable", "%d of %zu tests can never be met",
                       (int)read->at_least, count);
}

static bool read_children(struct definition_reader *reader, const struct input_node *list,
                          int depth, struct test_node *node)
{
    size_t count = json_array_size(list->json);
    bool sound = true;

    node->children = (uint16_t)count;
    for (size_t i = 0; i < count; i++) {
        const struct input_node item = input_item(list, i);
        sound = read_test(reader, &item, depth + 1) && sound;
    }
    return sound;
}

static bool read_combination(struct definition_reader *reader, const struct input_node *at,
                             int depth, struct test_node *node)
{
    const struct input_spec *spec = &combination_specs[node->kind];
    const struct input_node below = input_member(at, spec->fields[0].name);
    struct combination read;
    bool sound = input_object(&reader->in, at, spec, &read);

    if (depth == TEST_DEPTH_MAX)
        return input_fault(&reader->in, at, "too_deep", "Tests stand at most %d deep in each other",
                           TEST_DEPTH_MAX);
    if (node->kind == TEST_AT_LEAST)
        sound = check_at_least(reader, at, &read, node) && sound;
    if (read.below == NULL)
        return false;
    if (node->kind != TEST_NOT)
        return read_children(reader, &below, depth, node) && sound;
    node->children = 1;
    return read_test(reader, &below, depth + 1) && sound;
}

/* Which kind of test it is, by which of these members it has. */
static bool find_kind(struct definition_reader *reader, const struct input_node *at,
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

    if (!json_is_object(at->json))
        return input_fault(&reader->in, at, "type", "A test is an object");
    for (int i = 0; i < (int)(sizeof marks / sizeof *marks); i++) {
        if (json_object_get(at->json, marks[i]) == NULL)
            continue;
        *kind = (enum test_kind)i;
        found++;
    }
    return found == 1 ||
           input_fault(&reader->in, at, found == 0 ? "required" : "ambiguous",
                       "A test has exactly one of attribute, fact, touches, all, any, not, "
                       "at_least");
}

static bool read_test(struct definition_reader *reader, const struct input_node *at, int depth)
{
    enum test_kind kind;

    if (!find_kind(reader, at, &kind))
        return false;
    struct test_node *node = new_node(reader, at, kind);
    if (node == NULL)
        return false;
    bool sound = kind >= TEST_ATTRIBUTE ? read_simple(reader, at, node)
                                        : read_combination(reader, at, depth, node);
    node->end = (uint16_t)reader->nodes_count;
    return sound;
}

bool reader_test(struct definition_reader *reader, const struct input_node *at, uint16_t *test)
{
    *test = (uint16_t)reader->nodes_count;
    return read_test(reader, at, 1);
}

bool reader_short_test(struct definition_reader *reader, const struct input_node *at, uint16_t base,
                       enum test_op op, uint16_t *test)
{
    const struct test_node *subject = &reader->nodes[base];

    *test = (uint16_t)reader->nodes_count;
    if (!fits_subject(reader, at, subject->kind, op))
        return false;
    struct test_node *node = new_node(reader, at, subject->kind);
    if (node == NULL)
        return false;
    node->name = subject->name;
    node->op = op;
    node->end = (uint16_t)reader->nodes_count;
    if (node->kind == TEST_TOUCHES) {
        struct touch_filter *filter = ARENA_NEW(reader->in.arena, struct touch_filter);
        if (filter == NULL)
            return false;
        *filter = *subject->touches;
        node->touches = filter;
    }
    return read_comparison(reader, at, node);
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
