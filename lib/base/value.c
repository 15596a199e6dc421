#include "base/value.h"

#include <string.h>

static enum err scalar_from_json(const json_t *json, struct arena *arena, struct value *out)
{
    *out = (struct value){.type = VALUE_NULL};
    switch (json_typeof(json)) {
    case JSON_NULL:
        return ERR_NONE;
    case JSON_TRUE:
    case JSON_FALSE:
        out->type = VALUE_BOOL;
        out->boolean = json_is_true(json);
        return ERR_NONE;
    case JSON_INTEGER:
        out->type = VALUE_INT;
        out->integer = json_integer_value(json);
        return ERR_NONE;
    case JSON_REAL:
        out->type = VALUE_REAL;
        out->real = json_real_value(json);
        return ERR_NONE;
    case JSON_STRING:
        if (json_string_length(json) > VALUE_TEXT_MAX_BYTES)
            return ERR_INVALID_VALUE;
        out->type = VALUE_TEXT;
        out->len = (uint32_t)json_string_length(json);
        out->text = arena_copy(arena, json_string_value(json), out->len);
        return out->text == NULL ? ERR_OUT_OF_MEMORY : ERR_NONE;
    default:
        return ERR_INVALID_VALUE;
    }
}

enum err value_from_json(const json_t *json, struct arena *arena, struct value *out)
{
    if (!json_is_array(json))
        return scalar_from_json(json, arena, out);
    size_t count = json_array_size(json);
    if (count > VALUE_LIST_MAX)
        return ERR_INVALID_VALUE;
    struct value *items = ARENA_ARRAY(arena, struct value, count + 1);
    if (items == NULL)
        return ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < count; i++) {
        enum err err = scalar_from_json(json_array_get(json, i), arena, &items[i]);
        if (err != ERR_NONE)
            return err;
        if (items[i].type == VALUE_NULL)
            return ERR_INVALID_VALUE;
    }
    *out = (struct value){.type = VALUE_LIST, .len = (uint32_t)count, .items = items};
    return ERR_NONE;
}

void value_write(const struct value *value, struct json_out *out)
{
    switch (value->type) {
    case VALUE_NULL:
        json_out_null(out);
        break;
    case VALUE_BOOL:
        json_out_bool(out, value->boolean);
        break;
    case VALUE_INT:
        json_out_int(out, value->integer);
        break;
    case VALUE_REAL:
        json_out_real(out, value->real);
        break;
    case VALUE_TEXT:
        json_out_text_len(out, value->text, value->len);
        break;
    case VALUE_LIST:
        json_out_begin_array(out);
        for (uint32_t i = 0; i < value->len; i++)
            value_write(&value->items[i], out);
        json_out_end_array(out);
        break;
    }
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

bool value_equal(const struct value *a, const struct value *b)
{
    if (value_is_number(a) && value_is_number(b))
        return order_numbers(a, b) == 0;
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case VALUE_NULL:
        return true;
    case VALUE_BOOL:
        return a->boolean == b->boolean;
    case VALUE_TEXT:
        return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
    case VALUE_LIST:
        for (uint32_t i = 0; i < a->len && a->len == b->len; i++)
            if (!value_equal(&a->items[i], &b->items[i]))
                return false;
        return a->len == b->len;
    default:
        return false;
    }
}
