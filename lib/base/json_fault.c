#include "base/json_fault.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The first one that fits counts: an error code of jansson's, and how its message begins. */
static const struct {
    enum json_error_code code;
    const char *begins;
    const char *words;
} faults[] = {
    {json_error_null_character, "", "\\u0000 is not taken: no text holds a NUL"},
    {json_error_null_byte_in_key, "", "\\u0000 is not taken: no name holds a NUL"},
    {json_error_duplicate_key, "", "a member stands twice in one object"},
    {json_error_numeric_overflow, "too", "whole numbers have 64 bits: send a longer one as a text"},
    {json_error_numeric_overflow, "", "a number is beyond 1.8e308"},
    {json_error_stack_overflow, "", "it is nested too deep"},
    {json_error_end_of_input_expected, "", "nothing may follow the JSON value"},
    {json_error_invalid_utf8, "", "it is not UTF-8"},
    {json_error_premature_end_of_input, "", "it ends too early"},
    {json_error_invalid_syntax, "'[' or '{'", "a JSON object is wanted"},
    {json_error_invalid_syntax, "string or '}'",
     "a name in double quotes is wanted, or the end of the object"},
    {json_error_invalid_syntax, "':'", "a colon is wanted after the name"},
    {json_error_invalid_syntax, "'}'", "a comma is wanted, or the end of the object"},
    {json_error_invalid_syntax, "']'", "a comma is wanted, or the end of the array"},
    {json_error_invalid_syntax, "invalid Unicode",
     "\\ud800 to \\udfff make a character in pairs, and here is one alone"},
    {json_error_invalid_syntax, "invalid escape",
     "after a backslash one of \"\\/bfnrt is wanted, or u and four hex digits"},
    {json_error_invalid_syntax, "control character",
     "a control character in a text is written \\u and four hex digits"},
    {json_error_invalid_syntax, "unexpected newline", "a line break in a text is written \\n"},
    {json_error_invalid_syntax, "", "this is no JSON value"},
};

static const char *words_of(const json_error_t *error)
{
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (faults[i].code == json_error_code(error) &&
            strncmp(error->text, faults[i].begins, strlen(faults[i].begins)) == 0)
            return faults[i].words;
    return NULL;
}

void json_fault_words(const json_error_t *error, char out[JSON_FAULT_MAX_BYTES])
{
    const char *words = words_of(error);
    /* jansson adds the last token that it read, if it is short; at the end of the text there is
     * none. */
    const char *near = strstr(error->text, " near '");

    if (words == NULL)
        snprintf(out, JSON_FAULT_MAX_BYTES, "%s", error->text);
    else
        snprintf(out, JSON_FAULT_MAX_BYTES, "%s%s%s", words, near != NULL ? "," : "",
                 near != NULL ? near : "");
}
