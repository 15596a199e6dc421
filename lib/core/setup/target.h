/*
 * Where a subscription sends to: a webhook, which takes what Baton says as it says it, or a
 * template, which makes of it what another system wants (core/setup/template.h). What a template
 * says besides its URL is one JSON document, as stored:
 *
 *     {"method": "PATCH", "headers": {"Authorization": "Bearer {{secret:token}}"},
 *      "body": {…} or "form": {…}, "maps": {"lifecycle": {"mql": "marketingqualifiedlead"}},
 *      "learn": {"external_id": {"source": "hubspot", "at": "/id"}}}
 *
 * and its secrets are another, sealed: {"token": "…"}. Mail goes to members, whose addresses are
 * its document: {"to": ["sam@acme.example"]}.
 */
#ifndef BATON_CORE_TARGET_H
#define BATON_CORE_TARGET_H

#include "core/config.h"
#include "core/setup/template.h"

#define TARGET_KIND_TABLE(X)                                                                       \
    X(WEBHOOK, "webhook")                                                                          \
    X(TEMPLATE, "template")                                                                        \
    X(EMAIL, "email")

enum target_kind {
#define X(name, text) TARGET_##name,
    TARGET_KIND_TABLE(X)
#undef X
        TARGET_KIND_COUNT
};

const char *target_kind_name(enum target_kind kind);
extern const struct input_type target_kind_type;
/** POST, PUT and PATCH. */
extern const struct input_type target_method_type;

#define TARGET_BODY_MAX_BYTES    32768 /* of the document */
#define TARGET_TO_MAX            20
#define TARGET_HEADERS_MAX       10
#define TARGET_SECRETS_MAX       10
#define TARGET_SECRET_MAX_BYTES  4096
#define TARGET_SECRETS_MAX_BYTES (TARGET_SECRETS_MAX * (2 * TARGET_SECRET_MAX_BYTES + 128))

/** As it is asked for. */
struct subscription_target {
    int kind; /* enum target_kind */
    const char *url;
    const char *template;  /* the document; NULL: a webhook */
    const char *const *to; /* of mail: normal addresses, as in the document */
    size_t to_count;
    const char *secrets; /* JSON; NULL: none were given */
    unsigned includes;   /* bits of enum subscription_include that its pointers ask for */
};

/** Adds faults of what could not be sent: braces, header names, a host that is not fixed. secrets:
 *  {name: true} of those that it uses, for the caller to free; NULL when memory is short. */
json_t *target_check(const char *url, const json_t *template, struct arena *arena,
                     struct faults *faults, unsigned *includes);

/** Adds warnings: pointers that lead nowhere for events that are sent, and what looks like a secret
 *  in the URL. */
void target_warn(const struct subscription *subscription, const struct kind_set *kinds,
                 struct faults *warnings);

/** {kind, url, …} of openapi.yaml: of secrets their names. */
void target_write(const struct subscription *subscription, struct json_out *out);

/* ---- presets ---- */

struct target_preset {
    const char *name; /* of its file, without .json; NULL after the last */
    const char *text; /* JSON: {title, about, events, target, asks_for, steps} */
};

/** All of them, by name; made when building (cmake/embed_texts.cmake). */
extern const struct target_preset target_presets_embedded[];

/** Parsed, for the caller to free. NULL: there is none of this name, or memory is short (then arena
 *  is marked). */
json_t *target_preset_document(const char *name, struct arena *arena);

#endif
