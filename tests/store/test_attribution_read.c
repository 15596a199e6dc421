/* Attribution on real rows: which touch has the credit, which period counts what, and that credit
 * is conversions, always. */
#include "core/attribution/attribution_setup.h"
#include "reading.h"
#include "store/read/attribution_read.h"
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

/* Dimensions in the tests: ids of their own. */
static const char dimensions_sql[] =
    "INSERT INTO dimension VALUES (:w, 1, 'source', 'google'), (:w, 2, 'source', 'bing'),"
    " (:w, 3, 'source', 'unknown'), (:w, 11, 'medium', 'cpc'), (:w, 12, 'medium', 'email'),"
    " (:w, 21, 'campaign', 'q4-launch');";

/* A lead by its name; milestone and amount may be NULL. */
#define LEAD(name, first_touch, customer, minor)                                                   \
    "INSERT INTO lead (workspace_id, lead_id, status, stage, owner_team, next_step, next_why, "    \
    "next_at, identities,"                                                                         \
    " attributes, facts, salt, origin, found_by, created_at, updated_at, touch_count,"             \
    " first_touch_at, customer_at, amount_minor, amount_currency, seq, hash, chain_at) VALUES"     \
    " (:w, :" name                                                                                 \
    ", 'active', 'inquiry', :marketing, 'nurture', 'captured', now(), '[]', '{}', '{}',"           \
    " decode(repeat('00', 16), 'hex'), 'inbound', 'marketing', '2026-01-05T00:00:00Z', now(), 0,"  \
    " " first_touch ", " customer ", " minor ", CASE WHEN " minor                                  \
    "::int8 IS NOT NULL THEN 'EUR' END, 1, decode(repeat('00', 32), 'hex'), now());"
#define TOUCH(name, lead, at, source, medium)                                                      \
    "INSERT INTO touch VALUES (:w, :" name ", :" lead ", 'form_submitted', " at ", now(), NULL,"   \
    " " source ", " medium ", NULL, NULL, 'inbound', 'marketing');"

/* early: google, then bing before the win. late: its only touch comes after the win. old: touches
 * of another year. none: won without any touch. open: not won. Moments in UTC. */
static const char leads_sql[] =
    LEAD("early", "'2026-01-10T10:00:00Z'", "'2026-03-01T00:00:00Z'",
         "90000") LEAD("late", "'2026-04-02T00:00:00Z'", "'2026-04-01T00:00:00Z'", "NULL")
        LEAD("old", "'2025-01-01T00:00:00Z'", "'2026-03-15T00:00:00Z'", "100")
            LEAD("none", "NULL", "'2026-03-20T00:00:00Z'", "NULL")
                LEAD("open", "'2026-01-31T23:30:00Z'", "NULL", "NULL")
                    TOUCH("e1", "early", "'2026-01-10T10:00:00Z'", "1", "11")
                        TOUCH("e2", "early", "'2026-02-20T10:00:00Z'", "2", "12")
                            TOUCH("e3", "early", "'2026-03-02T10:00:00Z'", "3", "NULL")
                                TOUCH("l1", "late", "'2026-04-02T00:00:00Z'", "2", "NULL")
                                    TOUCH("o1", "old", "'2025-01-01T00:00:00Z'", "1", "NULL")
                                        TOUCH("o2", "old", "'2025-06-01T00:00:00Z'", "2", "NULL")
                                            TOUCH("p1", "open", "'2026-01-31T23:30:00Z'", "NULL",
                                                  "NULL");

static void fill(void)
{
    reading_exec(&r, dimensions_sql);
    reading_exec(&r, leads_sql);
}

static struct attribution_query query_of(enum credit_model model)
{
    return (struct attribution_query){
        .milestone = MILESTONE_CUSTOMER,
        .model = model,
        .dimensions = {CUT_SOURCE},
        .dimension_count = 1,
        .timezone = "UTC",
        .rules = CREDIT_RULES_USUAL,
        .setup = &ATTRIBUTION_SETUP_USUAL,
    };
}

