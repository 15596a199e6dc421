/*
 * Shared by the files that compile a definition's document. One thread, one document; the document
 * is read by the specs of base/input.h into the definition's own structs.
 */
#ifndef BATON_CORE_DEFINITION_READER_H
#define BATON_CORE_DEFINITION_READER_H

#include "base/input.h"
#include "core/definition/definition.h"

struct definition_reader {
    struct input in; /* its context is this reader, its arena the definition's */
    struct faults *warnings;
    struct definition *definition;
    struct test_node *nodes; /* room for TESTS_PER_DEFINITION */
    size_t nodes_count;
    struct definition_name *names; /* room for NAMES_MAX; unsorted while reading */
    size_t names_count;
    const char **kinds; /* room for TOUCH_KINDS_MAX; unsorted while reading */
    size_t kinds_count;
    bool test_is_sound; /* of the criterion being read */
};

/** Adds a warning; the pointer is given as text. */
void reader_warn(struct definition_reader *reader, const char *pointer, const char *code,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

/** Reads the value that node->op compares an attribute or a fact with. False when it has a fault,
 *  as for all of these. */
bool reader_operand(struct definition_reader *reader, const struct input_node *at,
                    struct test_node *node);

/** Reads which touches are counted: the object at "touches". */
bool reader_touches(struct definition_reader *reader, const struct input_node *at,
                    struct touch_filter *filter);

/** Reads the count that touches are compared with; depends on the filter's half-life. */
bool reader_touch_count(struct definition_reader *reader, const struct input_node *at,
                        struct touch_filter *filter);

/** Compiles the test at this place; *test is the index of its first node. */
bool reader_test(struct definition_reader *reader, const struct input_node *at, uint16_t *test);

/** Compiles {"gte": 1000} as a test with the same subject as a simple test; at is the value. */
bool reader_short_test(struct definition_reader *reader, const struct input_node *at, uint16_t base,
                       enum test_op op, uint16_t *test);

/** When everything is read: sorts names and kinds and points the nodes to them. */
void reader_link(struct definition_reader *reader);

/** Before anything is read: makes the room for nodes, names and kinds. False: memory is short. */
bool reader_begin(struct definition_reader *reader);
/** Links, and gives the definition all that was read of its tests. */
void reader_end(struct definition_reader *reader);

/** Adds faults and warnings that concern the whole, such as thresholds out of reach and criteria
 *  that exclude each other. Only for a definition without faults so far. */
void definition_check(struct definition_reader *reader);

#endif
