/* How a definition comes into force: who may sign, what is signed, and what follows. */
#include "setup_world.h"
#include "suite.h"

#include "core/agreement/agreement_change.h"
#include "core/agreement/agreement_sign.h"
#include "core/command_decide.h"
#include "core/definition/starter.h"

#define ANA world_key("ana@acme.example")
#define MAX world_key("max@acme.example")
#define SAM world_key("sam@acme.example")

static void propose_at(int version, instant effective_from)
{
    struct agreement_propose_input input = {AGREEMENT_MQL, version, effective_from, NULL};

    world_must(ANA, COMMAND_AGREEMENT_PROPOSE, &input);
}

static void propose(int version)
{
    propose_at(version, INSTANT_NONE);
}

static void draft(void)
{
    json_t *document = json_loads(starter_document(TERM_MQL), 0, NULL);
    struct agreement_draft_input input = {AGREEMENT_MQL, document, NULL};

    world_must(ANA, COMMAND_AGREEMENT_DRAFT, &input);
    json_decref(document);
}

static enum err sign_hash(const struct api_key *key, int version, const uint8_t *hash)
{
    struct agreement_sign_input input = {.kind = AGREEMENT_MQL, .version = version};

    memcpy(input.hash, hash, DIGEST_BYTES);
    return world_do(key, COMMAND_AGREEMENT_SIGN, &input);
}

static enum err sign(const struct api_key *key, int version)
{
    return sign_hash(key, version, world_version(AGREEMENT_MQL, version)->hash);
}

static enum agreement_state state_of(int version)
{
    return world_version(AGREEMENT_MQL, version)->state;
}

START_TEST(both_sides_sign_the_same_content_and_it_is_in_force)
{
    world_begin();
    ck_assert_int_eq(state_of(1), AGREEMENT_DRAFT);
    propose(1);
    ck_assert_str_eq(world_text("state"), "proposed");
    ck_assert_int_eq(sign(ANA, 1), ERR_NONE);
    ck_assert_str_eq(world_text("state"), "proposed");
    ck_assert_ptr_null(world.config.in_force[AGREEMENT_MQL]);
    ck_assert_int_eq(sign(SAM, 1), ERR_NONE);
    ck_assert_str_eq(world_text("state"), "in_force");
    ck_assert_ptr_eq(world.config.in_force[AGREEMENT_MQL], world_version(AGREEMENT_MQL, 1));
    ck_assert_int_eq(world_version(AGREEMENT_MQL, 1)->in_force_from, WORLD_NOW);
    world_check_chains();
    world_close();
}
END_TEST

START_TEST(beside_each_signature_stands_who_made_the_key)
{
    world_begin();
    struct key_create_input input = {
        .title = "Max's", .member = "max@acme.example", .roles = ROLE_SIGN};
    world_must(ANA, COMMAND_KEY_CREATE, &input);
    const struct api_key *made_by_ana = &world.keys[world.config.key_count - 1];

    propose(1);
    ck_assert_int_eq(sign(made_by_ana, 1), ERR_NONE);
    const json_t *signature = json_array_get(json_object_get(world.answer, "signatures"), 0);
    const json_t *made_by = json_object_get(signature, "key_made_by");
    char ana[UUID_TEXT_LEN + 1];
    uuid_format(world_member("ana@acme.example")->id, ana);
    ck_assert_str_eq(json_string_value(json_object_get(made_by, "member")), ana);
    ck_assert_str_eq(json_string_value(json_object_get(made_by, "team")), "marketing");
    ck_assert_ptr_nonnull(strstr(world_entry(LEDGER_DEFINITION_SIGNED)->body, ana));

    ck_assert_int_eq(sign(SAM, 1), ERR_NONE);
    signature = json_array_get(json_object_get(world.answer, "signatures"), 1);
    made_by = json_object_get(signature, "key_made_by");
    ck_assert_str_eq(json_string_value(json_object_get(made_by, "type")), "operator");
    world_close();
}
END_TEST

START_TEST(another_hash_is_not_signed)
{
    uint8_t other[DIGEST_BYTES] = "of something else";

    world_begin();
    propose(1);
    ck_assert_int_eq(sign_hash(SAM, 1, other), ERR_NOT_SIGNABLE);
    const json_t *fault = json_array_get(json_object_get(world.answer, "errors"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(fault, "pointer")), "/content_hash");
    ck_assert_uint_eq(world_version(AGREEMENT_MQL, 1)->signature_count, 0);
    world_close();
}
END_TEST

