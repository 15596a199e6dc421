/* A hash map in an arena: from bytes to a pointer, with only insert and find. One thread at a
 * time. */
#ifndef BATON_BASE_MAP_H
#define BATON_BASE_MAP_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_slot {
    const void *key; /* borrowed; NULL: free */
    size_t key_len;
    void *value;
};

struct map {
    struct arena *arena;
    struct map_slot *slots;
    size_t size; /* a power of two, or 0 */
    size_t count;
};

void map_init(struct map *map, struct arena *arena);

/** The value, or NULL. */
void *map_get(const struct map *map, const void *key, size_t key_len);

/** Sets or replaces; the key's bytes must outlive the map. False when memory is short. */
bool map_put(struct map *map, const void *key, size_t key_len, void *value);

#endif
