#include "http/intake.h"

#include "http/body.h"
#include "http/content.h"
#include "http/cors.h"
#include "http/guard.h"
#include "http/headers.h"
#include "http/httpd_inside.h"
#include "http/log.h"
#include "http/metrics.h"
#include "http/reply.h"
#include "http/representation.h"
#include "http/request_input.h"
#include "http/request_refuse.h"
#include "http/waiting.h"
#include "http/watch.h"

#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

#define ROLES_MAX_BYTES 128

/* A write without Content-Length and chunks may be followed by a body that libmicrohttpd does not
 * see as one, and would read as the next request: its connection is closed after the answer. */
static bool lacks_length(const struct request *r)
{
    return r->content_length < 0 && !r->chunked && r->method != NULL &&
           (r->method[0] == 'P' || strcmp(r->method, "DELETE") == 0);
}

static bool sends_body(const struct request *r, const struct reply *reply)
{
    return reply->status != 304 && (r->method == NULL || strcmp(r->method, "HEAD") != 0);
}

/* A page whose origin is not on the list gets the same answer; its browser keeps it from reading
 * it. */
static void name_origin(const struct request *r, struct reply *reply)
{
    const char *origins = r->httpd->settings.cors_origins;

    if (origins[0] == '\0')
        return;
    reply->vary |= VARY_ORIGIN;
    if (cors_allows(origins, r->origin))
        reply->allow_origin = r->origin;
}

/* The answer with the status and length that are noted of it. A stream that cannot begin is
 * refused. */
static struct MHD_Response *response_to(struct request *r, struct reply *reply)
{
    if (reply->stream != NULL && !sends_body(r, reply)) {
        reply->stream = NULL;
        reply->close = true; /* libmicrohttpd ends the chunks of what has none */
    }
    r->stream = reply->stream;
    struct MHD_Response *response = reply_response(reply, r->request_id);
    if (response == NULL && r->stream != NULL) {
        r->stream = NULL;
        reply_problem_apart(r, reply, ERR_OVERLOADED, "Too many streams are open; try again");
        response = reply_response(reply, r->request_id);
    }
    return response;
}

static bool queue(struct request *r, struct reply *reply)
{
    name_origin(r, reply);
    reply->close = reply->close || atomic_load(&r->httpd->draining) || lacks_length(r);
    r->sent_len = sends_body(r, reply) ? reply->body_len : 0;
    r->step = STEP_SENT;
    struct MHD_Response *response = response_to(r, reply);
    r->sent_status = reply->status;
    r->sent_err = reply->err;
    if (response == NULL)
        return false;
    if (r->stream != NULL)
        watch_rest(r->client); /* whoever feeds the stream sees who is too slow */
    else
        watch_expect_transfer(r->client, r->httpd->settings.body_timeout_ms);
    bool queued = MHD_queue_response(r->connection, (unsigned)r->sent_status, response) == MHD_YES;
    MHD_destroy_response(response);
    return queued;
}

/* Sends what the handler has put into r->reply. */
static bool answer(struct request *r)
{
    if (r->reply.status == 0) {
        log_request_event(LOG_LEVEL_ERROR, r, "no_answer", "The handler made no answer.");
        reply_problem(r, ERR_INTERNAL, NULL, NULL);
    }
    return queue(r, &r->reply);
}

static void expect_body(struct request *r)
{
    if (content_is_announced(r))
        watch_expect_transfer(r->client, r->httpd->settings.body_timeout_ms);
}

/* Makes a reply for an error that came without one. */
static void word(struct request *r, enum err err)
{
    if (err != ERR_NONE && r->reply.status == 0)
        request_refuse(r, err, err == ERR_OUT_OF_MEMORY ? "Try again in a moment" : NULL);
}

/* The reply is made and a body, if any, is still to come. A long one, or one that the client holds
 * back until it is asked for (Expect), is not worth reading: the connection is closed instead. */
static bool refuse_early(struct request *r)
{
    bool is_long = r->content_length > INTAKE_DISCARD_MAX_BYTES;

    body_release(r);
    if (content_is_announced(r) && (is_long || r->expects_continue)) {
        r->reply.close = true;
        return answer(r);
    }
    r->step = STEP_DISCARD;
    expect_body(r);
    return true;
}

static bool refuse(struct request *r, enum err err, const char *detail)
{
    request_refuse(r, err, detail != NULL ? "%s" : NULL, detail);
    return refuse_early(r);
}

