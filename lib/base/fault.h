/*
 * What is wrong with an input, fault by fault, each with the JSON pointer (RFC 6901) of its place:
 * the errors[] of a problem document. All faults of a document are reported at once.
 */
#ifndef BATON_BASE_FAULT_H
#define BATON_BASE_FAULT_H

#include "base/arena.h"
#include "base/json_out.h"

#include <stdbool.h>
#include <stddef.h>

/** More than this are counted, but not kept. */
#define FAULTS_MAX 100

struct fault {
    const char *pointer; /* "/criteria/2/test/op"; "" is the whole body */
    const char *where;   /* "body", "query", "path" or "header" */
    const char *code;    /* stable, such as "required", "type", "unknown_member" */
    const char *detail;  /* a sentence that says what is wanted; never repeats personal data */
};

struct faults {
    struct arena *arena; /* borrowed; holds all texts */
    struct fault *items; /* room for FAULTS_MAX when there is one: most requests have none */
    size_t count;
    size_t dropped;
};

void faults_init(struct faults *faults, struct arena *arena);

/** Adds a fault in the body at this pointer; the pointer and the formatted detail are copied. */
void faults_add(struct faults *faults, const char *pointer, const char *code, const char *format,
                ...) __attribute__((format(printf, 4, 5)));

/** Adds a fault of a parameter ("query", "path") or a header ("header") by its name. */
void faults_add_in(struct faults *faults, const char *where, const char *name, const char *code,
                   const char *format, ...) __attribute__((format(printf, 5, 6)));

void faults_vadd(struct faults *faults, const char *where, const char *place, const char *code,
                 const char *format, va_list args) __attribute__((format(printf, 5, 0)));

bool faults_any(const struct faults *faults);

/** Writes the array of {pointer | parameter | header, code, detail}. */
void faults_write(const struct faults *faults, struct json_out *out);

/** base + "/" + token, with "~" and "/" of the token escaped. */
const char *pointer_join(struct arena *arena, const char *base, const char *token);
const char *pointer_index(struct arena *arena, const char *base, size_t index);

#endif
