/*
 * The table of a handoff's life. Every state, with whatever lease, dispute, outcome and place of
 * the lead it can have, by every kind of caller, with every action: what the table allows is done
 * as it says, and everything else is refused with the right reason and changes nothing. What the
 * rules' words mean is spelled here once more, by itself. And docs/handoff.md has the table as it
 * is.
 */
#include "bench_offer.h"
#include "suite.h"

#include "core/handoff/handoff_request.h"
#include "core/intake/lead_erase.h"

#define FIRST (bench.teams[AE].id) /* offered the lead first, before marketing did */
#define LATER (BENCH_NOW + INSTANT_MINUTE)

/* ---- what there can be ---- */

enum lease { LEASE_NONE, LEASE_SAMS, LEASE_SUES, LEASE_LAPSED, LEASE_COUNT };

/* Where the lead of a closed handoff is: with one of the two teams, with another, or offered on. */
enum place { WITH_RECEIVER, WITH_OFFERER, WITH_ANOTHER, OFFERED_ON, PLACE_COUNT };

struct setting {
    enum handoff_state state;
    enum lease lease;
    bool overdue;
    enum dispute dispute;
    enum outcome_kind outcome;
    enum place place;
};

enum who {
    SAM_OF_SDR,
    SUE_OF_SDR,
    KEY_OF_SDR,
    ANA_OF_MARKETING,
    KEY_OF_MARKETING,
    EVE_OF_AE,
    WHO_ALL
};

static const char *const who_names[] = {"sam of sdr",       "sue of sdr",      "sdr's key",
                                        "ana of marketing", "marketing's key", "eve of ae"};

static struct caller caller_of(enum who who)
{
    int team = who == EVE_OF_AE                                     ? AE
               : who == ANA_OF_MARKETING || who == KEY_OF_MARKETING ? MARKETING
                                                                    : SDR;
    bool alone = who == KEY_OF_SDR || who == KEY_OF_MARKETING;

    return (struct caller){
        .key = bench.keys[team].id,
        .team = bench.teams[team].id,
        .member = alone               ? (struct uuid){{0}}
                  : who == SUE_OF_SDR ? SUE->id
                                      : offer_members[team].id,
        .roles = ROLE_WORK,
    };
}

/* One way to ask for an action. */
struct deed {
    enum handoff_action action;
    enum decision (*decide)(struct work *, const struct command *, struct outcome *);
    enum outcome_kind became;
    const char *reason;
    enum reason_then then;
    instant until; /* 0: none */
};

#define UNTIL (BENCH_NOW + 3 * INSTANT_DAY)

static const struct deed deeds[] = {
    {.action = ACTION_ACCEPT, .decide = handoff_accept},
    {.action = ACTION_REJECT, .decide = handoff_reject, .reason = "no_project"},
    {.action = ACTION_REJECT, .decide = handoff_reject, .reason = "too_small"},
    {.action = ACTION_REJECT,
     .decide = handoff_reject,
     .reason = "duplicate",
     .then = THEN_DISQUALIFY},
    {.action = ACTION_REJECT,
     .decide = handoff_reject,
     .reason = "elsewhere",
     .then = THEN_REROUTE},
    {.action = ACTION_RETURN, .decide = handoff_return, .reason = "no_project"},
    {.action = ACTION_RETURN,
     .decide = handoff_return,
     .reason = "duplicate",
     .then = THEN_DISQUALIFY},
    {.action = ACTION_RETURN,
     .decide = handoff_return,
     .reason = "elsewhere",
     .then = THEN_REROUTE},
    {.action = ACTION_QUALIFY, .decide = handoff_qualify},
    {.action = ACTION_GRANT, .decide = handoff_grant},
    {.action = ACTION_DECLINE, .decide = handoff_decline, .reason = "in_talks"},
    {.action = ACTION_WITHDRAW, .decide = handoff_withdraw},
    {.action = ACTION_WITHDRAW, .decide = handoff_withdraw, .until = UNTIL},
    {.action = ACTION_RELEASE, .decide = handoff_release},
    {.action = ACTION_ASSIGN, .decide = handoff_assign},
    {.action = ACTION_FEEDBACK, .decide = feedback_give},
    {.action = ACTION_DISPUTE, .decide = feedback_dispute},
    {.action = ACTION_UPHOLD, .decide = feedback_uphold},
    {.action = ACTION_CONCEDE, .decide = feedback_concede},
    {.action = ACTION_APPEAL, .decide = feedback_appeal},
    {.action = ACTION_OUTCOME, .decide = handoff_outcome, .became = OUTCOME_OPPORTUNITY},
    {.action = ACTION_OUTCOME, .decide = handoff_outcome, .became = OUTCOME_WON},
    {.action = ACTION_OUTCOME,
     .decide = handoff_outcome,
     .became = OUTCOME_LOST,
     .reason = "no_project"},
};

/* ---- one situation ---- */

static struct {
    struct setting setting;
    enum who who;
    const struct deed *deed;
    struct handoff *handoff;
    struct lead *lead;
    struct handoff other; /* open, when the lead is offered on */
    struct lead lead_before;
    struct handoff handoff_before;
    size_t entries_before;
    size_t allowed, refused; /* how often, in all */
} now;

