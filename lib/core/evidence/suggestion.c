#include "core/evidence/suggestion.h"

#include "base/json_tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A suggested criterion is worth this part of the total that is needed, or two or four of them. */
#define WORTH_DIVISOR 4
#define P_ROUNDING    1e-9
#define DECILES       10
#define Z             1.959963984540054 /* of 95 % */

/* ---- one test ---- */

static double test_split(const struct suggestion_split *split)
{
    return fisher_test(&(struct two_by_two){split->met.hits, split->met.leads - split->met.hits,
                                            split->unmet.hits,
                                            split->unmet.leads - split->unmet.hits});
}

static bool is_large_enough(const struct suggestion_split *split)
{
    return split->met.leads >= SUGGESTION_EACH_MIN && split->unmet.leads >= SUGGESTION_EACH_MIN;
}

bool suggestion_lift(const struct suggestion_split *split, double *lift, struct interval *interval)
{
    double a = (double)split->met.hits, n = (double)split->met.leads;
    double b = (double)split->unmet.hits, k = (double)split->unmet.leads;

    if (split->met.hits == 0 || split->unmet.hits == 0)
        return false;
    double half = Z * sqrt(1 / a - 1 / n + 1 / b - 1 / k);
    *lift = a / n / (b / k);
    *interval = (struct interval){exp(log(*lift) - half), exp(log(*lift) + half)};
    return true;
}

/* The best of one thing: of an attribute's values, or a criterion. */
struct best {
    bool any;
    size_t tests; /* that were made to find it */
    struct suggestion suggestion;
};

static void try_split(const struct suggestion *candidate, struct best *best)
{
    struct suggestion tested = *candidate;

    if (!is_large_enough(&tested.split))
        return;
    best->tests++;
    tested.p = test_split(&tested.split);
    /* of two values that mirror each other the one that speaks for the lead; their p differ by
     * rounding alone */
    bool equal = fabs(tested.p - best->suggestion.p) <= tested.p * P_ROUNDING;
    bool better = equal ? suggestion_rates_beat(&tested.split.met, &best->suggestion.split.met)
                        : tested.p < best->suggestion.p;
    if (!best->any || better) {
        best->any = true;
        best->suggestion = tested;
    }
}

/* ---- attributes ---- */

static void try_part(const struct suggestion_set *set, const struct suggestion_name *name,
                     size_t from, size_t to, bool at_least, struct best *best)
{
    struct suggestion candidate = {.kind = SUGGEST_ATTRIBUTE,
                                   .name = name->name,
                                   .at_least = at_least,
                                   .value = *name->items[from].value};

    for (size_t i = from; i < to; i++)
        suggestion_rates_add(&candidate.split.met, &set->leads[name->items[i].lead]);
    candidate.split.unmet = suggestion_rates_rest(&name->known, &candidate.split.met);
    candidate.split.unknown = suggestion_rates_rest(&set->all, &name->known);
    try_split(&candidate, best);
}

static size_t end_of_run(const struct suggestion_name *name, size_t from)
{
    size_t to = from + 1;

    while (to < name->count && value_order(name->items[to].value, name->items[from].value) == 0)
        to++;
    return to;
}

static bool is_measured(const struct suggestion_name *name)
{
    size_t values = 0;

    for (size_t from = 0; from < name->count; from = end_of_run(name, from)) {
        if (!value_is_number(name->items[from].value))
            return false;
        values++;
    }
    return values > SUGGESTION_VALUES_FEW;
}

static void try_deciles(const struct suggestion_set *set, const struct suggestion_name *name,
                        struct best *best)
{
    size_t last = 0;

    for (size_t i = 1; i < DECILES; i++) {
        size_t from = name->count * i / DECILES;
        while (from > 0 && value_order(name->items[from - 1].value, name->items[from].value) == 0)
            from--;
        if (from > last)
            try_part(set, name, from, name->count, true, best);
        last = from > last ? from : last;
    }
}

static void try_attribute(const struct suggestion_set *set, const struct suggestion_name *name,
                          struct best *best)
{
    if (is_measured(name)) {
        try_deciles(set, name, best);
        return;
    }
    for (size_t from = 0; from < name->count;) {
        size_t to = end_of_run(name, from);
        try_part(set, name, from, to, false, best);
        from = to;
    }
}

/* ---- criteria ---- */

