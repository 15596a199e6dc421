/* Declared input: objects, arrays and queries. */
#include "base/input.h"

#include "base/input_inside.h"
#include "base/nearest.h"
#include "base/percent.h"

#include <stdio.h>
#include <string.h>

#define KNOWN_MAX_BYTES 1024 /* of the names that a fault lists */
#define NAME_MAX_BYTES  128  /* longer names are unknown, and not repeated in the answer */

/* ---- places ---- */

struct input_node input_root(const json_t *json, const char *pointer)
{
    return (struct input_node){.json = json, .name = pointer};
}

struct input_node input_member(const struct input_node *of, const char *name)
{
    return (struct input_node){.json = json_object_get(of->json, name), .up = of, .name = name};
}

struct input_node input_item(const struct input_node *of, size_t index)
{
    return (struct input_node){.json = json_array_get(of->json, index), .up = of, .index = index};
}

const char *input_pointer(const struct input_node *at, struct arena *arena)
{
    if (at->up == NULL)
        return at->name;
    const char *above = input_pointer(at->up, arena);
    return at->name == NULL ? pointer_index(arena, above, at->index)
                            : pointer_join(arena, above, at->name);
}

bool input_fault(struct input *in, const struct input_node *at, const char *code,
                 const char *format, ...)
{
    va_list args;

    va_start(args, format);
    faults_vadd(in->faults, in->where, input_pointer(at, in->faults->arena), code, format, args);
    va_end(args);
    return false;
}

/* ---- defaults ---- */

static void set_default(const struct input_field *field, char *base)
{
    const instant none = INSTANT_NONE;
    int32_t small = (int32_t)field->otherwise;
    void *to = base + field->offset;

    if (field->boxed || field->type->read != NULL)
        return;
    switch (field->type->kind) {
    case INPUT_INT:
        memcpy(to, &field->otherwise, sizeof field->otherwise);
        break;
    case INPUT_INT32:
    case INPUT_ENUM:
        memcpy(to, &small, sizeof small);
        break;
    case INPUT_BOOL:
        *(bool *)to = field->otherwise != 0;
        break;
    case INPUT_INSTANT:
    case INPUT_DATE:
        memcpy(to, &none, sizeof none);
        break;
    case INPUT_OBJECT:
        for (size_t i = 0; i < field->type->of->count; i++)
            set_default(&field->type->of->fields[i], to);
        break;
    default:
        break;
    }
}

void input_defaults(const struct input_spec *spec, void *out)
{
    memset(out, 0, spec->size);
    for (size_t i = 0; i < spec->count; i++)
        set_default(&spec->fields[i], out);
}

/* ---- values ---- */

const char *input_text(struct input *in, const struct input_node *at)
{
    const char *text = at->word != NULL ? at->word : json_string_value(at->json);

    return in->copies ? arena_strdup(in->arena, text) : text;
}

void input_put_array(const struct input_field *field, void *base, const void *items, size_t count)
{
    memcpy((char *)base + field->offset, &items, sizeof items);
    memcpy((char *)base + field->count, &count, sizeof count);
}

static bool has_count(struct input *in, const struct input_node *at, const struct input_type *type,
                      size_t count, const char *what)
{
    if (type->min == 0 && type->max == 0)
        return true;
    if ((int64_t)count >= type->min && (int64_t)count <= type->max)
        return true;
    return input_fault(in, at, (int64_t)count < type->min ? "empty" : "too_many",
                       "%lld to %lld %s are wanted, not %zu", (long long)type->min,
                       (long long)type->max, what, count);
}

static bool is_array(struct input *in, const struct input_node *at, const struct input_type *type)
{
    if (!json_is_array(at->json))
        return input_fault(in, at, "type", "An array is wanted");
    return has_count(in, at, type, json_array_size(at->json), "items");
}

static bool is_map(struct input *in, const struct input_node *at, const struct input_type *type)
{
    if (!json_is_object(at->json))
        return input_fault(in, at, "type", "An object is wanted");
    return has_count(in, at, type, json_object_size(at->json), "members");
}

static const char *text_wanted(enum input_kind kind)
{
    switch (kind) {
    case INPUT_UUID:
        return "A text with a UUID is wanted";
    case INPUT_INSTANT:
        return "A text with an RFC 3339 time is wanted";
    case INPUT_DATE:
        return "A text with a date or an RFC 3339 time is wanted";
    default:
        return "A text is wanted";
    }
}

