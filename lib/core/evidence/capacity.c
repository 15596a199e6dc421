#include "core/evidence/capacity.h"

#include "base/json_tree.h"

#include <string.h>

#define DAYS_OF_WEEK 7

/* The document has been checked as it was given: each day that it names has working time. */
static int working_days(const char *calendar, struct arena *arena)
{
    json_t *json =
        calendar == NULL ? NULL : json_tree_read(arena, calendar, strlen(calendar), 0, NULL);
    int days = json == NULL ? DAYS_OF_WEEK : 0;
    const char *day;
    json_t *spans;

    json_object_foreach(json_object_get(json, "hours"), day, spans)
    {
        days += json_array_size(spans) > 0;
    }
    json_decref(json);
    return days;
}

static bool takes_offers(const struct config *config, const struct member *member)
{
    const struct team *team = config_team(config, member->team);

    return member->active && member->capacity.per_day_limited && team != NULL && team->active &&
           team->function == FUNCTION_SALES;
}

int64_t capacity_per_week(const struct config *config, struct arena *arena)
{
    int64_t all = -1;

    for (size_t i = 0; i < config->member_count; i++) {
        const struct member *member = &config->members[i];
        if (!takes_offers(config, member))
            continue;
        const char *hours =
            member->hours != NULL ? member->hours : config_team(config, member->team)->calendar;
        all = (all < 0 ? 0 : all) + (int64_t)member->capacity.per_day * working_days(hours, arena);
    }
    return all;
}
