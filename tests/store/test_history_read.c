/* Leads as back-tests and suggestions read them: each once and whole, wherever pages end and
 * however many touches stand in the way. */
#include "known.h"
#include "reading.h"
#include "store/read/history_read.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define LEADS 2300 /* more than two pages */
/* Leads with more touches than others. The first has more than are read at once; two have more
 * together; the last is not in the scan, since it came later. So did one without touches, which
 * stands in the middle of what is read at once. */
#define LEAD_MOST    5
#define LEAD_MANY    100
#define TOUCHES_MANY 15000
#define LEAD_LATER   103
#define LEAD_LATE    1500

static struct reading r;
static struct arena *rest_arena;

/* The id of lead n ends in n. */
#define ID "('01' || lpad(to_hex(n), 30, '0'))::uuid"

/* Every lead was judged three times, an even one first by another term. Of ten, number 1 was
 * accepted and 2 qualified, 3 rejected for what it is, 4 for a reason of process, 5 accepted by a
 * team that is not asked about, 6 merely offered. */
static const char leads_sql[] =
    "INSERT INTO team VALUES (:w, :ae, 'ae', 'AE', 'sales', true, now());"
    "INSERT INTO lead (workspace_id, lead_id, status, stage, owner_team, next_step, next_why, "
    "next_at, identities,"
    " attributes, salt, origin, found_by, created_at, updated_at, touch_count, seq, hash, chain_at)"
    " SELECT :w, " ID ", 'active', 'inquiry', :marketing, 'nurture', 'captured', now(), '[]',"
    " format('{\"size\":[[%s,1,1,\"form\"]]}', n)::json, decode(repeat('00', 16), 'hex'),"
    " 'inbound', 'marketing', make_timestamptz(CASE WHEN n IN (103, 1500) THEN 2999 ELSE 2026 END, "
    "1, 5, 0, 0,"
    " 0, 'UTC'), now(), 0, 1, decode(repeat('00', 32), 'hex'), now()"
    " FROM generate_series(1, 2300) n;"
    "INSERT INTO verdict (workspace_id, lead_id, seq, term, version, result, score, body,"
    " judged_at) SELECT :w, " ID ", s, CASE WHEN s = 1 AND n % 2 = 0 THEN 'sql' ELSE 'mql' END, 1,"
    " 'qualified', 0, '{}', timestamptz '2026-01-05Z' + s * interval '1 day'"
    " FROM generate_series(1, 2300) n, generate_series(1, 3) s;"
    "INSERT INTO handoff (workspace_id, handoff_id, lead_id, kind, state, from_team, to_team,"
    " offered_at, respond_by, accepted_at, closed_at, reason, class, updated_at)"
    " SELECT :w, gen_random_uuid(), " ID ", 'standard',"
    " (ARRAY['accepted', 'qualified', 'rejected', 'rejected', 'accepted', 'offered'])[n % 10],"
    " :marketing, CASE WHEN n % 10 = 5 THEN uuid :ae ELSE :sdr END, '2026-02-01', '2026-02-02',"
    " CASE WHEN n % 10 IN (1, 2, 5) THEN timestamptz '2026-02-01' END,"
    " CASE WHEN n % 10 IN (2, 3, 4) THEN timestamptz '2026-02-02' END,"
    " CASE WHEN n % 10 IN (3, 4) THEN 'small' END,"
    " CASE n % 10 WHEN 3 THEN 'contradicts' WHEN 4 THEN 'process' END, now()"
    " FROM generate_series(1, 2300) n WHERE n % 10 BETWEEN 1 AND 6;";

#define TOUCHES_FROM ((instant)1767571200 * INSTANT_SECOND) /* 2026-01-05 */

static const char touches_sql[] =
    "INSERT INTO touch (workspace_id, touch_id, lead_id, kind, occurred_at, recorded_at, channel,"
    " source, medium, campaign, content, term, direction, function) SELECT :w, "
    "gen_random_uuid(), " ID ", 'call',"
    " timestamptz '2026-01-05' - k * interval '1 second', '2026-01-06', 6, 7, 8, 9, 10, 11,"
    " 'outbound', 'sales'"
    " FROM (VALUES (5, 25000), (100, 15000), (101, 15000), (103, 25000), (2300, 2)) v(n, most),"
    " LATERAL generate_series(1, v.most) k;";

static void set_up(void)
{
    reading_begin(&r);
    reading_exec(&r, leads_sql);
    reading_exec(&r, touches_sql);
    rest_arena = arena_new(READ_MEMORY_MAX_BYTES);
}

static void tear_down(void)
{
    arena_free(rest_arena);
    reading_end(&r);
}

static int number_of(const struct history_lead *lead)
{
    return lead->id.b[14] << 8 | lead->id.b[15];
}

static size_t touches_of(int number)
{
    return number == LEAD_MOST                              ? HISTORY_PAGE_TOUCHES
           : number == LEAD_MANY || number == LEAD_MANY + 1 ? TOUCHES_MANY
           : number == LEADS                                ? 2
                                                            : 0;
}

