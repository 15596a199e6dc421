#include "core/evidence/backtest.h"

#include <string.h>

struct proportion backtest_precision(const struct backtest_match *match)
{
    return (struct proportion){match->true_positive, match->true_positive + match->false_positive};
}

struct proportion backtest_recall(const struct backtest_match *match)
{
    return (struct proportion){match->true_positive, match->true_positive + match->false_negative};
}

void backtest_init(struct backtest *backtest, const struct definition *definition,
                   const struct definition *against, const struct backtest_period *period)
{
    memset(backtest, 0, sizeof *backtest);
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

static void add_match(struct backtest_match *match, bool qualified, bool reached)
{
    match->true_positive += qualified && reached;
    match->false_positive += qualified && !reached;
    match->false_negative += !qualified && reached;
    match->true_negative += !qualified && !reached;
}

static void add_criteria(struct backtest_side *side, const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->criteria_count; i++) {
        struct backtest_criterion *criterion = &side->criteria[i];
        enum criterion_result result = verdict->criteria[i].result;
        criterion->met += result == RESULT_MET;
        criterion->unmet += result == RESULT_UNMET;
        criterion->unknown += result == RESULT_UNKNOWN;
    }
}

/* Whether it would have qualified. */
static bool judge(struct backtest_side *side, const struct history_view *view,
                  const struct history_answer *answer)
{
    struct verdict verdict;

    verdict_evaluate(side->definition, &view->subject, &verdict);
    side->results[verdict.result]++;
    side->months[month_index(view->judged_at)][verdict.result]++;
    add_criteria(side, &verdict);
    bool qualified = verdict.result == VERDICT_QUALIFIED;
    for (int target = 0; answer->answered && target < TARGET_COUNT; target++)
        add_match(&side->matches[target], qualified,
                  history_reached(answer, (enum history_target)target));
    return qualified;
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

    if (!history_view(lead, arena, &view))
        return ERR_OUT_OF_MEMORY;
    if (!in_period(&backtest->period, view.judged_at))
        return ERR_NONE;
    backtest->leads++;
    backtest->bases[view.basis]++;
    backtest->answered += lead->answer.answered;
    for (int target = 0; lead->answer.answered && target < TARGET_COUNT; target++)
        backtest->reached[target] += history_reached(&lead->answer, (enum history_target)target);
    bool now = judge(&backtest->side, &view, &lead->answer);
    if (backtest->against.definition == NULL)
        return ERR_NONE;
    bool before = judge(&backtest->against, &view, &lead->answer);
    if (now && !before)
        add_change(&backtest->gained, lead->id);
    if (before && !now)
        add_change(&backtest->lost, lead->id);
    return ERR_NONE;
}

/* ---- merging ---- */

static void merge_match(struct backtest_match *match, const struct backtest_match *other)
{
    match->true_positive += other->true_positive;
    match->false_positive += other->false_positive;
    match->false_negative += other->false_negative;
    match->true_negative += other->true_negative;
}

static void merge_side(struct backtest_side *side, const struct backtest_side *other)
{
    for (int result = 0; result < VERDICT_RESULT_COUNT; result++)
        side->results[result] += other->results[result];
    for (int target = 0; target < TARGET_COUNT; target++)
        merge_match(&side->matches[target], &other->matches[target]);
    for (int i = 0; i < CRITERIA_MAX; i++) {
        side->criteria[i].met += other->criteria[i].met;
        side->criteria[i].unmet += other->criteria[i].unmet;
        side->criteria[i].unknown += other->criteria[i].unknown;
    }
    for (int month = 0; month < BACKTEST_MONTHS; month++)
        for (int result = 0; result < VERDICT_RESULT_COUNT; result++)
            side->months[month][result] += other->months[month][result];
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
    for (int basis = 0; basis < HISTORY_BASIS_COUNT; basis++)
        backtest->bases[basis] += other->bases[basis];
    backtest->answered += other->answered;
    for (int target = 0; target < TARGET_COUNT; target++)
        backtest->reached[target] += other->reached[target];
    merge_change(&backtest->gained, &other->gained);
    merge_change(&backtest->lost, &other->lost);
}

/* ---- writing ---- */

static void write_results(const int64_t results[VERDICT_RESULT_COUNT], struct json_out *out)
{
    json_out_member_int(out, "qualified", results[VERDICT_QUALIFIED]);
    json_out_member_int(out, "unclear", results[VERDICT_UNCLEAR]);
    json_out_member_int(out, "not_qualified", results[VERDICT_NOT_QUALIFIED]);
}

static void write_match(const struct backtest_match *match, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_int(out, "true_positive", match->true_positive);
    json_out_member_int(out, "false_positive", match->false_positive);
    json_out_member_int(out, "false_negative", match->false_negative);
    json_out_member_int(out, "true_negative", match->true_negative);
    proportion_member(backtest_precision(match), "precision", out);
    proportion_member(backtest_recall(match), "recall", out);
    json_out_end_object(out);
}

static void write_criteria(const struct backtest_side *side, struct json_out *out)
{
    json_out_key(out, "criteria");
    json_out_begin_array(out);
    for (size_t i = 0; i < side->definition->criteria_count; i++) {
        json_out_begin_object(out);
        json_out_member_text(out, "id", side->definition->criteria[i].id);
        json_out_member_int(out, "met", side->criteria[i].met);
        json_out_member_int(out, "unmet", side->criteria[i].unmet);
        json_out_member_int(out, "unknown", side->criteria[i].unknown);
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

static void write_side(const struct backtest_side *side, struct json_out *out)
{
    json_out_begin_object(out);
    write_results(side->results, out);
    for (int target = 0; target < TARGET_COUNT; target++) {
        json_out_key(out, history_target_name((enum history_target)target));
        write_match(&side->matches[target], out);
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
    write_coverage(backtest, out);
    json_out_key(out, "result");
    write_side(&backtest->side, out);
    if (backtest->against.definition != NULL) {
        json_out_key(out, "against");
        write_side(&backtest->against, out);
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
