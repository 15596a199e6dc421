/*
 * Who got how many of what distribution dealt, by which rule, and what became of it. The quota is
 * what a rule's pool would have given a member of all it dealt, by the weights as they are now.
 */
#include "core/distribution/distribution.h"
#include "store/read/handoff_items.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */

#define COLUMNS(LEADS, SHARE, VALUE)                                          \
    LEADS(dealt, "1")                                                         \
    LEADS(to_members, "h.dealt_to IS NOT NULL")                               \
    VALUE(quota, REPORT_TENTHS, "NULL::int8", "NULL::int8")                   \
    LEADS(answered, "a.by IS NOT NULL")                                       \
    LEADS(answered_by_them, "a.by = h.dealt_to")                              \
    SHARE(answered_by_them_share, answered_by_them, answered)                 \
    LEADS(accepted, "h.accepted_at IS NOT NULL")                              \
    LEADS(overdue, "h.state = 'offered' AND h.respond_by <= " REPORT_NOW)

#define ITEMS                                                                 \
           HANDOFF_ITEM("h.dealt_to", COLUMNS)                                \
           "FROM "                                                            \
           HANDOFF_ITEMS                                                      \
           "CROSS JOIN LATERAL ("                                             \
           "  SELECT coalesce(h.accepted_by, "                                \
           "    CASE WHEN h.state = 'rejected' THEN h.closed_by END) AS by"   \
           ") a "                                                             \
           "WHERE h.dealt_by IS NOT NULL"

static const struct statement ROWS = {
    .name = "report_distribution",
    .sql = REPORT_ROWS(ITEMS, "dealt", COLUMNS),
};

static const struct statement LEADS = {
    .name = "report_distribution_items",
    .sql = REPORT_ITEMS(ITEMS, COLUMNS),
};

/* clang-format on */

const struct statement *const distribution_report_statements[] = {&ROWS, &LEADS, NULL};

/* "otherwise", or a number. */
#define RULE_TEXT_MAX 16

enum { DEALT, TO_MEMBERS, QUOTA }; /* columns */
enum { RULE, MEMBER };             /* dimensions */

/* The rule that "sales 2" names, if it is there still and deals to members by weight. */
static const struct deal_rule *rule_named(const struct config *config, const char *name)
{
    const char *number = name == NULL ? NULL : strrchr(name, ' ');

    for (size_t i = 0; number != NULL && i < config->team_count; i++) {
        const struct team *team = &config->teams[i];
        size_t len = (size_t)(number - name);
        if (team->deals == NULL || strlen(team->name) != len || strncmp(team->name, name, len) != 0)
            continue;
        for (size_t n = 0; n <= team->deals->rule_count; n++) {
            char shown[RULE_TEXT_MAX] = "otherwise";
            if (n < team->deals->rule_count)
                snprintf(shown, sizeof shown, "%d", distribution_rule_number(team->deals, n));
            if (strcmp(number + 1, shown) == 0)
                return team->deals->rules[n].place_count > 0 ? &team->deals->rules[n] : NULL;
        }
    }
    return NULL;
}

/* In tenths, half of one rounded up; none of who is not in the pool any more. */
static int64_t quota_of(const struct deal_rule *rule, const char *member, int64_t dealt)
{
    int64_t all = 0, own = 0;
    struct uuid id;

    if (member == NULL || !uuid_parse(member, &id))
        return REPORT_NO_NUMBER;
    for (size_t i = 0; i < rule->place_count; i++) {
        all += rule->places[i].weight;
        if (uuid_equal(rule->places[i].member, id))
            own = rule->places[i].weight;
    }
    return own == 0 ? REPORT_NO_NUMBER : (dealt * own * 20 + all) / (2 * all);
}

static int64_t dealt_by(const struct report_rows *rows, int cut, const char *rule)
{
    int64_t dealt = 0;

    for (size_t i = 0; i < rows->count; i++)
        if (rows->items[i].values[cut] != NULL && strcmp(rows->items[i].values[cut], rule) == 0)
            dealt += rows->items[i].numbers[TO_MEMBERS];
    return dealt;
}

static void put_quotas(const struct report_query *query, struct report_rows *rows,
                       struct arena *arena)
{
    int rule = query->cuts[0] == RULE ? 0 : 1;

    (void)arena;
    if (query->cut_count != 2 || query->cuts[rule] != RULE || query->cuts[1 - rule] != MEMBER)
        return;
    for (size_t i = 0; i < rows->count; i++) {
        struct report_row *row = &rows->items[i];
        const struct deal_rule *of = rule_named(query->config, row->values[rule]);
        if (of != NULL)
            row->numbers[QUOTA] =
                quota_of(of, row->values[1 - rule], dealt_by(rows, rule, row->values[rule]));
    }
}

const struct report_source report_distribution = {
    .report = {.name = "distribution",
               .dimensions = {"rule", "member", "team", "dealt_by", "source", "campaign"},
               .cuts = 2,
               .columns = {REPORT_COLUMNS(COLUMNS)}},
    .finish = put_quotas,
    .rows = &ROWS,
    .items = &LEADS,
};
