#include "core/evidence/backtest.h"

#include "base/sentence.h"

#include <stdio.h>
#include <string.h>

#define WHY_MAX 160 /* bytes */

struct proportion backtest_precision(const struct backtest_match *match)
{
    return (struct proportion){match->true_positive, match->true_positive + match->false_positive};
}

struct proportion backtest_recall(const struct backtest_match *match)
{
    return (struct proportion){match->true_positive, match->true_positive + match->false_negative};
}

void backtest_init(struct backtest *backtest, const struct definition *definition,
                   const struct definition *against, const struct backtest_period *period,
                   instant now)
{
    memset(backtest, 0, sizeof *backtest);
    backtest->now = now;
    backtest->side.definition = definition;
    backtest->against.definition = against;
    backtest->period = *period;
}

/* ---- adding ---- */

static bool in_period(const struct backtest_period *period, instant at)
{
    return (period->from == INSTANT_NONE || at >= period->from) &&
           (period->to == INSTANT_NONE || at < period->to);
}

static size_t month_index(instant at)
{
    int64_t month = instant_month(at);

    return month < 0 ? 0 : month >= BACKTEST_MONTHS ? BACKTEST_MONTHS - 1 : (size_t)month;
}

static struct backtest_group *group_of(struct backtest_criterion *criterion,
                                       enum criterion_result result)
{
    return result == RESULT_MET     ? &criterion->met
           : result == RESULT_UNMET ? &criterion->unmet
                                    : &criterion->unknown;
}

static void add_criteria(struct backtest_side *side, const struct verdict *verdict,
                         const struct history_answer *answer)
{
    for (size_t i = 0; i < verdict->criteria_count; i++) {
        struct backtest_group *group = group_of(&side->criteria[i], verdict->criteria[i].result);
        group->leads++;
        group->answered += answer->answered;
        for (enum history_target target = 0; answer->answered && target < TARGET_COUNT; target++)
            group->reached[target] += history_reached(answer, target);
    }
}

/* Whether it would have qualified. */
static bool judge(struct backtest_side *side, const struct history_view *view,
                  const struct history_answer *answer, instant now)
{
    struct verdict verdict;

    verdict_evaluate(side->definition, &view->subject, &verdict);
    side->results[verdict.result]++;
    side->months[month_index(view->judged_at)][verdict.result]++;
    add_criteria(side, &verdict, answer);
    bool qualified = verdict.result == VERDICT_QUALIFIED;
    size_t age = history_days(view->judged_at, now);
    for (enum history_target target = 0; answer->answered && target < TARGET_COUNT; target++)
        side->outcomes[target][qualified][history_outcome(answer, target)][age]++;
    return qualified;
}

static void add_answer(struct backtest *backtest, const struct history_view *view,
                       const struct history_answer *answer)
{
    backtest->answered++;
    for (enum history_target target = 0; target < TARGET_COUNT; target++) {
        instant at = history_reached_at(answer, target);
        backtest->reached[target] += history_reached(answer, target);
        if (at != INSTANT_NONE)
            backtest->reached_after[target][history_days(view->judged_at, at)]++;
    }
}

/* The last eight bytes of a UUIDv7 are random: the least of them are a sample that does not depend
 * on the order in which leads come. */
static int compare_for_sample(const struct uuid *a, const struct uuid *b)
{
    int order = memcmp(a->b + 8, b->b + 8, 8);

    return order != 0 ? order : memcmp(a->b, b->b, 8);
}

static void sample_change(struct backtest_change *change, struct uuid lead)
{
    size_t at = change->sampled;

    while (at > 0 && compare_for_sample(&lead, &change->sample[at - 1]) < 0)
        at--;
    if (at == BACKTEST_SAMPLE)
        return;
    if (change->sampled < BACKTEST_SAMPLE)
        change->sampled++;
    memmove(&change->sample[at + 1], &change->sample[at],
            (change->sampled - at - 1) * sizeof *change->sample);
    change->sample[at] = lead;
}

static void add_change(struct backtest_change *change, struct uuid lead)
{
    change->count++;
    sample_change(change, lead);
}

enum err backtest_add(struct backtest *backtest, const struct history_lead *lead,
                      struct arena *arena)
{
    struct history_view view;

    if (!history_view(lead, backtest->side.definition->term, arena, &view))
        return ERR_OUT_OF_MEMORY;
    if (!in_period(&backtest->period, view.judged_at))
        return ERR_NONE;
    backtest->leads++;
    backtest->bases[view.basis]++;
    backtest->undated_touches += (int64_t)view.undated_touches;
    if (lead->answer.answered)
        add_answer(backtest, &view, &lead->answer);
    bool now = judge(&backtest->side, &view, &lead->answer, backtest->now);
    if (backtest->against.definition == NULL)
        return ERR_NONE;
    bool before = judge(&backtest->against, &view, &lead->answer, backtest->now);
    if (now && !before)
        add_change(&backtest->gained, lead->id);
    if (before && !now)
        add_change(&backtest->lost, lead->id);
    return ERR_NONE;
}

