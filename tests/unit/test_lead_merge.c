/* Merging: what the survivor takes over, what stays of the absorbed lead, and when it is refused.
 */
#include "bench_person.h"
#include "suite.h"

#include "../support/known.h"
#include "bench_replay.h"

static struct lead *kim, *lee;

/* Two prospects of marketing. */
static void two_prospects(void)
{
    bench_open();
    kim = person_must((struct person){.email = "kim@acme.example", .employees = 10});
    lee = person_must((struct person){.external = "51", .seniority = "clerk"});
}

static struct lead *mql(const char *email)
{
    return person_must((struct person){
        .email = email, .seniority = "vp", .employees = 120, .touch = "form_submitted"});
}

static void close_after_check(void)
{
    bench_replay_begin();
    bench_replay_check("a merge");
    bench_close();
}

static const struct ledger_entry *last_entry(const struct lead *lead)
{
    for (size_t i = bench.work.saves[KIND_ENTRY].count; i > 0; i--) {
        const struct ledger_entry *entry = bench.work.saves[KIND_ENTRY].items[i - 1];
        if (uuid_equal(entry->subject, lead->id))
            return entry;
    }
    return NULL;
}

static const char *hex_of(const uint8_t hash[DIGEST_BYTES])
{
    char text[2 * DIGEST_BYTES + 1];

    for (size_t i = 0; i < DIGEST_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", hash[i]);
    return arena_strdup(bench.arena, text);
}

/* ---- what goes over ---- */

START_TEST(the_survivor_has_the_identities_of_both)
{
    struct identity crm = {IDENTITY_EXTERNAL, "crm", "51"};
    struct uuid holder;

    two_prospects();
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
    ck_assert_int_eq(bench.outcome.status, 200);
    ck_assert_uint_eq(kim->identity_count, 2);
    ck_assert_int_eq(work_find_identity(&bench.work, &crm, &holder), FIND_FOUND);
    ck_assert_str_eq(person_uuid(holder), person_uuid(kim->id));
    ASSERT_SAME_LEAD(kim, person_must((struct person){.external = "51", .employees = 11}));
    close_after_check();
}
END_TEST

START_TEST(the_absorbed_id_answers_with_the_survivor)
{
    struct lead *found;

    two_prospects();
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
    ck_assert_int_eq(work_find_lead(&bench.work, lee->id, &found), FIND_FOUND);
    ck_assert_ptr_eq(found, kim);
    bench_touch(MARKETING, lee, "form_submitted");
    ck_assert_int_eq(kim->touch_count, 1);
    ck_assert_int_eq(lee->touch_count, 0);
    close_after_check();
}
END_TEST

START_TEST(what_was_known_later_wins)
{
    two_prospects();
    bench.work.now += INSTANT_DAY;
    person_must((struct person){.external = "51", .employees = 77});
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
    ck_assert_int_eq(known_value(&kim->attributes, "employees")->integer, 77);
    ck_assert_str_eq(known_value(&kim->attributes, "seniority")->text, "clerk");
    close_after_check();
}
END_TEST

START_TEST(the_touches_of_both_stand_in_order_of_time)
{
    static const instant times[] = {BENCH_NOW - 3000000, BENCH_NOW - 1000000, BENCH_NOW - 2000000,
                                    BENCH_NOW - 4000000};

    two_prospects();
    for (int i = 0; i < 4; i++)
        person_must((struct person){.email = i % 2 ? "kim@acme.example" : NULL,
                                    .external = i % 2 ? NULL : "51",
                                    .touch = "page_viewed",
                                    .touched_at = times[i]});
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
    ck_assert_uint_eq(kim->touches.count, 4);
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(kim->touches.items[i].occurred_at, BENCH_NOW - (instant)(i + 1) * 1000000);
    ck_assert_int_eq(kim->touch_count, 4);
    ck_assert_int_eq(kim->first_touch_at, BENCH_NOW - 4000000);
    close_after_check();
}
END_TEST

START_TEST(together_they_may_qualify)
{
    size_t mark;

    bench_open();
    kim = person_must(
        (struct person){.email = "kim@acme.example", .seniority = "vp", .employees = 120});
    lee = person_must((struct person){.external = "51", .touch = "form_submitted"});
    mark = bench.work.saves[KIND_ENTRY].count;
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
    ASSERT_STAGE(kim, STAGE_MQL);
    ck_assert_ptr_nonnull(kim->open);
    ck_assert_str_eq(person_entries(&mark),
                     "lead.absorbed lead.merged lead.judged handoff.offered");
    ck_assert_str_eq(person_told(LEDGER_LEAD_MERGED, "stage_from"), "prospect");
    ck_assert_str_eq(person_told(LEDGER_LEAD_MERGED, "stage_to"), "inquiry");
    close_after_check();
}
END_TEST

/* ---- what stays ---- */

START_TEST(an_empty_shell_stays_and_its_chain)
{
    uint8_t salt[SALT_BYTES];

    two_prospects();
    memcpy(salt, lee->salt, SALT_BYTES);
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
    ck_assert_int_eq(lee->status, LEAD_MERGED);
    ck_assert_str_eq(person_uuid(lee->merged_into), person_uuid(kim->id));
    ck_assert(uuid_is_nil(lee->owner_team));
    ck_assert_int_eq(lee->next.at, INSTANT_NONE);
    ck_assert_uint_eq(lee->identity_count, 0);
    ck_assert_uint_eq(lee->attributes.count, 0);
    ck_assert_uint_eq(lee->touches.count, 0);
    ck_assert_mem_eq(lee->salt, salt, SALT_BYTES); /* its chain's commitments need it */
    close_after_check();
}
END_TEST

START_TEST(each_chain_names_the_other)
{
    two_prospects();
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
    const struct ledger_entry *last = last_entry(lee);
    ck_assert_int_eq(last->kind, LEDGER_LEAD_ABSORBED);
    ck_assert_str_eq(person_told(LEDGER_LEAD_ABSORBED, "survivor"), person_uuid(kim->id));
    ck_assert_str_eq(person_told(LEDGER_LEAD_MERGED, "absorbed"), person_uuid(lee->id));
    ck_assert_str_eq(person_told(LEDGER_LEAD_MERGED, "absorbed_hash"), hex_of(last->hash));
    ck_assert_str_eq(person_told(LEDGER_LEAD_MERGED, "absorbed_seq"),
                     arena_printf(bench.arena, "%lld", (long long)last->seq));
    ck_assert_str_eq(person_told(LEDGER_LEAD_MERGED, "handoff"), "");
    close_after_check();
}
END_TEST

/* ---- handoffs ---- */

START_TEST(with_no_handoff_open_the_survivor_keeps_its_owner)
{
    bench_open();
    kim = person_must((struct person){.email = "kim@acme.example"});
    ck_assert_int_eq(person_capture(SDR, (struct person){.external = "51"}), ERR_NONE);
    lee = person_lead();
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
    ASSERT_TEAM(kim->owner_team, MARKETING);
    ck_assert_str_eq(person_told(LEDGER_LEAD_MERGED, "owner"), person_uuid(kim->owner_team));
    close_after_check();
}
END_TEST

START_TEST(the_open_handoff_of_the_absorbed_goes_over_with_its_owner)
{
    struct handoff *open;

    bench_open();
    kim = person_must((struct person){.email = "kim@acme.example"});
    lee = mql("lee@acme.example");
    open = bench_accept(SDR, lee);
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
    ck_assert_ptr_eq(kim->open, open);
    ck_assert_ptr_null(lee->open);
    ck_assert_str_eq(person_uuid(open->lead), person_uuid(kim->id));
    ASSERT_TEAM(kim->owner_team, SDR);
    ck_assert_int_eq(kim->next.at, open->decide_by);
    ASSERT_STAGE(kim, STAGE_SAL);
    ck_assert_str_eq(person_told(LEDGER_LEAD_ABSORBED, "handoff"), person_uuid(open->id));
    ck_assert_str_eq(person_told(LEDGER_LEAD_ABSORBED, "handoff_state"), "accepted");
    ck_assert_str_eq(person_told(LEDGER_LEAD_MERGED, "handoff"), person_uuid(open->id));
    ck_assert_str_eq(person_told(LEDGER_LEAD_MERGED, "handoff_state"), "accepted");
    ck_assert_int_eq(bench_reject(SDR, open, "no_project"), ERR_NONE);
    ASSERT_TEAM(kim->owner_team, MARKETING);
    close_after_check();
}
END_TEST

START_TEST(the_open_handoff_of_the_survivor_stays)
{
    bench_open();
    kim = mql("kim@acme.example");
    lee = person_must((struct person){.external = "51", .touch = "page_viewed"});
    struct handoff *open = kim->open;
    instant due = kim->next.at;
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
    ck_assert_ptr_eq(kim->open, open);
    ck_assert_int_eq(kim->next.at, due);
    ASSERT_TEAM(kim->owner_team, MARKETING);
    close_after_check();
}
END_TEST

START_TEST(an_open_handoff_says_when_also_of_a_lead_that_got_further)
{
    bench_open();
    kim = mql("kim@acme.example");
    lee = mql("lee@acme.example");
    struct handoff_qualify_input qualify = {bench_accept(SDR, lee)->id, NULL, 0, NULL};
    bench_must(SDR, COMMAND_HANDOFF_QUALIFY, &qualify);
    ck_assert_ptr_null(lee->open);
    instant due = kim->next.at;
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
    ASSERT_STAGE(kim, STAGE_SQL);
    ck_assert_ptr_nonnull(kim->open);
    ck_assert_int_eq(kim->next.at, due);
    close_after_check();
}
END_TEST

START_TEST(two_open_handoffs_are_refused)
{
    bench_open();
    kim = mql("kim@acme.example");
    lee = mql("lee@acme.example");
    struct person_state before = person_state();
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_STATE_CONFLICT);
    ASSERT_UNCHANGED(before);
    ck_assert_int_eq(lee->status, LEAD_ACTIVE);
    ck_assert_str_eq(json_string_value(json_object_get(bench.answer, "state")), "open_handoffs");
    ck_assert_int_eq(bench_reject(SDR, lee->open, "no_project"), ERR_NONE);
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
    close_after_check();
}
END_TEST

