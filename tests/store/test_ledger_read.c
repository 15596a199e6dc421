/* The ledger as its followers read it: events in order, feedback with its words, and what happened
 * with one lead, touches and verdicts included. */
#include "core/intake/lead_change.h"
#include "core/intake/lead_erase.h"
#include "core/intake/lead_merge.h"
#include "reading.h"
#include "store/read/ledger_read.h"
#include "store/read/verdict_read.h"
#include "suite.h"

#include <stdio.h>
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

/* ---- events ---- */

START_TEST(events_come_in_order_and_the_place_is_kept)
{
    struct ledger_page page;

    ck_assert_int_eq(ledger_read_events(&r.read, 0, 10, &page), ERR_NONE);
    ck_assert_uint_eq(page.count, 0);
    ck_assert_int_eq(page.next, 0);
    reading_capture(&r, "a@acme.example", "google");
    reading_capture(&r, "b@acme.example", NULL);
    ck_assert_int_eq(ledger_read_events(&r.read, 0, 1, &page), ERR_NONE);
    ck_assert_uint_eq(page.count, 1);
    ck_assert(page.more);
    ck_assert_int_eq(page.items[0].pos, 1);
    ck_assert_int_eq(page.items[0].kind, LEDGER_LEAD_CAPTURED);
    ck_assert_int_eq(page.items[0].stage_before, STAGE_COUNT);
    ck_assert_int_eq(page.items[0].stage_after, STAGE_INQUIRY);
    ck_assert(uuid_equal(page.items[0].lead, reading_lead(&r, "a@acme.example")));
    ck_assert_int_eq(page.items[0].actor.kind, ACTOR_MEMBER);
    ck_assert_int_eq(ledger_read_events(&r.read, page.next, 1, &page), ERR_NONE);
    ck_assert_int_eq(page.items[0].pos, 2);
    ck_assert(!page.more);
    ck_assert_int_eq(ledger_read_events(&r.read, page.next, 1, &page), ERR_NONE);
    ck_assert_uint_eq(page.count, 0);
    ck_assert_int_eq(page.next, 2);
}
END_TEST

/* ---- feedback ---- */

#define HANDOFF(name, state, more, values)                                                         \
    "INSERT INTO handoff (workspace_id, handoff_id, lead_id, kind, state, from_team, to_team, "    \
    "term, version, offered_at, respond_by, updated_at" more ") VALUES (:w, :" name ", :lead1, "   \
    "'standard', '" state "', :marketing, :sdr, 'mql', 3, now(), now(), now()" values ");"
#define ENTRY(pos, kind, body)                                                                     \
    "INSERT INTO ledger VALUES (:w, " pos ", :lead1, " pos ", " kind ", '2026-11-22T12:00:00Z', "  \
    "1, :sam, :sdr, convert_to('" body "', 'UTF8'), decode(repeat('00', 32), 'hex'));"
#define ID_OF_H1 "68310000-0000-0000-0000-000000000001"
#define ID_OF_F1 "66310000-0000-0000-0000-000000000001"

