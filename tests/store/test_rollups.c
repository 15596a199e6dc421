/* What is kept counted is what would be counted now: after random histories with late touches,
 * merges and erasures, whoever is killed while counting, and by every model, dimension and
 * interval. The reference reads the leads themselves and shares nothing with the sums but the
 * models. */
#include "reading.h"

#include "core/attribution/attribution_setup.h"
#include "core/intake/lead_capture.h"
#include "core/intake/lead_erase.h"
#include "core/intake/lead_merge.h"
#include "core/intake/lead_unmerge.h"
#include "store/read/report_counted.h"
#include "store/read/report_source.h"
#include "store/read/rollup_read.h"
#include "store/read/stages_read.h"
#include "store/table/rollup_turn.h"
#include "suite.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LEADS     40
#define STEPS     90
#define ROUNDS    3
#define KILLINGS  8
#define FIRST_DAY ((instant)1735689600 * INSTANT_SECOND) /* 2025-01-01 */

static struct reading r;
static unsigned seed;

static void set_up(void)
{
    reading_begin(&r);
}

static void tear_down(void)
{
    reading_end(&r);
}

static int drawn(int below)
{
    return rand_r(&seed) % below;
}

/* ---- a history ---- */

static const char *email_of(int lead, char out[32])
{
    snprintf(out, 32, "lead-%d@acme.example", lead);
    return out;
}

/* A touch on some day of 2025 or 2026, often before those that were sent earlier. */
static void touch(int lead)
{
    static const char *const sources[] = {"google", "bing", "direct", NULL, "partner"};
    static const char *const media[] = {"cpc", "email", NULL};
    static const char *const kinds[] = {"form_submitted", "webinar_attended", "call"};
    char email[32];
    struct identity identity = {
        .kind = IDENTITY_EMAIL, .source = "", .value = email_of(lead, email)};
    struct touch_input input = {
        .kind = kinds[drawn(3)],
        .occurred_at = FIRST_DAY + drawn(600) * INSTANT_DAY + drawn(86400) * INSTANT_SECOND,
        .values = {[DIMENSION_SOURCE] = sources[drawn(5)], [DIMENSION_MEDIUM] = media[drawn(3)]},
        .direction = drawn(2) ? DIRECTION_INBOUND : DIRECTION_OUTBOUND,
    };
    struct capture_input capture = {
        .identities = &identity,
        .identity_count = 1,
        .touch = &input,
        .claimed_stage = drawn(4) == 0 ? STAGE_MQL : STAGE_COUNT,
        .occurred_at = INSTANT_NONE,
    };

    reading_do(&r, COMMAND_LEAD_CAPTURE, &capture);
}

/* A milestone on some day, or an amount; what follows in the ledger is the touch after it. */
static void progress(int lead)
{
    static const char *const columns[] = {"mql_at", "sal_at", "sql_at", "opportunity_at",
                                          "customer_at"};
    char sql[512], email[32];
    struct uuid id = reading_lead(&r, email_of(lead, email));
    char text[UUID_TEXT_LEN + 1];

    uuid_format(id, text);
    snprintf(sql, sizeof sql,
             "UPDATE lead SET stage = CASE WHEN %d = 0 THEN 'opportunity' ELSE stage END, %s = "
             "timestamptz '2025-02-01' + %d * interval '1 hour', "
             "amount_minor = CASE WHEN %d < 3 THEN %d END, "
             "amount_currency = CASE WHEN %d < 3 THEN '%s' END WHERE lead_id = '%s'",
             drawn(2), columns[drawn(5)], drawn(600 * 24), lead % 4, drawn(100000), lead % 4,
             drawn(2) ? "EUR" : "USD", text);
    reading_exec(&r, sql);
    touch(lead);
}

/* The lead that somebody drew, if it is still one of its own. */
static bool is_there(int lead)
{
    char sql[256], email[32];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM identity WHERE value = '%s'",
             email_of(lead, email));
    return database_ask_int(r.database, sql) == 1;
}

static void merge(int a, int b)
{
    char email[32];

    if (!is_there(a) || !is_there(b))
        return;
    struct merge_input input = {.survivor = reading_lead(&r, email_of(a, email)),
                                .absorbed = reading_lead(&r, email_of(b, email))};
    if (uuid_compare(input.survivor, input.absorbed) != 0)
        reading_do(&r, COMMAND_LEAD_MERGE, &input);
}