static const struct period ALWAYS = {{INSTANT_NONE, NULL}, {INSTANT_NONE, NULL}};

static struct attribution_answers answers;

/* One model: the query's. */
static enum err read_of(const struct read *read, const struct attribution_query *query,
                        const struct period *period)
{
    const struct attribution_ask one = {
        .query = *query, .period = *period, .models = {query->model}, .model_count = 1};

    return attribution_read(read, &one, &answers);
}

static struct attribution ask(const struct attribution_query *query, const struct period *period)
{
    ck_assert_int_eq(read_of(&r.read, query, period), ERR_NONE);
    struct attribution answer = answers.items[0];
    int64_t credit = 0, leads = 0;
    for (size_t i = 0; i < answer.row_count; i++) {
        credit += answer.rows[i].credit;
        leads += answer.rows[i].leads;
    }
    ck_assert_int_eq(credit, answer.conversions * CREDIT_ONE);
    ck_assert_int_eq(leads, answer.leads);
    return answer;
}

/* The row of a value (NULL: the null row); asserts that it is there. */
static struct attribution_row row_of(const struct attribution *answer, const char *month,
                                     const char *value)
{
    for (size_t i = 0; i < answer->row_count; i++) {
        const struct attribution_row *row = &answer->rows[i];
        bool same_month = month == NULL || strcmp(month, row->time) == 0;
        bool same_value = value == NULL
                              ? row->values[0] == NULL
                              : row->values[0] != NULL && strcmp(value, row->values[0]) == 0;
        if (same_month && same_value)
            return *row;
    }
    ck_abort_msg("no row for %s %s", month == NULL ? "" : month, value == NULL ? "null" : value);
    return (struct attribution_row){0};
}

START_TEST(the_first_touch_has_the_credit)
{
    struct attribution_query query = query_of(CREDIT_FIRST);

    fill();
    struct attribution answer = ask(&query, &ALWAYS);
    ck_assert_int_eq(answer.leads, 5);
    ck_assert_int_eq(answer.conversions, 4);
    ck_assert_int_eq(answer.late_first_touch, 1);
    ck_assert_int_eq(answer.outside_window, 0);
    ck_assert_int_eq(row_of(&answer, NULL, "google").credit, 2 * CREDIT_ONE); /* early, old */
    ck_assert_int_eq(row_of(&answer, NULL, "google").amount_minor, 90100);
    ck_assert_int_eq(row_of(&answer, NULL, "bing").credit, 1 * CREDIT_ONE); /* late */
    ck_assert_int_eq(row_of(&answer, NULL, NULL).credit, 1 * CREDIT_ONE);   /* none */
    ck_assert_int_eq(row_of(&answer, NULL, NULL).leads, 2);                 /* none, open */
}
END_TEST

START_TEST(the_last_touch_before_the_milestone_has_the_credit)
{
    struct attribution_query query = query_of(CREDIT_LAST);

    fill();
    struct attribution answer = ask(&query, &ALWAYS);
    ck_assert_int_eq(row_of(&answer, NULL, "bing").credit, 3 * CREDIT_ONE); /* early, old, late */
    ck_assert_int_eq(row_of(&answer, NULL, "google").credit, 0);
    ck_assert_int_eq(row_of(&answer, NULL, "google").leads, 2); /* by the first touch, always */
    ck_assert_int_eq(answer.late_first_touch, 1);
}
END_TEST

START_TEST(a_window_leaves_older_touches_out)
{
    struct attribution_query query = query_of(CREDIT_FIRST);

    fill();
    query.window_days = 20;
    struct attribution answer = ask(&query, &ALWAYS);
    ck_assert_int_eq(row_of(&answer, NULL, "bing").credit, 2 * CREDIT_ONE); /* early by e2; late */
    ck_assert_int_eq(row_of(&answer, NULL, NULL).credit, 2 * CREDIT_ONE);   /* old, none */
    ck_assert_int_eq(answer.outside_window, 2);
    ck_assert_int_eq(answer.late_first_touch, 1);
}
END_TEST

