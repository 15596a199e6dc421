#include "core/distribution/distribution.h"

#include "base/input.h"
#include "base/json_tree.h"
#include "core/definition/condition.h"

#include <string.h>

const char *deal_by_name(enum deal_by by)
{
    static const char *const names[DEAL_BY_COUNT] = {
#define X(name, text) [DEAL_##name] = text,
        DEAL_BY_TABLE(X)
#undef X
    };

    return names[by];
}

/* ---- reading it ---- */

struct reader {
    struct input in; /* its context is this reader */
    const struct config *config;
    struct uuid team;
    struct conditions conditions;
};

static struct reader *reader_of(struct input *in)
{
    return in->context;
}

static bool read_member(struct input *in, const struct input_node *at,
                        const struct input_field *field, void *base)
{
    const struct reader *reader = reader_of(in);
    struct uuid *id = (struct uuid *)((char *)base + field->offset);
    const char *named = json_string_value(at->json);

    if (reader->config == NULL)
        return uuid_is_nil(reader->team) || uuid_parse(named, id) ||
               input_fault(in, at, "member", "An id is wanted");
    const struct member *member =
        config_member_known_as(reader->config, reader->team, named, in->arena);
    if (member == NULL)
        return input_fault(in, at, "unknown_member",
                           "The team has no active member with this email or id; GET "
                           "/v1/members lists them");
    *id = member->id;
    return true;
}

static const struct input_type member_type = {
    .kind = INPUT_LINE, .min = 3, .max = 320, .read = read_member};
static const struct input_type weight_type = {
    .kind = INPUT_INT32, .min = 1, .max = DEAL_WEIGHT_MAX};

static const struct input_field place_fields[] = {
    {"member", &member_type, AT(struct deal_place, member), .required = true},
    {"weight", &weight_type, AT(struct deal_place, weight), .otherwise = 1},
};
static const struct input_spec place_spec = INPUT_SPEC(place_fields, struct deal_place);

/* Each once. */
static bool read_pool(struct input *in, const struct input_node *at,
                      const struct input_field *field, void *base)
{
    struct deal_rule *rule = base;
    size_t count = json_array_size(at->json);
    struct deal_place *places = ARENA_ARRAY(in->arena, struct deal_place, count + 1);
    bool sound = true;

    (void)field;
    for (size_t i = 0; places != NULL && i < count; i++) {
        const struct input_node item = input_item(at, i);
        const struct input_node member = input_member(&item, "member");
        if (!input_object(in, &item, &place_spec, &places[i])) {
            sound = false;
            continue;
        }
        for (size_t k = 0; k < i; k++)
            if (!uuid_is_nil(places[i].member) && uuid_equal(places[k].member, places[i].member))
                sound = input_fault(in, &member, "repeated", "They are in this pool already");
    }
    rule->places = places;
    rule->place_count = places == NULL ? 0 : count;
    return sound;
}

static const char *const pool_by_names[] = {
    [DEAL_WEIGHTED] = "weighted",
    [DEAL_LEAST_LOADED] = "least_loaded",
};
static const struct input_type pool_by_type = {
    .kind = INPUT_ENUM, .values = pool_by_names, .min = DEAL_WEIGHTED, .max = DEAL_LEAST_LOADED};
static const struct input_type pool_type = {
    .kind = INPUT_LIST, .min = 1, .max = DEAL_PLACES_MAX, .read = read_pool};

static const struct input_field pool_fields[] = {
    {"pool", &pool_type, AT(struct deal_rule, places), .required = true},
    {"by", &pool_by_type, AT(struct deal_rule, by), .otherwise = DEAL_WEIGHTED},
};
static const struct input_spec pool_spec = INPUT_SPEC(pool_fields, struct deal_rule);
static const struct input_field one_fields[] = {
    {"member", &member_type, AT(struct deal_place, member), .required = true},
};
static const struct input_spec one_spec = INPUT_SPEC(one_fields, struct deal_place);

static bool read_one(struct input *in, const struct input_node *at, struct deal_rule *rule)
{
    struct deal_place *place = ARENA_NEW(in->arena, struct deal_place);

    rule->by = DEAL_MEMBER;
    rule->places = place;
    rule->place_count = place != NULL;
    if (place == NULL)
        return true;
    bool sound = input_object(in, at, &one_spec, place);
    place->weight = 1;
    return sound;
}

