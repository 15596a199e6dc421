#include "core/intake/mapped_item.h"

#include "base/time/moment_pattern.h"

#include <string.h>

/* Nothing that a sender means happened before; what did is a zero, or a sentinel. */
#define EARLIEST (INT64_C(631152000) * INSTANT_SECOND) /* 1990-01-01 */

/* ---- what does not fit ---- */

/* Most values that can be left out of an item: attributes, and what a lead and a touch have. */
#define LEFT_OUT_OTHERS 32

static void leave_out(struct mapped_item *item, const char *pointer, enum mapped_error error,
                      const char *detail)
{
    size_t room = item->mapping->attribute_count + LEFT_OUT_OTHERS;

    if (item->left_out == NULL)
        item->left_out = ARENA_ARRAY(item->arena, struct left_out, room);
    if (item->left_out_count == 0)
        item->first_fault = error;
    if (item->left_out == NULL || item->left_out_count == room)
        return;
    item->left_out[item->left_out_count++] = (struct left_out){
        .what = item->what,
        .code = mapped_error_code(error),
        .detail = detail,
        .pointer = pointer,
    };
}

/* Whatever says who it is fails the item, and the first that does is reported; all else is left
 * out. */
void mapped_fail_because(struct mapped_item *item, const struct mapping_field *field,
                         enum mapped_error error, const char *detail)
{
    const char *in_item = item->where != NULL           ? item->where
                          : field->path.pointer == NULL ? ""
                                                        : field->path.pointer;
    const char *pointer = arena_printf(item->arena, "%s%s", item->place, in_item);

    item->failed = true;
    if (item->what != NULL) {
        leave_out(item, pointer, error, detail);
    } else if (item->out->error == MAPPED_OK) {
        item->out->error = error;
        item->out->detail = detail;
        item->out->pointer = pointer;
    }
}

void mapped_fail(struct mapped_item *item, const struct mapping_field *field,
                 enum mapped_error error)
{
    mapped_fail_because(item, field, error, mapped_error_detail(error));
}

/* Begins with the next value: what it is called when it is left out. */
void mapped_take_up(struct mapped_item *item, const char *what)
{
    item->what = what;
    item->where = NULL;
    item->failed = false;
}

/* ---- texts ---- */

struct mapping_value mapped_find(struct mapped_item *item, const struct mapping_field *field)
{
    const struct mapping_source source = {
        .nulls = item->mapping->nulls,
        .null_count = item->mapping->null_count,
        .nulls_given = item->mapping->nulls_given,
        .arena = item->arena,
        .item = item->json,
    };
    struct mapping_value value = mapping_find(&source, field);

    item->where = value.pointer;
    return value;
}

static bool has_control(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++)
        if (*p < 0x20 || *p == 0x7f)
            return true;
    return false;
}

/* Whole characters within so many bytes. */
static const char *beginning_of(struct mapped_item *item, const char *text, size_t max)
{
    while (max > 0 && ((unsigned char)text[max] & 0xc0) == 0x80)
        max--;
    return arena_copy(item->arena, text, max);
}

const char *mapped_fit(struct mapped_item *item, const struct mapping_field *field,
                       const char *text, size_t max)
{
    if (strlen(text) <= max)
        return text;
    if (field->on_fault != MAPPING_FAULT_CUT || item->what == NULL) {
        mapped_fail(item, field, MAPPED_TOO_LONG);
        return NULL;
    }
    mapped_fail(item, field, MAPPED_CUT);
    item->failed = false;
    return beginning_of(item, text, max);
}

/* A whole number, or a list of one text: what an id or a word may be besides a text. */
const char *mapped_word(struct mapped_item *item, const json_t *json)
{
    if (json_is_array(json) && json_array_size(json) == 1)
        json = json_array_get(json, 0);
    if (json_is_string(json))
        return json_string_value(json);
    return json_is_integer(json)
               ? arena_printf(item->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(json))
               : NULL;
}

/* The field as one line of text; NULL: absent, or it failed. */
const char *mapped_line(struct mapped_item *item, const struct mapping_field *field, size_t max)
{
    struct mapping_value value = mapped_find(item, field);
    const char *text = value.text;

    if (text == NULL && (value.json == NULL || json_is_null(value.json)))
        return NULL;
    if (text == NULL)
        text = mapped_word(item, value.json);
    if (text == NULL || value.unusable) {
        mapped_fail(item, field, MAPPED_TYPE);
        return NULL;
    }
    if (text[0] == '\0')
        return NULL;
    if (has_control(text)) {
        mapped_fail(item, field, MAPPED_CONTROL);
        return NULL;
    }
    return mapped_fit(item, field, text, max);
}

/* ---- moments ---- */

static bool moment_of_text(const struct mapping_field *field, const char *text, instant *out)
{
    return field->format == NULL ? written_moment(text, out)
                                 : moment_pattern_read(field->format, field->zone, text, out);
}

/* INSTANT_NONE: absent, or it failed. */
instant mapped_any_moment(struct mapped_item *item, const struct mapping_field *field)
{
    struct mapping_value value = mapped_find(item, field);
    instant at = INSTANT_NONE;
    bool fits;

    if (value.text == NULL && (value.json == NULL || json_is_null(value.json)))
        return INSTANT_NONE;
    const char *text =
        value.text == NULL && field->format != NULL ? mapped_word(item, value.json) : value.text;
    if (text != NULL)
        fits = moment_of_text(field, text, &at);
    else
        fits =
            json_is_number(value.json) && written_unix_number(json_number_value(value.json), &at);
    if (fits)
        return at;
    mapped_fail(item, field,
                value.text == NULL && !json_is_number(value.json) ? MAPPED_TYPE : MAPPED_DATE);
    return INSTANT_NONE;
}

/* When something happened: between bounds. */
instant mapped_moment(struct mapped_item *item, const struct mapping_field *field)
{
    instant at = mapped_any_moment(item, field);
    instant now = item->from->now;

    if (at == INSTANT_NONE || (at >= EARLIEST && (now == INSTANT_NONE || at <= now + INSTANT_DAY)))
        return at;
    mapped_fail(item, field, MAPPED_DATE_BOUNDS);
    return INSTANT_NONE;
}
