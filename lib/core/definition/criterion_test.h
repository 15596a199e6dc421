/*
 * The tests of a definition in compiled form: one flat array of nodes in preorder, so that a
 * node's first child follows it and `end` leads past its subtree. Immutable once compiled.
 */
#ifndef BATON_CORE_CRITERION_TEST_H
#define BATON_CORE_CRITERION_TEST_H

#include "base/instant.h"
#include "base/value.h"
#include "core/definition/touch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEST_DEPTH_MAX          8    /* tests inside tests, counting the outermost */
#define TESTS_PER_DEFINITION    512  /* nodes of all trees together */
#define TEST_LIST_MAX           1000 /* values of one in, not_in or matches_domain */
#define TEST_CHILDREN_MAX       50
#define TEST_DAYS_MAX           36500
#define TEST_TOUCHES_MAX        1000000 /* the largest count to compare with */
#define TOUCH_FILTER_VALUES_MAX 20      /* kinds, or values of one dimension, in one test */

/** Touches are counted in millionths, since with a half-life each counts less than one. */
#define TOUCH_COUNT_ONE ((int64_t)1000000)

enum test_kind {
    TEST_ALL,
    TEST_ANY,
    TEST_NOT,
    TEST_AT_LEAST,
    TEST_ATTRIBUTE,
    TEST_FACT,
    TEST_TOUCHES
};

enum test_op {
    OP_EQ,
    OP_NE,
    OP_LT,
    OP_LTE,
    OP_GT,
    OP_GTE,
    OP_IN,
    OP_NOT_IN,
    OP_CONTAINS,
    OP_STARTS_WITH,
    OP_EXISTS,
    OP_MATCHES_DOMAIN,
    OP_WITHIN_DAYS,
    OP_COUNT
};

extern const char *const test_op_names[OP_COUNT];
bool test_op_parse(const char *name, enum test_op *out);
/** Whether counts of touches may be compared with it. */
bool test_op_counts(enum test_op op);

struct touch_values {
    const char *const *names; /* as written */
    const int64_t *ids;       /* dimension ids, same order */
    size_t count;             /* 0: any value will do */
};

struct touch_filter {
    const char *const *kinds; /* as written */
    size_t kinds_count;       /* 0: any kind */
    uint64_t kinds_mask;      /* bits: kinds in definition.kinds */
    int32_t within_days;      /* 0: ever */
    int32_t half_life_days;   /* 0: each touch counts one */
    int32_t per_days;         /* of a rate: so many in that time, on average; 0: of all */
    bool has_direction;
    enum direction direction;
    struct touch_values dimensions[DIMENSION_COUNT];
    bool counts_older; /* asks for neither direction nor dimension: counts per day answer it as well
                        */
    int64_t wanted;    /* what the count is compared with, in millionths */
};

struct test_node {
    enum test_kind kind;
    enum test_op op;
    uint16_t end;                       /* index just past this subtree */
    uint16_t at_least;                  /* TEST_AT_LEAST: how many children */
    uint16_t children;                  /* combinations: how many */
    bool missing_unmet;                 /* attribute or fact: unmet, not unknown, when missing */
    uint16_t name_index;                /* attribute or fact: index into definition.names */
    const char *name;                   /* attribute or fact */
    const struct touch_filter *touches; /* TEST_TOUCHES */
    struct value value;                 /* as written; lists in the document's order */
    const struct value *sorted;         /* lists: in value order, for a binary search */
    instant date;                       /* when the value is a date; else INSTANT_NONE */
    instant date_end;                   /* exclusive: a date without a time is that whole day */
};

#endif
