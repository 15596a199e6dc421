/* What the test and the preloaded malloc_shim.c share: a file that both have mapped. */
#ifndef BATON_TESTS_MALLOC_CONTROL_H
#define BATON_TESTS_MALLOC_CONTROL_H

#include <stdatomic.h>

/** In the server's environment: the path of the file. */
#define MALLOC_CONTROL_VARIABLE "BATON_MALLOC_CONTROL"

struct malloc_control {
    atomic_bool armed;     /* allocations are counted, and fail */
    atomic_llong count;    /* since it was armed */
    atomic_llong first;    /* to fail, counted from 1; 0: none */
    atomic_llong how_many; /* from this one on */
    atomic_llong failed;   /* so many did */
    atomic_llong live;     /* blocks that were allocated and not freed */
    char caller[128];      /* who wanted the first that failed */
};

#endif
