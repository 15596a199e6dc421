/* What is known of a lead: every observation in its place, the limit on them, and what was known
 * when. */
#include "core/definition/attribute.h"
#include "suite.h"

#include "../support/known.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAYS 40 /* more than are kept of one name */

static struct arena *arena;
static struct attribute_set set;

static void setup(void)
{
    arena = arena_new(8u << 20);
    set = (struct attribute_set){0};
}

static void teardown(void)
{
    arena_free(arena);
}

/* Said for this day (value and day are one), and known from day 1000 + known. */
static enum err observe(const char *name, int64_t value, int day, int known, bool *changed)
{
    const struct observation seen = {
        .value = {.type = VALUE_INT, .integer = value},
        .occurred_at = day * INSTANT_DAY,
        .known_from = (1000 + known) * INSTANT_DAY,
        .source = SOURCE_FORM,
    };

    return attribute_observe(&set, arena, name, &seen, changed);
}

static void must(const char *name, int64_t value, int day, int known, bool wanted)
{
    bool changed = !wanted;

    ck_assert_int_eq(observe(name, value, day, known, &changed), ERR_NONE);
    ck_assert_msg(changed == wanted, "%s %d of day %d: changed %d", name, (int)value, day, changed);
}

/* ---- the limit ---- */

/* In which order days 1 to DAYS are given: forward, backward, from the middle outward. */
static int day_of(int order, int i)
{
    if (order == 0)
        return i + 1;
    if (order == 1)
        return DAYS - i;
    return i % 2 == 0 ? DAYS / 2 - i / 2 : DAYS / 2 + 1 + i / 2;
}

START_TEST(of_many_the_oldest_and_the_newest_are_kept)
{
    for (int i = 0; i < DAYS; i++) {
        bool changed;
        int day = day_of(_i, i);
        ck_assert_int_eq(observe("size", day, day, i, &changed), ERR_NONE);
        const struct attribute *size = known_attribute(&set, "size");
        ck_assert_uint_eq(size->count, i < OBSERVATIONS_PER_NAME_MAX ? (size_t)i + 1
                                                                     : OBSERVATIONS_PER_NAME_MAX);
    }
    const struct attribute *size = known_attribute(&set, "size");
    ck_assert_int_eq(size->observations[0].value.integer, DAYS);
    ck_assert_int_eq(size->observations[size->count - 1].value.integer, 1);
    for (size_t i = 0; i < size->count; i++) {
        ck_assert_int_eq(size->observations[i].occurred_at,
                         size->observations[i].value.integer * INSTANT_DAY);
        ck_assert(i == 0 ||
                  size->observations[i - 1].occurred_at > size->observations[i].occurred_at);
    }
    /* given in order of time, those that give way are the old ones but the oldest */
    for (size_t i = 0; _i == 0 && i + 1 < size->count; i++)
        ck_assert_int_eq(size->observations[i].value.integer, DAYS - (int64_t)i);
}
END_TEST

START_TEST(so_many_names_and_no_more)
{
    char name[16];
    bool changed;

    for (int i = 0; i < ATTRIBUTES_PER_LEAD_MAX; i++) {
        snprintf(name, sizeof name, "n%03d", (i * 7) % ATTRIBUTES_PER_LEAD_MAX);
        must(name, i, 1, 0, true);
    }
    ck_assert_int_eq(observe("one.more", 1, 1, 0, &changed), ERR_LIMIT_REACHED);
    ck_assert_uint_eq(set.count, ATTRIBUTES_PER_LEAD_MAX);
    must("n007", 99, 2, 0, true); /* one that is there takes another word */
    for (size_t i = 1; i < set.count; i++)
        ck_assert_int_lt(strcmp(set.items[i - 1].name, set.items[i].name), 0);
    ck_assert_ptr_null(known_attribute(&set, "one.more"));
    ck_assert_ptr_nonnull(known_attribute(&set, "n000"));
    ck_assert_ptr_nonnull(known_attribute(&set, "n199"));
}
END_TEST

/* ---- what is current ---- */

START_TEST(the_newest_word_counts_however_late_an_older_one_comes)
{
    must("size", 10, 5, 0, true);
    must("size", 20, 3, 1, false);
    ck_assert_int_eq(known_attribute(&set, "size")->observations[0].value.integer, 10);
    must("size", 30, 5, 2, true); /* of the same moment: who comes later */
    must("size", 30, 9, 3, false);
    ck_assert_uint_eq(known_attribute(&set, "size")->count, 3);
    /* … but it holds from the later moment on */
    ck_assert_int_eq(known_attribute(&set, "size")->observations[0].occurred_at, 9 * INSTANT_DAY);
    must("size", 40, 8, 4, false);
    ck_assert_int_eq(known_attribute(&set, "size")->observations[0].value.integer, 30);
    ck_assert_int_eq(known_attribute(&set, "size")->observations[1].value.integer, 40);
}
END_TEST

