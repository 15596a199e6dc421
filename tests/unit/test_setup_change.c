/* Teams, members, keys, routes and sources: made, changed, guarded, and written to the ledger. */
#include "setup_world.h"
#include "suite.h"

#include "base/public_id.h"
#include "core/command_decide.h"
#include "core/setup/retention.h"
#include "core/setup/source_change.h"
#include "core/setup/source_rotate.h"

#define ANA world_key("ana@acme.example") /* first of marketing: admin */
#define MAX world_key("max@acme.example") /* no admin */
#define SAM world_key("sam@acme.example") /* first of sales: admin */

static const char *etag(void)
{
    static char tag[ETAG_LEN + 1];

    etag_of_text(world.outcome.body, world.outcome.body_len, tag);
    return tag;
}

/* ---- who may ---- */

START_TEST(only_an_admin_changes_the_configuration)
{
    struct team_create_input team = {"partners", NULL, FUNCTION_OTHER};
    struct team_update_input team_update = {.name = "marketing", .title = "M"};
    struct team_calendar_input calendar = {.name = "marketing", .calendar = "{}"};
    struct member_create_input member = {
        .team = "marketing", .name = "Eve", .email = "eve@acme.example"};
    struct key_create_input key = {.title = "k", .team = "marketing", .roles = ROLE_READ};
    struct source_create_input source = {
        .name = "forms", .team = "marketing", .mapping = "{}", .idempotency_key = "k"};

    world_begin();
    struct member_update_input member_update = {.member = world.members[0].id, .name = "A"};
    struct key_revoke_input revoke = {MAX->id};
    const struct {
        enum command_kind kind;
        const void *input;
    } changes[] = {
        {COMMAND_TEAM_CREATE, &team},
        {COMMAND_TEAM_UPDATE, &team_update},
        {COMMAND_TEAM_CALENDAR, &calendar},
        {COMMAND_MEMBER_CREATE, &member},
        {COMMAND_MEMBER_UPDATE, &member_update},
        {COMMAND_KEY_CREATE, &key},
        {COMMAND_SOURCE_CREATE, &source},
        {COMMAND_KEY_REVOKE, &revoke},
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        size_t entries = world.entry_count;
        ck_assert_int_eq(world_do(MAX, changes[i].kind, changes[i].input), ERR_FORBIDDEN);
        ck_assert_uint_eq(world.entry_count, entries);
        ck_assert_int_eq(world_do(ANA, changes[i].kind, changes[i].input), ERR_NONE);
        ck_assert_uint_eq(world.entry_count, entries + 1);
    }
    world_check_chains();
    world_close();
}
END_TEST

/* ---- teams ---- */

START_TEST(a_team_is_known_by_its_name)
{
    struct team_create_input input = {"partners", NULL, FUNCTION_OTHER};

    world_begin();
    world_must(ANA, COMMAND_TEAM_CREATE, &input);
    ck_assert_str_eq(world.outcome.location, "/v1/teams/partners");
    ck_assert_str_eq(world_text("title"), "partners");
    ck_assert_int_eq(world_do(ANA, COMMAND_TEAM_CREATE, &input), ERR_ALREADY_EXISTS);
    world_close();
}
END_TEST

START_TEST(a_change_on_old_knowledge_is_refused)
{
    struct team_update_input input = {.name = "sales", .title = "Sales EMEA"};

    world_begin();
    world_must(SAM, COMMAND_TEAM_UPDATE, &input);
    char read[ETAG_LEN + 1];
    memcpy(read, etag(), sizeof read);
    input.title = "Sales DACH";
    input.if_match = read;
    world_must(SAM, COMMAND_TEAM_UPDATE, &input);
    input.title = "Sales UK";
    ck_assert_int_eq(world_do(SAM, COMMAND_TEAM_UPDATE, &input), ERR_PRECONDITION_FAILED);
    ck_assert_str_eq(config_team_named(&world.config, "sales")->title, "Sales DACH");
    world_close();
}
END_TEST

