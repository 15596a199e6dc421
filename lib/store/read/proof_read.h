/* Reads checkpoints, receipts and proofs of consistency. However long the ledger is, a proof reads
 * a bounded number of rows: groups of 256 nodes, two per level. */
#ifndef BATON_STORE_PROOF_READ_H
#define BATON_STORE_PROOF_READ_H

#include "core/handoff/handoff.h"
#include "core/ledger/receipt.h"
#include "store/read/read.h"

struct checkpoint_page {
    struct checkpoint *items;
    size_t count;
    bool more;
};

/** Newest first, those that cover less than `below`; INT64_MAX: from the newest. */
enum err proof_read_checkpoints(const struct read *read, int64_t below, int limit,
                                struct checkpoint_page *out) MUST_USE;

/** Known about an entry that has no receipt yet. */
struct receipt_wait {
    instant at;  /* of the entry */
    instant now; /* of the database */
};

/**
 * The receipt of the entry at this position, under the latest checkpoint.
 * ERR_NOT_FOUND; ERR_NOT_COVERED while no checkpoint reaches it, with *wait filled;
 * ERR_INTERNAL when a stored node is missing.
 */
enum err proof_read_receipt(const struct read *read, int64_t pos, struct receipt *out,
                            struct receipt_wait *wait) MUST_USE;

/** Proves that the checkpoint of size `size` continues the ledger of size `from`. ERR_NOT_FOUND:
 *  there is no such checkpoint, or from > size. */
enum err proof_read_consistency(const struct read *read, int64_t from, int64_t size,
                                struct consistency *out) MUST_USE;

/** The position of the entry that brought a handoff into this state; ERR_NOT_FOUND when none did.
 *  Merges are followed. */
enum err proof_read_answer(const struct read *read, const struct handoff *handoff,
                           enum handoff_state state, int64_t *pos) MUST_USE;

#endif
