#include "store/table/rollup_spread_table.h"

#include "core/attribution/spread.h"

#include <string.h>

/* clang-format off */

#define KEYS "unnest($2::int4[], $3::int4[], $4::int2[], $5::int4[], $6::int8[])"

/* A row for each key, in their order.
 * $1 workspace, then an array for each part of a key */
static const struct statement SPREADS = {
    .name = "rollup_spreads",
    .sql = "SELECT s.spread "
           "FROM " KEYS " WITH ORDINALITY u(what, cut, grain, day, value, n) "
           "LEFT JOIN LATERAL ("
           "  SELECT spread "
           "  FROM rollup_spread "
           "  WHERE workspace_id = $1 AND what = u.what AND cut = u.cut AND grain = u.grain "
           "  AND day = u.day AND value = u.value "
           "  LIMIT 1"
           ") s ON true "
           "ORDER BY u.n",
    .index = "rollup_spread_pkey",
    .hot = true,
};

/* $1 workspace, then an array for each part of a key, $7 bytes */
static const struct statement SPREADS_SAVE = {
    .name = "rollup_spreads_save",
    .sql = "INSERT INTO rollup_spread (workspace_id, what, cut, grain, day, value, spread) "
           "SELECT h.workspace_id, u.* "
           "FROM workspace_head h, unnest($2::int4[], $3::int4[], $4::int2[], $5::int4[], $6::int8[], "
           "  $7::bytea[]) u "
           "WHERE h.workspace_id = $1 "
           "ON CONFLICT (workspace_id, what, cut, grain, day, value) DO UPDATE SET spread = excluded.spread",
};

/* $1 workspace, $2 limit */
static const struct statement SPREADS_CLEAR = {
    .name = "rollup_spreads_clear",
    .sql = "WITH gone AS ("
           "  DELETE FROM rollup_spread "
           "  WHERE workspace_id = $1 "
           "  AND ctid = ANY (ARRAY(SELECT ctid FROM rollup_spread WHERE workspace_id = $1 LIMIT $2)) "
           "  RETURNING 1"
           ") "
           "SELECT count(*) FROM gone",
};

/* clang-format on */

const struct statement *const rollup_spread_table_statements[] = {&SPREADS, &SPREADS_SAVE,
                                                                  &SPREADS_CLEAR, NULL};

/* ---- keys: changes of one spread stand one after another ---- */

static bool are_of_one(const struct rollup_sum *a, const struct rollup_sum *b)
{
    return a->key.what == b->key.what && a->key.cut == b->key.cut && a->key.grain == b->key.grain &&
           a->key.day == b->key.day && a->key.values[0] == b->key.values[0];
}

/* The first change after those of the spread that this one is of. */
static size_t end_of(const struct rollup_changes *changes, size_t first)
{
    size_t end = first + 1;

    while (end < changes->count && are_of_one(changes->sums[first], changes->sums[end]))
        end++;
    return end;
}

static void begin_keys(struct pg_array keys[5], struct arena *arena, size_t count)
{
    static const enum pg_type types[5] = {PG_INT4, PG_INT4, PG_INT2, PG_INT4, PG_INT8};

    for (int i = 0; i < 5; i++)
        pg_array_begin(&keys[i], arena, types[i], count);
}

static void put_key(struct pg_array keys[5], const struct rollup_key *key)
{
    pg_array_int4(&keys[0], key->what);
    pg_array_int4(&keys[1], key->cut);
    pg_array_int2(&keys[2], (int16_t)key->grain);
    pg_array_int4(&keys[3], key->day);
    pg_array_int8(&keys[4], key->values[0]);
}

static void put_keys(struct pg_params *params, struct pg_array keys[5])
{
    for (int i = 0; i < 5; i++)
        pg_params_array(params, &keys[i]);
}

int rollup_spreads_queue_read(const struct pg_scope *scope, const struct rollup_changes *changes)
{
    struct pg_array keys[5];
    struct pg_params params;

    begin_keys(keys, scope->arena, changes->count);
    for (size_t i = 0; i < changes->count; i = end_of(changes, i))
        put_key(keys, &changes->sums[i]->key);
    pg_scope_params(scope, &params);
    put_keys(&params, keys);
    return pg_queue(scope->pg, &SPREADS, &params);
}

/* ---- changing ---- */

/* The changes of one spread, to what it was. */
static bool change_one(const struct pg_result *read, int row, struct rollup_changes of_one,
                       struct arena *arena, struct rollup_spreads *out)
{
    struct spread_item *items = ARENA_ARRAY(arena, struct spread_item, of_one.count);
    size_t old_len = 0, len = 0;
    const uint8_t *old = pg_get_bytea(read, row, 0, &old_len);

    if (items == NULL)
        return false;
    for (size_t i = 0; i < of_one.count; i++)
        items[i] = (struct spread_item){of_one.sums[i]->key.values[1], of_one.sums[i]->numbers[0]};
    const uint8_t *bytes = spread_change(old, old_len, items, of_one.count, arena, &len);
    if (bytes == NULL)
        return false;
    put_key(out->keys, &of_one.sums[0]->key);
    pg_array_bytea(&out->bytes, bytes, len);
    out->count++;
    return true;
}

bool rollup_spreads_change(const struct pg_result *read, const struct rollup_changes *changes,
                           struct arena *arena, struct rollup_spreads *out)
{
    int row = 0;

    *out = (struct rollup_spreads){.count = 0};
    begin_keys(out->keys, arena, (size_t)pg_rows(read));
    pg_array_begin(&out->bytes, arena, PG_BYTEA, (size_t)pg_rows(read));
    for (size_t i = 0; i < changes->count; row++) {
        const struct rollup_changes of_one = {changes->sums + i, end_of(changes, i) - i};
        if (row >= pg_rows(read) || !change_one(read, row, of_one, arena, out))
            return false;
        i += of_one.count;
    }
    return true;
}

void rollup_spreads_queue_save(const struct pg_scope *scope, struct rollup_spreads *spreads)
{
    struct pg_params params;

    if (spreads->count == 0)
        return;
    pg_scope_params(scope, &params);
    put_keys(&params, spreads->keys);
    pg_params_array(&params, &spreads->bytes);
    pg_queue(scope->pg, &SPREADS_SAVE, &params);
}

int rollup_spreads_queue_clear(const struct pg_scope *scope, int64_t limit)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_int8(&params, limit);
    return pg_queue(scope->pg, &SPREADS_CLEAR, &params);
}
