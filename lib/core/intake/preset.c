#include "core/intake/preset.h"

#include "base/json_tree.h"

#include <string.h>

json_t *preset_document(const char *name, struct arena *arena)
{
    for (const struct preset *at = presets_embedded; at->name != NULL; at++)
        if (strcmp(at->name, name) == 0)
            return json_tree_read(arena, at->text, strlen(at->text), JSON_REJECT_DUPLICATES, NULL);
    return NULL;
}
