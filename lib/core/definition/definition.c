#include "core/definition/definition.h"

#include "base/json_out.h"

#include <stdlib.h>
#include <string.h>

static const char *const term_names[TERM_COUNT] = {"mql", "srl", "sql"};

const struct input_type term_type = {
    .kind = INPUT_ENUM, .values = term_names, .max = TERM_COUNT - 1};

static const char *const criterion_kind_names[CRITERION_KIND_COUNT] = {
    [CRITERION_FIT] = "fit",
    [CRITERION_ENGAGEMENT] = "engagement",
    [CRITERION_READINESS] = "readiness",
    [CRITERION_DISQUALIFIER] = "disqualifier",
};

static const char *const about_names[ABOUT_COUNT] = {"criterion", "gap", "source", "process"};
static const char *const then_names[THEN_COUNT] = {"nurture", "disqualify", "reroute", "merge"};
static const char *const exception_names[EXCEPTION_KIND_COUNT] = {"unclear", "strategic",
                                                                  "account_based", "override"};

const struct input_type criterion_kind_type = {
    .kind = INPUT_ENUM, .values = criterion_kind_names, .max = CRITERION_KIND_COUNT - 1};
const struct input_type reason_about_type = {
    .kind = INPUT_ENUM, .values = about_names, .max = ABOUT_COUNT - 1};
const struct input_type reason_then_type = {
    .kind = INPUT_ENUM, .values = then_names, .max = THEN_COUNT - 1};
const struct input_type exception_kind_type = {
    .kind = INPUT_ENUM, .values = exception_names, .max = EXCEPTION_KIND_COUNT - 1};

/* Index of the text among names, or -1. */
static int find_text(const char *text, const char *const *names, int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(text, names[i]) == 0)
            return i;
    return -1;
}

const char *term_name(enum term term)
{
    return term_names[term];
}

bool term_parse(const char *name, enum term *out)
{
    int found = find_text(name, term_names, TERM_COUNT);

    if (found >= 0)
        *out = (enum term)found;
    return found >= 0;
}

const char *criterion_kind_name(enum criterion_kind kind)
{
    return criterion_kind_names[kind];
}

static const char *const threshold_names[THRESHOLD_COUNT] = {"fit", "engagement", "readiness",
                                                             "total"};
const struct input_type threshold_name_type = {
    .kind = INPUT_ENUM, .values = threshold_names, .max = THRESHOLD_COUNT - 1};

const char *threshold_name(int threshold)
{
    return threshold_names[threshold];
}

const char *reason_about_name(enum reason_about about)
{
    return about_names[about];
}

const char *reason_then_name(enum reason_then then)
{
    return then_names[then];
}

const char *exception_kind_name(enum exception_kind kind)
{
    return exception_names[kind];
}

void definition_free(struct definition *definition)
{
    if (definition != NULL)
        arena_free(definition->arena);
}

size_t definition_bytes(const struct definition *definition)
{
    return definition == NULL ? 0 : arena_bytes(definition->arena);
}

const struct reason *definition_reason(const struct definition *definition, const char *code)
{
    for (size_t i = 0; i < definition->reasons_count; i++)
        if (strcmp(definition->reasons[i].code, code) == 0)
            return &definition->reasons[i];
    return NULL;
}

int definition_criterion(const struct definition *definition, const char *id)
{
    for (size_t i = 0; i < definition->criteria_count; i++)
        if (strcmp(definition->criteria[i].id, id) == 0)
            return (int)i;
    return -1;
}

bool definition_uses_attribute(const struct definition *definition, const char *name)
{
    for (size_t i = 0; i < definition->names_count; i++)
        if (!definition->names[i].is_fact && strcmp(definition->names[i].name, name) == 0)
            return true;
    return false;
}

static bool test_uses(const struct definition *definition, size_t test, const char *name,
                      enum test_kind kind)
{
    for (size_t i = test; i < definition->nodes[test].end; i++)
        if (definition->nodes[i].kind == kind && strcmp(definition->nodes[i].name, name) == 0)
            return true;
    return false;
}

bool definition_criterion_uses(const struct definition *definition, size_t criterion,
                               const char *name, bool is_fact)
{
    const struct criterion *item = &definition->criteria[criterion];
    enum test_kind kind = is_fact ? TEST_FACT : TEST_ATTRIBUTE;

    if (item->has_test && test_uses(definition, item->test, name, kind))
        return true;
    for (size_t i = 0; i < item->tiers_count; i++)
        if (test_uses(definition, item->tiers[i].test, name, kind))
            return true;
    return false;
}

/* ---- canonical text ---- */

static int order_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool write_canonical(const json_t *json, struct arena *arena, struct json_out *out);

static bool write_canonical_object(const json_t *json, struct arena *arena, struct json_out *out)
{
    size_t count = 0;
    const char **keys = ARENA_ARRAY(arena, const char *, json_object_size(json) + 1);
    const char *key;
    json_t *value;

    if (keys == NULL)
        return false;
    json_object_foreach((json_t *)json, key, value) keys[count++] = key;
    qsort(keys, count, sizeof *keys, order_texts);
    json_out_begin_object(out);
    for (size_t i = 0; i < count; i++) {
        json_out_key(out, keys[i]);
        if (!write_canonical(json_object_get(json, keys[i]), arena, out))
            return false;
    }
    json_out_end_object(out);
    return true;
}

/* jansson refuses documents nested deeper than 2048, which bounds the recursion. */
static bool write_canonical(const json_t *json, struct arena *arena, struct json_out *out)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return write_canonical_object(json, arena, out);
    case JSON_ARRAY:
        json_out_begin_array(out);
        for (size_t i = 0; i < json_array_size(json); i++)
            if (!write_canonical(json_array_get(json, i), arena, out))
                return false;
        json_out_end_array(out);
        return true;
    case JSON_STRING:
        json_out_text_len(out, json_string_value(json), json_string_length(json));
        return true;
    case JSON_INTEGER:
        json_out_int(out, json_integer_value(json));
        return true;
    case JSON_REAL:
        json_out_real(out, json_real_value(json));
        return true;
    case JSON_NULL:
        json_out_null(out);
        return true;
    default:
        json_out_bool(out, json_is_true(json));
        return true;
    }
}

static enum err hash_with(const json_t *document, instant effective_from, struct arena *arena,
                          struct json_out *text, uint8_t out[DIGEST_BYTES])
{
    json_out_begin_object(text);
    json_out_key(text, "document");
    if (!write_canonical(document, arena, text))
        return ERR_OUT_OF_MEMORY;
    json_out_member_instant(text, "effective_from", effective_from);
    json_out_end_object(text);
    if (arena_failed(arena))
        return text->written.len > text->written.cap / 2 ? ERR_INVALID_DEFINITION
                                                         : ERR_OUT_OF_MEMORY;
    struct digest_part part = {text->written.text, text->written.len};
    digest_sha256(&part, 1, out);
    return ERR_NONE;
}

enum err definition_hash(const json_t *document, instant effective_from, uint8_t out[DIGEST_BYTES])
{
    struct arena *arena = arena_new(DEFINITION_CANONICAL_BYTES);
    struct json_out text;

    if (arena == NULL)
        return ERR_OUT_OF_MEMORY;
    json_out_init(&text, arena, DEFINITION_CANONICAL_BYTES);
    enum err err = hash_with(document, effective_from, arena, &text, out);
    arena_free(arena);
    return err;
}
