#include "parts.h"

#include "http/body.h"

#include <string.h>

#define MARK              "\n---\n"
#define PART_MEMORY_BYTES 65536

static void *allocate(size_t size)
{
    void *memory = malloc(size);

    FUZZ_HOLDS(memory != NULL);
    return memory;
}

static void copy(struct part *part, const uint8_t *data, size_t size)
{
    part->text = allocate(size + 1);
    if (size > 0)
        memcpy(part->text, data, size);
    part->text[size] = '\0';
    part->len = size;
}

void parts_init(struct parts *parts, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < PARTS_MAX; i++) {
        const uint8_t *mark =
            i + 1 < PARTS_MAX && size > 0 ? memmem(data, size, MARK, sizeof MARK - 1) : NULL;
        size_t len = mark == NULL ? size : (size_t)(mark - data);
        copy(&parts->items[i], data, len);
        len += mark == NULL ? 0 : sizeof MARK - 1;
        data += len;
        size -= len;
    }
}

void parts_release(struct parts *parts)
{
    for (size_t i = 0; i < PARTS_MAX; i++)
        free(parts->items[i].text);
}

json_t *part_json(const struct part *part)
{
    char detail[BODY_DETAIL_MAX_BYTES];
    struct arena *arena = arena_new(PART_MEMORY_BYTES);
    json_t *json = NULL;

    if (arena == NULL || body_parse(part->text, part->len, arena, &json, detail) != ERR_NONE)
        json = NULL;
    arena_free(arena);
    return json;
}
