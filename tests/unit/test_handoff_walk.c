/*
 * Every action by every team on every handoff, in an order that a seed gives, with what must hold
 * looked at after each: one owner, at most one open handoff, a next date, a ledger that has every
 * move of stage, owner and handoff (its replay is the lead), refusals that change nothing, and
 * allowed_actions that tell the truth.
 */
#include "bench_offer.h"
#include "bench_replay.h"
#include "suite.h"

#include "core/handoff/handoff_request.h"

#define WALK_SEEDS        120
#define WALK_STEPS        400
#define WALK_LEADS        4
#define WALK_ACTORS       4
#define WALK_DONE_MIN     10 /* of each action that must have been carried out */
#define TRIES_FOR_ALLOWED 3  /* so that what is refused is tried as well */
#define WALK_SEED_FIRST   UINT64_C(0x9e3779b97f4a7c15)

struct walk {
    uint64_t random;
    size_t entries; /* before the step */
    struct lead before[WALK_LEADS];
    struct list handoffs; /* all that there ever were */
    struct handoff **copies;
    const char *said; /* the step, for a failure's text */
};

static struct walk walk;

static size_t pick(size_t count)
{
    walk.random = walk.random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(walk.random >> 33) % count;
}

/* Ana of marketing, Sam and Sue of sdr, Eve of ae. */
static struct caller pick_caller(void)
{
    static const int teams[WALK_ACTORS] = {MARKETING, SDR, SDR, AE};
    size_t at = pick(WALK_ACTORS);
    const struct api_key *key = &bench.keys[teams[at]];

    return (struct caller){
        .key = key->id,
        .team = key->team,
        .member = at == 2 ? SUE->id : offer_members[teams[at]].id,
        .roles = key->roles,
    };
}

/* ---- what must hold ---- */

static bool is_new_handoff(const struct handoff *handoff)
{
    for (size_t i = 0; i < walk.handoffs.count; i++)
        if (walk.handoffs.items[i] == handoff)
            return false;
    return true;
}

static void remember(void)
{
    walk.entries = bench.work.saves[KIND_ENTRY].count;
    for (size_t i = 0; i < offer_lead_count; i++)
        memcpy(&walk.before[i], offer_leads[i], sizeof(struct lead));
    for (size_t i = 0; i < bench.work.saves[KIND_HANDOFF].count; i++)
        if (is_new_handoff(bench.work.saves[KIND_HANDOFF].items[i]))
            list_add(&walk.handoffs, bench.arena, bench.work.saves[KIND_HANDOFF].items[i]);
    walk.copies = ARENA_ARRAY(bench.arena, struct handoff *, walk.handoffs.count + 1);
    ck_assert_ptr_nonnull(walk.copies);
    for (size_t i = 0; i < walk.handoffs.count; i++) {
        bench_load_verdict(walk.handoffs.items[i]);
        walk.copies[i] = ARENA_NEW(bench.arena, struct handoff);
        ck_assert_ptr_nonnull(walk.copies[i]);
        memcpy(walk.copies[i], walk.handoffs.items[i], sizeof(struct handoff));
    }
}

static void check_unchanged(void)
{
    ck_assert_msg(bench.work.saves[KIND_ENTRY].count == walk.entries, "refused, yet written: %s",
                  walk.said);
    for (size_t i = 0; i < offer_lead_count; i++)
        ck_assert_mem_eq(offer_leads[i], &walk.before[i], sizeof(struct lead));
    for (size_t i = 0; i < walk.handoffs.count; i++)
        ck_assert_mem_eq(walk.handoffs.items[i], walk.copies[i], sizeof(struct handoff));
}

static const char *text_of(const json_t *body, const char *name)
{
    return json_string_value(json_object_get(body, name));
}

static void check_values(const json_t *body)
{
    const char *key, *last = "";
    json_t *value;

    json_object_foreach((json_t *)body, key, value)
    {
        ck_assert_str_lt(last, key);
        last = key;
        ck_assert(!json_is_real(value));
        if (json_is_object(value))
            check_values(value);
    }
}

