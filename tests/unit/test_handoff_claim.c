/* What happens to an offer before its answer: claimed, released, assigned, or left. */
#include "bench_offer.h"
#include "suite.h"

/* What the store loads for claims of sdr: its offers, first due first. */
static struct queue *load_queue(size_t count)
{
    struct queue *queue = ARENA_NEW(bench.arena, struct queue);

    queue->team = bench.teams[SDR].id;
    queue->waiting = (int64_t)count;
    for (size_t i = 0; i < count; i++)
        ck_assert(list_add(&queue->handoffs, bench.arena, offer_leads[i]->open));
    ck_assert(work_put(&bench.work, KIND_QUEUE, queue, queue));
    return queue;
}

static void make_offers(size_t count)
{
    for (size_t i = 0; i < count; i++)
        offer_made(arena_printf(bench.arena, "lead%zu@x.example", i));
}

static size_t claim(const struct member *member, int64_t limit)
{
    struct claim_input input = {
        .team = "sdr", .limit = limit, .lease_seconds = LEASE_SECONDS_DEFAULT};

    ck_assert_int_eq(offer_decide(SDR, member->id, COMMAND_HANDOFF_CLAIM, &input), DECIDED);
    if (bench.outcome.err != ERR_NONE)
        ck_abort_msg("refused: %.*s", (int)bench.outcome.body_len, bench.outcome.body);
    return json_array_size(json_object_get(bench.answer, "data"));
}

static int64_t waiting(void)
{
    return json_integer_value(json_object_get(bench.answer, "waiting"));
}

static const json_t *claimed(size_t at, const char *member)
{
    return json_object_get(json_array_get(json_object_get(bench.answer, "data"), at), member);
}

static enum err by(const struct member *member, enum command_kind kind, const void *input)
{
    ck_assert_int_eq(offer_decide(SDR, member->id, kind, input), DECIDED);
    return bench.outcome.err;
}

/* ---- claim ---- */

START_TEST(two_members_never_get_the_same_handoff)
{
    offer_open();
    make_offers(5);
    load_queue(5);

    ck_assert_uint_eq(claim(SAM, 2), 2);
    ck_assert_int_eq(waiting(), 3);
    ck_assert_uint_eq(claim(SUE, 2), 2);
    ck_assert_int_eq(waiting(), 1);
    for (size_t i = 0; i < 4; i++) {
        const struct handoff *handoff = offer_leads[i]->open;
        ck_assert(uuid_equal(handoff->assignee, i < 2 ? SAM->id : SUE->id));
        ck_assert_int_eq(handoff->claimed_until,
                         BENCH_NOW + LEASE_SECONDS_DEFAULT * INSTANT_SECOND);
        ASSERT_TEAM(offer_leads[i]->owner_team, MARKETING);
    }
    ck_assert_uint_eq(offer_entries(LEDGER_HANDOFF_CLAIMED), 4);
    offer_close();
}
END_TEST

START_TEST(a_claim_shows_the_lead_and_what_let_it_through)
{
    offer_open();
    make_offers(1);
    load_queue(1);

    ck_assert_uint_eq(claim(SAM, 5), 1);
    const json_t *lead = claimed(0, "lead");
    ck_assert_str_eq(json_string_value(json_object_get(lead, "email")), "lead0@x.example");
    const json_t *verdict = claimed(0, "verdict");
    ck_assert_str_eq(json_string_value(json_object_get(verdict, "result")), "qualified");
    ck_assert_int_eq(json_integer_value(json_object_get(verdict, "version")), 3);
    offer_close();
}
END_TEST

START_TEST(an_empty_queue_is_no_error)
{
    offer_open();
    load_queue(0);

    ck_assert_uint_eq(claim(SAM, 3), 0);
    ck_assert_int_eq(bench.outcome.status, 200);
    ck_assert_int_eq(waiting(), 0);
    offer_close();
}
END_TEST