static bool read_target(struct input *in, const struct input_node *at, struct deal_rule *rule)
{
    const char *word = json_string_value(at->json);

    if (json_object_get(at->json, "pool") != NULL)
        return input_object(in, at, &pool_spec, rule);
    if (json_object_get(at->json, "member") != NULL)
        return read_one(in, at, rule);
    rule->by = word != NULL && strcmp(word, "account_owner") == 0 ? DEAL_OWNER : DEAL_QUEUE;
    return rule->by == DEAL_OWNER || (word != NULL && strcmp(word, "queue") == 0) ||
           input_fault(in, at, "target",
                       "A target is \"queue\", \"account_owner\", an object with a member, or one "
                       "with a pool");
}

/* Its target is read into a rule of its own, as its reader sets the defaults of all of it. */
static bool read_to(struct input *in, const struct input_node *at, const struct input_field *field,
                    void *base)
{
    struct deal_rule *rule = base;
    struct deal_rule target = {0};
    bool sound = read_target(in, at, &target);

    (void)field;
    target.when = rule->when;
    *rule = target;
    return sound;
}

static bool read_when(struct input *in, const struct input_node *at,
                      const struct input_field *field, void *base)
{
    struct deal_rule *rule = base;
    struct json_out out;

    (void)field;
    json_out_init(&out, in->arena, DISTRIBUTION_MAX_BYTES);
    json_tree_write(at->json, &out);
    rule->when = out.written.text;
    return true;
}

static const struct input_type when_type = {.kind = INPUT_MAP, .read = read_when};
static const struct input_type to_type = {.kind = INPUT_ANY, .read = read_to};

static const struct input_field rule_fields[] = {
    {"when", &when_type, AT(struct deal_rule, when)},
    {"to", &to_type, AT(struct deal_rule, by), .required = true},
};
static const struct input_spec rule_spec = INPUT_SPEC(rule_fields, struct deal_rule);

struct document {
    struct deal_rule *rules;
    size_t rule_count;
    struct deal_rule otherwise;
    int32_t reassign_minutes;
};

static bool read_rules(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    struct document *document = base;
    struct reader *reader = reader_of(in);
    size_t count = json_array_size(at->json);
    bool sound = true;

    (void)field;
    document->rules = ARENA_ARRAY(in->arena, struct deal_rule, count + 1);
    document->rule_count = document->rules == NULL ? 0 : count;
    for (size_t i = 0; i < document->rule_count; i++) {
        const struct input_node item = input_item(at, i);
        const struct input_node when = input_member(&item, "when");
        sound = input_object(in, &item, &rule_spec, &document->rules[i]) && sound;
        if (json_is_object(when.json))
            sound = conditions_add(&reader->conditions, when.json, input_pointer(&when, in->arena),
                                   &document->rules[i].test) &&
                    sound;
    }
    return sound;
}

static bool read_otherwise(struct input *in, const struct input_node *at,
                           const struct input_field *field, void *base)
{
    (void)field;
    return read_target(in, at, &((struct document *)base)->otherwise);
}

static const struct input_type rules_type = {
    .kind = INPUT_LIST, .min = 1, .max = DEAL_RULES_MAX, .read = read_rules};
static const struct input_type otherwise_type = {.kind = INPUT_ANY, .read = read_otherwise};
static const struct input_type reassign_type = {
    .kind = INPUT_INT32, .min = 1, .max = REASSIGN_MINUTES_MAX};

static const struct input_field document_fields[] = {
    {"rules", &rules_type, AT(struct document, rules), .required = true},
    {"otherwise", &otherwise_type, AT(struct document, otherwise)},
    {"reassign_after_minutes", &reassign_type, AT(struct document, reassign_minutes)},
};
static const struct input_spec document_spec = INPUT_SPEC(document_fields, struct document);

/* ---- what is never reached ---- */

/* The queue takes every lead that its test lets through. */
static const struct deal_rule *takes_all_of(const struct document *document, size_t rule)
{
    for (size_t i = 0; i < rule; i++) {
        const struct deal_rule *before = &document->rules[i];
        const char *when = document->rules[rule].when;
        if (before->by == DEAL_QUEUE &&
            (before->when == NULL || (when != NULL && strcmp(before->when, when) == 0)))
            return before;
    }
    return NULL;
}