/* ---- merging ---- */

/* Every count of the one to that of the other: both are arrays of int64_t of one size. */
static void add_counts(int64_t *counts, const int64_t *others, size_t size)
{
    for (size_t i = 0; i < size / sizeof *counts; i++)
        counts[i] += others[i];
}

static void merge_side(struct backtest_side *side, const struct backtest_side *other)
{
    add_counts(side->results, other->results, sizeof side->results);
    add_counts(side->outcomes[0][0][0], other->outcomes[0][0][0], sizeof side->outcomes);
    add_counts(&side->criteria[0].met.leads, &other->criteria[0].met.leads, sizeof side->criteria);
    add_counts(side->months[0], other->months[0], sizeof side->months);
}

static void merge_change(struct backtest_change *change, const struct backtest_change *other)
{
    change->count += other->count;
    for (size_t i = 0; i < other->sampled; i++)
        sample_change(change, other->sample[i]);
}

void backtest_merge(struct backtest *backtest, const struct backtest *other)
{
    merge_side(&backtest->side, &other->side);
    merge_side(&backtest->against, &other->against);
    backtest->leads += other->leads;
    backtest->answered += other->answered;
    backtest->undated_touches += other->undated_touches;
    add_counts(backtest->bases, other->bases, sizeof backtest->bases);
    add_counts(backtest->reached, other->reached, sizeof backtest->reached);
    add_counts(backtest->reached_after[0], other->reached_after[0], sizeof backtest->reached_after);
    merge_change(&backtest->gained, &other->gained);
    merge_change(&backtest->lost, &other->lost);
}

/* ---- against a target ---- */

struct backtest_match backtest_match(const struct backtest *backtest,
                                     const struct backtest_side *side, enum history_target target)
{
    struct backtest_match match = {.mature_days =
                                       history_mature_days(backtest->reached_after[target])};
    int64_t counted[2][OUTCOME_COUNT] = {{0}};

    for (int qualified = 0; qualified < 2; qualified++) {
        for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
            const int64_t *days = side->outcomes[target][qualified][outcome];
            for (int day = 0; day < HISTORY_DAYS; day++)
                *(day < match.mature_days ? &match.immature : &counted[qualified][outcome]) +=
                    days[day];
        }
    }
    match.true_positive = counted[true][OUTCOME_REACHED];
    match.false_positive = counted[true][OUTCOME_MISSED];
    match.false_negative = counted[false][OUTCOME_REACHED];
    match.true_negative = counted[false][OUTCOME_MISSED];
    match.open = counted[true][OUTCOME_OPEN] + counted[false][OUTCOME_OPEN];
    match.has_contrast = match.true_positive + match.false_negative > 0 &&
                         match.false_positive + match.true_negative > 0;
    return match;
}

/* ---- writing ---- */

static void write_results(const int64_t results[VERDICT_RESULT_COUNT], struct json_out *out)
{
    json_out_member_int(out, "qualified", results[VERDICT_QUALIFIED]);
    json_out_member_int(out, "unclear", results[VERDICT_UNCLEAR]);
    json_out_member_int(out, "not_qualified", results[VERDICT_NOT_QUALIFIED]);
}

/* Why precision and recall would say nothing. */
static void write_why_none(const struct backtest_match *match, struct json_out *out)
{
    int64_t reached = match->true_positive + match->false_negative;
    int64_t missed = match->false_positive + match->true_negative;
    char why[WHY_MAX];

    if (reached + missed == 0)
        snprintf(why, sizeof why, "No answered lead counts for this target yet");
    else if (missed == 0)
        snprintf(why, sizeof why,
                 "All %lld leads that count reached it: there are no others to tell them from",
                 (long long)reached);
    else
        snprintf(why, sizeof why, "None of the %lld leads that count reached it",
                 (long long)missed);
    json_out_member_null(out, "precision");
    json_out_member_null(out, "recall");
    sentence_write(out, "why_none", why);
}

