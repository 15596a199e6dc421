/* The data that suggestions are made from: the leads that sales answered, newest first, and why it
 * rejected some. */
#ifndef BATON_STORE_SUGGESTION_READ_H
#define BATON_STORE_SUGGESTION_READ_H

#include "core/evidence/suggestion_write.h"
#include "store/read/read.h"

/** At most this many answered leads are looked at, the newest; the answer says when there were
 *  more. */
#define SUGGESTION_LEADS_MAX 20000
#define REJECTION_KINDS_MAX  500

struct suggestion_question {
    enum term term;
    enum history_target target;
    struct suggestion_exclude exclude;
};

/**
 * Fills answer for the version in force of the term; everything lives in `lasting`. `read` has an
 * arena of its own, which is cleared page by page, and a deadline for all of it.
 * ERR_NOT_FOUND when no version is in force; ERR_UNAVAILABLE, ERR_OUT_OF_MEMORY, ERR_INTERNAL.
 */
enum err suggestion_read(const struct read *read, const struct config *config,
                         const struct suggestion_question *question, struct arena *lasting,
                         struct suggestion_answer *answer) MUST_USE;

#endif
