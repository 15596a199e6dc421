/* Jobs that take long: how many there may be at once, and who may take one back, until when. */
#include "bench_handoff.h"
#include "core/background_change.h"
#include "core/evidence/backtest_request.h"
#include "suite.h"

static struct slots slots;
static struct background_job job;

static void set_up(void)
{
    bench_open();
    slots = (struct slots){0};
    job = (struct background_job){
        .id = {{7, 1}},
        .kind = BACKGROUND_BACKTEST,
        .state = BACKGROUND_RUNNING,
        .slot = 2,
        .request = "{}",
        .request_len = 2,
        .team = bench.teams[SDR].id,
        .created_at = BENCH_NOW - INSTANT_DAY,
        .started_at = BENCH_NOW - INSTANT_DAY,
        .ended_at = INSTANT_NONE,
    };
    slots.taken = 1u << 1;
    work_put(&bench.work, KIND_SLOTS, &work_whole, &slots);
    work_put(&bench.work, KIND_BACKGROUND, &job.id, &job);
}

static size_t saved(void)
{
    return bench.work.saves[KIND_BACKGROUND].count;
}

static const char *answered_state(void)
{
    return json_string_value(json_object_get(bench.answer, "state"));
}

/* ---- taken back ---- */

static enum err cancel(int team)
{
    return bench_do(team, COMMAND_JOB_CANCEL, &(struct job_cancel_input){job.id});
}

START_TEST(what_is_queued_or_running_is_cancelled_and_its_place_is_free)
{
    job.state = _i == 0 ? BACKGROUND_QUEUED : BACKGROUND_RUNNING;
    ck_assert_int_eq(cancel(SDR), ERR_NONE);
    ck_assert_int_eq(bench.outcome.status, 200);
    ck_assert_str_eq(answered_state(), "cancelled");
    ck_assert_int_eq(job.state, BACKGROUND_CANCELLED);
    ck_assert_int_eq(job.ended_at, bench.work.now);
    ck_assert_int_eq(job.slot, 0);
    ck_assert_uint_eq(slots.taken, 0);
    ck_assert_uint_eq(saved(), 1);
    ck_assert_ptr_eq(bench.work.saves[KIND_BACKGROUND].items[0], &job);
}
END_TEST

START_TEST(twice_is_once)
{
    ck_assert_int_eq(cancel(SDR), ERR_NONE);
    bench.work.now += INSTANT_DAY;
    ck_assert_int_eq(cancel(SDR), ERR_NONE);
    ck_assert_int_eq(bench.outcome.status, 200);
    ck_assert_int_eq(job.ended_at, bench.work.now - INSTANT_DAY);
    ck_assert_uint_eq(saved(), 1);
}
END_TEST

/* A group may undo a command after it was decided. */
START_TEST(undone_it_goes_on)
{
    const struct background_job before = job;
    struct command command = {
        .kind = COMMAND_JOB_CANCEL,
        .caller = {.operator= true }, .input = &(struct job_cancel_input){job.id}};

    work_begin(&bench.work);
    ck_assert_int_eq(job_cancel(&bench.work, &command, &bench.outcome), DECIDED);
    ck_assert_int_eq(job.state, BACKGROUND_CANCELLED);
    work_undo(&bench.work);
    ck_assert_int_eq(job.state, before.state);
    ck_assert_int_eq(job.ended_at, before.ended_at);
    ck_assert_int_eq(job.slot, before.slot);
    ck_assert_uint_eq(slots.taken, 1u << 1);
    ck_assert_uint_eq(saved(), 0);
}
END_TEST

static const enum background_state ended[] = {BACKGROUND_DONE, BACKGROUND_FAILED};

START_TEST(what_ended_by_itself_stays)
{
    job.state = ended[_i];
    ck_assert_int_eq(cancel(SDR), ERR_STATE_CONFLICT);
    ck_assert_str_eq(answered_state(), background_state_name(ended[_i]));
    ck_assert_int_eq(job.state, ended[_i]);
    ck_assert_uint_eq(saved(), 0);
}
END_TEST

