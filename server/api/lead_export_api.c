#include "api/lead_export_api.h"

#include "http/reply.h"
#include "http/request_refuse.h"

#include "api/deliveries_read_api.h"
#include "api/handoffs_read_api.h"
#include "api/reading.h"

#include "core/handoff/shape.h"
#include "core/intake/lead_erase.h"
#include "store/read/delivery_read.h"
#include "store/read/feedback_read.h"
#include "store/read/handoff_read.h"
#include "store/read/lead_read.h"
#include "store/read/ledger_read.h"
#include "store/read/outbound_read.h"
#include "store/read/verdict_read.h"

/* Items of each list. One that has more is named in `cut`. */
#define EXPORT_LIMIT READ_LIMIT_MAX

struct export_input {
    struct uuid lead;
};

static const struct input_field export_fields[] = {
    {"lead_id", &input_uuid, AT(struct export_input, lead), .place = INPUT_PATH},
};
const struct input_spec leads_export_input = INPUT_SPEC(export_fields, struct export_input);

/* All that was read of one person. */
struct held {
    struct lead_view view; /* of the survivor, when the lead was merged away */
    bool erased;
    struct timeline_page timeline;
    struct verdict_page verdicts;
    struct handoff_page handoffs;
    struct feedback_list feedback;
    struct delivery_page deliveries;
    struct outbound_page sent;
};

/* ---- read ---- */

static enum err read_feedback(const struct read *read, struct held *out)
{
    struct uuid *ids = ARENA_ARRAY(read->arena, struct uuid, out->handoffs.count + 1);

    if (ids == NULL)
        return ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < out->handoffs.count; i++)
        ids[i] = out->handoffs.items[i]->id;
    return feedback_read_of_handoffs(read, ids, out->handoffs.count, EXPORT_LIMIT, &out->feedback);
}

/* Each is a read of its own: a list may be newer than the one before it by what happened between.
 */
static enum err read_lists(const struct read *read, struct held *out)
{
    struct uuid lead = out->view.lead->id;
    struct verdict_filter any_verdict = {.before = {.judged_at = INSTANT_NONE}};
    enum err err = ledger_read_remaining(read, lead, 0, EXPORT_LIMIT, &out->timeline);

    if (err == ERR_NONE && !out->erased) /* of an erased person no verdict is left to be shown */
        err = verdict_read_page(read, lead, &any_verdict, EXPORT_LIMIT, &out->verdicts);
    if (err == ERR_NONE)
        err = read_feedback(read, out);
    if (err == ERR_NONE)
        err = delivery_read_of_lead(read, lead, EXPORT_LIMIT, &out->deliveries);
    if (err == ERR_NONE)
        err = outbound_read_of_lead(read, lead, EXPORT_LIMIT, &out->sent);
    return err;
}

/* Handoffs come with the time of the database, by which the other side's wait for an erasure is
 * over. */
static enum err read_held(struct request *r, const struct read *read, struct uuid id,
                          struct held *out)
{
    enum err err = lead_read_by_id(read, id, &out->view);

    out->erased = err == ERR_GONE;
    if (err != ERR_NONE && err != ERR_GONE)
        return err;
    struct handoff_filter filter = {
        .state = HANDOFF_STATE_COUNT,
        .due_before = INSTANT_NONE,
        .lead = out->view.lead->id,
        .order = HANDOFF_BY_DUE,
        .after = {.due = INSTANT_NONE},
    };
    err = handoff_read_page(read, &filter, EXPORT_LIMIT, &out->handoffs);
    if (err != ERR_NONE)
        return err;
    if (!lead_erase_may(r->config, &r->caller, out->view.lead, out->handoffs.now))
        return request_refuse(r, ERR_OTHER_SIDE,
                              "An admin of its owner's side exports it, and whoever may erase it.");
    return read_lists(read, out);
}

/* ---- write ---- */

