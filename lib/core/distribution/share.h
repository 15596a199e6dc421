/*
 * Sharing out, one at a time, so that everybody has had their share at every moment: after any
 * number of turns nobody is a whole one ahead or behind.
 *
 * R. Tijdeman, The chairman assignment problem, Discrete Mathematics 32 (1980): among those whose
 * claim has grown to at least 1/(2n-2) it is the turn of the one who would first fall behind by
 * more than 1 - 1/(2n-2). Taking whoever is furthest behind is not enough: with many of unequal
 * weight they come to be more than one apart.
 *
 * Who is not there for a while is not in the turns of that time and keeps the claim of less than
 * one turn that they left with: they get their share from then on, and nothing of what they missed.
 */
#ifndef BATON_CORE_SHARE_H
#define BATON_CORE_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** At most so many at once. */
#define SHARES_MAX 100

/** One turn. */
#define SHARE_ONE ((int64_t)1 << 30)

struct share {
    int32_t weight; /* at least 1 */
    int64_t claim;  /* the turns that are due to them less those they had, in parts of SHARE_ONE */
};

/** Whose turn it is among these, of which there is at least one: their claims grow by their shares,
 *  and the one's shrinks by a turn. Returns the index. */
size_t share_next(struct share *const *shares, size_t count);

#endif