START_TEST(a_copied_set_stays_as_it_was)
{
    must("size", 10, 5, 0, true);
    must("rank", 1, 5, 0, true);
    struct attribute_set copy = set;
    must("size", 20, 6, 1, true);
    must("size", 20, 7, 1, false);
    must("budget", 1, 1, 1, true);
    ck_assert_uint_eq(copy.count, 2);
    ck_assert_uint_eq(known_attribute(&copy, "size")->count, 1);
    ck_assert_int_eq(known_attribute(&copy, "size")->observations[0].value.integer, 10);
    ck_assert_int_eq(known_attribute(&copy, "size")->observations[0].occurred_at, 5 * INSTANT_DAY);
}
END_TEST

START_TEST(the_past_knows_what_it_knew)
{
    must("size", 10, 1, 10, true);
    must("size", 30, 3, 30, true);
    must("size", 20, 2, 40, false); /* of an earlier day, learned last */
    const struct attribute *size = known_attribute(&set, "size");
    static const struct {
        int at;
        int64_t wanted; /* 0: nothing */
    } looks[] = {{9, 0}, {10, 10}, {29, 10}, {30, 30}, {40, 30}};
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        const struct observation *known =
            attribute_known_at(size, (1000 + looks[i].at) * INSTANT_DAY);
        ck_assert_int_eq(known == NULL ? 0 : known->value.integer, looks[i].wanted);
    }
}
END_TEST

/* ---- two in one, and as it is stored ---- */

START_TEST(both_sets_are_told_to_the_one_that_stays)
{
    must("size", 10, 1, 0, true);
    must("size", 30, 3, 0, true);
    must("only.other", 7, 1, 0, true);
    struct attribute_set other = set;
    set = (struct attribute_set){0};
    must("size", 20, 2, 0, true);
    must("only.own", 8, 1, 0, true);
    ck_assert_int_eq(attribute_absorb(&set, arena, &other), ERR_NONE);
    const struct attribute *size = known_attribute(&set, "size");
    ck_assert_uint_eq(size->count, 3);
    for (int64_t i = 0; i < 3; i++)
        ck_assert_int_eq(size->observations[i].value.integer, 30 - 10 * i);
    ck_assert_ptr_nonnull(known_attribute(&set, "only.other"));
    ck_assert_ptr_nonnull(known_attribute(&set, "only.own"));
    ck_assert_uint_eq(set.count, 3);
}
END_TEST

static const char *written(const struct attribute_set *what, bool current)
{
    struct json_out out;

    json_out_init(&out, arena, 65536);
    if (current)
        attribute_set_write_current(what, &out);
    else
        attribute_set_write(what, &out);
    ck_assert(!arena_failed(arena));
    return out.written.text;
}

START_TEST(what_is_stored_comes_back)
{
    static const char stored[] =
        "{\"budget\":[[50000,2000,3000,\"sales\",\"said so\","
        "\"01020304-0506-7708-890a-0b0c0d0e0f10\"],[null,1000,1500,\"import\"]],"
        "\"gone\":[[null,4000,4001,\"form\"],[true,1,2,\"enrichment\"]],"
        "\"size\":[[\"large\",5,6,\"form\"]]}";
    struct attribute_set read;

    ck_assert_int_eq(attribute_set_read(stored, strlen(stored), arena, &read), ERR_NONE);
    ck_assert_str_eq(written(&read, false), stored);
    ck_assert_str_eq(written(&read, true), "{\"budget\":50000,\"size\":\"large\"}");
    const struct observation *budget = known_attribute(&read, "budget")->observations;
    ck_assert_int_eq(budget->occurred_at, 2000);
    ck_assert_int_eq(budget->known_from, 3000);
    ck_assert_int_eq(budget->source, SOURCE_SALES);
    ck_assert_str_eq(budget->evidence, "said so");
    ck_assert_int_eq(budget->confirmed_by.b[15], 0x10);
    ck_assert_int_eq(budget[1].source, SOURCE_IMPORT);
    ck_assert_int_eq(attribute_set_read("{}", 2, arena, &read), ERR_NONE);
    ck_assert_uint_eq(read.count, 0);
}
END_TEST

START_TEST(a_name_is_what_a_person_can_read)
{
    char name[ATTRIBUTE_NAME_MAX_BYTES + 2];

    memset(name, 'a', sizeof name);
    name[ATTRIBUTE_NAME_MAX_BYTES] = '\0';
    ck_assert(attribute_name_valid(name));
    name[ATTRIBUTE_NAME_MAX_BYTES] = 'a';
    name[ATTRIBUTE_NAME_MAX_BYTES + 1] = '\0';
    ck_assert(!attribute_name_valid(name));
    static const char *const good[] = {"a", "company.employees", "Größe in Metern", "a b"};
    static const char *const bad[] = {"", " a", "a ", "a\tb", "a\x1f", "\x7f", " "};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        ck_assert_msg(attribute_name_valid(good[i]), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!attribute_name_valid(bad[i]), "'%s'", bad[i]);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "attribute");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, of_many_the_oldest_and_the_newest_are_kept, 0, 3);
    TESTS(tcase, so_many_names_and_no_more, the_newest_word_counts_however_late_an_older_one_comes,
          a_copied_set_stays_as_it_was, the_past_knows_what_it_knew,
          both_sets_are_told_to_the_one_that_stays, what_is_stored_comes_back,
          a_name_is_what_a_person_can_read);
}
