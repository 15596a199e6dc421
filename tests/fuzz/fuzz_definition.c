/*
 * A definition document, and perhaps a second one: compiled, put in plain language, hashed, and
 * compared with itself and the other.
 */
#include "core/definition/definition_diff.h"
#include "core/definition/definition_page.h"
#include "parts.h"

#include <string.h>

#define ARENA_BYTES (8 << 20)
#define DIFF_BYTES  (32 << 20)

static struct definition *compile(const json_t *document, struct arena *arena)
{
    struct faults faults, warnings;
    struct definition *definition = NULL;

    faults_init(&faults, arena);
    faults_init(&warnings, arena);
    enum err err = definition_compile(document, &faults, &warnings, &definition);
    FUZZ_HOLDS(err == ERR_NONE || err == ERR_INVALID_DEFINITION);
    FUZZ_HOLDS((err == ERR_NONE) == (definition != NULL));
    FUZZ_HOLDS((err == ERR_INVALID_DEFINITION) == faults_any(&faults));
    return definition;
}

static void show(const struct definition *definition)
{
    struct definition_page page = {.version = 1,
                                   .state = "draft",
                                   .effective_from = INSTANT_NONE,
                                   .in_force_from = INSTANT_NONE,
                                   .superseded_at = INSTANT_NONE};

    for (int format = PAGE_MARKDOWN; format <= PAGE_HTML; format++) {
        struct arena *arena = arena_new(DEFINITION_PAGE_BYTES);
        struct text_out out;
        FUZZ_HOLDS(arena != NULL);
        text_out_init(&out, arena, DEFINITION_PAGE_BYTES);
        enum err err = definition_page_write(definition, &page, (enum page_format)format, &out);
        FUZZ_HOLDS(err == ERR_NONE || err == ERR_OUT_OF_MEMORY);
        FUZZ_HOLDS(err != ERR_NONE || strlen(out.text) == out.len);
        arena_free(arena);
    }
}

static size_t compare(const struct definition *before, const struct definition *after,
                      struct arena *arena)
{
    struct definition_diff diff;
    struct json_out out;

    if (definition_diff(before, after, arena, &diff) != ERR_NONE)
        return 0;
    json_out_init(&out, arena, DIFF_BYTES);
    definition_diff_write(&diff, &out);
    FUZZ_HOLDS(!arena_failed(arena));
    return diff.count;
}

static void hash(const json_t *document)
{
    uint8_t one[DIGEST_BYTES], two[DIGEST_BYTES];
    enum err err = definition_hash(document, INSTANT_NONE, one);

    FUZZ_HOLDS(definition_hash(document, INSTANT_NONE, two) == err);
    FUZZ_HOLDS(err != ERR_NONE || memcmp(one, two, sizeof one) == 0);
}

static void check(const json_t *before, const json_t *after)
{
    struct arena *arena = arena_new(ARENA_BYTES);

    FUZZ_HOLDS(arena != NULL);
    struct definition *one = compile(before, arena);
    struct definition *two = after == NULL ? NULL : compile(after, arena);
    if (one != NULL) {
        show(one);
        hash(before);
        FUZZ_HOLDS(compare(one, one, arena) == 0);
    }
    if (one != NULL && two != NULL)
        FUZZ_HOLDS(arena_failed(arena) ||
                   (compare(one, two, arena) == 0) == (compare(two, one, arena) == 0) ||
                   arena_failed(arena));
    definition_free(one);
    definition_free(two);
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct parts parts;

    parts_init(&parts, data, size);
    json_t *before = part_json(&parts.items[0]);
    json_t *after = part_json(&parts.items[1]);
    if (before != NULL)
        check(before, after);
    json_decref(before);
    json_decref(after);
    parts_release(&parts);
    return 0;
}