/* ---- guard and route ---- */

static enum err guard(struct request *r, const char *method, const char *version,
                      struct guard_result *result)
{
    const struct guard_line line = {method, r->target, version};
    struct guard_header headers[GUARD_HEADERS_MAX + 1];
    size_t count = headers_list(r->connection, headers, GUARD_HEADERS_MAX + 1);

    enum err err = guard_check(&line, headers, count, result);
    r->method = result->method;
    r->content_length = result->content_length;
    r->chunked = result->chunked;
    r->expects_continue = result->expects_continue;
    return err;
}

static bool refuse_guarded(struct request *r, enum err err, const char *detail)
{
    metrics_add(METRIC_GUARDED, 1);
    headers_make_request_id(r);
    if (err == ERR_METHOD_NOT_ALLOWED)
        r->reply.allow = "GET, HEAD, POST, PUT, PATCH, DELETE";
    request_refuse(r, err, "%s", detail);
    r->reply.close = true;
    return answer(r);
}

static enum err find_route(struct request *r, const char **query)
{
    struct route_match match;
    enum err err = router_find(r->httpd->router, r->method, r->target, r->arena, &match);

    if (err == ERR_METHOD_NOT_ALLOWED) {
        r->reply.allow = arena_strdup(r->arena, match.allow);
        return request_refuse(r, err, "Allowed here: %s", match.allow);
    }
    if (err != ERR_NONE)
        return request_refuse(r, err, NULL);
    r->route = match.route;
    memcpy(r->params, match.params, sizeof r->params);
    *query = match.query;
    return ERR_NONE;
}

/* ---- who calls, and may they ---- */

static enum err check_roles(struct request *r)
{
    unsigned wanted = r->route->roles;
    char names[ROLES_MAX_BYTES] = "";
    size_t len = 0;

    if ((r->caller.roles & wanted) != 0 || r->route->flags & (ROUTE_PUBLIC | ROUTE_TOKEN))
        return ERR_NONE;
    for (unsigned bit = 1; bit <= wanted && len < sizeof names; bit <<= 1)
        if (wanted & bit)
            len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", len > 0 ? ", " : "",
                                    role_name(bit));
    return request_refuse(r, ERR_FORBIDDEN, "One of these roles is needed: %s", names);
}

/* ---- headers and query ---- */

static enum err check_headers(struct request *r)
{
    enum err err = content_check(r);

    if (err == ERR_NONE)
        err = headers_conditions(r);
    return err == ERR_NONE ? headers_idempotency_key(r) : err;
}

/* A header or parameter that could not be copied for want of memory looks as if it had not been
 * sent. */
static enum err check_memory(struct request *r)
{
    if (!arena_failed(r->arena))
        return ERR_NONE;
    return request_refuse(r, ERR_OUT_OF_MEMORY, "Try again in a moment");
}

/* The caller is known: checks everything that can be checked before the body is read. */
static bool admit(struct request *r)
{
    enum err err = r->body_auth ? ERR_NONE : check_roles(r);

    if (err == ERR_NONE)
        err = check_headers(r);
    if (err == ERR_NONE)
        err = check_memory(r);
    if (err != ERR_NONE)
        return refuse_early(r);
    err = body_expect(r);
    if (err == ERR_OVERLOADED)
        metrics_add(METRIC_OVERLOADED, 1);
    if (err != ERR_NONE)
        return refuse(r, err, "Too much is being sent at once; try again");
    r->step = STEP_BODY;
    expect_body(r);
    return true;
}

/* ---- authentication: before the body, and for signatures again after it ---- */

static bool look_up(struct request *r)
{
    const struct backend *backend = r->httpd->backend;

    if (check_memory(r) != ERR_NONE)
        return refuse_early(r);
    if (!waiting_enter(r)) {
        metrics_add(METRIC_OVERLOADED, 1);
        return refuse(r, ERR_OVERLOADED, "Too many requests are waiting; try again");
    }
    watch_rest(r->client);
    backend->look_up(backend->self, r);
    return true;
}

static bool authenticate(struct request *r)
{
    const struct backend *backend = r->httpd->backend;

    if (r->route->flags & ROUTE_PUBLIC)
        return admit(r);
    switch (backend->authenticate(backend->self, r)) {
    case AUTH_OK:
        return admit(r);
    case AUTH_WAIT:
        return look_up(r);
    case AUTH_BODY:
        r->body_auth = true;
        return admit(r);
    case AUTH_REFUSED:
        break;
    }
    return refuse_early(r);
}

