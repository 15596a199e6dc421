#include "http/headers.h"

#include "http/random.h"
#include "http/request_refuse.h"

#include "base/etag.h"
#include "base/json_out.h"
#include "base/text/encoding.h"
#include "base/uuid.h"

#include <ctype.h>
#include <microhttpd.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    size_t offset; /* of a const char * in struct request */
} known[] = {
    {"Authorization", offsetof(struct request, authorization)},
    {"Content-Type", offsetof(struct request, content_type)},
    {"Content-Encoding", offsetof(struct request, content_encoding)},
    {"Accept", offsetof(struct request, accept)},
    {"Origin", offsetof(struct request, origin)},
    {"Access-Control-Request-Method", offsetof(struct request, cors_method)},
    {"Accept-Encoding", offsetof(struct request, accept_encoding)},
    {"If-Match", offsetof(struct request, if_match)},
    {"If-None-Match", offsetof(struct request, if_none_match)},
    {"Baton-Actor", offsetof(struct request, baton_actor)},
    {"Last-Event-ID", offsetof(struct request, last_event_id)},
    {"Idempotency-Key", offsetof(struct request, idempotency_key)},
};

#define KNOWN_COUNT (sizeof known / sizeof *known)

#define SHOWN_MAX_BYTES (256u << 10)

struct listing {
    struct guard_header *out;
    size_t count;
    size_t max;
};

static enum MHD_Result list_one(void *self, enum MHD_ValueKind kind, const char *name,
                                size_t name_len, const char *value, size_t value_len)
{
    struct listing *listing = self;

    (void)kind;
    if (listing->count == listing->max)
        return MHD_NO;
    listing->out[listing->count++] =
        (struct guard_header){name, name_len, value != NULL ? value : "", value_len};
    return MHD_YES;
}

size_t headers_list(struct MHD_Connection *connection, struct guard_header *out, size_t max)
{
    struct listing listing = {out, 0, max};

    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, list_one, &listing);
    return listing.count;
}

static bool was_listed(const struct guard_header *headers, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (headers[i].name_len == headers[index].name_len &&
            strncasecmp(headers[i].name, headers[index].name, headers[i].name_len) == 0)
            return true;
    return false;
}

/* Bytes that are no UTF-8, which headers may have, are shown as U+FFFD. */
static void write_value(const char *value, size_t len, struct arena *arena, struct json_out *out)
{
    bool changed;
    const char *text = encoding_whole(value, len, arena, &len, &changed);

    if (text != NULL)
        json_out_text_len(out, text, len);
}

/* Names that say that a value gives access, wherever in the name they stand. */
static bool gives_access(const char *name)
{
    static const char *const words[] = {"auth",  "cookie",   "key",      "secret",
                                        "token", "password", "signature"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(name, words[i]) != NULL)
            return true;
    return false;
}

const char *headers_shown(const struct request *r)
{
    struct guard_header headers[GUARD_HEADERS_MAX + 1];
    size_t count = headers_list(r->connection, headers, GUARD_HEADERS_MAX + 1);
    struct json_out out;

    json_out_init(&out, r->arena, SHOWN_MAX_BYTES);
    json_out_begin_object(&out);
    for (size_t i = 0; i < count; i++) {
        char *name = arena_copy(r->arena, headers[i].name, headers[i].name_len);
        if (name == NULL)
            return NULL;
        for (char *p = name; *p != '\0'; p++)
            *p = (char)tolower((unsigned char)*p);
        if (was_listed(headers, i))
            continue;
        json_out_key(&out, name);
        if (gives_access(name))
            json_out_text(&out, "(hidden)");
        else
            write_value(headers[i].value, headers[i].value_len, r->arena, &out);
    }
    json_out_end_object(&out);
    return out.written.text;
}

static bool is_request_id(const char *text, size_t len)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-";

    return len > 0 && len <= REQUEST_ID_MAX_BYTES && strspn(text, allowed) == len;
}

void headers_make_request_id(struct request *r)
{
    uuid_format(random_uuid(), r->request_id);
}

