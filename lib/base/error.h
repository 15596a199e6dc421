/*
 * Every error that Baton answers with, in one table: name, HTTP status, stable code, title.
 * A code is part of the API: it is never renamed and never used again for something else.
 */
#ifndef BATON_BASE_ERROR_H
#define BATON_BASE_ERROR_H

#include <stdbool.h>

#define ERROR_TABLE(X)                                                                             \
    /* refused at the edge, before anything is decided; never stored under an idempotency key */   \
    X(MALFORMED_REQUEST, 400, "malformed_request", "The request is not well-formed HTTP")          \
    X(MALFORMED_JSON, 400, "malformed_json", "The body cannot be read")                            \
    X(INVALID_BODY, 400, "invalid_body", "The body does not fit this operation")                   \
    X(INVALID_PARAMETER, 400, "invalid_parameter", "A query parameter or header does not fit")     \
    X(INVALID_KEY_FORMAT, 400, "invalid_idempotency_key", "The Idempotency-Key is malformed")      \
    X(UNAUTHENTICATED, 401, "unauthenticated", "A valid key is needed")                            \
    X(FORBIDDEN, 403, "forbidden", "This key may not do this")                                     \
    X(METHOD_NOT_ALLOWED, 405, "method_not_allowed", "This method is not offered here")            \
    X(NOT_ACCEPTABLE, 406, "not_acceptable", "No offered representation is acceptable")            \
    X(LENGTH_REQUIRED, 411, "length_required", "The length of the body is needed")                 \
    X(PRECONDITION_FAILED, 412, "precondition_failed", "It was changed in the meantime")           \
    X(BODY_TOO_LARGE, 413, "body_too_large", "The body is too large")                              \
    X(UNSUPPORTED_MEDIA_TYPE, 415, "unsupported_media_type", "This content type is not taken")     \
    X(HEADERS_TOO_LARGE, 431, "headers_too_large", "The headers are too large")                    \
    X(PRECONDITION_REQUIRED, 428, "precondition_required", "If-Match is needed")                   \
    X(KEY_IN_FLIGHT, 409, "idempotency_key_in_flight", "This key is being worked on")              \
    /* decided; stored and replayed under the idempotency key */                                   \
    X(NOT_FOUND, 404, "not_found", "There is no such thing here")                                  \
    X(GONE, 410, "gone", "It was erased")                                                          \
    X(STATE_CONFLICT, 409, "state_conflict", "Its state does not allow this")                      \
    X(ALREADY_EXISTS, 409, "already_exists", "It exists already")                                  \
    X(CLAIMED_BY_OTHER, 409, "claimed_by_other", "Another member has claimed it")                  \
    X(NOT_ANSWERED, 409, "not_answered", "The handoff has no such answer")                         \
    X(NOT_COVERED, 409, "not_covered_yet", "No checkpoint covers it yet")                          \
    X(TOO_MANY_JOBS, 409, "too_many_jobs", "Too many jobs are queued or running already")          \
    X(KEY_REUSED, 422, "idempotency_key_reused", "This key came with another request before")      \
    X(ACTOR_REQUIRED, 422, "actor_required", "A member must be named")                             \
    X(NOT_YOUR_HANDOFF, 403, "wrong_team", "Only the other team of this handoff may do this")      \
    X(UNPROCESSABLE, 422, "unprocessable", "The request is understood but cannot be done")         \
    X(INVALID_VALUE, 422, "invalid_value", "A value is not acceptable")                            \
    X(UNKNOWN_REASON, 422, "unknown_reason", "The definition has no such reason")                  \
    X(NOT_QUALIFIED, 422, "not_qualified", "The definition in force is not met")                   \
    X(NO_DEFINITION, 422, "no_definition_in_force", "No definition of this term is in force")      \
    X(NO_ROUTE, 422, "no_route", "No route leads from this team to that one")                      \
    X(LIMIT_REACHED, 422, "limit_reached", "The agreed limit is reached")                          \
    X(INVALID_DEFINITION, 422, "invalid_definition", "The definition is not valid")                \
    X(NOT_SIGNABLE, 422, "not_signable", "This member cannot sign here")                           \
    /* ours */                                                                                     \
    X(INTERNAL, 500, "internal", "Something went wrong on our side")                               \
    X(NOT_LOADABLE, 500, "not_loadable", "What this concerns cannot be loaded")                    \
    X(NOT_IMPLEMENTED_ENCODING, 501, "transfer_encoding_unsupported", "Only chunks are taken")     \
    X(UNAVAILABLE, 503, "unavailable", "The service cannot answer now")                            \
    X(CONTENDED, 503, "contended", "Others change the same things just now")                       \
    X(OVERLOADED, 503, "overloaded", "Too many requests wait already")                             \
    X(SEALED, 503, "sealed", "The service lacks the key to the secrets of this workspace")         \
    X(OUT_OF_MEMORY, 503, "out_of_memory", "The service is short of memory")                       \
    X(OUTCOME_UNKNOWN, 503, "outcome_unknown", "The outcome is not known yet")

enum err {
    ERR_NONE = 0,
#define X(name, status, code, title) ERR_##name,
    ERROR_TABLE(X)
#undef X
        ERR_COUNT
};

/** HTTP status of an error; 200 for ERR_NONE. */
int error_status(enum err err);

/** The stable code, such as "state_conflict"; "ok" for ERR_NONE. */
const char *error_code(enum err err);

/** A short English title for people. */
const char *error_title(enum err err);

/** Whether the same, sent again a little later, may well succeed. */
bool error_is_passing(enum err err);

#define MUST_USE __attribute__((warn_unused_result))

#endif
