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

/** The text of out becomes the body (application/json); out is left empty. If writing it failed,
 *  the answer is 503 out_of_memory. */
void reply_json(struct request *r, int status, struct json_out *out);

/** As reply_json, with a copy of this text: for answers that live in another arena. */
void reply_json_copy(struct request *r, int status, const char *json, size_t len);

/** Any other text; body was malloc'd and is taken over. text/html gets the security headers. */
void reply_text_steal(struct request *r, int status, const char *content_type, char *body,
                      size_t len);

/** Bytes that live as long as the process. */
void reply_static(struct request *r, int status, const char *content_type, const char *body,
                  size_t len);

/** A file that is built into the program, with its tag; anyone may see it. */
void reply_embedded(struct request *r, const struct embedded *text);

/** A status without a body, such as 204. Headers that were set stay. */
void reply_empty(struct request *r, int status);

/** Replaces the 200 in the reply by 304: keeps its headers, and of its body only the length. */
void reply_not_modified(struct request *r);

/**
 * A problem document. detail (one sentence, may be NULL) is dropped for 500. WWW-Authenticate is
 * added for 401, Retry-After for 503. Allocates nothing in the arena. Never fails: when memory is
 * short, it is a static document.
 */
void reply_problem(struct request *r, enum err err, const char *detail,
                   const struct faults *faults);

/** A problem in a reply other than the request's: for the HTTP thread while the backend may still
 *  write to r->reply. *out is empty before. */
void reply_problem_apart(const struct request *r, struct reply *out, enum err err,
                         const char *detail);

/** Makes the response, which takes over the reply's body. NULL when memory is short. HTTP
 *  thread. */
struct MHD_Response *reply_response(struct reply *reply, const char *request_id);

#endif
