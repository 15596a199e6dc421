#include "api/capture_input.h"

#include "base/email.h"

#include <stdlib.h>
#include <string.h>

static const char *const direction_names[] = {"inbound", "outbound", NULL};

static const char *const stage_names[] = {
#define X(name, text) text,
    STAGE_TABLE(X)
#undef X
        NULL,
};

#define DIMENSION_FIELD(field, index)                                                              \
    {                                                                                              \
        .name = field, .type = INPUT_LINE, .nullable = true, .min = 1,                             \
        .max = DIMENSION_VALUE_MAX_BYTES, .offset = offsetof(struct touch_body, values[index]),    \
        .presence = offsetof(struct touch_body, presence[index])                                   \
    }

static const struct input_field touch_fields[] = {
    {.name = "kind",
     .type = INPUT_CODE,
     .required = true,
     .min = 1,
     .max = TOUCH_KIND_MAX_BYTES,
     .offset = offsetof(struct touch_body, kind)},
    {.name = "occurred_at",
     .type = INPUT_INSTANT,
     .offset = offsetof(struct touch_body, occurred_at)},
    DIMENSION_FIELD("channel", DIMENSION_CHANNEL),
    DIMENSION_FIELD("source", DIMENSION_SOURCE),
    DIMENSION_FIELD("medium", DIMENSION_MEDIUM),
    DIMENSION_FIELD("campaign", DIMENSION_CAMPAIGN),
    DIMENSION_FIELD("content", DIMENSION_CONTENT),
    {.name = "direction",
     .type = INPUT_ENUM,
     .values = direction_names,
     .otherwise = DIRECTION_INBOUND,
     .offset = offsetof(struct touch_body, direction)},
    {.name = "event_id",
     .type = INPUT_LINE,
     .min = 1,
     .max = TOUCH_ID_MAX_CHARS,
     .offset = offsetof(struct touch_body, event_id)},
};

const struct input_spec touch_input_spec = INPUT_SPEC(touch_fields, struct touch_body);

static const struct input_field external_id_fields[] = {
    {.name = "source",
     .type = INPUT_LINE,
     .required = true,
     .min = 1,
     .max = IDENTITY_SOURCE_MAX_BYTES,
     .offset = offsetof(struct external_id_body, source)},
    {.name = "id",
     .type = INPUT_LINE,
     .required = true,
     .min = 1,
     .max = EXTERNAL_ID_MAX_CHARS,
     .offset = offsetof(struct external_id_body, id)},
};

const struct input_spec external_id_spec = INPUT_SPEC(external_id_fields, struct external_id_body);

struct capture_body {
    struct identities_body identities;
    json_t *attributes;
    instant occurred_at;
    int claimed_stage;
    enum input_presence claimed_given;
    int origin;
    struct touch_body touch;
    enum input_presence touch_given;
};

static const struct input_field capture_fields[] = {
    {.name = "email",
     .type = INPUT_LINE,
     .min = 3,
     .max = EMAIL_MAX_BYTES,
     .offset = offsetof(struct capture_body, identities.email),
     .presence = offsetof(struct capture_body, identities.email_given)},
    {.name = "external_ids",
     .type = INPUT_OBJECTS,
     .min = 1,
     .max = EXTERNAL_IDS_MAX,
     .of = &external_id_spec,
     .offset = offsetof(struct capture_body, identities.external_ids),
     .count_offset = offsetof(struct capture_body, identities.external_id_count)},
    {.name = "anonymous_ids",
     .type = INPUT_TEXTS,
     .min = 1,
     .max = EXTERNAL_IDS_MAX,
     .item_max = 200,
     .offset = offsetof(struct capture_body, identities.anonymous_ids),
     .count_offset = offsetof(struct capture_body, identities.anonymous_id_count)},
    {.name = "attributes",
     .type = INPUT_MAP,
     .max = ATTRIBUTES_PER_LEAD_MAX,
     .offset = offsetof(struct capture_body, attributes)},
    {.name = "occurred_at",
     .type = INPUT_INSTANT,
     .offset = offsetof(struct capture_body, occurred_at)},
    {.name = "claimed_stage",
     .type = INPUT_ENUM,
     .values = stage_names,
     .otherwise = STAGE_COUNT,
     .offset = offsetof(struct capture_body, claimed_stage)},
    {.name = "origin",
     .type = INPUT_ENUM,
     .values = direction_names,
     .otherwise = CAPTURE_ORIGIN_OF_TOUCH,
     .offset = offsetof(struct capture_body, origin)},
    {.name = "touch",
     .type = INPUT_OBJECT,
     .of = &touch_input_spec,
     .offset = offsetof(struct capture_body, touch),
     .presence = offsetof(struct capture_body, touch_given)},
};