START_TEST(what_was_withdrawn_in_the_same_group_is_not_dealt)
{
    offer_open();
    make_offers(2);
    load_queue(2);
    struct handoff_withdraw_input withdraw = {.handoff = offer_leads[0]->open->id,
                                              .until = INSTANT_NONE};
    bench_must(MARKETING, COMMAND_HANDOFF_WITHDRAW, &withdraw);

    ck_assert_uint_eq(claim(SAM, 2), 1);
    ck_assert(uuid_equal(offer_leads[1]->open->assignee, SAM->id));
    ck_assert_ptr_null(offer_leads[0]->open);
    offer_close();
}
END_TEST

START_TEST(a_lapsed_lease_is_dealt_again)
{
    offer_open();
    make_offers(1);
    struct queue *queue = load_queue(1);
    ck_assert_uint_eq(claim(SAM, 1), 1);
    queue->dealt = 0;

    ck_assert_uint_eq(claim(SUE, 1), 0);
    queue->dealt = 0;
    bench.work.now = offer_leads[0]->open->claimed_until;
    ck_assert_uint_eq(claim(SUE, 1), 1);
    ck_assert(uuid_equal(offer_leads[0]->open->assignee, SUE->id));
    offer_close();
}
END_TEST

START_TEST(what_is_overdue_is_dealt_still)
{
    offer_open();
    make_offers(1);
    load_queue(1);

    bench.work.now = offer_leads[0]->open->respond_by;
    ck_assert_uint_eq(claim(SAM, 1), 1);
    ck_assert(uuid_equal(offer_leads[0]->open->assignee, SAM->id));
    offer_close();
}
END_TEST

START_TEST(a_claim_that_lapsed_is_forgotten_when_the_handoff_closes)
{
    offer_open();
    make_offers(2);
    load_queue(2);
    ck_assert_uint_eq(claim(SAM, 2), 2);
    struct handoff *lapsed = offer_leads[0]->open;
    struct handoff *running = offer_leads[1]->open;
    struct handoff_withdraw_input withdraw = {.handoff = lapsed->id, .until = INSTANT_NONE};
    struct handoff_withdraw_input other = {.handoff = running->id, .until = INSTANT_NONE};

    lapsed->claimed_until = bench.work.now;
    bench_must(MARKETING, COMMAND_HANDOFF_WITHDRAW, &withdraw);
    ck_assert(uuid_is_nil(lapsed->assignee));
    bench_must(MARKETING, COMMAND_HANDOFF_WITHDRAW, &other);
    ck_assert(uuid_equal(running->assignee, SAM->id));
    offer_close();
}
END_TEST

START_TEST(a_claim_is_for_oneself_on_ones_own_team)
{
    offer_open();
    make_offers(1);
    struct claim_input input = {.team = "sdr", .limit = 1, .lease_seconds = LEASE_SECONDS_DEFAULT};
    const struct uuid nobody = {{0}};

    ck_assert_int_eq(bench_do(AE, COMMAND_HANDOFF_CLAIM, &input), ERR_NOT_YOUR_HANDOFF);
    ck_assert_int_eq(offer_decide(SDR, nobody, COMMAND_HANDOFF_CLAIM, &input), DECIDED);
    ck_assert_int_eq(bench.outcome.err, ERR_ACTOR_REQUIRED);
    input.team = "nowhere";
    ck_assert_int_eq(by(SAM, COMMAND_HANDOFF_CLAIM, &input), ERR_INVALID_VALUE);
    ck_assert_str_eq(offer_fault(0, "pointer"), "/team");
    ck_assert_int_eq(offer_leads[0]->open->claimed_until, INSTANT_NONE);
    offer_close();
}
END_TEST

