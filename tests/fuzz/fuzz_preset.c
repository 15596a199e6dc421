/*
 * A preset and what somebody posts to it: the preset's name, the content type, then the body. The
 * seeds are what its sender sends (tests/unit/presets).
 */
#include "core/intake/delivered.h"
#include "core/intake/mapping.h"
#include "core/intake/preset.h"
#include "parts.h"

#include <string.h>

#define ARENA_BYTES (32 << 20)
#define NOW         ((instant)1795341600000000) /* 2026-11-22T10:00:00Z */

static void check_item(const struct mapped *item)
{
    const struct capture_input *capture = &item->capture;

    FUZZ_HOLDS(item->error < MAPPED_ERROR_COUNT && item->effect < MAPPING_EFFECT_COUNT);
    if (item->error != MAPPED_OK || item->effect == MAPPING_IGNORED)
        return;
    if (item->effect == MAPPING_FETCH) { /* it leads where the preset says */
        FUZZ_HOLDS(strncmp(item->fetch_url, "https://graph.facebook.com/", 27) == 0 ||
                   strncmp(item->fetch_url, "https://api.linkedin.com/", 25) == 0 ||
                   strncmp(item->fetch_url, "https://api.hubapi.com/", 23) == 0);
        return;
    }
    FUZZ_HOLDS(capture->identity_count > 0);
    FUZZ_HOLDS(capture->occurred_at <= NOW + INSTANT_DAY);
    FUZZ_HOLDS(item->effect != MAPPING_OUTCOME || item->outcome.kind != OUTCOME_NONE);
    FUZZ_HOLDS(item->outcome.amount.minor >= 0);
    FUZZ_HOLDS(item->effect != MAPPING_MERGE || item->merged_count > 0);
    for (size_t i = 1; i < capture->attribute_count; i++)
        FUZZ_HOLDS(strcmp(capture->attributes[i - 1].name, capture->attributes[i].name) < 0);
}

static void apply(const struct mapping *mapping, const struct delivered *delivered,
                  struct arena *arena)
{
    struct mapped_from from = {.source_name = "preset",
                               .sender = "sender",
                               .knowledge = SOURCE_FORM,
                               .tabular = delivered->tabular,
                               .occurred_at = NOW,
                               .now = NOW};
    struct mapped *items;
    size_t count;

    enum err err = mapping_apply(mapping, delivered->document, &from, arena, &items, &count);
    FUZZ_HOLDS(err == ERR_NONE || arena_failed(arena));
    for (size_t i = 0; err == ERR_NONE && i < count; i++)
        check_item(&items[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct mapping_reading reading = {MAPPING_INBOUND, "/mapping", time_zone_find};
    struct arena *arena = arena_new(ARENA_BYTES);
    struct delivered delivered = {0};
    const struct mapping *mapping;
    struct faults faults;
    struct parts parts;

    FUZZ_HOLDS(arena != NULL);
    parts_init(&parts, data, size);
    faults_init(&faults, arena);
    json_t *preset = preset_document(parts.items[0].text, arena);
    if (preset != NULL) {
        FUZZ_HOLDS(mapping_compile(json_object_get(preset, "mapping"), &reading, arena, &faults,
                                   &mapping) == ERR_NONE);
        if (delivered_read(parts.items[1].text, parts.items[2].text, parts.items[2].len, arena,
                           &delivered) == ERR_NONE &&
            delivered.document != NULL)
            apply(mapping, &delivered, arena);
    }
    json_decref(delivered.document);
    json_decref(preset);
    parts_release(&parts);
    arena_free(arena);
    return 0;
}
