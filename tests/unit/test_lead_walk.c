/*
 * Leads that are captured again and again under shared identities, joined, merged and erased while
 * they are offered and answered, in an order that a seed gives. After each step: the replay of the
 * ledger is the lead, an identity belongs to one lead, a lead has one owner and at most one open
 * handoff, and what was refused changed nothing.
 */
#include "bench_replay.h"
#include "suite.h"

#include "core/handoff/handoff_offer.h"
#include "core/intake/lead_erase.h"
#include "core/intake/lead_merge.h"

#define WALK_SEEDS      40
#define WALK_STEPS      300
#define WALK_NAMES      6 /* of each kind of identity */
#define WALK_DONE_MIN   5
#define WALK_SEED_FIRST UINT64_C(0x9e3779b97f4a7c15)

enum deed {
    DEED_NEW,
    DEED_REPEATED,
    DEED_JOINED,     /* an anonymous lead by a capture */
    DEED_NOT_JOINED, /* both had an open handoff */
    DEED_MERGED,
    DEED_HANDED_OVER, /* with its open handoff */
    DEED_MERGE_REFUSED,
    DEED_ERASED,
    DEED_ERASED_OPEN, /* with its open handoff */
    DEED_ACCEPTED,
    DEED_REJECTED,
    DEED_RETURNED,
    DEED_QUALIFIED,
    DEED_WITHDRAWN,
    DEED_EXPIRED,
    DEED_LOST,
    DEED_COUNT,
};

static uint64_t seed;
static size_t done[DEED_COUNT];
static struct identity names[IDENTITY_ANONYMOUS + 1][WALK_NAMES];
static const char *said; /* the step, for a failure's text */

static size_t pick(size_t count)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(seed >> 33) % count;
}

static struct lead *any_lead(void)
{
    const struct list *leads = &bench.work.saves[KIND_LEAD];

    return leads->count == 0 ? NULL : leads->items[pick(leads->count)];
}

/* Mostly one of the last, so that stories get long. */
static struct handoff *any_handoff(void)
{
    const struct list *handoffs = &bench.work.saves[KIND_HANDOFF];
    size_t recent = handoffs->count < 6 ? handoffs->count : 6;

    return recent == 0 ? NULL : handoffs->items[handoffs->count - 1 - pick(recent)];
}

/* ---- what must hold ---- */

/* Every open handoff is the one of its lead. */
static void check_handoffs(void)
{
    for (size_t i = 0; i < bench.work.saves[KIND_HANDOFF].count; i++) {
        const struct handoff *handoff = bench.work.saves[KIND_HANDOFF].items[i];
        struct lead *lead;
        if (!handoff_is_open(handoff))
            continue;
        ck_assert_int_eq(work_find_lead(&bench.work, handoff->lead, &lead), FIND_FOUND);
        ck_assert_msg(lead->open == handoff && uuid_equal(lead->id, handoff->lead),
                      "%s: an open handoff that its lead does not have", said);
    }
}

static void check_lead(const struct lead *lead)
{
    static const uint8_t none[SALT_BYTES];
    bool active = lead->status == LEAD_ACTIVE;

    ck_assert_msg(uuid_is_nil(lead->owner_team) != active, "%s: owner of a lead %s", said,
                  lead_status_name(lead->status));
    ck_assert(lead->open == NULL || handoff_is_open(lead->open));
    if (active && lead->stage != STAGE_CUSTOMER && lead->stage != STAGE_DISQUALIFIED)
        ck_assert_msg(lead->next.at != INSTANT_NONE, "%s: no next date", said);
    if (active)
        return;
    ck_assert_ptr_null(lead->open);
    ck_assert_uint_eq(lead->identity_count, 0);
    ck_assert_uint_eq(lead->attributes.count, 0);
    ck_assert_uint_eq(lead->facts.count, 0);
    ck_assert_int_eq(lead->next.at, INSTANT_NONE);
    ck_assert_int_eq(memcmp(lead->salt, none, SALT_BYTES) == 0, lead->status == LEAD_ERASED);
}

/* Who has which name, by the leads themselves. */
static const struct lead *holders[IDENTITY_ANONYMOUS + 1][WALK_NAMES];

