/* The queue before the readers: who is taken back, whose time is over, and in which order the
 * others run. One thread, which the first job holds for as long as a test wants. What the readers
 * are dealt by is in unit/read_queue. */
#include "reading.h"
#include "store/read/reader.h"
#include "suite.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

#define JOBS 6

static struct reading world;
static struct config_cache *cache;
static struct readers *readers;
static sem_t taken, go_on, over;

/* What ran, in its order. */
static int order[READ_TOGETHER_MAX + JOBS];
static size_t ran;

struct numbered {
    struct reader_job job;
    int number;
};

static void hold(struct reader_job *job, struct reader *reader)
{
    (void)job;
    (void)reader;
    sem_post(&taken);
    sem_wait(&go_on);
}

static void note(struct reader_job *job, struct reader *reader)
{
    const struct numbered *numbered = job->owner;

    (void)reader;
    order[ran++] = numbered->number; /* one thread alone */
    sem_post(&over);
}

static void note_late(struct reader_job *job)
{
    const struct numbered *numbered = job->owner;

    order[ran++] = -numbered->number;
    sem_post(&over);
}

static struct reader_job holding = {.run = hold, .deadline_ms = INT64_MAX};

static void wait_for(sem_t *what)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += READING_WAIT_MS / 1000;
    ck_assert_msg(sem_timedwait(what, &until) == 0, "nothing came");
}

static void set_up(void)
{
    reading_begin(&world);
    cache = config_cache_new(database_keyring());
    sem_init(&taken, 0, 0);
    sem_init(&go_on, 0, 0);
    sem_init(&over, 0, 0);
    ran = 0;
    readers = readers_start(&(struct readers_settings){
        .database = {.conninfo = database_conninfo(world.database), .role = "baton_app"},
        .cache = cache,
        .threads = 1,
    });
    ck_assert_ptr_nonnull(readers);
    ck_assert_int_eq(readers_submit(readers, &holding), ERR_NONE);
    wait_for(&taken);
}

static void tear_down(void)
{
    readers_stop(readers);
    config_cache_free(cache);
    reading_end(&world);
}

static enum err submit_until(struct numbered *numbered, int number, int64_t deadline_ms)
{
    *numbered = (struct numbered){
        .job = {.run = note, .give_up = note_late, .owner = numbered, .deadline_ms = deadline_ms},
        .number = number,
    };
    return readers_submit(readers, &numbered->job);
}

static enum err submit(struct numbered *numbered, int number)
{
    return submit_until(numbered, number, INT64_MAX);
}

static void let_go(size_t of)
{
    sem_post(&go_on);
    for (size_t i = 0; i < of; i++)
        wait_for(&over);
}

/* Which of six are taken back: the first, the last, those between, all, none; in bits. */
static const unsigned cancelled[] = {0x00, 0x01, 0x20, 0x0c, 0x21, 0x3f, 0x30, 0x15};

START_TEST(who_is_taken_back_never_runs_and_the_others_run_in_order)
{
    struct numbered jobs[JOBS], last;
    size_t left = 0;

    for (int i = 0; i < JOBS; i++)
        ck_assert_int_eq(submit(&jobs[i], i), ERR_NONE);
    for (int i = 0; i < JOBS; i++) {
        if (!(cancelled[_i] >> i & 1))
            continue;
        ck_assert(readers_cancel(readers, &jobs[i].job));
        ck_assert(!readers_cancel(readers, &jobs[i].job)); /* once */
    }
    /* what is submitted after it still comes last */
    ck_assert_int_eq(submit(&last, JOBS), ERR_NONE);
    for (int i = 0; i < JOBS; i++)
        left += !(cancelled[_i] >> i & 1);
    let_go(left + 1);
    ck_assert_uint_eq(ran, left + 1);
    for (int i = 0, at = 0; i <= JOBS; i++)
        if (i == JOBS || !(cancelled[_i] >> i & 1))
            ck_assert_int_eq(order[at++], i);
}
END_TEST

/* ---- together ---- */

/* What ran together: the numbers of its jobs one after another, then -1. */
static void note_all(struct reader_job *const *jobs, size_t count, struct reader *reader)
{
    (void)reader;
    for (size_t i = 0; i < count; i++) {
        const struct numbered *numbered = jobs[i]->owner;
        order[ran++] = numbered->number;
    }
    order[ran++] = -1;
    for (size_t i = 0; i < count; i++)
        sem_post(&over);
}

