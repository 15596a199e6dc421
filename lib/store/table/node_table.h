/*
 * The Merkle tree's nodes as they are stored: the table ledger_node, and below it the ledger, whose
 * hashes make the leaves. What a proof needs of the tree is read in whole groups
 * (core/ledger/merkle.h), with two statements.
 */
#ifndef BATON_STORE_NODE_TABLE_H
#define BATON_STORE_NODE_TABLE_H

#include "core/ledger/merkle.h"
#include "store/pg/pg_scope.h"

/** The groups that one question needs, and what was read of them. Lives in the arena. */
struct node_set {
    int64_t size; /* leaves beyond this number are ignored */
    size_t count;
    struct merkle_group groups[MERKLE_GROUPS_MAX];
    bool (*have)[MERKLE_FAN];
    uint8_t (*hashes)[MERKLE_FAN][DIGEST_BYTES];
};

/** For the groups that merkle_groups(within, size) names. False when memory is short. */
bool node_set_begin(struct node_set *set, struct arena *arena, int64_t within,
                    int64_t size) MUST_USE;

/** The two statements; each adds its parameters, which follow the workspace. */
const struct statement *node_set_ask_nodes(const struct node_set *set, struct pg_params *params);
const struct statement *node_set_ask_leaves(const struct node_set *set, struct pg_params *params);

void node_set_take_nodes(struct node_set *set, const struct pg_result *result);
void node_set_take_leaves(struct node_set *set, const struct pg_result *result);

/** Borrows the set. */
struct merkle_source node_set_source(struct node_set *set);

/** Completed nodes that are to be stored. Lives in the arena. */
struct node_list {
    size_t count;
    size_t size;
    struct node {
        int level;
        int64_t place;
        uint8_t hash[DIGEST_BYTES];
    } * items;
};

/** Room for the nodes that this many new leaves complete. False when memory is short. */
bool node_list_begin(struct node_list *list, struct arena *arena, int64_t leaves) MUST_USE;

struct merkle_sink node_list_sink(struct node_list *list);

/** Queues the INSERT of all of them. */
void node_table_queue_insert(const struct pg_scope *scope, const struct node_list *list);

#endif
