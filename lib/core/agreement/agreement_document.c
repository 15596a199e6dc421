#include "core/agreement/agreement_document.h"

#include "base/json_tree.h"
#include "core/agreement/goals_document.h"
#include "core/agreement/routes_document.h"
#include "core/definition/definition_sentence.h"

#include <string.h>

/* ---- checking ---- */

static enum err check_definition(enum term term, const json_t *document,
                                 const struct known_names *known, struct faults *faults,
                                 struct faults *warnings)
{
    struct definition *definition = NULL;
    enum err err = definition_compile(document, faults, warnings, &definition);

    if (err == ERR_NONE && definition->term != term) {
        faults_add(faults, "/term", "other_term", "The path says %s", term_name(term));
        err = ERR_INVALID_DEFINITION;
    }
    if (err == ERR_NONE)
        definition_warn_unseen(definition, document, known, warnings);
    definition_free(definition);
    return err;
}

static enum err check_routes(const json_t *document, const struct config *config,
                             struct faults *faults)
{
    struct routes_document routes;
    enum err err = routes_document_read(document, config, faults->arena, faults, &routes);

    if (err == ERR_NONE)
        routes_document_check(&routes, document, config, faults);
    routes_document_release(&routes);
    return err == ERR_NONE && faults_any(faults) ? ERR_INVALID_DEFINITION : err;
}

/* A team that is asked to sign has to be one of that side. */
static void check_signers(const json_t *document, const struct config *config,
                          struct faults *faults)
{
    static const char *const pointers[] = {"/signers/marketing", "/signers/sales"};
    const struct signers *signers = agreement_document_signers(document, faults->arena);

    for (int side = 0; signers != NULL && side < FUNCTION_OTHER; side++) {
        for (size_t i = 0; i < signers->of[side].team_count; i++) {
            const struct team *team = config_team_named(config, signers->of[side].teams[i]);
            const char *place = pointer_index(faults->arena, pointers[side], i);
            if (place != NULL && (team == NULL || !team->active || (int)team->function != side))
                faults_add(faults, place, "unknown_team",
                           "There is no active team of this name on this side");
        }
    }
}

enum err agreement_document_check(enum agreement_kind kind, const json_t *document,
                                  const struct config *config, const struct known_names *known,
                                  struct faults *faults, struct faults *warnings)
{
    struct goals_document goals;
    enum err err;

    if (agreement_is_definition(kind))
        err = check_definition((enum term)kind, document, known, faults, warnings);
    else if (kind == AGREEMENT_ROUTES)
        err = check_routes(document, config, faults);
    else
        err = goals_document_read(document, faults->arena, faults, &goals);
    if (err != ERR_NONE)
        return err;
    check_signers(document, config, faults);
    return faults_any(faults) ? ERR_INVALID_DEFINITION : ERR_NONE;
}

const struct signers *agreement_document_signers(const json_t *document, struct arena *arena)
{
    const struct input_field field = {"signers", &signers_type, .offset = 0};
    struct faults *faults = ARENA_NEW(arena, struct faults);
    const struct input_node root = input_root(document, "");
    const struct input_node at = input_member(&root, field.name);
    const struct signers *signers = NULL;

    if (at.json == NULL || faults == NULL)
        return NULL;
    faults_init(faults, arena);
    struct input in = {.arena = arena, .faults = faults, .where = "body", .copies = true};
    return json_is_object(at.json) && signers_type.read(&in, &at, &field, &signers) ? signers
                                                                                    : NULL;
}

/* ---- in plain language ---- */

struct writing {
    struct arena *arena;
    const char *items[ROUTES_IN_DOCUMENT_MAX + GOALS_IN_DOCUMENT_MAX];
    size_t count;
};

static void add_line(struct writing *writing, const char *line)
{
    if (line != NULL)
        writing->items[writing->count++] = line;
}

static const char *gates_words(struct arena *arena, const struct route_rule *route)
{
    const char *words = "";

    for (size_t i = 0; words != NULL && i < route->gate_count; i++)
        words = arena_printf(arena, "%s%s%s", words, i == 0 ? " once they meet " : " or ",
                             term_name(route->gates[i]));
    return words;
}

static const char *when_words(struct arena *arena, const struct route_rule *route)
{
    struct text_out out;

    if (route->when == NULL)
        return "";
    text_out_init(&out, arena, SENTENCE_MAX_BYTES);
    definition_sentence(route->when, route->when->criteria[0].test, &out);
    return out.text == NULL ? NULL : arena_printf(arena, ", when %s", out.text);
}

static const char *name_or(const char *name)
{
    return name == NULL ? "a team that is gone" : name;
}

static const char *overdue_words(struct arena *arena, const struct config *config,
                                 const struct route_rule *route)
{
    switch (route->overdue) {
    case OVERDUE_ESCALATE:
        return arena_printf(arena, "; unanswered in time it goes to %s",
                            name_or(config_team_name(config, route->escalate_to)));
    case OVERDUE_GIVE_BACK:
        return "; unanswered in time it goes back after as long again";
    default:
        return "; unanswered in time it stays with the receiver, first in line";
    }
}