START_TEST(a_claim_asks_for_its_queue_first)
{
    offer_open();
    struct claim_input input = {.team = "sdr", .limit = 1, .lease_seconds = LEASE_SECONDS_DEFAULT};

    ck_assert_int_eq(offer_decide(SDR, SAM->id, COMMAND_HANDOFF_CLAIM, &input), DECIDE_AGAIN);
    ck_assert_uint_eq(bench.work.needs.of[KIND_QUEUE].count, 1);
    offer_close();
}
END_TEST

/* A queue is counted as far as the answer says it, and what is claimed is not among it. */
START_TEST(a_long_queue_is_not_counted_to_its_end)
{
    offer_open();
    make_offers(2);
    load_queue(2)->waiting = WAITING_COUNT_MAX + 2;

    ck_assert_uint_eq(claim(SAM, 1), 1);
    ck_assert_int_eq(waiting(), WAITING_COUNT_MAX);
    ck_assert_uint_eq(claim(SUE, 1), 1);
    ck_assert_int_eq(waiting(), WAITING_COUNT_MAX);
    offer_close();
}
END_TEST

/* ---- answers while claimed ---- */

START_TEST(while_the_lease_runs_only_the_claimant_answers)
{
    offer_open();
    make_offers(1);
    load_queue(1);
    struct handoff *handoff = offer_leads[0]->open;
    struct handoff_note_input accept = {.handoff = handoff->id};
    struct handoff_reject_input reject = {.handoff = handoff->id, .reason = "no_project"};
    struct release_input release = {.handoff = handoff->id};
    ck_assert_uint_eq(claim(SAM, 1), 1);

    ck_assert_int_eq(by(SUE, COMMAND_HANDOFF_ACCEPT, &accept), ERR_CLAIMED_BY_OTHER);
    ck_assert_int_eq(by(SUE, COMMAND_HANDOFF_REJECT, &reject), ERR_CLAIMED_BY_OTHER);
    ck_assert_int_eq(by(SUE, COMMAND_HANDOFF_RELEASE, &release), ERR_CLAIMED_BY_OTHER);
    ck_assert_str_eq(handoff_state_name(handoff->state), "offered");
    ck_assert_int_eq(by(SAM, COMMAND_HANDOFF_ACCEPT, &accept), ERR_NONE);
    ASSERT_TEAM(offer_leads[0]->owner_team, SDR);
    offer_close();
}
END_TEST

START_TEST(after_the_lease_anybody_of_the_team_answers)
{
    offer_open();
    make_offers(1);
    load_queue(1);
    struct handoff *handoff = offer_leads[0]->open;
    struct handoff_note_input accept = {.handoff = handoff->id};
    ck_assert_uint_eq(claim(SAM, 1), 1);
    bench.work.now = handoff->claimed_until;

    ck_assert_int_eq(by(SUE, COMMAND_HANDOFF_ACCEPT, &accept), ERR_NONE);
    ck_assert(uuid_equal(handoff->accepted_by, SUE->id));
    offer_close();
}
END_TEST

static size_t may(const struct handoff *handoff, const struct caller *caller,
                  const char *actions[ACTION_COUNT])
{
    struct life_situation situation = {
        .handoff = handoff, .now = BENCH_NOW, .team = caller->team, .member = caller->member};

    return life_allowed(&situation, actions);
}

