#include "core/agreement/routes_document.h"

#include "base/name.h"

#include <stdio.h>
#include <string.h>

/* ---- what values may be ---- */

static const char *const unanswered_names[] = {"decline", "grant"};
static const struct input_type unanswered_type = {
    .kind = INPUT_ENUM, .values = unanswered_names, .max = 1};
static const struct input_type minutes_type = {
    .kind = INPUT_INT32, .min = 1, .max = RESPOND_MINUTES_MAX};
static const struct input_type when_type = {.kind = INPUT_MAP};

/* A route as it stands in the document. */
struct route_read {
    const char *from;
    const char *to;
    enum term gates[TERM_COUNT];
    size_t gate_count;
    const json_t *when;
    bool named;
    bool automatic;
    int overdue;
    const char *escalate_to;
    int remind_at_percent[ROUTE_REMINDERS_MAX];
    size_t reminder_count;
};

static bool read_gates(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    struct route_read *route = base;
    bool sound = true;

    (void)field;
    for (size_t i = 0; i < json_array_size(at->json); i++) {
        const struct input_node item = input_item(at, i);
        enum term term;
        if (!input_value(in, &item, &term_type, &term)) {
            sound = false;
            continue;
        }
        for (size_t k = 0; k < route->gate_count; k++)
            if (route->gates[k] == term)
                sound = input_fault(in, &item, "duplicate", "This gate stands here already");
        if (sound)
            route->gates[route->gate_count++] = term;
    }
    return sound;
}

static const struct input_type gates_type = {
    .kind = INPUT_LIST, .max = TERM_COUNT, .read = read_gates};

static const struct input_type percent_type = {.kind = INPUT_INT, .min = 1, .max = 99};

static bool read_reminders(struct input *in, const struct input_node *at,
                           const struct input_field *field, void *base)
{
    struct route_read *route = base;
    int64_t before = 0;
    bool sound = true;

    (void)field;
    for (size_t i = 0; i < json_array_size(at->json); i++) {
        const struct input_node item = input_item(at, i);
        int64_t percent;
        if (!input_value(in, &item, &percent_type, &percent)) {
            sound = false;
            continue;
        }
        if (percent <= before)
            sound = input_fault(in, &item, "order", "Each is to come after the one before it");
        before = percent;
        route->remind_at_percent[route->reminder_count++] = (int)percent;
    }
    return sound;
}

static const struct input_type reminders_type = {
    .kind = INPUT_LIST, .max = ROUTE_REMINDERS_MAX, .read = read_reminders};

/* The members of overdue are the route's own. */
static const struct input_field overdue_fields[] = {
    {"then", &overdue_then_type, AT(struct route_read, overdue), .otherwise = OVERDUE_KEEP},
    {"escalate_to", &name_type, AT(struct route_read, escalate_to)},
    {"remind_at_percent", &reminders_type, .offset = 0},
};

static bool check_overdue(struct input *in, const struct input_node *at, void *out)
{
    const struct route_read *route = out;
    const struct input_node team = input_member(at, "escalate_to");

    if (route->overdue == OVERDUE_ESCALATE && team.json == NULL)
        return input_fault(in, &team, "required", "Say to which team");
    if (route->overdue != OVERDUE_ESCALATE && team.json != NULL)
        return input_fault(in, &team, "not_allowed", "Only with then: escalate");
    return true;
}

static const struct input_spec overdue_spec =
    INPUT_SPEC(overdue_fields, struct route_read, .check = check_overdue);

static bool read_overdue(struct input *in, const struct input_node *at,
                         const struct input_field *field, void *base)
{
    (void)field;
    return input_members(in, at, &overdue_spec, base);
}

static const struct input_type overdue_type = {.kind = INPUT_MAP, .read = read_overdue};

static const struct input_field route_fields[] = {
    {"from", &name_type, AT(struct route_read, from), .required = true},
    {"to", &name_type, AT(struct route_read, to), .required = true},
    {"gates", &gates_type, .offset = 0},
    {"when", &when_type, AT(struct route_read, when)},
    {"named", &input_bool, AT(struct route_read, named)},
    {"automatic", &input_bool, AT(struct route_read, automatic), .otherwise = true},
    {"overdue", &overdue_type, .offset = 0},
};
static const struct input_spec route_spec = INPUT_SPEC(route_fields, struct route_read);
static const struct input_type route_type = {.kind = INPUT_OBJECT, .of = &route_spec};
static const struct input_type routes_type = {
    .kind = INPUT_ARRAY, .max = ROUTES_IN_DOCUMENT_MAX, .item = &route_type};

struct document_read {
    const struct route_read *routes;
    size_t count;
    const char *referee;
    int unanswered;
    int32_t after_minutes;
    const struct signers *signers;
};

static const struct input_field requests_fields[] = {
    {"unanswered", &unanswered_type, AT(struct document_read, unanswered), .required = true},
    {"after_minutes", &minutes_type, AT(struct document_read, after_minutes), .required = true},
};
static const struct input_spec requests_spec = INPUT_SPEC(requests_fields, struct document_read);

