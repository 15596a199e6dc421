/* History as it was given: leads and deals taken once, refused with a reason, judged by nobody. */
#include "../support/known.h"

#include "core/command_decide.h"
#include "core/intake/import.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW ((instant)1795341600000000) /* 2026-11-22T10:00:00Z */

#define LEADS                                                                                      \
    "{\"team\": \"marketing\", \"external_id\": {\"source\": \"crm\", \"at\": \"/id\"},"           \
    " \"occurred_at\": \"/first\", \"claimed_stage\": {\"value\": \"mql\"},"                       \
    " \"attributes\": {\"size\": \"/size\"},"                                                      \
    " \"touch\": {\"kind\": {\"value\": \"form_submitted\"}, \"source\": \"/origin\"}}"
#define DEALS                                                                                      \
    "{\"as\": \"deal\", \"team\": \"marketing\","                                                  \
    " \"external_id\": {\"source\": \"crm\", \"at\": \"/id\"},"                                    \
    " \"steps\": [{\"team\": \"sdr\", \"member\": {\"source\": \"crm\", \"at\": \"/sdr\"},"        \
    "   \"at\": \"/won\"}, {\"team\": \"ae\", \"member\": {\"source\": \"crm\", \"at\": \"/ae\"}," \
    "   \"at\": \"/won\"}],"                                                                       \
    " \"outcome\": {\"kind\": \"/outcome\", \"reason\": \"/why\"},"                                \
    " \"attributes\": {\"segment\": \"/segment\"}}"

#define SIFTED                                                                                     \
    "{\"as\": \"deal\", \"team\": \"marketing\","                                                  \
    " \"external_id\": {\"source\": \"crm\", \"at\": \"/id\"},"                                    \
    " \"steps\": [{\"team\": \"sdr\", \"at\": \"/begun\", \"reject\": {\"is\": {\"/stage\": "      \
    "\"Unfit\"},"                                                                                  \
    "   \"reason\": \"/why\"}}, {\"team\": \"ae\", \"at\": \"/won\"}],"                            \
    " \"outcome\": {\"kind\": {\"value\": \"won\"}}}"

static struct team teams[] = {
    {.id = {{1}}, .name = "marketing", .function = FUNCTION_MARKETING, .active = true},
    {.id = {{2}}, .name = "sdr", .function = FUNCTION_SALES, .active = true},
    {.id = {{3}}, .name = "ae", .function = FUNCTION_SALES, .active = true},
    {.id = {{4}}, .name = "closed", .function = FUNCTION_SALES, .active = false},
};
static struct member members[] = {
    {.id = {{12}}, .team = {{2}}, .external_source = "crm", .external_id = "7", .active = true},
    {.id = {{13}}, .team = {{3}}, .external_source = "crm", .external_id = "7", .active = true},
};

static struct config config;
static struct arena *arena;
static struct work work;
static struct outcome outcome;
static const struct import_result *results;
static json_t *documents[32];
static size_t document_count;

static void some_bytes(void *bytes, size_t len)
{
    static uint8_t next;

    for (size_t i = 0; i < len; i++)
        ((uint8_t *)bytes)[i] = ++next;
}

static void setup(void)
{
    config = (struct config){.workspace = {{9, 9}},
                             .name = "acme",
                             .teams = teams,
                             .team_count = 4,
                             .members = members,
                             .member_count = 2};
    arena = arena_new(64u << 20);
    work_init(&work, arena, &config, NOW, some_bytes);
}

static void teardown(void)
{
    while (document_count > 0)
        json_decref(documents[--document_count]);
    memset(&work, 0, sizeof work);
    arena_free(arena);
}

/* What the work set has not yet, is not in the database. */
static void load_absent(const struct work_keys *keys)
{
    for (int kind = 0; kind < KIND_COUNT; kind++)
        for (size_t i = 0; i < keys->of[kind].count; i++) {
            const void *need = keys->of[kind].items[i];
            struct chain_row *chain;
            if (work_has(&work, kind, need))
                continue;
            switch (kind) {
            case KIND_IDENTITY:
                work_put_identity(&work, need, NULL);
                break;
            case KIND_TOUCH:
                work_put_touch(&work, *(const struct uuid *)need, (struct uuid){{0}});
                break;
            case KIND_CHAIN:
                chain = ARENA_NEW(arena, struct chain_row);
                chain->subject = *(const struct uuid *)need;
                work_put(&work, KIND_CHAIN, need, chain);
                break;
            default:
                work_put(&work, kind, need, NULL);
            }
        }
}

