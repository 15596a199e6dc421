/* The setups of a workspace as whoever counts finds them, and how far each is counted. */
#ifndef BATON_STORE_ROLLUP_SETUPS_H
#define BATON_STORE_ROLLUP_SETUPS_H

#include "core/attribution/rollup.h"
#include "core/setup/attribution_setup_change.h"
#include "store/pg/pg_scope.h"

struct counted_setup {
    struct rollup_setup setup; /* ready to count by, when its zone is known */
    bool known;                /* this system knows its time zone */
    enum attribution_setup_state state;
    struct uuid built; /* of a building one: leads up to this are counted */
};

/** Those that are not retired, the oldest version of a name first. Returns its index. */
int rollup_setups_queue(const struct pg_scope *scope);

/** One of them, by its row. False when its record is damaged, or memory is short. */
bool rollup_setups_read(const struct pg_result *result, int row, struct arena *arena,
                        struct counted_setup *out) MUST_USE;

/** Whether it counts this lead: one that is being built knows leads up to where it has come. */
bool rollup_setup_counts(const struct counted_setup *setup, struct uuid lead);

/** Stores its state and how far it is built; older versions of one that is counted retire. */
void rollup_setups_queue_move(const struct pg_scope *scope, const struct counted_setup *setup);

/** Nothing is counted by any, which is all there is before leads are gone through. */
void rollup_setups_queue_cleared(const struct pg_scope *scope);

#endif