/* Only what may go: not the last one, and what is not there to keep leads out. */
static void try_criterion(const struct suggestion_set *set, size_t at,
                          const struct suggestion_split *split, struct best *best)
{
    const struct criterion *criterion = &set->definition->criteria[at];
    struct suggestion candidate = {.kind = SUGGEST_DROP, .name = criterion->id, .split = *split};

    if (criterion->kind == CRITERION_DISQUALIFIER || set->definition->criteria_count == 1 ||
        criterion->most_points < 0)
        return;
    try_split(&candidate, best);
    if (best->any && suggestion_rates_beat(&split->met, &split->unmet))
        best->any = false;
}

/* ---- thresholds ---- */

/* Those of the leads that count that nothing but the total decides, from the highest score down. */
struct scored {
    const struct suggestion_lead **leads;
    size_t count;
};

static int compare_scores(const void *a, const void *b)
{
    const struct suggestion_lead *left = *(const struct suggestion_lead *const *)a;
    const struct suggestion_lead *right = *(const struct suggestion_lead *const *)b;

    if (left->score != right->score)
        return left->score < right->score ? 1 : -1;
    return left->hit - right->hit;
}

static struct scored order_scores(const struct suggestion_set *set)
{
    struct scored scored = {ARENA_ARRAY(set->arena, const struct suggestion_lead *, set->count + 1),
                            0};

    for (size_t i = 0; scored.leads != NULL && i < set->count; i++)
        if (set->leads[i].counts && set->leads[i].total_decides)
            scored.leads[scored.count++] = &set->leads[i];
    if (scored.count > 0)
        qsort(scored.leads, scored.count, sizeof(const struct suggestion_lead *), compare_scores);
    return scored;
}

struct threshold_walk {
    int64_t hits; /* in all */
    int64_t above, hits_above;
    size_t tests;
    double best_p;
};

static void weigh(const struct scored *scored, struct threshold_walk *walk, int32_t score,
                  struct suggestions *out)
{
    struct proportion precision = {walk->hits_above, walk->above};
    struct proportion recall = {walk->hits_above, walk->hits};
    double f1 = 2.0 * (double)walk->hits_above / (double)(walk->above + walk->hits);
    struct suggestion_threshold here = {true, score, precision, recall, f1};
    int64_t below = (int64_t)scored->count - walk->above;

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
static struct threshold_walk walk_scores(const struct scored *scored, struct suggestions *out)
{
    struct threshold_walk walk = {.best_p = 1};

    for (size_t i = 0; i < scored->count; i++)
        walk.hits += scored->leads[i]->hit;
    for (size_t i = 0; walk.hits > 0 && i < scored->count; i++) {
        walk.above++;
        walk.hits_above += scored->leads[i]->hit;
        if (i + 1 == scored->count || scored->leads[i + 1]->score != scored->leads[i]->score)
            weigh(scored, &walk, scored->leads[i]->score, out);
    }
    return walk;
}

static struct suggestion_split split_at(const struct scored *scored, int32_t threshold)
{
    struct suggestion_split split = {{0}, {0}, {0}};

    for (size_t i = 0; i < scored->count; i++)
        suggestion_rates_add(scored->leads[i]->score >= threshold ? &split.met : &split.unmet,
                             scored->leads[i]);
    return split;
}

/* ---- drafts ---- */

/* The strengths in which a suggestion is tried, the mildest first. */
static size_t strengths_of(const struct suggestion *suggestion)
{
    return suggestion->kind == SUGGEST_ATTRIBUTE ? 4 : 1;
}

static int32_t worth_of(const struct definition *definition, size_t strength)
{
    int32_t least = definition->thresholds[THRESHOLD_TOTAL] / WORTH_DIVISOR;

    return (least < 1 ? 1 : least) << strength;
}

/* With a total, points for or against, a quarter of it, half, or all of it; at last, or without a
 * total, leads that do worse are disqualified and leads that do better required. False: there is no
 * such form. */
static bool choose_form(const struct definition *definition, size_t strength,
                        struct suggestion *suggestion)
{
    bool better = suggestion_rates_beat(&suggestion->split.met, &suggestion->split.unmet);
    bool scored = definition->has_threshold[THRESHOLD_TOTAL];
    size_t last = strengths_of(suggestion) - 1;

