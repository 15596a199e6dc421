/*
 * The Merkle tree over a workspace's ledger (RFC 6962, section 2.1, SHA-256): leaf hash =
 * SHA-256(0x00 ‖ data), node = SHA-256(0x01 ‖ left ‖ right). Leaf number i is the entry at position
 * i + 1, its data the entry's 32-byte ledger hash.
 *
 * Stored are the roots of complete subtrees of 256^level leaves: level 0 are the leaf hashes, place
 * p of level l covers the leaves [p · 256^l, (p + 1) · 256^l). In a tree of any size, every proof
 * needs nodes from at most two groups of 256 per level, see merkle_groups().
 */
#ifndef BATON_CORE_MERKLE_H
#define BATON_CORE_MERKLE_H

#include "base/digest.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Children of a stored node, and which power of two that is. */
#define MERKLE_FAN      256
#define MERKLE_FAN_BITS 8

/** Levels of stored nodes, leaves included: 2^63 leaves at most. */
#define MERKLE_LEVELS_MAX 8

/** Hashes in a proof, at most. */
#define MERKLE_PATH_MAX 64

struct merkle_path {
    size_t count;
    uint8_t hashes[MERKLE_PATH_MAX][DIGEST_BYTES];
};

void merkle_leaf(const uint8_t *data, size_t len, uint8_t out[DIGEST_BYTES]);
void merkle_parent(const uint8_t left[DIGEST_BYTES], const uint8_t right[DIGEST_BYTES],
                   uint8_t out[DIGEST_BYTES]);

/* ---- growing ---- */

/** The roots of the complete subtrees that a tree of this size consists of: one of 2^k leaves where
 *  bit k of size is set. All zero is the empty tree. */
struct merkle_frontier {
    int64_t size;
    uint8_t roots[63][DIGEST_BYTES];
};

/** Is called for every node that is to be stored, without leaves, in the order of completion. */
struct merkle_sink {
    void (*node)(void *context, int level, int64_t place, const uint8_t hash[DIGEST_BYTES]);
    void *context;
};

/** Appends a leaf by its leaf hash; sink may be NULL. */
void merkle_frontier_append(struct merkle_frontier *frontier, const uint8_t leaf[DIGEST_BYTES],
                            const struct merkle_sink *sink);

/** The root; that of the empty tree is SHA-256 of nothing. */
void merkle_frontier_root(const struct merkle_frontier *frontier, uint8_t out[DIGEST_BYTES]);

/* ---- proofs from stored nodes ---- */

/** Where stored nodes come from. */
struct merkle_source {
    /** False: it does not exist, and the proof fails. */
    bool (*node)(void *context, int level, int64_t place, uint8_t out[DIGEST_BYTES]);
    void *context;
};

/** One run of stored nodes: places first to first + MERKLE_FAN - 1 of a level. */
struct merkle_group {
    int level;
    int64_t first;
};

#define MERKLE_GROUPS_MAX ((size_t)2 * MERKLE_LEVELS_MAX)

/** The groups that hold every node needed for a root, a frontier or a proof about `within` (a leaf,
 *  or an older size; else `size` again) in a tree of this size. Returns their number. */
size_t merkle_groups(int64_t within, int64_t size, struct merkle_group out[MERKLE_GROUPS_MAX]);

/* Each is false when the source lacks a node, or the numbers are not possible. */

bool merkle_frontier_read(const struct merkle_source *source, int64_t size,
                          struct merkle_frontier *out) MUST_USE;
/** RFC 6962, 2.1.1: leaf < size. */
bool merkle_inclusion(const struct merkle_source *source, int64_t leaf, int64_t size,
                      struct merkle_path *out) MUST_USE;
/** RFC 6962, 2.1.2: 0 < old <= size; empty when they are equal. */
bool merkle_consistency(const struct merkle_source *source, int64_t old, int64_t size,
                        struct merkle_path *out) MUST_USE;

/* ---- checking ---- */

/** Whether the path leads from this leaf hash to the root (RFC 9162, 2.1.3.2). */
bool merkle_inclusion_holds(const uint8_t leaf_hash[DIGEST_BYTES], int64_t leaf, int64_t size,
                            const struct merkle_path *path,
                            const uint8_t root[DIGEST_BYTES]) MUST_USE;

/** Whether the path shows that the older tree is the beginning of the newer (RFC 9162, 2.1.4.2);
 *  for equal sizes the roots must be equal and the path empty. old > 0. */
bool merkle_consistency_holds(int64_t old, int64_t size, const struct merkle_path *path,
                              const uint8_t old_root[DIGEST_BYTES],
                              const uint8_t root[DIGEST_BYTES]) MUST_USE;

#endif
