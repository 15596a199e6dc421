#include "core/intake/mapping_field_parse.h"

#include "base/name.h"
#include "base/time/moment_pattern.h"
#include "core/intake/mapping.h"
#include "core/intake/mapping_path_parse.h"

#include <stdlib.h>
#include <string.h>

static const struct mapping_reading *reading_of(const struct input *in)
{
    return in->context;
}

/* ---- fields ---- */

/* The sender's words, and what they mean. */
static bool read_pairs(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    struct mapping_field *out = (struct mapping_field *)((char *)base + field->offset);
    struct mapping_pair *pairs =
        ARENA_ARRAY(in->arena, struct mapping_pair, json_object_size(at->json));
    const char *from;
    json_t *to;
    bool sound = true;

    json_object_foreach((json_t *)at->json, from, to)
    {
        const struct input_node member = {.json = to, .up = at, .name = from};
        const char *meaning;
        if (!input_value(in, &member, &mapping_word_type, &meaning))
            sound = false;
        else if (pairs != NULL)
            pairs[out->pair_count++] =
                (struct mapping_pair){arena_strdup(in->arena, from), meaning};
    }
    out->pairs = pairs;
    return sound;
}

static const struct input_type pairs_type = {
    .kind = INPUT_MAP, .min = 1, .max = MAPPING_PAIRS_MAX, .read = read_pairs};

static bool read_part(struct input *in, const struct input_node *at, struct mapping_field *out);

/* The fields of which the first counts, or that are joined. */
static bool read_parts(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    struct mapping_field *out = base;
    size_t count = json_array_size(at->json);
    struct mapping_field *parts = ARENA_ARRAY(in->arena, struct mapping_field, count + 1);
    bool sound = true;

    for (size_t i = 0; parts != NULL && i < count; i++) {
        const struct input_node item = input_item(at, i);
        sound = read_part(in, &item, &parts[i]) && sound;
    }
    out->parts = parts;
    out->part_count = count;
    if (strcmp(field->name, "join") == 0 && out->with == NULL)
        out->with = " ";
    return sound;
}

static const struct input_type parts_type = {
    .kind = INPUT_LIST, .min = 1, .max = MAPPING_PARTS_MAX, .read = read_parts};

/* A zone is kept open: its rules are read once, when the mapping is compiled. */
static bool read_zone(struct input *in, const struct input_node *at,
                      const struct input_field *field, void *base)
{
    struct mapping_field *out = base;

    (void)field;
    out->zone = reading_of(in)->find_zone(json_string_value(at->json), in->arena);
    return out->zone != NULL || arena_failed(in->arena) ||
           input_fault(in, at, "unknown_value",
                       "A name of the tz database is wanted, such as \"America/New_York\".");
}

static bool read_locale(struct input *in, const struct input_node *at,
                        const struct input_field *field, void *base)
{
    struct mapping_field *out = base;

    (void)field;
    return number_style_of(json_string_value(at->json), &out->numbers) ||
           input_fault(in, at, "unknown_value",
                       "A language is wanted whose way of writing numbers is known, such as "
                       "\"de\", or name decimal and group instead.");
}

static bool read_separator(struct input *in, const struct input_node *at,
                           const struct input_field *field, void *base)
{
    const char *text = json_string_value(at->json);

    if (strcmp(text, ".") != 0 && strcmp(text, ",") != 0)
        return input_fault(in, at, "unknown_value",
                           "\".\" or \",\" is wanted; spaces and apostrophes stand between groups "
                           "in any case.");
    *((char *)base + field->offset) = text[0];
    return true;
}

static const struct input_type separator_type = {
    .kind = INPUT_TEXT, .min = 1, .max = 1, .read = read_separator};
static const struct input_type locale_type = {
    .kind = INPUT_TEXT, .min = 2, .max = 16, .read = read_locale};
static const struct input_type zone_type = {
    .kind = INPUT_TEXT, .min = 1, .max = TIME_ZONE_NAME_MAX_BYTES, .read = read_zone};
