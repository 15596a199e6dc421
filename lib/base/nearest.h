/* Which of the known names somebody may have meant: "did you mean …?" */
#ifndef BATON_BASE_NEAREST_H
#define BATON_BASE_NEAREST_H

#include <stddef.h>

/** Longer names are compared with none. */
#define NEAREST_NAME_MAX_BYTES 64

struct nearest {
    const char *asked;
    const char *name; /* the nearest so far, borrowed; NULL: none is near */
    size_t distance;
};

void nearest_begin(struct nearest *nearest, const char *asked);

/** Takes a known name into account (NULL is none). Near is what one slip in three letters explains:
 *  a letter left out, put in or changed, or two swapped; case counts for nothing. */
void nearest_offer(struct nearest *nearest, const char *known);

#endif
