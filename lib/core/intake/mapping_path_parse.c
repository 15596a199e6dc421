#include "core/intake/mapping_path_parse.h"

#include "core/intake/mapping_field.h"

#include <string.h>

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

bool mapping_pointer_parse(struct input *in, const struct input_node *at, const char *text,
                           struct mapping_path *out)
{
    *out = (struct mapping_path){.pointer = text};
    return split_pointer(in->arena, out) || arena_failed(in->arena) ||
           input_fault(in, at, "pointer", MAPPING_FIELD_WANTED);
}

static bool read_pointer(struct input *in, const struct input_node *at,
                         const struct input_field *field, void *base)
{
    return mapping_pointer_parse(in, at, input_text(in, at),
                                 (struct mapping_path *)((char *)base + field->offset));
}

const struct input_type mapping_pointer_type = {.kind = INPUT_TEXT, .read = read_pointer};

/* ---- conditions ---- */

const struct input_type mapping_word_type = {
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
    bool sound = mapping_pointer_parse(in, at, arena_strdup(in->arena, at->name), &out->path);

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

const struct input_type mapping_conditions_type = {
    .kind = INPUT_MAP, .min = 1, .max = MAPPING_CONDITIONS_MAX, .read = read_conditions};
