/* What is done with handoffs. */
#include "model_inside.h"

#include <stdlib.h>
#include <string.h>

/* ---- who may do what, when ---- */

#define IN(state) (1u << (state))

static const struct rule {
    bool by_offerer;
    unsigned states;
} rules[ACT_COUNT] = {
    [ACT_RELEASE] = {false, IN(OFFERED)},
    [ACT_ASSIGN] = {false, IN(OFFERED) | IN(ACCEPTED)},
    [ACT_ACCEPT] = {false, IN(OFFERED)},
    [ACT_REJECT] = {false, IN(OFFERED)},
    [ACT_RETURN] = {false, IN(ACCEPTED)},
    [ACT_WITHDRAW] = {true, IN(OFFERED)},
    [ACT_QUALIFY] = {false, IN(ACCEPTED)},
    [ACT_FEEDBACK] = {false, IN(ACCEPTED) | IN(QUALIFIED) | IN(REJECTED) | IN(RETURNED)},
    [ACT_DISPUTE] = {true, IN(REJECTED) | IN(RETURNED)},
    [ACT_UPHOLD] = {false, IN(REJECTED) | IN(RETURNED)},
    [ACT_CONCEDE] = {false, IN(REJECTED) | IN(RETURNED)},
    [ACT_OUTCOME] = {false, IN(QUALIFIED)},
};

static int find_handoff(const struct model *model, struct uuid id)
{
    for (int i = 0; i < model->handoff_count; i++)
        if (uuid_equal(model->handoffs[i].id, id))
            return i;
    return NONE;
}

static bool is(const char *text, const char *other)
{
    return text != NULL && strcmp(text, other) == 0;
}

/* The lead is with this team, and nothing is open. */
static bool rests_with(const struct model_lead *lead, enum model_team team)
{
    return lead->open == NONE && lead->owner == team;
}

static bool fits(const struct model *model, const struct model_handoff *handoff, enum act act)
{
    const struct model_lead *lead = &model->leads[model_follow(model, handoff->lead)];

    if (!(rules[act].states & IN(handoff->state)))
        return false;
    switch (act) {
    case ACT_RELEASE:
        return handoff->leased;
    case ACT_DISPUTE:
        return handoff->dispute == NULL;
    case ACT_UPHOLD:
        return is(handoff->dispute, "open");
    case ACT_CONCEDE:
        return is(handoff->dispute, "open") && rests_with(lead, handoff->from);
    case ACT_OUTCOME:
        return !is(handoff->outcome, "won") && !is(handoff->outcome, "lost") &&
               rests_with(lead, handoff->to);
    default:
        return true;
    }
}

static bool is_anothers(const struct model_handoff *handoff, enum act act, enum who who)
{
    return (act == ACT_ACCEPT || act == ACT_REJECT || act == ACT_RELEASE) &&
           handoff->state == OFFERED && handoff->leased && handoff->assignee != (int)who;
}

/* The handoff that may be acted on; NONE when it was refused. */
static int handoff_of(const struct model *model, const struct deed *deed, struct reply *wanted)
{
    enum act act = deed->step.act;
    enum who who = deed->step.who;
    int at = find_handoff(model, deed->handoff);
    const struct model_handoff *handoff = &model->handoffs[at == NONE ? 0 : at];

    if (at == NONE)
        model_refuse(wanted, 404, "not_found");
    else if (model->leads[model_follow(model, handoff->lead)].status == MODEL_ERASED)
        model_refuse(wanted, 410, "gone");
    else if (!model_is_member(who))
        model_refuse(wanted, 422, "actor_required");
    else if (model_team_of(who) != (rules[act].by_offerer ? handoff->from : handoff->to))
        model_refuse(wanted, 403, "wrong_team");
    else if (is_anothers(handoff, act, who))
        model_refuse(wanted, 409, "claimed_by_other");
    else if (!fits(model, handoff, act))
        model_refuse(wanted, 409, "state_conflict");
    else
        return at;
    return NONE;
}

