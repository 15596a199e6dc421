#include "core/intake/inbound.h"

#include "core/handoff/judge.h"
#include "core/handoff/shape.h"
#include "core/intake/completion.h"
#include "core/intake/delivery_report.h"
#include "core/intake/inbound_change.h"
#include "core/intake/lead_result.h"
#include "core/intake/mapping.h"
#include "core/setup/source_auth.h"
#include "core/setup_change.h"

#include <string.h>

/* One delivery on its way through the mapping. */
struct delivery {
    const struct source *source;
    const struct mapping *mapping; /* NULL: it cannot be read */
    struct delivery_row *row;
    const struct delivered *delivered;
    struct caller caller;
    enum ledger_kind entry; /* received or replayed */
    int status;             /* of the answer */
    struct mapped *items;
    size_t item_count;
    json_t *before;                   /* the report of the last time; NULL: there was none */
    const bool *chosen;               /* the items that are mapped now; NULL: all */
    struct delivery_outcome *results; /* one for each item */
    struct captured *tried;           /* likewise, when it is only tried; else NULL */
    /* what came of it */
    const char *error;     /* of the whole, or of the first item that failed */
    struct captured first; /* of the first item that was applied */
    const struct mapped *first_item;
};

/* ---- mapping ---- */

/* Sales' word is sales'; anybody else passes on what the person filled in. */
static enum knowledge_source knowledge_of(const struct work *work, const struct source *source)
{
    const struct team *team = config_team(work->config, source->team);

    return team != NULL && team->function == FUNCTION_SALES ? SOURCE_SALES : SOURCE_FORM;
}

static const char *sender_of(struct work *work, const struct source *source)
{
    char *id = arena_alloc(work->arena, UUID_TEXT_LEN + 1);

    if (id != NULL)
        uuid_format(source->id, id);
    return id;
}

/* False when memory is short. */
static bool map(struct work *work, struct delivery *delivery)
{
    struct mapped_from from = {
        .source_name = delivery->source->name,
        .sender = sender_of(work, delivery->source),
        .knowledge = knowledge_of(work, delivery->source),
        .tabular = delivery->delivered->tabular,
        .occurred_at = delivery->row->received_at,
        .now = delivery->row->received_at,
    };

    delivery->error = delivery->delivered->error;
    if (delivery->error == NULL && delivery->mapping == NULL)
        delivery->error = "mapping";
    if (delivery->error != NULL)
        return true;
    return mapping_apply(delivery->mapping, delivery->delivered->document, &from, work->arena,
                         &delivery->items, &delivery->item_count) == ERR_NONE &&
           !arena_failed(work->arena);
}

/* ---- applying ---- */

static bool is_chosen(const struct delivery *delivery, size_t i)
{
    return delivery->chosen == NULL || delivery->chosen[i];
}

static const char *words_of(struct work *work, const struct mapped *item)
{
    const char *code = mapped_error_code(item->error);
    bool root = item->pointer == NULL || item->pointer[0] == '\0';

    return arena_printf(work->arena, root ? "%s" : "%s at %.*s", code,
                        DELIVERY_ERROR_MAX_BYTES - 100, item->pointer);
}

static enum find change_item(struct work *work, struct delivery *delivery, size_t i)
{
    const struct inbound_change change = {
        .work = work,
        .caller = &delivery->caller,
        .source = delivery->source,
        .delivery = delivery->tried != NULL ? (struct uuid){{0}} : delivery->row->id,
        .place = (int)i,
        .item = &delivery->items[i],
        .result = &delivery->results[i],
    };
    struct work_mark mark;

    work_mark(work, &mark);
    enum find found = inbound_change_apply(&change);
    if (found != FIND_NEEDED && change.result->effect == ITEM_FAILED)
        work_return(work, &mark);
    return found;
}

/* Who is not to come back is counted and not named: nothing of what was sent is kept. */
static void leave_out_blocked(struct delivery *delivery, struct delivery_outcome *result)
{
    struct delivery_row *row = delivery->row;

    result->effect = ITEM_IGNORED;
    result->error = error_code(ERR_BLOCKED);
    row->body = NULL;
    row->body_len = 0;
    row->headers = NULL;
    memset(row->salt, 0, sizeof row->salt);
}

/* What an item that is refused has changed so far goes, and nothing else. */
static enum find apply_item(struct work *work, struct delivery *delivery, size_t i)
{
    struct mapped *item = &delivery->items[i];
    struct delivery_outcome *result = &delivery->results[i];
    struct captured captured;
    struct work_mark mark;

