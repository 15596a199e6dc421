/* The values of dimensions are counted as numbers: the id of a word, or the place of a function or
 * direction, 0 where absent. Here they become words, and words numbers. */
#ifndef BATON_STORE_ATTRIBUTION_WORDS_H
#define BATON_STORE_ATTRIBUTION_WORDS_H

#include "core/attribution/journeys.h"
#include "store/read/read.h"

/** The number of a word; NULL is 0. A word that is nobody's has a number that no touch has. */
int64_t attribution_value_of(enum attribution_cut cut, const char *word);

/** The parts of a model with their words, in as many of out. */
enum err attribution_words_read(const struct read *read, const struct attribution_query *query,
                                const struct journeys_part *from, size_t count,
                                struct attribution_part *out) MUST_USE;

#endif
