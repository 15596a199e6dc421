#include "api/handoffs_read_api.h"

#include "api/ledger_api.h"
#include "http/reading.h"

#include "base/email.h"
#include "core/handoff/life.h"
#include "core/handoff/shape.h"
#include "store/read/handoff_read.h"
#include "store/read/proof_read.h"

#include <string.h>

#define TAG_HANDOFFS "ho"

/* The text of a place: which half of the list it is in. */
#define PLACE_OPEN   "o"
#define PLACE_CLOSED "c"

#define HANDOFF_ANSWER_MAX_BYTES ((size_t)256 << 10)

static const char *const state_names[] = {
#define X(name, text, open) text,
    HANDOFF_STATE_TABLE(X)
#undef X
        NULL,
};

static void write_handoff(const struct request *r, const struct handoff *handoff, instant now,
                          struct json_out *out)
{
    const char *actions[ACTION_COUNT];
    struct life_situation situation = {
        .handoff = handoff,
        .lead_with = handoff->lead_with,
        .now = now,
        .team = r->caller.team,
        .member = r->caller.member,
    };

    shape_handoff(r->config, handoff, actions, life_allowed(&situation, actions), out);
}

/* ---- one ---- */

static enum err answer_one(struct request *r, const struct handoff *handoff, instant now)
{
    struct json_out out;

    json_out_init(&out, HANDOFF_ANSWER_MAX_BYTES);
    write_handoff(r, handoff, now, &out);
    reply_json(r, 200, &out);
    json_out_release(&out);
    return ERR_NONE;
}

enum err handoffs_get(struct request *r, struct reader *reader)
{
    struct handoff *handoff;
    struct read read;
    struct uuid id;
    instant now;
    enum err err = request_param_uuid(r, "handoff_id", &id);

    if (err == ERR_NONE)
        err = reading_begin(r, reader, &read);
    if (err != ERR_NONE)
        return err;
    err = handoff_read_by_id(&read, id, &handoff, &now);
    err = err == ERR_NONE ? answer_one(r, handoff, now) : reading_refuse(r, err, "handoff");
    reading_end(&read);
    return err;
}

/* ---- receipt ---- */

struct receipt_query {
    int state;
};

static const struct input_field receipt_fields[] = {
    {.name = "state",
     .type = INPUT_ENUM,
     .values = state_names + HANDOFF_ACCEPTED, /* an offer is no answer */
     .otherwise = -1,
     .offset = offsetof(struct receipt_query, state)},
};

const struct input_spec handoffs_receipt_query = INPUT_SPEC(receipt_fields, struct receipt_query);

static bool may_have_receipt(const struct request *r, const struct handoff *handoff)
{
    return (r->caller.roles & ROLE_ADMIN) || uuid_equal(r->caller.team, handoff->from_team) ||
           uuid_equal(r->caller.team, handoff->to_team);
}

static enum err refuse_unanswered(struct request *r, const struct handoff *handoff,
                                  enum handoff_state state)
{
    if (state == HANDOFF_OFFERED)
        return request_refuse(r, ERR_NOT_ANSWERED, "It is offered: there is no answer to it yet");
    return request_refuse(r, ERR_NOT_ANSWERED, "It is %s and never was %s",
                          handoff_state_name(handoff->state), handoff_state_name(state));
}

static enum err answer_receipt(struct request *r, const struct read *read,
                               const struct handoff *handoff)
{
    const struct receipt_query *query = r->query;
    enum handoff_state state =
        query->state < 0 ? handoff->state : (enum handoff_state)(query->state + HANDOFF_ACCEPTED);
    enum err err = state == HANDOFF_OFFERED ? ERR_NOT_FOUND : ERR_NONE;
    int64_t pos;

    if (!may_have_receipt(r, handoff))
        return request_refuse(r, ERR_FORBIDDEN,
                              "The two teams of a handoff and admins may have its receipt");
    if (err == ERR_NONE)
        err = proof_read_answer(read, handoff, state, &pos);
    if (err == ERR_NOT_FOUND)
        return refuse_unanswered(r, handoff, state);
    return err == ERR_NONE ? ledger_reply_receipt(r, read, pos) : reading_refuse(r, err, "receipt");
}

enum err handoffs_receipt(struct request *r, struct reader *reader)
{
    struct handoff *handoff;
    struct read read;
    struct uuid id;
    instant now;
    enum err err = request_param_uuid(r, "handoff_id", &id);

    if (err == ERR_NONE)
        err = reading_begin(r, reader, &read);
    if (err != ERR_NONE)
        return err;
    err = handoff_read_by_id(&read, id, &handoff, &now);
    err = err == ERR_NONE ? answer_receipt(r, &read, handoff) : reading_refuse(r, err, "handoff");
    reading_end(&read);
    return err;
}

/* ---- list ---- */

struct list_query {
    int state;
    const char *team;
    const char *assignee;
    instant due_before;
    struct reading_query page;
};

static const struct input_field list_fields[] = {
    {.name = "state",
     .type = INPUT_ENUM,
     .values = state_names,
     .otherwise = HANDOFF_STATE_COUNT,
     .offset = offsetof(struct list_query, state)},
    {.name = "team",
     .type = INPUT_LINE,
     .min = 1,
     .max = 63,
     .offset = offsetof(struct list_query, team)},
    {.name = "assignee",
     .type = INPUT_LINE,
     .min = 2,
     .max = EMAIL_MAX_BYTES,
     .offset = offsetof(struct list_query, assignee)},
    {.name = "due_before",
     .type = INPUT_INSTANT,
     .offset = offsetof(struct list_query, due_before)},
    PAGE_LIMIT_FIELD(struct list_query, page),
    PAGE_PLACE_FIELD(struct list_query, page, "cursor"),
};

const struct input_spec handoffs_list_query = INPUT_SPEC(list_fields, struct list_query);

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

static struct handoff_place place_of(struct request *r, const struct reading_query *query)
{
    struct cursor cursor = reading_place(r, query, "cursor", TAG_HANDOFFS);
    struct handoff_place place = {.due = INSTANT_NONE};

    if (cursor.text == NULL)
        return place;
    place.closed = strcmp(cursor.text, PLACE_CLOSED) == 0;
    place.due = place.closed ? INSTANT_NONE : cursor.number;
    place.id = cursor.id;
    return place;
}

static enum err answer_page(struct request *r, const struct handoff_page *found)
{
    struct reading_page page;
    struct cursor place = {
        .number = found->last.due,
        .id = found->last.id,
        .text = found->last.closed ? PLACE_CLOSED : PLACE_OPEN,
    };

    reading_page_begin(&page, "cursor");
    for (size_t i = 0; i < found->count; i++)
        write_handoff(r, found->items[i], found->now, &page.json);
    return reading_page_end(r, &page, found->more ? &place : NULL, TAG_HANDOFFS);
}

enum err handoffs_list(struct request *r, struct reader *reader)
{
    const struct list_query *query = r->query;
    struct handoff_filter filter = {
        .state = (enum handoff_state)query->state,
        .to_team = team_of(r, query->team),
        .assignee = assignee_of(r, query->assignee),
        .due_before = query->due_before,
        .after = place_of(r, &query->page),
    };
    struct handoff_page found;
    struct read read;
    enum err err = reading_check(r);

    if (err == ERR_NONE)
        err = reading_begin(r, reader, &read);
    if (err != ERR_NONE)
        return err;
    err = handoff_read_page(&read, &filter, (int)query->page.limit, &found);
    err = err == ERR_NONE ? answer_page(r, &found) : reading_refuse(r, err, "handoff");
    reading_end(&read);
    return err;
}
