#include "core/handoff/life.h"

#define IN(state)  (1u << HANDOFF_##state)
#define WHEN(name) (1u << LIFE_WHEN_##name)

/* clang-format off */
static const struct life_rule rules[] = {
    /* ---- how one begins ---- */
    {.action = ACTION_OFFER, .who = WHO_OWNER, .states = LIFE_NOT_BEGUN, .only = CASE_SELF_SOURCED,
     .to = HANDOFF_OFFERED, .next = NEXT_ANSWER, .why = "offered",
     .entry = LEDGER_HANDOFF_OFFERED, .says = SAYS_OFFER | SAYS_PREVIOUS | SAYS_RESPOND_BY | SAYS_GATE,
     .also = LIFE_ALSO(ACCEPT)},
    {.action = ACTION_OFFER, .who = WHO_OWNER, .states = LIFE_NOT_BEGUN,
     .to = HANDOFF_OFFERED, .next = NEXT_ANSWER, .why = "offered",
     .entry = LEDGER_HANDOFF_OFFERED,
     .says = SAYS_OFFER | SAYS_PREVIOUS | SAYS_RESPOND_BY | SAYS_GATE | SAYS_LEASE | SAYS_DEALT,
     .follows = "dealt to a member by the receiving team's distribution, if it has one"},

    /* ---- while it is offered ---- */
    {.action = ACTION_CLAIM, .who = WHO_RECEIVER, .states = IN(OFFERED),
     .when = WHEN(NOT_ANOTHERS) | WHEN(UNCLAIMED),
     .to = LIFE_STAYS,
     .entry = LEDGER_HANDOFF_CLAIMED, .says = SAYS_LEASE,
     .follows = "a lease: until `claimed_until` only the claimant answers"},
    {.action = ACTION_ACCEPT, .who = WHO_RECEIVER, .states = IN(OFFERED), .when = WHEN(NOT_ANOTHERS),
     .only = CASE_CHAIN,
     .to = HANDOFF_ACCEPTED, .owner = OWNER_RECEIVER, .stage = MOVE_SAL, .hold = HOLD_ENDS,
     .next = NEXT_DECIDE, .why = "accepted",
     .entry = LEDGER_HANDOFF_ACCEPTED, .says = SAYS_DECIDE_BY | SAYS_OWNER | SAYS_PREVIOUS | SAYS_GATE,
     .also = LIFE_ALSO(QUALIFY)},
    {.action = ACTION_ACCEPT, .who = WHO_RECEIVER, .states = IN(OFFERED), .when = WHEN(NOT_ANOTHERS),
     .to = HANDOFF_ACCEPTED, .owner = OWNER_RECEIVER, .stage = MOVE_SAL, .hold = HOLD_ENDS,
     .next = NEXT_DECIDE, .why = "accepted",
     .entry = LEDGER_HANDOFF_ACCEPTED, .says = SAYS_DECIDE_BY | SAYS_OWNER | SAYS_PREVIOUS | SAYS_GATE},
    {.action = ACTION_REJECT, .who = WHO_RECEIVER, .states = IN(OFFERED), .when = WHEN(NOT_ANOTHERS),
     .to = HANDOFF_REJECTED, .stage = MOVE_BY_REASON, .hold = HOLD_BEGINS, .next = NEXT_BY_REASON, .why = "rejected",
     .entry = LEDGER_HANDOFF_REJECTED, .says = SAYS_CLASS | SAYS_REASON | SAYS_GATE,
     .follows = "a reason of the definition that judged the lead, and its class; corrections are applied, and the lead is "
                "judged again"},

    /* ---- while it is accepted ---- */
    {.action = ACTION_RETURN, .who = WHO_RECEIVER, .states = IN(ACCEPTED),
     .to = HANDOFF_RETURNED, .owner = OWNER_OFFERER, .stage = MOVE_BY_REASON, .hold = HOLD_BEGINS,
     .next = NEXT_BY_REASON, .why = "returned",
     .entry = LEDGER_HANDOFF_RETURNED, .says = SAYS_CLASS | SAYS_OWNER | SAYS_REASON | SAYS_GATE,
     .follows = "as with reject"},
    {.action = ACTION_QUALIFY, .who = WHO_RECEIVER, .states = IN(ACCEPTED),
     .to = HANDOFF_QUALIFIED, .stage = MOVE_SQL, .next = NEXT_FOLLOW_UP, .why = "qualified",
     .entry = LEDGER_HANDOFF_QUALIFIED, .says = SAYS_SQL,
     .follows = "by the `sql` definition in force, or by the word of sales when there is none; then offered on by the "
                "first automatic route whose gate is met"},

    /* ---- while it is asked for ---- */
    {.action = ACTION_REQUEST, .who = WHO_ASKER, .states = LIFE_NOT_BEGUN,
     .to = HANDOFF_REQUESTED,
     .entry = LEDGER_HANDOFF_REQUESTED, .says = SAYS_OFFER | SAYS_PREVIOUS | SAYS_RESPOND_BY,
     .follows = "the lead stays as it is, and may be offered by route meanwhile"},
    {.action = ACTION_GRANT, .who = WHO_OFFERER, .states = IN(REQUESTED), .when = WHEN(LEAD_OWNED),
     .to = HANDOFF_ACCEPTED, .owner = OWNER_RECEIVER, .stage = MOVE_SAL, .hold = HOLD_ENDS,
     .next = NEXT_DECIDE, .why = "granted",
     .entry = LEDGER_HANDOFF_ACCEPTED, .says = SAYS_DECIDE_BY | SAYS_OWNER | SAYS_LEASE | SAYS_PREVIOUS,
     .follows = "whoever asked for the lead has it"},
    {.action = ACTION_DECLINE, .who = WHO_OFFERER, .states = IN(REQUESTED),
     .to = HANDOFF_DECLINED,
     .entry = LEDGER_HANDOFF_DECLINED, .says = SAYS_REASON},

    /* ---- other steps before it is closed ---- */
    {.action = ACTION_WITHDRAW, .who = WHO_OFFERER, .states = IN(OFFERED), .only = CASE_UNTIL,
     .to = HANDOFF_WITHDRAWN, .stage = MOVE_BY_REASON, .hold = HOLD_BEGINS, .next = NEXT_UNTIL,
     .why = "withdrawn",
     .entry = LEDGER_HANDOFF_WITHDRAWN, .says = SAYS_GATE},
    {.action = ACTION_WITHDRAW, .who = WHO_OFFERER, .states = IN(OFFERED),
     .to = HANDOFF_WITHDRAWN, .hold = HOLD_BEGINS, .next = NEXT_REVIEW, .why = "withdrawn",
     .entry = LEDGER_HANDOFF_WITHDRAWN, .says = SAYS_GATE},
    {.action = ACTION_WITHDRAW, .who = WHO_RECEIVER, .states = IN(REQUESTED),
     .to = HANDOFF_WITHDRAWN,
     .entry = LEDGER_HANDOFF_WITHDRAWN,
     .follows = "nobody asks for the lead any more"},
    {.action = ACTION_RELEASE, .who = WHO_RECEIVER, .states = IN(OFFERED),
     .when = WHEN(NOT_ANOTHERS) | WHEN(CLAIMED),
     .to = LIFE_STAYS,
     .entry = LEDGER_HANDOFF_RELEASED, .says = SAYS_LEASE,
     .follows = "the lease ends"},
    {.action = ACTION_ASSIGN, .who = WHO_RECEIVER, .states = IN(OFFERED) | IN(ACCEPTED),
     .to = LIFE_STAYS,
     .entry = LEDGER_HANDOFF_ASSIGNED, .says = SAYS_LEASE,
     .follows = "a member of the team has the lease, or the accepted lead"},

    /* ---- what is said of it afterwards ---- */
    {.action = ACTION_FEEDBACK, .who = WHO_RECEIVER,
     .states = IN(ACCEPTED) | IN(QUALIFIED) | IN(REJECTED) | IN(RETURNED),
     .to = LIFE_STAYS,
     .entry = LEDGER_FEEDBACK_GIVEN, .says = SAYS_FEEDBACK | SAYS_GATE,
     .follows = "the latest rating stands on the handoff"},
    {.action = ACTION_DISPUTE, .who = WHO_OFFERER, .states = IN(REJECTED) | IN(RETURNED),
     .when = WHEN(UNDISPUTED),
     .to = LIFE_STAYS, .dispute = DISPUTE_OPEN,
     .entry = LEDGER_HANDOFF_DISPUTED, .says = SAYS_FEEDBACK | SAYS_GATE,
     .follows = "waits for uphold or concede"},
    {.action = ACTION_UPHOLD, .who = WHO_RECEIVER, .states = IN(REJECTED) | IN(RETURNED),
     .when = WHEN(DISPUTED),
     .to = LIFE_STAYS, .dispute = DISPUTE_UPHELD,
     .entry = LEDGER_HANDOFF_UPHELD, .says = SAYS_FEEDBACK | SAYS_GATE},
    {.action = ACTION_UPHOLD, .who = WHO_REFEREE, .states = IN(REJECTED) | IN(RETURNED),
     .when = WHEN(APPEALED),
     .to = LIFE_STAYS, .dispute = DISPUTE_UPHELD_FINALLY,
     .entry = LEDGER_HANDOFF_UPHELD, .says = SAYS_FEEDBACK | SAYS_GATE},
    {.action = ACTION_CONCEDE, .who = WHO_RECEIVER, .states = IN(REJECTED) | IN(RETURNED),
     .when = WHEN(DISPUTED) | WHEN(LEAD_BACK),
     .to = LIFE_STAYS, .dispute = DISPUTE_CONCEDED,
     .entry = LEDGER_HANDOFF_CONCEDED, .says = SAYS_FEEDBACK | SAYS_GATE,
     .follows = "makes a new handoff, whose `previous` is this one"},
    {.action = ACTION_CONCEDE, .who = WHO_REFEREE, .states = IN(REJECTED) | IN(RETURNED),
     .when = WHEN(APPEALED) | WHEN(LEAD_BACK),
     .to = LIFE_STAYS, .dispute = DISPUTE_CONCEDED,
     .entry = LEDGER_HANDOFF_CONCEDED, .says = SAYS_FEEDBACK | SAYS_GATE,
     .follows = "makes a new handoff, whose `previous` is this one, of whoever gave it back"},
    {.action = ACTION_APPEAL, .who = WHO_OFFERER, .states = IN(REJECTED) | IN(RETURNED),
     .when = WHEN(UPHELD) | WHEN(REFEREED),
     .to = LIFE_STAYS, .dispute = DISPUTE_APPEALED,
     .entry = LEDGER_HANDOFF_APPEALED, .says = SAYS_FEEDBACK | SAYS_GATE,
     .follows = "waits for the referee, who upholds or concedes it, finally"},
    {.action = ACTION_RETAKE, .who = WHO_RECEIVER, .states = LIFE_NOT_BEGUN,
     .to = HANDOFF_ACCEPTED, .owner = OWNER_RECEIVER, .stage = MOVE_SAL, .hold = HOLD_ENDS,
     .next = NEXT_DECIDE, .why = "conceded",
     .entry = LEDGER_HANDOFF_ACCEPTED, .says = SAYS_DECIDE_BY | SAYS_OWNER | SAYS_PREVIOUS | SAYS_GATE},

    /* ---- what became of the lead ---- */
    {.action = ACTION_OUTCOME, .who = WHO_RECEIVER, .states = IN(QUALIFIED),
     .when = WHEN(UNDECIDED) | WHEN(LEAD_FREE) | WHEN(LEAD_KEPT), .only = CASE_OPPORTUNITY,
     .to = LIFE_STAYS, .stage = MOVE_OPPORTUNITY, .next = NEXT_FOLLOW_UP, .why = "opportunity",
     .entry = LEDGER_OUTCOME_OPPORTUNITY,
     .says = SAYS_OUTCOME | SAYS_FEEDBACK | SAYS_OWNER | SAYS_REASON | SAYS_GATE},
    {.action = ACTION_OUTCOME, .who = WHO_RECEIVER, .states = IN(QUALIFIED),
     .when = WHEN(UNDECIDED) | WHEN(LEAD_FREE) | WHEN(LEAD_KEPT), .only = CASE_WON,
     .to = LIFE_STAYS, .stage = MOVE_CUSTOMER, .next = NEXT_NONE,
     .entry = LEDGER_OUTCOME_WON,
     .says = SAYS_OUTCOME | SAYS_FEEDBACK | SAYS_OWNER | SAYS_REASON | SAYS_GATE},
    {.action = ACTION_OUTCOME, .who = WHO_RECEIVER, .states = IN(QUALIFIED),
     .when = WHEN(UNDECIDED) | WHEN(LEAD_FREE) | WHEN(LEAD_KEPT), .only = CASE_CUSTOMER_LOST,
     .to = LIFE_STAYS,
     .entry = LEDGER_OUTCOME_LOST,
     .says = SAYS_OUTCOME | SAYS_FEEDBACK | SAYS_OWNER | SAYS_REASON | SAYS_GATE,
     .follows = "a customer who does not buy again is a customer still"},
    {.action = ACTION_OUTCOME, .who = WHO_RECEIVER, .states = IN(QUALIFIED),
     .when = WHEN(UNDECIDED) | WHEN(LEAD_FREE) | WHEN(LEAD_KEPT), .only = CASE_LOST,
     .to = LIFE_STAYS, .owner = OWNER_FIRST, .stage = MOVE_NURTURE, .hold = HOLD_BEGINS,
     .next = NEXT_NURTURE, .why = "lost",
     .entry = LEDGER_OUTCOME_LOST,
     .says = SAYS_OUTCOME | SAYS_FEEDBACK | SAYS_OWNER | SAYS_REASON | SAYS_GATE},

    /* ---- what nobody of the two teams does ---- */
    {.action = ACTION_DEAL, .who = WHO_BATON, .states = IN(OFFERED), .when = WHEN(UNCLAIMED),
     .to = LIFE_STAYS, .next = NEXT_ANSWER, .why = "offered",
     .entry = LEDGER_HANDOFF_ASSIGNED, .says = SAYS_LEASE | SAYS_DEALT,
     .follows = "another member of the team has the lease"},
    {.action = ACTION_REMIND, .who = WHO_BATON, .states = IN(OFFERED), .when = WHEN(OVERDUE),
     .to = LIFE_STAYS, .next = NEXT_AGAIN, .why = "overdue",
     .entry = LEDGER_HANDOFF_REMINDED, .says = SAYS_RESPOND_BY | SAYS_GATE,
     .follows = "it stays first in the queue, to be claimed and accepted, and counts as late"},
    {.action = ACTION_REMIND, .who = WHO_BATON, .states = IN(OFFERED), .when = WHEN(IN_TIME),
     .to = LIFE_STAYS,
     .entry = LEDGER_HANDOFF_REMINDED, .says = SAYS_RESPOND_BY | SAYS_SHARE | SAYS_GATE,
     .follows = "at each share of its time that the route names"},
    {.action = ACTION_REMIND, .who = WHO_BATON, .states = IN(ACCEPTED),
     .to = LIFE_STAYS, .next = NEXT_AGAIN, .why = "overdue",
     .entry = LEDGER_HANDOFF_REMINDED, .says = SAYS_DECIDE_BY | SAYS_GATE},
    {.action = ACTION_EXPIRE, .who = WHO_BATON, .states = IN(OFFERED), .when = WHEN(OVERDUE),
     .to = HANDOFF_EXPIRED, .next = NEXT_REVIEW, .why = "expired",
     .entry = LEDGER_HANDOFF_EXPIRED, .says = SAYS_RESPOND_BY | SAYS_GATE,
     .follows = "counted against the receiving team"},
    {.action = ACTION_GRANT_UNANSWERED, .who = WHO_BATON, .states = IN(REQUESTED),
     .when = WHEN(OVERDUE) | WHEN(LEAD_OWNED),
     .to = HANDOFF_ACCEPTED, .owner = OWNER_RECEIVER, .stage = MOVE_SAL, .hold = HOLD_ENDS,
     .next = NEXT_DECIDE, .why = "granted",
     .entry = LEDGER_HANDOFF_ACCEPTED, .says = SAYS_DECIDE_BY | SAYS_OWNER | SAYS_LEASE | SAYS_PREVIOUS},
    {.action = ACTION_DECLINE_UNANSWERED, .who = WHO_BATON, .states = IN(REQUESTED), .when = WHEN(OVERDUE),
     .to = HANDOFF_DECLINED,
     .entry = LEDGER_HANDOFF_DECLINED, .says = SAYS_REASON,
     .follows = "reason `unanswered`"},
    {.action = ACTION_OVERTAKE, .who = WHO_BATON, .states = IN(REQUESTED),
     .to = HANDOFF_WITHDRAWN,
     .entry = LEDGER_HANDOFF_WITHDRAWN, .says = SAYS_REASON,
     .follows = "reason `overtaken`: the lead is offered to somebody, conceded, or merged with one that is"},
    {.action = ACTION_UNMERGE, .who = WHO_BATON, .states = IN(OFFERED),
     .to = HANDOFF_WITHDRAWN,
     .entry = LEDGER_HANDOFF_WITHDRAWN, .says = SAYS_REASON,
     .follows = "reason `unmerged`: the merge that led to the offer is taken back"},
    {.action = ACTION_ERASE, .who = WHO_ERASER, .states = IN(REQUESTED) | IN(OFFERED) | IN(ACCEPTED),
     .to = HANDOFF_WITHDRAWN,
     .entry = LEDGER_HANDOFF_WITHDRAWN, .says = SAYS_REASON,
     .follows = "reason `erased`; the lead has no owner and no next step any more"},
    {.action = ACTION_IMPORT, .who = WHO_IMPORTER, .states = LIFE_NOT_BEGUN, .only = CASE_REJECTED,
     .to = HANDOFF_REJECTED, .stage = MOVE_BY_HISTORY, .hold = HOLD_ENDS,
     .next = NEXT_FOLLOW_UP, .why = "imported",
     .entry = LEDGER_HANDOFF_IMPORTED, .says = SAYS_OFFER | SAYS_HISTORY | SAYS_REASON | SAYS_GATE | SAYS_STATE,
     .follows = "its times are those of the history; it has no class, as there was no verdict"},
    {.action = ACTION_IMPORT, .who = WHO_IMPORTER, .states = LIFE_NOT_BEGUN,
     .to = HANDOFF_QUALIFIED, .owner = OWNER_BY_HISTORY, .stage = MOVE_BY_HISTORY, .hold = HOLD_ENDS,
     .next = NEXT_FOLLOW_UP, .why = "imported",
     .entry = LEDGER_HANDOFF_IMPORTED, .says = SAYS_OFFER | SAYS_HISTORY | SAYS_OWNER | SAYS_REASON | SAYS_GATE,
     .follows = "its times are those of the history"},
};
/* clang-format on */

