/*
 * Each process of the way from stranger to customer: what goes through it, how long it stays, and
 * what falls out of it.
 *
 *     capture         leads captured in the period; stay until captured, from their first touch;
 *                     fall out where nothing is known of what brought them
 *     qualification   the same; stay from the capture to an mql; fall out where they meet a gate,
 * or are to be reviewed, and nobody acts nurturing       those of them that wait in nurture; since
 * when; fall out where their date has passed distribution    handoffs offered in the period; stay
 * until answered; fall out where the time to answer is over tracking        those of them that were
 * accepted; stay until decided; fall out where the time to decide is over
 *
 * Minutes are of the clock. The rows say whether a process is set up, by the configuration as it
 * is.
 */
#include "store/read/handoff_items.h"

#include <string.h>

/* clang-format off */

#define COLUMNS(LEADS, SHARE, VALUE)                                          \
    LEADS(volume, "1")                                                        \
    LEADS(leaks, "p.leak")                                                    \
    SHARE(leaks_share, leaks, volume)                                         \
    VALUE(median_dwell_minutes, REPORT_MINUTES,                               \
          "(extract(epoch FROM p.until - p.since) / 60)::int8",               \
          "percentile_disc(0.5) WITHIN GROUP (ORDER BY median_dwell_minutes)") \
    VALUE(set_up, REPORT_FLAG, "NULL", "NULL::int8")

#define CUT(number)                                                           \
           "CASE $" number "::text "                                          \
           "  WHEN 'process' THEN p.process "                                 \
           "  WHEN 'team' THEN p.team END"

/* Until it is over, or now. */
#define ITEMS                                                                 \
           "SELECT p.lead_id, p.handoff_id, p.at, "                           \
           CUT("6") " AS d0, "                                                \
           CUT("7") " AS d1 "                                                 \
           REPORT_ITEM(COLUMNS)                                               \
           "FROM ("                                                           \
           "  SELECT l.lead_id, NULL::uuid AS handoff_id, l.created_at AS at, s.process, o.name AS team, " \
           "    s.since, s.until, s.leak "                                    \
           "  FROM lead l "                                                   \
           "  LEFT JOIN team o ON o.workspace_id = $1 AND o.team_id = l.owner_team " \
           "  CROSS JOIN LATERAL (VALUES "                                    \
           "    ('capture', least(l.first_touch_at, l.created_at), l.created_at, l.touch_count = 0), " \
           "    ('qualification', l.created_at, l.mql_at, "                   \
           "      coalesce(l.next_step IN ('offer', 'review'), false)), "     \
           "    ('nurturing', CASE WHEN l.stage = 'nurture' THEN l.next_since END, now(), " \
           "      coalesce(l.next_at <= now() - interval '2 minutes', false)) " \
           "  ) s(process, since, until, leak) "                              \
           "  WHERE l.workspace_id = $1 AND l.lead_id >= $4 AND l.lead_id < $5 " \
           "  AND l.created_at >= $2 AND l.created_at < $3 AND l.status <> 'merged' " \
           "  AND (s.process <> 'nurturing' OR l.stage = 'nurture') "         \
           "  UNION ALL "                                                     \
           "  SELECT h.lead_id, h.handoff_id, h.offered_at, x.process, t.name, x.since, x.until, x.leak " \
           "  FROM "                                                          \
           HANDOFF_ITEMS                                                      \
           "  CROSS JOIN LATERAL (VALUES "                                    \
           "    ('distribution', h.offered_at, coalesce(h.accepted_at, "      \
           "        CASE WHEN h.state = 'rejected' THEN h.closed_at END), "   \
           "      h.state = 'expired' OR h.state = 'offered' AND h.respond_by <= now()), " \
           "    ('tracking', h.accepted_at, h.closed_at, "                    \
           "      coalesce(h.state = 'accepted' AND h.decide_by <= now(), false)) " \
           "  ) x(process, since, until, leak) "                              \
           "  WHERE h.kind NOT IN ('self_sourced', 'requested') "             \
           "  AND (x.process <> 'tracking' OR h.accepted_at IS NOT NULL)"     \
           ") p"

