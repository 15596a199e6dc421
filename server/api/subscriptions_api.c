#include "api/subscriptions_api.h"

#include "api/definitions_api.h"
#include "api/setup_page.h"
#include "api/values.h"
#include "delivery/attempt.h"
#include "http/etag_reply.h"
#include "http/reply.h"
#include "http/request_refuse.h"
#include "http/task.h"

#include "base/etag.h"
#include "base/name.h"
#include "core/ledger/kind_set.h"
#include "core/setup/subscription_change.h"
#include "store/read/outbound_read.h"

#include <string.h>

#define EVENTS_MAX_BYTES       8192
#define SUBSCRIPTION_MAX_BYTES (64u << 10)

static const struct reading_places deliveries_places = READING_PLACES("ob");

/* ---- what it wants ---- */

static const struct input_type event_type = {
    .kind = INPUT_LINE, .min = 1, .max = SUBSCRIPTION_EVENT_MAX_CHARS};

static bool read_events(struct input *in, const struct input_node *at,
                        const struct input_field *field, void *base)
{
    bool fine = true;

    for (size_t i = 0; i < json_array_size(at->json); i++) {
        const struct input_node item = input_item(at, i);
        struct kind_set kinds = {{0}};
        const char *pattern;
        if (!input_value(in, &item, &event_type, &pattern))
            fine = false;
        else if (!kind_set_add(&kinds, pattern, strlen(pattern)))
            fine = input_fault(in, &item, "unknown_event",
                               "There is no event \"%s\"; one is wanted such as handoff.offered, "
                               "handoff.* or *",
                               pattern);
    }
    return fine && value_keep_json(in, at, field, base, EVENTS_MAX_BYTES);
}

static const struct input_type events_type = {
    .kind = INPUT_LIST, .min = 1, .max = SUBSCRIPTION_EVENTS_MAX, .read = read_events};

/* It is compiled to find its faults. */
static bool read_where(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    const struct definition *compiled;
    bool fine = json_is_null(at->json) ||
                subscription_where_compile(at->json, input_pointer(at, in->arena), in->arena,
                                           in->faults, &compiled) == ERR_NONE;

    return fine && value_keep_json(in, at, field, base, SUBSCRIPTION_WHERE_MAX_BYTES);
}

static const struct input_type where_type = {.kind = INPUT_MAP, .read = read_where};

static bool read_include(struct input *in, const struct input_node *at,
                         const struct input_field *field, void *base)
{
    unsigned include = 0;
    bool fine = true;

    for (size_t i = 0; i < json_array_size(at->json); i++) {
        const struct input_node item = input_item(at, i);
        int what;
        if (input_value(in, &item, &subscription_include_type, &what))
            include |= 1u << what;
        else
            fine = false;
    }
    unsigned *box = field->boxed ? ARENA_NEW(in->arena, unsigned) : NULL;
    if (box != NULL)
        *box = include;
    if (field->boxed)
        memcpy((char *)base + field->offset, &box, sizeof box);
    else
        memcpy((char *)base + field->offset, &include, sizeof include);
    return fine;
}

static const struct input_type include_type = {
    .kind = INPUT_LIST, .max = SUBSCRIPTION_INCLUDE_COUNT, .read = read_include};

/* ---- where to ---- */

static const char *const target_kinds[] = {"webhook"};
static const struct input_type target_kind_type = {.kind = INPUT_ENUM, .values = target_kinds};
static const struct input_type url_type = {
    .kind = INPUT_LINE, .min = 1, .max = SUBSCRIPTION_URL_MAX_CHARS};

static const struct input_field target_fields[] = {
    {"kind", &target_kind_type, AT(struct subscription_target, kind), .required = true},
    {"url", &url_type, AT(struct subscription_target, url), .required = true},
};
static const struct input_spec target_spec = INPUT_SPEC(target_fields, struct subscription_target);
static const struct input_type target_type = {.kind = INPUT_OBJECT, .of = &target_spec};

