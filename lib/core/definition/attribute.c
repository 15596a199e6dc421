#include "core/definition/attribute.h"

#include "base/json_tree.h"

#include <string.h>

static const char *const source_names[SOURCE_COUNT] = {
    [SOURCE_FORM] = "form",
    [SOURCE_ENRICHMENT] = "enrichment",
    [SOURCE_SALES] = "sales",
    [SOURCE_IMPORT] = "import",
};

const char *knowledge_source_name(enum knowledge_source source)
{
    return source_names[source];
}

static bool source_parse(const char *name, enum knowledge_source *out)
{
    for (int i = 0; name != NULL && i < SOURCE_COUNT; i++) {
        if (strcmp(name, source_names[i]) == 0) {
            *out = (enum knowledge_source)i;
            return true;
        }
    }
    return false;
}

/* Index of the first item whose name is not less; *found says whether it is equal. */
static size_t lower_bound(const struct attribute_set *set, const char *name, bool *found)
{
    size_t low = 0;
    size_t high = set->count;

    *found = false;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(set->items[middle].name, name);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct attribute *attribute_find(const struct attribute_set *set, const char *name)
{
    bool found;
    size_t at = lower_bound(set, name, &found);

    return found ? &set->items[at] : NULL;
}

const struct observation *attribute_known_at(const struct attribute *attribute, instant at)
{
    for (size_t i = 0; i < attribute->count; i++)
        if (attribute->observations[i].known_from <= at)
            return &attribute->observations[i];
    return NULL;
}

static enum err insert_attribute(struct attribute_set *set, struct arena *arena, size_t at,
                                 const char *name, const struct observation *seen)
{
    if (set->count == ATTRIBUTES_PER_LEAD_MAX)
        return ERR_LIMIT_REACHED;
    struct attribute *items = ARENA_ARRAY(arena, struct attribute, set->count + 1);
    struct observation *observations = ARENA_NEW(arena, struct observation);
    char *copy = arena_strdup(arena, name);
    if (items == NULL || observations == NULL || copy == NULL)
        return ERR_OUT_OF_MEMORY;
    if (set->count > 0) {
        memcpy(items, set->items, at * sizeof *items);
        memcpy(items + at + 1, set->items + at, (set->count - at) * sizeof *items);
    }
    *observations = *seen;
    items[at] = (struct attribute){.name = copy, .observations = observations, .count = 1};
    set->items = items;
    set->count++;
    return ERR_NONE;
}

/* Where an observation of this moment belongs: before all that are not newer. */
static size_t observation_place(const struct attribute *attribute, instant occurred_at)
{
    size_t place = 0;

    while (place < attribute->count && attribute->observations[place].occurred_at > occurred_at)
        place++;
    return place;
}

static enum err insert_observation(struct attribute *attribute, struct arena *arena, size_t place,
                                   const struct observation *seen)
{
    struct observation *grown = ARENA_ARRAY(arena, struct observation, attribute->count + 1);

    if (grown == NULL)
        return ERR_OUT_OF_MEMORY;
    memcpy(grown, attribute->observations, place * sizeof *grown);
    grown[place] = *seen;
    memcpy(grown + place + 1, attribute->observations + place,
           (attribute->count - place) * sizeof *grown);
    attribute->observations = grown;
    attribute->count++;
    if (attribute->count > OBSERVATIONS_PER_NAME_MAX) { /* the last but one is dropped */
        grown[attribute->count - 2] = grown[attribute->count - 1];
        attribute->count--;
    }
    return ERR_NONE;
}

static enum err replace_item(struct attribute_set *set, struct arena *arena, size_t at,
                             const struct attribute *item)
{
    struct attribute *items = ARENA_ARRAY(arena, struct attribute, set->count);

    if (items == NULL)
        return ERR_OUT_OF_MEMORY;
    memcpy(items, set->items, set->count * sizeof *items);
    items[at] = *item;
    set->items = items;
    return ERR_NONE;
}

/* The same value again: it stays known since the earlier time, and holds from the later moment on,
 * so that an older value that arrives late does not replace it. */
static enum err confirm(struct attribute_set *set, struct arena *arena, size_t at,
                        instant occurred_at)
{
    struct attribute item = set->items[at];
    struct observation *copy = ARENA_ARRAY(arena, struct observation, item.count);

    if (copy == NULL)
        return ERR_OUT_OF_MEMORY;
    memcpy(copy, item.observations, item.count * sizeof *copy);
    copy[0].occurred_at = occurred_at;
    item.observations = copy;
    return replace_item(set, arena, at, &item);
}

enum err attribute_observe(struct attribute_set *set, struct arena *arena, const char *name,
                           const struct observation *seen, bool *changed)
{
    bool found;
    size_t at = lower_bound(set, name, &found);

    *changed = false;
    if (!found) {
        *changed = seen->value.type != VALUE_NULL;
        return insert_attribute(set, arena, at, name, seen);
    }
    struct attribute item = set->items[at];
    size_t place = observation_place(&item, seen->occurred_at);
    if (place < item.count && value_equal(&item.observations[place].value, &seen->value) &&
        seen->evidence == NULL)
        return place == 0 && item.observations[0].occurred_at < seen->occurred_at
                   ? confirm(set, arena, at, seen->occurred_at)
                   : ERR_NONE;
    *changed = place == 0 && !value_equal(&item.observations[0].value, &seen->value);
    enum err err = insert_observation(&item, arena, place, seen);
    return err == ERR_NONE ? replace_item(set, arena, at, &item) : err;
}

enum err attribute_absorb(struct attribute_set *set, struct arena *arena,
                          const struct attribute_set *other)
{
    for (size_t i = 0; i < other->count; i++) {
        const struct attribute *attribute = &other->items[i];
        for (size_t k = attribute->count; k-- > 0;) {
            bool changed;
            enum err err = attribute_observe(set, arena, attribute->name,
                                             &attribute->observations[k], &changed);
            if (err != ERR_NONE)
                return err;
        }
    }
    return ERR_NONE;
}

static bool has_observation(const struct attribute *attribute, const struct observation *seen)
{
    for (size_t i = 0; attribute != NULL && i < attribute->count; i++) {
        const struct observation *other = &attribute->observations[i];
        if (other->occurred_at == seen->occurred_at && other->known_from == seen->known_from &&
            other->source == seen->source && value_equal(&other->value, &seen->value))
            return true;
    }
    return false;
}

/* What of this one did not come from the given set alone. Empty: nothing. */
static enum err left_of(const struct attribute *attribute, struct arena *arena,
                        const struct attribute_set *given, const struct attribute_set *own,
                        struct attribute *out)
{
    const struct attribute *from = attribute_find(given, attribute->name);
    const struct attribute *before = attribute_find(own, attribute->name);

    *out = (struct attribute){attribute->name,
                              ARENA_ARRAY(arena, struct observation, attribute->count), 0};
    if (out->observations == NULL)
        return ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < attribute->count; i++) {
        const struct observation *seen = &attribute->observations[i];
        if (!has_observation(from, seen) || has_observation(before, seen))
            out->observations[out->count++] = *seen;
    }
    return ERR_NONE;
}

