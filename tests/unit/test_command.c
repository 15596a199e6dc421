/* What every command has in common: whose answers are kept under the request's key and repeated,
 * and whose are not, because the caller can mend the request and send it again. */
#include "bench_offer.h"

static uint8_t key_of_request = 1;
static uint8_t body_of_request = 1;

/* With a key; as this member of the team, or of nobody. */
static enum err by(int team, struct uuid member, enum command_kind kind, const void *input)
{
    const struct api_key *key = &bench.keys[team];
    struct command command = {
        .kind = kind,
        .caller = {.key = key->id, .team = key->team, .member = member, .roles = key->roles},
        .input = input,
        .keyed = true,
    };

    memset(command.key, key_of_request, sizeof command.key);
    memset(command.body_mac, body_of_request, sizeof command.body_mac);
    ck_assert_int_eq(command_decide(&bench.work, &command, &bench.outcome), DECIDED);
    return bench.outcome.err;
}

static enum err offer(int team, const struct lead *lead, const char *to)
{
    struct offer_input input = {lead->id, to, HANDOFF_KIND_STANDARD, NULL};

    return by(team, bench.keys[team].member, COMMAND_HANDOFF_OFFER, &input);
}

static size_t kept(void)
{
    return bench.work.saves[KIND_ANSWER].count;
}

static const char *body(void)
{
    return arena_copy(bench.arena, bench.outcome.body, bench.outcome.body_len);
}

START_TEST(what_was_done_is_repeated_and_not_done_again)
{
    offer_open();
    struct lead *lead = offer_lead(MARKETING, "kim@x.example", "vp");

    ck_assert_int_eq(offer(MARKETING, lead, "sdr"), ERR_NONE);
    ck_assert_int_eq(bench.outcome.status, 201);
    ck_assert(!bench.outcome.replayed);
    const char *first = body(), *location = bench.outcome.location;
    size_t entries = bench.work.saves[KIND_ENTRY].count;
    ck_assert_ptr_nonnull(location);
    ck_assert_int_eq(offer(MARKETING, lead, "sdr"), ERR_NONE);
    ck_assert(bench.outcome.replayed);
    ck_assert_int_eq(bench.outcome.status, 201);
    ck_assert_str_eq(body(), first);
    ck_assert_str_eq(bench.outcome.location, location);
    ck_assert_uint_eq(bench.work.saves[KIND_ENTRY].count, entries);
    ck_assert_uint_eq(kept(), 1);
    bench_load_verdict(lead->open);
    offer_close();
}
END_TEST

/* A decision on how things stand, even when they stand otherwise by the time of the repeat. */
START_TEST(a_refusal_by_the_state_is_repeated)
{
    offer_open();
    struct lead *lead = offer_lead(MARKETING, "kim@x.example", "intern");

    ck_assert_int_eq(offer(MARKETING, lead, "sdr"), ERR_NOT_QUALIFIED);
    ck_assert_int_eq(bench.outcome.status, 422);
    const char *first = body();
    ck_assert_uint_eq(kept(), 1);
    struct override_input word = {
        .lead = lead->id, .term = TERM_MQL, .result = VERDICT_QUALIFIED, .note = "I met her"};
    bench_must(MARKETING, COMMAND_LEAD_OVERRIDE, &word);
    offer(MARKETING, lead, "sdr");
    ck_assert(bench.outcome.replayed);
    ck_assert_int_eq(bench.outcome.status, 422);
    ck_assert_str_eq(body(), first);
    ck_assert_ptr_null(lead->open);
    key_of_request++;
    ck_assert_int_eq(offer(MARKETING, lead, "sdr"), ERR_NONE);
    ck_assert_uint_eq(kept(), 2);
    key_of_request++;
    ck_assert_int_eq(offer(MARKETING, lead, "sdr"), ERR_STATE_CONFLICT);
    ck_assert_int_eq(bench.outcome.status, 409);
    ck_assert_uint_eq(kept(), 3);
    key_of_request++;
    const struct uuid nobody = {{0x99}};
    ck_assert(work_put(&bench.work, KIND_LEAD, &nobody, NULL));
    struct offer_input absent = {nobody, "sdr", HANDOFF_KIND_STANDARD, NULL};
    ck_assert_int_eq(by(MARKETING, bench.keys[MARKETING].member, COMMAND_HANDOFF_OFFER, &absent),
                     ERR_NOT_FOUND);
    ck_assert_uint_eq(kept(), 4);
    bench_load_verdict(lead->open);
    offer_close();
}
END_TEST

