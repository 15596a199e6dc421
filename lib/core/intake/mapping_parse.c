#include "core/intake/mapping.h"

#include <stdlib.h>
#include <string.h>

struct compiler {
    enum mapping_use use;
    struct arena *arena;
    struct faults *faults;
    struct mapping *mapping;
};

static const char *const type_names[MAPPING_TYPE_COUNT] = {
    [MAPPING_TEXT] = "text",
    [MAPPING_NUMBER] = "number",
    [MAPPING_BOOLEAN] = "boolean",
    [MAPPING_DATE] = "date",
};

#define FIELD_WANTED                                                                                \
    "A JSON pointer such as \"/contact/email\" is wanted, {\"at\": pointer, \"map\": {…}}, or a " \
    "constant {\"value\": text}"

static const char *below(struct compiler *c, const char *pointer, const char *name)
{
    return pointer_join(c->arena, pointer, name);
}

/* ---- pointers ---- */

/* Decodes the token at text into the arena; "~" stands only in "~0" and "~1". */
static const char *decode_token(struct compiler *c, const char *text, size_t len)
{
    char *token = arena_copy(c->arena, text, len);
    size_t to = 0;

    for (size_t i = 0; token != NULL && i < len; i++) {
        char byte = text[i];
        if (byte == '~') {
            i++;
            if (i == len || (text[i] != '0' && text[i] != '1'))
                return NULL;
            byte = text[i] == '0' ? '~' : '/';
        }
        token[to++] = byte;
        token[to] = '\0';
    }
    return token;
}

static bool split_pointer(struct compiler *c, struct mapping_field *out)
{
    const char **path = ARENA_ARRAY(c->arena, const char *, MAPPING_DEPTH_MAX);
    const char *text = out->pointer;

    if (path == NULL || strlen(text) > MAPPING_POINTER_MAX_BYTES)
        return false;
    while (*text != '\0') {
        if (*text != '/' || out->depth == MAPPING_DEPTH_MAX)
            return false;
        size_t len = strcspn(++text, "/");
        path[out->depth] = decode_token(c, text, len);
        if (path[out->depth++] == NULL)
            return false;
        text += len;
    }
    out->path = path;
    return true;
}

static void read_pointer(struct compiler *c, const char *text, const char *place,
                         struct mapping_field *out)
{
    out->pointer = arena_strdup(c->arena, text);
    if (out->pointer != NULL && !split_pointer(c, out) && !arena_failed(c->arena))
        faults_add(c->faults, place, "pointer", FIELD_WANTED);
}

/* ---- members ---- */

/* A fault for every member that is none of these names; NULL ends them. */
static void check_members(struct compiler *c, const json_t *json, const char *pointer,
                          const char *const *names)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)json, name, value)
    {
        const char *const *known = names;
        while (*known != NULL && strcmp(*known, name) != 0)
            known++;
        if (*known == NULL)
            faults_add(c->faults, below(c, pointer, name), "unknown_member",
                       "A mapping has no such member here");
    }
}

static bool check_object(struct compiler *c, const json_t *json, const char *pointer)
{
    if (!json_is_object(json))
        faults_add(c->faults, pointer, "type", "An object is wanted");
    return json_is_object(json);
}

/* A text of 1 to MAPPING_VALUE_MAX_BYTES bytes, copied. */
static const char *read_text(struct compiler *c, const json_t *json, const char *pointer,
                             bool may_be_empty)
{
    const char *text = json_string_value(json);

    if (text == NULL)
        faults_add(c->faults, pointer, "type", "A text is wanted");
    else if (strlen(text) > MAPPING_VALUE_MAX_BYTES || (text[0] == '\0' && !may_be_empty))
        faults_add(c->faults, pointer, "length", "1 to %d bytes are wanted",
                   MAPPING_VALUE_MAX_BYTES);
    else
        return arena_strdup(c->arena, text);
    return NULL;
}

/* ---- fields ---- */

static void read_pairs(struct compiler *c, const json_t *json, const char *pointer,
                       struct mapping_field *out)
{
    size_t size = json_object_size(json);
    const char *from;
    json_t *to;

