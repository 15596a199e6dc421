/*
 * Applies a version in force to leads that were judged before: requested once, then done in chunks
 * by a background job, each chunk a command.
 *
 * Judged again are the leads that are still before sales (mql, srl: prospect, inquiry, nurture,
 * mql, srl), or that sales has accepted and not yet qualified (sql: sal). Each gets a new verdict
 * and ledger entry in the name of the person who asked; old verdicts stay. Verdicts have their
 * usual effects.
 */
#ifndef BATON_CORE_DEFINITION_APPLY_H
#define BATON_CORE_DEFINITION_APPLY_H

#include "core/command.h"

/** Leads of one chunk, which is one command. */
#define APPLY_CHUNK_LEADS 100

struct definition_apply_input {
    enum term term;
    int version;
    bool dry_run;
};

/** Queues the job. 409 unless the version is in force. */
enum decision definition_apply(struct work *work, const struct command *command,
                               struct outcome *outcome);

/** The result, summed over chunks. */
struct apply_tally {
    int64_t leads;
    int64_t qualified;
    int64_t unclear;
    int64_t not_qualified;
    int64_t stage_up;   /* became mql or srl (sql: none) */
    int64_t stage_down; /* were lowered to inquiry */
    int64_t offered;
};

void apply_tally_add(struct apply_tally *sum, const struct apply_tally *more);
/** {"leads": …, "qualified": …, …} */
void apply_tally_write(const struct apply_tally *tally, struct json_out *out);
/** False when the text is not one. */
bool apply_tally_read(const char *json, size_t len, struct arena *arena, struct apply_tally *out);

/** Reads the job's request, {"term", "version", "dry_run"}. False when it is not one. */
bool definition_apply_read(const char *json, size_t len, struct arena *arena,
                           struct definition_apply_input *out);

/** The stages of the leads that are judged again; their number in *count. */
const enum stage *definition_apply_stages(enum term term, size_t *count);

struct leads_judge_input {
    struct definition_apply_input what;
    const struct uuid *leads;
    size_t count; /* at most APPLY_CHUNK_LEADS */
};

/** One chunk. ERR_STATE_CONFLICT when the version is no longer in force; the answer is an
 *  apply_tally. A dry run decides all of it and undoes it. */
enum decision leads_judge(struct work *work, const struct command *command,
                          struct outcome *outcome);

#endif