/* ---- how far they are ---- */

START_TEST(the_further_stage_and_the_earliest_milestones_stay)
{
    bench_open();
    kim = mql("kim@acme.example");
    ck_assert_int_eq(bench_reject(SDR, kim->open, "no_project"), ERR_NONE);
    bench.work.now += INSTANT_DAY;
    lee = mql("lee@acme.example");
    bench_accept(SDR, lee);
    ASSERT_STAGE(kim, STAGE_NURTURE);
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
    ASSERT_STAGE(kim, STAGE_SAL);
    ck_assert_int_eq(kim->reached[MILESTONE_MQL], BENCH_NOW);
    ck_assert_int_eq(kim->reached[MILESTONE_SAL], BENCH_NOW + INSTANT_DAY);
    ck_assert_int_eq(lee->reached[MILESTONE_MQL], INSTANT_NONE); /* they count once */
    close_after_check();
}
END_TEST

/* Holds as they are set and merged: days from now, 0 for none. The survivor's own stays, one that
 * has none takes the other's with its inputs; without any there is none. */
static const struct {
    int survivor, absorbed, wanted;
    const char *input;
} holds[] = {
    {5, 20, 5, "attribute:survivor"}, {20, 5, 20, "attribute:survivor"},
    {0, 5, 5, "attribute:absorbed"},  {5, 0, 5, "attribute:survivor"},
    {5, 5, 5, "attribute:survivor"},  {0, 0, 0, NULL},
};

