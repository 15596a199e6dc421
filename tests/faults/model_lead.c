/* What is done to leads. */
#include "model_inside.h"

#include <string.h>

#define FIRST_EXTERNAL  EMAILS
#define FIRST_ANONYMOUS (EMAILS + EXTERNALS)

/* ---- what is known ---- */

int model_follow(const struct model *model, int lead)
{
    while (model->leads[lead].status == MODEL_MERGED)
        lead = model->leads[lead].into;
    return lead;
}

void model_record(struct model_lead *lead, int kind, int who)
{
    if (lead->trail_count == MODEL_TRAIL_MAX)
        return;
    lead->trail[lead->trail_count] = (uint8_t)kind;
    lead->trail_actors[lead->trail_count++] = (uint8_t)who;
}

/* What was not dated is known as of now, which is later than all that was. */
int64_t model_moment(const struct model *model, int when)
{
    return when == NONE ? model->now : when;
}

/* The later word holds, of two of the same moment the second; whether what holds is another now. */
bool model_learn(struct model_known *known, int value, int64_t at)
{
    bool differs = known->value != value;

    if (known->at > at)
        return false;
    *known = (struct model_known){value, at};
    return differs;
}

void model_lift(struct model_lead *lead, enum model_hold hold)
{
    if (lead->hold == hold)
        lead->hold = HOLD_NOT;
}

static bool is_anonymous(const struct model_lead *lead)
{
    for (int i = 0; i < lead->identity_count; i++)
        if (lead->identities[i] < FIRST_ANONYMOUS)
            return false;
    return true;
}

/* ---- judging ---- */

struct model_verdict model_judged(const struct model *model, const struct model_lead *lead,
                                  int version)
{
    struct model_verdict verdict = {.size = UNKNOWN, .form = UNMET};
    int senior = UNKNOWN;

    if (lead->employees.value != NONE)
        verdict.size = model_employees[lead->employees.value] >= model->cuts[version] ? MET : UNMET;
    if (lead->seniority.value != NONE)
        senior = lead->seniority.value == 0 ? MET : UNMET;
    if (lead->touches[TOUCH_FORM] > 0)
        verdict.form = MET;
    verdict.score = (verdict.size == MET ? 20 : 0) + (senior == MET ? 10 : 0) +
                    (verdict.form == MET ? 40 : 0) + (lead->touches[TOUCH_DEMO] > 0 ? 40 : 0);
    if (lead->rival.value == 1 || senior == UNMET)
        verdict.result = UNMET;
    else if (senior == MET)
        verdict.result = verdict.score >= 60 ? MET : UNMET;
    else
        verdict.result = verdict.score + 10 >= 60 ? UNKNOWN : UNMET;
    return verdict;
}

/* A word stands as long as the version that it was given against. */
static bool mql_met(const struct model *model, const struct model_lead *lead)
{
    if (lead->words[WORD_MQL].version == model->mql)
        return lead->words[WORD_MQL].qualified;
    return model_judged(model, lead, model->mql).result == MET;
}

static int sql_result(const struct model_lead *lead)
{
    if (lead->budget.value == NONE)
        return UNKNOWN;
    return model_budgets[lead->budget.value] >= 1000 ? MET : UNMET;
}

bool model_sql_met(const struct model *model, const struct model_lead *lead)
{
    if (lead->words[WORD_SQL].version == model->sql)
        return lead->words[WORD_SQL].qualified;
    return sql_result(lead) == MET;
}

int model_offer(struct model *model, int at, enum model_team from, enum model_team to,
                const char *kind, int version, int who)
{
    struct model_lead *lead = &model->leads[at];
    struct model_verdict verdict = model_judged(model, lead, model->mql);

    lead->open = model->handoff_count++;
    model->handoffs[lead->open] = (struct model_handoff){
        .lead = at,
        .state = OFFERED,
        .kind = kind,
        .from = from,
        .to = to,
        .version = version,
        .size = verdict.size,
        .form = verdict.form,
        .assignee = NONE,
        .previous = NONE,
        .offered_at = model->clock,
    };
    if (lead->first_team == NONE)
        lead->first_team = (int)from;
    model_record(lead, ENTRY_OFFERED, who);
    return lead->open;
}

