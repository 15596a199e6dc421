#include "http/cors.h"

#include <string.h>

#define LABEL_CHARS "abcdefghijklmnopqrstuvwxyz0123456789-."

/* The length of "host" or "[address]" at the start of the text; 0: there is none. */
static size_t host_len(const char *text)
{
    if (*text != '[')
        return strspn(text, LABEL_CHARS);
    size_t len = strspn(text + 1, "0123456789abcdef:.");
    return len > 1 && text[1 + len] == ']' ? len + 2 : 0;
}

static bool is_origin(const char *text, size_t len)
{
    const char *at = text;
    const char *end = text + len;

    if (strncmp(at, "https://", 8) == 0)
        at += 8;
    else if (strncmp(at, "http://", 7) == 0)
        at += 7;
    else
        return false;
    size_t host = host_len(at);
    at += host;
    if (host == 0 || at > end)
        return false;
    if (at < end && *at == ':') {
        size_t digits = strspn(at + 1, "0123456789");
        if (digits == 0 || digits > 5)
            return false;
        at += 1 + digits;
    }
    return at == end;
}

/* The next origin of the list and its length, without the spaces around it; NULL after the last. */
static const char *next_origin(const char **at, size_t *len)
{
    *at += strspn(*at, " ");
    if (**at == '\0')
        return NULL;
    const char *text = *at;
    size_t item = strcspn(text, ",");
    *at += item + (text[item] == ',');
    while (item > 0 && text[item - 1] == ' ')
        item--;
    *len = item;
    return text;
}

bool cors_list_is_fine(const char *origins)
{
    const char *origin;
    size_t len;

    while ((origin = next_origin(&origins, &len)) != NULL)
        if (!is_origin(origin, len))
            return false;
    return true;
}

bool cors_allows(const char *origins, const char *origin)
{
    const char *allowed;
    size_t len;

    if (origin == NULL)
        return false;
    while ((allowed = next_origin(&origins, &len)) != NULL)
        if (strlen(origin) == len && memcmp(allowed, origin, len) == 0)
            return true;
    return false;
}