START_TEST(allowed_actions_say_what_each_side_may_do)
{
    const char *actions[ACTION_COUNT];
    offer_open();
    make_offers(1);
    load_queue(1);
    const struct handoff *handoff = offer_leads[0]->open;
    struct caller sam = {.team = SAM->team, .member = SAM->id};
    struct caller sue = {.team = SUE->team, .member = SUE->id};
    struct caller ana = {.team = bench.teams[MARKETING].id, .member = bench.members[MARKETING].id};
    struct caller eve = {.team = bench.teams[AE].id, .member = bench.members[AE].id};

    ck_assert_uint_eq(may(handoff, &sam, actions), 4);
    ck_assert_str_eq(actions[0], "claim");
    ck_assert_str_eq(actions[1], "accept");
    ck_assert_str_eq(actions[2], "reject");
    ck_assert_str_eq(actions[3], "assign");
    ck_assert_uint_eq(claim(SAM, 1), 1);
    ck_assert_uint_eq(may(handoff, &sam, actions), 4);
    ck_assert_str_eq(actions[0], "accept");
    ck_assert_str_eq(actions[1], "reject");
    ck_assert_str_eq(actions[2], "release");
    ck_assert_uint_eq(may(handoff, &sue, actions), 1);
    ck_assert_str_eq(actions[0], "assign");
    ck_assert_uint_eq(may(handoff, &ana, actions), 1);
    ck_assert_str_eq(actions[0], "withdraw");
    ck_assert_uint_eq(may(handoff, &eve, actions), 0);
    offer_close();
}
END_TEST

/* ---- release, assign ---- */

START_TEST(a_released_handoff_waits_again)
{
    offer_open();
    make_offers(1);
    struct queue *queue = load_queue(1);
    struct handoff *handoff = offer_leads[0]->open;
    struct release_input release = {handoff->id, "On leave"};

    ck_assert_int_eq(by(SAM, COMMAND_HANDOFF_RELEASE, &release), ERR_STATE_CONFLICT);
    ck_assert_uint_eq(claim(SAM, 1), 1);
    ck_assert_int_eq(by(SAM, COMMAND_HANDOFF_RELEASE, &release), ERR_NONE);
    ck_assert(uuid_is_nil(handoff->assignee));
    ck_assert_int_eq(handoff->claimed_until, INSTANT_NONE);
    ck_assert_str_eq(bench_answer("handoff", "note"), "On leave");
    queue->dealt = 0;
    ck_assert_uint_eq(claim(SUE, 1), 1);
    ck_assert_uint_eq(offer_entries(LEDGER_HANDOFF_RELEASED), 1);
    offer_close();
}
END_TEST

START_TEST(a_colleague_is_assigned_by_id_or_email)
{
    offer_open();
    make_offers(1);
    struct handoff *handoff = offer_leads[0]->open;
    struct assign_input assign = {
        .handoff = handoff->id, .member = "Sue@Acme.example", .lease_seconds = 600};

    ck_assert_int_eq(by(SAM, COMMAND_HANDOFF_ASSIGN, &assign), ERR_NONE);
    ck_assert(uuid_equal(handoff->assignee, SUE->id));
    ck_assert_int_eq(handoff->claimed_until, BENCH_NOW + 600 * INSTANT_SECOND);
    char id[UUID_TEXT_LEN + 1];
    uuid_format(SAM->id, id);
    assign.member = id;
    ck_assert_int_eq(by(SAM, COMMAND_HANDOFF_ASSIGN, &assign), ERR_NONE);
    ck_assert(uuid_equal(handoff->assignee, SAM->id));
    ck_assert_uint_eq(offer_entries(LEDGER_HANDOFF_ASSIGNED), 2);
    offer_close();
}
END_TEST

START_TEST(an_accepted_handoff_is_assigned_without_a_lease)
{
    offer_open();
    make_offers(1);
    struct handoff *handoff = bench_accept(SDR, offer_leads[0]);
    struct assign_input assign = {
        .handoff = handoff->id, .member = "sue@acme.example", .lease_seconds = 600};

    ck_assert_int_eq(by(SAM, COMMAND_HANDOFF_ASSIGN, &assign), ERR_NONE);
    ck_assert(uuid_equal(handoff->assignee, SUE->id));
    ck_assert_int_eq(handoff->claimed_until, INSTANT_NONE);
    offer_close();
}
END_TEST

