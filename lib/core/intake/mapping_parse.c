#include "core/intake/mapping.h"

#include "base/input.h"
#include "base/name.h"
#include "base/time/moment_pattern.h"

#include <stdlib.h>
#include <string.h>

#define FIELD_WANTED                                                                               \
    "A JSON pointer such as \"/contact/email\" is wanted, {\"at\": pointer, …}, {\"first\": "    \
    "[…]}, "                                                                                     \
    "{\"join\": […]}, or a constant {\"value\": text}."

/* ---- pointers ---- */

/* Decodes the token at text into the arena; "~" stands only in "~0" and "~1". */
static const char *decode_token(struct arena *arena, const char *text, size_t len)
{
    char *token = arena_copy(arena, text, len);
    size_t to = 0;

    for (size_t i = 0; token != NULL && i < len; i++) {
        char byte = text[i];
        if (byte == '~') {
            i++;
            if (i == len || (text[i] != '0' && text[i] != '1'))
                return NULL;
            byte = text[i] == '0' ? '~' : '/';
        }
        token[to++] = byte;
        token[to] = '\0';
    }
    return token;
}

static bool split_pointer(struct arena *arena, struct mapping_path *out)
{
    const char **tokens = ARENA_ARRAY(arena, const char *, MAPPING_DEPTH_MAX);
    const char *text = out->pointer;

    if (tokens == NULL || text == NULL || strlen(text) > MAPPING_POINTER_MAX_BYTES)
        return false;
    while (*text != '\0') {
        if (*text != '/' || out->depth == MAPPING_DEPTH_MAX)
            return false;
        size_t len = strcspn(++text, "/");
        tokens[out->depth] = decode_token(arena, text, len);
        if (tokens[out->depth++] == NULL)
            return false;
        text += len;
    }
    out->tokens = tokens;
    return true;
}

static bool parse_pointer(struct input *in, const struct input_node *at, const char *text,
                          struct mapping_path *out)
{
    *out = (struct mapping_path){.pointer = text};
    return split_pointer(in->arena, out) || arena_failed(in->arena) ||
           input_fault(in, at, "pointer", FIELD_WANTED);
}

static bool read_pointer(struct input *in, const struct input_node *at,
                         const struct input_field *field, void *base)
{
    return parse_pointer(in, at, input_text(in, at),
                         (struct mapping_path *)((char *)base + field->offset));
}

static const struct input_type pointer_type = {.kind = INPUT_TEXT, .read = read_pointer};

/* One pointer, or several of which the first counts where there is something. */
static bool read_each(struct input *in, const struct input_node *at,
                      const struct input_field *field, void *base)
{
    struct mapping *mapping = base;
    size_t count = json_is_array(at->json) ? json_array_size(at->json) : 1;
    struct mapping_path *each = ARENA_ARRAY(in->arena, struct mapping_path, MAPPING_EACH_MAX);
    bool sound = true;

    (void)field;
    if (count == 0 || count > MAPPING_EACH_MAX)
        return input_fault(in, at, "items", "1 to %d places are wanted.", MAPPING_EACH_MAX);
    for (size_t i = 0; each != NULL && i < count; i++) {
        struct input_node item = json_is_array(at->json) ? input_item(at, i) : *at;
        if (!json_is_string(item.json))
            sound = input_fault(in, &item, "type", "A JSON pointer is wanted.");
        else
            sound = parse_pointer(in, &item, input_text(in, &item), &each[i]) && sound;
    }
    mapping->each = each;
    mapping->each_count = count;
    return sound;
}

static const struct input_type each_type = {.kind = INPUT_ANY, .read = read_each};

/* ---- conditions ---- */

static const struct input_type word_type = {
    .kind = INPUT_TEXT, .min = 1, .max = MAPPING_VALUE_MAX_BYTES};

