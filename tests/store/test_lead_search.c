/* Finding leads: a page looks at so many and no more, goes on after them, and leads from before
 * words were kept get theirs. */
#include "core/intake/lead_capture.h"
#include "reading.h"
#include "store/read/lead_search.h"
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

/* Leads "kim <n>" of company "acme", as a job of a million rows would leave them. */
static const char many_sql[] =
    "INSERT INTO lead (workspace_id, lead_id, status, stage, owner_team, next_step, next_at, "
    "next_why, identities, attributes, facts, salt, origin, found_by, created_at, updated_at, "
    "touch_count, seq, hash, chain_at, words)"
    " SELECT :w, md5('lead' || g)::uuid, 'active', 'inquiry', :marketing, 'review', now(), 'x',"
    " '[]', '{}', '{}', decode(repeat('00', 16), 'hex'), 'inbound', 'marketing', now(), now(), 0, "
    "1, decode(repeat('00', 32), 'hex'), now(), 'acme kim n' || g FROM generate_series(1, 2500) g;"
    "INSERT INTO lead_word SELECT workspace_id, w, lead_id FROM lead, "
    "unnest(string_to_array(words, ' ')) w;";

static struct words words_of(const char *text)
{
    struct words words = {.count = 0};

    ck_assert_int_eq(words_add(&words, text, strlen(text), WORDS_WHOLE, r.arena), ERR_NONE);
    return words;
}

static struct lead_search search_of(const struct words *words)
{
    return (struct lead_search){
        .words = words, .after_word = "", .stage = STAGE_COUNT, .due_before = INSTANT_NONE};
}

static struct lead_found found_of(const struct lead_search *search, int limit)
{
    struct lead_found found;

    ck_assert_int_eq(lead_search(&r.read, search, limit, &found), ERR_NONE);
    return found;
}

/* How many pages there are; all their leads are counted. */
static int follow(struct lead_search search, int limit, size_t *leads)
{
    int pages = 0;

    *leads = 0;
    do {
        struct lead_found found = found_of(&search, limit);
        *leads += found.page.count;
        search.after_word = found.next_word;
        search.after_lead = found.next_lead;
        pages++;
    } while (search.after_word != NULL);
    return pages;
}

START_TEST(pages_go_on_after_what_they_looked_at)
{
    struct words both = words_of("acme kim"), none = words_of("acme xavier"),
                 rare = words_of("acme n2499");
    struct lead_search search = search_of(&both);
    size_t leads;

    reading_exec(&r, many_sql);
    ck_assert_int_eq(follow(search, 500, &leads), 5);
    ck_assert_uint_eq(leads, 2500);
    search.stage = STAGE_MQL; /* none of them: three times a thousand is looked at */
    ck_assert_int_eq(follow(search, 500, &leads), 3);
    ck_assert_uint_eq(leads, 0);
    search = search_of(&none);
    ck_assert_int_eq(follow(search, 10, &leads), 1);
    ck_assert_uint_eq(leads, 0);
    search = search_of(&rare); /* gone through by the rare word, in one page */
    ck_assert_int_eq(follow(search, 10, &leads), 1);
    ck_assert_uint_eq(leads, 1);
}
END_TEST

START_TEST(leads_from_before_get_their_words)
{
    struct words kim = words_of("kim");
    struct lead_search search = search_of(&kim);
    char email[64];

    for (int i = 0; i < DUE_BATCH + 2; i++) {
        snprintf(email, sizeof email, "kim%d@acme.example", i);
        reading_capture(&r, email, NULL);
    }
    database_exec(r.database, "CREATE TABLE kept AS SELECT * FROM lead_word;"
                              "DELETE FROM lead_word; UPDATE lead SET words = NULL;");
    ck_assert_uint_eq(found_of(&search, 500).page.count, 0);
    long long entries = database_ask_int(r.database, "SELECT count(*) FROM ledger");
    reading_do(&r, COMMAND_LEAD_WORDS_KEEP, NULL);
    ck_assert_uint_eq(found_of(&search, 500).page.count, DUE_BATCH);
    reading_do(&r, COMMAND_LEAD_WORDS_KEEP, NULL);
    ck_assert_uint_eq(found_of(&search, 500).page.count, DUE_BATCH + 2);
    ck_assert_int_eq(database_ask_int(r.database, "SELECT count(*) FROM (TABLE kept EXCEPT TABLE "
                                                  "lead_word) x"),
                     0);
    ck_assert_int_eq(database_ask_int(r.database, "SELECT count(*) FROM ledger"), entries);
    /* as by a server that knows of no words */
    database_exec(r.database,
                  "UPDATE lead SET status = 'erased', stage = 'disqualified', owner_team "
                  "= NULL, next_step = NULL, next_at = NULL, next_why = NULL, salt = "
                  "NULL, identities = NULL, attributes = NULL, facts = NULL "
                  "WHERE lead_id = (SELECT min(lead_id::text)::uuid FROM lead)");
    reading_do(&r, COMMAND_LEAD_WORDS_KEEP, NULL);
    ck_assert_int_eq(database_ask_int(r.database, "SELECT count(DISTINCT lead_id) FROM lead_word"),
                     DUE_BATCH + 1);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "lead_search");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    TESTS(tcase, pages_go_on_after_what_they_looked_at, leads_from_before_get_their_words);
}
