#include "core/intake/mapped_item.h"

#include <string.h>

static struct value value_of_text(const char *text)
{
    return (struct value){.type = VALUE_TEXT, .len = (uint32_t)strlen(text), .text = text};
}

/* What a form or a table means by a text. */
static struct value guess(const char *text)
{
    struct value value;

    if (written_json_number(text, &value))
        return value;
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        return (struct value){.type = VALUE_BOOL, .boolean = text[0] == 't'};
    return value_of_text(text);
}

static void read_text(struct mapped_item *item, const struct mapping_field *field,
                      const struct mapping_value *found, struct value *out)
{
    const char *text = mapped_fit(item, field, found->text, VALUE_TEXT_MAX_BYTES);

    if (text == NULL)
        return;
    *out = value_of_text(text);
    if (field->type == MAPPING_NUMBER && !written_number(text, &field->numbers, out))
        mapped_fail(item, field, MAPPED_NUMBER);
    if (field->type == MAPPING_BOOLEAN) {
        *out = (struct value){.type = VALUE_BOOL};
        if (!written_boolean(text, &out->boolean))
            mapped_fail(item, field, MAPPED_BOOLEAN);
    }
    if (field->type == MAPPING_AS_IT_IS && item->from->tabular && !found->fixed)
        *out = guess(text);
}

static bool read_date(struct mapped_item *item, const struct mapping_field *field,
                      struct value *out)
{
    instant at = mapped_any_moment(item, field);
    char *text = at == INSTANT_NONE ? NULL : arena_alloc(item->arena, INSTANT_TEXT_MAX);

    if (text == NULL)
        return false;
    instant_format(at, text);
    *out = value_of_text(text);
    return true;
}

/* Numbers and booleans of JSON under a declared type: by their text, unless they fit already. */
static bool read_scalar(struct mapped_item *item, const struct mapping_field *field,
                        const struct mapping_value *found, struct value *out)
{
    const json_t *json = found->json;
    bool fits = field->type == MAPPING_AS_IT_IS ||
                (field->type == MAPPING_NUMBER && json_is_number(json)) ||
                (field->type == MAPPING_BOOLEAN && json_is_boolean(json));

    if (found->unusable) {
        mapped_fail(item, field, MAPPED_TYPE);
        return false;
    }
    if (fits) {
        if (value_from_json(json, item->arena, out) == ERR_INVALID_VALUE)
            mapped_fail(item, field, MAPPED_TYPE);
        return !item->failed;
    }
    struct mapping_value again = {.text = mapped_word(item, json)};
    if (again.text == NULL)
        mapped_fail(item, field, MAPPED_TYPE);
    else
        read_text(item, field, &again, out);
    return !item->failed;
}

bool mapped_value(struct mapped_item *item, const struct mapping_field *field, struct value *out)
{
    struct mapping_value found = mapped_find(item, field);

    if (found.text == NULL && found.json == NULL)
        return false;
    if (found.text == NULL && json_is_null(found.json)) {
        *out = (struct value){.type = VALUE_NULL};
        return true;
    }
    if (field->type == MAPPING_DATE)
        return read_date(item, field, out);
    if (found.text == NULL)
        return read_scalar(item, field, &found, out);
    read_text(item, field, &found, out);
    return !item->failed;
}

void mapped_attributes_read(struct mapped_item *item)
{
    const struct mapping *mapping = item->mapping;
    struct attribute_input *attributes =
        ARENA_ARRAY(item->arena, struct attribute_input, mapping->attribute_count + 1);
    size_t count = 0;

    for (size_t i = 0; attributes != NULL && i < mapping->attribute_count; i++) {
        attributes[count].name = mapping->attributes[i].name;
        mapped_take_up(item, mapping->attributes[i].what);
        if (mapped_value(item, &mapping->attributes[i].field, &attributes[count].value))
            count++;
    }
    item->out->capture.attributes = attributes;
    item->out->capture.attribute_count = count;
}