/* ---- offers ---- */

static bool check_kind(struct model *model, const struct model_lead *lead, const char *kind,
                       struct reply *wanted)
{
    int result = model_judged(model, lead, model->mql).result;
    bool worded = lead->words[WORD_MQL].version == model->mql;
    bool met = worded ? lead->words[WORD_MQL].qualified : result == MET;

    if (is(kind, "standard") && !met)
        model_refuse(wanted, 422, "not_qualified");
    else if (is(kind, "unclear") && result != UNKNOWN)
        model_refuse(wanted, 422, "unprocessable");
    else if ((is(kind, "strategic") && model->exceptions[0] == 2) ||
             (is(kind, "unclear") && model->exceptions[1] == 2))
        model_refuse(wanted, 422, "limit_reached");
    else
        return true;
    return false;
}

static void say_answer(const struct model *model, int handoff, struct reply_item *item)
{
    model_say_handoff(model, handoff, item);
    model_say_lead(model, model_follow(model, model->handoffs[handoff].lead), item);
}

static void take(struct model *model, int at, int who)
{
    struct model_handoff *handoff = &model->handoffs[at];
    struct model_lead *lead = &model->leads[handoff->lead];

    handoff->state = ACCEPTED;
    handoff->assignee = who;
    handoff->leased = false;
    lead->open = at;
    lead->owner = handoff->to;
    lead->hold = HOLD_NOT;
    lead->reached |= REACHED_SAL;
    if (lead->stage < SAL || lead->stage == NURTURE || lead->stage == DISQUALIFIED)
        lead->stage = SAL;
    model_record(lead, ENTRY_ACCEPTED, who);
}

static void offer_by_route(struct model *model, int at, const char *kind, int who,
                           struct reply *wanted)
{
    struct model_lead *lead = &model->leads[at];
    bool worded = lead->words[WORD_MQL].version == model->mql;

    if (!check_kind(model, lead, kind, wanted))
        return;
    model->exceptions[0] += is(kind, "strategic");
    model->exceptions[1] += is(kind, "unclear");
    model_record(lead, ENTRY_JUDGED, who);
    int handoff = model_offer(model, at, TEAM_MARKETING, TEAM_SALES,
                              is(kind, "standard") && worded ? "override" : kind, model->mql, who);
    say_answer(model, handoff, model_answer(wanted, 201));
}

static void offer_own(struct model *model, int at, int who, struct reply *wanted)
{
    int handoff = model_offer(model, at, TEAM_SALES, TEAM_SALES, "self_sourced", 0, who);

    take(model, handoff, who);
    say_answer(model, handoff, model_answer(wanted, 201));
}

void model_make_offer(struct model *model, const struct deed *deed, struct reply *wanted)
{
    enum who who = deed->step.who;
    const char *kind = model_offer_kind(&deed->step);
    int at = model_lead_of(model, deed->lead, wanted);
    const struct model_lead *lead = &model->leads[at == NONE ? 0 : at];

    if (at == NONE)
        return;
    if (!model_is_member(who))
        model_refuse(wanted, 422, "actor_required");
    else if (lead->owner != model_team_of(who))
        model_refuse(wanted, 403, "wrong_team");
    else if (lead->open != NONE)
        model_refuse(wanted, 409, "state_conflict");
    else if (is(kind, "self_sourced") && model_team_of(who) == TEAM_SALES)
        offer_own(model, at, (int)who, wanted);
    else if (is(kind, "self_sourced"))
        model_refuse(wanted, 422, "unprocessable");
    else if (model_team_of(who) == TEAM_SALES)
        model_refuse(wanted, 422, "no_route");
    else
        offer_by_route(model, at, kind, (int)who, wanted);
}

/* ---- claims ---- */

static bool is_free(const struct model_handoff *handoff)
{
    return handoff->state == OFFERED && !handoff->leased;
}

static int waiting(const struct model *model)
{
    int count = 0;

    for (int i = 0; i < model->handoff_count; i++)
        count += is_free(&model->handoffs[i]);
    return count;
}

