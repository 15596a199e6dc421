/* Which of the known names somebody may have meant: "did you mean …?" */
#ifndef BATON_BASE_NEAREST_H
#define BATON_BASE_NEAREST_H

#include <stddef.h>

/** Longer names are not compared. */
#define NEAREST_NAME_MAX_BYTES 64

struct nearest {
    const char *asked;
    const char *name; /* the nearest so far, borrowed; NULL: none is near */
    size_t distance;
};

void nearest_begin(struct nearest *nearest, const char *asked);

/** Considers a known name (NULL: none). Near means at most one slip in three letters: a letter left
 *  out, inserted or changed, or two swapped; case is ignored. */
void nearest_offer(struct nearest *nearest, const char *known);

#endif
