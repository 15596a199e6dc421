#include "store/table/rollup_turn.h"

#include "base/map.h"
#include "core/attribution/rollup_reports.h"
#include "store/table/journey_table.h"
#include "store/table/rollup_cursor.h"
#include "store/table/rollup_setups.h"
#include "store/table/rollup_spread_table.h"
#include "store/table/rollup_sums_table.h"

#include <string.h>

/** Entries of the ledger, and leads of a walk through all of them, in one turn: the more, the more
 * of what they give is one sum, and written once. When memory or time is short for them, an eighth
 * of them: leads of many days have few sums in common, up to a thousand of their own each. */
#define TURN_ENTRIES 2000
#define TURN_LEADS   500
#define TURN_CLEARED 20000
#define TURN_SHORTER 8

#define TURN_MEMORY_BYTES ((size_t)256 << 20)

struct turn {
    struct pg_scope scope;
    int64_t deadline;
    size_t entry_limit, lead_limit;
    struct rollup_turn *out;
    /* as found, and as it goes on */
    struct rollup_cursor cursor;
    struct counted_setup *setups;
    size_t setup_count;
    struct uuid *leads; /* to be counted anew */
    size_t lead_count;
    /* the setup that is built up to the end of a page of journeys, or NULL */
    struct counted_setup *built;
    /* what comes of it */
    struct rollup_sums *sums;
    struct journey_changes journeys;
};

/* ---- what there is to do ---- */

static bool take_setups(struct turn *turn, const struct pg_result *result)
{
    size_t rows = (size_t)pg_rows(result);

    turn->setups = ARENA_ARRAY(turn->scope.arena, struct counted_setup, rows + 1);
    for (size_t i = 0; turn->setups != NULL && i < rows; i++)
        if (!rollup_setups_read(result, (int)i, turn->scope.arena,
                                &turn->setups[turn->setup_count++]))
            return false;
    return turn->setups != NULL;
}

static bool take_entries(struct turn *turn, const struct pg_result *result)
{
    int64_t seen = 0;

    turn->leads =
        ARENA_ARRAY(turn->scope.arena, struct uuid, (size_t)pg_rows(result) + turn->lead_limit + 1);
    if (turn->leads == NULL)
        return false;
    turn->out->pos = turn->cursor.pos;
    for (int row = 0; row < pg_rows(result); row++) {
        if (pg_get_int8(result, row, 1) > turn->out->pos)
            turn->out->pos = pg_get_int8(result, row, 1);
        if (pg_get_bool(result, row, 2))
            turn->leads[turn->lead_count++] = pg_get_uuid(result, row, 0);
        seen += pg_get_int8(result, row, 3);
    }
    turn->out->more = seen == (int64_t)turn->entry_limit;
    return true;
}

static enum pg_status look(struct turn *turn, bool wait)
{
    struct pg *pg = turn->scope.pg;
    enum pg_status status = pg_pipeline_begin(pg, turn->deadline);
    bool whole = true;

    if (status != PG_OK)
        return status;
    pg_queue_begin(pg, turn->scope.workspace);
    rollup_cursor_queue_make(&turn->scope);
    int lock = rollup_cursor_queue_lock(&turn->scope, wait);
    int setups = rollup_setups_queue(&turn->scope);
    int entries = rollup_cursor_queue_entries(&turn->scope, turn->entry_limit);
    status = pg_pipeline_run(pg, turn->deadline);
    if (status == PG_OK && pg_rows(pg_result(pg, lock)) == 1) {
        turn->out->taken = true;
        turn->cursor = rollup_cursor_read(pg_result(pg, lock));
        whole =
            take_setups(turn, pg_result(pg, setups)) && take_entries(turn, pg_result(pg, entries));
    }
    pg_pipeline_end(pg);
    if (!whole)
        return arena_failed(turn->scope.arena)
                   ? PG_MEMORY
                   : pg_fail(pg, PG_OTHER, "a setup of attribution cannot be read");
    return status;
}

