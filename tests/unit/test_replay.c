/* The replay by itself: what an entry does to a lead, and entries that cannot follow. */
#include "core/handoff/replay.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define LEAD  "00000000-0000-7000-8000-00000000000a"
#define OTHER "00000000-0000-7000-8000-00000000000b"
#define TEAM  "00000000-0000-7000-8000-0000000000aa"
#define SALES "00000000-0000-7000-8000-0000000000bb"
#define OFFER "00000000-0000-7000-8000-0000000000f1"
#define AGAIN "00000000-0000-7000-8000-0000000000f2"
#define HASH  "abababababababababababababababababababababababababababababababab"

static struct replay lead;
static struct replay_step step;

static void set_up(void)
{
    struct uuid id;

    ck_assert(uuid_parse(LEAD, &id));
    replay_begin(&lead, id);
}

/* The fault of the entry, "" for none. */
static const char *follow(enum ledger_kind kind, const char *body)
{
    struct ledger_entry entry = {.subject = lead.subject, .kind = kind, .body = body};

    struct arena *arena = arena_new(1 << 16);

    entry.body_len = strlen(body);
    ck_assert_int_eq(replay_entry(&lead, &entry, arena, &step), ERR_NONE);
    arena_free(arena);
    return step.fault == NULL ? "" : step.fault;
}

static const char *text(struct uuid id)
{
    static char out[UUID_TEXT_LEN + 1];

    uuid_format(id, out);
    return uuid_is_nil(id) ? "" : out;
}

static void begin_lead(void)
{
    ck_assert_str_eq(
        follow(LEDGER_LEAD_CAPTURED, "{\"created\":1,\"owner\":\"" TEAM "\",\"stage_to\":\"mql\"}"),
        "");
}

static void offer(void)
{
    ck_assert_str_eq(follow(LEDGER_HANDOFF_OFFERED, "{\"handoff\":\"" OFFER "\"}"), "");
}

static void accept(void)
{
    ck_assert_str_eq(follow(LEDGER_HANDOFF_ACCEPTED,
                            "{\"handoff\":\"" OFFER "\",\"owner\":\"" SALES
                            "\",\"stage_from\":\"mql\",\"stage_to\":\"sal\"}"),
                     "");
}

START_TEST(a_lead_begins_with_owner_and_stage)
{
    begin_lead();
    ck_assert_str_eq(text(lead.owner), TEAM);
    ck_assert_int_eq(lead.stage, STAGE_MQL);
    ck_assert_int_eq(lead.status, LEAD_ACTIVE);
    ck_assert_str_eq(text(lead.open), "");
}
END_TEST

START_TEST(an_offer_opens_and_its_answers_close)
{
    static const struct {
        enum ledger_kind kind;
        bool accepted;
        enum handoff_state state;
    } answers[] = {
        {LEDGER_HANDOFF_REJECTED, false, HANDOFF_REJECTED},
        {LEDGER_HANDOFF_EXPIRED, false, HANDOFF_EXPIRED},
        {LEDGER_HANDOFF_WITHDRAWN, false, HANDOFF_WITHDRAWN},
        {LEDGER_HANDOFF_WITHDRAWN, true, HANDOFF_WITHDRAWN},
        {LEDGER_HANDOFF_RETURNED, true, HANDOFF_RETURNED},
        {LEDGER_HANDOFF_QUALIFIED, true, HANDOFF_QUALIFIED},
    };

    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        set_up();
        begin_lead();
        offer();
        ck_assert_str_eq(text(step.made), OFFER);
        ck_assert_int_eq(lead.open_state, HANDOFF_OFFERED);
        if (answers[i].accepted)
            accept();
        ck_assert_str_eq(follow(answers[i].kind, "{\"handoff\":\"" OFFER "\"}"), "");
        ck_assert_str_eq(text(step.closed), OFFER);
        ck_assert_int_eq(step.closed_state, answers[i].state);
        ck_assert_str_eq(text(lead.open), "");
    }
}
END_TEST

START_TEST(a_concession_makes_one_that_is_accepted)
{
    begin_lead();
    offer();
    ck_assert_str_eq(follow(LEDGER_HANDOFF_REJECTED, "{\"handoff\":\"" OFFER "\"}"), "");
    ck_assert_str_eq(follow(LEDGER_HANDOFF_ACCEPTED, "{\"handoff\":\"" AGAIN "\",\"owner\":\"" SALES
                                                     "\",\"previous\":\"" OFFER "\"}"),
                     "");
    ck_assert_str_eq(text(step.made), AGAIN);
    ck_assert_int_eq(lead.open_state, HANDOFF_ACCEPTED);
    ck_assert_str_eq(text(lead.owner), SALES);
}
END_TEST