START_TEST(effective_from_is_part_of_what_is_signed)
{
    uint8_t without[DIGEST_BYTES];

    world_begin();
    propose(1);
    memcpy(without, world_version(AGREEMENT_MQL, 1)->hash, DIGEST_BYTES);
    draft();
    propose_at(2, WORLD_NOW + INSTANT_DAY);
    ck_assert_mem_ne(without, world_version(AGREEMENT_MQL, 2)->hash, DIGEST_BYTES);
    ck_assert_int_eq(sign_hash(ANA, 2, without), ERR_NOT_SIGNABLE);
    world_close();
}
END_TEST

START_TEST(a_stored_document_that_was_altered_is_not_signed)
{
    world_begin();
    propose(1);
    world_version(AGREEMENT_MQL, 1)->document = "{\"term\":\"mql\"}";
    ck_assert_int_eq(sign(ANA, 1), ERR_NOT_SIGNABLE);
    world_close();
}
END_TEST

/* ---- who ---- */

START_TEST(nobody_signs_twice_and_each_side_once)
{
    world_begin();
    propose(1);
    ck_assert_int_eq(sign(ANA, 1), ERR_NONE);
    ck_assert_int_eq(sign(ANA, 1), ERR_ALREADY_EXISTS);
    ck_assert_int_eq(sign(MAX, 1), ERR_ALREADY_EXISTS);
    ck_assert_int_eq(state_of(1), AGREEMENT_PROPOSED);
    world_close();
}
END_TEST

START_TEST(a_person_on_both_sides_signs_for_one)
{
    world_begin();
    struct member_create_input member = {
        .team = "sales", .name = "Ana", .email = "ana@acme.example"};
    world_must(NULL, COMMAND_MEMBER_CREATE, &member);
    char id[UUID_TEXT_LEN + 1];
    uuid_format(world.members[world.config.member_count - 1].id, id);
    struct key_create_input key = {.title = "as sales", .member = id, .roles = ROLE_SIGN};
    world_must(NULL, COMMAND_KEY_CREATE, &key);
    const struct api_key *ana_of_sales = &world.keys[world.config.key_count - 1];

    propose(1);
    ck_assert_int_eq(sign(ANA, 1), ERR_NONE);
    ck_assert_int_eq(sign(ana_of_sales, 1), ERR_NOT_SIGNABLE);
    ck_assert_int_eq(sign(SAM, 1), ERR_NONE);
    ck_assert_int_eq(state_of(1), AGREEMENT_IN_FORCE);
    world_close();
}
END_TEST

/* Each makes a caller who may not sign version 1, and says how it is refused. */
static struct caller nobody(void)
{
    return world_caller(NULL);
}

static struct caller team_key_without_member(void)
{
    return world_caller(world_team_key("sales"));
}

static struct caller team_key_that_names_a_member(void)
{
    struct caller caller = world_caller(world_team_key("sales"));

    caller.member = world_member("sam@acme.example")->id;
    return caller;
}

static struct caller key_of_another(void)
{
    struct caller caller = world_caller(ANA);

    caller.member = world_member("sam@acme.example")->id;
    return caller;
}

static struct caller key_without_the_role(void)
{
    ((struct api_key *)SAM)->roles &= ~(unsigned)ROLE_SIGN;
    return world_caller(SAM);
}

static struct caller member_of_a_team_without_a_side(void)
{
    ((struct team *)config_team_named(&world.config, "sales"))->function = FUNCTION_OTHER;
    return world_caller(SAM);
}

static struct caller inactive_member(void)
{
    ((struct member *)world_member("sam@acme.example"))->active = false;
    for (size_t i = 0; i < world.config.key_count; i++)
        if (world.keys[i].roles & ROLE_SIGN && !world.members[2].active &&
            uuid_equal(world.keys[i].member, world.members[2].id))
            return world_caller(&world.keys[i]);
    ck_abort_msg("sam is not the third member");
}

static struct caller revoked_key(void)
{
    ((struct api_key *)SAM)->revoked_at = WORLD_NOW;
    return world_caller(SAM);
}

static const struct {
    struct caller (*who)(void);
    enum err refusal;
} strangers[] = {
    {nobody, ERR_ACTOR_REQUIRED},
    {team_key_without_member, ERR_ACTOR_REQUIRED},
    {team_key_that_names_a_member, ERR_NOT_SIGNABLE},
    {key_of_another, ERR_NOT_SIGNABLE},
    {key_without_the_role, ERR_FORBIDDEN},
    {member_of_a_team_without_a_side, ERR_NOT_SIGNABLE},
    {inactive_member, ERR_UNAUTHENTICATED},
    {revoked_key, ERR_UNAUTHENTICATED},
};

