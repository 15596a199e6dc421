/* Whose an offer is: shares that are exact at every moment, rules, absence, hours, capacity. */
#include "bench_offer.h"
#include "suite.h"

#include "core/account/account.h"
#include "core/calendar/absence.h"
#include "core/calendar/calendar.h"
#include "core/handoff/handoff_deal.h"

#include <stdlib.h>

/* ---- shares ---- */

#define ROUNDS 60
#define TURNS  1000

/* By the definition, in whole numbers: after n turns weights[i] * n / all. */
static void check_shares(const int *weights, size_t count)
{
    struct share shares[SHARES_MAX] = {0};
    struct share *list[SHARES_MAX];
    int64_t all = 0, had[SHARES_MAX] = {0};

    for (size_t i = 0; i < count; i++) {
        shares[i].weight = weights[i];
        list[i] = &shares[i];
        all += weights[i];
    }
    for (int64_t n = 1; n <= TURNS; n++) {
        had[share_next(list, count)]++;
        for (size_t i = 0; i < count; i++) {
            int64_t off = n * weights[i] - had[i] * all;
            if (off <= -all || all <= off)
                ck_abort_msg("%zu of %zu, weight %d of %lld: %lld of %lld", i, count, weights[i],
                             (long long)all, (long long)had[i], (long long)n);
        }
    }
}

START_TEST(nobody_is_ever_a_whole_turn_off)
{
    int weights[SHARES_MAX];

    srand(11);
    for (int round = 0; round < ROUNDS; round++) {
        size_t count = 1 + (size_t)rand() % (round % 10 == 0 ? SHARES_MAX : 12);
        for (size_t i = 0; i < count; i++)
            weights[i] = 1 + rand() % (rand() % 3 == 0 ? DEAL_WEIGHT_MAX : 10);
        check_shares(weights, count);
    }
}
END_TEST

/* While one is away the others share; back again they get their part of what comes from then on. */
START_TEST(who_was_away_does_not_catch_up)
{
    struct share a = {.weight = 1}, b = {.weight = 1}, c = {.weight = 2};
    struct share *all[] = {&a, &b, &c}, *without[] = {&a, &b};
    int had = 0;

    for (int i = 0; i < 40; i++)
        share_next(all, 3);
    for (int i = 0; i < 1000; i++)
        share_next(without, 2);
    for (int i = 1; i <= 40; i++) {
        had += share_next(all, 3) == 2;
        ck_assert_int_le(abs(2 * had - i), 3);
    }
    ck_assert_int_eq(a.claim + b.claim + c.claim, 0);
}
END_TEST

/* ---- a team that deals ---- */

static struct team dealing_teams[BENCH_TEAMS];
static struct dealing *dealing;

static const struct distribution *compile(const char *text, struct faults *faults)
{
    json_error_t error;
    const struct distribution *out = NULL;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);

    ck_assert_msg(json != NULL, "%s", error.text);
    faults_init(faults, bench.work.arena);
    (void)!distribution_compile(json, &bench.config, bench.teams[SDR].id, bench.work.arena, faults,
                                NULL, &out);
    json_decref(json);
    return out;
}

static void put_dealing(void)
{
    dealing = dealing_new(&bench.config, bench.teams[SDR].id, bench.work.now, bench.work.arena);
    ck_assert_ptr_nonnull(dealing);
    ck_assert(work_put(&bench.work, KIND_DEALING, &dealing->team, dealing));
}

/* sdr, of sam and sue, deals by these rules. */
static void open_dealing(const char *rules)
{
    struct faults *faults;

    offer_open();
    faults = ARENA_NEW(bench.work.arena, struct faults);
    memcpy(dealing_teams, bench.teams, sizeof bench.teams);
    dealing_teams[SDR].deals = compile(rules, faults);
    ck_assert_msg(dealing_teams[SDR].deals != NULL, "%s: %s", faults->items[0].pointer,
                  faults->items[0].detail);
    bench.config.teams = dealing_teams;
    put_dealing();
}

