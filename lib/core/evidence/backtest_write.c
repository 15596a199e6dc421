#include "core/evidence/backtest.h"

#include "base/sentence.h"
#include "core/evidence/mcnemar.h"

#include <math.h>
#include <stdio.h>

#define WHY_MAX 160     /* bytes */
#define P_SHOWN 10000.0 /* four decimals, rounded up so that none looks impossible */

/* What is written of one back-test. */
struct writing {
    const struct backtest *backtest;
    struct backtest_match matches[TARGET_COUNT]; /* of the definition that is tested */
    struct backtest_outcomes outcomes[TARGET_COUNT];
};

static void add_outcomes(struct outcome_counts *sum, const struct outcome_counts *one)
{
    sum->reached += one->reached;
    sum->missed += one->missed;
    sum->open += one->open;
    sum->immature += one->immature;
}

/* ---- one side ---- */

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

/* One decimal: nobody counts tenths of a lead more exactly. */
static void write_rate(const char *key, double number, struct json_out *out)
{
    json_out_key(out, key);
    json_out_real(out, round(number * 10) / 10);
}

static void write_side(const struct backtest *backtest, const struct backtest_side *side,
                       struct json_out *out)
{
    json_out_begin_object(out);
    write_results(side->results, out);
    write_rate("per_week", (double)side->results[VERDICT_QUALIFIED] / backtest_weeks(backtest),
               out);
    for (enum history_target target = 0; target < TARGET_COUNT; target++) {
        struct backtest_match match = backtest_match(backtest, side, target);
        json_out_key(out, history_target_name(target));
        write_match(&match, out);
    }
    write_criteria(side, out);
    write_months(side, out);
    json_out_end_object(out);
}

/* ---- scores ---- */

/* What has been counted at this total and above it. */
struct at_least {
    int64_t leads;
    struct outcome_counts outcomes[TARGET_COUNT];
};

static void write_share(const char *key, int64_t count, int64_t of, struct json_out *out)
{
    if (of == 0)
        json_out_member_null(out, key);
    else
        proportion_rate_member((struct proportion){count, of}, key, out);
}

static void write_total(const struct writing *writing, int step, const struct at_least *above,
                        struct json_out *out)
{
    const struct backtest *backtest = writing->backtest;

    json_out_begin_object(out);
    json_out_member_int(out, "total", score_scale_total(&backtest->scale, step));
    json_out_member_int(out, "leads", backtest->by_score[step]);
    json_out_member_int(out, "qualified", above->leads);
    write_rate("per_week", (double)above->leads / backtest_weeks(backtest), out);
    for (enum history_target target = 0; target < TARGET_COUNT; target++) {
        const struct backtest_match *match = &writing->matches[target];
        const struct proportion share = outcome_share(&above->outcomes[target]);
        json_out_key(out, history_target_name(target));
        json_out_begin_object(out);
        json_out_member_int(out, "reached", share.count);
        json_out_member_int(out, "of", share.of);
        write_share("precision", share.count, match->has_contrast ? share.of : 0, out);
        write_share("recall", share.count,
                    match->has_contrast ? match->true_positive + match->false_negative : 0, out);
        json_out_end_object(out);
    }
    json_out_end_object(out);
}

/* From the highest total down, since each lets in all above it. */
static void write_scores(const struct writing *writing, struct json_out *out)
{
    const struct backtest *backtest = writing->backtest;
    const struct definition *definition = backtest->side.definition;
    struct at_least above = {0};

    json_out_key(out, "scores");
    json_out_begin_object(out);
    json_out_member_int(out, "step", backtest->scale.step);
    if (definition->has_threshold[THRESHOLD_TOTAL])
        json_out_member_int(out, "threshold", definition->thresholds[THRESHOLD_TOTAL]);
    else
        json_out_member_null(out, "threshold");
    json_out_key(out, "totals");
    json_out_begin_array(out);
    for (int step = backtest->scale.count - 1; step >= 0; step--) {
        if (backtest->by_score[step] == 0)
            continue;
        above.leads += backtest->by_score[step];
        for (int target = 0; target < TARGET_COUNT; target++)
            add_outcomes(&above.outcomes[target], &writing->outcomes[target].scores[step]);
        write_total(writing, step, &above, out);
    }
    json_out_end_array(out);
    json_out_end_object(out);
}

/* ---- movers ---- */

static void write_shares(const struct outcome_counts outcomes[TARGET_COUNT], struct json_out *out)
{
    for (enum history_target target = 0; target < TARGET_COUNT; target++)
        proportion_member(outcome_share(&outcomes[target]), history_target_name(target), out);
}

static void write_cause(const struct writing *writing, enum mover_way way, int cause,
                        struct json_out *out)
{
    const struct backtest *backtest = writing->backtest;
    const struct backtest_change *change = &backtest->changes[way];
    const struct definition *ours = backtest->side.definition;
    const struct definition *theirs = backtest->against.definition;
    struct outcome_counts outcomes[TARGET_COUNT];
    const char *criterion, *threshold;

    if (way == MOVER_IN)
        mover_cause_name(cause, theirs, ours, &criterion, &threshold);
    else
        mover_cause_name(cause, ours, theirs, &criterion, &threshold);
    for (int target = 0; target < TARGET_COUNT; target++)
        outcomes[target] = writing->outcomes[target].movers[way][cause];
    json_out_begin_object(out);
    json_out_member_text(out, "criterion", criterion);
    json_out_member_text(out, "threshold", threshold);
    json_out_member_int(out, "leads", change->by_cause[cause]);
    json_out_member_int(out, "alone", change->alone[cause]);
    json_out_member_int(out, "listed", change->kept[cause]);
    write_shares(outcomes, out);
    json_out_end_object(out);
}