static void move_by_verdict(const struct model *model, struct model_lead *lead)
{
    bool before_sales = lead->stage == PROSPECT || lead->stage == INQUIRY || lead->stage == MQL ||
                        lead->stage == NURTURE;

    if (!before_sales || lead->hold != HOLD_NOT)
        return;
    if (mql_met(model, lead)) {
        if (lead->stage != MQL)
            lead->reached |= REACHED_MQL;
        lead->stage = MQL;
    } else if (lead->stage == MQL && lead->open == NONE) {
        lead->stage = INQUIRY;
    }
}

void model_judge(struct model *model, int at, int who)
{
    struct model_lead *lead = &model->leads[at];
    bool worded = lead->words[WORD_MQL].version == model->mql;

    move_by_verdict(model, lead);
    model_record(lead, ENTRY_JUDGED, who);
    bool on_the_way =
        lead->stage != OPPORTUNITY && lead->stage != CUSTOMER && lead->stage != DISQUALIFIED;
    if (model->automatic && lead->owner == TEAM_MARKETING && lead->open == NONE && on_the_way &&
        lead->hold == HOLD_NOT && mql_met(model, lead))
        model_offer(model, at, TEAM_MARKETING, TEAM_SALES, worded ? "override" : "standard",
                    model->mql, MODEL_SYSTEM);
}

/* ---- capture ---- */

struct said {
    int identities[3]; /* external, email, anonymous, as strong as they are; NONE */
    int employees, seniority, rival;
    int touch, event;
    bool outbound;
    int when;
};

static struct said said_in(const struct step *step)
{
    return (struct said){
        .identities = {step->external == NONE ? NONE : FIRST_EXTERNAL + step->external, step->email,
                       step->anonymous == NONE ? NONE : FIRST_ANONYMOUS + step->anonymous},
        .employees = step->employees,
        .seniority = step->seniority,
        .rival = step->rival,
        .touch = step->touch,
        .event = step->event,
        .outbound = step->outbound == 1,
        .when = step->when,
    };
}

struct found {
    int lead; /* NONE: nobody yet */
    int joining[3], joining_count;
    int duplicates[3], duplicate_count;
};

static bool is_in(const int *list, int count, int value)
{
    for (int i = 0; i < count; i++)
        if (list[i] == value)
            return true;
    return false;
}

/* Whom the identities name, strongest first. A named person takes in anonymous leads; an anonymous
 * id of somebody else says nothing about one who is named. */
static struct found find(const struct model *model, const struct said *said)
{
    struct found found = {.lead = NONE};
    bool named = said->identities[0] != NONE || said->identities[1] != NONE;

    for (int i = 0; i < 3; i++) {
        int holder = said->identities[i] == NONE ? NONE : model->holders[said->identities[i]];
        if (holder == NONE || holder == found.lead)
            continue;
        if (is_anonymous(&model->leads[holder]) && (named || found.lead != NONE)) {
            if (!is_in(found.joining, found.joining_count, holder))
                found.joining[found.joining_count++] = holder;
        } else if (found.lead == NONE && !(i == 2 && named)) {
            found.lead = holder;
        } else if (!is_in(found.duplicates, found.duplicate_count, holder)) {
            found.duplicates[found.duplicate_count++] = holder;
        }
    }
    if (found.lead == NONE && found.joining_count > 0) {
        found.lead = found.joining[0];
        found.joining[0] = found.joining[--found.joining_count];
    }
    return found;
}

static int start(struct model *model, const struct said *said, enum who who)
{
    int at = model->lead_count++;

    model->leads[at] = (struct model_lead){
        .stage = said->touch != NONE && !said->outbound ? INQUIRY : PROSPECT,
        .owner = model_team_of(who),
        .erasure_asked = NONE,
        .first_team = NONE,
        .employees = {NONE, NONE},
        .seniority = {NONE, NONE},
        .rival = {NONE, NONE},
        .budget = {NONE, NONE},
        .open = NONE,
    };
    return at;
}

static void give(struct model *model, int at, int identity)
{
    struct model_lead *lead = &model->leads[at];

    model->holders[identity] = at;
    if (!is_in(lead->identities, lead->identity_count, identity))
        lead->identities[lead->identity_count++] = identity;
}

