/* What an operator alarms on: counted by state and time, of one workspace. */
#include "reading.h"
#include "store/read/operator_read.h"
#include "suite.h"

static struct reading world;

static void set_up(void)
{
    reading_begin(&world);
}

static void tear_down(void)
{
    reading_end(&world);
}

static struct operator_state look(void)
{
    struct operator_state state;

    ck_assert_int_eq(
        operator_read(world.pg, reading_id("w"), pg_deadline_in(READING_WAIT_MS), &state), PG_OK);
    return state;
}

START_TEST(nothing_is_nothing)
{
    struct operator_state state = look();

    ck_assert_int_eq(state.waiting + state.overdue + state.failed, 0);
    ck_assert_int_eq(state.uncovered + state.checkpoint_age, 0);
}
END_TEST

/* Three are offered, two of them too long ago; one is answered. */
static const char handoffs[] =
    "INSERT INTO lead (workspace_id, lead_id, status, stage, owner_team, next_step, next_why, "
    "next_at, origin, found_by,"
    " created_at, updated_at, touch_count, seq, hash, chain_at) SELECT :w, id, 'active', 'mql',"
    " :marketing, 'nurture', 'captured', now(), 'inbound', 'marketing', now(), now(), 0, 1, "
    "decode(repeat('00', 32),"
    " 'hex'), now() FROM unnest(ARRAY[:a, :b, :c, :d]::uuid[]) id;"
    "INSERT INTO handoff (workspace_id, handoff_id, lead_id, kind, state, from_team, to_team,"
    " offered_at, respond_by, accepted_at, updated_at) SELECT :w, id, id, 'standard', state,"
    " :marketing, :sdr, now(), now() + wait * interval '1 hour', now(), now() FROM (VALUES"
    " (:a::uuid, 'offered', 1), (:b, 'offered', -1), (:c, 'offered', -2), (:d, 'accepted', -3))"
    " h (id, state, wait);";

START_TEST(handoffs_wait_and_are_overdue)
{
    reading_exec(&world, handoffs);
    ck_assert_int_eq(look().waiting, 3);
    ck_assert_int_eq(look().overdue, 2);
}
END_TEST

static const char deliveries[] =
    "INSERT INTO source VALUES (:w, :s, 'forms', :marketing, '{}', '{}', true, 1, now());"
    "INSERT INTO delivery SELECT :w, id, :s, now(), '', '', state, NULL, NULL, NULL FROM (VALUES"
    " (:a::uuid, 'failed'), (:b, 'applied'), (:c, 'failed')) d (id, state);";

START_TEST(deliveries_have_failed)
{
    reading_exec(&world, deliveries);
    ck_assert_int_eq(look().failed, 2);
}
END_TEST

START_TEST(a_ledger_waits_for_its_checkpoint)
{
    reading_exec(
        &world, "UPDATE workspace_head SET pos = 3; INSERT INTO job VALUES (:w, 'checkpoint',"
                " now(), 0); INSERT INTO ledger SELECT :w, n, :w, n, 60, now() - interval '1 hour',"
                " 0, NULL, NULL, '{}', decode(repeat('00', 32), 'hex')"
                " FROM generate_series(1, 3) n");
    struct operator_state state = look();
    ck_assert_int_eq(state.uncovered, 3);
    ck_assert_int_ge(state.checkpoint_age, 3600);
    ck_assert_int_lt(state.checkpoint_age, 3700);

    reading_exec(&world, "INSERT INTO signing_key VALUES (:w, decode(repeat('00', 8), 'hex'),"
                         " decode(repeat('00', 32), 'hex'), 1); INSERT INTO checkpoint VALUES (:w,"
                         " 2, decode(repeat('00', 32), 'hex'), now() - interval '1 minute',"
                         " decode(repeat('00', 8), 'hex'), decode(repeat('00', 64), 'hex'));"
                         "UPDATE job SET cursor = 2");
    state = look();
    ck_assert_int_eq(state.uncovered, 1);
    ck_assert_int_ge(state.checkpoint_age, 60);
    ck_assert_int_lt(state.checkpoint_age, 160);

    reading_exec(&world, "UPDATE job SET cursor = 3");
    state = look();
    ck_assert_int_eq(state.uncovered, 0);
    ck_assert_int_eq(state.checkpoint_age, 0);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tests = suite_case(suite, "operator_read");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    TESTS(tests, nothing_is_nothing, handoffs_wait_and_are_overdue, deliveries_have_failed,
          a_ledger_waits_for_its_checkpoint);
}
