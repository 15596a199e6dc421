#include "model_inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- names ---- */

const char *const model_teams[TEAM_COUNT] = {"marketing", "sales"};
const int model_employees[3] = {10, 60, 120};
const char *const model_seniorities[2] = {"vp", "intern"};
const int model_budgets[2] = {500, 5000};
const char *const model_touches[3] = {"form_submitted", "demo_requested", "page_viewed"};
const int model_cuts[2] = {50, 100};

static const char *const stages[] = {"prospect",    "inquiry",  "mql",     "sal",         "sql",
                                     "opportunity", "customer", "nurture", "disqualified"};
static const char *const states[] = {"offered",  "accepted", "qualified",
                                     "rejected", "returned", "withdrawn"};
static const char *const results[] = {"not_qualified", "unclear", "qualified"};

enum model_team model_team_of(enum who who)
{
    return who == WHO_ANA || who == WHO_MAX || who == WHO_MARKETING ? TEAM_MARKETING : TEAM_SALES;
}

bool model_is_member(enum who who)
{
    return who < WHO_MARKETING;
}

const char *model_offer_kind(const struct step *step)
{
    static const char *const kinds[] = {"standard", "standard",     "override", "strategic",
                                        "unclear",  "self_sourced", "standard", "override"};

    return kinds[step->choice % 8];
}

const char *model_offer_to(const struct step *step)
{
    enum model_team own = model_team_of(step->who);
    bool self = strcmp(model_offer_kind(step), "self_sourced") == 0;

    return model_teams[self ? own : own == TEAM_SALES ? TEAM_MARKETING : TEAM_SALES];
}

const char *model_reject_reason(const struct step *step)
{
    static const char *const reasons[] = {"too_small", "not_engaged", "no_project", "duplicate",
                                          "elsewhere", "too_small",   "no_project", "nonsense"};

    return reasons[step->choice % 8];
}

const char *model_outcome(const struct step *step)
{
    static const char *const outcomes[] = {"opportunity", "opportunity", "won",  "won",
                                           "lost",        "lost",        "lost", "lost"};

    return outcomes[step->choice % 8];
}

const char *model_outcome_reason(const struct step *step)
{
    if (strcmp(model_outcome(step), "lost") != 0)
        return NULL;
    return step->choice % 8 == 7 ? "nonsense" : "no_project";
}

const char *model_override_term(const struct step *step)
{
    return step->choice % 4 == 3 ? "sql" : "mql";
}

const char *model_override_result(const struct step *step)
{
    return step->choice % 3 == 0 ? "not_qualified" : "qualified";
}

enum who model_assignee(const struct step *step)
{
    static const enum who members[] = {WHO_SAM, WHO_SUE, WHO_SAM, WHO_MAX};

    return members[step->choice % 4];
}

int model_rating(const struct step *step)
{
    return 1 + step->choice % 5;
}

int model_cut(const struct step *step)
{
    return model_cuts[step->choice % 2];
}

bool model_automatic(const struct step *step)
{
    return step->choice % 5 != 0;
}

/* ---- answers ---- */

void model_put(struct reply_item *item, enum field field, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(item->field[field], FIELD_TEXT_MAX, format, args);
    va_end(args);
}

struct reply_item *model_add_item(struct reply *wanted)
{
    struct reply_item *item = &wanted->items[wanted->count++];

    memset(item, 0, sizeof *item);
    for (int i = 0; i < REF_COUNT; i++)
        item->ref[i] = REF_ANY;
    return item;
}

struct reply_item *model_answer(struct reply *wanted, int status)
{
    wanted->count = 0;
    struct reply_item *item = model_add_item(wanted);
    model_put(item, FIELD_STATUS, "%d", status);
    return item;
}

void model_refuse(struct reply *wanted, int status, const char *code)
{
    model_put(model_answer(wanted, status), FIELD_CODE, "%s", code);
}

