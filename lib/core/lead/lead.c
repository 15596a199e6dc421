#include "core/lead/lead.h"

#include "base/json_tree.h"

#include <ctype.h>
#include <string.h>

static const char *const stage_names[STAGE_COUNT] = {
#define X(name, text) [STAGE_##name] = text,
    STAGE_TABLE(X)
#undef X
};

static const char *const milestone_names[MILESTONE_COUNT] = {
#define X(name, text) [MILESTONE_##name] = text,
    MILESTONE_TABLE(X)
#undef X
};

/* Without the step that is none. */
static const char *const step_names[STEP_COUNT] = {
#define X(name, text) [STEP_##name] = text,
    LEAD_STEP_TABLE(X)
#undef X
};

const struct input_type lead_step_type = {
    .kind = INPUT_ENUM, .values = step_names, .max = STEP_COUNT - 1};
const struct input_type stage_type = {
    .kind = INPUT_ENUM, .values = stage_names, .max = STAGE_COUNT - 1};
const struct input_type milestone_type = {
    .kind = INPUT_ENUM, .values = milestone_names, .max = MILESTONE_COUNT - 1};

static const char *const identity_kind_names[] = {"external", "email", "anonymous"};

static int index_of(const char *const *names, int count, const char *name)
{
    for (int i = 0; name != NULL && i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

const char *stage_name(enum stage stage)
{
    return stage < STAGE_COUNT ? stage_names[stage] : NULL;
}

bool stage_parse(const char *name, enum stage *out)
{
    int at = index_of(stage_names, STAGE_COUNT, name);

    if (at >= 0)
        *out = (enum stage)at;
    return at >= 0;
}

const struct digest_key *lead_salt(struct lead *lead)
{
    if (!lead->salt_ready)
        digest_key_set(&lead->salt_key, lead->salt, SALT_BYTES);
    lead->salt_ready = true;
    return &lead->salt_key;
}

void lead_forget_salt(struct lead *lead)
{
    memset(lead->salt, 0, sizeof lead->salt);
    lead->salt_key = (struct digest_key){0};
    lead->salt_ready = false;
}

bool stage_is_end(enum stage stage)
{
    return stage == STAGE_CUSTOMER || stage == STAGE_DISQUALIFIED;
}

bool stage_is_aside(enum stage stage)
{
    return stage == STAGE_NURTURE || stage == STAGE_DISQUALIFIED;
}

const char *lead_step_name(enum lead_step step)
{
    return step_names[step];
}

const char *milestone_name(enum milestone milestone)
{
    return milestone_names[milestone];
}

bool milestone_parse(const char *name, enum milestone *out)
{
    int at = index_of(milestone_names, MILESTONE_COUNT, name);

    if (at >= 0)
        *out = (enum milestone)at;
    return at >= 0;
}

const char *lead_status_name(enum lead_status status)
{
    static const char *const names[] = {"active", "merged", "erased"};

    return names[status];
}

const char *identity_source_parse(const char *text, struct arena *arena)
{
    size_t len = text == NULL ? 0 : strlen(text);
    char *source =
        len == 0 || len > IDENTITY_SOURCE_MAX_BYTES ? NULL : arena_copy(arena, text, len);

    for (char *c = source; c != NULL && *c != '\0'; c++) {
        if (!isascii((unsigned char)*c) ||
            (!isalnum((unsigned char)*c) && strchr("_-.", *c) == NULL))
            return NULL;
        *c = (char)tolower((unsigned char)*c);
    }
    return source;
}

static bool read_source(struct input *in, const struct input_node *at,
                        const struct input_field *field, void *base)
{
    const char *source = identity_source_parse(json_string_value(at->json), in->arena);

    if (source == NULL && !arena_failed(in->arena))
        return input_fault(in, at, "pattern",
                           "1 to 64 letters, digits, \"_\", \"-\" or \".\" are wanted");
    memcpy((char *)base + field->offset, &source, sizeof source);
    return true;
}

const struct input_type identity_source_type = {
    .kind = INPUT_LINE, .min = 1, .max = IDENTITY_SOURCE_MAX_BYTES, .read = read_source};

const char *identity_source_key(const struct identity *identity, struct arena *arena)
{
    if (identity->kind == IDENTITY_EXTERNAL)
        return arena_printf(arena, "external:%s", identity->source);
    return identity_kind_names[identity->kind];
}

bool identity_equal(const struct identity *a, const struct identity *b)
{
    return a->kind == b->kind && strcmp(a->source, b->source) == 0 &&
           strcmp(a->value, b->value) == 0;
}

const struct identity *lead_identity(const struct lead *lead, enum identity_kind kind)
{
    for (size_t i = lead->identity_count; i-- > 0;)
        if (lead->identities[i].kind == kind)
            return &lead->identities[i];
    return NULL;
}

const char *lead_email(const struct lead *lead)
{
    const struct identity *identity = lead_identity(lead, IDENTITY_EMAIL);

    return identity == NULL ? NULL : identity->value;
}

bool lead_is_anonymous(const struct lead *lead)
{
    for (size_t i = 0; i < lead->identity_count; i++)
        if (lead->identities[i].kind != IDENTITY_ANONYMOUS)
            return false;
    return true;
}

void lead_identities_write(const struct lead *lead, struct json_out *out)
{
    json_out_begin_array(out);
    for (size_t i = 0; i < lead->identity_count; i++) {
        json_out_begin_array(out);
        json_out_text(out, identity_kind_names[lead->identities[i].kind]);
        json_out_text(out, lead->identities[i].source);
        json_out_text(out, lead->identities[i].value);
        json_out_end_array(out);
    }
    json_out_end_array(out);
}

static enum err read_identity(const json_t *json, struct arena *arena, struct identity *out)
{
    int kind = index_of(identity_kind_names, 3, json_string_value(json_array_get(json, 0)));
    const char *source = json_string_value(json_array_get(json, 1));
    const char *value = json_string_value(json_array_get(json, 2));

    if (kind < 0 || source == NULL || value == NULL)
        return ERR_INTERNAL;
    out->kind = (enum identity_kind)kind;
    out->source = arena_strdup(arena, source);
    out->value = arena_strdup(arena, value);
    return out->source == NULL || out->value == NULL ? ERR_OUT_OF_MEMORY : ERR_NONE;
}

enum err lead_identities_take(const json_t *root, struct arena *arena, struct lead *lead)
{
    size_t count = json_array_size(root);
    struct identity *items = ARENA_ARRAY(arena, struct identity, count + 1);
    enum err err = root == NULL ? ERR_INTERNAL : items == NULL ? ERR_OUT_OF_MEMORY : ERR_NONE;

    for (size_t i = 0; i < count && err == ERR_NONE; i++)
        err = read_identity(json_array_get(root, i), arena, &items[i]);
    lead->identities = items;
    lead->identity_count = count;
    return err;
}

enum err lead_identities_read(const char *json, size_t len, struct arena *arena, struct lead *lead)
{
    json_t *root = json_tree_read(arena, json, len, 0, NULL);
    enum err err = lead_identities_take(root, arena, lead);

    json_decref(root);
    return arena_failed(arena) ? ERR_OUT_OF_MEMORY : err;
}

void lead_overrides_write(const struct lead *lead, struct json_out *out)
{
    json_out_begin_object(out);
    for (int term = 0; term < TERM_COUNT; term++) {
        const struct verdict_override *override = &lead->overrides[term];
        if (!override->given)
            continue;
        json_out_key(out, term_name((enum term)term));
        json_out_begin_object(out);
        json_out_member_int(out, "at", override->at);
        json_out_member_uuid(out, "by", override->by);
        json_out_member_text(out, "note", override->note);
        json_out_member_text(out, "result", verdict_result_name(override->result));
        json_out_member_int(out, "version", override->version);
        json_out_end_object(out);
    }
    json_out_end_object(out);
}

static enum err read_override(const json_t *json, struct arena *arena, struct verdict_override *out)
{
    const char *by = json_string_value(json_object_get(json, "by"));
    const char *note = json_string_value(json_object_get(json, "note"));
    const char *result = json_string_value(json_object_get(json, "result"));

    if (by == NULL || !uuid_parse(by, &out->by) || note == NULL || result == NULL ||
        !verdict_result_parse(result, &out->result))
        return ERR_INTERNAL;
    out->given = true;
    out->at = json_integer_value(json_object_get(json, "at"));
    out->version = (int)json_integer_value(json_object_get(json, "version"));
    out->note = arena_strdup(arena, note);
    return out->note == NULL ? ERR_OUT_OF_MEMORY : ERR_NONE;
}

enum err lead_overrides_take(const json_t *root, struct arena *arena, struct lead *lead)
{
    enum err err = root == NULL ? ERR_INTERNAL : ERR_NONE;

    for (int term = 0; term < TERM_COUNT && err == ERR_NONE; term++) {
        const json_t *item = json_object_get(root, term_name((enum term)term));
        if (item != NULL)
            err = read_override(item, arena, &lead->overrides[term]);
    }
    return err;
}

enum err lead_overrides_read(const char *json, size_t len, struct arena *arena, struct lead *lead)
{
    json_t *root = json_tree_read(arena, json, len, 0, NULL);
    enum err err = lead_overrides_take(root, arena, lead);

    json_decref(root);
    return arena_failed(arena) ? ERR_OUT_OF_MEMORY : err;
}

void lead_reach(struct lead *lead, enum milestone milestone, instant at)
{
    if (lead->reached[milestone] == INSTANT_NONE)
        lead->reached[milestone] = at;
}

void lead_raise(struct lead *lead, enum stage stage)
{
    if (lead->stage < stage || stage_is_aside(lead->stage))
        lead->stage = stage;
}

void lead_set_next(struct lead *lead, enum lead_step step, instant at, const char *why)
{
    if (stage_is_end(lead->stage) && step != STEP_ANSWER)
        lead_end_next(lead);
    else
        lead->next = (struct lead_next){
            .step = step,
            .at = at,
            .why = why,
            .since = step == lead->next.step ? lead->next.since : lead->updated_at,
        };
}

void lead_move_next(struct lead *lead, instant at)
{
    lead->next.at = at;
    lead->next.since = lead->updated_at;
    if (lead->next.step == STEP_FOLLOW_UP)
        lead->next.round = 0;
}

void lead_end_next(struct lead *lead)
{
    lead->next = (struct lead_next){.at = INSTANT_NONE, .since = INSTANT_NONE};
}

struct verdict_subject lead_subject(const struct lead *lead, instant now)
{
    return (struct verdict_subject){
        .attributes = &lead->attributes,
        .facts = &lead->facts,
        .touches = &lead->touches,
        .has_origin = true,
        .origin = {lead->origin, lead->found_by},
        .now = now,
        .known_at = INSTANT_NONE,
    };
}
