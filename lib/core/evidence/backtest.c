#include "core/evidence/backtest.h"

#include <stdlib.h>
#include <string.h>

/* Cells of the tally: scores first, then movers by way and cause. */
#define CELL_MOVERS SCORE_STEPS_MAX
#define CELLS       (CELL_MOVERS + MOVER_WAY_COUNT * MOVER_CAUSES)

_Static_assert(CELLS <= OUTCOME_CELLS_MAX, "the tally has room");

struct proportion backtest_precision(const struct backtest_match *match)
{
    return (struct proportion){match->true_positive, match->true_positive + match->false_positive};
}

struct proportion backtest_recall(const struct backtest_match *match)
{
    return (struct proportion){match->true_positive, match->true_positive + match->false_negative};
}

void backtest_init(struct backtest *backtest, const struct backtest_asked *asked,
                   struct arena *arena)
{
    memset(backtest, 0, sizeof *backtest);
    backtest->asked = *asked;
    backtest->arena = arena;
    backtest->side.definition = asked->definition;
    backtest->against.definition = asked->against;
    backtest->first = backtest->last = INSTANT_NONE;
    score_scale_init(&backtest->scale, asked->definition);
    outcome_tally_init(&backtest->tally, arena);
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

static void judge(struct backtest_side *side, const struct history_view *view,
                  const struct history_answer *answer, size_t age, struct verdict *verdict)
{
    verdict_evaluate(side->definition, &view->subject, verdict);
    side->results[verdict->result]++;
    side->months[month_index(view->judged_at)][verdict->result]++;
    add_criteria(side, verdict, answer);
    bool qualified = verdict->result == VERDICT_QUALIFIED;
    for (enum history_target target = 0; answer->answered && target < TARGET_COUNT; target++)
        side->outcomes[target][qualified][history_outcome(answer, target)][age]++;
}

/* What a total would let in is everybody of whom nothing else stands in the way. */
static void add_score(struct backtest *backtest, const struct verdict *verdict,
                      const struct history_answer *answer, size_t age)
{
    if (!verdict_total_decides(backtest->side.definition, verdict))
        return;
    int step = score_scale_step(&backtest->scale, verdict->score);
    backtest->by_score[step]++;
    if (answer->answered)
        outcome_tally_add(&backtest->tally, (unsigned)step, answer, age);
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

static unsigned mover_cell(enum mover_way way, int cause)
{
    return CELL_MOVERS + (unsigned)way * MOVER_CAUSES + (unsigned)cause;
}

static void add_mover(struct backtest *backtest, enum mover_way way,
                      const struct history_lead *lead, struct mover *mover, size_t age)
{
    struct backtest_change *change = &backtest->changes[way];

    change->count++;
    change->by_cause[mover->cause]++;
    change->alone[mover->cause] += mover->alone;
    mover->lead = lead->id;
    mover->answered = lead->answer.answered;
    for (enum history_target target = 0; target < TARGET_COUNT; target++)
        mover->outcomes[target] = (uint8_t)history_outcome(&lead->answer, target);
    if (mover->answered)
        outcome_tally_add(&backtest->tally, mover_cell(way, mover->cause), &lead->answer, age);
    mover_list_add(&change->movers, mover, backtest->arena);
}

static void compare(struct backtest *backtest, const struct history_lead *lead,
                    const struct history_view *view, const struct verdict *now, size_t age)
{
    const struct definition *ours = backtest->side.definition;
    const struct definition *theirs = backtest->against.definition;
    struct verdict before;

    judge(&backtest->against, view, &lead->answer, age, &before);
    bool is_in = now->result == VERDICT_QUALIFIED, was_in = before.result == VERDICT_QUALIFIED;
    if (is_in == was_in)
        return;
    struct mover_cause cause =
        is_in ? mover_cause(theirs, &before, ours, now) : mover_cause(ours, now, theirs, &before);
    struct mover mover = {
        .judged_at = view->judged_at,
        .score = now->score,
        .score_against = before.score,
        .cause = (uint8_t)cause.cause,
        .alone = cause.alone,
    };
    add_mover(backtest, is_in ? MOVER_IN : MOVER_OUT, lead, &mover, age);
}

static void note_moment(struct backtest *backtest, instant at)
{
    if (backtest->first == INSTANT_NONE || at < backtest->first)
        backtest->first = at;
    if (backtest->last == INSTANT_NONE || at > backtest->last)
        backtest->last = at;
}

enum err backtest_add(struct backtest *backtest, const struct history_lead *lead,
                      struct arena *arena)
{
    struct history_view view;
    struct verdict verdict;

    if (!history_view(lead, backtest->side.definition->term, arena, &view))
        return ERR_OUT_OF_MEMORY;
    if (!in_period(&backtest->asked.period, view.judged_at))
        return ERR_NONE;
    size_t age = history_days(view.judged_at, backtest->asked.now);
    backtest->leads++;
    backtest->bases[view.basis]++;
    backtest->undated_touches += (int64_t)view.undated_touches;
    note_moment(backtest, view.judged_at);
    if (lead->answer.answered)
        add_answer(backtest, &view, &lead->answer);
    judge(&backtest->side, &view, &lead->answer, age, &verdict);
    add_score(backtest, &verdict, &lead->answer, age);
    if (backtest->against.definition != NULL)
        compare(backtest, lead, &view, &verdict, age);
    return arena_failed(backtest->arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
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

static void merge_change(struct backtest_change *change, const struct backtest_change *other,
                         struct arena *arena)
{
    change->count += other->count;
    add_counts(change->by_cause, other->by_cause, sizeof change->by_cause);
    add_counts(change->alone, other->alone, sizeof change->alone);
    mover_list_merge(&change->movers, &other->movers, arena);
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
    add_counts(backtest->by_score, other->by_score, sizeof backtest->by_score);
    outcome_tally_merge(&backtest->tally, &other->tally);
    for (int way = 0; way < MOVER_WAY_COUNT; way++)
        merge_change(&backtest->changes[way], &other->changes[way], backtest->arena);
    if (other->leads > 0) {
        note_moment(backtest, other->first);
        note_moment(backtest, other->last);
    }
}

/* ---- closing ---- */

static int compare_causes(const void *a, const void *b, void *context)
{
    const int *left = a, *right = b;
    const int64_t *by_cause = context;

    if (by_cause[*left] != by_cause[*right])
        return by_cause[*left] > by_cause[*right] ? -1 : 1;
    return *left - *right;
}

static void close_change(struct backtest_change *change)
{
    uint8_t ranks[MOVER_CAUSES] = {0};

    for (int cause = 0; cause < MOVER_CAUSES; cause++)
        if (change->by_cause[cause] > 0)
            change->causes[change->cause_count++] = cause;
    qsort_r(change->causes, (size_t)change->cause_count, sizeof *change->causes, compare_causes,
            change->by_cause);
    for (int i = 0; i < change->cause_count; i++)
        ranks[change->causes[i]] = (uint8_t)i;
    for (size_t i = 0; i < change->movers.count; i++)
        change->kept[change->movers.items[i].cause]++;
    mover_list_sort(&change->movers, ranks);
}

void backtest_close(struct backtest *backtest)
{
    for (int way = 0; way < MOVER_WAY_COUNT; way++)
        close_change(&backtest->changes[way]);
}

const uint8_t *backtest_movers(const struct backtest *backtest, struct arena *arena, size_t *len)
{
    size_t count = 0;

    for (int way = 0; way < MOVER_WAY_COUNT; way++)
        count += backtest->changes[way].movers.count;
    *len = count * MOVER_BYTES;
    uint8_t *bytes = count == 0 ? NULL : arena_alloc(arena, *len);
    uint8_t *at = bytes;
    for (int way = 0; bytes != NULL && way < MOVER_WAY_COUNT; way++) {
        const struct mover_list *movers = &backtest->changes[way].movers;
        for (size_t i = 0; i < movers->count; i++, at += MOVER_BYTES)
            mover_encode(&movers->items[i], at);
    }
    return bytes;
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

void backtest_outcomes(const struct backtest *backtest, enum history_target target,
                       struct backtest_outcomes *out)
{
    struct outcome_counts cells[CELLS] = {{0}};

    outcome_tally_count(&backtest->tally, target,
                        history_mature_days(backtest->reached_after[target]), cells, CELLS);
    memcpy(out->scores, cells, sizeof out->scores);
    memcpy(out->movers, cells + CELL_MOVERS, sizeof out->movers);
}

double backtest_weeks(const struct backtest *backtest)
{
    double weeks = (double)(backtest->last - backtest->first) / (7.0 * INSTANT_DAY);

    return weeks < 1 ? 1 : weeks;
}