void model_say_lead(const struct model *model, int at, struct reply_item *item)
{
    const struct model_lead *lead = &model->leads[at];
    bool ended = lead->stage == CUSTOMER || lead->stage == DISQUALIFIED;

    item->ref[REF_LEAD] = at;
    model_put(item, FIELD_STAGE, "%s", stages[lead->stage]);
    model_put(item, FIELD_OWNER, "%s", model_teams[lead->owner]);
    if (!ended || lead->open == NONE)
        model_put(item, FIELD_DUE, "%s", ended ? "null" : "set");
}

void model_say_verdict(const struct model *model, int lead, struct reply_item *item)
{
    struct model_verdict verdict = model_judged(model, &model->leads[lead], model->mql);

    model_put(item, FIELD_RESULT, "%s", results[verdict.result]);
    model_put(item, FIELD_SCORE, "%d", verdict.score);
    model_put(item, FIELD_VERSION, "%d", model->mql);
}

void model_say_open(const struct model *model, int lead, struct reply_item *item)
{
    int open = model->leads[lead].open;

    item->ref[REF_HANDOFF] = open == NONE ? REF_NULL : open;
    if (open != NONE)
        model_put(item, FIELD_STATE, "%s", states[model->handoffs[open].state]);
}

static const char *or_null(const char *text)
{
    return text == NULL ? "null" : text;
}

static void put_number(struct reply_item *item, enum field field, int number)
{
    if (number == 0)
        model_put(item, field, "null");
    else
        model_put(item, field, "%d", number);
}

void model_say_handoff(const struct model *model, int at, struct reply_item *item)
{
    const struct model_handoff *handoff = &model->handoffs[at];

    item->ref[REF_HANDOFF] = at;
    item->ref[REF_PREVIOUS] = handoff->previous == NONE ? REF_NULL : handoff->previous;
    model_put(item, FIELD_STATE, "%s", states[handoff->state]);
    model_put(item, FIELD_KIND, "%s", handoff->kind);
    model_put(item, FIELD_FROM, "%s", model_teams[handoff->from]);
    model_put(item, FIELD_TO, "%s", model_teams[handoff->to]);
    put_number(item, FIELD_GATE, handoff->version);
    model_put(item, FIELD_ASSIGNEE, "%s",
              handoff->assignee == NONE ? "null" : who_name((enum who)handoff->assignee));
    model_put(item, FIELD_LEASED, "%s", handoff->leased ? "set" : "null");
    model_put(item, FIELD_CLASS, "%s", or_null(handoff->class));
    model_put(item, FIELD_REASON, "%s", or_null(handoff->reason));
    model_put(item, FIELD_DISPUTE, "%s", or_null(handoff->dispute));
    put_number(item, FIELD_RATING, handoff->rating);
    model_put(item, FIELD_OUTCOME, "%s", or_null(handoff->outcome));
    put_number(item, FIELD_QUALIFIED, handoff->qualified_version);
    model_put(item, FIELD_CONTACTED, "%s", handoff->contacted ? "set" : "null");
}

/* ---- comparing ---- */

static const char *const field_names[] = {
#define X(name, text) #text,
    FIELD_TABLE(X)
#undef X
};

static const char *const ref_names[] = {
#define X(name, text) #text,
    REF_TABLE(X)
#undef X
};

static struct uuid *id_of(struct model *model, int ref, int at)
{
    return REF_IS_LEAD(ref) ? &model->leads[at].id : &model->handoffs[at].id;
}

static bool is_known(struct model *model, int ref, struct uuid id)
{
    int count = REF_IS_LEAD(ref) ? model->lead_count : model->handoff_count;

    for (int i = 0; i < count; i++)
        if (uuid_equal(*id_of(model, ref, i), id))
            return true;
    return false;
}

static bool ref_matches(struct model *model, int ref, int wanted, struct uuid heard)
{
    if (wanted == REF_ANY)
        return true;
    if (wanted == REF_NULL || uuid_is_nil(heard))
        return wanted == REF_NULL && uuid_is_nil(heard);
    struct uuid *id = id_of(model, ref, wanted);
    if (!uuid_is_nil(*id))
        return uuid_equal(*id, heard);
    if (is_known(model, ref, heard))
        return false;
    *id = heard;
    return true;
}