static void hold(struct lead *lead, int days, const char *const *input)
{
    if (days == 0)
        return;
    lead_set_next(lead, STEP_NURTURE, BENCH_NOW + days * INSTANT_DAY, "rejected: no_project");
    lead->held = true;
    lead->hold_inputs = input;
    lead->hold_input_count = 1;
}

START_TEST(the_survivors_hold_stays_and_one_without_takes_the_others)
{
    static const char *const of_survivor = "attribute:survivor";
    static const char *const of_absorbed = "attribute:absorbed";

    for (size_t i = 0; i < sizeof holds / sizeof *holds; i++) {
        two_prospects();
        hold(kim, holds[i].survivor, &of_survivor);
        hold(lee, holds[i].absorbed, &of_absorbed);
        ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
        ck_assert_int_eq(kim->held, holds[i].wanted != 0);
        if (kim->held)
            ck_assert_int_eq(kim->next.at, BENCH_NOW + holds[i].wanted * INSTANT_DAY);
        ck_assert_uint_eq(kim->hold_input_count, holds[i].input != NULL);
        if (holds[i].input != NULL)
            ck_assert_str_eq(kim->hold_inputs[0], holds[i].input);
        close_after_check();
    }
}
END_TEST

/* What the survivor has stays; what only the other has comes over. */
START_TEST(what_only_one_of_them_has_is_kept)
{
    for (int absorbed = 0; absorbed < 2; absorbed++) {
        two_prospects();
        struct lead *rich = absorbed == 1 ? lee : kim;
        rich->amount = (struct amount){true, 90000, "EUR"};
        rich->first_team = bench.teams[AE].id;
        rich->claimed_stage = STAGE_MQL;
        rich->created_at = BENCH_NOW - INSTANT_DAY;
        rich->first_touch_at = BENCH_NOW - 60 * INSTANT_MINUTE;
        rich->touch_count = 3;
        rich->reached[MILESTONE_SQL] = BENCH_NOW - INSTANT_MINUTE;
        rich->overrides[TERM_SRL] = (struct verdict_override){.given = true, .version = 7};
        ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
        ck_assert(kim->amount.given);
        ck_assert_int_eq(kim->amount.minor, 90000);
        ck_assert_str_eq(kim->amount.currency, "EUR");
        ASSERT_TEAM(kim->first_team, AE);
        ck_assert_int_eq(kim->claimed_stage, STAGE_MQL);
        ck_assert_int_eq(kim->created_at, BENCH_NOW - INSTANT_DAY);
        ck_assert_int_eq(kim->first_touch_at, BENCH_NOW - 60 * INSTANT_MINUTE);
        ck_assert_int_eq(kim->touch_count, 3);
        ck_assert_int_eq(kim->reached[MILESTONE_SQL], BENCH_NOW - INSTANT_MINUTE);
        ck_assert(kim->overrides[TERM_SRL].given);
        ck_assert_int_eq(kim->overrides[TERM_SRL].version, 7);
        bench_close();
    }
}
END_TEST