static const char *said(void)
{
    static char text[300];
    const struct setting *s = &now.setting;

    snprintf(text, sizeof text,
             "%s (%s) by %s: %s, lease %d, overdue %d, dispute %s, outcome %s, place %d, lead %s",
             handoff_action_name(now.deed->action),
             now.deed->reason == NULL ? "no reason" : now.deed->reason, who_names[now.who],
             handoff_state_name(s->state), s->lease, s->overdue,
             s->dispute == DISPUTE_NONE ? "none" : dispute_name(s->dispute),
             s->outcome == OUTCOME_NONE ? "none" : outcome_kind_name(s->outcome), s->place,
             stage_name(now.lead_before.stage));
    return text;
}

#define MUST(condition, ...)                                                                       \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            char why[300];                                                                         \
            snprintf(why, sizeof why, __VA_ARGS__);                                                \
            ck_abort_msg("%s: %s", said(), why);                                                   \
        }                                                                                          \
    } while (0)

static struct uuid place_of(const struct setting *s)
{
    if (s->state == HANDOFF_OFFERED || s->place == WITH_OFFERER)
        return bench.teams[MARKETING].id;
    return s->place == WITH_ANOTHER ? bench.teams[AE].id : bench.teams[SDR].id;
}

static void put_lead(enum stage stage)
{
    struct lead *lead = now.lead;
    bool is_open = now.setting.state <= HANDOFF_ACCEPTED;

    lead->stage = stage;
    lead->owner_team = place_of(&now.setting);
    lead->first_team = FIRST;
    lead->next =
        (struct lead_next){STEP_FOLLOW_UP, BENCH_NOW + 5 * INSTANT_DAY, "before", 0, BENCH_NOW};
    lead->held = true;
    now.other = (struct handoff){.state = HANDOFF_OFFERED};
    lead->open = is_open ? now.handoff : now.setting.place == OFFERED_ON ? &now.other : NULL;
}

static void put_handoff(void)
{
    const struct setting *s = &now.setting;
    struct handoff *handoff = now.handoff;

    handoff->state = s->state;
    handoff->respond_by = s->overdue ? BENCH_NOW : BENCH_NOW + INSTANT_DAY;
    handoff->dispute = s->dispute;
    handoff->outcome = s->outcome;
    handoff->assignee = s->state == HANDOFF_REQUESTED ? SAM->id
                        : s->lease == LEASE_NONE      ? (struct uuid){{0}}
                        : s->lease == LEASE_SUES      ? SUE->id
                                                      : SAM->id;
    handoff->claimed_until = s->lease == LEASE_NONE     ? INSTANT_NONE
                             : s->lease == LEASE_LAPSED ? BENCH_NOW
                                                        : LATER;
    bench.work.now = BENCH_NOW;
}

/* ---- what the table says of it ---- */

static bool is_leased(const struct setting *s)
{
    return s->lease == LEASE_SAMS || s->lease == LEASE_SUES;
}

static bool when_holds(enum life_when when)
{
    const struct setting *s = &now.setting;

    switch (when) {
    case LIFE_WHEN_NOT_ANOTHERS:
        return !is_leased(s) || now.who == (s->lease == LEASE_SAMS ? SAM_OF_SDR : SUE_OF_SDR);
    case LIFE_WHEN_UNCLAIMED:
        return !is_leased(s);
    case LIFE_WHEN_CLAIMED:
        return is_leased(s);
    case LIFE_WHEN_OVERDUE:
        return s->overdue;
    case LIFE_WHEN_IN_TIME:
        return !s->overdue;
    case LIFE_WHEN_UNDISPUTED:
        return s->dispute == DISPUTE_NONE;
    case LIFE_WHEN_DISPUTED:
        return s->dispute == DISPUTE_OPEN;
    case LIFE_WHEN_UPHELD:
        return s->dispute == DISPUTE_UPHELD;
    case LIFE_WHEN_REFEREED:
        return true; /* eve is the referee, see try_setting() */
    case LIFE_WHEN_APPEALED:
        return s->dispute == DISPUTE_APPEALED;
    case LIFE_WHEN_UNDECIDED:
        return s->outcome == OUTCOME_NONE || s->outcome == OUTCOME_OPPORTUNITY;
    case LIFE_WHEN_LEAD_FREE:
        return s->place != OFFERED_ON;
    case LIFE_WHEN_LEAD_KEPT:
        return s->place == WITH_RECEIVER;
    case LIFE_WHEN_LEAD_OWNED:
    case LIFE_WHEN_LEAD_BACK:
        return s->place == WITH_OFFERER;
    case LIFE_WHEN_COUNT:
        break;
    }
    ck_abort_msg("a condition that this test does not know: %d", when);
}

/* The first condition of a rule that does not hold; LIFE_WHEN_COUNT for none. */
static enum life_when obstacle(const struct life_rule *rule)
{
    enum life_when when = 0;

    while (when < LIFE_WHEN_COUNT && (!(rule->when & 1u << when) || when_holds(when)))
        when++;
    return when;
}

