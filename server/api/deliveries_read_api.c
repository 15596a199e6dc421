#include "api/deliveries_read_api.h"

#include "api/outbound_api.h"
#include "api/reading.h"
#include "http/reply.h"

#include "base/base64.h"
#include "base/json_tree.h"
#include "base/name.h"
#include "base/utf8.h"
#include "store/read/delivery_read.h"

#include <string.h>

static const struct reading_places deliveries_places = READING_PLACES("dv");

enum way { LIST_RECEIVED, LIST_SENT };

static const char *const way_names[] = {"in", "out"};
static const struct input_type way_type = {
    .kind = INPUT_ENUM, .values = way_names, .max = LIST_SENT};

struct list_input {
    enum way direction;
    enum delivery_status status; /* DELIVERY_STATUS_COUNT: any */
    const char *source;
    struct uuid source_id; /* of source; nil: any */
    struct outbound_query out;
    struct reading_query page;
};

static const struct input_field list_fields[] = {
    {"direction", &way_type, AT(struct list_input, direction), .otherwise = LIST_RECEIVED},
    {"status", &delivery_status_type, AT(struct list_input, status),
     .otherwise = DELIVERY_STATUS_COUNT},
    {"source", &name_type, AT(struct list_input, source)},
    {"subscription", &name_type, AT(struct list_input, out.subscription)},
    {"state", &outbound_state_type, AT(struct list_input, out.state),
     .otherwise = OUTBOUND_STATE_COUNT},
    {"from", &input_instant, AT(struct list_input, out.from)},
    {"to", &input_instant, AT(struct list_input, out.to)},
    PAGE_LIMIT_FIELD(struct list_input, page),
    PAGE_PLACE_FIELD(struct list_input, page, "cursor", deliveries_places),
};
const struct input_spec deliveries_list_input = INPUT_SPEC(list_fields, struct list_input);

static struct uuid source_of(struct request *r, const char *name)
{
    for (size_t i = 0; name != NULL && i < r->config->source_count; i++)
        if (strcmp(r->config->sources[i].name, name) == 0)
            return r->config->sources[i].id;
    if (name != NULL)
        reading_fault(r, "source", "unknown_source", "There is no source of this name");
    return (struct uuid){{0}};
}

/* Parameters of the other direction, and its places, would be passed over in silence. */
static void check_direction(struct request *r, const struct list_input *input)
{
    const struct outbound_query *out = &input->out;
    const struct cursor *place = input->page.place;
    const bool sent = input->direction == LIST_SENT;
    const struct {
        const char *parameter;
        bool given, of_sent;
    } all[] = {
        {"status", input->status != DELIVERY_STATUS_COUNT, false},
        {"source", input->source != NULL, false},
        {"subscription", out->subscription != NULL, true},
        {"state", out->state != OUTBOUND_STATE_COUNT, true},
        {"from", out->from != INSTANT_NONE, true},
        {"to", out->to != INSTANT_NONE, true},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].given && all[i].of_sent != sent)
            reading_fault(r, all[i].parameter, "direction",
                          sent ? "It is only of what was received; use subscription, state, from "
                                 "or to"
                               : "It can only be used with direction=out");
    if (place != NULL && (place->number != 0) != sent)
        reading_fault(r, "cursor", "cursor", "Take it from next of an answer of this direction");
}

enum err deliveries_list_fill(struct request *r, void *filled)
{
    struct list_input *input = filled;

    check_direction(r, input);
    input->source_id = source_of(r, input->source);
    outbound_check(r, &input->out);
    return ERR_NONE;
}

static void write_members(const struct config *config, const struct delivery_item *item,
                          struct json_out *out)
{
    const struct source *source = config_source(config, item->source);

    json_out_member_uuid(out, "id", item->id);
    json_out_member_text(out, "source", source == NULL ? NULL : source->name);
    json_out_member_instant(out, "received_at", item->received_at);
    json_out_member_text(out, "content_type", item->content_type);
    json_out_member_text(out, "status", delivery_status_name(item->status));
    json_out_member_text(out, "error", item->error);
    json_out_member_uuid(out, "lead_id", item->lead);
    json_out_member_instant(out, "replayed_at", item->replayed_at);
}

void deliveries_write(const struct config *config, const struct delivery_item *item,
                      struct json_out *out)
{
    json_out_begin_object(out);
    write_members(config, item, out);
    json_out_end_object(out);
}

static enum err answer(struct request *r, const struct delivery_page *found)
{
    struct cursor place = {0};
    struct reading_page page;