/* ---- leads as they are, and as they were ---- */

static void add_lead(struct turn *turn, struct uuid id, const struct rollup_lead *lead, int times)
{
    for (size_t i = 0; i < turn->setup_count; i++)
        if (rollup_setup_counts(&turn->setups[i], id))
            rollup_sums_add(turn->sums, &turn->setups[i].setup, lead, times);
    rollup_reports_add(turn->sums, lead, times);
}

static bool subtract_counted(struct turn *turn, const struct journey_state *state)
{
    struct rollup_lead lead;

    if (!rollup_lead_read(state->counted, state->counted_len, turn->scope.arena, &lead))
        return false;
    add_lead(turn, state->lead, &lead, -1);
    return true;
}

static bool count_lead(struct turn *turn, const struct journey_state *state)
{
    const uint8_t *old = state->counted;
    uint8_t *bytes = NULL;
    size_t len = 0;

    if (!state->merged) {
        bytes = rollup_lead_write(&state->now, turn->scope.arena, &len);
        if (bytes == NULL)
            return false;
    }
    if (old != NULL && bytes != NULL && len == state->counted_len && memcmp(old, bytes, len) == 0)
        return true;
    if (old != NULL && !subtract_counted(turn, state))
        return false;
    if (bytes == NULL) {
        if (old != NULL)
            turn->journeys.dropped[turn->journeys.dropped_count++] = state->lead;
        return true;
    }
    add_lead(turn, state->lead, &state->now, 1);
    pg_array_uuid(&turn->journeys.leads, state->lead);
    pg_array_bytea(&turn->journeys.bytes, bytes, len);
    turn->journeys.saved++;
    return true;
}

static bool count_leads(struct turn *turn, const struct pg_result *states)
{
    struct arena *arena = turn->scope.arena;
    struct journey_state state;

    if (!journey_changes_begin(&turn->journeys, arena, (size_t)pg_rows(states)))
        return false;
    for (int row = 0; row < pg_rows(states); row++)
        if (!journey_state_read(states, row, arena, &state) || !count_lead(turn, &state))
            return false;
    return true;
}

/* Adds what the journeys of the page gave to others, as it was counted: what has changed since is
 * subtracted and added like everywhere, for the setup has come as far now. */
static bool build(struct turn *turn, const struct pg_result *journeys)
{
    struct counted_setup *setup = turn->built;
    struct rollup_lead lead;

    for (int row = 0; row < pg_rows(journeys); row++) {
        size_t len;
        const uint8_t *bytes = pg_get_bytea(journeys, row, 1, &len);
        if (!rollup_lead_read(bytes, len, turn->scope.arena, &lead))
            return false;
        rollup_sums_add(turn->sums, &setup->setup, &lead, 1);
        setup->built = pg_get_uuid(journeys, row, 0);
    }
    if ((size_t)pg_rows(journeys) < turn->lead_limit) {
        setup->state = ATTRIBUTION_SETUP_COUNTED;
        setup->built = (struct uuid){{0}};
    } else {
        turn->out->more = true;
    }
    return true;
}

static enum pg_status count(struct turn *turn)
{
    struct pg *pg = turn->scope.pg;
    enum pg_status status = pg_pipeline_begin(pg, turn->deadline);
    int journeys = 0;

    if (status != PG_OK)
        return status;
    int states = journey_queue_states(&turn->scope, turn->leads, turn->lead_count);
    if (turn->built != NULL) {
        struct uuid after = uuid_is_nil(turn->built->built) ? ROLLUP_ID_BEGIN : turn->built->built;
        journeys = journey_queue_after(&turn->scope, after, turn->lead_limit);
    }
    status = pg_pipeline_run(pg, turn->deadline);
    if (status == PG_OK) {
        bool whole = (turn->built == NULL || build(turn, pg_result(pg, journeys))) &&
                     count_leads(turn, pg_result(pg, states)) && !arena_failed(turn->scope.arena);
        if (!whole)
            status = PG_MEMORY;
    }
    pg_pipeline_end(pg);
    return status;
}

