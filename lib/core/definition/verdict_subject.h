/* What a definition is applied to, and the results that its tests can have. */
#ifndef BATON_CORE_VERDICT_SUBJECT_H
#define BATON_CORE_VERDICT_SUBJECT_H

#include "core/definition/attribute.h"
#include "core/definition/touch.h"

/** Ordered, so that `all` is the least of its tests' results and `any` the greatest. */
enum criterion_result { RESULT_UNMET, RESULT_UNKNOWN, RESULT_MET };

/* What Baton itself knows of how a lead came. Tests ask for it by these names, as for attributes,
 * whatever a sender gave under the same ones. */
#define ORIGIN_ATTRIBUTE "lead.origin" /* "inbound": they came to us; "outbound" */
#define FOUND_BY_ATTRIBUTE                                                                         \
    "lead.found_by" /* "marketing", "sales", "other": whose team found them */

struct lead_origin {
    enum direction direction;
    enum team_function found_by;
};

struct verdict_subject {
    const struct attribute_set *attributes; /* NULL: none */
    const struct attribute_set *facts;      /* NULL: none */
    const struct touch_log *touches;        /* NULL: none */
    instant now;                            /* the moment from which days are counted back */
    instant known_at; /* judge by what Baton knew at this time; INSTANT_NONE: by everything */
    bool has_origin;  /* it is known … */
    struct lead_origin origin; /* … and this */
};

#endif
