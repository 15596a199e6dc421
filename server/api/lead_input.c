#include "api/lead_input.h"

#include "base/email.h"

#include "api/values.h"

#include "base/name.h"
#include "core/intake/lead_change.h"
#include "core/lead/touch_page.h"

#include <stdlib.h>
#include <string.h>

#define EXTERNAL_IDS_MAX 20
#define FACTS_MAX        50
#define IDENTITIES_FIRST 4 /* enough for most captures */

/* ---- identities ---- */

static bool repeats(const struct identity *identities, size_t count, const struct identity *one)
{
    for (size_t i = 0; i < count; i++)
        if (identity_equal(&identities[i], one))
            return true;
    return false;
}

/* The list doubles when it is full; it was made in this arena, so it may be written. */
static void add_identity(struct input *in, const struct input_field *field, void *base,
                         struct identity one)
{
    struct identity *list;
    size_t count;

    memcpy(&list, (char *)base + field->offset, sizeof list);
    memcpy(&count, (char *)base + field->count, sizeof count);
    if (repeats(list, count, &one))
        return;
    if (count == 0 || (count >= IDENTITIES_FIRST && (count & (count - 1)) == 0)) {
        size_t room = count == 0 ? IDENTITIES_FIRST : 2 * count;
        struct identity *wider = ARENA_ARRAY(in->arena, struct identity, room);
        if (wider == NULL)
            return;
        if (count > 0)
            memcpy(wider, list, count * sizeof *wider);
        list = wider;
    }
    list[count++] = one;
    input_put_array(field, base, list, count);
}

/* As senders write it, possibly with a name beside it. */
static const struct input_type given_email_type = {
    .kind = INPUT_LINE, .min = EMAIL_MIN_CHARS, .max = EMAIL_MAX_BYTES};

static bool read_email(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    struct identity one = {.kind = IDENTITY_EMAIL, .source = ""};
    const char *text = NULL;

    if (!input_value(in, at, &given_email_type, &text))
        return false;
    if (text == NULL)
        return true;
    if (email_find(text, in->arena, &one.value) == ERR_INVALID_VALUE)
        return input_fault(in, at, "email", EMAIL_WANTED);
    if (one.value != NULL)
        add_identity(in, field, base, one);
    return true;
}

struct external_id {
    const char *source;
    const char *id;
};

static const struct input_field external_id_fields[] = {
    {"source", &identity_source_type, AT(struct external_id, source), .required = true},
    {"id", &foreign_id_type, AT(struct external_id, id), .required = true},
};
static const struct input_spec external_id_spec =
    INPUT_SPEC(external_id_fields, struct external_id);

static bool read_external_ids(struct input *in, const struct input_node *at,
                              const struct input_field *field, void *base)
{
    bool sound = true;

    for (size_t i = 0; i < json_array_size(at->json); i++) {
        const struct input_node item = input_item(at, i);
        struct external_id id;
        if (!input_object(in, &item, &external_id_spec, &id))
            sound = false;
        else
            add_identity(in, field, base, (struct identity){IDENTITY_EXTERNAL, id.source, id.id});
    }
    return sound;
}

static bool read_anonymous_ids(struct input *in, const struct input_node *at,
                               const struct input_field *field, void *base)
{
    bool sound = true;

    for (size_t i = 0; i < json_array_size(at->json); i++) {
        const struct input_node item = input_item(at, i);
        const char *id;
        if (!input_value(in, &item, &foreign_id_type, &id))
            sound = false;
        else
            add_identity(in, field, base, (struct identity){IDENTITY_ANONYMOUS, "", id});
    }
    return sound;
}

const struct input_type identity_email_type = {.kind = INPUT_ANY, .read = read_email};
const struct input_type identity_external_type = {
    .kind = INPUT_LIST, .min = 1, .max = EXTERNAL_IDS_MAX, .read = read_external_ids};
const struct input_type identity_anonymous_type = {
    .kind = INPUT_LIST, .min = 1, .max = EXTERNAL_IDS_MAX, .read = read_anonymous_ids};

/* ---- attributes and facts ---- */

static bool check_name(struct input *in, const struct input_node *at)
{
    return attribute_name_valid(at->name) ||
           input_fault(in, at, "name", "A name has 1 to %d bytes and no control characters",
                       ATTRIBUTE_NAME_MAX_BYTES);
}

static const char *name_of(struct input *in, const struct input_node *at)
{
    return in->copies ? arena_strdup(in->arena, at->name) : at->name;
}

/* The value's own memory is the arena's in any case. */
static bool read_scalars(struct input *in, const struct input_node *at, struct value *out)
{
    return value_from_json(at->json, in->arena, out) != ERR_INVALID_VALUE ||
           input_fault(in, at, "type",
                       "A text of at most %d bytes, a number, a boolean, null, or a list of at "
                       "most %d of them is wanted",
                       VALUE_TEXT_MAX_BYTES, VALUE_LIST_MAX);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct attribute_input *)a)->name,
                  ((const struct attribute_input *)b)->name);
}

static bool read_attributes(struct input *in, const struct input_node *at,
                            const struct input_field *field, void *base)
{
    size_t count = json_object_size(at->json);
    struct attribute_input *given = ARENA_ARRAY(in->arena, struct attribute_input, count);
    const char *name;
    json_t *value;
    bool sound = true;
    size_t i = 0;

    if (given == NULL)
        return true;
    json_object_foreach((json_t *)at->json, name, value)
    {
        const struct input_node member = {.json = value, .up = at, .name = name};
        sound = check_name(in, &member) && read_scalars(in, &member, &given[i].value) && sound;
        given[i++].name = name_of(in, &member);
    }
    if (arena_failed(in->arena))
        return sound;
    qsort(given, count, sizeof *given, by_name);
    input_put_array(field, base, given, count);
    return sound;
}

