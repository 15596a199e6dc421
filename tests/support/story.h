/*
 * A story: an array of HTTP steps that reads like the specification. What one answer gives, the
 * next request may use as ${name}.
 *
 *   static const struct step expired[] = {
 *       POST("marketing captures", "marketing", "/v1/leads", "{'email':'kim@acme.example'}", 201,
 *            .checks = {{"/lead/stage", "'inquiry'"}}, .keep = {{"lead", "/lead/id"}}),
 *       LATER("a month passes", 30 * 86400),
 *       UNTIL("sales reads", "sales", "/v1/leads/${lead}", 200,
 *             .checks = {{"/email", "'kim@acme.example'"}}),
 *       {0}};
 *
 * Bodies and wanted values are JSON in which ' may stand for " (\u0027 is an apostrophe). A
 * wanted value may also be
 *   *          there, null included          !          not there
 *   <string>   of this JSON type             #3         this many items or members
 *   ~text      a text that holds this one    =text      exactly this text
 * A place is a JSON pointer into the body, "@Header" or "@body" for the bytes as they came.
 */
#ifndef BATON_TESTS_STORY_H
#define BATON_TESTS_STORY_H

#include "client.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STEP_CHECKS_MAX   24
#define STEP_KEEPS_MAX    8
#define STORY_TEXT_MAX    (1024 * 1024) /* bytes, after ${name} is filled in */
#define CHECK_MESSAGE_MAX 2048          /* bytes */
#define STORY_WAIT_MS     120000        /* that UNTIL has to come true */

struct check {
    const char *at;
    const char *wanted;
};

struct keep {
    const char *name;
    const char *at; /* as in struct check */
};

struct step {
    const char *label;
    const char *method; /* NULL: nothing is sent */
    const char *path;
    const char *as;   /* the name whose value is the key; NULL: none is sent */
    const char *body; /* JSON with ' for ", or NULL */
    const char *raw;  /* instead of body: bytes that are sent as they stand */
    size_t raw_len;   /* 0: up to the NUL */
    const char *content_type;
    const char *headers[CALL_HEADERS_MAX]; /* "Idempotency-Key: ${key}" */
    int status;
    struct check checks[STEP_CHECKS_MAX];
    struct keep keep[STEP_KEEPS_MAX];
    bool until;     /* it is sent again until it is answered so */
    int64_t passes; /* seconds, before it is sent; needs test_clock_open() */
};

/* Steps: what happens, as whom (NO_KEY sends no key), where, what is sent, and what is answered:
 * the status, and whatever other members of a step are named. */
#define NO_KEY NULL
#define STEP_(label_, method_, as_, path_, ...)                                                    \
    {                                                                                              \
        .label = label_, .method = method_, .as = as_, .path = path_, __VA_ARGS__                  \
    }
#define GET(label, as, path, ...)    STEP_(label, "GET", as, path, .status = __VA_ARGS__)
#define HEAD(label, as, path, ...)   STEP_(label, "HEAD", as, path, .status = __VA_ARGS__)
#define DELETE(label, as, path, ...) STEP_(label, "DELETE", as, path, .status = __VA_ARGS__)
#define WRITE_(label, method, as, path, body_, ...)                                                \
    STEP_(label, method, as, path, .body = body_, .status = __VA_ARGS__)
#define POST(label, as, path, body, ...)  WRITE_(label, "POST", as, path, body, __VA_ARGS__)
#define PUT(label, as, path, body, ...)   WRITE_(label, "PUT", as, path, body, __VA_ARGS__)
#define PATCH(label, as, path, body, ...) WRITE_(label, "PATCH", as, path, body, __VA_ARGS__)
/* A GET that is repeated until it is answered so. */
#define UNTIL(label, as, path, ...) GET(label, as, path, __VA_ARGS__, .until = true)
/* Time passes. */
#define LATER(label_, seconds)                                                                     \
    {                                                                                              \
        .label = label_, .passes = seconds                                                         \
    }

struct story;

/** Borrows the client. */
struct story *story_new(struct client *client);

void story_free(struct story *story);

/** Sets ${name}; the value is copied. */
void story_set(struct story *story, const char *name, const char *value);

/** NULL when it was never set. Borrowed, until it is set again. */
const char *story_get(const struct story *story, const char *name);

/** Plays the steps up to the one without a label; the test fails at the first that differs and
 *  prints request, answer, and both sides. */
void story_run(struct story *story, const struct step *steps);

/** The text with every ${name} filled in, and with ' made " where quotes is set; the caller frees
 *  it. NULL when a name was never set (then *missing is it) or the text grows too long. */
char *story_fill(const struct story *story, const char *text, bool quotes, const char **missing);

/** Whether the answer has what is wanted (filled in already) at this place; if not, the message
 *  says both sides. */
bool story_check(const struct answer *answer, const char *at, const char *wanted,
                 char message[CHECK_MESSAGE_MAX]);

/** The value at a JSON pointer; NULL when there is none. Borrowed. */
json_t *story_at(json_t *json, const char *pointer);

#endif
