/* Suggestions as the API shows them, each with a draft of the definition that it leads to. */
#ifndef BATON_CORE_SUGGESTION_WRITE_H
#define BATON_CORE_SUGGESTION_WRITE_H

#include "core/config.h"
#include "core/evidence/suggestion.h"
#include "core/handoff/handoff.h"

/** How often sales rejected for a reason. */
struct rejection_count {
    enum rejection_class klass;
    const char *reason;    /* code */
    const char *criterion; /* id; NULL: about none */
    int64_t count;
};

/** Verdicts that a human overrode against this criterion. A disqualifier counts the other way
 *  round. */
struct override_count {
    int64_t to_qualified;     /* while the criterion was unmet or unknown (a disqualifier: met) */
    int64_t to_not_qualified; /* while it was met (a disqualifier: unmet or unknown) */
};

struct suggestion_answer {
    const struct agreement_version *version; /* in force */
    enum history_target target;
    const struct suggestions *suggestions;
    const struct rejection_count *rejections; /* most frequent first */
    size_t rejection_count;
    struct override_count overrides[CRITERIA_MAX]; /* of the version in force, by criterion */
    bool capped;                                   /* older answers were left out */
};

/** The whole answer. ERR_OUT_OF_MEMORY. */
enum err suggestion_write(const struct suggestion_answer *answer, struct json_out *out) MUST_USE;

#endif