/* The stage and owner that the ledger has, and a version on every answer to a gated handoff. */
static void follow_entry(const struct ledger_entry *entry, enum stage *stage, const char **owner)
{
    json_t *body = json_loadb(entry->body, entry->body_len, 0, NULL);

    ck_assert_ptr_nonnull(body);
    check_values(body);
    if (text_of(body, "stage_to") != NULL) {
        ck_assert_msg(strcmp(text_of(body, "stage_from"), stage_name(*stage)) == 0,
                      "%s: %s leaves %s, not %s", walk.said, ledger_kind_name(entry->kind),
                      text_of(body, "stage_from"), stage_name(*stage));
        ck_assert(stage_parse(text_of(body, "stage_to"), stage));
    }
    if (text_of(body, "owner") != NULL)
        *owner = arena_strdup(bench.arena, text_of(body, "owner"));
    struct uuid id;
    struct handoff *handoff;
    if (text_of(body, "handoff") != NULL && uuid_parse(text_of(body, "handoff"), &id) &&
        (handoff = work_peek(&bench.work, KIND_HANDOFF, &id)) != NULL && handoff->version != 0 &&
        entry->kind >= LEDGER_HANDOFF_ACCEPTED && entry->kind <= LEDGER_HANDOFF_EXPIRED &&
        entry->kind != LEDGER_HANDOFF_QUALIFIED)
        ck_assert_msg(json_is_integer(json_object_get(body, "version")), "%s has no version: %.*s",
                      ledger_kind_name(entry->kind), (int)entry->body_len, entry->body);
    json_decref(body);
}

static const char *uuid_text(struct uuid id)
{
    char text[UUID_TEXT_LEN + 1];

    uuid_format(id, text);
    return arena_strdup(bench.arena, text);
}

static void check_told(size_t at)
{
    const struct lead *lead = offer_leads[at], *before = &walk.before[at];
    const char *owner = uuid_text(before->owner_team);
    enum stage stage = before->stage;

    for (size_t i = walk.entries; i < bench.work.saves[KIND_ENTRY].count; i++) {
        const struct ledger_entry *entry = bench.work.saves[KIND_ENTRY].items[i];
        if (uuid_equal(entry->subject, lead->id))
            follow_entry(entry, &stage, &owner);
    }
    ck_assert_msg(stage == lead->stage, "%s: the ledger says %s, the lead is %s", walk.said,
                  stage_name(stage), stage_name(lead->stage));
    ck_assert_str_eq(owner, uuid_text(lead->owner_team));
}

static void check_kept(size_t at)
{
    const struct lead *lead = offer_leads[at], *before = &walk.before[at];

    for (int i = 0; i < MILESTONE_COUNT; i++)
        if (before->reached[i] != INSTANT_NONE)
            ck_assert_int_eq(lead->reached[i], before->reached[i]);
    if (before->stage == STAGE_CUSTOMER)
        ck_assert_msg(lead->stage == STAGE_CUSTOMER, "%s: a customer became %s", walk.said,
                      stage_name(lead->stage));
    bool ended = lead->stage == STAGE_CUSTOMER || lead->stage == STAGE_DISQUALIFIED;
    bool raised = lead->next.step == STEP_REVIEW; /* asks to be called who was sent away */
    if (ended && lead->open == NULL && !raised)
        ck_assert_msg(lead->next.at == INSTANT_NONE, "%s: %s with a next date", walk.said,
                      stage_name(lead->stage));
}

/* The handoff that offered it again by itself, if any. */
static void check_no_ping_pong(size_t at)
{
    const struct lead *lead = offer_leads[at], *before = &walk.before[at];
    bool ended = before->stage == STAGE_OPPORTUNITY || before->stage == STAGE_CUSTOMER ||
                 before->stage == STAGE_DISQUALIFIED;

    if (lead->open != NULL && before->open == NULL && ended)
        ck_abort_msg("%s: %s offered by itself", walk.said, stage_name(before->stage));
}

static void check(void)
{
    for (size_t i = 0; i < offer_lead_count; i++) {
        offer_check_lead(offer_leads[i]);
        check_told(i);
        check_kept(i);
    }
    bench_replay_check(walk.said);
}

/* ---- steps ---- */

static enum err run(enum command_kind kind, struct caller caller, const void *input)
{
    struct command command = {.kind = kind, .caller = caller, .input = input};

    remember();
    ck_assert_int_eq(command_decide(&bench.work, &command, &bench.outcome), DECIDED);
    if (bench.outcome.err != ERR_NONE)
        check_unchanged();
    else
        check();
    return bench.outcome.err;
}

static void step_touch(void)
{
    static const char *const kinds[] = {"form_submitted", "demo_requested", "page_viewed"};
    size_t at = pick(WALK_LEADS);
    struct add_touch_input input = {
        .lead = offer_leads[at]->id,
        .touch = {.kind = kinds[pick(3)],
                  .occurred_at = INSTANT_NONE,
                  .direction = DIRECTION_INBOUND},
    };

    walk.said = "a touch";
    ck_assert_int_eq(run(COMMAND_LEAD_TOUCH, pick_caller(), &input), ERR_NONE);
    check_no_ping_pong(at);
}