/* A touch exactly at either end of the window counts. */
START_TEST(the_ends_of_the_window_belong_to_it)
{
    struct attribution_query query = query_of(CREDIT_FIRST);

    reading_exec(&r, dimensions_sql);
    reading_exec(&r,
                 LEAD("a", "'2026-01-01T00:00:00Z'", "'2026-01-11T00:00:00Z'", "NULL")
                     LEAD("b", "'2025-12-31T23:59:59.999999Z'", "'2026-01-11T00:00:00Z'", "NULL")
                         LEAD("c", "'2026-01-11T00:00:00Z'", "'2026-01-11T00:00:00Z'", "NULL"));
    reading_exec(&r, TOUCH("a1", "a", "'2026-01-01T00:00:00Z'", "1", "NULL")
                         TOUCH("b1", "b", "'2025-12-31T23:59:59.999999Z'", "2", "NULL")
                             TOUCH("c1", "c", "'2026-01-11T00:00:00Z'", "3", "NULL"));
    query.window_days = 10;
    struct attribution answer = ask(&query, &ALWAYS);
    ck_assert_int_eq(row_of(&answer, NULL, "google").credit, 1 * CREDIT_ONE);
    ck_assert_int_eq(row_of(&answer, NULL, "unknown").credit, 1 * CREDIT_ONE);
    ck_assert_int_eq(row_of(&answer, NULL, "bing").credit, 0);
    ck_assert_int_eq(answer.outside_window, 1);
    ck_assert_int_eq(answer.late_first_touch, 0);
}
END_TEST

START_TEST(a_period_takes_leads_by_first_touch_and_credit_by_milestone)
{
    struct attribution_query query = query_of(CREDIT_FIRST);
    struct period march = {{INSTANT_NONE, "2026-03-01"}, {INSTANT_NONE, "2026-04-01"}};
    struct attribution answer;

    fill();
    answer = ask(&query, &march);
    ck_assert_int_eq(answer.leads, 0);
    ck_assert_int_eq(answer.conversions, 3);          /* early at its first instant, old, none */
    ck_assert_int_eq(answers.from, 1772323200000000); /* 2026-03-01T00:00:00Z */
    ck_assert_int_eq(answers.to, 1775001600000000);
    march.from.date = "2026-01-01";
    march.to.date = "2026-02-01";
    answer = ask(&query, &march);
    ck_assert_int_eq(answer.leads, 3); /* early, open, and none by its capture */
    ck_assert_int_eq(answer.conversions, 0);
}
END_TEST

START_TEST(months_are_those_of_the_time_zone)
{
    struct attribution_query query = query_of(CREDIT_FIRST);

    fill();
    query.interval = "month";
    struct attribution answer = ask(&query, &ALWAYS);
    ck_assert_int_eq(row_of(&answer, "2026-01-01", NULL).leads, 2);
    ck_assert_int_eq(row_of(&answer, "2026-03-01", "google").credit, 2 * CREDIT_ONE);
    query.timezone = "Europe/Berlin"; /* 23:30Z of January 31 is February there */
    answer = ask(&query, &ALWAYS);
    ck_assert_int_eq(row_of(&answer, "2026-01-01", NULL).leads, 1);
    ck_assert_int_eq(row_of(&answer, "2026-02-01", NULL).leads, 1);
    query.timezone = "America/New_York"; /* 00:00Z of March 1 is February there */
    answer = ask(&query, &ALWAYS);
    ck_assert_int_eq(row_of(&answer, "2026-02-01", "google").credit, 1 * CREDIT_ONE);
    ck_assert_int_eq(row_of(&answer, "2026-02-01", "google").amount_minor, 90000);
}
END_TEST

START_TEST(no_month_is_before_year_1_or_behind_9999)
{
    struct attribution_query query = query_of(CREDIT_FIRST);

    reading_exec(&r, LEAD("early", "'0001-01-01T00:00:00Z'", "NULL", "NULL")
                         LEAD("late", "'9999-12-31T23:59:59Z'", "NULL", "NULL"));
    query.interval = "month";
    query.timezone = "America/New_York";
    struct attribution answer = ask(&query, &ALWAYS);
    ck_assert_int_eq(row_of(&answer, "0001-01-01", NULL).leads, 1);
    query.timezone = "Asia/Kathmandu";
    answer = ask(&query, &ALWAYS);
    ck_assert_int_eq(row_of(&answer, "9999-12-01", NULL).leads, 1);
}
END_TEST