static void decide(enum command_kind kind, const void *input)
{
    struct command command = {.kind = kind, .caller = {.workspace = config.workspace}};
    struct work_keys keys = {0};

    command.input = input;
    ck_assert(command_keys(&command, &work, &keys));
    load_absent(&keys);
    ck_assert_int_eq(command_decide(&work, &command, &outcome), DECIDED);
    ck_assert_int_eq(outcome.err, ERR_NONE);
}

/* Imports a JSON array of rows; the answer, such as "2 0 1 0". */
static const char *import(const char *mapping_text, const char *rows)
{
    static char counts[64];
    const struct mapping *mapping;
    struct mapped_from from = {NULL, "import:crm", SOURCE_IMPORT, true,
                               true, INSTANT_NONE, INSTANT_NONE};
    struct mapped *items;
    struct faults faults;
    size_t count;
    json_t *json = json_loads(mapping_text, 0, NULL);

    faults_init(&faults, arena);
    struct mapping_reading reading = {MAPPING_IMPORT, "", time_zone_find};
    ck_assert_int_eq(mapping_compile(json, &reading, arena, &faults, &mapping), ERR_NONE);
    json_decref(json);
    documents[document_count++] = json = json_loads(rows, 0, NULL);
    ck_assert_msg(json != NULL, "test's own JSON: %s", rows);
    ck_assert_int_eq(mapping_apply(mapping, json, &from, arena, &items, &count), ERR_NONE);
    for (size_t i = 0; i < count; i++)
        ck_assert_str_eq(mapped_error_code(items[i].error), "ok");
    decide(COMMAND_IMPORT_ROWS,
           &(struct import_input){.team = teams[0].id, .rows = items, .count = count});
    results = outcome.extra;
    json = json_loadb(outcome.body, outcome.body_len, 0, NULL);
    snprintf(counts, sizeof counts, "%lld %lld %lld %lld",
             json_integer_value(json_object_get(json, "new")),
             json_integer_value(json_object_get(json, "updated")),
             json_integer_value(json_object_get(json, "unchanged")),
             json_integer_value(json_object_get(json, "refused")));
    json_decref(json);
    return counts;
}

static struct lead *lead_of(const char *id)
{
    struct identity identity = {IDENTITY_EXTERNAL, "crm", id};
    struct uuid found;
    struct lead *lead;

    ck_assert_int_eq(work_find_identity(&work, &identity, &found), FIND_FOUND);
    ck_assert_int_eq(work_find_lead(&work, found, &lead), FIND_FOUND);
    return lead;
}

static const struct ledger_entry *last_entry(void)
{
    return work.saves[KIND_ENTRY].items[work.saves[KIND_ENTRY].count - 1];
}

START_TEST(leads_as_they_were_told)
{
    static const char rows[] =
        "[{\"id\": \"a\", \"first\": \"2026-02-01\", \"origin\": \"google\", \"size\": \"120\"},"
        " {\"id\": \"b\", \"first\": \"2026-02-02\", \"origin\": \"\", \"size\": \"\"}]";

    ck_assert_str_eq(import(LEADS, rows), "2 0 0 0");
    const struct lead *lead = lead_of("a");
    ck_assert_int_eq(lead->stage, STAGE_INQUIRY);
    ck_assert_int_eq(lead->claimed_stage, STAGE_MQL);
    ck_assert(uuid_equal(lead->owner_team, teams[0].id));
    ck_assert_int_eq(lead->found_by, FUNCTION_MARKETING);
    ck_assert(lead->next.at > NOW);
    ck_assert_int_eq(lead->first_touch_at, 1769904000000000); /* 2026-02-01T00:00:00Z */
    ck_assert_int_eq(lead->touches.items[0].recorded_at, NOW);
    ck_assert_int_eq(lead->touches.items[0].dimensions[DIMENSION_SOURCE],
                     dimension_id(DIMENSION_SOURCE, "google"));
    ck_assert_int_eq(known_value(&lead->attributes, "size")->integer, 120);
    ck_assert_int_eq(lead_of("b")->touches.items[0].dimensions[DIMENSION_SOURCE], 0);
    ck_assert_ptr_null(known_value(&lead_of("b")->attributes, "size"));
    ck_assert_int_eq(last_entry()->kind, LEDGER_LEAD_IMPORTED);
    ck_assert_int_eq(last_entry()->actor.kind, ACTOR_SYSTEM);
    ck_assert_uint_eq(work.saves[KIND_ENTRY].count, 2);
    ck_assert_uint_eq(work.saves[KIND_VERDICT].count, 0);
    ck_assert_uint_eq(work.saves[KIND_HANDOFF].count, 0);
}
END_TEST

