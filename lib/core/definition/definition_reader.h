/*
 * Reads the parts of a definition's document into an arena and gathers every fault on the way.
 * Used by the compiler only; one thread, one document.
 */
#ifndef BATON_CORE_DEFINITION_READER_H
#define BATON_CORE_DEFINITION_READER_H

#include "core/definition/definition.h"

enum member_type {
    MEMBER_ANY,
    MEMBER_LINE, /* text without control characters; min and max in bytes */
    MEMBER_TEXT, /* as MEMBER_LINE, line breaks allowed */
    MEMBER_CODE, /* lower-case letter, then letters, digits, "_", "-", "."; min and max in bytes */
    MEMBER_INT,  /* min and max by value */
    MEMBER_BOOL,
    MEMBER_OBJECT,
    MEMBER_ARRAY, /* min and max items */
};

struct member {
    const char *name; /* NULL ends an array of members */
    enum member_type type;
    bool required;
    int64_t min;
    int64_t max;
};

struct definition_reader {
    struct arena *arena; /* of the definition */
    struct faults *faults;
    struct faults *warnings;
    bool out_of_memory;
    struct definition *definition;
    struct test_node *nodes; /* room for TESTS_PER_DEFINITION */
    size_t nodes_count;
    struct definition_name *names; /* room for NAMES_MAX; unsorted while reading */
    size_t names_count;
    const char **kinds; /* room for TOUCH_KINDS_MAX; unsorted while reading */
    size_t kinds_count;
};

/** A pointer below another; kept as long as the faults are. */
const char *reader_member(struct definition_reader *reader, const char *pointer, const char *name);
const char *reader_item(struct definition_reader *reader, const char *pointer, size_t index);

/** Checks that it is an object with these members and no others; faults for whatever is not so. */
bool reader_check(struct definition_reader *reader, const json_t *json, const char *pointer,
                  const struct member *members);

/** A copy of a text member; NULL when it is absent or no text. */
const char *reader_text(struct definition_reader *reader, const json_t *json, const char *name);

/** An integer member within int32, or what stands in for it. */
int32_t reader_int(const json_t *json, const char *name, int32_t otherwise);

/** Index of a text member among names; a fault and -1 when it is none of them. */
int reader_choice(struct definition_reader *reader, const json_t *json, const char *pointer,
                  const char *name, const char *const *names, int count);

/** Zeroed room in the definition's arena; marks the reader when memory is short. */
void *reader_alloc(struct definition_reader *reader, size_t count, size_t size);

/** The value that node->op compares an attribute or a fact with. */
bool reader_operand(struct definition_reader *reader, const json_t *json, const char *pointer,
                    struct test_node *node);

/** Which touches are counted: the object below "touches". */
bool reader_touches(struct definition_reader *reader, const json_t *json, const char *pointer,
                    struct touch_filter *filter);

/** The count that touches are compared with; needs the filter's half-life. */
bool reader_touch_count(struct definition_reader *reader, const json_t *json, const char *pointer,
                        struct touch_filter *filter);

/** Compiles the test at this pointer; *test is the index of its first node. */
bool reader_test(struct definition_reader *reader, const json_t *json, const char *pointer,
                 uint16_t *test);

/** Compiles {"gte": 1000} as a test of the same subject as a simple test. */
bool reader_short_test(struct definition_reader *reader, uint16_t base, enum test_op op,
                       const json_t *value, const char *pointer, uint16_t *test);

/** Sorts names and kinds and points the nodes to them, once everything is read. */
void reader_link(struct definition_reader *reader);

/** Faults and warnings that concern the whole: thresholds out of reach, criteria that exclude
 *  each other and the like. Only for a definition without faults so far. */
void definition_check(struct definition_reader *reader);

#endif
