/* The work set, kind after kind: what is asked for is noted, what is put is found, what is taken
 * back is gone. A kind that was added without its line in work.c is seen here. */
#include "core/work.h"
#include "suite.h"

#include "core/background_job.h"

#include <string.h>

#define MEMORY_BYTES (1u << 20)
#define ROW_BYTES    4096 /* more than any row */

static struct arena *arena;
static struct config config;
static struct work work;

/* What is noted of a row: every byte of it set, for an identity two texts. */
static union {
    uint8_t bytes[ROW_BYTES];
    struct identity identity;
} need, other;

static void random_bytes(void *bytes, size_t len)
{
    memset(bytes, 7, len);
}

static void set_up(void)
{
    arena = arena_new(MEMORY_BYTES);
    work_init(&work, arena, &config, 0, random_bytes);
}

static void tear_down(void)
{
    memset(&work, 0, sizeof work);
    arena_free(arena);
}

static void make_needs(enum row_kind kind)
{
    memset(&need, 1, sizeof need);
    memset(&other, 2, sizeof other);
    if (kind != KIND_IDENTITY)
        return;
    need.identity = (struct identity){IDENTITY_EXTERNAL, "crm", "7"};
    other.identity = (struct identity){IDENTITY_EXTERNAL, "crm", "8"};
}

START_TEST(what_is_asked_for_is_noted_and_what_is_put_is_found)
{
    enum row_kind kind = (enum row_kind)_i;
    struct lead row = {.id = {{1}}}; /* any row will do */
    enum find found;

    make_needs(kind);
    if (work_need_size(kind) == 0)
        return; /* never asked for */
    ck_assert(!work_has(&work, kind, &need));
    ck_assert_ptr_null(work_peek(&work, kind, &need));
    ck_assert_uint_eq(work.needs.of[kind].count, 0); /* looking notes nothing */
    ck_assert_ptr_null(work_find(&work, kind, &need, &found));
    ck_assert_int_eq(found, FIND_NEEDED);
    ck_assert_uint_eq(work.needs.of[kind].count, 1);
    ck_assert(work_put(&work, kind, work.needs.of[kind].items[0], NULL));
    ck_assert_ptr_null(work_find(&work, kind, &need, &found));
    ck_assert_int_eq(found, FIND_ABSENT);
    ck_assert(work_has(&work, kind, &need));
    ck_assert_ptr_null(work_peek(&work, kind, &need));
    ck_assert(work_put(&work, kind, &need, &row));
    ck_assert_ptr_eq(work_find(&work, kind, &need, &found), &row);
    ck_assert_int_eq(found, FIND_FOUND);
    ck_assert_ptr_eq(work_peek(&work, kind, &need), &row);
    ck_assert(!work_has(&work, kind, &other));
    ck_assert_uint_eq(work.needs.of[kind].count, 1);
}
END_TEST

START_TEST(a_need_outlives_the_set_that_noted_it)
{
    enum row_kind kind = (enum row_kind)_i;
    struct arena *carried = arena_new(MEMORY_BYTES);
    char source[] = "crm", value[] = "7";
    enum find found;

    make_needs(kind);
    need.identity.source = kind == KIND_IDENTITY ? source : need.identity.source;
    need.identity.value = kind == KIND_IDENTITY ? value : need.identity.value;
    if (work_need_size(kind) > 0) {
        const void *copy = work_copy_need(carried, kind, &need);
        ck_assert_ptr_nonnull(copy);
        if (kind == KIND_IDENTITY) {
            value[0] = 'x'; /* the text was another's */
            need.identity.value = "7";
        }
        work_put(&work, kind, &need, &need);
        ck_assert_ptr_eq(work_find(&work, kind, copy, &found), &need);
    }
    arena_free(carried);
}
END_TEST

START_TEST(what_is_taken_back_is_not_saved)
{
    enum row_kind kind = (enum row_kind)_i;
    static uint8_t row[ROW_BYTES];
    struct work_mark mark;

    work_begin(&work);
    ck_assert(work_save_row(&work, kind, row));
    work_mark(&work, &mark);
    ck_assert(work_save_row(&work, kind, row));
    ck_assert(work_add(&work, kind, row));
    ck_assert_uint_eq(work.saves[kind].count, 3);
    work_return(&work, &mark);
    ck_assert_uint_eq(work.saves[kind].count, 1);
    work_undo(&work);
    ck_assert_uint_eq(work.saves[kind].count, 0);
    for (int i = 0; i < KIND_COUNT; i++)
        ck_assert_int_eq(work.drop_before[i], INSTANT_NONE);
}
END_TEST

/* Somebody's hand made them: none of the lane's merges does. */
START_TEST(leads_merged_in_a_circle_are_asked_for_and_not_followed_for_ever)
{
    struct lead a = {.id = {{1}}, .status = LEAD_MERGED, .merged_into = {{2}}};
    struct lead b = {.id = {{2}}, .status = LEAD_MERGED, .merged_into = {{1}}};
    struct lead *found;

    ck_assert(work_put(&work, KIND_LEAD, &a.id, &a));
    ck_assert(work_put(&work, KIND_LEAD, &b.id, &b));
    ck_assert_int_eq(work_find_lead(&work, a.id, &found), FIND_NEEDED);
    ck_assert_uint_eq(work.needs.of[KIND_LEAD].count, 1);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "work");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, what_is_asked_for_is_noted_and_what_is_put_is_found, 0, KIND_COUNT);
    tcase_add_loop_test(tcase, a_need_outlives_the_set_that_noted_it, 0, KIND_COUNT);
    tcase_add_loop_test(tcase, what_is_taken_back_is_not_saved, 0, KIND_COUNT);
    TESTS(tcase, leads_merged_in_a_circle_are_asked_for_and_not_followed_for_ever);
}
