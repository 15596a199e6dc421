#include "core/intake/inbound.h"

#include "base/form.h"
#include "base/json_tree.h"
#include "core/handoff/judge.h"
#include "core/intake/lead_result.h"
#include "core/intake/mapping.h"
#include "core/setup/source_auth.h"
#include "core/setup_change.h"

#include <string.h>

/* One delivery on its way through the mapping. */
struct delivery {
    const struct source *source;
    struct delivery_row *row;
    const json_t *document;
    bool form;
    bool again; /* it was applied before: its touches are there */
    struct caller caller;
    enum ledger_kind entry; /* received or replayed */
    int status;             /* of the answer */
    struct mapped *items;
    size_t item_count;
    /* what came of it */
    const char *error; /* NULL: applied */
    struct captured first;
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

/* The first item that does not fit fails the delivery. */
static void find_error(struct work *work, struct delivery *delivery)
{
    for (size_t i = 0; i < delivery->item_count && delivery->error == NULL; i++) {
        const struct mapped *item = &delivery->items[i];
        if (item->error == MAPPED_OK)
            continue;
        const char *code = mapped_error_code(item->error);
        bool root = item->pointer == NULL || item->pointer[0] == '\0';
        delivery->error = arena_printf(work->arena, root ? "%s" : "%s at %.*s", code,
                                       DELIVERY_ERROR_MAX_BYTES - 100, item->pointer);
    }
}

/* False when memory is short. */
static bool map(struct work *work, struct delivery *delivery)
{
    struct mapped_from from = {
        .source_name = delivery->source->name,
        .sender = sender_of(work, delivery->source),
        .knowledge = knowledge_of(work, delivery->source),
        .tabular = delivery->form,
        .occurred_at = delivery->row->received_at,
    };

    if (delivery->source->compiled == NULL) {
        delivery->error = "mapping";
        return true;
    }
    if (mapping_apply(delivery->source->compiled, delivery->document, &from, work->arena,
                      &delivery->items, &delivery->item_count) != ERR_NONE)
        return false;
    find_error(work, delivery);
    return !arena_failed(work->arena);
}

/* ---- applying ---- */

static void fail(struct work *work, struct delivery *delivery, const char *error)
{
    work_undo(work); /* what its items have changed so far */
    delivery->error = error;
    delivery->row->lead_count = 0;
}

static enum find apply_item(struct work *work, struct delivery *delivery, size_t i,
                            struct uuid *lead)
{
    struct captured captured;

    if (lead_capture_apply(work, &delivery->caller, &delivery->items[i].capture, &captured) ==
        FIND_NEEDED)
        return FIND_NEEDED;
    if (captured.err != ERR_NONE || captured.lead == NULL) {
        fail(work, delivery,
             error_code(captured.err == ERR_NONE ? ERR_OUT_OF_MEMORY : captured.err));
        return FIND_FOUND;
    }
    *lead = captured.lead->id;
    if (i == 0)
        delivery->first = captured;
    return FIND_FOUND;
}

static enum find apply(struct work *work, struct delivery *delivery)
{
    struct uuid *leads = ARENA_ARRAY(work->arena, struct uuid, delivery->item_count + 1);

    if (leads == NULL)
        return FIND_FOUND;
    delivery->row->leads = leads;
    for (size_t i = 0; delivery->again && i < delivery->item_count; i++)
        delivery->items[i].capture.touch = NULL; /* so an event without an id is one, too */
    for (size_t i = 0; i < delivery->item_count && delivery->error == NULL; i++) {
        if (apply_item(work, delivery, i, &leads[i]) == FIND_NEEDED) {
            for (size_t rest = i + 1; rest < delivery->item_count; rest++)
                lead_capture_note_needs(work, &delivery->items[rest].capture);
            return FIND_NEEDED;
        }
        if (delivery->error == NULL)
            delivery->row->lead_count = i + 1;
    }
    return FIND_FOUND;
}

/* ---- what stays, and the answer ---- */

static void append_entry(struct work *work, const struct delivery *delivery,
                         struct chain_row *chain)
{
    struct json_out *body = work_body(work);

