/* Compiles the document, one member after the other. */
#include "core/definition/definition_reader.h"

#include "base/name.h"
#include "core/definition/signers.h"

#include <string.h>

static struct definition_reader *reader_of(const struct input *in)
{
    return in->context;
}

void reader_warn(struct definition_reader *reader, const char *pointer, const char *code,
                 const char *format, ...)
{
    va_list args;

    va_start(args, format);
    faults_vadd(reader->warnings, "body", pointer, code, format, args);
    va_end(args);
}

/* ---- what values are allowed ---- */

/* A code as in the rest of the API, but one that also reads well in a sentence. */
static bool is_definition_code(const char *text)
{
    return code_valid(text) && strchr(text, ':') == NULL && strchr("0123456789", text[0]) == NULL;
}

static const struct input_type definition_code_type = {
    .kind = INPUT_LINE,
    .min = 1,
    .max = CODE_MAX_BYTES,
    .fits = is_definition_code,
    .code = "code",
    .wanted = "A code has a-z, 0-9, _ - and . alone, and begins with a letter",
};
static const struct input_type title_type = {.kind = INPUT_LINE, .min = 1, .max = TITLE_MAX_BYTES};
static const struct input_type statement_type = {.kind = INPUT_TEXT, .max = STATEMENT_MAX_BYTES};
static const struct input_type points_type = {
    .kind = INPUT_INT32, .min = -POINTS_MAX, .max = POINTS_MAX};
static const struct input_type days_type = {.kind = INPUT_INT32, .min = 1, .max = CLOCK_DAYS_MAX};

/* ---- tiers ---- */

static bool read_tier_test(struct input *in, const struct input_node *at,
                           const struct input_field *field, void *base)
{
    return reader_test(reader_of(in), at, (uint16_t *)((char *)base + field->offset));
}

static const struct input_type tier_test_type = {.kind = INPUT_MAP, .read = read_tier_test};

static const struct input_field long_tier_fields[] = {
    {"test", &tier_test_type, AT(struct tier, test), .required = true},
    {"points", &points_type, AT(struct tier, points), .required = true},
};
static const struct input_spec long_tier_spec = INPUT_SPEC(long_tier_fields, struct tier);

/* {"gte": 1000, "points": 30}: the operator is the member that is not points. */
static const char *short_tier_op(struct input *in, const struct input_node *at, enum test_op *op)
{
    const char *found = NULL;
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)at->json, name, value)
    {
        const struct input_node member = {.json = value, .up = at, .name = name};
        if (strcmp(name, "points") == 0)
            continue;
        if (!test_op_parse(name, op)) {
            input_fault(in, &member, "unknown_member",
                        "A tier has points and either test or one operator");
            return NULL;
        }
        if (found != NULL) {
            input_fault(in, at, "ambiguous", "A tier has one operator");
            return NULL;
        }
        found = name;
    }
    if (found == NULL)
        input_fault(in, at, "required", "A tier has points and either test or one operator");
    return found;
}

static bool read_tier_points(struct input *in, const struct input_node *at, struct tier *tier)
{
    const struct input_node points = input_member(at, "points");

    if (points.json == NULL)
        return input_fault(in, &points, "required", "It is missing");
    return input_value(in, &points, &points_type, &tier->points);
}

static void read_short_tier(struct input *in, const struct input_node *at,
                            const struct criterion *criterion, struct tier *tier)
{
    struct definition_reader *reader = reader_of(in);
    enum test_op op;

    read_tier_points(in, at, tier);
    const char *name = short_tier_op(in, at, &op);
    if (name == NULL)
        return;
    const struct input_node value = input_member(at, name);
    if (criterion->has_test && reader->nodes[criterion->test].kind >= TEST_ATTRIBUTE)
        reader_short_test(reader, &value, criterion->test, op, &tier->test);
    else
        input_fault(in, at, "needs_test",
                    "The short form of a tier asks the subject of the criterion's simple test: "
                    "write a test here");
}

