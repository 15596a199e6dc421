#include "base/form.h"

#include "base/hex.h"
#include "base/json_lenient.h"
#include "base/text/encoding.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TYPE "application/x-www-form-urlencoded"

#define FORM_NAME_MAX_BYTES 256 /* of a name with brackets */

bool form_is_type(const char *content_type)
{
    return content_type != NULL && strncasecmp(content_type, TYPE, sizeof TYPE - 1) == 0 &&
           strchr("; \t", content_type[sizeof TYPE - 1]) != NULL;
}

/* Decodes into out, which has room; -1 for a broken escape. */
static long decode(const char *text, size_t len, char *out)
{
    char *to = out;

    for (size_t i = 0; i < len; i++) {
        int high = 0, low = 0;
        if (text[i] == '%' && (i + 2 >= len || (high = hex_digit(text[i + 1])) < 0 ||
                               (low = hex_digit(text[i + 2])) < 0))
            return -1;
        *to++ = text[i] == '+' ? ' ' : text[i] == '%' ? (char)(high * 16 + low) : text[i];
        i += text[i] == '%' ? 2 : 0;
    }
    return to - out;
}

enum err form_add(json_t *fields, const char *name, json_t *value)
{
    json_t *there = json_object_get(fields, name);

    if (there == NULL)
        return json_object_set_new(fields, name, value) == 0 ? ERR_NONE : ERR_OUT_OF_MEMORY;
    if (json_is_array(there))
        return json_array_append_new(there, value) == 0 ? ERR_NONE : ERR_OUT_OF_MEMORY;
    json_t *list = json_pack("[Oo]", there, value);
    return list != NULL && json_object_set_new(fields, name, list) == 0 ? ERR_NONE
                                                                        : ERR_OUT_OF_MEMORY;
}

/* A form while it is read. */
struct form {
    struct arena *arena;
    json_t *fields;
    bool converted;
    char *room; /* as many bytes as the form, plus two */
};

/* What is wrong with a decoded name or value; NULL: nothing. */
static const char *fault_of(const char *text, long len)
{
    if (len < 0)
        return "a % is not followed by two hex digits";
    return memchr(text, '\0', (size_t)len) != NULL ? "it holds a NUL" : NULL;
}

/* In UTF-8, whatever page the form stood on. NULL: memory is short. */
static const char *in_utf8(struct form *form, const char *text, size_t *len)
{
    bool changed;

    if (utf8_is_whole(text, *len))
        return text;
    form->converted = true;
    return encoding_whole(text, *len, form->arena, len, &changed);
}

static enum err add_field(struct form *form, const char *text, size_t len, const char **fault)
{
    const char *equals = memchr(text, '=', len);
    size_t raw_len = equals == NULL ? len : (size_t)(equals - text);
    long name_end = decode(text, raw_len, form->room);

    *fault = fault_of(form->room, name_end);
    if (*fault != NULL)
        return ERR_MALFORMED_JSON;
    form->room[name_end] = '\0';
    char *room = form->room + name_end + 1;
    long value_end = equals == NULL ? 0 : decode(equals + 1, len - raw_len - 1, room);
    *fault = fault_of(room, value_end);
    if (*fault != NULL)
        return ERR_MALFORMED_JSON;
    size_t name_len = (size_t)name_end, value_len = (size_t)value_end;
    const char *name = in_utf8(form, form->room, &name_len);
    const char *value = in_utf8(form, room, &value_len);
    if (name == NULL || value == NULL)
        return ERR_OUT_OF_MEMORY;
    json_t *json = json_stringn(value, value_len);
    return json == NULL ? ERR_OUT_OF_MEMORY : form_add(form->fields, name, json);
}

static enum err add_fields(struct form *form, const char *text, size_t len,
                           char why[FORM_WHY_MAX_BYTES])
{
    size_t count = 0;

    while (len > 0) {
        const char *ampersand = memchr(text, '&', len);
        size_t field = ampersand == NULL ? len : (size_t)(ampersand - text);
        const char *fault = NULL;
        enum err err = ERR_NONE;
        if (field > 0 && ++count > FORM_FIELDS_MAX) {
            snprintf(why, FORM_WHY_MAX_BYTES, "It has more than %d fields", FORM_FIELDS_MAX);
            return ERR_MALFORMED_JSON;
        }
        if (field > 0)
            err = add_field(form, text, field, &fault);
        if (fault != NULL)
            snprintf(why, FORM_WHY_MAX_BYTES, "Field %zu: %s", count, fault);
        if (err != ERR_NONE)
            return err;
        size_t taken = field + (ampersand != NULL);
        text += taken;
        len -= taken;
    }
    return ERR_NONE;
}

