/* Who may do what to what is whose: the table, and every way around it that was thought of. */
#include "setup_world.h"
#include "suite.h"

#include "core/authority.h"
#include "core/setup/source_change.h"
#include "core/setup/source_rotate.h"

#define ANA world_key("ana@acme.example") /* admin of marketing */
#define MAX world_key("max@acme.example") /* of marketing: signs, and is no admin */
#define SAM world_key("sam@acme.example") /* admin of sales */

/* ---- the table, as a person would say it ---- */

enum asker { ASKER_OPERATOR, ASKER_ADMIN, ASKER_SIGNER, ASKER_WORKER, ASKER_COUNT };

#define ALL_OF(own, nobodys, others)                                                               \
    {                                                                                              \
        own, nobodys, others                                                                       \
    }

/* Who may, of those above, as letters: o operator, a admin, s signer, w worker. */
static const struct {
    enum deed deed;
    const char *who[3]; /* of one's own side, of no side, of the other side */
} wanted[] = {
    {DEED_TEAM, ALL_OF("oa", "oa", "o")},
    {DEED_MEMBER, ALL_OF("oa", "oa", "o")},
    {DEED_KEY, ALL_OF("oa", "oa", "o")},
    {DEED_SIGNING_KEY, ALL_OF("oas", "oa", "o")},
    {DEED_SOURCE, ALL_OF("oa", "oa", "o")},
    {DEED_CAMPAIGN, ALL_OF("oasw", "oasw", "o")},
    {DEED_CONTENT, ALL_OF("oasw", "oasw", "o")},
    {DEED_ACCOUNT_OWNER, ALL_OF("oasw", "oasw", "o")},
    {DEED_ACCOUNT_NAME, ALL_OF("oasw", "o", "o")},
    {DEED_STAGE, ALL_OF("oa", "o", "o")},
    {DEED_SUBSCRIPTION, ALL_OF("oa", "oa", "o")},
    {DEED_LEAD_TOUCH, ALL_OF("oasw", "oasw", "oasw")},
    {DEED_LEAD_OBSERVE, ALL_OF("oasw", "oasw", "oasw")},
    {DEED_LEAD_STEP, ALL_OF("oasw", "oasw", "o")},
    {DEED_LEAD_IDENTITY, ALL_OF("oasw", "oasw", "o")},
    {DEED_LEAD_MERGE, ALL_OF("oasw", "oasw", "o")},
    {DEED_LEAD_OVERRIDE, ALL_OF("oasw", "oasw", "o")},
    {DEED_LEAD_REVIEW, ALL_OF("oasw", "oasw", "o")},
    {DEED_LEAD_ERASE, ALL_OF("oa", "oa", "o")},
};

static struct caller asker(enum asker asker, struct uuid team)
{
    static const unsigned roles[ASKER_COUNT] = {0, ROLE_ADMIN, ROLE_SIGN | ROLE_WORK, ROLE_WORK};

    return (struct caller){
        .key = asker == ASKER_OPERATOR ? (struct uuid){{0}} : (struct uuid){{9}},
        .team = asker == ASKER_OPERATOR ? (struct uuid){{0}} : team,
        .roles = roles[asker],
        .operator= asker == ASKER_OPERATOR,
    };
}

static const enum team_function of_marketing[3] = {FUNCTION_MARKETING, FUNCTION_OTHER,
                                                   FUNCTION_SALES};
static const enum team_function of_sales[3] = {FUNCTION_SALES, FUNCTION_OTHER, FUNCTION_MARKETING};

static const char *const deed_names[] = {
#define X(name, ...) #name,
    DEED_TABLE(X)
#undef X
};

static void try_side(const char *team, const enum team_function whose[3])
{
    static const char letters[] = "oasw";
    const struct team *of = config_team_named(&world.config, team);

    for (size_t row = 0; row < sizeof wanted / sizeof *wanted; row++) {
        for (int n = 0; n < 3; n++) {
            for (int who = 0; who < ASKER_COUNT; who++) {
                struct caller caller = asker((enum asker)who, of->id);
                bool may = authority_may(&world.config, &caller, wanted[row].deed, whose[n]);
                bool should = strchr(wanted[row].who[n], letters[who]) != NULL;
                ck_assert_msg(may == should, "%s of %s by '%c' of %s: %s",
                              deed_names[wanted[row].deed], team_function_name(whose[n]),
                              letters[who], team, may ? "may" : "may not");
            }
        }
    }
}

START_TEST(the_table_holds_for_both_sides)
{
    world_begin();
    ck_assert_uint_eq(sizeof wanted / sizeof *wanted, DEED_COUNT);
    try_side("marketing", of_marketing);
    try_side("sales", of_sales);
    world_close();
}
END_TEST