/* Who may not is told so, and the same request by somebody who may takes effect. */
START_TEST(a_refusal_of_the_caller_is_not_kept)
{
    offer_open();
    struct lead *lead = offer_lead(MARKETING, "kim@x.example", "vp");

    ck_assert_int_eq(offer(SDR, lead, "sdr"), ERR_NOT_YOUR_HANDOFF);
    ck_assert_int_eq(bench.outcome.status, 403);
    ck_assert_uint_eq(kept(), 0);
    bench.keys[MARKETING].revoked_at = BENCH_NOW - 1;
    ck_assert_int_eq(offer(MARKETING, lead, "sdr"), ERR_UNAUTHENTICATED);
    ck_assert_uint_eq(kept(), 0);
    bench.keys[MARKETING].revoked_at = INSTANT_NONE;
    ck_assert_int_eq(offer(MARKETING, lead, "sdr"), ERR_NONE);
    ck_assert(!bench.outcome.replayed);
    ck_assert_int_eq(bench.outcome.status, 201);
    ck_assert_uint_eq(kept(), 1);
    bench_load_verdict(lead->open);
    offer_close();
}
END_TEST

START_TEST(a_key_is_for_one_request)
{
    offer_open();
    struct lead *lead = offer_lead(MARKETING, "kim@x.example", "vp");

    ck_assert_int_eq(offer(MARKETING, lead, "sdr"), ERR_NONE);
    const char *first = body();
    body_of_request++;
    ck_assert_int_eq(offer(MARKETING, lead, "sdr"), ERR_KEY_REUSED);
    ck_assert(!bench.outcome.replayed);
    ck_assert_uint_eq(kept(), 1);
    body_of_request--;
    offer(MARKETING, lead, "sdr");
    ck_assert(bench.outcome.replayed); /* the first one's answer stands */
    ck_assert_str_eq(body(), first);
    bench_load_verdict(lead->open);
    offer_close();
}
END_TEST

/* Without a key nothing is kept, and the second is a request of its own. */
START_TEST(without_a_key_nothing_is_kept)
{
    offer_open();
    struct lead *lead = offer_lead(MARKETING, "kim@x.example", "vp");

    ck_assert_int_eq(offer_do(MARKETING, lead, "sdr", HANDOFF_KIND_STANDARD, NULL), ERR_NONE);
    ck_assert_int_eq(offer_do(MARKETING, lead, "sdr", HANDOFF_KIND_STANDARD, NULL),
                     ERR_STATE_CONFLICT);
    ck_assert_uint_eq(kept(), 0);
    bench_load_verdict(lead->open);
    offer_close();
}
END_TEST

/* The answer names whose it is, so that it goes with the person. */
START_TEST(an_answer_names_its_lead)
{
    offer_open();
    struct lead *lead = offer_lead(MARKETING, "kim@x.example", "vp");

    ck_assert_int_eq(offer(MARKETING, lead, "sdr"), ERR_NONE);
    struct answer_row *answer = bench.work.saves[KIND_ANSWER].items[0];
    ck_assert_uint_eq(answer->lead_count, 1);
    ck_assert(uuid_equal(answer->leads[0], lead->id));
    ck_assert_int_eq(answer->status, 201);
    ck_assert_uint_eq(answer->body_len, bench.outcome.body_len);
    answer->body = NULL; /* as erasure leaves it */
    ck_assert_int_eq(offer(MARKETING, lead, "sdr"), ERR_GONE);
    ck_assert(bench.outcome.replayed);
    bench_load_verdict(lead->open);
    offer_close();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        what_was_done_is_repeated_and_not_done_again,
        a_refusal_by_the_state_is_repeated,
        a_refusal_of_the_caller_is_not_kept,
        a_key_is_for_one_request,
        without_a_key_nothing_is_kept,
        an_answer_names_its_lead,
    };

    return bench_run("command", tests, sizeof tests / sizeof *tests);
}