static void check_touches(const struct history_lead *lead, bool details)
{
    ck_assert_uint_eq(lead->touch_count, touches_of(number_of(lead)));
    for (size_t i = 0; i < lead->touch_count; i++) {
        ck_assert_str_eq(lead->touches[i].kind, "call");
        /* each in its own place, and what was not asked for nowhere */
        for (int d = 0; d < DIMENSION_COUNT; d++)
            ck_assert_int_eq(lead->touches[i].dimensions[d], details ? 6 + d : 0);
        ck_assert_int_eq(lead->touches[i].direction,
                         details ? DIRECTION_OUTBOUND : DIRECTION_INBOUND);
        ck_assert_int_eq(lead->touches[i].occurred_at,
                         TOUCHES_FROM - (instant)(i + 1) * INSTANT_SECOND);
        ck_assert_int_eq(lead->touches[i].recorded_at, TOUCHES_FROM + INSTANT_DAY);
        if (i > 0)
            ck_assert_int_eq(lead->touches[i - 1].occurred_at,
                             lead->touches[i].occurred_at + INSTANT_SECOND);
    }
}

static void check_whole(const struct history_lead *lead, bool details)
{
    int number = number_of(lead), digit = number % 10;
    const struct value *size = known_value(&lead->attributes, "size");

    ck_assert_ptr_nonnull(size);
    ck_assert_int_eq(size->integer, number);
    ck_assert_int_eq(lead->answer.accepted, digit == 1 || digit == 2);
    ck_assert_int_eq(lead->answer.answered, digit >= 1 && digit <= 3);
    ck_assert_int_eq(lead->first_handoff_at != INSTANT_NONE, digit >= 1 && digit <= 6);
    /* An even lead's first one is of another term. */
    ck_assert_int_eq(lead->first_verdict_at - lead->created_at, INSTANT_DAY);
    ck_assert_int_eq(lead->own_verdict_at - lead->created_at,
                     (number % 2 == 0 ? 2 : 1) * INSTANT_DAY);
    check_touches(lead, details);
}

/* Answers how many leads the page made whole, each checked. */
static size_t read_whole(const struct history_query *query, struct history_page *page)
{
    const struct history_lead *leads;
    struct read rest = r.read;
    size_t count, whole = 0;

    rest.arena = rest_arena;
    while (page->read < page->count) {
        arena_clear(rest_arena);
        ck_assert_int_eq(history_read_rest(&rest, query, page, &leads, &count), ERR_NONE);
        ck_assert_uint_gt(count, 0);
        for (size_t i = 0; i < count; i++)
            check_whole(&leads[i], query->touch_details);
        whole += count;
    }
    ck_assert_uint_eq(whole, page->count);
    return whole;
}

static struct history_query query_of(bool details)
{
    return (struct history_query){
        .term = TERM_MQL,
        .sales = &r.sdr,
        .sales_count = 1,
        .touches = true,
        .touch_details = details,
        .created_before = history_now(),
    };
}

/* With and without details. */
START_TEST(every_lead_once_in_order)
{
    struct history_query query = query_of(_i == 1);
    struct uuid after = {{0}};
    struct history_page page;
    size_t seen = 0;
    int last = 0;

    for (;;) {
        arena_clear(r.arena);
        ck_assert_int_eq(history_read_page(&r.read, &query, after, &page), ERR_NONE);
        if (page.count == 0)
            break;
        for (size_t i = 0; i < page.count; i++) {
            ck_assert_int_gt(number_of(&page.leads[i]), last);
            ck_assert_int_ne(number_of(&page.leads[i]), LEAD_LATE);
            last = number_of(&page.leads[i]);
        }
        after = page.leads[page.count - 1].id;
        seen += read_whole(&query, &page);
    }
    ck_assert_uint_eq(seen, LEADS - 2);
    ck_assert_int_eq(last, LEADS);
}
END_TEST

START_TEST(those_that_were_answered_newest_first)
{
    struct history_query query = query_of(_i == 1);
    struct uuid before = {{0}};
    struct history_page page;
    size_t seen = 0;
    int last = LEADS + 1;

    do {
        arena_clear(r.arena);
        ck_assert_int_eq(history_read_answered(&r.read, &query, &before, &page), ERR_NONE);
        for (size_t i = 0; i < page.count; i++) {
            int number = number_of(&page.leads[i]);
            ck_assert_int_lt(number, last);
            ck_assert_int_ne(number, LEAD_LATER);
            last = number;
        }
        seen += read_whole(&query, &page);
    } while (!uuid_is_nil(before));
    /* Five of ten, but for the one that came later. */
    ck_assert_uint_eq(seen, LEADS / 2 - 1);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tests = suite_case(suite, "history_read");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, every_lead_once_in_order, 0, 2);
    tcase_add_loop_test(tests, those_that_were_answered_newest_first, 0, 2);
}
