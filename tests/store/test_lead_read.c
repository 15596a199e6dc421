/* Leads as they are read: by id through merges, in pages, and as a feed that misses nothing. */
#include "core/intake/lead_capture.h"
#include "core/intake/lead_change.h"
#include "core/intake/lead_erase.h"
#include "core/intake/lead_merge.h"
#include "reading.h"
#include "store/read/lead_read.h"
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

static void merge(struct uuid survivor, struct uuid absorbed)
{
    struct merge_input input = {survivor, absorbed};

    reading_do(&r, COMMAND_LEAD_MERGE, &input);
}

static void erase(struct uuid lead)
{
    struct erase_input input = {.lead = lead};

    reading_do(&r, COMMAND_LEAD_ERASE, &input);
}

/* Milestones are not what is tested here: they are set by hand. */
static void reach_sql(const char *email)
{
    char sql[256];

    snprintf(sql, sizeof sql,
             "UPDATE lead SET sql_at = now(), stage = 'sql' WHERE lead_id = "
             "(SELECT lead_id FROM identity WHERE value = '%s')",
             email);
    database_exec(r.database, sql);
}

/* ---- by id ---- */

START_TEST(a_lead_is_read_with_its_etag)
{
    struct lead_view view;

    reading_capture(&r, "kim@acme.example", "google");
    struct uuid id = reading_lead(&r, "kim@acme.example");
    ck_assert_int_eq(lead_read_by_id(&r.read, id, &view), ERR_NONE);
    ck_assert(uuid_equal(view.lead->id, id));
    ck_assert_str_eq(lead_email(view.lead), "kim@acme.example");
    ck_assert_int_eq(view.lead->chain.seq, 1);
    ck_assert(uuid_is_nil(view.open));
}
END_TEST

START_TEST(an_open_handoff_is_named)
{
    struct lead_view view;
    char sql[1024], id[UUID_TEXT_LEN + 1];

    reading_capture(&r, "kim@acme.example", NULL);
    uuid_format(reading_lead(&r, "kim@acme.example"), id);
    snprintf(
        sql, sizeof sql,
        "INSERT INTO handoff (workspace_id, handoff_id, lead_id, kind, state, from_team, to_team,"
        " offered_at, respond_by, updated_at) VALUES (:w, :h1, '%s', 'standard', 'offered',"
        " :marketing, :sdr, now(), now(), now())",
        id);
    reading_exec(&r, sql);
    ck_assert_int_eq(lead_read_by_id(&r.read, reading_lead(&r, "kim@acme.example"), &view),
                     ERR_NONE);
    ck_assert(uuid_equal(view.open, reading_id("h1")));
}
END_TEST

START_TEST(nobody_has_an_unknown_id)
{
    struct lead_view view;

    ck_assert_int_eq(lead_read_by_id(&r.read, reading_id("nobody"), &view), ERR_NOT_FOUND);
}
END_TEST

START_TEST(merges_are_followed_to_the_last_survivor)
{
    struct lead_view view;

    reading_capture(&r, "a@acme.example", NULL);
    reading_capture(&r, "b@acme.example", NULL);
    reading_capture(&r, "c@acme.example", NULL);
    struct uuid a = reading_lead(&r, "a@acme.example");
    struct uuid b = reading_lead(&r, "b@acme.example");
    struct uuid c = reading_lead(&r, "c@acme.example");
    merge(b, a);
    merge(c, b);
    ck_assert_int_eq(lead_read_by_id(&r.read, a, &view), ERR_NONE);
    ck_assert(uuid_equal(view.lead->id, c));
    ck_assert_uint_eq(view.lead->identity_count, 3);
    erase(c);
    ck_assert_int_eq(lead_read_by_id(&r.read, a, &view), ERR_GONE);
    ck_assert_int_eq(lead_read_by_id(&r.read, c, &view), ERR_GONE);
}
END_TEST