static bool is_case(const struct life_rule *rule)
{
    switch (rule->only) {
    case CASE_ANY:
        return true;
    case CASE_SELF_SOURCED:
        return false;
    case CASE_CHAIN: /* tried in test_handoff_answer.c: these come through mql */
        return false;
    case CASE_UNTIL:
        return now.deed->until != 0;
    case CASE_OPPORTUNITY:
        return now.deed->became == OUTCOME_OPPORTUNITY;
    case CASE_WON:
        return now.deed->became == OUTCOME_WON;
    case CASE_CUSTOMER_LOST:
        return now.deed->became == OUTCOME_LOST && now.lead_before.stage == STAGE_CUSTOMER;
    case CASE_LOST:
        return now.deed->became == OUTCOME_LOST;
    case CASE_REJECTED: /* of history alone: test_import.c */
        return false;
    case CASE_COUNT:
        break;
    }
    ck_abort_msg("a case that this test does not know: %d", rule->only);
}

static bool is_on_side(const struct life_rule *rule)
{
    int team = now.who == EVE_OF_AE                                         ? AE
               : now.who == ANA_OF_MARKETING || now.who == KEY_OF_MARKETING ? MARKETING
                                                                            : SDR;

    if (rule->who == WHO_REFEREE)
        return now.who == EVE_OF_AE;
    ck_assert_msg(rule->who == WHO_RECEIVER || rule->who == WHO_OFFERER,
                  "%s is an action by its handoff's id, and not by one of its teams",
                  handoff_action_name(rule->action));
    return team == (rule->who == WHO_RECEIVER ? SDR : MARKETING);
}

/* Whether any rule of the deed is for the state that it is in. */
static bool is_of_state(const struct life_rule *rules, size_t count)
{
    bool of_state = false;

    for (size_t i = 0; i < count; i++)
        of_state |=
            rules[i].action == now.deed->action && rules[i].states & 1u << now.setting.state;
    return of_state;
}

/* What is to come of the deed: a rule, or the error. */
static const struct life_rule *expect(enum err *err)
{
    size_t count;
    const struct life_rule *rules = life_rules(&count), *found = NULL;
    enum err of_state = ERR_STATE_CONFLICT;
    bool in_state = is_of_state(rules, count), theirs = false;

    for (size_t i = 0; i < count; i++) {
        if (rules[i].action != now.deed->action || !is_on_side(&rules[i]) ||
            (in_state && !(rules[i].states & 1u << now.setting.state)))
            continue;
        theirs = true;
        if (!in_state)
            continue;
        if (obstacle(&rules[i]) == LIFE_WHEN_NOT_ANOTHERS)
            of_state = ERR_CLAIMED_BY_OTHER;
        if (obstacle(&rules[i]) == LIFE_WHEN_COUNT && is_case(&rules[i]) && found == NULL)
            found = &rules[i];
    }
    *err = now.who == KEY_OF_SDR || now.who == KEY_OF_MARKETING ? ERR_ACTOR_REQUIRED
           : !theirs                                            ? ERR_NOT_YOUR_HANDOFF
           : found == NULL                                      ? of_state
                                                                : ERR_NONE;
    return found;
}

/* Names of the actions that are to be allowed, joined. */
static const char *expect_allowed(void)
{
    static char text[200];
    size_t count, len = 0;
    const struct life_rule *rules = life_rules(&count);

    text[0] = '\0';
    for (int action = 0; action < ACTION_COUNT; action++) {
        bool may = false;
        for (size_t i = 0; i < count; i++)
            may |= (int)rules[i].action == action && is_on_side(&rules[i]) &&
                   (rules[i].states & 1u << now.setting.state) &&
                   obstacle(&rules[i]) == LIFE_WHEN_COUNT;
        if (may)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s ",
                                    handoff_action_name((enum handoff_action)action));
    }
    return text;
}

static const char *joined(const char *const *names, size_t count)
{
    static char text[200];
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s ", names[i]);
    return text;
}

/* ---- what comes of it ---- */

/* Asked for, it is taken back by whoever asked. */
static bool is_the_offerers(void)
{
    return life_rule(now.deed->action)->who == WHO_OFFERER &&
           !(now.deed->action == ACTION_WITHDRAW && now.setting.state == HANDOFF_REQUESTED);
}

static void check_refused(enum err err)
{
    const struct problem *problem = &bench.outcome.problem;

    MUST(bench.outcome.err == err, "wanted %s, got %s", error_code(err),
         error_code(bench.outcome.err));
    MUST(bench.work.saves[KIND_ENTRY].count == now.entries_before, "refused, and an entry written");
    if (err == ERR_NOT_YOUR_HANDOFF)
        MUST(strstr(problem->detail,
                    is_the_offerers() ? "a member of marketing" : "a member of sdr") != NULL,
             "it says: %s", problem->detail);
    if (err != ERR_STATE_CONFLICT && err != ERR_CLAIMED_BY_OTHER)
        return;
    MUST(strcmp(problem->state, handoff_state_name(now.setting.state)) == 0, "state %s",
         problem->state);
    MUST(strcmp(joined(problem->allowed, problem->allowed_count), expect_allowed()) == 0,
         "allowed: %s, wanted: %s", joined(problem->allowed, problem->allowed_count),
         expect_allowed());
}

