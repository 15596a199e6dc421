#include "core/intake/mapping.h"

#include "base/name.h"
#include "core/intake/mapping_fetch_parse.h"
#include "core/intake/mapping_field_parse.h"
#include "core/intake/mapping_path_parse.h"

#include <string.h>

static const struct mapping_reading *reading_of(const struct input *in)
{
    return in->context;
}

/* ---- where items are ---- */

/* One pointer, or several of which the first counts where there is something. */
static bool read_each(struct input *in, const struct input_node *at,
                      const struct input_field *field, void *base)
{
    struct mapping *mapping = base;
    size_t count = json_is_array(at->json) ? json_array_size(at->json) : 1;
    struct mapping_path *each = ARENA_ARRAY(in->arena, struct mapping_path, MAPPING_EACH_MAX);
    bool sound = true;

    (void)field;
    if (count == 0 || count > MAPPING_EACH_MAX)
        return input_fault(in, at, "items", "1 to %d places are wanted.", MAPPING_EACH_MAX);
    for (size_t i = 0; each != NULL && i < count; i++) {
        struct input_node item = json_is_array(at->json) ? input_item(at, i) : *at;
        if (!json_is_string(item.json))
            sound = input_fault(in, &item, "type", "A JSON pointer is wanted.");
        else
            sound = mapping_pointer_parse(in, &item, input_text(in, &item), &each[i]) && sound;
    }
    mapping->each = each;
    mapping->each_count = count;
    return sound;
}

static const struct input_type each_type = {.kind = INPUT_ANY, .read = read_each};

/* ---- ids of other systems ---- */

static bool read_external_id(struct input *in, const struct input_node *at,
                             const struct input_field *field, void *base)
{
    struct mapping *mapping = base;
    struct mapping_external external;
    bool sound = mapping_external_read(in, at, &external);

    (void)field;
    mapping->external_source = external.source;
    mapping->external_id = external.field;
    return sound;
}

static bool read_member(struct input *in, const struct input_node *at,
                        const struct input_field *field, void *base)
{
    struct mapping_step *step = base;
    struct mapping_external external;
    bool sound = mapping_external_read(in, at, &external);

    (void)field;
    step->member_source = external.source;
    step->member = external.field;
    return sound;
}

/* One place, or several. */
static bool read_merged(struct input *in, const struct input_node *at,
                        const struct input_field *field, void *base)
{
    struct mapping *mapping = base;
    bool several = json_is_array(at->json);
    size_t count = several ? json_array_size(at->json) : 1;
    struct mapping_merged *merged =
        ARENA_ARRAY(in->arena, struct mapping_merged, MAPPING_PLACES_MAX);
    bool sound = true;

    (void)field;
    if (count == 0 || count > MAPPING_PLACES_MAX)
        return input_fault(in, at, "items", "1 to %d places are wanted.", MAPPING_PLACES_MAX);
    for (size_t i = 0; merged != NULL && i < count; i++) {
        const struct input_node item = several ? input_item(at, i) : *at;
        struct mapping_external external;
        sound = mapping_external_read(in, &item, &external) && sound;
        merged[i] = (struct mapping_merged){external.field, external.source};
    }
    mapping->merged = merged;
    mapping->merged_count = count;
    return sound;
}

static const struct input_type merged_type = {.kind = INPUT_ANY, .read = read_merged};
static const struct input_type external_id_type = {.kind = INPUT_ANY, .read = read_external_id};
static const struct input_type member_type = {.kind = INPUT_ANY, .read = read_member};

/* ---- touches, steps, outcomes ---- */

#define DIMENSION_FIELD(name, dimension)                                                           \
    {                                                                                              \
        name, &mapping_dimension_type, AT(struct mapping, touch_values[dimension])                 \
    }

/* The members of these objects are the mapping's own. */
static const struct input_field touch_fields[] = {
    {"kind", &mapping_kind_type, AT(struct mapping, touch_kind), .required = true},
    {"direction", &mapping_direction_type, AT(struct mapping, touch_direction)},
    DIMENSION_FIELD("channel", DIMENSION_CHANNEL),
    DIMENSION_FIELD("source", DIMENSION_SOURCE),
    DIMENSION_FIELD("medium", DIMENSION_MEDIUM),
    DIMENSION_FIELD("campaign", DIMENSION_CAMPAIGN),
    DIMENSION_FIELD("content", DIMENSION_CONTENT),
    DIMENSION_FIELD("term", DIMENSION_TERM),
    {"url", &mapping_field_type, AT(struct mapping, touch_url)},
    {"cost", &mapping_number_type, AT(struct mapping, touch_cost)},
    {"currency", &mapping_field_type, AT(struct mapping, touch_currency)},
};

