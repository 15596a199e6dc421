/*
 * What changed between two versions of a definition, criterion by criterion, in words and as JSON.
 * The order of criteria and reasons has no meaning, so moving one is not a change.
 */
#ifndef BATON_CORE_DEFINITION_DIFF_H
#define BATON_CORE_DEFINITION_DIFF_H

#include "base/json_out.h"
#include "core/definition/definition.h"

struct definition_change {
    const char *what;   /* "definition", "criterion", "threshold", "reason", "exception", "clock" */
    const char *id;     /* of the criterion, reason …; of the member for the definition itself */
    const char *change; /* "added", "removed" or "changed" */
    const char *member; /* which part of it: "title", "kind", "test", "worth" …; NULL: all of it */
    const char *old;    /* in words; NULL when added */
    const char *new;    /* in words; NULL when removed */
    const char *words;  /* one sentence that says all of this */
};

struct definition_diff {
    struct definition_change *items;
    size_t count;
    size_t room;
};

/** Everything lives in the arena. ERR_OUT_OF_MEMORY. */
enum err definition_diff(const struct definition *before, const struct definition *after,
                         struct arena *arena, struct definition_diff *out) MUST_USE;

/** Writes the array of {what, id, member, change, old, new, words}. */
void definition_diff_write(const struct definition_diff *diff, struct json_out *out);

#endif
