#include "base/json_out.h"

#include "base/decimal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void json_out_init(struct json_out *out, struct arena *arena, size_t cap_bytes)
{
    text_out_init(&out->written, arena, cap_bytes);
    out->need_comma = false;
}

void json_out_clear(struct json_out *out)
{
    text_out_clear(&out->written);
    out->need_comma = false;
}

char *json_out_keep(const struct json_out *out, struct arena *arena, size_t *len)
{
    if (len != NULL)
        *len = out->written.len;
    return arena_failed(arena) ? NULL : arena_copy(arena, out->written.text, out->written.len);
}

static void put(struct json_out *out, const char *bytes, size_t len)
{
    text_out_put_len(&out->written, bytes, len);
}

static void put_char(struct json_out *out, char c)
{
    struct text_out *to = &out->written;

    if (to->len + 1 >= to->size || to->len >= to->cap) {
        put(out, &c, 1);
        return;
    }
    to->text[to->len++] = c;
    to->text[to->len] = '\0';
}

/* What stands before a value: a comma if it is not the first of its container. */
static void before_value(struct json_out *out)
{
    if (out->need_comma)
        put_char(out, ',');
    out->need_comma = true;
}

static void open_container(struct json_out *out, char bracket)
{
    before_value(out);
    put_char(out, bracket);
    out->need_comma = false;
}

static void close_container(struct json_out *out, char bracket)
{
    put_char(out, bracket);
    out->need_comma = true;
}

void json_out_begin_object(struct json_out *out)
{
    open_container(out, '{');
}

void json_out_end_object(struct json_out *out)
{
    close_container(out, '}');
}

void json_out_begin_array(struct json_out *out)
{
    open_container(out, '[');
}

void json_out_end_array(struct json_out *out)
{
    close_container(out, ']');
}

static void put_escaped(struct json_out *out, const char *text, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    size_t start = 0;

    put_char(out, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        put(out, text + start, i - start);
        start = i + 1;
        char escape[6] = {'\\', (char)c};
        size_t escape_len = 2;
        switch (c) {
        case '"':
        case '\\':
            break;
        case '\n':
            escape[1] = 'n';
            break;
        case '\r':
            escape[1] = 'r';
            break;
        case '\t':
            escape[1] = 't';
            break;
        default:
            memcpy(escape + 1, "u00", 3);
            escape[4] = digits[c >> 4];
            escape[5] = digits[c & 15];
            escape_len = 6;
        }
        put(out, escape, escape_len);
    }
    put(out, text + start, len - start);
    put_char(out, '"');
}

void json_out_key(struct json_out *out, const char *key)
{
    before_value(out);
    put_escaped(out, key, strlen(key));
    put_char(out, ':');
    out->need_comma = false;
}

void json_out_text_len(struct json_out *out, const char *text, size_t len)
{
    before_value(out);
    put_escaped(out, text, len);
}

void json_out_text(struct json_out *out, const char *text)
{
    if (text == NULL)
        json_out_null(out);
    else
        json_out_text_len(out, text, strlen(text));
}

void json_out_int(struct json_out *out, int64_t number)
{
    char digits[DECIMAL_TEXT_MAX];
    size_t len = decimal_format(number, digits);

    before_value(out);
    put(out, digits, len);
}

void json_out_real(struct json_out *out, double number)
{
    char digits[40];
    int len = 0;

    if (!isfinite(number)) {
        json_out_null(out);
        return;
    }
    for (int precision = DECIMAL_DIGITS; precision <= 17; precision++) {
        len = snprintf(digits, sizeof digits, "%.*g", precision, number);
        if (strtod(digits, NULL) == number)
            break;
    }
    before_value(out);
    put(out, digits, (size_t)len);
    if (strpbrk(digits, ".eE") == NULL) /* stays a real when it is read again */
        put(out, ".0", 2);
}

void json_out_bool(struct json_out *out, bool value)
{
    before_value(out);
    put(out, value ? "true" : "false", value ? 4 : 5);
}

void json_out_null(struct json_out *out)
{
    before_value(out);
    put(out, "null", 4);
}

void json_out_uuid(struct json_out *out, struct uuid id)
{
    char text[UUID_TEXT_LEN + 1];

    if (uuid_is_nil(id)) {
        json_out_null(out);
        return;
    }
    uuid_format(id, text);
    json_out_text_len(out, text, UUID_TEXT_LEN);
}

void json_out_instant(struct json_out *out, instant at)
{
    char text[INSTANT_TEXT_MAX];

    if (at == INSTANT_NONE) {
        json_out_null(out);
        return;
    }
    size_t len = instant_format(at, text);
    json_out_text_len(out, text, len);
}

void json_out_hex(struct json_out *out, const uint8_t *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";

    before_value(out);
    if (!text_out_reserve(&out->written, 2 * len + 2))
        return;
    char *p = out->written.text + out->written.len;
    *p++ = '"';
    for (size_t i = 0; i < len; i++) {
        *p++ = digits[bytes[i] >> 4];
        *p++ = digits[bytes[i] & 15];
    }
    *p++ = '"';
    *p = '\0';
    out->written.len += 2 * len + 2;
}

void json_out_raw(struct json_out *out, const char *json, size_t len)
{
    before_value(out);
    put(out, json, len);
}

void json_out_member_text(struct json_out *out, const char *key, const char *text)
{
    json_out_key(out, key);
    json_out_text(out, text);
}

void json_out_member_int(struct json_out *out, const char *key, int64_t number)
{
    json_out_key(out, key);
    json_out_int(out, number);
}

void json_out_member_bool(struct json_out *out, const char *key, bool value)
{
    json_out_key(out, key);
    json_out_bool(out, value);
}

void json_out_member_null(struct json_out *out, const char *key)
{
    json_out_key(out, key);
    json_out_null(out);
}

void json_out_member_uuid(struct json_out *out, const char *key, struct uuid id)
{
    json_out_key(out, key);
    json_out_uuid(out, id);
}

void json_out_member_instant(struct json_out *out, const char *key, instant at)
{
    json_out_key(out, key);
    json_out_instant(out, at);
}