/* A CORS preflight: a browser asks, without a key, whether a page of another origin may send a
 * request. */
static bool is_preflight(const struct request *r)
{
    return strcmp(r->method, "OPTIONS") == 0 && r->cors_method != NULL &&
           cors_allows(r->httpd->settings.cors_origins, r->origin);
}

static bool first_call(struct request *r, const char *method, const char *version)
{
    struct guard_result result;
    const char *query = NULL;
    enum err err = guard(r, method, version, &result);

    if (err != ERR_NONE)
        return refuse_guarded(r, err, result.detail);
    if (!headers_take(r)) {
        reply_problem(r, ERR_OUT_OF_MEMORY, NULL, NULL);
        return refuse_early(r);
    }
    if (is_preflight(r)) {
        reply_empty(r, 204);
        r->reply.preflight = true;
        return refuse_early(r);
    }
    r->step = STEP_AUTH;
    err = find_route(r, &query);
    if (err == ERR_NONE)
        err = request_read_query(r, query);
    if (err == ERR_NONE)
        return authenticate(r);
    word(r, err);
    return refuse_early(r);
}

/* ---- the complete request ---- */

static enum err parse(struct request *r)
{
    char detail[BODY_DETAIL_MAX_BYTES];

    if (!content_is_wanted(r) || r->route->flags & ROUTE_RAW_BODY)
        return ERR_NONE;
    if (r->body_len == 0 && r->route->flags & ROUTE_NO_BODY_OK)
        return ERR_NONE;
    enum err err =
        body_parse(r->body != NULL ? r->body : "", r->body_len, r->arena, &r->json, detail);
    if (err == ERR_MALFORMED_JSON)
        return request_refuse(r, err, "%s", detail);
    return err == ERR_NONE ? err : request_refuse(r, err, NULL);
}

static bool named(struct request *r, enum err err)
{
    word(r, err);
    return answer(r);
}

/* Reads path, headers and body into r->input; of a write that becomes the command's input. */
static enum err prepare(struct request *r)
{
    enum err err = request_read_input(r);

    if (err != ERR_NONE || r->route->kind != ROUTE_WRITE)
        return err;
    r->command = ARENA_NEW(r->arena, struct command);
    if (r->command == NULL)
        return ERR_OUT_OF_MEMORY;
    *r->command = (struct command){
        .kind = (enum command_kind)r->route->command,
        .caller = r->caller,
        .input = r->input,
    };
    return r->route->fill == NULL ? ERR_NONE : r->route->fill(r, r->input);
}

static bool start(struct request *r)
{
    const struct backend *backend = r->httpd->backend;

    if (!waiting_enter(r)) {
        metrics_add(METRIC_OVERLOADED, 1);
        request_refuse(r, ERR_OVERLOADED, "Too many requests are waiting; try again");
        return answer(r);
    }
    backend->start(backend->self, r);
    return true;
}

static bool answer_directly(struct request *r)
{
    enum err err = r->route->direct(r);

    if (err == ERR_NONE)
        representation_choose(r);
    return named(r, err == ERR_NONE ? check_memory(r) : err);
}

static bool work(struct request *r)
{
    enum err err = parse(r);

    if (err != ERR_NONE)
        return answer(r);
    err = prepare(r);
    if (err == ERR_NONE && r->route->kind == ROUTE_DIRECT)
        return answer_directly(r);
    if (err == ERR_NONE && r->reply.status == 0)
        err = check_memory(r);
    if (err != ERR_NONE || r->reply.status != 0)
        return named(r, err);
    return start(r);
}

/* A signature covers the body, so it can be checked only now. */
static bool authenticate_body(struct request *r)
{
    const struct backend *backend = r->httpd->backend;

    switch (backend->authenticate(backend->self, r)) {
    case AUTH_OK:
        r->body_auth = false;
        return check_roles(r) == ERR_NONE ? work(r) : answer(r);
    case AUTH_REFUSED:
        return answer(r);
    default:
        return named(r, ERR_INTERNAL);
    }
}