static const struct input_spec capture_spec = INPUT_SPEC(capture_fields, struct capture_body);

/* ---- identities ---- */

static void add_email(const struct identities_body *body, const char *pointer, struct arena *arena,
                      struct faults *faults, struct identity *identities, size_t *count)
{
    struct identity identity = {.kind = IDENTITY_EMAIL, .source = ""};

    if (body->email == NULL)
        return;
    if (email_normalize(body->email, arena, &identity.value) == ERR_INVALID_VALUE)
        faults_add(faults, pointer_join(arena, pointer, "email"), "email",
                   "This is no email address, such as kim@acme.example");
    else
        identities[(*count)++] = identity;
}

const char *capture_source_read(const struct external_id_body *body, const char *pointer,
                                struct arena *arena, struct faults *faults)
{
    const char *source = identity_source_parse(body->source, arena);

    if (source == NULL)
        faults_add(faults, pointer_join(arena, pointer, "source"), "pattern",
                   IDENTITY_SOURCE_WANTED);
    return source;
}

static const char *pointer_of_external(const char *pointer, size_t index, struct arena *arena)
{
    return pointer_index(arena, pointer_join(arena, pointer, "external_ids"), index);
}

static bool repeated(const struct identity *identities, size_t count)
{
    for (size_t i = 0; i + 1 < count; i++)
        if (identity_equal(&identities[i], &identities[count - 1]))
            return true;
    return false;
}

