/* Handoffs as they are read: what is due first comes first, closed ones last, and a page goes on
 * exactly where the one before ended. */
#include "reading.h"
#include "store/read/handoff_read.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

static struct reading r;

#define LEAD(name)                                                                                 \
    "INSERT INTO lead (workspace_id, lead_id, status, stage, owner_team, next_step, next_why, "    \
    "next_at, identities,"                                                                         \
    " attributes, facts, salt, origin, found_by, created_at, updated_at, touch_count, seq, hash,"  \
    " chain_at) VALUES (:w, :" name                                                                \
    ", 'active', 'mql', :marketing, 'nurture', 'captured', now(), '[]', '{}', '{}',"               \
    " decode(repeat('00', 16), 'hex'), 'inbound', 'marketing', now(), now(), 0, 1,"                \
    " decode(repeat('00', 32), 'hex'), now());"
#define HANDOFF(name, lead, state, respond_by, more, values)                                       \
    "INSERT INTO handoff (workspace_id, handoff_id, lead_id, kind, state, from_team, to_team,"     \
    " offered_at, respond_by, updated_at" more ") VALUES (:w, :" name ", :" lead                   \
    ", 'standard', '" state "', :marketing, :sdr, now(), " respond_by ", now()" values ");"

/* In the order of the list: o1 and o2 wait, a1 is to be decided between them, a2 never; then two
 * closed ones by id. o2 is Sam's by a claim, o1 was by one that has lapsed. */
static const char handoffs_sql[] = LEAD("l1") LEAD("l2") LEAD("l3") LEAD("l4") HANDOFF(
    "o1", "l1", "offered", "'2026-01-01T00:00:00Z'", ", assignee, claimed_until",
    ", :sam, now() - interval '1 minute'")
    HANDOFF("a1", "l2", "accepted", "'2025-01-01T00:00:00Z'", ", accepted_at, decide_by, assignee",
            ", now(), '2026-01-02T00:00:00Z', :sam")
        HANDOFF("o2", "l3", "offered", "'2026-01-03T00:00:00Z'", ", assignee, claimed_until",
                ", :sam, now() + interval '1 hour'")
            HANDOFF("a2", "l4", "accepted", "'2024-01-01T00:00:00Z'", ", accepted_at", ", now()")
                HANDOFF("c1", "l1", "expired", "'2023-01-01T00:00:00Z'", ", closed_at", ", now()")
                    HANDOFF("c2", "l1", "rejected", "'2022-01-01T00:00:00Z'", ", closed_at, reason",
                            ", now(), 'spam'");

static const char *const in_order[] = {"o1", "a1", "o2", "a2", "c1", "c2"};

static void set_up(void)
{
    reading_begin(&r);
    reading_exec(&r, handoffs_sql);
}

static void tear_down(void)
{
    reading_end(&r);
}

static const struct handoff_filter ALL = {
    .state = HANDOFF_STATE_COUNT,
    .due_before = INSTANT_NONE,
    .after = {.due = INSTANT_NONE},
};

static struct handoff_page page_of(const struct handoff_filter *filter, int limit)
{
    struct handoff_page page;

    ck_assert_int_eq(handoff_read_page(&r.read, filter, limit, &page), ERR_NONE);
    return page;
}

/* The names of a page, such as "o1 a1". */
static const char *names_of(const struct handoff_page *page)
{
    static char text[256];

    text[0] = '\0';
    for (size_t i = 0; i < page->count; i++) {
        memcpy(text + 3 * i, page->items[i]->id.b, 2);
        memcpy(text + 3 * i + 2, i + 1 < page->count ? " " : "", i + 1 < page->count ? 2 : 1);
    }
    return text;
}

static void expect(const struct handoff_filter *filter, const char *wanted)
{
    struct handoff_page page = page_of(filter, 10);

    ck_assert_str_eq(names_of(&page), wanted);
    ck_assert(!page.more);
}

