/*
 * A lead as its ledger entries alone have it: a fold over the chain of one subject, first entry to
 * last, that knows nothing of any row. What it ends with is compared with what the tables say.
 *
 * What the entries' bodies must say for it stands in docs/ledger.md: every entry that moves the
 * owner, the stage or the open handoff names what it moves to.
 */
#ifndef BATON_CORE_REPLAY_H
#define BATON_CORE_REPLAY_H

#include "core/handoff/handoff.h"
#include "core/ledger/ledger.h"

struct replay {
    struct uuid subject;
    enum lead_status status;
    enum stage stage; /* STAGE_COUNT before the first entry */
    struct uuid owner;
    struct uuid survivor; /* of a merged lead */
    struct uuid open;     /* the open handoff; nil: none */
    enum handoff_state open_state;
};

/** What one entry did beside moving the lead. Everything that it did not do is nil or NULL. */
struct replay_step {
    struct uuid made; /* a handoff that was not there before */
    struct uuid closed;
    enum handoff_state closed_state; /* it keeps this one for ever */
    struct uuid absorbed;            /* lead.merged: whom, up to which entry */
    int64_t absorbed_seq;
    uint8_t absorbed_hash[DIGEST_BYTES];
    struct uuid moved; /* lead.merged, lead.absorbed: the open handoff that changes leads */
    enum handoff_state moved_state;
    const char *fault; /* why the entry cannot follow those before it; static text */
};

/** Whether a subject whose first entry is of this kind is a lead. */
bool replay_is_of_lead(enum ledger_kind first);

void replay_begin(struct replay *replay, struct uuid subject);

/** The next entry of the subject's chain. One that cannot follow is taken at its word, so that one
 *  fault is reported once. ERR_OUT_OF_MEMORY, with arena marked. */
enum err replay_entry(struct replay *replay, const struct ledger_entry *entry, struct arena *arena,
                      struct replay_step *step) MUST_USE;

#endif