static void say_ref(char *text, size_t size, int ref, int wanted)
{
    if (wanted == REF_NULL)
        snprintf(text, size, "null");
    else
        snprintf(text, size, "%s number %d", REF_IS_LEAD(ref) ? "lead" : "handoff", wanted);
}

static bool item_matches(struct model *model, const struct reply_item *wanted,
                         const struct reply_item *heard, char why[MODEL_WHY_MAX])
{
    for (int i = 0; i < FIELD_COUNT; i++) {
        if (wanted->field[i][0] == '\0' || strcmp(wanted->field[i], heard->field[i]) == 0)
            continue;
        snprintf(why, MODEL_WHY_MAX, "%s: wanted %s, got %s (answer %s %s)", field_names[i],
                 wanted->field[i], heard->field[i], heard->field[FIELD_STATUS],
                 heard->field[FIELD_CODE]);
        return false;
    }
    for (int i = 0; i < REF_COUNT; i++) {
        char text[64], id[UUID_TEXT_LEN + 1];
        if (ref_matches(model, i, wanted->ref[i], heard->id[i]))
            continue;
        say_ref(text, sizeof text, i, wanted->ref[i]);
        uuid_format(heard->id[i], id);
        snprintf(why, MODEL_WHY_MAX, "%s: wanted %s, got %s", ref_names[i], text,
                 uuid_is_nil(heard->id[i]) ? "null" : id);
        return false;
    }
    return true;
}

bool model_matches(struct model *model, const struct reply *wanted, const struct reply *heard,
                   char why[MODEL_WHY_MAX])
{
    for (int i = 0; i < wanted->count; i++) {
        if (i >= heard->count) {
            snprintf(why, MODEL_WHY_MAX, "%d items wanted, got %d", wanted->count, heard->count);
            return false;
        }
        if (!item_matches(model, &wanted->items[i], &heard->items[i], why))
            return false;
    }
    return true;
}

int model_find_lead(const struct model *model, struct uuid id)
{
    for (int i = 0; i < model->lead_count; i++)
        if (uuid_equal(model->leads[i].id, id))
            return i;
    return NONE;
}

/* ---- keys that are used again ---- */

/* Answers that are kept under their key: what was decided, not what was refused at the door. */
static bool is_kept(const struct reply *heard)
{
    const char *status = heard->items[0].field[FIELD_STATUS];

    return status[0] == '2' || (strcmp(status, "404") >= 0 && strcmp(status, "499") <= 0);
}

static bool speaks_of_erased(const struct model *model, const struct deed *deed)
{
    if (deed->step.act == ACT_ERASE || deed->heard.items[0].field[FIELD_STATUS][0] != '2')
        return false;
    for (int i = 0; i < deed->heard.count; i++) {
        int lead = model_find_lead(model, deed->heard.items[i].id[REF_LEAD]);
        if (lead != NONE && model->leads[model_follow(model, lead)].status == MODEL_ERASED)
            return true;
    }
    return false;
}

static void use_again(struct model *model, const struct deed *deed, struct reply *wanted)
{
    const struct deed *first = deed->again;

    if (!is_kept(&first->heard)) {
        model_apply(model, first, wanted);
    } else if (deed->step.act == ACT_REUSE) {
        model_refuse(wanted, 422, "idempotency_key_reused");
    } else if (speaks_of_erased(model, first)) {
        model_refuse(wanted, 410, "gone");
    } else {
        model_put(model_add_item(wanted), FIELD_SAME, "true"); /* the status too */
    }
}

/* ---- configuration ---- */

static void define(struct model *model, const struct deed *deed, struct reply *wanted)
{
    struct reply_item *item = model_answer(wanted, 200);

    if (model->mql == MODEL_VERSIONS_MAX) {
        model->full = true;
        return;
    }
    model->cuts[++model->mql] = model_cut(&deed->step);
    model_put(item, FIELD_STATE, "in_force");
    model_put(item, FIELD_VERSION, "%d", model->mql);
}

