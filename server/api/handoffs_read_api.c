#include "api/handoffs_read_api.h"

#include "http/reply.h"
#include "http/request_refuse.h"

#include "api/ledger_api.h"
#include "api/reading.h"

#include "base/email.h"
#include "base/name.h"
#include "core/handoff/life.h"
#include "core/handoff/shape.h"
#include "core/handoff/shape_handoff.h"
#include "store/read/handoff_read.h"
#include "store/read/proof_read.h"
#include "store/read/queue_read.h"

#include <string.h>

static const struct reading_places handoffs_places = READING_PLACES("ho");

/* The text of a place says which half of the list it is in. */
#define PLACE_OPEN   "o"
#define PLACE_CLOSED "c"
#define PLACE_SCORE  "s"

#define HANDOFF_ANSWER_MAX_BYTES ((size_t)256 << 10)

void handoffs_write(const struct request *r, const struct handoff *handoff, instant now,
                    struct json_out *out)
{
    const char *actions[ACTION_COUNT];
    struct life_situation situation = {
        .handoff = handoff,
        .lead_with = handoff->lead_with,
        .now = now,
        .team = r->caller.team,
        .member = r->caller.member,
        .referee = r->config->route_terms.referee,
    };

    shape_handoff(r->config, handoff, now, actions, life_allowed(&situation, actions), out);
}

/* ---- one ---- */

static enum err answer_one(struct request *r, const struct handoff *handoff, instant now)
{
    struct json_out out;

    json_out_init(&out, r->arena, HANDOFF_ANSWER_MAX_BYTES);
    handoffs_write(r, handoff, now, &out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}

struct get_input {
    struct uuid handoff;
};

static const struct input_field get_fields[] = {
    {"handoff_id", &input_uuid, AT(struct get_input, handoff), .place = INPUT_PATH},
};
const struct input_spec handoffs_get_input = INPUT_SPEC(get_fields, struct get_input);

enum err handoffs_get(struct request *r, struct read *read)
{
    const struct get_input *input = r->input;
    struct handoff *handoff;
    instant now;
    enum err err = handoff_read_whole(read, input->handoff, &handoff, &now);

    return err == ERR_NONE ? answer_one(r, handoff, now) : err;
}

/* ---- receipt ---- */

struct receipt_input {
    struct uuid handoff;
    enum handoff_state state; /* HANDOFF_STATE_COUNT: the present one */
};

static const struct input_field receipt_fields[] = {
    {"handoff_id", &input_uuid, AT(struct receipt_input, handoff), .place = INPUT_PATH},
    {"state", &handoff_answer_type, AT(struct receipt_input, state),
     .otherwise = HANDOFF_STATE_COUNT},
};
const struct input_spec handoffs_receipt_input = INPUT_SPEC(receipt_fields, struct receipt_input);

static bool may_have_receipt(const struct request *r, const struct handoff *handoff)
{
    return (r->caller.roles & ROLE_ADMIN) || uuid_equal(r->caller.team, handoff->from_team) ||
           uuid_equal(r->caller.team, handoff->to_team);
}

static enum err refuse_unanswered(struct request *r, const struct handoff *handoff,
                                  enum handoff_state state)
{
    if (state == HANDOFF_OFFERED || state == HANDOFF_REQUESTED)
        return request_refuse(r, ERR_NOT_ANSWERED, "It is %s: there is no answer to it yet",
                              handoff_state_name(state));
    return request_refuse(r, ERR_NOT_ANSWERED, "It is %s and never was %s",
                          handoff_state_name(handoff->state), handoff_state_name(state));
}

static enum err answer_receipt(struct request *r, const struct read *read,
                               const struct handoff *handoff)
{
    const struct receipt_input *input = r->input;
    enum handoff_state state = input->state == HANDOFF_STATE_COUNT ? handoff->state : input->state;
    enum err err = state < HANDOFF_ACCEPTED ? ERR_NOT_FOUND : ERR_NONE;
    int64_t pos;

    if (!may_have_receipt(r, handoff))
        return request_refuse(r, ERR_FORBIDDEN,
                              "The two teams of a handoff and admins may have its receipt");
    if (err == ERR_NONE)
        err = proof_read_answer(read, handoff, state, &pos);
    if (err == ERR_NOT_FOUND)
        return refuse_unanswered(r, handoff, state);
    return err == ERR_NONE ? ledger_reply_receipt(r, read, pos) : err;
}

enum err handoffs_receipt(struct request *r, struct read *read)
{
    const struct receipt_input *input = r->input;
    struct handoff *handoff;
    instant now;
    enum err err = handoff_read_by_id(read, input->handoff, &handoff, &now);

