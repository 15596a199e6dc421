#include "base/arena.h"

#include "base/shortage.h"

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
    alignas(max_align_t) unsigned char data[];
};

struct arena {
    struct block *blocks;
    size_t cap;
    size_t total;
    int failed;
};

static struct block *block_new(struct arena *arena, size_t at_least)
{
    size_t size = at_least > BLOCK_BYTES ? at_least : BLOCK_BYTES;

    if (size > arena->cap - arena->total)
        size = at_least;
    if (size > arena->cap - arena->total)
        return NULL;
    struct block *block = malloc(sizeof *block + size);
    if (block == NULL) {
        shortage_note();
        return NULL;
    }
    block->size = size;
    block->used = 0;
    block->next = arena->blocks;
    arena->blocks = block;
    arena->total += size;
    return block;
}

struct arena *arena_new(size_t cap_bytes)
{
    struct arena *arena = calloc(1, sizeof *arena);

    if (arena != NULL)
        arena->cap = cap_bytes;
    else
        shortage_note();
    return arena;
}

size_t arena_bytes(const struct arena *arena)
{
    return arena == NULL ? 0 : arena->total;
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
    arena->failed = 0;
    if (keep != NULL) {
        keep->next = NULL;
        keep->used = 0;
        arena->total = keep->size;
    }
}

void *arena_alloc(struct arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);

    if (size > SIZE_MAX - align) {
        arena->failed = 1;
        return NULL;
    }
    size = (size + align - 1) & ~(align - 1);
    struct block *block = arena->blocks;
    if (block == NULL || block->size - block->used < size)
        block = block_new(arena, size);
    if (block == NULL) {
        arena->failed = 1;
        return NULL;
    }
    void *out = block->data + block->used;
    block->used += size;
    memset(out, 0, size);
    return out;
}

char *arena_copy(struct arena *arena, const char *text, size_t len)
{
    char *out = arena_alloc(arena, len + 1);

    if (out != NULL && len > 0)
        memcpy(out, text, len);
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

int arena_failed(const struct arena *arena)
{
    return arena->failed;
}

void arena_fail(struct arena *arena)
{
    arena->failed = 1;
}
