#include "http/embedded.h"

#include <string.h>

const struct embedded *embedded_find(const char *name)
{
    for (size_t i = 0; i < embedded_count; i++)
        if (strcmp(embedded[i].name, name) == 0)
            return &embedded[i];
    return NULL;
}
