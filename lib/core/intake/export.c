#include "core/intake/export.h"

#include "base/column_name.h"
#include "base/json_tree.h"

#include <string.h>

static json_t *document(const char *name, struct arena *arena)
{
    for (const struct export *at = exports_embedded; at->name != NULL; at++)
        if (strcmp(at->name, name) == 0)
            return json_tree_read(arena, at->text, strlen(at->text), JSON_REJECT_DUPLICATES, NULL);
    return NULL;
}

static bool has_column(const struct row_reader *reader, const char *name, struct arena *arena)
{
    const char *folded;

    if (column_name_fold(name, arena, &folded) != ERR_NONE)
        return false;
    for (size_t i = 0; i < reader->column_count; i++)
        if (strcmp(reader->folded[i], folded) == 0)
            return true;
    return false;
}

/* How many columns it is known by, if the file has all of them; else 0. */
static size_t known_by(const struct row_reader *reader, const struct export *export,
                       struct arena *arena)
{
    json_t *json = json_tree_read(arena, export->text, strlen(export->text), 0, NULL);
    const json_t *columns = json_object_get(json, "columns");
    size_t count = json_array_size(columns);

    for (size_t i = 0; i < json_array_size(columns); i++)
        if (!has_column(reader, json_string_value(json_array_get(columns, i)), arena))
            count = 0;
    json_decref(json);
    return count;
}

const char *export_recognise(const struct row_reader *reader, struct arena *arena)
{
    const char *name = NULL;
    size_t most = 0;

    if (reader->format != ROWS_CSV)
        return NULL;
    for (const struct export *at = exports_embedded; at->name != NULL; at++) {
        size_t count = known_by(reader, at, arena);
        if (count > most) {
            most = count;
            name = at->name;
        }
    }
    return name;
}

/* An export knows one handover, from who brought the lead to who had the deal. */
static bool name_receiver(json_t *mapping, const char *to)
{
    json_t *step = json_array_get(json_object_get(mapping, "steps"), 0);

    return step == NULL || json_object_set_new(step, "team", json_string(to)) == 0;
}

json_t *export_mapping(const char *name, const char *team, const char *to, struct arena *arena)
{
    json_t *json = document(name, arena);
    json_t *mapping = json_incref(json_object_get(json, "mapping"));

    json_decref(json);
    if (mapping != NULL && team != NULL &&
        json_object_set_new(mapping, "team", json_string(team)) < 0)
        arena_fail(arena);
    if (mapping != NULL && to != NULL && !name_receiver(mapping, to))
        arena_fail(arena);
    return mapping;
}
