/*
 * What a sender's bytes say, whichever way they were sent: a document of JSON, which a mapping is
 * then applied to. Bytes that say nothing readable are no reason to refuse them: why stands in
 * the delivery.
 */
#ifndef BATON_CORE_DELIVERED_H
#define BATON_CORE_DELIVERED_H

#include "base/arena.h"
#include "base/error.h"
#include "base/json_lenient.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct delivered {
    json_t *document;  /* NULL: error says why */
    bool tabular;      /* every value came as text: a form */
    const char *error; /* a code, and where: "not_json at line 1, column 7"; never a value */
    struct json_notes notes;
};

/** Reads a body by its Content-Type ("" when there was none) and by its bytes. document is the
 *  caller's to free. ERR_OUT_OF_MEMORY alone, with arena marked. */
enum err delivered_read(const char *content_type, const char *body, size_t len, struct arena *arena,
                        struct delivered *out) MUST_USE;

#endif