static bool whole(struct request *r)
{
    r->step = STEP_WORK;
    watch_rest(r->client);
    /* The time to answer begins when the body is complete. */
    if (r->received_len > 0)
        r->deadline_us = 0;
    size_t len = r->route->flags & ROUTE_UPLOAD ? r->received_len : r->body_len;
    if (r->content_length > 0 && len != (size_t)r->content_length)
        return named(r, ERR_MALFORMED_REQUEST);
    return r->body_auth ? authenticate_body(r) : work(r);
}

/* ---- body bytes ---- */

/* libmicrohttpd cannot queue an answer while a body is being received: the rest is dropped first.
 */
static bool refuse_rest(struct request *r, enum err err)
{
    body_release(r);
    if (err == ERR_BODY_TOO_LARGE)
        content_refuse_large(r);
    else if (err != ERR_NONE)
        request_refuse(r, err, NULL);
    r->step = STEP_DISCARD;
    return true;
}

/* What is left of the bytes waits with libmicrohttpd until the piece is stored. */
static bool store_piece(struct request *r)
{
    const struct backend *backend = r->httpd->backend;

    r->deadline_us = 0;
    if (!waiting_enter(r)) {
        metrics_add(METRIC_OVERLOADED, 1);
        return refuse_rest(r, ERR_OVERLOADED);
    }
    r->step = STEP_PIECE;
    watch_rest(r->client);
    backend->store(backend->self, r);
    return true;
}

/* A full piece is stored when more follows: the last is left to the handler. */
static bool take_piece(struct request *r, const char *bytes, size_t *len)
{
    enum err err = body_take_piece(r, bytes, len);

    if (err == ERR_NONE)
        return *len == 0 || store_piece(r);
    r->received_len += *len;
    *len = 0;
    return refuse_rest(r, err);
}

static bool take(struct request *r, const char *bytes, size_t *len)
{
    if (r->route->flags & ROUTE_UPLOAD)
        return take_piece(r, bytes, len);
    enum err err = body_take(r, bytes, *len);
    r->received_len += *len;
    *len = 0;
    return err == ERR_NONE || refuse_rest(r, err);
}

/* Ends the connection when chunks go on for ever; a body with a length was checked before. */
static bool drop(struct request *r, size_t *len)
{
    size_t taken = r->route != NULL ? r->route->body_max : 0;

    r->received_len += *len;
    *len = 0;
    return !r->chunked || r->received_len <= taken + INTAKE_DISCARD_MAX_BYTES;
}

/* ---- resumed ---- */

static bool answer_overdue(struct request *r, enum request_state state)
{
    struct reply reply = {0};
    bool unknown = state == REQUEST_OVERDUE && r->route->kind == ROUTE_WRITE;

    reply_problem_apart(r, &reply, unknown ? ERR_OUTCOME_UNKNOWN : ERR_UNAVAILABLE,
                        unknown ? "It may still take effect; send it again with the "
                                  "Idempotency-Key of this answer to learn how it ended"
                                : "It was not done in time and has no effect; try again");
    if (r->step == STEP_AUTH && content_is_announced(r))
        reply.close = true;
    bool queued = queue(r, &reply);
    reply_release(&reply);
    return queued;
}

static bool resumed(struct request *r)
{
    enum request_state state = waiting_leave(r);

    if (state != REQUEST_ANSWERED)
        return answer_overdue(r, state);
    return r->step == STEP_AUTH ? authenticate(r) : answer(r);
}

/* False ends the connection: whoever stores the piece still has it. */
static bool piece_stored(struct request *r)
{
    if (waiting_leave(r) != REQUEST_ANSWERED)
        return false;
    if (r->reply.status != 0)
        return refuse_rest(r, ERR_NONE);
    r->pieces++;
    r->body_len = 0;
    r->step = STEP_BODY;
    expect_body(r);
    return true;
}

bool intake_call(struct request *r, const char *method, const char *version, const char *bytes,
                 size_t *len)
{
    if (r->step == STEP_PIECE && !piece_stored(r))
        return false;
    switch (r->step) {
    case STEP_GUARD:
        return first_call(r, method, version);
    case STEP_AUTH:
    case STEP_WORK:
        return resumed(r);
    case STEP_BODY:
        return *len > 0 ? take(r, bytes, len) : whole(r);
    case STEP_DISCARD:
        return *len > 0 ? drop(r, len) : answer(r);
    case STEP_PIECE:
    case STEP_SENT:
        break;
    }
    *len = 0;
    return true;
}