static void note_holder(const struct lead *lead, const struct identity *identity)
{
    size_t at = 0;

    while (at < WALK_NAMES && !identity_equal(&names[identity->kind][at], identity))
        at++;
    ck_assert_uint_lt(at, WALK_NAMES);
    ck_assert_msg(holders[identity->kind][at] == NULL, "%s: %s belongs to two leads", said,
                  identity->value);
    holders[identity->kind][at] = lead;
}

static void note_holders(void)
{
    memset(holders, 0, sizeof holders);
    for (size_t i = 0; i < bench.work.saves[KIND_LEAD].count; i++) {
        const struct lead *lead = bench.work.saves[KIND_LEAD].items[i];
        for (size_t k = 0; k < lead->identity_count; k++)
            note_holder(lead, &lead->identities[k]);
    }
}

static void check_identities(void)
{
    note_holders();
    for (int kind = 0; kind <= IDENTITY_ANONYMOUS; kind++) {
        for (size_t i = 0; i < WALK_NAMES; i++) {
            const struct lead *holder = holders[kind][i];
            struct uuid id;
            enum find found = work_find_identity(&bench.work, &names[kind][i], &id);
            ck_assert_msg((found == FIND_FOUND) == (holder != NULL), "%s: %s", said,
                          names[kind][i].value);
            if (holder != NULL)
                ck_assert_mem_eq(id.b, holder->id.b, sizeof id.b);
        }
    }
}

static enum err run(int team, enum command_kind kind, const void *input)
{
    size_t entries = bench.work.saves[KIND_ENTRY].count;
    enum err err = bench_do(team, kind, input);

    if (err != ERR_NONE)
        ck_assert_msg(bench.work.saves[KIND_ENTRY].count == entries, "refused, yet written: %s",
                      said);
    for (size_t i = 0; i < bench.work.saves[KIND_LEAD].count; i++)
        check_lead(bench.work.saves[KIND_LEAD].items[i]);
    check_handoffs();
    check_identities();
    bench_replay_check(said);
    return err;
}

static size_t entries_of(enum ledger_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < bench.work.saves[KIND_ENTRY].count; i++)
        count += ((const struct ledger_entry *)bench.work.saves[KIND_ENTRY].items[i])->kind == kind;
    return count;
}

/* ---- steps ---- */

static struct touch_input any_touch(void)
{
    static const char *const kinds[] = {"form_submitted", "demo_requested", "page_viewed"};

    return (struct touch_input){
        .kind = kinds[pick(3)],
        .occurred_at = INSTANT_NONE,
        .direction = pick(4) == 0 ? DIRECTION_OUTBOUND : DIRECTION_INBOUND,
    };
}

/* Whether the answer names an anonymous lead as a duplicate, since both had a handoff open. */
static bool names_anonymous(void)
{
    size_t i;
    json_t *item;

    json_array_foreach(json_object_get(bench.answer, "possible_duplicates"), i, item)
    {
        struct uuid id;
        struct lead *lead;
        ck_assert(uuid_parse(json_string_value(item), &id));
        ck_assert_int_eq(work_find_lead(&bench.work, id, &lead), FIND_FOUND);
        if (lead_is_anonymous(lead))
            return true;
    }
    return false;
}

/* Somebody without a name, who is offered at once. */
static void step_visit(void)
{
    struct attribute_input attributes[] = {{"employees", bench_int(120)},
                                           {"seniority", bench_text("vp")}};
    struct touch_input touch = {
        .kind = "form_submitted", .occurred_at = INSTANT_NONE, .direction = DIRECTION_INBOUND};
    struct capture_input input = {
        .identities = &names[IDENTITY_ANONYMOUS][pick(WALK_NAMES)],
        .identity_count = 1,
        .attributes = attributes,
        .attribute_count = 2,
        .touch = &touch,
        .claimed_stage = STAGE_COUNT,
        .origin = CAPTURE_ORIGIN_OF_TOUCH,
        .source = SOURCE_FORM,
        .occurred_at = INSTANT_NONE,
    };

    said = "a visit";
    ck_assert_int_eq(run(MARKETING, COMMAND_LEAD_CAPTURE, &input), ERR_NONE);
}

