#include "core/evidence/suggestion.h"

#include "base/map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DECILES 10
#define Z       1.959963984540054 /* of 95 % */

/* A lead, as far as it is told apart. */
struct label {
    bool accepted, sql, won;
    bool hit; /* reached the target */
};

struct seen {
    const struct value *value;
    struct label label;
};

/* An attribute that is in no criterion, with all values that were known. */
struct tried {
    const char *name;
    struct seen *items;
    size_t count, size;
};

/* Where nothing but the total decides. */
struct scored {
    int32_t score;
    struct label label;
};

struct suggestion_set {
    const struct definition *definition;
    enum history_target target;
    struct arena *arena;
    struct map names;
    struct tried *tried[SUGGESTION_NAMES_MAX];
    size_t tried_count;
    struct scored *scores;
    size_t score_count, score_size;
    struct suggestion_rates all;
    struct suggestion_split criteria[CRITERIA_MAX];
};

const char *suggestion_kind_name(enum suggestion_kind kind)
{
    static const char *const names[] = {
        [SUGGEST_ATTRIBUTE] = "attribute",
        [SUGGEST_DROP] = "drop",
        [SUGGEST_THRESHOLD] = "threshold",
    };

    return names[kind];
}

/* ---- gathering ---- */

struct suggestion_set *suggestion_begin(const struct definition *definition,
                                        enum history_target target, struct arena *arena)
{
    struct suggestion_set *set = ARENA_NEW(arena, struct suggestion_set);

    if (set == NULL)
        return NULL;
    memset(set, 0, sizeof *set);
    set->definition = definition;
    set->target = target;
    set->arena = arena;
    map_init(&set->names, arena);
    return set;
}

static void count_label(struct suggestion_rates *rates, const struct label *label)
{
    rates->leads++;
    rates->accepted += label->accepted;
    rates->sql += label->sql;
    rates->won += label->won;
    rates->hits += label->hit;
}

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

static struct tried *tried_for(struct suggestion_set *set, const char *name)
{
    struct tried *tried = map_get(&set->names, name, strlen(name));

