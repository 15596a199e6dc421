/* What the teams said of handoffs, with its notes: the feed of it is ledger_read.h's. */
#ifndef BATON_STORE_FEEDBACK_READ_H
#define BATON_STORE_FEEDBACK_READ_H

#include "store/read/read.h"

struct feedback_said {
    struct uuid id;
    struct uuid handoff;
    const char *kind; /* as feedback_kind_name() has it */
    int rating;       /* 0: none */
    const char *note;
    struct uuid member;
    instant given_at;
};

struct feedback_list {
    struct feedback_said *items;
    size_t count;
    bool more;
};

/** Of these handoffs, oldest first; a note is NULL when the person was erased. */
enum err feedback_read_of_handoffs(const struct read *read, const struct uuid *handoffs,
                                   size_t count, int limit, struct feedback_list *out) MUST_USE;

#endif