static const char feedback_sql[] =
    "INSERT INTO lead (workspace_id, lead_id, status, stage, owner_team, next_step, next_why, "
    "next_at, identities,"
    " attributes, facts, salt, origin, found_by, created_at, updated_at, touch_count, seq, "
    "hash,"
    " chain_at) VALUES (:w, :lead1, 'active', 'nurture', :marketing, 'nurture', 'captured', now(), "
    "'[]', '{}', '{}',"
    " decode(repeat('00', 16), 'hex'), 'inbound', 'marketing', now(), now(), 0, 1,"
    " decode(repeat('00', 32), 'hex'), now());" HANDOFF(
        "h1", "rejected", ", closed_at, reason, class, criterion, note",
        ", now(), 'too_small', 'bad_data', '{\"id\":\"company-size\",\"result\":\"met\","
        "\"seen\":120,\"now\":\"unmet\"}', '30 on the call'") "INSERT INTO feedback VALUES "
                                                              "(:w, :f1, :h1, :lead1, "
                                                              "'feedback', 2, 'Thanks, but', "
                                                              ":sam, now());" ENTRY("1", "20",
                                                                                    "{\"handoff"
                                                                                    "\":"
                                                                                    "\"" ID_OF_H1
                                                                                    "\"}")
                                                                  ENTRY("2", "25",
                                                                        "{\"handoff\":\"" ID_OF_H1
                                                                        "\",\"reason\":\"too_"
                                                                        "small\"}") ENTRY("3", "1",
                                                                                          "{\"cre"
                                                                                          "ated\""
                                                                                          ":1}")
                                                                      ENTRY("4", "33",
                                                                            "{\"feedback\":"
                                                                            "\"" ID_OF_F1
                                                                            "\",\"handoff\":"
                                                                            "\"" ID_OF_H1
                                                                            "\",\"rating\":2}")
                                                                          ENTRY("5", "35",
                                                                                "{\"amount\":{"
                                                                                "\"currency\":"
                                                                                "\"EUR\","
                                                                                "\"minor\":90000}"
                                                                                ",\"handoff\":"
                                                                                "\"" ID_OF_H1
                                                                                "\"}");

START_TEST(feedback_carries_its_words)
{
    struct feedback_page page;

    reading_exec(&r, feedback_sql);
    ck_assert_int_eq(ledger_read_feedback(&r.read, 0, 10, &page), ERR_NONE);
    ck_assert_uint_eq(page.count, 3);
    ck_assert_int_eq(page.next, 5);
    ck_assert(!page.more);
    ck_assert_str_eq(page.items[0].event.reason, "too_small");
    ck_assert_str_eq(page.items[0].handoff->note, "30 on the call");
    ck_assert_int_eq(page.items[1].event.rating, 2);
    ck_assert_str_eq(page.items[1].note, "Thanks, but");
    ck_assert_int_eq(page.items[2].event.amount.minor, 90000);
    ck_assert_str_eq(page.items[2].event.amount.currency, "EUR");
}
END_TEST

START_TEST(feedback_goes_on_where_it_was_cut)
{
    struct feedback_page page;
    int64_t after = 0, seen[] = {2, 4, 5};

    reading_exec(&r, feedback_sql);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(ledger_read_feedback(&r.read, after, 1, &page), ERR_NONE);
        ck_assert_uint_eq(page.count, 1);
        ck_assert_int_eq(page.items[0].event.pos, seen[i]);
        after = page.next;
    }
    ck_assert_int_eq(ledger_read_feedback(&r.read, after, 1, &page), ERR_NONE);
    ck_assert_uint_eq(page.count, 0);
    ck_assert_int_eq(page.next, 5);
}
END_TEST

/* So many entries after position 5 that are no feedback and no lead's, and then one that is. */
static void add_others(int count)
{
    char sql[1024];

    snprintf(sql, sizeof sql,
             "INSERT INTO ledger SELECT workspace_id, 5 + i, gen_random_uuid(), 1, 60, now(), 1, "
             "NULL, NULL, convert_to('{}', 'UTF8'), decode(repeat('00', 32), 'hex') "
             "FROM workspace, generate_series(1, %d) i;"
             "INSERT INTO ledger SELECT workspace_id, 6 + %d, subject_id, 6, kind, at, actor_kind, "
             "actor_id, team_id, body, hash FROM ledger WHERE pos = 2",
             count, count);
    database_exec(r.database, sql);
}

