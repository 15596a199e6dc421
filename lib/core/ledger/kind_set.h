/* A choice of event types, as those who follow the ledger ask for it: "handoff.offered",
 * "lead.*", "*". */
#ifndef BATON_CORE_KIND_SET_H
#define BATON_CORE_KIND_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KIND_SET_MAX 256 /* above the number of every kind of entry */

/** All zero: none. */
struct kind_set {
    uint64_t bits[KIND_SET_MAX / 64];
};

/** Adds the types that a pattern names; false: there are none. */
bool kind_set_add(struct kind_set *set, const char *pattern, size_t len);

bool kind_set_has(const struct kind_set *set, int kind);

#endif