START_TEST(a_calendar_is_the_teams_until_the_next)
{
    struct team_calendar_input input = {.name = "marketing", .calendar = "{\"time_zone\":\"UTC\"}"};
    struct team_calendar_input nobody = {.name = "nobody", .calendar = "{}"};

    world_begin();
    world_must(ANA, COMMAND_TEAM_CALENDAR, &input);
    char read[ETAG_LEN + 1];
    memcpy(read, etag(), sizeof read);
    ck_assert_str_eq(world_text("time_zone"), "UTC");
    ck_assert_str_eq(config_team_named(&world.config, "marketing")->calendar, input.calendar);
    ck_assert_ptr_nonnull(world_entry(LEDGER_TEAM_UPDATED));
    input.calendar = "{\"time_zone\":\"Asia/Tokyo\"}";
    input.if_match = read;
    world_must(ANA, COMMAND_TEAM_CALENDAR, &input);
    ck_assert_int_eq(world_do(ANA, COMMAND_TEAM_CALENDAR, &input), ERR_PRECONDITION_FAILED);
    ck_assert_int_eq(world_do(ANA, COMMAND_TEAM_CALENDAR, &nobody), ERR_NOT_FOUND);
    input.name = "sales";
    input.if_match = NULL;
    ck_assert_int_eq(world_do(ANA, COMMAND_TEAM_CALENDAR, &input), ERR_OTHER_SIDE);
    world_close();
}
END_TEST

START_TEST(the_function_of_a_team_in_use_stays)
{
    enum team_function other = FUNCTION_OTHER;
    bool no = false;
    struct team_update_input input = {.name = "sales", .function = &other};

    world_begin();
    ck_assert_int_eq(world_do(NULL, COMMAND_TEAM_UPDATE, &input), ERR_STATE_CONFLICT);
    struct team_update_input stop = {.name = "sales", .active = &no};
    ck_assert_int_eq(world_do(NULL, COMMAND_TEAM_UPDATE, &stop), ERR_STATE_CONFLICT);
    world_without_routes();
    input.handed_off = true;
    ck_assert_int_eq(world_do(NULL, COMMAND_TEAM_UPDATE, &input), ERR_STATE_CONFLICT);
    input.handed_off = false;
    world_must(NULL, COMMAND_TEAM_UPDATE, &input);
    ck_assert_str_eq(world_text("function"), "other");
    world_close();
}
END_TEST

START_TEST(keys_of_an_inactive_member_do_not_open)
{
    bool no = false;
    struct team_create_input team = {"partners", NULL, FUNCTION_OTHER};

    world_begin();
    const struct api_key *max = MAX;
    struct member_update_input stop = {.member = max->member, .active = &no};
    ck_assert(config_key_stands(&world.config, max));
    world_must(ANA, COMMAND_MEMBER_UPDATE, &stop);
    ck_assert(!config_key_stands(&world.config, max));
    ck_assert(config_key_stands(&world.config, ANA));
    struct command command = {
        .kind = COMMAND_TEAM_CREATE, .caller = world_caller(max), .input = &team};
    world_load();
    ck_assert_int_eq(command_decide(&world.work, &command, &world.outcome), DECIDED);
    ck_assert_int_eq(world.outcome.err, ERR_UNAUTHENTICATED);
    world_close();
}
END_TEST

/* ---- members ---- */

START_TEST(a_member_is_one_of_a_kind_in_the_team)
{
    struct member_create_input eve = {.team = "sales",
                                      .name = "Eve",
                                      .email = "eve@acme.example",
                                      .external_source = "olist",
                                      .external_id = "r1"};
    struct member_create_input twin = {.team = "sales", .name = "E", .email = "eve@acme.example"};
    struct member_create_input same_id = {
        .team = "sales", .name = "E", .external_source = "olist", .external_id = "r1"};

    world_begin();
    world_must(SAM, COMMAND_MEMBER_CREATE, &eve);
    ck_assert_int_eq(world.outcome.status, 201);
    struct member_update_input gone = {
        .member = config_member_by_email(&world.config, (struct uuid){{0}}, eve.email)->id,
        .active = &(bool){false}};
    ck_assert_int_eq(world_do(SAM, COMMAND_MEMBER_CREATE, &twin), ERR_ALREADY_EXISTS);
    ck_assert_int_eq(world_do(SAM, COMMAND_MEMBER_CREATE, &same_id), ERR_ALREADY_EXISTS);
    same_id.team = twin.team = "marketing"; /* the other side has named her already … */
    ck_assert_int_eq(world_do(ANA, COMMAND_MEMBER_CREATE, &twin), ERR_OTHER_SIDE);
    ck_assert_int_eq(world_do(ANA, COMMAND_MEMBER_CREATE, &same_id), ERR_OTHER_SIDE);
    world_must(SAM, COMMAND_MEMBER_UPDATE, &gone); /* … and has let her go */
    ck_assert_int_eq(world_do(ANA, COMMAND_MEMBER_CREATE, &twin), ERR_NONE);
    ck_assert_int_eq(world_do(ANA, COMMAND_MEMBER_CREATE, &same_id), ERR_NONE);
    gone.active = &(bool){true}; /* so that she is not back with them */
    ck_assert_int_eq(world_do(SAM, COMMAND_MEMBER_UPDATE, &gone), ERR_OTHER_SIDE);
    twin.team = "nowhere";
    ck_assert_int_eq(world_do(ANA, COMMAND_MEMBER_CREATE, &twin), ERR_INVALID_VALUE);
    world_close();
}
END_TEST

