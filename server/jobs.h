/*
 * Recurring work: next steps that are due, and whatever else is due per workspace. Any number of
 * servers run it at once: a workspace's job is claimed by a row lock, and its effect goes through
 * the lane; that of checkpoints, which change no entity, is its own transaction.
 */
#ifndef BATON_SERVER_JOBS_H
#define BATON_SERVER_JOBS_H

#include "core/ledger/signing_key.h"
#include "store/lane.h"

struct jobs;

struct gauges;

struct jobs_settings {
    struct pg_settings database;           /* role baton_job */
    struct pg_settings app;                /* role baton_app */
    struct lanes *lanes;                   /* borrowed */
    const struct signing_key *signing_key; /* borrowed; NULL: other servers make checkpoints */
    struct gauges *gauges;                 /* borrowed; read between jobs */
};

struct jobs *jobs_start(const struct jobs_settings *settings);
void jobs_stop(struct jobs *jobs);

/** Names of the recurring jobs; a new workspace gets a row of each. NULL after the last. */
const char *jobs_name(size_t which);

/** How often the database's clock has jumped by more than a minute, and how many jobs were due too
 *  late for it, since the start. Any thread. */
int64_t jobs_clock_jumps(const struct jobs *jobs);
int64_t jobs_pulled_back(const struct jobs *jobs);

/** Why requests that need the database will fail: it did not answer a moment ago, or it cannot
 *  write. NULL: there is no trouble. Any thread. */
const char *jobs_database_trouble(const struct jobs *jobs);

#endif
