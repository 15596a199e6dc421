/*
 * Reads along: a thread that follows the ledger of one workspace by pos > cursor, as every reader
 * of the feed does, on a connection of its own. When an entry ever becomes visible after its
 * cursor, it misses it; so what it saw at the end must be what is there, from 1 without a gap.
 */
#ifndef BATON_TESTS_FOLLOWER_H
#define BATON_TESTS_FOLLOWER_H

struct follower;

/** conninfo: a superuser's keyword string, copied; workspace: its id. A database that is away is
 *  waited for. */
struct follower *follower_start(const char *conninfo, const char *workspace);

/** Waits until it has read up to this position, and ends it. The test fails when a gap was seen
 *  or when it does not get there. */
void follower_end(struct follower *follower, long long last_pos);

/** Ends it without a word. */
void follower_free(struct follower *follower);

#endif
