#include "core/agreement/version_page.h"

#include "base/json_tree.h"
#include "core/definition/definition_page.h"

#include <string.h>

#define DIFF_MAX_BYTES (4u << 20)

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

/* A draft is not kept compiled. */
static enum err compile(const struct definition_version *version, struct arena *arena,
                        struct definition **out)
{
    json_t *document = json_tree_read(arena, version->document, strlen(version->document), 0, NULL);
    enum err err =
        document == NULL ? ERR_OUT_OF_MEMORY : definition_compile(document, NULL, NULL, out);

    json_decref(document);
    return err;
}

const struct definition_version *version_compared_with(const struct config *config,
                                                       const struct definition_version *version)
{
    const struct definition_version *in_force = config->in_force[version->term];
    const struct definition_version *latest = NULL;

    if (in_force != NULL && in_force->version < version->version)
        return in_force;
    for (size_t i = 0; i < config->definition_count; i++) {
        const struct definition_version *other = &config->definitions[i];
        if (other->term == version->term && other->version < version->version &&
            (latest == NULL || other->version > latest->version))
            latest = other;
    }
    return latest;
}

/* Writes the page with the changes since the version before it, if there is one. */
static enum err write_with_changes(const struct definition *definition,
                                   const struct definition_version *before,
                                   struct definition_page *page, enum page_format format,
                                   struct text_out *out)
{
    struct arena *arena = arena_new(DIFF_MAX_BYTES);
    struct definition *old = NULL;
    struct definition_diff diff;
    enum err err = arena == NULL ? ERR_OUT_OF_MEMORY : compile(before, arena, &old);

    if (err == ERR_NONE)
        err = definition_diff(old, definition, arena, &diff);
    if (err == ERR_NONE) {
        page->diff = &diff;
        page->diff_against = before->version;
        err = definition_page_write(definition, page, format, out);
    }
    definition_free(old);
    arena_free(arena);
    return err;
}

enum err version_page_write(const struct config *config, const struct definition_version *version,
                            enum page_format format, struct text_out *out)
{
    const struct member *decliner = config_member(config, version->declined_by);
    struct page_signature signatures[SIDE_COUNT];
    const struct definition_version *before = version_compared_with(config, version);
    struct definition_page page = {
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
    struct definition *definition = NULL;
    enum err err = compile(version, out->arena, &definition);

    if (err == ERR_NONE && before == NULL)
        err = definition_page_write(definition, &page, format, out);
    else if (err == ERR_NONE)
        err = write_with_changes(definition, before, &page, format, out);
    definition_free(definition);
    return err;
}
