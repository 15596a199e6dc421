#include "explain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct search {
    const struct play *play;
    struct model *models; /* by depth */
    bool *taken;          /* by deed */
    size_t *order;        /* of all deeds by the end, those never answered last */
    size_t *prefer;       /* in which order they are tried */
    long tries;
    size_t best; /* how far it came */
    bool too_much;
    char *why;
    size_t why_len;
};

/* ---- why not ---- */

static void say(struct search *search, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct search *search, const char *format, ...)
{
    size_t room = EXPLAIN_WHY_MAX - search->why_len;
    va_list args;

    va_start(args, format);
    int len = vsnprintf(search->why + search->why_len, room, format, args);
    va_end(args);
    search->why_len += (size_t)len < room ? (size_t)len : room - 1;
}

/* Only what was found furthest on is worth reading. */
static bool is_worth_saying(struct search *search, size_t depth)
{
    if (depth < search->best)
        return false;
    if (depth > search->best)
        search->why[search->why_len = 0] = '\0';
    search->best = depth;
    return search->why_len + 256 < EXPLAIN_WHY_MAX;
}

static void say_not(struct search *search, size_t depth, size_t at, const char *why)
{
    const struct deed *deed = &search->play->deeds[at];

    if (!is_worth_saying(search, depth) || strstr(search->why, why) != NULL)
        return;
    say(search, "after %zu steps, step %zu (%s by %s): %s\n", depth, at + 1,
        act_name(deed->step.act), who_name(deed->step.who), why);
}

/* ---- the ledger ---- */

static const struct play_trail *trail_of(const struct play *play, struct uuid lead)
{
    for (int i = 0; i < play->trail_count; i++)
        if (uuid_equal(play->trails[i].lead, lead))
            return &play->trails[i];
    return NULL;
}

static const char *actor_name(int actor)
{
    return actor == MODEL_SYSTEM ? "the system" : who_name((enum who)actor);
}

static bool is_told(const struct model_lead *lead, const struct play_trail *trail,
                    char why[MODEL_WHY_MAX])
{
    if (trail == NULL) {
        snprintf(why, MODEL_WHY_MAX, "ledger: a lead is not there");
        return false;
    }
    for (int i = 0; i < lead->trail_count; i++) {
        if (i < trail->count && lead->trail[i] == trail->kinds[i] &&
            lead->trail_actors[i] == trail->actors[i])
            continue;
        int len = snprintf(why, MODEL_WHY_MAX, "ledger: entry %d of the lead: wanted kind %d by %s",
                           i + 1, lead->trail[i], actor_name(lead->trail_actors[i]));
        if (i < trail->count)
            snprintf(why + len, MODEL_WHY_MAX - (size_t)len, ", got kind %d by %s", trail->kinds[i],
                     actor_name(trail->actors[i]));
        else
            snprintf(why + len, MODEL_WHY_MAX - (size_t)len, ", got none");
        return false;
    }
    return true;
}

/* Whether the ledger goes on as this step says. */
static bool ledger_agrees(const struct search *search, const struct model *before,
                          const struct model *after, char why[MODEL_WHY_MAX])
{
    for (int i = 0; i < after->lead_count; i++) {
        bool is_new = i >= before->lead_count;
        if (!is_new && before->leads[i].trail_count == after->leads[i].trail_count)
            continue;
        if (uuid_is_nil(after->leads[i].id))
            continue; /* nobody heard of it */
        if (!is_told(&after->leads[i], trail_of(search->play, after->leads[i].id), why))
            return false;
    }
    return true;
}

/* At the end: nothing more in the ledger, no more leads, handoffs and touches. */
static bool all_is_told(const struct search *search, const struct model *model,
                        char why[MODEL_WHY_MAX])
{
    const struct play *play = search->play;

    if (model->lead_count != play->trail_count || model->handoff_count != play->handoff_count) {
        snprintf(why, MODEL_WHY_MAX, "there are %d leads and %lld handoffs, wanted %d and %d",
                 play->trail_count, play->handoff_count, model->lead_count, model->handoff_count);
        return false;
    }
    for (int i = 0; i < model->lead_count; i++) {
        const struct model_lead *lead = &model->leads[i];
        const struct play_trail *trail = trail_of(play, lead->id);
        if (trail == NULL)
            continue; /* known by nobody; counted above */
        if (trail->count != lead->trail_count) {
            snprintf(why, MODEL_WHY_MAX,
                     "ledger: lead number %d has %d entries, the next of kind %d; wanted %d", i,
                     trail->count,
                     trail->count > lead->trail_count ? trail->kinds[lead->trail_count] : 0,
                     lead->trail_count);
            return false;
        }
        if (trail->touch_count != lead->touch_count || trail->touches != lead->touch_count) {
            snprintf(why, MODEL_WHY_MAX, "touches: lead number %d says %d and has %d, wanted %d", i,
                     trail->touch_count, trail->touches, lead->touch_count);
            return false;
        }
    }
    return true;
}

/* ---- the search ---- */

/* What is done from here on was sent before this: the first end of what is not taken yet. */
static long first_end(const struct search *search)
{
    const struct play *play = search->play;

    for (size_t i = 0; i < play->count; i++) {
        const struct deed *deed = &play->deeds[search->order[i]];
        if (!search->taken[search->order[i]] && deed->answered)
            return deed->end;
    }
    return -1;
}