/* Each has its own answer at its own place, whatever the others are. */
START_TEST(several_are_read_at_once)
{
    struct lead_view views[7];
    enum err errs[7];

    reading_capture(&r, "a@acme.example", NULL);
    reading_capture(&r, "b@acme.example", NULL);
    reading_capture(&r, "c@acme.example", NULL);
    reading_capture(&r, "d@acme.example", NULL);
    struct uuid a = reading_lead(&r, "a@acme.example");
    struct uuid b = reading_lead(&r, "b@acme.example");
    struct uuid c = reading_lead(&r, "c@acme.example");
    struct uuid d = reading_lead(&r, "d@acme.example");
    merge(b, a);
    erase(c);
    const struct uuid ids[] = {c, d, reading_id("nobody"), a, {{0}}, b, d};
    static const enum err wanted[] = {ERR_GONE,      ERR_NONE, ERR_NOT_FOUND, ERR_NONE,
                                      ERR_NOT_FOUND, ERR_NONE, ERR_NONE};
    const struct uuid leads[] = {c, d, {{0}}, b, {{0}}, b, d};
    ck_assert_int_eq(lead_read_by_ids(&r.read, ids, 7, views, errs), ERR_NONE);
    for (int i = 0; i < 7; i++) {
        ck_assert_int_eq(errs[i], wanted[i]);
        if (errs[i] == ERR_NONE)
            ck_assert(uuid_equal(views[i].lead->id, leads[i]));
    }
    struct read other = r.read;
    other.workspace = reading_id("other");
    ck_assert_int_eq(lead_read_by_ids(&other, ids, 7, views, errs), ERR_NONE);
    for (int i = 0; i < 7; i++)
        ck_assert_int_eq(errs[i], ERR_NOT_FOUND);
}
END_TEST

START_TEST(another_workspace_does_not_see_it)
{
    struct lead_view view;
    struct read other = r.read;

    reading_capture(&r, "kim@acme.example", NULL);
    other.workspace = reading_id("other");
    ck_assert_int_eq(lead_read_by_id(&other, reading_lead(&r, "kim@acme.example"), &view),
                     ERR_NOT_FOUND);
}
END_TEST

/* ---- pages ---- */

static const struct lead_filter ALL = {
    .stage = STAGE_COUNT, .due_before = INSTANT_NONE, .after = INSTANT_NONE};

static struct lead_page page_of(const struct lead_filter *filter, int limit)
{
    struct lead_page page;

    ck_assert_int_eq(lead_read_page(&r.read, filter, limit, &page), ERR_NONE);
    return page;
}

START_TEST(pages_go_from_the_newest_to_the_oldest)
{
    struct lead_filter filter = ALL;
    struct uuid last = READ_ID_MAX;
    char email[64];
    int seen = 0;

    for (int i = 0; i < 7; i++) {
        snprintf(email, sizeof email, "lead%d@acme.example", i);
        reading_capture(&r, email, NULL);
    }
    for (bool more = true; more; seen++) {
        struct lead_page page = page_of(&filter, 1);
        ck_assert_uint_eq(page.count, 1);
        ck_assert_int_lt(uuid_compare(page.items[0].lead->id, last), 0);
        last = filter.before = page.items[0].lead->id;
        more = page.more;
    }
    ck_assert_int_eq(seen, 7);
    ck_assert_uint_eq(page_of(&ALL, 7).count, 7);
    ck_assert(!page_of(&ALL, 7).more);
    ck_assert(page_of(&ALL, 6).more);
}
END_TEST

START_TEST(filters_hold_together)
{
    struct lead_filter filter = ALL;
    struct identity kim = {.kind = IDENTITY_EMAIL, .source = "", .value = "kim@acme.example"};
    struct identity crm = {.kind = IDENTITY_EXTERNAL, .source = "crm", .value = "1"};

    reading_capture(&r, "kim@acme.example", "google");
    reading_capture(&r, "lee@acme.example", NULL);
    filter.stage = STAGE_INQUIRY;
    ck_assert_uint_eq(page_of(&filter, 10).count, 1);
    filter.stage = STAGE_PROSPECT;
    ck_assert_str_eq(lead_email(page_of(&filter, 10).items[0].lead), "lee@acme.example");
    filter.owner_team = r.sdr;
    ck_assert_uint_eq(page_of(&filter, 10).count, 0);
    filter = ALL;
    filter.email = &kim;
    ck_assert_uint_eq(page_of(&filter, 10).count, 1);
    filter.stage = STAGE_MQL;
    ck_assert_uint_eq(page_of(&filter, 10).count, 0);
    filter.stage = STAGE_COUNT;
    filter.external = &crm;
    ck_assert_uint_eq(page_of(&filter, 10).count, 0);
    filter.email = NULL;
    filter.external = NULL;
    filter.before = page_of(&ALL, 2).items[1].lead->id;
    ck_assert_uint_eq(page_of(&filter, 10).count, 0);
}
END_TEST

