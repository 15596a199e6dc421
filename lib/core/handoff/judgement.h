/* What came of judging a lead: a verdict per term, and what was offered. */
#ifndef BATON_CORE_JUDGEMENT_H
#define BATON_CORE_JUDGEMENT_H

#include "core/work.h"

struct term_judgement {
    const struct agreement_version *version; /* in force */
    struct verdict verdict;
    enum verdict_result result; /* the verdict's, or what a human's override says */
    bool overridden;
    int64_t seq;          /* of the verdict's ledger entry in the lead's chain */
    const char *document; /* the verdict as it is stored and shown; NULL: it was not recorded */
    size_t document_len;
};

struct judgement {
    const struct term_judgement *terms[TERM_COUNT]; /* NULL: no definition was in force */
    struct handoff *offered;                        /* that came of it, or NULL */
};

/** Whether the lead meets the definition of this term. */
bool judgement_meets(const struct judgement *judgement, enum term term);

/** The verdict an answer shows: mql, else srl, else none (NULL). */
const struct term_judgement *judgement_shown(const struct judgement *judgement);

#endif
