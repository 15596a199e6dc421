#include "base/multipart.h"

#include "base/form.h"
#include "base/text/encoding.h"

#include <string.h>
#include <strings.h>

#define TYPE "multipart/form-data"

bool multipart_is_type(const char *content_type)
{
    return content_type != NULL && strncasecmp(content_type, TYPE, sizeof TYPE - 1) == 0;
}

/* The value of a parameter such as boundary= or name=, quoted or not. NULL: there is none. */
static const char *parameter(const char *text, size_t len, const char *name, struct arena *arena)
{
    size_t name_len = strlen(name);

    for (size_t i = 0; i + name_len < len; i++) {
        bool begins = i == 0 || strchr("; \t", text[i - 1]) != NULL;
        if (!begins || strncasecmp(text + i, name, name_len) != 0 || text[i + name_len] != '=')
            continue;
        const char *value = text + i + name_len + 1;
        size_t left = len - i - name_len - 1;
        bool quoted = left > 0 && *value == '"';
        const char *end = quoted ? memchr(value + 1, '"', left - 1) : NULL;
        if (quoted && end != NULL)
            return arena_copy(arena, value + 1, (size_t)(end - value - 1));
        size_t size = 0;
        while (size < left && strchr("; \t\r\n", value[size]) == NULL)
            size++;
        return arena_copy(arena, value, size);
    }
    return NULL;
}

/* The header Content-Disposition of a part; NULL: it has none. */
static const char *disposition_of(const char *headers, size_t len, size_t *out_len)
{
    static const char name[] = "content-disposition:";

    while (len > 0) {
        const char *end = memchr(headers, '\n', len);
        size_t line = end == NULL ? len : (size_t)(end - headers);
        if (line > sizeof name && strncasecmp(headers, name, sizeof name - 1) == 0) {
            *out_len = line - (sizeof name - 1);
            return headers + sizeof name - 1;
        }
        line += end != NULL;
        headers += line;
        len -= line;
    }
    return NULL;
}

static bool add_part(const char *part, size_t len, struct arena *arena, json_t *fields,
                     bool *converted)
{
    const char *blank = memmem(part, len, "\r\n\r\n", 4);
    size_t disposition_len;

    if (blank == NULL)
        return true;
    const char *disposition = disposition_of(part, (size_t)(blank - part), &disposition_len);
    const char *name =
        disposition == NULL ? NULL : parameter(disposition, disposition_len, "name", arena);
    if (name == NULL)
        return true;
    const char *file = parameter(disposition, disposition_len, "filename", arena);
    const char *value = file == NULL ? blank + 4 : file;
    size_t value_len = file == NULL ? len - (size_t)(blank + 4 - part) : strlen(file);
    size_t name_len = strlen(name);
    bool changed[2] = {false, false};
    name = encoding_whole(name, name_len, arena, &name_len, &changed[0]);
    value = encoding_whole(value, value_len, arena, &value_len, &changed[1]);
    *converted = *converted || changed[0] || changed[1];
    json_t *json = name == NULL || value == NULL || memchr(value, '\0', value_len) != NULL
                       ? NULL
                       : json_stringn(value, value_len);
    name = name == NULL ? NULL : arena_copy(arena, name, name_len);
    return json != NULL && name != NULL && form_add(fields, name, json) == ERR_NONE;
}

static bool add_parts(const char *boundary, const char *body, size_t len, struct arena *arena,
                      json_t *fields, bool *converted)
{
    size_t boundary_len = strlen(boundary);
    const char *end = body + len;
    const char *at = memmem(body, len, boundary, boundary_len);

    for (size_t count = 0; at != NULL && count <= FORM_FIELDS_MAX; count++) {
        at += boundary_len;
        if (end - at >= 2 && at[0] == '-' && at[1] == '-')
            return true;
        const char *next = memmem(at, (size_t)(end - at), boundary, boundary_len);
        /* a line end stands before each boundary, and belongs to it */
        if (next == NULL || next - at < 4)
            return false;
        at += at[0] == '\r' ? 2 : 1;
        size_t part = (size_t)(next - at) - (next[-2] == '\r' ? 2 : 1);
        if (next - at < 2 || !add_part(at, part, arena, fields, converted))
            return false;
        at = next;
    }
    return false;
}

enum err multipart_parse(const char *content_type, const char *body, size_t len,
                         struct arena *arena, json_t **out, bool *converted)
{
    const char *named = parameter(content_type, strlen(content_type), "boundary", arena);
    const char *boundary = named == NULL ? NULL : arena_printf(arena, "--%s", named);
    json_t *fields = json_object();

    *out = NULL;
    *converted = false;
    if (fields == NULL)
        arena_fail(arena);
    bool whole = boundary != NULL && fields != NULL &&
                 add_parts(boundary, body, len, arena, fields, converted);
    if (whole && !arena_failed(arena)) {
        *out = fields;
        return ERR_NONE;
    }
    json_decref(fields);
    return arena_failed(arena) ? ERR_OUT_OF_MEMORY : ERR_MALFORMED_JSON;
}