START_TEST(told_again_nothing_changes)
{
    static const char first[] = "[{\"id\": \"a\", \"first\": \"2026-02-01\", \"size\": \"120\"}]";
    static const char both[] = "[{\"id\": \"a\", \"first\": \"2026-02-01\", \"size\": \"120\"},"
                               " {\"id\": \"b\", \"first\": \"2026-02-01\", \"size\": \"1\"},"
                               " {\"id\": \"b\", \"first\": \"2026-02-01\", \"size\": \"1\"}]";
    static const char grown[] = "[{\"id\": \"a\", \"first\": \"2026-02-01\", \"size\": \"130\"}]";

    ck_assert_str_eq(import(LEADS, first), "1 0 0 0");
    ck_assert_str_eq(import(LEADS, both), "1 0 2 0");
    ck_assert_uint_eq(work.saves[KIND_LEAD].count, 2);
    ck_assert_uint_eq(work.saves[KIND_TOUCH].count, 2);
    ck_assert_uint_eq(work.saves[KIND_ENTRY].count, 2);
    ck_assert_str_eq(import(LEADS, grown), "0 1 0 0");
    ck_assert_uint_eq(work.saves[KIND_TOUCH].count, 2);
    ck_assert_uint_eq(work.saves[KIND_ENTRY].count, 3);
    ck_assert_str_eq(import(LEADS, grown), "0 0 1 0");
    ck_assert_int_eq(lead_of("a")->touch_count, 1);
}
END_TEST

#define A_LEAD "[{\"id\": \"a\", \"first\": \"2026-02-01\"}]"

static void check_id(const json_t *body, const char *name, struct uuid wanted)
{
    char text[UUID_TEXT_LEN + 1];

    uuid_format(wanted, text);
    ck_assert_pstr_eq(json_string_value(json_object_get(body, name)), text);
}

START_TEST(a_deal_is_a_chain_of_handoffs)
{
    static const char rows[] = "[{\"id\": \"a\", \"sdr\": \"7\", \"ae\": \"7\", \"outcome\": "
                               "\"won\", \"segment\": \"pet\", \"won\": \"2026-03-01 12:00:00\"}]";
    instant won = 1772366400000000;

    import(LEADS, A_LEAD);
    ck_assert_str_eq(import(DEALS, rows), "1 0 0 0");
    const struct lead *lead = lead_of("a");
    ck_assert_int_eq(lead->stage, STAGE_CUSTOMER);
    ck_assert(uuid_equal(lead->owner_team, teams[2].id));
    ck_assert(uuid_equal(lead->first_team, teams[0].id));
    ck_assert(lead->next.at == INSTANT_NONE);
    ck_assert_ptr_null(lead->open);
    ck_assert(lead->reached[MILESTONE_MQL] == INSTANT_NONE);
    ck_assert_int_eq(lead->reached[MILESTONE_SAL], won);
    ck_assert_int_eq(lead->reached[MILESTONE_SQL], won);
    ck_assert(lead->reached[MILESTONE_OPPORTUNITY] == INSTANT_NONE);
    ck_assert_int_eq(lead->reached[MILESTONE_CUSTOMER], won);
    ck_assert_str_eq(known_value(&lead->attributes, "segment")->text, "pet");
    ck_assert_uint_eq(work.saves[KIND_HANDOFF].count, 2);
    const struct handoff *first = work.saves[KIND_HANDOFF].items[0];
    const struct handoff *second = work.saves[KIND_HANDOFF].items[1];
    ck_assert_int_eq(first->kind, HANDOFF_KIND_IMPORTED);
    ck_assert_int_eq(first->state, HANDOFF_QUALIFIED);
    ck_assert_int_eq(first->version, 0);
    ck_assert(uuid_equal(first->from_team, teams[0].id));
    ck_assert(uuid_equal(first->to_team, teams[1].id));
    ck_assert(uuid_equal(first->accepted_by, members[0].id));
    ck_assert_int_eq(first->outcome, OUTCOME_NONE);
    ck_assert(uuid_equal(second->from_team, teams[1].id));
    ck_assert(uuid_equal(second->accepted_by, members[1].id));
    ck_assert_int_eq(second->accepted_at, won);
    ck_assert_int_eq(second->outcome, OUTCOME_WON);
    ck_assert_int_eq(second->outcome_at, won);
    ck_assert_int_eq(last_entry()->kind, LEDGER_HANDOFF_IMPORTED);
    json_t *body = json_loadb(last_entry()->body, last_entry()->body_len, 0, NULL);
    check_id(body, "from", teams[1].id);
    check_id(body, "to", teams[2].id);
    check_id(body, "owner", teams[2].id);
    check_id(body, "handoff", second->id);
    check_id(body, "member", members[1].id);
    ck_assert_int_eq(json_integer_value(json_object_get(body, "occurred_at")), won);
    ck_assert_int_eq(json_integer_value(json_object_get(body, "outcome_at")), won);
    ck_assert_str_eq(json_string_value(json_object_get(body, "outcome")), "won");
    ck_assert_str_eq(json_string_value(json_object_get(body, "stage_to")), "customer");
    ck_assert_str_eq(json_string_value(json_object_get(body, "cause")), "import");
    ck_assert(json_is_string(json_object_get(json_object_get(body, "attributes"), "segment")));
    json_decref(body);
    ck_assert_uint_eq(work.saves[KIND_ENTRY].count, 3);
    ck_assert_str_eq(import(DEALS, rows), "0 0 1 0");
    ck_assert_uint_eq(work.saves[KIND_HANDOFF].count, 2);
    ck_assert_uint_eq(work.saves[KIND_ENTRY].count, 3);
}
END_TEST

