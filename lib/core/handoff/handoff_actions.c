#include "core/handoff/handoff_actions.h"

#include "base/defect.h"
#include "core/handoff/shape.h"

/* States as bits. */
#define IN(state) (1u << HANDOFF_##state)

enum side_of { RECEIVER, OFFERER };

/* Who may do it, and in which states. */
static const struct rule {
    enum side_of side;
    unsigned states;
} rules[ACTION_COUNT] = {
    [ACTION_CLAIM] = {RECEIVER, IN(OFFERED)},
    [ACTION_ACCEPT] = {RECEIVER, IN(OFFERED)},
    [ACTION_REJECT] = {RECEIVER, IN(OFFERED)},
    [ACTION_RETURN] = {RECEIVER, IN(ACCEPTED)},
    [ACTION_QUALIFY] = {RECEIVER, IN(ACCEPTED)},
    [ACTION_WITHDRAW] = {OFFERER, IN(OFFERED)},
    [ACTION_RELEASE] = {RECEIVER, IN(OFFERED)},
    [ACTION_ASSIGN] = {RECEIVER, IN(OFFERED) | IN(ACCEPTED)},
    [ACTION_FEEDBACK] = {RECEIVER, IN(ACCEPTED) | IN(QUALIFIED) | IN(REJECTED) | IN(RETURNED)},
    [ACTION_DISPUTE] = {OFFERER, IN(REJECTED) | IN(RETURNED)},
    [ACTION_UPHOLD] = {RECEIVER, IN(REJECTED) | IN(RETURNED)},
    [ACTION_CONCEDE] = {RECEIVER, IN(REJECTED) | IN(RETURNED)},
    [ACTION_OUTCOME] = {RECEIVER, IN(QUALIFIED)},
};

static const char *const names[ACTION_COUNT] = {
#define X(name, text) [ACTION_##name] = text,
    HANDOFF_ACTION_TABLE(X)
#undef X
};

const char *handoff_action_name(enum handoff_action action)
{
    return names[action];
}

static bool is_claimed(const struct handoff *handoff, instant now)
{
    return handoff->state == HANDOFF_OFFERED && handoff->claimed_until != INSTANT_NONE &&
           handoff->claimed_until > now;
}

bool handoff_claimed_by_other(const struct handoff *handoff, struct uuid member, instant now)
{
    return is_claimed(handoff, now) && !uuid_equal(handoff->assignee, member);
}

static bool is_on_side(const struct handoff *handoff, const struct caller *caller,
                       enum side_of side)
{
    return uuid_equal(caller->team, side == RECEIVER ? handoff->to_team : handoff->from_team);
}

/* What the state alone does not tell: disputes, claims, outcomes, and where the lead went since. */
static bool fits(const struct handoff *handoff, struct uuid lead_with, enum handoff_action action,
                 instant now)
{
    switch (action) {
    case ACTION_CLAIM:
        return !is_claimed(handoff, now) && handoff->respond_by > now;
    case ACTION_RELEASE:
        return is_claimed(handoff, now);
    case ACTION_DISPUTE:
        return handoff->dispute == DISPUTE_NONE;
    case ACTION_UPHOLD:
        return handoff->dispute == DISPUTE_OPEN;
    case ACTION_CONCEDE:
        return handoff->dispute == DISPUTE_OPEN && uuid_equal(lead_with, handoff->from_team);
    case ACTION_OUTCOME:
        return handoff->outcome != OUTCOME_WON && handoff->outcome != OUTCOME_LOST &&
               uuid_equal(lead_with, handoff->to_team);
    default:
        return true;
    }
}

static bool state_allows(const struct handoff *handoff, struct uuid lead_with,
                         enum handoff_action action, instant now)
{
    return (rules[action].states & 1u << handoff->state) != 0 &&
           fits(handoff, lead_with, action, now);
}

/* Why the action does not fit, for its caller to read. */
static const char *why_not(const struct handoff *handoff, const struct lead *lead,
                           enum handoff_action action)
{
    bool outcome = action == ACTION_OUTCOME && handoff->state == HANDOFF_QUALIFIED &&
                   handoff->outcome != OUTCOME_WON && handoff->outcome != OUTCOME_LOST;

    if (outcome && lead->open != NULL)
        return "The lead has an open handoff: withdraw it, or let it be answered";
    if (outcome)
        return "The lead was handed on: its outcome belongs to the team that has it";
    if (action == ACTION_CONCEDE && handoff->dispute == DISPUTE_OPEN)
        return "The lead was handed on since: uphold, or offer it anew";
    return "The handoff's state does not allow this; see allowed_actions";
}

/* While a lease runs only the claimant answers; anybody of the team may assign it anew. */
static bool claim_stops(const struct handoff *handoff, const struct caller *caller,
                        enum handoff_action action, instant now)
{
    return (action == ACTION_ACCEPT || action == ACTION_REJECT || action == ACTION_RELEASE ||
            action == ACTION_CLAIM) &&
           handoff_claimed_by_other(handoff, caller->member, now);
}