enum err form_parse(const char *text, size_t len, struct arena *arena, json_t **out,
                    bool *converted, char why[FORM_WHY_MAX_BYTES])
{
    struct form form = {.arena = arena, .fields = json_object(), .room = malloc(len + 2)};
    enum err err = ERR_OUT_OF_MEMORY;

    *out = NULL;
    why[0] = '\0';
    if (form.fields != NULL && form.room != NULL)
        err = add_fields(&form, text, len, why);
    free(form.room);
    *converted = form.converted;
    if (err == ERR_NONE)
        *out = form.fields;
    else
        json_decref(form.fields);
    if (err == ERR_OUT_OF_MEMORY)
        arena_fail(arena);
    return err;
}

/* ---- what names mean ---- */

#define NEST_DEPTH_MAX 8

/* The container of a name's next part within *in, made where it is not there. NULL: something else
 * is there, or memory is short. */
static json_t *container(json_t *in, const char *key, bool list)
{
    json_t *there = json_is_array(in) ? NULL : json_object_get(in, key);

    if (there == NULL) {
        there = list ? json_array() : json_object();
        int set = json_is_array(in) ? json_array_append_new(in, there)
                                    : json_object_set_new(in, key, there);
        return set == 0 ? there : NULL;
    }
    return list == json_is_array(there) && !json_is_string(there) ? there : NULL;
}

/* "a[b][]" as {"a": {"b": [value]}}. What cannot be is left as it stands. */
static void nest_field(json_t *fields, json_t *nested, const char *name, json_t *value)
{
    char text[FORM_NAME_MAX_BYTES + 1];
    json_t *at = nested;

    if (strlen(name) > FORM_NAME_MAX_BYTES || strchr(name, '[') == NULL || name[0] == '[')
        return;
    memcpy(text, name, strlen(name) + 1);
    char *part = text, *open = strchr(text, '[');
    *open = '\0';
    if (json_object_get(fields, part) != NULL)
        return;
    for (int depth = 0; depth < NEST_DEPTH_MAX && at != NULL; depth++) {
        char *inner = open + 1, *close = strchr(inner, ']');
        if (close == NULL)
            return;
        *close = '\0';
        at = container(at, part, inner[0] == '\0');
        if (close[1] != '[') {
            if (at == NULL || close[1] != '\0')
                return;
            if (json_is_array(at) && json_is_array(value))
                json_array_extend(at, value);
            else if (json_is_array(at))
                json_array_append(at, value);
            else
                json_object_set(at, inner, value);
            return;
        }
        part = inner;
        open = close + 1;
    }
}

/* Of people who type, nobody types an object of JSON. */
static json_t *object_in(const json_t *value, struct arena *arena)
{
    struct json_notes notes = {0};
    const char *text = json_string_value(value);
    json_t *json = NULL;
    int line, column;

    text = text == NULL ? NULL : text + strspn(text, " \t\r\n");
    if (text == NULL || (text[0] != '{' && (text[0] != '[' || text[1] != '{')))
        return NULL;
    enum err err = json_lenient_read(text, strlen(text), arena, &notes, &json, &line, &column);
    return err == ERR_NONE ? json : NULL;
}

enum err form_nest(json_t *fields, struct arena *arena)
{
    json_t *nested = json_object();
    const char *name;
    json_t *value;
    void *next;

    if (nested == NULL)
        arena_fail(arena);
    json_object_foreach_safe(fields, next, name, value)
    {
        json_t *json = object_in(value, arena);
        if (json != NULL && json_object_set_new(fields, name, json) < 0)
            arena_fail(arena);
        if (nested != NULL && json == NULL)
            nest_field(fields, nested, name, value);
    }
    if (nested != NULL && json_object_update_missing(fields, nested) < 0)
        arena_fail(arena);
    json_decref(nested);
    return arena_failed(arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
}