START_TEST(two_dimensions_cut_rows_twice)
{
    struct attribution_query query = query_of(CREDIT_FIRST);

    fill();
    query.dimensions[1] = CUT_MEDIUM;
    query.dimension_count = 2;
    struct attribution answer = ask(&query, &ALWAYS);
    ck_assert_uint_eq(answer.row_count, 4);
    ck_assert_int_eq(answer.rows[0].leads, 2); /* none and open: no touch, no source */
    ck_assert_str_eq(answer.rows[1].values[0], "bing");
    ck_assert_str_eq(answer.rows[2].values[0], "google");
    ck_assert_str_eq(answer.rows[2].values[1], "cpc");
    ck_assert_ptr_null(answer.rows[3].values[1]);
}
END_TEST

/* Asked by one, by another, or by two in either order, a touch is found under its own words. */
START_TEST(each_dimension_is_that_of_its_name)
{
    static const enum attribution_cut asked[] = {CUT_SOURCE, CUT_MEDIUM, CUT_CAMPAIGN};
    static const char *const words[] = {"google", "cpc", "q4-launch"};
    struct attribution_query query;

    reading_exec(&r, dimensions_sql);
    reading_exec(&r, LEAD("kim", "'2026-01-10T10:00:00Z'", "'2026-03-01T00:00:00Z'",
                          "100") "INSERT INTO touch VALUES (:w, :k1, :kim, 'form_submitted', "
                                 "'2026-01-10T10:00:00Z', now(), NULL, 1, 11, 21, NULL, 'inbound', "
                                 "'marketing');");
    for (int model = 0; model < 2; model++) {
        query = query_of(model == 0 ? CREDIT_FIRST : CREDIT_LAST);
        for (int a = 0; a < 3; a++) {
            for (int b = 0; b < 3; b++) {
                query.dimensions[0] = asked[a];
                query.dimensions[1] = asked[b];
                query.dimension_count = a == b ? 1 : 2;
                struct attribution answer = ask(&query, &ALWAYS);
                ck_assert_uint_eq(answer.row_count, 1);
                ck_assert_str_eq(answer.rows[0].values[0], words[a]);
                if (a != b)
                    ck_assert_str_eq(answer.rows[0].values[1], words[b]);
                ck_assert_int_eq(answer.rows[0].leads, 1);
                ck_assert_int_eq(answer.rows[0].credit, CREDIT_ONE);
                ck_assert_int_eq(answer.rows[0].amount_minor, 100);
            }
        }
    }
}
END_TEST

START_TEST(without_a_dimension_there_is_one_row)
{
    struct attribution_query query = query_of(CREDIT_FIRST);

    fill();
    query.dimension_count = 0;
    struct attribution answer = ask(&query, &ALWAYS);
    ck_assert_uint_eq(answer.row_count, 1);
    ck_assert_int_eq(answer.rows[0].leads, 5);
    ck_assert_int_eq(answer.rows[0].credit, 4 * CREDIT_ONE);
}
END_TEST

START_TEST(erased_leads_count_on_and_merged_ones_do_not)
{
    struct attribution_query query = query_of(CREDIT_FIRST);

    fill();
    struct attribution before = ask(&query, &ALWAYS);
    reading_exec(&r, "UPDATE lead SET status = 'erased', owner_team = NULL, next_step = NULL, "
                     "next_at = NULL, identities = NULL,"
                     " attributes = NULL, facts = NULL, salt = NULL WHERE lead_id = :early;");
    struct attribution after = ask(&query, &ALWAYS);
    ck_assert_int_eq(after.leads, before.leads);
    ck_assert_int_eq(after.conversions, before.conversions);
    ck_assert_int_eq(row_of(&after, NULL, "google").credit, row_of(&before, NULL, "google").credit);
    reading_exec(&r, "UPDATE lead SET status = 'merged', owner_team = NULL, next_step = NULL, "
                     "next_at = NULL, identities = NULL,"
                     " attributes = NULL, facts = NULL, merged_into = :old, customer_at = NULL,"
                     " first_touch_at = NULL WHERE lead_id = :open;");
    after = ask(&query, &ALWAYS);
    ck_assert_int_eq(after.leads, before.leads - 1);
}
END_TEST