static void step_capture(void)
{
    struct identity identities[IDENTITY_ANONYMOUS + 1];
    struct attribute_input attributes[] = {
        {"employees", bench_int((int64_t)pick(100))},
        {"seniority", bench_text(pick(4) == 0 ? "clerk" : "vp")}};
    struct touch_input touch = any_touch();
    struct capture_input input = {
        .identities = identities,
        .attributes = attributes,
        .attribute_count = pick(3) == 0 ? 0 : 2,
        .touch = pick(3) == 0 ? NULL : &touch,
        .claimed_stage = STAGE_COUNT,
        .origin = CAPTURE_ORIGIN_OF_TOUCH,
        .source = SOURCE_FORM,
        .occurred_at = INSTANT_NONE,
    };

    for (int kind = 0; kind <= IDENTITY_ANONYMOUS; kind++)
        if (pick(2) == 0)
            identities[input.identity_count++] = names[kind][pick(WALK_NAMES)];
    if (input.identity_count == 0)
        identities[input.identity_count++] = names[IDENTITY_ANONYMOUS][pick(WALK_NAMES)];
    size_t merged = entries_of(LEDGER_LEAD_MERGED);
    said = "a capture";
    ck_assert_int_eq(run(pick(3) == 0 ? SDR : MARKETING, COMMAND_LEAD_CAPTURE, &input), ERR_NONE);
    done[bench.outcome.status == 201 ? DEED_NEW : DEED_REPEATED]++;
    done[DEED_JOINED] += entries_of(LEDGER_LEAD_MERGED) > merged;
    done[DEED_NOT_JOINED] += names_anonymous();
}

static void step_merge(void)
{
    const struct lead *survivor = any_lead(), *absorbed = any_lead();

    if (survivor == NULL)
        return;
    struct merge_input input = {survivor->id, absorbed->id};
    bool open = absorbed->open != NULL;
    said = "a merge";
    enum err err = run((int)pick(BENCH_TEAMS), COMMAND_LEAD_MERGE, &input);
    done[err == ERR_NONE ? DEED_MERGED : DEED_MERGE_REFUSED]++;
    done[DEED_HANDED_OVER] += err == ERR_NONE && open;
}

static void step_erase(void)
{
    const struct lead *lead = any_lead();

    if (lead == NULL)
        return;
    struct erase_input input = {.lead = lead->id};
    bool open = lead->open != NULL;
    said = "an erasure";
    if (run(MARKETING, COMMAND_LEAD_ERASE, &input) == ERR_NONE)
        done[open ? DEED_ERASED_OPEN : DEED_ERASED]++;
}

static void step_touch(void)
{
    const struct lead *lead = any_lead();

    if (lead == NULL)
        return;
    struct add_touch_input input = {.lead = lead->id, .touch = any_touch()};
    said = "a touch";
    run((int)pick(BENCH_TEAMS), COMMAND_LEAD_TOUCH, &input);
}

static void step_offer(void)
{
    static const char *const teams[] = {"marketing", "sdr", "ae"};
    const struct lead *lead = any_lead();

    if (lead == NULL)
        return;
    struct offer_input input = {lead->id, teams[pick(3)],
                                pick(2) ? HANDOFF_KIND_SELF_SOURCED : HANDOFF_KIND_OVERRIDE,
                                "a word"};
    said = "an offer";
    run((int)pick(BENCH_TEAMS), COMMAND_HANDOFF_OFFER, &input);
}

static void step_time(void)
{
    size_t before = entries_of(LEDGER_HANDOFF_EXPIRED);

    bench.work.now += pick(2) ? INSTANT_DAY : 30 * INSTANT_DAY;
    *bench_due() = bench.work.saves[KIND_LEAD];
    said = "what is due";
    ck_assert_int_eq(run(MARKETING, COMMAND_LEADS_DUE, NULL), ERR_NONE);
    done[DEED_EXPIRED] += entries_of(LEDGER_HANDOFF_EXPIRED) > before;
}

static int team_at(struct uuid id)
{
    int at = 0;

    while (at < BENCH_TEAMS - 1 && !uuid_equal(bench.teams[at].id, id))
        at++;
    return at;
}

static void answer(struct handoff *handoff, int team, enum command_kind kind, const void *input,
                   enum deed deed)
{
    bench_load_verdict(handoff);
    said = "an answer";
    done[deed] += run(team, kind, input) == ERR_NONE;
}