START_TEST(these_may_not_sign)
{
    struct agreement_sign_input input = {.kind = AGREEMENT_MQL, .version = 1};

    world_begin();
    propose(1);
    memcpy(input.hash, world_version(AGREEMENT_MQL, 1)->hash, DIGEST_BYTES);
    size_t entries = world.entry_count;
    struct command command = {
        .kind = COMMAND_AGREEMENT_SIGN, .caller = strangers[_i].who(), .input = &input};
    world_load();
    ck_assert_int_eq(command_decide(&world.work, &command, &world.outcome), DECIDED);
    ck_assert_int_eq(world.outcome.err, strangers[_i].refusal);
    ck_assert_uint_eq(world.work.saves[KIND_CONFIG_CHANGE].count, 0);
    ck_assert_uint_eq(world.entry_count, entries);
    world_close();
}
END_TEST

/* ---- states ---- */

START_TEST(only_a_proposed_version_is_signed_or_declined)
{
    world_begin();
    struct agreement_decline_input decline = {AGREEMENT_MQL, 1, "no"};

    ck_assert_int_eq(sign(ANA, 1), ERR_STATE_CONFLICT);
    ck_assert_str_eq(world_text("state"), "draft");
    ck_assert_int_eq(world_do(SAM, COMMAND_AGREEMENT_DECLINE, &decline), ERR_STATE_CONFLICT);
    propose(1);
    ck_assert_int_eq(sign(ANA, 1), ERR_NONE);
    ck_assert_int_eq(sign(SAM, 1), ERR_NONE);
    ck_assert_int_eq(sign(MAX, 1), ERR_STATE_CONFLICT);
    ck_assert_str_eq(world_text("state"), "in_force");
    ck_assert_int_eq(world_do(SAM, COMMAND_AGREEMENT_DECLINE, &decline), ERR_STATE_CONFLICT);
    world_close();
}
END_TEST

START_TEST(a_declined_version_is_closed)
{
    world_begin();
    struct agreement_decline_input decline = {AGREEMENT_MQL, 1,
                                              "The threshold lets too many through."};

    propose(1);
    world_must(SAM, COMMAND_AGREEMENT_DECLINE, &decline);
    ck_assert_str_eq(world_text("state"), "declined");
    ck_assert_int_eq(sign(ANA, 1), ERR_STATE_CONFLICT);
    ck_assert_str_eq(world_text("state"), "declined");
    ck_assert_uint_eq(json_array_size(json_object_get(world.answer, "allowed_actions")), 0);
    ck_assert_ptr_null(strstr(world_entry(LEDGER_DEFINITION_DECLINED)->body, "threshold"));
    draft();
    ck_assert_int_eq(state_of(2), AGREEMENT_DRAFT);
    world_close();
}
END_TEST

START_TEST(a_side_that_has_signed_may_still_decline)
{
    world_begin();
    struct agreement_decline_input decline = {AGREEMENT_MQL, 1, "We read it again."};

    propose(1);
    ck_assert_int_eq(sign(ANA, 1), ERR_NONE);
    world_must(ANA, COMMAND_AGREEMENT_DECLINE, &decline);
    ck_assert_int_eq(sign(SAM, 1), ERR_STATE_CONFLICT);
    world_close();
}
END_TEST

START_TEST(the_version_in_force_is_superseded_by_the_next)
{
    world_begin();
    propose(1);
    ck_assert_int_eq(sign(ANA, 1), ERR_NONE);
    ck_assert_int_eq(sign(SAM, 1), ERR_NONE);
    draft();
    propose(2);
    ck_assert_int_eq(state_of(1), AGREEMENT_IN_FORCE);
    world.now += INSTANT_DAY;
    ck_assert_int_eq(sign(SAM, 2), ERR_NONE);
    ck_assert_int_eq(sign(MAX, 2), ERR_NONE);
    ck_assert_int_eq(state_of(1), AGREEMENT_SUPERSEDED);
    ck_assert_int_eq(world_version(AGREEMENT_MQL, 1)->superseded_at, WORLD_NOW + INSTANT_DAY);
    ck_assert_int_eq(state_of(2), AGREEMENT_IN_FORCE);
    world_check_chains();
    world_close();
}
END_TEST

START_TEST(one_version_of_a_term_waits_for_signatures)
{
    world_begin();
    propose(1);
    ck_assert_int_eq(sign(ANA, 1), ERR_NONE);
    draft();
    propose(2);
    ck_assert_int_eq(state_of(1), AGREEMENT_SUPERSEDED);
    ck_assert_int_eq(sign(SAM, 1), ERR_STATE_CONFLICT);
    ck_assert_int_eq(sign(ANA, 2), ERR_NONE);
    world_close();
}
END_TEST

/* ---- a later date ---- */

