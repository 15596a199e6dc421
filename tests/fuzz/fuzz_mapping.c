/*
 * A mapping and what a sender delivers: "i" or "f" (import, or webhook; a letter more: tabular),
 * then the mapping, then the document as JSON or, tabular, as a form.
 */
#include "core/intake/delivered.h"
#include "core/intake/mapping_columns.h"
#include "parts.h"

#include <string.h>

#define ARENA_BYTES (16 << 20)

static void check_item(const struct mapped *item)
{
    FUZZ_HOLDS(item->error < MAPPED_ERROR_COUNT);
    if (item->error != MAPPED_OK)
        FUZZ_HOLDS(item->pointer != NULL && mapped_error_detail(item->error) != NULL);
    FUZZ_HOLDS(item->merged_count <= MAPPING_MERGED_MAX && item->outcome.amount.minor >= 0);
    for (size_t i = 0; item->error == MAPPED_OK && i < item->capture.left_out_count; i++)
        FUZZ_HOLDS(item->capture.left_out[i].what != NULL &&
                   item->capture.left_out[i].pointer != NULL);
}

static void apply(const struct mapping *mapping, const json_t *document, bool tabular,
                  struct arena *arena)
{
    struct mapped_from from = {"hubspot", "sender",     SOURCE_FORM, tabular,
                               false,     INSTANT_NONE, INSTANT_NONE};
    struct mapped *items;
    size_t count;

    enum err err = mapping_apply(mapping, document, &from, arena, &items, &count);
    FUZZ_HOLDS(err == ERR_NONE || (err == ERR_OUT_OF_MEMORY && arena_failed(arena)));
    if (err != ERR_NONE)
        return;
    FUZZ_HOLDS(count >= 1 && count <= MAPPING_ITEMS_MAX);
    for (size_t i = 0; i < count; i++)
        check_item(&items[i]);
    FUZZ_HOLDS(mapping_columns(mapping, arena, &count) != NULL || arena_failed(arena));
}

static void check(const json_t *json, const json_t *document, enum mapping_use use, bool tabular)
{
    struct arena *arena = arena_new(ARENA_BYTES);
    const struct mapping *mapping;
    struct faults faults;

    FUZZ_HOLDS(arena != NULL);
    faults_init(&faults, arena);
    struct mapping_reading reading = {use, "/mapping", time_zone_find};
    enum err err = mapping_compile(json, &reading, arena, &faults, &mapping);
    FUZZ_HOLDS(err == ERR_NONE || err == ERR_INVALID_VALUE || arena_failed(arena));
    FUZZ_HOLDS((err == ERR_INVALID_VALUE) == faults_any(&faults));
    if (err == ERR_NONE && document != NULL)
        apply(mapping, document, tabular, arena);
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct parts parts;
    struct delivered delivered = {0};

    parts_init(&parts, data, size);
    bool tabular = parts.items[0].len > 1;
    json_t *mapping = part_json(&parts.items[1]);
    struct arena *arena = arena_new(ARENA_BYTES);
    FUZZ_HOLDS(arena != NULL);
    enum err err = delivered_read(tabular ? "application/x-www-form-urlencoded" : "",
                                  parts.items[2].text, parts.items[2].len, arena, &delivered);
    FUZZ_HOLDS(err == ERR_NONE || arena_failed(arena));
    FUZZ_HOLDS(err != ERR_NONE || (delivered.document == NULL) == (delivered.error != NULL));
    if (mapping != NULL)
        check(mapping, delivered.document,
              parts.items[0].text[0] == 'i' ? MAPPING_IMPORT : MAPPING_INBOUND, tabular);
    json_decref(mapping);
    json_decref(delivered.document);
    arena_free(arena);
    parts_release(&parts);
    return 0;
}
