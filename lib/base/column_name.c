#include "base/column_name.h"

#include "base/text/unicode.h"

#include <string.h>

/* White space of more than one byte. */
static const char *const wide[] = {"\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x87", "\xe3\x80\x80"};

static size_t space_at(const char *text)
{
    if (*text == ' ' || *text == '\t' || *text == '\r' || *text == '\n')
        return 1;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (strncmp(text, wide[i], strlen(wide[i])) == 0)
            return strlen(wide[i]);
    return 0;
}

enum err column_name_fold(const char *name, struct arena *arena, const char **out)
{
    const char *lower;
    enum err err = unicode_clean(name, strlen(name), arena, &lower);

    if (err == ERR_NONE)
        err = unicode_lower(lower, strlen(lower), arena, &lower);
    if (err != ERR_NONE)
        return err;
    char *folded = arena_alloc(arena, strlen(lower) + 1);
    if (folded == NULL)
        return ERR_OUT_OF_MEMORY;
    size_t len = 0;
    while (*lower != '\0') {
        size_t space = space_at(lower);
        if (space == 0)
            folded[len++] = *lower++;
        else
            lower += space;
    }
    folded[len] = '\0';
    *out = folded;
    return ERR_NONE;
}
