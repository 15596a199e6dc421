/*
 * Faults planted on purpose, to prove that the tests find such: in a build with BATON_DEFECTS
 * alone, which only the tests make, and there the one that the environment's BATON_DEFECT names.
 * In every other build DEFECT() is false and the compiler leaves nothing of it.
 */
#ifndef BATON_BASE_DEFECT_H
#define BATON_BASE_DEFECT_H

#include <stdbool.h>

#ifdef BATON_DEFECTS

#include <stdlib.h>
#include <string.h>

static inline bool defect_is(const char *name)
{
    const char *chosen = getenv("BATON_DEFECT");

    return chosen != NULL && strcmp(chosen, name) == 0;
}

#define DEFECT(name) defect_is(#name)

#else

#define DEFECT(name) false

#endif

#endif