START_TEST(a_partner_is_on_neither_side)
{
    struct team_create_input partners = {"partners", NULL, FUNCTION_OTHER};

    world_begin();
    world_must(ANA, COMMAND_TEAM_CREATE, &partners);
    const struct team *team = config_team_named(&world.config, "partners");
    struct caller admin = asker(ASKER_ADMIN, team->id);
    ck_assert(authority_may(&world.config, &admin, DEED_MEMBER, FUNCTION_OTHER));
    ck_assert(!authority_may(&world.config, &admin, DEED_MEMBER, FUNCTION_SALES));
    ck_assert(!authority_may(&world.config, &admin, DEED_SIGNING_KEY, FUNCTION_MARKETING));
    ck_assert(!authority_may(&world.config, &admin, DEED_LEAD_MERGE, FUNCTION_MARKETING));
    ck_assert(authority_may(&world.config, &admin, DEED_LEAD_TOUCH, FUNCTION_MARKETING));
    world_close();
}
END_TEST

/* ---- every way to the other side ---- */

static void refused(const struct api_key *by, enum command_kind kind, const void *input)
{
    size_t entries = world.entry_count;

    ck_assert_int_eq(world_do(by, kind, input), ERR_OTHER_SIDE);
    ck_assert_str_eq(world_text("code"), "other_side");
    ck_assert_uint_eq(world.entry_count, entries);
}

START_TEST(nobody_makes_or_changes_what_is_the_others)
{
    static const bool no = false, yes = true;
    static const enum team_function marketing = FUNCTION_MARKETING;
    struct member_create_input eve = {.team = "sales", .name = "Eve", .email = "eve@acme.example"};
    struct team_create_input sdr = {"sdr", NULL, FUNCTION_SALES};
    struct team_update_input title = {.name = "sales", .title = "S"};
    struct team_update_input away = {.name = "sales", .function = &marketing};
    struct team_update_input end = {.name = "sales", .active = &no};
    struct key_create_input sign = {.title = "k", .member = "sam@acme.example", .roles = ROLE_SIGN};
    struct key_create_input work = {.title = "k", .team = "sales", .roles = ROLE_WORK};
    struct source_create_input source = {
        .name = "crm", .team = "sales", .mapping = "{}", .idempotency_key = "k"};

    world_begin();
    struct uuid sam = SAM->member;
    struct member_update_input stop = {.member = sam, .active = &no};
    struct member_update_input revive = {.member = sam, .active = &yes};
    struct member_update_input replace = {.member = sam, .email = "mine@acme.example"};
    struct key_revoke_input revoke = {SAM->id};
    const struct {
        enum command_kind kind;
        const void *input;
    } tries[] = {
        {COMMAND_MEMBER_CREATE, &eve},     {COMMAND_TEAM_CREATE, &sdr},
        {COMMAND_TEAM_UPDATE, &title},     {COMMAND_TEAM_UPDATE, &away},
        {COMMAND_TEAM_UPDATE, &end},       {COMMAND_KEY_CREATE, &sign},
        {COMMAND_KEY_CREATE, &work},       {COMMAND_SOURCE_CREATE, &source},
        {COMMAND_MEMBER_UPDATE, &stop},    {COMMAND_MEMBER_UPDATE, &revive},
        {COMMAND_MEMBER_UPDATE, &replace}, {COMMAND_KEY_REVOKE, &revoke},
    };
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
        refused(ANA, tries[i].kind, tries[i].input);
    world_check_chains();
    world_close();
}
END_TEST

START_TEST(a_source_is_its_sides_and_is_not_moved_away)
{
    struct source_create_input made = {
        .name = "crm", .team = "sales", .mapping = "{}", .idempotency_key = "k"};

    world_begin();
    world_must(SAM, COMMAND_SOURCE_CREATE, &made);
    struct source_update_input take = {.source = world.sources[0].id, .team = "marketing"};
    struct source_rotate_input rotate = {.source = take.source, .idempotency_key = "r"};
    struct source_retire_input retire = {take.source};
    refused(ANA, COMMAND_SOURCE_UPDATE, &take);
    refused(SAM, COMMAND_SOURCE_UPDATE, &take); /* nor given to whom it binds */
    refused(ANA, COMMAND_SOURCE_ROTATE, &rotate);
    refused(ANA, COMMAND_SOURCE_RETIRE, &retire);
    world_close();
}
END_TEST