    if (!json_is_object(json) || size == 0 || size > MAPPING_PAIRS_MAX) {
        faults_add(c->faults, pointer, "type",
                   "An object of 1 to %d members is wanted: the sender's word, and what it means",
                   MAPPING_PAIRS_MAX);
        return;
    }
    struct mapping_pair *pairs = ARENA_ARRAY(c->arena, struct mapping_pair, size);
    json_object_foreach((json_t *)json, from, to)
    {
        const char *meaning = read_text(c, to, below(c, pointer, from), false);
        if (pairs != NULL && meaning != NULL)
            pairs[out->pair_count++] = (struct mapping_pair){arena_strdup(c->arena, from), meaning};
    }
    out->pairs = pairs;
}

static void read_type(struct compiler *c, const json_t *json, const char *pointer,
                      struct mapping_field *out)
{
    const char *text = json_string_value(json);

    for (int type = MAPPING_TEXT; text != NULL && type < MAPPING_TYPE_COUNT; type++)
        if (strcmp(type_names[type], text) == 0)
            out->type = (enum mapping_type)type;
    if (out->type == MAPPING_AS_IT_IS)
        faults_add(c->faults, pointer, "enum", "One of text, number, boolean and date is wanted");
}

static void read_field_object(struct compiler *c, const json_t *json, const char *pointer,
                              const char *const *names, struct mapping_field *out)
{
    const json_t *at = json_object_get(json, "at");
    const json_t *value = json_object_get(json, "value");
    const json_t *map = json_object_get(json, "map");

    check_members(c, json, pointer, names);
    if ((at == NULL) == (value == NULL)) {
        faults_add(c->faults, pointer, "required", "Either \"at\" or \"value\" is wanted");
        return;
    }
    if (value != NULL)
        out->constant = read_text(c, value, below(c, pointer, "value"), false);
    else if (json_is_string(at))
        read_pointer(c, json_string_value(at), below(c, pointer, "at"), out);
    else
        faults_add(c->faults, below(c, pointer, "at"), "pointer", FIELD_WANTED);
    if (map != NULL && value != NULL)
        faults_add(c->faults, below(c, pointer, "map"), "unknown_member",
                   "A constant is what it is: leave the map out");
    else if (map != NULL)
        read_pairs(c, map, below(c, pointer, "map"), out);
}

/* A field at this place, with these members when it is an object. */
static void read_field_of(struct compiler *c, const json_t *json, const char *place,
                          const char *const *names, struct mapping_field *out)
{
    if (json_is_string(json))
        read_pointer(c, json_string_value(json), place, out);
    else if (json_is_object(json))
        read_field_object(c, json, place, names, out);
    else
        faults_add(c->faults, place, "type", FIELD_WANTED);
}

static void read_field(struct compiler *c, const json_t *json, const char *pointer,
                       const char *name, struct mapping_field *out)
{
    static const char *const names[] = {"at", "map", "value", NULL};
    const json_t *member = json_object_get(json, name);

    if (member != NULL)
        read_field_of(c, member, below(c, pointer, name), names, out);
}

static bool is_given(const struct mapping_field *field)
{
    return field->pointer != NULL || field->constant != NULL;
}

/* Whatever words a field may yield that are known already: its constant, or what its pairs mean. */
static void check_words(struct compiler *c, const struct mapping_field *field, const char *place,
                        bool (*fits)(const char *), const char *code, const char *wanted)
{
    if (field->constant != NULL && !fits(field->constant))
        faults_add(c->faults, below(c, place, "value"), code, "%s", wanted);
    for (size_t i = 0; i < field->pair_count; i++)
        if (!fits(field->pairs[i].to))
            faults_add(c->faults, below(c, below(c, place, "map"), field->pairs[i].from), code,
                       "%s", wanted);
}

static bool is_stage(const char *word)
{
    enum stage stage;

    return stage_parse(word, &stage);
}

static bool is_direction(const char *word)
{
    return strcmp(word, direction_name(DIRECTION_INBOUND)) == 0 ||
           strcmp(word, direction_name(DIRECTION_OUTBOUND)) == 0;
}

static bool is_outcome(const char *word)
{
    enum outcome_kind kind;

    return outcome_kind_parse(word, &kind);
}

static bool is_impersonal(const char *word)
{
    return !dimension_looks_personal(word);
}