/* What a value must be, as a text: JSON's true and 5 may be written as such. */
static const char *wanted_text(struct input *in, const struct input_node *at)
{
    if (json_is_boolean(at->json))
        return json_is_true(at->json) ? "true" : "false";
    if (json_is_integer(at->json))
        return arena_printf(in->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(at->json));
    if (json_is_string(at->json) && json_string_length(at->json) <= MAPPING_VALUE_MAX_BYTES)
        return input_text(in, at);
    input_fault(in, at, "type", "A text, true or false, or a whole number is wanted.");
    return NULL;
}

static bool read_condition(struct input *in, const struct input_node *at,
                           struct mapping_condition *out)
{
    size_t count = json_is_array(at->json) ? json_array_size(at->json) : 1;
    const char **texts = ARENA_ARRAY(in->arena, const char *, count + 1);
    bool sound = parse_pointer(in, at, arena_strdup(in->arena, at->name), &out->path);

    if (count == 0 || count > MAPPING_PAIRS_MAX)
        return input_fault(in, at, "items", "1 to %d values are wanted.", MAPPING_PAIRS_MAX);
    for (size_t i = 0; texts != NULL && i < count; i++) {
        struct input_node item = json_is_array(at->json) ? input_item(at, i) : *at;
        texts[i] = wanted_text(in, &item);
        sound = texts[i] != NULL && sound;
    }
    out->texts = texts;
    out->count = count;
    return sound;
}

/* Pointers, and what must be there. */
static bool read_conditions(struct input *in, const struct input_node *at,
                            const struct input_field *field, void *base)
{
    struct mapping_condition *list =
        ARENA_ARRAY(in->arena, struct mapping_condition, MAPPING_CONDITIONS_MAX);
    const char *pointer;
    json_t *wanted;
    size_t count = 0;
    bool sound = true;

    if (list == NULL)
        return true;
    json_object_foreach((json_t *)at->json, pointer, wanted)
    {
        const struct input_node member = {.json = wanted, .up = at, .name = pointer};
        sound = read_condition(in, &member, &list[count++]) && sound;
    }
    input_put_array(field, base, list, count);
    return sound;
}

