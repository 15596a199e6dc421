/* What a lead is known by now, as tests look at it. */
#ifndef BATON_TESTS_KNOWN_H
#define BATON_TESTS_KNOWN_H

#include "core/definition/attribute.h"

#include <string.h>

/** NULL when nothing was ever said of it. */
static inline const struct attribute *known_attribute(const struct attribute_set *set,
                                                      const char *name)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->items[i].name, name) == 0)
            return &set->items[i];
    return NULL;
}

/** The current value; NULL when there never was one, or it was cleared. */
static inline const struct value *known_value(const struct attribute_set *set, const char *name)
{
    const struct attribute *attribute = known_attribute(set, name);

    if (attribute == NULL || attribute->observations[0].value.type == VALUE_NULL)
        return NULL;
    return &attribute->observations[0].value;
}

#endif