/* Every lease has lapsed. */
static void later(struct model *model, const struct deed *deed, struct reply *wanted)
{
    (void)deed;
    model_answer(wanted, 200);
    for (int i = 0; i < model->handoff_count; i++) {
        struct model_handoff *handoff = &model->handoffs[i];
        if (handoff->state != OFFERED || !handoff->leased)
            continue;
        handoff->leased = false;
        handoff->assignee = NONE;
    }
}

static void change_routes(struct model *model, const struct deed *deed, struct reply *wanted)
{
    model_answer(wanted, 200); /* both sides sign, whoever it was that wanted it */
    model->automatic = model_automatic(&deed->step);
}

/* ---- all of it ---- */

void model_init(struct model *model)
{
    memset(model, 0, sizeof *model);
    for (int i = 0; i < EMAILS + EXTERNALS + ANONYMOUS; i++)
        model->holders[i] = NONE;
    model->mql = model->sql = 1;
    model->cuts[1] = model_cuts[0];
    model->automatic = true;
    model->now = MOMENTS;
}

/* Who may come in at all: team keys capture, those of sales work too, erasing is for admins. */
static bool may(enum act act, enum who who)
{
    switch (act) {
    case ACT_CAPTURE:
    case ACT_BATCH:
    case ACT_TOUCH:
    case ACT_PATCH:
    case ACT_GET_LEAD:
    case ACT_GET_HANDOFF:
    case ACT_ROUTES:
    case ACT_DEFINE:
    case ACT_REPEAT:
    case ACT_REUSE:
    case ACT_LATER:
        return true;
    case ACT_ERASE:
        return who == WHO_ANA || who == WHO_SAM;
    default:
        return who != WHO_MARKETING;
    }
}

static void (*const acts[ACT_COUNT])(struct model *, const struct deed *, struct reply *) = {
    [ACT_CAPTURE] = model_capture,
    [ACT_BATCH] = model_batch,
    [ACT_TOUCH] = model_touch,
    [ACT_PATCH] = model_patch,
    [ACT_FACTS] = model_facts,
    [ACT_OVERRIDE] = model_override,
    [ACT_MERGE] = model_merge,
    [ACT_ERASE] = model_erase,
    [ACT_OFFER] = model_make_offer,
    [ACT_CLAIM] = model_claim,
    [ACT_RELEASE] = model_answer_handoff,
    [ACT_ASSIGN] = model_answer_handoff,
    [ACT_ACCEPT] = model_answer_handoff,
    [ACT_REJECT] = model_answer_handoff,
    [ACT_RETURN] = model_answer_handoff,
    [ACT_WITHDRAW] = model_answer_handoff,
    [ACT_QUALIFY] = model_answer_handoff,
    [ACT_FEEDBACK] = model_answer_handoff,
    [ACT_DISPUTE] = model_answer_handoff,
    [ACT_UPHOLD] = model_answer_handoff,
    [ACT_CONCEDE] = model_answer_handoff,
    [ACT_OUTCOME] = model_answer_handoff,
    [ACT_ROUTES] = change_routes,
    [ACT_DEFINE] = define,
    [ACT_REPEAT] = use_again,
    [ACT_REUSE] = use_again,
    [ACT_GET_LEAD] = model_get_lead,
    [ACT_GET_HANDOFF] = model_get_handoff,
    [ACT_LATER] = later,
};

void model_apply(struct model *model, const struct deed *deed, struct reply *wanted)
{
    wanted->count = 0;
    if (model->lead_count + 4 > MODEL_LEADS_MAX || model->handoff_count + 4 > MODEL_HANDOFFS_MAX)
        model->full = true;
    if (model->full)
        return;
    model->clock++;
    if (model->strict || !model->now_is_known)
        model->now++;
    model->now_is_known = false;
    if (may(deed->step.act, deed->step.who))
        acts[deed->step.act](model, deed, wanted);
    else
        model_refuse(wanted, 403, "forbidden");
}