/* Nothing else that is free was offered before it. */
static bool waits_longest(const struct model *model, int at)
{
    for (int i = 0; i < model->handoff_count; i++)
        if (is_free(&model->handoffs[i]) &&
            model->handoffs[i].offered_at < model->handoffs[at].offered_at)
            return false;
    return true;
}

/* The answer has the ids of those that were taken; a client that is alone also knows the order. */
static int claimed(const struct model *model, const struct deed *deed, int i)
{
    int at = find_handoff(model, deed->heard.items[i].id[REF_HANDOFF]);

    if (at == NONE || !is_free(&model->handoffs[at]))
        return NONE;
    return model->strict && !waits_longest(model, at) ? NONE : at;
}

void model_claim(struct model *model, const struct deed *deed, struct reply *wanted)
{
    enum who who = deed->step.who;
    int free = waiting(model);
    int count = free < deed->step.limit ? free : deed->step.limit;

    if (!model_is_member(who)) {
        model_refuse(wanted, 422, "actor_required");
        return;
    }
    if (model_team_of(who) != TEAM_SALES)
        count = 0; /* marketing's queue: nobody offers it anything */
    if (model->may_skip && deed->answered) {
        int taken = (int)strtol(deed->heard.items[0].field[FIELD_TAKEN], NULL, 10);
        count = taken < count ? taken : count;
    }
    if (count == 0) {
        model_put(model_answer(wanted, 200), FIELD_TAKEN, "0");
        return;
    }
    for (int i = 0; i < count; i++) {
        struct reply_item *item = i == 0 ? model_answer(wanted, 200) : model_add_item(wanted);
        int at = i < deed->heard.count ? claimed(model, deed, i) : NONE;
        model_put(item, FIELD_TAKEN, "%d", count);
        if (at == NONE) {
            model_put(item, FIELD_STATE, "one that is free");
            return;
        }
        model->handoffs[at].assignee = (int)who;
        model->handoffs[at].leased = true;
        model_record(&model->leads[model->handoffs[at].lead], ENTRY_CLAIMED, (int)who);
        say_answer(model, at, item);
    }
    if (model->strict)
        model_put(&wanted->items[0], FIELD_WAITING, "%d", free - count);
}

/* ---- answers ---- */

static void close(struct model *model, int at, int state)
{
    struct model_handoff *handoff = &model->handoffs[at];

    handoff->state = state;
    handoff->leased = false;
    model->leads[handoff->lead].open = NONE;
}

static const char *known_reason(const char *code)
{
    return is(code, "nonsense") ? NULL : code;
}

/* What a rejection for a criterion says of the definition: result at the gate, and now. */
static const char *class_of(const struct model_handoff *handoff, int was, int now, bool corrected)
{
    if (is(handoff->kind, "override") || is(handoff->kind, "strategic") ||
        is(handoff->kind, "unclear"))
        return "confirms_exception";
    if (was != MET)
        return "shows_weak_criterion";
    return now == UNMET && corrected ? "bad_data" : "contradicts";
}

static void follow_reason(struct model_lead *lead, const char *reason)
{
    if (lead->stage != OPPORTUNITY && lead->stage != CUSTOMER)
        lead->stage = is(reason, "duplicate")   ? DISQUALIFIED
                      : is(reason, "elsewhere") ? INQUIRY
                                                : NURTURE;
    lead->hold = is(reason, "too_small")     ? HOLD_FOR_SIZE
                 : is(reason, "not_engaged") ? HOLD_FOR_FORM
                                             : HOLD_LONG;
}