static const struct input_type format_type = {
    .kind = INPUT_TEXT,
    .min = 1,
    .max = MOMENT_PATTERN_MAX_BYTES,
    .fits = moment_pattern_fits,
    .code = "pattern",
    .wanted = "A pattern with year, month and day is wanted, such as \"M/d/yyyy h:mm a\".",
};
static const struct input_type null_type = {.kind = INPUT_TEXT, .max = MAPPING_VALUE_MAX_BYTES};
const struct input_type mapping_nulls_type = {
    .kind = INPUT_ARRAY, .max = MAPPING_NULLS_MAX, .item = &null_type};
static const struct input_type with_type = {.kind = INPUT_TEXT, .max = MAPPING_SEPARATOR_MAX};
static const struct input_type split_type = {
    .kind = INPUT_TEXT, .min = 1, .max = MAPPING_SEPARATOR_MAX};
static const struct input_type part_type = {.kind = INPUT_INT, .min = -100, .max = 100};
static const struct input_type cut_type = {.kind = INPUT_INT, .min = 1, .max = 10000};
static const char *const case_names[] = {
    [MAPPING_CASE_LOWER] = "lower", [MAPPING_CASE_UPPER] = "upper"};
static const struct input_type case_type = {
    .kind = INPUT_ENUM, .values = case_names, .min = MAPPING_CASE_LOWER, .max = MAPPING_CASE_UPPER};
static const char *const fault_names[] = {
    [MAPPING_FAULT_LEAVE] = "leave", [MAPPING_FAULT_CUT] = "cut"};
static const struct input_type on_fault_type = {
    .kind = INPUT_ENUM, .values = fault_names, .max = MAPPING_FAULT_CUT};
static const char *const decode_names[] = {NULL, "url"};
static const struct input_type decode_name_type = {
    .kind = INPUT_ENUM, .values = decode_names, .min = 1, .max = 1};

static bool read_decode(struct input *in, const struct input_node *at,
                        const struct input_field *field, void *base)
{
    int decode = 0;
    bool sound = input_value(in, at, &decode_name_type, &decode);

    (void)field;
    ((struct mapping_field *)base)->decode = decode == 1;
    return sound;
}

static const char *const find_names[] = {NULL, "email"};
static const struct input_type find_name_type = {
    .kind = INPUT_ENUM, .values = find_names, .min = 1, .max = 1};

static bool read_find(struct input *in, const struct input_node *at,
                      const struct input_field *field, void *base)
{
    int find = 0;
    bool sound = input_value(in, at, &find_name_type, &find);

    (void)field;
    ((struct mapping_field *)base)->seeks = find == 1;
    return sound;
}

static const struct input_type find_type = {.kind = INPUT_ANY, .read = read_find};
static const struct input_type decode_type = {.kind = INPUT_ANY, .read = read_decode};

static const char *const type_names[MAPPING_TYPE_COUNT] = {
    [MAPPING_TEXT] = "text",
    [MAPPING_NUMBER] = "number",
    [MAPPING_BOOLEAN] = "boolean",
    [MAPPING_DATE] = "date",
};
static const struct input_type value_type_type = {
    .kind = INPUT_ENUM, .values = type_names, .min = MAPPING_TEXT, .max = MAPPING_TYPE_COUNT - 1};

/* What any field may say. A field stands at the beginning of its struct. */
#define PLACE_FIELDS                                                                               \
    {"at", &mapping_pointer_type, AT(struct mapping_field, path)},                                 \
        {"value", &mapping_word_type, AT(struct mapping_field, constant)},                         \
        {"with", &with_type, AT(struct mapping_field, with)}, {"first", &parts_type, .offset = 0}, \
        {"join", &parts_type, .offset = 0},                                                        \
        {"where", &mapping_conditions_type, AT(struct mapping_field, where),                       \
         COUNT(struct mapping_field, where_count)},                                                \
        {"take", &mapping_pointer_type, AT(struct mapping_field, take)},                           \
        {"find", &find_type, .offset = 0}, {"decode", &decode_type, .offset = 0},                  \
        {"query", &mapping_word_type, AT(struct mapping_field, query)},                            \
        {"split", &split_type, AT(struct mapping_field, split)},                                   \
        {"part", &part_type, AT(struct mapping_field, part)},                                      \
        {"case", &case_type, AT(struct mapping_field, letters)},                                   \
        {"cut", &cut_type, AT(struct mapping_field, cut)}, {"map", &pairs_type, .offset = 0},      \
        {"null_values", &mapping_nulls_type, AT(struct mapping_field, nulls),                      \
         COUNT(struct mapping_field, null_count)},                                                 \
        {"on_fault", &on_fault_type, AT(struct mapping_field, on_fault)},                          \
        {"format", &format_type, AT(struct mapping_field, format)},                                \
    {                                                                                              \
        "zone", &zone_type, .offset = 0                                                            \
    }