static int progress(int stage)
{
    return stage == NURTURE || stage == DISQUALIFIED ? -1 : stage;
}

static void join_known(struct model_known *known, const struct model_known *other)
{
    if (other->at != NONE)
        model_learn(known, other->value, other->at);
}

static void absorb(struct model *model, int at, int other, int who)
{
    struct model_lead *lead = &model->leads[at], *gone = &model->leads[other];

    for (int i = 0; i < gone->identity_count; i++)
        give(model, at, gone->identities[i]);
    join_known(&lead->employees, &gone->employees);
    join_known(&lead->seniority, &gone->seniority);
    join_known(&lead->rival, &gone->rival);
    join_known(&lead->budget, &gone->budget);
    lead->domain = lead->domain || gone->domain;
    for (int i = 0; i < 3; i++)
        lead->touches[i] += gone->touches[i];
    lead->touch_count += gone->touch_count;
    if (progress(gone->stage) > progress(lead->stage))
        lead->stage = gone->stage;
    lead->reached |= gone->reached;
    for (int i = 0; i < 2; i++)
        if (lead->words[i].version == 0)
            lead->words[i] = gone->words[i];
    if (lead->first_team == NONE)
        lead->first_team = gone->first_team;
    if (lead->hold == HOLD_NOT)
        lead->hold = gone->hold;
    if (gone->open != NONE) {
        lead->open = gone->open;
        lead->owner = gone->owner;
        model->handoffs[gone->open].lead = at;
    }
    gone->status = MODEL_MERGED;
    gone->into = at;
    gone->touch_count = 0;
    if (lead->erasure_asked == NONE)
        lead->erasure_asked = gone->erasure_asked;
    gone->open = NONE;
    model_record(gone, ENTRY_ABSORBED, who);
    model_record(lead, ENTRY_MERGED, who);
}

static bool learn_said(struct model *model, struct model_lead *lead, const struct said *said)
{
    int64_t at = model_moment(model, said->when);
    bool changed = false;

    if (said->employees != NONE && model_learn(&lead->employees, said->employees, at)) {
        model_lift(lead, HOLD_FOR_SIZE);
        changed = true;
    }
    if (said->seniority != NONE && model_learn(&lead->seniority, said->seniority, at))
        changed = true;
    if (said->rival != NONE && model_learn(&lead->rival, said->rival, at))
        changed = true;
    return changed;
}

/* Whether it was reported of this lead: of another it is an event of its own. */
static bool is_known(struct model *model, int at, int event)
{
    int of = model->events[event] - 1;

    if (of < 0) {
        model->events[event] = at + 1;
        return false;
    }
    while (model->leads[of].status == MODEL_MERGED)
        of = model->leads[of].into;
    if (of == at || model->leads[of].status == MODEL_ERASED || model->leads[at].own[event])
        return true;
    model->leads[at].own[event] = true;
    return false;
}

/* Whether it is a new one: an event that came before changes nothing. */
static bool add_touch(struct model *model, int at, const struct said *said, enum who who)
{
    struct model_lead *lead = &model->leads[at];

    if (said->event != NONE && is_known(model, at, said->event))
        return false;
    lead->touches[said->touch]++;
    lead->touch_count++;
    if (said->touch == TOUCH_FORM)
        model_lift(lead, HOLD_FOR_FORM);
    if (said->outbound && lead->open != NONE &&
        model->handoffs[lead->open].to == model_team_of(who))
        model->handoffs[lead->open].contacted = true;
    if (lead->stage == PROSPECT && !said->outbound)
        lead->stage = INQUIRY;
    return true;
}

/* One side reaches out to whom the other has. */
static void collide(struct model *model, int at, const struct said *said, enum who who)
{
    struct model_lead *lead = &model->leads[at];
    enum model_team team = model_team_of(who);
    bool is_offered = lead->open != NONE && model->handoffs[lead->open].to == team;

    if (said->outbound && lead->owner != team && !is_offered)
        model_record(lead, ENTRY_COLLIDED, (int)who);
}

static void say_result(const struct model *model, int lead, struct reply_item *item)
{
    model_say_lead(model, lead, item);
    model_say_verdict(model, lead, item);
    model_say_open(model, lead, item);
}

