/*
 * Every error that Baton answers with, in one table: name, HTTP status, stable code, title, what it
 * means, what to do. /problems shows it. A code is part of the API: it is never renamed and never
 * reused for something else.
 */
#ifndef BATON_BASE_ERROR_H
#define BATON_BASE_ERROR_H

#include <stdbool.h>

/* clang-format off */
#define ERROR_TABLE(X) \
    /* refused at the edge, before anything is decided; never stored under an idempotency key */ \
    X(MALFORMED_REQUEST, 400, "malformed_request", "The request is not well-formed HTTP", \
      "The request is not one HTTP request beyond doubt: two servers in a row might read it differently. The connection ends.", \
      "The detail names what is at fault, such as a header that was sent twice. Let an HTTP library frame the request.") \
    X(MALFORMED_JSON, 400, "malformed_json", "The body cannot be read", \
      "The body is not JSON in UTF-8, or no form where a form is taken.", \
      "The detail has line and column, or the byte. Nothing was done.") \
    X(INVALID_BODY, 400, "invalid_body", "The body does not fit this operation", \
      "The body is JSON, but has what this operation does not know, lacks what it needs, or a value of another type or beyond its limits.", \
      "Mend every place that errors names and send it again. /openapi.yaml has the operation's body.") \
    X(INVALID_PARAMETER, 400, "invalid_parameter", "A query parameter or header does not fit", \
      "A parameter of the query, of the path or a header does not fit, or is not known here.", \
      "Mend every one that errors names.") \
    X(INVALID_KEY_FORMAT, 400, "invalid_idempotency_key", "The Idempotency-Key is malformed", \
      "The Idempotency-Key is empty, too long, or not visible ASCII.", \
      "Send 1 to 255 visible ASCII characters, such as a random UUID, or none.") \
    X(UNAUTHENTICATED, 401, "unauthenticated", "A valid key is needed", \
      "No key was sent, or it is not valid, or it was revoked.", \
      "Send Authorization: Bearer and the key. An admin makes keys (POST /v1/keys, or baton key create).") \
    X(FORBIDDEN, 403, "forbidden", "This key may not do this", \
      "The key is valid, and has none of the roles of which one is needed.", \
      "The detail names the roles. Use another key, or ask an admin of the team for one.") \
    X(METHOD_NOT_ALLOWED, 405, "method_not_allowed", "This method is not offered here", \
      "The path exists, and not with this method.", \
      "Allow lists the methods.") \
    X(NOT_ACCEPTABLE, 406, "not_acceptable", "No offered representation is acceptable", \
      "The answer exists in other formats than Accept asks for.", \
      "The detail lists the formats; ask for one of them, or for */*.") \
    X(LENGTH_REQUIRED, 411, "length_required", "The length of the body is needed", \
      "A body was expected and none was announced.", \
      "Send a Content-Length, 0 when there is no body, or send the body in chunks.") \
    X(PRECONDITION_FAILED, 412, "precondition_failed", "It was changed in the meantime", \
      "Somebody changed it after it was read, so the change was not made.", \
      "Read it again, look at what is new, and send the new ETag in If-Match.") \
    X(BODY_TOO_LARGE, 413, "body_too_large", "The body is too large", \
      "The body is longer than this operation takes, or it takes none.", \
      "Send less at once, or leave the body out. Nothing was done.") \
    X(UNSUPPORTED_MEDIA_TYPE, 415, "unsupported_media_type", "This content type is not taken", \
      "The type, charset or coding of the body is not taken.", \
      "Errors names the header. Send JSON in UTF-8 as application/json, not compressed.") \
    X(HEADERS_TOO_LARGE, 431, "headers_too_large", "The headers are too large", \
      "The headers are more than the server reads.", \
      "Send fewer and shorter headers; cookies are not needed here.") \
    X(PRECONDITION_REQUIRED, 428, "precondition_required", "If-Match is needed", \
      "A draft is replaced only by whoever read it.", \
      "Read it, and send its ETag in If-Match.") \
    X(KEY_IN_FLIGHT, 409, "idempotency_key_in_flight", "This key is being worked on", \
      "The first request with this key is still being worked on.", \
      "Wait a moment and send it again.") \
    /* decided; stored and replayed under the idempotency key */ \
    X(NOT_FOUND, 404, "not_found", "There is no such thing here", \
      "There is no such path, or no such thing in this workspace. What belongs to another workspace looks the same.", \
      "Look at the path, and at the workspace of the key (GET /v1/me).") \
    X(GONE, 410, "gone", "It was erased", \
      "It was here and was erased, as the law and the person asked.", \
      "Forget the id. It does not come back.") \
    X(STATE_CONFLICT, 409, "state_conflict", "Its state does not allow this", \
      "It exists, and its present state does not allow this.", \
      "State says how it stands, allowed_actions what may be done now. Read it again first: somebody else may have acted.") \
    X(ALREADY_EXISTS, 409, "already_exists", "It exists already", \
      "There is one with this name, address or id.", \
      "Use the one that exists, or choose another name.") \
    X(CLAIMED_BY_OTHER, 409, "claimed_by_other", "Another member has claimed it", \
      "Another member works on this handoff until claimed_until.", \
      "Take another one, or wait until the lease ends.") \
    X(NOT_ANSWERED, 409, "not_answered", "The handoff has no such answer", \
      "The handoff has no answer that this could be about.", \
      "Wait for the answer of the other team.") \
    X(NOT_COVERED, 409, "not_covered_yet", "No checkpoint covers it yet", \
      "No signed checkpoint covers this entry yet.", \
      "Ask again after Retry-After. If it stays so, no server of this database has a signing key.") \
    X(TOO_MANY_JOBS, 409, "too_many_jobs", "Too many jobs are queued or running already", \
      "As many jobs as a workspace may have are queued or running.", \
      "Wait until one has ended, or cancel one (GET /v1/jobs).") \
    X(KEY_REUSED, 422, "idempotency_key_reused", "This key came with another request before", \
      "This Idempotency-Key came with another request within the last 7 days.", \
      "Take a new random key for a new request; repeat the old one byte for byte.") \
    X(ACTOR_REQUIRED, 422, "actor_required", "A member must be named", \
      "A person must be named for this, and the key is a team's.", \
      "Use the member's own key, or send Baton-Actor with the member's email.") \
    X(NOT_YOUR_HANDOFF, 403, "wrong_team", "Only the other team of this handoff may do this", \
      "Only the other team of this handoff may do this: the receiving team answers, the offering team withdraws and disputes.", \
      "Use a key of that team. allowed_actions of the handoff shows what the caller may do.") \
    X(OTHER_SIDE, 403, "other_side", "This is the other side's", \
      "Marketing and sales each make and change their own teams, members, keys and sources, and neither the other's. What binds both is signed by both.", \
      "Ask an admin of the side that the detail names. Whoever runs Baton can do it on its command line, which the ledger shows.") \
    X(LAST_SIGNER, 409, "last_signer", "A side would have nobody left who signs", \
      "It would take the last key that signs away from its side, and then nothing could be agreed any more.", \
      "Give another member of this side a key with the role sign first. Whoever runs Baton can do without, on its command line.") \
    X(UNPROCESSABLE, 422, "unprocessable", "The request is understood but cannot be done", \
      "The request is well-formed, and what it asks for cannot be done.", \
      "The detail says why.") \
    X(INVALID_VALUE, 422, "invalid_value", "A value is not acceptable", \
      "A value is of the right type and still not acceptable, such as a team that does not exist.", \
      "Errors has the place of each.") \
    X(UNKNOWN_REASON, 422, "unknown_reason", "The definition has no such reason", \
      "The version of the definition that judged this lead has no such reason.", \
      "allowed_reasons lists those that it has.") \
    X(NOT_QUALIFIED, 422, "not_qualified", "The definition in force is not met", \
      "The lead does not meet the definition in force, so it cannot pass this gate.", \
      "The verdict says what is unmet or unknown. Supply the facts, or offer it as an exception that the definition allows.") \
    X(NO_DEFINITION, 422, "no_definition_in_force", "No definition of this term is in force", \
      "No version of this term is signed by both sides, so nothing can be judged by it.", \
      "Propose a version, and let one member of each side sign it.") \
    X(NO_ROUTE, 422, "no_route", "No route leads from this team to that one", \
      "The workspace has no route from the one team to the other.", \
      "An admin sets routes (PUT /v1/routes).") \
    X(LIMIT_REACHED, 422, "limit_reached", "The agreed limit is reached", \
      "A limit that was agreed, or that the service has, is used up.", \
      "The detail names it. Wait for the next period, or ask for less.") \
    X(BLOCKED, 422, "blocked", "This person is not to come back", \
      "The person was erased, and it was asked that they stay away.", \
      "Do not send them again. When they want to be known again, an admin lifts it: POST /v1/leads/unblock.") \
    X(INVALID_DEFINITION, 422, "invalid_definition", "The definition is not valid", \
      "The document of the definition has faults.", \
      "Errors has the place of each. docs/definition.md explains the document.") \
    X(NOT_SIGNABLE, 422, "not_signable", "This member cannot sign here", \
      "This member cannot sign this version.", \
      "The detail says why: members of marketing and sales sign, each for their own side, with their own key, what they read.") \
    X(RATE_LIMITED, 429, "rate_limited", "Too many requests", \
      "This key, or this address with wrong keys, asked for more than it may in a minute. Nothing was done.", \
      "Send it again after Retry-After. RateLimit and RateLimit-Policy of each answer say what is left of which quota.") \
    /* ours */ \
    X(INTERNAL, 500, "internal", "Something went wrong on our side", \
      "A fault of the service. Nothing of it is shown here.", \
      "Give the request_id to whoever runs the service: it stands in the log. Repeat a write with its Idempotency-Key.") \
    X(NOT_LOADABLE, 500, "not_loadable", "What this concerns cannot be loaded", \
      "What the command concerns does not fit into one piece of work.", \
      "Give the request_id to whoever runs the service; asking again does not help.") \
    X(NOT_IMPLEMENTED_ENCODING, 501, "transfer_encoding_unsupported", "Only chunks are taken", \
      "A Transfer-Encoding other than chunked was sent.", \
      "Send the body in chunks alone, or with a Content-Length.") \
    X(UNAVAILABLE, 503, "unavailable", "The service cannot answer now", \
      "The service or its database cannot answer now. Nothing was done.", \
      "Send it again after Retry-After.") \
    X(CONTENDED, 503, "contended", "Others change the same things just now", \
      "Others change the same things just now. Nothing was done.", \
      "Send it again after Retry-After.") \
    X(OVERLOADED, 503, "overloaded", "Too many requests wait already", \
      "More waits already than the service takes. Nothing was done.", \
      "Send it again after Retry-After, and less at once.") \
    X(SEALED, 503, "sealed", "The service lacks the key to the secrets of this workspace", \
      "Secrets of this workspace are sealed with a key that this server does not have.", \
      "Whoever runs the service sets BATON_SECRET_KEY_FILE.") \
    X(OUT_OF_MEMORY, 503, "out_of_memory", "The service is short of memory", \
      "The service is short of memory.", \
      "Send it again after Retry-After, or ask for less at once; repeat a write with its Idempotency-Key.") \
    X(OUTCOME_UNKNOWN, 503, "outcome_unknown", "The outcome is not known yet", \
      "It may or may not have been done: the answer of the database was lost or late.", \
      "Send it again with the Idempotency-Key of this answer. It takes effect once, and the answer says how it ended.")
/* clang-format on */

enum err {
    ERR_NONE = 0,
#define X(name, status, code, title, means, cure) ERR_##name,
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

/** What it means, and what to do: sentences for people. */
const char *error_means(enum err err);
const char *error_cure(enum err err);

/** Whether the same request may well succeed a little later. */
bool error_is_passing(enum err err);

#define MUST_USE __attribute__((warn_unused_result))

#endif