/* ---- a page of all leads ---- */

static bool put_known(struct map *known, const struct uuid *id)
{
    return map_put(known, id, sizeof *id, (void *)(uintptr_t)id);
}

/* Those of the page that no entry has named. */
static bool add_page(struct turn *turn, const struct pg_result *page)
{
    struct map known;

    map_init(&known, turn->scope.arena);
    for (size_t i = 0; i < turn->lead_count; i++)
        if (!put_known(&known, &turn->leads[i]))
            return false;
    for (int row = 0; row < pg_rows(page); row++) {
        turn->cursor.filled = pg_get_uuid(page, row, 0);
        if (map_get(&known, &turn->cursor.filled, sizeof turn->cursor.filled) == NULL)
            turn->leads[turn->lead_count++] = turn->cursor.filled;
    }
    return true;
}

static enum pg_status fill(struct turn *turn)
{
    struct pg *pg = turn->scope.pg;
    enum pg_status status = pg_pipeline_begin(pg, turn->deadline);

    if (status != PG_OK)
        return status;
    int page = journey_queue_leads_after(&turn->scope, turn->cursor.filled, turn->lead_limit);
    status = pg_pipeline_run(pg, turn->deadline);
    if (status == PG_OK && !add_page(turn, pg_result(pg, page)))
        status = PG_MEMORY;
    if (status == PG_OK && (size_t)pg_rows(pg_result(pg, page)) < turn->lead_limit)
        turn->cursor.stage = ROLLUP_CURRENT;
    else
        turn->out->more = true;
    pg_pipeline_end(pg);
    return status;
}

/* ---- saving ---- */

/* Spreads are bytes, which are read to be changed: nobody else changes them meanwhile, for the
 * cursor is ours. */
static enum pg_status change_spreads(struct turn *turn, const struct rollup_changes *changes,
                                     struct rollup_spreads *out)
{
    struct pg *pg = turn->scope.pg;

    *out = (struct rollup_spreads){.count = 0};
    if (changes->count == 0)
        return PG_OK;
    enum pg_status status = pg_pipeline_begin(pg, turn->deadline);
    if (status != PG_OK)
        return status;
    int read = rollup_spreads_queue_read(&turn->scope, changes);
    status = pg_pipeline_run(pg, turn->deadline);
    if (status == PG_OK &&
        !rollup_spreads_change(pg_result(pg, read), changes, turn->scope.arena, out))
        status = PG_MEMORY;
    pg_pipeline_end(pg);
    return status;
}

static enum pg_status save(struct turn *turn)
{
    struct pg *pg = turn->scope.pg;
    struct rollup_changes changes[ROLLUP_TABLES];
    struct rollup_spreads spreads;

    if (!rollup_sums_end(turn->sums, changes))
        return PG_MEMORY;
    enum pg_status status = change_spreads(turn, &changes[ROLLUP_SPREADS], &spreads);
    if (status == PG_OK)
        status = pg_pipeline_begin(pg, turn->deadline);
    if (status != PG_OK)
        return status;
    rollup_sums_queue_add(&turn->scope, changes);
    rollup_spreads_queue_save(&turn->scope, &spreads);
    journey_changes_queue(&turn->scope, &turn->journeys);
    if (turn->built != NULL)
        rollup_setups_queue_move(&turn->scope, turn->built);
    turn->cursor.pos = turn->out->pos;
    rollup_cursor_queue_move(&turn->scope, &turn->cursor);
    pg_queue_commit(pg);
    status = arena_failed(turn->scope.arena) ? PG_MEMORY : pg_pipeline_run(pg, turn->deadline);
    pg_pipeline_end(pg);
    return status;
}

