/*
 * What a sender posts, by its content type: the type, then the body. JSON, lines of JSON, forms,
 * multipart, and what is none of them. It is read or it has an error, and read twice it is the
 * same.
 */
#include "core/intake/delivered.h"
#include "parts.h"

#include <string.h>

#define ARENA_BYTES     (16 << 20)
#define DOCUMENT_LEVELS 64

/* Whatever it says can be written down again: no text is broken. */
static size_t count(const json_t *json, int level)
{
    size_t all = 1;
    const char *name;
    json_t *value;

    FUZZ_HOLDS(level < DOCUMENT_LEVELS * 8);
    if (json_is_array(json))
        for (size_t i = 0; i < json_array_size(json); i++)
            all += count(json_array_get(json, i), level + 1);
    json_object_foreach((json_t *)json, name, value) all += count(value, level + 1);
    return all;
}

static size_t read_once(const struct part *type, const struct part *body, bool *tabular)
{
    struct delivered delivered = {0};
    struct arena *arena = arena_new(ARENA_BYTES);
    size_t values = 0;

    FUZZ_HOLDS(arena != NULL);
    enum err err = delivered_read(type->text, body->text, body->len, arena, &delivered);
    FUZZ_HOLDS(err == ERR_NONE || arena_failed(arena));
    if (err == ERR_NONE) {
        FUZZ_HOLDS((delivered.document == NULL) == (delivered.error != NULL));
        char *text = delivered.document == NULL
                         ? NULL
                         : json_dumps(delivered.document, JSON_ENCODE_ANY | JSON_COMPACT);
        FUZZ_HOLDS(delivered.document == NULL || text != NULL);
        values = delivered.document == NULL ? 0 : count(delivered.document, 0);
        free(text);
    }
    *tabular = delivered.tabular;
    json_decref(delivered.document);
    arena_free(arena);
    return values;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct parts parts;
    bool first, second;

    parts_init(&parts, data, size);
    size_t values = read_once(&parts.items[0], &parts.items[1], &first);
    FUZZ_HOLDS(values == read_once(&parts.items[0], &parts.items[1], &second));
    FUZZ_HOLDS(first == second);
    parts_release(&parts);
    return 0;
}