static void step_answer(void)
{
    struct handoff *handoff = any_handoff();

    if (handoff == NULL)
        return;
    static const struct fact_input facts[] = {
        {.name = "budget", .value = {.type = VALUE_INT, .integer = 5000}},
        {.name = "need", .value = {.type = VALUE_BOOL, .boolean = true}},
    };
    struct attribute_input size = {"employees", bench_int((int64_t)pick(100))};
    struct handoff_note_input note = {handoff->id, NULL};
    struct handoff_withdraw_input withdraw = {
        handoff->id, NULL, pick(2) ? INSTANT_NONE : bench.work.now + INSTANT_DAY};
    struct handoff_reject_input reject = {.handoff = handoff->id,
                                          .reason = pick(2) ? "no_project" : "elsewhere",
                                          .corrections = &size,
                                          .correction_count = pick(2)};
    struct handoff_qualify_input qualify = {handoff->id, facts, 2, NULL};
    struct handoff_outcome_input outcome = {
        .handoff = handoff->id,
        .outcome = pick(2) ? OUTCOME_LOST : OUTCOME_OPPORTUNITY,
        .reason = "no_project",
        .occurred_at = INSTANT_NONE,
    };
    int to = team_at(handoff->to_team);
    switch (pick(8)) {
    case 0:
    case 1:
        return answer(handoff, to, COMMAND_HANDOFF_ACCEPT, &note, DEED_ACCEPTED);
    case 2:
        return answer(handoff, to, COMMAND_HANDOFF_REJECT, &reject, DEED_REJECTED);
    case 3:
        return answer(handoff, to, COMMAND_HANDOFF_RETURN, &reject, DEED_RETURNED);
    case 4:
    case 5:
        return answer(handoff, to, COMMAND_HANDOFF_QUALIFY, &qualify, DEED_QUALIFIED);
    case 6:
        return answer(handoff, team_at(handoff->from_team), COMMAND_HANDOFF_WITHDRAW, &withdraw,
                      DEED_WITHDRAWN);
    default:
        return answer(handoff, to, COMMAND_HANDOFF_OUTCOME, &outcome, DEED_LOST);
    }
}

static void step(void)
{
    size_t dice = pick(16);

    if (dice < 2)
        step_visit();
    else if (dice < 6)
        step_capture();
    else if (dice < 7)
        step_merge();
    else if (dice < 8)
        step_touch();
    else if (dice < 9)
        step_offer();
    else if (dice < 10 && pick(3) == 0)
        step_time();
    else if (dice < 11 && pick(3) == 0)
        step_erase();
    else
        step_answer();
}

static void name_everybody(void)
{
    for (int kind = 0; kind <= IDENTITY_ANONYMOUS; kind++) {
        for (int i = 0; i < WALK_NAMES; i++) {
            names[kind][i] = (struct identity){
                .kind = (enum identity_kind)kind,
                .source = kind == IDENTITY_EXTERNAL ? "crm" : "",
                .value = arena_printf(bench.arena, "name%d@x%d.example", i, kind),
            };
            ck_assert(work_put_identity(&bench.work, &names[kind][i], NULL));
        }
    }
}

START_TEST(whoever_they_are_the_ledger_tells_it)
{
    for (uint64_t i = 0; i < WALK_SEEDS; i++) {
        bench_open();
        bench.routes[0].overdue = bench.routes[1].overdue = OVERDUE_GIVE_BACK;
        if (i % 2 == 0) {
            bench_enforce(TERM_SRL, 1, BENCH_SRL);
            bench_enforce(TERM_SQL, 2, BENCH_SQL);
        }
        name_everybody();
        bench_replay_begin();
        seed = WALK_SEED_FIRST * (i + 1);
        for (int n = 0; n < WALK_STEPS; n++)
            step();
        bench_close();
    }
    for (int deed = 0; deed < DEED_COUNT; deed++)
        ck_assert_msg(done[deed] >= WALK_DONE_MIN, "deed %d was done %zu times only", deed,
                      done[deed]);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "lead_walk");

    TESTS(tcase, whoever_they_are_the_ledger_tells_it);
}
