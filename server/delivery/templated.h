/* What is sent to a subscription by its template (core/setup/template.h), and what is learned of
 * the answer. */
#ifndef BATON_SERVER_TEMPLATED_H
#define BATON_SERVER_TEMPLATED_H

#include "delivery/attempt.h"
#include "delivery/payload.h"

/** Bytes of an answer that is read for what is to be learned of it. */
#define TEMPLATED_ANSWER_BYTES ATTEMPT_ANSWER_READ_BYTES

enum templated {
    TEMPLATED_DONE,
    TEMPLATED_NOT_NOW,  /* memory is short, or the database is away */
    TEMPLATED_HOPELESS, /* it cannot be sent like this: attempt->failure says why */
};

/** Fills in URL, method, headers and body. */
enum templated templated_fill(const struct payload_wanted *wanted, struct attempt *attempt);

/** Whether ids are to be learned of answers. */
bool templated_learns(const struct subscription *subscription);

/** The id that came back, in the arena; NULL: there is none. *source is the system's name. */
const char *templated_learn(const struct subscription *subscription, const char *answer, size_t len,
                            struct arena *arena, const char **source);

/** Blanks out the subscription's secrets where an answer repeats them. */
void templated_hide(const struct subscription *subscription, char *answer, struct arena *arena);

#endif
