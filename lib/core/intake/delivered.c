#include "core/intake/delivered.h"

#include "base/form.h"
#include "base/gzip.h"
#include "base/multipart.h"
#include "base/text/encoding.h"

#include <string.h>

/* Compressed bodies may grow so much, as JSON may. */
#define EXPANDED_MAX_BYTES ((size_t)8 << 20)

/* As the fields are, and as their names and values mean it. */
static enum err take_fields(enum err err, bool converted, struct arena *arena,
                            struct delivered *out)
{
    out->tabular = true;
    if (err == ERR_NONE && converted)
        json_notes_add(&out->notes, JSON_NOTE_ENCODING, "");
    return err == ERR_NONE ? form_nest(out->document, arena) : err;
}

static enum err read_form(const char *body, size_t len, struct arena *arena, struct delivered *out)
{
    char why[FORM_WHY_MAX_BYTES];
    bool converted;
    enum err err = form_parse(body, len, arena, &out->document, &converted, why);

    err = take_fields(err, converted, arena, out);
    if (err != ERR_MALFORMED_JSON)
        return err;
    out->error = arena_printf(arena, "not_a_form: %s", why);
    return ERR_NONE;
}

static enum err read_parts(const char *content_type, const char *body, size_t len,
                           struct arena *arena, struct delivered *out)
{
    bool converted;
    enum err err = multipart_parse(content_type, body, len, arena, &out->document, &converted);

    err = take_fields(err, converted, arena, out);
    if (err != ERR_MALFORMED_JSON)
        return err;
    out->error = "not_a_form: its parts do not end, or are too many";
    return ERR_NONE;
}

/* One of several lines of JSON; one that is none becomes a text, which fails as an item of its
 * own. */
static enum err add_line(const char *text, size_t len, struct arena *arena, struct delivered *out,
                         size_t *sound)
{
    json_t *json;
    int line, column;

    if (strspn(text, " \t\r\n") >= len)
        return ERR_NONE;
    enum err err = json_lenient_read(text, len, arena, &out->notes, &json, &line, &column);
    *sound += err == ERR_NONE;
    if (err == ERR_MALFORMED_JSON)
        json = json_stringn(text, len);
    if (err == ERR_OUT_OF_MEMORY || json == NULL)
        return ERR_OUT_OF_MEMORY;
    return json_array_append_new(out->document, json) == 0 ? ERR_NONE : ERR_OUT_OF_MEMORY;
}

/* Lines of JSON: what is no JSON as a whole, and begins with a line that is. */
static enum err read_lines(const char *text, size_t len, struct arena *arena, struct delivered *out)
{
    const char *error = out->error;
    enum err err = ERR_NONE;
    size_t sound = 0;

    out->document = json_array();
    out->error = NULL;
    if (out->document == NULL)
        err = ERR_OUT_OF_MEMORY;
    while (len > 0 && err == ERR_NONE) {
        const char *end = memchr(text, '\n', len);
        size_t line = end == NULL ? len : (size_t)(end - text);
        err = add_line(text, line, arena, out, &sound);
        line += end != NULL;
        text += line;
        len -= line;
    }
    if (err != ERR_NONE)
        arena_fail(arena);
    if (err == ERR_NONE && sound > 1)
        return ERR_NONE;
    json_decref(out->document);
    out->document = NULL;
    out->error = error;
    return err;
}

static enum err read_json(const char *text, size_t len, struct arena *arena, struct delivered *out)
{
    int line, column;
    enum err err = json_lenient_read(text, len, arena, &out->notes, &out->document, &line, &column);

    if (err != ERR_MALFORMED_JSON)
        return err;
    out->error = line == 0 ? "too_large"
                           : arena_printf(arena, "not_json at line %d, column %d", line, column);
    return line == 0 || memchr(text, '\n', len) == NULL ? ERR_NONE
                                                        : read_lines(text, len, arena, out);
}

enum err delivered_read(const char *content_type, const char *body, size_t len, struct arena *arena,
                        struct delivered *out)
{
    bool converted;
    enum err err;

    *out = (struct delivered){0};
    if (gzip_is(body, len)) {
        body = gzip_expand(body, len, EXPANDED_MAX_BYTES, arena, &len);
        if (body == NULL && arena_failed(arena))
            return ERR_OUT_OF_MEMORY;
        if (body == NULL) {
            out->error = "gzip";
            return ERR_NONE;
        }
    }
    if (multipart_is_type(content_type)) /* its parts have encodings of their own */
        return read_parts(content_type, body, len, arena, out);
    const char *text = encoding_whole(body, len, arena, &len, &converted);
    if (text == NULL)
        return ERR_OUT_OF_MEMORY;
    if (strspn(text, " \t\r\n") >= len)
        out->error = "empty";
    else if (converted)
        json_notes_add(&out->notes, JSON_NOTE_ENCODING, "");
    if (out->error != NULL)
        return ERR_NONE;
    if (form_is_type(content_type))
        err = read_form(text, len, arena, out);
    else
        err = read_json(text, len, arena, out);
    if (err == ERR_NONE && arena_failed(arena)) {
        json_decref(out->document);
        out->document = NULL;
        err = ERR_OUT_OF_MEMORY;
    }
    return err;
}