/* An external id: a field, with a source of its own. */
static void read_external(struct compiler *c, const json_t *json, const char *pointer,
                          const char *name, const char **source, struct mapping_field *out)
{
    static const char *const names[] = {"source", "at", "map", NULL};
    const json_t *member = json_object_get(json, name);
    const char *place = below(c, pointer, name);

    if (member == NULL)
        return;
    read_field_of(c, member, place, names, out);
    const json_t *given = json_object_get(member, "source");
    if (given != NULL)
        *source = read_text(c, given, below(c, place, "source"), false);
    else if (c->use == MAPPING_IMPORT)
        faults_add(c->faults, below(c, place, "source"), "required",
                   "Whose id it is: {\"source\": \"crm\", \"at\": \"/id\"}");
    if (*source == NULL)
        return;
    *source = identity_source_parse(*source, c->arena);
    if (*source == NULL)
        faults_add(c->faults, below(c, place, "source"), "pattern", IDENTITY_SOURCE_WANTED);
}

/* ---- parts ---- */

/* True when the list is given. */
static bool read_nulls(struct compiler *c, const json_t *json, const char *pointer,
                       const char *const **out, size_t *out_count)
{
    const json_t *list = json_object_get(json, "null_values");
    const char *place = below(c, pointer, "null_values");
    size_t count = json_array_size(list);

    if (list == NULL)
        return false;
    const char **nulls = ARENA_ARRAY(c->arena, const char *, count + 1);
    if (!json_is_array(list) || count > MAPPING_NULLS_MAX)
        faults_add(c->faults, place, "type", "A list of at most %d texts is wanted",
                   MAPPING_NULLS_MAX);
    for (size_t i = 0; nulls != NULL && i < count && i < MAPPING_NULLS_MAX; i++)
        nulls[i] = read_text(c, json_array_get(list, i), pointer_index(c->arena, place, i), true);
    *out = nulls;
    *out_count = nulls == NULL ? 0 : count;
    return true;
}

static int attribute_order(const void *a, const void *b)
{
    return strcmp(((const struct mapping_attribute *)a)->name,
                  ((const struct mapping_attribute *)b)->name);
}

static void read_attribute(struct compiler *c, const char *name, const json_t *json,
                           const char *place, struct mapping_attribute *out)
{
    static const char *const names[] = {"at", "map", "value", "type", "null_values", NULL};
    const json_t *type = json_object_get(json, "type");

    if (!attribute_name_valid(name))
        faults_add(c->faults, place, "name", "A name has 1 to %d bytes and no control characters",
                   ATTRIBUTE_NAME_MAX_BYTES);
    out->name = arena_strdup(c->arena, name);
    read_field_of(c, json, place, names, &out->field);
    if (read_nulls(c, json, place, &out->field.nulls, &out->field.null_count) &&
        out->field.constant != NULL)
        faults_add(c->faults, below(c, place, "null_values"), "unknown_member",
                   "A constant is what it is: leave the null values out");
    if (type != NULL)
        read_type(c, type, below(c, place, "type"), &out->field);
}

static void read_attributes(struct compiler *c, const json_t *json, const char *pointer)
{
    const json_t *map = json_object_get(json, "attributes");
    const char *place = below(c, pointer, "attributes");
    size_t count = json_object_size(map);
    const char *name;
    json_t *value;
    size_t i = 0;

    if (map == NULL || !check_object(c, map, place))
        return;
    if (count > MAPPING_ATTRIBUTES_MAX) {
        faults_add(c->faults, place, "too_many", "A lead has at most %d attributes",
                   MAPPING_ATTRIBUTES_MAX);
        return;
    }
    struct mapping_attribute *items = ARENA_ARRAY(c->arena, struct mapping_attribute, count + 1);
    if (items == NULL)
        return;
    json_object_foreach((json_t *)map, name, value)
        read_attribute(c, name, value, below(c, place, name), &items[i++]);
    if (arena_failed(c->arena))
        return;
    qsort(items, count, sizeof *items, attribute_order);
    c->mapping->attributes = items;
    c->mapping->attribute_count = count;
}