/* One source of the value, and nothing that has no meaning with it. */
static bool check_place(struct input *in, const struct input_node *at, void *out)
{
    static const char *const sources[] = {"at", "value", "first", "join"};
    /* of which the first is wanted with the second */
    static const char *const with[][2] = {
        {"where", "at"},   {"take", "where"},  {"with", "join"},
        {"part", "split"}, {"zone", "format"}, {"find", "at"},
    };
    size_t count = 0;
    bool sound = true;

    (void)out;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        count += json_object_get(at->json, sources[i]) != NULL;
    if (count != 1)
        return input_fault(in, at, "required",
                           "One of \"at\", \"value\", \"first\" and \"join\" is wanted.");
    for (size_t i = 0; i < sizeof with / sizeof *with; i++) {
        const struct input_node member = input_member(at, with[i][0]);
        if (member.json != NULL && json_object_get(at->json, with[i][1]) == NULL)
            sound = input_fault(in, &member, "unknown_member", "It goes with \"%s\".", with[i][1]);
    }
    if (json_object_get(at->json, "value") == NULL)
        return sound;
    const char *name;
    json_t *json;
    json_object_foreach((json_t *)at->json, name, json)
    {
        const struct input_node member = {.json = json, .up = at, .name = name};
        if (strcmp(name, "value") != 0 && strcmp(name, "type") != 0 && strcmp(name, "source") != 0)
            sound = input_fault(in, &member, "unknown_member",
                                "A constant is what it is: leave this out.");
    }
    return sound;
}

static const struct input_field place_fields[] = {PLACE_FIELDS};
static const struct input_spec place_spec =
    INPUT_SPEC(place_fields, struct mapping_field, .check = check_place);

static bool read_part(struct input *in, const struct input_node *at, struct mapping_field *out)
{
    *out = (struct mapping_field){0};
    if (json_is_string(at->json))
        return mapping_pointer_parse(in, at, input_text(in, at), &out->path);
    if (!json_is_object(at->json))
        return input_fault(in, at, "type", MAPPING_FIELD_WANTED);
    return input_object(in, at, &place_spec, out);
}

/* Whatever words a field may yield that are known already: its constant, or what its pairs mean. */
static bool check_words(struct input *in, const struct input_node *at,
                        const struct mapping_field *field, const struct input_type *words)
{
    const struct input_node value = input_member(at, "value");
    const struct input_node map = input_member(at, "map");
    bool sound = field->constant == NULL || input_fits(in, &value, words, field->constant);

    for (size_t i = 0; i < field->pair_count; i++) {
        const struct input_node pair = input_member(&map, field->pairs[i].from);
        sound = input_fits(in, &pair, words, field->pairs[i].to) && sound;
    }
    return sound;
}

/* A field whose type's item is what its words must be; NULL: anything. */
static bool read_field(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    struct mapping_field *out = (struct mapping_field *)((char *)base + field->offset);
    bool sound = read_part(in, at, out);

    return (field->type->item == NULL || !json_is_object(at->json) ||
            check_words(in, at, out, field->type->item)) &&
           sound;
}

static const struct input_type kind_type = {
    .kind = INPUT_LINE,
    .min = 1,
    .max = TOUCH_KIND_MAX_BYTES,
    .fits = touch_kind_valid,
    .code = "code",
    .wanted = "A kind of touch has a-z, 0-9, _ - . and : alone",
};

const struct input_type mapping_field_type = {.kind = INPUT_ANY, .read = read_field};
const struct input_type mapping_stage_type = {
    .kind = INPUT_ANY, .item = &stage_type, .read = read_field};
const struct input_type mapping_kind_type = {
    .kind = INPUT_ANY, .item = &kind_type, .read = read_field};
const struct input_type mapping_direction_type = {
    .kind = INPUT_ANY, .item = &direction_type, .read = read_field};
const struct input_type mapping_dimension_type = {
    .kind = INPUT_ANY, .item = &dimension_value_type, .read = read_field};