START_TEST(a_future_date_holds_it_back_until_a_job_applies_it)
{
    instant date = WORLD_NOW + 10 * INSTANT_DAY;

    world_begin();
    propose_at(1, date);
    ck_assert_int_eq(sign(ANA, 1), ERR_NONE);
    ck_assert_int_eq(sign(SAM, 1), ERR_NONE);
    ck_assert_int_eq(state_of(1), AGREEMENT_SIGNED);
    ck_assert_ptr_null(world.config.in_force[AGREEMENT_MQL]);
    ck_assert_ptr_null(agreement_due(&world.config, date - 1));
    world_must(NULL, COMMAND_AGREEMENT_ENFORCE, NULL);
    ck_assert_int_eq(state_of(1), AGREEMENT_SIGNED);

    world.now = date;
    ck_assert_ptr_eq(agreement_due(&world.config, date), world_version(AGREEMENT_MQL, 1));
    world_must(NULL, COMMAND_AGREEMENT_ENFORCE, NULL);
    ck_assert_int_eq(state_of(1), AGREEMENT_IN_FORCE);
    ck_assert_int_eq(world_entry(LEDGER_DEFINITION_IN_FORCE)->actor.kind, ACTOR_SYSTEM);
    size_t entries = world.entry_count;
    world_must(NULL, COMMAND_AGREEMENT_ENFORCE, NULL);
    ck_assert_uint_eq(world.entry_count, entries);
    world_check_chains();
    world_close();
}
END_TEST

START_TEST(a_later_agreement_ends_one_that_still_waits)
{
    world_begin();
    propose_at(1, WORLD_NOW + 10 * INSTANT_DAY);
    ck_assert_int_eq(sign(ANA, 1), ERR_NONE);
    ck_assert_int_eq(sign(SAM, 1), ERR_NONE);
    draft();
    propose(2);
    ck_assert_int_eq(state_of(1), AGREEMENT_SIGNED);
    ck_assert_int_eq(sign(ANA, 2), ERR_NONE);
    ck_assert_int_eq(sign(SAM, 2), ERR_NONE);
    ck_assert_int_eq(state_of(1), AGREEMENT_SUPERSEDED);
    ck_assert_int_eq(state_of(2), AGREEMENT_IN_FORCE);
    ck_assert_ptr_null(agreement_due(&world.config, WORLD_NOW + 20 * INSTANT_DAY));
    world_close();
}
END_TEST

START_TEST(a_date_in_the_past_is_refused)
{
    struct agreement_propose_input input = {AGREEMENT_MQL, 1, WORLD_NOW - 1, NULL};

    world_begin();
    ck_assert_int_eq(world_do(ANA, COMMAND_AGREEMENT_PROPOSE, &input), ERR_INVALID_VALUE);
    ck_assert_int_eq(state_of(1), AGREEMENT_DRAFT);
    world_close();
}
END_TEST

START_TEST(a_member_acknowledges_once)
{
    struct agreement_named named = {AGREEMENT_MQL, 1};

    world_begin();
    ck_assert_int_eq(world_do(MAX, COMMAND_AGREEMENT_ACKNOWLEDGE, &named), ERR_STATE_CONFLICT);
    propose(1);
    world_must(MAX, COMMAND_AGREEMENT_ACKNOWLEDGE, &named);
    ck_assert_uint_eq(json_array_size(json_object_get(world.answer, "acknowledgements")), 1);
    size_t entries = world.entry_count;
    world_must(MAX, COMMAND_AGREEMENT_ACKNOWLEDGE, &named);
    ck_assert_uint_eq(world.entry_count, entries);
    world_must(SAM, COMMAND_AGREEMENT_ACKNOWLEDGE, &named);
    ck_assert_uint_eq(json_array_size(json_object_get(world.answer, "acknowledgements")), 2);
    ck_assert_int_eq(world_do(world_team_key("sales"), COMMAND_AGREEMENT_ACKNOWLEDGE, &named),
                     ERR_ACTOR_REQUIRED);
    world_close();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tests = suite_case(suite, "signing");

    TESTS(tests, both_sides_sign_the_same_content_and_it_is_in_force,
          beside_each_signature_stands_who_made_the_key, another_hash_is_not_signed,
          effective_from_is_part_of_what_is_signed,
          a_stored_document_that_was_altered_is_not_signed, nobody_signs_twice_and_each_side_once,
          a_person_on_both_sides_signs_for_one);
    EACH(tests, these_may_not_sign, strangers);
    TESTS(tests, only_a_proposed_version_is_signed_or_declined, a_declined_version_is_closed,
          a_side_that_has_signed_may_still_decline, the_version_in_force_is_superseded_by_the_next,
          one_version_of_a_term_waits_for_signatures,
          a_future_date_holds_it_back_until_a_job_applies_it,
          a_later_agreement_ends_one_that_still_waits, a_date_in_the_past_is_refused,
          a_member_acknowledges_once);
}
