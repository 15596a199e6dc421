#include "base/form.h"

#include "base/hex.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TYPE "application/x-www-form-urlencoded"

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

static enum err add(json_t *fields, const char *name, json_t *value)
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

/* What is wrong with a decoded name or value; NULL: nothing. */
static const char *fault_of(const char *text, long len)
{
    if (len < 0)
        return "a % is not followed by two hex digits";
    if (memchr(text, '\0', (size_t)len) != NULL)
        return "it holds a NUL";
    return utf8_is_whole(text, (size_t)len) ? NULL : "it is not UTF-8: send the form in UTF-8";
}

/* room: as many bytes as the field, plus two. */
static enum err add_field(json_t *fields, const char *text, size_t len, char *room,
                          const char **fault)
{
    const char *equals = memchr(text, '=', len);
    size_t name_len = equals == NULL ? len : (size_t)(equals - text);
    long name_end = decode(text, name_len, room);

    *fault = fault_of(room, name_end);
    if (*fault != NULL)
        return ERR_MALFORMED_JSON;
    room[name_end] = '\0';
    char *value = room + name_end + 1;
    long value_len = equals == NULL ? 0 : decode(equals + 1, len - name_len - 1, value);
    *fault = fault_of(value, value_len);
    if (*fault != NULL)
        return ERR_MALFORMED_JSON;
    json_t *json = json_stringn(value, (size_t)value_len);
    return json == NULL ? ERR_OUT_OF_MEMORY : add(fields, room, json);
}

static enum err add_fields(json_t *fields, const char *text, size_t len, char *room,
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
            err = add_field(fields, text, field, room, &fault);
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

enum err form_parse(const char *text, size_t len, json_t **out, char why[FORM_WHY_MAX_BYTES])
{
    json_t *fields = json_object();
    char *room = malloc(len + 2);
    enum err err = ERR_OUT_OF_MEMORY;

    *out = NULL;
    why[0] = '\0';
    if (fields != NULL && room != NULL)
        err = add_fields(fields, text, len, room, why);
    free(room);
    if (err == ERR_NONE)
        *out = fields;
    else
        json_decref(fields);
    return err;
}