START_TEST(what_both_have_is_the_survivors)
{
    two_prospects();
    kim->amount = (struct amount){true, 1, "EUR"};
    lee->amount = (struct amount){true, 2, "USD"};
    kim->first_team = bench.teams[SDR].id;
    lee->first_team = bench.teams[AE].id;
    kim->claimed_stage = STAGE_INQUIRY;
    lee->claimed_stage = STAGE_SQL;
    kim->overrides[TERM_SRL].given = lee->overrides[TERM_SRL].given = true;
    kim->overrides[TERM_SRL].version = 1;
    lee->overrides[TERM_SRL].version = 2;
    kim->touch_count = 3;
    lee->touch_count = 4;
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
    ck_assert_int_eq(kim->amount.minor, 1);
    ck_assert_str_eq(kim->amount.currency, "EUR");
    ASSERT_TEAM(kim->first_team, SDR);
    ck_assert_int_eq(kim->claimed_stage, STAGE_INQUIRY);
    ck_assert_int_eq(kim->overrides[TERM_SRL].version, 1);
    ck_assert_int_eq(kim->touch_count, 7);
    bench_close();
}
END_TEST

/* Days and kinds of touches that are only counted: both leads' are. */
START_TEST(touches_beyond_those_loaded_are_counted_for_both)
{
    static const struct touch_count of_kim[] = {{"page_viewed", 20000, 4}, {"webinar", 19000, 1}};
    static const struct touch_count of_lee[] = {{"page_viewed", 20001, 5}};

    two_prospects();
    kim->touches.older = of_kim;
    kim->touches.older_count = 2;
    lee->touches.older = of_lee;
    lee->touches.older_count = 1;
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
    ck_assert_uint_eq(kim->touches.older_count, 3);
    int64_t viewed = 0, all = 0;
    for (size_t i = 0; i < 3; i++) {
        all += kim->touches.older[i].count;
        viewed += strcmp(kim->touches.older[i].kind, "page_viewed") == 0
                      ? kim->touches.older[i].count
                      : 0;
    }
    ck_assert_int_eq(all, 10);
    ck_assert_int_eq(viewed, 9);
    bench_close();
}
END_TEST