static void give_back(struct model *model, const struct deed *deed, int at, struct reply *wanted)
{
    struct model_handoff *handoff = &model->handoffs[at];
    struct model_lead *lead = &model->leads[handoff->lead];
    const char *reason = known_reason(model_reject_reason(&deed->step));
    int version = handoff->version == 0 ? model->mql : handoff->version;

    if (reason == NULL) {
        model_refuse(wanted, 422, "unknown_reason");
        return;
    }
    struct model_verdict was = model_judged(model, lead, version);
    bool learned = deed->step.employees != NONE &&
                   model_learn(&lead->employees, deed->step.employees, model->now);
    struct model_verdict now = model_judged(model, lead, version);
    if (handoff->version != 0) {
        was.size = handoff->size;
        was.form = handoff->form;
    }
    handoff->reason = reason;
    if (is(reason, "too_small"))
        handoff->class = class_of(handoff, was.size, now.size, deed->step.employees != NONE);
    else if (is(reason, "not_engaged"))
        handoff->class = class_of(handoff, was.form, now.form, false);
    else
        handoff->class = is(reason, "no_project") ? "shows_gap" : "process";
    close(model, at, handoff->state == OFFERED ? REJECTED : RETURNED);
    lead->owner = handoff->from;
    follow_reason(lead, reason);
    model_record(lead, handoff->state == REJECTED ? ENTRY_REJECTED : ENTRY_RETURNED,
                 (int)deed->step.who);
    if (learned) {
        model_record(lead, ENTRY_TOLD, (int)deed->step.who);
        model_judge(model, handoff->lead, (int)deed->step.who);
    }
    say_answer(model, at, model_answer(wanted, 200));
}

static void qualify(struct model *model, const struct deed *deed, int at, struct reply *wanted)
{
    struct model_handoff *handoff = &model->handoffs[at];
    struct model_lead *lead = &model->leads[handoff->lead];
    struct model_lead before = *lead;

    if (deed->step.budget != NONE) {
        model_learn(&lead->budget, deed->step.budget, model->now);
        model_record(lead, ENTRY_FACTS, (int)deed->step.who);
    }
    model_record(lead, ENTRY_JUDGED, (int)deed->step.who);
    if (!model_sql_met(model, lead)) {
        *lead = before;
        model_refuse(wanted, 422, "not_qualified");
        return;
    }
    close(model, at, QUALIFIED);
    handoff->qualified_version = model->sql;
    lead->reached |= REACHED_SQL;
    if (lead->stage < SQL || lead->stage == NURTURE || lead->stage == DISQUALIFIED)
        lead->stage = SQL;
    model_record(lead, ENTRY_QUALIFIED, (int)deed->step.who);
    say_answer(model, at, model_answer(wanted, 200));
}

static void assign(struct model *model, const struct deed *deed, int at, struct reply *wanted)
{
    struct model_handoff *handoff = &model->handoffs[at];
    enum who to = model_assignee(&deed->step);

    if (model_team_of(to) != handoff->to) {
        model_refuse(wanted, 422, "invalid_value");
        return;
    }
    handoff->assignee = (int)to;
    handoff->leased = handoff->state == OFFERED;
    model_record(&model->leads[handoff->lead], ENTRY_ASSIGNED, (int)deed->step.who);
    say_answer(model, at, model_answer(wanted, 200));
}

static void raise_to(struct model_lead *lead, int stage, unsigned reached)
{
    if (lead->stage < stage || lead->stage == NURTURE || lead->stage == DISQUALIFIED)
        lead->stage = stage;
    lead->reached |= reached;
}

static void record_outcome(struct model *model, const struct deed *deed, int at,
                           struct reply *wanted)
{
    struct model_handoff *handoff = &model->handoffs[at];
    struct model_lead *lead = &model->leads[model_follow(model, handoff->lead)];
    const char *outcome = model_outcome(&deed->step);

