#include "store/table/node_table.h"

#include "store/pg/columns.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */

#define IN(name) MEMBER(struct node, name)
#define OF_A_GROUP .unread = "read by groups of 256"

static const struct column node_list[] = {
    {"level", &as_int2,  IN(level), COLUMN_KEY, OF_A_GROUP},
    {"place", &as_int8,  IN(place), COLUMN_KEY, OF_A_GROUP},
    {"hash",  &as_bytes, IN(hash),  OF_A_GROUP},
};
#undef OF_A_GROUP
#undef IN

const struct columns node_columns =
    COLUMNS("ledger_node", node_list, struct node, PROOF_VERIFIED, "the entries under it");

/* 256: MERKLE_FAN.
 * $1 workspace, $2 and $3 levels and first places of the groups */
static const struct statement NODES_READ = {
    .name = "nodes_read",
    .sql = "SELECT g.level, n.place, n.hash "
           "FROM unnest($2::int2[], $3::int8[]) g(level, first) "
           "CROSS JOIN LATERAL ("
           "  SELECT place, hash "
           "  FROM ledger_node "
           "  WHERE workspace_id = $1 AND level = g.level "
           "  AND place >= g.first AND place < g.first + 256 "
           "  LIMIT 256"
           ") n",
    .index = "ledger_node_pkey",
    .hot = true,
};

/* $1 workspace, $2 first places of the groups, $3 size of the tree */
static const struct statement LEAVES_READ = {
    .name = "leaves_read",
    .sql = "SELECT l.pos, l.hash "
           "FROM unnest($2::int8[]) g(first) "
           "CROSS JOIN LATERAL ("
           "  SELECT pos, hash "
           "  FROM ledger "
           "  WHERE workspace_id = $1 "
           "  AND pos > g.first AND pos <= g.first + 256 AND pos <= $3 "
           "  LIMIT 256"
           ") l",
    .index = "ledger_pkey",
    .hot = true,
};

static const struct statement NODES_INSERT = {
    .name = "nodes_insert",
    .makes = STATEMENT_INSERTS,
    .of = &node_columns,
};

/* clang-format on */

const struct statement *const node_table_statements[] = {
    &NODES_READ,
    &LEAVES_READ,
    &NODES_INSERT,
    NULL,
};

/* ---- read ---- */

bool node_set_begin(struct node_set *set, struct arena *arena, int64_t within, int64_t size)
{
    set->size = size;
    set->count = merkle_groups(within, size, set->groups);
    set->have = arena_alloc(arena, (set->count + 1) * sizeof *set->have);
    set->hashes = arena_alloc(arena, (set->count + 1) * sizeof *set->hashes);
    return set->have != NULL && set->hashes != NULL;
}

const struct statement *node_set_ask_nodes(const struct node_set *set, struct pg_params *params)
{
    struct pg_array levels;
    struct pg_array firsts;

    pg_array_begin(&levels, params->arena, PG_INT2, set->count);
    pg_array_begin(&firsts, params->arena, PG_INT8, set->count);
    for (size_t i = 0; i < set->count; i++) {
        if (set->groups[i].level == 0)
            continue;
        pg_array_int2(&levels, (int16_t)set->groups[i].level);
        pg_array_int8(&firsts, set->groups[i].first);
    }
    pg_params_array(params, &levels);
    pg_params_array(params, &firsts);
    return &NODES_READ;
}

const struct statement *node_set_ask_leaves(const struct node_set *set, struct pg_params *params)
{
    struct pg_array firsts;

    pg_array_begin(&firsts, params->arena, PG_INT8, set->count);
    for (size_t i = 0; i < set->count; i++)
        if (set->groups[i].level == 0)
            pg_array_int8(&firsts, set->groups[i].first);
    pg_params_array(params, &firsts);
    pg_params_int8(params, set->size);
    return &LEAVES_READ;
}

/* Where a node is kept; NULL: it is in none of the groups. */
static uint8_t *slot(struct node_set *set, int level, int64_t place, bool **have)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct merkle_group *group = &set->groups[i];
        if (group->level != level || place < group->first || place >= group->first + MERKLE_FAN)
            continue;
        *have = &set->have[i][place - group->first];
        return set->hashes[i][place - group->first];
    }
    return NULL;
}

void node_set_take_nodes(struct node_set *set, const struct pg_result *result)
{
    for (int row = 0; row < pg_rows(result); row++) {
        size_t len;
        bool *have;
        const uint8_t *hash = pg_get_bytea(result, row, 2, &len);
        uint8_t *to = slot(set, pg_get_int4(result, row, 0), pg_get_int8(result, row, 1), &have);
        if (to == NULL || len != DIGEST_BYTES)
            continue;
        memcpy(to, hash, DIGEST_BYTES);
        *have = true;
    }
}

void node_set_take_leaves(struct node_set *set, const struct pg_result *result)
{
    for (int row = 0; row < pg_rows(result); row++) {
        size_t len;
        bool *have;
        const uint8_t *hash = pg_get_bytea(result, row, 1, &len);
        uint8_t *to = slot(set, 0, pg_get_int8(result, row, 0) - 1, &have);
        if (to == NULL)
            continue;
        merkle_leaf(hash, len, to);
        *have = true;
    }
}

static bool get_node(void *context, int level, int64_t place, uint8_t out[DIGEST_BYTES])
{
    bool *have = NULL;
    const uint8_t *hash = slot(context, level, place, &have);

    if (hash == NULL || !*have)
        return false;
    memcpy(out, hash, DIGEST_BYTES);
    return true;
}

struct merkle_source node_set_source(struct node_set *set)
{
    return (struct merkle_source){get_node, set};
}

/* ---- insert ---- */

/* Every 256th leaf completes a node of level 1, every 256th of these one of level 2 … */
bool node_list_begin(struct node_list *list, struct arena *arena, int64_t leaves)
{
    list->count = 0;
    list->size = (size_t)(2 * (leaves / MERKLE_FAN)) + MERKLE_LEVELS_MAX;
    list->items = ARENA_ARRAY(arena, struct node, list->size);
    return list->items != NULL;
}

static void put_node(void *context, int level, int64_t place, const uint8_t hash[DIGEST_BYTES])
{
    struct node_list *list = context;

    if (list->count == list->size)
        abort(); /* more nodes than this number of leaves can complete */
    struct node *node = &list->items[list->count++];
    node->level = level;
    node->place = place;
    memcpy(node->hash, hash, DIGEST_BYTES);
}

struct merkle_sink node_list_sink(struct node_list *list)
{
    return (struct merkle_sink){put_node, list};
}

void node_table_queue_insert(const struct pg_scope *scope, const struct node_list *list)
{
    const void **rows = ARENA_ARRAY(scope->arena, const void *, list->count + 1);

    for (size_t i = 0; rows != NULL && i < list->count; i++)
        rows[i] = &list->items[i];
    if (rows != NULL)
        columns_queue(scope, &NODES_INSERT, rows, list->count);
}