static void warn(const struct document *document, struct arena *arena, struct faults *warnings)
{
    bool all = false;

    for (size_t i = 0; i < document->rule_count; i++) {
        const struct deal_rule *before = takes_all_of(document, i);
        all = all || (document->rules[i].by == DEAL_QUEUE && document->rules[i].when == NULL);
        if (before != NULL)
            faults_add(warnings, pointer_index(arena, "/rules", i), "unreachable",
                       "No lead ever comes to this rule: rule %zu leaves all of them to the queue",
                       (size_t)(before - document->rules) + 1);
    }
    if (all && document->otherwise.by != DEAL_QUEUE)
        faults_add(warnings, "/otherwise", "unreachable",
                   "No lead ever comes to it: a rule leaves all of them to the queue");
}

/* ---- all of it ---- */

enum err distribution_compile(const json_t *json, const struct config *config, struct uuid team,
                              struct arena *arena, struct faults *faults, struct faults *warnings,
                              const struct distribution **out)
{
    const struct input_node root = input_root(json, "");
    struct reader *reader = ARENA_NEW(arena, struct reader);
    struct distribution *distribution = ARENA_NEW(arena, struct distribution);
    struct document document;

    if (reader == NULL || distribution == NULL)
        return ERR_OUT_OF_MEMORY;
    *reader = (struct reader){
        .in = {.arena = arena, .faults = faults, .where = "body", .copies = true},
        .config = config,
        .team = team,
    };
    reader->in.context = reader;
    if (!conditions_begin(&reader->conditions, arena, faults))
        return ERR_OUT_OF_MEMORY;
    bool sound = input_object(&reader->in, &root, &document_spec, &document);
    if (arena_failed(arena))
        return ERR_OUT_OF_MEMORY;
    if (!sound)
        return ERR_INVALID_VALUE;
    if (warnings != NULL)
        warn(&document, arena, warnings);
    document.rules[document.rule_count] = document.otherwise;
    *distribution = (struct distribution){
        .rules = document.rules,
        .rule_count = document.rule_count,
        .tests = conditions_end(&reader->conditions),
        .reassign_minutes = document.reassign_minutes,
    };
    *out = distribution;
    return arena_failed(arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
}

int distribution_rule_number(const struct distribution *distribution, size_t rule)
{
    return rule == distribution->rule_count ? DEAL_OTHERWISE : (int)rule + 1;
}

/* ---- writing it ---- */

static void write_target(const struct deal_rule *rule, struct json_out *out)
{
    if (rule->by == DEAL_QUEUE || rule->by == DEAL_OWNER) {
        json_out_text(out, deal_by_name(rule->by));
        return;
    }
    json_out_begin_object(out);
    if (rule->by == DEAL_MEMBER) {
        json_out_member_uuid(out, "member", rule->places[0].member);
        json_out_end_object(out);
        return;
    }
    json_out_key(out, "pool");
    json_out_begin_array(out);
    for (size_t i = 0; i < rule->place_count; i++) {
        json_out_begin_object(out);
        json_out_member_uuid(out, "member", rule->places[i].member);
        json_out_member_int(out, "weight", rule->places[i].weight);
        json_out_end_object(out);
    }
    json_out_end_array(out);
    json_out_member_text(out, "by", deal_by_name(rule->by));
    json_out_end_object(out);
}

void distribution_write(const struct distribution *distribution, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_key(out, "rules");
    json_out_begin_array(out);
    for (size_t i = 0; i < distribution->rule_count; i++) {
        const struct deal_rule *rule = &distribution->rules[i];
        json_out_begin_object(out);
        if (rule->when != NULL) {
            json_out_key(out, "when");
            json_out_raw(out, rule->when, strlen(rule->when));
        }
        json_out_key(out, "to");
        write_target(rule, out);
        json_out_end_object(out);
    }
    json_out_end_array(out);
    json_out_key(out, "otherwise");
    write_target(&distribution->rules[distribution->rule_count], out);
    if (distribution->reassign_minutes > 0)
        json_out_member_int(out, "reassign_after_minutes", distribution->reassign_minutes);
    json_out_end_object(out);
}

void distribution_show(const struct distribution *distribution, struct json_out *out)
{
    const struct document document = {
        .rules = (struct deal_rule *)distribution->rules,
        .rule_count = distribution->rule_count,
        .otherwise = distribution->rules[distribution->rule_count],
    };
    struct faults warnings;

    faults_init(&warnings, out->written.arena);
    warn(&document, out->written.arena, &warnings);
    json_out_begin_object(out);
    json_out_key(out, "distribution");
    distribution_write(distribution, out);
    json_out_key(out, "warnings");
    faults_write(&warnings, out);
    json_out_end_object(out);
}