static bool go_on(struct search *search, size_t depth);

static bool step_agrees(const struct search *search, const struct model *before,
                        struct model *after, const struct deed *deed, char why[MODEL_WHY_MAX])
{
    struct reply wanted;

    model_apply(after, deed, &wanted);
    return !after->full && (!deed->answered || model_matches(after, &wanted, &deed->heard, why)) &&
           ledger_agrees(search, before, after, why);
}

/* The time at which a step was committed is that of the first entry that it left: the step is
 * then to be done again. False when it left none. */
static bool know_time(const struct search *search, const struct model *before, struct model *after)
{
    for (int i = 0; i < after->lead_count; i++) {
        int old = i < before->lead_count ? before->leads[i].trail_count : 0;
        const struct play_trail *trail = trail_of(search->play, after->leads[i].id);
        if (after->leads[i].trail_count == old || trail == NULL || trail->count <= old)
            continue;
        *after = *before;
        after->now = trail->times[old];
        after->now_is_known = true;
        return true;
    }
    return false;
}

static bool try_deed(struct search *search, size_t depth, size_t at)
{
    const struct deed *deed = &search->play->deeds[at];
    struct model *before = &search->models[depth], *after = before + 1;
    char why[MODEL_WHY_MAX] = "";

    search->tries++;
    *after = *before;
    bool agrees = step_agrees(search, before, after, deed, why);
    if (agrees && !before->strict && know_time(search, before, after))
        agrees = step_agrees(search, before, after, deed, why);
    if (after->full) {
        search->too_much = true;
        return false;
    }
    if (!agrees) {
        say_not(search, depth, at, why);
        return false;
    }
    search->taken[at] = true;
    bool found = go_on(search, depth + 1);
    search->taken[at] = false;
    return found;
}

static bool go_on(struct search *search, size_t depth)
{
    const struct play *play = search->play;
    long end = first_end(search);
    char why[MODEL_WHY_MAX];

    if (search->tries > EXPLAIN_TRIES_MAX || search->too_much)
        return false;
    if (end < 0 && all_is_told(search, &search->models[depth], why))
        return true; /* what was not answered and is not taken was not done */
    if (end < 0 && is_worth_saying(search, depth) && strstr(search->why, why) == NULL)
        say(search, "at the end: %s\n", why);
    for (size_t i = 0; i < play->count; i++) {
        size_t at = search->prefer[i];
        if (!search->taken[at] && (end < 0 || play->deeds[at].begin < end) &&
            try_deed(search, depth, at))
            return true;
    }
    return false;
}

static const struct deed *sorted; /* by the next, which no other thread calls */

static int compare_ends(const void *a, const void *b)
{
    const struct deed *x = &sorted[*(const size_t *)a], *y = &sorted[*(const size_t *)b];

    if (x->answered != y->answered)
        return x->answered ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

static void sort_by_end(struct search *search)
{
    for (size_t i = 0; i < search->play->count; i++)
        search->order[i] = i;
    sorted = search->play->deeds;
    qsort(search->order, search->play->count, sizeof *search->order, compare_ends);
}

/* The first search tries by the end. What was answered wrongly may have been seen long after the
 * step that should have come before another, and to go back one by one would take for ever: the
 * others begin anew, with what is near each other in another order. */
static void shuffle(struct search *search, unsigned round)
{
    size_t count = search->play->count;

    memcpy(search->prefer, search->order, count * sizeof *search->order);
    for (size_t i = 0; round > 0 && i + 1 < count; i++) {
        round = round * 1664525u + 1013904223u;
        if (round >> 31) {
            size_t next = search->prefer[i];
            search->prefer[i] = search->prefer[i + 1];
            search->prefer[i + 1] = next;
        }
    }
}

static bool find_order(struct search *search)
{
    bool found = false;

    sort_by_end(search);
    for (unsigned round = 0; !found && !search->too_much && round < EXPLAIN_SEARCHES; round++) {
        shuffle(search, round);
        search->tries = 0;
        found = go_on(search, 0);
    }
    return found;
}

enum explained explain(const struct play *play, enum explain_way way, char why[EXPLAIN_WHY_MAX])
{
    struct search search = {
        .play = play,
        .models = calloc(play->count + 2, sizeof *search.models),
        .taken = calloc(play->count + 1, sizeof *search.taken),
        .order = calloc(play->count + 1, sizeof *search.order),
        .prefer = calloc(play->count + 1, sizeof *search.prefer),
        .why = why,
    };
    bool found = false;

    why[0] = '\0';
    if (search.models != NULL && search.taken != NULL && search.order != NULL &&
        search.prefer != NULL) {
        model_init(&search.models[0]);
        search.models[0].strict = way == EXPLAIN_ALONE;
        search.models[0].may_skip = way == EXPLAIN_KILLED;
        found = find_order(&search);
    }
    free(search.models);
    free(search.taken);
    free(search.order);
    free(search.prefer);
    return found ? EXPLAINED : search.too_much ? TOO_MUCH : NOT_EXPLAINED;
}
