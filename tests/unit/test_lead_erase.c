/* Erasing: what is forgotten at once, what the ledger keeps, and that nothing comes back. */
#include "bench_person.h"
#include "suite.h"

#include "bench_replay.h"

static struct lead *kim;

/* An mql of marketing with an offer to sdr. */
static void open_with_kim(void)
{
    bench_open();
    kim = person_must((struct person){.email = "kim@acme.example",
                                      .external = "51",
                                      .seniority = "vp",
                                      .employees = 120,
                                      .touch = "form_submitted"});
}

static void close_after_check(void)
{
    bench_replay_begin();
    bench_replay_check("an erasure");
    bench_close();
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

START_TEST(nothing_of_the_person_stays)
{
    open_with_kim();
    ck_assert(!is_zero(kim->salt, SALT_BYTES));
    ck_assert_int_eq(person_erase(kim->id), ERR_NONE);
    ck_assert_int_eq(bench.outcome.status, 200);
    ck_assert_int_eq(kim->status, LEAD_ERASED);
    ck_assert_uint_eq(kim->identity_count, 0);
    ck_assert_uint_eq(kim->attributes.count, 0);
    ck_assert_uint_eq(kim->facts.count, 0);
    ck_assert(is_zero(kim->salt, SALT_BYTES));
    ck_assert(uuid_is_nil(kim->owner_team));
    ck_assert_int_eq(kim->next.at, INSTANT_NONE);
    ck_assert(!kim->held);
    ck_assert_uint_eq(bench.work.saves[KIND_ERASED].count,
                      1); /* the store forgets the rest by this */
    close_after_check();
}
END_TEST

START_TEST(facts_and_words_go_too)
{
    static const struct fact_input facts[] = {
        {.name = "budget", .value = {.type = VALUE_INT, .integer = 5000}, .evidence = "a mail"}};

    open_with_kim();
    struct override_input word = {kim->id, TERM_MQL, VERDICT_NOT_QUALIFIED, "Kim is my cousin"};
    struct facts_input input = {kim->id, facts, 1, INSTANT_NONE};
    ck_assert_int_eq(bench_reject(SDR, kim->open, "no_project"), ERR_NONE);
    bench_must(SDR, COMMAND_LEAD_FACTS, &input);
    bench_must(MARKETING, COMMAND_LEAD_OVERRIDE, &word);
    ck_assert(kim->held);
    ck_assert_int_eq(person_erase(kim->id), ERR_NONE);
    ck_assert_uint_eq(kim->facts.count, 0);
    ck_assert(!kim->overrides[TERM_MQL].given);
    ck_assert_ptr_null(kim->overrides[TERM_MQL].note);
    ck_assert_uint_eq(kim->hold_input_count, 0);
    close_after_check();
}
END_TEST

START_TEST(what_counts_for_attribution_stays)
{
    open_with_kim();
    ck_assert_int_eq(person_erase(kim->id), ERR_NONE);
    ck_assert_int_eq(kim->reached[MILESTONE_MQL], BENCH_NOW);
    ck_assert_int_eq(kim->first_touch_at, BENCH_NOW);
    ck_assert_int_eq(kim->touch_count, 1);
    ASSERT_STAGE(kim, STAGE_MQL);
    ck_assert_int_eq(kim->found_by, FUNCTION_MARKETING);
    close_after_check();
}
END_TEST

START_TEST(the_open_handoff_is_withdrawn_and_says_why)
{
    open_with_kim();
    const struct handoff *open = kim->open;
    size_t mark = bench.work.saves[KIND_ENTRY].count;
    ck_assert_int_eq(person_erase(kim->id), ERR_NONE);
    ck_assert_ptr_null(kim->open);
    ck_assert_int_eq(open->state, HANDOFF_WITHDRAWN);
    ck_assert_str_eq(open->reason, "erased");
    ck_assert_int_eq(open->closed_at, bench.work.now);
    ck_assert_int_eq(open->claimed_until, INSTANT_NONE);
    ck_assert_str_eq(person_uuid(open->closed_by), person_uuid(bench.members[MARKETING].id));
    ck_assert_str_eq(person_entries(&mark), "handoff.withdrawn lead.erased");
    ck_assert_str_eq(person_told(LEDGER_HANDOFF_WITHDRAWN, "handoff"), person_uuid(open->id));
    ck_assert_str_eq(person_told(LEDGER_HANDOFF_WITHDRAWN, "reason"), "erased");
    ck_assert_str_eq(person_told(LEDGER_LEAD_ERASED, "stage"), "mql");
    close_after_check();
}
END_TEST

START_TEST(an_accepted_handoff_is_withdrawn_as_well)
{
    open_with_kim();
    const struct handoff *open = bench_accept(SDR, kim);
    struct erase_input input = {.lead = kim->id};
    ck_assert_int_eq(person_erase(kim->id), ERR_NONE);
    ck_assert_int_eq(bench.outcome.status, 202); /* sales owns it now: it is asked for */
    ck_assert_int_eq(bench_do(SDR, COMMAND_LEAD_ERASE, &input), ERR_NONE);
    ck_assert_int_eq(open->state, HANDOFF_WITHDRAWN);
    ck_assert_int_ne(open->accepted_at, INSTANT_NONE); /* that it was, stays */
    close_after_check();
}
END_TEST

START_TEST(a_closed_handoff_stays_as_it_was)
{
    open_with_kim();
    const struct handoff *closed = kim->open;
    ck_assert_int_eq(bench_reject(SDR, kim->open, "too_small"), ERR_NONE);
    size_t mark = bench.work.saves[KIND_ENTRY].count;
    ck_assert_int_eq(person_erase(kim->id), ERR_NONE);
    ck_assert_int_eq(closed->state, HANDOFF_REJECTED);
    ck_assert_str_eq(closed->reason, "too_small");
    ck_assert_str_eq(person_entries(&mark), "lead.erased");
    close_after_check();
}
END_TEST

/* ---- again ---- */

START_TEST(the_id_is_gone_for_every_command)
{
    open_with_kim();
    ck_assert_int_eq(person_erase(kim->id), ERR_NONE);
    struct person_state before = person_state();
    struct add_touch_input touch = {
        .lead = kim->id, .touch = {.kind = "form_submitted", .occurred_at = INSTANT_NONE}};
    struct update_input update = {
        .lead = kim->id, .occurred_at = INSTANT_NONE, .next_at = INSTANT_NONE};
    ck_assert_int_eq(person_erase(kim->id), ERR_GONE);
    ck_assert_int_eq(bench_do(MARKETING, COMMAND_LEAD_TOUCH, &touch), ERR_GONE);
    ck_assert_int_eq(bench_do(MARKETING, COMMAND_LEAD_UPDATE, &update), ERR_GONE);
    ASSERT_UNCHANGED(before);
    close_after_check();
}
END_TEST

START_TEST(nobody_is_not_erased)
{
    const struct uuid nobody = {{0x99}};

    open_with_kim();
    ck_assert(work_put(&bench.work, KIND_LEAD, &nobody, NULL));
    struct person_state before = person_state();
    ck_assert_int_eq(person_erase(nobody), ERR_NOT_FOUND);
    ASSERT_UNCHANGED(before);
    close_after_check();
}
END_TEST

START_TEST(who_comes_again_is_a_new_lead)
{
    open_with_kim();
    ck_assert_int_eq(person_erase(kim->id), ERR_NONE);
    const struct lead *again =
        person_must((struct person){.email = "kim@acme.example", .external = "51"});
    ck_assert_int_eq(bench.outcome.status, 201);
    ck_assert_str_ne(person_uuid(again->id), person_uuid(kim->id));
    ck_assert(!is_zero(again->salt, SALT_BYTES));
    ck_assert_int_eq(again->reached[MILESTONE_MQL], INSTANT_NONE);
    ck_assert_int_eq(kim->status, LEAD_ERASED);
    close_after_check();
}
END_TEST

/* ---- merged before ---- */

START_TEST(an_absorbed_id_erases_the_survivor)
{
    open_with_kim();
    struct lead *lee = person_must((struct person){.external = "52"});
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
    ck_assert_int_eq(person_erase(lee->id), ERR_NONE);
    ck_assert_int_eq(kim->status, LEAD_ERASED);
    ck_assert_uint_eq(kim->identity_count, 0);
    ck_assert_int_eq(lee->status, LEAD_MERGED); /* nothing follows on an absorbed chain */
    ck_assert_int_eq(person_erase(kim->id), ERR_GONE);
    ck_assert_int_eq(person_erase(lee->id), ERR_GONE);
    close_after_check();
}
END_TEST

START_TEST(what_came_by_a_merge_is_forgotten_too)
{
    struct identity crm = {IDENTITY_EXTERNAL, "crm", "52"};
    struct uuid holder;

    open_with_kim();
    struct lead *lee = person_must((struct person){.external = "52", .employees = 7});
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
    ck_assert_int_eq(person_erase(kim->id), ERR_NONE);
    ck_assert_int_eq(work_find_identity(&bench.work, &crm, &holder), FIND_ABSENT);
    ck_assert_uint_eq(lee->attributes.count, 0);
    ck_assert_uint_eq(kim->attributes.count, 0);
    close_after_check();
}
END_TEST

/* ---- by the other side ---- */

static enum err erase_by(int team)
{
    struct erase_input input = {.lead = kim->id};

    return bench_do(team, COMMAND_LEAD_ERASE, &input);
}

START_TEST(the_other_side_asks_and_erases_when_nobody_answers)
{
    open_with_kim();
    size_t mark = bench.work.saves[KIND_ENTRY].count;
    instant due = bench.work.now + ERASURE_WAIT;

    ck_assert_int_eq(erase_by(SDR), ERR_NONE);
    ck_assert_int_eq(bench.outcome.status, 202);
    ck_assert_int_eq(kim->status, LEAD_ACTIVE);
    ck_assert_str_eq(person_entries(&mark), "lead.erasure_asked");
    bench.work.now = due - 1;
    ck_assert_int_eq(erase_by(AE), ERR_NONE); /* of the same side */
    ck_assert_int_eq(bench.outcome.status, 202);
    ck_assert_str_eq(person_entries(&mark), "");
    ck_assert_int_eq(kim->erasure_asked_at + ERASURE_WAIT, due);
    bench.work.now = due;
    ck_assert_int_eq(erase_by(SDR), ERR_NONE);
    ck_assert_int_eq(bench.outcome.status, 200);
    ck_assert_int_eq(kim->status, LEAD_ERASED);
    ck_assert_int_eq(kim->erasure_asked_at, INSTANT_NONE);
    close_after_check();
}
END_TEST

START_TEST(her_owner_may_decline_and_is_asked_anew)
{
    struct keep_input keep = {.reason = "contract_runs"};

    open_with_kim();
    keep.lead = kim->id;
    ck_assert_int_eq(bench_do(MARKETING, COMMAND_LEAD_KEEP, &keep), ERR_STATE_CONFLICT);
    ck_assert_int_eq(erase_by(SDR), ERR_NONE);
    ck_assert_int_eq(bench_do(SDR, COMMAND_LEAD_KEEP, &keep), ERR_OTHER_SIDE);
    bench_must(MARKETING, COMMAND_LEAD_KEEP, &keep);
    ck_assert_int_eq(kim->erasure_asked_at, INSTANT_NONE);
    ck_assert_str_eq(person_told(LEDGER_LEAD_ERASURE_DECLINED, "reason"), "contract_runs");
    bench.work.now += 2 * ERASURE_WAIT;
    ck_assert_int_eq(erase_by(SDR), ERR_NONE);
    ck_assert_int_eq(bench.outcome.status, 202);
    ck_assert_int_eq(kim->status, LEAD_ACTIVE);
    close_after_check();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "lead_erase");

    TESTS(tcase, the_other_side_asks_and_erases_when_nobody_answers,
          her_owner_may_decline_and_is_asked_anew, nothing_of_the_person_stays,
          facts_and_words_go_too, what_counts_for_attribution_stays,
          the_open_handoff_is_withdrawn_and_says_why, an_accepted_handoff_is_withdrawn_as_well,
          a_closed_handoff_stays_as_it_was, the_id_is_gone_for_every_command, nobody_is_not_erased,
          who_comes_again_is_a_new_lead, an_absorbed_id_erases_the_survivor,
          what_came_by_a_merge_is_forgotten_too);
}