/* ---- again, and not at all ---- */

START_TEST(merged_twice_is_refused_the_second_time)
{
    two_prospects();
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
    struct person_state before = person_state();
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_INVALID_VALUE);
    ck_assert_int_eq(person_merge(lee->id, kim->id), ERR_INVALID_VALUE);
    ck_assert_int_eq(person_merge(kim->id, kim->id), ERR_INVALID_VALUE);
    ASSERT_UNCHANGED(before);
    close_after_check();
}
END_TEST

START_TEST(a_third_is_absorbed_by_either_id)
{
    two_prospects();
    struct lead *max = person_must((struct person){.external = "52"});
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
    ck_assert_int_eq(person_merge(lee->id, max->id), ERR_NONE);
    ck_assert_str_eq(person_uuid(max->merged_into), person_uuid(kim->id));
    ck_assert_uint_eq(kim->identity_count, 3);
    close_after_check();
}
END_TEST

START_TEST(a_survivor_may_be_absorbed)
{
    struct lead *found;

    two_prospects();
    struct lead *max = person_must((struct person){.external = "52"});
    ck_assert_int_eq(person_merge(kim->id, lee->id), ERR_NONE);
    ck_assert_int_eq(person_merge(max->id, lee->id), ERR_NONE);
    ck_assert_int_eq(kim->status, LEAD_MERGED);
    ck_assert_int_eq(work_find_lead(&bench.work, lee->id, &found), FIND_FOUND);
    ck_assert_ptr_eq(found, max);
    ck_assert_uint_eq(max->identity_count, 3);
    close_after_check();
}
END_TEST

START_TEST(what_is_not_there_is_refused)
{
    const struct uuid nobody = {{0x99}};

    two_prospects();
    ck_assert(work_put(&bench.work, KIND_LEAD, &nobody, NULL));
    struct lead *max = person_must((struct person){.external = "52"});
    ck_assert_int_eq(person_erase(max->id), ERR_NONE);
    struct person_state before = person_state();
    ck_assert_int_eq(person_merge(nobody, kim->id), ERR_NOT_FOUND);
    ck_assert_int_eq(person_merge(kim->id, nobody), ERR_INVALID_VALUE);
    ck_assert_int_eq(person_merge(max->id, kim->id), ERR_GONE);
    ck_assert_int_eq(person_merge(kim->id, max->id), ERR_INVALID_VALUE);
    ASSERT_UNCHANGED(before);
    ck_assert_int_eq(kim->status, LEAD_ACTIVE);
    close_after_check();
}
END_TEST

