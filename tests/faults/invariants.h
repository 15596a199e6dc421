/*
 * What must hold when the fault is over, whatever it was:
 *
 *   - every acknowledged write is there exactly once: repeated with its key it answers the bytes
 *     that it did, and the ledger does not move; every lead of an acknowledged capture exists, and
 *     no lead exists that nobody got the id of;
 *   - a handoff has at most one first answer, and its row says what the ledger says;
 *   - a lead has one owner, at most one open handoff and a next date, chains verify, positions are
 *     dense (`baton verify --state`), and whoever read along has missed nothing;
 *   - no session is idle in a transaction, there are no more sessions than the pools have, and no
 *     descriptor of a server leaked.
 */
#ifndef BATON_TESTS_INVARIANTS_H
#define BATON_TESTS_INVARIANTS_H

#include "trial.h"

/** Leads that the journal does not know exist: captures were made by other ways too. */
#define INVARIANTS_OTHER_LEADS 1u
/** Repeat a sample of the journal, not all. */
#define INVARIANTS_SAMPLE 2u

/** The load must be over and the database there. Fails the test; ends the follower. */
void invariants_check(struct trial *trial, unsigned flags);

/** Descriptors open in the servers less sessions of the database: constant while no client is
 *  connected. Waits for the clients' ends to be noticed. */
int invariants_descriptors(const struct trial *trial);

#endif
