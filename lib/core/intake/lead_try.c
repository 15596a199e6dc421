#include "core/intake/lead_try.h"

#include "base/json_tree.h"
#include "core/intake/lead_capture.h"
#include "core/lead/lead_find.h"
#include "core/setup_change.h"

#include <stdlib.h>
#include <string.h>

/* ---- who is tried ---- */

static void observe(struct work *work, struct attribute_set *set, const char *name,
                    const struct value *value)
{
    const struct observation seen = {
        .value = *value, .occurred_at = work->now, .known_from = work->now};
    bool changed;

    /* one name too many is left out: a lead that was captured could not have it either */
    if (attribute_observe(set, work->arena, name, &seen, &changed) == ERR_OUT_OF_MEMORY)
        arena_fail(work->arena);
}

static void add_attributes(struct work *work, const struct lead_try_input *input, struct lead *lead)
{
    const struct capture_input given = {
        .identities = input->identities,
        .identity_count = input->identity_count,
        .attributes = input->attributes,
        .attribute_count = input->attribute_count,
    };
    size_t count = 0;
    const struct attribute_input *all = lead_capture_attributes(work, &given, &count);

    for (size_t i = 0; all != NULL && i < count; i++)
        observe(work, &lead->attributes, all[i].name, &all[i].value);
    for (size_t i = 0; i < input->fact_count; i++)
        observe(work, &lead->facts, input->facts[i].name, &input->facts[i].value);
}

static int newest_first(const void *a, const void *b)
{
    const struct touch *x = a, *y = b;

    return (x->occurred_at < y->occurred_at) - (x->occurred_at > y->occurred_at);
}

static void add_touches(struct work *work, const struct caller *caller,
                        const struct lead_try_input *input, struct lead *lead)
{
    size_t known = lead->touches.count, count = known + input->touch_count;
    struct touch *items = ARENA_ARRAY(work->arena, struct touch, count + 1);

    if (items == NULL || input->touch_count == 0)
        return;
    if (known > 0)
        memcpy(items, lead->touches.items, known * sizeof *items);
    for (size_t i = 0; i < input->touch_count; i++)
        items[known + i] = lead_touch_of(work, caller, &input->touches[i]);
    qsort(items, count, sizeof *items, newest_first);
    lead->touches.items = items;
    lead->touches.count = count;
}

/* Somebody who is only described came as whoever is captured now would. */
static void describe(const struct work *work, const struct caller *caller,
                     const struct lead_try_input *input, struct lead *lead)
{
    const struct team *team = config_team(work->config, caller->team);

    *lead = (struct lead){
        .origin = input->touch_count > 0 ? input->touches[0].direction : DIRECTION_INBOUND,
        .found_by = team == NULL ? FUNCTION_OTHER : team->function,
    };
}

/* ---- by what ---- */

/* The draft's, which the caller frees; NULL: it has faults, and the outcome has them. */
static struct definition *compile_draft(struct work *work, const struct agreement_version *version,
                                        struct outcome *outcome)
{
    struct definition *compiled = NULL;
    struct faults *faults = ARENA_NEW(work->arena, struct faults);
    json_t *document =
        json_tree_read(work->arena, version->document, strlen(version->document), 0, NULL);

    if (faults != NULL && document != NULL) {
        faults_init(faults, work->arena);
        enum err err = definition_compile(document, faults, NULL, &compiled);
        if (err == ERR_OUT_OF_MEMORY)
            arena_fail(work->arena);
        else if (err != ERR_NONE) {
            outcome->problem.faults = faults;
            outcome_refuse(work, outcome, err, "The draft has faults: nobody can be judged by it");
        }
    }
    json_decref(document);
    return compiled;
}

static void answer(struct work *work, const struct agreement_version *version,
                   const struct definition *definition, const struct lead *lead,
                   struct outcome *outcome)
{
    struct verdict_subject subject = lead_subject(lead, work->now);
    struct json_out *out = outcome_begin(work);
    struct verdict verdict;

    verdict_evaluate(definition, &subject, &verdict);
    json_out_begin_object(out);
    json_out_member_text(out, "term", agreement_kind_name(version->kind));
    json_out_member_int(out, "version", version->version);
    json_out_member_text(out, "state", agreement_state_name(version->state));
    json_out_key(out, "verdict");
    verdict_write(definition, &verdict, version->version, out);
    json_out_end_object(out);
    outcome->lead = lead->id;
    outcome_answer(work, outcome, 200);
}

enum decision lead_try(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct lead_try_input *input = command->input;
    const struct agreement_version *version =
        config_agreement(work->config, input->kind, input->version);
    struct lead *tried = ARENA_NEW(work->arena, struct lead);
    struct definition *draft = NULL;
    enum decision decision;

    if (version == NULL || version->state == AGREEMENT_DELETED)
        return outcome_refuse(work, outcome, ERR_NOT_FOUND, "%s has no version %d",
                              agreement_kind_name(input->kind), input->version);
    if (tried == NULL)
        return DECIDED;
    if (uuid_is_nil(input->lead)) {
        describe(work, &command->caller, input, tried);
    } else {
        /* a verdict shows what is known of the lead */
        if (!setup_may(work, command, ROLE_READ | ROLE_WORK | ROLE_ADMIN, outcome))
            return DECIDED;
        const struct lead *lead = lead_for_command(work, input->lead, outcome, &decision);
        if (lead == NULL)
            return decision;
        *tried = *lead;
    }
    add_attributes(work, input, tried);
    add_touches(work, &command->caller, input, tried);
    if (version->compiled == NULL && (draft = compile_draft(work, version, outcome)) == NULL)
        return DECIDED;
    answer(work, version, draft == NULL ? version->compiled : draft, tried, outcome);
    definition_free(draft);
    return DECIDED;
}
