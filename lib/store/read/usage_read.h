/* How much of what is not in the configuration a workspace has. */
#ifndef BATON_STORE_USAGE_READ_H
#define BATON_STORE_USAGE_READ_H

#include "core/definition/touch.h"
#include "store/read/read.h"

struct usage {
    int64_t jobs;                    /* queued or running */
    int64_t values[DIMENSION_COUNT]; /* that touches have had */
};

/** Reads all values of the dimensions of the workspace by their primary key: 100,000 of them cost
 * some 20 ms. */
enum err usage_read(const struct read *read, struct usage *out) MUST_USE;

#endif