static struct handoff *dealt(const char *email)
{
    return offer_made(email);
}

#define POOL(by)                                                                                   \
    "{\"rules\":[{\"to\":{\"pool\":[{\"member\":\"sam@acme.example\"},"                            \
    "{\"member\":\"sue@acme.example\"}],\"by\":\"" by "\"}}],\"reassign_after_minutes\":30}"

START_TEST(whose_it_is_stands_in_the_handoff_and_the_ledger)
{
    open_dealing(POOL("weighted"));
    const struct handoff *one = dealt("one@corp.example");
    const struct handoff *two = dealt("two@corp.example");
    ck_assert(uuid_equal(one->dealt_to, SAM->id));
    ck_assert(uuid_equal(two->dealt_to, SUE->id));
    ck_assert(uuid_equal(one->assignee, SAM->id));
    ck_assert_int_eq(one->dealt_rule, 1);
    ck_assert_int_eq(one->dealt_by, DEAL_WEIGHTED);
    ck_assert_int_eq(one->claimed_until, bench.work.now + 30 * INSTANT_MINUTE);
    const struct list *entries = &bench.work.saves[KIND_ENTRY];
    const struct ledger_entry *entry = entries->items[entries->count - 1];
    ck_assert_ptr_nonnull(strstr(entry->body, "\"by\":\"weighted\""));
    ck_assert_ptr_nonnull(strstr(entry->body, "\"assignee\":"));
    ck_assert_ptr_nonnull(strstr(entry->body, "\"rule\":1"));
    offer_close();
}
END_TEST

START_TEST(a_refused_offer_takes_no_turn)
{
    open_dealing(POOL("weighted"));
    struct lead *lead = offer_lead(MARKETING, "no@corp.example", "clerk");
    ck_assert_int_ne(offer_do(MARKETING, lead, "sdr", HANDOFF_KIND_STANDARD, NULL), ERR_NONE);
    ck_assert_uint_eq(dealing->counts.count, 0);
    ck_assert(uuid_equal(dealt("one@corp.example")->dealt_to, SAM->id));
    offer_close();
}
END_TEST

START_TEST(capacity_is_a_limit)
{
    open_dealing(POOL("weighted"));
    SAM->capacity = (struct capacity){.per_day_limited = true, .per_day = 2};
    SUE->capacity = (struct capacity){.open_limited = true, .open_limit = 1};
    put_dealing();
    int sam = 0, sue = 0, queue = 0;
    static const char *const emails[] = {"a@corp.example", "b@corp.example", "c@corp.example",
                                         "d@corp.example", "e@corp.example"};
    for (size_t i = 0; i < sizeof emails / sizeof *emails; i++) {
        const struct handoff *handoff = dealt(emails[i]);
        sam += uuid_equal(handoff->dealt_to, SAM->id);
        sue += uuid_equal(handoff->dealt_to, SUE->id);
        queue += uuid_is_nil(handoff->dealt_to);
        ck_assert(handoff->dealt);
    }
    ck_assert_int_eq(sam, 2);
    ck_assert_int_eq(sue, 1);
    ck_assert_int_eq(queue, 2);
    offer_close();
}
END_TEST

START_TEST(the_least_loaded_is_first)
{
    open_dealing(POOL("least_loaded"));
    dealing_put_open(dealing, SAM->id, 3);
    for (int i = 0; i < 3; i++) {
        char email[32];
        snprintf(email, sizeof email, "l%d@corp.example", i);
        ck_assert(uuid_equal(dealt(email)->dealt_to, SUE->id));
    }
    const struct handoff *fourth = dealt("l4@corp.example");
    const struct handoff *fifth = dealt("l5@corp.example");
    ck_assert(!uuid_equal(fourth->dealt_to, fifth->dealt_to)); /* in turn, when they are even */
    offer_close();
}
END_TEST