START_TEST(the_ledger_names_no_person)
{
    struct member_create_input eve = {.team = "sales", .name = "Eve", .email = "eve@acme.example"};
    struct key_create_input key = {
        .title = "Eve's", .member = "eve@acme.example", .roles = ROLE_WORK};

    world_begin();
    world_must(SAM, COMMAND_MEMBER_CREATE, &eve);
    world_must(SAM, COMMAND_KEY_CREATE, &key);
    for (size_t i = 0; i < world.entry_count; i++) {
        ck_assert_ptr_null(strstr(world.entries[i].body, "example"));
        ck_assert_ptr_null(strstr(world.entries[i].body, "Eve"));
        ck_assert_ptr_null(strstr(world.entries[i].body, "null"));
    }
    world_close();
}
END_TEST

/* ---- keys ---- */

START_TEST(a_key_opens_with_the_token_that_was_shown)
{
    struct key_create_input input = {
        .title = "tools", .team = "sales", .roles = ROLE_WORK | ROLE_READ};
    struct api_key_text text;

    world_begin();
    world_must(SAM, COMMAND_KEY_CREATE, &input);
    const char *token = world_text("token");
    ck_assert(api_key_parse(token, strlen(token), &text));
    ck_assert(uuid_equal(text.workspace, world.config.workspace));
    ck_assert(api_key_fits(config_key(&world.config, text.key), text.secret));
    ck_assert_int_eq(config_key(&world.config, text.key)->made_by.kind, ACTOR_MEMBER);
    world_close();
}
END_TEST

START_TEST(a_repeat_shows_the_same_token_and_nothing_keeps_it)
{
    struct key_create_input input = {
        .title = "tools", .team = "sales", .roles = ROLE_WORK, .idempotency_key = "k-1"};

    world_begin();
    struct command command = {.kind = COMMAND_KEY_CREATE,
                              .caller = world_caller(SAM),
                              .keyed = true,
                              .key = "mac of k-1",
                              .body_mac = "of the body",
                              .input = &input};
    ck_assert_int_eq(world_run(&command), ERR_NONE);
    char *first = strdup(world.outcome.body);
    char *token = strdup(world_text("token"));
    ck_assert_uint_eq(world.answer_count, 1);
    ck_assert_ptr_null(strstr(world.answers[0].body, token));

    size_t keys = world.config.key_count;
    ck_assert_int_eq(world_run(&command), ERR_NONE);
    ck_assert(world.outcome.replayed);
    ck_assert_str_eq(world.outcome.body, first);
    ck_assert_uint_eq(world.config.key_count, keys);
    free(token);
    free(first);
    world_close();
}
END_TEST

START_TEST(only_members_of_the_two_sides_get_keys_that_sign)
{
    struct team_create_input team = {"partners", NULL, FUNCTION_OTHER};
    struct member_create_input pat = {.team = "partners", .name = "Pat", .email = "pat@p.example"};
    struct key_create_input of_team = {.title = "t", .team = "sales", .roles = ROLE_SIGN};
    struct key_create_input of_other = {
        .title = "t", .member = "pat@p.example", .roles = ROLE_SIGN};
    struct key_create_input of_nobody = {.title = "t", .member = "x@p.example", .roles = ROLE_READ};

    world_begin();
    world_must(ANA, COMMAND_TEAM_CREATE, &team);
    world_must(ANA, COMMAND_MEMBER_CREATE, &pat);
    ck_assert_int_eq(world_do(SAM, COMMAND_KEY_CREATE, &of_team), ERR_INVALID_VALUE);
    ck_assert_int_eq(world_do(ANA, COMMAND_KEY_CREATE, &of_other), ERR_INVALID_VALUE);
    ck_assert_int_eq(world_do(ANA, COMMAND_KEY_CREATE, &of_nobody), ERR_INVALID_VALUE);
    pat.team = "sales"; /* now the address is two members' */
    world_must(SAM, COMMAND_MEMBER_CREATE, &pat);
    ck_assert_int_eq(world_do(ANA, COMMAND_KEY_CREATE, &of_other), ERR_INVALID_VALUE);
    world_close();
}
END_TEST

