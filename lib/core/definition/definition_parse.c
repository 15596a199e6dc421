/* From the document to the compiled definition: its members one after the other. */
#include "core/definition/definition_reader.h"

#include <string.h>

static const struct member document_members[] = {
    {"term", MEMBER_LINE, true, 1, CODE_MAX_BYTES},
    {"title", MEMBER_LINE, true, 1, TITLE_MAX_BYTES},
    {"statement", MEMBER_TEXT, false, 0, STATEMENT_MAX_BYTES},
    {"criteria", MEMBER_ARRAY, true, 1, CRITERIA_MAX},
    {"thresholds", MEMBER_OBJECT, false, 0, 0},
    {"reasons", MEMBER_ARRAY, false, 0, REASONS_MAX},
    {"exceptions", MEMBER_ARRAY, false, 0, EXCEPTION_KIND_COUNT},
    {"respond_within", MEMBER_OBJECT, false, 0, 0},
    {"decide_within_days", MEMBER_INT, false, 1, CLOCK_DAYS_MAX},
    {"nurture_days", MEMBER_INT, false, 1, CLOCK_DAYS_MAX},
    {0},
};

static const struct member criterion_members[] = {
    {"id", MEMBER_CODE, true, 1, CODE_MAX_BYTES},
    {"title", MEMBER_LINE, true, 1, TITLE_MAX_BYTES},
    {"kind", MEMBER_LINE, true, 1, CODE_MAX_BYTES},
    {"required", MEMBER_BOOL, false, 0, 0},
    {"test", MEMBER_OBJECT, false, 0, 0},
    {"points", MEMBER_INT, false, -POINTS_MAX, POINTS_MAX},
    {"tiers", MEMBER_ARRAY, false, 1, TIERS_MAX},
    {0},
};

static const struct member reason_members[] = {
    {"code", MEMBER_CODE, true, 1, CODE_MAX_BYTES},
    {"title", MEMBER_LINE, true, 1, TITLE_MAX_BYTES},
    {"about", MEMBER_LINE, true, 1, CODE_MAX_BYTES},
    {"criterion", MEMBER_LINE, false, 1, CODE_MAX_BYTES},
    {"then", MEMBER_LINE, true, 1, CODE_MAX_BYTES},
    {0},
};

static const struct member threshold_members[] = {
    {"fit", MEMBER_INT, false, -POINTS_MAX *CRITERIA_MAX, POINTS_MAX *CRITERIA_MAX},
    {"engagement", MEMBER_INT, false, -POINTS_MAX *CRITERIA_MAX, POINTS_MAX *CRITERIA_MAX},
    {"readiness", MEMBER_INT, false, -POINTS_MAX *CRITERIA_MAX, POINTS_MAX *CRITERIA_MAX},
    {"total", MEMBER_INT, false, -POINTS_MAX *CRITERIA_MAX, POINTS_MAX *CRITERIA_MAX},
    {0},
};

static const struct member exception_members[] = {
    {"kind", MEMBER_LINE, true, 1, CODE_MAX_BYTES},
    {"limit_per_month", MEMBER_INT, true, 1, LIMIT_PER_MONTH_MAX},
    {0},
};

static const struct member respond_members[] = {
    {"minutes", MEMBER_INT, true, 1, RESPOND_MINUTES_MAX},
    {0},
};

static const struct member long_tier_members[] = {
    {"test", MEMBER_OBJECT, true, 0, 0},
    {"points", MEMBER_INT, true, -POINTS_MAX, POINTS_MAX},
    {0},
};

/* ---- tiers ---- */

/* {"gte": 1000, "points": 30}: the operator is the member that is not points. */
static const char *short_tier_op(struct definition_reader *reader, const json_t *json,
                                 const char *pointer, enum test_op *op)
{
    const char *found = NULL;
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)json, name, value)
    {
        if (strcmp(name, "points") == 0)
            continue;
        if (!test_op_parse(name, op)) {
            faults_add(reader->faults, reader_member(reader, pointer, name), "unknown_member",
                       "a tier has points and either test or one operator");
            return NULL;
        }
        if (found != NULL) {
            faults_add(reader->faults, pointer, "ambiguous", "a tier has one operator");
            return NULL;
        }
        found = name;
    }
    if (found == NULL)
        faults_add(reader->faults, pointer, "required",
                   "a tier has points and either test or one operator");
    return found;
}

static bool check_tier_points(struct definition_reader *reader, const json_t *json,
                              const char *pointer)
{
    const json_t *points = json_object_get(json, "points");
    const char *place = reader_member(reader, pointer, "points");

    if (points == NULL)
        faults_add(reader->faults, place, "required", "it is missing");
    else if (!json_is_integer(points))
        faults_add(reader->faults, place, "type", "a whole number is wanted");
    else if (json_integer_value(points) < -POINTS_MAX || json_integer_value(points) > POINTS_MAX)
        faults_add(reader->faults, place, "range", "%d to %d is wanted", -POINTS_MAX, POINTS_MAX);
    else
        return true;
    return false;
}