START_TEST(one_is_read_by_its_id)
{
    struct handoff *handoff;
    instant now;

    ck_assert_int_eq(handoff_read_by_id(&r.read, reading_id("c2"), &handoff, &now), ERR_NONE);
    ck_assert_int_eq(handoff->state, HANDOFF_REJECTED);
    ck_assert_str_eq(handoff->reason, "spam");
    ck_assert_int_eq(handoff_read_by_id(&r.read, reading_id("xx"), &handoff, &now), ERR_NOT_FOUND);
}
END_TEST

START_TEST(a_lapsed_claim_is_none)
{
    struct handoff *handoff;
    instant now;

    ck_assert_int_eq(handoff_read_by_id(&r.read, reading_id("o1"), &handoff, &now), ERR_NONE);
    ck_assert(uuid_is_nil(handoff->assignee));
    ck_assert_int_eq(handoff->claimed_until, INSTANT_NONE);
    ck_assert_int_eq(handoff_read_by_id(&r.read, reading_id("o2"), &handoff, &now), ERR_NONE);
    ck_assert(uuid_equal(handoff->assignee, r.sam));
    ck_assert_int_gt(handoff->claimed_until, now);
}
END_TEST

/* An outcome or a concession asks where the lead is: nowhere, while another handoff is open. */
START_TEST(a_closed_one_says_who_has_its_lead)
{
    struct handoff_filter expired = ALL;
    struct handoff *handoff;
    instant now;

    expired.state = HANDOFF_EXPIRED;
    ck_assert_int_eq(handoff_read_by_id(&r.read, reading_id("c2"), &handoff, &now), ERR_NONE);
    ck_assert(uuid_is_nil(handoff->lead_with));
    ck_assert(uuid_is_nil(page_of(&expired, 1).items[0]->lead_with));
    reading_exec(&r, "UPDATE handoff SET state = 'withdrawn', closed_at = now(), assignee = NULL, "
                     "claimed_until = NULL WHERE workspace_id = :w AND handoff_id = :o1;");
    ck_assert_int_eq(handoff_read_by_id(&r.read, reading_id("c2"), &handoff, &now), ERR_NONE);
    ck_assert(uuid_equal(handoff->lead_with, r.marketing));
    ck_assert(uuid_equal(page_of(&expired, 1).items[0]->lead_with, r.marketing));
}
END_TEST

START_TEST(what_is_due_first_comes_first)
{
    expect(&ALL, "o1 a1 o2 a2 c1 c2");
}
END_TEST

/* Pages of every size, each going on where the last ended. */
START_TEST(pages_go_on_where_the_last_ended)
{
    struct handoff_filter filter = ALL;
    size_t seen = 0;

    for (bool more = true; more;) {
        struct handoff_page page = page_of(&filter, _i);
        ck_assert_uint_le(page.count, (size_t)_i);
        for (size_t i = 0; i < page.count; i++, seen++)
            ck_assert(uuid_equal(page.items[i]->id, reading_id(in_order[seen])));
        filter.after = page.last;
        more = page.more;
    }
    ck_assert_uint_eq(seen, 6);
}
END_TEST

START_TEST(filters_leave_out_what_does_not_fit)
{
    struct handoff_filter filter = ALL;

    filter.state = HANDOFF_ACCEPTED;
    expect(&filter, "a1 a2");
    filter.state = HANDOFF_EXPIRED;
    expect(&filter, "c1");
    filter = ALL;
    filter.to_team = r.marketing;
    expect(&filter, "");
    filter.to_team = r.sdr;
    expect(&filter, "o1 a1 o2 a2 c1 c2");
    filter = ALL;
    filter.assignee = r.sam;
    expect(&filter, "a1 o2");
    filter = ALL;
    filter.due_before = 1767398400000000; /* 2026-01-03T00:00:00Z */
    expect(&filter, "o1 a1");
    filter.state = HANDOFF_EXPIRED; /* nothing that is closed is due */
    expect(&filter, "");
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "handoffs");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, one_is_read_by_its_id, a_lapsed_claim_is_none, a_closed_one_says_who_has_its_lead,
          what_is_due_first_comes_first);
    tcase_add_loop_test(t, pages_go_on_where_the_last_ended, 1, 8);
    TESTS(t, filters_leave_out_what_does_not_fit);
}