/* ---- clearing ---- */

/* Deletes a part of what is counted by a setup, or of all, and with it of spreads and journeys,
 * when it is NULL; how much. */
static enum pg_status drop_part(struct turn *turn, const struct rollup_setup *setup,
                                int64_t *dropped)
{
    struct pg *pg = turn->scope.pg;
    enum pg_status status = pg_pipeline_begin(pg, turn->deadline);
    int rows[4], count = 0;

    *dropped = 0;
    if (status != PG_OK)
        return status;
    rows[count++] = rollup_sums_queue_drop(&turn->scope, setup, ROLLUP_COUNTS, TURN_CLEARED);
    rows[count++] = rollup_sums_queue_drop(&turn->scope, setup, ROLLUP_CREDITS, TURN_CLEARED);
    if (setup == NULL) {
        rows[count++] = rollup_spreads_queue_clear(&turn->scope, TURN_CLEARED);
        rows[count++] = journey_queue_clear(&turn->scope, TURN_CLEARED);
    }
    status = pg_pipeline_run(pg, turn->deadline);
    for (int i = 0; status == PG_OK && i < count; i++)
        *dropped += pg_get_int8(pg_result(pg, rows[i]), 0, 0);
    pg_pipeline_end(pg);
    return status;
}

static enum pg_status clear(struct turn *turn)
{
    struct pg *pg = turn->scope.pg;
    int64_t dropped;
    enum pg_status status = drop_part(turn, NULL, &dropped);

    turn->out->more = true;
    if (status == PG_OK)
        status = pg_pipeline_begin(pg, turn->deadline);
    if (status != PG_OK)
        return status;
    if (dropped == 0) {
        rollup_setups_queue_cleared(&turn->scope);
        turn->cursor.stage = ROLLUP_FILLING;
        turn->cursor.filled = ROLLUP_ID_BEGIN;
    }
    turn->out->pos = turn->cursor.pos; /* whatever has come is looked at when it is counted */
    rollup_cursor_queue_move(&turn->scope, &turn->cursor);
    pg_queue_commit(pg);
    status = pg_pipeline_run(pg, turn->deadline);
    pg_pipeline_end(pg);
    return status;
}

static enum pg_status move_setup(struct turn *turn, struct counted_setup *setup,
                                 enum attribution_setup_state state)
{
    struct pg *pg = turn->scope.pg;
    enum pg_status status = pg_pipeline_begin(pg, turn->deadline);

    if (status != PG_OK)
        return status;
    setup->state = state;
    setup->built = (struct uuid){{0}};
    rollup_setups_queue_move(&turn->scope, setup);
    status = pg_pipeline_run(pg, turn->deadline);
    pg_pipeline_end(pg);
    return status;
}

/* A setup whose time zone is gone counts no more, whatever it has counted: other setups go on. */
static enum pg_status stop_unknown(struct turn *turn)
{
    enum pg_status status = PG_OK;

    for (size_t i = 0; status == PG_OK && i < turn->setup_count; i++) {
        struct counted_setup *setup = &turn->setups[i];
        bool counts =
            setup->state == ATTRIBUTION_SETUP_COUNTED || setup->state == ATTRIBUTION_SETUP_BUILDING;
        if (counts && !setup->known)
            status = move_setup(turn, setup, ATTRIBUTION_SETUP_CLEARING);
    }
    return status;
}

static struct counted_setup *find_setup(struct turn *turn, enum attribution_setup_state state)
{
    for (size_t i = 0; i < turn->setup_count; i++)
        if (turn->setups[i].state == state)
            return &turn->setups[i];
    return NULL;
}

/* Of what a setup has counted that does not count any more, a part. Once nothing is left, one that
 * was replaced is done with, and one whose time zone was gone is built when that is there. */
static enum pg_status retire(struct turn *turn)
{
    struct counted_setup *setup = find_setup(turn, ATTRIBUTION_SETUP_RETIRING);
    int64_t dropped = 0;

