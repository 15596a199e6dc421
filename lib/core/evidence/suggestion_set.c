#include "core/evidence/suggestion_set.h"

#include <stdlib.h>
#include <string.h>

struct suggestion_set *suggestion_begin(const struct definition *definition,
                                        enum history_target target, instant now,
                                        struct arena *arena)
{
    struct suggestion_set *set = ARENA_NEW(arena, struct suggestion_set);

    if (set == NULL)
        return NULL;
    memset(set, 0, sizeof *set);
    set->definition = definition;
    set->target = target;
    set->now = now;
    set->arena = arena;
    map_init(&set->by_name, arena);
    return set;
}

/* ---- rates ---- */

void suggestion_rates_add(struct suggestion_rates *rates, const struct suggestion_lead *lead)
{
    rates->leads++;
    rates->accepted += lead->answer.accepted;
    rates->sql += lead->answer.sql;
    rates->won += lead->answer.won;
    rates->hits += lead->hit;
}

struct suggestion_rates suggestion_rates_rest(const struct suggestion_rates *whole,
                                              const struct suggestion_rates *part)
{
    return (struct suggestion_rates){whole->leads - part->leads, whole->accepted - part->accepted,
                                     whole->sql - part->sql, whole->won - part->won,
                                     whole->hits - part->hits};
}

bool suggestion_rates_beat(const struct suggestion_rates *a, const struct suggestion_rates *b)
{
    return a->hits * b->leads > b->hits * a->leads;
}

struct suggestion_split suggestion_split_criterion(const struct suggestion_set *set,
                                                   size_t criterion)
{
    struct suggestion_split split = {{0}, {0}, {0}};
    struct suggestion_rates *const rates[] = {[RESULT_UNMET] = &split.unmet,
                                              [RESULT_UNKNOWN] = &split.unknown,
                                              [RESULT_MET] = &split.met};

    for (size_t i = 0; i < set->count; i++)
        if (set->leads[i].counts)
            suggestion_rates_add(rates[set->leads[i].results[criterion]], &set->leads[i]);
    return split;
}

/* ---- gathering ---- */

static bool grow(struct arena *arena, void **items, size_t *size, size_t item_size)
{
    size_t wanted = *size == 0 ? 64 : *size * 2;
    void *grown = arena_alloc(arena, wanted * item_size);

    if (grown == NULL)
        return false;
    if (*size > 0)
        memcpy(grown, *items, *size * item_size);
    *items = grown;
    *size = wanted;
    return true;
}

static bool is_excluded(const struct suggestion_set *set, const char *name)
{
    for (size_t i = 0; set->exclude != NULL && i < set->exclude->count; i++)
        if (strcmp(set->exclude->names[i], name) == 0)
            return true;
    return false;
}

bool suggestion_leaves_out(const struct suggestion_set *set, const struct suggestion_name *name)
{
    return name->excluded || (name->told_by_sales && set->definition->term != TERM_SQL);
}

static struct suggestion_name *name_for(struct suggestion_set *set, const char *name)
{
    struct suggestion_name *known = map_get(&set->by_name, name, strlen(name));

    if (known != NULL || set->name_count == SUGGESTION_NAMES_MAX)
        return known;
    known = ARENA_NEW(set->arena, struct suggestion_name);
    if (known == NULL)
        return NULL;
    *known = (struct suggestion_name){.name = arena_strdup(set->arena, name)};
    known->excluded = is_excluded(set, name);
    if (known->name != NULL && map_put(&set->by_name, known->name, strlen(name), known))
        set->names[set->name_count++] = known;
    return known;
}

/* The view's memory goes with its lead. */
static const struct value *keep_value(struct suggestion_set *set, const struct value *value)
{
    struct value *kept = ARENA_NEW(set->arena, struct value);

    if (kept == NULL)
        return NULL;
    *kept = *value;
    if (value->type == VALUE_TEXT)
        kept->text = arena_copy(set->arena, value->text, value->len);
    return kept;
}

