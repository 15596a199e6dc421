#include "http/body.h"

#include "http/httpd_inside.h"
#include "http/metrics.h"
#include "http/request.h"

#include "base/json_bounds.h"
#include "base/json_fault.h"
#include "base/json_tree.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES 4096 /* of a chunked body */

static bool reserve(struct request *r, size_t bytes)
{
    int64_t before = atomic_fetch_add(&r->httpd->body_bytes, (int64_t)bytes);

    if (before + (int64_t)bytes > r->httpd->settings.bodies_max_bytes) {
        atomic_fetch_sub(&r->httpd->body_bytes, (int64_t)bytes);
        return false;
    }
    r->body_reserved += bytes;
    return true;
}

static enum err grow(struct request *r, size_t size)
{
    if (!reserve(r, size - r->body_size))
        return ERR_OVERLOADED;
    char *body = realloc(r->body, size + 1);
    if (body == NULL)
        return ERR_OUT_OF_MEMORY;
    r->body = body;
    r->body_size = size;
    return ERR_NONE;
}

enum err body_expect(struct request *r)
{
    if (r->route->flags & ROUTE_UPLOAD)
        return grow(r, BODY_PIECE_BYTES);
    return r->content_length > 0 ? grow(r, (size_t)r->content_length) : ERR_NONE;
}

enum err body_take(struct request *r, const char *bytes, size_t len)
{
    size_t max = r->route->body_max;

    if (len > max || r->body_len > max - len)
        return ERR_BODY_TOO_LARGE;
    size_t need = r->body_len + len;
    if (need > r->body_size) {
        size_t size = r->body_size > 0 ? r->body_size : FIRST_BYTES;
        while (size < need)
            size *= 2;
        enum err err = grow(r, size < max ? size : max);
        if (err != ERR_NONE)
            return err;
    }
    memcpy(r->body + r->body_len, bytes, len);
    r->body_len = need;
    r->body[need] = '\0';
    return ERR_NONE;
}

enum err body_take_piece(struct request *r, const char *bytes, size_t *len)
{
    size_t room = BODY_PIECE_BYTES - r->body_len;
    size_t taken = *len < room ? *len : room;

    if (r->received_len + taken > r->route->body_max)
        return ERR_BODY_TOO_LARGE;
    memcpy(r->body + r->body_len, bytes, taken);
    r->body_len += taken;
    r->body[r->body_len] = '\0';
    r->received_len += taken;
    *len -= taken;
    return ERR_NONE;
}

void body_release(struct request *r)
{
    json_decref(r->json);
    r->json = NULL;
    free(r->body);
    r->body = NULL;
    r->body_len = r->body_size = 0;
    if (r->body_reserved > 0)
        atomic_fetch_sub(&r->httpd->body_bytes, (int64_t)r->body_reserved);
    r->body_reserved = 0;
}

/* What a body that begins with these bytes is, if not JSON in UTF-8: each was sent by a client that
 * then wondered about "unexpected token". */
static const struct {
    const char *bytes;
    size_t len;
    const char *what;
} beginnings[] = {
    {"\xef\xbb\xbf", 3, "The body begins with a byte-order mark: leave it out"},
    {"\xff\xfe", 2, "The body is UTF-16: send it in UTF-8"},
    {"\xfe\xff", 2, "The body is UTF-16: send it in UTF-8"},
    {"{\0", 2, "The body is UTF-16: send it in UTF-8"},
    {"\0{", 2, "The body is UTF-16: send it in UTF-8"},
    {"\x1f\x8b", 2, "The body is compressed by gzip: send it as it is"},
    {"\x28\xb5\x2f\xfd", 4, "The body is compressed by zstd: send it as it is"},
    {"--", 2, "The body is a multipart form: send JSON."},
    {"<", 1, "The body is XML or HTML: send JSON."},
};

static const char *look_at_beginning(const char *text, size_t len)
{
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (len >= beginnings[i].len && memcmp(text, beginnings[i].bytes, beginnings[i].len) == 0)
            return beginnings[i].what;
    return NULL;
}

/* Whether the bytes themselves are the problem; detail then says how. */
static bool look_at_bytes(const char *text, size_t len, char detail[BODY_DETAIL_MAX_BYTES])
{
    const char *what = look_at_beginning(text, len);
    const char *nul = memchr(text, '\0', len);
    size_t whole = utf8_span(text, len);

    if (strspn(text, " \t\r\n") == len)
        what = "The body is empty: a JSON object is wanted";
    if (what != NULL)
        snprintf(detail, BODY_DETAIL_MAX_BYTES, "%s", what);
    else if (nul != NULL)
        snprintf(detail, BODY_DETAIL_MAX_BYTES, "Byte %zu is NUL: JSON is text",
                 (size_t)(nul - text) + 1);
    else if (whole < len)
        snprintf(detail, BODY_DETAIL_MAX_BYTES, "Byte %zu (0x%02x) is not UTF-8: send UTF-8",
                 whole + 1, (unsigned char)text[whole]);
    return what != NULL || nul != NULL || whole < len;
}

static enum err refuse(const char *text, size_t len, const struct arena *arena,
                       const json_error_t *error, char detail[BODY_DETAIL_MAX_BYTES])
{
    char words[JSON_FAULT_MAX_BYTES];

    if (arena_failed(arena))
        return ERR_OUT_OF_MEMORY;
    if (look_at_bytes(text, len, detail))
        return ERR_MALFORMED_JSON;
    json_fault_words(error, words);
    snprintf(detail, BODY_DETAIL_MAX_BYTES, "Line %d, column %d: %s", error->line,
             error->column > 0 ? error->column : 1, words);
    return ERR_MALFORMED_JSON;
}

enum err body_parse(const char *text, size_t len, struct arena *arena, json_t **out,
                    char detail[BODY_DETAIL_MAX_BYTES])
{
    json_error_t error = {0};

    *out = NULL;
    if (!json_bounds_fit(text, len)) {
        snprintf(detail, BODY_DETAIL_MAX_BYTES,
                 "At most %d values, nested at most %d deep, are taken in one body",
                 JSON_VALUES_MAX, JSON_DEPTH_MAX);
        return ERR_MALFORMED_JSON;
    }
    *out = json_tree_read(arena, text, len, JSON_REJECT_DUPLICATES, &error);
    return *out != NULL ? ERR_NONE : refuse(text, len, arena, &error, detail);
}