static void read_touch(struct compiler *c, const json_t *json, const char *pointer)
{
    static const char *const names[] = {"kind",   "direction", "channel", "source",
                                        "medium", "campaign",  "content", NULL};
    const json_t *touch = json_object_get(json, "touch");
    const char *place = below(c, pointer, "touch");
    struct mapping *mapping = c->mapping;

    if (touch == NULL || !check_object(c, touch, place))
        return;
    check_members(c, touch, place, names);
    if (json_object_get(touch, "kind") == NULL)
        faults_add(c->faults, below(c, place, "kind"), "required",
                   "What happened, such as {\"value\": \"form_submitted\"}");
    mapping->touches = true;
    read_field(c, touch, place, "kind", &mapping->touch_kind);
    check_words(c, &mapping->touch_kind, below(c, place, "kind"), touch_kind_valid, "pattern",
                "A kind has 1 to 64 of a-z, 0-9, _ - . :");
    read_field(c, touch, place, "direction", &mapping->touch_direction);
    check_words(c, &mapping->touch_direction, below(c, place, "direction"), is_direction, "enum",
                "One of inbound and outbound is wanted");
    for (int i = 0; i < DIMENSION_COUNT; i++) {
        const char *name = dimension_name((enum dimension)i);
        read_field(c, touch, place, name, &mapping->touch_values[i]);
        check_words(c, &mapping->touch_values[i], below(c, place, name), is_impersonal, "personal",
                    "This looks like an email address or a phone number");
    }
}

/* The name of a team, which only the configuration can know. */
static const char *read_team(struct compiler *c, const json_t *json, const char *pointer,
                             const char *what)
{
    const json_t *team = json_object_get(json, "team");

    if (team != NULL)
        return read_text(c, team, below(c, pointer, "team"), false);
    faults_add(c->faults, below(c, pointer, "team"), "required", "%s", what);
    return NULL;
}

/* ---- deals ---- */

static void read_step(struct compiler *c, const json_t *json, const char *pointer,
                      struct mapping_step *out)
{
    static const char *const names[] = {"team", "member", "at", NULL};

    if (!check_object(c, json, pointer))
        return;
    check_members(c, json, pointer, names);
    out->team = read_team(c, json, pointer, "The name of the team that took the lead");
    read_external(c, json, pointer, "member", &out->member_source, &out->member);
    read_field(c, json, pointer, "at", &out->at);
    if (json_object_get(json, "at") == NULL)
        faults_add(c->faults, below(c, pointer, "at"), "required", "When the team took the lead");
}

static void read_steps(struct compiler *c, const json_t *json, const char *pointer)
{
    const json_t *list = json_object_get(json, "steps");
    const char *place = below(c, pointer, "steps");
    size_t count = json_array_size(list);

    if (!json_is_array(list) || count == 0 || count > MAPPING_STEPS_MAX) {
        faults_add(c->faults, place, "required",
                   "A list of 1 to %d steps is wanted, each with team, member and at",
                   MAPPING_STEPS_MAX);
        return;
    }
    struct mapping_step *steps = ARENA_ARRAY(c->arena, struct mapping_step, count);
    const char *before = c->mapping->team;
    for (size_t i = 0; steps != NULL && i < count; i++) {
        const char *at = pointer_index(c->arena, place, i);
        read_step(c, json_array_get(list, i), at, &steps[i]);
        if (steps[i].team != NULL && before != NULL && strcmp(steps[i].team, before) == 0)
            faults_add(c->faults, below(c, at, "team"), "same_team",
                       "A lead is handed from one team to another");
        before = steps[i].team;
    }
    c->mapping->steps = steps;
    c->mapping->step_count = count;
}

static void read_outcome(struct compiler *c, const json_t *json, const char *pointer)
{
    static const char *const names[] = {"kind", "at", "reason", NULL};
    const json_t *outcome = json_object_get(json, "outcome");
    const char *place = below(c, pointer, "outcome");
    struct mapping *mapping = c->mapping;

    if (outcome == NULL || !check_object(c, outcome, place))
        return;
    check_members(c, outcome, place, names);
    if (json_object_get(outcome, "kind") == NULL)
        faults_add(c->faults, below(c, place, "kind"), "required",
                   "How it ended, such as {\"value\": \"won\"}");
    read_field(c, outcome, place, "kind", &mapping->outcome_kind);
    check_words(c, &mapping->outcome_kind, below(c, place, "kind"), is_outcome, "enum",
                "One of opportunity, won and lost is wanted");
    read_field(c, outcome, place, "at", &mapping->outcome_at);
    read_field(c, outcome, place, "reason", &mapping->outcome_reason);
}

/* ---- the whole ---- */

static const char *const inbound_members[] = {
    "each",         "null_values", "email",       "external_id",
    "anonymous_id", "event_id",    "occurred_at", "claimed_stage",
    "attributes",   "touch",       NULL};