static const struct calendar *hours(const char *text)
{
    struct faults *faults = ARENA_NEW(bench.work.arena, struct faults);
    const struct calendar *calendar = NULL;
    json_t *json = json_loads(text, 0, NULL);

    faults_init(faults, bench.work.arena);
    ck_assert_int_eq(
        calendar_compile(json, "", time_zone_find(calendar_document_zone(json), bench.work.arena),
                         faults, &calendar),
        ERR_NONE);
    json_decref(json);
    return calendar;
}

/* Of a week that has one hour, in the hour's middle and beside it. */
START_TEST(who_is_at_work_goes_first)
{
    char text[128];
    static const char *const days[] = {"thu", "fri", "sat", "sun", "mon", "tue", "wed"};
    open_dealing(POOL("weighted"));
    const char *today = days[((instant_day(bench.work.now) % 7) + 7) % 7];
    const char *tomorrow = days[((instant_day(bench.work.now) + 1) % 7 + 7) % 7];
    snprintf(text, sizeof text,
             "{\"time_zone\":\"UTC\",\"hours\":{\"%s\":[[\"00:00\",\"24:00\"]]}}", today);
    SUE->working_time = hours(text);
    snprintf(text, sizeof text,
             "{\"time_zone\":\"UTC\",\"hours\":{\"%s\":[[\"00:00\",\"24:00\"]]}}", tomorrow);
    SAM->working_time = hours(text);
    put_dealing();
    for (int i = 0; i < 3; i++) {
        char email[32];
        snprintf(email, sizeof email, "w%d@corp.example", i);
        ck_assert(uuid_equal(dealt(email)->dealt_to, SUE->id));
    }
    SUE->working_time = SAM->working_time; /* nobody works today: both get theirs for tomorrow */
    put_dealing();
    ck_assert(!uuid_equal(dealt("x@corp.example")->dealt_to, dealt("y@corp.example")->dealt_to));
    struct absence away = {instant_day(bench.work.now) + 1, instant_day(bench.work.now) + 1};
    SAM->absences = &away; /* tomorrow, when he would work next */
    SAM->absence_count = 1;
    put_dealing();
    ck_assert(uuid_equal(dealt("z@corp.example")->dealt_to, SUE->id));
    ck_assert(uuid_equal(dealt("q@corp.example")->dealt_to, SUE->id));
    offer_close();
}
END_TEST

START_TEST(who_left_the_team_is_passed_over)
{
    open_dealing(POOL("weighted"));
    SAM->active = false;
    put_dealing();
    ck_assert(uuid_equal(dealt("a@corp.example")->dealt_to, SUE->id));
    ck_assert(uuid_equal(dealt("b@corp.example")->dealt_to, SUE->id));
    offer_close();
}
END_TEST

/* What it needs is asked for when it is not there, and nothing is decided until it is. */
START_TEST(what_is_not_loaded_is_asked_for)
{
    open_dealing(POOL("weighted"));
    struct lead *lead = offer_lead(MARKETING, "one@corp.example", "vp");
    struct offer_input input = {lead->id, "sdr", HANDOFF_KIND_STANDARD, NULL};
    memset(&bench.work.found[KIND_DEALING], 0, sizeof bench.work.found[KIND_DEALING]);
    map_init(&bench.work.found[KIND_DEALING], bench.work.arena);
    ck_assert_int_eq(
        offer_decide(MARKETING, bench.members[MARKETING].id, COMMAND_HANDOFF_OFFER, &input),
        DECIDE_AGAIN);
    ck_assert_ptr_null(lead->open);
    ck_assert_uint_eq(bench.work.needs.of[KIND_DEALING].count, 1);
    put_dealing();
    ck_assert_int_eq(offer_do(MARKETING, lead, "sdr", HANDOFF_KIND_STANDARD, NULL), ERR_NONE);
    ck_assert(uuid_equal(lead->open->dealt_to, SAM->id));
    offer_close();
}
END_TEST

