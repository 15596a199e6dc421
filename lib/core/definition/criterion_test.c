#include "core/definition/criterion_test.h"

#include <string.h>

/* name, as written, whether counts of touches may be compared with it */
#define OP_TABLE(X)                                                                                \
    X(EQ, "eq", true)                                                                              \
    X(NE, "ne", true)                                                                              \
    X(LT, "lt", true)                                                                              \
    X(LTE, "lte", true)                                                                            \
    X(GT, "gt", true)                                                                              \
    X(GTE, "gte", true)                                                                            \
    X(IN, "in", false)                                                                             \
    X(NOT_IN, "not_in", false)                                                                     \
    X(CONTAINS, "contains", false)                                                                 \
    X(STARTS_WITH, "starts_with", false)                                                           \
    X(EXISTS, "exists", false)                                                                     \
    X(MATCHES_DOMAIN, "matches_domain", false)                                                     \
    X(WITHIN_DAYS, "within_days", false)

const char *const test_op_names[OP_COUNT] = {
#define X(name, text, counts) [OP_##name] = text,
    OP_TABLE(X)
#undef X
};

static const bool op_counts[OP_COUNT] = {
#define X(name, text, counts) [OP_##name] = counts,
    OP_TABLE(X)
#undef X
};

bool test_op_parse(const char *name, enum test_op *out)
{
    for (int i = 0; i < OP_COUNT; i++) {
        if (strcmp(name, test_op_names[i]) == 0) {
            *out = (enum test_op)i;
            return true;
        }
    }
    return false;
}

bool test_op_counts(enum test_op op)
{
    return op_counts[op];
}
