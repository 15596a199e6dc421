#include "core/intake/preset.h"

#include "base/json_tree.h"

#include <string.h>

json_t *preset_document(const char *name, struct arena *arena)
{
    for (const struct preset *at = presets_embedded; at->name != NULL; at++)
        if (strcmp(at->name, name) == 0)
            return json_tree_read(arena, at->text, strlen(at->text), JSON_REJECT_DUPLICATES, NULL);
    return NULL;
}

#define TEXT_MAX_BYTES (256u << 10)

static const char *text_of(const json_t *json, struct arena *arena)
{
    struct json_out out;

    json_out_init(&out, arena, TEXT_MAX_BYTES);
    json_tree_write(json, &out);
    return out.written.text;
}

static void fill(const json_t *preset, struct arena *arena, struct source_create_input *out)
{
    const json_t *steps = json_object_get(preset, "steps");
    const char **copies = ARENA_ARRAY(arena, const char *, json_array_size(steps) + 1);

    for (size_t i = 0; copies != NULL && i < json_array_size(steps); i++)
        copies[i] = arena_strdup(arena, json_string_value(json_array_get(steps, i)));
    out->steps = copies;
    out->step_count = json_array_size(steps);
    out->mapping = text_of(json_object_get(preset, "mapping"), arena);
}

enum err preset_source(const char *name, struct arena *arena, struct source_create_input *out)
{
    json_t *preset = preset_document(name, arena);

    if (preset == NULL)
        return arena_failed(arena) ? ERR_OUT_OF_MEMORY : ERR_NOT_FOUND;
    out->name = arena_strdup(arena, name);
    fill(preset, arena, out);
    const char *auth = text_of(json_object_get(preset, "auth"), arena);
    json_decref(preset);
    if (arena_failed(arena))
        return ERR_OUT_OF_MEMORY;
    return source_auth_parse(auth, arena, &out->auth);
}
