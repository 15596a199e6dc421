/* The fields of a form (application/x-www-form-urlencoded, read as in the URL standard). */
#ifndef BATON_BASE_FORM_H
#define BATON_BASE_FORM_H

#include "base/arena.h"
#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define FORM_FIELDS_MAX 1000

/** Whether a Content-Type says that the body is a form; NULL says no. */
bool form_is_type(const char *content_type);

#define FORM_WHY_MAX_BYTES 128

/** A flat object of texts; a field that is sent several times is a list of texts. A name or value
 *  that is not UTF-8 is read as Windows-1252, and *converted says so. The caller frees *out with
 *  json_decref(). ERR_MALFORMED_JSON when it is not a form (a broken escape, a NUL, too many
 *  fields), and why says which field and what is wanted; ERR_OUT_OF_MEMORY. */
enum err form_parse(const char *text, size_t len, struct arena *arena, json_t **out,
                    bool *converted, char why[FORM_WHY_MAX_BYTES]) MUST_USE;

/** Adds a field; of one that is there already it makes a list. Takes the value. ERR_OUT_OF_MEMORY.
 */
enum err form_add(json_t *fields, const char *name, json_t *value) MUST_USE;

/**
 * Adds what the names of a form's fields mean to PHP, Rails and jQuery: of "a[b]" and "a[]" the
 * object or list "a", beside the fields as they are, unless a field has that name. And a field that
 * holds an object of JSON, or a list of such, becomes it. ERR_OUT_OF_MEMORY, with arena marked.
 */
enum err form_nest(json_t *fields, struct arena *arena) MUST_USE;

#endif
