/* A suggestion, and the draft of the definition that it leads to. */
#ifndef BATON_CORE_SUGGESTION_DRAFT_H
#define BATON_CORE_SUGGESTION_DRAFT_H

#include "core/evidence/suggestion_set.h"

#include <jansson.h>

enum suggestion_kind {
    SUGGEST_ATTRIBUTE, /* a criterion on an attribute that is in none */
    SUGGEST_DROP,      /* without a criterion whose leads do worse */
    SUGGEST_THRESHOLD, /* another threshold of the total */
};

const char *suggestion_kind_name(enum suggestion_kind kind);

/** What a new criterion does. */
enum suggestion_form {
    FORM_POINTS, /* gives points, or takes them off */
    FORM_REQUIRED,
    FORM_DISQUALIFIER,
};

struct suggestion {
    enum suggestion_kind kind;
    const char *name;   /* of the attribute; id of the criterion */
    bool at_least;      /* the test: gte, else eq */
    struct value value; /* of the test */
    enum suggestion_form form;
    int32_t points; /* of FORM_POINTS */
    int32_t threshold;
    struct suggestion_split split;
    double p;        /* of its own test */
    double adjusted; /* times the number of tests; at most 1 */
    /* once it was tried */
    struct suggestion_rates gained; /* leads that would qualify and did not */
    struct suggestion_rates lost;   /* the other way round */
    const char *words;              /* a sentence */
    const char *document;           /* the draft as JSON text */
};

/** The document with the suggestion in it. NULL when memory is short. The caller decrefs it. */
json_t *suggestion_draft(const json_t *document, const struct definition *definition,
                         const struct suggestion *suggestion);

/** The sentence; draft is the compiled document of it. NULL when memory is short. */
const char *suggestion_words(const struct suggestion *suggestion, const struct definition *draft,
                             struct arena *arena);

/**
 * Judges the leads that count by the draft instead of the definition, and fills gained and lost.
 * What the other criteria saw is as it was gathered.
 */
void suggestion_try(const struct suggestion_set *set, const struct definition *draft,
                    struct suggestion *suggestion);

/** Whether what it changes is for the better: those that come in reach the target at least as often
 *  as those that were out, those that go at most as often as those that were in. False when it
 *  changes nothing. */
bool suggestion_is_for_the_better(const struct suggestion_set *set,
                                  const struct suggestion *suggestion);

#endif