START_TEST(revoking_again_changes_nothing)
{
    world_begin();
    struct key_revoke_input input = {MAX->id};
    world_must(ANA, COMMAND_KEY_REVOKE, &input);
    ck_assert(!config_key_stands(&world.config, config_key(&world.config, input.key)));
    size_t entries = world.entry_count;
    world.now += INSTANT_DAY;
    world_must(ANA, COMMAND_KEY_REVOKE, &input);
    ck_assert_uint_eq(world.entry_count, entries);
    ck_assert_str_eq(world_text("revoked_at"), "2026-11-22T10:00:00Z");
    input.key.b[15] ^= 1;
    ck_assert_int_eq(world_do(ANA, COMMAND_KEY_REVOKE, &input), ERR_NOT_FOUND);
    world_close();
}
END_TEST

/* ---- sources ---- */

START_TEST(a_secret_is_made_shown_once_and_kept_on_change)
{
    struct source_create_input input = {
        .name = "hubspot",
        .team = "marketing",
        .auth = {.scheme = AUTH_HMAC_SHA256, .header = "X-Signature", .prefix = "sha256="},
        .mapping = "{\"email\":\"/email\"}",
        .idempotency_key = "k-1",
    };
    struct source_auth hex = {.scheme = AUTH_HMAC_SHA256, .header = "X-Sig", .prefix = ""};
    struct source_auth read;

    world_begin();
    world_must(ANA, COMMAND_SOURCE_CREATE, &input);
    ck_assert_int_eq(world.outcome.status, 201);
    ck_assert_ptr_null(strstr(world.sources[0].auth, world_text("secret")));
    ck_assert_int_eq(world.sources[0].secret_since, world.sources[0].created_at);
    char *secret = strdup(world_text("secret"));
    ck_assert_uint_eq(strlen(secret), 32);
    ck_assert_ptr_null(strstr(world_entry(LEDGER_SOURCE_CREATED)->body, secret));
    ck_assert_int_eq(world_do(ANA, COMMAND_SOURCE_CREATE, &input), ERR_ALREADY_EXISTS);

    struct source_update_input update = {.source = world.sources[0].id, .auth = &hex};
    world_must(ANA, COMMAND_SOURCE_UPDATE, &update);
    ck_assert_ptr_null(strstr(world.outcome.body, secret));
    ck_assert_int_eq(source_auth_of(&world.sources[0], world.arena, &read), ERR_NONE);
    ck_assert_str_eq(read.secret, secret);
    ck_assert_str_eq(read.header, "X-Sig");
    ck_assert_int_eq(world.sources[0].revision, 2);
    free(secret);
    world_close();
}
END_TEST

/* A source that the sender signs for, in a world of its own; its secret was made. */
static struct uuid signed_source(void)
{
    struct source_create_input input = {
        .name = "hubspot",
        .team = "marketing",
        .auth = {.scheme = AUTH_HMAC_SHA256, .header = "X-Signature", .prefix = ""},
        .mapping = "{}",
        .idempotency_key = "k-1",
    };

    world_begin();
    world_must(ANA, COMMAND_SOURCE_CREATE, &input);
    return world.sources[0].id;
}