START_TEST(the_same_question_has_the_same_answer)
{
    struct attribution_query query = query_of(CREDIT_LAST);
    struct json_out first, second;

    fill();
    query.interval = "month";
    json_out_init(&first, r.arena, 1 << 20);
    json_out_init(&second, r.arena, 1 << 20);
    struct attribution answer = ask(&query, &ALWAYS);
    attribution_write_json(&answer, 1, &(struct config){0}, INSTANT_NONE, INSTANT_NONE, &first);
    database_exec(r.database, "ANALYZE");
    answer = ask(&query, &ALWAYS);
    attribution_write_json(&answer, 1, &(struct config){0}, INSTANT_NONE, INSTANT_NONE, &second);
    ck_assert_str_eq(first.written.text, second.written.text);
}
END_TEST

START_TEST(another_workspace_sees_nothing_of_it)
{
    struct attribution_query query = query_of(CREDIT_FIRST);

    fill();
    reading_exec(&r, "INSERT INTO workspace VALUES (:other, 'other', decode(repeat('00', 32),"
                     " 'hex'), now()); INSERT INTO workspace_head VALUES (:other, 0, 1);");
    struct read other = r.read;
    other.workspace = reading_id("other");
    ck_assert_int_eq(read_of(&other, &query, &ALWAYS), ERR_NONE);
    ck_assert_int_eq(answers.items[0].leads, 0);
    ck_assert_uint_eq(answers.items[0].row_count, 0);
}
END_TEST

static const char *const no_zones[] = {"Europe/Nowhere", "Mars", "XYZ", "Foo/Bar"};

START_TEST(a_zone_that_is_none_is_refused)
{
    struct attribution_query query = query_of(CREDIT_FIRST);

    query.timezone = no_zones[_i];
    ck_assert_int_eq(read_of(&r.read, &query, &ALWAYS), ERR_INVALID_PARAMETER);
    query.timezone = "Europe/Berlin";
    ck_assert_int_eq(read_of(&r.read, &query, &ALWAYS), ERR_NONE);
}
END_TEST

/* early won after google and bing, old a year after the two, late before its only touch, none
 * without. */
START_TEST(a_conversion_is_shared_among_its_touches)
{
    struct attribution_query query = query_of(CREDIT_LINEAR);

    fill();
    struct attribution answer = ask(&query, &ALWAYS);
    ck_assert_int_eq(answer.leads, 5);
    ck_assert_int_eq(answer.conversions, 4);
    ck_assert_int_eq(answer.late_first_touch, 1);
    ck_assert_int_eq(row_of(&answer, NULL, "google").credit, CREDIT_ONE);
    ck_assert_int_eq(row_of(&answer, NULL, "google").leads, 2);
    ck_assert_int_eq(row_of(&answer, NULL, "google").amount_minor, 45050);
    ck_assert_int_eq(row_of(&answer, NULL, "bing").credit, 2 * CREDIT_ONE);
    ck_assert_int_eq(row_of(&answer, NULL, NULL).credit, CREDIT_ONE);
    query.window_days = 90;
    answer = ask(&query, &ALWAYS);
    ck_assert_int_eq(answer.outside_window, 2); /* old, none */
    ck_assert_int_eq(row_of(&answer, NULL, "google").credit, CREDIT_ONE / 2);
    ck_assert_int_eq(row_of(&answer, NULL, "google").amount_minor, 45000);
    ck_assert_int_eq(row_of(&answer, NULL, NULL).amount_minor, 100);
    query.model = CREDIT_TIME_DECAY;
    query.rules.half_life_days = 41; /* e1 and e2 are 41 days apart */
    answer = ask(&query, &ALWAYS);
    ck_assert_int_eq(row_of(&answer, NULL, "google").credit, 333333333);
}
END_TEST

