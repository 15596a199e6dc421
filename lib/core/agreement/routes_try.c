#include "core/agreement/routes_try.h"

#include "base/json_tree.h"
#include "core/agreement/routes_document.h"
#include "core/handoff/offer.h"
#include "core/lead/lead_find.h"
#include "core/lead/lead_hold.h"

#include <string.h>

struct trial {
    struct work *work;
    const struct lead *lead;
    enum verdict_result results[TERM_COUNT]; /* by the definitions in force */
    const struct route_rule *taken;          /* the first automatic route that takes it */
    const struct route_rule *by_hand;        /* or the first other */
    bool suspended;                          /* a gate that it meets is */
};

/* As it would be judged now; a member's word counts against the version that it spoke of. */
static void judge(struct trial *trial)
{
    struct verdict_subject subject = lead_subject(trial->lead, trial->work->now);

    for (int term = 0; term < TERM_COUNT; term++) {
        const struct agreement_version *version = trial->work->config->in_force[term];
        const struct verdict_override *word = &trial->lead->overrides[term];
        struct verdict verdict;
        trial->results[term] = VERDICT_NOT_QUALIFIED;
        if (version == NULL)
            continue;
        verdict_evaluate(version->compiled, &subject, &verdict);
        bool overridden = word->given && word->version == version->version;
        trial->results[term] = overridden ? word->result : verdict.result;
    }
}

static void write_result(const struct trial *trial, enum term term, struct json_out *out)
{
    bool judged = trial->work->config->in_force[term] != NULL;

    json_out_begin_object(out);
    json_out_member_text(out, "term", term_name(term));
    json_out_member_text(out, "result", judged ? verdict_result_name(trial->results[term]) : NULL);
    json_out_member_bool(out, "suspended",
                         config_is_suspended(trial->work->config, (enum agreement_kind)term));
    json_out_end_object(out);
}

/* TERM_COUNT: none. */
static enum term gate_met(struct trial *trial, const struct route_rule *route, bool *suspended)
{
    const struct config *config = trial->work->config;

    for (size_t i = 0; i < route->gate_count; i++) {
        enum term term = route->gates[i];
        if (config->in_force[term] == NULL || trial->results[term] != VERDICT_QUALIFIED)
            continue;
        if (!config_is_suspended(config, (enum agreement_kind)term))
            return term;
        *suspended = true;
    }
    return TERM_COUNT;
}

static void write_gates(const struct trial *trial, const struct route_rule *route,
                        struct json_out *out)
{
    json_out_key(out, "gates");
    json_out_begin_array(out);
    for (size_t i = 0; i < route->gate_count; i++)
        write_result(trial, route->gates[i], out);
    json_out_end_array(out);
}

static void write_route(struct trial *trial, const struct route_rule *route, struct json_out *out)
{
    const struct config *config = trial->work->config;
    bool owns = uuid_equal(route->from_team, trial->lead->owner_team), suspended = false;
    bool gate = gate_met(trial, route, &suspended) != TERM_COUNT || route->gate_count == 0;
    bool is_for = offer_route_is_for(trial->work, route, trial->lead);
    bool takes = owns && gate && is_for;

    json_out_begin_object(out);
    json_out_member_text(out, "from", config_team_name(config, route->from_team));
    json_out_member_text(out, "to", config_team_name(config, route->to_team));
    json_out_member_bool(out, "automatic", route->automatic);
    json_out_member_bool(out, "owns", owns);
    write_gates(trial, route, out);
    json_out_member_bool(out, "is_for", is_for);
    json_out_member_bool(out, "takes", takes);
    json_out_end_object(out);
    trial->suspended = trial->suspended || (owns && is_for && !gate && suspended);
    if (takes && route->automatic && trial->taken == NULL)
        trial->taken = route;
    if (takes && !route->automatic && trial->by_hand == NULL)
        trial->by_hand = route;
}

/* What keeps a lead from being offered by itself, whatever the routes; then what the routes say. */
static const char *hindrance(const struct trial *trial)
{
    const struct lead *lead = trial->lead;

    if (handoff_is_under_way(lead))
        return "under_way";
    if (stage_is_end(lead->stage) || lead->stage == STAGE_OPPORTUNITY)
        return "stage";
    if (offer_is_claimed(lead))
        return "claimed";
    if (lead_is_held(lead, trial->work->now))
        return "held";
    if (config_is_suspended(trial->work->config, AGREEMENT_ROUTES))
        return "suspended";
    if (trial->taken != NULL)
        return NULL;
    if (trial->by_hand != NULL)
        return "not_automatic";
    return trial->suspended ? "suspended" : "no_route";
}

static void answer(struct trial *trial, const struct agreement_version *version,
                   const struct routes_document *routes, struct outcome *outcome)
{
    const struct config *config = trial->work->config;
    struct json_out *out = outcome_begin(trial->work);

    json_out_begin_object(out);
    json_out_member_int(out, "version", version->version);
    json_out_member_text(out, "state", agreement_state_name(version->state));
    json_out_member_text(out, "owner_team", config_team_name(config, trial->lead->owner_team));
    json_out_key(out, "routes");
    json_out_begin_array(out);
    for (size_t i = 0; i < routes->count; i++)
        write_route(trial, &routes->rules[i], out);
    json_out_end_array(out);
    const char *why = hindrance(trial);
    json_out_member_text(out, "to_team",
                         why == NULL ? config_team_name(config, trial->taken->to_team) : NULL);
    json_out_member_text(out, "why_not", why);
    json_out_end_object(out);
    outcome->lead = trial->lead->id;
    outcome_answer(trial->work, outcome, 200);
}

enum decision routes_try(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct routes_try_input *input = command->input;
    const struct agreement_version *version =
        config_agreement(work->config, AGREEMENT_ROUTES, input->version);
    struct faults *faults = ARENA_NEW(work->arena, struct faults);
    struct routes_document routes = {0};
    enum decision decision;

    if (version == NULL || version->state == AGREEMENT_DELETED)
        return outcome_refuse(work, outcome, ERR_NOT_FOUND, "routes has no version %d",
                              input->version);
    struct trial trial = {.work = work,
                          .lead = lead_for_command(work, input->lead, outcome, &decision)};
    if (trial.lead == NULL)
        return decision;
    json_t *document =
        json_tree_read(work->arena, version->document, strlen(version->document), 0, NULL);
    if (faults == NULL || document == NULL) {
        json_decref(document);
        return DECIDED;
    }
    faults_init(faults, work->arena);
    enum err err = routes_document_read(document, work->config, work->arena, faults, &routes);
    if (err == ERR_NONE) {
        judge(&trial);
        answer(&trial, version, &routes, outcome);
    } else if (err != ERR_OUT_OF_MEMORY) {
        outcome->problem.faults = faults;
        outcome_refuse(work, outcome, err, "The draft has faults: nobody can be tried by it.");
    }
    routes_document_release(&routes);
    json_decref(document);
    return DECIDED;
}
