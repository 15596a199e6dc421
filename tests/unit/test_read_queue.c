/*
 * How readers are dealt, counted in places and order: nothing here has a thread or takes time. A
 * workspace has a letter, a read is written with its class ("a:report").
 */
#include "http/route.h"
#include "store/read/read_queue.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#define JOBS_MAX 1024
#define NEVER    INT64_MAX
#define EIGHT    8 /* readers */

static struct read_queue *queue;
static struct reader_job jobs[JOBS_MAX];
static struct read_turn turns[JOBS_MAX];
static size_t made, began;
static int64_t now;

static void set_up(void)
{
    memset(jobs, 0, sizeof jobs);
    made = began = 0;
    now = 1000000;
    queue = read_queue_new(EIGHT);
    ck_assert_ptr_nonnull(queue);
}

static void tear_down(void)
{
    read_queue_free(queue);
}

static struct uuid workspace_of(char letter)
{
    struct uuid id = {{0}};

    id.b[0] = (uint8_t)letter;
    return id;
}

static enum err put_until(char workspace, enum read_cost cost, int64_t deadline)
{
    ck_assert_uint_lt(made, JOBS_MAX);
    struct reader_job *job = &jobs[made++];
    *job = (struct reader_job){
        .workspace = workspace_of(workspace), .cost = cost, .deadline_ms = deadline};
    return read_queue_put(queue, job, now);
}

static void put(char workspace, enum read_cost cost, int count)
{
    for (int i = 0; i < count; i++)
        ck_assert_int_eq(put_until(workspace, cost, NEVER), ERR_NONE);
}

/* Who gets the next reader, "-": nobody. */
static const char *take(void)
{
    static const char *const names[READ_COSTS] = {
#define READ_COST(name, text, waiting, units) text,
        READ_COST_TABLE(READ_COST)
#undef READ_COST
    };
    static char text[32];
    struct reader_job *late = NULL;
    bool has = read_queue_has_next(queue);
    struct reader_job *job = read_queue_take(queue, now, &turns[began], &late);

    ck_assert_ptr_null(late);
    ck_assert_int_eq(job != NULL, has);
    if (job == NULL)
        return "-";
    began++;
    snprintf(text, sizeof text, "%c:%s", job->workspace.b[0], names[job->cost]);
    return text;
}

static size_t end(size_t turn)
{
    struct reader_job *late = NULL;
    size_t count = 0;

    read_queue_end(queue, &turns[turn], now, &late);
    for (; late != NULL; late = late->next)
        count++;
    return count;
}

static void end_all(size_t from)
{
    for (size_t i = from; i < began; i++)
        end(i);
}

START_TEST(sixteen_reports_of_one_leave_room_for_everybody)
{
    put('a', READ_REPORT, 16);
    ck_assert_str_eq(take(), "a:report");
    ck_assert_str_eq(take(), "a:report");
    ck_assert_str_eq(take(), "-"); /* two of eight readers, however many wait */
    /* its own lists and reads by id pass by them */
    put('a', READ_LIST, 2);
    put('a', READ_BY_ID, 2);
    ck_assert_str_eq(take(), "a:by id");
    ck_assert_str_eq(take(), "a:list");
    ck_assert_str_eq(take(), "-"); /* half of the readers are its own */
    /* and others have the other half, with reports too */
    put('b', READ_REPORT, 3);
    put('b', READ_BY_ID, 4);
    ck_assert_str_eq(take(), "b:by id");
    ck_assert_str_eq(take(), "b:report");
    ck_assert_str_eq(take(), "b:by id");
    ck_assert_str_eq(take(), "b:report");
    ck_assert_str_eq(take(), "-");
    end_all(0);
    put('b', READ_BY_ID, 1); /* nothing is lost when all end */
    size_t waiting = read_queue_waiting(queue);
    for (size_t from = began; waiting > 0; waiting = read_queue_waiting(queue), from = began) {
        while (strcmp(take(), "-") != 0)
            continue;
        ck_assert_uint_gt(began, from);
        end_all(from);
    }
}
END_TEST

START_TEST(reports_of_many_leave_half_to_what_is_short)
{
    for (char workspace = 'a'; workspace < 'f'; workspace++)
        put(workspace, READ_REPORT, 4);
    ck_assert_str_eq(take(), "a:report");
    ck_assert_str_eq(take(), "b:report");
    ck_assert_str_eq(take(), "c:report");
    ck_assert_str_eq(take(), "d:report");
    ck_assert_str_eq(take(), "-");
    for (char workspace = 'a'; workspace < 'f'; workspace++)
        put(workspace, READ_LIST, 4);
    ck_assert_str_eq(take(), "e:list");
    ck_assert_str_eq(take(), "a:list");
    ck_assert_str_eq(take(), "b:list");
    ck_assert_str_eq(take(), "-"); /* the last reader is for a read by id */
    put('z', READ_BY_ID, 1);
    ck_assert_str_eq(take(), "z:by id");
    end_all(0);
    for (size_t from = began; read_queue_waiting(queue) > 0; from = began) {
        while (strcmp(take(), "-") != 0)
            continue;
        end_all(from);
    }
}
END_TEST

START_TEST(workspaces_have_turns_however_much_they_want)
{
    put('a', READ_BY_ID, 100);
    put('b', READ_BY_ID, 2);
    ck_assert_str_eq(take(), "a:by id");
    ck_assert_str_eq(take(), "b:by id");
    ck_assert_str_eq(take(), "a:by id");
    put('c', READ_BY_ID, 1);
    ck_assert_str_eq(take(), "b:by id");
    ck_assert_str_eq(take(), "a:by id");
    ck_assert_str_eq(take(), "c:by id");
    for (size_t i = 0; i < made; i++)
        read_queue_remove(queue, &jobs[i]);
    ck_assert_uint_eq(read_queue_waiting(queue), 0);
    end_all(0);
}
END_TEST

