/*
 * Makes checkpoints. A turn extends the tree by the new entries of the ledger, at most
 * CHECKPOINT_TURN_MAX, and writes nodes, signed checkpoint and the job's cursor in one transaction
 * that locks the job's row: of several servers one does it, and completely or not at all. Before it
 * extends the tree it compares what is stored with the last checkpoint's root: nothing is signed on
 * top of a ledger that was changed.
 */
#ifndef BATON_STORE_CHECKPOINT_TABLE_H
#define BATON_STORE_CHECKPOINT_TABLE_H

#include "core/ledger/checkpoint.h"
#include "store/pg/pg.h"

#define CHECKPOINT_JOB "checkpoint"
/** How often a workspace has its turn while its ledger grows. */
#define CHECKPOINT_EVERY_SECONDS 5
#define CHECKPOINT_TURN_MAX      32768 /* entries */

/** A turn is given up after this time; without a database, or without an answer, sooner. */
#define CHECKPOINT_TIMEOUT_MS 5000
#define CHECKPOINT_LOOK_MS    1000

enum checkpoint_state {
    CHECKPOINT_MADE,
    CHECKPOINT_NONE,     /* the ledger has not grown, or another server has the turn */
    CHECKPOINT_ROTATE,   /* the key is new: its ledger entry must be made first */
    CHECKPOINT_REPLACED, /* another key has replaced this one: it no longer signs */
    CHECKPOINT_CUT,      /* the ledger is shorter than its last checkpoint */
    CHECKPOINT_CHANGED,  /* the entries that the last checkpoint covers have another root now */
    CHECKPOINT_MISSING,  /* a position is missing */
    CHECKPOINT_NO_MEMORY,
};

struct checkpoint_turn {
    enum checkpoint_state state;
    struct checkpoint checkpoint;       /* when made */
    struct signing_key_input replacing; /* of CHECKPOINT_ROTATE */
    int64_t pos;                        /* where it is wrong */
};

/** announced: the key's ledger entry was made. PG_OK whatever the state is. Role baton_app. */
enum pg_status checkpoint_take(struct pg *pg, struct uuid workspace, const struct signing_key *key,
                               bool announced, struct checkpoint_turn *out) MUST_USE;

#endif
