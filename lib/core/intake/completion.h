/* What a sender of bare ids makes us fetch: named by an item of a delivery, answered by a delivery
 * of the same source. */
#ifndef BATON_CORE_COMPLETION_H
#define BATON_CORE_COMPLETION_H

#include "base/instant.h"
#include "base/uuid.h"

enum completion_state {
    COMPLETION_PENDING,
    COMPLETION_DONE,
    COMPLETION_FAILED,
    COMPLETION_STATE_COUNT
};

const char *completion_state_name(enum completion_state state);

struct completion {
    struct uuid id;
    struct uuid source;
    struct uuid delivery; /* that named it … */
    int item;             /* … at this place */
    const char *url;
    const char *headers; /* a line for each, where "{secret}" may stand; NULL: none */
    unsigned state;      /* enum completion_state */
    int tries;
    instant made_at;
    instant next_at; /* INSTANT_NONE unless it is pending */
    instant tried_at;
    int status;          /* of the last answer; 0: none */
    const char *failure; /* a code; NULL: none */
    struct uuid result;  /* the delivery that came of it; nil: none yet */
    struct uuid lease;   /* of the server that is at it; nil: of none */
    instant lease_until;
};

/** The same item of the same delivery always has the same. */
struct uuid completion_id(struct uuid delivery, int item);

#endif