static const char *reminder_words(struct arena *arena, const struct route_rule *route)
{
    const char *words = "";

    for (size_t i = 0; words != NULL && i < route->reminder_count; i++)
        words = arena_printf(arena, "%s%s%d %%", words,
                             i == 0                           ? ", reminded of at "
                             : i + 1 == route->reminder_count ? " and "
                                                              : ", ",
                             route->remind_at_percent[i]);
    return words != NULL && route->reminder_count > 0
               ? arena_printf(arena, "%s of the time to answer", words)
               : words;
}

static void write_route(struct writing *writing, const struct config *config,
                        const struct route_rule *route)
{
    const char *gates = gates_words(writing->arena, route);
    const char *when = when_words(writing->arena, route);
    const char *overdue = overdue_words(writing->arena, config, route);

    const char *reminders = reminder_words(writing->arena, route);

    if (gates == NULL || when == NULL || overdue == NULL || reminders == NULL)
        return;
    add_line(writing,
             arena_printf(writing->arena, "%s offers leads%s to %s%s%s%s%s%s.",
                          name_or(config_team_name(config, route->from_team)),
                          route->named ? " of accounts that both sides have named" : "",
                          name_or(config_team_name(config, route->to_team)), gates, when,
                          route->automatic ? ", by itself" : ", by hand", reminders, overdue));
}

static void write_routes(struct writing *writing, const struct config *config,
                         const struct routes_document *routes, const json_t *document)
{
    const char *referee = json_string_value(json_object_get(document, "referee"));

    for (size_t i = 0; i < routes->count; i++)
        write_route(writing, config, &routes->rules[i]);
    if (routes->count == 0)
        add_line(writing, "No route leads anywhere: nothing is offered.");
    if (referee != NULL)
        add_line(writing,
                 arena_printf(writing->arena, "%s decides disputes that are appealed.", referee));
    if (routes->terms.unanswered_minutes > 0)
        add_line(writing,
                 arena_printf(writing->arena,
                              "A request for a lead that nobody answers within %d minutes is %s.",
                              (int)routes->terms.unanswered_minutes,
                              routes->terms.grants_unanswered ? "granted" : "declined"));
}

static const char *target_words(struct arena *arena, const struct goal *goal)
{
    if (goal_measure_unit(goal->measure) == GOAL_PERCENT)
        return arena_printf(arena, "%lld %%", (long long)goal->target);
    if (goal_measure_unit(goal->measure) == GOAL_COUNT)
        return arena_printf(arena, "%lld", (long long)goal->target);
    return arena_printf(arena, "%lld.%02lld %s", (long long)goal->target / 100,
                        (long long)goal->target % 100, goal->currency);
}

static void write_goals(struct writing *writing, const struct goals_document *goals)
{
    for (size_t i = 0; i < goals->count; i++) {
        const struct goal *goal = &goals->goals[i];
        const char *target = target_words(writing->arena, goal);
        if (target != NULL)
            add_line(writing, arena_printf(writing->arena, "%s: %s %s, each %s.",
                                           goal->side == SIDE_MARKETING ? "Marketing" : "Sales",
                                           target, goal_measure_words(goal->measure),
                                           goal_period_name(goal->period)));
    }
}

static void write_some(struct writing *writing, const char *who, const struct side_signers *side)
{
    const char *teams = "";

    for (size_t i = 0; teams != NULL && i < side->team_count; i++)
        teams = arena_printf(writing->arena, "%s%s%s", teams, i == 0 ? "" : ", ", side->teams[i]);
    if (side->team_count > 0 && teams != NULL)
        add_line(writing, arena_printf(writing->arena,
                                       "For %s a signer of each of these signs: %s.", who, teams));
    else if (side->count > 1)
        add_line(writing,
                 arena_printf(writing->arena, "For %s %d members sign.", who, (int)side->count));
}

static enum err write_document(struct writing *writing, enum agreement_kind kind,
                               const json_t *document, const struct config *config,
                               struct faults *faults)
{
    struct routes_document routes;
    struct goals_document goals;
    enum err err;

    if (kind == AGREEMENT_ROUTES) {
        err = routes_document_read(document, config, writing->arena, faults, &routes);
        if (err == ERR_NONE)
            write_routes(writing, config, &routes, document);
        routes_document_release(&routes);
    } else {
        err = goals_document_read(document, writing->arena, faults, &goals);
        if (err == ERR_NONE)
            write_goals(writing, &goals);
    }
    const struct signers *signers = agreement_document_signers(document, writing->arena);
    for (int side = 0; signers != NULL && side < FUNCTION_OTHER; side++)
        write_some(writing, team_function_name((enum team_function)side), &signers->of[side]);
    return err;
}

enum err agreement_document_lines(enum agreement_kind kind, const char *document,
                                  const struct config *config, struct arena *arena,
                                  struct agreement_lines *out)
{
    struct writing *writing = ARENA_NEW(arena, struct writing);
    struct faults *faults = ARENA_NEW(arena, struct faults);
    json_t *read = json_tree_read(arena, document, strlen(document), 0, NULL);

    if (writing == NULL || faults == NULL || read == NULL) {
        json_decref(read);
        return ERR_OUT_OF_MEMORY;
    }
    writing->arena = arena;
    faults_init(faults, arena);
    enum err err = write_document(writing, kind, read, config, faults);
    json_decref(read);
    *out = (struct agreement_lines){writing->items, writing->count};
    if (arena_failed(arena))
        return ERR_OUT_OF_MEMORY;
    return err == ERR_INVALID_DEFINITION ? ERR_INTERNAL : err;
}