size_t handoff_allowed_actions(const struct handoff *handoff, struct uuid lead_with,
                               const struct caller *caller, instant now,
                               const char *out[ACTION_COUNT])
{
    size_t count = 0;

    for (int i = 0; i < ACTION_COUNT; i++) {
        enum handoff_action action = (enum handoff_action)i;
        if (is_on_side(handoff, caller, rules[i].side) &&
            state_allows(handoff, lead_with, action, now) &&
            !claim_stops(handoff, caller, action, now))
            out[count++] = names[i];
    }
    return count;
}

/* How things are, and what is left to the caller. */
static void tell_state(struct work *work, const struct caller *caller,
                       const struct handoff *handoff, const struct lead *lead,
                       struct outcome *outcome)
{
    const char **allowed = ARENA_ARRAY(work->arena, const char *, ACTION_COUNT);

    outcome->problem.state = handoff_state_name(handoff->state);
    outcome->problem.allowed = allowed;
    outcome->problem.allowed_count =
        allowed == NULL
            ? 0
            : handoff_allowed_actions(handoff, handoff_lead_with(lead), caller, work->now, allowed);
}

enum decision handoff_refuse_state(struct work *work, const struct caller *caller,
                                   const struct handoff *handoff, const struct lead *lead,
                                   struct outcome *outcome, const char *detail)
{
    tell_state(work, caller, handoff, lead, outcome);
    return outcome_refuse(work, outcome, ERR_STATE_CONFLICT, "%s", detail);
}

static bool check_caller(struct work *work, const struct caller *caller,
                         const struct handoff *handoff, enum handoff_action action,
                         struct outcome *outcome)
{
    if (uuid_is_nil(caller->member)) {
        outcome_refuse(work, outcome, ERR_ACTOR_REQUIRED,
                       "Name the member with Baton-Actor, or use a member's key");
        return false;
    }
    if (!is_on_side(handoff, caller, rules[action].side) && !DEFECT(wrong_team)) {
        outcome_refuse(work, outcome, ERR_NOT_YOUR_HANDOFF, "Only a member of %s may %s it",
                       rules[action].side == RECEIVER
                           ? config_team_name(work->config, handoff->to_team)
                           : config_team_name(work->config, handoff->from_team),
                       names[action]);
        return false;
    }
    return true;
}

static bool check_state(struct work *work, const struct caller *caller,
                        const struct handoff *handoff, const struct lead *lead,
                        enum handoff_action action, struct outcome *outcome)
{
    if (claim_stops(handoff, caller, action, work->now)) {
        tell_state(work, caller, handoff, lead, outcome);
        outcome_refuse(work, outcome, ERR_CLAIMED_BY_OTHER,
                       "Another member has claimed it; the lease is in claimed_until");
        return false;
    }
    if (!state_allows(handoff, handoff_lead_with(lead), action, work->now)) {
        handoff_refuse_state(work, caller, handoff, lead, outcome, why_not(handoff, lead, action));
        return false;
    }
    return true;
}

bool handoff_for_action(struct work *work, const struct caller *caller, struct uuid id,
                        enum handoff_action action, struct handoff **handoff, struct lead **lead,
                        struct outcome *outcome, enum decision *decision)
{
    enum find found = work_find_handoff(work, id, handoff);

    *decision = DECIDED;
    if (found == FIND_FOUND)
        found = work_find_lead(work, (*handoff)->lead, lead);
    if (found == FIND_NEEDED) {
        *decision = DECIDE_AGAIN;
        return false;
    }
    if (found == FIND_ABSENT) {
        outcome_refuse(work, outcome, ERR_NOT_FOUND, "There is no handoff with this id");
        return false;
    }
    if ((*lead)->status == LEAD_ERASED) {
        outcome_refuse(work, outcome, ERR_GONE, "The lead of this handoff was erased");
        return false;
    }
    return check_caller(work, caller, *handoff, action, outcome) &&
           check_state(work, caller, *handoff, *lead, action, outcome);
}

void handoff_write(const struct work *work, const struct caller *caller,
                   const struct handoff *handoff, const struct lead *lead, struct json_out *out)
{
    const char *actions[ACTION_COUNT];
    size_t count =
        handoff_allowed_actions(handoff, handoff_lead_with(lead), caller, work->now, actions);

    shape_handoff(work->config, handoff, actions, count, out);
}

enum decision handoff_answer(struct work *work, const struct caller *caller,
                             const struct handoff *handoff, const struct lead *lead,
                             struct outcome *outcome)
{
    struct json_out *out = outcome_begin(work);

    json_out_begin_object(out);
    json_out_key(out, "handoff");
    handoff_write(work, caller, handoff, lead, out);
    json_out_key(out, "lead");
    shape_lead_short(work->config, lead, out);
    json_out_end_object(out);
    outcome->lead = lead->id;
    return outcome_answer(work, outcome, 200);
}