static const struct input_type conditions_type = {
    .kind = INPUT_MAP, .min = 1, .max = MAPPING_CONDITIONS_MAX, .read = read_conditions};

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
        if (!input_value(in, &member, &word_type, &meaning))
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
    enum err err = time_zone_open(json_string_value(at->json), in->arena, &out->zone);

    (void)field;
    return err != ERR_INVALID_VALUE ||
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
static const struct input_type nulls_type = {
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
    {"at", &pointer_type, AT(struct mapping_field, path)},                                         \
        {"value", &word_type, AT(struct mapping_field, constant)},                                 \
        {"with", &with_type, AT(struct mapping_field, with)}, {"first", &parts_type, .offset = 0}, \
        {"join", &parts_type, .offset = 0},                                                        \
        {"where", &conditions_type, AT(struct mapping_field, where),                               \
         COUNT(struct mapping_field, where_count)},                                                \
        {"take", &pointer_type, AT(struct mapping_field, take)},                                   \
        {"decode", &decode_type, .offset = 0},                                                     \
        {"query", &word_type, AT(struct mapping_field, query)},                                    \
        {"split", &split_type, AT(struct mapping_field, split)},                                   \
        {"part", &part_type, AT(struct mapping_field, part)},                                      \
        {"case", &case_type, AT(struct mapping_field, letters)},                                   \
        {"cut", &cut_type, AT(struct mapping_field, cut)}, {"map", &pairs_type, .offset = 0},      \
        {"null_values", &nulls_type, AT(struct mapping_field, nulls),                              \
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
        {"where", "at"}, {"take", "where"}, {"with", "join"}, {"part", "split"}, {"zone", "format"},
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
        return parse_pointer(in, at, input_text(in, at), &out->path);
    if (!json_is_object(at->json))
        return input_fault(in, at, "type", FIELD_WANTED);
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

static const struct input_type field_type = {.kind = INPUT_ANY, .read = read_field};
static const struct input_type stage_field_type = {
    .kind = INPUT_ANY, .item = &stage_type, .read = read_field};
static const struct input_type kind_field_type = {
    .kind = INPUT_ANY, .item = &kind_type, .read = read_field};
static const struct input_type direction_field_type = {
    .kind = INPUT_ANY, .item = &direction_type, .read = read_field};
static const struct input_type dimension_field_type = {
    .kind = INPUT_ANY, .item = &dimension_value_type, .read = read_field};
static const struct input_type outcome_field_type = {
    .kind = INPUT_ANY, .item = &outcome_kind_type, .read = read_field};

/* ---- ids of other systems ---- */

struct external {
    struct mapping_field field; /* first: see PLACE_FIELDS */
    const char *source;         /* NULL: the name of the source */
};

static const struct input_field external_fields[] = {
    {"source", &identity_source_type, AT(struct external, source)},
    PLACE_FIELDS,
};
static const struct input_spec external_spec =
    INPUT_SPEC(external_fields, struct external, .check = check_place);

static enum mapping_use use_of(const struct input *in)
{
    return *(const enum mapping_use *)in->context;
}

/* A field, with a source of its own. */
static bool read_external(struct input *in, const struct input_node *at, struct external *out)
{
    const struct input_node source = input_member(at, "source");
    bool sound = true;

    *out = (struct external){0};
    if (json_is_string(at->json))
        sound = parse_pointer(in, at, input_text(in, at), &out->field.path);
    else if (!json_is_object(at->json))
        return input_fault(in, at, "type", FIELD_WANTED);
    else
        sound = input_object(in, at, &external_spec, out);
    if (source.json == NULL && use_of(in) == MAPPING_IMPORT)
        sound = input_fault(in, &source, "required",
                            "Whose id it is: {\"source\": \"crm\", \"at\": \"/id\"}");
    return sound;
}

static bool read_external_id(struct input *in, const struct input_node *at,
                             const struct input_field *field, void *base)
{
    struct mapping *mapping = base;
    struct external external;
    bool sound = read_external(in, at, &external);

    (void)field;
    mapping->external_source = external.source;
    mapping->external_id = external.field;
    return sound;
}

static bool read_member(struct input *in, const struct input_node *at,
                        const struct input_field *field, void *base)
{
    struct mapping_step *step = base;
    struct external external;
    bool sound = read_external(in, at, &external);

    (void)field;
    step->member_source = external.source;
    step->member = external.field;
    return sound;
}

static const struct input_type external_id_type = {.kind = INPUT_ANY, .read = read_external_id};
static const struct input_type member_type = {.kind = INPUT_ANY, .read = read_member};

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

static bool read_attribute(struct input *in, const struct input_node *at,
                           struct mapping_attribute *out)
{
    bool named = attribute_name_valid(at->name) ||
                 input_fault(in, at, "name", "A name has 1 to %d bytes and no control characters",
                             ATTRIBUTE_NAME_MAX_BYTES);

    out->name = arena_strdup(in->arena, at->name);
    out->what = arena_printf(in->arena, "attributes.%s", at->name);
    if (json_is_string(at->json))
        return parse_pointer(in, at, input_text(in, at), &out->field.path) && named;
    if (!json_is_object(at->json))
        return input_fault(in, at, "type", FIELD_WANTED);
    return input_object(in, at, &attribute_spec, &out->field) && named;
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
        sound = read_attribute(in, &member, &items[i++]) && sound;
    }
    if (arena_failed(in->arena))
        return sound;
    qsort(items, count, sizeof *items, attribute_order);
    input_put_array(field, base, items, count);
    return sound;
}

static const struct input_type attributes_type = {
    .kind = INPUT_MAP, .max = MAPPING_ATTRIBUTES_MAX, .read = read_attributes};

/* ---- touches, steps, outcomes ---- */

#define DIMENSION_FIELD(name, dimension)                                                           \
    {                                                                                              \
        name, &dimension_field_type, AT(struct mapping, touch_values[dimension])                   \
    }

/* The members of these objects are the mapping's own. */
static const struct input_field touch_fields[] = {
    {"kind", &kind_field_type, AT(struct mapping, touch_kind), .required = true},
    {"direction", &direction_field_type, AT(struct mapping, touch_direction)},
    DIMENSION_FIELD("channel", DIMENSION_CHANNEL),
    DIMENSION_FIELD("source", DIMENSION_SOURCE),
    DIMENSION_FIELD("medium", DIMENSION_MEDIUM),
    DIMENSION_FIELD("campaign", DIMENSION_CAMPAIGN),
    DIMENSION_FIELD("content", DIMENSION_CONTENT),
};

static bool note_touches(struct input *in, const struct input_node *at, void *out)
{
    (void)in;
    (void)at;
    ((struct mapping *)out)->touches = true;
    return true;
}

static const struct input_spec touch_spec =
    INPUT_SPEC(touch_fields, struct mapping, .check = note_touches);
static const struct input_type touch_type = {.kind = INPUT_OBJECT, .of = &touch_spec};

static const struct input_field outcome_fields[] = {
    {"kind", &outcome_field_type, AT(struct mapping, outcome_kind), .required = true},
    {"at", &field_type, AT(struct mapping, outcome_at)},
    {"reason", &field_type, AT(struct mapping, outcome_reason)},
};
static const struct input_spec outcome_spec = INPUT_SPEC(outcome_fields, struct mapping);
static const struct input_type outcome_type = {.kind = INPUT_OBJECT, .of = &outcome_spec};

/* A team is a name that only the configuration can know. */
static const struct input_field step_fields[] = {
    {"team", &word_type, AT(struct mapping_step, team), .required = true},
    {"member", &member_type, AT(struct mapping_step, member)},
    {"at", &field_type, AT(struct mapping_step, at), .required = true},
};
static const struct input_spec step_spec = INPUT_SPEC(step_fields, struct mapping_step);
static const struct input_type step_type = {.kind = INPUT_OBJECT, .of = &step_spec};
static const struct input_type steps_type = {
    .kind = INPUT_ARRAY, .min = 1, .max = MAPPING_STEPS_MAX, .item = &step_type};

/* ---- the whole ---- */

static bool is_given(const struct mapping_field *field)
{
    return field->path.pointer != NULL || field->constant != NULL || field->part_count > 0;
}

static bool check_identity(struct input *in, const struct input_node *at,
                           const struct mapping *mapping)
{
    const struct input_node external = input_member(at, "external_id");

    if (external.json != NULL || mapping->effect == MAPPING_IGNORED)
        return true;
    if (use_of(in) == MAPPING_IMPORT)
        return input_fault(in, &external, "required",
                           "Rows are known again by it: {\"source\": \"crm\", \"at\": \"/id\"}");
    return is_given(&mapping->email) || is_given(&mapping->anonymous_id) ||
           input_fault(in, at, "required", "One of email, external_id and anonymous_id is needed");
}

static bool check_steps(struct input *in, const struct input_node *at,
                        const struct mapping *mapping)
{
    const struct input_node steps = input_member(at, "steps");
    const char *before = mapping->team;
    bool sound = true;

    for (size_t i = 0; i < mapping->step_count; i++) {
        const struct input_node step = input_item(&steps, i);
        const struct input_node team = input_member(&step, "team");
        const char *now = mapping->steps[i].team;
        if (now != NULL && before != NULL && strcmp(now, before) == 0)
            sound =
                input_fault(in, &team, "same_team", "A lead is handed from one team to another");
        before = now;
    }
    return sound;
}

static bool check_mapping(struct input *in, const struct input_node *at, void *out)
{
    struct mapping *mapping = out;

    mapping->nulls_given = json_object_get(at->json, "null_values") != NULL;
    bool sound = check_steps(in, at, mapping);
    return check_identity(in, at, mapping) && sound;
}

#define EACH_FIELD                                                                                 \
    {                                                                                              \
        "each", &each_type, .offset = 0                                                            \
    }
#define NULLS_FIELD                                                                                \
    {                                                                                              \
        "null_values", &nulls_type, AT(struct mapping, nulls), COUNT(struct mapping, null_count)   \
    }
#define EXTERNAL_ID_FIELD                                                                          \
    {                                                                                              \
        "external_id", &external_id_type, AT(struct mapping, external_id)                          \
    }
#define EVENT_ID_FIELD                                                                             \
    {                                                                                              \
        "event_id", &field_type, AT(struct mapping, event_id)                                      \
    }
#define ATTRIBUTES_FIELD                                                                           \
    {                                                                                              \
        "attributes", &attributes_type, AT(struct mapping, attributes),                            \
            COUNT(struct mapping, attribute_count)                                                 \
    }
/* What a lead has and a deal has not. */
#define LEAD_FIELDS                                                                                \
    {"email", &field_type, AT(struct mapping, email)},                                             \
        {"anonymous_id", &field_type, AT(struct mapping, anonymous_id)},                           \
        {"occurred_at", &field_type, AT(struct mapping, occurred_at)},                             \
        {"claimed_stage", &stage_field_type, AT(struct mapping, claimed_stage)},                   \
    {                                                                                              \
        "touch", &touch_type, .offset = 0                                                          \
    }
/* What files say beside deliveries. */
#define FILE_FIELDS                                                                                \
    {"as", &as_type, AT(struct mapping, is_deal)},                                                 \
    {                                                                                              \
        "team", &word_type, AT(struct mapping, team), .required = true                             \
    }

static const char *const as_names[] = {"lead", "deal"};
static const struct input_type as_name_type = {.kind = INPUT_ENUM, .values = as_names, .max = 1};

static bool read_as(struct input *in, const struct input_node *at, const struct input_field *field,
                    void *base)
{
    int as = 0;
    bool sound = input_value(in, at, &as_name_type, &as);

    (void)field;
    ((struct mapping *)base)->is_deal = as == 1;
    return sound;
}

static const struct input_type as_type = {.kind = INPUT_ANY, .read = read_as};

static const struct input_field inbound_fields[] = {
    EACH_FIELD, NULLS_FIELD, EXTERNAL_ID_FIELD, EVENT_ID_FIELD, ATTRIBUTES_FIELD, LEAD_FIELDS,
};

/* ---- several kinds of events ---- */

static const char *const effect_names[] = {
    [MAPPING_LEAD] = "lead", [MAPPING_TOUCH] = "touch", [MAPPING_IGNORED] = "ignore"};
static const struct input_type effect_type = {
    .kind = INPUT_ENUM, .values = effect_names, .max = MAPPING_EFFECT_COUNT - 1};

const char *mapping_effect_name(enum mapping_effect effect)
{
    return effect_names[effect];
}

static bool read_cases(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base);

static const struct input_type cases_type = {
    .kind = INPUT_LIST, .min = 1, .max = MAPPING_CASES_MAX, .read = read_cases};

static const struct input_field case_fields[] = {
    {"is", &conditions_type, AT(struct mapping, is), COUNT(struct mapping, is_count)},
    {"effect", &effect_type, AT(struct mapping, effect)},
    EACH_FIELD,
    NULLS_FIELD,
    EXTERNAL_ID_FIELD,
    EVENT_ID_FIELD,
    ATTRIBUTES_FIELD,
    LEAD_FIELDS,
};

static bool check_case(struct input *in, const struct input_node *at, void *out)
{
    const struct mapping *mapping = out;
    const struct input_node touch = input_member(at, "touch");
    bool sound = check_mapping(in, at, out);

    return mapping->effect != MAPPING_TOUCH || mapping->touches
               ? sound
               : input_fault(in, &touch, "required", "This is what happens then: say what.");
}

static const struct input_spec case_spec =
    INPUT_SPEC(case_fields, struct mapping, .check = check_case);

/* A case is a mapping of its own, and has what it does not say from the one around it. */
static bool read_case(struct input *in, const struct input_node *at, const json_t *around,
                      struct mapping *out)
{
    json_t *whole = json_is_object(at->json) ? json_copy((json_t *)at->json) : NULL;
    struct input_node node = *at;

    if (!json_is_object(at->json))
        return input_fault(in, at, "type", "An object is wanted.");
    if (whole == NULL || json_object_update_missing(whole, (json_t *)around) < 0) {
        json_decref(whole);
        arena_fail(in->arena);
        return true;
    }
    json_object_del(whole, "when");
    node.json = whole;
    bool sound = input_object(in, &node, &case_spec, out);
    json_decref(whole);
    return sound;
}

static bool read_cases(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    struct mapping *mapping = base;
    size_t count = json_array_size(at->json);
    struct mapping *cases = ARENA_ARRAY(in->arena, struct mapping, count + 1);
    bool sound = !faults_any(in->faults);

    (void)field;
    for (size_t i = 0; sound && cases != NULL && i < count; i++) {
        const struct input_node item = input_item(at, i);
        sound = read_case(in, &item, at->up->json, &cases[i]);
    }
    mapping->cases = cases;
    mapping->case_count = count;
    return sound;
}

/* The cases last: each repeats the faults of what it has from here. */
static const struct input_field several_fields[] = {
    EACH_FIELD,
    NULLS_FIELD,
    EXTERNAL_ID_FIELD,
    EVENT_ID_FIELD,
    ATTRIBUTES_FIELD,
    LEAD_FIELDS,
    {"when", &cases_type, .offset = 0},
};

static const struct input_spec several_spec = INPUT_SPEC(several_fields, struct mapping);

static const struct input_field lead_fields[] = {
    FILE_FIELDS, NULLS_FIELD, EXTERNAL_ID_FIELD, EVENT_ID_FIELD, ATTRIBUTES_FIELD, LEAD_FIELDS,
};
static const struct input_field deal_fields[] = {
    FILE_FIELDS,
    NULLS_FIELD,
    EXTERNAL_ID_FIELD,
    EVENT_ID_FIELD,
    ATTRIBUTES_FIELD,
    {"steps", &steps_type, AT(struct mapping, steps), COUNT(struct mapping, step_count),
     .required = true},
    {"outcome", &outcome_type, .offset = 0},
};

static const struct input_spec inbound_spec =
    INPUT_SPEC(inbound_fields, struct mapping, .check = check_mapping);
static const struct input_spec lead_spec =
    INPUT_SPEC(lead_fields, struct mapping, .check = check_mapping);
static const struct input_spec deal_spec =
    INPUT_SPEC(deal_fields, struct mapping, .check = check_mapping);

static const struct input_spec *spec_of(const json_t *json, enum mapping_use use)
{
    const char *as = json_string_value(json_object_get(json, "as"));

    if (use == MAPPING_INBOUND)
        return json_object_get(json, "when") == NULL ? &inbound_spec : &several_spec;
    return as != NULL && strcmp(as, "deal") == 0 ? &deal_spec : &lead_spec;
}

enum err mapping_compile(const json_t *json, const char *pointer, enum mapping_use use,
                         struct arena *arena, struct faults *faults, const struct mapping **out)
{
    const struct input_node root = input_root(json, pointer);
    struct mapping *mapping = ARENA_NEW(arena, struct mapping);
    struct input in = {
        .arena = arena,
        .faults = faults,
        .where = "body",
        .copies = true,
        .context = &use,
    };

    if (mapping == NULL)
        return ERR_OUT_OF_MEMORY;
    bool sound = input_object(&in, &root, spec_of(json, use), mapping);
    *out = mapping;
    if (arena_failed(arena))
        return ERR_OUT_OF_MEMORY;
    return sound ? ERR_NONE : ERR_INVALID_VALUE;
}