START_TEST(who_is_due_first_comes_first)
{
    static const char *const emails[] = {"a@acme.example", "b@acme.example", "c@acme.example"};
    static const int days[] = {3, 1, 2};
    struct lead_filter filter = ALL;
    char sql[256];

    for (int i = 0; i < 3; i++) {
        reading_capture(&r, emails[i], "google");
        snprintf(sql, sizeof sql,
                 "UPDATE lead SET next_at = now() + %d * interval '1 day', next_step = '%s' "
                 "WHERE touch_count > 0 AND next_why <> 'seen'; UPDATE lead SET next_why = 'seen'",
                 days[i], i == 2 ? "review" : "nurture");
        database_exec(r.database, sql);
    }
    filter.by_date = true;
    struct lead_page page = page_of(&filter, 2);
    ck_assert_uint_eq(page.count, 2);
    ck_assert(page.more);
    ck_assert_str_eq(lead_email(page.items[0].lead), "b@acme.example");
    ck_assert_str_eq(lead_email(page.items[1].lead), "c@acme.example");
    filter.after = page.items[1].lead->next.at;
    filter.before = page.items[1].lead->id;
    page = page_of(&filter, 2);
    ck_assert_uint_eq(page.count, 1);
    ck_assert_str_eq(lead_email(page.items[0].lead), "a@acme.example");
    instant last = page.items[0].lead->next.at;

    filter = ALL;
    filter.by_date = true;
    filter.step = STEP_REVIEW;
    ck_assert_uint_eq(page_of(&filter, 10).count, 1);
    ck_assert_str_eq(lead_email(page_of(&filter, 10).items[0].lead), "c@acme.example");
    filter.step = STEP_NURTURE;
    filter.due_before = last; /* that one is not before itself */
    ck_assert_uint_eq(page_of(&filter, 10).count, 1);
    ck_assert_str_eq(lead_email(page_of(&filter, 10).items[0].lead), "b@acme.example");
    filter.stage = STAGE_CUSTOMER;
    ck_assert_uint_eq(page_of(&filter, 10).count, 0);
}
END_TEST

START_TEST(what_is_gone_is_in_no_page)
{
    struct lead_filter filter = ALL;
    struct identity b = {.kind = IDENTITY_EMAIL, .source = "", .value = "b@acme.example"};

    reading_capture(&r, "a@acme.example", NULL);
    reading_capture(&r, "b@acme.example", NULL);
    reading_capture(&r, "c@acme.example", NULL);
    merge(reading_lead(&r, "a@acme.example"), reading_lead(&r, "b@acme.example"));
    erase(reading_lead(&r, "c@acme.example"));
    ck_assert_uint_eq(page_of(&ALL, 10).count, 1);
    filter.email = &b; /* which is a's now */
    ck_assert(
        uuid_equal(page_of(&filter, 10).items[0].lead->id, reading_lead(&r, "a@acme.example")));
}
END_TEST

/* ---- the feed ---- */

static struct lead_feed feed_of(int64_t after, int limit)
{
    struct lead_feed feed;

    ck_assert_int_eq(lead_read_feed(&r.read, MILESTONE_SQL, after, limit, &feed), ERR_NONE);
    return feed;
}

static void touch(const char *email)
{
    struct add_touch_input input = {
        .lead = reading_lead(&r, email),
        .touch = {.kind = "call", .occurred_at = INSTANT_NONE, .direction = DIRECTION_OUTBOUND},
    };

    reading_do(&r, COMMAND_LEAD_TOUCH, &input);
}