    *result = (struct delivery_outcome){.effect = ITEM_FAILED, .item = item};
    if (item->error != MAPPED_OK) {
        result->error = words_of(work, item);
        return FIND_FOUND;
    }
    if (item->effect == MAPPING_IGNORED) {
        result->effect = ITEM_IGNORED;
        return FIND_FOUND;
    }
    if (mapped_is_change(item))
        return change_item(work, delivery, i);
    struct uuid lead = delivery_report_lead(delivery->before, i);
    if (!uuid_is_nil(lead) || (delivery->before == NULL && delivery->row->row != ROW_NEW &&
                               delivery->row->status == DELIVERY_APPLIED))
        item->capture.touch = NULL; /* so an event without an id is one, too */
    work_mark(work, &mark);
    if (lead_capture_apply(work, &delivery->caller, &item->capture, &captured) == FIND_NEEDED)
        return FIND_NEEDED;
    if (captured.err == ERR_BLOCKED) {
        leave_out_blocked(delivery, result);
        return FIND_FOUND;
    }
    if (captured.err != ERR_NONE || captured.lead == NULL) {
        work_return(work, &mark);
        result->error = error_code(captured.err == ERR_NONE ? ERR_OUT_OF_MEMORY : captured.err);
        return FIND_FOUND;
    }
    result->effect = ITEM_APPLIED;
    result->lead = captured.lead->id;
    if (captured.shared_event)
        mapped_note(item, "event_id", MAPPED_EVENT_SHARED, work->arena);
    if (delivery->tried != NULL)
        delivery->tried[i] = captured;
    if (delivery->first.lead == NULL) {
        delivery->first = captured;
        delivery->first_item = item;
    }
    return FIND_FOUND;
}

/* As the last time; an item that was not there then has failed. */
static void keep_item(struct delivery *delivery, size_t i)
{
    delivery->results[i] = (struct delivery_outcome){
        .effect = delivery_report_effect(delivery->before, i),
        .lead = delivery_report_lead(delivery->before, i),
        .kept = json_array_get(delivery->before, i),
    };
}

static void note_needs(struct work *work, const struct mapped *item)
{
    if (mapped_is_capture(item))
        lead_capture_note_needs(work, &item->capture);
    else if (mapped_is_change(item))
        inbound_change_note_needs(item, work);
}

static enum find apply(struct work *work, struct delivery *delivery)
{
    delivery->results = ARENA_ARRAY(work->arena, struct delivery_outcome, delivery->item_count + 1);
    if (delivery->results == NULL)
        return FIND_FOUND;
    for (size_t i = 0; i < delivery->item_count; i++) {
        if (!is_chosen(delivery, i)) {
            keep_item(delivery, i);
        } else if (apply_item(work, delivery, i) == FIND_NEEDED) {
            for (size_t rest = i + 1; rest < delivery->item_count; rest++)
                note_needs(work, &delivery->items[rest]);
            return FIND_NEEDED;
        }
    }
    return FIND_FOUND;
}

/* ---- what stays, and the answer ---- */

/* An item that was applied before stays so: its lead is there. */
static void stay_applied(struct delivery *delivery, size_t i)
{
    struct delivery_outcome *result = &delivery->results[i];
    struct uuid lead = delivery_report_lead(delivery->before, i);

    if (result->effect != ITEM_FAILED || uuid_is_nil(lead))
        return;
    result->effect = ITEM_APPLIED;
    result->lead = lead;
}

static void sum_up(struct work *work, struct delivery *delivery)
{
    struct delivery_row *row = delivery->row;
    struct uuid *leads = ARENA_ARRAY(work->arena, struct uuid, delivery->item_count + 1);
    size_t failed = 0;

    row->leads = leads;
    row->lead_count = 0;
    for (size_t i = 0; leads != NULL && i < delivery->item_count; i++) {
        stay_applied(delivery, i);
        const struct delivery_outcome *result = &delivery->results[i];
        failed += result->effect == ITEM_FAILED;
        if (result->effect == ITEM_FAILED && delivery->error == NULL)
            delivery->error = result->error == NULL ? "failed" : result->error;
        if (!uuid_is_nil(result->lead))
            leads[row->lead_count++] = result->lead;
    }
    row->error = delivery->error;
    row->status = failed == 0 && delivery->error == NULL ? DELIVERY_APPLIED
                  : failed < delivery->item_count        ? DELIVERY_PARTIAL
                                                         : DELIVERY_FAILED;
    row->report = delivery_report_write(delivery->results, delivery->item_count,
                                        &delivery->delivered->notes, work->arena);
}