#define RULE_COUNT (sizeof rules / sizeof *rules)

static const struct life_reason after_reasons[THEN_COUNT] = {
    [THEN_NURTURE] = {STAGE_NURTURE, NEXT_NURTURE},
    [THEN_DISQUALIFY] = {STAGE_DISQUALIFIED, NEXT_NURTURE},
    /* Somebody is to offer it elsewhere. It is held until then, or its next touch would offer it
     * along the same route. */
    [THEN_REROUTE] = {STAGE_INQUIRY, NEXT_REVIEW},
    [THEN_MERGE] = {STAGE_INQUIRY, NEXT_REVIEW}, /* which lead it is, a human says */
};

const struct life_rule *life_rules(size_t *count)
{
    *count = RULE_COUNT;
    return rules;
}

const struct life_rule *life_rule(enum handoff_action action)
{
    const struct life_rule *rule = rules;

    while (rule->action != action)
        rule++;
    return rule;
}

const struct life_reason *life_after_reason(enum reason_then then)
{
    return &after_reasons[then];
}

enum ledger_kind life_entry_into(enum handoff_state state)
{
    const struct life_rule *rule = rules;

    while (rule->to != state)
        rule++;
    return rule->entry;
}

const char *handoff_action_name(enum handoff_action action)
{
    static const char *const names[ACTION_AND_EVENT_COUNT] = {
#define X(name, text) [ACTION_##name] = text,
        HANDOFF_ACTION_TABLE(X) HANDOFF_EVENT_TABLE(X)
#undef X
    };

    return names[action];
}

