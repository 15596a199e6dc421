#include "core/agreement/version_page.h"

#include "base/json_tree.h"
#include "core/agreement/agreement_document.h"
#include "core/definition/definition_page.h"

#include <string.h>

#define PAGE_MEMORY_BYTES (8u << 20)

/* ---- what the configuration says ---- */

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

static const char *name_of(const struct config *config, struct uuid id)
{
    const struct member *member = config_member(config, id);

    return member == NULL ? NULL : member->name;
}

/* Its evidence is kept as JSON. */
static bool list_evidence(const struct signature *signature, struct arena *arena,
                          struct page_signature *out)
{
    const char *json = signature->evidence;

    if (json == NULL)
        return true;
    json_t *ids = json_tree_read(arena, json, strlen(json), 0, NULL);
    const char **copies = ARENA_ARRAY(arena, const char *, json_array_size(ids) + 1);
    for (size_t i = 0; copies != NULL && i < json_array_size(ids); i++)
        copies[out->evidence_count++] =
            arena_strdup(arena, json_string_value(json_array_get(ids, i)));
    out->evidence = copies;
    json_decref(ids);
    return ids != NULL && !arena_failed(arena);
}

static bool list_signatures(const struct config *config, const struct agreement_version *version,
                            struct arena *arena, struct definition_page *page)
{
    struct page_signature *out =
        ARENA_ARRAY(arena, struct page_signature, version->signature_count + 1);

    for (size_t i = 0; out != NULL && i < version->signature_count; i++) {
        const struct signature *signature = &version->signatures[i];
        out[i] = (struct page_signature){
            .side = signature->side == SIDE_MARKETING ? FUNCTION_MARKETING : FUNCTION_SALES,
            .member = name_of(config, signature->member),
            .signed_at = signature->signed_at,
            .key_made_by = maker_of(config, signature->key_made_by),
        };
        if (!list_evidence(signature, arena, &out[i]))
            return false;
    }
    page->signatures = out;
    page->signatures_count = version->signature_count;
    return out != NULL;
}

static bool list_readers(const struct config *config, const struct agreement_version *version,
                         struct arena *arena, struct definition_page *page)
{
    struct page_reader *out =
        ARENA_ARRAY(arena, struct page_reader, version->acknowledged_count + 1);

    for (size_t i = 0; out != NULL && i < version->acknowledged_count; i++)
        out[i] = (struct page_reader){
            .member = name_of(config, version->acknowledged_by[i]),
            .at = version->acknowledged_at[i],
        };
    page->readers = out;
    page->readers_count = version->acknowledged_count;
    return out != NULL;
}

static bool list_comments(const struct config *config, const struct agreement_version *version,
                          struct arena *arena, struct definition_page *page)
{
    struct page_comment *out = ARENA_ARRAY(arena, struct page_comment, version->comment_count + 1);

    for (size_t i = 0; out != NULL && i < version->comment_count; i++) {
        const struct agreement_comment *comment = &version->comments[i];
        out[i] = (struct page_comment){
            .member = name_of(config, comment->member),
            .at = comment->at,
            .criterion = comment->criterion,
            .text = comment->text,
            .asks_for_changes = comment->asks_for_changes != 0,
        };
    }
    page->comments = out;
    page->comments_count = version->comment_count;
    return out != NULL;
}

static struct definition_page page_of(const struct config *config,
                                      const struct agreement_version *version)
{
    bool suspended = version->state == AGREEMENT_SUSPENDED;

    return (struct definition_page){
        .version = version->version,
        .state = agreement_state_name(version->state),
        .hash = version->state == AGREEMENT_DRAFT ? NULL : version->hash,
        .effective_from = version->effective_from,
        .in_force_from = version->in_force_from,
        .superseded_at = version->superseded_at,
        .proposed_by = uuid_is_nil(version->proposed_by) ? "the command line"
                                                         : name_of(config, version->proposed_by),
        .proposed_at = version->proposed_at,
        .step = suspended                             ? "Suspended"
                : version->state == AGREEMENT_REVOKED ? "Revoked"
                                                      : NULL,
        .declined_by = name_of(config, suspended ? version->suspended_by : version->declined_by),
        .declined_note = suspended ? version->suspend_reason : version->decline_reason,
    };
}

/* ---- what a version changes ---- */

const struct agreement_version *version_compared_with(const struct config *config,
                                                      const struct agreement_version *version)
{
    const struct agreement_version *in_force = config->in_force[version->kind];
    const struct agreement_version *latest = NULL;

    if (in_force != NULL && in_force->version < version->version)
        return in_force;
    for (size_t i = 0; i < config->agreement_count; i++) {
        const struct agreement_version *other = &config->agreements[i];
        if (other->kind == version->kind && other->version < version->version &&
            other->state != AGREEMENT_DELETED &&
            (latest == NULL || other->version > latest->version))
            latest = other;
    }
    return latest;
}

/* A draft is not kept compiled. */
static enum err compile(const struct agreement_version *version, struct arena *arena,
                        struct definition **out)
{
    json_t *document = json_tree_read(arena, version->document, strlen(version->document), 0, NULL);
    enum err err =
        document == NULL ? ERR_OUT_OF_MEMORY : definition_compile(document, NULL, NULL, out);

