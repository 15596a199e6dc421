/* Where PostgreSQL's programs are on this machine. */
#ifndef BATON_STORE_CLUSTER_BINARIES_H
#define BATON_STORE_CLUSTER_BINARIES_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/** The oldest PostgreSQL that is supported. */
#define CLUSTER_MAJOR_MIN 15

/**
 * The directory that holds postgres and initdb: the given one, else from PATH, else the newest that
 * the distribution installed. major: exactly this version, for data that it made; 0: any from
 * CLUSTER_MAJOR_MIN on. False: why says where it looked.
 */
bool cluster_binaries_find(const char *given, int major, char *out, size_t size, char *why,
                           size_t why_size) MUST_USE;

#endif
