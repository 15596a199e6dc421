/*
 * A story: an array of HTTP steps that reads like the specification. What one answer gives, the
 * next request may use as ${name}.
 *
 *   static const struct step rejected[] = {
 *       {.label = "marketing captures", .method = "POST", .path = "/v1/leads", .as = "marketing",
 *        .body = "{'email':'kim@acme.example'}", .status = 201,
 *        .checks = {{"/lead/stage", "'inquiry'"}}, .keep = {{"lead", "/lead/id"}}},
 *       {.label = "sales reads", .method = "GET", .path = "/v1/leads/${lead}", .as = "sales",
 *        .status = 200, .checks = {{"/email", "'kim@acme.example'"}}},
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

#define STEP_CHECKS_MAX   24
#define STEP_KEEPS_MAX    8
#define STORY_TEXT_MAX    (1024 * 1024) /* bytes, after ${name} is filled in */
#define CHECK_MESSAGE_MAX 2048          /* bytes */

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
    const char *method;
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
};

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
