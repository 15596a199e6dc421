/* Declared input, single values: checks one, converts it, puts it into the struct. */
#include "base/input_inside.h"

#include "base/email.h"
#include "base/nearest.h"
#include "base/public_id.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHOICES_MAX_BYTES 512

const struct input_type input_bool = {.kind = INPUT_BOOL};
const struct input_type input_uuid = {.kind = INPUT_UUID};
const struct input_type input_instant = {.kind = INPUT_INSTANT};
const struct input_type input_date = {.kind = INPUT_DATE};
const struct input_type input_email = {
    .kind = INPUT_EMAIL, .min = EMAIL_MIN_CHARS, .max = EMAIL_MAX_BYTES};
const struct input_type input_public_id = {.kind = INPUT_PUBLIC_ID};
const struct input_type input_any = {.kind = INPUT_ANY};

size_t input_size(const struct input_type *type)
{
    switch (type->kind) {
    case INPUT_INT:
        return sizeof(int64_t);
    case INPUT_INT32:
        return sizeof(int32_t);
    case INPUT_BOOL:
        return sizeof(bool);
    case INPUT_ENUM:
        return sizeof(int);
    case INPUT_UUID:
    case INPUT_PUBLIC_ID:
        return sizeof(struct uuid);
    case INPUT_INSTANT:
    case INPUT_DATE:
        return sizeof(instant);
    case INPUT_OBJECT:
        return type->of->size;
    default:
        return sizeof(const void *);
    }
}

void input_put(struct input *in, const struct input_field *field, void *base, const void *value)
{
    size_t size = input_size(field->type);
    char *to = (char *)base + field->offset;

    if (field->boxed) {
        void *box = arena_alloc(in->arena, size);
        memcpy(to, &box, sizeof box);
        to = box;
    }
    if (to != NULL)
        memcpy(to, value, size);
}

/* ---- texts ---- */

/* The number of characters; -1 when one of them is a control character. */
static int64_t measure(const char *text, size_t len, bool lines)
{
    int64_t count = 0;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == 0x7f || (c < 0x20 && !(lines && (c == '\n' || c == '\r' || c == '\t'))))
            return -1;
        count += (c & 0xc0) != 0x80;
    }
    return count;
}

static bool refuse_length(struct input *in, const struct input_node *at,
                          const struct input_type *type, int64_t max, int64_t count)
{
    if (type->min == max)
        return input_fault(in, at, "length", "%lld characters are wanted, not %lld", (long long)max,
                           (long long)count);
    return input_fault(in, at, "length", "%lld to %lld characters are wanted, not %lld",
                       (long long)type->min, (long long)max, (long long)count);
}

static bool fits(struct input *in, const struct input_node *at, const struct input_type *type,
                 const char *text)
{
    int64_t max = type->max > 0 ? type->max : INPUT_TEXT_MAX_CHARS;
    int64_t count = measure(text, strlen(text), type->kind == INPUT_TEXT);

    if (count < 0)
        return input_fault(in, at, "control_character", "Control characters are not allowed here");
    if (count < type->min || count > max)
        return refuse_length(in, at, type, max, count);
    if (type->fits != NULL && !type->fits(text))
        return input_fault(in, at, type->code, "%s", type->wanted);
    return true;
}

static bool convert_email(struct input *in, const struct input_node *at,
                          const struct input_type *type, const char *text, union input_held *held)
{
    held->text = NULL;
    if (!fits(in, at, type, text))
        return false;
    if (email_normalize(text, in->arena, &held->text) != ERR_INVALID_VALUE)
        return true;
    return input_fault(in, at, "email", EMAIL_WANTED);
}

/* ---- names of a list ---- */

static bool refuse_choice(struct input *in, const struct input_node *at,
                          const struct input_type *type, const char *text)
{
    const char *code = type->code != NULL ? type->code : "unknown_value";
    char choices[CHOICES_MAX_BYTES] = "";
    struct nearest nearest;
    size_t len = 0;

    nearest_begin(&nearest, text);
    for (int64_t i = type->min; i <= type->max; i++) {
        const char *name = type->values[i];
        if (name == NULL)
            continue;
        nearest_offer(&nearest, name);
        if (len < sizeof choices)
            len += (size_t)snprintf(choices + len, sizeof choices - len, "%s%s",
                                    len > 0 ? ", " : "", name);
    }
    if (nearest.name != NULL)
        return input_fault(in, at, code, "Did you mean \"%s\"? One of %s is wanted", nearest.name,
                           choices);
    return input_fault(in, at, code, "One of %s is wanted", choices);
}