static bool note_touches(struct input *in, const struct input_node *at, void *out)
{
    (void)in;
    (void)at;
    ((struct mapping *)out)->touches = true;
    return true;
}

static const struct input_spec touch_spec =
    INPUT_SPEC(touch_fields, struct mapping, .check = note_touches);
static const struct input_type touch_type = {.kind = INPUT_OBJECT, .of = &touch_spec};

static const struct input_field outcome_fields[] = {
    {"kind", &mapping_outcome_type, AT(struct mapping_outcome, kind), .required = true},
    {"at", &mapping_field_type, AT(struct mapping_outcome, at)},
    {"reason", &mapping_field_type, AT(struct mapping_outcome, reason)},
    {"amount", &mapping_number_type, AT(struct mapping_outcome, amount)},
    {"currency", &mapping_field_type, AT(struct mapping_outcome, currency)},
};
static const struct input_spec outcome_spec = INPUT_SPEC(outcome_fields, struct mapping_outcome);
static const struct input_type outcome_type = {.kind = INPUT_OBJECT, .of = &outcome_spec};

static const struct input_field reject_fields[] = {
    {"is", &mapping_conditions_type, AT(struct mapping_reject, is),
     COUNT(struct mapping_reject, is_count), .required = true},
    {"reason", &mapping_field_type, AT(struct mapping_reject, reason), .required = true},
    {"at", &mapping_field_type, AT(struct mapping_reject, at)},
};
static const struct input_spec reject_spec = INPUT_SPEC(reject_fields, struct mapping_reject);
static const struct input_type reject_type = {.kind = INPUT_OBJECT, .of = &reject_spec};

/* A team is a name that only the configuration can know. */
static const struct input_field step_fields[] = {
    {"team", &mapping_word_type, AT(struct mapping_step, team), .required = true},
    {"member", &member_type, AT(struct mapping_step, member)},
    {"at", &mapping_field_type, AT(struct mapping_step, at), .required = true},
    {"reject", &reject_type, AT(struct mapping_step, reject)},
};
static const struct input_spec step_spec = INPUT_SPEC(step_fields, struct mapping_step);
static const struct input_type step_type = {.kind = INPUT_OBJECT, .of = &step_spec};
static const struct input_type steps_type = {
    .kind = INPUT_ARRAY, .min = 1, .max = MAPPING_STEPS_MAX, .item = &step_type};

/* ---- what comes of an item ---- */

static const char *const effect_names[] = {
    [MAPPING_LEAD] = "lead",       [MAPPING_TOUCH] = "touch",   [MAPPING_FACTS] = "facts",
    [MAPPING_OUTCOME] = "outcome", [MAPPING_ERASURE] = "erase", [MAPPING_MERGE] = "merge",
    [MAPPING_FETCH] = "fetch",     [MAPPING_IGNORED] = "ignore"};
static const struct input_type effect_type = {
    .kind = INPUT_ENUM, .values = effect_names, .max = MAPPING_EFFECT_COUNT - 1};

const char *mapping_effect_name(enum mapping_effect effect)
{
    return effect_names[effect];
}

/* ---- the whole ---- */

static bool check_identity(struct input *in, const struct input_node *at,
                           const struct mapping *mapping)
{
    const struct input_node external = input_member(at, "external_id");

    if (external.json != NULL || mapping->effect == MAPPING_IGNORED ||
        mapping->effect == MAPPING_FETCH)
        return true;
    if (reading_of(in)->use == MAPPING_IMPORT && (!mapping->by_content || mapping->is_deal))
        return input_fault(in, &external, "required",
                           "Rows are known again by it: {\"source\": \"crm\", \"at\": \"/id\"}%s",
                           mapping->is_deal ? ""
                                            : ", or, where they have no id, by all that stands in "
                                              "them: \"id\": \"row\"");
    return mapping_field_is_given(&mapping->email) ||
           mapping_field_is_given(&mapping->anonymous_id) ||
           input_fault(in, at, "required", "One of email, external_id and anonymous_id is needed");
}

static bool check_steps(struct input *in, const struct input_node *at,
                        const struct mapping *mapping)
{
    const struct input_node steps = input_member(at, "steps");
    const char *before = mapping->team;
    bool sound = true;

    for (size_t i = 0; i < mapping->step_count; i++) {
        const struct input_node step = input_item(&steps, i);
        const struct input_node team = input_member(&step, "team");
        const char *now = mapping->steps[i].team;
        if (now != NULL && before != NULL && strcmp(now, before) == 0)
            sound =
                input_fault(in, &team, "same_team", "A lead is handed from one team to another");
        before = now;
    }
    return sound;
}