static bool read_short_tier(struct definition_reader *reader, const json_t *json,
                            const char *pointer, const struct criterion *criterion,
                            struct tier *tier)
{
    enum test_op op;
    bool good = check_tier_points(reader, json, pointer);
    const char *name = short_tier_op(reader, json, pointer, &op);

    if (name == NULL)
        return false;
    if (!criterion->has_test || reader->nodes[criterion->test].kind < TEST_ATTRIBUTE) {
        faults_add(reader->faults, pointer, "needs_test",
                   "the short form of a tier asks the subject of the criterion's simple test; "
                   "write a test here");
        return false;
    }
    return reader_short_test(reader, criterion->test, op, json_object_get(json, name),
                             reader_member(reader, pointer, name), &tier->test) &&
           good;
}

static bool read_tier(struct definition_reader *reader, const json_t *json, const char *pointer,
                      const struct criterion *criterion, bool test_is_good, struct tier *tier)
{
    if (!json_is_object(json)) {
        faults_add(reader->faults, pointer, "type", "an object is wanted");
        return false;
    }
    tier->points = reader_int(json, "points", 0);
    if (json_object_get(json, "test") == NULL) {
        if (!test_is_good) /* its own fault stands already */
            return false;
        return read_short_tier(reader, json, pointer, criterion, tier);
    }
    bool good = reader_check(reader, json, pointer, long_tier_members);
    const json_t *test = json_object_get(json, "test");
    return json_is_object(test) &&
           reader_test(reader, test, reader_member(reader, pointer, "test"), &tier->test) && good;
}

static void read_tiers(struct definition_reader *reader, const json_t *json, const char *pointer,
                       bool test_is_good, struct criterion *criterion)
{
    const json_t *list = json_object_get(json, "tiers");
    const char *place = reader_member(reader, pointer, "tiers");
    size_t count = json_array_size(list);

    if (count == 0 || count > TIERS_MAX)
        return;
    struct tier *tiers = reader_alloc(reader, count, sizeof *tiers);
    for (size_t i = 0; tiers != NULL && i < count; i++)
        read_tier(reader, json_array_get(list, i), reader_item(reader, place, i), criterion,
                  test_is_good, &tiers[i]);
    criterion->tiers = tiers;
    criterion->tiers_count = tiers == NULL ? 0 : count;
}

/* ---- criteria ---- */

static int32_t most_points(const struct criterion *criterion)
{
    int32_t most = criterion->has_test ? criterion->points : INT32_MIN;

    for (size_t i = 0; i < criterion->tiers_count; i++)
        if (criterion->tiers[i].points > most)
            most = criterion->tiers[i].points;
    return most == INT32_MIN ? 0 : most;
}

/* A disqualifier decides alone; every other criterion is required or worth points. */
static void check_worth(struct definition_reader *reader, const json_t *json, const char *pointer,
                        const struct criterion *criterion)
{
    static const char *const foreign[] = {"required", "points", "tiers"};

    if (criterion->kind == CRITERION_DISQUALIFIER) {
        for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
            if (json_object_get(json, foreign[i]) != NULL)
                faults_add(reader->faults, reader_member(reader, pointer, foreign[i]),
                           "not_allowed", "a disqualifier has no %s: met, it decides alone",
                           foreign[i]);
        return;
    }
    if (!criterion->required && !criterion->has_points)
        faults_add(reader->faults, reader_member(reader, pointer, "points"), "required",
                   "a criterion is required or worth points");
    if (!criterion->has_test && json_object_get(json, "tiers") != NULL &&
        json_object_get(json, "points") != NULL)
        faults_add(reader->faults, reader_member(reader, pointer, "points"), "not_allowed",
                   "points belong to a test; without one the tiers have them");
}

static void check_presence_of_test(struct definition_reader *reader, const json_t *json,
                                   const char *pointer)
{
    if (json_object_get(json, "test") == NULL && json_object_get(json, "tiers") == NULL)
        faults_add(reader->faults, reader_member(reader, pointer, "test"), "required",
                   "a criterion has a test or tiers");
}