START_TEST(only_a_member_merges)
{
    two_prospects();
    struct merge_input input = {kim->id, lee->id};
    struct command command = {.kind = COMMAND_LEAD_MERGE,
                              .caller = {.key = bench.keys[MARKETING].id,
                                         .team = bench.keys[MARKETING].team,
                                         .roles = bench.keys[MARKETING].roles},
                              .input = &input};
    struct person_state before = person_state();
    ck_assert_int_eq(command_decide(&bench.work, &command, &bench.outcome), DECIDED);
    ck_assert_int_eq(bench.outcome.err, ERR_ACTOR_REQUIRED);
    ASSERT_UNCHANGED(before);
    close_after_check();
}
END_TEST

START_TEST(a_lead_that_was_not_loaded_is_asked_for)
{
    two_prospects();
    struct merge_input input = {kim->id, {{0x77}}};
    struct command command = {.kind = COMMAND_LEAD_MERGE,
                              .caller = {.key = bench.keys[MARKETING].id,
                                         .team = bench.keys[MARKETING].team,
                                         .member = bench.keys[MARKETING].member},
                              .input = &input};
    ck_assert_int_eq(command_decide(&bench.work, &command, &bench.outcome), DECIDE_AGAIN);
    ck_assert_uint_ge(bench.work.needs.of[KIND_LEAD].count, 1);
    close_after_check();
}
END_TEST

/* All of them, so that one more round brings them. */
START_TEST(identities_that_were_not_loaded_are_asked_for_together)
{
    static const struct identity many[] = {{IDENTITY_EXTERNAL, "crm", "901"},
                                           {IDENTITY_EXTERNAL, "crm", "902"},
                                           {IDENTITY_EMAIL, "", "never@acme.example"}};

    two_prospects();
    lee->identities = many;
    lee->identity_count = 3;
    struct merge_input input = {kim->id, lee->id};
    struct command command = {.kind = COMMAND_LEAD_MERGE,
                              .caller = {.key = bench.keys[MARKETING].id,
                                         .team = bench.keys[MARKETING].team,
                                         .member = bench.keys[MARKETING].member,
                                         .roles = bench.keys[MARKETING].roles},
                              .input = &input};
    size_t before = bench.work.needs.of[KIND_IDENTITY].count;
    ck_assert_int_eq(command_decide(&bench.work, &command, &bench.outcome), DECIDE_AGAIN);
    ck_assert_uint_eq(bench.work.needs.of[KIND_IDENTITY].count, before + 3);
    ck_assert_int_eq(lee->status, LEAD_ACTIVE);
    bench_close();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "lead_merge");

    TESTS(tcase, the_survivor_has_the_identities_of_both, the_absorbed_id_answers_with_the_survivor,
          what_was_known_later_wins, the_touches_of_both_stand_in_order_of_time,
          together_they_may_qualify, an_empty_shell_stays_and_its_chain, each_chain_names_the_other,
          with_no_handoff_open_the_survivor_keeps_its_owner,
          the_open_handoff_of_the_absorbed_goes_over_with_its_owner,
          the_open_handoff_of_the_survivor_stays,
          an_open_handoff_says_when_also_of_a_lead_that_got_further, two_open_handoffs_are_refused,
          the_further_stage_and_the_earliest_milestones_stay,
          the_survivors_hold_stays_and_one_without_takes_the_others,
          what_only_one_of_them_has_is_kept, what_both_have_is_the_survivors,
          touches_beyond_those_loaded_are_counted_for_both, merged_twice_is_refused_the_second_time,
          a_third_is_absorbed_by_either_id, a_survivor_may_be_absorbed,
          what_is_not_there_is_refused, only_a_member_merges,
          a_lead_that_was_not_loaded_is_asked_for,
          identities_that_were_not_loaded_are_asked_for_together);
}