/* ---- when ---- */

static bool is_claimed(const struct life_situation *s)
{
    return handoff_is_claimed(s->handoff, s->now);
}

static bool is_unclaimed(const struct life_situation *s)
{
    return !is_claimed(s);
}

static bool is_not_anothers(const struct life_situation *s)
{
    return !is_claimed(s) || uuid_equal(s->handoff->assignee, s->member);
}

static bool is_overdue(const struct life_situation *s)
{
    return s->handoff->respond_by <= s->now;
}

static bool is_in_time(const struct life_situation *s)
{
    return !is_overdue(s);
}

static bool is_undisputed(const struct life_situation *s)
{
    return s->handoff->dispute == DISPUTE_NONE;
}

static bool is_disputed(const struct life_situation *s)
{
    return s->handoff->dispute == DISPUTE_OPEN;
}

static bool is_upheld(const struct life_situation *s)
{
    return s->handoff->dispute == DISPUTE_UPHELD;
}

static bool is_refereed(const struct life_situation *s)
{
    return !uuid_is_nil(s->referee);
}

static bool is_appealed(const struct life_situation *s)
{
    return s->handoff->dispute == DISPUTE_APPEALED;
}

static bool is_undecided(const struct life_situation *s)
{
    return s->handoff->outcome != OUTCOME_WON && s->handoff->outcome != OUTCOME_LOST;
}

