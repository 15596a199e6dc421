#include "base/json_tree.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* What jansson gets when there is nothing else; pages that are never touched cost nothing. */
#define RESERVE_BYTES (4 << 20)

/* Whether an allocation has failed within the call that is going on. */
static _Thread_local bool seen;

static struct {
    pthread_mutex_t mutex;
    size_t used;
    int blocks; /* given out; with the last one all of it is free again */
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

/* jansson 2.14 does not look whether the text of a token could grow (lex_save in load.c), and
 * writes beyond it when it could not: so it does not hear of a shortage but gets of the reserve,
 * and what it makes of that is dropped because of the mark. */
static void *allocate(size_t size)
{
    void *block = malloc(size);

    if (block != NULL)
        return block;
    seen = true;
    return from_reserve(size);
}

static void release(void *block)
{
    if ((uintptr_t)block - (uintptr_t)reserve.bytes < RESERVE_BYTES)
        to_reserve();
    else
        free(block);
}

void json_tree_prepare(void)
{
    json_set_alloc_funcs(allocate, release);
}

json_t *json_tree_read(struct arena *arena, const char *text, size_t len, size_t flags,
                       json_error_t *error)
{
    json_error_t unwanted;
    json_error_t *why = error == NULL ? &unwanted : error;

    seen = false;
    json_t *tree = json_loadb(text, len, flags, why);
    bool failed =
        tree == NULL && (why->text[0] == '\0' || json_error_code(why) == json_error_out_of_memory);
    if (!seen && !failed)
        return tree;
    json_decref(tree);
    arena_fail(arena);
    return NULL;
}

static void write_object(const json_t *json, struct json_out *out)
{
    const char *key;
    json_t *value;

    json_out_begin_object(out);
    json_object_foreach((json_t *)json, key, value)
    {
        json_out_key(out, key);
        json_tree_write(value, out);
    }
    json_out_end_object(out);
}

static void write_array(const json_t *json, struct json_out *out)
{
    json_out_begin_array(out);
    for (size_t i = 0; i < json_array_size(json); i++)
        json_tree_write(json_array_get(json, i), out);
    json_out_end_array(out);
}

void json_tree_write(const json_t *json, struct json_out *out)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        write_object(json, out);
        break;
    case JSON_ARRAY:
        write_array(json, out);
        break;
    case JSON_STRING:
        json_out_text_len(out, json_string_value(json), json_string_length(json));
        break;
    case JSON_INTEGER:
        json_out_int(out, json_integer_value(json));
        break;
    case JSON_REAL:
        json_out_real(out, json_real_value(json));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        json_out_bool(out, json_is_true(json));
        break;
    case JSON_NULL:
        json_out_null(out);
        break;
    }
}