static bool convert_choice(struct input *in, const struct input_node *at,
                           const struct input_type *type, const char *text, union input_held *held)
{
    for (int64_t i = type->min; i <= type->max; i++) {
        if (type->values[i] != NULL && strcmp(type->values[i], text) == 0) {
            held->choice = (int)i;
            return true;
        }
    }
    return refuse_choice(in, at, type, text);
}

/* ---- ids and moments ---- */

static bool convert_public_id(struct input *in, const struct input_node *at, const char *text,
                              size_t len, union input_held *held)
{
    struct uuid workspace;

    if (public_id_parse(text, len, &workspace, &held->id) && uuid_equal(workspace, in->workspace))
        return true;
    return input_fault(in, at, "id", "An id of this workspace is wanted");
}

static bool convert_moment(struct input *in, const struct input_node *at,
                           const struct input_type *type, const char *text, union input_held *held)
{
    if (type->kind == INPUT_INSTANT)
        return instant_parse(text, &held->at) ||
               input_fault(in, at, "date",
                           "An RFC 3339 time is wanted, such as 2026-11-22T10:00:00Z");
    return instant_parse_lenient(text, &held->at) ||
           input_fault(in, at, "date", "A date or an RFC 3339 time is wanted, such as 2026-11-22");
}

bool input_convert_text(struct input *in, const struct input_node *at,
                        const struct input_type *type, const char *text, size_t len,
                        union input_held *held)
{
    switch (type->kind) {
    case INPUT_EMAIL:
        return convert_email(in, at, type, text, held);
    case INPUT_ENUM:
        return convert_choice(in, at, type, text, held);
    case INPUT_UUID:
        return uuid_parse(text, &held->id) || input_fault(in, at, "uuid", "A UUID is wanted");
    case INPUT_PUBLIC_ID:
        return convert_public_id(in, at, text, len, held);
    case INPUT_INSTANT:
    case INPUT_DATE:
        return convert_moment(in, at, type, text, held);
    default:
        held->text = text;
        return fits(in, at, type, text);
    }
}

bool input_fits(struct input *in, const struct input_node *at, const struct input_type *type,
                const char *text)
{
    union input_held held;

    return input_convert_text(in, at, type, text, strlen(text), &held);
}

/* ---- numbers ---- */

bool input_convert_int(struct input *in, const struct input_node *at, const struct input_type *type,
                       int64_t number, union input_held *held)
{
    bool limited = type->min != 0 || type->max != 0;

    if (limited && (number < type->min || number > type->max))
        return input_fault(in, at, "range", "%lld to %lld is wanted", (long long)type->min,
                           (long long)type->max);
    if (type->kind == INPUT_INT32)
        held->small = (int32_t)number;
    else
        held->number = number;
    return true;
}

/* ---- outside JSON ---- */

static bool convert_digits(struct input *in, const struct input_node *at,
                           const struct input_type *type, const char *text, union input_held *held)
{
    char *end;

    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || *end != '\0' || text[strspn(text, "-0123456789")] != '\0' || end == text)
        return input_fault(in, at, "type", "A whole number is wanted");
    return input_convert_int(in, at, type, number, held);
}

static bool convert_truth(struct input *in, const struct input_node *at, const char *text,
                          union input_held *held)
{
    held->truth = strcmp(text, "true") == 0;
    return held->truth || strcmp(text, "false") == 0 ||
           input_fault(in, at, "type", "true or false is wanted");
}

bool input_word(struct input *in, const struct input_field *field, const char *text, void *out)
{
    const struct input_node at = {.word = text, .name = field->name};
    union input_held held;
    bool sound;

    switch (field->type->kind) {
    case INPUT_INT:
    case INPUT_INT32:
        sound = convert_digits(in, &at, field->type, text, &held);
        break;
    case INPUT_BOOL:
        sound = convert_truth(in, &at, text, &held);
        break;
    default:
        sound = input_convert_text(in, &at, field->type, text, strlen(text), &held);
    }
    if (!sound)
        return false;
    if (field->type->read != NULL)
        return field->type->read(in, &at, field, out);
    input_put(in, field, out, &held);
    return true;
}
