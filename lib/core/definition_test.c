#include "core/definition_test.h"

#include "core/attribute.h"
#include "core/definition_reader.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* What an operator compares with. */
enum operand {
    OPERAND_SCALAR,    /* a text, number or boolean */
    OPERAND_ORDERED,   /* a number, or a text that is a date */
    OPERAND_LIST,      /* scalars */
    OPERAND_TEXT,      /* a text that is not empty */
    OPERAND_CONTAINED, /* a text, or a number that a list may hold */
    OPERAND_NONE,      /* nothing, or whether */
    OPERAND_DOMAINS,   /* a domain, or a list of them */
    OPERAND_DAYS,
};

struct op_rule {
    const char *name;
    enum operand operand;
    bool counts; /* touch counts may be compared with it */
};

static const struct op_rule op_rules[OP_COUNT] = {
    [OP_EQ] = {"eq", OPERAND_SCALAR, true},
    [OP_NE] = {"ne", OPERAND_SCALAR, true},
    [OP_LT] = {"lt", OPERAND_ORDERED, true},
    [OP_LTE] = {"lte", OPERAND_ORDERED, true},
    [OP_GT] = {"gt", OPERAND_ORDERED, true},
    [OP_GTE] = {"gte", OPERAND_ORDERED, true},
    [OP_IN] = {"in", OPERAND_LIST, false},
    [OP_NOT_IN] = {"not_in", OPERAND_LIST, false},
    [OP_CONTAINS] = {"contains", OPERAND_CONTAINED, false},
    [OP_STARTS_WITH] = {"starts_with", OPERAND_TEXT, false},
    [OP_EXISTS] = {"exists", OPERAND_NONE, false},
    [OP_MATCHES_DOMAIN] = {"matches_domain", OPERAND_DOMAINS, false},
    [OP_WITHIN_DAYS] = {"within_days", OPERAND_DAYS, false},
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

bool value_is_number(const struct value *value)
{
    return value->type == VALUE_INT || value->type == VALUE_REAL;
}

/* Exact: an int64 is never rounded to a double. */
static int order_int_real(int64_t integer, double real)
{
    if (real >= 9223372036854775808.0)
        return -1;
    if (real < -9223372036854775808.0)
        return 1;
    int64_t whole = (int64_t)real; /* toward zero */
    if (integer != whole)
        return integer < whole ? -1 : 1;
    double rest = real - (double)whole;
    return rest > 0 ? -1 : rest < 0 ? 1 : 0;
}

static int order_numbers(const struct value *a, const struct value *b)
{
    if (a->type == VALUE_INT && b->type == VALUE_INT)
        return (a->integer > b->integer) - (a->integer < b->integer);
    if (a->type == VALUE_INT)
        return order_int_real(a->integer, b->real);
    if (b->type == VALUE_INT)
        return -order_int_real(b->integer, a->real);
    return (a->real > b->real) - (a->real < b->real);
}

static int order_class(const struct value *value)
{
    return value->type == VALUE_TEXT ? 2 : value_is_number(value) ? 1 : 0;
}

int value_order(const struct value *a, const struct value *b)
{
    int class_a = order_class(a);
    int class_b = order_class(b);

    if (class_a != class_b)
        return class_a - class_b;
    if (class_a == 1)
        return order_numbers(a, b);
    if (class_a == 0)
        return (int)a->boolean - (int)b->boolean;
    if (a->len != b->len)
        return a->len < b->len ? -1 : 1;
    return memcmp(a->text, b->text, a->len);
}

static int order_for_qsort(const void *a, const void *b)
{
    return value_order(a, b);
}

/* ---- operands ---- */

static bool read_scalar(struct definition_reader *reader, const json_t *json, const char *pointer,
                        struct value *out)
{
    if (json_is_array(json) || json_is_object(json) || json_is_null(json)) {
        faults_add(reader->faults, pointer, "type", "a text, a number or true/false is wanted");
        return false;
    }
    if (json_is_string(json) && json_string_length(json) == 0) {
        faults_add(reader->faults, pointer, "empty", "an empty text is never told; use exists");
        return false;
    }
    enum err err = value_from_json(json, reader->arena, out);
    if (err == ERR_OUT_OF_MEMORY)
        reader->out_of_memory = true;
    else if (err != ERR_NONE)
        faults_add(reader->faults, pointer, "length", "at most %d bytes are wanted",
                   VALUE_TEXT_MAX_BYTES);
    return err == ERR_NONE;
}

static bool read_ordered(struct definition_reader *reader, const json_t *json, const char *pointer,
                         struct test_node *node)
{
    if (json_is_boolean(json)) {
        faults_add(reader->faults, pointer, "type",
                   "a number or a date is wanted to compare by order");
        return false;
    }
    if (!read_scalar(reader, json, pointer, &node->value))
        return false;
    if (node->value.type == VALUE_TEXT && !instant_parse_lenient(node->value.text, &node->date)) {
        faults_add(reader->faults, pointer, "date",
                   "this text is no date; order is by number or by date "
                   "(2026-11-22 or 2026-11-22T10:00:00Z)");
        return false;
    }
    return true;
}

/* Domains as matches_domain compares them: lower case, ASCII, no dot at either end. */
static bool normalize_domain(struct definition_reader *reader, const char *pointer,
                             struct value *value)
{
    char *copy = arena_copy(reader->arena, value->text, value->len);

    if (copy == NULL) {
        reader->out_of_memory = true;
        return false;
    }
    for (char *p = copy; *p != '\0'; p++) {
        bool dot = *p == '.';
        bool misplaced = dot && (p == copy || p[1] == '\0' || p[1] == '.');
        if (misplaced || (!dot && *p != '-' && !isalnum((unsigned char)*p))) {
            faults_add(reader->faults, pointer, "domain",
                       "a domain such as acme.example is wanted (subdomains are included; "
                       "other scripts in their xn-- form)");
            return false;
        }
        *p = (char)tolower((unsigned char)*p);
    }
    value->text = copy;
    return true;
}

static bool read_domain(struct definition_reader *reader, const json_t *json, const char *pointer,
                        struct value *out)
{
    if (!json_is_string(json)) {
        faults_add(reader->faults, pointer, "type", "a domain is wanted");
        return false;
    }
    return read_scalar(reader, json, pointer, out) && normalize_domain(reader, pointer, out);
}

typedef bool read_item(struct definition_reader *reader, const json_t *json, const char *pointer,
                       struct value *out);

static void warn_repeats(struct definition_reader *reader, const struct value *sorted, size_t count,
                         const char *pointer)
{
    for (size_t i = 1; i < count; i++) {
        if (value_order(&sorted[i - 1], &sorted[i]) != 0)
            continue;
        faults_add(reader->warnings, pointer, "repeated", "a value stands more than once");
        return;
    }
}

static bool read_list(struct definition_reader *reader, const json_t *json, const char *pointer,
                      read_item *read, struct test_node *node)
{
    size_t count = json_array_size(json);
    bool good = true;

    if (!json_is_array(json) || count == 0 || count > TEST_LIST_MAX) {
        faults_add(reader->faults, pointer,
                   !json_is_array(json) ? "type"
                   : count == 0         ? "empty"
                                        : "too_many",
                   "an array of 1 to %d values is wanted", TEST_LIST_MAX);
        return false;
    }
    struct value *items = reader_alloc(reader, count, sizeof *items);
    struct value *sorted = reader_alloc(reader, count, sizeof *sorted);
    if (items == NULL || sorted == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        good = read(reader, json_array_get(json, i), reader_item(reader, pointer, i), &items[i]) &&
               good;
    if (!good)
        return false;
    memcpy(sorted, items, count * sizeof *items);
    qsort(sorted, count, sizeof *sorted, order_for_qsort);
    warn_repeats(reader, sorted, count, pointer);
    node->value = (struct value){.type = VALUE_LIST, .len = (uint32_t)count, .items = items};
    node->sorted = sorted;
    return true;
}

static bool read_domains(struct definition_reader *reader, const json_t *json, const char *pointer,
                         struct test_node *node)
{
    if (json_is_array(json))
        return read_list(reader, json, pointer, read_domain, node);
    struct value *item = reader_alloc(reader, 1, sizeof *item);
    if (item == NULL || !read_domain(reader, json, pointer, item))
        return false;
    node->value = (struct value){.type = VALUE_LIST, .len = 1, .items = item};
    node->sorted = item;
    return true;
}

static bool read_text_operand(struct definition_reader *reader, const json_t *json,
                              const char *pointer, struct test_node *node)
{
    if (!json_is_string(json)) {
        faults_add(reader->faults, pointer, "type", "a text is wanted");
        return false;
    }
    return read_scalar(reader, json, pointer, &node->value);
}

static bool read_days(struct definition_reader *reader, const json_t *json, const char *pointer,
                      struct test_node *node)
{
    if (!json_is_integer(json) || json_integer_value(json) < 1 ||
        json_integer_value(json) > TEST_DAYS_MAX) {
        faults_add(reader->faults, pointer, json_is_integer(json) ? "range" : "type",
                   "a whole number of days from 1 to %d is wanted", TEST_DAYS_MAX);
        return false;
    }
    node->value = (struct value){.type = VALUE_INT, .integer = json_integer_value(json)};
    return true;
}

/* exists may say whether; silence means true. */
static bool read_whether(struct definition_reader *reader, const json_t *json, const char *pointer,
                         struct test_node *node)
{
    if (json != NULL && !json_is_boolean(json)) {
        faults_add(reader->faults, pointer, "type", "exists takes no value, or true or false");
        return false;
    }
    node->value = (struct value){.type = VALUE_BOOL, .boolean = !json_is_false(json)};
    return true;
}

static bool read_operand(struct definition_reader *reader, const json_t *json, const char *pointer,
                         struct test_node *node)
{
    switch (op_rules[node->op].operand) {
    case OPERAND_SCALAR:
    case OPERAND_CONTAINED:
        return read_scalar(reader, json, pointer, &node->value);
    case OPERAND_ORDERED:
        return read_ordered(reader, json, pointer, node);
    case OPERAND_LIST:
        return read_list(reader, json, pointer, read_scalar, node);
    case OPERAND_TEXT:
        return read_text_operand(reader, json, pointer, node);
    case OPERAND_DOMAINS:
        return read_domains(reader, json, pointer, node);
    case OPERAND_DAYS:
        return read_days(reader, json, pointer, node);
    default:
        return read_whether(reader, json, pointer, node);
    }
}

/* ---- touches ---- */

static bool read_wanted_count(struct definition_reader *reader, const json_t *json,
                              const char *pointer, struct touch_filter *filter)
{
    bool whole = filter->half_life_days == 0;
    double number = json_number_value(json);

    if (!json_is_number(json) || (whole && !json_is_integer(json))) {
        faults_add(reader->faults, pointer, "type",
                   whole ? "a count of touches is compared with a whole number"
                         : "a decayed count of touches is compared with a number");
        return false;
    }
    if (number < 0 || number > TEST_TOUCHES_MAX) {
        faults_add(reader->faults, pointer, "range", "0 to %d is wanted", TEST_TOUCHES_MAX);
        return false;
    }
    filter->wanted = json_is_integer(json) ? json_integer_value(json) * TOUCH_COUNT_ONE
                                           : (int64_t)(number * (double)TOUCH_COUNT_ONE + 0.5);
    return true;
}

static bool has_control(const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return true;
    return false;
}

static bool check_filter_text(struct definition_reader *reader, const json_t *json,
                              const char *pointer, bool is_kind)
{
    const char *text = json_string_value(json);

    if (text == NULL) {
        faults_add(reader->faults, pointer, "type", "a text is wanted");
        return false;
    }
    if (is_kind && !touch_kind_valid(text)) {
        faults_add(reader->faults, pointer, "code",
                   "a kind of touch is 1 to %d lower-case letters, digits, \"_\", \"-\", \".\" or "
                   "\":\"",
                   TOUCH_KIND_MAX_BYTES);
        return false;
    }
    if (has_control(text)) {
        faults_add(reader->faults, pointer, "control_character",
                   "control characters are not allowed here");
        return false;
    }
    if (!is_kind && (text[0] == '\0' || strlen(text) > DIMENSION_VALUE_MAX_BYTES)) {
        faults_add(reader->faults, pointer, "length", "1 to %d bytes are wanted",
                   DIMENSION_VALUE_MAX_BYTES);
        return false;
    }
    return true;
}

/* One text, or a list of texts. */
static bool read_filter_texts(struct definition_reader *reader, const json_t *json,
                              const char *pointer, bool is_kind, const char *const **names,
                              size_t *names_count)
{
    bool list = json_is_array(json);
    size_t count = list ? json_array_size(json) : 1;
    bool good = true;

    if (count == 0 || count > TOUCH_FILTER_VALUES_MAX) {
        faults_add(reader->faults, pointer, count == 0 ? "empty" : "too_many",
                   "1 to %d texts are wanted", TOUCH_FILTER_VALUES_MAX);
        return false;
    }
    const char **texts = reader_alloc(reader, count, sizeof *texts);
    if (texts == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        const json_t *item = list ? json_array_get(json, i) : json;
        const char *place = list ? reader_item(reader, pointer, i) : pointer;
        if (!check_filter_text(reader, item, place, is_kind)) {
            good = false;
            continue;
        }
        texts[i] = arena_strdup(reader->arena, json_string_value(item));
        if (texts[i] == NULL)
            reader->out_of_memory = true;
    }
    *names = texts;
    *names_count = count;
    return good && !reader->out_of_memory;
}

static bool add_kind(struct definition_reader *reader, const char *kind, const char *pointer)
{
    for (size_t i = 0; i < reader->kinds_count; i++)
        if (strcmp(reader->kinds[i], kind) == 0)
            return true;
    if (reader->kinds_count == TOUCH_KINDS_MAX) {
        faults_add(reader->faults, pointer, "too_many",
                   "one definition names at most %d kinds of touch", TOUCH_KINDS_MAX);
        return false;
    }
    reader->kinds[reader->kinds_count++] = kind;
    return true;
}

static bool read_kinds(struct definition_reader *reader, const json_t *json, const char *pointer,
                       struct touch_filter *filter)
{
    const json_t *kinds = json_object_get(json, "kind");
    const char *place = reader_member(reader, pointer, "kind");

    if (kinds == NULL)
        return true;
    if (!read_filter_texts(reader, kinds, place, true, &filter->kinds, &filter->kinds_count))
        return false;
    for (size_t i = 0; i < filter->kinds_count; i++)
        if (!add_kind(reader, filter->kinds[i], place))
            return false;
    return true;
}

static bool read_dimension(struct definition_reader *reader, const json_t *json,
                           const char *pointer, enum dimension dimension,
                           struct touch_values *values)
{
    const json_t *texts = json_object_get(json, dimension_name(dimension));

    if (texts == NULL)
        return true;
    if (!read_filter_texts(reader, texts, reader_member(reader, pointer, dimension_name(dimension)),
                           false, &values->names, &values->count))
        return false;
    int64_t *ids = reader_alloc(reader, values->count, sizeof *ids);
    for (size_t i = 0; ids != NULL && i < values->count; i++)
        ids[i] = dimension_id(dimension, values->names[i]);
    values->ids = ids;
    return ids != NULL;
}

static bool read_direction(struct definition_reader *reader, const json_t *json,
                           const char *pointer, struct touch_filter *filter)
{
    static const char *const names[] = {"inbound", "outbound"};

    if (json_object_get(json, "direction") == NULL)
        return true;
    int choice = reader_choice(reader, json, pointer, "direction", names, 2);
    filter->has_direction = choice >= 0;
    filter->direction = choice == 1 ? DIRECTION_OUTBOUND : DIRECTION_INBOUND;
    return choice >= 0;
}

static const struct member touch_members[] = {
    {"kind", MEMBER_ANY, false, 0, 0},
    {"within_days", MEMBER_INT, false, 1, TEST_DAYS_MAX},
    {"half_life_days", MEMBER_INT, false, 1, TEST_DAYS_MAX},
    {"direction", MEMBER_LINE, false, 1, CODE_MAX_BYTES},
    {"channel", MEMBER_ANY, false, 0, 0},
    {"source", MEMBER_ANY, false, 0, 0},
    {"medium", MEMBER_ANY, false, 0, 0},
    {"campaign", MEMBER_ANY, false, 0, 0},
    {"content", MEMBER_ANY, false, 0, 0},
    {0},
};

static bool read_touches(struct definition_reader *reader, const json_t *json, const char *pointer,
                         struct touch_filter *filter)
{
    bool good = reader_check(reader, json, pointer, touch_members);

    if (!json_is_object(json))
        return false;
    filter->within_days = reader_int(json, "within_days", 0);
    filter->half_life_days = reader_int(json, "half_life_days", 0);
    good = read_kinds(reader, json, pointer, filter) && good;
    good = read_direction(reader, json, pointer, filter) && good;
    filter->counts_older = !filter->has_direction;
    for (int i = 0; i < DIMENSION_COUNT; i++) {
        good = read_dimension(reader, json, pointer, (enum dimension)i, &filter->dimensions[i]) &&
               good;
        if (filter->dimensions[i].count > 0)
            filter->counts_older = false;
    }
    return good;
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
        if (node->name[0] == ' ' || node->name[strlen(node->name) - 1] == ' ')
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
        return read_operand(reader, value, pointer, node);
    return read_wanted_count(reader, value, pointer, (struct touch_filter *)node->touches);
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
           read_touches(reader, touches, reader_member(reader, pointer, "touches"), filter);
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