    json_decref(document);
    return err == ERR_INVALID_DEFINITION ? ERR_INTERNAL : err;
}

static bool has_line(const struct agreement_lines *lines, const char *line)
{
    for (size_t i = 0; i < lines->count; i++)
        if (strcmp(lines->items[i], line) == 0)
            return true;
    return false;
}

static void add_missing(const struct agreement_lines *in, const struct agreement_lines *of,
                        bool added, const char *what, struct arena *arena,
                        struct definition_diff *out)
{
    for (size_t i = 0; i < of->count; i++) {
        if (has_line(in, of->items[i]))
            continue;
        out->items[out->count++] = (struct definition_change){
            .what = what,
            .id = what,
            .change = added ? "added" : "removed",
            .old = added ? NULL : of->items[i],
            .new = added ? of->items[i] : NULL,
            .words = arena_printf(arena, "%s: %s", added ? "New" : "No longer", of->items[i]),
        };
    }
}

static enum err diff_lines(const struct config *config, const struct agreement_version *before,
                           const struct agreement_version *after, struct arena *arena,
                           struct definition_diff *out)
{
    struct agreement_lines old, new;
    const char *what = agreement_kind_name(after->kind);
    enum err err = agreement_document_lines(before->kind, before->document, config, arena, &old);

    if (err == ERR_NONE)
        err = agreement_document_lines(after->kind, after->document, config, arena, &new);
    if (err != ERR_NONE)
        return err;
    *out = (struct definition_diff){
        .items = ARENA_ARRAY(arena, struct definition_change, old.count + new.count + 1),
    };
    if (out->items == NULL)
        return ERR_OUT_OF_MEMORY;
    add_missing(&new, &old, false, what, arena, out);
    add_missing(&old, &new, true, what, arena, out);
    return arena_failed(arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
}

static enum err diff_definitions(const struct agreement_version *before,
                                 const struct agreement_version *after, struct arena *arena,
                                 struct definition_diff *out)
{
    struct definition *old = NULL;
    struct definition *new = NULL;
    enum err err = compile(before, arena, &old);

    if (err == ERR_NONE)
        err = compile(after, arena, &new);
    if (err == ERR_NONE)
        err = definition_diff(old, new, arena, out);
    definition_free(old);
    definition_free(new);
    return err;
}

enum err version_diff(const struct config *config, const struct agreement_version *before,
                      const struct agreement_version *after, struct arena *arena,
                      struct definition_diff *out)
{
    return agreement_is_definition(after->kind) ? diff_definitions(before, after, arena, out)
                                                : diff_lines(config, before, after, arena, out);
}

void version_diff_write(const struct agreement_version *before,
                        const struct agreement_version *after, const struct definition_diff *diff,
                        struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, agreement_is_definition(after->kind) ? "term" : "subject",
                         agreement_kind_name(after->kind));
    if (after->version == 0)
        json_out_member_null(out, "version");
    else
        json_out_member_int(out, "version", after->version);
    json_out_member_int(out, "against", before->version);
    json_out_key(out, "changes");
    definition_diff_write(diff, out);
    json_out_end_object(out);
}

/* ---- the page ---- */

static enum err write_page(const struct config *config, const struct agreement_version *version,
                           const struct definition_page *page, struct arena *arena,
                           enum page_format format, struct text_out *out)
{
    struct definition *definition = NULL;
    struct agreement_lines lines;
    enum err err;

    if (agreement_is_definition(version->kind)) {
        err = compile(version, arena, &definition);
        if (err == ERR_NONE)
            err = definition_page_write(definition, page, format, out);
        definition_free(definition);
        return err;
    }
    err = agreement_document_lines(version->kind, version->document, config, arena, &lines);
    if (err != ERR_NONE)
        return err;
    return definition_page_write_lines(version->kind == AGREEMENT_ROUTES ? "Routes" : "Goals",
                                       lines.items, lines.count, page, format, out);
}

enum err version_page_write(const struct config *config, const struct agreement_version *version,
                            enum page_format format, struct text_out *out)
{
    const struct agreement_version *before = version_compared_with(config, version);
    struct definition_page page = page_of(config, version);
    struct arena *arena = arena_new(PAGE_MEMORY_BYTES);
    struct definition_diff diff;
    enum err err = ERR_NONE;

    if (version->state == AGREEMENT_DELETED)
        err = ERR_NOT_FOUND;
    else if (arena == NULL || !list_signatures(config, version, arena, &page) ||
             !list_readers(config, version, arena, &page) ||
             !list_comments(config, version, arena, &page))
        err = ERR_OUT_OF_MEMORY;
    if (err == ERR_NONE && before != NULL) {
        err = version_diff(config, before, version, arena, &diff);
        page.diff = &diff;
        page.diff_against = before->version;
    }
    if (err == ERR_NONE)
        err = write_page(config, version, &page, arena, format, out);
    arena_free(arena);
    return err;
}
