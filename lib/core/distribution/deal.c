#include "core/distribution/deal.h"

#include "core/calendar/absence.h"
#include "core/calendar/calendar.h"
#include "core/definition/condition.h"

#include <string.h>

/* ---- what is known of the team ---- */

static void begin_member(struct dealt_member *out, const struct member *member, instant now)
{
    instant next = member->working_time == NULL ? now : calendar_next(member->working_time, now);

    *out = (struct dealt_member){
        .member = member,
        .working = next == now,
        .day = calendar_date(member->working_time, next == INSTANT_NONE ? now : next),
    };
    out->absent = absence_on(member->absences, member->absence_count, out->day);
}

static struct dealt_member *find(const struct dealing *dealing, struct uuid member)
{
    for (size_t i = 0; i < dealing->member_count; i++)
        if (uuid_equal(dealing->members[i].member->id, member))
            return &dealing->members[i];
    return NULL;
}

static bool begin_places(struct dealing *dealing, size_t rule, struct arena *arena)
{
    const struct deal_rule *of = &dealing->by->rules[rule];
    struct dealt_place *places = ARENA_ARRAY(arena, struct dealt_place, of->place_count + 1);

    for (size_t i = 0; places != NULL && i < of->place_count; i++)
        places[i] = (struct dealt_place){
            .who = find(dealing, of->places[i].member),
            .share = {.weight = of->places[i].weight},
        };
    dealing->places[rule] = places;
    return places != NULL;
}

struct dealing *dealing_new(const struct config *config, struct uuid team, instant now,
                            struct arena *arena)
{
    const struct team *of = config_team(config, team);
    size_t rules = of->deals->rule_count + 1;
    struct dealing *dealing = ARENA_NEW(arena, struct dealing);

    if (dealing == NULL)
        return NULL;
    *dealing = (struct dealing){
        .team = team,
        .by = of->deals,
        .members = ARENA_ARRAY(arena, struct dealt_member, config->member_count + 1),
        .places = ARENA_ARRAY(arena, struct dealt_place *, rules),
    };
    if (dealing->members == NULL || dealing->places == NULL)
        return NULL;
    for (size_t i = 0; i < config->member_count; i++) {
        const struct member *member = &config->members[i];
        if (member->active && uuid_equal(member->team, team))
            begin_member(&dealing->members[dealing->member_count++], member, now);
    }
    for (size_t rule = 0; rule < rules; rule++)
        if (!begin_places(dealing, rule, arena))
            return NULL;
    return dealing;
}

static size_t index_of(const struct dealing *dealing, int rule)
{
    return rule == DEAL_OTHERWISE ? dealing->by->rule_count : (size_t)rule - 1;
}

void dealing_put_claim(struct dealing *dealing, int rule, struct uuid member, int64_t claim)
{
    size_t index = index_of(dealing, rule);

    if (index > dealing->by->rule_count)
        return;
    for (size_t i = 0; i < dealing->by->rules[index].place_count; i++)
        if (uuid_equal(dealing->by->rules[index].places[i].member, member))
            dealing->places[index][i].share.claim = claim;
}

void dealing_put_count(struct dealing *dealing, const struct dealt_count *count,
                       struct arena *arena)
{
    struct dealt_member *member = find(dealing, count->member);
    struct dealt_count *copy = ARENA_NEW(arena, struct dealt_count);

    if (copy == NULL)
        return;
    *copy = *count;
    copy->team = dealing->team;
    list_add(&dealing->counts, arena, copy);
    if (member != NULL && member->day == count->day)
        member->given += count->given;
}

void dealing_put_open(struct dealing *dealing, struct uuid member, int open)
{
    struct dealt_member *found = find(dealing, member);

    if (found != NULL)
        found->open = open;
}

int dealing_open_counted(const struct dealing *dealing, const struct dealt_member *member)
{
    const struct capacity *capacity = &member->member->capacity;

    for (size_t i = 0; i <= dealing->by->rule_count; i++)
        if (dealing->by->rules[i].by == DEAL_LEAST_LOADED)
            return DEAL_OPEN_COUNTED_MAX;
    return capacity->open_limited ? capacity->open_limit : 0;
}

/* ---- dealing ---- */

static void look(const struct deal_ask *ask, int rule, struct uuid member, const char *why)
{
    struct arena *arena = ask->work->arena;
    struct deal_look *seen = ask->looks == NULL ? NULL : ARENA_NEW(arena, struct deal_look);

    if (seen == NULL)
        return;
    *seen = (struct deal_look){rule, member, why};
    list_add(ask->looks, arena, seen);
}

/* Why a member cannot take one more; NULL: they can. */
static const char *why_not(const struct dealt_member *who, const struct deal_ask *ask)
{
    if (who == NULL)
        return "not_of_the_team";
    const struct capacity *capacity = &who->member->capacity;
    if (uuid_equal(who->member->id, ask->except))
        return "had_it";
    if (who->absent)
        return "absent";
    if (capacity->per_day_limited && who->given >= capacity->per_day)
        return "per_day";
    if (capacity->open_limited && who->open >= capacity->open_limit)
        return "open";
    return NULL;
}

/* The fewest in hand for their weight, as it would be with one more. */
static bool is_less_loaded(const struct dealt_place *one, const struct dealt_place *other)
{
    return (int64_t)(one->who->open + 1) * other->share.weight <
           (int64_t)(other->who->open + 1) * one->share.weight;
}

