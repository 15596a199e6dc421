#include "core/agreement/version_page.h"

#include "core/definition/definition_page.h"

#include <jansson.h>

static const char *maker_of(const struct config *config, struct actor actor)
{
    const struct member *member = config_member(config, actor.id);
    const struct api_key *key = config_key(config, actor.id);

    if (actor.kind == ACTOR_MEMBER && member != NULL)
        return member->name;
    if (actor.kind == ACTOR_KEY && key != NULL)
        return key->title;
    return "the command line";
}

static size_t list_signatures(const struct config *config, const struct definition_version *version,
                              struct page_signature out[SIDE_COUNT])
{
    size_t count = 0;

    for (int side = 0; side < SIDE_COUNT; side++) {
        const struct signature *signature = &version->signatures[side];
        const struct member *member = config_member(config, signature->member);
        if (!signature->given)
            continue;
        out[count++] = (struct page_signature){
            .side = side == SIDE_MARKETING ? FUNCTION_MARKETING : FUNCTION_SALES,
            .member = member == NULL ? NULL : member->name,
            .signed_at = signature->signed_at,
            .key_made_by = maker_of(config, signature->key_made_by),
        };
    }
    return count;
}

enum err version_page_write(const struct config *config, const struct definition_version *version,
                            enum page_format format, char **text, size_t *len)
{
    const struct member *decliner = config_member(config, version->declined_by);
    struct page_signature signatures[SIDE_COUNT];
    const struct definition_page page = {
        .version = version->version,
        .state = definition_state_name(version->state),
        .hash = version->state == DEFINITION_DRAFT ? NULL : version->hash,
        .effective_from = version->effective_from,
        .in_force_from = version->in_force_from,
        .superseded_at = version->superseded_at,
        .declined_by = decliner == NULL ? NULL : decliner->name,
        .declined_note = version->decline_reason,
        .signatures = signatures,
        .signatures_count = list_signatures(config, version, signatures),
    };
    json_t *document = json_loads(version->document, 0, NULL);
    struct definition *definition = NULL;

    /* Of a draft nothing is kept compiled. */
    enum err err = document == NULL ? ERR_OUT_OF_MEMORY
                                    : definition_compile(document, NULL, NULL, &definition);
    json_decref(document);
    if (err == ERR_NONE)
        err = definition_page_write(definition, &page, format, text, len);
    definition_free(definition);
    return err;
}