START_TEST(a_lead_is_in_the_feed_once_it_has_reached_it)
{
    reading_capture(&r, "kim@acme.example", "google");
    reading_capture(&r, "lee@acme.example", "google");
    struct lead_feed feed = feed_of(0, 10);
    ck_assert_uint_eq(feed.count, 0);
    ck_assert_int_eq(feed.next, 2);
    reach_sql("kim@acme.example");
    touch("kim@acme.example");
    feed = feed_of(feed.next, 10);
    ck_assert_uint_eq(feed.count, 1);
    ck_assert_int_eq(feed.items[0].lead->stage, STAGE_SQL);
    ck_assert_int_eq(feed.next, 3);
    ck_assert_uint_eq(feed_of(feed.next, 10).count, 0);
    ck_assert_int_eq(feed_of(feed.next, 10).next, 3);
    ck_assert_uint_eq(feed_of(0, 10).count, 1);
}
END_TEST

START_TEST(a_page_has_a_lead_once_at_its_latest_change)
{
    reading_capture(&r, "kim@acme.example", "google");
    reading_capture(&r, "lee@acme.example", "google");
    reach_sql("kim@acme.example");
    reach_sql("lee@acme.example");
    touch("kim@acme.example"); /* 3 */
    struct lead_feed feed = feed_of(0, 10);
    ck_assert_uint_eq(feed.count, 2);
    ck_assert_str_eq(lead_email(feed.items[0].lead), "lee@acme.example");
    ck_assert_str_eq(lead_email(feed.items[1].lead), "kim@acme.example");
    feed = feed_of(0, 1);
    ck_assert(feed.more);
    ck_assert_int_eq(feed.next, 2);
    feed = feed_of(feed.next, 1);
    ck_assert_str_eq(lead_email(feed.items[0].lead), "kim@acme.example");
    ck_assert_int_eq(feed.next, 3);
}
END_TEST

START_TEST(who_is_gone_leaves_a_tombstone)
{
    reading_capture(&r, "kim@acme.example", "google");
    reading_capture(&r, "lee@acme.example", "google");
    reading_capture(&r, "ann@acme.example", "google");
    reading_capture(&r, "bob@acme.example", "google");
    struct uuid kim = reading_lead(&r, "kim@acme.example");
    struct uuid lee = reading_lead(&r, "lee@acme.example");
    reach_sql("kim@acme.example");
    reach_sql("lee@acme.example");
    int64_t after = feed_of(0, 10).next;
    merge(kim, lee);
    erase(reading_lead(&r, "ann@acme.example")); /* never reached it: nobody hears of it */
    struct lead_feed feed = feed_of(after, 10);
    ck_assert_uint_eq(feed.count, 2);
    ck_assert_int_eq(feed.items[0].lead->status, LEAD_MERGED);
    ck_assert(uuid_equal(feed.items[0].lead->id, lee));
    ck_assert(uuid_equal(feed.items[0].survivor, kim));
    ck_assert(uuid_equal(feed.items[1].lead->id, kim));
    erase(kim);
    feed = feed_of(feed.next, 10);
    ck_assert_uint_eq(feed.count, 1);
    ck_assert_int_eq(feed.items[0].lead->status, LEAD_ERASED);
}
END_TEST

/* Of leads in the feed: after how many entries of others the next change comes, and what the pages
 * have: how many, where the next begins, whether there is more. Kim's capture has position 1. */
static const struct {
    int others;
    struct {
        size_t count;
        int64_t next;
        bool more;
    } pages[4];
} windows[] = {
    {FEED_SCAN_MAX - 3, {{2, FEED_SCAN_MAX - 1, false}, {0, FEED_SCAN_MAX - 1, false}}},
    {FEED_SCAN_MAX - 2, {{2, FEED_SCAN_MAX, true}, {0, FEED_SCAN_MAX, false}}},
    {FEED_SCAN_MAX - 1,
     {{1, FEED_SCAN_MAX, true}, {1, FEED_SCAN_MAX + 1, false}, {0, FEED_SCAN_MAX + 1, false}}},
    {2 * FEED_SCAN_MAX,
     {{1, FEED_SCAN_MAX, true},
      {0, 2 * FEED_SCAN_MAX, true},
      {1, 2 * FEED_SCAN_MAX + 2, false},
      {0, 2 * FEED_SCAN_MAX + 2, false}}},
};