static bool read_tiers(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    const struct criterion *criterion = base;
    size_t count = json_array_size(at->json);
    size_t before = in->faults->count;
    struct tier *tiers = ARENA_ARRAY(in->arena, struct tier, count);

    for (size_t i = 0; tiers != NULL && i < count; i++) {
        const struct input_node item = input_item(at, i);
        if (!json_is_object(item.json))
            input_fault(in, &item, "type", "An object is wanted");
        else if (json_object_get(item.json, "test") != NULL)
            input_object(in, &item, &long_tier_spec, &tiers[i]);
        else if (reader_of(in)->test_is_sound) /* otherwise its fault has been added already */
            read_short_tier(in, &item, criterion, &tiers[i]);
    }
    input_put_array(field, base, tiers, tiers == NULL ? 0 : count);
    return in->faults->count == before;
}

static const struct input_type tiers_type = {
    .kind = INPUT_LIST, .min = 1, .max = TIERS_MAX, .read = read_tiers};

/* ---- criteria ---- */

static bool read_criterion_test(struct input *in, const struct input_node *at,
                                const struct input_field *field, void *base)
{
    struct definition_reader *reader = reader_of(in);
    struct criterion *criterion = base;

    (void)field;
    criterion->has_test = true;
    reader->test_is_sound = reader_test(reader, at, &criterion->test);
    return reader->test_is_sound;
}

static const struct input_type criterion_test_type = {.kind = INPUT_MAP,
                                                      .read = read_criterion_test};

/* Tiers refer to the test, so they are read after it. */
static const struct input_field criterion_fields[] = {
    {"id", &definition_code_type, AT(struct criterion, id), .required = true},
    {"title", &title_type, AT(struct criterion, title), .required = true},
    {"kind", &criterion_kind_type, AT(struct criterion, kind), .required = true,
     .otherwise = CRITERION_KIND_COUNT},
    {"required", &input_bool, AT(struct criterion, required)},
    {"points", &points_type, AT(struct criterion, points)},
    {"test", &criterion_test_type, AT(struct criterion, test)},
    {"tiers", &tiers_type, AT(struct criterion, tiers), COUNT(struct criterion, tiers_count)},
};

static int32_t most_points(const struct criterion *criterion)
{
    int32_t most = criterion->has_test ? criterion->points : INT32_MIN;

    for (size_t i = 0; i < criterion->tiers_count; i++)
        if (criterion->tiers[i].points > most)
            most = criterion->tiers[i].points;
    return most == INT32_MIN ? 0 : most;
}

static bool refuse_foreign(struct input *in, const struct input_node *at)
{
    static const char *const foreign[] = {"required", "points", "tiers"};
    bool sound = true;

    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        const struct input_node member = input_member(at, foreign[i]);
        if (member.json != NULL)
            sound = input_fault(in, &member, "not_allowed",
                                "A disqualifier has no %s: met, it decides alone", foreign[i]);
    }
    return sound;
}

/* A disqualifier decides by itself; every other criterion is required or worth points. */
static bool check_worth(struct input *in, const struct input_node *at,
                        const struct criterion *criterion)
{
    const struct input_node points = input_member(at, "points");
    bool has_test = json_object_get(at->json, "test") != NULL;
    bool has_tiers = json_object_get(at->json, "tiers") != NULL;
    bool sound = true;

    if (criterion->kind == CRITERION_KIND_COUNT)
        return true;
    if (criterion->kind == CRITERION_DISQUALIFIER)
        return refuse_foreign(in, at);
    if (!criterion->required && !criterion->has_points)
        sound = input_fault(in, &points, "required", "A criterion is required or worth points");
    if (!has_test && has_tiers && points.json != NULL)
        sound = input_fault(in, &points, "not_allowed",
                            "Points belong to a test; without one the tiers have them");
    return sound;
}

static bool check_criterion(struct input *in, const struct input_node *at, void *out)
{
    struct criterion *criterion = out;
    const struct input_node test = input_member(at, "test");
    const json_t *tiers = json_object_get(at->json, "tiers");
    bool sound = true;

    criterion->has_points = json_object_get(at->json, "points") != NULL || tiers != NULL;
    criterion->most_points = most_points(criterion);
    if (test.json == NULL && tiers == NULL)
        sound = input_fault(in, &test, "required", "A criterion has a test or tiers");
    return check_worth(in, at, criterion) && sound;
}