static void check_owner(const struct life_rule *rule)
{
    const struct uuid owners[OWNER_COUNT] = {
        [OWNER_STAYS] = now.lead_before.owner_team,
        [OWNER_RECEIVER] = bench.teams[SDR].id,
        [OWNER_OFFERER] = bench.teams[MARKETING].id,
        [OWNER_FIRST] = FIRST,
    };

    ck_assert_int_ne(rule->owner, OWNER_BY_HISTORY);
    MUST(uuid_equal(now.lead->owner_team, owners[rule->owner]), "owner is %s",
         config_team_name(&bench.config, now.lead->owner_team));
}

static bool waits(enum stage stage)
{
    return stage == STAGE_NURTURE || stage == STAGE_DISQUALIFIED;
}

static enum stage raised(enum stage to)
{
    enum stage from = now.lead_before.stage;

    return from < to || waits(from) ? to : from;
}

static void check_stage(const struct life_rule *rule)
{
    static const enum stage by_reason[] = {
        [THEN_NURTURE] = STAGE_NURTURE,
        [THEN_DISQUALIFY] = STAGE_DISQUALIFIED,
        [THEN_REROUTE] = STAGE_INQUIRY,
        [THEN_MERGE] = STAGE_INQUIRY,
    };
    enum stage before = now.lead_before.stage;
    bool firm = before == STAGE_OPPORTUNITY || before == STAGE_CUSTOMER;
    const enum stage stages[MOVE_COUNT] = {
        [MOVE_STAYS] = before,
        [MOVE_SAL] = raised(STAGE_SAL), /* sdr is a sales team */
        [MOVE_SQL] = raised(STAGE_SQL),
        [MOVE_OPPORTUNITY] = raised(STAGE_OPPORTUNITY),
        [MOVE_CUSTOMER] = STAGE_CUSTOMER,
        [MOVE_NURTURE] = STAGE_NURTURE,
        [MOVE_BY_REASON] = firm ? before : by_reason[now.deed->then],
    };

    ck_assert_int_ne(rule->stage, MOVE_BY_HISTORY);
    MUST(now.lead->stage == stages[rule->stage], "wanted %s, is %s",
         stage_name(stages[rule->stage]), stage_name(now.lead->stage));
}

static void check_next(const struct life_rule *rule)
{
    instant nurture = BENCH_NOW + 20 * INSTANT_DAY;
    bool elsewhere = now.deed->then == THEN_REROUTE;
    const struct {
        enum lead_step step;
        instant at;
    } steps[NEXT_COUNT] = {
        [NEXT_STAYS] = {now.lead_before.next.step, now.lead_before.next.at},
        [NEXT_ANSWER] = {STEP_ANSWER, now.handoff->respond_by},
        [NEXT_DECIDE] = {STEP_DECIDE, BENCH_NOW + 7 * INSTANT_DAY},
        [NEXT_NURTURE] = {STEP_NURTURE, nurture},
        [NEXT_UNTIL] = {STEP_NURTURE, now.deed->until},
        [NEXT_REVIEW] = {STEP_REVIEW, BENCH_NOW},
        [NEXT_FOLLOW_UP] = {STEP_FOLLOW_UP, nurture},
        [NEXT_NONE] = {STEP_NONE, INSTANT_NONE},
        [NEXT_BY_REASON] = {elsewhere ? STEP_REVIEW : STEP_NURTURE,
                            elsewhere ? BENCH_NOW : nurture},
    };
    bool over = now.lead->stage == STAGE_CUSTOMER || now.lead->stage == STAGE_DISQUALIFIED;
    enum life_next wanted = over && rule->next != NEXT_STAYS ? NEXT_NONE : rule->next;

    MUST(now.lead->next.step == steps[wanted].step, "%s", lead_step_name(now.lead->next.step));
    MUST(now.lead->next.at == steps[wanted].at, "due %lld, wanted %lld",
         (long long)now.lead->next.at, (long long)steps[wanted].at);
    if (wanted != NEXT_NONE && wanted != NEXT_STAYS)
        MUST(strncmp(now.lead->next.why, rule->why, strlen(rule->why)) == 0, "%s",
             now.lead->next.why);
    const bool holds[HOLD_COUNT] = {now.lead_before.held, false, true};
    MUST(now.lead->held == holds[rule->hold], "held: %d", now.lead->held);
}

