/* The stages: where leads stand now, what was ever reached, and who was only called qualified. */
#include "reading.h"
#include "store/read/stages_read.h"
#include "suite.h"

#include <stdlib.h>

static struct reading r;

/* status, stage, claimed stage, first touch, sql_at, customer_at; owner and texts follow status. */
#define LEAD(name, status, stage, claimed, touched, sql_at, customer_at)                           \
    "INSERT INTO lead (workspace_id, lead_id, status, stage, owner_team, next_step, next_why, "    \
    "next_at, merged_into, "                                                                       \
    "identities, attributes, facts, salt, claimed_stage, origin, found_by, created_at, "           \
    "updated_at, touch_count, first_touch_at, sql_at, customer_at, seq, hash, chain_at) "          \
    "SELECT :w, :" name ", s, '" stage "', CASE WHEN s = 'active' THEN :marketing::uuid END, "     \
    "CASE WHEN s = 'active' THEN 'nurture' END, CASE WHEN s = 'active' THEN 'captured' END, "      \
    "CASE WHEN s = 'active' THEN now() END, CASE WHEN s = 'merged' THEN :l1::uuid END, CASE WHEN " \
    "s = 'active' THEN '[]'::json "                                                                \
    "END, CASE WHEN s = 'active' THEN '{}'::json END, CASE WHEN s = 'active' THEN '{}'::json "     \
    "END, NULL, " claimed ", 'inbound', 'marketing', '2026-05-05T00:00:00Z', now(), 0, " touched   \
    ", " sql_at ", " customer_at ", 1, decode(repeat('00', 32), 'hex'), now() "                    \
    "FROM (VALUES ('" status "')) v(s);"

/* l2 was called mql and won without a verdict, as imported ones are; l3 is a customer who was
 * erased; l4 was merged into l1; l1 and l5 are called mql by a sender, but only l5 by a verdict
 * too. */
static const char leads_sql[] = LEAD(
    "l1", "active", "inquiry", "'mql'", "'2026-01-01T00:00:00Z'", "NULL",
    "NULL") LEAD("l2", "active", "customer", "'mql'", "'2026-02-01T00:00:00Z'", "now()",
                 "now()") LEAD("l3", "erased", "customer", "'customer'", "'2026-02-01T00:00:00Z'",
                               "now()", "now()") LEAD("l4", "merged", "inquiry", "'mql'", "NULL",
                                                      "NULL", "NULL")
    LEAD("l5", "active", "sql", "'mql'", "NULL", "now()", "NULL") LEAD(
        "l6", "active", "inquiry", "'inquiry'", "'2026-02-01T00:00:00Z'", "NULL",
        "NULL") "INSERT INTO verdict VALUES (:w, :l5, 1, 'mql', 1, 'qualified', 0, '{}', now()),"
                " (:w, :l1, 1, 'mql', 1, 'not_qualified', 0, '{}', now());";

static void set_up(void)
{
    reading_begin(&r);
    reading_exec(&r, leads_sql);
}

static void tear_down(void)
{
    reading_end(&r);
}

START_TEST(the_funnel_counts_now_and_ever)
{
    struct stages stages;

    ck_assert_int_eq(stages_read(&r.read, INSTANT_NONE, INSTANT_NONE, &stages), ERR_NONE);
    ck_assert_int_eq(stages.leads, 4);
    ck_assert_int_eq(stages.standing[STAGE_INQUIRY], 2);
    ck_assert_int_eq(stages.standing[STAGE_SQL], 1);
    ck_assert_int_eq(stages.standing[STAGE_CUSTOMER], 1);
    ck_assert_int_eq(stages.reached[MILESTONE_SQL], 3);
    ck_assert_int_eq(stages.reached[MILESTONE_CUSTOMER], 2);
    ck_assert_int_eq(stages.reached[MILESTONE_MQL], 0);
    ck_assert_int_eq(stages.claimed_not_qualified, 1);
}
END_TEST

START_TEST(a_period_is_of_the_first_touch_else_the_capture)
{
    struct stages stages;
    instant february = 1769904000000000; /* 2026-02-01T00:00:00Z */
    instant march = 1772323200000000;

    ck_assert_int_eq(stages_read(&r.read, february, march, &stages), ERR_NONE);
    ck_assert_int_eq(stages.leads, 2); /* l2, l6 */
    ck_assert_int_eq(stages_read(&r.read, INSTANT_NONE, february, &stages), ERR_NONE);
    ck_assert_int_eq(stages.leads, 1); /* l1 */
    ck_assert_int_eq(stages_read(&r.read, march, INSTANT_NONE, &stages), ERR_NONE);
    ck_assert_int_eq(stages.leads, 1); /* l5, by its capture */
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "reports");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, the_funnel_counts_now_and_ever, a_period_is_of_the_first_touch_else_the_capture);
}