/* Asked for together they stand on journeys, asked for alone the database finds the touch. */
START_TEST(first_and_last_are_the_same_alone_and_side_by_side)
{
    static const enum credit_model both[] = {CREDIT_FIRST, CREDIT_LAST};
    struct attribution_query query = query_of(CREDIT_FIRST);
    struct attribution together[2];

    fill();
    for (query.window_days = 0; query.window_days <= 90; query.window_days += 45) {
        const struct attribution_ask two = {.query = query,
                                            .period = ALWAYS,
                                            .models = {CREDIT_FIRST, CREDIT_LAST},
                                            .model_count = 2};
        ck_assert_int_eq(attribution_read(&r.read, &two, &answers), ERR_NONE);
        memcpy(together, answers.items, sizeof together);
        for (int i = 0; i < 2; i++) {
            query.model = both[i];
            struct attribution alone = ask(&query, &ALWAYS);
            ck_assert_uint_eq(alone.row_count, together[i].row_count);
            ck_assert_int_eq(alone.outside_window, together[i].outside_window);
            for (size_t row = 0; row < alone.row_count; row++) {
                ck_assert_pstr_eq(alone.rows[row].values[0], together[i].rows[row].values[0]);
                ck_assert_int_eq(alone.rows[row].credit, together[i].rows[row].credit);
                ck_assert_int_eq(alone.rows[row].amount_minor, together[i].rows[row].amount_minor);
            }
        }
    }
}
END_TEST

/* Cut by anything, it counts the same conversions and the same money. */
static void counts_alike(enum credit_model model)
{
    static const char *const intervals[] = {NULL, "day", "week", "quarter", "year"};
    struct attribution_query query = query_of(model);

    query.rules = CREDIT_RULES_USUAL;
    for (int cut = 0; cut < CUT_COUNT; cut++) {
        int64_t money = 0;
        query.dimensions[0] = (enum attribution_cut)cut;
        query.dimensions[1] = (enum attribution_cut)((cut + 1) % CUT_COUNT);
        query.dimension_count = 1 + cut % 2;
        query.interval = intervals[cut % 5];
        struct attribution answer = ask(&query, &ALWAYS);
        ck_assert_int_eq(answer.conversions, 4);
        ck_assert_int_eq(answer.late_first_touch, 1);
        for (size_t i = 0; i < answer.row_count; i++)
            money += answer.rows[i].amount_minor;
        ck_assert_int_eq(money, 90100);
    }
}

START_TEST(models_differ_in_who_and_agree_in_how_many)
{
    fill();
    for (int model = 0; model < CREDIT_MODEL_COUNT; model++)
        counts_alike((enum credit_model)model);
}
END_TEST

/* The ids of words as the product makes them, by which it finds what a word names. */
static void make_ids_real(void)
{
    static const struct {
        int id;
        const char *word;
    } sources[] = {{1, "google"}, {2, "bing"}, {3, "unknown"}};
    char sql[256];

    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        long long real = (long long)dimension_id(DIMENSION_SOURCE, sources[i].word);
        snprintf(sql, sizeof sql,
                 "UPDATE dimension SET dimension_id = %lld WHERE dimension_id = %d;"
                 "UPDATE touch SET source = %lld WHERE source = %d;",
                 real, sources[i].id, real, sources[i].id);
        reading_exec(&r, sql);
    }
}

/* The shares of all pages of a cell. */
static int64_t opened(const struct attribution_query *query, const struct attribution_cell *cell,
                      int64_t *money)
{
    struct attribution_items items;
    struct attribution_item last = {.at = INSTANT_NONE};
    struct attribution_page page = {.cell = *cell, .limit = 2};
    const struct attribution_ask one = {
        .query = *query, .period = ALWAYS, .models = {query->model}, .model_count = 1};
    int64_t share = 0;

    *money = 0;
    do {
        page.after = last.at == INSTANT_NONE ? NULL : &last;
        ck_assert_int_eq(attribution_read_leads(&r.read, &one, &page, &items), ERR_NONE);
        for (size_t i = 0; i < items.count; i++) {
            share += items.items[i].share;
            *money += items.items[i].amount_minor;
            last = items.items[i];
        }
    } while (items.more);
    return share;
}

