#include "base/shortage.h"

#include <jansson.h>
#include <pthread.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Used for jansson when nothing else is left; pages that are never touched cost nothing. */
#define RESERVE_BYTES (4 << 20)

static _Thread_local bool seen;

static struct {
    pthread_mutex_t mutex;
    size_t used;
    int blocks; /* bytes given out; when the last one is returned, all of it is free again */
    alignas(max_align_t) unsigned char bytes[RESERVE_BYTES];
} reserve = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void *from_reserve(size_t size)
{
    const size_t align = alignof(max_align_t);
    void *block = NULL;

    pthread_mutex_lock(&reserve.mutex);
    if (size <= RESERVE_BYTES - align && reserve.used <= RESERVE_BYTES - align - size) {
        block = reserve.bytes + reserve.used;
        reserve.used += (size + align - 1) & ~(align - 1);
        reserve.blocks++;
    }
    pthread_mutex_unlock(&reserve.mutex);
    return block;
}

static void to_reserve(void)
{
    pthread_mutex_lock(&reserve.mutex);
    if (--reserve.blocks == 0)
        reserve.used = 0;
    pthread_mutex_unlock(&reserve.mutex);
}

/* jansson 2.14 does not check whether the text of a token could grow (lex_save in load.c), and
 * writes beyond its end if it could not. So it is never told of a shortage but gets memory from the
 * reserve, and because of the mark its result is thrown away. */
static void *allocate(size_t size)
{
    void *block = malloc(size);

    if (block != NULL)
        return block;
    seen = true;
    return from_reserve(size);
}

void shortage_free_json(void *block)
{
    if ((uintptr_t)block - (uintptr_t)reserve.bytes < RESERVE_BYTES)
        to_reserve();
    else
        free(block);
}

void shortage_watch_jansson(void)
{
    json_set_alloc_funcs(allocate, shortage_free_json);
}

void shortage_clear(void)
{
    seen = false;
}

void shortage_note(void)
{
    seen = true;
}

bool shortage_seen(void)
{
    return seen;
}
