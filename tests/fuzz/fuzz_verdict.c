/*
 * A definition and a lead: {"attributes": {…}, "facts": {…}, "touches": [{"kind", "days_ago", …}],
 * "older": [{"kind", "days_ago", "count"}]}. Judged twice and written as the API and the ledger
 * have it; what is known of the lead survives its stored form.
 */
#include "core/definition/verdict.h"
#include "parts.h"

#include <string.h>

#define ARENA_BYTES (8 << 20)
#define OUT_BYTES   (4 << 20)
#define NOW         ((instant)1795000000 * INSTANT_SECOND)
#define DAYS_MAX    100000

static instant days_ago(const json_t *json)
{
    double days = json_number_value(json_object_get(json, "days_ago"));

    return days > -DAYS_MAX && days < DAYS_MAX ? NOW - (instant)(days * (double)INSTANT_DAY) : NOW;
}

static struct attribute_set read_known(const json_t *json, struct arena *arena)
{
    struct attribute_set set = {0};
    const char *name;
    json_t *item;

    json_object_foreach((json_t *)json, name, item)
    {
        struct observation seen = {.source = SOURCE_FORM};
        bool changed;
        seen.known_from = seen.occurred_at = NOW;
        if (!attribute_name_valid(name) || value_from_json(item, arena, &seen.value) != ERR_NONE)
            continue;
        if (attribute_observe(&set, arena, name, &seen, &changed) != ERR_NONE)
            break;
    }
    return set;
}

static struct touch read_touch(const json_t *json, struct arena *arena)
{
    const char *kind = json_string_value(json_object_get(json, "kind"));
    bool outbound = json_is_true(json_object_get(json, "outbound"));
    struct touch touch = {
        .kind = arena_strdup(arena, kind == NULL || !touch_kind_valid(kind) ? "call" : kind),
        .occurred_at = days_ago(json),
        .recorded_at = NOW,
        .direction = outbound ? DIRECTION_OUTBOUND : DIRECTION_INBOUND,
    };

    for (int i = 0; i < DIMENSION_COUNT; i++) {
        enum dimension dimension = (enum dimension)i;
        const char *value = json_string_value(json_object_get(json, dimension_name(dimension)));
        touch.dimensions[i] = dimension_id(dimension, value);
    }
    return touch;
}

static struct touch_log read_touches(const json_t *list, const json_t *older, struct arena *arena)
{
    size_t count = json_array_size(list);
    struct touch_log log = {.count = count < TOUCHES_LOADED_MAX ? count : TOUCHES_LOADED_MAX,
                            .older_count = json_array_size(older)};
    struct touch *items = ARENA_ARRAY(arena, struct touch, log.count + 1);
    struct touch_count *counts = ARENA_ARRAY(arena, struct touch_count, log.older_count + 1);

    FUZZ_HOLDS(items != NULL && counts != NULL);
    for (size_t i = 0; i < log.count; i++)
        items[i] = read_touch(json_array_get(list, i), arena);
    for (size_t i = 0; i < log.older_count; i++) {
        const json_t *item = json_array_get(older, i);
        json_int_t times = json_integer_value(json_object_get(item, "count"));
        counts[i] = (struct touch_count){
            .kind = read_touch(item, arena).kind,
            .day = instant_day(days_ago(item)),
            .count = times > 0 && times < INT32_MAX ? times : 1,
        };
    }
    log.items = items;
    log.older = counts;
    return log;
}

static void check_stored(const struct attribute_set *set, struct arena *arena)
{
    struct attribute_set again;
    struct json_out out, second;

    json_out_init(&out, arena, OUT_BYTES);
    json_out_init(&second, arena, OUT_BYTES);
    attribute_set_write(set, &out);
    enum err err = attribute_set_read(out.written.text, out.written.len, arena, &again);
    FUZZ_HOLDS(err == ERR_NONE || arena_failed(arena));
    if (arena_failed(arena))
        return;
    attribute_set_write(&again, &second);
    FUZZ_HOLDS(out.written.len == second.written.len &&
               memcmp(out.written.text, second.written.text, out.written.len) == 0);
}

static void check_sums(const struct verdict *verdict)
{
    int64_t points = 0, scores = 0;

    for (size_t i = 0; i < verdict->criteria_count; i++)
        points += verdict->criteria[i].points;
    for (int i = 0; i < SCORE_KINDS; i++)
        scores += verdict->scores[i];
    FUZZ_HOLDS(points == verdict->score);
    FUZZ_HOLDS(scores == verdict->score);
}

static const char *judge(const struct definition *definition, const struct verdict_subject *subject,
                         struct arena *arena)
{
    static struct verdict verdict;
    struct json_out out;

    verdict_evaluate(definition, subject, &verdict);
    check_sums(&verdict);
    json_out_init(&out, arena, OUT_BYTES);
    json_out_begin_array(&out);
    verdict_write(definition, &verdict, 1, &out);
    verdict_write_ledger(definition, &verdict, 1, &out);
    json_out_end_array(&out);
    json_t *json = json_loadb(out.written.text, out.written.len, JSON_REJECT_DUPLICATES, NULL);
    FUZZ_HOLDS(json != NULL);
    json_decref(json);
    return out.written.text;
}

static void check(const struct definition *definition, const json_t *json, struct arena *arena)
{
    struct attribute_set attributes = read_known(json_object_get(json, "attributes"), arena);
    struct attribute_set facts = read_known(json_object_get(json, "facts"), arena);
    struct touch_log log =
        read_touches(json_object_get(json, "touches"), json_object_get(json, "older"), arena);
    struct verdict_subject subject = {.attributes = &attributes,
                                      .facts = &facts,
                                      .touches = &log,
                                      .now = NOW,
                                      .known_at = INSTANT_NONE};

    const char *one = judge(definition, &subject, arena);
    FUZZ_HOLDS(strcmp(one, judge(definition, &subject, arena)) == 0);
    check_stored(&attributes, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct parts parts;
    struct definition *definition = NULL;
    struct arena *arena = arena_new(ARENA_BYTES);

    parts_init(&parts, data, size);
    json_t *document = part_json(&parts.items[0]);
    json_t *lead = part_json(&parts.items[1]);
    if (document != NULL && definition_compile(document, NULL, NULL, &definition) == ERR_NONE)
        check(definition, lead, arena);
    definition_free(definition);
    json_decref(document);
    json_decref(lead);
    arena_free(arena);
    parts_release(&parts);
    return 0;
}