static const struct input_spec criterion_spec =
    INPUT_SPEC(criterion_fields, struct criterion, .check = check_criterion);

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static bool read_criteria(struct input *in, const struct input_node *at,
                          const struct input_field *field, void *base)
{
    size_t count = json_array_size(at->json);
    struct criterion *criteria = ARENA_ARRAY(in->arena, struct criterion, count);
    bool sound = true;

    for (size_t i = 0; criteria != NULL && i < count; i++) {
        const struct input_node item = input_item(at, i);
        const struct input_node id = input_member(&item, "id");
        reader_of(in)->test_is_sound = json_object_get(item.json, "test") == NULL;
        sound = input_object(in, &item, &criterion_spec, &criteria[i]) && sound;
        criteria[i].pointer = input_pointer(&item, in->arena);
        for (size_t k = 0; k < i; k++)
            if (same(criteria[k].id, criteria[i].id))
                sound = input_fault(in, &id, "duplicate", "Criterion %zu has the same id", k);
    }
    input_put_array(field, base, criteria, criteria == NULL ? 0 : count);
    return sound;
}

static const struct input_type criteria_type = {
    .kind = INPUT_LIST, .min = 1, .max = CRITERIA_MAX, .read = read_criteria};

/* ---- reasons ---- */

static int find_criterion(const struct definition *definition, const char *id)
{
    for (size_t i = 0; i < definition->criteria_count; i++)
        if (same(definition->criteria[i].id, id))
            return (int)i;
    return -1;
}

/* Replaces the criterion's id by its index. */
static bool read_reason_criterion(struct input *in, const struct input_node *at,
                                  const struct input_field *field, void *base)
{
    struct reason *reason = base;

    (void)field;
    if (reason->about == ABOUT_COUNT)
        return true;
    if (reason->about != ABOUT_CRITERION)
        return input_fault(in, at, "not_allowed", "Only a reason about a criterion names one");
    reason->criterion = find_criterion(reader_of(in)->definition, json_string_value(at->json));
    return reason->criterion >= 0 ||
           input_fault(in, at, "unknown_criterion", "No criterion of this definition has this id");
}

static const struct input_type reason_criterion_type = {
    .kind = INPUT_LINE, .min = 1, .max = CODE_MAX_BYTES, .read = read_reason_criterion};

/* Its subject decides whether it names a criterion, so that is read first. */
static const struct input_field reason_fields[] = {
    {"code", &definition_code_type, AT(struct reason, code), .required = true},
    {"title", &title_type, AT(struct reason, title), .required = true},
    {"about", &reason_about_type, AT(struct reason, about), .required = true,
     .otherwise = ABOUT_COUNT},
    {"criterion", &reason_criterion_type, AT(struct reason, criterion)},
    {"then", &reason_then_type, AT(struct reason, then), .required = true, .otherwise = THEN_COUNT},
    {"team", &name_type, AT(struct reason, team)},
};

static bool check_reason(struct input *in, const struct input_node *at, void *out)
{
    struct reason *reason = out;
    const struct input_node criterion = input_member(at, "criterion");
    const struct input_node team = input_member(at, "team");
    bool sound = true;

    if (reason->about != ABOUT_CRITERION)
        reason->criterion = -1;
    else if (criterion.json == NULL)
        sound = input_fault(in, &criterion, "required", "A reason about a criterion names it");
    if (reason->team != NULL && reason->then != THEN_REROUTE && reason->then != THEN_COUNT)
        sound = input_fault(in, &team, "not_reroute",
                            "Only a reason after which the lead is rerouted names a team");
    return sound;
}

static const struct input_spec reason_spec =
    INPUT_SPEC(reason_fields, struct reason, .check = check_reason);

static bool read_reasons(struct input *in, const struct input_node *at,
                         const struct input_field *field, void *base)
{
    size_t count = json_array_size(at->json);
    struct reason *reasons = ARENA_ARRAY(in->arena, struct reason, count);
    bool sound = true;

    for (size_t i = 0; reasons != NULL && i < count; i++) {
        const struct input_node item = input_item(at, i);
        const struct input_node code = input_member(&item, "code");
        sound = input_object(in, &item, &reason_spec, &reasons[i]) && sound;
        for (size_t k = 0; k < i; k++)
            if (same(reasons[k].code, reasons[i].code))
                sound = input_fault(in, &code, "duplicate", "Reason %zu has the same code", k);
    }
    input_put_array(field, base, reasons, reasons == NULL ? 0 : count);
    return sound;
}

