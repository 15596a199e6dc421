#include "base/map.h"

#include <string.h>

#define FIRST_SIZE 64

void map_init(struct map *map, struct arena *arena)
{
    *map = (struct map){.arena = arena};
}

#define MIX 0x9e3779b97f4a7c15u /* 2^64 over the golden ratio */

/* Eight bytes at a time, each multiplied in and folded (Knuth, "The Art of Computer Programming",
 * volume 3, 6.4): keys are ids, digests, short texts and keys of sums. A map lives only for one
 * group, so a sender who makes keys collide slows only its own group. */
static uint64_t hash_of(const void *key, size_t len)
{
    const unsigned char *p = key;
    uint64_t hash = len * MIX, word;

    for (; len > sizeof word; len -= sizeof word, p += sizeof word) {
        memcpy(&word, p, sizeof word);
        hash = (hash ^ word) * MIX;
        hash ^= hash >> 32;
    }
    word = 0;
    memcpy(&word, p, len);
    hash = (hash ^ word) * MIX;
    return hash ^ hash >> 32;
}

static struct map_slot *place(const struct map *map, const void *key, size_t len)
{
    size_t at = hash_of(key, len) & (map->size - 1);

    for (;; at = (at + 1) & (map->size - 1)) {
        struct map_slot *slot = &map->slots[at];
        if (slot->key == NULL || (slot->key_len == len && memcmp(slot->key, key, len) == 0))
            return slot;
    }
}

void *map_get(const struct map *map, const void *key, size_t key_len)
{
    return map->size == 0 ? NULL : place(map, key, key_len)->value;
}

static bool grow(struct map *map)
{
    struct map bigger = {.arena = map->arena, .size = map->size ? 2 * map->size : FIRST_SIZE};

    bigger.slots = ARENA_ARRAY(map->arena, struct map_slot, bigger.size);
    if (bigger.slots == NULL)
        return false;
    for (size_t i = 0; i < map->size; i++)
        if (map->slots[i].key != NULL)
            *place(&bigger, map->slots[i].key, map->slots[i].key_len) = map->slots[i];
    bigger.count = map->count;
    *map = bigger;
    return true;
}

bool map_put(struct map *map, const void *key, size_t key_len, void *value)
{
    if (2 * (map->count + 1) > map->size && !grow(map))
        return false;
    struct map_slot *slot = place(map, key, key_len);
    if (slot->key == NULL)
        map->count++;
    *slot = (struct map_slot){key, key_len, value};
    return true;
}
