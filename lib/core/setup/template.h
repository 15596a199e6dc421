/*
 * Templates: what is sent to a system that wants a body, a URL and headers of its own. Texts hold
 * places in double braces, which are filled in when something is sent.
 *
 *     {{/lead/email}}                       what stands there (a JSON pointer into the event's
 * data)
 *     {{/handoff/carries/who/name|/lead/email|somebody}}    the first that there is; at last a text
 *     {{sha256:/lead/email}}                changed, by one of TEMPLATE_CHANGES
 *     {{lifecycle:/lead/stage}}             what the template's map of this name says instead
 *     {{secret:token}}                      a secret of the subscription
 *
 * In a body of JSON, a text that is one place and nothing else stands for the value itself, a
 * number or a list as it is; where there is none, its member or item is left out. Elsewhere lists
 * become texts with ", " between, and what is not there "". In URLs what is filled in is
 * percent-encoded, except secrets.
 */
#ifndef BATON_CORE_TEMPLATE_H
#define BATON_CORE_TEMPLATE_H

#include "base/fault.h"
#include "base/json_out.h"
#include "base/text_out.h"
#include "core/ledger/kind_set.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* name, what becomes of the value */
#define TEMPLATE_CHANGES(X)                                                                        \
    X(SHA256, "sha256")           /* of the text, trimmed and in lower case; in hex */             \
    X(UNIX, "unix")               /* a time in seconds since 1970 */                               \
    X(GOOGLE_TIME, "google_time") /* a time as "2026-11-22 10:00:00+00:00" */                      \
    X(LINES, "lines")             /* a list with line breaks between */                            \
    X(TEXT, "text")               /* a number or a list as a text, where it would stand itself */

/** What is filled in. */
struct template_source {
    const json_t *data;    /* {id, type, timestamp, event, links, ids, lead, handoff, verdict} */
    const json_t *maps;    /* {name: {text: text}}; NULL: none */
    const json_t *secrets; /* {name: text}; NULL: none */
    struct arena *arena;
};

enum template_kind {
    TEMPLATE_PLAIN,
    TEMPLATE_URL,
};

/** Fills in a text. */
void template_fill(const char *text, enum template_kind kind, const struct template_source *source,
                   struct text_out *out);
/** Fills in a body of JSON. */
void template_fill_json(const json_t *body, const struct template_source *source,
                        struct json_out *out);
/** Fills in a body that is a form: an object of texts. */
void template_fill_form(const json_t *form, const struct template_source *source,
                        struct text_out *out);

/** The value at a JSON pointer; NULL: there is none. */
const json_t *template_find(const json_t *data, const char *pointer, size_t len,
                            struct arena *arena);

/* ---- checking ---- */

/** What was found in a template, as it is gone through. */
struct template_check {
    struct arena *arena;
    const json_t *maps;           /* {name: {text: text}}; NULL: none */
    struct faults *faults;        /* braces that do not close, changes that are not known */
    struct faults *warnings;      /* pointers that never lead anywhere; NULL: not looked for */
    const struct kind_set *kinds; /* the events that are sent; with warnings */
    json_t *secrets;              /* {name: true} of those that are used; owned by the caller */
    unsigned includes;            /* bits of enum subscription_include that its pointers ask for */
};

/** Goes through all texts of a JSON value, keys and numbers aside; pointer is its place. */
void template_check_json(struct template_check *check, const json_t *json, const char *pointer);

/** Whether a URL's host is fixed: nothing but secrets is filled in before its path. */
bool template_host_is_fixed(const char *url);

#endif