static const char *const lead_members[] = {
    "as",       "team",        "null_values",   "email",      "external_id", "anonymous_id",
    "event_id", "occurred_at", "claimed_stage", "attributes", "touch",       NULL};
static const char *const deal_members[] = {
    "as", "team", "null_values", "external_id", "event_id", "attributes", "steps", "outcome", NULL};

static void read_as(struct compiler *c, const json_t *json, const char *pointer)
{
    const json_t *as = json_object_get(json, "as");
    const char *word = json_string_value(as);

    c->mapping->is_deal = word != NULL && strcmp(word, "deal") == 0;
    if (as != NULL && !c->mapping->is_deal && (word == NULL || strcmp(word, "lead") != 0))
        faults_add(c->faults, below(c, pointer, "as"), "enum", "One of lead and deal is wanted");
}

static void read_each(struct compiler *c, const json_t *json, const char *pointer)
{
    const json_t *each = json_object_get(json, "each");

    if (json_is_string(each))
        read_pointer(c, json_string_value(each), below(c, pointer, "each"), &c->mapping->each);
    else if (each != NULL)
        faults_add(c->faults, below(c, pointer, "each"), "pointer",
                   "A JSON pointer to the items is wanted; \"\" is the body itself");
}

static void read_lead(struct compiler *c, const json_t *json, const char *pointer)
{
    struct mapping *mapping = c->mapping;

    read_field(c, json, pointer, "email", &mapping->email);
    read_field(c, json, pointer, "anonymous_id", &mapping->anonymous_id);
    read_field(c, json, pointer, "occurred_at", &mapping->occurred_at);
    read_field(c, json, pointer, "claimed_stage", &mapping->claimed_stage);
    check_words(c, &mapping->claimed_stage, below(c, pointer, "claimed_stage"), is_stage, "enum",
                "There is no such stage");
    read_touch(c, json, pointer);
}

static void check_identity(struct compiler *c, const char *pointer)
{
    const struct mapping *mapping = c->mapping;

    if (is_given(&mapping->external_id))
        return;
    if (c->use == MAPPING_IMPORT)
        faults_add(c->faults, below(c, pointer, "external_id"), "required",
                   "Rows are known again by it: {\"source\": \"crm\", \"at\": \"/id\"}");
    else if (!is_given(&mapping->email) && !is_given(&mapping->anonymous_id))
        faults_add(c->faults, pointer, "required",
                   "One of email, external_id and anonymous_id is needed");
}

static void read_mapping(struct compiler *c, const json_t *json, const char *pointer)
{
    struct mapping *mapping = c->mapping;

    if (c->use == MAPPING_IMPORT)
        read_as(c, json, pointer);
    check_members(c, json, pointer,
                  c->use == MAPPING_INBOUND ? inbound_members
                  : mapping->is_deal        ? deal_members
                                            : lead_members);
    if (c->use == MAPPING_IMPORT)
        mapping->team = read_team(c, json, pointer, "The name of the team that brought the leads");
    read_each(c, json, pointer);
    c->mapping->nulls_given =
        read_nulls(c, json, pointer, &c->mapping->nulls, &c->mapping->null_count);
    read_external(c, json, pointer, "external_id", &mapping->external_source,
                  &mapping->external_id);
    read_field(c, json, pointer, "event_id", &mapping->event_id);
    read_attributes(c, json, pointer);
    if (mapping->is_deal) {
        read_steps(c, json, pointer);
        read_outcome(c, json, pointer);
    } else {
        read_lead(c, json, pointer);
    }
    check_identity(c, pointer);
}

enum err mapping_compile(const json_t *json, const char *pointer, enum mapping_use use,
                         struct arena *arena, struct faults *faults, const struct mapping **out)
{
    struct compiler c = {.use = use, .arena = arena, .faults = faults};
    size_t before = faults->count + faults->dropped;

    c.mapping = ARENA_NEW(arena, struct mapping);
    if (c.mapping == NULL)
        return ERR_OUT_OF_MEMORY;
    if (check_object(&c, json, pointer))
        read_mapping(&c, json, pointer);
    *out = c.mapping;
    if (arena_failed(arena))
        return ERR_OUT_OF_MEMORY;
    return faults->count + faults->dropped == before ? ERR_NONE : ERR_INVALID_VALUE;
}