static void submit_kind(struct numbered *numbered, int number, const void *kind, uint8_t workspace)
{
    *numbered = (struct numbered){.job = {.run = note,
                                          .give_up = note_late,
                                          .deadline_ms = INT64_MAX,
                                          .owner = numbered,
                                          .kind = kind,
                                          .workspace = {{workspace}},
                                          .run_all = note_all},
                                  .number = number};
    ck_assert_int_eq(readers_submit(readers, &numbered->job), ERR_NONE);
}

/* Of one kind and one workspace are 0, 2, 5 and 7; whoever was taken back is not among them, and
 * the others keep their order. */
START_TEST(what_is_of_a_kind_runs_together_in_its_workspace_alone)
{
    static const int wanted[] = {0, 2, 7, -1, 1, 3, 4, 8, -1, 6};
    static const char leads, handoffs;
    struct numbered jobs[9];

    submit_kind(&jobs[0], 0, &leads, 1);
    submit_kind(&jobs[1], 1, &leads, 2);
    submit_kind(&jobs[2], 2, &leads, 1);
    ck_assert_int_eq(submit(&jobs[3], 3), ERR_NONE);
    submit_kind(&jobs[4], 4, &handoffs, 1);
    submit_kind(&jobs[5], 5, &leads, 1);
    ck_assert_int_eq(submit(&jobs[6], 6), ERR_NONE);
    submit_kind(&jobs[7], 7, &leads, 1);
    submit_kind(&jobs[8], 8, &handoffs, 1);
    ck_assert(readers_cancel(readers, &jobs[5].job));
    let_go(8);
    ck_assert(!readers_cancel(readers, &jobs[7].job));
    ck_assert_uint_eq(ran, sizeof wanted / sizeof *wanted);
    for (size_t i = 0; i < ran; i++)
        ck_assert_int_eq(order[i], wanted[i]);
    /* the queue's end is where it should be: what comes now runs, after it */
    ck_assert_int_eq(submit(&jobs[0], 9), ERR_NONE);
    wait_for(&over);
    ck_assert_int_eq(order[ran - 1], 9);
}
END_TEST

START_TEST(no_more_than_so_many_run_together)
{
    static const char kind;
    struct numbered jobs[READ_TOGETHER_MAX + 2];

    for (int i = 0; i < READ_TOGETHER_MAX + 2; i++)
        submit_kind(&jobs[i], i, &kind, 1);
    let_go(READ_TOGETHER_MAX + 2);
    ck_assert_uint_eq(ran, READ_TOGETHER_MAX + 4);
    ck_assert_int_eq(order[READ_TOGETHER_MAX], -1);
    ck_assert_int_eq(order[READ_TOGETHER_MAX + 3], -1);
}
END_TEST

START_TEST(who_is_taken_already_is_not_taken_back)
{
    ck_assert(!readers_cancel(readers, &holding));
    let_go(0);
}
END_TEST

START_TEST(whose_time_is_over_is_given_up)
{
    struct numbered late, in_time;

    ck_assert_int_eq(submit_until(&late, 1, pg_now_ms()), ERR_NONE);
    ck_assert_int_eq(submit(&in_time, 2), ERR_NONE);
    let_go(2);
    ck_assert_int_eq(order[0], -1);
    ck_assert_int_eq(order[1], 2);
}
END_TEST

START_TEST(what_waits_runs_before_they_stop_and_nothing_comes_after)
{
    struct numbered jobs[JOBS];

    for (int i = 0; i < JOBS; i++)
        ck_assert_int_eq(submit(&jobs[i], i), ERR_NONE);
    sem_post(&go_on);
    readers_stop(readers);
    readers = NULL;
    ck_assert_uint_eq(ran, JOBS);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "readers");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    EACH(tcase, who_is_taken_back_never_runs_and_the_others_run_in_order, cancelled);
    TESTS(tcase, what_is_of_a_kind_runs_together_in_its_workspace_alone,
          no_more_than_so_many_run_together, who_is_taken_already_is_not_taken_back,
          whose_time_is_over_is_given_up, what_waits_runs_before_they_stop_and_nothing_comes_after);
}
