/* The values that a simple test of an attribute or a fact compares with. */
#include "core/definition/definition_reader.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define DATE_LEN 10 /* 2026-11-22 */

enum operand {
    OPERAND_SCALAR,  /* a text, number or boolean */
    OPERAND_ORDERED, /* a number, or a text that is a date */
    OPERAND_LIST,    /* scalars */
    OPERAND_TEXT,    /* a text that is not empty */
    OPERAND_NONE,    /* nothing, or true or false */
    OPERAND_DOMAINS, /* a domain, or a list of them */
    OPERAND_DAYS,
};

static const enum operand operands[OP_COUNT] = {
    [OP_EQ] = OPERAND_SCALAR,        [OP_NE] = OPERAND_SCALAR,
    [OP_LT] = OPERAND_ORDERED,       [OP_LTE] = OPERAND_ORDERED,
    [OP_GT] = OPERAND_ORDERED,       [OP_GTE] = OPERAND_ORDERED,
    [OP_IN] = OPERAND_LIST,          [OP_NOT_IN] = OPERAND_LIST,
    [OP_CONTAINS] = OPERAND_SCALAR,  [OP_STARTS_WITH] = OPERAND_TEXT,
    [OP_EXISTS] = OPERAND_NONE,      [OP_MATCHES_DOMAIN] = OPERAND_DOMAINS,
    [OP_WITHIN_DAYS] = OPERAND_DAYS,
};

static int order_for_qsort(const void *a, const void *b)
{
    return value_order(a, b);
}

static bool read_scalar(struct definition_reader *reader, const struct input_node *at,
                        struct value *out)
{
    struct input *in = &reader->in;

    if (json_is_array(at->json) || json_is_object(at->json) || json_is_null(at->json))
        return input_fault(in, at, "type", "A text, a number or true/false is wanted");
    if (json_is_string(at->json) && json_string_length(at->json) == 0)
        return input_fault(in, at, "empty", "An empty text is never known; use exists");
    enum err err = value_from_json(at->json, in->arena, out);
    if (err == ERR_INVALID_VALUE)
        input_fault(in, at, "length", "At most %d bytes are wanted", VALUE_TEXT_MAX_BYTES);
    return err == ERR_NONE;
}

static bool read_ordered(struct definition_reader *reader, const struct input_node *at,
                         struct test_node *node)
{
    if (json_is_boolean(at->json))
        return input_fault(&reader->in, at, "type",
                           "A number or a date is wanted to compare by order");
    if (!read_scalar(reader, at, &node->value))
        return false;
    if (node->value.type == VALUE_TEXT && !instant_parse_lenient(node->value.text, &node->date))
        return input_fault(&reader->in, at, "date",
                           "This text is not a date; order is by number or by date "
                           "(2026-11-22 or 2026-11-22T10:00:00Z)");
    node->date_end = node->date + (node->value.len == DATE_LEN ? INSTANT_DAY : 1);
    return true;
}

/* Normalises domains for matches_domain: lower case, ASCII, no dot at either end. */
static bool normalize_domain(struct definition_reader *reader, const struct input_node *at,
                             struct value *value)
{
    char *copy = arena_copy(reader->in.arena, value->text, value->len);

    if (copy == NULL)
        return false;
    for (char *p = copy; *p != '\0'; p++) {
        bool dot = *p == '.';
        bool misplaced = dot && (p == copy || p[1] == '\0' || p[1] == '.');
        if (misplaced || (!dot && *p != '-' && !isalnum((unsigned char)*p)))
            return input_fault(&reader->in, at, "domain",
                               "A domain such as acme.example is wanted (subdomains are included; "
                               "other scripts in their xn-- form)");
        *p = (char)tolower((unsigned char)*p);
    }
    value->text = copy;
    return true;
}

static bool read_domain(struct definition_reader *reader, const struct input_node *at,
                        struct value *out)
{
    if (!json_is_string(at->json))
        return input_fault(&reader->in, at, "type", "A domain is wanted");
    return read_scalar(reader, at, out) && normalize_domain(reader, at, out);
}

