#include "api/definitions_api.h"

#include "http/reply.h"
#include "http/request_refuse.h"

#include "api/values.h"
#include "http/accept.h"

#include "base/etag.h"
#include "base/json_tree.h"
#include "core/agreement/agreement_rules.h"
#include "core/agreement/responsibilities.h"
#include "core/agreement/shape_agreement.h"
#include "core/agreement/version_page.h"
#include "core/definition/definition.h"
#include "core/definition/definition_warnings.h"

#include <string.h>

#define ANSWER_MAX_BYTES (4u << 20)

static const struct agreement_version *latest_of(const struct config *config,
                                                 enum agreement_kind kind, int below)
{
    const struct agreement_version *latest = NULL;

    for (size_t i = 0; i < config->agreement_count; i++) {
        const struct agreement_version *version = &config->agreements[i];
        if (version->kind == kind && version->version < below &&
            version->state != AGREEMENT_DELETED &&
            (latest == NULL || version->version > latest->version))
            latest = version;
    }
    return latest;
}

static void write_version(struct request *r, const struct agreement_version *version,
                          const struct faults *warnings, struct json_out *out)
{
    shape_agreement_version(r->config, version, warnings,
                            agreement_actions(r->config, version, &r->caller), out);
}

/* ---- all terms ---- */

static void write_title(const struct agreement_version *version, struct json_out *out)
{
    json_t *document =
        json_tree_read(out->written.arena, version->document, strlen(version->document), 0, NULL);

    json_out_member_text(out, "title", json_string_value(json_object_get(document, "title")));
    json_decref(document);
}

static void write_summary(const struct config *config, enum term term, struct json_out *out)
{
    const struct agreement_version *latest =
        latest_of(config, (enum agreement_kind)term, INT32_MAX);
    const struct agreement_version *in_force = config->in_force[term];

    if (latest == NULL)
        return;
    json_out_begin_object(out);
    json_out_member_text(out, "term", term_name(term));
    write_title(in_force == NULL ? latest : in_force, out);
    if (in_force != NULL)
        json_out_member_int(out, "in_force", in_force->version);
    else
        json_out_member_null(out, "in_force");
    json_out_member_int(out, "latest", latest->version);
    json_out_member_text(out, "latest_state", agreement_state_name(latest->state));
    json_out_end_object(out);
}

enum err definitions_list(struct request *r, struct read *read)
{
    struct json_out out;

    (void)read;
    json_out_init(&out, r->arena, ANSWER_MAX_BYTES);
    json_out_begin_object(&out);
    json_out_key(&out, "data");
    json_out_begin_array(&out);
    for (int term = 0; term < TERM_COUNT; term++)
        write_summary(r->config, (enum term)term, &out);
    json_out_end_array(&out);
    json_out_end_object(&out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}

/* ---- one term ---- */

static void write_term(struct request *r, enum agreement_kind kind, struct json_out *out)
{
    const struct agreement_version *version = latest_of(r->config, kind, INT32_MAX);

    json_out_begin_object(out);
    json_out_member_text(out, agreement_is_definition(kind) ? "term" : "subject",
                         agreement_kind_name(kind));
    json_out_key(out, "in_force");
    if (r->config->in_force[kind] != NULL)
        write_version(r, r->config->in_force[kind], NULL, out);
    else
        json_out_null(out);
    json_out_key(out, "versions");
    json_out_begin_array(out);
    for (; version != NULL; version = latest_of(r->config, kind, version->version))
        shape_version_summary(version, out);
    json_out_end_array(out);
    json_out_end_object(out);
}

struct term_input {
    enum agreement_kind kind;
};

static const struct input_field term_fields[] = {
    {"term", &term_type, AT(struct term_input, kind), .place = INPUT_PATH},
};
const struct input_spec definitions_get_input = INPUT_SPEC(term_fields, struct term_input);

static enum err reply_kind(struct request *r, enum agreement_kind kind)
{
    struct json_out out;

    json_out_init(&out, r->arena, ANSWER_MAX_BYTES);
    write_term(r, kind, &out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}

enum err definitions_get(struct request *r, struct read *read)
{
    enum agreement_kind kind = ((const struct term_input *)r->input)->kind;

    (void)read;
    if (latest_of(r->config, kind, INT32_MAX) == NULL)
        return request_refuse(r, ERR_NOT_FOUND, "%s has no version yet", agreement_kind_name(kind));
    return reply_kind(r, kind);
}

enum err routes_get(struct request *r, struct read *read)
{
    (void)read;
    return reply_kind(r, AGREEMENT_ROUTES);
}

enum err goals_get(struct request *r, struct read *read)
{
    (void)read;
    return reply_kind(r, AGREEMENT_GOALS);
}

enum err agreements_list(struct request *r, struct read *read)
{
    struct json_out out;

    (void)read;
    json_out_init(&out, r->arena, ANSWER_MAX_BYTES);
    shape_agreements(r->config, &r->caller, &out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}

enum err responsibilities_list(struct request *r, struct read *read)
{
    struct json_out out;