START_TEST(one_reader_serves_all)
{
    read_queue_free(queue);
    queue = read_queue_new(1);
    put('a', READ_REPORT, 1);
    ck_assert_str_eq(take(), "a:report");
    put('b', READ_LIST, 1);
    put('a', READ_BY_ID, 1);
    ck_assert_str_eq(take(), "-");
    end(0);
    ck_assert_str_eq(take(), "b:list");
    end(1);
    ck_assert_str_eq(take(), "a:by id");
    ck_assert_str_eq(take(), "-");
    end(2);
}
END_TEST

/* Two reports at a time, of two seconds each. */
START_TEST(what_will_not_come_in_time_is_refused_at_once)
{
    const int64_t deadline = now + 7000;

    for (int i = 0; i < 16; i++) /* nobody knows yet how long they take */
        ck_assert_int_eq(put_until('a', READ_REPORT, deadline), ERR_NONE);
    ck_assert_str_eq(take(), "a:report");
    ck_assert_str_eq(take(), "a:report");
    now += 2000;
    /* Two begin now, two at 4 s: the fifth would begin at 6 s and end at 8 s. */
    ck_assert_uint_eq(end(0), 10);
    ck_assert_uint_eq(read_queue_waiting(queue), 4);
    for (size_t i = 0; i < made; i++)
        ck_assert(jobs[i].retry_after_s == 0 ||
                  (jobs[i].retry_after_s >= 2 && jobs[i].retry_after_s <= 16));
    ck_assert_int_eq(put_until('a', READ_REPORT, deadline), ERR_OVERLOADED);
    ck_assert_int_eq(jobs[made - 1].retry_after_s, 4);
    ck_assert_int_eq(put_until('a', READ_REPORT, deadline + 4000), ERR_NONE);
    /* of another workspace, nothing is known */
    ck_assert_int_eq(put_until('b', READ_REPORT, now + 10), ERR_NONE);
    for (size_t i = 0; i < made; i++)
        read_queue_remove(queue, &jobs[i]);
    end(1);
    /* and whoever has nobody before them is never refused */
    ck_assert_int_eq(put_until('a', READ_REPORT, now + 10), ERR_NONE);
    ck_assert_str_eq(take(), "a:report");
    end(2);
}
END_TEST

START_TEST(whose_time_is_over_gets_no_reader)
{
    struct reader_job *late = NULL;

    ck_assert_int_eq(put_until('a', READ_LIST, now + 5), ERR_NONE);
    ck_assert_int_eq(put_until('a', READ_BY_ID, now + 5), ERR_NONE);
    ck_assert_int_eq(put_until('b', READ_LIST, now + 50), ERR_NONE);
    now += 5;
    ck_assert_ptr_eq(read_queue_take(queue, now, &turns[0], &late), &jobs[2]);
    ck_assert_ptr_nonnull(late);
    ck_assert_ptr_nonnull(late->next);
    ck_assert_ptr_null(late->next->next);
    ck_assert(!read_queue_remove(queue, &jobs[0]));
    ck_assert_uint_eq(read_queue_waiting(queue), 0);
    end(0);
}
END_TEST

START_TEST(of_one_workspace_so_many_wait_and_no_more)
{
    put('a', READ_REPORT, 32);
    ck_assert_int_eq(put_until('a', READ_REPORT, NEVER), ERR_OVERLOADED);
    put('a', READ_LIST, 128);
    ck_assert_int_eq(put_until('a', READ_LIST, NEVER), ERR_OVERLOADED);
    put('a', READ_BY_ID, 320);
    ck_assert_int_eq(put_until('a', READ_BY_ID, NEVER), ERR_OVERLOADED);
    put('b', READ_REPORT, 1);
    for (size_t i = 0; i < made; i++)
        read_queue_remove(queue, &jobs[i]);
}
END_TEST

/* ---- the classes of the routes ---- */

static bool reads(const struct route *route, const char *name)
{
    for (size_t i = 0; route->input != NULL && i < route->input->count; i++)
        if (strcmp(route->input->fields[i].name, name) == 0)
            return true;
    return false;
}

START_TEST(pages_are_lists_and_counts_are_reports)
{
    size_t found[READ_COSTS] = {0};

    for (size_t i = 0; i < routes_count; i++) {
        const struct route *route = &routes[i];
        bool counts = strncmp(route->pattern, "/v1/reports/", 12) == 0 ||
                      strcmp(route->pattern, "/v1/attribution") == 0 ||
                      strcmp(route->pattern, "/v1/attribution/leads") == 0;
        if (route->kind != ROUTE_READ) {
            continue;
        }
        if (counts)
            ck_assert_msg(route->cost == READ_REPORT, "%s is a report", route->operation_id);
        if (reads(route, "limit"))
            ck_assert_msg(route->cost != READ_BY_ID, "%s is a list", route->operation_id);
        found[route->cost]++;
    }
    for (size_t i = 0; i < READ_COSTS; i++)
        ck_assert_uint_gt(found[i], 5);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "read_queue");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    TESTS(tcase, sixteen_reports_of_one_leave_room_for_everybody,
          reports_of_many_leave_half_to_what_is_short, workspaces_have_turns_however_much_they_want,
          one_reader_serves_all, what_will_not_come_in_time_is_refused_at_once,
          whose_time_is_over_gets_no_reader, of_one_workspace_so_many_wait_and_no_more,
          pages_are_lists_and_counts_are_reports);
}