enum err attribute_give_back(struct attribute_set *set, struct arena *arena,
                             const struct attribute_set *given, const struct attribute_set *own)
{
    struct attribute *items = ARENA_ARRAY(arena, struct attribute, set->count + 1);
    size_t count = 0;

    if (items == NULL)
        return ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < set->count; i++) {
        enum err err = left_of(&set->items[i], arena, given, own, &items[count]);
        if (err != ERR_NONE)
            return err;
        count += items[count].count > 0;
    }
    *set = (struct attribute_set){items, count};
    return ERR_NONE;
}

static enum err read_observation(const json_t *json, struct arena *arena, struct observation *out)
{
    const char *evidence = json_string_value(json_array_get(json, 4));
    const char *member = json_string_value(json_array_get(json, 5));
    enum err err = value_from_json(json_array_get(json, 0), arena, &out->value);

    if (err != ERR_NONE)
        return err;
    out->occurred_at = json_integer_value(json_array_get(json, 1));
    out->known_from = json_integer_value(json_array_get(json, 2));
    if (!source_parse(json_string_value(json_array_get(json, 3)), &out->source))
        return ERR_INTERNAL;
    if (evidence != NULL && (out->evidence = arena_strdup(arena, evidence)) == NULL)
        return ERR_OUT_OF_MEMORY;
    if (member != NULL && !uuid_parse(member, &out->confirmed_by))
        return ERR_INTERNAL;
    return ERR_NONE;
}

static enum err read_attribute(const char *name, const json_t *json, struct arena *arena,
                               struct attribute *out)
{
    size_t count = json_array_size(json);

    if (count == 0)
        return ERR_INTERNAL;
    out->name = arena_strdup(arena, name);
    out->observations = ARENA_ARRAY(arena, struct observation, count);
    out->count = count;
    if (out->name == NULL || out->observations == NULL)
        return ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(json, i);
        if (json_array_size(item) < 4)
            return ERR_INTERNAL;
        enum err err = read_observation(item, arena, &out->observations[i]);
        if (err != ERR_NONE)
            return err;
    }
    return ERR_NONE;
}