enum err capture_identities_read(const struct identities_body *body, const char *pointer,
                                 struct arena *arena, struct faults *faults,
                                 const struct identity **out, size_t *out_count)
{
    size_t most = 1 + body->external_id_count + body->anonymous_id_count;
    struct identity *identities = ARENA_ARRAY(arena, struct identity, most);
    size_t count = 0;

    if (identities == NULL)
        return ERR_OUT_OF_MEMORY;
    add_email(body, pointer, arena, faults, identities, &count);
    for (size_t i = 0; i < body->external_id_count; i++) {
        const struct external_id_body *given = &body->external_ids[i];
        if (given->source == NULL)
            continue;
        const char *source =
            capture_source_read(given, pointer_of_external(pointer, i, arena), arena, faults);
        if (source == NULL || given->id == NULL)
            continue;
        identities[count++] = (struct identity){IDENTITY_EXTERNAL, source, given->id};
        if (repeated(identities, count))
            count--;
    }
    for (size_t i = 0; i < body->anonymous_id_count; i++) {
        if (body->anonymous_ids[i] == NULL)
            continue;
        identities[count++] = (struct identity){IDENTITY_ANONYMOUS, "", body->anonymous_ids[i]};
        if (repeated(identities, count))
            count--;
    }
    *out = identities;
    *out_count = count;
    return arena_failed(arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
}

/* ---- attributes ---- */

static int told_order(const void *a, const void *b)
{
    return strcmp(((const struct told *)a)->name, ((const struct told *)b)->name);
}

static void read_told(const char *name, const json_t *value, const char *pointer,
                      struct arena *arena, struct faults *faults, struct told *out)
{
    const char *place = pointer_join(arena, pointer, name);

    out->name = name;
    if (!attribute_name_valid(name))
        faults_add(faults, place, "name", "A name has 1 to %d bytes and no control characters",
                   ATTRIBUTE_NAME_MAX_BYTES);
    else if (value_from_json(value, arena, &out->value) == ERR_INVALID_VALUE)
        faults_add(faults, place, "type",
                   "A text of at most %d bytes, a number, a boolean, null, or a list of at most "
                   "%d of them is wanted",
                   VALUE_TEXT_MAX_BYTES, VALUE_LIST_MAX);
}

enum err capture_attributes_read(const json_t *map, const char *pointer, struct arena *arena,
                                 struct faults *faults, const struct told **out, size_t *out_count)
{
    size_t count = json_object_size(map);
    struct told *told = ARENA_ARRAY(arena, struct told, count + 1);
    const char *name;
    json_t *value;
    size_t i = 0;

    if (told == NULL)
        return ERR_OUT_OF_MEMORY;
    json_object_foreach((json_t *)map, name, value)
        read_told(name, value, pointer, arena, faults, &told[i++]);
    qsort(told, count, sizeof *told, told_order);
    *out = told;
    *out_count = count;
    return arena_failed(arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
}

/* ---- touch ---- */

enum err capture_touch_read(const struct touch_body *body, const char *pointer, struct arena *arena,
                            struct faults *faults, struct touch_input *out)
{
    *out = (struct touch_input){
        .kind = body->kind,
        .occurred_at = body->occurred_at,
        .direction = (enum direction)body->direction,
        .event_id = body->event_id,
        .sender = "api",
    };
    for (int i = 0; i < DIMENSION_COUNT; i++) {
        out->values[i] = body->values[i];
        if (body->values[i] != NULL && dimension_looks_personal(body->values[i]))
            faults_add(faults, pointer_join(arena, pointer, dimension_name((enum dimension)i)),
                       "personal",
                       "This looks like an email address or a phone number: dimensions stand in "
                       "the ledger in clear");
    }
    return arena_failed(arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
}

static enum err read_touch(const struct capture_body *body, const char *pointer,
                           struct arena *arena, struct faults *faults, struct capture_input *out)
{
    struct touch_input *touch;

    if (body->touch_given != INPUT_GIVEN)
        return ERR_NONE;
    touch = ARENA_NEW(arena, struct touch_input);
    if (touch == NULL)
        return ERR_OUT_OF_MEMORY;
    out->touch = touch;
    return capture_touch_read(&body->touch, pointer_join(arena, pointer, "touch"), arena, faults,
                              touch);
}

enum err capture_input_read(const json_t *json, const char *pointer, enum knowledge_source source,
                            struct arena *arena, struct faults *faults, struct capture_input *out)
{
    struct capture_body body;
    enum err err = input_object(json, &capture_spec, pointer, arena, faults, &body);

    *out = (struct capture_input){.source = source};
    if (err == ERR_OUT_OF_MEMORY)
        return err;
    out->claimed_stage = (enum stage)body.claimed_stage;
    out->origin = body.origin;
    out->occurred_at = body.occurred_at;
    err = capture_identities_read(&body.identities, pointer, arena, faults, &out->identities,
                                  &out->identity_count);
    if (err == ERR_NONE)
        err = capture_attributes_read(body.attributes, pointer_join(arena, pointer, "attributes"),
                                      arena, faults, &out->attributes, &out->attribute_count);
    if (err == ERR_NONE)
        err = read_touch(&body, pointer, arena, faults, out);
    if (err != ERR_NONE)
        return err;
    if (out->identity_count == 0 && !faults_any(faults))
        faults_add(faults, pointer, "required",
                   "One of email, external_ids and anonymous_ids is needed");
    return faults_any(faults) ? ERR_INVALID_BODY : ERR_NONE;
}

static const char *kept(struct arena *arena, const char *text)
{
    return text == NULL ? NULL : arena_strdup(arena, text);
}

/* The arrays were made by capture_input_read() in the same arena, so they may be written. */
enum err capture_input_keep(struct capture_input *input, struct arena *arena)
{
    struct identity *identities = (struct identity *)input->identities;
    struct told *told = (struct told *)input->attributes;
    struct touch_input *touch = (struct touch_input *)input->touch;

    for (size_t i = 0; i < input->identity_count; i++) {
        identities[i].source = kept(arena, identities[i].source);
        identities[i].value = kept(arena, identities[i].value);
    }
    for (size_t i = 0; i < input->attribute_count; i++)
        told[i].name = kept(arena, told[i].name);
    for (int i = 0; touch != NULL && i < DIMENSION_COUNT; i++)
        touch->values[i] = kept(arena, touch->values[i]);
    if (touch != NULL) {
        touch->kind = kept(arena, touch->kind);
        touch->event_id = kept(arena, touch->event_id);
    }
    return arena_failed(arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
}