/* Converts every kind but those that consist of several values. */
static bool convert(struct input *in, const struct input_node *at, const struct input_type *type,
                    union input_held *held)
{
    switch (type->kind) {
    case INPUT_INT:
    case INPUT_INT32:
        if (!json_is_integer(at->json))
            return input_fault(in, at, "type", "A whole number is wanted");
        return input_convert_int(in, at, type, json_integer_value(at->json), held);
    case INPUT_BOOL:
        held->truth = json_is_true(at->json);
        return json_is_boolean(at->json) || input_fault(in, at, "type", "true or false is wanted");
    case INPUT_ANY:
        held->json = at->json;
        return true;
    case INPUT_MAP:
        held->json = at->json;
        return is_map(in, at, type);
    case INPUT_LIST:
        held->json = at->json;
        return is_array(in, at, type);
    default:
        if (!json_is_string(at->json))
            return input_fault(in, at, "type", "%s", text_wanted(type->kind));
        return input_convert_text(in, at, type, json_string_value(at->json),
                                  json_string_length(at->json), held);
    }
}

static bool is_text(enum input_kind kind)
{
    return kind == INPUT_TEXT || kind == INPUT_LINE;
}

bool input_value(struct input *in, const struct input_node *at, const struct input_type *type,
                 void *to)
{
    union input_held held;

    if (type->kind == INPUT_OBJECT)
        return input_object(in, at, type->of, to);
    if (!convert(in, at, type, &held))
        return false;
    if (is_text(type->kind) && in->copies)
        held.text = input_text(in, at);
    memcpy(to, &held, input_size(type));
    return true;
}

static bool read_array(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    const struct input_type *item = field->type->item;
    size_t size = input_size(item);
    bool sound = true;

    if (!is_array(in, at, field->type))
        return false;
    size_t count = json_array_size(at->json);
    char *items = arena_alloc(in->arena, count * size);
    for (size_t i = 0; items != NULL && i < count; i++) {
        struct input_node node = input_item(at, i);
        sound = input_value(in, &node, item, items + i * size) && sound;
    }
    if (items != NULL)
        input_put_array(field, base, items, count);
    return sound;
}

/* An object in place: its defaults were set with those of the struct around it. */
static bool read_inner(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    const struct input_spec *spec = field->type->of;
    char *to = (char *)base + field->offset;

    if (!field->boxed)
        return input_members(in, at, spec, to);
    void *box = arena_alloc(in->arena, spec->size);
    if (box == NULL)
        return true;
    memcpy(to, &box, sizeof box);
    return input_object(in, at, spec, box);
}

static bool read_field(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    const struct input_type *type = field->type;
    union input_held held;

    if (json_is_null(at->json) && type->kind != INPUT_ANY) {
        if (!field->nullable)
            return input_fault(in, at, "type", "null is not taken here");
        return type->read == NULL || type->read(in, at, field, base);
    }
    if (type->kind == INPUT_OBJECT)
        return read_inner(in, at, field, base);
    if (type->kind == INPUT_ARRAY)
        return read_array(in, at, field, base);
    if (!convert(in, at, type, &held))
        return false;
    if (type->read != NULL)
        return type->read(in, at, field, base);
    if (is_text(type->kind) && in->copies)
        held.text = input_text(in, at);
    input_put(in, field, base, &held);
    return true;
}

/* ---- objects ---- */

static bool is_member(const struct input_field *field)
{
    return field->place == INPUT_MEMBER;
}

/* Says which names there are, and which one may have been meant. */
static bool refuse_unknown(struct input *in, const struct input_node *at, const char *asked,
                           const struct input_spec *spec)
{
    bool in_query = strcmp(in->where, "query") == 0;
    const char *code = in_query ? "unknown_parameter" : "unknown_member";
    const char *what = in_query ? "parameter" : "member";
    char known[KNOWN_MAX_BYTES] = "";
    struct nearest nearest;
    size_t len = 0;

    nearest_begin(&nearest, asked);
    for (size_t i = 0; i < spec->count; i++) {
        if (!is_member(&spec->fields[i]))
            continue;
        nearest_offer(&nearest, spec->fields[i].name);
        if (len < sizeof known)
            len += (size_t)snprintf(known + len, sizeof known - len, "%s%s", len > 0 ? ", " : "",
                                    spec->fields[i].name);
    }
    if (len == 0)
        return input_fault(in, at, code, "No %s is taken here", what);
    if (nearest.name == NULL)
        return input_fault(in, at, code, "There is no such %s here, only %s", what, known);
    return input_fault(in, at, code, "Did you mean \"%s\"? There is no such %s here, only %s",
                       nearest.name, what, known);
}

static bool knows(const struct input_spec *spec, const char *name)
{
    for (size_t i = 0; i < spec->count; i++)
        if (is_member(&spec->fields[i]) && strcmp(spec->fields[i].name, name) == 0)
            return true;
    return false;
}

