#include "core/lead/lead_hold.h"

#include <string.h>

instant lead_nurture_date(const struct work *work, const struct definition *definition)
{
    int32_t days = definition == NULL ? NURTURE_DAYS_DEFAULT : definition->nurture_days;

    return work->now + days * INSTANT_DAY;
}

instant lead_next_date(const struct work *work)
{
    const struct agreement_version *version = work->config->in_force[TERM_MQL];

    return lead_nurture_date(work, version == NULL ? NULL : version->compiled);
}

bool lead_is_held(const struct lead *lead, instant now)
{
    const struct lead_next *next = &lead->next;
    bool waits = next->step == STEP_NURTURE
                     ? now < next->at
                     : next->step == STEP_REVIEW || next->step == STEP_ANSWER;

    return lead->held && waits;
}

bool lead_is_held_for(const struct lead *lead, const char *kind, const char *name)
{
    size_t len = strlen(kind);

    for (size_t i = 0; i < lead->hold_input_count; i++) {
        const char *input = lead->hold_inputs[i];
        if (strncmp(input, kind, len) == 0 && input[len] == ':' &&
            strcmp(input + len + 1, name) == 0)
            return true;
    }
    return false;
}

void lead_lift_hold(struct lead *lead)
{
    lead->held = false;
    lead->hold_inputs = NULL;
    lead->hold_input_count = 0;
}

void lead_input_changed(struct lead *lead, const char *kind, const char *name)
{
    if (lead->held && lead_is_held_for(lead, kind, name))
        lead_lift_hold(lead);
}

/* ---- holding ---- */

/* The subtrees of a criterion that count touches of this kind (NULL: of any kind). */
static bool counts_kind(const struct definition *definition, uint16_t test, const char *kind)
{
    for (uint16_t i = test; i < definition->nodes[test].end; i++) {
        const struct touch_filter *touches = definition->nodes[i].touches;
        if (definition->nodes[i].kind != TEST_TOUCHES)
            continue;
        if (kind == NULL && touches->kinds_count == 0)
            return true;
        for (size_t k = 0; kind != NULL && k < touches->kinds_count; k++)
            if (strcmp(touches->kinds[k], kind) == 0)
                return true;
    }
    return false;
}

static bool criterion_counts(const struct definition *definition, const struct criterion *criterion,
                             const char *kind)
{
    if (criterion->has_test && counts_kind(definition, criterion->test, kind))
        return true;
    for (size_t i = 0; i < criterion->tiers_count; i++)
        if (counts_kind(definition, criterion->tiers[i].test, kind))
            return true;
    return false;
}

/* What the criterion looks at; how many inputs. */
static size_t inputs_of(struct work *work, const struct definition *definition, size_t at,
                        const char **inputs)
{
    const struct criterion *criterion = &definition->criteria[at];
    size_t count = 0;

    for (size_t i = 0; i < definition->names_count; i++) {
        const struct definition_name *name = &definition->names[i];
        if (definition_criterion_uses(definition, at, name->name, name->is_fact))
            inputs[count++] = arena_printf(
                work->arena, "%s:%s", name->is_fact ? INPUT_FACT : INPUT_ATTRIBUTE, name->name);
    }
    for (size_t i = 0; i < definition->kinds_count; i++)
        if (criterion_counts(definition, criterion, definition->kinds[i]))
            inputs[count++] = arena_printf(work->arena, INPUT_TOUCH ":%s", definition->kinds[i]);
    if (criterion_counts(definition, criterion, NULL))
        inputs[count++] = INPUT_TOUCH ":" INPUT_TOUCH_ANY;
    return count;
}

void lead_hold(struct work *work, struct lead *lead, const struct lead_hold *hold)
{
    const struct definition *definition = hold->definition;
    /* at most every name and kind, touches of any kind, and the srl */
    size_t room = hold->criterion < 0 ? 1 : definition->names_count + definition->kinds_count + 2;
    const char **inputs = ARENA_ARRAY(work->arena, const char *, room);
    size_t count = 0;

    if (inputs == NULL)
        return;
    if (hold->criterion >= 0)
        count = inputs_of(work, definition, (size_t)hold->criterion, inputs);
    if (hold->met_srl)
        inputs[count++] = INPUT_TERM ":srl";
    for (size_t i = 0; i < count; i++)
        if (inputs[i] == NULL)
            return; /* the arena has failed, and the command with it */
    lead->held = true;
    lead->hold_inputs = inputs;
    lead->hold_input_count = count;
}

bool lead_meets_srl(struct work *work, const struct lead *lead)
{
    const struct agreement_version *srl = work->config->in_force[TERM_SRL];
    const struct verdict_override *override = &lead->overrides[TERM_SRL];
    struct verdict *verdict = srl == NULL ? NULL : ARENA_NEW(work->arena, struct verdict);

    if (verdict == NULL)
        return false;
    if (override->given && override->version == srl->version)
        return override->result == VERDICT_QUALIFIED;
    struct verdict_subject subject = lead_subject(lead, work->now);
    verdict_evaluate(srl->compiled, &subject, verdict);
    return verdict->result == VERDICT_QUALIFIED;
}
