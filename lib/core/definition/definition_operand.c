/* What a simple test of an attribute or a fact compares with. */
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
    OPERAND_NONE,    /* nothing, or whether */
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
    node->date_end = node->date + (node->value.len == DATE_LEN ? INSTANT_DAY : 1);
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

bool reader_operand(struct definition_reader *reader, const json_t *json, const char *pointer,
                    struct test_node *node)
{
    switch (operands[node->op]) {
    case OPERAND_SCALAR:
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