static enum err check_url(struct request *r, const char *url)
{
    const struct task *task = r->work;
    const char *why;

    if (attempt_url_is_fine(task->rules, url, &why))
        return ERR_NONE;
    struct faults *faults = request_faults(r);
    if (faults != NULL)
        faults_add(faults, "/target/url", "not_sent_to", "%s", why);
    return request_refuse(r, ERR_INVALID_VALUE, "Baton does not send to this URL");
}

enum err subscriptions_create_fill(struct request *r, void *filled)
{
    const struct subscription_create_input *input = filled;

    return check_url(r, input->target.url);
}

enum err subscriptions_update_fill(struct request *r, void *filled)
{
    const struct subscription_update_input *input = filled;

    return input->target == NULL ? ERR_NONE : check_url(r, input->target->url);
}

enum err subscriptions_create_names(struct request *r, struct read *read)
{
    struct subscription_create_input *input = r->input;

    return input->where == NULL ? ERR_NONE : definitions_known_names(r, read, &input->known);
}

enum err subscriptions_update_names(struct request *r, struct read *read)
{
    struct subscription_update_input *input = r->input;

    return definitions_known_names(r, read, &input->known);
}

/* ---- writes ---- */

static const struct input_field create_fields[] = {
    {"Idempotency-Key", &header_type, AT(struct subscription_create_input, idempotency_key),
     .place = INPUT_HEADER},
    {"name", &new_name_type, AT(struct subscription_create_input, name), .required = true},
    {"team", &name_type, AT(struct subscription_create_input, team)},
    {"events", &events_type, AT(struct subscription_create_input, events), .required = true},
    {"where", &where_type, AT(struct subscription_create_input, where)},
    {"include", &include_type, AT(struct subscription_create_input, include)},
    {"target", &target_type, AT(struct subscription_create_input, target), .required = true},
};
const struct input_spec subscription_create_spec =
    INPUT_SPEC(create_fields, struct subscription_create_input);

static const struct input_field update_fields[] = {
    {"subscription_id", &input_uuid, AT(struct subscription_update_input, subscription),
     .place = INPUT_PATH},
    {"If-Match", &header_type, AT(struct subscription_update_input, if_match),
     .place = INPUT_HEADER},
    {"events", &events_type, AT(struct subscription_update_input, events)},
    {"where", &where_type, AT(struct subscription_update_input, where), .nullable = true},
    {"include", &include_type, AT(struct subscription_update_input, include), .boxed = true},
    {"target", &target_type, AT(struct subscription_update_input, target), .boxed = true},
    {"state", &subscription_state_type, AT(struct subscription_update_input, state), .boxed = true},
};
const struct input_spec subscription_update_spec =
    INPUT_SPEC(update_fields, struct subscription_update_input, .check = input_changes);

static const struct input_field named_fields[] = {
    {"subscription_id", &input_uuid, AT(struct subscription_named, subscription),
     .place = INPUT_PATH},
};
const struct input_spec subscription_named_spec =
    INPUT_SPEC(named_fields, struct subscription_named);

static const struct input_field replay_fields[] = {
    {"subscription_id", &input_uuid, AT(struct subscription_replay_input, subscription),
     .place = INPUT_PATH},
    {"delivery_id", &input_uuid, AT(struct subscription_replay_input, delivery)},
    {"from", &input_instant, AT(struct subscription_replay_input, from), .boxed = true},
    {"to", &input_instant, AT(struct subscription_replay_input, to), .boxed = true},
    {"failed", &input_bool, AT(struct subscription_replay_input, failed)},
};
const struct input_spec subscription_replay_spec =
    INPUT_SPEC(replay_fields, struct subscription_replay_input);

/* ---- reads ---- */

struct list_input {
    struct reading_query page;
};

static const struct input_field list_fields[] = {
    PAGE_LIMIT_FIELD(struct list_input, page),
    {"cursor", &setup_place_type, AT(struct list_input, page.place)},
};
const struct input_spec subscriptions_list_input = INPUT_SPEC(list_fields, struct list_input);