static void step_offer(void)
{
    static const char *const teams[] = {"marketing", "sdr", "ae"};
    static const enum handoff_kind kinds[] = {HANDOFF_KIND_STANDARD, HANDOFF_KIND_OVERRIDE,
                                              HANDOFF_KIND_SELF_SOURCED};
    struct offer_input input = {offer_leads[pick(WALK_LEADS)]->id, teams[pick(3)], kinds[pick(3)],
                                "a word"};

    walk.said = "an offer";
    run(COMMAND_HANDOFF_OFFER, pick_caller(), &input);
}

static void step_request(void)
{
    struct handoff_request_input input = {offer_leads[pick(WALK_LEADS)]->id, NULL, "a word"};

    walk.said = "a request";
    run(COMMAND_HANDOFF_REQUEST, pick_caller(), &input);
}

static void step_time(void)
{
    static const instant spans[] = {INSTANT_MINUTE, 60 * INSTANT_MINUTE, INSTANT_DAY,
                                    21 * INSTANT_DAY};

    bench.work.now += spans[pick(4)];
    struct list *due = bench_due();
    for (size_t i = 0; i < offer_lead_count; i++)
        list_add(due, bench.arena, offer_leads[i]);
    walk.said = "what is due";
    ck_assert_int_eq(run(COMMAND_LEADS_DUE, (struct caller){0}, NULL), ERR_NONE);
}

static bool is_allowed(const struct handoff *handoff, const struct caller *caller,
                       enum handoff_action action)
{
    const char *allowed[ACTION_COUNT];
    struct lead *lead;

    ck_assert_int_eq(work_find_lead(&bench.work, handoff->lead, &lead), FIND_FOUND);
    struct life_situation situation = {
        .handoff = handoff,
        .lead_with = handoff_lead_with(lead),
        .now = bench.work.now,
        .team = caller->team,
        .member = caller->member,
        .referee = bench.config.route_terms.referee,
    };
    size_t count = life_allowed(&situation, allowed);

    for (size_t i = 0; i < count; i++)
        if (strcmp(allowed[i], handoff_action_name(action)) == 0)
            return true;
    return false;
}

static const void *input_of(enum handoff_action action, struct uuid handoff,
                            enum command_kind *kind)
{
    static const char *const reasons[] = {"too_small", "no_project", "duplicate", "elsewhere",
                                          "price"};
    static struct attribute_input size[] = {{.name = "employees"}};
    static const struct fact_input facts[] = {
        {.name = "budget", .value = {.type = VALUE_INT, .integer = 5000}},
        {.name = "need", .value = {.type = VALUE_BOOL, .boolean = true}},
    };
    static struct handoff_note_input note;
    static struct handoff_reject_input reject;
    static struct handoff_withdraw_input withdraw;
    static struct handoff_qualify_input qualify;
    static struct handoff_grant_input grant;
    static struct handoff_decline_input decline;
    static struct release_input release;
    static struct assign_input assign;
    static struct feedback_input feedback;
    static struct handoff_outcome_input outcome;

    size[0].value = bench_int((int64_t)pick(100));
    note = (struct handoff_note_input){handoff, NULL};
    withdraw = (struct handoff_withdraw_input){
        handoff, NULL, pick(2) ? INSTANT_NONE : bench.work.now + INSTANT_DAY};
    reject = (struct handoff_reject_input){.handoff = handoff,
                                           .reason = reasons[pick(5)],
                                           .corrections = size,
                                           .correction_count = pick(2)};
    qualify = (struct handoff_qualify_input){handoff, facts, pick(4) == 0 ? 0 : 2, NULL};
    grant = (struct handoff_grant_input){handoff, NULL};
    decline = (struct handoff_decline_input){handoff, "in_talks", NULL};
    release = (struct release_input){handoff, NULL};
    assign = (struct assign_input){handoff, pick(2) ? "sam@acme.example" : "eve@acme.example", 600,
                                   NULL};
    feedback = (struct feedback_input){handoff, 3, "a word"};
    outcome = (struct handoff_outcome_input){
        .handoff = handoff,
        .outcome = (enum outcome_kind)(OUTCOME_OPPORTUNITY + pick(3)),
        .reason = "no_project",
        .occurred_at = INSTANT_NONE,
    };
    const struct {
        enum command_kind kind;
        const void *input;
    } of[ACTION_COUNT] = {
        [ACTION_ACCEPT] = {COMMAND_HANDOFF_ACCEPT, &note},
        [ACTION_REJECT] = {COMMAND_HANDOFF_REJECT, &reject},
        [ACTION_RETURN] = {COMMAND_HANDOFF_RETURN, &reject},
        [ACTION_QUALIFY] = {COMMAND_HANDOFF_QUALIFY, &qualify},
        [ACTION_GRANT] = {COMMAND_HANDOFF_GRANT, &grant},
        [ACTION_DECLINE] = {COMMAND_HANDOFF_DECLINE, &decline},
        [ACTION_WITHDRAW] = {COMMAND_HANDOFF_WITHDRAW, &withdraw},
        [ACTION_RELEASE] = {COMMAND_HANDOFF_RELEASE, &release},
        [ACTION_ASSIGN] = {COMMAND_HANDOFF_ASSIGN, &assign},
        [ACTION_FEEDBACK] = {COMMAND_FEEDBACK_GIVE, &feedback},
        [ACTION_DISPUTE] = {COMMAND_FEEDBACK_DISPUTE, &feedback},
        [ACTION_UPHOLD] = {COMMAND_FEEDBACK_UPHOLD, &feedback},
        [ACTION_CONCEDE] = {COMMAND_FEEDBACK_CONCEDE, &feedback},
        [ACTION_APPEAL] = {COMMAND_FEEDBACK_APPEAL, &feedback},
        [ACTION_OUTCOME] = {COMMAND_HANDOFF_OUTCOME, &outcome},
    };
    *kind = of[action].kind;
    return of[action].input;
}