    if (suggestion->kind != SUGGEST_ATTRIBUTE)
        return true;
    if (scored && strength < last) {
        suggestion->form = FORM_POINTS;
        suggestion->points = (better ? 1 : -1) * worth_of(definition, strength);
        return true;
    }
    suggestion->form = better ? FORM_REQUIRED : FORM_DISQUALIFIER;
    suggestion->points = 0;
    return strength == last;
}

/* Makes the draft and tries it. A draft that does not compile, such as a threshold that the rest
 * cannot reach, is no suggestion. */
static enum err try_draft(const struct suggestion_set *set, const json_t *document,
                          struct suggestion *suggestion, bool *good)
{
    json_t *draft = suggestion_draft(document, set->definition, suggestion);
    struct definition *compiled = NULL;
    enum err err =
        draft == NULL ? ERR_OUT_OF_MEMORY : definition_compile(draft, NULL, NULL, &compiled);

    *good = false;
    if (err == ERR_NONE) {
        suggestion_try(set, compiled, suggestion);
        *good = suggestion_is_for_the_better(set, suggestion);
    }
    if (*good) {
        struct json_out text;
        json_out_init(&text, set->arena, DEFINITION_CANONICAL_BYTES);
        json_tree_write(draft, &text);
        suggestion->words = suggestion_words(suggestion, compiled, set->arena);
        suggestion->document = text.written.text;
        err = arena_failed(set->arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
    }
    definition_free(compiled);
    json_decref(draft);
    return err == ERR_INVALID_DEFINITION ? ERR_NONE : err;
}

/* Adds the suggestion in the mildest form that changes verdicts for the better, if there is one. */
static enum err offer(const struct suggestion_set *set, const json_t *document,
                      const struct suggestion *suggestion, struct suggestions *out)
{
    enum err err = ERR_NONE;
    bool good = false;

    if (out->count == SUGGESTIONS_MAX)
        return ERR_NONE;
    struct suggestion *item = &out->items[out->count];
    *item = *suggestion;
    for (size_t i = 0; err == ERR_NONE && !good && i < strengths_of(suggestion); i++)
        if (choose_form(set->definition, i, item))
            err = try_draft(set, document, item, &good);
    out->count += good;
    return err;
}

static enum err suggest_threshold(const struct suggestion_set *set, const json_t *document,
                                  const struct scored *scored, const struct threshold_walk *walk,
                                  const struct suggestion_threshold *wanted,
                                  struct suggestions *out)
{
    double adjusted = walk->best_p * (double)walk->tests;

    if (!wanted->found || walk->tests == 0 || adjusted > SUGGESTION_THRESHOLD_ALPHA ||
        wanted->threshold == set->definition->thresholds[THRESHOLD_TOTAL])
        return ERR_NONE;
    for (size_t i = 0; i < out->count; i++)
        if (out->items[i].kind == SUGGEST_THRESHOLD && out->items[i].threshold == wanted->threshold)
            return ERR_NONE;
    struct suggestion suggestion = {
        .kind = SUGGEST_THRESHOLD,
        .name = threshold_name(THRESHOLD_TOTAL),
        .threshold = wanted->threshold,
        .split = split_at(scored, wanted->threshold),
        .p = walk->best_p,
        .adjusted = adjusted,
    };
    return is_large_enough(&suggestion.split) ? offer(set, document, &suggestion, out) : ERR_NONE;
}

/* ---- all of it ---- */

static int compare_suggestions(const void *a, const void *b)
{
    const struct suggestion *left = a, *right = b;

    if (left->p != right->p)
        return left->p < right->p ? -1 : 1;
    return strcmp(left->name, right->name);
}

/* Of what survives the correction, the most certain whose drafts are for the better. */
static enum err keep_certain(const struct suggestion_set *set, const json_t *document,
                             const struct best *bests, size_t count, struct suggestions *out)
{
    struct suggestion *certain = ARENA_ARRAY(set->arena, struct suggestion, count + 1);
    size_t kept = 0;
    enum err err = certain == NULL ? ERR_OUT_OF_MEMORY : ERR_NONE;

    for (size_t i = 0; err == ERR_NONE && i < count; i++) {
        double adjusted = bests[i].suggestion.p * (double)out->tests;
        if (!bests[i].any || adjusted > SUGGESTION_ALPHA)
            continue;
        certain[kept] = bests[i].suggestion;
        certain[kept++].adjusted = adjusted;
    }
    if (kept > 0)
        qsort(certain, kept, sizeof *certain, compare_suggestions);
    for (size_t i = 0; err == ERR_NONE && i < kept; i++)
        err = offer(set, document, &certain[i], out);
    return err;
}

static const char *too_few(struct suggestion_set *set)
{
    const struct suggestion_rates *all = &set->all;
    int64_t others = all->leads - all->hits;

    if (all->leads < SUGGESTION_LEADS_MIN)
        return arena_printf(set->arena,
                            "Only %lld leads with an answer from sales count for %s; nothing is "
                            "suggested below %d",
                            (long long)all->leads, history_target_name(set->target),
                            SUGGESTION_LEADS_MIN);
    if (all->hits < SUGGESTION_EACH_MIN || others < SUGGESTION_EACH_MIN)
        return arena_printf(
            set->arena,
            "Of the leads that count %lld reached %s and %lld did not; both must be "
            "at least %d",
            (long long)all->hits, history_target_name(set->target), (long long)others,
            SUGGESTION_EACH_MIN);
    return NULL;
}

static enum err try_all(const struct suggestion_set *set, const json_t *document,
                        struct suggestions *out)
{
    size_t count = set->name_count + set->definition->criteria_count;
    struct best *bests = ARENA_ARRAY(set->arena, struct best, count + 1);