START_TEST(a_look_ends_somewhere_and_the_next_goes_on)
{
    struct lead_feed feed = {0};
    char sql[1024];

    reading_capture(&r, "kim@acme.example", NULL);
    reading_capture(&r, "lee@acme.example", NULL); /* at 2, and moved after the others */
    reach_sql("kim@acme.example");
    reach_sql("lee@acme.example");
    snprintf(sql, sizeof sql,
             "ALTER TABLE ledger DISABLE TRIGGER USER;"
             "UPDATE ledger SET pos = 2 + %d WHERE pos = 2;"
             "INSERT INTO ledger SELECT workspace_id, 1 + i, gen_random_uuid(), 1, 60, now(), 1, "
             "NULL, NULL, convert_to('{}', 'UTF8'), decode(repeat('00', 32), 'hex') "
             "FROM workspace, generate_series(1, %d) i",
             windows[_i].others, windows[_i].others);
    database_exec(r.database, sql);
    for (int i = 0; i < 4 && (i == 0 || windows[_i].pages[i].next != 0); i++) {
        feed = feed_of(feed.next, 10);
        ck_assert_uint_eq(feed.count, windows[_i].pages[i].count);
        ck_assert_int_eq(feed.next, windows[_i].pages[i].next);
        ck_assert_int_eq(feed.more, windows[_i].pages[i].more);
    }
}
END_TEST

/* Each milestone has its own time. */
START_TEST(a_feed_is_of_its_milestone_alone)
{
    char sql[512];

    reading_capture(&r, "kim@acme.example", NULL);
    for (int reached = 0; reached < MILESTONE_COUNT; reached++) {
        snprintf(sql, sizeof sql,
                 "UPDATE lead SET mql_at = NULL, sal_at = NULL, sql_at = NULL, "
                 "opportunity_at = NULL, customer_at = NULL; UPDATE lead SET %s_at = now()",
                 milestone_name((enum milestone)reached));
        database_exec(r.database, sql);
        for (int asked = 0; asked < MILESTONE_COUNT; asked++) {
            struct lead_feed feed;
            ck_assert_int_eq(lead_read_feed(&r.read, (enum milestone)asked, 0, 10, &feed),
                             ERR_NONE);
            ck_assert_msg(feed.count == (asked == reached), "%s in the feed of %s",
                          milestone_name((enum milestone)reached),
                          milestone_name((enum milestone)asked));
        }
    }
}
END_TEST

/* A follower who asks now and then, a page of one at a time, ends with what is. */
START_TEST(a_follower_ends_with_what_is)
{
    static const char *const emails[] = {"a@acme.example", "b@acme.example", "c@acme.example",
                                         "d@acme.example", "e@acme.example"};
    int64_t next = 0, seqs[5] = {0};

    for (int i = 0; i < 5; i++) {
        reading_capture(&r, emails[i], "google");
        if (i != 3)
            reach_sql(emails[i]);
    }
    for (int round = 0; round < 12; round++) {
        touch(emails[(round * 7 + round / 3) % 5]);
        struct lead_feed feed = feed_of(next, 1);
        next = feed.next;
        for (size_t i = 0; i < feed.count; i++)
            seqs[lead_email(feed.items[i].lead)[0] - 'a'] = feed.items[i].lead->chain.seq;
    }
    for (struct lead_feed feed = feed_of(next, 1); feed.count > 0; feed = feed_of(feed.next, 1))
        seqs[lead_email(feed.items[0].lead)[0] - 'a'] = feed.items[0].lead->chain.seq;
    for (int i = 0; i < 5; i++) {
        struct lead_view view;
        ck_assert_int_eq(lead_read_by_id(&r.read, reading_lead(&r, emails[i]), &view), ERR_NONE);
        ck_assert_int_eq(seqs[i], i == 3 ? 0 : view.lead->chain.seq);
    }
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "leads");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, a_lead_is_read_with_its_etag, an_open_handoff_is_named, nobody_has_an_unknown_id,
          merges_are_followed_to_the_last_survivor, several_are_read_at_once,
          another_workspace_does_not_see_it, pages_go_from_the_newest_to_the_oldest,
          filters_hold_together, who_is_due_first_comes_first, what_is_gone_is_in_no_page,
          a_lead_is_in_the_feed_once_it_has_reached_it, a_page_has_a_lead_once_at_its_latest_change,
          who_is_gone_leaves_a_tombstone);
    EACH(t, a_look_ends_somewhere_and_the_next_goes_on, windows);
    TESTS(t, a_feed_is_of_its_milestone_alone, a_follower_ends_with_what_is);
}
