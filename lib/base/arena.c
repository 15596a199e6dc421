#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 8192

struct block {
    struct block *next;
    size_t size;
    size_t used;
    bool grown; /* it holds one thing that grows, which whoever grows it bounds */
    alignas(max_align_t) unsigned char data[];
};

struct arena {
    struct block *blocks;
    size_t cap;
    size_t total; /* against the cap */
    size_t grown; /* beside it */
    bool failed;
};

static size_t rounded(size_t size)
{
    const size_t align = alignof(max_align_t);

    return (size + align - 1) & ~(align - 1);
}

/* One that is full at once stands after the first, in which there may be room. */
static void link_block(struct arena *arena, struct block *block)
{
    struct block **at = &arena->blocks;

    if (*at != NULL && block->size > BLOCK_BYTES)
        at = &(*at)->next;
    block->next = *at;
    *at = block;
}

static struct block *block_new(struct arena *arena, size_t at_least)
{
    size_t size = at_least > BLOCK_BYTES ? at_least : BLOCK_BYTES;

    if (size > arena->cap - arena->total)
        size = at_least;
    if (size > arena->cap - arena->total)
        return NULL;
    struct block *block = malloc(sizeof *block + size);
    if (block == NULL)
        return NULL;
    *block = (struct block){.size = size};
    link_block(arena, block);
    arena->total += size;
    return block;
}

struct arena *arena_new(size_t cap_bytes)
{
    struct arena *arena = calloc(1, sizeof *arena);

    if (arena != NULL)
        arena->cap = cap_bytes;
    return arena;
}

size_t arena_bytes(const struct arena *arena)
{
    return arena == NULL ? 0 : arena->total + arena->grown;
}

void arena_free(struct arena *arena)
{
    if (arena == NULL)
        return;
    for (struct block *block = arena->blocks, *next; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    free(arena);
}

void arena_clear(struct arena *arena)
{
    struct block *keep = NULL;

    for (struct block *block = arena->blocks, *next; block != NULL; block = next) {
        next = block->next;
        if (keep == NULL && block->size == BLOCK_BYTES)
            keep = block;
        else
            free(block);
    }
    arena->blocks = keep;
    arena->total = 0;
    arena->grown = 0;
    arena->failed = false;
    if (keep != NULL) {
        keep->next = NULL;
        keep->used = 0;
        arena->total = keep->size;
    }
}

/* Not zeroed; size is rounded. */
static void *take(struct arena *arena, size_t size)
{
    struct block *block = arena->blocks;

    if (block == NULL || block->size - block->used < size)
        block = block_new(arena, size);
    if (block == NULL) {
        arena->failed = true;
        return NULL;
    }
    void *out = block->data + block->used;
    block->used += size;
    return out;
}

void *arena_take(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2) {
        arena->failed = true;
        return NULL;
    }
    return take(arena, rounded(size));
}

void *arena_alloc(struct arena *arena, size_t size)
{
    void *out = arena_take(arena, size);

    if (out != NULL)
        memset(out, 0, rounded(size));
    return out;
}

/* ---- what grows ---- */

/* What leads to the block that holds this alone; to NULL when none does. */
static struct block **find_grown(struct arena *arena, const void *old)
{
    struct block **at = &arena->blocks;

    while (*at != NULL && (!(*at)->grown || (*at)->data != old))
        at = &(*at)->next;
    return at;
}

/* A block of its own, made or made larger. */
static void *grow_alone(struct arena *arena, void *old, size_t size)
{
    struct block **at = find_grown(arena, old);
    size_t former = *at == NULL ? 0 : (*at)->size;
    struct block *block = realloc(*at, sizeof *block + size);

    if (block == NULL) {
        arena->failed = true;
        return NULL;
    }
    arena->grown += size - former;
    if (former == 0) {
        *block = (struct block){.size = size, .used = size, .grown = true};
        link_block(arena, block);
    } else {
        block->size = block->used = size;
        *at = block;
    }
    return block->data;
}

/* Whether the last piece of the first block, which this is, could be made larger where it is. */
static bool grow_in_place(struct arena *arena, const void *old, size_t former, size_t size)
{
    struct block *block = arena->blocks;

    if (block == NULL || (const unsigned char *)old + former != block->data + block->used ||
        size - former > block->size - block->used)
        return false;
    block->used += size - former;
    return true;
}

void *arena_resize(struct arena *arena, void *old, size_t old_size, size_t size)
{
    const size_t former = rounded(old_size);
    void *out;

    if (size > SIZE_MAX / 2) {
        arena->failed = true;
        return NULL;
    }
    size = rounded(size);
    if (size <= former && former <= BLOCK_BYTES)
        return old;
    if (old != NULL && grow_in_place(arena, old, former, size))
        return old;
    if (former > BLOCK_BYTES)
        return grow_alone(arena, old, size);
    out = size > BLOCK_BYTES ? grow_alone(arena, NULL, size) : take(arena, size);
    if (out != NULL && old_size > 0)
        memcpy(out, old, old_size);
    return out;
}

void arena_drop(struct arena *arena, const void *old)
{
    struct block **at = find_grown(arena, old);
    struct block *block = *at;

    if (block == NULL)
        return;
    *at = block->next;
    arena->grown -= block->size;
    free(block);
}

char *arena_copy(struct arena *arena, const char *text, size_t len)
{
    char *out = arena_take(arena, len + 1);

    if (out == NULL)
        return NULL;
    if (len > 0)
        memcpy(out, text, len);
    out[len] = '\0';
    return out;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_copy(arena, text, strlen(text));
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    va_list again;

    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *out = len < 0 ? NULL : arena_alloc(arena, (size_t)len + 1);
    if (out != NULL)
        vsnprintf(out, (size_t)len + 1, format, args);
    return out;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *out = arena_vprintf(arena, format, args);
    va_end(args);
    return out;
}

bool arena_failed(const struct arena *arena)
{
    return arena->failed;
}

void arena_fail(struct arena *arena)
{
    arena->failed = true;
}
