#include "base/csv_out.h"

#include <string.h>

static bool is_formula(const char *text)
{
    return *text != '\0' && strchr("=+-@\t\r", *text) != NULL;
}

static void put_cell(struct text_out *out, const char *text, bool guarded)
{
    if (text == NULL)
        return;
    bool quoted = strpbrk(text, ",\"\r\n") != NULL;
    text_out_put(out, quoted ? "\"" : "");
    text_out_put(out, guarded && is_formula(text) ? "'" : "");
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '"')
            text_out_put(out, "\"");
        text_out_put_len(out, at, 1);
    }
    text_out_put(out, quoted ? "\"" : "");
}

void csv_out_cell(struct text_out *out, const char *text)
{
    put_cell(out, text, true);
}

void csv_out_cell_as_is(struct text_out *out, const char *text)
{
    put_cell(out, text, false);
}