START_TEST(the_old_secret_counts_beside_the_new_one_for_a_while)
{
    struct source_rotate_input rotate = {
        .source = signed_source(), .overlap_seconds = 3600, .idempotency_key = "k-1"};
    const struct source *source = &world.sources[0];
    char *first = strdup(source->secret);

    world.now += INSTANT_DAY;
    world_must(ANA, COMMAND_SOURCE_ROTATE, &rotate);
    ck_assert_str_eq(source->old_secret, first);
    ck_assert_int_eq(source->old_until, world.now + 3600 * INSTANT_SECOND);
    ck_assert_int_eq(source->secret_since, world.now);
    ck_assert_str_eq(world_text("secret"), source->secret);
    ck_assert_str_ne(source->secret, first); /* though the key is that of the first */
    ck_assert_uint_eq(strlen(source->secret), SOURCE_SECRET_LEN);
    ck_assert_ptr_null(strstr(world.outcome.kept, source->secret));
    ck_assert_ptr_null(strstr(world.outcome.kept, first));
    const char *body = world_entry(LEDGER_SOURCE_SECRET_ROTATED)->body;
    ck_assert_ptr_null(strstr(body, source->secret));
    ck_assert_ptr_nonnull(strstr(body, "\"old_until\":"));
    free(first);
    world_close();
}
END_TEST

START_TEST(there_are_never_more_than_two)
{
    struct source_rotate_input rotate = {
        .source = signed_source(), .overlap_seconds = 60, .idempotency_key = "k-2"};
    const struct source *source = &world.sources[0];

    world_must(ANA, COMMAND_SOURCE_ROTATE, &rotate);
    char *first = strdup(source->old_secret);
    ck_assert_int_eq(world_do(ANA, COMMAND_SOURCE_ROTATE, &rotate), ERR_STATE_CONFLICT);
    ck_assert_str_eq(world.outcome.problem.state, "rotating");
    ck_assert_str_eq(world.outcome.problem.allowed[0], "retire");
    ck_assert_str_eq(source->old_secret, first);
    world.now += 60 * INSTANT_SECOND; /* at which it counts no more */
    char *second = strdup(source->secret);
    world_must(ANA, COMMAND_SOURCE_ROTATE, &rotate);
    ck_assert_str_eq(source->old_secret, second);
    rotate.overlap_seconds = 0;
    world_must(ANA, COMMAND_SOURCE_ROTATE, &rotate);
    ck_assert_ptr_null(source->old_secret);
    ck_assert_int_eq(source->old_until, INSTANT_NONE);
    free(first);
    free(second);
    world_close();
}
END_TEST

START_TEST(the_old_one_can_be_ended)
{
    struct source_rotate_input rotate = {.source = signed_source(),
                                         .secret = "the sender's own one",
                                         .overlap_seconds = 60,
                                         .idempotency_key = "k-2"};
    struct source_retire_input retire = {.source = rotate.source};
    const struct source *source = &world.sources[0];

    ck_assert_int_eq(world_do(ANA, COMMAND_SOURCE_RETIRE, &retire), ERR_STATE_CONFLICT);
    world_must(ANA, COMMAND_SOURCE_ROTATE, &rotate);
    world_must(ANA, COMMAND_SOURCE_RETIRE, &retire);
    ck_assert_ptr_null(source->old_secret);
    ck_assert_str_eq(source->secret, "the sender's own one");
    ck_assert_ptr_nonnull(world_entry(LEDGER_SOURCE_SECRET_RETIRED));
    ck_assert_int_eq(world_do(ANA, COMMAND_SOURCE_RETIRE, &retire), ERR_STATE_CONFLICT);
    ck_assert_int_eq(world_do(ANA, COMMAND_SOURCE_ROTATE, &rotate), ERR_INVALID_VALUE);
    world_close();
}
END_TEST

START_TEST(another_secret_by_patch_ends_both)
{
    struct source_rotate_input rotate = {
        .source = signed_source(), .overlap_seconds = 60, .idempotency_key = "k-2"};
    struct source_auth auth = {.scheme = AUTH_HMAC_SHA256,
                               .header = "X-Signature",
                               .prefix = "",
                               .secret = "the sender's own one"};
    struct source_auth bearer = {.scheme = AUTH_BEARER};
    struct source_update_input update = {.source = rotate.source, .auth = &auth};
    const struct source *source = &world.sources[0];

    world_must(ANA, COMMAND_SOURCE_ROTATE, &rotate);
    world_must(ANA, COMMAND_SOURCE_UPDATE, &update);
    ck_assert_str_eq(source->secret, "the sender's own one");
    ck_assert_ptr_null(source->old_secret);
    ck_assert_int_eq(source->old_until, INSTANT_NONE);
    update.auth = &bearer;
    world_must(ANA, COMMAND_SOURCE_UPDATE, &update);
    ck_assert_ptr_null(source->secret);
    ck_assert_int_eq(source->secret_since, INSTANT_NONE);
    ck_assert_int_eq(world_do(ANA, COMMAND_SOURCE_ROTATE, &rotate), ERR_UNPROCESSABLE);
    world_close();
}
END_TEST

