#include "base/json_lenient.h"

#include "base/hex.h"
#include "base/json_bounds.h"
#include "base/json_tree.h"
#include "base/text_out.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BOM              "\xef\xbb\xbf"
#define TEXT_MAX_BYTES   (16u << 20) /* of what is written anew: six bytes for one at most */
#define NUMBER_MAX_BYTES 400         /* longer ones are texts, too */

static const struct {
    const char *code;
    const char *detail;
} notes_table[JSON_NOTE_COUNT] = {
#define X(name, code, detail) [JSON_NOTE_##name] = {code, detail},
    JSON_NOTE_TABLE(X)
#undef X
};

const char *json_note_name(enum json_note_code code)
{
    return notes_table[code].code;
}

const char *json_note_detail(enum json_note_code code)
{
    return notes_table[code].detail;
}

void json_notes_add(struct json_notes *notes, enum json_note_code code, const char *pointer)
{
    if (pointer != NULL && notes->count < JSON_NOTES_MAX)
        notes->items[notes->count++] = (struct json_note){code, pointer};
}

/* A text that is written anew, so that jansson takes it. It is not checked on the way: what does
 * not look like JSON is copied, and jansson says so. */
struct rewrite {
    const char *at;
    const char *end;
    struct arena *arena;
    struct json_notes *notes;
    struct text_out out;
    struct text_out pointer; /* of the value at hand */
    int depth;
};

static void note(struct rewrite *r, enum json_note_code code)
{
    const char *pointer = r->pointer.len == 0 ? "" : r->pointer.text;

    if (r->notes->count < JSON_NOTES_MAX)
        json_notes_add(r->notes, code, arena_strdup(r->arena, pointer));
}

static void copy(struct rewrite *r, size_t len)
{
    size_t left = (size_t)(r->end - r->at);

    text_out_put_len(&r->out, r->at, len < left ? len : left);
    r->at += len < left ? len : left;
}

static void skip_space(struct rewrite *r)
{
    while (r->at < r->end && strchr(" \t\r\n", *r->at) != NULL && *r->at != '\0')
        copy(r, 1);
}

