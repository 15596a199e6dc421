/* The words in use in a workspace: names of attributes, and values of touches' dimensions. */
#ifndef BATON_STORE_VOCABULARY_READ_H
#define BATON_STORE_VOCABULARY_READ_H

#include "core/definition/touch.h"
#include "store/read/read.h"

#define ATTRIBUTE_NAMES_MAX 10000

struct attribute_use {
    const char *name;
    bool text, number, boolean, list; /* the types of its present values */
    int64_t leads;                    /* how many have it */
};

struct attribute_uses {
    struct attribute_use *items; /* by name; the first ATTRIBUTE_NAMES_MAX */
    size_t count;
    int64_t leads; /* that were looked at */
};

/** How many leads it looks at, the latest: so many that a share of them is known to a few
 * percent (a standard error of at most 1.6 %), and few enough to be counted at once. */
#define USES_LEADS_MAX 1000

/** Of the latest leads. */
enum err vocabulary_read_attributes(const struct read *read, struct attribute_uses *out) MUST_USE;

/** vocabulary_read_names() looks at this many leads, the latest. */
#define NAMES_LEADS_MAX 10000

/** Names of attributes that any of the latest leads has ever had, sorted. */
enum err vocabulary_read_names(const struct read *read, const char ***out, size_t *count) MUST_USE;

/** A value, and of a campaign what its record says, if it has one: NULL otherwise. */
struct dimension_value {
    const char *value;
    const char *title;
    const char *starts_on;
    const char *ends_on;
};

struct dimension_page {
    struct dimension_value *items;
    size_t count;
    bool more;
};

struct dimension_filter {
    enum dimension dimension;
    bool recorded;     /* only campaigns that have a record */
    const char *after; /* "": from the beginning */
};

/** By name, bytewise. */
enum err vocabulary_read_dimension(const struct read *read, const struct dimension_filter *filter,
                                   int limit, struct dimension_page *out) MUST_USE;

#endif
