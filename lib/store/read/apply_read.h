/* The open leads that a version is applied to, in order of their ids. */
#ifndef BATON_STORE_APPLY_READ_H
#define BATON_STORE_APPLY_READ_H

#include "core/agreement/definition_apply.h"
#include "store/read/read.h"

enum err apply_read_count(const struct read *read, enum term term, int64_t *count) MUST_USE;

/** Leads after this id (nil: from the first) that were created before the moment; *count 0: the
 *  end. */
enum err apply_read_chunk(const struct read *read, enum term term, struct uuid after,
                          instant before, struct uuid out[APPLY_CHUNK_LEADS],
                          size_t *count) MUST_USE;

#endif