/* The latest of those that can be. */
static void unmerge(void)
{
    static const char last[] = "SELECT %s FROM lead_merge m JOIN lead l ON l.lead_id = m.survivor "
                               "WHERE l.status = 'active' ORDER BY m.merged_at DESC, "
                               "m.survivor_seq DESC LIMIT 1";
    struct unmerge_input input = {.survivor = {{0}}};
    char sql[256];

    snprintf(sql, sizeof sql, last, "m.survivor");
    char *survivor = database_ask(r.database, sql);
    snprintf(sql, sizeof sql, last, "m.absorbed");
    char *absorbed = database_ask(r.database, sql);
    if (survivor != NULL && absorbed != NULL && uuid_parse(survivor, &input.survivor) &&
        uuid_parse(absorbed, &input.absorbed))
        reading_do(&r, COMMAND_LEAD_UNMERGE, &input);
    free(survivor);
    free(absorbed);
}

static void erase(int lead)
{
    char email[32];

    if (!is_there(lead))
        return;
    struct erase_input input = {.lead = reading_lead(&r, email_of(lead, email))};
    reading_do(&r, COMMAND_LEAD_ERASE, &input);
}

static void step(void)
{
    int what = drawn(20), lead = drawn(LEADS);

    if (what == 0)
        merge(lead, drawn(LEADS));
    else if (what == 1 && drawn(3) == 0)
        erase(lead);
    else if (what == 2 && drawn(2) == 0)
        unmerge();
    else if (what < 8 && is_there(lead))
        progress(lead);
    else
        touch(lead);
}

/* ---- counting ---- */

static void catch_up(void)
{
    int64_t head = database_ask_int(r.database, "SELECT pos FROM workspace_head");

    r.read.deadline = pg_deadline_in(READING_WAIT_MS);
    ck_assert_int_eq(rollup_catch_up(&r.read, head), ERR_NONE);
}

#define IS_CREDITED(name, text) "credit_" text " <> 0 OR "

/* All that stands in the tables, but for sums that have become nothing. */
static char *all_that_is_counted(void)
{
    return database_ask(
        r.database,
        "SELECT md5(string_agg(x.row, '|' ORDER BY x.row COLLATE \"C\")) || ' ' || count(*) FROM ("
        " SELECT r::text AS row FROM rollup r WHERE count <> 0 OR amount <> 0"
        " UNION ALL SELECT c::text FROM rollup_credit c WHERE " CREDIT_MODEL_TABLE(
            IS_CREDITED) "amount_first <> 0"
                         " UNION ALL SELECT s::text FROM rollup_spread s WHERE length(spread) > 0"
                         " UNION ALL SELECT j::text FROM journey j) x");
}

static struct attribution_ask ask_of(const struct attribution_counted *counted, int cut)
{
    static const char *const intervals[] = {NULL, "day", "week", "month", "quarter", "year"};
    static const struct period periods[] = {
        {{INSTANT_NONE, NULL}, {INSTANT_NONE, NULL}},
        {{INSTANT_NONE, "2025-03-15"}, {INSTANT_NONE, "2026-02-10"}},
        {{INSTANT_NONE, "2025-06-01"}, {INSTANT_NONE, NULL}},
        {{INSTANT_NONE, "2025-07-03"}, {INSTANT_NONE, "2025-07-20"}},
    };
    struct attribution_ask ask = {
        .query = {.setup = &counted->setup,
                  .milestone = (enum milestone)drawn(MILESTONE_COUNT),
                  .interval = intervals[drawn(6)],
                  .timezone = counted->setup.timezone,
                  .window_days = counted->setup.window_days,
                  .rules = counted->setup.rules},
        .period = periods[drawn(4)],
        .model_count = CREDIT_MODEL_COUNT,
    };