static void refuse_strangers(struct input *in, const struct input_node *at,
                             const struct input_spec *spec)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)at->json, name, value)
    {
        const struct input_node stranger = {.json = value, .up = at, .name = name};
        if (!knows(spec, name))
            refuse_unknown(in, strlen(name) <= NAME_MAX_BYTES ? &stranger : at, name, spec);
    }
}

static bool read_members(struct input *in, const struct input_node *at,
                         const struct input_spec *spec, void *out)
{
    size_t known = 0;
    bool sound = true;

    for (size_t i = 0; i < spec->count; i++) {
        const struct input_field *field = &spec->fields[i];
        if (!is_member(field))
            continue;
        struct input_node member = input_member(at, field->name);
        if (member.json != NULL) {
            known++;
            sound = read_field(in, &member, field, out) && sound;
        } else if (field->required) {
            sound = input_fault(in, &member, "required", "It is missing");
        }
    }
    if (known == json_object_size(at->json))
        return sound;
    refuse_strangers(in, at, spec);
    return false;
}

static const struct input_field *whole_field(const struct input_spec *spec)
{
    for (size_t i = 0; i < spec->count; i++)
        if (spec->fields[i].place == INPUT_WHOLE)
            return &spec->fields[i];
    return NULL;
}

bool input_members(struct input *in, const struct input_node *at, const struct input_spec *spec,
                   void *out)
{
    const struct input_field *whole = whole_field(spec);

    if (whole != NULL)
        return read_field(in, at, whole, out);
    if (!json_is_object(at->json))
        return input_fault(in, at, "type", "An object is wanted");
    bool sound = read_members(in, at, spec, out);
    return (spec->check == NULL || spec->check(in, at, out)) && sound;
}

bool input_object(struct input *in, const struct input_node *at, const struct input_spec *spec,
                  void *out)
{
    input_defaults(spec, out);
    return input_members(in, at, spec, out);
}

bool input_changes(struct input *in, const struct input_node *at, void *out)
{
    (void)out;
    return json_object_size(at->json) > 0 ||
           input_fault(in, at, "required", "At least one member to change is needed");
}

/* ---- queries ---- */

struct parameter {
    const char *name;
    const char *value;
};

/* "name=value", decoded. False when it is not well-formed. */
static bool split(struct arena *arena, const char *text, size_t len, struct parameter *out)
{
    const char *equals = memchr(text, '=', len);
    size_t name_len = equals != NULL ? (size_t)(equals - text) : len;

    out->name = percent_decode(arena, text, name_len, true);
    out->value = equals != NULL ? percent_decode(arena, equals + 1, len - name_len - 1, true) : "";
    return out->name != NULL && out->value != NULL;
}

static bool take_parameter(struct input *in, const struct parameter *parameter,
                           const struct input_spec *spec, bool *seen, void *out)
{
    bool is_long = strlen(parameter->name) > NAME_MAX_BYTES;
    const struct input_node at = input_root(NULL, is_long ? "" : parameter->name);

    for (size_t i = 0; i < spec->count; i++) {
        if (!is_member(&spec->fields[i]) || strcmp(spec->fields[i].name, parameter->name) != 0)
            continue;
        if (seen[i])
            return input_fault(in, &at, "repeated", "It is given more than once");
        seen[i] = true;
        return input_word(in, &spec->fields[i], parameter->value, out);
    }
    return refuse_unknown(in, &at, parameter->name, spec);
}

bool input_query(struct input *in, const char *query, const struct input_spec *spec, void *out)
{
    const struct input_node whole = input_root(NULL, "");
    bool seen[INPUT_FIELDS_MAX] = {false};
    struct parameter parameter;
    bool sound = true;

    for (const char *at = query != NULL ? query : ""; *at != '\0';) {
        size_t len = strcspn(at, "&");
        if (len > 0 && split(in->arena, at, len, &parameter))
            sound = take_parameter(in, &parameter, spec, seen, out) && sound;
        else if (len > 0)
            sound = input_fault(in, &whole, "encoding",
                                "A parameter is not well-formed percent-encoded UTF-8 without "
                                "control characters");
        at += len + (at[len] == '&');
    }
    for (size_t i = 0; i < spec->count; i++) {
        const struct input_node missing = input_root(NULL, spec->fields[i].name);
        if (is_member(&spec->fields[i]) && spec->fields[i].required && !seen[i])
            sound = input_fault(in, &missing, "required", "It is missing");
    }
    return (spec->check == NULL || spec->check(in, &whole, out)) && sound;
}
