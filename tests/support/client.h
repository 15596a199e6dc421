/*
 * HTTP as the tests speak it: one kept-alive connection per client, used by one thread at a time.
 * Every exchange is appended, one line of JSON in one write, to the file that BATON_EXCHANGES
 * names, for tests/http/contract_check.py.
 */
#ifndef BATON_TESTS_CLIENT_H
#define BATON_TESTS_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define CALL_TIMEOUT_MS    30000
#define ANSWER_HEADERS_MAX 32
#define ANSWER_BODY_MAX    (64 * 1024 * 1024) /* bytes */
#define CALL_HEADERS_MAX   8
#define HEADER_LINE_MAX    1024 /* bytes */

struct client;

struct call {
    const char *method;
    const char *target;                    /* path and query, sent as it stands */
    const char *token;                     /* NULL: no Authorization */
    const char *body;                      /* NULL: none; a write then sends Content-Length: 0 */
    size_t body_len;                       /* 0: up to the NUL */
    const char *content_type;              /* NULL: application/json, if there is a body */
    const char *headers[CALL_HEADERS_MAX]; /* "Name: value" */
};

struct answer_header {
    char *name; /* as it was sent */
    char *value;
};

struct answer {
    int status;
    struct answer_header headers[ANSWER_HEADERS_MAX];
    size_t header_count;
    char *body; /* NUL-terminated */
    size_t body_len;
    json_t *json; /* NULL when the body is not JSON */
};

/** A client of the service at "http://127.0.0.1:8080". Ends the program when memory is short. */
struct client *client_new(const char *base_url);

void client_free(struct client *client);

/** False when there was no whole answer: nobody listens, cut off, too late. */
bool client_try(struct client *client, const struct call *call, struct answer *out);

/** As client_try, and the test fails without an answer. */
void client_call(struct client *client, const struct call *call, struct answer *out);

/** The value, NULL when there is none; the name in any case. Borrowed from the answer. */
const char *answer_header(const struct answer *answer, const char *name);

void answer_release(struct answer *answer);

#endif
