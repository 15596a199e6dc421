/*
 * What two leads were before one absorbed the other, so that the merge can be taken back. It is
 * kept as long as both: it goes when the merge is taken back, and with the person.
 *
 * Stored form: {"absorbed": {…}, "survivor": {…}}, each with what a merge changes of a lead.
 */
#ifndef BATON_CORE_LEAD_BEFORE_H
#define BATON_CORE_LEAD_BEFORE_H

#include "core/work.h"

/** One merge: a row, and what stands in the way of taking it back. */
struct merge_row {
    struct uuid absorbed;
    struct uuid survivor;
    int64_t survivor_seq; /* of lead.merged in the survivor's chain */
    instant merged_at;
    const char *before; /* JSON, as above */
    /* found when it is loaded */
    int later;                  /* merges into the same survivor since then */
    int decided;                /* the kind of the first entry since then that decides; 0: none */
    const struct uuid *touches; /* of the absorbed lead, among the latest of the survivor */
    size_t touch_count;
    bool is_new; /* made by this group … */
    bool undone; /* … or taken back by it */
};

/** A lead as it was. Of `lead` only that is filled which a merge changes. */
struct lead_before {
    struct lead lead;
    struct uuid open; /* its open handoff; nil: none */
};

/** Whether an entry of a survivor decides something on it, so that the merge before it stays. What
 *  comes in by itself decides nothing, nor does what Baton does of itself while nobody has answered
 *  it. */
bool lead_before_is_decided_by(enum ledger_kind kind, enum actor_kind actor);

/** Notes what both are now: before anything of them is joined. survivor_seq is still to be set.
 *  NULL when memory is short. */
struct merge_row *lead_before_keep(struct work *work, const struct lead *survivor,
                                   const struct lead *absorbed);

/** ERR_INTERNAL when the stored form is damaged; ERR_OUT_OF_MEMORY. */
enum err lead_before_read(const struct merge_row *row, struct arena *arena,
                          struct lead_before *survivor, struct lead_before *absorbed) MUST_USE;

#endif
