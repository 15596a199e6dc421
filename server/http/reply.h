/*
 * Answers a request: fills its reply, on any thread, but only on one at a time. Only the HTTP
 * thread makes libmicrohttpd's response from it.
 */
#ifndef BATON_SERVER_REPLY_H
#define BATON_SERVER_REPLY_H

#include "http/reply_shape.h"

#include "base/json_out.h"
#include "base/problem.h"

#define PROBLEM_MAX_BYTES    (256 << 10)
#define PROBLEM_CONTENT_TYPE "application/problem+json"

struct MHD_Response;
struct request;
struct stream;

/** The text of out, which grew in the request's arena, becomes the body (application/json). If the
 *  arena has failed, the answer is 503 out_of_memory. */
void reply_json(struct request *r, int status, const struct json_out *out);

/** As reply_json, with a copy of this text: for answers that live in another arena. */
void reply_json_copy(struct request *r, int status, const char *json, size_t len);

/** As reply_json, of any other text. text/html gets the security headers. */
void reply_text(struct request *r, int status, const char *content_type,
                const struct text_out *text);

/** Bytes that live as long as the process. */
void reply_static(struct request *r, int status, const char *content_type, const char *body,
                  size_t len);

/** A file that is built into the program, with its tag; anyone may see it. */
void reply_embedded(struct request *r, const struct embedded *text);

/** 200 with a body that goes on; the stream is in the request's arena. */
void reply_stream(struct request *r, const char *content_type, struct stream *stream);

/** A status without a body, such as 204. Headers that were set stay. */
void reply_empty(struct request *r, int status);

/** Replaces the 200 in the reply by 304: keeps its headers, and of its body only the length. */
void reply_not_modified(struct request *r);

/**
 * A problem document. detail (one sentence, may be NULL) is dropped for 500. WWW-Authenticate is
 * added for 401, Retry-After for 503. When the request's arena has failed, the error may be a
 * consequence of that: all but other 503 become 503 out_of_memory. Never fails: a problem has
 * memory of its own, and without that it is a static document.
 */
void reply_problem(struct request *r, enum err err, const char *detail,
                   const struct faults *faults);

/** A problem in a reply other than the request's: for the HTTP thread while the backend may still
 *  write to r->reply. *out is empty before. */
void reply_problem_apart(const struct request *r, struct reply *out, enum err err,
                         const char *detail);

/** Makes the response and leaves the reply without a body, which the request must outlive. NULL
 * when memory is short. HTTP thread. */
struct MHD_Response *reply_response(struct reply *reply, const char *request_id);

#endif