static const struct statement ROWS = {
    .name = "report_process",
    .sql = REPORT_ROWS(ITEMS, "volume", COLUMNS),
};

static const struct statement LEADS = {
    .name = "report_process_items",
    .sql = REPORT_ITEMS(ITEMS, COLUMNS),
};

/* clang-format on */

const struct statement *const process_report_statements[] = {&ROWS, &LEADS, NULL};

enum { VOLUME, LEAKS, LEAKS_SHARE, DWELL, SET_UP }; /* columns */
enum { PROCESS };                                   /* dimensions */

static bool is_in_force(const struct config *config, enum agreement_kind kind)
{
    return config->in_force[kind] != NULL && !config_is_suspended(config, kind);
}

static bool can_capture(const struct config *config)
{
    for (size_t i = 0; i < config->source_count; i++)
        if (config->sources[i].active)
            return true;
    for (size_t i = 0; i < config->key_count; i++)
        if ((config->keys[i].roles & ROLE_CAPTURE) != 0 &&
            config_key_stands(config, &config->keys[i]))
            return true;
    return false;
}

/* A nurtured lead is judged again by a definition. */
static bool can_qualify(const struct config *config)
{
    return is_in_force(config, AGREEMENT_MQL) || is_in_force(config, AGREEMENT_SRL);
}

static bool can_distribute(const struct config *config)
{
    return config->route_count > 0 && !config_is_suspended(config, AGREEMENT_ROUTES);
}

static bool can_track(const struct config *config)
{
    return is_in_force(config, AGREEMENT_SQL);
}

static const struct {
    const char *name;
    bool (*is_set_up)(const struct config *config);
} processes[] = {{"capture", can_capture},
                 {"qualification", can_qualify},
                 {"nurturing", can_qualify},
                 {"distribution", can_distribute},
                 {"tracking", can_track}};

#define PROCESS_COUNT (sizeof processes / sizeof *processes)

static struct report_row *row_of(struct report_rows *rows, int cut, const char *process,
                                 size_t *from)
{
    for (; *from < rows->count; (*from)++)
        if (strcmp(rows->items[*from].values[cut], process) == 0)
            return &rows->items[(*from)++];
    return NULL;
}

/* What nothing goes through stands there too, so that one sees whether it is set up. */
static bool add_idle(struct report_rows *rows, struct arena *arena)
{
    struct report_row *items = ARENA_ARRAY(arena, struct report_row, rows->count + PROCESS_COUNT);

    if (items == NULL)
        return false;
    memcpy(items, rows->items, rows->count * sizeof *items);
    rows->items = items;
    for (size_t i = 0; i < PROCESS_COUNT; i++) {
        size_t from = 0;
        if (row_of(rows, 0, processes[i].name, &from) == NULL)
            items[rows->count++] = (struct report_row){.values = {processes[i].name},
                                                       .numbers = {[DWELL] = REPORT_NO_NUMBER}};
    }
    return true;
}

static void say_what_is_set_up(const struct report_query *query, struct report_rows *rows,
                               struct arena *arena)
{
    if (query->cut_count == 1 && query->cuts[0] == PROCESS && !add_idle(rows, arena))
        return;
    for (int cut = 0; cut < query->cut_count; cut++) {
        for (size_t i = 0; query->cuts[cut] == PROCESS && i < PROCESS_COUNT; i++) {
            struct report_row *row;
            size_t from = 0;
            while ((row = row_of(rows, cut, processes[i].name, &from)) != NULL)
                row->numbers[SET_UP] = processes[i].is_set_up(query->config);
        }
    }
}

const struct report_source report_process = {
    .report = {.name = "process",
               .dimensions = {"process", "team"},
               .cuts = 1,
               .only = "What waits is known of the present alone",
               .columns = {REPORT_COLUMNS(COLUMNS)}},
    .finish = say_what_is_set_up,
    .rows = &ROWS,
    .items = &LEADS,
};