START_TEST(the_owner_of_the_account_has_it)
{
    struct account account = {.id = account_id("corp.example")};

    open_dealing("{\"rules\":[{\"to\":\"account_owner\"}]}");
    account.owner_member = SUE->id;
    struct lead *lead = offer_lead(MARKETING, "kim@mail.corp.example", "vp");
    struct offer_input input = {lead->id, "sdr", HANDOFF_KIND_STANDARD, NULL};
    ck_assert_int_eq(
        offer_decide(MARKETING, bench.members[MARKETING].id, COMMAND_HANDOFF_OFFER, &input),
        DECIDE_AGAIN);
    ck_assert(uuid_equal(*(struct uuid *)bench.work.needs.of[KIND_ACCOUNT].items[0], account.id));
    ck_assert(work_put(&bench.work, KIND_ACCOUNT, &account.id, &account));
    ck_assert_int_eq(offer_do(MARKETING, lead, "sdr", HANDOFF_KIND_STANDARD, NULL), ERR_NONE);
    ck_assert(uuid_equal(lead->open->dealt_to, SUE->id));
    ck_assert_int_eq(lead->open->dealt_by, DEAL_OWNER);
    offer_close();
}
END_TEST

/* Both sides must have named the company. */
START_TEST(account_based_is_for_named_accounts)
{
    static const char ABM[] =
        "{\"term\": \"mql\", \"title\": \"MQL\", \"criteria\": [{\"id\": \"decider\","
        " \"title\": \"Decides\", \"kind\": \"fit\", \"required\": true,"
        " \"test\": {\"attribute\": \"seniority\", \"op\": \"eq\", \"value\": \"vp\"}}],"
        "\"exceptions\": [{\"kind\": \"account_based\", \"limit_per_month\": 5}]}";
    struct account account = {.id = account_id("corp.example"), .named_by_marketing = true};
    struct exception_count used = {.term = TERM_MQL, .kind = EXCEPTION_ACCOUNT_BASED};

    offer_open();
    definition_free(bench.compiled[TERM_MQL]);
    bench_enforce(TERM_MQL, 3, ABM);
    used.month = instant_month(bench.work.now);
    ck_assert(work_put(&bench.work, KIND_EXCEPTION, &used, &used));
    struct lead *lead = offer_lead(MARKETING, "kim@mail.corp.example", "clerk");
    ck_assert(work_put(&bench.work, KIND_ACCOUNT, &account.id, NULL));
    ck_assert_int_eq(offer_do(MARKETING, lead, "sdr", HANDOFF_KIND_ACCOUNT_BASED, "their group"),
                     ERR_UNPROCESSABLE);
    ck_assert(work_put(&bench.work, KIND_ACCOUNT, &account.id, &account));
    ck_assert_int_eq(offer_do(MARKETING, lead, "sdr", HANDOFF_KIND_ACCOUNT_BASED, "their group"),
                     ERR_UNPROCESSABLE);
    account.named_by_sales = true;
    ck_assert_int_eq(offer_do(MARKETING, lead, "sdr", HANDOFF_KIND_ACCOUNT_BASED, "their group"),
                     ERR_NONE);
    ck_assert_int_eq(lead->open->kind, HANDOFF_KIND_ACCOUNT_BASED);
    offer_close();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "distribution");

    TESTS(tcase, nobody_is_ever_a_whole_turn_off, who_was_away_does_not_catch_up,
          whose_it_is_stands_in_the_handoff_and_the_ledger, a_refused_offer_takes_no_turn,
          capacity_is_a_limit, the_least_loaded_is_first, who_is_at_work_goes_first,
          who_left_the_team_is_passed_over, what_is_not_loaded_is_asked_for,
          account_based_is_for_named_accounts, the_owner_of_the_account_has_it);
}
