#include "core/intake/mapping_find.h"

#include "base/email.h"

#include "base/json_tree.h"
#include "base/percent.h"
#include "base/text_out.h"
#include "base/utf8.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TEXT_MAX_BYTES ((size_t)1 << 20) /* of what is joined or decoded */

/* ---- places ---- */

static const json_t *step_into(const json_t *json, const char *token)
{
    char *end;

    if (json_is_object(json))
        return json_object_get(json, token);
    if (!json_is_array(json) || !isdigit((unsigned char)token[0]) ||
        (token[0] == '0' && token[1] != '\0') || strlen(token) > 9)
        return NULL;
    unsigned long index = strtoul(token, &end, 10);
    return *end == '\0' ? json_array_get(json, index) : NULL;
}

const json_t *mapping_path_find(const struct mapping_path *path, const json_t *json)
{
    for (size_t i = 0; i < path->depth && json != NULL; i++)
        json = step_into(json, path->tokens[i]);
    return json;
}

/* ---- texts ---- */

static const char *trimmed(struct arena *arena, const char *text)
{
    const char *begin = text;
    size_t len = strlen(text);

    written_trim(&begin, &len);
    return begin[len] == '\0' ? begin : arena_copy(arena, begin, len);
}

/* A scalar as people would write it; NULL: it is none, or memory is short. */
static const char *text_of(const json_t *json, struct arena *arena)
{
    struct json_out out;

    if (json_is_string(json))
        return trimmed(arena, json_string_value(json));
    if (json_is_boolean(json))
        return json_is_true(json) ? "true" : "false";
    if (json_is_null(json))
        return "null";
    if (!json_is_number(json))
        return NULL;
    json_out_init(&out, arena, 64);
    json_tree_write(json, &out);
    return out.written.text;
}

/* ---- conditions ---- */

static bool condition_holds(const struct mapping_condition *condition, const json_t *item,
                            struct arena *arena)
{
    const json_t *json = mapping_path_find(&condition->path, item);
    const char *text = json == NULL ? NULL : text_of(json, arena);

    for (size_t i = 0; i < condition->count; i++) {
        const char *wanted = condition->texts[i];
        if (strcmp(wanted, "*") == 0 && json != NULL && !json_is_null(json) &&
            (text == NULL || text[0] != '\0'))
            return true;
        if (text != NULL && strcasecmp(wanted, text) == 0)
            return true;
    }
    return false;
}

bool mapping_conditions_hold(const struct mapping_condition *conditions, size_t count,
                             const json_t *item, struct arena *arena)
{
    for (size_t i = 0; i < count; i++)
        if (!condition_holds(&conditions[i], item, arena))
            return false;
    return true;
}

/* ---- changes ---- */

/* The value of a parameter in an address or a bare query. */
static const char *take_parameter(const char *text, const char *name, struct arena *arena)
{
    size_t name_len = strlen(name);
    const char *p = strchr(text, '?');

    p = p == NULL ? text : p + 1;
    while (*p != '\0' && *p != '#') {
        size_t len = strcspn(p, "&#");
        if (len > name_len && p[name_len] == '=' && strncasecmp(p, name, name_len) == 0) {
            const char *value = percent_decode(arena, p + name_len + 1, len - name_len - 1, true);
            return value == NULL ? arena_copy(arena, p + name_len + 1, len - name_len - 1) : value;
        }
        p += len;
        p += *p == '&';
    }
    return NULL;
}

static const char *take_part(const char *text, const struct mapping_field *field,
                             struct arena *arena)
{
    size_t size = strlen(field->split);
    int64_t count = 1;

    for (const char *p = text; (p = strstr(p, field->split)) != NULL; p += size)
        count++;
    int64_t wanted = field->part < 0 ? count + field->part : field->part;
    if (wanted < 0 || wanted >= count)
        return NULL;
    for (; wanted > 0; wanted--)
        text = strstr(text, field->split) + size;
    const char *end = strstr(text, field->split);
    size_t len = end == NULL ? strlen(text) : (size_t)(end - text);
    written_trim(&text, &len);
    return arena_copy(arena, text, len);
}

