#include "http/reply.h"

#include "http/cors.h"
#include "http/embedded.h"
#include "http/request.h"
#include "http/stream.h"

#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

#define JSON "application/json"

/* A page loads nothing; only its own inline styles are allowed. */
#define PAGE_POLICY                                                                                \
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "         \
    "frame-ancestors 'none'"

/* The page that people work with loads its own scripts and styles, and asks this service. It makes
 * no HTML of texts: where a script would, the browser refuses. */
#define APP_POLICY                                                                                 \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src "        \
    "'self'; "                                                                                     \
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "                                \
    "require-trusted-types-for 'script'; trusted-types 'none'"

/* When even the memory for a problem is missing. */
static const char no_memory[] =
    "{\"type\":\"/problems/out_of_memory\",\"title\":\"The service is short of memory\","
    "\"status\":503,\"code\":\"out_of_memory\"}";

#define PROBLEM_MEMORY_BYTES 65536 /* beside what grows */

#define RETRY_SOON_S  1 /* overloaded, outcome unknown */
#define RETRY_LATER_S 2 /* the database is away */

/* Replaces the answer that is there; headers that were already set stay. */
static void fill(struct reply *reply, int status, const char *content_type, const char *body,
                 size_t len)
{
    arena_free(reply->own);
    reply->own = NULL;
    reply->stream = NULL;
    reply->unbuffered = false;
    reply->body = body;
    reply->body_len = len;
    reply->embedded = NULL;
    reply->status = status;
    reply->err = ERR_NONE;
    reply->content_type = content_type;
}

void reply_static(struct request *r, int status, const char *content_type, const char *body,
                  size_t len)
{
    fill(&r->reply, status, content_type, body, len);
}

void reply_embedded(struct request *r, const struct embedded *text)
{
    fill(&r->reply, 200, text->content_type, text->text, text->len);
    r->reply.embedded = text;
    r->reply.etag = text->etag;
    r->reply.may_be_kept = true;
}

void reply_text(struct request *r, int status, const char *content_type,
                const struct text_out *text)
{
    if (arena_failed(r->arena))
        reply_problem(r, ERR_OUT_OF_MEMORY, "Try again in a moment, or ask for less at once", NULL);
    else
        fill(&r->reply, status, content_type, text->len == 0 ? "" : text->text, text->len);
}

void reply_json(struct request *r, int status, const struct json_out *out)
{
    reply_text(r, status, JSON, &out->written);
}

void reply_json_copy(struct request *r, int status, const char *json, size_t len)
{
    struct text_out copy;

    text_out_init(&copy, r->arena, len);
    text_out_put_len(&copy, json, len);
    reply_text(r, status, JSON, &copy);
}

void reply_stream(struct request *r, const char *content_type, struct stream *stream)
{
    fill(&r->reply, 200, content_type, NULL, 0);
    r->reply.stream = stream;
    r->reply.unbuffered = true;
}

void reply_empty(struct request *r, int status)
{
    fill(&r->reply, status, NULL, NULL, 0);
}

void reply_not_modified(struct request *r)
{
    r->reply.status = 304;
    r->reply.content_type = NULL;
    r->reply.content_encoding = NULL;
}

/* The headers that go with an error. */
static void add_retry(struct reply *reply, const struct request *r)
{
    if (reply->err == ERR_UNAVAILABLE)
        reply->retry_after_s = RETRY_LATER_S;
    else if (reply->status == 503)
        reply->retry_after_s = RETRY_SOON_S;
    if (reply->err == ERR_OUTCOME_UNKNOWN)
        reply->idempotency_key = r->idempotency_key;
}

/* Instead of all that the headers spoke of. */
static void forget(struct reply *reply)
{
    const bool close = reply->close;

    reply_release(reply);
    reply->close = close;
}

