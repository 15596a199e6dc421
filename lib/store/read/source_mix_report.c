/* Whose leads they are: how many each function found, year by year, and what became of them. Shares
 * are of the row's year (or whatever rows are cut by first), in tenths of a percent by largest
 * remainder, so that they add up to 100.0. */
#include "core/attribution/credit.h"
#include "store/read/lead_items.h"

#include <string.h>

/* clang-format off */

#define COLUMNS(LEADS, SHARE, VALUE)                                          \
    LEADS(leads, "1", .counted = 1 + REPORTED_LEADS)                                                         \
    VALUE(leads_share, REPORT_TENTHS, "NULL", "NULL::int8")                   \
    LEADS(sql, "l.sql_at IS NOT NULL", .counted = 1 + REPORTED_REACHED + MILESTONE_SQL)                                        \
    VALUE(sql_share, REPORT_TENTHS, "NULL", "NULL::int8")                     \
    LEADS(customers, "l.customer_at IS NOT NULL", .counted = 1 + REPORTED_REACHED + MILESTONE_CUSTOMER)                             \
    VALUE(customers_share, REPORT_TENTHS, "NULL", "NULL::int8")

#define ITEMS                                                                 \
           LEAD_ITEM(COLUMNS)                                                 \
           "FROM "                                                            \
           LEADS_BEGUN

static const struct statement ROWS = {
    .name = "report_source_mix",
    .sql = REPORT_ROWS(ITEMS, "leads", COLUMNS),
};

static const struct statement LEADS = {
    .name = "report_source_mix_items",
    .sql = REPORT_ITEMS(ITEMS, COLUMNS),
};

/* clang-format on */

const struct statement *const source_mix_report_statements[] = {&ROWS, &LEADS, NULL};

/* A hundred percent in tenths. */
#define WHOLE_TENTHS 1000

/* Of two rows that are cut twice: they are parts of one whole. */
static bool are_of_one(const struct report_row *a, const struct report_row *b, int cuts)
{
    if (cuts < 2)
        return true;
    if (a->values[0] == NULL || b->values[0] == NULL)
        return a->values[0] == b->values[0];
    return strcmp(a->values[0], b->values[0]) == 0;
}

/* The share of each row that the first one is of one whole with, of a column that counts. */
static void put_shares(struct report_rows *rows, size_t first, int column, int cuts,
                       struct arena *arena)
{
    int64_t *counts = ARENA_ARRAY(arena, int64_t, rows->count);
    int64_t *shares = ARENA_ARRAY(arena, int64_t, rows->count);
    const struct report_row *whole = &rows->items[first];
    int64_t sum = 0;

    if (counts == NULL || shares == NULL)
        return;
    for (size_t i = first; i < rows->count; i++) {
        bool part = are_of_one(whole, &rows->items[i], cuts);
        counts[i] = part ? rows->items[i].numbers[column] : 0;
        sum += counts[i];
    }
    if (sum == 0 ||
        !credit_share(WHOLE_TENTHS, counts + first, rows->count - first, arena, shares + first))
        return;
    for (size_t i = first; i < rows->count; i++)
        if (are_of_one(whole, &rows->items[i], cuts))
            rows->items[i].numbers[column + 1] = shares[i];
}

static bool is_first_of_its_whole(const struct report_rows *rows, size_t row, int cuts)
{
    for (size_t i = 0; i < row; i++)
        if (are_of_one(&rows->items[i], &rows->items[row], cuts))
            return false;
    return true;
}

static void put_all_shares(const struct report_query *query, struct report_rows *rows,
                           struct arena *arena)
{
    int cuts = query->cut_count;

    for (size_t i = 0; i < rows->count; i++) {
        if (!is_first_of_its_whole(rows, i, cuts))
            continue;
        for (int column = 0; column < 6; column += 2)
            put_shares(rows, i, column, cuts, arena);
    }
}

const struct report_source report_source_mix = {
    .report = {.name = "source-mix",
               .dimensions = {"year", "function", "source", "medium", "campaign", "channel",
                              "content", "kind", "motion", "team", "month"},
               .cuts = 2,
               .days = REPORT_PERIOD_MAX_DAYS,
               .days_max = 3660,
               .counted = ROLLUP_COHORT(0),
               .columns = {REPORT_COLUMNS(COLUMNS)}},
    .finish = put_all_shares,
    .rows = &ROWS,
    .items = &LEADS,
};