static bool is_lead_free(const struct life_situation *s)
{
    return !uuid_is_nil(s->lead_with);
}

static bool is_lead_kept(const struct life_situation *s)
{
    return uuid_equal(s->lead_with, s->handoff->to_team);
}

static bool is_lead_back(const struct life_situation *s)
{
    return uuid_equal(s->lead_with, s->handoff->from_team);
}

static const struct {
    bool (*holds)(const struct life_situation *);
    enum err err;
    const char *detail;
} whens[LIFE_WHEN_COUNT] = {
#define X(name, holds, text, err, detail) [LIFE_WHEN_##name] = {holds, err, detail},
    LIFE_WHEN_TABLE(X)
#undef X
};

/* The first of these that does not hold; LIFE_WHEN_COUNT when all do. */
static unsigned first_failing(const struct life_situation *s, unsigned when)
{
    for (unsigned i = 0; when >> i != 0; i++)
        if ((when >> i & 1) && !whens[i].holds(s))
            return i;
    return LIFE_WHEN_COUNT;
}

/* ---- which case ---- */

static bool is_any(const struct life_situation *s)
{
    (void)s;
    return true;
}

static bool is_self_sourced(const struct life_situation *s)
{
    return s->handoff->kind == HANDOFF_KIND_SELF_SOURCED;
}

