/* Leads as they are, for counting, and as they were last counted: their journeys. */
#ifndef BATON_STORE_JOURNEY_TABLE_H
#define BATON_STORE_JOURNEY_TABLE_H

#include "core/attribution/rollup.h"
#include "store/pg/pg_scope.h"

/** A lead, and its journey. */
struct journey_state {
    struct uuid lead;
    bool merged; /* it counts for its survivor */
    struct rollup_lead now;
    const uint8_t *counted; /* rollup_lead_write(); borrowed from the result; NULL: it was not */
    size_t counted_len;
};

/* Each queues a statement; those that return a number return its index. */

/** These leads: rows that journey_state_read() reads. */
int journey_queue_states(const struct pg_scope *scope, const struct uuid *leads, size_t count);
/** False when memory is short. */
bool journey_state_read(const struct pg_result *result, int row, struct arena *arena,
                        struct journey_state *out) MUST_USE;

/** A page of all leads after one: their ids. */
int journey_queue_leads_after(const struct pg_scope *scope, struct uuid after, size_t limit);
/** A page of all journeys after that of a lead: its id, and bytes. */
int journey_queue_after(const struct pg_scope *scope, struct uuid after, size_t limit);

/** What becomes of journeys by a turn. */
struct journey_changes {
    struct pg_array leads, bytes; /* of the saved ones */
    size_t saved;
    struct uuid *dropped;
    size_t dropped_count;
};

/** Of at most so many leads. False when memory is short. */
bool journey_changes_begin(struct journey_changes *changes, struct arena *arena, size_t leads);
void journey_changes_queue(const struct pg_scope *scope, struct journey_changes *changes);

/** Deletes so many, and says in a row how many there were. Returns its index. */
int journey_queue_clear(const struct pg_scope *scope, int64_t limit);

#endif
