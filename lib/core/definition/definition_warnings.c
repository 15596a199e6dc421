#include "core/definition/definition_warnings.h"

#include "base/json_tree.h"
#include "core/definition/verdict_subject.h"

#include <string.h>

/* Baton derives these from a lead's email address, and knows how it came. */
static const char *const derived[] = {"company.domain", "email.domain", "email.is_free_mail",
                                      ORIGIN_ATTRIBUTE, FOUND_BY_ATTRIBUTE};

static bool is_known(const struct known_names *known, const char *name)
{
    for (size_t i = 0; i < sizeof derived / sizeof *derived; i++)
        if (strcmp(derived[i], name) == 0)
            return true;
    for (size_t i = 0; i < known->count; i++)
        if (strcmp(known->names[i], name) == 0)
            return true;
    return false;
}

/* Where the document first names the attribute, or NULL. */
static const char *find_name(const json_t *json, const char *name, const char *pointer,
                             struct arena *arena)
{
    const char *found = NULL;
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)json, key, value)
    {
        const char *place = pointer_join(arena, pointer, key);
        if (strcmp(key, "attribute") == 0 && json_is_string(value) &&
            strcmp(json_string_value(value), name) == 0)
            return place;
        if (place != NULL && (found = find_name(value, name, place, arena)) != NULL)
            return found;
    }
    for (size_t i = 0; json_is_array(json) && i < json_array_size(json); i++) {
        const char *place = pointer_index(arena, pointer, i);
        if (place != NULL &&
            (found = find_name(json_array_get(json, i), name, place, arena)) != NULL)
            return found;
    }
    return NULL;
}

void definition_warn_unseen(const struct definition *definition, const json_t *document,
                            const struct known_names *known, struct faults *warnings)
{
    for (size_t i = 0; known != NULL && i < definition->attributes_count; i++) {
        const char *name = definition->names[i].name;
        if (is_known(known, name))
            continue;
        const char *place = find_name(document, name, "", warnings->arena);
        faults_add(warnings, place == NULL ? "" : place, "never_seen", "No lead has had %s yet",
                   name);
    }
}

enum err definition_warnings(const char *document, const struct known_names *known,
                             struct arena *arena, struct faults *warnings)
{
    struct definition *definition = NULL;
    json_t *json = json_tree_read(arena, document, strlen(document), JSON_REJECT_DUPLICATES, NULL);

    faults_init(warnings, arena);
    if (json == NULL)
        return arena_failed(arena) ? ERR_OUT_OF_MEMORY : ERR_INVALID_DEFINITION;
    enum err err = definition_compile(json, NULL, warnings, &definition);
    if (err == ERR_NONE)
        definition_warn_unseen(definition, json, known, warnings);
    definition_free(definition);
    json_decref(json);
    return err;
}
