/*
 * Applying a version in force to leads that were judged before: asked for once, then done in
 * chunks by a background job, each chunk a command of its own.
 *
 * Judged again are the leads that are still before sales (mql, srl: prospect, inquiry, nurture,
 * mql, srl), or that sales has accepted and not yet qualified (sql: sal). Each gets a new verdict
 * and ledger entry by whoever asked; old verdicts stay. What follows from a verdict follows.
 */
#ifndef BATON_CORE_DEFINITION_APPLY_H
#define BATON_CORE_DEFINITION_APPLY_H

#include "core/command.h"

/** Leads of one chunk: one command. */
#define APPLY_CHUNK_LEADS 100

struct definition_apply_input {
    enum term term;
    int version;
    bool dry_run;
};

/** Queues the job. 409 unless the version is in force. */
enum decision definition_apply(struct work *work, const struct command *command,
                               struct outcome *outcome);

/** What came of it, summed over chunks. */
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
/** False when it is none. */
bool apply_tally_read(const char *json, size_t len, struct apply_tally *out);

/** The job's request, {"term", "version", "dry_run"}. False when it is none. */
bool definition_apply_read(const char *json, size_t len, struct definition_apply_input *out);

/** The stages of the leads that are judged again; *count of them. */
const enum stage *definition_apply_stages(enum term term, size_t *count);

struct leads_judge_input {
    struct definition_apply_input what;
    const struct uuid *leads;
    size_t count; /* APPLY_CHUNK_LEADS at most */
};

/** One chunk. ERR_STATE_CONFLICT when the version is not in force any more; the answer is an
 *  apply_tally. A dry run decides all of it and takes it back. */
enum decision leads_judge(struct work *work, const struct command *command,
                          struct outcome *outcome);

#endif
