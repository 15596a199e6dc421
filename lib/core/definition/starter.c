#include "core/definition/starter.h"

#include <string.h>

const char *starter_document(enum term term)
{
    for (const struct starter *at = starters_embedded; at->name != NULL; at++)
        if (strcmp(at->name, term_name(term)) == 0)
            return at->text;
    return NULL;
}