START_TEST(a_lost_deal_goes_back)
{
    import(LEADS, A_LEAD);
    ck_assert_str_eq(import(DEALS, "[{\"id\": \"a\", \"outcome\": \"lost\", \"why\": \"budget\","
                                   " \"won\": \"2026-03-01\"}]"),
                     "1 0 0 0");
    const struct lead *lead = lead_of("a");
    ck_assert_int_eq(lead->stage, STAGE_NURTURE);
    ck_assert(uuid_equal(lead->owner_team, teams[0].id));
    ck_assert(lead->next.at > NOW);
    ck_assert(lead->reached[MILESTONE_SQL] != INSTANT_NONE);
    ck_assert(lead->reached[MILESTONE_CUSTOMER] == INSTANT_NONE);
}
END_TEST

static const struct reason reasons[] = {
    {.code = "unfit", .about = ABOUT_GAP, .criterion = -1, .then = THEN_DISQUALIFY}};
static const struct definition definition = {.reasons = reasons, .reasons_count = 1};
static const struct agreement_version version = {.version = 1, .compiled = &definition};

#define UNFIT(why)                                                                                 \
    "[{\"id\": \"a\", \"begun\": \"2026-03-01\", \"stage\": \"unfit\", \"why\": \"" why "\"}]"

/* It ends at that step, whatever stands in the columns of those after it. */
START_TEST(a_rejected_deal_stays_with_who_offered)
{
    import(LEADS, A_LEAD);
    config.in_force[TERM_MQL] = &version;
    ck_assert_str_eq(import(SIFTED, UNFIT("unfit")), "1 0 0 0");
    const struct lead *lead = lead_of("a");
    ck_assert_int_eq(lead->stage, STAGE_DISQUALIFIED);
    ck_assert(uuid_equal(lead->owner_team, teams[0].id));
    ck_assert(lead->reached[MILESTONE_SAL] == INSTANT_NONE);
    ck_assert(lead->reached[MILESTONE_CUSTOMER] == INSTANT_NONE);
    ck_assert_uint_eq(work.saves[KIND_HANDOFF].count, 1);
    const struct handoff *handoff = work.saves[KIND_HANDOFF].items[0];
    ck_assert_int_eq(handoff->kind, HANDOFF_KIND_IMPORTED);
    ck_assert_int_eq(handoff->state, HANDOFF_REJECTED);
    ck_assert_str_eq(handoff->reason, "unfit");
    ck_assert_int_eq(handoff->klass, CLASS_NONE);
    ck_assert(handoff->accepted_at == INSTANT_NONE);
    ck_assert_int_eq(handoff->outcome, OUTCOME_NONE);
    json_t *body = json_loadb(last_entry()->body, last_entry()->body_len, 0, NULL);
    ck_assert_str_eq(json_string_value(json_object_get(body, "handoff_state")), "rejected");
    ck_assert_str_eq(json_string_value(json_object_get(body, "reason")), "unfit");
    ck_assert_ptr_null(json_object_get(body, "owner"));
    json_decref(body);
    ck_assert_str_eq(import(SIFTED, UNFIT("unfit")), "0 0 1 0");
    ck_assert_uint_eq(work.saves[KIND_HANDOFF].count, 1);
}
END_TEST

START_TEST(a_rejection_has_a_reason_that_is_defined)
{
    import(LEADS, A_LEAD);
    ck_assert_str_eq(import(SIFTED, UNFIT("")), "0 0 0 1");
    ck_assert_int_eq(results[0].refusal, IMPORT_REASON);
    config.in_force[TERM_MQL] = &version;
    ck_assert_str_eq(import(SIFTED, UNFIT("weather")), "0 0 0 1");
    ck_assert_int_eq(results[0].refusal, IMPORT_UNKNOWN_REASON);
    ck_assert_uint_eq(work.saves[KIND_HANDOFF].count, 0);
}
END_TEST