START_TEST(nobody_outside_the_receiving_team_assigns_or_is_assigned)
{
    offer_open();
    make_offers(1);
    struct assign_input assign = {
        .handoff = offer_leads[0]->open->id, .member = "eve@acme.example", .lease_seconds = 600};

    ck_assert_int_eq(by(SAM, COMMAND_HANDOFF_ASSIGN, &assign), ERR_INVALID_VALUE);
    ck_assert_str_eq(offer_fault(0, "pointer"), "/member");
    assign.member = "sue@acme.example";
    ck_assert_int_eq(bench_do(MARKETING, COMMAND_HANDOFF_ASSIGN, &assign), ERR_NOT_YOUR_HANDOFF);
    SUE->active = false;
    ck_assert_int_eq(by(SAM, COMMAND_HANDOFF_ASSIGN, &assign), ERR_INVALID_VALUE);
    ck_assert(uuid_is_nil(offer_leads[0]->open->assignee));
    offer_close();
}
END_TEST

/* An id and an email name the same members, and nobody else. */
START_TEST(whoever_may_not_be_assigned_may_not_by_id_either)
{
    char id[UUID_TEXT_LEN + 1];

    offer_open();
    make_offers(1);
    struct assign_input assign = {.handoff = offer_leads[0]->open->id, .lease_seconds = 600};
    const struct member *const refused[] = {&offer_members[MARKETING], &offer_members[AE], SUE};

    SUE->active = false;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        uuid_format(refused[i]->id, id);
        for (int way = 0; way < 2; way++) {
            assign.member = way == 0 ? id : refused[i]->email;
            ck_assert_msg(by(SAM, COMMAND_HANDOFF_ASSIGN, &assign) == ERR_INVALID_VALUE,
                          "%s was assigned as %s", refused[i]->email, assign.member);
            ck_assert_str_eq(offer_fault(0, "code"), "not_found");
        }
    }
    assign.member = "02020202-0202-0202-0202-020202020202"; /* nobody's */
    ck_assert_int_eq(by(SAM, COMMAND_HANDOFF_ASSIGN, &assign), ERR_INVALID_VALUE);
    ck_assert(uuid_is_nil(offer_leads[0]->open->assignee));
    ck_assert_uint_eq(offer_entries(LEDGER_HANDOFF_ASSIGNED), 0);
    offer_close();
}
END_TEST

START_TEST(an_unknown_handoff_is_asked_for_and_then_not_found)
{
    offer_open();
    struct release_input release = {.handoff = {{5}}};

    ck_assert_int_eq(offer_decide(SDR, SAM->id, COMMAND_HANDOFF_RELEASE, &release), DECIDE_AGAIN);
    ck_assert_uint_eq(bench.work.needs.of[KIND_HANDOFF].count, 1);
    ck_assert(work_put(&bench.work, KIND_HANDOFF, &release.handoff, NULL));
    ck_assert_int_eq(by(SAM, COMMAND_HANDOFF_RELEASE, &release), ERR_NOT_FOUND);
    offer_close();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "handoff_claim");

    TESTS(tcase, two_members_never_get_the_same_handoff, a_long_queue_is_not_counted_to_its_end,
          a_claim_shows_the_lead_and_what_let_it_through, an_empty_queue_is_no_error,
          what_was_withdrawn_in_the_same_group_is_not_dealt, a_lapsed_lease_is_dealt_again,
          what_is_overdue_is_dealt_still, a_claim_that_lapsed_is_forgotten_when_the_handoff_closes,
          a_claim_is_for_oneself_on_ones_own_team, a_claim_asks_for_its_queue_first,
          while_the_lease_runs_only_the_claimant_answers,
          after_the_lease_anybody_of_the_team_answers, allowed_actions_say_what_each_side_may_do,
          a_released_handoff_waits_again, a_colleague_is_assigned_by_id_or_email,
          an_accepted_handoff_is_assigned_without_a_lease,
          nobody_outside_the_receiving_team_assigns_or_is_assigned,
          whoever_may_not_be_assigned_may_not_by_id_either,
          an_unknown_handoff_is_asked_for_and_then_not_found);
}