static void write_problem(struct reply *reply, const struct request *r, struct problem problem)
{
    struct arena *own = arena_new(PROBLEM_MEMORY_BYTES);
    struct json_out out;

    problem.request_id = r->request_id;
    if (problem.err == ERR_INTERNAL)
        problem.detail = NULL;
    if (problem.err == ERR_OUT_OF_MEMORY)
        forget(reply);
    if (own != NULL) {
        json_out_init(&out, own, PROBLEM_MAX_BYTES);
        problem_write(&problem, &out);
    }
    if (own != NULL && !arena_failed(own)) {
        fill(reply, error_status(problem.err), PROBLEM_CONTENT_TYPE, out.written.text,
             out.written.len);
        reply->own = own;
        reply->err = problem.err;
    } else {
        arena_free(own);
        forget(reply);
        fill(reply, 503, PROBLEM_CONTENT_TYPE, no_memory, sizeof no_memory - 1);
        reply->err = ERR_OUT_OF_MEMORY;
    }
    add_retry(reply, r);
}

void reply_problem(struct request *r, enum err err, const char *detail, const struct faults *faults)
{
    struct problem problem = {.err = err, .detail = detail, .faults = faults};

    /* what seems to be wrong with a request may only be what memory was missing for */
    if (arena_failed(r->arena) && error_status(err) != 503)
        problem = (struct problem){.err = ERR_OUT_OF_MEMORY, .detail = "Try again in a moment"};
    write_problem(&r->reply, r, problem);
}

void reply_problem_apart(const struct request *r, struct reply *out, enum err err,
                         const char *detail)
{
    write_problem(out, r, (struct problem){.err = err, .detail = detail});
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
           add(response, "X-Accel-Buffering", reply->unbuffered ? "no" : NULL) &&
           add(response, "Link", reply->link) && add_vary(response, reply->vary) &&
           add(response, "Allow", reply->allow) &&
           add(response, "Accept-Encoding", reply->accept_encoding) &&
           add(response, "Idempotency-Key", reply->idempotency_key) &&
           add(response, "Set-Cookie", reply->cookie) &&
           add(response, "Idempotent-Replayed", reply->replayed ? "true" : NULL) &&
           add(response, "WWW-Authenticate",
               reply->status == 401 ? "Bearer realm=\"baton\"" : NULL) &&
           add(response, "RateLimit", reply->rate_limit) &&
           add(response, "RateLimit-Policy", reply->rate_policy) &&
           add(response, "Retry-After", reply->retry_after_s > 0 ? seconds : NULL) &&
           add(response, "Connection", reply->close ? "close" : NULL);
}

/* For answers that a browser might show, or take for a page. */
static bool add_page_headers(struct MHD_Response *response, const struct reply *reply)
{
    const char *content_type = reply->content_type;

    if (!add(response, "X-Content-Type-Options", "nosniff"))
        return false;
    if (content_type == NULL || strncmp(content_type, "text/html", 9) != 0)
        return true;
    return add(response, "Content-Security-Policy", reply->is_app ? APP_POLICY : PAGE_POLICY) &&
           add(response, "X-Frame-Options", "DENY") &&
           add(response, "Referrer-Policy", "no-referrer");
}

static void release(void *own)
{
    arena_free(own);
}

/* Of memory that lives as long as the request, and longer than libmicrohttpd sends; what is its own
 * goes to the response. */
static struct MHD_Response *response_of(struct reply *reply)
{
    void *body = (void *)(uintptr_t)reply->body;

    if (reply->stream != NULL)
        return stream_response(reply->stream);
    if (reply->unbuffered)
        return stream_head_response();
    if (reply->own == NULL)
        return MHD_create_response_from_buffer(reply->body_len, body, MHD_RESPMEM_PERSISTENT);
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        reply->body_len, body, release, reply->own);
    if (response != NULL)
        reply->own = NULL;
    return response;
}

struct MHD_Response *reply_response(struct reply *reply, const char *request_id)
{
    struct MHD_Response *response = response_of(reply);

    if (response == NULL)
        return NULL;
    reply->body = NULL;
    if (add_headers(response, reply) && add_page_headers(response, reply) &&
        add_cors(response, reply) && add(response, "X-Request-Id", request_id))
        return response;
    MHD_destroy_response(response);
    return NULL;
}
