/*
 * Memory that lives as long as one request or one group and is freed in one place, and the one mark
 * for a shortage of it: whatever gets no memory marks its arena, and nothing that was decided, read
 * or written since then is saved, kept or answered; ERR_OUT_OF_MEMORY is. Not thread-safe: an arena
 * is used by one thread at a time.
 */
#ifndef BATON_BASE_ARENA_H
#define BATON_BASE_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;

/** A new arena that hands out at most cap_bytes in all; NULL when memory is short. */
struct arena *arena_new(size_t cap_bytes);

void arena_free(struct arena *arena);

/** Frees everything that was handed out, but keeps one block for the next use. */
void arena_clear(struct arena *arena);

/** The bytes of system memory that it holds; 0 for NULL. */
size_t arena_bytes(const struct arena *arena);

/**
 * Zeroed, aligned for any type. NULL when the cap is reached or memory is short; the arena then
 * stays marked, see arena_failed().
 */
void *arena_alloc(struct arena *arena, size_t size);

/** The same, but not zeroed, for what is filled at once. */
void *arena_take(struct arena *arena, size_t size);

/**
 * For what grows: the same bytes with more room, or less, where they are or elsewhere; old is NULL
 * at first. What is large has memory of its own, which does not count against the cap: whoever
 * grows it bounds it. Not zeroed. NULL when memory is short: the arena is marked, and the old bytes
 * stay.
 */
void *arena_resize(struct arena *arena, void *old, size_t old_size, size_t size);

/** What grew is not needed any more: gives it back now when it is large, else with the arena.
 *  Harmless with what did not grow here. */
void arena_drop(struct arena *arena, const void *old);

/** Copies len bytes and adds a NUL. */
char *arena_copy(struct arena *arena, const char *text, size_t len);

char *arena_strdup(struct arena *arena, const char *text);

char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/** Whether an allocation has failed since the arena was made or cleared: one check at the end of a
 *  piece of work is enough, provided that no result was dereferenced unchecked. */
bool arena_failed(const struct arena *arena);

/** Marks it as failed, for memory that belongs to the same piece of work but is not from the arena,
 *  and for a cap that was reached. */
void arena_fail(struct arena *arena);

#define ARENA_NEW(arena, type)      ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, n) ((type *)arena_alloc((arena), (n) * sizeof(type)))

#endif