static void capture_one(struct model *model, const struct said *said, enum who who,
                        struct reply_item *item)
{
    struct found found = find(model, said);
    bool created = found.lead == NONE;
    int at = created ? start(model, said, who) : found.lead;
    struct model_lead *lead = &model->leads[at];
    bool changed = created;

    for (int i = 0; i < found.joining_count; i++) {
        if (lead->open != NONE && model->leads[found.joining[i]].open != NONE) {
            found.duplicates[found.duplicate_count++] = found.joining[i];
            continue; /* a human decides */
        }
        absorb(model, at, found.joining[i], (int)who);
        changed = true;
    }
    for (int i = 0; i < 3; i++) {
        if (said->identities[i] == NONE || model->holders[said->identities[i]] != NONE)
            continue;
        give(model, at, said->identities[i]);
        changed = true;
    }
    if (said->identities[1] != NONE && !lead->domain)
        changed = lead->domain = true;
    if (learn_said(model, lead, said))
        changed = true;
    bool touched = said->touch != NONE && add_touch(model, at, said, who);
    if (changed || touched) {
        model_record(lead, ENTRY_CAPTURED, (int)who);
        if (touched)
            collide(model, at, said, who);
        model_judge(model, at, (int)who);
    }
    model_put(item, FIELD_STATUS, "%d", created ? 201 : 200);
    model_put(item, FIELD_CREATED, "%s", created ? "true" : "false");
    item->ref[REF_FIRST_DUPLICATE] = found.duplicate_count > 0 ? found.duplicates[0] : REF_NULL;
    item->ref[REF_SECOND_DUPLICATE] = found.duplicate_count > 1 ? found.duplicates[1] : REF_NULL;
    say_result(model, at, item);
}

void model_capture(struct model *model, const struct deed *deed, struct reply *wanted)
{
    struct said said = said_in(&deed->step);

    capture_one(model, &said, deed->step.who, model_add_item(wanted));
}

/* The same capture, and one more: the next email address with what is known alone. */
void model_batch(struct model *model, const struct deed *deed, struct reply *wanted)
{
    struct said said = said_in(&deed->step);

    capture_one(model, &said, deed->step.who, model_add_item(wanted));
    said.identities[0] = said.identities[2] = said.touch = NONE;
    said.identities[1] = (deed->step.email + 1) % EMAILS;
    capture_one(model, &said, deed->step.who, model_add_item(wanted));
}

/* ---- one lead ---- */

int model_lead_of(const struct model *model, struct uuid id, struct reply *wanted)
{
    int lead = model_find_lead(model, id);

    if (lead == NONE) {
        model_refuse(wanted, 404, "not_found");
        return NONE;
    }
    lead = model_follow(model, lead);
    if (model->leads[lead].status != MODEL_ERASED)
        return lead;
    model_refuse(wanted, 410, "gone");
    return NONE;
}

/* Of what the other side owns: says so, and leaves it. */
static bool is_the_others(const struct model *model, int at, enum who who, struct reply *wanted)
{
    if (model->leads[at].owner == model_team_of(who))
        return false;
    model_refuse(wanted, 403, "other_side");
    return true;
}

void model_touch(struct model *model, const struct deed *deed, struct reply *wanted)
{
    struct said said = said_in(&deed->step);
    int at = model_lead_of(model, deed->lead, wanted);

    if (at == NONE)
        return;
    bool created = add_touch(model, at, &said, deed->step.who);
    if (created) {
        model_record(&model->leads[at], ENTRY_TOUCHED, (int)deed->step.who);
        collide(model, at, &said, deed->step.who);
        model_judge(model, at, (int)deed->step.who);
    }
    struct reply_item *item = model_answer(wanted, created ? 201 : 200);
    model_put(item, FIELD_CREATED, "%s", created ? "true" : "false");
    say_result(model, at, item);
}