static void append_entry(struct work *work, const struct delivery *delivery,
                         struct chain_row *chain)
{
    struct json_out *body = work_body(work);

    json_out_member_uuid(body, "delivery", delivery->row->id);
    json_out_member_int(body, "items", (int64_t)delivery->row->lead_count);
    json_out_member_uuid(body, "source", delivery->source->id);
    json_out_member_text(body, "status", delivery_status_name(delivery->row->status));
    setup_append(work, chain, delivery->entry, &delivery->caller);
}

static const char *verdict_of(const struct work *work, const struct delivery *delivery)
{
    struct term_judgement again;
    const struct term_judgement *shown = NULL;

    if (delivery->first.lead != NULL)
        shown = lead_shown_verdict(work, delivery->first.lead, delivery->first.judgement, &again);
    return shown == NULL ? NULL : verdict_result_name(shown->result);
}

static enum decision answer(struct work *work, struct outcome *outcome,
                            const struct delivery *delivery)
{
    const struct lead *lead = delivery->first.lead;
    struct json_out *out = outcome_begin(work);

    json_out_begin_object(out);
    json_out_member_uuid(out, "delivery_id", delivery->row->id);
    json_out_member_text(out, "status", delivery_status_name(delivery->row->status));
    json_out_member_uuid(out, "lead_id", lead == NULL ? (struct uuid){{0}} : lead->id);
    json_out_member_text(out, "verdict", verdict_of(work, delivery));
    json_out_member_text(out, "claimed_stage",
                         lead == NULL ? NULL
                                      : stage_name(delivery->first_item->capture.claimed_stage));
    json_out_end_object(out);
    if (lead != NULL)
        outcome->lead = lead->id;
    return outcome_answer(work, outcome, delivery->status);
}

static enum decision settle(struct work *work, struct delivery *delivery, struct outcome *outcome)
{
    struct chain_row *chain = setup_chain(work, work->config->workspace);

    if (chain == NULL)
        return DECIDE_AGAIN;
    sum_up(work, delivery);
    work_save_row(work, KIND_DELIVERY, delivery->row);
    append_entry(work, delivery, chain);
    return answer(work, outcome, delivery);
}

/* Leads belong to the source's team, whoever has brought them. */
static struct caller caller_for(const struct caller *caller, const struct source *source)
{
    struct caller as = *caller;

    as.team = source->team;
    return as;
}

/* ---- receive ---- */

static bool note_items(const struct delivery *delivery, struct work *work, struct work_keys *keys)
{
    for (size_t i = 0; i < delivery->item_count; i++) {
        const struct mapped *item = &delivery->items[i];
        if (mapped_is_capture(item) &&
            !lead_capture_note_keys(&item->capture, work, work->config->workspace, keys))
            return false;
        if (mapped_is_change(item) && !inbound_change_note_keys(item, work, keys))
            return false;
    }
    return true;
}

bool inbound_receive_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    const struct inbound_input *input = command->input;
    const struct source *source = config_source(work->config, input->source);
    struct delivery_row row = {.received_at = work->now};
    struct delivery delivery = {.source = source,
                                .mapping = source == NULL ? NULL : source->compiled,
                                .row = &row,
                                .delivered = input->delivered};

    return source == NULL || (map(work, &delivery) && note_items(&delivery, work, keys));
}

/* Whether a caller that is known by its signature would be so by the source as it is now. */
static bool signature_stands(struct work *work, const struct source *source,
                             const struct command *command)
{
    const struct inbound_input *input = command->input;
    struct source_auth auth;

    if (!uuid_equal(command->caller.key, source->id))
        return true;
    return source->active && source_auth_of(source, work->arena, &auth) == ERR_NONE &&
           source_auth_fits(&auth, &input->proof, input->body, input->body_len);
}

/* A source's sender, a key of its team, or whoever runs the workspace; and Baton itself, for what
 * it has fetched. */
static bool may_bring(const struct command *command, const struct source *source)
{
    const struct caller *caller = &command->caller;

    return uuid_equal(caller->key, source->id) || uuid_equal(caller->team, source->team) ||
           (caller->roles & ROLE_ADMIN) != 0;
}