static const struct input_type reasons_type = {
    .kind = INPUT_LIST, .max = REASONS_MAX, .read = read_reasons};

/* ---- exceptions ---- */

struct exception_read {
    enum exception_kind kind;
    int32_t limit_per_month;
};

static const struct input_type limit_type = {
    .kind = INPUT_INT32, .min = 1, .max = LIMIT_PER_MONTH_MAX};

static const struct input_field exception_fields[] = {
    {"kind", &exception_kind_type, AT(struct exception_read, kind), .required = true,
     .otherwise = EXCEPTION_KIND_COUNT},
    {"limit_per_month", &limit_type, AT(struct exception_read, limit_per_month), .required = true},
};
static const struct input_spec exception_spec = INPUT_SPEC(exception_fields, struct exception_read);

/* Turns a list of kinds into an array by kind. */
static bool read_exceptions(struct input *in, const struct input_node *at,
                            const struct input_field *field, void *base)
{
    struct exception *exceptions = (struct exception *)((char *)base + field->offset);
    bool sound = true;

    for (size_t i = 0; i < json_array_size(at->json); i++) {
        const struct input_node item = input_item(at, i);
        const struct input_node kind = input_member(&item, "kind");
        struct exception_read one;
        sound = input_object(in, &item, &exception_spec, &one) && sound;
        if (one.kind == EXCEPTION_KIND_COUNT)
            continue;
        if (exceptions[one.kind].allowed)
            sound = input_fault(in, &kind, "duplicate",
                                "This kind of exception is already in the list");
        exceptions[one.kind] = (struct exception){true, one.limit_per_month};
    }
    return sound;
}

static const struct input_type exceptions_type = {
    .kind = INPUT_LIST, .max = EXCEPTION_KIND_COUNT, .read = read_exceptions};

/* ---- thresholds, clocks ---- */

static bool read_threshold(struct input *in, const struct input_node *at,
                           const struct input_field *field, void *base)
{
    struct definition *definition = base;
    size_t index = (field->offset - offsetof(struct definition, thresholds)) / sizeof(int32_t);

    (void)in;
    definition->has_threshold[index] = true;
    definition->thresholds[index] = (int32_t)json_integer_value(at->json);
    return true;
}

static const struct input_type threshold_type = {.kind = INPUT_INT32,
                                                 .min = -POINTS_MAX * CRITERIA_MAX,
                                                 .max = POINTS_MAX * CRITERIA_MAX,
                                                 .read = read_threshold};

static const struct input_field threshold_fields[] = {
    {"fit", &threshold_type, AT(struct definition, thresholds[CRITERION_FIT])},
    {"engagement", &threshold_type, AT(struct definition, thresholds[CRITERION_ENGAGEMENT])},
    {"readiness", &threshold_type, AT(struct definition, thresholds[CRITERION_READINESS])},
    {"total", &threshold_type, AT(struct definition, thresholds[THRESHOLD_TOTAL])},
};
static const struct input_spec threshold_spec = INPUT_SPEC(threshold_fields, struct definition);
static const struct input_type thresholds_type = {.kind = INPUT_OBJECT, .of = &threshold_spec};

static const struct input_type minutes_type = {
    .kind = INPUT_INT32, .min = 1, .max = RESPOND_MINUTES_MAX};

static const struct input_field respond_fields[] = {
    {"minutes", &minutes_type, AT(struct definition, respond_minutes), .required = true,
     .otherwise = RESPOND_MINUTES_DEFAULT},
};
static const struct input_spec respond_spec = INPUT_SPEC(respond_fields, struct definition);
static const struct input_type respond_type = {.kind = INPUT_OBJECT, .of = &respond_spec};

/* ---- the whole ---- */

/* Reasons refer to criteria, so those are read first. Thresholds and respond_within are objects
 * only in the document: their members are the definition's own. */