static bool read_requests(struct input *in, const struct input_node *at,
                          const struct input_field *field, void *base)
{
    (void)field;
    return input_members(in, at, &requests_spec, base);
}

static const struct input_type requests_type = {.kind = INPUT_MAP, .read = read_requests};

static const struct input_field document_fields[] = {
    {"routes", &routes_type, AT(struct document_read, routes), COUNT(struct document_read, count),
     .required = true},
    {"referee", &input_email, AT(struct document_read, referee)},
    {"requests", &requests_type, .offset = 0},
    {"signers", &signers_type, AT(struct document_read, signers)},
};
static const struct input_spec document_spec = INPUT_SPEC(document_fields, struct document_read);

/* ---- reading ---- */

static const char *route_pointer(struct arena *arena, size_t index, const char *member)
{
    return arena_printf(arena, "/routes/%zu%s", index, member);
}

/* A test is compiled as the one criterion of a definition; its faults are moved to where it stands
 * in this document. */
#define WHEN_PLACE "/criteria/0/test"

static void move_faults(struct arena *arena, size_t index, const struct faults *from,
                        struct faults *to)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct fault *fault = &from->items[i];
        const char *rest = strncmp(fault->pointer, WHEN_PLACE, sizeof WHEN_PLACE - 1) == 0
                               ? fault->pointer + sizeof WHEN_PLACE - 1
                               : "";
        const char *place = arena_printf(arena, "/when%s", rest);
        if (place != NULL)
            faults_add(to, route_pointer(arena, index, place), fault->code, "%s", fault->detail);
    }
}

static enum err read_when(const json_t *when, size_t index, struct arena *arena,
                          struct faults *faults, const struct definition **out)
{
    struct definition *compiled = NULL;
    struct faults own, warnings;
    json_t *wrapped = json_pack("{s:s, s:s, s:[{s:s, s:s, s:s, s:b, s:O}]}", "term", "mql", "title",
                                "when", "criteria", "id", "when", "title", "when", "kind", "fit",
                                "required", 1, "test", when);

    if (wrapped == NULL)
        return ERR_OUT_OF_MEMORY;
    faults_init(&own, arena);
    faults_init(&warnings, arena);
    enum err err = definition_compile(wrapped, &own, &warnings, &compiled);
    json_decref(wrapped);
    move_faults(arena, index, &own, faults);
    *out = compiled;
    return err;
}

/* Nil when there is none of this name. */
static struct uuid team_id(const struct config *config, const char *name)
{
    const struct team *team = name == NULL ? NULL : config_team_named(config, name);

    return team == NULL ? (struct uuid){{0}} : team->id;
}

static enum err take_route(const struct route_read *read, size_t index, const struct config *config,
                           struct arena *arena, struct faults *faults, struct route_rule *out)
{
    *out = (struct route_rule){
        .from_team = team_id(config, read->from),
        .to_team = team_id(config, read->to),
        .gate_count = read->gate_count,
        .named = read->named,
        .automatic = read->automatic,
        .overdue = (enum overdue_then)read->overdue,
        .escalate_to = team_id(config, read->escalate_to),
    };
    memcpy(out->gates, read->gates, sizeof out->gates);
    memcpy(out->remind_at_percent, read->remind_at_percent, sizeof out->remind_at_percent);
    out->reminder_count = read->reminder_count;
    return read->when == NULL ? ERR_NONE : read_when(read->when, index, arena, faults, &out->when);
}

static struct uuid member_id(const struct config *config, const char *email)
{
    const struct member *member =
        email == NULL ? NULL : config_member_by_email(config, (struct uuid){{0}}, email);

    return member == NULL ? (struct uuid){{0}} : member->id;
}

enum err routes_document_read(const json_t *document, const struct config *config,
                              struct arena *arena, struct faults *faults,
                              struct routes_document *out)
{
    struct input in = {.arena = arena, .faults = faults, .where = "body", .copies = true};
    const struct input_node root = input_root(document, "");
    struct document_read read;

    *out = (struct routes_document){0};
    bool sound = input_object(&in, &root, &document_spec, &read);
    out->rules = ARENA_ARRAY(arena, struct route_rule, read.count + 1);
    if (out->rules == NULL || arena_failed(arena))
        return ERR_OUT_OF_MEMORY;
    for (size_t i = 0; sound && i < read.count; i++) {
        enum err err = take_route(&read.routes[i], i, config, arena, faults, &out->rules[i]);
        out->count = i + 1;
        if (err == ERR_OUT_OF_MEMORY)
            return err;
    }
    out->signers = read.signers;
    out->terms = (struct route_terms){
        .referee = member_id(config, read.referee),
        .grants_unanswered = read.unanswered == 1,
        .unanswered_minutes = read.after_minutes,
    };
    return sound && !faults_any(faults) ? ERR_NONE : ERR_INVALID_DEFINITION;
}

void routes_document_release(struct routes_document *routes)
{
    for (size_t i = 0; i < routes->count; i++)
        definition_free((struct definition *)routes->rules[i].when);
    routes->count = 0;
}