static bool came_by_sql(const struct life_situation *s)
{
    return s->handoff->gated && s->handoff->term == TERM_SQL;
}

static bool is_until(const struct life_situation *s)
{
    return s->until > s->now;
}

static bool is_opportunity(const struct life_situation *s)
{
    return s->outcome == OUTCOME_OPPORTUNITY;
}

static bool is_won(const struct life_situation *s)
{
    return s->outcome == OUTCOME_WON;
}

static bool is_lost(const struct life_situation *s)
{
    return s->outcome == OUTCOME_LOST;
}

static bool is_customer_lost(const struct life_situation *s)
{
    return is_lost(s) && s->stage == STAGE_CUSTOMER;
}

static bool is_rejected(const struct life_situation *s)
{
    return s->handoff->state == HANDOFF_REJECTED;
}

static bool (*const cases[CASE_COUNT])(const struct life_situation *) = {
#define X(name, holds, text) [CASE_##name] = holds,
    LIFE_CASE_TABLE(X)
#undef X
};

const struct life_rule *life_rule_making(enum handoff_action action, const struct handoff *handoff)
{
    struct life_situation situation = {.handoff = handoff, .until = INSTANT_NONE};
    const struct life_rule *rule = life_rule(action);

    while (rule->action != action || !cases[rule->only](&situation))
        rule++;
    return rule;
}

