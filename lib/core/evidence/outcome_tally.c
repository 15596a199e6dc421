#include "core/evidence/outcome_tally.h"

#include <string.h>

#define SIZE_FIRST 1024
/* A key is cell, outcomes, days, from the highest bit down. */
#define DAY_BITS     12
#define OUTCOME_BITS 2 /* of each target */
#define CELL_SHIFT   (DAY_BITS + TARGET_COUNT * OUTCOME_BITS)
/* Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4): 2^32 over the golden ratio. */
#define HASH_FACTOR UINT32_C(2654435769)

_Static_assert(HISTORY_DAYS <= 1 << DAY_BITS, "a day fits its bits");
_Static_assert(OUTCOME_COUNT <= 1 << OUTCOME_BITS, "an outcome fits its bits");
_Static_assert((uint64_t)OUTCOME_CELLS_MAX << CELL_SHIFT <= (uint64_t)UINT32_MAX + 1,
               "a cell fits what is left");

struct outcome_entry {
    uint32_t key;
    uint32_t leads; /* 0: the place is free */
};

void outcome_tally_init(struct outcome_tally *tally, struct arena *arena)
{
    *tally = (struct outcome_tally){.arena = arena};
}

static struct outcome_entry *place_of(struct outcome_entry *entries, size_t size, uint32_t key)
{
    /* the high bits of the product are the mixed ones; a size is a power of two below 2^32 */
    size_t at = (size_t)((uint64_t)(key * HASH_FACTOR) * size >> 32);

    while (entries[at].leads > 0 && entries[at].key != key)
        at = (at + 1) & (size - 1);
    return &entries[at];
}

/* Kept at most three quarters full, so that a search ends soon. */
static bool make_room(struct outcome_tally *tally)
{
    if ((tally->count + 1) * 4 <= tally->size * 3)
        return true;
    size_t size = tally->size == 0 ? SIZE_FIRST : tally->size * 2;
    struct outcome_entry *entries = ARENA_ARRAY(tally->arena, struct outcome_entry, size);
    if (entries == NULL)
        return false;
    memset(entries, 0, size * sizeof *entries);
    for (size_t i = 0; i < tally->size; i++)
        if (tally->entries[i].leads > 0)
            *place_of(entries, size, tally->entries[i].key) = tally->entries[i];
    if (tally->entries != NULL)
        arena_drop(tally->arena, tally->entries);
    tally->entries = entries;
    tally->size = size;
    return true;
}

static void add(struct outcome_tally *tally, uint32_t key, uint32_t leads)
{
    if (!make_room(tally))
        return;
    struct outcome_entry *entry = place_of(tally->entries, tally->size, key);
    tally->count += entry->leads == 0;
    entry->key = key;
    entry->leads += leads;
}

static int outcome_shift(enum history_target target)
{
    return DAY_BITS + OUTCOME_BITS * (int)target;
}

void outcome_tally_add(struct outcome_tally *tally, unsigned cell,
                       const struct history_answer *answer, size_t age_days)
{
    uint32_t key = (uint32_t)cell << CELL_SHIFT | (uint32_t)age_days;

    for (enum history_target target = 0; target < TARGET_COUNT; target++)
        key |= (uint32_t)history_outcome(answer, target) << outcome_shift(target);
    add(tally, key, 1);
}

void outcome_tally_merge(struct outcome_tally *tally, const struct outcome_tally *other)
{
    for (size_t i = 0; i < other->size; i++)
        if (other->entries[i].leads > 0)
            add(tally, other->entries[i].key, other->entries[i].leads);
}

void outcome_tally_count(const struct outcome_tally *tally, enum history_target target,
                         int mature_days, struct outcome_counts *counts, size_t count)
{
    for (size_t i = 0; i < tally->size; i++) {
        const struct outcome_entry *entry = &tally->entries[i];
        size_t cell = entry->key >> CELL_SHIFT;
        int day = (int)(entry->key & ((1u << DAY_BITS) - 1));
        unsigned outcome = entry->key >> outcome_shift(target) & ((1u << OUTCOME_BITS) - 1);
        if (entry->leads == 0 || cell >= count)
            continue;
        *(day < mature_days            ? &counts[cell].immature
          : outcome == OUTCOME_REACHED ? &counts[cell].reached
          : outcome == OUTCOME_MISSED  ? &counts[cell].missed
                                       : &counts[cell].open) += entry->leads;
    }
}

struct proportion outcome_share(const struct outcome_counts *counts)
{
    return (struct proportion){counts->reached, counts->reached + counts->missed};
}