    if (tried != NULL || set->tried_count == SUGGESTION_NAMES_MAX)
        return tried;
    tried = ARENA_NEW(set->arena, struct tried);
    if (tried == NULL)
        return NULL;
    *tried = (struct tried){.name = arena_strdup(set->arena, name)};
    if (tried->name != NULL && map_put(&set->names, tried->name, strlen(name), tried))
        set->tried[set->tried_count++] = tried;
    return tried;
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

static void note_value(struct suggestion_set *set, const struct attribute *attribute,
                       const struct label *label)
{
    const struct value *value = &attribute->observations[0].value;

    if (value->type == VALUE_NULL || value->type == VALUE_LIST ||
        definition_uses_attribute(set->definition, attribute->name))
        return;
    struct tried *tried = tried_for(set, attribute->name);
    if (tried == NULL)
        return;
    if (tried->count == tried->size &&
        !grow(set->arena, (void **)&tried->items, &tried->size, sizeof *tried->items))
        return;
    value = keep_value(set, value);
    if (value != NULL)
        tried->items[tried->count++] = (struct seen){value, *label};
}

static void note_criteria(struct suggestion_set *set, const struct verdict *verdict,
                          const struct label *label)
{
    for (size_t i = 0; i < verdict->criteria_count; i++) {
        struct suggestion_split *split = &set->criteria[i];
        bool met = verdict->criteria[i].result == RESULT_MET;
        count_label(met ? &split->with : &split->without, label);
    }
}

/* Whether all but the total threshold holds. */
static bool only_total_decides(const struct definition *definition, const struct verdict *verdict)
{
    if (!definition->has_threshold[THRESHOLD_TOTAL])
        return false;
    for (size_t i = 0; i < verdict->criteria_count; i++) {
        const struct criterion *criterion = &definition->criteria[i];
        enum criterion_result result = verdict->criteria[i].result;
        if (criterion->kind == CRITERION_DISQUALIFIER ? result == RESULT_MET
                                                      : criterion->required && result != RESULT_MET)
            return false;
    }
    for (int i = 0; i < SCORE_KINDS; i++)
        if (definition->has_threshold[i] && verdict->scores[i] < definition->thresholds[i])
            return false;
    return true;
}

static void note_score(struct suggestion_set *set, const struct verdict *verdict,
                       const struct label *label)
{
    if (!only_total_decides(set->definition, verdict))
        return;
    if (set->score_count == set->score_size &&
        !grow(set->arena, (void **)&set->scores, &set->score_size, sizeof *set->scores))
        return;
    set->scores[set->score_count++] = (struct scored){verdict->score, *label};
}

enum err suggestion_add(struct suggestion_set *set, const struct history_view *view,
                        const struct history_answer *answer)
{
    const struct label label = {answer->accepted, answer->sql, answer->won,
                                history_reached(answer, set->target)};
    struct verdict verdict;

    verdict_evaluate(set->definition, &view->subject, &verdict);
    count_label(&set->all, &label);
    note_criteria(set, &verdict, &label);
    note_score(set, &verdict, &label);
    for (size_t i = 0; i < view->attributes.count; i++)
        note_value(set, &view->attributes.items[i], &label);
    return arena_failed(set->arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
}

/* ---- one test ---- */

static double test_split(const struct suggestion_split *split)
{
    return fisher_test(&(struct two_by_two){split->with.hits, split->with.leads - split->with.hits,
                                            split->without.hits,
                                            split->without.leads - split->without.hits});
}

static bool is_large_enough(const struct suggestion_split *split)
{
    return split->with.leads >= SUGGESTION_EACH_MIN && split->without.leads >= SUGGESTION_EACH_MIN;
}

static bool hits_more(const struct suggestion_split *split)
{
    return split->with.hits * split->without.leads > split->without.hits * split->with.leads;
}

bool suggestion_lift(const struct suggestion_split *split, double *lift, struct interval *interval)
{
    double a = (double)split->with.hits, n = (double)split->with.leads;
    double b = (double)split->without.hits, k = (double)split->without.leads;

    if (split->with.hits == 0 || split->without.hits == 0)
        return false;
    double half = Z * sqrt(1 / a - 1 / n + 1 / b - 1 / k);
    *lift = a / n / (b / k);
    *interval = (struct interval){exp(log(*lift) - half), exp(log(*lift) + half)};
    return true;
}

/* The best of one thing: of an attribute's values, or a criterion. */
struct best {
    bool any;
    struct suggestion suggestion;
};

static void try_split(const struct suggestion *candidate, size_t *tests, struct best *best)
{
    struct suggestion tested = *candidate;

    if (!is_large_enough(&tested.split))
        return;
    (*tests)++;
    tested.p = test_split(&tested.split);
    if (!best->any || tested.p < best->suggestion.p) {
        best->any = true;
        best->suggestion = tested;
    }
}

/* ---- attributes ---- */

static int compare_seen(const void *a, const void *b)
{
    return value_order(((const struct seen *)a)->value, ((const struct seen *)b)->value);
}

static struct suggestion_rates rest_of(const struct suggestion_rates *all,
                                       const struct suggestion_rates *part)
{
    return (struct suggestion_rates){all->leads - part->leads, all->accepted - part->accepted,
                                     all->sql - part->sql, all->won - part->won,
                                     all->hits - part->hits};
}

static void try_part(const struct suggestion_set *set, const struct tried *tried, size_t from,
                     size_t to, bool at_least, size_t *tests, struct best *best)
{
    struct suggestion candidate = {.kind = SUGGEST_ATTRIBUTE,
                                   .name = tried->name,
                                   .at_least = at_least,
                                   .value = *tried->items[from].value};

    for (size_t i = from; i < to; i++)
        count_label(&candidate.split.with, &tried->items[i].label);
    candidate.split.without = rest_of(&set->all, &candidate.split.with);
    try_split(&candidate, tests, best);
}

static size_t end_of_run(const struct tried *tried, size_t from)
{
    size_t to = from + 1;

    while (to < tried->count && value_order(tried->items[to].value, tried->items[from].value) == 0)
        to++;
    return to;
}

static bool is_measured(const struct tried *tried)
{
    size_t values = 0;

    for (size_t from = 0; from < tried->count; from = end_of_run(tried, from)) {
        if (!value_is_number(tried->items[from].value))
            return false;
        values++;
    }
    return values > SUGGESTION_VALUES_FEW;
}

static void try_deciles(const struct suggestion_set *set, const struct tried *tried, size_t *tests,
                        struct best *best)
{
    size_t last = 0;

    for (size_t i = 1; i < DECILES; i++) {
        size_t from = tried->count * i / DECILES;
        while (from > 0 && value_order(tried->items[from - 1].value, tried->items[from].value) == 0)
            from--;
        if (from > last)
            try_part(set, tried, from, tried->count, true, tests, best);
        last = from > last ? from : last;
    }
}

static void try_attribute(const struct suggestion_set *set, struct tried *tried, size_t *tests,
                          struct best *best)
{
    qsort(tried->items, tried->count, sizeof *tried->items, compare_seen);
    if (is_measured(tried)) {
        try_deciles(set, tried, tests, best);
        return;
    }
    for (size_t from = 0; from < tried->count;) {
        size_t to = end_of_run(tried, from);
        try_part(set, tried, from, to, false, tests, best);
        from = to;
    }
}

/* ---- criteria ---- */

/* Only what may go: not the last one, and what is not there to keep leads out. */
static void try_criterion(const struct suggestion_set *set, size_t at, size_t *tests,
                          struct best *best)
{
    const struct criterion *criterion = &set->definition->criteria[at];
    struct suggestion candidate = {
        .kind = SUGGEST_DROP, .name = criterion->id, .split = set->criteria[at]};

    if (criterion->kind == CRITERION_DISQUALIFIER || set->definition->criteria_count == 1 ||
        criterion->most_points < 0)
        return;
    try_split(&candidate, tests, best);
    if (best->any && hits_more(&best->suggestion.split))
        best->any = false;
}

/* ---- thresholds ---- */

static int compare_scores(const void *a, const void *b)
{
    const struct scored *left = a, *right = b;

    if (left->score != right->score)
        return left->score < right->score ? 1 : -1;
    return left->label.hit - right->label.hit;
}

struct threshold_walk {
    int64_t hits; /* in all */
    int64_t above, hits_above;
    size_t tests;
    double best_p;
};

static void weigh(const struct suggestion_set *set, struct threshold_walk *walk, int32_t score,
                  struct suggestions *out)
{
    struct proportion precision = {walk->hits_above, walk->above};
    struct proportion recall = {walk->hits_above, walk->hits};
    double f1 = 2.0 * (double)walk->hits_above / (double)(walk->above + walk->hits);
    struct suggestion_threshold here = {true, score, precision, recall, f1};
    int64_t below = (int64_t)set->score_count - walk->above;

    if (!out->best_f1.found || f1 > out->best_f1.f1)
        out->best_f1 = here;
    if (!out->keep.found && recall.count * 100 >= recall.of * SUGGESTION_KEEP_PERCENT)
        out->keep = here;
    if (walk->above < SUGGESTION_EACH_MIN || below < SUGGESTION_EACH_MIN)
        return;
    double p = fisher_test(&(struct two_by_two){walk->hits_above, walk->above - walk->hits_above,
                                                walk->hits - walk->hits_above,
                                                below - walk->hits + walk->hits_above});
    if (walk->tests++ == 0 || p < walk->best_p)
        walk->best_p = p;
}

/* Every score that occurs, from the highest down. */
static struct threshold_walk walk_scores(struct suggestion_set *set, struct suggestions *out)
{
    struct threshold_walk walk = {.best_p = 1};

    if (set->score_count > 0) /* else there is no array yet */
        qsort(set->scores, set->score_count, sizeof *set->scores, compare_scores);
    for (size_t i = 0; i < set->score_count; i++)
        walk.hits += set->scores[i].label.hit;
    for (size_t i = 0; walk.hits > 0 && i < set->score_count; i++) {
        walk.above++;
        walk.hits_above += set->scores[i].label.hit;
        if (i + 1 == set->score_count || set->scores[i + 1].score != set->scores[i].score)
            weigh(set, &walk, set->scores[i].score, out);
    }
    return walk;
}

static struct suggestion_split split_at(const struct suggestion_set *set, int32_t threshold)
{
    struct suggestion_split split = {0};

    for (size_t i = 0; i < set->score_count; i++)
        count_label(set->scores[i].score >= threshold ? &split.with : &split.without,
                    &set->scores[i].label);
    return split;
}

static void suggest_threshold(const struct suggestion_set *set, const struct threshold_walk *walk,
                              const struct suggestion_threshold *wanted, struct suggestions *out)
{
    double adjusted = walk->best_p * (double)walk->tests;

    if (!wanted->found || walk->tests == 0 || adjusted > SUGGESTION_THRESHOLD_ALPHA ||
        wanted->threshold == set->definition->thresholds[THRESHOLD_TOTAL] ||
        out->count == SUGGESTIONS_MAX)
        return;
    for (size_t i = 0; i < out->count; i++)
        if (out->items[i].kind == SUGGEST_THRESHOLD && out->items[i].threshold == wanted->threshold)
            return;
    struct suggestion_split split = split_at(set, wanted->threshold);
    if (!is_large_enough(&split))
        return;
    out->items[out->count++] = (struct suggestion){
        .kind = SUGGEST_THRESHOLD,
        .name = threshold_name(THRESHOLD_TOTAL),
        .threshold = wanted->threshold,
        .split = split,
        .p = walk->best_p,
        .adjusted = adjusted,
    };
}

/* ---- all of it ---- */

static int compare_suggestions(const void *a, const void *b)
{
    const struct suggestion *left = a, *right = b;

    if (left->p != right->p)
        return left->p < right->p ? -1 : 1;
    return strcmp(left->name, right->name);
}

/* Of what survives the correction, the most certain. */
static void keep_certain(struct suggestion_set *set, const struct best *bests, size_t count,
                         struct suggestions *out)
{
    struct suggestion *certain = ARENA_ARRAY(set->arena, struct suggestion, count + 1);
    size_t kept = 0;

    for (size_t i = 0; certain != NULL && i < count; i++) {
        double adjusted = bests[i].suggestion.p * (double)out->tests;
        if (!bests[i].any || adjusted > SUGGESTION_ALPHA)
            continue;
        certain[kept] = bests[i].suggestion;
        certain[kept++].adjusted = adjusted;
    }
    if (kept == 0)
        return;
    qsort(certain, kept, sizeof *certain, compare_suggestions);
    out->count = kept < SUGGESTIONS_MAX ? kept : SUGGESTIONS_MAX;
    memcpy(out->items, certain, out->count * sizeof *certain);
}

static const char *too_few(struct suggestion_set *set)
{
    const struct suggestion_rates *all = &set->all;
    int64_t others = all->leads - all->hits;

    if (all->leads < SUGGESTION_LEADS_MIN)
        return arena_printf(set->arena,
                            "Only %lld leads have an answer from sales; nothing is suggested below "
                            "%d",
                            (long long)all->leads, SUGGESTION_LEADS_MIN);
    if (all->hits < SUGGESTION_EACH_MIN || others < SUGGESTION_EACH_MIN)
        return arena_printf(set->arena,
                            "Of the answered leads %lld reached %s and %lld did not; both must be "
                            "at least %d",
                            (long long)all->hits, history_target_name(set->target),
                            (long long)others, SUGGESTION_EACH_MIN);
    return NULL;
}

static void try_all(struct suggestion_set *set, struct suggestions *out)
{
    size_t count = set->tried_count + set->definition->criteria_count;
    struct best *bests = ARENA_ARRAY(set->arena, struct best, count);

    if (bests == NULL)
        return;
    memset(bests, 0, count * sizeof *bests);
    for (size_t i = 0; i < set->tried_count; i++)
        try_attribute(set, set->tried[i], &out->tests, &bests[i]);
    for (size_t i = 0; i < set->definition->criteria_count; i++)
        try_criterion(set, i, &out->tests, &bests[set->tried_count + i]);
    keep_certain(set, bests, count, out);
}

enum err suggestion_make(struct suggestion_set *set, struct suggestions *out)
{
    memset(out, 0, sizeof *out);
    out->all = set->all;
    memcpy(out->criteria, set->criteria, sizeof out->criteria);
    out->why_none = too_few(set);
    struct threshold_walk walk = walk_scores(set, out);
    if (out->why_none == NULL) {
        try_all(set, out);
        suggest_threshold(set, &walk, &out->best_f1, out);
        suggest_threshold(set, &walk, &out->keep, out);
        if (out->count == 0)
            out->why_none = arena_printf(
                set->arena, "Nothing stands out among %zu tests more than chance would have it",
                out->tests + walk.tests);
    }
    return arena_failed(set->arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
}