/* What the pages of one follower have: how many entries, after which the next begins. */
static const struct {
    int others;
    struct {
        size_t count;
        int64_t next;
        bool more;
    } pages[4];
} windows[] = {
    /* all in one look */
    {FEED_SCAN_MAX - 7, {{4, FEED_SCAN_MAX - 1, false}, {0, FEED_SCAN_MAX - 1, false}}},
    /* a look that ends with the last entry cannot know that it is the last */
    {FEED_SCAN_MAX - 6, {{4, FEED_SCAN_MAX, true}, {0, FEED_SCAN_MAX, false}}},
    {FEED_SCAN_MAX - 5,
     {{3, FEED_SCAN_MAX, true}, {1, FEED_SCAN_MAX + 1, false}, {0, FEED_SCAN_MAX + 1, false}}},
    /* a whole look without anything in it */
    {2 * FEED_SCAN_MAX,
     {{3, FEED_SCAN_MAX, true},
      {0, 2 * FEED_SCAN_MAX, true},
      {1, 2 * FEED_SCAN_MAX + 6, false},
      {0, 2 * FEED_SCAN_MAX + 6, false}}},
};

START_TEST(a_look_ends_somewhere_and_the_next_goes_on)
{
    struct feedback_page page = {0};

    reading_exec(&r, feedback_sql);
    add_others(windows[_i].others);
    for (int i = 0; i < 4 && (i == 0 || windows[_i].pages[i].next != 0); i++) {
        ck_assert_int_eq(ledger_read_feedback(&r.read, page.next, 10, &page), ERR_NONE);
        ck_assert_uint_eq(page.count, windows[_i].pages[i].count);
        ck_assert_int_eq(page.next, windows[_i].pages[i].next);
        ck_assert_int_eq(page.more, windows[_i].pages[i].more);
    }
}
END_TEST

static struct config small_config(const struct team *teams)
{
    return (struct config){.teams = teams, .team_count = 2};
}

START_TEST(feedback_is_written_as_the_contract_has_it)
{
    struct team teams[] = {{.id = r.marketing, .name = "marketing"}, {.id = r.sdr, .name = "sdr"}};
    struct config config = small_config(teams);
    struct feedback_page page;
    struct json_out out;

    reading_exec(&r, feedback_sql);
    ck_assert_int_eq(ledger_read_feedback(&r.read, 0, 10, &page), ERR_NONE);
    json_out_init(&out, r.arena, 1 << 16);
    event_write_feedback(&page.items[0].event, page.items[0].handoff, page.items[0].note, &config,
                         &out);
    ck_assert_str_eq(
        out.written.text,
        "{\"pos\":2,\"type\":\"rejected\",\"at\":\"2026-11-22T12:00:00Z\","
        "\"handoff_id\":\"68310000-0000-0000-0000-000000000001\","
        "\"lead_id\":\"6c656164-3100-0000-0000-000000000001\",\"from_team\":\"marketing\","
        "\"to_team\":\"sdr\",\"gate\":{\"term\":\"mql\",\"version\":3},\"actor\":{\"type\":"
        "\"member\",\"member\":\"73616d00-0000-0000-0000-000000000001\",\"team\":\"sdr\","
        "\"cause\":null},\"reason\":\"too_small\",\"class\":\"bad_data\","
        "\"criterion\":\"company-size\",\"rating\":null,\"outcome\":null,\"amount\":null,"
        "\"note\":\"30 on the call\"}");
    json_out_clear(&out);
    event_write_feedback(&page.items[2].event, page.items[2].handoff, page.items[2].note, &config,
                         &out);
    ck_assert_ptr_nonnull(strstr(out.written.text, "\"type\":\"outcome\""));
    ck_assert_ptr_nonnull(strstr(out.written.text, "\"class\":null,\"criterion\":null"));
    ck_assert_ptr_nonnull(
        strstr(out.written.text, "\"outcome\":\"won\",\"amount\":{\"minor\":90000"));
}
END_TEST

/* ---- timeline ---- */

static struct timeline_page timeline_of(struct uuid lead, int64_t after, int limit)
{
    struct timeline_page page;

    ck_assert_int_eq(ledger_read_timeline(&r.read, lead, after, limit, &page), ERR_NONE);
    return page;
}

