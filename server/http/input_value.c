#include "http/input_value.h"

#include "base/instant.h"
#include "base/uuid.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CHOICES_MAX_BYTES 1024

void input_fault(const struct input_place *place, const char *code, const char *format, ...)
{
    char detail[2 * CHOICES_MAX_BYTES];
    va_list args;

    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    faults_add_in(place->faults, place->where, place->name, code, "%s", detail);
}

const char *input_wanted(enum input_type type)
{
    switch (type) {
    case INPUT_UUID:
        return "a text with a UUID is wanted";
    case INPUT_INSTANT:
        return "a text with an RFC 3339 time is wanted";
    case INPUT_DATE:
        return "a text with a date or an RFC 3339 time is wanted";
    default:
        return "a text is wanted";
    }
}

static int64_t count_characters(const char *text, size_t len)
{
    int64_t count = 0;

    for (size_t i = 0; i < len; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

static bool has_control(const char *text, size_t len, bool lines)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == 0x7f || (c < 0x20 && !(lines && (c == '\n' || c == '\r' || c == '\t'))))
            return true;
    }
    return false;
}

static bool is_code(const char *text)
{
    if (strchr("_-.:", text[0]) != NULL)
        return false;
    return text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-.:")] == '\0';
}

static bool check_length(const struct input_place *place, const struct input_field *field,
                         const char *text, size_t len)
{
    int64_t max = field->max > 0 ? field->max : INPUT_TEXT_MAX_CHARS;
    int64_t count = count_characters(text, len);

    if (count >= field->min && count <= max)
        return true;
    input_fault(place, "length", "%lld to %lld characters are wanted, not %lld",
                (long long)field->min, (long long)max, (long long)count);
    return false;
}

static void take_text(const struct input_place *place, const struct input_field *field,
                      const char *text, size_t len, void *to)
{
    if (!check_length(place, field, text, len))
        return;
    if (has_control(text, len, field->type == INPUT_TEXT))
        input_fault(place, "control_character", "control characters are not allowed here");
    else if (field->type == INPUT_CODE && !is_code(text))
        input_fault(place, "code",
                    "a lower-case letter or digit, then also \"_\", \"-\", \".\" or \":\" are "
                    "wanted");
    else
        memcpy(to, &text, sizeof text);
}

static void take_choice(const struct input_place *place, const struct input_field *field,
                        const char *text, void *to)
{
    char choices[CHOICES_MAX_BYTES] = "";
    size_t len = 0;

    for (int i = 0; field->values[i] != NULL; i++) {
        if (strcmp(field->values[i], text) == 0) {
            memcpy(to, &i, sizeof i);
            return;
        }
        if (len < sizeof choices)
            len += (size_t)snprintf(choices + len, sizeof choices - len, "%s%s", i > 0 ? ", " : "",
                                    field->values[i]);
    }
    input_fault(place, "unknown_value", "one of %s is wanted", choices);
}

static void take_moment(const struct input_place *place, const struct input_field *field,
                        const char *text, void *to)
{
    instant at;
    bool is_instant = field->type == INPUT_INSTANT;

    if (is_instant ? instant_parse(text, &at) : instant_parse_lenient(text, &at))
        memcpy(to, &at, sizeof at);
    else
        input_fault(place, "date",
                    is_instant ? "an RFC 3339 time is wanted, such as 2026-11-22T10:00:00Z"
                               : "a date or an RFC 3339 time is wanted, such as 2026-11-22");
}

void input_text_value(const struct input_place *place, const struct input_field *field,
                      const char *text, size_t len, void *to)
{
    struct uuid id;

    switch (field->type) {
    case INPUT_ENUM:
        take_choice(place, field, text, to);
        break;
    case INPUT_UUID:
        if (uuid_parse(text, &id))
            memcpy(to, &id, sizeof id);
        else
            input_fault(place, "uuid", "a UUID is wanted");
        break;
    case INPUT_INSTANT:
    case INPUT_DATE:
        take_moment(place, field, text, to);
        break;
    default:
        take_text(place, field, text, len, to);
        break;
    }
}

void input_int_value(const struct input_place *place, const struct input_field *field,
                     int64_t number, void *to)
{
    bool limited = field->min != 0 || field->max != 0;

    if (limited && (number < field->min || number > field->max))
        input_fault(place, "range", "%lld to %lld is wanted", (long long)field->min,
                    (long long)field->max);
    else
        memcpy(to, &number, sizeof number);
}

void input_real_value(const struct input_place *place, const struct input_field *field,
                      double number, void *to)
{
    bool limited = field->min != 0 || field->max != 0;

    if (limited && (number < (double)field->min || number > (double)field->max))
        input_fault(place, "range", "%lld to %lld is wanted", (long long)field->min,
                    (long long)field->max);
    else
        memcpy(to, &number, sizeof number);
}

static void set_default(const struct input_field *field, char *base)
{
    void *to = base + field->offset;
    int choice = (int)field->otherwise;
    const instant none = INSTANT_NONE;

    if (field->type == INPUT_INT)
        memcpy(to, &field->otherwise, sizeof field->otherwise);
    else if (field->type == INPUT_ENUM)
        memcpy(to, &choice, sizeof choice);
    else if (field->type == INPUT_BOOL)
        *(bool *)to = field->otherwise != 0;
    else if (field->type == INPUT_INSTANT || field->type == INPUT_DATE)
        memcpy(to, &none, sizeof none);
    else if (field->type == INPUT_OBJECT)
        input_set_defaults(field->of, to);
}

void input_set_defaults(const struct input_spec *spec, void *out)
{
    memset(out, 0, spec->size);
    for (size_t i = 0; i < spec->count; i++)
        set_default(&spec->fields[i], out);
}

void input_note_presence(const struct input_field *field, char *base, enum input_presence presence)
{
    if (field->presence != 0)
        memcpy(base + field->presence, &presence, sizeof presence);
}
