#include "core/setup/subscription_where.h"

#include "core/definition/condition.h"

#include <string.h>

/* ---- names that Baton knows itself ---- */

static const char *team_of(const struct config *config, struct uuid team)
{
    return uuid_is_nil(team) ? NULL : config_team_name(config, team);
}

/* Sorted. Each says NULL for what there is not. */
#define SUBSCRIPTION_NAMES(X)                                                                      \
    X("handoff.class", handoff, rejection_class_name(handoff->klass))                              \
    X("handoff.from_team", handoff, team_of(config, handoff->from_team))                           \
    X("handoff.gate", handoff, handoff->gated ? term_name(handoff->term) : NULL)                   \
    X("handoff.kind", handoff, handoff_kind_name(handoff->kind))                                   \
    X("handoff.outcome", handoff, outcome_kind_name(handoff->outcome))                             \
    X("handoff.reason", handoff, handoff->reason)                                                  \
    X("handoff.state", handoff, handoff_state_name(handoff->state))                                \
    X("handoff.to_team", handoff, team_of(config, handoff->to_team))                               \
    X("lead.owner_team", lead, team_of(config, lead->owner_team))                                  \
    X("lead.stage", lead, stage_name(lead->stage))

#define X(text, from, value) text,
static const char *const names[] = {SUBSCRIPTION_NAMES(X)};
#undef X

#define NAME_COUNT (sizeof names / sizeof *names)

static void values_of(const struct config *config, const struct subscription_subject *subject,
                      const char *out[NAME_COUNT])
{
    const struct lead *lead = subject->lead;
    const struct handoff *handoff = subject->handoff;
    size_t at = 0;

#define X(text, from, value) out[at++] = (from) == NULL ? NULL : (value);
    SUBSCRIPTION_NAMES(X)
#undef X
}

/* ---- compiling ---- */

static bool counts_touches(const struct definition *where)
{
    for (size_t i = 0; i < where->nodes_count; i++)
        if (where->nodes[i].kind == TEST_TOUCHES)
            return true;
    return false;
}

enum err subscription_where_compile(const json_t *test, const char *pointer, struct arena *arena,
                                    struct faults *faults, const struct definition **out)
{
    struct conditions conditions;
    size_t at;

    if (!conditions_begin(&conditions, arena, faults))
        return ERR_OUT_OF_MEMORY;
    if (!conditions_add(&conditions, test, pointer, &at))
        return arena_failed(arena) ? ERR_OUT_OF_MEMORY : ERR_INVALID_DEFINITION;
    *out = conditions_end(&conditions);
    if (*out == NULL)
        return ERR_OUT_OF_MEMORY;
    if (!counts_touches(*out))
        return ERR_NONE;
    faults_add(faults, pointer, "not_here",
               "Touches are not at hand when events are gone through: ask for attributes, facts, "
               "and what lead and handoff are");
    return ERR_INVALID_DEFINITION;
}

void subscription_where_warn(const json_t *test, const char *pointer,
                             const struct known_names *known, struct faults *warnings)
{
    struct arena *arena = warnings->arena;
    const struct definition *where;
    struct faults found;
    struct known_names all = {NULL, 0};
    const char **both;

    if (known == NULL)
        return;
    both = ARENA_ARRAY(arena, const char *, known->count + NAME_COUNT);
    if (both == NULL)
        return;
    memcpy(both, names, sizeof names);
    if (known->count > 0)
        memcpy(both + NAME_COUNT, known->names, known->count * sizeof *both);
    all = (struct known_names){both, known->count + NAME_COUNT};
    faults_init(&found, arena);
    if (subscription_where_compile(test, "", arena, &found, &where) != ERR_NONE)
        return;
    faults_init(&found, arena);
    definition_warn_unseen(where, test, &all, &found);
    for (size_t i = 0; i < found.count; i++)
        faults_add(warnings, arena_printf(arena, "%s%s", pointer, found.items[i].pointer),
                   found.items[i].code, "%s", found.items[i].detail);
}

/* ---- asking ---- */

/* The lead's attributes with Baton's own names among them, which nobody can give a lead. */
static bool mix(const struct config *config, const struct subscription_subject *subject,
                struct arena *arena, struct attribute_set *out)
{
    static const struct attribute_set nothing;
    const struct attribute_set *own = subject->lead == NULL ? &nothing : &subject->lead->attributes;
    const char *values[NAME_COUNT];
    struct observation *seen = ARENA_ARRAY(arena, struct observation, NAME_COUNT);
    size_t at = 0;

    *out = (struct attribute_set){ARENA_ARRAY(arena, struct attribute, own->count + NAME_COUNT), 0};
    if (seen == NULL || out->items == NULL)
        return false;
    values_of(config, subject, values);
    for (size_t i = 0; i < NAME_COUNT; i++) {
        while (at < own->count && strcmp(own->items[at].name, names[i]) < 0)
            out->items[out->count++] = own->items[at++];
        if (at < own->count && strcmp(own->items[at].name, names[i]) == 0)
            at++;
        if (values[i] == NULL)
            continue;
        seen[i] = (struct observation){
            .value = {VALUE_TEXT, (uint32_t)strlen(values[i]), {.text = values[i]}},
            .occurred_at = subject->now,
            .known_from = subject->now};
        out->items[out->count++] = (struct attribute){names[i], &seen[i], 1};
    }
    while (at < own->count)
        out->items[out->count++] = own->items[at++];
    return !arena_failed(arena);
}

bool subscription_where_holds(const struct definition *where, const struct config *config,
                              const struct subscription_subject *subject, struct arena *arena)
{
    enum criterion_result results[CONDITIONS_MAX];
    struct attribute_set attributes;

    if (!mix(config, subject, arena, &attributes))
        return false;
    struct verdict_subject asked = {
        .attributes = &attributes, .now = subject->now, .known_at = INSTANT_NONE};
    if (subject->lead != NULL) {
        asked.facts = &subject->lead->facts;
        asked.has_origin = true;
        asked.origin = (struct lead_origin){subject->lead->origin, subject->lead->found_by};
    }
    conditions_ask(where, &asked, results);
    return results[0] == RESULT_MET;
}