/* Of those that stay when only the least loaded do. */
static size_t keep_least_loaded(struct dealt_place **places, size_t count)
{
    const struct dealt_place *least = places[0];
    size_t kept = 0;

    for (size_t i = 1; i < count; i++)
        if (is_less_loaded(places[i], least))
            least = places[i];
    for (size_t i = 0; i < count; i++)
        if (!is_less_loaded(least, places[i]))
            places[kept++] = places[i];
    return kept;
}

static size_t keep_working(struct dealt_place **places, size_t count, int rule,
                           const struct deal_ask *ask)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        kept += places[i]->who->working;
    if (kept == 0 || kept == count)
        return count;
    kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (places[i]->who->working)
            places[kept++] = places[i];
        else
            look(ask, rule, places[i]->who->member->id, "not_at_work");
    }
    return kept;
}

/* Whose turn it is of a pool; NULL: nobody can take it. Those who are equally loaded take turns. */
static struct dealt_member *take_turn(struct dealing *dealing, size_t rule,
                                      const struct deal_ask *ask)
{
    const struct deal_rule *of = &dealing->by->rules[rule];
    struct dealt_place *all = dealing->places[rule];
    struct dealt_place *places[DEAL_PLACES_MAX];
    struct share *shares[DEAL_PLACES_MAX];
    size_t count = 0;

    for (size_t i = 0; i < of->place_count; i++) {
        const char *why = why_not(all[i].who, ask);
        if (why == NULL)
            places[count++] = &all[i];
        else
            look(ask, distribution_rule_number(dealing->by, rule), of->places[i].member, why);
    }
    if (count == 0)
        return NULL;
    count = keep_working(places, count, distribution_rule_number(dealing->by, rule), ask);
    if (of->by == DEAL_LEAST_LOADED)
        count = keep_least_loaded(places, count);
    if (work_remember(ask->work, all, of->place_count * sizeof *all) == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        shares[i] = &places[i]->share;
        places[i]->changed = true;
    }
    return places[share_next(shares, count)]->who;
}

static struct dealt_member *take_one(struct dealing *dealing, size_t rule, struct uuid id,
                                     const struct deal_ask *ask)
{
    struct dealt_member *who = find(dealing, id);
    const char *why = why_not(who, ask);

    if (why == NULL)
        return who;
    look(ask, distribution_rule_number(dealing->by, rule), id, why);
    return NULL;
}

static void count_one(struct dealing *dealing, struct dealt_member *who, int rule,
                      struct work *work)
{
    struct dealt_count *count = NULL;

    for (size_t i = dealing->counts.count; i > 0 && count == NULL; i--) {
        struct dealt_count *one = dealing->counts.items[i - 1];
        if (one->day == who->day && one->rule == rule && uuid_equal(one->member, who->member->id))
            count = one;
    }
    work_remember(work, who, sizeof *who);
    who->given++;
    who->open++;
    if (count == NULL) {
        count = ARENA_NEW(work->arena, struct dealt_count);
        if (count == NULL)
            return;
        *count = (struct dealt_count){
            .team = dealing->team, .member = who->member->id, .day = who->day, .rule = rule};
        list_add(&dealing->counts, work->arena, count);
    } else {
        work_remember(work, count, sizeof *count);
    }
    count->given++;
    count->changed = true;
}

/* False: the next rule is tried. */
static bool try_rule(struct dealing *dealing, size_t rule, const struct deal_ask *ask,
                     struct deal *out)
{
    const struct deal_rule *of = &dealing->by->rules[rule];
    struct dealt_member *who = NULL;

    *out = (struct deal){.rule = distribution_rule_number(dealing->by, rule), .by = of->by};
    switch (of->by) {
    case DEAL_WEIGHTED:
    case DEAL_LEAST_LOADED:
        who = take_turn(dealing, rule, ask);
        break;
    case DEAL_MEMBER:
        who = take_one(dealing, rule, of->places[0].member, ask);
        break;
    case DEAL_OWNER:
        if (uuid_is_nil(ask->owner))
            look(ask, out->rule, ask->owner, "no_owner");
        else
            who = take_one(dealing, rule, ask->owner, ask);
        break;
    case DEAL_QUEUE:
    case DEAL_BY_COUNT:
        break;
    }
    if (who == NULL && of->by != DEAL_QUEUE)
        return false;
    if (who != NULL) {
        out->member = who->member->id;
        count_one(dealing, who, out->rule, ask->work);
    }
    look(ask, out->rule, out->member, deal_by_name(of->by));
    return true;
}

struct deal deal(struct dealing *dealing, const struct deal_ask *ask)
{
    struct verdict_subject subject = lead_subject(ask->lead, ask->work->now);
    enum criterion_result results[CONDITIONS_MAX];
    struct deal out;

    work_remember(ask->work, dealing, sizeof *dealing);
    work_save_row(ask->work, KIND_DEALING, dealing);
    conditions_ask(dealing->by->tests, &subject, results);
    for (size_t rule = 0; rule < dealing->by->rule_count; rule++) {
        const struct deal_rule *of = &dealing->by->rules[rule];
        enum criterion_result result = of->when == NULL ? RESULT_MET : results[of->test];
        if (result != RESULT_MET)
            look(ask, (int)rule + 1, (struct uuid){{0}},
                 result == RESULT_UNKNOWN ? "unknown" : "unmet");
        else if (try_rule(dealing, rule, ask, &out))
            return out;
    }
    if (!try_rule(dealing, dealing->by->rule_count, ask, &out))
        out = (struct deal){.rule = DEAL_OTHERWISE, .by = DEAL_QUEUE};
    return out;
}