void model_patch(struct model *model, const struct deed *deed, struct reply *wanted)
{
    struct said said = said_in(&deed->step);
    int at = model_lead_of(model, deed->lead, wanted);

    if (at == NONE)
        return;
    if ((said.identities[0] != NONE || said.identities[1] != NONE) &&
        is_the_others(model, at, deed->step.who, wanted))
        return;
    for (int i = 0; i < 2; i++) {
        int holder = said.identities[i] == NONE ? NONE : model->holders[said.identities[i]];
        if (holder != NONE && holder != at) {
            model_refuse(wanted, 409, "already_exists");
            return;
        }
    }
    for (int i = 1; i >= 0; i--)
        if (said.identities[i] != NONE)
            give(model, at, said.identities[i]);
    if (said.identities[1] != NONE)
        model->leads[at].domain = true;
    learn_said(model, &model->leads[at], &said);
    model_record(&model->leads[at], ENTRY_UPDATED, (int)deed->step.who);
    model_judge(model, at, (int)deed->step.who);
    say_result(model, at, model_answer(wanted, 200));
}

void model_facts(struct model *model, const struct deed *deed, struct reply *wanted)
{
    enum who who = deed->step.who;

    if (!model_is_member(who)) {
        model_refuse(wanted, 422, "actor_required");
        return;
    }
    if (model_team_of(who) != TEAM_SALES) {
        model_refuse(wanted, 403, "forbidden");
        return;
    }
    int at = model_lead_of(model, deed->lead, wanted);
    if (at == NONE)
        return;
    model_learn(&model->leads[at].budget, deed->step.budget, model_moment(model, deed->step.when));
    model_record(&model->leads[at], ENTRY_FACTS, (int)who);
    model_judge(model, at, (int)who);
    say_result(model, at, model_answer(wanted, 200));
}

static int result_now(const struct model *model, const struct model_lead *lead, int term)
{
    const struct model_word *word = &lead->words[term];

    if (word->version == (term == WORD_MQL ? model->mql : model->sql))
        return word->qualified ? MET : UNMET;
    return term == WORD_MQL ? model_judged(model, lead, model->mql).result : sql_result(lead);
}

void model_override(struct model *model, const struct deed *deed, struct reply *wanted)
{
    int term = strcmp(model_override_term(&deed->step), "mql") == 0 ? WORD_MQL : WORD_SQL;
    bool qualified = strcmp(model_override_result(&deed->step), "qualified") == 0;

    if (!model_is_member(deed->step.who)) {
        model_refuse(wanted, 422, "actor_required");
        return;
    }
    int at = model_lead_of(model, deed->lead, wanted);
    if (at == NONE || is_the_others(model, at, deed->step.who, wanted))
        return;
    struct model_lead *lead = &model->leads[at];
    if (lead->open != NONE || result_now(model, lead, term) == (qualified ? MET : UNMET)) {
        model_refuse(wanted, 409, "state_conflict");
        return;
    }
    lead->words[term] = (struct model_word){term == WORD_MQL ? model->mql : model->sql, qualified};
    model_record(lead, ENTRY_OVERRIDDEN, (int)deed->step.who);
    model_judge(model, at, (int)deed->step.who);
    say_result(model, at, model_answer(wanted, 200));
}

void model_merge(struct model *model, const struct deed *deed, struct reply *wanted)
{
    int at = model_find_lead(model, deed->lead), other = model_find_lead(model, deed->other);

    if (!model_is_member(deed->step.who)) {
        model_refuse(wanted, 422, "actor_required");
        return;
    }
    if (at == NONE || other == NONE) {
        model_refuse(wanted, at == NONE ? 404 : 422, at == NONE ? "not_found" : "invalid_value");
        return;
    }
    at = model_follow(model, at);
    other = model_follow(model, other);
    if (model->leads[at].status == MODEL_ERASED) {
        model_refuse(wanted, 410, "gone");
    } else if (model->leads[other].status == MODEL_ERASED || at == other) {
        model_refuse(wanted, 422, "invalid_value");
    } else if (model->leads[at].open != NONE && model->leads[other].open != NONE) {
        model_refuse(wanted, 409, "state_conflict");
    } else if (!is_the_others(model, at, deed->step.who, wanted) &&
               !is_the_others(model, other, deed->step.who, wanted)) {
        absorb(model, at, other, (int)deed->step.who);
        model_judge(model, at, (int)deed->step.who);
        say_result(model, at, model_answer(wanted, 200));
    }
}