static const struct input_field document_fields[] = {
    {"term", &term_type, AT(struct definition, term), .required = true},
    {"title", &title_type, AT(struct definition, title), .required = true},
    {"statement", &statement_type, AT(struct definition, statement)},
    {"criteria", &criteria_type, AT(struct definition, criteria),
     COUNT(struct definition, criteria_count), .required = true},
    {"thresholds", &thresholds_type, .offset = 0},
    {"reasons", &reasons_type, AT(struct definition, reasons),
     COUNT(struct definition, reasons_count)},
    {"exceptions", &exceptions_type, AT(struct definition, exceptions)},
    {"respond_within", &respond_type, .offset = 0},
    {"signers", &signers_type, AT(struct definition, signers)},
    {"decide_within_days", &days_type, AT(struct definition, decide_days),
     .otherwise = DECIDE_DAYS_DEFAULT},
    {"nurture_days", &days_type, AT(struct definition, nurture_days),
     .otherwise = NURTURE_DAYS_DEFAULT},
};
static const struct input_spec document_spec = INPUT_SPEC(document_fields, struct definition);

bool reader_begin(struct definition_reader *reader)
{
    struct arena *arena = reader->in.arena;

    reader->nodes = ARENA_ARRAY(arena, struct test_node, TESTS_PER_DEFINITION);
    reader->names = ARENA_ARRAY(arena, struct definition_name, NAMES_MAX);
    reader->kinds = ARENA_ARRAY(arena, const char *, TOUCH_KINDS_MAX);
    return !arena_failed(arena);
}

void reader_end(struct definition_reader *reader)
{
    struct definition *definition = reader->definition;

    reader_link(reader);
    definition->nodes = reader->nodes;
    definition->nodes_count = reader->nodes_count;
    definition->names = reader->names;
    definition->names_count = reader->names_count;
    definition->kinds = reader->kinds;
    definition->kinds_count = reader->kinds_count;
    for (size_t i = 0; i < reader->names_count; i++)
        definition->attributes_count += !reader->names[i].is_fact;
    for (size_t i = 0; i < reader->nodes_count; i++) {
        bool counts = reader->nodes[i].kind == TEST_TOUCHES;
        bool asks = counts && !reader->nodes[i].touches->counts_older;
        definition->counts_touches = definition->counts_touches || counts;
        definition->asks_touch_details = definition->asks_touch_details || asks;
    }
}

static enum err compile(const json_t *document, struct definition_reader *reader)
{
    const struct input_node root = input_root(document, "");
    struct arena *arena = reader->in.arena;
    struct definition *definition = ARENA_NEW(arena, struct definition);

    if (!reader_begin(reader))
        return ERR_OUT_OF_MEMORY;
    reader->definition = definition;
    bool sound = input_object(&reader->in, &root, &document_spec, definition);
    definition->arena = arena;
    if (definition->statement == NULL)
        definition->statement = "";
    if (sound && !arena_failed(arena)) {
        reader_end(reader);
        definition_check(reader);
    }
    if (arena_failed(arena))
        return ERR_OUT_OF_MEMORY;
    return faults_any(reader->in.faults) ? ERR_INVALID_DEFINITION : ERR_NONE;
}

/* Faults are collected somewhere even when the caller does not want them. */
static enum err compile_gathering(const json_t *document, struct faults *faults,
                                  struct faults *warnings, struct definition_reader *reader)
{
    struct faults own_faults;
    struct faults own_warnings;
    struct arena *arena = NULL;

    if (faults == NULL || warnings == NULL) {
        arena = arena_new(DEFINITION_MEMORY_BYTES);
        if (arena == NULL)
            return ERR_OUT_OF_MEMORY;
        faults_init(&own_faults, arena);
        faults_init(&own_warnings, arena);
    }
    reader->in.faults = faults != NULL ? faults : &own_faults;
    reader->warnings = warnings != NULL ? warnings : &own_warnings;
    enum err err = compile(document, reader);
    arena_free(arena);
    return err;
}

enum err definition_compile(const json_t *document, struct faults *faults, struct faults *warnings,
                            struct definition **out)
{
    struct definition_reader reader = {
        .in = {.arena = arena_new(DEFINITION_MEMORY_BYTES), .where = "body", .copies = true}};

    *out = NULL;
    if (reader.in.arena == NULL)
        return ERR_OUT_OF_MEMORY;
    reader.in.context = &reader;
    enum err err = compile_gathering(document, faults, warnings, &reader);
    if (err == ERR_NONE)
        *out = reader.definition;
    else
        arena_free(reader.in.arena);
    return err;
}
