#include "core/attribution/rollup_reports.h"

#include <stdlib.h>
#include <string.h>

/* The words of a first touch that reports know. */
static const enum attribution_cut words[] = {CUT_SOURCE, CUT_MEDIUM, CUT_CAMPAIGN, CUT_CHANNEL,
                                             CUT_CONTENT};
#define WORD_COUNT (sizeof words / sizeof *words)
#define CUTS_MAX   (WORD_COUNT + 4)

int rollup_report_cut(const char *dimension)
{
    static const struct {
        const char *name;
        int cut;
    } others[] = {{"motion", ROLLUP_CUT_MOTION},
                  {"function", ROLLUP_CUT_FUNCTION},
                  {"team", ROLLUP_CUT_TEAM}};

    for (size_t i = 0; i < WORD_COUNT; i++)
        if (strcmp(dimension, attribution_cut_name(words[i])) == 0)
            return rollup_cut(&words[i], 1);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(dimension, others[i].name) == 0)
            return others[i].cut;
    return -1;
}

struct counting {
    struct rollup_sums *sums;
    const struct rollup_lead *lead;
    int times;
    int cuts[CUTS_MAX];
    int64_t values[CUTS_MAX];
    size_t cut_count;
};

static void cut_by(struct counting *it, int cut, int64_t value)
{
    it->cuts[it->cut_count] = cut;
    it->values[it->cut_count++] = value;
}

static void take_cuts(struct counting *it)
{
    const struct rollup_lead *lead = it->lead;

    cut_by(it, ROLLUP_UNCUT, 0);
    for (size_t i = 0; i < WORD_COUNT; i++)
        cut_by(it, rollup_cut(&words[i], 1),
               lead->count == 0 ? 0 : lead->touches[0].values[words[i]]);
    cut_by(it, ROLLUP_CUT_MOTION, lead->origin);
    cut_by(it, ROLLUP_CUT_FUNCTION, lead->found_by);
    cut_by(it, ROLLUP_CUT_TEAM, lead->owner);
}

static void add(const struct counting *it, enum rollup_table table, const struct rollup_key *key)
{
    struct rollup_sum *sum = rollup_sums_find(it->sums, table, key);

    if (sum != NULL)
        rollup_sums_increase(it->sums, &sum->numbers[0], it->times);
}

static struct rollup_key key_of(int what, instant at)
{
    return (struct rollup_key){.setup = ROLLUP_REPORTS_SETUP,
                               .version = 1,
                               .what = what,
                               .cut = ROLLUP_UNCUT,
                               .day = (int32_t)instant_day(at)};
}

/* By every cut. */
static void add_all(const struct counting *it, enum rollup_table table, int what, instant at,
                    int64_t second)
{
    struct rollup_key key = key_of(what, at);

    key.values[1] = second;
    for (size_t i = 0; i < it->cut_count; i++) {
        key.cut = it->cuts[i];
        key.values[0] = it->values[i];
        add(it, table, &key);
    }
}

/* Of the clock, rounded half up; none where the later milestone came first. */
static int64_t minutes_between(instant from, instant to)
{
    return to < from ? 0 : (to - from + 30 * INSTANT_SECOND) / (60 * INSTANT_SECOND);
}

/* A milestone, and the step that leads to it, on either basis. */
static void add_milestone(const struct counting *it, enum milestone milestone)
{
    const struct rollup_lead *lead = it->lead;
    instant at = lead->reached[milestone];
    instant from = milestone == 0 ? lead->first_at : lead->reached[milestone - 1];
    const int what[] = {ROLLUP_COHORT(0), ROLLUP_FLOW(0)};
    const instant days[] = {lead->first_at, at};

    for (int basis = 0; at != INSTANT_NONE && basis < 2; basis++) {
        int step = what[basis] + REPORTED_STEP + (int)milestone;
        add_all(it, ROLLUP_COUNTS, what[basis] + REPORTED_REACHED + (int)milestone, days[basis], 0);
        if (from == INSTANT_NONE)
            continue;
        add_all(it, ROLLUP_COUNTS, step, days[basis], 0);
        add_all(it, ROLLUP_SPREADS, step, days[basis], minutes_between(from, at));
    }
}

static int by_time(const void *a, const void *b)
{
    const instant *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

/* Each event is a lead of its day, less the pairs. */
static void add_flow_leads(const struct counting *it)
{
    instant events[MILESTONE_COUNT + 1] = {it->lead->first_at};
    size_t count = 1;

    for (int i = 0; i < MILESTONE_COUNT; i++)
        if (it->lead->reached[i] != INSTANT_NONE)
            events[count++] = it->lead->reached[i];
    qsort(events, count, sizeof *events, by_time);
    for (size_t i = 0; i < count; i++) {
        add_all(it, ROLLUP_COUNTS, ROLLUP_FLOW(REPORTED_LEADS), events[i], 0);
        if (i > 0)
            add_all(it, ROLLUP_COUNTS, ROLLUP_FLOW(REPORTED_PAIRS), events[i],
                    instant_day(events[i - 1]));
    }
}

static void add_alone(const struct counting *it, int reported, instant at, int64_t value)
{
    struct rollup_key key = key_of(ROLLUP_OTHER(reported), at);

    key.values[0] = value;
    add(it, ROLLUP_COUNTS, &key);
}

static bool is_ready(const struct rollup_lead *lead)
{
    for (int i = 0; i < MILESTONE_COUNT; i++)
        if (lead->reached[i] != INSTANT_NONE)
            return true;
    return false;
}

void rollup_reports_add(struct rollup_sums *sums, const struct rollup_lead *lead, int times)
{
    struct counting it = {.sums = sums, .lead = lead, .times = times};

    take_cuts(&it);
    add_all(&it, ROLLUP_COUNTS, ROLLUP_COHORT(REPORTED_LEADS), lead->first_at, 0);
    add_all(&it, ROLLUP_COUNTS, ROLLUP_COHORT(REPORTED_BEGUN), lead->first_at, 0);
    add_all(&it, ROLLUP_COUNTS, ROLLUP_FLOW(REPORTED_BEGUN), lead->first_at, 0);
    add_flow_leads(&it);
    for (int i = 0; i < MILESTONE_COUNT; i++)
        add_milestone(&it, (enum milestone)i);
    add_alone(&it, REPORTED_CAPTURED, lead->created_at, 0);
    if (!is_ready(lead))
        add_alone(&it, REPORTED_NOT_READY, lead->created_at, 0);
    if (lead->standing != 0)
        add_alone(&it, REPORTED_STANDING, lead->first_at, lead->standing);
    if (lead->claimed)
        add_alone(&it, REPORTED_CLAIMED, lead->first_at, 0);
}