static void check_state(const struct life_rule *rule)
{
    const struct handoff *before = &now.handoff_before, *handoff = now.handoff;
    struct uuid member = caller_of(now.who).member;
    struct uuid taker = before->state == HANDOFF_REQUESTED ? before->assignee : member;
    bool moved = rule->to != LIFE_STAYS;
    bool closed = moved && rule->to != HANDOFF_OFFERED && rule->to != HANDOFF_ACCEPTED;
    enum dispute dispute = rule->dispute == DISPUTE_NONE ? before->dispute : rule->dispute;

    MUST(handoff->state == (moved ? rule->to : before->state), "is %s",
         handoff_state_name(handoff->state));
    MUST(handoff->dispute == dispute, "dispute %d", handoff->dispute);
    if (closed) {
        MUST(handoff->closed_at == BENCH_NOW && uuid_equal(handoff->closed_by, member),
             "not closed by the caller, now");
        MUST(handoff->claimed_until == INSTANT_NONE, "closed with a lease");
        MUST(now.lead->open == NULL, "closed, and still the lead's open one");
        MUST(before->state == HANDOFF_REQUESTED ||
                 uuid_is_nil(handoff->assignee) ==
                     (now.setting.lease == LEASE_NONE || now.setting.lease == LEASE_LAPSED),
             "a lapsed claim is forgotten, and no other");
    } else {
        MUST(handoff->closed_at == before->closed_at, "closed_at moved");
    }
    if (moved && rule->to == HANDOFF_ACCEPTED)
        MUST(handoff->accepted_at == BENCH_NOW && uuid_equal(handoff->accepted_by, taker) &&
                 uuid_equal(handoff->assignee, taker) && handoff->claimed_until == INSTANT_NONE &&
                 handoff->decide_by == BENCH_NOW + 7 * INSTANT_DAY,
             "not accepted by the caller, now");
    else
        MUST(handoff->accepted_at == before->accepted_at, "accepted_at moved");
}

/* What there is to say of the deed, whether or not the rule says it. */
static bool is_there(const char *member)
{
    bool lease = now.handoff->claimed_until != INSTANT_NONE;

    if (strcmp(member, "assignee") == 0)
        return !uuid_is_nil(now.handoff->assignee);
    if (strcmp(member, "claimed_until") == 0)
        return lease;
    if (strcmp(member, "reason") == 0)
        return now.deed->reason != NULL;
    if (strcmp(member, "criterion") == 0)
        return now.deed->reason != NULL && strcmp(now.deed->reason, "too_small") == 0;
    if (strcmp(member, "feedback") == 0 || strcmp(member, "rating") == 0)
        return now.deed->action != ACTION_OUTCOME; /* no note is given with it here */
    if (strcmp(member, "amount") == 0)
        return now.deed->became == OUTCOME_WON;
    return strcmp(member, "previous") != 0;
}

static void check_says(const struct life_rule *rule, const json_t *body)
{
    static const struct {
        unsigned bits;
        const char *member;
    } members[] = {
        {SAYS_OFFER, "from"},
        {SAYS_OFFER, "kind"},
        {SAYS_OFFER, "to"},
        {SAYS_PREVIOUS, "previous"},
        {SAYS_RESPOND_BY, "respond_by"},
        {SAYS_DECIDE_BY, "decide_by"},
        {SAYS_GATE, "term"},
        {SAYS_GATE, "version"},
        {SAYS_OWNER, "owner"},
        {SAYS_LEASE, "assignee"},
        {SAYS_LEASE, "claimed_until"},
        {SAYS_CLASS, "class"},
        {SAYS_CLASS, "criterion"},
        {SAYS_REASON, "reason"},
        {SAYS_FEEDBACK, "feedback"},
        {SAYS_FEEDBACK, "rating"},
        {SAYS_OUTCOME, "amount"},
        {SAYS_OUTCOME, "occurred_at"},
    };
    char id[UUID_TEXT_LEN + 1];

    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        bool is_said = json_object_get(body, members[i].member) != NULL;
        bool wanted = (rule->says & members[i].bits) && is_there(members[i].member);
        MUST(is_said == wanted, "%s is %ssaid", members[i].member, is_said ? "" : "not ");
    }
    const char *owner = json_string_value(json_object_get(body, "owner"));
    uuid_format(now.lead->owner_team, id);
    MUST(owner == NULL || strcmp(owner, id) == 0, "owner is %s", owner);
    const char *to = json_string_value(json_object_get(body, "stage_to"));
    const char *moved =
        now.lead->stage == now.lead_before.stage ? NULL : stage_name(now.lead->stage);
    MUST(to == moved || (to != NULL && moved != NULL && strcmp(to, moved) == 0), "stage_to is %s",
         to == NULL ? "not said" : to);
}

static void check_entry(const struct life_rule *rule)
{
    const struct ledger_entry *entry = NULL;
    struct caller caller = caller_of(now.who);

    for (size_t i = now.entries_before; i < bench.work.saves[KIND_ENTRY].count && entry == NULL;
         i++) {
        const struct ledger_entry *item = bench.work.saves[KIND_ENTRY].items[i];
        if (item->kind != LEDGER_VERDICT_GIVEN)
            entry = item;
    }
    MUST(entry != NULL, "nothing in the ledger");
    MUST(entry->kind == rule->entry, "wanted %s, the ledger has %s",
         ledger_kind_name((int)rule->entry), ledger_kind_name((int)entry->kind));
    MUST(entry->actor.kind == ACTOR_MEMBER && uuid_equal(entry->actor.id, caller.member) &&
             uuid_equal(entry->team, caller.team),
         "by another than the caller");
    json_t *body = json_loadb(entry->body, entry->body_len, 0, NULL);
    struct uuid handoff;
    MUST(uuid_parse(json_string_value(json_object_get(body, "handoff")), &handoff) &&
             uuid_equal(handoff, now.handoff->id),
         "about another handoff");
    check_says(rule, body);
    json_decref(body);
}