/* ---- as a whole ---- */

struct check {
    const struct routes_document *routes;
    const struct config *config;
    struct faults *faults;
};

static void fault(const struct check *check, size_t index, const char *member, const char *code,
                  const char *detail)
{
    const char *place = route_pointer(check->faults->arena, index, member);

    if (place != NULL)
        faults_add(check->faults, place, code, "%s", detail);
}

static const struct team *check_team(const struct check *check, size_t index, const char *member,
                                     struct uuid id)
{
    const struct team *team = config_team(check->config, id);

    if (team == NULL)
        fault(check, index, member, "unknown_team", "There is no team of this name");
    else if (!team->active)
        fault(check, index, member, "inactive_team", "This team is not active any more");
    return team != NULL && team->active ? team : NULL;
}

static void check_teams(const struct check *check, size_t index)
{
    const struct route_rule *route = &check->routes->rules[index];
    const struct team *from = check_team(check, index, "/from", route->from_team);
    const struct team *to = check_team(check, index, "/to", route->to_team);

    const struct team *other =
        route->overdue == OVERDUE_ESCALATE
            ? check_team(check, index, "/overdue/escalate_to", route->escalate_to)
            : NULL;

    if (from == NULL || to == NULL)
        return;
    /* so that what let the lead through lets it through there as well */
    if (other != NULL && (other == to || other->function != to->function))
        fault(check, index, "/overdue/escalate_to", "same_side",
              "Another team of the receiving team's function is wanted");
    if (from == to)
        fault(check, index, "/to", "same_team", "A route leads to another team");
    else if (route->gate_count == 0 && from->function != to->function)
        fault(check, index, "/gates", "gate_needed",
              "Between teams of different function a term gates the way");
}

/* Whether each lead that the later route is for takes the earlier one first. */
static bool takes_all(const struct route_rule *earlier, const struct route_rule *later)
{
    bool same_way = uuid_equal(earlier->to_team, later->to_team);

    if (!uuid_equal(earlier->from_team, later->from_team) || earlier->when != NULL ||
        (earlier->named && !later->named))
        return false;
    if (!same_way && !(earlier->automatic && later->automatic))
        return false; /* one by itself, one by hand: both have their leads */
    if (earlier->gate_count == 0)
        return true;
    for (size_t i = 0; i < later->gate_count; i++)
        if (!route_has_gate(earlier, later->gates[i]))
            return false;
    return later->gate_count > 0;
}

static void check_reachable(const struct check *check, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (!takes_all(&check->routes->rules[i], &check->routes->rules[index]))
            continue;
        fault(check, index, "", "unreachable",
              "A route above takes all of its leads first: it can never be taken");
        return;
    }
}

/* Whether a lead can come back to this team on ways that nothing guards. */
static bool leads_to(const struct routes_document *routes, struct uuid from, struct uuid wanted,
                     bool *seen)
{
    for (size_t i = 0; i < routes->count; i++) {
        const struct route_rule *route = &routes->rules[i];
        if (seen[i] || route->gate_count > 0 || !uuid_equal(route->from_team, from))
            continue;
        seen[i] = true;
        if (uuid_equal(route->to_team, wanted) || leads_to(routes, route->to_team, wanted, seen))
            return true;
    }
    return false;
}

static void check_circle(const struct check *check, size_t index)
{
    const struct route_rule *route = &check->routes->rules[index];
    bool seen[ROUTES_IN_DOCUMENT_MAX] = {false};

    seen[index] = true;
    if (route->gate_count == 0 && !uuid_equal(route->from_team, route->to_team) &&
        leads_to(check->routes, route->to_team, route->from_team, seen))
        fault(check, index, "/to", "circle",
              "Routes without a gate lead back from there: leads would go round for ever");
}

/* Whoever decides between the two belongs to neither. */
static void check_referee(const struct check *check, const json_t *document)
{
    const char *email = json_string_value(json_object_get(document, "referee"));
    const struct config *config = check->config;

    if (email == NULL)
        return;
    if (uuid_is_nil(check->routes->terms.referee)) {
        faults_add(check->faults, "/referee", "unknown_member",
                   "There is no active member with this address");
        return;
    }
    const char *normal = config_member(config, check->routes->terms.referee)->email;
    for (size_t i = 0; i < config->member_count; i++) {
        const struct member *member = &config->members[i];
        const struct team *team = config_team(config, member->team);
        if (!member->active || member->email == NULL || strcmp(member->email, normal) != 0 ||
            team == NULL || team->function == FUNCTION_OTHER)
            continue;
        faults_add(check->faults, "/referee", "party",
                   "A referee belongs to neither side, and this is a member of %s", team->name);
        return;
    }
}

void routes_document_check(const struct routes_document *routes, const json_t *document,
                           const struct config *config, struct faults *faults)
{
    const struct check check = {routes, config, faults};

    for (size_t i = 0; i < routes->count; i++) {
        check_teams(&check, i);
        check_reachable(&check, i);
        check_circle(&check, i);
    }
    check_referee(&check, document);
}