/* All causes of one way together. */
static struct outcome_counts sum_movers(const struct writing *writing, enum mover_way way,
                                        enum history_target target)
{
    struct outcome_counts sum = {0};

    for (int cause = 0; cause < MOVER_CAUSES; cause++)
        add_outcomes(&sum, &writing->outcomes[target].movers[way][cause]);
    return sum;
}

static void write_sample(const struct mover_list *movers, struct json_out *out)
{
    struct uuid sample[BACKTEST_SAMPLE];
    size_t count = mover_list_sample(movers, sample, BACKTEST_SAMPLE);

    json_out_key(out, "sample");
    json_out_begin_array(out);
    for (size_t i = 0; i < count; i++)
        json_out_uuid(out, sample[i]);
    json_out_end_array(out);
}

static void write_change(const struct writing *writing, enum mover_way way, const char *key,
                         struct json_out *out)
{
    const struct backtest_change *change = &writing->backtest->changes[way];
    struct outcome_counts outcomes[TARGET_COUNT];

    for (int target = 0; target < TARGET_COUNT; target++)
        outcomes[target] = sum_movers(writing, way, (enum history_target)target);
    json_out_key(out, key);
    json_out_begin_object(out);
    json_out_member_int(out, "count", change->count);
    write_shares(outcomes, out);
    json_out_key(out, "by");
    json_out_begin_array(out);
    for (int i = 0; i < change->cause_count; i++)
        write_cause(writing, way, change->causes[i], out);
    json_out_end_array(out);
    write_sample(&change->movers, out);
    json_out_end_object(out);
}

/* Right where the old one was wrong: who came in and reached it, and who went out and did not.
 * Where all reached it, or none, the counts say only which of the two lets in more. */
static void write_paired(const struct writing *writing, struct json_out *out)
{
    json_out_key(out, "paired");
    json_out_begin_object(out);
    for (enum history_target target = 0; target < TARGET_COUNT; target++) {
        struct outcome_counts in = sum_movers(writing, MOVER_IN, target);
        struct outcome_counts gone = sum_movers(writing, MOVER_OUT, target);
        int64_t better = in.reached + gone.missed, worse = in.missed + gone.reached;
        json_out_key(out, history_target_name(target));
        json_out_begin_object(out);
        json_out_member_int(out, "better", better);
        json_out_member_int(out, "worse", worse);
        if (writing->matches[target].has_contrast) {
            json_out_key(out, "p");
            json_out_real(out, ceil(mcnemar_test(better, worse) * P_SHOWN) / P_SHOWN);
        } else {
            json_out_member_null(out, "p");
        }
        json_out_end_object(out);
    }
    json_out_end_object(out);
}

static void write_changes(const struct writing *writing, struct json_out *out)
{
    json_out_key(out, "changes");
    json_out_begin_object(out);
    write_change(writing, MOVER_IN, "now_qualified", out);
    write_change(writing, MOVER_OUT, "no_longer_qualified", out);
    write_paired(writing, out);
    json_out_end_object(out);
}

/* ---- the whole ---- */

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

/* What the leads that count came to by themselves, whatever a definition says. */
static void write_base(const struct writing *writing, struct json_out *out)
{
    json_out_key(out, "base");
    json_out_begin_object(out);
    for (enum history_target target = 0; target < TARGET_COUNT; target++) {
        const struct backtest_match *match = &writing->matches[target];
        int64_t reached = match->true_positive + match->false_negative;
        proportion_member(
            (struct proportion){reached, reached + match->false_positive + match->true_negative},
            history_target_name(target), out);
    }
    json_out_end_object(out);
}

static void write_volume(const struct backtest *backtest, struct json_out *out)
{
    json_out_key(out, "volume");
    json_out_begin_object(out);
    write_rate("weeks", backtest_weeks(backtest), out);
    write_rate("leads_per_week", (double)backtest->leads / backtest_weeks(backtest), out);
    if (backtest->asked.capacity_per_week < 0)
        json_out_member_null(out, "capacity_per_week");
    else
        json_out_member_int(out, "capacity_per_week", backtest->asked.capacity_per_week);
    json_out_end_object(out);
}

enum err backtest_write(const struct backtest *backtest, struct json_out *out)
{
    struct writing *writing = ARENA_NEW(backtest->arena, struct writing);

    if (writing == NULL)
        return ERR_OUT_OF_MEMORY;
    writing->backtest = backtest;
    for (enum history_target target = 0; target < TARGET_COUNT; target++) {
        writing->matches[target] = backtest_match(backtest, &backtest->side, target);
        backtest_outcomes(backtest, target, &writing->outcomes[target]);
    }
    json_out_begin_object(out);
    json_out_member_int(out, "leads", backtest->leads);
    write_judged(backtest, out);
    json_out_member_int(out, "undated_touches", backtest->undated_touches);
    write_coverage(backtest, out);
    write_base(writing, out);
    write_volume(backtest, out);
    json_out_key(out, "result");
    write_side(backtest, &backtest->side, out);
    write_scores(writing, out);
    if (backtest->against.definition != NULL) {
        json_out_key(out, "against");
        write_side(backtest, &backtest->against, out);
        write_changes(writing, out);
    } else {
        json_out_member_null(out, "against");
        json_out_member_null(out, "changes");
    }
    json_out_end_object(out);
    return arena_failed(backtest->arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
}