/* The member that an effect is about. */
static bool check_effect(struct input *in, const struct input_node *at,
                         const struct mapping *mapping)
{
    const char *name = mapping->effect == MAPPING_TOUCH     ? "touch"
                       : mapping->effect == MAPPING_FACTS   ? "facts"
                       : mapping->effect == MAPPING_OUTCOME ? "outcome"
                       : mapping->effect == MAPPING_MERGE   ? "merged"
                       : mapping->effect == MAPPING_FETCH   ? "fetch"
                                                            : NULL;

    if (name == NULL || json_object_get(at->json, name) != NULL)
        return true;
    const struct input_node member = input_member(at, name);
    return input_fault(in, &member, "required", "This is what comes of it then: say what.");
}

static bool check_mapping(struct input *in, const struct input_node *at, void *out)
{
    struct mapping *mapping = out;

    mapping->nulls_given = json_object_get(at->json, "null_values") != NULL;
    bool sound = check_steps(in, at, mapping);
    sound = check_effect(in, at, mapping) && sound;
    return check_identity(in, at, mapping) && sound;
}

#define EACH_FIELD                                                                                 \
    {                                                                                              \
        "each", &each_type, .offset = 0                                                            \
    }
#define NULLS_FIELD                                                                                \
    {                                                                                              \
        "null_values", &mapping_nulls_type, AT(struct mapping, nulls),                             \
            COUNT(struct mapping, null_count)                                                      \
    }
#define EXTERNAL_ID_FIELD                                                                          \
    {                                                                                              \
        "external_id", &external_id_type, AT(struct mapping, external_id)                          \
    }
#define EVENT_ID_FIELD                                                                             \
    {                                                                                              \
        "event_id", &mapping_field_type, AT(struct mapping, event_id)                              \
    }
#define ATTRIBUTES_FIELD                                                                           \
    {                                                                                              \
        "attributes", &mapping_attributes_type, AT(struct mapping, attributes),                    \
            COUNT(struct mapping, attribute_count)                                                 \
    }
/* What a lead has and a deal has not. */
#define LEAD_FIELDS                                                                                \
    {"email", &mapping_field_type, AT(struct mapping, email)},                                     \
        {"anonymous_id", &mapping_field_type, AT(struct mapping, anonymous_id)},                   \
        {"occurred_at", &mapping_field_type, AT(struct mapping, occurred_at)},                     \
        {"claimed_stage", &mapping_stage_type, AT(struct mapping, claimed_stage)},                 \
    {                                                                                              \
        "touch", &touch_type, .offset = 0                                                          \
    }
/* What is done to a lead that is there. */
#define CHANGE_FIELDS                                                                              \
    {"effect", &effect_type, AT(struct mapping, effect)},                                          \
        {"facts", &mapping_attributes_type, AT(struct mapping, facts),                             \
         COUNT(struct mapping, fact_count)},                                                       \
        {"outcome", &outcome_type, AT(struct mapping, outcome)},                                   \
        {"fetch", &mapping_fetch_type, AT(struct mapping, fetch)},                                 \
    {                                                                                              \
        "merged", &merged_type, .offset = 0                                                        \
    }
/* What files say beside deliveries. */
#define FILE_FIELDS                                                                                \
    {"as", &as_type, AT(struct mapping, is_deal)},                                                 \
        {"team", &mapping_word_type, AT(struct mapping, team), .required = true},                  \
        {"where", &mapping_conditions_type, AT(struct mapping, is),                                \
         COUNT(struct mapping, is_count)},                                                         \
    {                                                                                              \
        "id", &row_id_type, .offset = 0                                                            \
    }

static const char *const as_names[] = {"lead", "deal"};
static const struct input_type as_name_type = {.kind = INPUT_ENUM, .values = as_names, .max = 1};

static bool read_as(struct input *in, const struct input_node *at, const struct input_field *field,
                    void *base)
{
    int as = 0;
    bool sound = input_value(in, at, &as_name_type, &as);

    (void)field;
    ((struct mapping *)base)->is_deal = as == 1;
    return sound;
}

static const struct input_type as_type = {.kind = INPUT_ANY, .read = read_as};

static const char *const row_id_names[] = {NULL, "row"};
static const struct input_type row_id_name_type = {
    .kind = INPUT_ENUM, .values = row_id_names, .min = 1, .max = 1};

static bool read_row_id(struct input *in, const struct input_node *at,
                        const struct input_field *field, void *base)
{
    int id = 0;
    bool sound = input_value(in, at, &row_id_name_type, &id);

    (void)field;
    ((struct mapping *)base)->by_content = id == 1;
    return sound;
}

static const struct input_type row_id_type = {.kind = INPUT_ANY, .read = read_row_id};

static const struct input_field inbound_fields[] = {
    EACH_FIELD,       NULLS_FIELD, EXTERNAL_ID_FIELD, EVENT_ID_FIELD,
    ATTRIBUTES_FIELD, LEAD_FIELDS, CHANGE_FIELDS,
};