static void read_criterion(struct definition_reader *reader, const json_t *json,
                           const char *pointer, struct criterion *criterion)
{
    bool test_is_good = true;

    criterion->pointer = arena_strdup(reader->arena, pointer);
    reader_check(reader, json, pointer, criterion_members);
    if (!json_is_object(json))
        return;
    criterion->id = reader_text(reader, json, "id");
    criterion->title = reader_text(reader, json, "title");
    int kind =
        reader_choice(reader, json, pointer, "kind",
                      (const char *const[]){"fit", "engagement", "readiness", "disqualifier"},
                      CRITERION_KIND_COUNT);
    criterion->kind = kind < 0 ? CRITERION_FIT : (enum criterion_kind)kind;
    criterion->required = json_is_true(json_object_get(json, "required"));
    criterion->points = reader_int(json, "points", 0);
    criterion->has_points =
        json_object_get(json, "points") != NULL || json_object_get(json, "tiers") != NULL;
    const json_t *test = json_object_get(json, "test");
    criterion->has_test = test != NULL;
    if (json_is_object(test))
        test_is_good =
            reader_test(reader, test, reader_member(reader, pointer, "test"), &criterion->test);
    else
        test_is_good = test == NULL;
    check_presence_of_test(reader, json, pointer);
    if (kind >= 0)
        check_worth(reader, json, pointer, criterion);
    read_tiers(reader, json, pointer, test_is_good, criterion);
    criterion->most_points = most_points(criterion);
}

static void check_repeated_id(struct definition_reader *reader, const struct criterion *criteria,
                              size_t at, const char *pointer)
{
    for (size_t i = 0; i < at; i++) {
        if (criteria[i].id == NULL || criteria[at].id == NULL ||
            strcmp(criteria[i].id, criteria[at].id) != 0)
            continue;
        faults_add(reader->faults, reader_member(reader, pointer, "id"), "duplicate",
                   "criterion %zu has the same id", i);
        return;
    }
}

static void read_criteria(struct definition_reader *reader, const json_t *list)
{
    size_t count = json_array_size(list);

    if (count == 0 || count > CRITERIA_MAX)
        return;
    struct criterion *criteria = reader_alloc(reader, count, sizeof *criteria);
    if (criteria == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        const char *pointer = reader_item(reader, "/criteria", i);
        read_criterion(reader, json_array_get(list, i), pointer, &criteria[i]);
        check_repeated_id(reader, criteria, i, pointer);
    }
    reader->definition->criteria = criteria;
    reader->definition->criteria_count = count;
}

/* ---- the rest ---- */

static void read_thresholds(struct definition_reader *reader, const json_t *json)
{
    if (!json_is_object(json))
        return;
    reader_check(reader, json, "/thresholds", threshold_members);
    for (int i = 0; i < THRESHOLD_COUNT; i++) {
        reader->definition->has_threshold[i] = json_object_get(json, threshold_name(i)) != NULL;
        reader->definition->thresholds[i] = reader_int(json, threshold_name(i), 0);
    }
}

static int find_criterion(const struct definition *definition, const char *id)
{
    for (size_t i = 0; i < definition->criteria_count; i++)
        if (definition->criteria[i].id != NULL && strcmp(definition->criteria[i].id, id) == 0)
            return (int)i;
    return -1;
}

static void read_reason_criterion(struct definition_reader *reader, const json_t *json,
                                  const char *pointer, struct reason *reason)
{
    const char *id = json_string_value(json_object_get(json, "criterion"));
    const char *place = reader_member(reader, pointer, "criterion");

    if (reason->about != ABOUT_CRITERION) {
        if (json_object_get(json, "criterion") != NULL)
            faults_add(reader->faults, place, "not_allowed",
                       "only a reason about a criterion names one");
        return;
    }
    if (json_object_get(json, "criterion") == NULL) {
        faults_add(reader->faults, place, "required", "a reason about a criterion names it");
        return;
    }
    if (id == NULL) /* its type is a fault already */
        return;
    reason->criterion = find_criterion(reader->definition, id);
    if (reason->criterion < 0)
        faults_add(reader->faults, place, "unknown_criterion",
                   "no criterion of this definition has this id");
}

static void read_reason(struct definition_reader *reader, const json_t *json, const char *pointer,
                        struct reason *reason)
{
    reason->criterion = -1;
    reader_check(reader, json, pointer, reason_members);
    if (!json_is_object(json))
        return;
    reason->code = reader_text(reader, json, "code");
    reason->title = reader_text(reader, json, "title");
    int about = reader_choice(reader, json, pointer, "about",
                              (const char *const[]){"criterion", "gap", "process"}, ABOUT_COUNT);
    int then = reader_choice(reader, json, pointer, "then",
                             (const char *const[]){"nurture", "disqualify", "reroute"}, THEN_COUNT);
    reason->then = then < 0 ? THEN_NURTURE : (enum reason_then)then;
    if (about < 0)
        return;
    reason->about = (enum reason_about)about;
    read_reason_criterion(reader, json, pointer, reason);
}

static void check_repeated_code(struct definition_reader *reader, const struct reason *reasons,
                                size_t at, const char *pointer)
{
    for (size_t i = 0; i < at; i++) {
        if (reasons[i].code == NULL || reasons[at].code == NULL ||
            strcmp(reasons[i].code, reasons[at].code) != 0)
            continue;
        faults_add(reader->faults, reader_member(reader, pointer, "code"), "duplicate",
                   "reason %zu has the same code", i);
        return;
    }
}

