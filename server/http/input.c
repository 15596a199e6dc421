#include "http/input.h"

#include "http/input_value.h"

#include "base/instant.h"

#include <stdio.h>
#include <string.h>

#define KNOWN_MAX_BYTES 1024 /* of the names that a fault lists */
#define NAME_MAX_BYTES  128  /* longer ones are unknown, and not repeated in the answer */

static const struct input_field *find_field(const struct input_spec *spec, const char *name)
{
    for (size_t i = 0; i < spec->count; i++)
        if (strcmp(spec->fields[i].name, name) == 0)
            return &spec->fields[i];
    return NULL;
}

static void list_known(const struct input_spec *spec, char out[KNOWN_MAX_BYTES])
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < spec->count && len < KNOWN_MAX_BYTES; i++)
        len += (size_t)snprintf(out + len, KNOWN_MAX_BYTES - len, "%s%s", i > 0 ? ", " : "",
                                spec->fields[i].name);
}

static void refuse_unknown(const struct input_place *place, const struct input_spec *spec)
{
    char known[KNOWN_MAX_BYTES];

    list_known(spec, known);
    input_fault(place, "unknown_member",
                spec->count > 0 ? "it is not known here; known are: %s" : "nothing is taken here%s",
                known);
}

static enum err read_object(const json_t *json, const struct input_spec *spec,
                            const struct input_place *place, void *out);

static bool check_count(const struct input_place *place, const struct input_field *field,
                        size_t count, const char *what)
{
    if (field->min == 0 && field->max == 0)
        return true;
    if ((int64_t)count >= field->min && (int64_t)count <= field->max)
        return true;
    input_fault(place, (int64_t)count < field->min ? "empty" : "too_many",
                "%lld to %lld %s are wanted, not %zu", (long long)field->min, (long long)field->max,
                what, count);
    return false;
}

static struct input_place item_place(const struct input_place *place, size_t index)
{
    struct input_place item = *place;

    item.name = pointer_index(place->arena, place->name, index);
    return item;
}

/* One item of an array, read as if it were a field of its own. */
static enum err read_item(const json_t *json, const struct input_field *field,
                          const struct input_place *place, void *to)
{
    struct input_field one = {.type = INPUT_LINE, .min = 1, .max = field->item_max};

    if (field->type == INPUT_OBJECTS)
        return read_object(json, field->of, place, to);
    if (field->type == INPUT_UUIDS)
        one.type = INPUT_UUID;
    else if (one.max == 0)
        one.max = INPUT_TEXT_MAX_CHARS;
    if (!json_is_string(json)) {
        input_fault(place, "type", "a text is wanted");
        return ERR_NONE;
    }
    input_text_value(place, &one, json_string_value(json), json_string_length(json), to);
    return ERR_NONE;
}

static size_t item_size(const struct input_field *field)
{
    if (field->type == INPUT_OBJECTS)
        return field->of->size;
    return field->type == INPUT_UUIDS ? sizeof(struct uuid) : sizeof(const char *);
}

static enum err read_items(const json_t *json, const struct input_field *field,
                           const struct input_place *place, char *base)
{
    size_t count = json_array_size(json);
    size_t size = item_size(field);

    if (!json_is_array(json)) {
        input_fault(place, "type", "an array is wanted");
        return ERR_NONE;
    }
    if (!check_count(place, field, count, "items"))
        return ERR_NONE;
    char *items = arena_alloc(place->arena, count * size);
    if (items == NULL)
        return ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < count; i++) {
        struct input_place item = item_place(place, i);
        enum err err = read_item(json_array_get(json, i), field, &item, items + i * size);
        if (err == ERR_OUT_OF_MEMORY)
            return err;
    }
    memcpy(base + field->offset, &items, sizeof items);
    memcpy(base + field->count_offset, &count, sizeof count);
    return ERR_NONE;
}