static struct delivery_row *new_row(struct work *work, const struct inbound_input *input)
{
    struct delivery_row *row = ARENA_NEW(work->arena, struct delivery_row);

    if (row == NULL)
        return NULL;
    *row = (struct delivery_row){
        .row = ROW_NEW,
        .id = work_new_id(work),
        .source = input->source,
        .received_at = work->now,
        .content_type = input->content_type,
        .body = input->body,
        .body_len = input->body_len,
        .headers = input->headers,
        .replayed_at = INSTANT_NONE,
    };
    work->random(row->salt, sizeof row->salt);
    return row;
}

enum decision inbound_receive(struct work *work, const struct command *command,
                              struct outcome *outcome)
{
    const struct inbound_input *input = command->input;
    const struct source *source = config_source(work->config, input->source);

    if (source == NULL || !source->active)
        return outcome_refuse(work, outcome, ERR_NOT_FOUND, "There is no active source here");
    if (!may_bring(command, source))
        return outcome_refuse(work, outcome, ERR_FORBIDDEN,
                              "Deliveries come by a key of the source's team, %s",
                              config_team_name(work->config, source->team));
    if (!signature_stands(work, source, command))
        return outcome_refuse(work, outcome, ERR_UNAUTHENTICATED,
                              "The signature does not match the body and the source's secret");
    struct delivery delivery = {
        .source = source,
        .mapping = source->compiled,
        .row = new_row(work, input),
        .delivered = input->delivered,
        .caller = caller_for(&command->caller, source),
        .entry = LEDGER_DELIVERY_RECEIVED,
        .status = 202,
    };
    if (delivery.row == NULL || !map(work, &delivery))
        return DECIDED;
    if (apply(work, &delivery) == FIND_NEEDED)
        return DECIDE_AGAIN;
    if (!uuid_is_nil(input->completes))
        work_add(work, KIND_COMPLETION,
                 &(struct completion){
                     .id = input->completes, .state = COMPLETION_DONE, .result = delivery.row->id});
    return settle(work, &delivery, outcome);
}

/* ---- replay ---- */

static const char *kept(struct work *work, const char *text)
{
    return text == NULL ? NULL : arena_strdup(work->arena, text);
}

/* The document goes before the group is saved; what was borrowed of it must stay. */
static void keep_texts(struct work *work, struct mapped *item)
{
    struct capture_input *capture = &item->capture;
    struct fact_input *facts = (struct fact_input *)item->facts;
    struct identity *merged = (struct identity *)item->merged;
    struct identity *identities = (struct identity *)capture->identities;
    struct touch_input *touch = (struct touch_input *)capture->touch;
    struct attribute_input *attributes = (struct attribute_input *)capture->attributes;

    for (size_t i = 0; i < capture->identity_count; i++)
        identities[i].value = kept(work, identities[i].value);
    for (size_t i = 0; i < capture->attribute_count; i++)
        if (attributes[i].value.type == VALUE_TEXT)
            attributes[i].value.text = kept(work, attributes[i].value.text);
    for (int i = 0; touch != NULL && i < DIMENSION_COUNT; i++)
        touch->values[i] = kept(work, touch->values[i]);
    for (size_t i = 0; i < item->fact_count; i++)
        if (facts[i].value.type == VALUE_TEXT)
            facts[i].value.text = kept(work, facts[i].value.text);
    for (size_t i = 0; i < item->merged_count; i++)
        merged[i].value = kept(work, merged[i].value);
    item->outcome.reason = kept(work, item->outcome.reason);
    item->fetch_url = kept(work, item->fetch_url);
    if (touch != NULL) {
        touch->kind = kept(work, touch->kind);
        touch->event_id = kept(work, touch->event_id);
    }
}

/* Maps what is stored. The texts of its items are copied: the document goes before the group is
 * saved. */
static bool map_again(struct work *work, struct delivery *delivery, struct delivered *delivered)
{
    const struct delivery_row *row = delivery->row;

    if (delivered_read(row->content_type, row->body, row->body_len, work->arena, delivered) !=
        ERR_NONE)
        return false;
    delivery->delivered = delivered;
    bool mapped = map(work, delivery);
    for (size_t i = 0; mapped && i < delivery->item_count; i++)
        if (delivery->items[i].error == MAPPED_OK)
            keep_texts(work, &delivery->items[i]);
    json_decref(delivered->document);
    delivered->document = NULL;
    return mapped;
}

