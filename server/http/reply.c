#include "http/reply.h"

#include "http/cors.h"
#include "http/embedded.h"
#include "http/request.h"

#include "base/shortage.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JSON "application/json"

/* A page loads nothing; only its own inline styles are allowed. */
#define PAGE_POLICY                                                                                \
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "         \
    "frame-ancestors 'none'"

/* When even the memory for a problem is missing. */
static const char no_memory[] =
    "{\"type\":\"/problems/out_of_memory\",\"title\":\"The service is short of memory\","
    "\"status\":503,\"code\":\"out_of_memory\"}";

#define RETRY_SOON_S  1 /* overloaded, outcome unknown */
#define RETRY_LATER_S 2 /* the database is away */

/* Replaces the answer that is there; headers that were already set stay. */
static void begin(struct reply *reply, int status, const char *content_type)
{
    if (!reply->body_static)
        free(reply->body);
    reply->body = NULL;
    reply->body_len = 0;
    reply->body_static = false;
    reply->embedded = NULL;
    reply->status = status;
    reply->err = ERR_NONE;
    reply->content_type = content_type;
}

static void fill_static(struct reply *reply, int status, const char *content_type, const char *body,
                        size_t len)
{
    begin(reply, status, content_type);
    reply->body = (char *)(uintptr_t)body;
    reply->body_len = len;
    reply->body_static = true;
}

/* Takes body over; NULL means that memory was short. */
static void fill(struct reply *reply, int status, const char *content_type, char *body, size_t len)
{
    if (body == NULL) {
        const bool close = reply->close;
        reply_release(reply); /* what the headers spoke of */
        reply->close = close;
        fill_static(reply, 503, PROBLEM_CONTENT_TYPE, no_memory, sizeof no_memory - 1);
        reply->err = ERR_OUT_OF_MEMORY;
        reply->retry_after_s = RETRY_SOON_S;
        return;
    }
    begin(reply, status, content_type);
    reply->body = body;
    reply->body_len = len;
}

void reply_static(struct request *r, int status, const char *content_type, const char *body,
                  size_t len)
{
    fill_static(&r->reply, status, content_type, body, len);
}

void reply_embedded(struct request *r, const struct embedded *text)
{
    fill_static(&r->reply, 200, text->content_type, text->text, text->len);
    r->reply.embedded = text;
    r->reply.etag = text->etag;
    r->reply.may_be_kept = true;
}

void reply_text_steal(struct request *r, int status, const char *content_type, char *body,
                      size_t len)
{
    fill(&r->reply, status, content_type, body, len);
}

void reply_json(struct request *r, int status, struct json_out *out)
{
    size_t len = 0;
    char *text = json_out_steal(out, &len);

    json_out_release(out); /* of a writer that failed */
    fill(&r->reply, status, JSON, text, len);
}

static char *copy(const char *text, size_t len)
{
    char *out = malloc(len + 1);

    if (out == NULL) {
        shortage_note();
        return NULL;
    }
    memcpy(out, text, len);
    out[len] = '\0';
    return out;
}

void reply_json_copy(struct request *r, int status, const char *json, size_t len)
{
    fill(&r->reply, status, JSON, copy(json, len), len);
}

/* A problem's body, and the headers that go with its error. */
static void fill_problem(struct reply *reply, const struct request *r, enum err err, char *body,
                         size_t len)
{
    fill(reply, error_status(err), PROBLEM_CONTENT_TYPE, body, len);
    if (reply->err != ERR_NONE)
        return;
    reply->err = err;
    if (err == ERR_UNAVAILABLE)
        reply->retry_after_s = RETRY_LATER_S;
    else if (reply->status == 503)
        reply->retry_after_s = RETRY_SOON_S;
    if (err == ERR_OUTCOME_UNKNOWN)
        reply->idempotency_key = r->idempotency_key;
}

void reply_empty(struct request *r, int status)
{
    begin(&r->reply, status, NULL);
}

void reply_not_modified(struct request *r)
{
    r->reply.status = 304;
    r->reply.content_type = NULL;
    r->reply.content_encoding = NULL;
}