const struct input_type mapping_outcome_type = {
    .kind = INPUT_ANY, .item = &outcome_kind_type, .read = read_field};

/* ---- ids of other systems ---- */

static const struct input_field external_fields[] = {
    {"source", &identity_source_type, AT(struct mapping_external, source)},
    PLACE_FIELDS,
};
static const struct input_spec external_spec =
    INPUT_SPEC(external_fields, struct mapping_external, .check = check_place);

/* A field, with a source of its own. */
bool mapping_external_read(struct input *in, const struct input_node *at,
                           struct mapping_external *out)
{
    const struct input_node source = input_member(at, "source");
    bool sound = true;

    *out = (struct mapping_external){0};
    if (json_is_string(at->json))
        sound = mapping_pointer_parse(in, at, input_text(in, at), &out->field.path);
    else if (!json_is_object(at->json))
        return input_fault(in, at, "type", MAPPING_FIELD_WANTED);
    else
        sound = input_object(in, at, &external_spec, out);
    if (source.json == NULL && reading_of(in)->use == MAPPING_IMPORT)
        sound = input_fault(in, &source, "required",
                            "Whose id it is: {\"source\": \"crm\", \"at\": \"/id\"}");
    return sound;
}

/* ---- attributes ---- */

static const struct input_field attribute_fields[] = {
    PLACE_FIELDS,
    {"type", &value_type_type, AT(struct mapping_field, type)},
    {"locale", &locale_type, .offset = 0},
    {"decimal", &separator_type, AT(struct mapping_field, numbers.decimal)},
    {"group", &separator_type, AT(struct mapping_field, numbers.group)},
};
static const struct input_spec attribute_spec =
    INPUT_SPEC(attribute_fields, struct mapping_field, .check = check_place);

static bool read_valued(struct input *in, const struct input_node *at, struct mapping_field *out)
{
    if (json_is_string(at->json))
        return mapping_pointer_parse(in, at, input_text(in, at), &out->path);
    if (!json_is_object(at->json))
        return input_fault(in, at, "type", MAPPING_FIELD_WANTED);
    return input_object(in, at, &attribute_spec, out);
}

static bool read_number(struct input *in, const struct input_node *at,
                        const struct input_field *field, void *base)
{
    struct mapping_field *out = (struct mapping_field *)((char *)base + field->offset);
    bool sound = read_valued(in, at, out);

    out->type = MAPPING_NUMBER;
    return sound;
}

const struct input_type mapping_number_type = {.kind = INPUT_ANY, .read = read_number};

/* kind: what it is one of, "attributes" or "facts". */
static bool read_attribute(struct input *in, const struct input_node *at, const char *kind,
                           struct mapping_attribute *out)
{
    bool named = attribute_name_valid(at->name) ||
                 input_fault(in, at, "name", "A name has 1 to %d bytes and no control characters",
                             ATTRIBUTE_NAME_MAX_BYTES);

    out->name = arena_strdup(in->arena, at->name);
    out->what = arena_printf(in->arena, "%s.%s", kind, at->name);
    return read_valued(in, at, &out->field) && named;
}

static int attribute_order(const void *a, const void *b)
{
    return strcmp(((const struct mapping_attribute *)a)->name,
                  ((const struct mapping_attribute *)b)->name);
}

static bool read_attributes(struct input *in, const struct input_node *at,
                            const struct input_field *field, void *base)
{
    size_t count = json_object_size(at->json);
    struct mapping_attribute *items = ARENA_ARRAY(in->arena, struct mapping_attribute, count + 1);
    const char *name;
    json_t *value;
    bool sound = true;
    size_t i = 0;

    if (items == NULL)
        return true;
    json_object_foreach((json_t *)at->json, name, value)
    {
        const struct input_node member = {.json = value, .up = at, .name = name};
        sound = read_attribute(in, &member, field->name, &items[i++]) && sound;
    }
    if (arena_failed(in->arena))
        return sound;
    qsort(items, count, sizeof *items, attribute_order);
    input_put_array(field, base, items, count);
    return sound;
}

const struct input_type mapping_attributes_type = {
    .kind = INPUT_MAP, .max = MAPPING_ATTRIBUTES_MAX, .read = read_attributes};