const struct life_rule *life_rule_after(const struct life_rule *rule, const struct handoff *handoff)
{
    return rule->also == 0 ? NULL
                           : life_rule_making((enum handoff_action)(rule->also - 1), handoff);
}

/* ---- who ---- */

/* Whose step it is; nil: nobody's in particular, see LIFE_WHO_TABLE. */
static struct uuid team_of(const struct handoff *handoff, enum life_who who)
{
    return who == WHO_RECEIVER  ? handoff->to_team
           : who == WHO_OFFERER ? handoff->from_team
                                : (struct uuid){{0}};
}

static bool is_the_one(const struct life_situation *s, enum life_who who)
{
    struct uuid team = team_of(s->handoff, who);

    if (who == WHO_REFEREE)
        return !uuid_is_nil(s->referee) && uuid_equal(s->referee, s->member);
    return uuid_is_nil(team) || uuid_equal(team, s->team);
}

/* ---- what may be done ---- */

/* Whose an action is may depend on the state: only who began a handoff takes it back. */
static bool is_of_state(enum handoff_action action, enum handoff_state state)
{
    for (const struct life_rule *rule = rules; rule < rules + RULE_COUNT; rule++)
        if (rule->action == action && rule->states & 1u << state)
            return true;
    return false;
}

static const char OF_STATE[] = "The handoff's state does not allow this; see allowed_actions";