const struct input_type attributes_type = {
    .kind = INPUT_MAP, .max = ATTRIBUTES_PER_LEAD_MAX, .read = read_attributes};

static bool read_fact_value(struct input *in, const struct input_node *at,
                            const struct input_field *field, void *base)
{
    return read_scalars(in, at, (struct value *)((char *)base + field->offset));
}

static const struct input_type fact_value_type = {.kind = INPUT_ANY, .read = read_fact_value};
static const struct input_type evidence_type = {
    .kind = INPUT_TEXT, .min = 1, .max = EVIDENCE_MAX_BYTES};

static const struct input_field fact_fields[] = {
    {"value", &fact_value_type, AT(struct fact_input, value), .required = true},
    {"evidence", &evidence_type, AT(struct fact_input, evidence)},
};
static const struct input_spec fact_spec = INPUT_SPEC(fact_fields, struct fact_input);

static int fact_order(const void *a, const void *b)
{
    return strcmp(((const struct fact_input *)a)->name, ((const struct fact_input *)b)->name);
}

static bool read_facts(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    size_t count = json_object_size(at->json);
    struct fact_input *facts = ARENA_ARRAY(in->arena, struct fact_input, count);
    const char *name;
    json_t *value;
    bool sound = true;
    size_t i = 0;

    if (facts == NULL)
        return true;
    json_object_foreach((json_t *)at->json, name, value)
    {
        const struct input_node member = {.json = value, .up = at, .name = name};
        sound = check_name(in, &member) && sound;
        sound = input_object(in, &member, &fact_spec, &facts[i]) && sound;
        facts[i++].name = name_of(in, &member);
    }
    if (arena_failed(in->arena))
        return sound;
    qsort(facts, count, sizeof *facts, fact_order);
    input_put_array(field, base, facts, count);
    return sound;
}

const struct input_type facts_type = {
    .kind = INPUT_MAP, .min = 1, .max = FACTS_MAX, .read = read_facts};

/* ---- touches ---- */

#define DIMENSION_FIELD(name, dimension)                                                           \
    {                                                                                              \
        name, &dimension_value_type, AT(struct touch_input, values[dimension]), .nullable = true   \
    }

/* Read after the dimensions, which say more than the address. */
static bool read_url(struct input *in, const struct input_node *at, const struct input_field *field,
                     void *base)
{
    const char **values = (const char **)(void *)((char *)base + field->offset);

    if (json_is_string(at->json))
        touch_page_read(json_string_value(at->json), in->arena, values);
    return true;
}

static const struct input_type url_type = {
    .kind = INPUT_LINE, .min = 1, .max = TOUCH_URL_MAX_BYTES, .read = read_url};

static const struct input_field touch_fields[] = {
    {"kind", &code_type, AT(struct touch_input, kind), .required = true},
    {"occurred_at", &input_instant, AT(struct touch_input, occurred_at)},
    DIMENSION_FIELD("channel", DIMENSION_CHANNEL),
    DIMENSION_FIELD("source", DIMENSION_SOURCE),
    DIMENSION_FIELD("medium", DIMENSION_MEDIUM),
    DIMENSION_FIELD("campaign", DIMENSION_CAMPAIGN),
    DIMENSION_FIELD("content", DIMENSION_CONTENT),
    DIMENSION_FIELD("term", DIMENSION_TERM),
    {"url", &url_type, AT(struct touch_input, values), .nullable = true},
    {"cost", &amount_type, AT(struct touch_input, cost)},
    {"direction", &direction_type, AT(struct touch_input, direction)},
    {"event_id", &foreign_id_type, AT(struct touch_input, event_id)},
};

static bool name_sender(struct input *in, const struct input_node *at, void *out)
{
    (void)in;
    (void)at;
    ((struct touch_input *)out)->sender = "api";
    return true;
}

static const struct input_spec touch_spec =
    INPUT_SPEC(touch_fields, struct touch_input, .check = name_sender);
const struct input_type touch_type = {.kind = INPUT_OBJECT, .of = &touch_spec};

/* ---- captures ---- */

static const struct input_field capture_fields[] = {
    {"email", &identity_email_type, AT(struct capture_input, identities),
     COUNT(struct capture_input, identity_count)},
    {"external_ids", &identity_external_type, AT(struct capture_input, identities),
     COUNT(struct capture_input, identity_count)},
    {"anonymous_ids", &identity_anonymous_type, AT(struct capture_input, identities),
     COUNT(struct capture_input, identity_count)},
    {"attributes", &attributes_type, AT(struct capture_input, attributes),
     COUNT(struct capture_input, attribute_count)},
    {"occurred_at", &input_instant, AT(struct capture_input, occurred_at)},
    {"claimed_stage", &stage_type, AT(struct capture_input, claimed_stage),
     .otherwise = STAGE_COUNT},
    {"origin", &direction_type, AT(struct capture_input, origin),
     .otherwise = CAPTURE_ORIGIN_OF_TOUCH},
    {"touch", &touch_type, AT(struct capture_input, touch), .boxed = true},
};

static bool check_identity(struct input *in, const struct input_node *at, void *out)
{
    (void)out;
    if (json_object_get(at->json, "email") != NULL ||
        json_object_get(at->json, "external_ids") != NULL ||
        json_object_get(at->json, "anonymous_ids") != NULL)
        return true;
    return input_fault(in, at, "required",
                       "One of email, external_ids and anonymous_ids is needed");
}

const struct input_spec capture_spec =
    INPUT_SPEC(capture_fields, struct capture_input, .check = check_identity);