/* False: one of them is not there, or memory is short. */
static bool choose(struct work *work, struct delivery *delivery,
                   const struct delivery_replay_input *input, struct outcome *outcome)
{
    bool *chosen = ARENA_ARRAY(work->arena, bool, delivery->item_count + 1);

    for (size_t i = 0; chosen != NULL && i < input->item_count; i++) {
        if ((size_t)input->items[i] >= delivery->item_count) {
            outcome_refuse_at(work, outcome, ERR_INVALID_VALUE,
                              arena_printf(work->arena, "/items/%zu", i), "out_of_range",
                              "The delivery has %zu items, counted from 0", delivery->item_count);
            return false;
        }
        chosen[input->items[i]] = true;
    }
    delivery->chosen = input->items == NULL ? NULL : chosen;
    return chosen != NULL;
}

static enum decision replay(struct work *work, struct delivery *delivery,
                            const struct delivery_replay_input *input, struct outcome *outcome)
{
    struct delivered delivered;

    if (!map_again(work, delivery, &delivered) || !choose(work, delivery, input, outcome))
        return DECIDED;
    if (apply(work, delivery) == FIND_NEEDED)
        return DECIDE_AGAIN;
    return settle(work, delivery, outcome);
}

enum decision delivery_replay(struct work *work, const struct command *command,
                              struct outcome *outcome)
{
    const struct delivery_replay_input *input = command->input;
    enum find found;
    struct delivery_row *stored = work_find(work, KIND_DELIVERY, &input->delivery, &found);

    if (found == FIND_NEEDED)
        return DECIDE_AGAIN;
    if (found == FIND_ABSENT)
        return outcome_refuse(work, outcome, ERR_NOT_FOUND, "There is no delivery with this id");
    if (stored->body == NULL)
        return outcome_refuse(work, outcome, ERR_GONE, "The raw body is gone: it is kept 30 days");
    const struct source *source = config_source(work->config, stored->source);
    struct delivery_row *row = ARENA_NEW(work->arena, struct delivery_row);
    if (row == NULL)
        return DECIDED;
    if (source == NULL)
        return outcome_refuse(work, outcome, ERR_NOT_FOUND, "Its source is gone");
    *row = *stored;
    row->replayed_at = work->now;
    struct delivery delivery = {
        .source = source,
        .mapping = source->compiled,
        .row = row,
        .before = delivery_report_items(stored->report, work->arena),
        .caller = caller_for(&command->caller, source),
        .entry = LEDGER_DELIVERY_REPLAYED,
        .status = 200,
    };
    enum decision decision = replay(work, &delivery, input, outcome);
    json_decref(delivery.before);
    if (decision == DECIDE_AGAIN || outcome->err != ERR_NONE)
        return decision;
    work_remember(work, stored, sizeof *stored); /* for others of the group */
    *stored = *row;
    return DECIDED;
}

/* ---- trying ---- */

static void write_tried_touch(const struct touch_input *touch, struct json_out *out)
{
    json_out_key(out, "touch");
    if (touch == NULL) {
        json_out_null(out);
        return;
    }
    json_out_begin_object(out);
    json_out_member_text(out, "kind", touch->kind);
    json_out_member_text(out, "event_id", touch->event_id);
    json_out_member_instant(out, "occurred_at", touch->occurred_at);
    json_out_member_text(out, "direction", direction_name(touch->direction));
    for (int i = 0; i < DIMENSION_COUNT; i++)
        json_out_member_text(out, dimension_name((enum dimension)i), touch->values[i]);
    shape_amount("cost", &touch->cost, out);
    json_out_end_object(out);
}