const struct life_rule *life_find(const struct life_situation *situation,
                                  enum handoff_action action, struct life_refusal *refusal)
{
    const struct handoff *handoff = situation->handoff;
    bool of_state = is_of_state(action, handoff->state);
    bool is_theirs = false;

    *refusal = (struct life_refusal){.err = ERR_STATE_CONFLICT, .detail = OF_STATE};
    for (const struct life_rule *rule = rules; rule < rules + RULE_COUNT; rule++) {
        if (rule->action != action || (of_state && !(rule->states & 1u << handoff->state)))
            continue;
        struct uuid team = team_of(handoff, rule->who);
        if (!uuid_is_nil(team) && uuid_is_nil(situation->member) && !situation->by_source) {
            refusal->err = ERR_ACTOR_REQUIRED;
            return NULL;
        }
        if (!is_the_one(situation, rule->who)) {
            if (uuid_is_nil(refusal->team))
                refusal->team = team;
            continue;
        }
        is_theirs = true;
        if (!of_state)
            continue;
        unsigned failing = first_failing(situation, rule->when);
        if (failing < LIFE_WHEN_COUNT) {
            refusal->err = whens[failing].err;
            refusal->detail = whens[failing].detail == NULL ? OF_STATE : whens[failing].detail;
        } else if (cases[rule->only](situation)) {
            return rule;
        }
    }
    if (!is_theirs)
        refusal->err = ERR_NOT_YOUR_HANDOFF;
    return NULL;
}

size_t life_allowed(const struct life_situation *situation, const char *out[ACTION_COUNT])
{
    unsigned state = 1u << situation->handoff->state;
    enum handoff_action last =
        ACTION_COUNT; /* an action may have several rules, one after another */
    size_t count = 0;

    for (const struct life_rule *rule = rules; rule < rules + RULE_COUNT; rule++) {
        if (!(rule->states & state) || rule->action >= ACTION_COUNT || rule->action == last ||
            !is_the_one(situation, rule->who) ||
            first_failing(situation, rule->when) < LIFE_WHEN_COUNT)
            continue;
        last = rule->action;
        out[count++] = handoff_action_name(last);
    }
    return count;
}
