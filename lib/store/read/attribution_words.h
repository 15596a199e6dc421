/* The values of dimensions are counted as numbers: the id of a word, that of a team, or the place
 * of a function or direction, 0 where absent. Here they become words, and words numbers. */
#ifndef BATON_STORE_ATTRIBUTION_WORDS_H
#define BATON_STORE_ATTRIBUTION_WORDS_H

#include "core/attribution/journeys.h"
#include "store/read/read.h"

/** The numbers of the words of a row, one for each dimension that is asked for; NULL is 0, as are
 * the others. A word that is nobody's has a number that no touch has. Ends the results of the read.
 */
enum err attribution_values_read(const struct read *read, const struct attribution_query *query,
                                 const char *const words[ATTRIBUTION_DIMENSIONS_MAX],
                                 int64_t out[ATTRIBUTION_DIMENSIONS_MAX]) MUST_USE;

/** The parts of a model with their words, in as many of out. Of parts that are cut by contents for
 * the sake of their owners (query->owners_of_contents) those are the words. */
enum err attribution_words_read(const struct read *read, const struct attribution_query *query,
                                const struct journeys_part *from, size_t count,
                                struct attribution_part *out) MUST_USE;

#endif
