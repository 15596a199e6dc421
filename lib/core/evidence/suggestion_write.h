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

/** Verdicts that a human overrode although this criterion was met, or was not. */
struct override_count {
    int64_t to_qualified;     /* while the criterion was unmet or unknown */
    int64_t to_not_qualified; /* while it was met */
};

struct suggestion_answer {
    const struct definition_version *version; /* in force */
    enum history_target target;
    const struct suggestions *suggestions;
    const struct rejection_count *rejections; /* most frequent first */
    size_t rejection_count;
    struct override_count overrides[CRITERIA_MAX]; /* of the version in force, by criterion */
    bool capped;                                   /* older answers were left out */
};

/**
 * The document with the suggestion in it: compiles without faults, and can be back-tested and
 * drafted as it is. NULL when memory is short. The caller decrefs it.
 */
json_t *suggestion_draft(const struct definition_version *version,
                         const struct suggestion *suggestion);

/** The whole answer. ERR_OUT_OF_MEMORY, ERR_INTERNAL when a draft does not compile. */
enum err suggestion_write(const struct suggestion_answer *answer, struct json_out *out) MUST_USE;

#endif