    return err == ERR_NONE ? answer_receipt(r, read, handoff) : err;
}

/* ---- list ---- */

struct list_input {
    enum handoff_state state; /* HANDOFF_STATE_COUNT: any */
    const char *team;
    const char *assignee;
    struct uuid to_team;  /* of team; nil: any */
    struct uuid assigned; /* of assignee; nil: any */
    instant due_before;
    bool overdue;
    struct uuid lead; /* nil: any */
    enum handoff_order order;
    int with; /* WITH_LEAD; -1: nothing */
    struct reading_query page;
};

static const struct input_type assignee_type = {
    .kind = INPUT_LINE, .min = 2, .max = EMAIL_MAX_BYTES};

/* What each handoff of the list is shown with. */
enum { WITH_LEAD };
static const char *const with_names[] = {"lead"};
static const struct input_type with_type = {
    .kind = INPUT_ENUM, .max = WITH_LEAD, .values = with_names};

static const struct input_field list_fields[] = {
    {"state", &handoff_state_type, AT(struct list_input, state), .otherwise = HANDOFF_STATE_COUNT},
    {"team", &name_type, AT(struct list_input, team)},
    {"assignee", &assignee_type, AT(struct list_input, assignee)},
    {"due_before", &input_instant, AT(struct list_input, due_before)},
    {"overdue", &input_bool, AT(struct list_input, overdue)},
    {"lead_id", &input_uuid, AT(struct list_input, lead)},
    {"order", &handoff_order_type, AT(struct list_input, order), .otherwise = HANDOFF_BY_DUE},
    {"with", &with_type, AT(struct list_input, with), .otherwise = -1},
    PAGE_LIMIT_FIELD(struct list_input, page),
    PAGE_PLACE_FIELD(struct list_input, page, "cursor", handoffs_places),
};
const struct input_spec handoffs_list_input = INPUT_SPEC(list_fields, struct list_input);

static struct uuid team_of(struct request *r, const char *name)
{
    const struct team *team = name == NULL ? NULL : config_team_named(r->config, name);

    if (name != NULL && team == NULL)
        reading_fault(r, "team", "unknown_team", "There is no team of this name");
    return team == NULL ? (struct uuid){{0}} : team->id;
}

/* "me", an id, or an email. */
static const struct member *member_of(struct request *r, const char *text)
{
    const char *email;
    struct uuid id;

    if (strcmp(text, "me") == 0)
        return config_member(r->config, r->caller.member);
    if (uuid_parse(text, &id))
        return config_member(r->config, id);
    if (email_normalize(text, r->arena, &email) != ERR_NONE)
        return NULL;
    return config_member_by_email(r->config, (struct uuid){{0}}, email);
}

static struct uuid assignee_of(struct request *r, const char *text)
{
    const struct member *member = text == NULL ? NULL : member_of(r, text);