    (void)read;
    json_out_init(&out, r->arena, ANSWER_MAX_BYTES);
    responsibilities_write(r->config, &out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}

/* ---- one version ---- */

struct version_input {
    enum agreement_kind kind;
    int32_t version;
    int32_t against; /* to compare with; 0: the one in force, else the one before */
};

static const struct input_field version_fields[] = {
    {"term", &term_type, AT(struct version_input, kind), .place = INPUT_PATH},
    {"version", &version_type, AT(struct version_input, version), .place = INPUT_PATH},
};
const struct input_spec definitions_version_input =
    INPUT_SPEC(version_fields, struct version_input);

static const struct input_field plain_version_fields[] = {
    {"version", &version_type, AT(struct version_input, version), .place = INPUT_PATH},
};
const struct input_spec agreements_version_input =
    INPUT_SPEC(plain_version_fields, struct version_input);

static enum err find_version(struct request *r, const struct agreement_version **out)
{
    const struct version_input *input = r->input;

    *out = config_agreement(r->config, input->kind, input->version);
    if (*out == NULL || (*out)->state == AGREEMENT_DELETED)
        return request_refuse(r, ERR_NOT_FOUND, "There is no version %d of %s", input->version,
                              agreement_kind_name(input->kind));
    return ERR_NONE;
}

static enum err reply_page(struct request *r, const struct agreement_version *version,
                           enum page_format format)
{
    struct text_out out;

    text_out_init(&out, r->arena, DEFINITION_PAGE_BYTES);
    enum err err = version_page_write(r->config, version, format, &out);
    if (err != ERR_NONE)
        return err == ERR_OUT_OF_MEMORY ? err : ERR_INTERNAL;
    reply_text(r, 200,
               format == PAGE_HTML ? "text/html; charset=utf-8" : "text/markdown; charset=utf-8",
               &out);
    return ERR_NONE;
}

/* Warnings matter until the version is signed. */
static enum err warnings_of(struct request *r, struct read *read,
                            const struct agreement_version *version, struct faults **out)
{
    const struct known_names *known;

    *out = NULL;
    if (!agreement_is_definition(version->kind))
        return ERR_NONE;
    if (version->state != AGREEMENT_DRAFT && version->state != AGREEMENT_PROPOSED)
        return ERR_NONE;
    enum err err = definitions_known_names(r, read, &known);
    if (err != ERR_NONE)
        return err;
    *out = ARENA_NEW(r->arena, struct faults);
    if (*out == NULL || definition_warnings(version->document, known, r->arena, *out) != ERR_NONE)
        return ERR_OUT_OF_MEMORY;
    return ERR_NONE;
}

static enum err reply_version(struct request *r, struct read *read,
                              const struct agreement_version *version)
{
    struct json_out out;
    struct faults *warnings;
    enum err err = warnings_of(r, read, version, &warnings);

    if (err != ERR_NONE)
        return err;
    json_out_init(&out, r->arena, ANSWER_MAX_BYTES);
    write_version(r, version, warnings, &out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}

enum err definitions_version(struct request *r, struct read *read)
{
    static const char *const offered[] = {"application/json", "text/html", "text/markdown"};
    const struct agreement_version *version;
    char *etag = arena_alloc(r->arena, ETAG_LEN + 1);
    int chosen = accept_choose(r->accept, offered, 3);

    enum err err = find_version(r, &version);
    if (err != ERR_NONE)
        return err;
    if (chosen < 0)
        return request_refuse(r, ERR_NOT_ACCEPTABLE,
                              "There are application/json, text/html and text/markdown");
    if (etag == NULL)
        return ERR_OUT_OF_MEMORY;
    if (chosen == 0)
        err = reply_version(r, read, version);
    else
        err = reply_page(r, version, chosen == 1 ? PAGE_HTML : PAGE_MARKDOWN);
    if (err != ERR_NONE)
        return err;
    etag_of_text(version->document, strlen(version->document), etag);
    r->reply.etag = etag;
    r->reply.vary |= VARY_ACCEPT;
    return ERR_NONE;
}

/* ---- what changed ---- */

static const struct input_field diff_fields[] = {
    {"term", &term_type, AT(struct version_input, kind), .place = INPUT_PATH},
    {"version", &version_type, AT(struct version_input, version), .place = INPUT_PATH},
    {"against", &asked_version_type, AT(struct version_input, against)},
};
const struct input_spec definitions_diff_input = INPUT_SPEC(diff_fields, struct version_input);

static const struct input_field plain_diff_fields[] = {
    {"version", &version_type, AT(struct version_input, version), .place = INPUT_PATH},
    {"against", &asked_version_type, AT(struct version_input, against)},
};
const struct input_spec agreements_diff_input = INPUT_SPEC(plain_diff_fields, struct version_input);

static const struct agreement_version *
other_version(const struct config *config, const struct agreement_version *version, int32_t against)
{
    if (against == 0)
        return version_compared_with(config, version);
    const struct agreement_version *other = config_agreement(config, version->kind, against);
    return other == NULL || other->state == AGREEMENT_DELETED ? NULL : other;
}

enum err definitions_diff(struct request *r, struct read *read)
{
    const struct version_input *input = r->input;
    const struct agreement_version *version;
    struct definition_diff diff;
    struct json_out out;

    (void)read;
    enum err err = find_version(r, &version);
    if (err != ERR_NONE)
        return err;
    const struct agreement_version *against = other_version(r->config, version, input->against);
    if (against == NULL)
        return request_refuse(r, ERR_NOT_FOUND, "There is no version to compare it with");
    err = version_diff(r->config, against, version, r->arena, &diff);
    if (err != ERR_NONE)
        return err;
    json_out_init(&out, r->arena, ANSWER_MAX_BYTES);
    version_diff_write(against, version, &diff, &out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}