static void read_reasons(struct definition_reader *reader, const json_t *list)
{
    size_t count = json_array_size(list);

    if (count > REASONS_MAX)
        return;
    struct reason *reasons = reader_alloc(reader, count, sizeof *reasons);
    if (reasons == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        const char *pointer = reader_item(reader, "/reasons", i);
        read_reason(reader, json_array_get(list, i), pointer, &reasons[i]);
        check_repeated_code(reader, reasons, i, pointer);
    }
    reader->definition->reasons = reasons;
    reader->definition->reasons_count = count;
}

static void read_exception(struct definition_reader *reader, const json_t *json,
                           const char *pointer)
{
    reader_check(reader, json, pointer, exception_members);
    if (!json_is_object(json))
        return;
    int kind = reader_choice(reader, json, pointer, "kind",
                             (const char *const[]){"unclear", "strategic", "account_based"},
                             EXCEPTION_KIND_COUNT);
    if (kind < 0)
        return;
    struct exception *exception = &reader->definition->exceptions[kind];
    if (exception->allowed)
        faults_add(reader->faults, reader_member(reader, pointer, "kind"), "duplicate",
                   "this kind of exception stands here already");
    exception->allowed = true;
    exception->limit_per_month = reader_int(json, "limit_per_month", 0);
}

static void read_exceptions(struct definition_reader *reader, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list) && i < EXCEPTION_KIND_COUNT; i++)
        read_exception(reader, json_array_get(list, i), reader_item(reader, "/exceptions", i));
}

static void read_clocks(struct definition_reader *reader, const json_t *document)
{
    struct definition *definition = reader->definition;
    const json_t *respond = json_object_get(document, "respond_within");

    if (json_is_object(respond))
        reader_check(reader, respond, "/respond_within", respond_members);
    definition->respond_minutes = reader_int(respond, "minutes", RESPOND_MINUTES_DEFAULT);
    definition->decide_days = reader_int(document, "decide_within_days", DECIDE_DAYS_DEFAULT);
    definition->nurture_days = reader_int(document, "nurture_days", NURTURE_DAYS_DEFAULT);
}

static void read_document(struct definition_reader *reader, const json_t *document)
{
    struct definition *definition = reader->definition;

    reader_check(reader, document, "", document_members);
    if (!json_is_object(document))
        return;
    int term = reader_choice(reader, document, "", "term",
                             (const char *const[]){"mql", "srl", "sql"}, TERM_COUNT);
    definition->term = term < 0 ? TERM_MQL : (enum term)term;
    definition->title = reader_text(reader, document, "title");
    definition->statement = reader_text(reader, document, "statement");
    if (definition->statement == NULL)
        definition->statement = "";
    read_criteria(reader, json_object_get(document, "criteria"));
    read_thresholds(reader, json_object_get(document, "thresholds"));
    read_reasons(reader, json_object_get(document, "reasons"));
    read_exceptions(reader, json_object_get(document, "exceptions"));
    read_clocks(reader, document);
}

static void finish(struct definition_reader *reader)
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
    struct definition *definition = reader_alloc(reader, 1, sizeof *definition);

    reader->nodes = reader_alloc(reader, TESTS_PER_DEFINITION, sizeof *reader->nodes);
    reader->names = reader_alloc(reader, NAMES_MAX, sizeof *reader->names);
    reader->kinds = reader_alloc(reader, TOUCH_KINDS_MAX, sizeof *reader->kinds);
    if (reader->out_of_memory)
        return ERR_OUT_OF_MEMORY;
    definition->arena = reader->arena;
    reader->definition = definition;
    read_document(reader, document);
    if (!reader->out_of_memory && !faults_any(reader->faults)) {
        finish(reader);
        definition_check(reader);
    }
    if (reader->out_of_memory || arena_failed(reader->arena))
        return ERR_OUT_OF_MEMORY;
    return faults_any(reader->faults) ? ERR_INVALID_DEFINITION : ERR_NONE;
}

/* Compiling needs somewhere to gather, also when the caller does not care. */
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
    reader->faults = faults != NULL ? faults : &own_faults;
    reader->warnings = warnings != NULL ? warnings : &own_warnings;
    enum err err = compile(document, reader);
    arena_free(arena);
    return err;
}

enum err definition_compile(const json_t *document, struct faults *faults, struct faults *warnings,
                            struct definition **out)
{
    struct definition_reader reader = {.arena = arena_new(DEFINITION_MEMORY_BYTES)};

    *out = NULL;
    if (reader.arena == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = compile_gathering(document, faults, warnings, &reader);
    if (err == ERR_NONE)
        *out = reader.definition;
    else
        arena_free(reader.arena);
    return err;
}