/* Whoever asks is on the other side. It may erase after two days, which the model does not live. */
static void ask_for_erasure(struct model *model, int at, enum who who, struct reply *wanted)
{
    struct model_lead *lead = &model->leads[at];

    if (lead->erasure_asked != (int)model_team_of(who))
        model_record(lead, ENTRY_ERASURE_ASKED, (int)who);
    lead->erasure_asked = (int)model_team_of(who);
    model_answer(wanted, 202)->ref[REF_LEAD] = at;
}

void model_erase(struct model *model, const struct deed *deed, struct reply *wanted)
{
    int at = model_lead_of(model, deed->lead, wanted);

    if (at == NONE)
        return;
    struct model_lead *lead = &model->leads[at];
    if (lead->owner != model_team_of(deed->step.who)) {
        ask_for_erasure(model, at, deed->step.who, wanted);
        return;
    }
    if (lead->open != NONE) {
        struct model_handoff *open = &model->handoffs[lead->open];
        open->state = WITHDRAWN;
        open->reason = "erased";
        open->leased = false;
        lead->open = NONE;
        model_record(lead, ENTRY_WITHDRAWN, (int)deed->step.who);
    }
    for (int i = 0; i < lead->identity_count; i++)
        model->holders[lead->identities[i]] = NONE;
    lead->status = MODEL_ERASED;
    model_record(lead, ENTRY_ERASED, (int)deed->step.who);
    model_answer(wanted, 200)->ref[REF_LEAD] = at;
}

/* ---- reading ---- */

/* The names of those there are, of a lead's identities from `first`; the last email alone. */
static void say_identities(const struct model_lead *lead, struct reply_item *item)
{
    char externals[EXTERNALS + 1] = "", anonymous[ANONYMOUS + 1] = "";
    int email = NONE;

    for (int i = 0; i < EXTERNALS; i++)
        if (is_in(lead->identities, lead->identity_count, FIRST_EXTERNAL + i))
            externals[strlen(externals)] = (char)('0' + i);
    for (int i = 0; i < ANONYMOUS; i++)
        if (is_in(lead->identities, lead->identity_count, FIRST_ANONYMOUS + i))
            anonymous[strlen(anonymous)] = (char)('0' + i);
    for (int i = 0; i < lead->identity_count; i++)
        if (lead->identities[i] < EMAILS)
            email = lead->identities[i];
    model_put(item, FIELD_EMAIL, email == NONE ? "none" : "%d", email);
    model_put(item, FIELD_EXTERNALS, "=%s", externals);
    model_put(item, FIELD_ANONYMOUS, "=%s", anonymous);
}

static void say_known(const struct model_lead *lead, struct reply_item *item)
{
    model_put(item, FIELD_DOMAIN, "%s", lead->domain ? "acme.example" : "none");
    model_put(item, FIELD_EMPLOYEES, lead->employees.value == NONE ? "none" : "%d",
              lead->employees.value == NONE ? 0 : model_employees[lead->employees.value]);
    model_put(item, FIELD_SENIORITY, "%s",
              lead->seniority.value == NONE ? "none" : model_seniorities[lead->seniority.value]);
    model_put(item, FIELD_RIVAL, "%s",
              lead->rival.value == NONE ? "none"
              : lead->rival.value       ? "true"
                                        : "false");
    model_put(item, FIELD_BUDGET, lead->budget.value == NONE ? "none" : "%d",
              lead->budget.value == NONE ? 0 : model_budgets[lead->budget.value]);
    model_put(item, FIELD_REACHED, "=%s%s%s%s%s", lead->reached & REACHED_MQL ? "mql " : "",
              lead->reached & REACHED_SAL ? "sal " : "", lead->reached & REACHED_SQL ? "sql " : "",
              lead->reached & REACHED_OPPORTUNITY ? "opportunity " : "",
              lead->reached & REACHED_CUSTOMER ? "customer " : "");
}

void model_get_lead(struct model *model, const struct deed *deed, struct reply *wanted)
{
    int at = model_lead_of(model, deed->lead, wanted);

    if (at == NONE)
        return;
    struct reply_item *item = model_answer(wanted, 200);
    const struct model_lead *lead = &model->leads[at];
    model_say_lead(model, at, item);
    say_identities(lead, item);
    say_known(lead, item);
    item->ref[REF_OPEN] = lead->open == NONE ? REF_NULL : lead->open;
}
