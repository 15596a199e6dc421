/* Drafts: checked whole, edited by one at a time, frozen when proposed. */
#include "setup_world.h"
#include "suite.h"

#include "core/agreement/agreement_change.h"
#include "core/definition/starter.h"
#include "core/setup/quota.h"

#define ANA world_key("ana@acme.example")
#define SAM world_key("sam@acme.example")

static json_t *starter(enum term term)
{
    return json_loads(starter_document(term), 0, NULL);
}

static enum err replace(const struct api_key *key, const char *if_match, const json_t *document)
{
    struct agreement_replace_input input = {AGREEMENT_MQL, 1, if_match, document, NULL};

    return world_do(key, COMMAND_AGREEMENT_REPLACE, &input);
}

static size_t faults_told(void)
{
    return json_array_size(json_object_get(world.answer, "errors"));
}

START_TEST(a_draft_is_told_all_its_faults)
{
    json_t *document = json_loads("{\"term\":\"sql\",\"title\":\"\",\"criteria\":[{\"id\":\"a\","
                                  "\"title\":\"A\",\"kind\":\"fitt\",\"test\":{\"attribute\":\"x\","
                                  "\"op\":\"gtt\",\"value\":1}}],\"reasons\":[],\"extra\":1}",
                                  0, NULL);
    struct agreement_draft_input input = {AGREEMENT_SQL, document, NULL};

    world_begin();
    ck_assert_int_eq(world_do(ANA, COMMAND_AGREEMENT_DRAFT, &input), ERR_INVALID_DEFINITION);
    ck_assert_uint_ge(faults_told(), 4);
    ck_assert_ptr_null(world_version(AGREEMENT_SQL, 1));
    json_decref(document);
    world_close();
}
END_TEST

START_TEST(a_draft_stands_under_the_term_of_its_path)
{
    json_t *document = starter(TERM_MQL);
    struct agreement_draft_input input = {AGREEMENT_SQL, document, NULL};

    world_begin();
    ck_assert_int_eq(world_do(ANA, COMMAND_AGREEMENT_DRAFT, &input), ERR_INVALID_DEFINITION);
    ck_assert_uint_eq(faults_told(), 1);
    json_decref(document);
    document = starter(TERM_SQL);
    input.document = document;
    world_must(ANA, COMMAND_AGREEMENT_DRAFT, &input);
    ck_assert_str_eq(world.outcome.location, "/v1/definitions/sql/versions/1");
    ck_assert_int_eq(world.outcome.status, 201);
    json_decref(document);
    world_close();
}
END_TEST

START_TEST(a_term_has_several_drafts_and_not_any_number)
{
    json_t *document = starter(TERM_MQL);
    struct agreement_draft_input input = {AGREEMENT_MQL, document, NULL};

    world_begin(); /* with one */
    for (int n = 1; n < quota_limit(QUOTA_DRAFTS); n++)
        world_must(ANA, COMMAND_AGREEMENT_DRAFT, &input);
    ck_assert_str_eq(world.outcome.location, "/v1/definitions/mql/versions/20");
    ck_assert_int_eq(world_do(ANA, COMMAND_AGREEMENT_DRAFT, &input), ERR_LIMIT_REACHED);
    struct agreement_delete_input away = {AGREEMENT_MQL, 20};
    ck_assert_int_eq(world_do(world_key("sam@acme.example"), COMMAND_AGREEMENT_DELETE, &away),
                     ERR_OTHER_SIDE);
    world_must(ANA, COMMAND_AGREEMENT_DELETE, &away);
    ck_assert_int_eq(world_do(ANA, COMMAND_AGREEMENT_DELETE, &away), ERR_NOT_FOUND);
    world_must(ANA, COMMAND_AGREEMENT_DRAFT, &input);
    ck_assert_str_eq(world.outcome.location, "/v1/definitions/mql/versions/21");
    json_decref(document);
    world_check_chains();
    world_close();
}
END_TEST