static void note_value(struct suggestion_set *set, const struct attribute *attribute)
{
    const struct value *value = &attribute->observations[0].value;

    if (value->type == VALUE_NULL || value->type == VALUE_LIST ||
        definition_uses_attribute(set->definition, attribute->name))
        return;
    struct suggestion_name *name = name_for(set, attribute->name);
    if (name == NULL)
        return;
    name->told_by_sales = name->told_by_sales || attribute->observations[0].source == SOURCE_SALES;
    if (name->count == name->size &&
        !grow(set->arena, (void **)&name->items, &name->size, sizeof *name->items))
        return;
    value = keep_value(set, value);
    if (value != NULL)
        name->items[name->count++] = (struct suggestion_seen){value, set->count};
}

static void keep_criteria(struct suggestion_set *set, const struct verdict *verdict,
                          struct suggestion_lead *lead)
{
    uint8_t *results = arena_alloc(set->arena, verdict->criteria_count + 1);
    int32_t *points = ARENA_ARRAY(set->arena, int32_t, verdict->criteria_count + 1);

    for (size_t i = 0; results != NULL && points != NULL && i < verdict->criteria_count; i++) {
        results[i] = (uint8_t)verdict->criteria[i].result;
        points[i] = verdict->criteria[i].points;
    }
    lead->results = results;
    lead->points = points;
}

enum err suggestion_add(struct suggestion_set *set, const struct history_view *view,
                        const struct history_answer *answer)
{
    instant reached_at = history_reached_at(answer, set->target);
    struct verdict verdict;

    if (set->count == set->size &&
        !grow(set->arena, (void **)&set->leads, &set->size, sizeof *set->leads))
        return ERR_OUT_OF_MEMORY;
    verdict_evaluate(set->definition, &view->subject, &verdict);
    struct suggestion_lead *lead = &set->leads[set->count];
    *lead = (struct suggestion_lead){
        .answer = *answer,
        .hit = history_reached(answer, set->target),
        .qualified = verdict.result == VERDICT_QUALIFIED,
        .total_decides = set->definition->has_threshold[THRESHOLD_TOTAL] &&
                         verdict_total_decides(set->definition, &verdict),
        .score = verdict.score,
        .age = history_days(view->judged_at, set->now),
    };
    keep_criteria(set, &verdict, lead);
    if (reached_at != INSTANT_NONE)
        set->reached_after[history_days(view->judged_at, reached_at)]++;
    for (size_t i = 0; i < view->attributes.count; i++)
        note_value(set, &view->attributes.items[i]);
    set->count++;
    return arena_failed(set->arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
}

/* ---- closing ---- */

static int compare_seen(const void *a, const void *b)
{
    const struct suggestion_seen *left = a, *right = b;
    int order = value_order(left->value, right->value);

    return order != 0 ? order : (left->lead > right->lead) - (left->lead < right->lead);
}

static void close_name(struct suggestion_set *set, struct suggestion_name *name)
{
    size_t kept = 0;

    for (size_t i = 0; i < name->count; i++) {
        const struct suggestion_lead *lead = &set->leads[name->items[i].lead];
        if (!lead->counts)
            continue;
        suggestion_rates_add(&name->known, lead);
        name->items[kept++] = name->items[i];
    }
    name->count = kept;
    if (kept > 0)
        qsort(name->items, kept, sizeof *name->items, compare_seen);
}

void suggestion_set_close(struct suggestion_set *set)
{
    set->mature_days = history_mature_days(set->reached_after);
    for (size_t i = 0; i < set->count; i++) {
        struct suggestion_lead *lead = &set->leads[i];
        bool mature = set->mature_days < 0 || lead->age >= (size_t)set->mature_days;
        bool open = mature && history_outcome(&lead->answer, set->target) == OUTCOME_OPEN;
        set->immature += !mature;
        set->open += open;
        lead->counts = mature && !open;
        suggestion_rates_add(&set->answered, lead);
        if (lead->counts)
            suggestion_rates_add(&set->all, lead);
    }
    for (size_t i = 0; i < set->name_count; i++)
        close_name(set, set->names[i]);
}