    for (int i = 0; i < CREDIT_MODEL_COUNT; i++)
        ask.models[i] = (enum credit_model)i;
    if (cut < CUT_COUNT) {
        ask.query.dimensions[ask.query.dimension_count++] = (enum attribution_cut)cut;
    } else if (cut == CUT_COUNT + 1) {
        ask.query.dimensions[0] = CUT_MEDIUM; /* the other way around than it is declared */
        ask.query.dimensions[1] = CUT_SOURCE;
        ask.query.dimension_count = 2;
        ask.model_count = CREDIT_MARKOV; /* the models before it */
    }
    return ask;
}

static void are_equal(const struct attribution *a, const struct attribution *b)
{
    ck_assert_int_eq(a->leads, b->leads);
    ck_assert_int_eq(a->conversions, b->conversions);
    ck_assert_int_eq(a->outside_window, b->outside_window);
    ck_assert_int_eq(a->late_first_touch, b->late_first_touch);
    ck_assert_uint_eq(a->row_count, b->row_count);
    for (size_t i = 0; i < a->row_count; i++) {
        const struct attribution_row *left = &a->rows[i], *right = &b->rows[i];
        ck_assert_pstr_eq(left->time, right->time);
        ck_assert_pstr_eq(left->values[0], right->values[0]);
        ck_assert_pstr_eq(left->values[1], right->values[1]);
        ck_assert_int_eq(left->leads, right->leads);
        ck_assert_int_eq(left->credit, right->credit);
        ck_assert_int_eq(left->mixed, right->mixed);
        if (left->mixed) /* there is no amount */
            continue;
        ck_assert_pstr_eq(left->currency, right->currency);
        ck_assert_int_eq(left->amount_minor, right->amount_minor);
        ck_assert_int_eq(left->pipeline_minor, right->pipeline_minor);
        ck_assert_int_eq(left->won_minor, right->won_minor);
    }
}

static void answers_as_the_leads_do(const char *setup)
{
    static struct attribution_answers counted, reference;
    struct attribution_counted of;

    for (int cut = 0; cut < CUT_COUNT + 2; cut++) {
        ck_assert_int_eq(attribution_setup_find(&r.read, setup, &of), ERR_NONE);
        ck_assert(of.counted);
        struct attribution_ask ask = ask_of(&of, cut);
        if (cut == CUT_COUNT + 1 && of.setup.pair_count == 0)
            continue;
        ck_assert(rollup_answers(&ask, &of));
        ck_assert_int_eq(rollup_read(&r.read, &ask, &of, &counted), ERR_NONE);
        ck_assert_int_eq(attribution_read(&r.read, &ask, &reference), ERR_NONE);
        ck_assert_int_eq(counted.from, reference.from);
        ck_assert_int_eq(counted.to, reference.to);
        for (size_t i = 0; i < ask.model_count; i++)
            are_equal(&counted.items[i], &reference.items[i]);
        arena_clear(r.arena);
    }
}

/* ---- reports ---- */

/* The teams, as reports name them. */
static struct config config;
static struct team teams[2];

static void know_teams(void)
{
    teams[0] = (struct team){.id = r.marketing, .name = "marketing"};
    teams[1] = (struct team){.id = r.sdr, .name = "sdr"};
    config = (struct config){.teams = teams, .team_count = 2};
}

/* Whole days around the time of the history, a year at most. */
static struct report_query report_query_of(const struct report *report)
{
    instant start;
    ck_assert(instant_parse("2024-12-15T00:00:00Z", &start));
    struct report_query query = {.config = &config, .as_of = INSTANT_NONE};

    query.from = start + drawn(500) * INSTANT_DAY;
    query.to = query.from + drawn(366) * INSTANT_DAY;
    for (int cuts = drawn(3); cuts > 0; cuts--) {
        int count = 0;
        while (count < REPORT_DIMENSIONS_MAX && report->dimensions[count] != NULL)
            count++;
        int chosen = drawn(count);
        if (query.cut_count == 0 || query.cuts[0] != chosen)
            query.cuts[query.cut_count++] = chosen;
    }
    return query;
}

static void rows_are_equal(const struct report *report, const struct report_row *a,
                           const struct report_row *b)
{
    for (int i = 0; i < REPORT_CUTS_MAX; i++)
        ck_assert_pstr_eq(a->values[i], b->values[i]);
    for (int i = 0; i < report_column_count(report); i++)
        if (report->columns[i].form != REPORT_SHARE)
            ck_assert_msg(a->numbers[i] == b->numbers[i], "%s.%s: %lld, not %lld", report->name,
                          report->columns[i].name, (long long)a->numbers[i],
                          (long long)b->numbers[i]);
}