static void merge(struct uuid survivor, struct uuid absorbed)
{
    struct merge_input input = {survivor, absorbed};

    reading_do(&r, COMMAND_LEAD_MERGE, &input);
}

START_TEST(a_timeline_has_what_happened_with_touches)
{
    struct add_touch_input call = {
        .touch = {.kind = "call",
                  .occurred_at = INSTANT_NONE,
                  .values = {[DIMENSION_CAMPAIGN] = "q4"},
                  .direction = DIRECTION_OUTBOUND},
    };

    reading_capture(&r, "kim@acme.example", "google");
    call.lead = reading_lead(&r, "kim@acme.example");
    reading_do(&r, COMMAND_LEAD_TOUCH, &call);
    struct timeline_page page = timeline_of(call.lead, 0, 10);
    ck_assert_uint_eq(page.count, 2);
    ck_assert_int_eq(page.items[0].event.kind, LEDGER_LEAD_CAPTURED);
    ck_assert_str_eq(page.items[0].touch->values[DIMENSION_SOURCE], "google");
    ck_assert_ptr_null(page.items[0].touch->values[DIMENSION_MEDIUM]);
    ck_assert_int_eq(page.items[1].event.kind, LEDGER_TOUCH_RECORDED);
    ck_assert_str_eq(page.items[1].touch->kind, "call");
    ck_assert_str_eq(page.items[1].touch->values[DIMENSION_CAMPAIGN], "q4");
    ck_assert_int_eq(page.items[1].touch->direction, DIRECTION_OUTBOUND);
}
END_TEST

/* Of a capture and of a touch alone. */
START_TEST(every_word_of_a_touch_stands_in_its_place)
{
    struct add_touch_input all = {
        .touch = {.kind = "call", .occurred_at = INSTANT_SECOND, .direction = DIRECTION_OUTBOUND},
    };

    for (int i = 0; i < DIMENSION_COUNT; i++)
        all.touch.values[i] = dimension_name((enum dimension)i);
    reading_capture(&r, "kim@acme.example", NULL);
    all.lead = reading_lead(&r, "kim@acme.example");
    reading_do(&r, COMMAND_LEAD_TOUCH, &all);
    struct timeline_page page = timeline_of(all.lead, 0, 10);
    ck_assert_uint_eq(page.count, 2);
    ck_assert_ptr_null(page.items[0].touch);
    const struct touch *touch = page.items[1].touch;
    for (int i = 0; i < DIMENSION_COUNT; i++)
        ck_assert_str_eq(touch->values[i], dimension_name((enum dimension)i));
    ck_assert_int_eq(touch->occurred_at, INSTANT_SECOND);
    ck_assert_int_gt(touch->recorded_at, INSTANT_SECOND);
    ck_assert_int_eq(touch->function, FUNCTION_MARKETING);
}
END_TEST

START_TEST(a_timeline_has_the_absorbed_ones_too_whichever_is_asked)
{
    struct erase_input erasure;
    struct timeline_page page;

    reading_capture(&r, "a@acme.example", "google"); /* 1 */
    reading_capture(&r, "b@acme.example", "bing");   /* 2 */
    struct uuid a = reading_lead(&r, "a@acme.example");
    struct uuid b = reading_lead(&r, "b@acme.example");
    merge(a, b); /* 3, 4 */
    for (int i = 0; i < 2; i++) {
        page = timeline_of(i == 0 ? a : b, 0, 10);
        ck_assert_uint_eq(page.count, 4);
        for (int k = 0; k < 4; k++)
            ck_assert_int_eq(page.items[k].event.pos, k + 1);
        ck_assert_int_eq(page.items[2].event.kind, LEDGER_LEAD_ABSORBED);
        ck_assert_int_eq(page.items[3].event.kind, LEDGER_LEAD_MERGED);
    }
    page = timeline_of(b, 1, 2);
    ck_assert_uint_eq(page.count, 2);
    ck_assert(page.more);
    ck_assert_int_eq(page.items[1].event.pos, 3);
    erasure.lead = a;
    reading_do(&r, COMMAND_LEAD_ERASE, &erasure);
    ck_assert_int_eq(ledger_read_timeline(&r.read, b, 0, 10, &page), ERR_GONE);
    ck_assert_int_eq(ledger_read_timeline(&r.read, reading_id("nobody"), 0, 10, &page),
                     ERR_NOT_FOUND);
}
END_TEST