static void write_match(const struct backtest_match *match, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_int(out, "true_positive", match->true_positive);
    json_out_member_int(out, "false_positive", match->false_positive);
    json_out_member_int(out, "false_negative", match->false_negative);
    json_out_member_int(out, "true_negative", match->true_negative);
    json_out_member_int(out, "open", match->open);
    json_out_member_int(out, "immature", match->immature);
    if (match->mature_days < 0)
        json_out_member_null(out, "mature_days");
    else
        json_out_member_int(out, "mature_days", match->mature_days);
    if (match->has_contrast) {
        proportion_member(backtest_precision(match), "precision", out);
        proportion_member(backtest_recall(match), "recall", out);
        json_out_member_null(out, "why_none");
    } else {
        write_why_none(match, out);
    }
    json_out_end_object(out);
}

static void write_group(const char *key, const struct backtest_group *group, struct json_out *out)
{
    json_out_key(out, key);
    json_out_begin_object(out);
    json_out_member_int(out, "leads", group->leads);
    json_out_member_int(out, "answered", group->answered);
    for (enum history_target target = 0; target < TARGET_COUNT; target++)
        proportion_member((struct proportion){group->reached[target], group->answered},
                          history_target_name(target), out);
    json_out_end_object(out);
}

static void write_criteria(const struct backtest_side *side, struct json_out *out)
{
    json_out_key(out, "criteria");
    json_out_begin_array(out);
    for (size_t i = 0; i < side->definition->criteria_count; i++) {
        json_out_begin_object(out);
        json_out_member_text(out, "id", side->definition->criteria[i].id);
        write_group("met", &side->criteria[i].met, out);
        write_group("unmet", &side->criteria[i].unmet, out);
        write_group("unknown", &side->criteria[i].unknown, out);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

static void write_months(const struct backtest_side *side, struct json_out *out)
{
    json_out_key(out, "months");
    json_out_begin_array(out);
    for (int64_t i = 0; i < BACKTEST_MONTHS; i++) {
        const int64_t *results = side->months[i];
        int64_t leads = results[0] + results[1] + results[2];
        char month[INSTANT_TEXT_MAX];
        if (leads == 0)
            continue;
        instant_month_format(i, month);
        json_out_begin_object(out);
        json_out_member_text(out, "month", month);
        json_out_member_int(out, "leads", leads);
        write_results(results, out);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

static void write_side(const struct backtest *backtest, const struct backtest_side *side,
                       struct json_out *out)
{
    json_out_begin_object(out);
    write_results(side->results, out);
    for (enum history_target target = 0; target < TARGET_COUNT; target++) {
        struct backtest_match match = backtest_match(backtest, side, target);
        json_out_key(out, history_target_name(target));
        write_match(&match, out);
    }
    write_criteria(side, out);
    write_months(side, out);
    json_out_end_object(out);
}

static void write_change(const struct backtest_change *change, const char *key,
                         struct json_out *out)
{
    json_out_key(out, key);
    json_out_begin_object(out);
    json_out_member_int(out, "count", change->count);
    json_out_key(out, "sample");
    json_out_begin_array(out);
    for (size_t i = 0; i < change->sampled; i++)
        json_out_uuid(out, change->sample[i]);
    json_out_end_array(out);
    json_out_end_object(out);
}

static void write_judged(const struct backtest *backtest, struct json_out *out)
{
    json_out_key(out, "judged_as_of");
    json_out_begin_object(out);
    for (int basis = 0; basis < HISTORY_BASIS_COUNT; basis++)
        json_out_member_int(out, history_basis_name((enum history_basis)basis),
                            backtest->bases[basis]);
    json_out_end_object(out);
}

static void write_coverage(const struct backtest *backtest, struct json_out *out)
{
    json_out_key(out, "coverage");
    json_out_begin_object(out);
    proportion_member((struct proportion){backtest->answered, backtest->leads}, "answered", out);
    for (int target = 0; target < TARGET_COUNT; target++)
        json_out_member_int(out, history_target_name((enum history_target)target),
                            backtest->reached[target]);
    json_out_member_int(out, "without_outcome", backtest->leads - backtest->answered);
    json_out_end_object(out);
}

void backtest_write(const struct backtest *backtest, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_int(out, "leads", backtest->leads);
    write_judged(backtest, out);
    json_out_member_int(out, "undated_touches", backtest->undated_touches);
    write_coverage(backtest, out);
    json_out_key(out, "result");
    write_side(backtest, &backtest->side, out);
    if (backtest->against.definition != NULL) {
        json_out_key(out, "against");
        write_side(backtest, &backtest->against, out);
        json_out_key(out, "changes");
        json_out_begin_object(out);
        write_change(&backtest->gained, "now_qualified", out);
        write_change(&backtest->lost, "no_longer_qualified", out);
        json_out_end_object(out);
    } else {
        json_out_member_null(out, "against");
        json_out_member_null(out, "changes");
    }
    json_out_end_object(out);
}
