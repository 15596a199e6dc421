#include "core/definition/definition_reader.h"

#include <ctype.h>
#include <string.h>

const char *reader_member(struct definition_reader *reader, const char *pointer, const char *name)
{
    return pointer_join(reader->faults->arena, pointer, name);
}

const char *reader_item(struct definition_reader *reader, const char *pointer, size_t index)
{
    return pointer_index(reader->faults->arena, pointer, index);
}

static bool is_one_line(const char *text, size_t len, bool breaks_allowed)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c < 0x20 || c == 0x7f) && !(breaks_allowed && (c == '\n' || c == '\t')))
            return false;
    }
    return true;
}

static bool is_code(const char *text)
{
    if (!islower((unsigned char)text[0]))
        return false;
    for (const char *p = text; *p != '\0'; p++)
        if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) && strchr("_-.", *p) == NULL)
            return false;
    return true;
}

static bool check_text(struct definition_reader *reader, const json_t *json, const char *pointer,
                       const struct member *member)
{
    if (!json_is_string(json)) {
        faults_add(reader->faults, pointer, "type", "a text is wanted");
        return false;
    }
    const char *text = json_string_value(json);
    int64_t len = (int64_t)json_string_length(json);
    if (len < member->min || len > member->max) {
        faults_add(reader->faults, pointer, "length", "%lld to %lld bytes are wanted, not %lld",
                   (long long)member->min, (long long)member->max, (long long)len);
        return false;
    }
    if (member->type == MEMBER_CODE && !is_code(text)) {
        faults_add(reader->faults, pointer, "code",
                   "a lower-case letter, then letters, digits, \"_\", \"-\" or \".\" are wanted");
        return false;
    }
    if (!is_one_line(text, (size_t)len, member->type == MEMBER_TEXT)) {
        faults_add(reader->faults, pointer, "control_character",
                   "control characters are not allowed here");
        return false;
    }
    return true;
}

static bool check_int(struct definition_reader *reader, const json_t *json, const char *pointer,
                      const struct member *member)
{
    if (!json_is_integer(json)) {
        faults_add(reader->faults, pointer, "type", "a whole number is wanted");
        return false;
    }
    int64_t number = json_integer_value(json);
    if (number < member->min || number > member->max) {
        faults_add(reader->faults, pointer, "range", "%lld to %lld is wanted",
                   (long long)member->min, (long long)member->max);
        return false;
    }
    return true;
}

static bool check_array(struct definition_reader *reader, const json_t *json, const char *pointer,
                        const struct member *member)
{
    if (!json_is_array(json)) {
        faults_add(reader->faults, pointer, "type", "an array is wanted");
        return false;
    }
    int64_t count = (int64_t)json_array_size(json);
    if (count < member->min || count > member->max) {
        faults_add(reader->faults, pointer, count < member->min ? "empty" : "too_many",
                   "%lld to %lld items are wanted, not %lld", (long long)member->min,
                   (long long)member->max, (long long)count);
        return false;
    }
    return true;
}

static bool check_member(struct definition_reader *reader, const json_t *json, const char *pointer,
                         const struct member *member)
{
    switch (member->type) {
    case MEMBER_LINE:
    case MEMBER_TEXT:
    case MEMBER_CODE:
        return check_text(reader, json, pointer, member);
    case MEMBER_INT:
        return check_int(reader, json, pointer, member);
    case MEMBER_BOOL:
        if (!json_is_boolean(json))
            faults_add(reader->faults, pointer, "type", "true or false is wanted");
        return json_is_boolean(json);
    case MEMBER_OBJECT:
        if (!json_is_object(json))
            faults_add(reader->faults, pointer, "type", "an object is wanted");
        return json_is_object(json);
    case MEMBER_ARRAY:
        return check_array(reader, json, pointer, member);
    default:
        return true;
    }
}

static const struct member *find_member(const struct member *members, const char *name)
{
    for (const struct member *member = members; member->name != NULL; member++)
        if (strcmp(member->name, name) == 0)
            return member;
    return NULL;
}

bool reader_check(struct definition_reader *reader, const json_t *json, const char *pointer,
                  const struct member *members)
{
    const char *name;
    json_t *value;
    bool good = true;

    if (!json_is_object(json)) {
        faults_add(reader->faults, pointer, "type", "an object is wanted");
        return false;
    }
    json_object_foreach((json_t *)json, name, value)
    {
        const char *place = reader_member(reader, pointer, name);
        const struct member *member = find_member(members, name);
        if (member == NULL) {
            faults_add(reader->faults, place, "unknown_member", "no such member is known here");
            good = false;
        } else {
            good = check_member(reader, value, place, member) && good;
        }
    }
    for (const struct member *member = members; member->name != NULL; member++) {
        if (!member->required || json_object_get(json, member->name) != NULL)
            continue;
        faults_add(reader->faults, reader_member(reader, pointer, member->name), "required",
                   "it is missing");
        good = false;
    }
    return good;
}

const char *reader_text(struct definition_reader *reader, const json_t *json, const char *name)
{
    const json_t *text = json_object_get(json, name);

    if (!json_is_string(text))
        return NULL;
    char *copy = arena_copy(reader->arena, json_string_value(text), json_string_length(text));
    if (copy == NULL)
        reader->out_of_memory = true;
    return copy;
}

int32_t reader_int(const json_t *json, const char *name, int32_t otherwise)
{
    const json_t *number = json_object_get(json, name);

    if (!json_is_integer(number) || json_integer_value(number) < INT32_MIN ||
        json_integer_value(number) > INT32_MAX)
        return otherwise;
    return (int32_t)json_integer_value(number);
}

int reader_choice(struct definition_reader *reader, const json_t *json, const char *pointer,
                  const char *name, const char *const *names, int count)
{
    const char *text = json_string_value(json_object_get(json, name));

    if (text == NULL)
        return -1;
    for (int i = 0; i < count; i++)
        if (strcmp(text, names[i]) == 0)
            return i;
    char known[200] = "";
    size_t len = 0;
    for (int i = 0; i < count; i++) {
        size_t more = strlen(names[i]);
        if (len + more + 3 > sizeof known)
            break;
        if (i > 0) {
            memcpy(known + len, ", ", 2);
            len += 2;
        }
        memcpy(known + len, names[i], more + 1);
        len += more;
    }
    faults_add(reader->faults, reader_member(reader, pointer, name), "unknown_value",
               "one of %s is wanted", known);
    return -1;
}

void *reader_alloc(struct definition_reader *reader, size_t count, size_t size)
{
    void *room = arena_alloc(reader->arena, (count == 0 ? 1 : count) * size);

    if (room == NULL)
        reader->out_of_memory = true;
    return room;
}