/* By those who may ask for one: signers and administrators. */
static const struct {
    unsigned roles;
    enum err wanted;
} callers[] = {
    {ROLE_SIGN, ERR_NONE},
    {ROLE_ADMIN, ERR_NONE},
    {ROLE_WORK | ROLE_CAPTURE | ROLE_READ | ROLE_REPORT, ERR_FORBIDDEN},
};

START_TEST(it_takes_a_signer_or_an_administrator)
{
    bench.keys[SDR].roles = callers[_i].roles;
    ck_assert_int_eq(cancel(SDR), callers[_i].wanted);
    ck_assert_int_eq(job.state,
                     callers[_i].wanted == ERR_NONE ? BACKGROUND_CANCELLED : BACKGROUND_RUNNING);
}
END_TEST

START_TEST(there_is_none_of_this_id)
{
    struct job_cancel_input other = {{{7, 2}}};

    work_put(&bench.work, KIND_BACKGROUND, &other.job, NULL);
    ck_assert_int_eq(bench_do(SDR, COMMAND_JOB_CANCEL, &other), ERR_NOT_FOUND);
}
END_TEST

/* ---- asked for ---- */

static enum err ask(void)
{
    static const char document[] = "[]";
    struct command command = {
        .kind = COMMAND_BACKTEST_REQUEST,
        .caller = {.team = bench.teams[SDR].id, .member = bench.members[SDR].id}};

    ck_assert_int_eq(background_queue(&bench.work, &command, BACKGROUND_APPLY, document,
                                      strlen(document), &bench.outcome),
                     DECIDED);
    return bench.outcome.err;
}

START_TEST(each_takes_the_lowest_free_place_until_there_is_none)
{
    for (int slot = 1; slot <= BACKGROUND_SLOTS; slot++) {
        if (slot == job.slot)
            continue; /* taken */
        ck_assert_int_eq(ask(), ERR_NONE);
        ck_assert_int_eq(bench.outcome.status, 202);
        const struct background_job *made = bench.work.saves[KIND_BACKGROUND].items[saved() - 1];
        ck_assert_int_eq(made->slot, slot);
        ck_assert_int_eq(made->state, BACKGROUND_QUEUED);
        ck_assert_int_eq(made->kind, BACKGROUND_APPLY);
        ck_assert_uint_eq(made->request_len, 2);
        ck_assert(uuid_equal(made->team, bench.teams[SDR].id));
        ck_assert(uuid_equal(made->asked_by, bench.members[SDR].id));
        ck_assert_int_eq(made->created_at, bench.work.now);
        ck_assert_int_eq(made->started_at, INSTANT_NONE);
        ck_assert_int_eq(made->ended_at, INSTANT_NONE);
    }
    ck_assert_uint_eq(slots.taken, (1u << BACKGROUND_SLOTS) - 1);
    ck_assert_int_eq(ask(), ERR_TOO_MANY_JOBS);
    ck_assert_uint_eq(saved(), BACKGROUND_SLOTS - 1);
    ck_assert_int_eq(cancel(SDR), ERR_NONE);
    ck_assert_int_eq(ask(), ERR_NONE);
    const struct background_job *last = bench.work.saves[KIND_BACKGROUND].items[saved() - 1];
    ck_assert_int_eq(last->slot, 2);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "background jobs");

    tcase_add_checked_fixture(tcase, set_up, bench_close);
    tcase_add_loop_test(tcase, what_is_queued_or_running_is_cancelled_and_its_place_is_free, 0, 2);
    TESTS(tcase, twice_is_once, undone_it_goes_on, there_is_none_of_this_id,
          each_takes_the_lowest_free_place_until_there_is_none);
    EACH(tcase, what_ended_by_itself_stays, ended);
    EACH(tcase, it_takes_a_signer_or_an_administrator, callers);
}