static void opens_to_what_it_is(const struct attribution_query *query)
{
    struct attribution answer = ask(query, &ALWAYS);
    int64_t money;

    for (size_t i = 0; i < answer.row_count; i++) {
        const struct attribution_row *row = &answer.rows[i];
        struct attribution_cell cell = {.time = row->time};
        memcpy(cell.values, row->values, sizeof cell.values);
        ck_assert_int_eq(opened(query, &cell, &money), row->credit);
        if (row->currency != NULL && query->model != CREDIT_MARKOV)
            ck_assert_int_eq(money, row->amount_minor);
        cell.leads = true;
        ck_assert_int_eq(opened(query, &cell, &money), row->leads * CREDIT_ONE);
    }
    ck_assert_int_eq(opened(query, &(struct attribution_cell){.whole = true}, &money),
                     answer.conversions * CREDIT_ONE);
    ck_assert_int_eq(money, 90100);
}

START_TEST(what_a_row_opens_to_adds_up_to_it)
{
    fill();
    make_ids_real();
    for (int model = 0; model < CREDIT_MODEL_COUNT; model++) {
        struct attribution_query query = query_of((enum credit_model)model);
        query.rules = CREDIT_RULES_USUAL;
        query.interval = "month";
        opens_to_what_it_is(&query);
    }
}
END_TEST

START_TEST(who_did_it_and_which_way_are_dimensions_too)
{
    struct attribution_query query = query_of(CREDIT_SHAPLEY);

    fill();
    query.dimensions[0] = CUT_FUNCTION;
    struct attribution answer = ask(&query, &ALWAYS);
    ck_assert_int_eq(row_of(&answer, NULL, "marketing").credit, 3 * CREDIT_ONE);
    query.model = CREDIT_FIRST;
    query.dimensions[0] = CUT_DIRECTION;
    answer = ask(&query, &ALWAYS);
    ck_assert_int_eq(row_of(&answer, NULL, "inbound").credit, 3 * CREDIT_ONE);
    ck_assert_int_eq(row_of(&answer, NULL, "inbound").leads, 4);
}
END_TEST

START_TEST(a_week_begins_on_monday_in_its_zone)
{
    struct attribution_query query = query_of(CREDIT_LAST);

    fill();
    query.interval = "week";
    struct attribution answer = ask(&query, &ALWAYS);
    ck_assert_int_eq(row_of(&answer, "2026-02-23", "bing").credit,
                     CREDIT_ONE); /* Sunday, March 1 */
    query.interval = "quarter";
    answer = ask(&query, &ALWAYS);
    ck_assert_int_eq(row_of(&answer, "2026-04-01", "bing").credit, CREDIT_ONE); /* late */
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "attribution");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, the_first_touch_has_the_credit, the_last_touch_before_the_milestone_has_the_credit,
          a_window_leaves_older_touches_out, the_ends_of_the_window_belong_to_it,
          a_period_takes_leads_by_first_touch_and_credit_by_milestone,
          months_are_those_of_the_time_zone, no_month_is_before_year_1_or_behind_9999,
          two_dimensions_cut_rows_twice, each_dimension_is_that_of_its_name,
          without_a_dimension_there_is_one_row, erased_leads_count_on_and_merged_ones_do_not,
          the_same_question_has_the_same_answer, a_conversion_is_shared_among_its_touches,
          who_did_it_and_which_way_are_dimensions_too, a_week_begins_on_monday_in_its_zone,
          what_a_row_opens_to_adds_up_to_it, first_and_last_are_the_same_alone_and_side_by_side,
          models_differ_in_who_and_agree_in_how_many, another_workspace_sees_nothing_of_it);
    EACH(t, a_zone_that_is_none_is_refused, no_zones);
}
