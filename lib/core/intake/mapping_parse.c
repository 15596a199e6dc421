#include "core/intake/mapping.h"

#include "base/input.h"
#include "base/name.h"

#include <stdlib.h>
#include <string.h>

#define FIELD_WANTED                                                                                \
    "A JSON pointer such as \"/contact/email\" is wanted, {\"at\": pointer, \"map\": {…}}, or a " \
    "constant {\"value\": text}"

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

static bool split_pointer(struct arena *arena, struct mapping_field *out)
{
    const char **path = ARENA_ARRAY(arena, const char *, MAPPING_DEPTH_MAX);
    const char *text = out->pointer;

    if (path == NULL || text == NULL || strlen(text) > MAPPING_POINTER_MAX_BYTES)
        return false;
    while (*text != '\0') {
        if (*text != '/' || out->depth == MAPPING_DEPTH_MAX)
            return false;
        size_t len = strcspn(++text, "/");
        path[out->depth] = decode_token(arena, text, len);
        if (path[out->depth++] == NULL)
            return false;
        text += len;
    }
    out->path = path;
    return true;
}

static bool read_pointer(struct input *in, const struct input_node *at,
                         const struct input_field *field, void *base)
{
    struct mapping_field *out = (struct mapping_field *)((char *)base + field->offset);

    out->pointer = input_text(in, at);
    return split_pointer(in->arena, out) || arena_failed(in->arena) ||
           input_fault(in, at, "pointer", FIELD_WANTED);
}

static const struct input_type pointer_type = {.kind = INPUT_TEXT, .read = read_pointer};

/* ---- fields ---- */

static const struct input_type word_type = {
    .kind = INPUT_TEXT, .min = 1, .max = MAPPING_VALUE_MAX_BYTES};

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

#define PLACE_FIELDS(struct_type, member)                                                          \
    {"at", &pointer_type, AT(struct_type, member)},                                                \
    {                                                                                              \
        "map", &pairs_type, AT(struct_type, member)                                                \
    }

/* Either a place, with or without a map, or a constant. */
static bool check_place(struct input *in, const struct input_node *at, void *out)
{
    const struct input_node map = input_member(at, "map");
    const json_t *value = json_object_get(at->json, "value");

    (void)out;
    if ((json_object_get(at->json, "at") == NULL) == (value == NULL))
        return input_fault(in, at, "required", "Either \"at\" or \"value\" is wanted");
    return value == NULL || map.json == NULL ||
           input_fault(in, &map, "unknown_member", "A constant is what it is: leave the map out");
}

static const struct input_field place_fields[] = {
    {"at", &pointer_type, .offset = 0},
    {"map", &pairs_type, .offset = 0},
    {"value", &word_type, AT(struct mapping_field, constant)},
};
static const struct input_spec place_spec =
    INPUT_SPEC(place_fields, struct mapping_field, .check = check_place);

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

    if (json_is_string(at->json))
        return read_pointer(in, at, field, base);
    if (!json_is_object(at->json))
        return input_fault(in, at, "type", FIELD_WANTED);
    bool sound = input_object(in, at, &place_spec, out);
    return (field->type->item == NULL || check_words(in, at, out, field->type->item)) && sound;
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
    const char *source; /* NULL: the name of the source */
    struct mapping_field field;
};

static const struct input_field external_fields[] = {
    {"source", &identity_source_type, AT(struct external, source)},
    PLACE_FIELDS(struct external, field),
};
static const struct input_spec external_spec = INPUT_SPEC(external_fields, struct external);

static enum mapping_use use_of(const struct input *in)
{
    return *(const enum mapping_use *)in->context;
}

/* A field, with a source of its own. */
static bool read_external(struct input *in, const struct input_node *at, struct external *out)
{
    static const struct input_field whole = {"", &pointer_type, AT(struct external, field)};
    const struct input_node source = input_member(at, "source");
    const struct input_node place = input_member(at, "at");
    bool sound = true;

    *out = (struct external){0};
    if (json_is_string(at->json))
        sound = read_pointer(in, at, &whole, out);
    else if (!json_is_object(at->json))
        return input_fault(in, at, "type", FIELD_WANTED);
    else
        sound = input_object(in, at, &external_spec, out);
    if (json_is_object(at->json) && place.json == NULL)
        sound = input_fault(in, &place, "required", "It is missing");
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

static const struct input_type null_type = {.kind = INPUT_TEXT, .max = MAPPING_VALUE_MAX_BYTES};
static const struct input_type nulls_type = {
    .kind = INPUT_ARRAY, .max = MAPPING_NULLS_MAX, .item = &null_type};

static const char *const type_names[MAPPING_TYPE_COUNT] = {
    [MAPPING_TEXT] = "text",
    [MAPPING_NUMBER] = "number",
    [MAPPING_BOOLEAN] = "boolean",
    [MAPPING_DATE] = "date",
};
static const struct input_type value_type_type = {
    .kind = INPUT_ENUM, .values = type_names, .min = MAPPING_TEXT, .max = MAPPING_TYPE_COUNT - 1};

static bool check_attribute(struct input *in, const struct input_node *at, void *out)
{
    const struct input_node nulls = input_member(at, "null_values");
    bool sound = check_place(in, at, out);

    if (nulls.json == NULL || json_object_get(at->json, "value") == NULL)
        return sound;
    return input_fault(in, &nulls, "unknown_member",
                       "A constant is what it is: leave the null values out");
}

static const struct input_field attribute_fields[] = {
    {"at", &pointer_type, .offset = 0},
    {"map", &pairs_type, .offset = 0},
    {"value", &word_type, AT(struct mapping_field, constant)},
    {"type", &value_type_type, AT(struct mapping_field, type)},
    {"null_values", &nulls_type, AT(struct mapping_field, nulls),
     COUNT(struct mapping_field, null_count)},
};
static const struct input_spec attribute_spec =
    INPUT_SPEC(attribute_fields, struct mapping_field, .check = check_attribute);

static bool read_attribute(struct input *in, const struct input_node *at,
                           struct mapping_attribute *out)
{
    static const struct input_field whole = {"", &pointer_type, .offset = 0};
    bool named = attribute_name_valid(at->name) ||
                 input_fault(in, at, "name", "A name has 1 to %d bytes and no control characters",
                             ATTRIBUTE_NAME_MAX_BYTES);

    out->name = arena_strdup(in->arena, at->name);
    out->what = arena_printf(in->arena, "attributes.%s", at->name);
    if (json_is_string(at->json))
        return read_pointer(in, at, &whole, &out->field) && named;
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
    return field->pointer != NULL || field->constant != NULL;
}

static bool check_identity(struct input *in, const struct input_node *at,
                           const struct mapping *mapping)
{
    const struct input_node external = input_member(at, "external_id");

    if (external.json != NULL)
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
        "each", &pointer_type, AT(struct mapping, each)                                            \
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
        return &inbound_spec;
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