/* A concession is two steps: the disputed handoff stays, and the new one is accepted. */
static void check_conceded(const struct life_rule *rule)
{
    const struct life_rule *retake = life_rule(ACTION_RETAKE);

    ck_assert_int_eq(rule->owner, OWNER_STAYS);
    ck_assert_int_eq(retake->to, HANDOFF_ACCEPTED);
    check_owner(retake);
    check_stage(retake);
    check_next(retake);
    MUST(now.lead->open != NULL && now.lead->open->state == HANDOFF_ACCEPTED &&
             uuid_equal(now.lead->open->previous, now.handoff->id),
         "no new handoff");
}

static void check_done(const struct life_rule *rule)
{
    MUST(bench.outcome.err == ERR_NONE, "refused: %s", error_code(bench.outcome.err));
    check_state(rule);
    if (rule->action == ACTION_CONCEDE) {
        check_conceded(rule);
        return;
    }
    check_owner(rule);
    check_stage(rule);
    check_next(rule);
    check_entry(rule);
}

/* ---- trying ---- */

static const void *input_of(const struct deed *deed)
{
    static struct handoff_note_input note;
    static struct handoff_withdraw_input withdraw;
    static struct handoff_reject_input reject;
    static struct handoff_qualify_input qualify;
    static struct handoff_grant_input grant;
    static struct handoff_decline_input decline;
    static struct release_input release;
    static struct assign_input assign;
    static struct feedback_input feedback;
    static struct handoff_outcome_input outcome;
    struct uuid id = now.handoff->id;

    note = (struct handoff_note_input){.handoff = id};
    withdraw = (struct handoff_withdraw_input){
        .handoff = id, .until = deed->until == 0 ? INSTANT_NONE : deed->until};
    reject = (struct handoff_reject_input){.handoff = id, .reason = deed->reason};
    qualify = (struct handoff_qualify_input){.handoff = id};
    grant = (struct handoff_grant_input){.handoff = id};
    decline = (struct handoff_decline_input){.handoff = id, .reason = deed->reason};
    release = (struct release_input){.handoff = id};
    assign = (struct assign_input){id, "sue@acme.example", LEASE_SECONDS_DEFAULT, NULL};
    feedback = (struct feedback_input){id, 3, "a word"};
    outcome = (struct handoff_outcome_input){.handoff = id,
                                             .outcome = deed->became,
                                             .reason = deed->reason,
                                             .amount = {deed->became == OUTCOME_WON, 90000, "EUR"},
                                             .occurred_at = INSTANT_NONE};
    const void *const inputs[ACTION_COUNT] = {
        [ACTION_ACCEPT] = &note,       [ACTION_REJECT] = &reject,     [ACTION_RETURN] = &reject,
        [ACTION_QUALIFY] = &qualify,   [ACTION_WITHDRAW] = &withdraw, [ACTION_RELEASE] = &release,
        [ACTION_GRANT] = &grant,       [ACTION_DECLINE] = &decline,   [ACTION_ASSIGN] = &assign,
        [ACTION_FEEDBACK] = &feedback, [ACTION_DISPUTE] = &feedback,  [ACTION_UPHOLD] = &feedback,
        [ACTION_CONCEDE] = &feedback,  [ACTION_APPEAL] = &feedback,   [ACTION_OUTCOME] = &outcome,
    };
    return inputs[deed->action];
}

/* One deed on one lead; as if it had never been, afterwards. Whether it was allowed. */
static bool try_deed(enum stage stage)
{
    struct command command = {.caller = caller_of(now.who), .input = input_of(now.deed)};
    enum err err;

    put_lead(stage);
    put_handoff();
    now.lead_before = *now.lead;
    now.handoff_before = *now.handoff;
    now.entries_before = bench.work.saves[KIND_ENTRY].count;
    const struct life_rule *rule = expect(&err);
    bench.outcome = (struct outcome){.status = 200};
    work_begin(&bench.work);
    ck_assert_int_eq(now.deed->decide(&bench.work, &command, &bench.outcome), DECIDED);
    if (err == ERR_NONE)
        check_done(rule);
    else
        check_refused(err);
    work_undo(&bench.work);
    now.allowed += err == ERR_NONE;
    now.refused += err != ERR_NONE;
    return err == ERR_NONE;
}

/* What is refused has little to do with the lead's stage, so that is tried with one. */
static void try_deeds(void)
{
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) {
        now.deed = &deeds[i];
        if (now.setting.state == HANDOFF_REQUESTED && now.deed->until != 0)
            continue; /* tried in test_handoff_request.c */
        if (!try_deed(STAGE_MQL))
            continue;
        for (int stage = 0; stage < STAGE_COUNT; stage++)
            try_deed((enum stage)stage);
    }
}

/* allowed_actions and the claim, which goes by a queue and not by a handoff's id. */
static void check_allowed(void)
{
    static const struct deed claim = {.action = ACTION_CLAIM};
    struct caller caller = caller_of(now.who);
    const char *allowed[ACTION_COUNT];
    struct life_refusal refusal;
    enum err err;

    now.deed = &claim;
    put_lead(STAGE_MQL);
    put_handoff();
    struct life_situation situation = {
        .handoff = now.handoff,
        .lead_with = handoff_lead_with(now.lead),
        .now = BENCH_NOW,
        .team = caller.team,
        .member = caller.member,
        .referee = bench.config.route_terms.referee,
        .until = INSTANT_NONE,
    };
    size_t count = life_allowed(&situation, allowed);
    MUST(strcmp(joined(allowed, count), expect_allowed()) == 0, "allowed: %s, wanted: %s",
         joined(allowed, count), expect_allowed());
    const struct life_rule *rule = expect(&err);
    const struct life_rule *found = life_find(&situation, ACTION_CLAIM, &refusal);
    MUST(found == (err == ERR_NONE ? rule : NULL), "claim: found %p", (const void *)found);
    MUST(found != NULL || refusal.err == err, "claim: %s, wanted %s", error_code(refusal.err),
         error_code(err));
}