/* What is counted is what a walk through the leads of the period gives: it is asked as of now. */
static void report_is_what_the_leads_say(const struct report_source *source)
{
    struct report_source walks = *source;
    struct report_rows counted, walked;

    walks.report.counted = 0;
    for (int question = 0; question < 10; question++) {
        struct report_query query = report_query_of(&source->report);
        ck_assert_int_eq(report_source_read(&r.read, source, &query, &counted), ERR_NONE);
        ck_assert_int_eq(report_source_read(&r.read, &walks, &query, &walked), ERR_NONE);
        ck_assert_uint_eq(counted.count, walked.count);
        rows_are_equal(&source->report, &counted.whole, &walked.whole);
        for (size_t i = 0; i < counted.count; i++)
            rows_are_equal(&source->report, &counted.items[i], &walked.items[i]);
        arena_clear(r.arena);
    }
}

static void stages_are_what_the_leads_say(instant from, instant to)
{
    struct stages counted, reference;

    ck_assert_int_eq(stages_read(&r.read, from, to, &counted), ERR_NONE);
    ck_assert_int_eq(stages_read_leads(&r.read, from, to, &reference), ERR_NONE);
    ck_assert_int_gt(reference.leads, 0);
    ck_assert_int_gt(reference.claimed_not_qualified, 0);
    ck_assert_int_eq(counted.leads, reference.leads);
    ck_assert_int_eq(counted.claimed_not_qualified, reference.claimed_not_qualified);
    for (int i = 0; i < STAGE_COUNT; i++)
        ck_assert_int_eq(counted.standing[i], reference.standing[i]);
    for (int i = 0; i < MILESTONE_COUNT; i++)
        ck_assert_int_eq(counted.reached[i], reference.reached[i]);
    arena_clear(r.arena);
}

static void reports_are_what_the_leads_say(void)
{
    bool current;

    know_teams();
    r.read.deadline = pg_deadline_in(READING_WAIT_MS);
    ck_assert_int_eq(report_counted_catch_up(&r.read, &current), ERR_NONE);
    ck_assert(current);
    report_is_what_the_leads_say(&report_funnel);
    report_is_what_the_leads_say(report_funnel.flow);
    report_is_what_the_leads_say(&report_source_mix);
    stages_are_what_the_leads_say(INSTANT_NONE, INSTANT_NONE);
    stages_are_what_the_leads_say(FIRST_DAY + 45 * INSTANT_DAY, INSTANT_NONE);
    stages_are_what_the_leads_say(INSTANT_NONE, FIRST_DAY + 100 * INSTANT_DAY);
    stages_are_what_the_leads_say(FIRST_DAY + 45 * INSTANT_DAY, FIRST_DAY + 100 * INSTANT_DAY);
}

/* A setup with everything chosen, as its command would store it. */
static void make_setup(const char *state)
{
    static const struct attribution_pair pairs[] = {{{CUT_SOURCE, CUT_MEDIUM}}};
    static const char *const kinds[] = {"form_submitted", "webinar_attended"};
    static const char *const direct[] = {"bing"};
    const struct attribution_setup setup = {.window_days = 90,
                                            .rules = {30, {50, 20, 30}},
                                            .timezone = "America/New_York",
                                            .direct = direct,
                                            .direct_count = 1,
                                            .kinds = kinds,
                                            .kind_count = 2,
                                            .pairs = pairs,
                                            .pair_count = 1};
    struct json_out record;
    char sql[2048];

    json_out_init(&record, r.arena, 4096);
    json_out_begin_object(&record);
    attribution_setup_write_members(&setup, &record);
    json_out_end_object(&record);
    snprintf(
        sql, sizeof sql,
        "INSERT INTO attribution_setup VALUES (:w, %lld, 1, 'board', '%.*s', '%s', NULL, now())",
        (long long)attribution_setup_id("board"), (int)record.written.len, record.written.text,
        state);
    reading_exec(&r, sql);
}

static const unsigned seeds[] = {7, 4711};