static const struct retention_input by_now = {INT64_MAX};

START_TEST(retention_forgets_an_old_secret_that_counts_no_more)
{
    struct source_rotate_input rotate = {
        .source = signed_source(), .overlap_seconds = 60, .idempotency_key = "k-2"};
    const struct source *source = &world.sources[0];

    world_must(ANA, COMMAND_SOURCE_ROTATE, &rotate);
    world.now += 59 * INSTANT_SECOND;
    world_must(NULL, COMMAND_RETENTION, &by_now);
    ck_assert_ptr_nonnull(source->old_secret);
    world.now += INSTANT_SECOND;
    world_must(NULL, COMMAND_RETENTION, &by_now);
    ck_assert_ptr_null(source->old_secret);
    ck_assert_int_eq(source->old_until, INSTANT_NONE);
    ck_assert_ptr_nonnull(source->secret);
    world_close();
}
END_TEST

START_TEST(a_bearer_source_has_no_secret)
{
    struct source_create_input input = {
        .name = "forms", .team = "marketing", .mapping = "{}", .idempotency_key = "k"};
    struct source_auth hmac = {.scheme = AUTH_HMAC_SHA256, .header = "X-Sig", .prefix = ""};
    struct uuid workspace;
    struct uuid id;

    world_begin();
    world_must(ANA, COMMAND_SOURCE_CREATE, &input);
    ck_assert(json_is_null(json_object_get(world.answer, "secret")));
    const char *text =
        json_string_value(json_object_get(json_object_get(world.answer, "source"), "id"));
    ck_assert(public_id_parse(text, strlen(text), &workspace, &id));
    ck_assert(uuid_equal(workspace, world.config.workspace));
    struct source_update_input update = {.source = id, .auth = &hmac};
    ck_assert_int_eq(world_do(ANA, COMMAND_SOURCE_UPDATE, &update), ERR_INVALID_VALUE);
    hmac.secret = "the sender's secret";
    world_must(ANA, COMMAND_SOURCE_UPDATE, &update);
    world_close();
}
END_TEST

/* ---- the workspace ---- */

START_TEST(a_new_workspace_is_ready_to_sign)
{
    struct workspace_setup_input again = {.name = "acme"};

    world_begin();
    ck_assert_uint_eq(json_array_size(json_object_get(world.answer, "keys")), 5);
    ck_assert_uint_eq(world.config.team_count, 2);
    ck_assert_uint_eq(world.config.route_count, 1);
    ck_assert_int_eq(world_version(AGREEMENT_MQL, 1)->state, AGREEMENT_DRAFT);
    ck_assert_uint_eq(ANA->roles, WORKSPACE_MEMBER_ROLES | ROLE_ADMIN);
    ck_assert_uint_eq(MAX->roles, WORKSPACE_MEMBER_ROLES);
    for (size_t i = 0; i < world.config.key_count; i++)
        ck_assert_int_eq(world.keys[i].made_by.kind, ACTOR_OPERATOR);
    ck_assert_int_eq(world_do(NULL, COMMAND_WORKSPACE_SETUP, &again), ERR_ALREADY_EXISTS);
    world_check_chains();
    world_close();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tests = suite_case(suite, "changes");

    TESTS(tests, only_an_admin_changes_the_configuration, a_team_is_known_by_its_name,
          a_change_on_old_knowledge_is_refused, a_calendar_is_the_teams_until_the_next,
          the_function_of_a_team_in_use_stays, keys_of_an_inactive_member_do_not_open,
          a_member_is_one_of_a_kind_in_the_team, the_ledger_names_no_person,
          a_key_opens_with_the_token_that_was_shown,
          a_repeat_shows_the_same_token_and_nothing_keeps_it,
          only_members_of_the_two_sides_get_keys_that_sign, revoking_again_changes_nothing,
          a_secret_is_made_shown_once_and_kept_on_change,
          the_old_secret_counts_beside_the_new_one_for_a_while, there_are_never_more_than_two,
          the_old_one_can_be_ended, another_secret_by_patch_ends_both,
          retention_forgets_an_old_secret_that_counts_no_more, a_bearer_source_has_no_secret,
          a_new_workspace_is_ready_to_sign);
}