/* Under a shortage of memory the error may be a consequence of it: then that is the answer. */
static void write_problem(struct reply *reply, const struct request *r,
                          const struct problem *problem)
{
    struct problem whole = *problem;
    struct json_out out;
    size_t len = 0;

    if (shortage_seen() && error_status(whole.err) != 503)
        whole = (struct problem){.err = ERR_OUT_OF_MEMORY, .detail = "Try again in a moment"};
    whole.request_id = r->request_id;
    if (whole.err == ERR_INTERNAL)
        whole.detail = NULL;
    json_out_init(&out, PROBLEM_MAX_BYTES);
    problem_write(&whole, &out);
    char *text = json_out_steal(&out, &len);
    json_out_release(&out);
    fill_problem(reply, r, whole.err, text, len);
}

void reply_problem(struct request *r, enum err err, const char *detail, const struct faults *faults)
{
    write_problem(&r->reply, r, &(struct problem){.err = err, .detail = detail, .faults = faults});
}

void reply_problem_apart(const struct request *r, struct reply *out, enum err err,
                         const char *detail)
{
    write_problem(out, r, &(struct problem){.err = err, .detail = detail});
}

/* False when memory is short: an answer must not go out without its headers. */
static bool add(struct MHD_Response *response, const char *name, const char *value)
{
    return value == NULL || MHD_add_response_header(response, name, value) == MHD_YES;
}

static bool add_vary(struct MHD_Response *response, unsigned vary)
{
    static const char *const names[] = {"Accept", "Accept-Encoding", "Origin"}; /* bits */
    char value[64] = "";
    size_t len = 0;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (vary & 1u << i)
            len += (size_t)snprintf(value + len, sizeof value - len, "%s%s", len > 0 ? ", " : "",
                                    names[i]);
    return add(response, "Vary", len > 0 ? value : NULL);
}

/* Cookies are never allowed. */
static bool add_cors(struct MHD_Response *response, const struct reply *reply)
{
    if (reply->allow_origin == NULL)
        return true;
    if (!add(response, "Access-Control-Allow-Origin", reply->allow_origin))
        return false;
    if (!reply->preflight)
        return add(response, "Access-Control-Expose-Headers", CORS_ANSWER_HEADERS);
    return add(response, "Access-Control-Allow-Methods", CORS_METHODS) &&
           add(response, "Access-Control-Allow-Headers", CORS_REQUEST_HEADERS) &&
           add(response, "Access-Control-Max-Age", CORS_MAX_AGE_S);
}

static bool add_headers(struct MHD_Response *response, const struct reply *reply)
{
    char seconds[16];

    snprintf(seconds, sizeof seconds, "%d", reply->retry_after_s);
    return add(response, "Content-Type", reply->content_type) &&
           add(response, "Content-Encoding", reply->content_encoding) &&
           add(response, "Cache-Control", reply->may_be_kept ? "no-cache" : "no-store") &&
           add(response, "Location", reply->location) && add(response, "ETag", reply->etag) &&
           add(response, "Link", reply->link) && add_vary(response, reply->vary) &&
           add(response, "Allow", reply->allow) &&
           add(response, "Accept-Encoding", reply->accept_encoding) &&
           add(response, "Idempotency-Key", reply->idempotency_key) &&
           add(response, "Idempotent-Replayed", reply->replayed ? "true" : NULL) &&
           add(response, "WWW-Authenticate",
               reply->status == 401 ? "Bearer realm=\"baton\"" : NULL) &&
           add(response, "Retry-After", reply->retry_after_s > 0 ? seconds : NULL) &&
           add(response, "Connection", reply->close ? "close" : NULL);
}

/* For answers that a browser might show, or take for a page. */
static bool add_page_headers(struct MHD_Response *response, const char *content_type)
{
    if (!add(response, "X-Content-Type-Options", "nosniff"))
        return false;
    if (content_type == NULL || strncmp(content_type, "text/html", 9) != 0)
        return true;
    return add(response, "Content-Security-Policy", PAGE_POLICY) &&
           add(response, "X-Frame-Options", "DENY") &&
           add(response, "Referrer-Policy", "no-referrer");
}

struct MHD_Response *reply_response(struct reply *reply, const char *request_id)
{
    enum MHD_ResponseMemoryMode mode =
        reply->body_static || reply->body == NULL ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_FREE;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(reply->body_len, reply->body, mode);

    if (response == NULL)
        return NULL;
    reply->body = NULL;
    if (add_headers(response, reply) && add_page_headers(response, reply->content_type) &&
        add_cors(response, reply) && add(response, "X-Request-Id", request_id))
        return response;
    MHD_destroy_response(response);
    return NULL;
}