START_TEST(sums_are_what_the_leads_say)
{
    seed = seeds[_i];
    catch_up(); /* the cursor is there from the beginning */
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < STEPS; i++)
            step();
        if (round == 1)
            make_setup("building"); /* among leads that are counted, and some that are not */
        catch_up();
        answers_as_the_leads_do("default");
        if (round >= 1)
            answers_as_the_leads_do("board");
        reports_are_what_the_leads_say();
    }
    char *kept = all_that_is_counted();
    r.read.deadline = pg_deadline_in(READING_WAIT_MS);
    ck_assert_int_eq(rollup_forget(r.pg, r.read.workspace, r.read.deadline), PG_OK);
    catch_up();
    char *anew = all_that_is_counted();
    ck_assert_str_eq(kept, anew);
    ck_assert_ptr_eq(strstr(kept, " 0"), NULL);
    free(kept);
    free(anew);
}
END_TEST

/* ---- somebody is killed, others go on ---- */

/* Counts until it is killed, on a connection of its own. */
static void count_for_ever(void)
{
    struct pg *pg = database_connect(r.database, "baton_app");
    struct rollup_turn turn;

    for (;;)
        if (rollup_take(pg, r.read.workspace, false, pg_deadline_in(READING_WAIT_MS), &turn) !=
            PG_OK)
            _exit(1);
}

START_TEST(whoever_is_killed_leaves_it_whole)
{
    pid_t counting[2];

    seed = 99;
    catch_up();
    make_setup("building");
    for (int killing = 0; killing < KILLINGS; killing++) {
        for (int i = 0; i < 2; i++) {
            counting[i] = fork();
            ck_assert_int_ge(counting[i], 0);
            if (counting[i] == 0)
                count_for_ever();
        }
        for (int i = 0; i < STEPS / 6; i++)
            step();
        if (killing == KILLINGS / 2) /* all of it anew, while they count */
            ck_assert_int_eq(rollup_forget(r.pg, r.read.workspace, pg_deadline_in(READING_WAIT_MS)),
                             PG_OK);
        usleep((useconds_t)drawn(30000));
        for (int i = 0; i < 2; i++) {
            int status;
            kill(counting[i], SIGKILL);
            ck_assert_int_eq(waitpid(counting[i], &status, 0), counting[i]);
            ck_assert_msg(WIFSIGNALED(status), "it ended by itself");
        }
    }
    catch_up();
    answers_as_the_leads_do("default");
    answers_as_the_leads_do("board");
}
END_TEST

/* ---- a time zone that is gone ---- */

static void set_zone(const char *zone)
{
    char sql[256];

    snprintf(sql, sizeof sql,
             "UPDATE attribution_setup SET record = regexp_replace(record::text, "
             "'\"timezone\":\"[^\"]*\"', '\"timezone\":\"%s\"')::json WHERE name = 'board'",
             zone);
    reading_exec(&r, sql);
}

START_TEST(a_zone_that_is_gone_stops_nobody)
{
    const char *of_board = "SELECT count(*) FROM rollup_credit WHERE setup_id <> 0";
    struct attribution_counted board;

    seed = 5;
    catch_up();
    make_setup("building");
    for (int i = 0; i < STEPS; i++)
        step();
    catch_up();
    answers_as_the_leads_do("board");
    ck_assert_int_gt(database_ask_int(r.database, of_board), 0);
    set_zone("Mars/Olympus");
    for (int i = 0; i < STEPS / 2; i++)
        step();
    catch_up();
    answers_as_the_leads_do("default");
    ck_assert_int_eq(attribution_setup_find(&r.read, "board", &board), ERR_NONE);
    ck_assert(!board.counted);
    ck_assert_int_eq(database_ask_int(r.database, of_board), 0);
    set_zone("Europe/Berlin");
    step();
    catch_up();
    answers_as_the_leads_do("board");
}
END_TEST

/* ---- ways that have not converted ---- */