/* Mostly what is open or was answered last, so that stories get long. */
static struct handoff *pick_handoff(void)
{
    size_t count = walk.handoffs.count;
    size_t recent = count < 8 ? count : 8;

    return pick(4) == 0 ? walk.handoffs.items[pick(count)]
                        : walk.handoffs.items[count - 1 - pick(recent)];
}

static void step_answer(size_t done[ACTION_COUNT])
{
    struct handoff *handoff = pick_handoff();
    struct caller caller = pick_caller();
    enum handoff_action action = (enum handoff_action)(ACTION_ACCEPT + pick(ACTION_COUNT - 1));

    for (int i = 0; i < TRIES_FOR_ALLOWED && !is_allowed(handoff, &caller, action); i++) {
        caller = pick_caller();
        action = (enum handoff_action)(ACTION_ACCEPT + pick(ACTION_COUNT - 1));
    }
    enum command_kind kind;
    const void *input = input_of(action, handoff->id, &kind);
    bool allowed = is_allowed(handoff, &caller, action);
    const char *state = handoff_state_name(handoff->state);

    walk.said = handoff_action_name(action);
    enum err err = run(kind, caller, input);
    bool refused =
        err == ERR_STATE_CONFLICT || err == ERR_CLAIMED_BY_OTHER || err == ERR_NOT_YOUR_HANDOFF;
    ck_assert_msg(allowed != refused, "%s on %s by %s: %s, yet %s", walk.said, state,
                  config_team_name(&bench.config, caller.team), allowed ? "allowed" : "not allowed",
                  error_code(err));
    done[action] += err == ERR_NONE;
}

static void step(size_t done[ACTION_COUNT])
{
    size_t dice = pick(16);

    if (walk.handoffs.count == 0 || dice == 0)
        step_touch();
    else if (dice == 1)
        step_time();
    else if (dice <= 3)
        step_offer();
    else if (dice == 4)
        step_request();
    else
        step_answer(done);
}

static void open_walk(uint64_t seed)
{
    offer_open();
    definition_free(bench.compiled[TERM_MQL]);
    bench_enforce(TERM_MQL, 3, BENCH_MQL);
    bench_enforce(TERM_SRL, 1, BENCH_SRL);
    bench_enforce(TERM_SQL, 2, BENCH_SQL);
    for (int i = 0; i < WALK_LEADS; i++)
        offer_lead(i == WALK_LEADS - 1 ? AE : MARKETING,
                   arena_printf(bench.arena, "lead%d@x.example", i), "vp");
    bench.routes[0].automatic = bench.routes[1].automatic = true;
    bench.config.route_terms.referee = offer_members[AE].id;
    bench.routes[0].overdue = seed % 2 ? OVERDUE_GIVE_BACK : OVERDUE_KEEP;
    walk = (struct walk){.random = WALK_SEED_FIRST * (seed + 1)};
    bench_replay_begin();
}

START_TEST(whatever_they_do_it_holds)
{
    size_t done[ACTION_COUNT] = {0};

    for (uint64_t seed = 0; seed < WALK_SEEDS; seed++) {
        open_walk(seed);
        for (int i = 0; i < WALK_STEPS; i++)
            step(done);
        offer_close();
    }
    for (int i = ACTION_ACCEPT; i < ACTION_COUNT; i++)
        ck_assert_msg(done[i] >= WALK_DONE_MIN, "%s was done %zu times only",
                      handoff_action_name((enum handoff_action)i), done[i]);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "handoff_walk");

    TESTS(tcase, whatever_they_do_it_holds);
}