    if (setup == NULL)
        setup = find_setup(turn, ATTRIBUTION_SETUP_CLEARING);
    if (setup == NULL)
        return PG_OK;
    enum pg_status status = drop_part(turn, &setup->setup, &dropped);
    bool waits = setup->state == ATTRIBUTION_SETUP_CLEARING && !setup->known;
    if (status == PG_OK && dropped == 0 && !waits)
        status = move_setup(turn, setup,
                            setup->state == ATTRIBUTION_SETUP_CLEARING ? ATTRIBUTION_SETUP_BUILDING
                                                                       : ATTRIBUTION_SETUP_RETIRED);
    turn->out->more |= dropped > 0 || !waits;
    return status;
}

/* ---- a turn ---- */

static enum pg_status go_on(struct turn *turn)
{
    enum pg_status status = PG_OK;

    if (turn->cursor.stage == ROLLUP_CLEARING)
        return clear(turn);
    turn->sums = rollup_sums_new(turn->scope.arena);
    if (turn->sums == NULL)
        return PG_MEMORY;
    if (turn->cursor.stage == ROLLUP_FILLING)
        status = fill(turn);
    else
        turn->built = find_setup(turn, ATTRIBUTION_SETUP_BUILDING);
    if (status == PG_OK && turn->built == NULL)
        status = retire(turn);
    if (status == PG_OK)
        status = count(turn);
    return status == PG_OK ? save(turn) : status;
}

static enum pg_status take_once(struct turn *turn, bool wait)
{
    enum pg_status status = look(turn, wait);

    if (status == PG_OK && turn->out->taken) {
        status = stop_unknown(turn);
        if (status == PG_OK)
            status = go_on(turn);
    }
    pg_rollback(turn->scope.pg);
    return status;
}

/* A turn that takes too long leaves time for one that is an eighth of it, in half of what is left.
 * It ends as lost then, and whoever ran it may have the workspace a moment longer. */
static enum pg_status take_in_time(struct turn *turn, bool wait, int64_t deadline)
{
    int64_t now = pg_now_ms();

    turn->deadline = now + (deadline - now) / 2;
    enum pg_status status = take_once(turn, wait);
    return status == PG_LOST && pg_now_ms() >= turn->deadline ? PG_TIMEOUT : status;
}

enum pg_status rollup_take(struct pg *pg, struct uuid workspace, bool wait, int64_t deadline,
                           struct rollup_turn *out)
{
    enum pg_status status = PG_MEMORY;

    for (size_t part = 1; (status == PG_MEMORY || status == PG_TIMEOUT) && part <= TURN_ENTRIES &&
                          pg_now_ms() < deadline;
         part *= TURN_SHORTER) {
        struct turn turn = {
            .scope = {pg, arena_new(TURN_MEMORY_BYTES), workspace},
            .entry_limit = TURN_ENTRIES / part,
            .lead_limit = TURN_LEADS / part + (TURN_LEADS < part),
            .out = out,
        };
        *out = (struct rollup_turn){0};
        if (turn.scope.arena == NULL)
            return PG_MEMORY;
        status = take_in_time(&turn, wait || part > 1, deadline);
        arena_free(turn.scope.arena);
    }
    return status;
}

enum pg_status rollup_forget(struct pg *pg, struct uuid workspace, int64_t deadline)
{
    struct pg_scope scope = {pg, arena_new(65536), workspace};
    enum pg_status status = scope.arena == NULL ? PG_MEMORY : pg_pipeline_begin(pg, deadline);

    if (status == PG_OK) {
        pg_queue_begin(pg, workspace);
        rollup_cursor_queue_forget(&scope);
        pg_queue_commit(pg);
        status = pg_pipeline_run(pg, deadline);
        pg_pipeline_end(pg);
    }
    arena_free(scope.arena);
    return status;
}
