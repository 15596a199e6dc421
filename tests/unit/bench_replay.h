/*
 * Follows the ledger of the work set entry by entry and compares each lead with its replay. For
 * walks: begin once, then look after every step.
 */
#ifndef BATON_TESTS_BENCH_REPLAY_H
#define BATON_TESTS_BENCH_REPLAY_H

#include "bench_handoff.h"

#include "base/map.h"
#include "core/handoff/replay.h"

static struct {
    struct map leads; /* struct replay by id, in the bench's arena */
    size_t count;
    size_t followed; /* entries */
    size_t made;     /* handoffs */
} replayed;

static inline void bench_replay_begin(void)
{
    memset(&replayed, 0, sizeof replayed);
    map_init(&replayed.leads, bench.arena);
}

static inline struct replay *bench_replay(struct uuid lead)
{
    struct replay *replay = map_get(&replayed.leads, lead.b, sizeof lead.b);

    if (replay != NULL)
        return replay;
    replay = ARENA_NEW(bench.arena, struct replay);
    ck_assert_ptr_nonnull(replay);
    replay_begin(replay, lead);
    ck_assert(map_put(&replayed.leads, replay->subject.b, sizeof lead.b, replay));
    replayed.count++;
    return replay;
}

static inline const struct handoff *bench_handoff(struct uuid id)
{
    const struct handoff *handoff = work_peek(&bench.work, KIND_HANDOFF, &id);

    ck_assert_ptr_nonnull(handoff);
    return handoff;
}

/* What an absorbed lead's chain ended with is what the survivor's entry names. */
static inline void bench_replay_merge(const struct replay_step *step)
{
    const struct replay *absorbed = bench_replay(step->absorbed);

    ck_assert_int_eq(absorbed->status, LEAD_MERGED);
    for (size_t i = replayed.followed; i > 0; i--) {
        const struct ledger_entry *entry = bench.work.saves[KIND_ENTRY].items[i - 1];
        if (!uuid_equal(entry->subject, step->absorbed))
            continue;
        ck_assert_int_eq(entry->kind, LEDGER_LEAD_ABSORBED);
        ck_assert_int_eq(entry->seq, step->absorbed_seq);
        ck_assert_mem_eq(entry->hash, step->absorbed_hash, DIGEST_BYTES);
        return;
    }
    ck_abort_msg("nothing was absorbed");
}

/* The entries that came since the last time. */
static inline void bench_replay_follow(const char *said)
{
    for (; replayed.followed < bench.work.saves[KIND_ENTRY].count; replayed.followed++) {
        const struct ledger_entry *entry = bench.work.saves[KIND_ENTRY].items[replayed.followed];
        struct replay_step step;
        if (!replay_is_of_lead(entry->kind))
            continue;
        ck_assert_int_eq(replay_entry(bench_replay(entry->subject), entry, bench.work.arena, &step),
                         ERR_NONE);
        ck_assert_msg(step.fault == NULL, "%s: %s %s: %.*s", said, ledger_kind_name(entry->kind),
                      step.fault, (int)entry->body_len, entry->body);
        replayed.made += !uuid_is_nil(step.made);
        if (!uuid_is_nil(step.closed))
            ck_assert_str_eq(handoff_state_name(bench_handoff(step.closed)->state),
                             handoff_state_name(step.closed_state));
        if (!uuid_is_nil(step.absorbed))
            bench_replay_merge(&step);
    }
}

static inline void bench_replay_compare(const char *said, const struct replay *replay,
                                        const struct lead *lead)
{
    const struct uuid none = {{0}};

    ck_assert_msg(replay->status == lead->status, "%s: the ledger says %s, the lead is %s", said,
                  lead_status_name(replay->status), lead_status_name(lead->status));
    ck_assert_msg(replay->stage == lead->stage, "%s: the ledger says %s, the lead is %s", said,
                  stage_name(replay->stage), stage_name(lead->stage));
    ck_assert_msg(uuid_equal(replay->owner, lead->owner_team), "%s: another owner", said);
    ck_assert_msg(uuid_equal(replay->survivor, lead->merged_into), "%s: another survivor", said);
    ck_assert_msg(uuid_equal(replay->open, lead->open == NULL ? none : lead->open->id),
                  "%s: another open handoff", said);
    if (lead->open != NULL)
        ck_assert_str_eq(handoff_state_name(replay->open_state),
                         handoff_state_name(lead->open->state));
}

/** Every lead and handoff of the work set as its entries have it; said names the step. */
static inline void bench_replay_check(const char *said)
{
    bench_replay_follow(said);
    for (size_t i = 0; i < bench.work.saves[KIND_LEAD].count; i++) {
        const struct lead *lead = bench.work.saves[KIND_LEAD].items[i];
        bench_replay_compare(said, bench_replay(lead->id), lead);
    }
    ck_assert_uint_eq(replayed.count, bench.work.saves[KIND_LEAD].count);
    ck_assert_uint_eq(replayed.made, bench.work.saves[KIND_HANDOFF].count);
}

#endif
