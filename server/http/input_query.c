#include "http/input.h"

#include "http/input_value.h"
#include "http/percent.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 64 /* longer ones are unknown, and not repeated in the answer */

struct parameter {
    const char *name;
    const char *value;
};

static const struct input_field *find_field(const struct input_spec *spec, const char *name,
                                            size_t *index)
{
    for (*index = 0; *index < spec->count; ++*index)
        if (strcmp(spec->fields[*index].name, name) == 0)
            return &spec->fields[*index];
    return NULL;
}

static void take_int(const struct input_place *place, const struct input_field *field,
                     const char *text, void *to)
{
    char *end;

    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || *end != '\0' || text[strspn(text, "-0123456789")] != '\0' || end == text)
        input_fault(place, "type", "a whole number is wanted");
    else
        input_int_value(place, field, number, to);
}

static void take_bool(const struct input_place *place, const char *text, void *to)
{
    if (strcmp(text, "true") == 0)
        *(bool *)to = true;
    else if (strcmp(text, "false") == 0)
        *(bool *)to = false;
    else
        input_fault(place, "type", "true or false is wanted");
}

static void take(const struct input_place *place, const struct input_field *field, const char *text,
                 char *out)
{
    void *to = out + field->offset;

    if (field->type == INPUT_INT)
        take_int(place, field, text, to);
    else if (field->type == INPUT_BOOL)
        take_bool(place, text, to);
    else
        input_text_value(place, field, text, strlen(text), to);
    input_note_presence(field, out, INPUT_GIVEN);
}

static void refuse_unknown(const struct input_place *place, const struct input_spec *spec)
{
    char known[1024] = "";
    size_t len = 0;

    for (size_t i = 0; i < spec->count && len < sizeof known; i++)
        len += (size_t)snprintf(known + len, sizeof known - len, "%s%s", i > 0 ? ", " : "",
                                spec->fields[i].name);
    if (spec->count > 0)
        input_fault(place, "unknown_parameter", "it is not known here; known are: %s", known);
    else
        input_fault(place, "unknown_parameter", "no parameter is taken here");
}

/* "name=value", decoded. False when it is not well-formed. */
static bool split(struct arena *arena, const char *text, size_t len, struct parameter *out)
{
    const char *equals = memchr(text, '=', len);
    size_t name_len = equals != NULL ? (size_t)(equals - text) : len;

    out->name = percent_decode(arena, text, name_len, true);
    out->value = equals != NULL ? percent_decode(arena, equals + 1, len - name_len - 1, true) : "";
    return out->name != NULL && out->value != NULL;
}

static void take_parameter(const struct input_spec *spec, const struct input_place *place,
                           const struct parameter *parameter, bool *seen, char *out)
{
    size_t index;
    const struct input_field *field = find_field(spec, parameter->name, &index);

    if (field == NULL) {
        refuse_unknown(place, spec);
        return;
    }
    if (seen[index])
        input_fault(place, "repeated", "it stands more than once");
    else
        take(place, field, parameter->value, out);
    seen[index] = true;
}

static void take_all(const char *query, const struct input_spec *spec, struct input_place *place,
                     bool *seen, char *out)
{
    while (*query != '\0') {
        size_t len = strcspn(query, "&");
        struct parameter parameter;
        place->name = "";
        if (len > 0 && !split(place->arena, query, len, &parameter)) {
            input_fault(place, "encoding",
                        "a parameter is not well-formed percent-encoded UTF-8 without control "
                        "characters");
        } else if (len > 0) {
            if (strlen(parameter.name) <= NAME_MAX_BYTES)
                place->name = parameter.name;
            take_parameter(spec, place, &parameter, seen, out);
        }
        query += len + (query[len] == '&');
    }
}

enum err input_query(const char *query, const struct input_spec *spec, struct arena *arena,
                     struct faults *faults, void *out)
{
    bool seen[INPUT_FIELDS_MAX] = {false};
    struct input_place place = {arena, faults, "query", ""};
    size_t before = faults->count + faults->dropped;

    input_set_defaults(spec, out);
    take_all(query != NULL ? query : "", spec, &place, seen, out);
    for (size_t i = 0; i < spec->count; i++) {
        place.name = spec->fields[i].name;
        if (spec->fields[i].required && !seen[i])
            input_fault(&place, "required", "it is missing");
    }
    if (arena_failed(arena))
        return ERR_OUT_OF_MEMORY;
    return faults->count + faults->dropped > before ? ERR_INVALID_PARAMETER : ERR_NONE;
}
