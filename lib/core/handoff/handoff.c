#include "core/handoff/handoff.h"

#include <string.h>

static const char *const state_names[HANDOFF_STATE_COUNT] = {
#define X(name, text, open) [HANDOFF_##name] = text,
    HANDOFF_STATE_TABLE(X)
#undef X
};

static const char *const kind_names[HANDOFF_KIND_COUNT] = {
#define X(name, text) [HANDOFF_KIND_##name] = text,
    HANDOFF_KIND_TABLE(X)
#undef X
};

static const char *const class_names[CLASS_COUNT] = {
#define X(name, text) [CLASS_##name] = text,
    REJECTION_CLASS_TABLE(X)
#undef X
};

static const char *const dispute_names[DISPUTE_COUNT] = {NULL,       "open",     "upheld",
                                                         "conceded", "appealed", "upheld_finally"};
static const char *const outcome_names[] = {NULL, "opportunity", "won", "lost"};

static const char *const order_names[HANDOFF_ORDER_COUNT] = {"due", "score"};

const struct input_type handoff_order_type = {
    .kind = INPUT_ENUM, .max = HANDOFF_ORDER_COUNT - 1, .values = order_names};
const struct input_type handoff_state_type = {
    .kind = INPUT_ENUM, .values = state_names, .max = HANDOFF_STATE_COUNT - 1};
const struct input_type handoff_answer_type = {.kind = INPUT_ENUM,
                                               .values = state_names,
                                               .min = HANDOFF_ACCEPTED,
                                               .max = HANDOFF_STATE_COUNT - 1};
const struct input_type handoff_offer_type = {
    .kind = INPUT_ENUM, .values = kind_names, .max = HANDOFF_KIND_SELF_SOURCED};
const struct input_type outcome_kind_type = {
    .kind = INPUT_ENUM, .values = outcome_names, .min = OUTCOME_OPPORTUNITY, .max = OUTCOME_LOST};
const struct input_type note_type = {.kind = INPUT_TEXT, .min = 1, .max = NOTE_MAX_BYTES};

static int index_of(const char *const *names, int count, const char *name)
{
    for (int i = 0; name != NULL && i < count; i++)
        if (names[i] != NULL && strcmp(names[i], name) == 0)
            return i;
    return -1;
}

const char *handoff_state_name(enum handoff_state state)
{
    return state_names[state];
}

bool handoff_state_parse(const char *name, enum handoff_state *out)
{
    int at = index_of(state_names, HANDOFF_STATE_COUNT, name);

    if (at >= 0)
        *out = (enum handoff_state)at;
    return at >= 0;
}

const char *handoff_kind_name(enum handoff_kind kind)
{
    return kind_names[kind];
}

const char *rejection_class_name(enum rejection_class klass)
{
    return class_names[klass];
}

bool rejection_class_parse(const char *name, enum rejection_class *out)
{
    int at = index_of(class_names, CLASS_COUNT, name);

    if (at >= 0)
        *out = (enum rejection_class)at;
    return at >= 0;
}

const char *dispute_name(enum dispute dispute)
{
    return dispute_names[dispute];
}

const char *outcome_kind_name(enum outcome_kind outcome)
{
    return outcome_names[outcome];
}

bool outcome_kind_parse(const char *name, enum outcome_kind *out)
{
    int at = index_of(outcome_names, 4, name);

    if (at >= 0)
        *out = (enum outcome_kind)at;
    return at >= 0;
}

bool handoff_state_is_open(enum handoff_state state)
{
    static const bool is_open[HANDOFF_STATE_COUNT] = {
#define X(name, text, open) [HANDOFF_##name] = open,
        HANDOFF_STATE_TABLE(X)
#undef X
    };

    return is_open[state];
}

bool handoff_is_open(const struct handoff *handoff)
{
    return handoff_state_is_open(handoff->state);
}

bool handoff_is_claimed(const struct handoff *handoff, instant now)
{
    return handoff->state == HANDOFF_OFFERED && handoff->claimed_until != INSTANT_NONE &&
           handoff->claimed_until > now;
}

instant handoff_answer_date(const struct handoff *handoff)
{
    bool sooner =
        handoff->claimed_until != INSTANT_NONE && handoff->claimed_until < handoff->respond_by;

    return sooner && handoff->dealt ? handoff->claimed_until : handoff->respond_by;
}

bool handoff_is_overdue(const struct handoff *handoff, instant now)
{
    instant answered = handoff->accepted_at != INSTANT_NONE ? handoff->accepted_at
                       : handoff->closed_at != INSTANT_NONE ? handoff->closed_at
                                                            : now;

    return handoff->kind != HANDOFF_KIND_IMPORTED && answered >= handoff->respond_by;
}

void handoff_drop_lapsed(struct handoff *handoff, instant now)
{
    if (handoff->state != HANDOFF_OFFERED || handoff->claimed_until == INSTANT_NONE ||
        handoff->claimed_until > now)
        return;
    handoff->assignee = (struct uuid){{0}};
    handoff->claimed_until = INSTANT_NONE;
}

bool handoff_is_under_way(const struct lead *lead)
{
    return lead->open != NULL && lead->open->state != HANDOFF_REQUESTED;
}

struct uuid handoff_lead_with(const struct lead *lead)
{
    return handoff_is_under_way(lead) ? (struct uuid){{0}} : lead->owner_team;
}