static void came_by(int lead, const char *source, int day)
{
    char email[32];
    instant start;
    ck_assert(instant_parse("2025-01-01T00:00:00Z", &start));
    struct identity identity = {
        .kind = IDENTITY_EMAIL, .source = "", .value = email_of(lead, email)};
    struct touch_input input = {
        .kind = "form_submitted",
        .occurred_at = start + day * INSTANT_DAY,
        .values = {[DIMENSION_SOURCE] = source},
    };
    struct capture_input capture = {
        .identities = &identity,
        .identity_count = 1,
        .touch = &input,
        .claimed_stage = STAGE_COUNT,
        .occurred_at = INSTANT_NONE,
    };

    reading_do(&r, COMMAND_LEAD_CAPTURE, &capture);
}

/* C1 > C2 > C3 is won, C1 and C2 > C3 are lost. */
START_TEST(lost_ways_weigh_in_a_chain)
{
    static struct attribution_answers answers;
    static const struct {
        const char *source;
        int64_t alone, with_lost;
    } wanted[] = {
        {"c2", 333333333, 400000000}, {"c3", 333333333, 400000000}, {"c1", 333333334, 200000000}};
    struct attribution_counted of;

    came_by(1, "c1", 0);
    reading_exec(&r, "UPDATE lead SET customer_at = timestamptz '2025-01-20'");
    came_by(1, "c2", 1);
    came_by(1, "c3", 2);
    came_by(2, "c1", 3);
    came_by(3, "c2", 4);
    came_by(3, "c3", 5);
    catch_up();
    for (int lost = 0; lost < 2; lost++) {
        ck_assert_int_eq(attribution_setup_find(&r.read, "default", &of), ERR_NONE);
        struct attribution_ask ask = ask_of(&of, CUT_SOURCE);
        ask.period = (struct period){{INSTANT_NONE, NULL}, {INSTANT_NONE, NULL}};
        ask.query.milestone = MILESTONE_CUSTOMER;
        ask.query.interval = NULL;
        ask.query.null_paths = lost == 1;
        ask.models[0] = CREDIT_MARKOV;
        ask.model_count = 1;
        ck_assert_int_eq(rollup_read(&r.read, &ask, &of, &answers), ERR_NONE);
        ck_assert_uint_eq(answers.items[0].row_count, 3);
        for (size_t i = 0; i < 3; i++)
            for (size_t k = 0; k < 3; k++)
                if (strcmp(answers.items[0].rows[i].values[0], wanted[k].source) == 0) {
                    int64_t credit = lost ? wanted[k].with_lost : wanted[k].alone;
                    ck_assert_int_le(llabs(answers.items[0].rows[i].credit - credit), 1);
                }
        ck_assert_int_eq(answers.items[0].conversions, 1);
    }
}
END_TEST

/* ---- what is asked that is not counted ---- */

START_TEST(other_questions_are_not_answered_by_sums)
{
    struct attribution_counted of;

    catch_up();
    ck_assert_int_eq(attribution_setup_find(&r.read, "default", &of), ERR_NONE);
    ck_assert_int_eq(attribution_setup_find(&r.read, "nobody", &(struct attribution_counted){0}),
                     ERR_NOT_FOUND);
    struct attribution_ask plain = ask_of(&of, CUT_SOURCE), other;
    plain.period = (struct period){{INSTANT_NONE, NULL}, {INSTANT_NONE, NULL}};
    ck_assert(rollup_answers(&plain, &of));
    other = plain;
    other.query.window_days = 30;
    ck_assert(!rollup_answers(&other, &of));
    other = plain;
    other.query.rules.half_life_days = 8;
    ck_assert(!rollup_answers(&other, &of));
    other = plain;
    other.query.timezone = "Europe/Berlin";
    ck_assert(!rollup_answers(&other, &of));
    other = plain;
    other.period.from.at = 1; /* within a day */
    ck_assert(!rollup_answers(&other, &of));
    other.period.from.at = INSTANT_DAY;
    ck_assert(rollup_answers(&other, &of));
    other = plain;
    other.query.dimensions[1] = CUT_MEDIUM;
    other.query.dimension_count = 2;
    other.model_count = 1;
    ck_assert(!rollup_answers(&other, &of));
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "rollups");

    tcase_add_checked_fixture(t, set_up, tear_down);
    EACH(t, sums_are_what_the_leads_say, seeds);
    TESTS(t, lost_ways_weigh_in_a_chain, a_zone_that_is_gone_stops_nobody,
          whoever_is_killed_leaves_it_whole, other_questions_are_not_answered_by_sums);
}
