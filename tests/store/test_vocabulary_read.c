/* The words in use: attributes with types and coverage, values of dimensions; and what senders
 * have delivered. */
#include "core/intake/lead_capture.h"
#include "reading.h"
#include "store/read/delivery_read.h"
#include "store/read/vocabulary_read.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

static struct reading r;

static void set_up(void)
{
    reading_begin(&r);
}

static void tear_down(void)
{
    reading_end(&r);
}

/* ---- attributes ---- */

static void capture_with(const char *email, const struct attribute_input *attributes, size_t count)
{
    struct identity identity = {.kind = IDENTITY_EMAIL, .source = "", .value = email};
    struct capture_input input = {
        .identities = &identity,
        .identity_count = 1,
        .attributes = attributes,
        .attribute_count = count,
        .claimed_stage = STAGE_COUNT,
        .occurred_at = INSTANT_NONE,
    };

    reading_do(&r, COMMAND_LEAD_CAPTURE, &input);
}

static const struct attribute_use *use_of(const struct attribute_uses *uses, const char *name)
{
    for (size_t i = 0; i < uses->count; i++)
        if (strcmp(uses->items[i].name, name) == 0)
            return &uses->items[i];
    ck_abort_msg("%s is not there", name);
    return NULL;
}

START_TEST(attributes_have_types_and_coverage)
{
    struct value items[] = {{.type = VALUE_TEXT, .len = 1, .text = "a"}};
    const struct attribute_input kim[] = {
        {"seniority", {.type = VALUE_TEXT, .len = 2, .text = "vp"}},
        {"size", {.type = VALUE_INT, .integer = 120}},
        {"tags", {.type = VALUE_LIST, .len = 1, .items = items}},
    };
    const struct attribute_input lee[] = {
        {"seniority", {.type = VALUE_NULL}},
        {"size", {.type = VALUE_TEXT, .len = 4, .text = "many"}},
    };
    struct attribute_uses uses;

    ck_assert_int_eq(vocabulary_read_attributes(&r.read, &uses), ERR_NONE);
    ck_assert_uint_eq(uses.count, 0);
    capture_with("kim@acme.example", kim, 3);
    capture_with("lee@gmail.com", lee, 2);
    capture_with("lee@gmail.com", (const struct attribute_input[]){{"size", {.type = VALUE_BOOL}}},
                 1);
    ck_assert_int_eq(vocabulary_read_attributes(&r.read, &uses), ERR_NONE);
    ck_assert_int_eq(uses.leads, 2);
    ck_assert_int_eq(use_of(&uses, "company.domain")->leads, 1);
    ck_assert_int_eq(use_of(&uses, "seniority")->leads, 1); /* Lee's was cleared */
    ck_assert(use_of(&uses, "seniority")->text);
    ck_assert(use_of(&uses, "tags")->list);
    const struct attribute_use *size = use_of(&uses, "size");
    ck_assert_int_eq(size->leads, 2);
    ck_assert(size->number && size->boolean && !size->text); /* what is, not what was */
    for (size_t i = 1; i < uses.count; i++)
        ck_assert_int_lt(strcmp(uses.items[i - 1].name, uses.items[i].name), 0);
}
END_TEST

/* ---- dimensions ---- */

START_TEST(values_come_by_name_page_by_page)
{
    static const char *const wanted[] = {"Bing", "a", "b", "z\xc3\xb6"};
    const char *after = "";
    struct dimension_page page;

    reading_exec(&r, "INSERT INTO dimension VALUES (:w, 1, 'source', 'b'), (:w, 2, 'source', 'a'),"
                     " (:w, 3, 'source', 'z\xc3\xb6'), (:w, 4, 'source', 'Bing'),"
                     " (:w, 5, 'medium', 'cpc')");
    for (int i = 0; i < 4; i++) {
        struct dimension_filter filter = {.dimension = DIMENSION_SOURCE, .after = after};
        ck_assert_int_eq(vocabulary_read_dimension(&r.read, &filter, 1, &page), ERR_NONE);
        ck_assert_uint_eq(page.count, 1);
        ck_assert_str_eq(page.items[0].value, wanted[i]);
        ck_assert_int_eq(page.more, i < 3);
        after = page.items[0].value;
    }
    struct dimension_filter none = {.dimension = DIMENSION_CONTENT, .after = ""};
    ck_assert_int_eq(vocabulary_read_dimension(&r.read, &none, 1, &page), ERR_NONE);
    ck_assert_uint_eq(page.count, 0);
}
END_TEST

/* ---- deliveries ---- */

static const char deliveries_sql[] =
    "INSERT INTO source VALUES (:w, :s1, 'forms', :marketing, '{}', '{}', true, 1, now()),"
    " (:w, :s2, 'ads', :marketing, '{}', '{}', true, 1, now());"
    "INSERT INTO delivery VALUES"
    " (:w, :d1, :s1, now(), 'application/json', '{}', 'applied', NULL, :l1, NULL),"
    " (:w, :d2, :s2, now(), 'application/json', '{}', 'failed', 'invalid /email', NULL, NULL),"
    " (:w, :d3, :s1, now(), 'text/plain', NULL, 'failed', 'malformed', NULL, now());";

static struct delivery_page deliveries_of(const struct delivery_filter *filter, int limit)
{
    struct delivery_page page;

    ck_assert_int_eq(delivery_read_page(&r.read, filter, limit, &page), ERR_NONE);
    return page;
}

START_TEST(deliveries_come_newest_first)
{
    struct delivery_filter filter = {.status = DELIVERY_STATUS_COUNT};

    reading_exec(&r, deliveries_sql);
    struct delivery_page page = deliveries_of(&filter, 2);
    ck_assert_uint_eq(page.count, 2);
    ck_assert(page.more);
    ck_assert(uuid_equal(page.items[0].id, reading_id("d3")));
    ck_assert_int_ne(page.items[0].replayed_at, INSTANT_NONE);
    ck_assert_str_eq(page.items[1].error, "invalid /email");
    filter.before = page.items[1].id;
    page = deliveries_of(&filter, 2);
    ck_assert_uint_eq(page.count, 1);
    ck_assert(uuid_equal(page.items[0].lead, reading_id("l1")));
    ck_assert_ptr_null(page.items[0].error);
}
END_TEST

START_TEST(deliveries_are_filtered_by_status_and_source)
{
    struct delivery_filter filter = {.status = DELIVERY_FAILED};

    reading_exec(&r, deliveries_sql);
    ck_assert_uint_eq(deliveries_of(&filter, 9).count, 2);
    filter.source = reading_id("s1");
    ck_assert_uint_eq(deliveries_of(&filter, 9).count, 1);
    filter.status = DELIVERY_APPLIED;
    ck_assert_uint_eq(deliveries_of(&filter, 9).count, 1);
    filter.source = reading_id("s2");
    ck_assert_uint_eq(deliveries_of(&filter, 9).count, 0);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "vocabulary");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, attributes_have_types_and_coverage, values_come_by_name_page_by_page,
          deliveries_come_newest_first, deliveries_are_filtered_by_status_and_source);
}
