/*
 * A fuzz target's input: parts with a line "---" between them, each a copy of its own that ends in
 * a NUL right after its last byte, so that whoever reads past the end is caught.
 *   cmake --preset fuzz && cmake --build build-fuzz --target fuzz_verdict
 *   mkdir /tmp/verdict && build-fuzz/tests/fuzz_verdict /tmp/verdict tests/fuzz/verdict
 */
#ifndef BATON_TESTS_FUZZ_PARTS_H
#define BATON_TESTS_FUZZ_PARTS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define PARTS_MAX 4

struct part {
    char *text; /* "" when there is none */
    size_t len;
};

struct parts {
    struct part items[PARTS_MAX];
};

/** The last of them has whatever remains. */
void parts_init(struct parts *parts, const uint8_t *data, size_t size);
void parts_release(struct parts *parts);

/** As a request's body is parsed; NULL when it would be refused. The caller frees it. */
json_t *part_json(const struct part *part);

/** What must hold whatever the input is. */
#define FUZZ_HOLDS(what)                                                                           \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #what);              \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