static void write_tried_identities(const struct capture_input *capture, struct json_out *out)
{
    json_out_key(out, "identities");
    json_out_begin_array(out);
    for (size_t i = 0; i < capture->identity_count; i++) {
        const struct identity *identity = &capture->identities[i];
        json_out_begin_object(out);
        json_out_member_text(out, "kind",
                             identity->kind == IDENTITY_EMAIL      ? "email"
                             : identity->kind == IDENTITY_EXTERNAL ? "external_id"
                                                                   : "anonymous_id");
        json_out_member_text(out, "source",
                             identity->kind == IDENTITY_EXTERNAL ? identity->source : NULL);
        json_out_member_text(out, "value", identity->value);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

static void write_tried_lead(struct work *work, const struct mapped *item,
                             const struct captured *captured, struct json_out *out)
{
    const struct capture_input *capture = &item->capture;
    struct term_judgement again;
    const struct term_judgement *shown =
        lead_shown_verdict(work, captured->lead, captured->judgement, &again);

    json_out_member_uuid(out, "lead_id",
                         captured->created ? (struct uuid){{0}} : captured->lead->id);
    write_tried_identities(capture, out);
    json_out_key(out, "attributes");
    json_out_begin_object(out);
    for (size_t i = 0; i < capture->attribute_count; i++) {
        json_out_key(out, capture->attributes[i].name);
        value_write(&capture->attributes[i].value, out);
    }
    json_out_end_object(out);
    json_out_member_text(out, "claimed_stage", stage_name(capture->claimed_stage));
    write_tried_touch(capture->touch, out);
    json_out_member_text(out, "stage", stage_name(captured->lead->stage));
    json_out_member_text(out, "verdict", shown == NULL ? NULL : verdict_result_name(shown->result));
    json_out_member_bool(out, "would_be_offered",
                         captured->lead->open != NULL &&
                             captured->lead->open->state == HANDOFF_OFFERED);
}

static void write_tried(struct work *work, const struct delivery *delivery, bool items,
                        struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "error", delivery->error);
    json_out_key(out, "items");
    json_out_begin_array(out);
    for (size_t i = 0; items && i < delivery->item_count; i++) {
        json_out_begin_object(out);
        delivery_report_members(&delivery->results[i], out);
        json_out_key(out, "result");
        if (delivery->results[i].effect != ITEM_APPLIED || delivery->tried[i].lead == NULL) {
            json_out_null(out);
        } else {
            json_out_begin_object(out);
            write_tried_lead(work, &delivery->items[i], &delivery->tried[i], out);
            json_out_end_object(out);
        }
        json_out_end_object(out);
    }
    json_out_end_array(out);
    delivery_report_notes(&delivery->delivered->notes, out);
    json_out_end_object(out);
}

/* The answer shows people who may not be leads, so that it is not stored with its items. */
static enum decision answer_tried(struct work *work, const struct delivery *delivery,
                                  struct outcome *outcome)
{
    struct json_out *out = outcome_begin(work);

    write_tried(work, delivery, false, out);
    outcome_answer(work, outcome, 200);
    outcome->kept = outcome->body;
    outcome->kept_len = outcome->body_len;
    out = outcome_begin(work);
    write_tried(work, delivery, true, out);
    return outcome_answer(work, outcome, 200);
}

static enum decision try_items(struct work *work, struct delivery *delivery,
                               struct outcome *outcome)
{
    struct work_mark mark;

    work_mark(work, &mark);
    if (apply(work, delivery) == FIND_NEEDED)
        return DECIDE_AGAIN;
    answer_tried(work, delivery, outcome);
    work_return(work, &mark);
    return DECIDED;
}

enum decision source_try(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct source_try_input *input = command->input;
    const struct source *source = config_source(work->config, input->source);
    struct delivery_row row = {.row = ROW_NEW, .received_at = work->now};
    struct delivered delivered;
    enum find found = FIND_ABSENT;

    if (source == NULL)
        return outcome_refuse(work, outcome, ERR_NOT_FOUND, "There is no source with this id");
    struct delivery_row *stored = uuid_is_nil(input->delivery)
                                      ? NULL
                                      : work_find(work, KIND_DELIVERY, &input->delivery, &found);
    if (found == FIND_NEEDED)
        return DECIDE_AGAIN;
    if (!uuid_is_nil(input->delivery) && stored == NULL)
        return outcome_refuse_at(work, outcome, ERR_NOT_FOUND, "/delivery", "not_found",
                                 "There is no delivery with this id");
    if (stored != NULL && stored->body == NULL)
        return outcome_refuse(work, outcome, ERR_GONE, "The raw body is gone: it is kept 30 days");
    row.content_type = stored == NULL ? input->content_type : stored->content_type;
    row.body = stored == NULL ? input->body : stored->body;
    row.body_len = stored == NULL ? strlen(input->body) : stored->body_len;
    struct delivery delivery = {
        .source = source,
        .mapping = input->mapping == NULL ? source->compiled : input->mapping,
        .row = &row,
        .caller = caller_for(&command->caller, source),
    };
    if (!map_again(work, &delivery, &delivered))
        return DECIDED;
    delivery.tried = ARENA_ARRAY(work->arena, struct captured, delivery.item_count + 1);
    return delivery.tried == NULL ? DECIDED : try_items(work, &delivery, outcome);
}
