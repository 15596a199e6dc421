/* The fields of a multipart form (multipart/form-data, RFC 7578). */
#ifndef BATON_BASE_MULTIPART_H
#define BATON_BASE_MULTIPART_H

#include "base/arena.h"
#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/** Whether a Content-Type says so. */
bool multipart_is_type(const char *content_type);

/** As form_parse(): a flat object of texts, a list where a field is sent several times. Of a file
 *  its name stands there, not what it holds. ERR_MALFORMED_JSON: no boundary, no end, or more than
 *  FORM_FIELDS_MAX fields; ERR_OUT_OF_MEMORY, with arena marked. */
enum err multipart_parse(const char *content_type, const char *body, size_t len,
                         struct arena *arena, json_t **out, bool *converted) MUST_USE;

#endif