/* The four digits of \uXXXX at text; -1: it is none. */
static int unit_at(const char *text, const char *end)
{
    int unit = 0;

    if (end - text < 6 || text[0] != '\\' || text[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        int digit = hex_digit(text[i]);
        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

static void rewrite_escape(struct rewrite *r)
{
    int unit = unit_at(r->at, r->end);

    if (unit == 0) {
        note(r, JSON_NOTE_NUL);
        r->at += 6;
    } else if (unit >= 0xd800 && unit <= 0xdbff) {
        int low = unit_at(r->at + 6, r->end);
        if (low >= 0xdc00 && low <= 0xdfff) {
            copy(r, 12);
            return;
        }
        note(r, JSON_NOTE_HALF_CHARACTER);
        text_out_put(&r->out, "\\ufffd");
        r->at += 6;
    } else if (unit >= 0xdc00 && unit <= 0xdfff) {
        note(r, JSON_NOTE_HALF_CHARACTER);
        text_out_put(&r->out, "\\ufffd");
        r->at += 6;
    } else {
        copy(r, 2);
    }
}

static void rewrite_text(struct rewrite *r)
{
    copy(r, 1);
    while (r->at < r->end && *r->at != '"') {
        unsigned char byte = (unsigned char)*r->at;
        if (byte == '\\') {
            rewrite_escape(r);
        } else if (byte < 0x20) {
            note(r, byte == 0 ? JSON_NOTE_NUL : JSON_NOTE_CONTROL);
            if (byte != 0)
                text_out_format(&r->out, "\\u%04x", byte);
            r->at++;
        } else {
            copy(r, 1);
        }
    }
    copy(r, 1);
}

/* Whether jansson reads this number without loss of its leading digits: an integer of 64 bits, or
 * what a double reaches. */
static bool is_kept(const char *text, size_t len)
{
    char number[NUMBER_MAX_BYTES + 1];

    if (len > NUMBER_MAX_BYTES)
        return false;
    memcpy(number, text, len);
    number[len] = '\0';
    errno = 0;
    if (strpbrk(number, ".eE") == NULL) {
        strtoll(number, NULL, 10);
        return errno == 0;
    }
    return isfinite(strtod(number, NULL));
}

static void rewrite_number(struct rewrite *r)
{
    size_t len = 0;

    while (r->at + len < r->end && r->at[len] != '\0' && strchr("+-.0123456789eE", r->at[len]))
        len++;
    bool kept = is_kept(r->at, len);
    if (!kept) {
        note(r, JSON_NOTE_BIG_NUMBER);
        text_out_put(&r->out, "\"");
    }
    copy(r, len);
    if (!kept)
        text_out_put(&r->out, "\"");
}

static void rewrite_value(struct rewrite *r);

static void push_token(struct rewrite *r, const char *token)
{
    text_out_put(&r->pointer, "/");
    for (; *token != '\0'; token++) {
        if (*token == '~' || *token == '/')
            text_out_put(&r->pointer, *token == '~' ? "~0" : "~1");
        else
            text_out_put_len(&r->pointer, token, 1);
    }
}

static void cut_pointer(struct rewrite *r, size_t len)
{
    r->pointer.len = len;
    if (r->pointer.text != NULL)
        r->pointer.text[len] = '\0';
}

/* The name that was just written, from there; names counts those of the object so far. */
static void name_member(struct rewrite *r, size_t from, json_t *names)
{
    json_t *name = r->out.text == NULL ? NULL
                                       : json_tree_read(r->arena, r->out.text + from,
                                                        r->out.len - from, JSON_DECODE_ANY, NULL);

    push_token(r, name == NULL ? "" : json_string_value(name));
    if (name != NULL && json_object_get(names, json_string_value(name)) != NULL)
        note(r, JSON_NOTE_REPEATED);
    else if (name != NULL && json_object_set_new(names, json_string_value(name), json_true()) < 0)
        arena_fail(r->arena);
    json_decref(name);
}

static void rewrite_object(struct rewrite *r)
{
    size_t outer = r->pointer.len;
    json_t *names = json_object();

    if (names == NULL)
        arena_fail(r->arena);
    copy(r, 1);
    skip_space(r);
    while (!arena_failed(r->arena) && r->at < r->end && *r->at == '"') {
        size_t from = r->out.len;
        rewrite_text(r);
        name_member(r, from, names);
        skip_space(r);
        if (r->at < r->end && *r->at == ':')
            copy(r, 1);
        rewrite_value(r);
        cut_pointer(r, outer);
        if (r->at < r->end && *r->at == ',')
            copy(r, 1);
        skip_space(r);
    }
    if (r->at < r->end && *r->at == '}')
        copy(r, 1);
    json_decref(names);
}

static void rewrite_array(struct rewrite *r)
{
    size_t outer = r->pointer.len;
    size_t index = 0;

    copy(r, 1);
    skip_space(r);
    while (!arena_failed(r->arena) && r->at < r->end && *r->at != ']') {
        const char *before = r->at;
        text_out_format(&r->pointer, "/%zu", index++);
        rewrite_value(r);
        cut_pointer(r, outer);
        if (r->at < r->end && *r->at == ',')
            copy(r, 1);
        skip_space(r);
        if (r->at == before)
            return;
    }
    copy(r, 1);
}

static void rewrite_value(struct rewrite *r)
{
    skip_space(r);
    if (r->at == r->end || r->depth == JSON_DEPTH_MAX)
        return;
    r->depth++;
    if (*r->at == '{')
        rewrite_object(r);
    else if (*r->at == '[')
        rewrite_array(r);
    else if (*r->at == '"')
        rewrite_text(r);
    else if (*r->at == '-' || (*r->at >= '0' && *r->at <= '9'))
        rewrite_number(r);
    else
        while (r->at < r->end && *r->at >= 'a' && *r->at <= 'z')
            copy(r, 1);
    skip_space(r);
    r->depth--;
}

static json_t *read_anew(const char *text, size_t len, struct arena *arena,
                         struct json_notes *notes)
{
    struct rewrite r = {.at = text, .end = text + len, .arena = arena, .notes = notes};

    text_out_init(&r.out, arena, TEXT_MAX_BYTES);
    text_out_init(&r.pointer, arena, TEXT_MAX_BYTES);
    rewrite_value(&r);
    copy(&r, (size_t)(r.end - r.at));
    if (arena_failed(arena) || r.out.text == NULL)
        return NULL;
    json_t *json = json_tree_read(arena, r.out.text, r.out.len, JSON_DECODE_ANY, NULL);
    arena_drop(arena, r.out.text);
    return json;
}

enum err json_lenient_read(const char *text, size_t len, struct arena *arena,
                           struct json_notes *notes, json_t **out, int *line, int *column)
{
    json_error_t error = {0};
    size_t before = notes->count;

    *out = NULL;
    *line = *column = 0;
    if (len >= 3 && memcmp(text, BOM, 3) == 0) {
        text += 3;
        len -= 3;
    }
    if (!json_bounds_fit(text, len))
        return ERR_MALFORMED_JSON;
    /* what most senders send needs nothing of this */
    *out = json_tree_read(arena, text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (*out == NULL && !arena_failed(arena))
        *out = read_anew(text, len, arena, notes);
    if (arena_failed(arena)) {
        json_decref(*out);
        *out = NULL;
        return ERR_OUT_OF_MEMORY;
    }
    if (*out != NULL)
        return ERR_NONE;
    notes->count = before;
    *line = error.line > 0 ? error.line : 1;
    *column = error.column > 0 ? error.column : 1;
    return ERR_MALFORMED_JSON;
}