/* 00-<trace id>-<parent id>-<flags>, lower-case hex (W3C Trace Context, section 3.2). */
static void take_trace(struct request *r, const char *value, size_t len)
{
    static const char hex[] = "0123456789abcdef";
    const char *trace = value + 3;

    if (len < 55 || value[2] != '-' || value[35] != '-' || value[52] != '-' ||
        strncmp(value, "ff", 2) == 0)
        return;
    if (strspn(trace, hex) != REQUEST_TRACE_ID_BYTES ||
        strspn(trace, "0") >= REQUEST_TRACE_ID_BYTES)
        return;
    memcpy(r->trace_id, trace, REQUEST_TRACE_ID_BYTES);
}

/* A header that is sent on several lines is one list (RFC 9110, section 5.3). */
static bool keep(struct request *r, size_t offset, const char *value, size_t len)
{
    const char *kept;

    memcpy(&kept, (char *)r + offset, sizeof kept);
    if (kept == NULL)
        kept = arena_copy(r->arena, value, len);
    else
        kept = arena_printf(r->arena, "%s, %.*s", kept, (int)len, value);
    memcpy((char *)r + offset, &kept, sizeof kept);
    return kept != NULL;
}

static enum MHD_Result take_one(void *self, enum MHD_ValueKind kind, const char *name,
                                size_t name_len, const char *value, size_t value_len)
{
    struct request *r = self;

    (void)kind;
    (void)name_len;
    if (value == NULL)
        return MHD_YES;
    for (size_t i = 0; i < KNOWN_COUNT; i++)
        if (strcasecmp(name, known[i].name) == 0)
            return keep(r, known[i].offset, value, value_len) ? MHD_YES : MHD_NO;
    if (strcasecmp(name, "X-Request-Id") == 0 && is_request_id(value, value_len))
        memcpy(r->request_id, value, value_len);
    else if (strcasecmp(name, "traceparent") == 0)
        take_trace(r, value, value_len);
    return MHD_YES;
}

bool headers_take(struct request *r)
{
    MHD_get_connection_values_n(r->connection, MHD_HEADER_KIND, take_one, r);
    if (r->request_id[0] == '\0')
        headers_make_request_id(r);
    return !arena_failed(r->arena);
}

static enum err refuse_condition(struct request *r, const char *header, const char *code,
                                 const char *detail)
{
    return request_refuse_header(r, ERR_INVALID_PARAMETER, header, code, detail);
}

enum err headers_conditions(struct request *r)
{
    bool is_write = r->route->kind == ROUTE_WRITE;

    if (r->if_match != NULL && !route_reads_header(r->route, "If-Match"))
        return refuse_condition(r, "If-Match", "not_taken",
                                "If-Match is not supported here: leave it out");
    if (r->if_match != NULL && !etag_list_is_fine(r->if_match))
        return refuse_condition(r, "If-Match", "format",
                                "If-Match is *, or tags in double quotes, as ETag has them");
    if (r->if_none_match != NULL && is_write)
        return refuse_condition(r, "If-None-Match", "not_taken",
                                "If-None-Match is only for reads: leave it out");
    return ERR_NONE;
}

#define KEY_FORMAT "Send 1 to 255 visible ASCII characters" /* IDEMPOTENCY_KEY_MAX_BYTES */

static bool is_key(const char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i++)
        if (text[i] <= 0x20 || text[i] >= 0x7f)
            return false;
    return len >= 1 && len <= IDEMPOTENCY_KEY_MAX_BYTES;
}

static enum err make_key(struct request *r)
{
    char *text = arena_alloc(r->arena, UUID_TEXT_LEN + 1);

    if (text == NULL)
        return request_refuse(r, ERR_OUT_OF_MEMORY, NULL);
    uuid_format(random_uuid(), text);
    r->idempotency_key = text;
    return ERR_NONE;
}

enum err headers_idempotency_key(struct request *r)
{
    if (r->route->kind != ROUTE_WRITE)
        return ERR_NONE;
    if (r->idempotency_key == NULL)
        return make_key(r);
    if (!is_key(r->idempotency_key))
        return request_refuse_header(r, ERR_INVALID_KEY_FORMAT, "Idempotency-Key", "format",
                                     KEY_FORMAT);
    r->idempotency_key_given = true;
    return ERR_NONE;
}