/* ---- several kinds of events ---- */

static bool read_cases(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base);

static const struct input_type cases_type = {
    .kind = INPUT_LIST, .min = 1, .max = MAPPING_CASES_MAX, .read = read_cases};

static const struct input_field case_fields[] = {
    {"is", &mapping_conditions_type, AT(struct mapping, is), COUNT(struct mapping, is_count)},
    EACH_FIELD,
    NULLS_FIELD,
    EXTERNAL_ID_FIELD,
    EVENT_ID_FIELD,
    ATTRIBUTES_FIELD,
    LEAD_FIELDS,
    CHANGE_FIELDS,
};

static const struct input_spec case_spec =
    INPUT_SPEC(case_fields, struct mapping, .check = check_mapping);

/* A case is a mapping of its own, and has what it does not say from the one around it. */
static bool read_case(struct input *in, const struct input_node *at, const json_t *around,
                      struct mapping *out)
{
    json_t *whole = json_is_object(at->json) ? json_copy((json_t *)at->json) : NULL;
    struct input_node node = *at;

    if (!json_is_object(at->json))
        return input_fault(in, at, "type", "An object is wanted.");
    if (whole == NULL || json_object_update_missing(whole, (json_t *)around) < 0) {
        json_decref(whole);
        arena_fail(in->arena);
        return true;
    }
    json_object_del(whole, "when");
    node.json = whole;
    bool sound = input_object(in, &node, &case_spec, out);
    json_decref(whole);
    return sound;
}

static bool read_cases(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    struct mapping *mapping = base;
    size_t count = json_array_size(at->json);
    struct mapping *cases = ARENA_ARRAY(in->arena, struct mapping, count + 1);
    bool sound = !faults_any(in->faults);

    (void)field;
    for (size_t i = 0; sound && cases != NULL && i < count; i++) {
        const struct input_node item = input_item(at, i);
        sound = read_case(in, &item, at->up->json, &cases[i]);
    }
    mapping->cases = cases;
    mapping->case_count = count;
    return sound;
}

/* The cases last: each repeats the faults of what it has from here. */
static const struct input_field several_fields[] = {
    EACH_FIELD,       NULLS_FIELD, EXTERNAL_ID_FIELD, EVENT_ID_FIELD,
    ATTRIBUTES_FIELD, LEAD_FIELDS, CHANGE_FIELDS,     {"when", &cases_type, .offset = 0},
};

static const struct input_spec several_spec = INPUT_SPEC(several_fields, struct mapping);

static const struct input_field lead_fields[] = {
    FILE_FIELDS, NULLS_FIELD, EXTERNAL_ID_FIELD, EVENT_ID_FIELD, ATTRIBUTES_FIELD, LEAD_FIELDS,
};
static const struct input_field deal_fields[] = {
    FILE_FIELDS,
    NULLS_FIELD,
    EXTERNAL_ID_FIELD,
    EVENT_ID_FIELD,
    ATTRIBUTES_FIELD,
    {"steps", &steps_type, AT(struct mapping, steps), COUNT(struct mapping, step_count),
     .required = true},
    {"outcome", &outcome_type, AT(struct mapping, outcome)},
};

static const struct input_spec inbound_spec =
    INPUT_SPEC(inbound_fields, struct mapping, .check = check_mapping);
static const struct input_spec lead_spec =
    INPUT_SPEC(lead_fields, struct mapping, .check = check_mapping);
static const struct input_spec deal_spec =
    INPUT_SPEC(deal_fields, struct mapping, .check = check_mapping);

static const struct input_spec *spec_of(const json_t *json, enum mapping_use use)
{
    const char *as = json_string_value(json_object_get(json, "as"));

    if (use == MAPPING_INBOUND)
        return json_object_get(json, "when") == NULL ? &inbound_spec : &several_spec;
    return as != NULL && strcmp(as, "deal") == 0 ? &deal_spec : &lead_spec;
}

enum err mapping_compile(const json_t *json, const struct mapping_reading *reading,
                         struct arena *arena, struct faults *faults, const struct mapping **out)
{
    const struct input_node root = input_root(json, reading->pointer);
    struct mapping *mapping = ARENA_NEW(arena, struct mapping);
    struct input in = {
        .arena = arena,
        .faults = faults,
        .where = "body",
        .copies = true,
        .context = (void *)reading,
    };

    if (mapping == NULL)
        return ERR_OUT_OF_MEMORY;
    bool sound = input_object(&in, &root, spec_of(json, reading->use), mapping);
    *out = mapping;
    if (arena_failed(arena))
        return ERR_OUT_OF_MEMORY;
    return sound ? ERR_NONE : ERR_INVALID_VALUE;
}
