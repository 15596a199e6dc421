/*
 * Presets, against what their senders send: tests/unit/presets/<name>.json lists payloads in the
 * senders' own shapes, with what is to come of each item.
 */
#include "core/intake/delivered.h"
#include "core/intake/mapping.h"
#include "core/intake/preset.h"
#include "suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PAGE_MAX_BYTES (64 << 10)
#define ARENA_BYTES    (16 << 20)
#define NOW            ((instant)1795341600000000) /* 2026-11-22T10:00:00Z */

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new(ARENA_BYTES);
}

static void tear_down(void)
{
    arena_free(arena);
}

static json_t *load(const char *name)
{
    json_error_t error;
    json_t *json = json_load_file(
        arena_printf(arena, SOURCE_DIR "/tests/unit/presets/%s.json", name), 0, &error);

    ck_assert_msg(json != NULL, "%s: %s", name, error.text);
    return json;
}

static const struct mapping *mapping_of(const json_t *preset, const char *name)
{
    const struct mapping *mapping;
    struct faults faults;

    faults_init(&faults, arena);
    struct mapping_reading reading = {MAPPING_INBOUND, "/mapping", time_zone_find};
    enum err err =
        mapping_compile(json_object_get(preset, "mapping"), &reading, arena, &faults, &mapping);
    if (faults.count > 0)
        ck_abort_msg("%s: %s: %s", name, faults.items[0].pointer, faults.items[0].detail);
    ck_assert_int_eq(err, ERR_NONE);
    return mapping;
}

/* ---- an item, as the files write it ---- */

static void put(json_t *out, const char *name, const char *text)
{
    json_object_set_new(out, name, text == NULL ? json_null() : json_string(text));
}

static void put_identities(json_t *out, const struct capture_input *capture)
{
    static const char *const names[] = {[IDENTITY_EXTERNAL] = "external_id",
                                        [IDENTITY_EMAIL] = "email",
                                        [IDENTITY_ANONYMOUS] = "anonymous_id"};

    for (size_t i = 0; i < 3; i++)
        put(out, names[i], NULL);
    for (size_t i = 0; i < capture->identity_count; i++) {
        const struct identity *identity = &capture->identities[i];
        put(out, names[identity->kind],
            identity->kind == IDENTITY_EXTERNAL
                ? arena_printf(arena, "%s:%s", identity->source, identity->value)
                : identity->value);
    }
}

static void put_touch(json_t *out, const struct touch_input *touch)
{
    put(out, "kind", touch == NULL ? NULL : touch->kind);
    put(out, "event_id", touch == NULL ? NULL : touch->event_id);
    for (int i = 0; i < DIMENSION_COUNT; i++)
        put(out, dimension_name((enum dimension)i), touch == NULL ? NULL : touch->values[i]);
}

static json_t *attributes_of(const struct capture_input *capture)
{
    json_t *out = json_object();

    for (size_t i = 0; i < capture->attribute_count; i++) {
        struct json_out text;
        json_out_init(&text, arena, 4096);
        value_write(&capture->attributes[i].value, &text);
        json_object_set_new(out, capture->attributes[i].name,
                            json_loads(text.written.text, JSON_DECODE_ANY, NULL));
    }
    return out;
}

/* What is done to a lead that is there. */
static void put_change(json_t *out, const struct mapped *item)
{
    const struct amount *amount = &item->outcome.amount;
    json_t *merged = json_array();

    put(out, "fetch_url", item->fetch_url);
    put(out, "outcome", outcome_kind_name(item->outcome.kind));
    put(out, "amount",
        amount->given ? arena_printf(arena, "%" PRId64 " %s", amount->minor, amount->currency)
                      : NULL);
    for (size_t i = 0; i < item->merged_count; i++)
        json_array_append_new(merged,
                              json_sprintf("%s:%s", item->merged[i].source, item->merged[i].value));
    json_object_set_new(out, "merged", merged);
}

static json_t *shown(const struct mapped *item)
{
    const struct capture_input *capture = &item->capture;
    char at[INSTANT_TEXT_MAX];
    json_t *out = json_object();

    put(out, "effect", mapping_effect_name(item->effect));
    put(out, "error", item->error == MAPPED_OK ? NULL : mapped_error_code(item->error));
    json_object_set_new(out, "left_out", json_integer(0));
    if (item->error != MAPPED_OK || item->effect == MAPPING_IGNORED)
        return out;
    put_identities(out, capture);
    put_change(out, item);
    put_touch(out, capture->touch);
    put(out, "claimed_stage", stage_name(capture->claimed_stage));
    instant_format(capture->occurred_at, at);
    put(out, "occurred_at", at);
    json_object_set_new(out, "left_out", json_integer((json_int_t)capture->left_out_count));
    json_object_set_new(out, "attributes", attributes_of(capture));
    return out;
}

/* What the file says, and nothing else of the rest; an attribute that is null is one that is not
 * there, or cleared. */
static void compare(const char *where, const json_t *wanted, const json_t *got)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)wanted, name, value)
    {
        const json_t *there = json_object_get(got, name);
        if (json_is_object(value)) {
            compare(arena_printf(arena, "%s %s", where, name), value, there);
            continue;
        }
        if (json_is_null(value) ? there == NULL || json_is_null(there)
                                : json_equal(value, (json_t *)there))
            continue;
        ck_abort_msg("%s: %s: wanted %s, got %s", where, name,
                     json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT),
                     there == NULL ? "nothing" : json_dumps(there, JSON_ENCODE_ANY | JSON_COMPACT));
    }
}

