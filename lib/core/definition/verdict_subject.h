/* What a definition is applied to, and the results that its tests can have. */
#ifndef BATON_CORE_VERDICT_SUBJECT_H
#define BATON_CORE_VERDICT_SUBJECT_H

#include "core/definition/attribute.h"
#include "core/definition/touch.h"

/** Ordered, so that `all` is the least of its tests' results and `any` the greatest. */
enum criterion_result { RESULT_UNMET, RESULT_UNKNOWN, RESULT_MET };

struct verdict_subject {
    const struct attribute_set *attributes; /* NULL: none */
    const struct attribute_set *facts;      /* NULL: none */
    const struct touch_log *touches;        /* NULL: none */
    instant now;                            /* the moment from which days are counted back */
    instant known_at; /* judge by what Baton knew at this time; INSTANT_NONE: by everything */
};

#endif
