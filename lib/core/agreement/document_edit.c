#include "core/agreement/document_edit.h"

#include <stdlib.h>
#include <string.h>

/* ---- paths ---- */

/* One step of a path, ~1 and ~0 read as / and ~ (RFC 6901). *path moves on. False: it is too long.
 */
static bool take_step(const char **path, char step[DOCUMENT_PATH_MAX + 1])
{
    size_t len = 0;
    const char *at = *path;

    while (*at != '\0' && *at != '/' && len < DOCUMENT_PATH_MAX) {
        char c = *at++;
        if (c == '~' && (*at == '0' || *at == '1'))
            c = *at++ == '1' ? '/' : '~';
        step[len++] = c;
    }
    step[len] = '\0';
    *path = at;
    return *at == '\0' || *at == '/';
}

static bool is_called(const json_t *item, const char *name)
{
    static const char *const keys[] = {"id", "code", "kind"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *own = json_string_value(json_object_get(item, keys[i]));
        if (own != NULL)
            return strcmp(own, name) == 0;
    }
    return false;
}

/* The place in a list; its size for "-"; -1: there is none. */
static long place_in(const json_t *list, const char *step)
{
    char *end;
    long at = strtol(step, &end, 10);

    if (strcmp(step, "-") == 0)
        return (long)json_array_size(list);
    if (*step >= '0' && *step <= '9' && *end == '\0')
        return at <= (long)json_array_size(list) ? at : -1;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (is_called(json_array_get(list, i), step))
            return (long)i;
    return -1;
}

static json_t *go(json_t *at, const char *step)
{
    long place = json_is_array(at) ? place_in(at, step) : -1;

    return json_is_object(at) ? json_object_get(at, step)
           : place >= 0       ? json_array_get(at, (size_t)place)
                              : NULL;
}

/* ---- one edit ---- */

enum edit_op { EDIT_REPLACE, EDIT_ADD, EDIT_REMOVE, EDIT_OPS };
static const char *const op_names[EDIT_OPS] = {"replace", "add", "remove"};

static bool change_object(json_t *object, const char *key, enum edit_op op, json_t *value)
{
    bool is_there = json_object_get(object, key) != NULL;

    if (op != EDIT_ADD && !is_there)
        return false;
    if (op == EDIT_REMOVE)
        return json_object_del(object, key) == 0;
    return json_object_set(object, key, value) == 0;
}

static bool change_list(json_t *list, const char *step, enum edit_op op, json_t *value)
{
    long place = place_in(list, step);

    if (place < 0 || (op != EDIT_ADD && place == (long)json_array_size(list)))
        return false;
    if (op == EDIT_REMOVE)
        return json_array_remove(list, (size_t)place) == 0;
    if (op == EDIT_ADD)
        return json_array_insert(list, (size_t)place, value) == 0;
    return json_array_set(list, (size_t)place, value) == 0;
}

static bool change(json_t *document, const char *path, enum edit_op op, json_t *value)
{
    char step[DOCUMENT_PATH_MAX + 1];
    json_t *at = document;

    while (*path == '/') {
        path++;
        if (!take_step(&path, step))
            return false;
        if (*path == '\0')
            return json_is_object(at)  ? change_object(at, step, op, value)
                   : json_is_array(at) ? change_list(at, step, op, value)
                                       : false;
        at = go(at, step);
    }
    return false;
}

static enum edit_op op_of(const json_t *edit)
{
    const char *name = json_string_value(json_object_get(edit, "op"));
    enum edit_op op = 0;

    while (op < EDIT_OPS && (name == NULL || strcmp(name, op_names[op]) != 0))
        op++;
    return op;
}

bool document_edit(json_t *document, const json_t *edits, const char *pointer,
                   struct faults *faults)
{
    size_t i;
    json_t *edit;

    if (json_array_size(edits) == 0 || json_array_size(edits) > DOCUMENT_EDITS_MAX) {
        faults_add(faults, pointer, "items", "Give 1 to %d edits", DOCUMENT_EDITS_MAX);
        return false;
    }
    json_array_foreach(edits, i, edit)
    {
        const char *path = json_string_value(json_object_get(edit, "path"));
        json_t *value = json_object_get(edit, "value");
        enum edit_op op = op_of(edit);
        const char *place = arena_printf(faults->arena, "%s/%zu", pointer, i);
        if (op == EDIT_OPS || path == NULL || (op == EDIT_REMOVE) != (value == NULL) ||
            json_object_size(edit) != (op == EDIT_REMOVE ? 2u : 3u)) {
            faults_add(faults, place, "edit",
                       "An edit has op (replace, add or remove), path and, unless it removes, "
                       "value, and nothing else");
            return false;
        }
        /* copied: two edits, or two documents, must not share it */
        json_t *copy = value == NULL ? NULL : json_deep_copy(value);
        bool changed = (value == NULL || copy != NULL) && change(document, path, op, copy);
        json_decref(copy);
        if (!changed) {
            faults_add(faults, place, "place", "The document has no such place: %.200s", path);
            return false;
        }
    }
    return true;
}