    json_out_member_uuid(body, "delivery", delivery->row->id);
    json_out_member_int(body, "items", (int64_t)delivery->row->lead_count);
    json_out_member_uuid(body, "source", delivery->source->id);
    json_out_member_text(body, "status", delivery->error == NULL ? "applied" : "failed");
    setup_append(work, chain, delivery->entry, &delivery->caller);
}

static const char *verdict_of(const struct work *work, const struct delivery *delivery)
{
    struct term_judgement again;
    const struct term_judgement *shown = NULL;

    if (delivery->error == NULL)
        shown = lead_shown_verdict(work, delivery->first.lead, delivery->first.judgement, &again);
    return shown == NULL ? NULL : verdict_result_name(shown->result);
}

static enum decision answer(struct work *work, struct outcome *outcome,
                            const struct delivery *delivery)
{
    const struct capture_input *capture =
        delivery->error == NULL ? &delivery->items[0].capture : NULL;
    struct json_out *out = outcome_begin(work);

    json_out_begin_object(out);
    json_out_member_uuid(out, "delivery_id", delivery->row->id);
    json_out_member_text(out, "status", delivery->error == NULL ? "applied" : "failed");
    json_out_member_uuid(out, "lead_id",
                         capture == NULL ? (struct uuid){{0}} : delivery->first.lead->id);
    json_out_member_text(out, "verdict", verdict_of(work, delivery));
    json_out_member_text(out, "claimed_stage",
                         capture == NULL ? NULL : stage_name(capture->claimed_stage));
    json_out_end_object(out);
    if (capture != NULL)
        outcome->lead = delivery->first.lead->id;
    return outcome_answer(work, outcome, delivery->status);
}

static enum decision settle(struct work *work, struct delivery *delivery, struct outcome *outcome)
{
    struct chain_row *chain = setup_chain(work, work->config->workspace);

    if (chain == NULL)
        return DECIDE_AGAIN;
    delivery->row->applied = delivery->error == NULL || delivery->again;
    delivery->row->error = delivery->error;
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
    if (delivery->error != NULL)
        return true;
    for (size_t i = 0; i < delivery->item_count; i++)
        if (!lead_capture_note_keys(&delivery->items[i].capture, work, work->config->workspace,
                                    keys))
            return false;
    return true;
}

bool inbound_receive_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    const struct inbound_input *input = command->input;
    const struct source *source = config_source(work->config, input->source);
    struct delivery_row row = {.received_at = work->now};
    struct delivery delivery = {
        .source = source, .row = &row, .document = input->document, .form = input->form};

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
    return source->active && input->signature != NULL &&
           source_auth_of(source, work->arena, &auth) == ERR_NONE &&
           source_auth_fits(&auth, work->now, input->signature, input->body, input->body_len);
}

/* A source's sender, a key of its team, or whoever runs the workspace. */
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
        .replayed_at = INSTANT_NONE,
    };
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
        .row = new_row(work, input),
        .document = input->document,
        .form = input->form,
        .caller = caller_for(&command->caller, source),
        .entry = LEDGER_DELIVERY_RECEIVED,
        .status = 202,
    };
    if (delivery.row == NULL || !map(work, &delivery))
        return DECIDED;
    if (delivery.error == NULL && apply(work, &delivery) == FIND_NEEDED)
        return DECIDE_AGAIN;
    return settle(work, &delivery, outcome);
}

/* ---- replay ---- */

static const char *kept(struct work *work, const char *text)
{
    return text == NULL ? NULL : arena_strdup(work->arena, text);
}

/* The document goes before the group is saved; what was borrowed of it must stay. */
static void keep_texts(struct work *work, struct capture_input *capture)
{
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
    if (touch != NULL) {
        touch->kind = kept(work, touch->kind);
        touch->event_id = kept(work, touch->event_id);
    }
}

/* It could be read when it came. */
static json_t *document_of(const struct delivery_row *row, struct arena *arena)
{
    char why[FORM_WHY_MAX_BYTES];
    json_t *document = NULL;

    if (!form_is_type(row->content_type))
        return json_tree_read(arena, row->body, row->body_len,
                              JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    return form_parse(row->body, row->body_len, &document, why) == ERR_NONE ? document : NULL;
}

static bool map_again(struct work *work, struct delivery *delivery)
{
    json_t *document = document_of(delivery->row, work->arena);

    if (document == NULL) {
        arena_fail(work->arena);
        return false;
    }
    delivery->document = document;
    bool mapped = map(work, delivery);
    for (size_t i = 0; mapped && delivery->error == NULL && i < delivery->item_count; i++)
        keep_texts(work, &delivery->items[i].capture);
    delivery->document = NULL;
    json_decref(document);
    return mapped;
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
        .row = row,
        .form = form_is_type(row->content_type),
        .again = row->applied,
        .caller = caller_for(&command->caller, source),
        .entry = LEDGER_DELIVERY_REPLAYED,
        .status = 200,
    };
    if (!map_again(work, &delivery))
        return DECIDED;
    if (delivery.error == NULL && apply(work, &delivery) == FIND_NEEDED)
        return DECIDE_AGAIN;
    if (settle(work, &delivery, outcome) == DECIDE_AGAIN)
        return DECIDE_AGAIN;
    work_remember(work, stored, sizeof *stored); /* for others of the group */
    *stored = *row;
    return DECIDED;
}
