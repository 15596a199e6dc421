#include "core/intake/delivered.h"

#include "base/form.h"
#include "base/text/encoding.h"

#include <string.h>

static enum err read_form(const char *body, size_t len, struct arena *arena, struct delivered *out)
{
    char why[FORM_WHY_MAX_BYTES];
    bool converted;
    enum err err = form_parse(body, len, arena, &out->document, &converted, why);

    out->tabular = true;
    if (err == ERR_NONE && converted)
        json_notes_add(&out->notes, JSON_NOTE_ENCODING, "");
    if (err != ERR_MALFORMED_JSON)
        return err;
    out->error = arena_printf(arena, "not_a_form: %s", why);
    return ERR_NONE;
}

static enum err read_json(const char *text, size_t len, struct arena *arena, struct delivered *out)
{
    int line, column;
    enum err err = json_lenient_read(text, len, arena, &out->notes, &out->document, &line, &column);

    if (err != ERR_MALFORMED_JSON)
        return err;
    out->error = line == 0 ? "too_large"
                           : arena_printf(arena, "not_json at line %d, column %d", line, column);
    return ERR_NONE;
}

enum err delivered_read(const char *content_type, const char *body, size_t len, struct arena *arena,
                        struct delivered *out)
{
    bool converted;
    enum err err;

    *out = (struct delivered){0};
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