START_TEST(names_that_no_lead_has_had_are_warned_of)
{
    static const char *const seen[] = {"seniority"};
    struct known_names known = {seen, 1};
    json_t *document = json_loads(
        "{\"term\":\"sql\",\"title\":\"T\",\"statement\":\"S\",\"criteria\":["
        "{\"id\":\"a\",\"title\":\"A\",\"kind\":\"fit\",\"required\":true,\"test\":{\"all\":["
        "{\"attribute\":\"seniority\",\"op\":\"eq\",\"value\":\"vp\"},"
        "{\"attribute\":\"email.domain\",\"op\":\"exists\",\"value\":true},"
        "{\"attribute\":\"company.size\",\"op\":\"gte\",\"value\":5}]}}],"
        "\"reasons\":[{\"code\":\"no\",\"title\":\"No\",\"about\":\"gap\",\"then\":\"nurture\"}]}",
        0, NULL);
    struct agreement_draft_input input = {AGREEMENT_SQL, document, &known};

    world_begin();
    world_must(ANA, COMMAND_AGREEMENT_DRAFT, &input);
    const json_t *warnings = json_object_get(world.answer, "warnings");
    ck_assert_uint_eq(json_array_size(warnings), 1);
    const json_t *warning = json_array_get(warnings, 0);
    ck_assert_str_eq(json_string_value(json_object_get(warning, "pointer")),
                     "/criteria/0/test/all/2/attribute");
    ck_assert_str_eq(json_string_value(json_object_get(warning, "code")), "never_seen");
    json_decref(document);
    world_close();
}
END_TEST

START_TEST(of_two_who_edit_the_second_is_told)
{
    json_t *document = starter(TERM_MQL);
    char tag[ETAG_LEN + 1];

    world_begin();
    ck_assert(etag_of_json(document, world.arena, tag));
    json_object_set_new(document, "title", json_string("Ana's"));
    ck_assert_int_eq(replace(ANA, tag, document), ERR_NONE);
    ck_assert_int_eq(world_version(AGREEMENT_MQL, 1)->revision, 2);
    json_object_set_new(document, "title", json_string("Sam's"));
    ck_assert_int_eq(replace(SAM, tag, document), ERR_PRECONDITION_FAILED);
    ck_assert_ptr_nonnull(strstr(world_version(AGREEMENT_MQL, 1)->document, "Ana's"));
    json_decref(document);
    world_close();
}
END_TEST

START_TEST(what_was_proposed_is_not_edited)
{
    json_t *document = starter(TERM_MQL);
    struct agreement_propose_input propose = {AGREEMENT_MQL, 1, INSTANT_NONE, NULL};

    world_begin();
    world_must(ANA, COMMAND_AGREEMENT_PROPOSE, &propose);
    ck_assert_uint_eq(strlen(world_text("content_hash")), 64);
    ck_assert_int_eq(replace(ANA, "*", document), ERR_STATE_CONFLICT);
    ck_assert_int_eq(world_do(ANA, COMMAND_AGREEMENT_PROPOSE, &propose), ERR_STATE_CONFLICT);
    propose.version = 2;
    ck_assert_int_eq(world_do(ANA, COMMAND_AGREEMENT_PROPOSE, &propose), ERR_NOT_FOUND);
    json_decref(document);
    world_close();
}
END_TEST

START_TEST(a_person_is_named_with_a_draft)
{
    json_t *document = starter(TERM_SQL);
    struct agreement_draft_input input = {AGREEMENT_SQL, document, NULL};

    world_begin();
    struct api_key *key = (struct api_key *)world_team_key("marketing");
    ck_assert_int_eq(world_do(key, COMMAND_AGREEMENT_DRAFT, &input), ERR_FORBIDDEN);
    key->roles |= ROLE_ADMIN;
    ck_assert_int_eq(world_do(key, COMMAND_AGREEMENT_DRAFT, &input), ERR_ACTOR_REQUIRED);
    struct command command = {
        .kind = COMMAND_AGREEMENT_DRAFT, .caller = world_caller(key), .input = &input};
    command.caller.member = world_member("ana@acme.example")->id;
    ck_assert_int_eq(world_run(&command), ERR_NONE);
    ck_assert(uuid_equal(world_version(AGREEMENT_SQL, 1)->created_by, command.caller.member));
    json_decref(document);
    world_close();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tests = suite_case(suite, "drafts");

    TESTS(tests, a_draft_is_told_all_its_faults, a_draft_stands_under_the_term_of_its_path,
          a_term_has_several_drafts_and_not_any_number, names_that_no_lead_has_had_are_warned_of,
          of_two_who_edit_the_second_is_told, what_was_proposed_is_not_edited,
          a_person_is_named_with_a_draft);
}