/* The writer keeps the order, so a stored object is already sorted and insertion is cheap. */
static void insert_sorted(struct attribute_set *set, const struct attribute *attribute)
{
    size_t at = set->count++;

    while (at > 0 && strcmp(set->items[at - 1].name, attribute->name) > 0) {
        set->items[at] = set->items[at - 1];
        at--;
    }
    set->items[at] = *attribute;
}

enum err attribute_set_take(json_t *root, struct arena *arena, struct attribute_set *out)
{
    const char *name;
    json_t *value;

    *out = (struct attribute_set){0};
    if (!json_is_object(root))
        return ERR_INTERNAL;
    out->items = ARENA_ARRAY(arena, struct attribute, json_object_size(root) + 1);
    if (out->items == NULL)
        return ERR_OUT_OF_MEMORY;
    json_object_foreach(root, name, value)
    {
        struct attribute attribute = {0};
        enum err err = read_attribute(name, value, arena, &attribute);
        if (err != ERR_NONE)
            return err;
        insert_sorted(out, &attribute);
    }
    return ERR_NONE;
}

enum err attribute_set_read(const char *json, size_t len, struct arena *arena,
                            struct attribute_set *out)
{
    *out = (struct attribute_set){0};
    if (len == 2 && memcmp(json, "{}", 2) == 0)
        return ERR_NONE;
    json_t *root = json_tree_read(arena, json, len, 0, NULL);
    enum err err = attribute_set_take(root, arena, out);
    json_decref(root);
    return arena_failed(arena) ? ERR_OUT_OF_MEMORY : err;
}

static void write_observation(const struct observation *seen, bool when, struct json_out *out)
{
    json_out_begin_array(out);
    value_write(&seen->value, out);
    if (when)
        json_out_int(out, seen->occurred_at);
    json_out_int(out, seen->known_from);
    json_out_text(out, source_names[seen->source]);
    if (seen->evidence != NULL || !uuid_is_nil(seen->confirmed_by)) {
        json_out_text(out, seen->evidence);
        json_out_uuid(out, seen->confirmed_by);
    }
    json_out_end_array(out);
}

static void write_set(const struct attribute_set *set, bool whole, struct json_out *out)
{
    json_out_begin_object(out);
    for (size_t i = 0; i < set->count; i++) {
        json_out_key(out, set->items[i].name);
        json_out_begin_array(out);
        for (size_t k = 0; k < (whole ? set->items[i].count : 1); k++)
            write_observation(&set->items[i].observations[k], whole, out);
        json_out_end_array(out);
    }
    json_out_end_object(out);
}

void attribute_set_write(const struct attribute_set *set, struct json_out *out)
{
    write_set(set, true, out);
}

void attribute_set_write_held(const struct attribute_set *set, struct json_out *out)
{
    write_set(set, false, out);
}

static void write_said(const struct observation *seen, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_key(out, "value");
    value_write(&seen->value, out);
    json_out_member_instant(out, "occurred_at", seen->occurred_at);
    json_out_member_instant(out, "known_from", seen->known_from);
    json_out_member_text(out, "source", knowledge_source_name(seen->source));
    json_out_member_text(out, "evidence", seen->evidence);
    json_out_member_uuid(out, "confirmed_by", seen->confirmed_by);
    json_out_end_object(out);
}

void attribute_set_write_history(const struct attribute_set *set, struct json_out *out)
{
    json_out_begin_object(out);
    for (size_t i = 0; i < set->count; i++) {
        json_out_key(out, set->items[i].name);
        json_out_begin_array(out);
        for (size_t n = 0; n < set->items[i].count; n++)
            write_said(&set->items[i].observations[n], out);
        json_out_end_array(out);
    }
    json_out_end_object(out);
}

void attribute_set_write_current(const struct attribute_set *set, struct json_out *out)
{
    json_out_begin_object(out);
    for (size_t i = 0; i < set->count; i++) {
        const struct value *value = &set->items[i].observations[0].value;
        if (value->type == VALUE_NULL)
            continue;
        json_out_key(out, set->items[i].name);
        value_write(value, out);
    }
    json_out_end_object(out);
}

bool attribute_name_valid(const char *name)
{
    size_t len = strlen(name);

    if (len == 0 || len > ATTRIBUTE_NAME_MAX_BYTES || name[0] == ' ' || name[len - 1] == ' ')
        return false;
    for (const char *p = name; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return false;
    return true;
}
