#include "base/name.h"

#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyz"
#define DIGITS  "0123456789"

static bool consists_of(const char *text, const char *marks)
{
    size_t len = 0;

    while (text[len] != '\0' &&
           (strchr(LETTERS DIGITS, text[len]) != NULL || strchr(marks, text[len]) != NULL))
        len++;
    return text[len] == '\0' && text[0] != '\0' && strchr(marks, text[0]) == NULL;
}

bool name_valid(const char *name)
{
    return consists_of(name, "-_") && strlen(name) <= NAME_MAX_CHARS;
}

bool code_valid(const char *code)
{
    return consists_of(code, "_-.:");
}

const struct input_type new_name_type = {
    .kind = INPUT_LINE,
    .min = 1,
    .max = NAME_MAX_CHARS,
    .fits = name_valid,
    .code = "name",
    .wanted = "A name has 1 to 63 of a-z, 0-9, - and _, and begins with a letter or digit",
};
const struct input_type name_type = {.kind = INPUT_LINE, .min = 1, .max = NAME_MAX_CHARS};
const struct input_type code_type = {
    .kind = INPUT_LINE,
    .min = 1,
    .max = CODE_MAX_CHARS,
    .fits = code_valid,
    .code = "code",
    .wanted = "A code has a-z, 0-9, _ - . and : alone, and begins with a letter or digit",
};