static const char *change_case(const char *text, enum mapping_case letters, struct arena *arena)
{
    char *copy = arena_strdup(arena, text);

    for (char *p = copy; p != NULL && *p != '\0'; p++)
        *p = (char)(letters == MAPPING_CASE_LOWER ? tolower((unsigned char)*p)
                                                  : toupper((unsigned char)*p));
    return copy;
}

/* So many characters from the beginning. */
static const char *cut(const char *text, int64_t characters, struct arena *arena)
{
    size_t at = 0;

    while (text[at] != '\0' && characters > 0) {
        at++;
        while (((unsigned char)text[at] & 0xc0) == 0x80)
            at++;
        characters--;
    }
    return text[at] == '\0' ? text : arena_copy(arena, text, at);
}

static bool is_listed(const char *const *list, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], text) == 0)
            return true;
    return false;
}

static bool stands_for_nothing(const struct mapping_source *source,
                               const struct mapping_field *field, const char *text)
{
    if (is_listed(field->nulls, field->null_count, text))
        return true;
    return source->nulls_given ? is_listed(source->nulls, source->null_count, text)
                               : text[0] == '\0';
}

static const char *translate(const struct mapping_field *field, const char *text)
{
    for (size_t i = 0; i < field->pair_count; i++)
        if (strcmp(field->pairs[i].from, text) == 0)
            return field->pairs[i].to;
    return NULL;
}

static bool changes_texts(const struct mapping_field *field)
{
    return field->decode || field->query != NULL || field->split != NULL ||
           field->letters != MAPPING_CASE_KEPT || field->cut > 0 || field->pairs != NULL;
}

/* In the order of the members of struct mapping_field. NULL: nothing is left. */
static const char *changed(const struct mapping_field *field, const char *text, struct arena *arena)
{
    const char *decoded = field->decode ? percent_decode(arena, text, strlen(text), false) : NULL;

    if (decoded != NULL) /* else it was not encoded */
        text = decoded;
    if (text != NULL && field->query != NULL)
        text = take_parameter(text, field->query, arena);
    if (text != NULL && field->split != NULL)
        text = take_part(text, field, arena);
    if (text != NULL && field->letters != MAPPING_CASE_KEPT)
        text = change_case(text, field->letters, arena);
    if (text != NULL && field->cut > 0)
        text = cut(text, field->cut, arena);
    return text;
}

/* ---- fields ---- */

static struct mapping_value finish(const struct mapping_source *source,
                                   const struct mapping_field *field, const char *text,
                                   const char *pointer)
{
    struct mapping_value value = {.pointer = pointer};

    text = changed(field, text, source->arena);
    if (text == NULL || stands_for_nothing(source, field, text))
        return value;
    value.text = field->pairs == NULL ? text : translate(field, text);
    value.fixed = field->pairs != NULL;
    return value;
}

/* The item of an array that fits, and what is taken of it. An object stands for an array of one. */
static const json_t *choose(const struct mapping_source *source, const struct mapping_field *field,
                            const json_t *array, const char **pointer)
{
    size_t count = json_is_array(array) ? json_array_size(array) : 1;

    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_is_array(array) ? json_array_get(array, i) : array;
        if (!mapping_conditions_hold(field->where, field->where_count, item, source->arena))
            continue;
        const char *take = field->take.pointer == NULL ? "" : field->take.pointer;
        *pointer = json_is_array(array)
                       ? arena_printf(source->arena, "%s/%zu%s", field->path.pointer, i, take)
                       : arena_printf(source->arena, "%s%s", field->path.pointer, take);
        return mapping_path_find(&field->take, item);
    }
    return NULL;
}

/* Forms name their questions as people do, so an address is known by its look alone. Depth is that
 * of a document that was read. NULL: there is none. */
