/* Taking a merge back: each lead is what it was, what came since stays with the survivor, and what
 * was decided since stands in the way. */
#include "bench_person.h"
#include "suite.h"

#include "../support/known.h"
#include "bench_replay.h"
#include "core/handoff/lead_before.h"
#include "core/intake/lead_unmerge.h"

static struct lead *kim, *lee;

static enum err unmerge(struct uuid survivor, struct uuid absorbed)
{
    struct unmerge_input input = {survivor, absorbed};

    ck_assert(work_has(&bench.work, KIND_MERGE, &absorbed) ||
              work_put(&bench.work, KIND_MERGE, &input.absorbed, NULL));
    return bench_do_as(&(struct caller){.team = bench.keys[MARKETING].team,
                                        .member = bench.keys[MARKETING].member,
                                        .operator = true},
                       COMMAND_LEAD_UNMERGE, &input);
}

static void merge(struct lead *survivor, struct lead *absorbed)
{
    ck_assert_int_eq(person_merge(survivor->id, absorbed->id), ERR_NONE);
}

static void two_people(void)
{
    bench_open();
    kim = person_must((struct person){.email = "kim@acme.example", .employees = 10});
    lee = person_must((struct person){.external = "51",
                                      .email = "lee@acme.example",
                                      .seniority = "clerk",
                                      .touch = "page_viewed",
                                      .event = "l1",
                                      .claimed = STAGE_MQL});
}

static void close_after_check(void)
{
    bench_replay_begin();
    bench_replay_check("a merge that was taken back");
    bench_close();
}

/* All that the stored form has of both. */
static const char *state_of(const struct lead *a, const struct lead *b)
{
    return lead_before_keep(&bench.work, a, b)->before;
}

START_TEST(both_are_what_they_were)
{
    two_people();
    const char *before = state_of(kim, lee);
    merge(kim, lee);
    ck_assert_str_ne(state_of(kim, lee), before);
    size_t mark = bench.work.saves[KIND_ENTRY].count;
    ck_assert_int_eq(unmerge(kim->id, lee->id), ERR_NONE);
    ck_assert_str_eq(state_of(kim, lee), before);
    ck_assert_int_eq(lee->status, LEAD_ACTIVE);
    ck_assert_str_eq(person_entries(&mark), "lead.unmerged lead.unmerged lead.judged lead.judged");
    ck_assert_uint_eq(kim->touches.count, 0);
    ck_assert_uint_eq(lee->touches.count, 1);
    close_after_check();
}
END_TEST

START_TEST(identities_lead_where_they_led)
{
    struct identity crm = {IDENTITY_EXTERNAL, "crm", "51"};
    struct uuid holder;

    two_people();
    merge(kim, lee);
    ck_assert_int_eq(unmerge(kim->id, lee->id), ERR_NONE);
    ck_assert_int_eq(work_find_identity(&bench.work, &crm, &holder), FIND_FOUND);
    ck_assert_str_eq(person_uuid(holder), person_uuid(lee->id));
    ASSERT_SAME_LEAD(kim, person_must((struct person){.email = "kim@acme.example"}));
    ASSERT_SAME_LEAD(lee, person_must((struct person){.email = "lee@acme.example"}));
    close_after_check();
}
END_TEST

START_TEST(what_came_since_stays_with_the_survivor)
{
    two_people();
    merge(kim, lee);
    bench.work.now += INSTANT_DAY;
    person_must((struct person){.external = "51",
                                .anonymous = "a1",
                                .employees = 77,
                                .touch = "page_viewed",
                                .event = "k1"});
    ck_assert_int_eq(unmerge(kim->id, lee->id), ERR_NONE);
    ck_assert_int_eq(known_value(&kim->attributes, "employees")->integer, 77);
    ck_assert_ptr_null(attribute_find(&kim->attributes, "seniority"));
    ck_assert_uint_eq(kim->touches.count, 1);
    ck_assert_int_eq(kim->touch_count, 1);
    ck_assert_int_eq(kim->first_touch_at, bench.work.now);
    ck_assert_uint_eq(kim->identity_count, 2);
    ck_assert_uint_eq(lee->identity_count, 2);
    ck_assert_int_eq(lee->touch_count, 1);
    close_after_check();
}
END_TEST

