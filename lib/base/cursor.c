#include "base/cursor.h"

#include "base/base64.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define VERSION '1'

static char *encode(const char *text, size_t len, struct arena *arena)
{
    char *out = arena_alloc(arena, BASE64_LEN(len) + 1);

    if (out != NULL)
        base64url_encode(text, len, out);
    return out;
}

/* NULL when it is not exactly what encode() writes: each place has one cursor. */
static char *decode(const char *text, struct arena *arena)
{
    size_t len = strlen(text);

    if (len > CURSOR_MAX_BYTES)
        return NULL;
    char *out = arena_alloc(arena, BASE64_LEN(len) + 1);
    if (out == NULL || !base64url_decode(text, len, out, &len) || strlen(out) != len)
        return NULL;
    return out;
}

const char *cursor_write(const struct cursor *cursor, const char *tag, struct arena *arena)
{
    char id[UUID_TEXT_LEN + 1];

    uuid_format(cursor->id, id);
    const char *text =
        arena_printf(arena, "%s%c:%" PRId64 ":%s:%s", tag, VERSION, cursor->number,
                     uuid_is_nil(cursor->id) ? "" : id, cursor->text == NULL ? "" : cursor->text);
    return text == NULL ? NULL : encode(text, strlen(text), arena);
}

/* The field up to the next colon, which is overwritten by a NUL; NULL when there is none. */
static char *take_field(char **rest)
{
    char *field = *rest;
    char *end = strchr(field, ':');

    if (end == NULL)
        return NULL;
    *end = '\0';
    *rest = end + 1;
    return field;
}

static bool read_number(const char *text, int64_t *out)
{
    char *end;

    if (*text == '\0' || strspn(text, "-0123456789") != strlen(text))
        return false;
    errno = 0;
    *out = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0';
}

bool cursor_read(const char *text, const char *tag, struct arena *arena, struct cursor *out)
{
    char *rest = decode(text, arena);

    *out = (struct cursor){0};
    if (rest == NULL)
        return false;
    const char *name = take_field(&rest);
    const char *number = name == NULL ? NULL : take_field(&rest);
    const char *id = number == NULL ? NULL : take_field(&rest);
    if (id == NULL || strlen(name) != strlen(tag) + 1 || strncmp(name, tag, strlen(tag)) != 0 ||
        name[strlen(tag)] != VERSION)
        return false;
    out->text = rest;
    return read_number(number, &out->number) && (*id == '\0' || uuid_parse(id, &out->id));
}
