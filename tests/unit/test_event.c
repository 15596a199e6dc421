/* Events: what a ledger entry's body says, and what the feeds write of it. */
#include "core/handoff/event.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define NOW ((instant)1795341600000000) /* 2026-11-22T10:00:00Z */

#define LEAD_TEXT    "01a205db-2b49-7e60-a6a9-d7aaa1a36e3a"
#define HANDOFF_TEXT "01a205db-2b49-7cd1-8498-9c4450c955b8"
#define TOUCH_TEXT   "f6649b54-a385-8cc8-b640-6dd259dab41a"

static struct arena *arena;
static struct uuid lead_id;

static void set_up(void)
{
    arena = arena_new(1 << 16);
    ck_assert(uuid_parse(LEAD_TEXT, &lead_id));
}

static void tear_down(void)
{
    arena_free(arena);
}

static enum err read_body(enum ledger_kind kind, const char *body, struct event *out)
{
    struct ledger_entry entry = {
        .subject = lead_id,
        .seq = 3,
        .kind = kind,
        .at = NOW,
        .body = body,
        .body_len = strlen(body),
    };

    return event_read(&entry, 44, arena, out);
}

static struct event event_of(enum ledger_kind kind, const char *body)
{
    struct event event;

    ck_assert_int_eq(read_body(kind, body, &event), ERR_NONE);
    return event;
}

static void expect(enum ledger_kind kind, const char *body, const char *wanted)
{
    struct event event = event_of(kind, body);
    struct json_out out;

    json_out_init(&out, arena, 1 << 16);
    event_write(&event, &(struct config){0}, &out);
    ck_assert_str_eq(out.written.text, wanted);
}

START_TEST(an_empty_body_says_nothing)
{
    expect(LEDGER_LEAD_CAPTURED, "{}",
           "{\"pos\":44,\"type\":\"lead.captured\",\"at\":\"2026-11-22T10:00:00Z\",\"actor\":{"
           "\"type\":\"system\",\"member\":null,\"team\":null,\"cause\":null},\"lead_id\":"
           "\"" LEAD_TEXT "\",\"handoff_id\":null,\"definition\":null,\"old_stage\":null,"
           "\"new_stage\":null,\"reason\":null}");
}
END_TEST

START_TEST(a_rejection_says_it_all)
{
    expect(LEDGER_HANDOFF_REJECTED,
           "{\"handoff\":\"" HANDOFF_TEXT "\",\"reason\":\"too_small\",\"stage_from\":\"mql\","
           "\"stage_to\":\"nurture\",\"term\":\"mql\",\"version\":3}",
           "{\"pos\":44,\"type\":\"handoff.rejected\",\"at\":\"2026-11-22T10:00:00Z\",\"actor\":{"
           "\"type\":\"system\",\"member\":null,\"team\":null,\"cause\":null},\"lead_id\":"
           "\"" LEAD_TEXT "\",\"handoff_id\":\"" HANDOFF_TEXT "\",\"definition\":{\"term\":"
           "\"mql\",\"version\":3},\"old_stage\":\"mql\",\"new_stage\":\"nurture\",\"reason\":"
           "\"too_small\"}");
}
END_TEST

START_TEST(a_verdict_names_its_definition_inside)
{
    struct event event =
        event_of(LEDGER_VERDICT_GIVEN,
                 "{\"definition\":\"00ff\",\"verdict\":{\"term\":\"sql\",\"version\":7}}");

    ck_assert_int_eq(event.term, TERM_SQL);
    ck_assert_int_eq(event.version, 7);
}
END_TEST

START_TEST(what_is_not_about_a_lead_has_none)
{
    struct event event =
        event_of(LEDGER_DEFINITION_SIGNED, "{\"side\":\"sales\",\"term\":\"mql\",\"version\":2}");

    ck_assert(uuid_is_nil(event.lead));
    ck_assert_int_eq(event.version, 2);
    ck_assert(event_is_of_lead(LEDGER_HANDOFF_IMPORTED));
    ck_assert(!event_is_of_lead(LEDGER_DEFINITION_DRAFTED));
}
END_TEST

START_TEST(the_system_names_its_cause)
{
    expect(LEDGER_HANDOFF_EXPIRED, "{\"cause\":\"respond_by\"}",
           "{\"pos\":44,\"type\":\"handoff.expired\",\"at\":\"2026-11-22T10:00:00Z\",\"actor\":{"
           "\"type\":\"system\",\"member\":null,\"team\":null,\"cause\":\"respond_by\"},"
           "\"lead_id\":\"" LEAD_TEXT "\",\"handoff_id\":null,\"definition\":null,"
           "\"old_stage\":null,\"new_stage\":null,\"reason\":null}");
}
END_TEST

START_TEST(touches_ratings_and_amounts_are_found)
{
    struct event event = event_of(LEDGER_LEAD_CAPTURED, "{\"touch\":{\"id\":\"" TOUCH_TEXT "\"}}");
    char text[UUID_TEXT_LEN + 1];

    uuid_format(event.touch, text);
    ck_assert_str_eq(text, TOUCH_TEXT);
    event = event_of(LEDGER_FEEDBACK_GIVEN, "{\"rating\":4}");
    ck_assert_int_eq(event.rating, 4);
    event = event_of(LEDGER_OUTCOME_WON, "{\"amount\":{\"currency\":\"EUR\",\"minor\":90000}}");
    ck_assert(event.amount.given);
    ck_assert_int_eq(event.amount.minor, 90000);
    ck_assert_str_eq(event.amount.currency, "EUR");
}
END_TEST

START_TEST(a_damaged_body_is_an_error)
{
    struct event event;

    ck_assert_int_eq(read_body(LEDGER_LEAD_CAPTURED, "{\"created\":", &event), ERR_INTERNAL);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "event");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, an_empty_body_says_nothing, a_rejection_says_it_all,
          a_verdict_names_its_definition_inside, what_is_not_about_a_lead_has_none,
          the_system_names_its_cause, touches_ratings_and_amounts_are_found,
          a_damaged_body_is_an_error);
}