START_TEST(the_last_goes_first)
{
    struct lead *ina;

    two_people();
    ina = person_must((struct person){.email = "ina@acme.example"});
    merge(kim, lee);
    merge(kim, ina);
    struct person_state before = person_state();
    ck_assert_int_eq(unmerge(kim->id, lee->id), ERR_STATE_CONFLICT);
    ck_assert_str_eq(bench.outcome.problem.state, "merged_later");
    ASSERT_UNCHANGED(before);
    ck_assert_int_eq(unmerge(kim->id, ina->id), ERR_NONE);
    ck_assert_int_eq(unmerge(kim->id, lee->id), ERR_NONE);
    ck_assert_int_eq(unmerge(kim->id, lee->id), ERR_STATE_CONFLICT);
    ck_assert_str_eq(bench.outcome.problem.state, "not_merged");
    close_after_check();
}
END_TEST

START_TEST(who_is_merged_again_can_go_again)
{
    two_people();
    for (int i = 0; i < 3; i++) {
        merge(kim, lee);
        ck_assert_int_eq(unmerge(kim->id, lee->id), ERR_NONE);
    }
    merge(lee, kim);
    ck_assert_int_eq(unmerge(kim->id, lee->id), ERR_STATE_CONFLICT);
    ck_assert_int_eq(unmerge(lee->id, kim->id), ERR_NONE);
    close_after_check();
}
END_TEST

START_TEST(of_one_that_was_absorbed_itself_only_the_survivor_is_asked)
{
    struct lead *ina;

    two_people();
    ina = person_must((struct person){.email = "ina@acme.example"});
    merge(kim, lee);
    merge(ina, kim);
    ck_assert_int_eq(unmerge(ina->id, lee->id), ERR_STATE_CONFLICT);
    ck_assert_str_eq(bench.outcome.problem.state, "not_merged");
    ck_assert_int_eq(unmerge(ina->id, kim->id), ERR_NONE);
    ck_assert_int_eq(unmerge(kim->id, lee->id), ERR_NONE);
    close_after_check();
}
END_TEST

START_TEST(an_offer_that_came_of_it_is_withdrawn)
{
    bench_open();
    kim = person_must(
        (struct person){.email = "kim@acme.example", .seniority = "vp", .employees = 120});
    lee = person_must((struct person){.external = "51", .touch = "form_submitted"});
    merge(kim, lee);
    struct handoff *offer = kim->open;
    ck_assert_ptr_nonnull(offer);
    ck_assert_int_eq(unmerge(kim->id, lee->id), ERR_NONE);
    ck_assert_int_eq(offer->state, HANDOFF_WITHDRAWN);
    ck_assert_str_eq(offer->reason, "unmerged");
    ck_assert_ptr_null(kim->open);
    ck_assert_int_eq(kim->reached[MILESTONE_MQL], INSTANT_NONE);
    ASSERT_STAGE(kim, STAGE_PROSPECT);
    ck_assert_str_eq(person_told(LEDGER_LEAD_UNMERGED, "from"), person_uuid(kim->id));
    close_after_check();
}
END_TEST

START_TEST(the_handoff_that_came_with_it_goes_with_it)
{
    bench_open();
    kim = person_must((struct person){.email = "kim@acme.example"});
    lee = person_must((struct person){.email = "lee@acme.example",
                                      .seniority = "vp",
                                      .employees = 120,
                                      .touch = "form_submitted"});
    struct handoff *open = bench_accept(SDR, lee);
    merge(kim, lee);
    ck_assert_int_eq(unmerge(kim->id, lee->id), ERR_NONE);
    ck_assert_ptr_eq(lee->open, open);
    ck_assert_ptr_null(kim->open);
    ASSERT_TEAM(lee->owner_team, SDR);
    ASSERT_TEAM(kim->owner_team, MARKETING);
    ASSERT_STAGE(lee, STAGE_SAL);
    close_after_check();
}
END_TEST

START_TEST(what_was_decided_since_stands_in_the_way)
{
    two_people();
    lee = person_must((struct person){.email = "max@acme.example",
                                      .seniority = "vp",
                                      .employees = 120,
                                      .touch = "form_submitted"});
    merge(kim, lee);
    bench_accept(SDR, kim);
    struct person_state before = person_state();
    ck_assert_int_eq(unmerge(kim->id, lee->id), ERR_STATE_CONFLICT);
    ck_assert_str_eq(bench.outcome.problem.state, "decided");
    ASSERT_UNCHANGED(before);
    bench_close();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "lead_unmerge");

    TESTS(tcase, both_are_what_they_were, identities_lead_where_they_led,
          what_came_since_stays_with_the_survivor, the_last_goes_first,
          who_is_merged_again_can_go_again,
          of_one_that_was_absorbed_itself_only_the_survivor_is_asked,
          an_offer_that_came_of_it_is_withdrawn, the_handoff_that_came_with_it_goes_with_it,
          what_was_decided_since_stands_in_the_way);
}