static void write_overrides(const struct lead *lead, struct json_out *out)
{
    json_out_key(out, "overrides");
    json_out_begin_array(out);
    for (int term = 0; term < TERM_COUNT; term++) {
        const struct verdict_override *override = &lead->overrides[term];
        if (!override->given)
            continue;
        json_out_begin_object(out);
        json_out_member_text(out, "term", term_name((enum term)term));
        json_out_member_int(out, "version", override->version);
        json_out_member_text(out, "result", verdict_result_name(override->result));
        json_out_member_text(out, "note", override->note);
        json_out_member_uuid(out, "by", override->by);
        json_out_member_instant(out, "at", override->at);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

/* What the lead is now, and all that was ever said of it with where it came from. */
static void write_person(const struct request *r, const struct held *held, struct json_out *out)
{
    const struct lead *lead = held->view.lead;

    json_out_key(out, "lead");
    if (held->erased)
        json_out_null(out);
    else
        shape_lead(r->config, lead, held->view.open, out);
    json_out_key(out, "attributes");
    attribute_set_write_history(&lead->attributes, out);
    json_out_key(out, "facts");
    attribute_set_write_history(&lead->facts, out);
    write_overrides(lead, out);
}

static void write_timeline(const struct request *r, const struct timeline_page *page,
                           struct json_out *out)
{
    json_out_key(out, "timeline");
    json_out_begin_array(out);
    for (size_t i = 0; i < page->count; i++)
        event_write_timeline(&page->items[i].event, page->items[i].touch, r->config, out);
    json_out_end_array(out);
}

static void write_verdicts(const struct verdict_page *page, struct json_out *out)
{
    json_out_key(out, "verdicts");
    json_out_begin_array(out);
    for (size_t i = 0; i < page->count; i++) {
        json_out_begin_object(out);
        json_out_member_instant(out, "judged_at", page->items[i].place.judged_at);
        json_out_key(out, "verdict");
        json_out_raw(out, page->items[i].body, page->items[i].body_len);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

static void write_handoffs(const struct request *r, const struct handoff_page *page,
                           struct json_out *out)
{
    json_out_key(out, "handoffs");
    json_out_begin_array(out);
    for (size_t i = 0; i < page->count; i++)
        handoffs_write(r, page->items[i], page->now, out);
    json_out_end_array(out);
}

static void write_feedback(const struct feedback_list *list, struct json_out *out)
{
    json_out_key(out, "feedback");
    json_out_begin_array(out);
    for (size_t i = 0; i < list->count; i++) {
        const struct feedback_said *said = &list->items[i];
        json_out_begin_object(out);
        json_out_member_uuid(out, "id", said->id);
        json_out_member_uuid(out, "handoff_id", said->handoff);
        json_out_member_text(out, "kind", said->kind);
        if (said->rating == 0)
            json_out_member_null(out, "rating");
        else
            json_out_member_int(out, "rating", said->rating);
        json_out_member_text(out, "note", said->note);
        json_out_member_uuid(out, "by", said->member);
        json_out_member_instant(out, "at", said->given_at);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

static void write_deliveries(const struct request *r, const struct delivery_page *page,
                             struct json_out *out)
{
    json_out_key(out, "deliveries");
    json_out_begin_array(out);
    for (size_t i = 0; i < page->count; i++)
        deliveries_write(r->config, &page->items[i], out);
    json_out_end_array(out);
}

static void write_sent(const struct request *r, const struct outbound_page *page,
                       struct json_out *out)
{
    json_out_key(out, "sent");
    json_out_begin_array(out);
    for (size_t i = 0; i < page->count; i++) {
        const struct outbound_row *row = &page->items[i];
        const struct subscription *to = config_subscription(r->config, row->subscription);
        json_out_begin_object(out);
        json_out_member_text(out, "subscription", to == NULL ? NULL : to->name);
        json_out_member_text(out, "team",
                             to == NULL ? NULL : config_team_name(r->config, to->team));
        json_out_member_uuid(out, "delivery_id", row->delivery);
        json_out_member_int(out, "pos", row->pos);
        json_out_member_text(out, "type", ledger_kind_name(row->kind));
        json_out_member_text(out, "state", outbound_state_name((enum outbound_state)row->state));
        json_out_member_instant(out, "made_at", row->made_at);
        json_out_member_instant(out, "tried_at", row->tried_at);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

static void write_cut(const struct held *held, struct json_out *out)
{
    const struct {
        const char *name;
        bool more;
    } lists[] = {
        {"timeline", held->timeline.more},     {"verdicts", held->verdicts.more},
        {"handoffs", held->handoffs.more},     {"feedback", held->feedback.more},
        {"deliveries", held->deliveries.more}, {"sent", held->sent.more},
    };

    json_out_key(out, "cut");
    json_out_begin_array(out);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (lists[i].more)
            json_out_text(out, lists[i].name);
    json_out_end_array(out);
}

static enum err answer(struct request *r, const struct held *held)
{
    struct json_out out;

    json_out_init(&out, r->arena, PAGE_ANSWER_MAX_BYTES);
    json_out_begin_object(&out);
    json_out_member_uuid(&out, "id", held->view.lead->id);
    json_out_member_bool(&out, "erased", held->erased);
    write_person(r, held, &out);
    write_timeline(r, &held->timeline, &out);
    write_verdicts(&held->verdicts, &out);
    write_handoffs(r, &held->handoffs, &out);
    write_feedback(&held->feedback, &out);
    write_deliveries(r, &held->deliveries, &out);
    write_sent(r, &held->sent, &out);
    write_cut(held, &out);
    json_out_end_object(&out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}

enum err leads_export(struct request *r, struct read *read)
{
    const struct export_input *input = r->input;
    struct held held = {0};
    enum err err = read_held(r, read, input->lead, &held);

    return err == ERR_NONE ? answer(r, &held) : err;
}
