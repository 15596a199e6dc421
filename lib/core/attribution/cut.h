/* What credit is cut by: the dimensions of touches that answers know. */
#ifndef BATON_CORE_CUT_H
#define BATON_CORE_CUT_H

#include "base/input.h"

/** What rows can be cut by, of the touch that is credited, and sums are kept of. Sums are stored by
 *  these places, so a new one stands at the end. */
#define ATTRIBUTION_CUT_TABLE(X)                                                                   \
    X(SOURCE, "source")                                                                            \
    X(MEDIUM, "medium")                                                                            \
    X(CAMPAIGN, "campaign")                                                                        \
    X(CHANNEL, "channel")                                                                          \
    X(CONTENT, "content")                                                                          \
    X(FUNCTION, "function")                                                                        \
    X(DIRECTION, "direction")                                                                      \
    X(TERM, "term")                                                                                \
    X(TEAM, "team")

enum attribution_cut {
#define X(name, text) CUT_##name,
    ATTRIBUTION_CUT_TABLE(X)
#undef X
        CUT_COUNT,
    /* who made the content of the touch, as its record says by now: sums of contents say it */
    CUT_CONTENT_OWNER = CUT_COUNT,
    CUT_ALL_COUNT
};

const char *attribution_cut_name(enum attribution_cut cut);
/** One of those that sums are kept of. */
extern const struct input_type attribution_cut_type;

#endif
