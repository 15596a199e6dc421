#include "base/json_bounds.h"

/* Text between quotes is skipped, and every comma and opening bracket may begin a value. Before
 * parsing, because by then a small body may already have become eighty times its size. */
bool json_bounds_fit(const char *text, size_t len)
{
    size_t values = 1, depth = 0, deepest = 0;
    bool in_text = false;

    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (in_text) {
            i += c == '\\';
            in_text = c != '"';
        } else if (c == '"') {
            in_text = true;
        } else if (c == '{' || c == '[') {
            values++;
            if (++depth > deepest)
                deepest = depth;
        } else if (c == ',') {
            values++;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return deepest <= JSON_DEPTH_MAX && values <= JSON_VALUES_MAX;
}