    if (is(model_outcome_reason(&deed->step), "nonsense")) {
        model_refuse(wanted, 422, "unknown_reason");
        return;
    }
    handoff->outcome = outcome;
    if (is(outcome, "opportunity")) {
        raise_to(lead, OPPORTUNITY, REACHED_OPPORTUNITY);
    } else if (is(outcome, "won")) {
        raise_to(lead, CUSTOMER, REACHED_CUSTOMER);
    } else if (lead->stage != CUSTOMER) {
        lead->owner = lead->first_team == NONE ? handoff->from : (enum model_team)lead->first_team;
        lead->stage = NURTURE;
        lead->hold = HOLD_LONG;
    }
    model_record(lead,
                 is(outcome, "won")    ? ENTRY_WON
                 : is(outcome, "lost") ? ENTRY_LOST
                                       : ENTRY_OPPORTUNITY,
                 (int)deed->step.who);
    say_answer(model, at, model_answer(wanted, 200));
}

static void concede(struct model *model, int at, int who, struct reply *wanted)
{
    int lead = model_follow(model, model->handoffs[at].lead);
    int again = model->handoff_count++;

    model->handoffs[at].dispute = "conceded";
    model_record(&model->leads[lead], ENTRY_CONCEDED, who);
    model->handoffs[again] = (struct model_handoff){
        .lead = lead,
        .kind = model->handoffs[at].kind,
        .from = model->handoffs[at].from,
        .to = model->handoffs[at].to,
        .version = model->handoffs[at].version,
        .size = model->handoffs[at].size,
        .form = model->handoffs[at].form,
        .previous = at,
        .offered_at = model->clock,
    };
    take(model, again, who);
    struct reply_item *item = model_answer(wanted, 200);
    say_answer(model, at, item);
    item->ref[REF_MADE] = again;
    model_put(item, FIELD_MADE_STATE, "accepted");
}

/* What changes a handoff and its lead's trail by one entry, and nothing else. */
static void note(struct model *model, const struct deed *deed, int at, struct reply *wanted)
{
    struct model_handoff *handoff = &model->handoffs[at];
    struct model_lead *lead = &model->leads[model_follow(model, handoff->lead)];
    int kind = ENTRY_FEEDBACK;

    if (deed->step.act == ACT_FEEDBACK) {
        handoff->rating = model_rating(&deed->step);
    } else if (deed->step.act == ACT_RELEASE) {
        handoff->assignee = NONE;
        handoff->leased = false;
        kind = ENTRY_RELEASED;
    } else {
        bool opens = deed->step.act == ACT_DISPUTE;
        handoff->dispute = opens ? "open" : "upheld";
        kind = opens ? ENTRY_DISPUTED : ENTRY_UPHELD;
    }
    model_record(lead, kind, (int)deed->step.who);
    say_answer(model, at, model_answer(wanted, 200));
}

void model_answer_handoff(struct model *model, const struct deed *deed, struct reply *wanted)
{
    int at = handoff_of(model, deed, wanted);

    if (at == NONE)
        return;
    switch (deed->step.act) {
    case ACT_ACCEPT:
        take(model, at, (int)deed->step.who);
        say_answer(model, at, model_answer(wanted, 200));
        break;
    case ACT_WITHDRAW:
        close(model, at, WITHDRAWN);
        model->leads[model->handoffs[at].lead].hold = HOLD_LONG; /* until its owner has spoken */
        model_record(&model->leads[model->handoffs[at].lead], ENTRY_WITHDRAWN, (int)deed->step.who);
        say_answer(model, at, model_answer(wanted, 200));
        break;
    case ACT_REJECT:
    case ACT_RETURN:
        give_back(model, deed, at, wanted);
        break;
    case ACT_QUALIFY:
        qualify(model, deed, at, wanted);
        break;
    case ACT_ASSIGN:
        assign(model, deed, at, wanted);
        break;
    case ACT_OUTCOME:
        record_outcome(model, deed, at, wanted);
        break;
    case ACT_CONCEDE:
        concede(model, at, (int)deed->step.who, wanted);
        break;
    default:
        note(model, deed, at, wanted);
        break;
    }
}

void model_get_handoff(struct model *model, const struct deed *deed, struct reply *wanted)
{
    int at = find_handoff(model, deed->handoff);

    if (at == NONE)
        model_refuse(wanted, 404, "not_found");
    else
        model_say_handoff(model, at, model_answer(wanted, 200));
}