static void try_setting(struct setting setting)
{
    offer_open();
    definition_free(bench.compiled[TERM_MQL]);
    bench_enforce(TERM_MQL, 3, BENCH_MQL);
    bench.config.route_terms.referee = offer_members[AE].id; /* eve */
    now.setting = setting;
    now.handoff = offer_made("kim@acme.example");
    now.lead = offer_leads[0];
    for (int who = 0; who < WHO_ALL; who++) {
        now.who = (enum who)who;
        check_allowed();
        try_deeds();
    }
    put_lead(STAGE_MQL);
    bench_close();
}

static void try_offered(void)
{
    for (int lease = 0; lease < LEASE_COUNT; lease++)
        for (int overdue = 0; overdue < 2; overdue++)
            try_setting((struct setting){.state = HANDOFF_OFFERED,
                                         .lease = (enum lease)lease,
                                         .overdue = overdue,
                                         .place = WITH_OFFERER});
}

/* The lead is with the team that was asked, or moved on since. */
static void try_requested(void)
{
    for (int place = 0; place < OFFERED_ON; place++)
        try_setting((struct setting){.state = HANDOFF_REQUESTED, .place = (enum place)place});
}

static void try_closed(enum handoff_state state)
{
    for (int place = 0; place < PLACE_COUNT; place++)
        for (int dispute = DISPUTE_NONE; dispute < DISPUTE_COUNT; dispute++)
            for (int outcome = OUTCOME_NONE; outcome <= OUTCOME_LOST; outcome++)
                try_setting((struct setting){.state = state,
                                             .dispute = (enum dispute)dispute,
                                             .outcome = (enum outcome_kind)outcome,
                                             .place = (enum place)place});
}

START_TEST(every_action_in_every_state_by_everybody)
{
    now.allowed = now.refused = 0;
    for (int state = 0; state < HANDOFF_STATE_COUNT; state++) {
        if (state == HANDOFF_OFFERED)
            try_offered();
        else if (state == HANDOFF_REQUESTED)
            try_requested();
        else if (state == HANDOFF_ACCEPTED)
            try_setting((struct setting){.state = HANDOFF_ACCEPTED, .place = WITH_RECEIVER});
        else
            try_closed((enum handoff_state)state);
    }
    ck_assert_uint_gt(now.allowed, 5000);
    ck_assert_uint_gt(now.refused, 20000);
}
END_TEST

/* Another team than sales makes no sal of it: it only ends the lead's waiting. */
START_TEST(a_team_that_is_not_sales_takes_it_back_from_nurture)
{
    for (int stage = 0; stage < STAGE_COUNT; stage++)
        for (int reached = 0; reached < 2; reached++) {
            enum stage before = (enum stage)stage;
            offer_open();
            struct handoff *handoff = offer_made("kim@acme.example");
            struct handoff_note_input input = {.handoff = handoff->id};
            bench.teams[SDR].function = FUNCTION_OTHER;
            offer_leads[0]->stage = before;
            offer_leads[0]->reached[MILESTONE_MQL] = reached ? BENCH_NOW : INSTANT_NONE;
            bench_must(SDR, COMMAND_HANDOFF_ACCEPT, &input);
            ASSERT_STAGE(offer_leads[0], !waits(before) ? before
                                         : reached      ? STAGE_MQL
                                                        : STAGE_INQUIRY);
            ck_assert_int_eq(offer_leads[0]->reached[MILESTONE_SAL], INSTANT_NONE);
            offer_close();
        }
}
END_TEST

/* ---- what befalls it ---- */

static void open_in(struct setting setting)
{
    offer_open();
    now.setting = setting;
    now.handoff = offer_made("kim@acme.example");
    now.lead = offer_leads[0];
    put_lead(STAGE_MQL);
    put_handoff();
    now.lead_before = *now.lead;
    now.entries_before = bench.work.saves[KIND_ENTRY].count;
}

