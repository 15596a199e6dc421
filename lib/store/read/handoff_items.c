#include "store/read/handoff_items.h"

#include "core/calendar/calendar.h"

#define AFTER_PERIOD (366 * INSTANT_DAY)

struct working_time {
    struct pg_array teams, firsts, lasts, zones, begins, ends, sums;
    int32_t count;
};

static void begin(struct working_time *all, struct arena *arena, size_t teams)
{
    *all = (struct working_time){.count = 0};
    pg_array_begin(&all->teams, arena, PG_UUID, teams);
    pg_array_begin(&all->firsts, arena, PG_INT4, teams);
    pg_array_begin(&all->lasts, arena, PG_INT4, teams);
    pg_array_begin(&all->zones, arena, PG_TEXT, teams);
    pg_array_begin(&all->begins, arena, PG_TIMESTAMPTZ, teams);
    pg_array_begin(&all->ends, arena, PG_TIMESTAMPTZ, teams);
    pg_array_begin(&all->sums, arena, PG_INT8, teams);
}

static void add(struct working_time *all, instant from, instant to, int64_t before)
{
    pg_array_instant(&all->begins, from);
    pg_array_instant(&all->ends, to);
    pg_array_int8(&all->sums, before / INSTANT_SECOND);
    all->count++;
}

/* Before the first stretch stands an empty one, so that no moment is before all of them. */
static void add_team(struct working_time *all, const struct team *team, instant from, instant to,
                     struct arena *arena)
{
    const struct calendar *calendar = team->working_time;
    size_t count = 0;

    pg_array_uuid(&all->teams, team->id);
    pg_array_int4(&all->firsts, all->count + 1);
    pg_array_text(&all->zones, calendar == NULL ? "UTC" : calendar_zone(calendar));
    add(all, READ_INSTANT_MIN, READ_INSTANT_MIN, 0);
    if (calendar == NULL) {
        add(all, from, to, 0);
    } else {
        const struct calendar_stretch *stretches =
            calendar_stretches(calendar, from, to, arena, &count);
        for (size_t i = 0; stretches != NULL && i < count; i++)
            add(all, stretches[i].begin, stretches[i].end, stretches[i].before);
    }
    pg_array_int4(&all->lasts, all->count);
}

void handoff_items_put_working_time(struct pg_params *params, const struct report_query *query)
{
    const struct config *config = query->config;
    struct working_time all;

    begin(&all, params->arena, config->team_count);
    for (size_t i = 0; i < config->team_count; i++)
        add_team(&all, &config->teams[i], query->from, query->to + AFTER_PERIOD, params->arena);
    pg_params_array(params, &all.teams);
    pg_params_array(params, &all.firsts);
    pg_params_array(params, &all.lasts);
    pg_params_array(params, &all.zones);
    pg_params_array(params, &all.begins);
    pg_params_array(params, &all.ends);
    pg_params_array(params, &all.sums);
}