static struct uuid id_of(const void *list, size_t index)
{
    return ((const struct config *)list)->subscriptions[index].id;
}

static void write_one(const void *list, size_t index, struct json_out *out)
{
    const struct config *config = list;

    shape_subscription(config, &config->subscriptions[index], out);
}

enum err subscriptions_list(struct request *r, struct read *read)
{
    const struct list_input *input = r->input;
    struct setup_list list = {r->config->subscription_count, id_of, NULL, write_one, r->config};

    (void)read;
    return setup_page_answer(r, &input->page, &list, "/v1/subscriptions", "");
}

static const struct input_field get_fields[] = {
    {"subscription_id", &input_uuid, AT(struct subscription_named, subscription),
     .place = INPUT_PATH},
};
const struct input_spec subscriptions_get_input = INPUT_SPEC(get_fields, struct subscription_named);

enum err subscriptions_get(struct request *r, struct read *read)
{
    const struct subscription_named *input = r->input;
    const struct subscription *subscription = config_subscription(r->config, input->subscription);
    struct json_out out;

    (void)read;
    if (subscription == NULL)
        return ERR_NOT_FOUND;
    json_out_init(&out, r->arena, SUBSCRIPTION_MAX_BYTES);
    shape_subscription(r->config, subscription, &out);
    reply_json(r, 200, &out);
    etag_reply_body(r);
    return ERR_NONE;
}

struct deliveries_input {
    struct uuid subscription;
    enum outbound_state state; /* OUTBOUND_STATE_COUNT: any */
    struct reading_query page;
};

static const struct input_field deliveries_fields[] = {
    {"subscription_id", &input_uuid, AT(struct deliveries_input, subscription),
     .place = INPUT_PATH},
    {"state", &outbound_state_type, AT(struct deliveries_input, state),
     .otherwise = OUTBOUND_STATE_COUNT},
    PAGE_LIMIT_FIELD(struct deliveries_input, page),
    PAGE_PLACE_FIELD(struct deliveries_input, page, "cursor", deliveries_places),
};
const struct input_spec subscriptions_deliveries_input =
    INPUT_SPEC(deliveries_fields, struct deliveries_input);

static void write_number(struct json_out *out, const char *name, int number)
{
    if (number == 0)
        json_out_member_null(out, name);
    else
        json_out_member_int(out, name, number);
}

static void write_delivery(const struct outbound_row *row, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_uuid(out, "id", row->delivery);
    json_out_member_int(out, "pos", row->pos);
    json_out_member_text(out, "type", ledger_kind_name(row->kind));
    json_out_member_text(out, "state", outbound_state_name((enum outbound_state)row->state));
    json_out_member_int(out, "tries", row->tries);
    json_out_member_instant(out, "made_at", row->made_at);
    json_out_member_instant(out, "tried_at", row->tried_at);
    json_out_member_instant(out, "next_at", row->next_at);
    write_number(out, "status", row->status);
    json_out_member_text(out, "failure", row->failure);
    json_out_member_text(out, "answer", row->answer);
    json_out_end_object(out);
}

enum err subscriptions_deliveries(struct request *r, struct read *read)
{
    const struct deliveries_input *input = r->input;
    struct cursor place = reading_begin_at(&input->page);
    struct outbound_page found;
    struct reading_page page;

    if (config_subscription(r->config, input->subscription) == NULL)
        return ERR_NOT_FOUND;
    enum err err = outbound_read_page(read, input->subscription, input->state,
                                      input->page.place == NULL ? INT64_MAX : place.number,
                                      (int)input->page.limit, &found);
    if (err != ERR_NONE)
        return err;
    reading_page_begin(r, &page, "cursor");
    for (size_t i = 0; i < found.count; i++) {
        write_delivery(&found.items[i], &page.json);
        place.number = found.items[i].pos;
    }
    return reading_page_end(r, &page, &deliveries_places, found.more ? &place : NULL);
}