static void read_container(const json_t *json, const struct input_field *field,
                           const struct input_place *place, void *to)
{
    bool is_map = field->type == INPUT_MAP;

    if (is_map ? !json_is_object(json) : !json_is_array(json))
        input_fault(place, "type", is_map ? "an object is wanted" : "an array is wanted");
    else if (check_count(place, field, is_map ? json_object_size(json) : json_array_size(json),
                         is_map ? "members" : "items"))
        memcpy(to, &json, sizeof json);
}

static void read_number(const json_t *json, const struct input_field *field,
                        const struct input_place *place, void *to)
{
    if (field->type == INPUT_INT && json_is_integer(json))
        input_int_value(place, field, json_integer_value(json), to);
    else if (field->type == INPUT_REAL && json_is_number(json))
        input_real_value(place, field, json_number_value(json), to);
    else
        input_fault(place, "type",
                    field->type == INPUT_INT ? "a whole number is wanted" : "a number is wanted");
}

static enum err read_value(const json_t *json, const struct input_field *field,
                           const struct input_place *place, char *base)
{
    void *to = base + field->offset;

    switch (field->type) {
    case INPUT_INT:
    case INPUT_REAL:
        read_number(json, field, place, to);
        return ERR_NONE;
    case INPUT_BOOL:
        if (!json_is_boolean(json))
            input_fault(place, "type", "true or false is wanted");
        else
            *(bool *)to = json_is_true(json);
        return ERR_NONE;
    case INPUT_ANY:
        memcpy(to, &json, sizeof json);
        return ERR_NONE;
    case INPUT_MAP:
    case INPUT_LIST:
        read_container(json, field, place, to);
        return ERR_NONE;
    case INPUT_OBJECT:
        return read_object(json, field->of, place, to);
    case INPUT_OBJECTS:
    case INPUT_TEXTS:
    case INPUT_UUIDS:
        return read_items(json, field, place, base);
    default:
        if (!json_is_string(json))
            input_fault(place, "type", "%s", input_wanted(field->type));
        else
            input_text_value(place, field, json_string_value(json), json_string_length(json), to);
        return ERR_NONE;
    }
}

static enum err read_member(const json_t *json, const struct input_field *field,
                            const struct input_place *place, char *base)
{
    if (!json_is_null(json) || field->type == INPUT_ANY) {
        input_note_presence(field, base, INPUT_GIVEN);
        return read_value(json, field, place, base);
    }
    if (!field->nullable)
        input_fault(place, "type", "null is not taken here");
    input_note_presence(field, base, INPUT_NULL);
    return ERR_NONE;
}

static enum err read_object(const json_t *json, const struct input_spec *spec,
                            const struct input_place *place, void *out)
{
    const char *name;
    json_t *value;

    input_set_defaults(spec, out);
    if (!json_is_object(json)) {
        input_fault(place, "type", "an object is wanted");
        return ERR_NONE;
    }
    json_object_foreach((json_t *)json, name, value)
    {
        const struct input_field *field = find_field(spec, name);
        struct input_place member = *place;
        if (strlen(name) <= NAME_MAX_BYTES)
            member.name = pointer_join(place->arena, place->name, name);
        if (field == NULL) {
            refuse_unknown(&member, spec);
            continue;
        }
        enum err err = read_member(value, field, &member, out);
        if (err != ERR_NONE)
            return err;
    }
    for (size_t i = 0; i < spec->count; i++) {
        if (!spec->fields[i].required || json_object_get(json, spec->fields[i].name) != NULL)
            continue;
        struct input_place member = *place;
        member.name = pointer_join(place->arena, place->name, spec->fields[i].name);
        input_fault(&member, "required", "it is missing");
    }
    return ERR_NONE;
}

enum err input_object(const json_t *json, const struct input_spec *spec, const char *pointer,
                      struct arena *arena, struct faults *faults, void *out)
{
    struct input_place place = {arena, faults, "body", pointer};
    size_t before = faults->count + faults->dropped;

    enum err err = read_object(json, spec, &place, out);
    if (err != ERR_NONE)
        return err;
    if (arena_failed(arena))
        return ERR_OUT_OF_MEMORY;
    return faults->count + faults->dropped > before ? ERR_INVALID_BODY : ERR_NONE;
}