/* After as much time again: then it is given back, and no other route is open to it. */
START_TEST(baton_gives_back_what_is_overdue_and_offered)
{
    const struct life_rule *rule = life_rule(ACTION_EXPIRE);

    for (int state = 0; state < HANDOFF_STATE_COUNT; state++)
        for (int overdue = 0; overdue < 2; overdue++) {
            bool expires = (rule->states & 1u << state) && overdue;
            if (state == HANDOFF_REQUESTED) /* tried in test_handoff_request.c */
                continue;
            struct command command = {.kind = COMMAND_LEADS_DUE};
            open_in((struct setting){
                .state = (enum handoff_state)state, .overdue = overdue, .place = WITH_RECEIVER});
            bench.routes[0].overdue = OVERDUE_GIVE_BACK;
            now.lead->next = (struct lead_next){STEP_ANSWER, BENCH_NOW, "offered", 0, BENCH_NOW};
            if (overdue)
                now.handoff->offered_at = now.handoff->respond_by;
            ck_assert(list_add(bench_due(), bench.arena, now.lead));
            ck_assert_int_eq(command_decide(&bench.work, &command, &bench.outcome), DECIDED);
            ck_assert_int_eq(now.handoff->state, expires ? rule->to : (enum handoff_state)state);
            if (expires) {
                const struct ledger_entry *entry =
                    bench.work.saves[KIND_ENTRY].items[now.entries_before];
                ck_assert_int_eq(entry->kind, rule->entry);
                ck_assert_int_eq(entry->actor.kind, ACTOR_SYSTEM);
                ck_assert_int_eq(rule->next, NEXT_REVIEW);
                ck_assert_int_eq(now.lead->next.step, STEP_REVIEW);
                ck_assert_int_eq(now.lead->next.at, BENCH_NOW);
                ck_assert(now.lead->held);
            }
            put_lead(STAGE_MQL);
            bench_close();
        }
}
END_TEST

START_TEST(an_erasure_withdraws_what_is_open)
{
    const struct life_rule *rule = life_rule(ACTION_ERASE);

    for (int state = 0; state < HANDOFF_STATE_COUNT; state++) {
        bool is_open = handoff_state_is_open((enum handoff_state)state);
        open_in((struct setting){.state = (enum handoff_state)state, .place = WITH_RECEIVER});
        struct erase_input input = {.lead = now.lead->id};
        ck_assert_int_eq(
            bench_do_as(&(struct caller){.operator = true}, COMMAND_LEAD_ERASE, &input), ERR_NONE);
        ck_assert_int_eq(is_open, (rule->states & 1u << state) != 0);
        ck_assert_int_eq(now.handoff->state, is_open ? rule->to : (enum handoff_state)state);
        ck_assert_str_eq(now.handoff->reason == NULL ? "" : now.handoff->reason,
                         is_open ? "erased" : "");
        ck_assert_ptr_eq(now.lead->open, NULL);
        bench_close();
    }
}
END_TEST

/* ---- the table itself ---- */

START_TEST(the_table_is_whole)
{
    size_t count;
    const struct life_rule *rules = life_rules(&count);
    bool has_rule[ACTION_AND_EVENT_COUNT] = {false};
    int last = -1;

    for (size_t i = 0; i < count; i++) {
        const struct life_rule *rule = &rules[i];
        const char *name = handoff_action_name(rule->action);
        ck_assert_msg(rule->states != 0, "%s: in no state", name);
        ck_assert_msg(ledger_kind_name((int)rule->entry) != NULL, "%s: no entry", name);
        ck_assert_msg(rule->to == LIFE_STAYS || !(rule->states & 1u << rule->to),
                      "%s: leads to the state that it is in; say LIFE_STAYS", name);
        ck_assert_msg((rule->states == LIFE_NOT_BEGUN) == ((rule->states & LIFE_NOT_BEGUN) != 0),
                      "%s: makes a handoff, and is of one that is there", name);
        ck_assert_msg(rule->states != LIFE_NOT_BEGUN || rule->to != LIFE_STAYS,
                      "%s: makes a handoff without a state", name);
        const struct life_rule *after =
            rule->also == 0 ? NULL : life_rule((enum handoff_action)(rule->also - 1));
        ck_assert_msg(after == NULL || (rule->to != LIFE_STAYS && after->states & 1u << rule->to),
                      "%s: what follows at once is not for the state that it leads to", name);
        if (rule->action >= ACTION_COUNT)
            continue;
        ck_assert_msg((int)rule->action >= last, "%s: allowed_actions are in the order of actions",
                      name);
        last = (int)rule->action;
    }
    for (size_t i = 0; i < count; i++)
        has_rule[rules[i].action] = true;
    for (int i = 0; i < ACTION_AND_EVENT_COUNT; i++)
        ck_assert_msg(has_rule[i], "%s has no rule", handoff_action_name((enum handoff_action)i));
}
END_TEST

/* The ledger's replay goes by the entries' kinds: one says no more than one thing of a state,
 * unless it names the state. */
START_TEST(an_entry_leads_to_one_state)
{
    size_t count;
    const struct life_rule *rules = life_rules(&count);

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (rules[i].entry == rules[k].entry && (rules[i].states & rules[k].states) &&
                (rules[i].says & SAYS_STATE) == (rules[k].says & SAYS_STATE))
                ck_assert_msg(rules[i].to == rules[k].to, "%s leads to two states, by %s and by %s",
                              ledger_kind_name((int)rules[i].entry),
                              handoff_action_name(rules[k].action),
                              handoff_action_name(rules[i].action));
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "life");

    TESTS(tcase, the_table_is_whole, an_entry_leads_to_one_state,
          every_action_in_every_state_by_everybody,
          a_team_that_is_not_sales_takes_it_back_from_nurture,
          baton_gives_back_what_is_overdue_and_offered, an_erasure_withdraws_what_is_open);
}