/* ---- verdicts ---- */

/* Of two leads of which one absorbed the other: seqs 2 and 4 of a, 2 of b, between them in time. */
static void give_verdicts(struct uuid a, struct uuid b)
{
    char sql[2048], a_text[UUID_TEXT_LEN + 1], b_text[UUID_TEXT_LEN + 1];

    uuid_format(a, a_text);
    uuid_format(b, b_text);
    snprintf(sql, sizeof sql,
             "INSERT INTO verdict VALUES"
             " (:w, '%s', 2, 'mql', 1, 'unclear', 1, '{\"n\":1}', '2026-01-01'),"
             " (:w, '%s', 2, 'mql', 2, 'qualified', 2, '{\"n\":2}', '2026-01-02'),"
             " (:w, '%s', 4, 'mql', 2, 'qualified', 3, '{\"n\":3}', '2026-01-03'),"
             " (:w, '%s', 5, 'sql', 1, 'qualified', 4, '{\"n\":4}', '2026-01-03');",
             a_text, b_text, a_text, a_text);
    reading_exec(&r, sql);
}

static struct verdict_page verdicts_of(struct uuid lead, const struct verdict_filter *filter,
                                       int limit)
{
    struct verdict_page page;

    ck_assert_int_eq(verdict_read_page(&r.read, lead, filter, limit, &page), ERR_NONE);
    return page;
}

START_TEST(verdicts_come_newest_first_by_term_and_version)
{
    struct verdict_filter filter = {.before = {.judged_at = INSTANT_NONE}};
    static const char *const wanted[] = {"{\"n\":4}", "{\"n\":3}", "{\"n\":2}", "{\"n\":1}"};

    reading_capture(&r, "a@acme.example", NULL);
    reading_capture(&r, "b@acme.example", NULL);
    struct uuid a = reading_lead(&r, "a@acme.example");
    struct uuid b = reading_lead(&r, "b@acme.example");
    merge(a, b);
    give_verdicts(a, b);
    for (int i = 0; i < 4; i++) {
        struct verdict_page page = verdicts_of(b, &filter, 1);
        ck_assert_uint_eq(page.count, 1);
        ck_assert_int_eq(page.more, i < 3);
        ck_assert_str_eq(page.items[0].body, wanted[i]);
        filter.before = page.items[0].place;
    }
    filter = (struct verdict_filter){
        .of_term = true, .term = TERM_MQL, .before = {.judged_at = INSTANT_NONE}};
    ck_assert_uint_eq(verdicts_of(a, &filter, 10).count, 3);
    filter.version = 2;
    ck_assert_uint_eq(verdicts_of(a, &filter, 10).count, 2);
    filter.term = TERM_SRL;
    ck_assert_uint_eq(verdicts_of(a, &filter, 10).count, 0);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "ledger");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, events_come_in_order_and_the_place_is_kept, feedback_carries_its_words,
          feedback_goes_on_where_it_was_cut);
    EACH(t, a_look_ends_somewhere_and_the_next_goes_on, windows);
    TESTS(t, feedback_is_written_as_the_contract_has_it, a_timeline_has_what_happened_with_touches,
          a_timeline_has_the_absorbed_ones_too_whichever_is_asked,
          every_word_of_a_touch_stands_in_its_place,
          verdicts_come_newest_first_by_term_and_version);
}