static void check_item(const char *where, const json_t *wanted, const struct mapped *item)
{
    json_t *got = shown(item);
    json_t *whole = json_deep_copy(wanted);

    if (json_object_get(whole, "left_out") == NULL)
        json_object_set_new(whole, "left_out", json_integer(0));
    if (json_object_get(whole, "error") == NULL)
        json_object_set_new(whole, "error", json_null());
    if (json_object_get(whole, "error") != NULL && !json_is_null(json_object_get(whole, "error")))
        json_object_del(whole, "left_out");
    compare(where, whole, got);
    json_decref(whole);
    json_decref(got);
}

static void check_payload(const char *name, const struct mapping *mapping, const json_t *payload)
{
    const json_t *body = json_object_get(payload, "body");
    const json_t *items = json_object_get(payload, "items");
    const char *type = json_string_value(json_object_get(payload, "type"));
    char *dumped = json_is_string(body) ? NULL : json_dumps(body, JSON_COMPACT);
    const char *text = dumped == NULL ? json_string_value(body) : dumped;
    const char *what =
        arena_printf(arena, "%s: %s", name, json_string_value(json_object_get(payload, "what")));
    struct delivered delivered;
    struct mapped *mapped;
    size_t count;

    ck_assert_int_eq(delivered_read(type == NULL ? "application/json" : type, text, strlen(text),
                                    arena, &delivered),
                     ERR_NONE);
    ck_assert_msg(delivered.document != NULL, "%s: %s", what, delivered.error);
    struct mapped_from from = {.source_name = name,
                               .sender = "sender",
                               .knowledge = SOURCE_FORM,
                               .tabular = delivered.tabular,
                               .occurred_at = NOW,
                               .now = NOW};
    ck_assert_int_eq(mapping_apply(mapping, delivered.document, &from, arena, &mapped, &count),
                     ERR_NONE);
    ck_assert_msg(count == json_array_size(items), "%s: %zu items", what, count);
    for (size_t i = 0; i < count; i++)
        check_item(arena_printf(arena, "%s, item %zu", what, i), json_array_get(items, i),
                   &mapped[i]);
    json_decref(delivered.document);
    free(dumped);
}

START_TEST(a_preset_reads_what_its_sender_sends)
{
    for (const struct preset *at = presets_embedded; at->name != NULL; at++) {
        json_t *preset = preset_document(at->name, arena);
        const struct mapping *mapping = mapping_of(preset, at->name);
        json_t *payloads = load(at->name);

        ck_assert_msg(json_array_size(payloads) >= 3, "%s: three payloads at least", at->name);
        for (size_t i = 0; i < json_array_size(payloads); i++)
            check_payload(at->name, mapping, json_array_get(payloads, i));
        json_decref(payloads);
        json_decref(preset);
    }
}
END_TEST

static const char *const names[] = {
    "calendly", "contact-form-7", "elementor", "google-ads",  "gravity",
    "hubspot",  "hubspot-app",    "jotform",   "linkedin",    "marketo",
    "mautic",   "meta",           "pipedrive", "rudderstack", "salesforce",
    "segment",  "tally",          "typeform",  "webflow",
};

/* They have a name, what they are for, what their sender shows, and what to paste where. */
START_TEST(a_preset_is_whole)
{
    json_t *preset = preset_document(names[_i], arena);

    ck_assert_msg(preset != NULL, "%s", names[_i]);
    ck_assert(json_is_string(json_object_get(preset, "title")));
    ck_assert(json_is_string(json_object_get(preset, "about")));
    ck_assert(json_is_object(json_object_get(preset, "auth")));
    ck_assert(json_array_size(json_object_get(preset, "steps")) > 0);
    json_decref(preset);

    struct source_create_input source = {0};
    ck_assert_int_eq(preset_source(names[_i], arena, &source), ERR_NONE);
    ck_assert_str_eq(source.name, names[_i]);
    ck_assert(source.step_count > 0 && source.mapping != NULL);
}
END_TEST

/* What the page says is what whoever makes a source is told. */
START_TEST(the_page_has_its_steps)
{
    json_t *preset = preset_document(names[_i], arena);
    const json_t *steps = json_object_get(preset, "steps");
    FILE *file = fopen(SOURCE_DIR "/docs/senders.md", "r");
    char *page = arena_alloc(arena, PAGE_MAX_BYTES);

    ck_assert(file != NULL && page != NULL);
    page[fread(page, 1, PAGE_MAX_BYTES - 1, file)] = '\0';
    fclose(file);
    ck_assert_msg(strstr(page, arena_printf(arena, "`%s`: ", names[_i])) != NULL, "%s", names[_i]);
    for (size_t i = 0; i < json_array_size(steps); i++) {
        const char *step = json_string_value(json_array_get(steps, i));
        ck_assert_msg(strstr(page, step) != NULL, "%s: docs/senders.md lacks: %s", names[_i], step);
    }
    json_decref(preset);
}
END_TEST

START_TEST(there_are_no_others)
{
    size_t count = 0;

    while (presets_embedded[count].name != NULL)
        count++;
    ck_assert_uint_eq(count, sizeof names / sizeof *names);
    ck_assert_ptr_null(preset_document("nobody", arena));
    ck_assert_int_eq(preset_source("nobody", arena, &(struct source_create_input){0}),
                     ERR_NOT_FOUND);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "preset");

    tcase_add_checked_fixture(t, set_up, tear_down);
    EACH(t, a_preset_is_whole, names);
    EACH(t, the_page_has_its_steps, names);
    TESTS(t, there_are_no_others, a_preset_reads_what_its_sender_sends);
}
