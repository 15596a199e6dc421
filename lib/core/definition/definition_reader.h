/*
 * Compiling a definition's document: what the compiler's files share. One thread, one document; the
 * document is read by the specs of base/input.h into the definition's own structs.
 */
#ifndef BATON_CORE_DEFINITION_READER_H
#define BATON_CORE_DEFINITION_READER_H

#include "base/input.h"
#include "core/definition/definition.h"

struct definition_reader {
    struct input in; /* its context is this reader; its arena the definition's own */
    struct faults *warnings;
    struct definition *definition;
    struct test_node *nodes; /* room for TESTS_PER_DEFINITION */
    size_t nodes_count;
    struct definition_name *names; /* room for NAMES_MAX; unsorted while reading */
    size_t names_count;
    const char **kinds; /* room for TOUCH_KINDS_MAX; unsorted while reading */
    size_t kinds_count;
    bool test_is_sound; /* of the criterion that is being read */
};

/** Adds a warning, by a pointer that is written out. */
void reader_warn(struct definition_reader *reader, const char *pointer, const char *code,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

/** The value that node->op compares an attribute or a fact with. False when it is at fault, as of
 *  all of these. */
bool reader_operand(struct definition_reader *reader, const struct input_node *at,
                    struct test_node *node);

/** Which touches are counted: the object below "touches". */
bool reader_touches(struct definition_reader *reader, const struct input_node *at,
                    struct touch_filter *filter);

/** The count that touches are compared with; needs the filter's half-life. */
bool reader_touch_count(struct definition_reader *reader, const struct input_node *at,
                        struct touch_filter *filter);

/** Compiles the test at this place; *test is the index of its first node. */
bool reader_test(struct definition_reader *reader, const struct input_node *at, uint16_t *test);

/** Compiles {"gte": 1000} as a test of the same subject as a simple test; at is the value. */
bool reader_short_test(struct definition_reader *reader, const struct input_node *at, uint16_t base,
                       enum test_op op, uint16_t *test);

/** Sorts names and kinds and points the nodes to them, once everything is read. */
void reader_link(struct definition_reader *reader);

/** Faults and warnings that concern the whole: thresholds out of reach, criteria that exclude
 *  each other and the like. Only for a definition without faults so far. */
void definition_check(struct definition_reader *reader);

#endif