    reading_page_begin(r, &page, "cursor");
    for (size_t i = 0; i < found->count; i++) {
        deliveries_write(r->config, &found->items[i], &page.json);
        place.id = found->items[i].id;
    }
    return reading_page_end(r, &page, &deliveries_places, found->more ? &place : NULL);
}

enum err deliveries_list(struct request *r, struct read *read)
{
    const struct list_input *input = r->input;
    struct delivery_filter filter = {
        .status = input->status,
        .source = input->source_id,
        .before = reading_begin_at(&input->page).id,
    };
    struct delivery_page found;

    if (input->direction == LIST_SENT)
        return outbound_list(r, read, &input->out, &input->page, &deliveries_places);
    enum err err = delivery_read_page(read, &filter, (int)input->page.limit, &found);

    return err == ERR_NONE ? answer(r, &found) : err;
}

/* ---- one ---- */

/* Six bytes of JSON for one of a body, at most, and the rest beside it. */
#define WHOLE_MAX_BYTES ((size_t)16 << 20)

static void write_json(struct json_out *out, const char *json, const char *otherwise)
{
    const char *text = json == NULL ? otherwise : json;

    json_out_raw(out, text, strlen(text));
}

/* As text where it is text, so that people can read it. */
static void write_body(const struct delivery_whole *whole, struct arena *arena,
                       struct json_out *out)
{
    bool is_text = whole->body != NULL && utf8_is_whole(whole->body, whole->body_len);
    char *encoded = NULL;

    if (whole->body != NULL && !is_text)
        encoded = arena_alloc(arena, BASE64_LEN(whole->body_len) + 1);
    if (encoded != NULL)
        base64_encode(whole->body, whole->body_len, encoded);
    json_out_key(out, "body");
    if (is_text)
        json_out_text_len(out, whole->body, whole->body_len);
    else
        json_out_text(out, encoded);
    json_out_member_text(out, "body_encoding",
                         whole->body == NULL ? NULL
                         : is_text           ? "utf-8"
                                             : "base64");
}

/* What is shown there is not: an address names people, as the body does. */
static void write_completions(const struct delivery_whole *whole, struct json_out *out)
{
    json_out_key(out, "fetches");
    json_out_begin_array(out);
    for (size_t i = 0; i < whole->completion_count; i++) {
        const struct completion *row = &whole->completions[i];
        json_out_begin_object(out);
        json_out_member_int(out, "item", row->item);
        json_out_member_text(out, "state",
                             completion_state_name((enum completion_state)row->state));
        json_out_member_int(out, "tries", row->tries);
        json_out_key(out, "status");
        if (row->status == 0)
            json_out_null(out);
        else
            json_out_int(out, row->status);
        json_out_member_text(out, "failure", row->failure);
        json_out_member_instant(out, "next_at", row->next_at);
        json_out_member_uuid(out, "delivery_id", row->result);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

static enum err answer_whole(struct request *r, const struct delivery_whole *whole)
{
    const char *report = whole->report == NULL ? "{}" : whole->report;
    json_t *parts = json_tree_read(r->arena, report, strlen(report), 0, NULL);
    struct json_out out;

    json_out_init(&out, r->arena, WHOLE_MAX_BYTES);
    json_out_begin_object(&out);
    write_members(r->config, &whole->item, &out);
    json_out_key(&out, "headers");
    write_json(&out, whole->headers, "null");
    write_body(whole, r->arena, &out);
    for (int i = 0; i < 2; i++) {
        const json_t *part = json_object_get(parts, i == 0 ? "items" : "read");
        json_out_key(&out, i == 0 ? "items" : "read");
        if (part == NULL)
            write_json(&out, NULL, "[]");
        else
            json_tree_write(part, &out);
    }
    write_completions(whole, &out);
    json_out_end_object(&out);
    json_decref(parts);
    reply_json(r, 200, &out);
    return ERR_NONE;
}

struct get_input {
    struct uuid delivery;
};

static const struct input_field get_fields[] = {
    {"delivery_id", &input_uuid, AT(struct get_input, delivery), .place = INPUT_PATH},
};
const struct input_spec deliveries_get_input = INPUT_SPEC(get_fields, struct get_input);

enum err deliveries_get(struct request *r, struct read *read)
{
    const struct get_input *input = r->input;
    struct delivery_whole whole;
    enum err err = delivery_read_one(read, input->delivery, &whole);

    return err == ERR_NONE ? answer_whole(r, &whole) : err;
}