/* An old file, in which it was not taken up yet, says nothing new of a deal that was won since. */
START_TEST(an_older_rejection_changes_nothing)
{
    import(LEADS, A_LEAD);
    ck_assert_str_eq(import(SIFTED,
                            "[{\"id\": \"a\", \"begun\": \"2026-03-05\", \"stage\": \"fit\","
                            " \"won\": \"2026-04-01\"}]"),
                     "1 0 0 0");
    ck_assert_str_eq(import(SIFTED, UNFIT("unfit")), "0 0 1 0");
    ck_assert_int_eq(lead_of("a")->stage, STAGE_CUSTOMER);
}
END_TEST

static const struct {
    const char *rows;
    enum import_refusal refusal;
} refused[] = {
    {"[{\"id\": \"z\", \"won\": \"2026-03-01\"}]", IMPORT_UNKNOWN_LEAD},
    {"[{\"id\": \"a\", \"sdr\": \"8\", \"won\": \"2026-03-01\"}]", IMPORT_UNKNOWN_MEMBER},
    {"[{\"id\": \"a\", \"won\": \"2026-11-22 10:00:01\"}]", IMPORT_FUTURE},
    {"[{\"id\": \"a\", \"outcome\": \"lost\", \"won\": \"2026-03-01\"}]", IMPORT_REASON},
};

START_TEST(deals_that_are_refused)
{
    import(LEADS, A_LEAD);
    struct lead before = *lead_of("a");
    ck_assert_str_eq(import(DEALS, refused[_i].rows), "0 0 0 1");
    ck_assert_int_eq(results[0].refusal, refused[_i].refusal);
    ck_assert_mem_eq(&before, lead_of("a"), sizeof before);
    ck_assert_uint_eq(work.saves[KIND_HANDOFF].count, 0);
    ck_assert_uint_eq(work.saves[KIND_ENTRY].count, 1);
}
END_TEST

START_TEST(a_team_that_is_not_there)
{
    import(LEADS, A_LEAD);
    teams[1].active = false;
    const char *counts = import(DEALS, "[{\"id\": \"a\", \"won\": \"2026-03-01\"}]");
    teams[1].active = true;
    ck_assert_str_eq(counts, "0 0 0 1");
    ck_assert_int_eq(results[0].refusal, IMPORT_UNKNOWN_TEAM);
}
END_TEST

START_TEST(a_lead_on_its_way_is_no_history)
{
    import(LEADS, A_LEAD);
    struct lead *lead = lead_of("a");
    work_add_handoff(&work, lead, HANDOFF_OFFERED);
    ck_assert_str_eq(import(DEALS, "[{\"id\": \"a\", \"won\": \"2026-03-01\"}]"), "0 0 0 1");
    ck_assert_int_eq(results[0].refusal, IMPORT_OPEN_HANDOFF);
}
END_TEST

START_TEST(members_are_made_once)
{
    static const struct import_member wanted[] = {
        {"sdr", "crm", "7"}, {"sdr", "crm", "8"},     {"ae", "crm", "8"},
        {"sdr", "crm", "8"}, {"nowhere", "crm", "8"}, {"closed", "crm", "8"},
    };

    decide(COMMAND_IMPORT_MEMBERS, &(struct import_members_input){wanted, 6});
    ck_assert_str_eq(outcome.body, "{\"made\":2}");
    ck_assert_uint_eq(work.saves[KIND_CONFIG_CHANGE].count, 2);
    const struct config_change *change = work.saves[KIND_CONFIG_CHANGE].items[1];
    ck_assert_int_eq(change->kind, CHANGE_MEMBER);
    ck_assert(uuid_equal(change->member->team, teams[2].id));
    ck_assert_str_eq(change->member->external_id, "8");
    ck_assert_str_eq(change->member->name, "8");
    ck_assert_ptr_null(change->member->email);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "import");

    tcase_add_checked_fixture(tcase, setup, teardown);
    TESTS(tcase, leads_as_they_were_told, told_again_nothing_changes, a_deal_is_a_chain_of_handoffs,
          a_lost_deal_goes_back, a_rejected_deal_stays_with_who_offered,
          a_rejection_has_a_reason_that_is_defined, an_older_rejection_changes_nothing);
    EACH(tcase, deals_that_are_refused, refused);
    TESTS(tcase, a_team_that_is_not_there, a_lead_on_its_way_is_no_history, members_are_made_once);
}