typedef bool read_one(struct definition_reader *reader, const struct input_node *at,
                      struct value *out);

static void warn_repeats(struct definition_reader *reader, const struct input_node *at,
                         const struct value *sorted, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (value_order(&sorted[i - 1], &sorted[i]) != 0)
            continue;
        reader_warn(reader, input_pointer(at, reader->warnings->arena), "repeated",
                    "A value is given more than once");
        return;
    }
}

static bool read_list(struct definition_reader *reader, const struct input_node *at, read_one *read,
                      struct test_node *node)
{
    size_t count = json_array_size(at->json);
    bool sound = true;

    if (!json_is_array(at->json) || count == 0 || count > TEST_LIST_MAX)
        return input_fault(&reader->in, at,
                           !json_is_array(at->json) ? "type"
                           : count == 0             ? "empty"
                                                    : "too_many",
                           "An array of 1 to %d values is wanted", TEST_LIST_MAX);
    struct value *items = ARENA_ARRAY(reader->in.arena, struct value, count);
    struct value *sorted = ARENA_ARRAY(reader->in.arena, struct value, count);
    if (items == NULL || sorted == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct input_node item = input_item(at, i);
        sound = read(reader, &item, &items[i]) && sound;
    }
    if (!sound)
        return false;
    memcpy(sorted, items, count * sizeof *items);
    qsort(sorted, count, sizeof *sorted, order_for_qsort);
    warn_repeats(reader, at, sorted, count);
    node->value = (struct value){.type = VALUE_LIST, .len = (uint32_t)count, .items = items};
    node->sorted = sorted;
    return true;
}

static bool read_domains(struct definition_reader *reader, const struct input_node *at,
                         struct test_node *node)
{
    if (json_is_array(at->json))
        return read_list(reader, at, read_domain, node);
    struct value *item = ARENA_NEW(reader->in.arena, struct value);
    if (item == NULL || !read_domain(reader, at, item))
        return false;
    node->value = (struct value){.type = VALUE_LIST, .len = 1, .items = item};
    node->sorted = item;
    return true;
}

static bool read_text_operand(struct definition_reader *reader, const struct input_node *at,
                              struct test_node *node)
{
    if (!json_is_string(at->json))
        return input_fault(&reader->in, at, "type", "A text is wanted");
    return read_scalar(reader, at, &node->value);
}

static bool read_days(struct definition_reader *reader, const struct input_node *at,
                      struct test_node *node)
{
    int64_t days = json_integer_value(at->json);

    if (!json_is_integer(at->json) || days < 1 || days > TEST_DAYS_MAX)
        return input_fault(&reader->in, at, json_is_integer(at->json) ? "range" : "type",
                           "A whole number of days from 1 to %d is wanted", TEST_DAYS_MAX);
    node->value = (struct value){.type = VALUE_INT, .integer = days};
    return true;
}

/* exists takes true or false; without a value it means true. */
static bool read_whether(struct definition_reader *reader, const struct input_node *at,
                         struct test_node *node)
{
    if (at->json != NULL && !json_is_boolean(at->json))
        return input_fault(&reader->in, at, "type",
                           "The operator exists takes no value, or true or false");
    node->value = (struct value){.type = VALUE_BOOL, .boolean = !json_is_false(at->json)};
    return true;
}

bool reader_operand(struct definition_reader *reader, const struct input_node *at,
                    struct test_node *node)
{
    switch (operands[node->op]) {
    case OPERAND_SCALAR:
        return read_scalar(reader, at, &node->value);
    case OPERAND_ORDERED:
        return read_ordered(reader, at, node);
    case OPERAND_LIST:
        return read_list(reader, at, read_scalar, node);
    case OPERAND_TEXT:
        return read_text_operand(reader, at, node);
    case OPERAND_DOMAINS:
        return read_domains(reader, at, node);
    case OPERAND_DAYS:
        return read_days(reader, at, node);
    default:
        return read_whether(reader, at, node);
    }
}