START_TEST(a_merge_hands_the_open_handoff_over)
{
    begin_lead();
    offer();
    ck_assert_str_eq(follow(LEDGER_LEAD_ABSORBED,
                            "{\"handoff\":\"" OFFER "\",\"handoff_state\":\"offered\",\"survivor\":"
                            "\"" OTHER "\"}"),
                     "");
    ck_assert_int_eq(lead.status, LEAD_MERGED);
    ck_assert_str_eq(text(lead.survivor), OTHER);
    ck_assert_str_eq(text(lead.owner), "");
    ck_assert_str_eq(text(lead.open), "");
    set_up();
    begin_lead();
    ck_assert_str_eq(follow(LEDGER_LEAD_MERGED,
                            "{\"absorbed\":\"" OTHER "\",\"absorbed_hash\":\"" HASH
                            "\",\"absorbed_seq\":2,\"handoff\":\"" OFFER
                            "\",\"handoff_state\":\"offered\",\"owner\":\"" SALES "\"}"),
                     "");
    ck_assert_str_eq(text(step.absorbed), OTHER);
    ck_assert_int_eq(step.absorbed_seq, 2);
    ck_assert_int_eq(step.absorbed_hash[31], 0xab);
    ck_assert_str_eq(text(lead.open), OFFER);
    ck_assert_str_eq(text(lead.owner), SALES);
}
END_TEST

START_TEST(what_cannot_follow_is_told)
{
    static const struct {
        bool begun, offered, accepted;
        enum ledger_kind kind;
        const char *body;
        const char *fault;
    } wrong[] = {
        {false, false, false, LEDGER_TOUCH_RECORDED, "{}", "comes before the one that begins"},
        {true, false, false, LEDGER_LEAD_CAPTURED, "{\"created\":1}",
         "begins a lead that is there"},
        {true, false, false, LEDGER_TEAM_CREATED, "{}", "is not of a lead"},
        {true, false, false, LEDGER_TOUCH_RECORDED, "{\"stage_from\":\"sal\",\"stage_to\":\"sql\"}",
         "leaves a stage"},
        {true, true, false, LEDGER_HANDOFF_OFFERED, "{\"handoff\":\"" AGAIN "\"}",
         "opens a handoff while another is open"},
        {true, false, false, LEDGER_HANDOFF_OFFERED, "{}", "names no handoff"},
        {true, false, false, LEDGER_HANDOFF_ACCEPTED, "{\"handoff\":\"" OFFER "\"}",
         "accepts a handoff that was not offered"},
        {true, true, true, LEDGER_HANDOFF_ACCEPTED, "{\"handoff\":\"" OFFER "\"}",
         "accepts a handoff that was not offered"},
        {true, true, false, LEDGER_HANDOFF_REJECTED, "{\"handoff\":\"" AGAIN "\"}",
         "closes a handoff that was not open"},
        {true, true, true, LEDGER_HANDOFF_REJECTED, "{\"handoff\":\"" OFFER "\"}",
         "closes a handoff that was in another state"},
        {true, true, false, LEDGER_HANDOFF_QUALIFIED, "{\"handoff\":\"" OFFER "\"}",
         "closes a handoff that was in another state"},
        {true, true, false, LEDGER_LEAD_ERASED, "{}", "erases a lead whose handoff is open"},
        {true, true, false, LEDGER_LEAD_ABSORBED, "{\"survivor\":\"" OTHER "\"}",
         "does not hand over the open handoff"},
        {true, false, false, LEDGER_LEAD_MERGED, "{\"absorbed\":\"" OTHER "\"}",
         "does not name what it absorbs"},
        {true, false, false, LEDGER_TOUCH_RECORDED, "{\"stage", "has a body that cannot be read"},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        set_up();
        if (wrong[i].begun)
            begin_lead();
        if (wrong[i].offered)
            offer();
        if (wrong[i].accepted)
            accept();
        const char *fault = follow(wrong[i].kind, wrong[i].body);
        ck_assert_msg(strstr(fault, wrong[i].fault) != NULL, "%zu: \"%s\", wanted \"%s\"", i, fault,
                      wrong[i].fault);
    }
}
END_TEST

START_TEST(nothing_follows_on_a_lead_that_ended)
{
    begin_lead();
    ck_assert_str_eq(follow(LEDGER_LEAD_ERASED, "{\"stage\":\"mql\"}"), "");
    ck_assert_int_eq(lead.status, LEAD_ERASED);
    ck_assert_str_eq(text(lead.owner), "");
    ck_assert_str_eq(follow(LEDGER_TOUCH_RECORDED, "{}"), "follows the entry that ended the lead");
}
END_TEST

/* One fault is reported once: what comes after it follows from what it said. */
START_TEST(an_entry_is_taken_at_its_word)
{
    begin_lead();
    ck_assert_str_ne(follow(LEDGER_TOUCH_RECORDED, "{\"stage_from\":\"sal\",\"stage_to\":\"sql\"}"),
                     "");
    ck_assert_str_eq(
        follow(LEDGER_TOUCH_RECORDED, "{\"stage_from\":\"sql\",\"stage_to\":\"customer\"}"), "");
    ck_assert_int_eq(lead.stage, STAGE_CUSTOMER);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "replay");

    tcase_add_checked_fixture(t, set_up, NULL);
    TESTS(t, a_lead_begins_with_owner_and_stage, an_offer_opens_and_its_answers_close,
          a_concession_makes_one_that_is_accepted, a_merge_hands_the_open_handoff_over,
          what_cannot_follow_is_told, nothing_follows_on_a_lead_that_ended,
          an_entry_is_taken_at_its_word);
}
