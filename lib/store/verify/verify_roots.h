/*
 * Compares what was signed of a workspace's ledger with the ledger as it is: the Merkle root at
 * every checkpoint, stored or kept outside, the stored nodes of the tree, every signature, and that
 * keys followed one another as the ledger says. It is given the hashes in the order of their
 * positions, a page at a time.
 */
#ifndef BATON_STORE_VERIFY_ROOTS_H
#define BATON_STORE_VERIFY_ROOTS_H

#include "store/pg/pg.h"
#include "store/verify/verify_report.h"

struct verify_roots;

/** NULL when memory is short. */
struct verify_roots *verify_roots_new(struct pg *pg, struct uuid workspace,
                                      struct verify_report *report);
void verify_roots_free(struct verify_roots *roots);

/** Loads the keys that have signed, and how far the checkpoints go. */
enum pg_status verify_roots_begin(struct verify_roots *roots) MUST_USE;

/** Loads what was signed of the next page: positions after `after`, at most `rows` of them. */
enum pg_status verify_roots_load(struct verify_roots *roots, int64_t after, int64_t rows) MUST_USE;

/** The next entry's hash; the first is that of position 1, and none is left out. */
void verify_roots_append(struct verify_roots *roots, const uint8_t *hash, size_t len);

/** After the page's entries. */
void verify_roots_compare_nodes(struct verify_roots *roots);

/** Reports what is signed beyond the entries that were appended. gap: because a position is
 * missing, not because the ledger ends. */
enum pg_status verify_roots_end(struct verify_roots *roots, bool gap) MUST_USE;

extern const struct statement *const verify_roots_statements[];

#endif