    if (bests == NULL)
        return ERR_OUT_OF_MEMORY;
    memset(bests, 0, count * sizeof *bests);
    for (size_t i = 0; i < set->name_count; i++)
        if (!suggestion_leaves_out(set, set->names[i]))
            try_attribute(set, set->names[i], &bests[i]);
    for (size_t i = 0; i < set->definition->criteria_count; i++)
        try_criterion(set, i, &out->criteria[i], &bests[set->name_count + i]);
    for (size_t i = 0; i < count; i++)
        out->tests += bests[i].tests;
    return keep_certain(set, document, bests, count, out);
}

static void look_at_criteria(const struct suggestion_set *set, struct suggestions *out)
{
    for (size_t i = 0; i < set->definition->criteria_count; i++) {
        out->criteria[i] = suggestion_split_criterion(set, i);
        int64_t unknown = out->criteria[i].unknown.leads;
        out->ask_for[i] = unknown >= SUGGESTION_EACH_MIN &&
                          unknown * 100 >= set->all.leads * SUGGESTION_ASK_PERCENT;
    }
}

static int compare_left_out(const void *a, const void *b)
{
    const struct suggestion_left_out *left = a, *right = b;

    return strcmp(left->name, right->name);
}

/* What sales reported may be its answer in other words, such as why it lost the lead: it would look
 * like the best criterion of all, and nobody knows it in time. */
static void name_left_out(const struct suggestion_set *set, struct suggestions *out)
{
    for (size_t i = 0; i < set->name_count; i++)
        if (suggestion_leaves_out(set, set->names[i]))
            out->left_out[out->left_out_count++] =
                (struct suggestion_left_out){set->names[i]->name, set->names[i]->excluded};
    if (out->left_out_count > 0)
        qsort(out->left_out, out->left_out_count, sizeof *out->left_out, compare_left_out);
}

enum err suggestion_make(struct suggestion_set *set, const json_t *document,
                         struct suggestions *out)
{
    enum err err = ERR_NONE;

    memset(out, 0, sizeof *out);
    suggestion_set_close(set);
    out->answered = set->answered;
    out->all = set->all;
    out->open = set->open;
    out->immature = set->immature;
    out->mature_days = set->mature_days;
    look_at_criteria(set, out);
    name_left_out(set, out);
    struct scored scored = order_scores(set);
    struct threshold_walk walk = walk_scores(&scored, out);
    out->why_none = too_few(set);
    if (out->why_none == NULL) {
        err = try_all(set, document, out);
        if (err == ERR_NONE)
            err = suggest_threshold(set, document, &scored, &walk, &out->best_f1, out);
        if (err == ERR_NONE)
            err = suggest_threshold(set, document, &scored, &walk, &out->keep, out);
        if (out->count == 0)
            out->why_none = arena_printf(
                set->arena,
                "Of %zu tests none stands out more than chance would have it and would change "
                "verdicts for the better",
                out->tests + walk.tests);
    }
    return err == ERR_NONE && arena_failed(set->arena) ? ERR_OUT_OF_MEMORY : err;
}