    if (text != NULL && member == NULL)
        reading_fault(r, "assignee", "unknown_member",
                      "A member's id or email is wanted, or me with a member's key or Baton-Actor");
    return member == NULL ? (struct uuid){{0}} : member->id;
}

/* Each order has places of its own; by score there is nothing but what is offered. */
static void check_order(struct request *r, const struct list_input *input)
{
    bool by_score = input->order == HANDOFF_BY_SCORE;
    const struct cursor *place = input->page.place;

    if (place != NULL && by_score != (strcmp(place->text, PLACE_SCORE) == 0))
        reading_fault(r, "cursor", "other_order", "This place is one of the other order");
    if (by_score &&
        (input->overdue || input->due_before != INSTANT_NONE || !uuid_is_nil(input->lead) ||
         (input->state != HANDOFF_OFFERED && input->state != HANDOFF_STATE_COUNT)))
        reading_fault(r, "order", "with_others",
                      "By score only what is offered is listed: it goes with no other state, and "
                      "with neither overdue, due_before nor lead_id");
}

enum err handoffs_list_fill(struct request *r, void *filled)
{
    struct list_input *input = filled;

    if (!uuid_is_nil(input->lead) && (input->overdue || input->due_before != INSTANT_NONE))
        reading_fault(
            r, "lead_id", "with_due",
            "A lead's handoffs are listed by age: it goes with neither overdue nor due_before");
    check_order(r, input);
    input->to_team = team_of(r, input->team);
    input->assigned = assignee_of(r, input->assignee);
    return ERR_NONE;
}

static struct handoff_place place_of(const struct cursor *cursor)
{
    struct handoff_place place = {.due = INSTANT_NONE};

    if (cursor == NULL)
        return place;
    place.closed = strcmp(cursor->text, PLACE_CLOSED) == 0;
    if (strcmp(cursor->text, PLACE_SCORE) == 0)
        place.score = (int32_t)cursor->number;
    else if (!place.closed)
        place.due = cursor->number;
    place.id = cursor->id;
    return place;
}

/* As a claim shows it; a lead that is gone since is null. */
static void write_with_lead(const struct request *r, const struct handoff *handoff,
                            const struct queue_item *item, instant now, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_key(out, "handoff");
    handoffs_write(r, handoff, now, out);
    json_out_key(out, "lead");
    if (item->lead == NULL)
        json_out_null(out);
    else
        shape_lead(r->config, item->lead, item->open, out);
    json_out_key(out, "verdict");
    if (item->verdict == NULL)
        json_out_null(out);
    else
        json_out_raw(out, item->verdict, item->verdict_len);
    json_out_end_object(out);
}

/* items: whom each is about; NULL: that was not asked for. */
static enum err answer_page(struct request *r, const struct handoff_page *found,
                            const struct queue_item *items)
{
    const struct list_input *input = r->input;
    bool by_score = input->order == HANDOFF_BY_SCORE;
    struct reading_page page;
    struct cursor place = {
        .number = by_score ? found->last.score : found->last.due,
        .id = found->last.id,
        .text = by_score             ? PLACE_SCORE
                : found->last.closed ? PLACE_CLOSED
                                     : PLACE_OPEN,
    };

    reading_page_begin(r, &page, "cursor");
    for (size_t i = 0; i < found->count; i++)
        if (items == NULL)
            handoffs_write(r, found->items[i], found->now, &page.json);
        else
            write_with_lead(r, found->items[i], &items[i], found->now, &page.json);
    return reading_page_end(r, &page, &handoffs_places, found->more ? &place : NULL);
}

enum err handoffs_list(struct request *r, struct read *read)
{
    const struct list_input *input = r->input;
    struct handoff_filter filter = {
        .state = input->state,
        .to_team = input->to_team,
        .assignee = input->assigned,
        .due_before = input->due_before,
        .overdue = input->overdue,
        .lead = input->lead,
        .order = input->order,
        .after = place_of(input->page.place),
    };
    struct queue_item *items = NULL;
    struct handoff_page found;
    enum err err = handoff_read_page(read, &filter, (int)input->page.limit, &found);

    if (err == ERR_NONE && input->with == WITH_LEAD)
        err = queue_read(read, found.items, found.count, &items);
    return err == ERR_NONE ? answer_page(r, &found, items) : err;
}
