#include "base/json_out.h"

#include "base/decimal.h"
#include "base/hex.h"

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

/* Room for a piece with the comma before it; NULL when there is none. What was written there is
 * counted by end_piece(). Most of an answer and of an entry is many short pieces. */
static char *begin_piece(struct json_out *out, size_t len)
{
    struct text_out *to = &out->written;
    size_t more = len + out->need_comma;

    if (to->len + more >= to->size || to->len + more > to->cap)
        if (!text_out_reserve(to, more))
            return NULL;
    char *p = to->text + to->len;
    if (out->need_comma)
        *p++ = ',';
    out->need_comma = true;
    return p;
}

static void end_piece(struct json_out *out, char *end)
{
    *end = '\0';
    out->written.len = (size_t)(end - out->written.text);
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

#define EVERY_BYTE(c) (0x0101010101010101u * (c))

/* Whether one of eight bytes is a control character, a quote or a backslash. After "Determine if a
 * word has a byte less than n" and "... a zero byte" in S. E. Anderson, "Bit Twiddling Hacks". */
static bool has_special(uint64_t word)
{
    uint64_t quote = word ^ EVERY_BYTE('"');
    uint64_t backslash = word ^ EVERY_BYTE('\\');
    uint64_t found = ((word - EVERY_BYTE(0x20)) & ~word) | ((quote - EVERY_BYTE(1)) & ~quote) |
                     ((backslash - EVERY_BYTE(1)) & ~backslash);

    return (found & EVERY_BYTE(0x80)) != 0;
}

/* At most seven bytes as eight, each of them at least once, the others plain. */
static uint64_t short_word(const char *text, size_t len)
{
    uint32_t first, last;

    if (len >= sizeof first) {
        memcpy(&first, text, sizeof first);
        memcpy(&last, text + len - sizeof last, sizeof last);
        return first | (uint64_t)last << 32;
    }
    uint64_t word = EVERY_BYTE('0');
    for (size_t i = 0; i < len; i++)
        word = word << 8 | (unsigned char)text[i];
    return word;
}

/* Whether all of it stands in JSON as it is. */
static bool is_plain(const char *text, size_t len)
{
    uint64_t word;

    if (len < sizeof word)
        return !has_special(short_word(text, len));
    for (size_t i = 0; i + sizeof word <= len; i += sizeof word) {
        memcpy(&word, text + i, sizeof word);
        if (has_special(word))
            return false;
    }
    memcpy(&word, text + len - sizeof word, sizeof word);
    return !has_special(word);
}

static void put_escape(struct json_out *out, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    char escape[6] = {'\\', (char)c};
    size_t len = 2;

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
        len = 6;
    }
    put(out, escape, len);
}

static void put_escaped(struct json_out *out, const char *text, size_t len)
{
    size_t start = 0;

    put_char(out, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        put(out, text + start, i - start);
        put_escape(out, c);
        start = i + 1;
    }
    put(out, text + start, len - start);
    put_char(out, '"');
}

/* In quotes, with the comma before it, and what comes after it: a colon, or nothing. */
static void put_quoted(struct json_out *out, const char *text, size_t len, bool colon)
{
    if (!is_plain(text, len)) {
        before_value(out);
        put_escaped(out, text, len);
        if (colon)
            put_char(out, ':');
        return;
    }
    char *p = begin_piece(out, len + 2 + colon);
    if (p == NULL)
        return;
    *p++ = '"';
    memcpy(p, text, len);
    p += len;
    *p++ = '"';
    if (colon)
        *p++ = ':';
    end_piece(out, p);
}

void json_out_key(struct json_out *out, const char *key)
{
    put_quoted(out, key, strlen(key), true);
    out->need_comma = false;
}

void json_out_text_len(struct json_out *out, const char *text, size_t len)
{
    put_quoted(out, text, len, false);
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
    char *p = begin_piece(out, len);

    if (p == NULL)
        return;
    memcpy(p, digits, len);
    end_piece(out, p + len);
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
    if (uuid_is_nil(id)) {
        json_out_null(out);
        return;
    }
    char *p = begin_piece(out, UUID_TEXT_LEN + 2);
    if (p == NULL)
        return;
    *p = '"';
    uuid_format(id, p + 1);
    p[1 + UUID_TEXT_LEN] = '"';
    end_piece(out, p + UUID_TEXT_LEN + 2);
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
    char *p = begin_piece(out, 2 * len + 2);

    if (p == NULL)
        return;
    *p++ = '"';
    hex_write(bytes, len, p);
    p += 2 * len;
    *p++ = '"';
    end_piece(out, p);
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
