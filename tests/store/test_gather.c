/*
 * What is to be sent to subscriptions, on a real database: gathered from the ledger once and whole,
 * whatever the configuration was that the one who gathers had in hand.
 */
#include "core/setup/subscription_change.h"
#include "delivery/gather.h"
#include "reading.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

static struct reading r;

static void set_up(void)
{
    reading_begin(&r);
    reading_capture(&r, "before@corp.example", NULL);
}

static void tear_down(void)
{
    reading_end(&r);
}

static void subscribe_where(const char *name, const char *events, const char *where)
{
    struct subscription_create_input input = {
        .name = name,
        .events = events,
        .where = where,
        .target = {.url = "https://example.com/hook"},
    };

    reading_do(&r, COMMAND_SUBSCRIPTION_CREATE, &input);
}

static void subscribe(const char *name, const char *events)
{
    subscribe_where(name, events, NULL);
}

/* To be given back. */
static const struct config *config_now(void)
{
    const struct config *config = NULL;

    ck_assert_int_eq(config_cache_refresh(r.cache, r.pg, r.read.workspace, 0,
                                          pg_deadline_in(READING_WAIT_MS), &config),
                     PG_OK);
    ck_assert_ptr_nonnull(config);
    return config;
}

/* Whether there is more to do. */
static bool gather_with(const struct config *config)
{
    const struct pg_scope scope = {r.pg, r.arena, r.read.workspace};
    const struct gather_wanted wanted = {.config = config, .most = GATHER_ENTRIES};
    bool more = false;

    ck_assert_int_eq(gather(&scope, &wanted, pg_deadline_in(READING_WAIT_MS), &more), PG_OK);
    return more;
}

static void gather_all(void)
{
    for (bool more = true; more;) {
        const struct config *config = config_now();
        more = gather_with(config);
        config_release(config);
    }
}

static void expect(const char *sql, const char *wanted)
{
    char *got = database_ask(r.database, sql);

    ck_assert_msg(got != NULL && strcmp(got, wanted) == 0, "%s: %s, not %s", sql,
                  got == NULL ? "null" : got, wanted);
    free(got);
}

#define LEADS_OF(name)                                                                             \
    "SELECT coalesce(string_agg(i.value, ' ' ORDER BY o.pos), '-') "                               \
    "FROM outbound o JOIN subscription s USING (subscription_id) "                                 \
    "JOIN identity i ON i.lead_id = o.subject_id WHERE s.name = '" name "'"

/* Who gathers reads its configuration first, and the entries then: between the two a subscription
 * may be made, and something happen that it wants. */
START_TEST(an_older_configuration_moves_nothing)
{
    subscribe("first", "[\"lead.captured\"]");
    const struct config *older = config_now();
    subscribe("second", "[\"lead.captured\"]");
    reading_capture(&r, "kim@corp.example", NULL);

    ck_assert_msg(gather_with(older), "there is more to do");
    expect("SELECT count(*) FROM outbound", "0");
    config_release(older);
    gather_all();
    expect(LEADS_OF("first"), "kim@corp.example");
    expect(LEADS_OF("second"), "kim@corp.example");
    expect("SELECT h.pos - c.pos FROM workspace_head h, outbound_cursor c", "0");
}
END_TEST

/* Neither what it was made after, nor, with a clock that was set back, what came then. */
START_TEST(it_is_sent_what_stands_after_it)
{
    subscribe("first", "[\"lead.captured\"]");
    reading_capture(&r, "kim@corp.example", NULL);
    reading_exec(&r, "UPDATE subscription SET created_at = now() + interval '1 hour'");
    subscribe("second", "[\"lead.captured\"]");
    reading_capture(&r, "lou@corp.example", NULL);
    gather_all();
    expect(LEADS_OF("first"), "kim@corp.example lou@corp.example");
    expect(LEADS_OF("second"), "lou@corp.example");
}
END_TEST

START_TEST(gathered_twice_it_is_written_once)
{
    subscribe("first", "[\"lead.captured\"]");
    reading_capture(&r, "kim@corp.example", NULL);
    gather_all();
    gather_all();
    expect("SELECT count(*) FROM outbound", "1");
    expect("SELECT made FROM outbound_queue", "1");
}
END_TEST

/* What is not known is not met, and what is about no lead meets nothing that asks for one. */
START_TEST(what_does_not_meet_its_test_is_not_sent)
{
    subscribe_where("inquiries", "[\"*\"]",
                    "{\"attribute\":\"lead.stage\",\"op\":\"eq\",\"value\":\"inquiry\"}");
    subscribe_where("prospects", "[\"*\"]",
                    "{\"all\":[{\"attribute\":\"lead.stage\",\"op\":\"eq\",\"value\":"
                    "\"prospect\"},{\"attribute\":\"lead.found_by\",\"op\":\"eq\","
                    "\"value\":\"marketing\"},{\"attribute\":\"email.domain\",\"op\":\"eq\","
                    "\"value\":\"corp.example\"}]}");
    subscribe_where("handoffs", "[\"*\"]",
                    "{\"not\":{\"attribute\":\"handoff.to_team\",\"op\":\"eq\",\"value\":"
                    "\"sdr\"}}");
    reading_capture(&r, "kim@corp.example", NULL);
    reading_capture(&r, "lou@corp.example", "google");
    gather_all();
    expect(LEADS_OF("inquiries"), "lou@corp.example");
    expect(LEADS_OF("prospects"), "kim@corp.example");
    expect(LEADS_OF("handoffs"), "-");
    expect("SELECT h.pos - c.pos FROM workspace_head h, outbound_cursor c", "0");
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "gather");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    TESTS(tcase, an_older_configuration_moves_nothing, it_is_sent_what_stands_after_it,
          gathered_twice_it_is_written_once, what_does_not_meet_its_test_is_not_sent);
}