static const json_t *seek(const json_t *json, struct arena *arena)
{
    const json_t *found = NULL;
    const char *name, *email;
    json_t *value;

    if (json_is_string(json) && json_string_length(json) <= EMAIL_GIVEN_MAX_BYTES &&
        strchr(json_string_value(json), '@') != NULL &&
        email_normalize(json_string_value(json), arena, &email) == ERR_NONE)
        return json;
    for (size_t i = 0; found == NULL && i < json_array_size(json); i++)
        found = seek(json_array_get(json, i), arena);
    json_object_foreach((json_t *)json, name, value)
    {
        if (found == NULL)
            found = seek(value, arena);
    }
    return found;
}

static struct mapping_value find_place(const struct mapping_source *source,
                                       const struct mapping_field *field)
{
    const char *pointer = field->path.pointer;
    const json_t *json = mapping_path_find(&field->path, source->item);

    if (json != NULL && field->where_count > 0)
        json = choose(source, field, json, &pointer);
    if (json != NULL && field->seeks)
        json = seek(json, source->arena);
    struct mapping_value value = {.pointer = pointer};
    /* senders make a list of what may be several */
    if (json_is_array(json) && json_array_size(json) == 1 &&
        (field->type == MAPPING_AS_IT_IS ? changes_texts(field) : true))
        json = json_array_get(json, 0);
    if (json == NULL)
        return value;
    if (json_is_string(json))
        return finish(source, field, text_of(json, source->arena), pointer);
    const char *text = text_of(json, source->arena);
    if (text != NULL && (field->null_count > 0 || source->nulls_given) &&
        stands_for_nothing(source, field, text))
        return value;
    if (json_is_null(json) || !changes_texts(field) || text == NULL) {
        value.json = json;
        value.unusable = text == NULL && changes_texts(field);
        return value;
    }
    return finish(source, field, text, pointer);
}

/* What was found as a text, for joining. */
static const char *words_of(const struct mapping_value *value, struct arena *arena)
{
    if (value->text != NULL || value->json == NULL || json_is_null(value->json))
        return value->text;
    return text_of(value->json, arena);
}

static struct mapping_value find_joined(const struct mapping_source *source,
                                        const struct mapping_field *field)
{
    struct mapping_value first = {.pointer = ""};
    struct text_out out;
    size_t count = 0;

    text_out_init(&out, source->arena, TEXT_MAX_BYTES);
    for (size_t i = 0; i < field->part_count; i++) {
        struct mapping_value part = mapping_find(source, &field->parts[i]);
        const char *words = words_of(&part, source->arena);
        if (words == NULL)
            continue;
        if (count++ == 0)
            first = part;
        text_out_put(&out, count > 1 ? field->with : "");
        text_out_put(&out, words);
    }
    if (count == 0 || out.text == NULL)
        return first;
    return finish(source, field, out.text, first.pointer);
}

/* An unusable one counts as one that is not there, unless no other is. */
static struct mapping_value find_first(const struct mapping_source *source,
                                       const struct mapping_field *field)
{
    struct mapping_value last = {.pointer = ""};

    for (size_t i = 0; i < field->part_count; i++) {
        struct mapping_value part = mapping_find(source, &field->parts[i]);
        if (part.text != NULL && !changes_texts(field))
            return part;
        if (part.text != NULL)
            return finish(source, field, part.text, part.pointer);
        if (part.json != NULL && !json_is_null(part.json) && !part.unusable)
            return part;
        if (part.json != NULL)
            last = part;
    }
    return last;
}

struct mapping_value mapping_find(const struct mapping_source *source,
                                  const struct mapping_field *field)
{
    if (field->constant != NULL)
        return (struct mapping_value){.text = field->constant, .fixed = true, .pointer = ""};
    if (field->part_count > 0)
        return field->with == NULL ? find_first(source, field) : find_joined(source, field);
    if (field->path.pointer == NULL)
        return (struct mapping_value){.pointer = ""};
    return find_place(source, field);
}
