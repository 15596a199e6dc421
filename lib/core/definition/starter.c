#include "core/definition/starter.h"

#include <string.h>

const char *starter_document_named(const char *name)
{
    for (const struct starter *at = starters_embedded; at->name != NULL; at++)
        if (strcmp(at->name, name) == 0)
            return at->text;
    return NULL;
}

const char *starter_document(enum term term)
{
    return starter_document_named(term_name(term));
}