/* Through a team that is on no side yet, with its members and keys. */
START_TEST(no_team_is_moved_onto_the_other_side)
{
    static const enum team_function sales = FUNCTION_SALES;
    struct team_create_input partners = {"partners", NULL, FUNCTION_OTHER};
    struct member_create_input eve = {
        .team = "partners", .name = "Eve", .email = "eve@acme.example"};
    struct key_create_input admin = {
        .title = "k", .member = "eve@acme.example", .roles = ROLE_ADMIN | ROLE_WORK};
    struct team_update_input move = {.name = "partners", .function = &sales};

    world_begin();
    world_must(ANA, COMMAND_TEAM_CREATE, &partners);
    world_must(ANA, COMMAND_MEMBER_CREATE, &eve);
    world_must(ANA, COMMAND_KEY_CREATE, &admin);
    refused(ANA, COMMAND_TEAM_UPDATE, &move);
    refused(world_key("eve@acme.example"), COMMAND_TEAM_UPDATE, &move);
    move.name = "marketing"; /* nor one's own: its members would be theirs then */
    refused(ANA, COMMAND_TEAM_UPDATE, &move);
    world_close();
}
END_TEST

/* ---- sign ---- */

START_TEST(a_signer_gives_sign_and_no_more_than_the_own_key_has)
{
    struct key_create_input input = {
        .title = "k", .member = "ana@acme.example", .roles = ROLE_SIGN | ROLE_READ};

    world_begin();
    world_must(MAX, COMMAND_KEY_CREATE, &input);
    const struct api_key *made = &world.keys[world.config.key_count - 1];
    ck_assert_int_eq(made->made_by.kind, ACTOR_MEMBER);
    ck_assert(uuid_equal(made->made_by.id, MAX->member));
    input.roles = ROLE_SIGN | ROLE_ADMIN;
    ck_assert_int_eq(world_do(MAX, COMMAND_KEY_CREATE, &input), ERR_FORBIDDEN);
    input.roles = ROLE_READ; /* nothing but sign is a signer's to give */
    ck_assert_int_eq(world_do(MAX, COMMAND_KEY_CREATE, &input), ERR_FORBIDDEN);
    input.member = "sam@acme.example";
    input.roles = ROLE_SIGN;
    refused(MAX, COMMAND_KEY_CREATE, &input);
    world_close();
}
END_TEST

/* ---- the last signer ---- */

static void kept(const struct api_key *by, enum command_kind kind, const void *input)
{
    ck_assert_int_eq(world_do(by, kind, input), ERR_LAST_SIGNER);
    ck_assert_str_eq(world_text("code"), "last_signer");
}

START_TEST(the_last_signer_of_a_side_stays)
{
    static const bool no = false;
    struct member_create_input eve = {.team = "sales", .name = "Eve", .email = "eve@acme.example"};
    struct key_create_input sign = {
        .title = "k", .member = "eve@acme.example", .roles = ROLE_SIGN | ROLE_READ};

    world_begin();
    const struct api_key *sam = SAM;
    struct member_update_input stop = {.member = sam->member, .active = &no};
    struct key_revoke_input revoke = {sam->id};
    struct team_update_input end = {.name = "sales", .active = &no};
    world_without_routes();
    kept(sam, COMMAND_MEMBER_UPDATE, &stop);
    kept(sam, COMMAND_KEY_REVOKE, &revoke);
    kept(sam, COMMAND_TEAM_UPDATE, &end);
    world_must(sam, COMMAND_MEMBER_CREATE, &eve);
    world_must(sam, COMMAND_KEY_CREATE, &sign);
    kept(sam, COMMAND_TEAM_UPDATE, &end); /* both are of this team */
    world_must(sam, COMMAND_MEMBER_UPDATE, &stop);
    world_close();
}
END_TEST

START_TEST(the_operator_may_take_it_and_it_shows)
{
    static const bool no = false;

    world_begin();
    struct member_update_input stop = {.member = SAM->member, .active = &no};
    world_must(NULL, COMMAND_MEMBER_UPDATE, &stop);
    ck_assert_int_eq(world_entry(LEDGER_MEMBER_UPDATED)->actor.kind, ACTOR_OPERATOR);
    world_check_chains();
    world_close();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tests = suite_case(suite, "authority");

    TESTS(tests, the_table_holds_for_both_sides, a_partner_is_on_neither_side,
          nobody_makes_or_changes_what_is_the_others, a_source_is_its_sides_and_is_not_moved_away,
          no_team_is_moved_onto_the_other_side,
          a_signer_gives_sign_and_no_more_than_the_own_key_has, the_last_signer_of_a_side_stays,
          the_operator_may_take_it_and_it_shows);
}
