/* What every command has in common: whose answers are kept under the request's key and repeated,
 * and whose are not, because the caller can mend the request and send it again. */
#include "bench_offer.h"
#include "suite.h"

#include "core/agreement/agreement_sign.h"
#include "core/agreement/definition_apply.h"
#include "core/intake/lead_merge.h"
#include "core/setup/key_change.h"
#include "core/setup/member_change.h"
#include "core/setup/team_change.h"

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

/* Who may not is refused, and the same request by somebody who may takes effect. */
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

/* ---- the rows that a command is known to need ---- */

/* The keys of one kind that this command of marketing notes, as bytes of its input: they are loaded
 * in the first round, and what is not among them costs another. */
static const struct list *keys_of(enum command_kind kind, const void *input, enum row_kind of)
{
    static struct work_keys keys;
    static struct command command; /* whose parts the keys are */
    command = (struct command){
        .kind = kind,
        .caller = {.workspace = bench.config.workspace, .team = bench.teams[MARKETING].id},
        .input = input,
    };
    size_t all = 0;

    keys = (struct work_keys){0};
    ck_assert(command_keys(&command, &bench.work, &keys));
    for (int i = 0; i < KIND_COUNT; i++)
        all += keys.of[i].count;
    ck_assert_msg(all == keys.of[of].count || kind == COMMAND_LEAD_UPDATE, "keys of other kinds");
    return &keys.of[of];
}

static void must_be(const struct list *keys, const struct uuid *wanted, size_t count)
{
    ck_assert_uint_eq(keys->count, count);
    for (size_t i = 0; i < count; i++)
        ck_assert_mem_eq(keys->items[i], &wanted[i], sizeof *wanted);
}

START_TEST(a_command_needs_every_row_that_it_names)
{
    static const struct identity identities[] = {{IDENTITY_EMAIL, "", "kim@x.example"},
                                                 {IDENTITY_EXTERNAL, "crm", "51"},
                                                 {IDENTITY_ANONYMOUS, "", "a-1"}};
    const struct uuid leads[] = {{{1}}, {{2}}, {{3}}};
    const struct leads_judge_input judge = {.leads = leads, .count = 3};
    const struct merge_input merge = {leads[0], leads[1]};
    const struct handoff_note_input answer = {.handoff = leads[2]};
    const struct update_input update = {
        .lead = leads[1], .identities = identities, .identity_count = 3};

    offer_open();
    must_be(keys_of(COMMAND_LEADS_JUDGE, &judge, KIND_LEAD), leads, 3);
    must_be(keys_of(COMMAND_LEAD_MERGE, &merge, KIND_LEAD), leads, 2);
    must_be(keys_of(COMMAND_HANDOFF_ACCEPT, &answer, KIND_HANDOFF), &leads[2], 1);
    must_be(keys_of(COMMAND_LEAD_UPDATE, &update, KIND_LEAD), &leads[1], 1);
    const struct list *named = keys_of(COMMAND_LEAD_UPDATE, &update, KIND_IDENTITY);
    ck_assert_uint_eq(named->count, 3);
    for (size_t i = 0; i < 3; i++)
        ck_assert_ptr_eq(named->items[i], &identities[i]);
    ck_assert_uint_eq(keys_of(COMMAND_LEADS_DUE, NULL, KIND_DUE)->count, 1);
    ck_assert_uint_eq(keys_of(COMMAND_LEAD_WORDS_KEEP, NULL, KIND_DUE)->count, 1);
    ck_assert_uint_eq(keys_of(COMMAND_RETENTION, NULL, KIND_CHAIN)->count, 0);
    offer_close();
}
END_TEST

/* The chain that a change of the setup goes into; none for what is not there, which is refused. */
START_TEST(a_change_needs_the_chain_of_what_it_changes)
{
    offer_open();
    const struct team_update_input sdr = {.name = "sdr"}, nobody = {.name = "nobody"};
    const struct member_update_input sam = {.member = SAM->id}, unknown = {.member = {{0x99}}};
    const struct key_revoke_input ae = {bench.keys[AE].id}, no_key = {{{0x99}}};

    must_be(keys_of(COMMAND_TEAM_UPDATE, &sdr, KIND_CHAIN), &bench.teams[SDR].id, 1);
    must_be(keys_of(COMMAND_TEAM_UPDATE, &nobody, KIND_CHAIN), NULL, 0);
    must_be(keys_of(COMMAND_MEMBER_UPDATE, &sam, KIND_CHAIN), &bench.teams[SDR].id, 1);
    must_be(keys_of(COMMAND_MEMBER_UPDATE, &unknown, KIND_CHAIN), NULL, 0);
    must_be(keys_of(COMMAND_KEY_REVOKE, &ae, KIND_CHAIN), &bench.teams[AE].id, 1);
    must_be(keys_of(COMMAND_KEY_REVOKE, &no_key, KIND_CHAIN), NULL, 0);
    offer_close();
}
END_TEST

/* Signing may end the version in force and one that waits; of its own term alone. */
START_TEST(a_signature_needs_the_chains_of_those_that_it_may_end)
{
    static const struct {
        enum agreement_kind kind;
        enum agreement_state state;
        bool needed;
    } versions[] = {
        {AGREEMENT_MQL, AGREEMENT_SUPERSEDED, false}, {AGREEMENT_MQL, AGREEMENT_IN_FORCE, true},
        {AGREEMENT_MQL, AGREEMENT_SIGNED, true},      {AGREEMENT_MQL, AGREEMENT_DECLINED, false},
        {AGREEMENT_SQL, AGREEMENT_IN_FORCE, false},   {AGREEMENT_MQL, AGREEMENT_PROPOSED, true},
        {AGREEMENT_MQL, AGREEMENT_DRAFT, false},
    };
    struct agreement_version all[sizeof versions / sizeof *versions] = {{.version = 0}};
    const struct agreement_sign_input sign = {.kind = AGREEMENT_MQL, .version = 6};
    const struct agreement_sign_input absent = {.kind = AGREEMENT_SRL, .version = 6};
    const struct agreement_decline_input decline = {.kind = AGREEMENT_MQL, .version = 4};
    size_t wanted = 0;

    offer_open();
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        all[i].id = (struct uuid){{0x40, (uint8_t)i}};
        all[i].kind = versions[i].kind;
        all[i].version = (int)i + 1;
        all[i].state = versions[i].state;
        wanted += versions[i].needed;
    }
    bench.config.agreements = all;
    bench.config.agreement_count = sizeof versions / sizeof *versions;
    const struct list *keys = keys_of(COMMAND_AGREEMENT_SIGN, &sign, KIND_CHAIN);
    ck_assert_uint_eq(keys->count, wanted);
    for (size_t i = 0; i < keys->count; i++)
        ck_assert(versions[((const struct uuid *)keys->items[i])->b[1]].needed);
    must_be(keys_of(COMMAND_AGREEMENT_SIGN, &absent, KIND_CHAIN), NULL, 0);
    must_be(keys_of(COMMAND_AGREEMENT_DECLINE, &decline, KIND_CHAIN), &all[3].id, 1);
    offer_close();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "command");

    TESTS(tcase, what_was_done_is_repeated_and_not_done_again, a_refusal_by_the_state_is_repeated,
          a_refusal_of_the_caller_is_not_kept, a_key_is_for_one_request,
          without_a_key_nothing_is_kept, an_answer_names_its_lead,
          a_command_needs_every_row_that_it_names, a_change_needs_the_chain_of_what_it_changes,
          a_signature_needs_the_chains_of_those_that_it_may_end);
}
