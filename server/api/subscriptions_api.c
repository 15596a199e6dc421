#include "api/subscriptions_api.h"

#include "api/definitions_api.h"
#include "api/preset_list.h"
#include "api/setup_page.h"
#include "api/values.h"
#include "delivery/attempt.h"
#include "http/etag_reply.h"
#include "http/reply.h"
#include "http/request_refuse.h"
#include "http/task.h"

#include "base/etag.h"
#include "base/json_tree.h"
#include "base/name.h"
#include "core/lead/lead.h"
#include "core/ledger/kind_set.h"
#include "core/setup/subscription_change.h"

#include <string.h>

#define EVENTS_MAX_BYTES       8192
#define SUBSCRIPTION_MAX_BYTES (256u << 10)

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

static const struct input_type url_type = {
    .kind = INPUT_LINE, .min = 1, .max = SUBSCRIPTION_URL_MAX_CHARS};
static const struct input_type preset_type = {.kind = INPUT_LINE, .min = 1, .max = 64};
static const struct input_type secret_type = {
    .kind = INPUT_LINE, .min = 1, .max = TARGET_SECRET_MAX_BYTES};
static const struct input_type place_type = {.kind = INPUT_LINE, .max = 200};
static const struct input_type object_type = {.kind = INPUT_MAP};

/* As its members stand in the request. */
struct target_read {
    int kind;
    int method;
    const char *preset;
    const char *url;
    const json_t *headers, *body, *form, *maps, *learn, *secrets;
    const char *const *to;
    size_t to_count;
};

static const struct input_type to_type = {
    .kind = INPUT_ARRAY, .min = 1, .max = TARGET_TO_MAX, .item = &input_email};

struct learned {
    const char *source;
    const char *at;
};

static const struct input_field learned_fields[] = {
    {"source", &identity_source_type, AT(struct learned, source), .required = true},
    {"at", &place_type, AT(struct learned, at), .required = true},
};
static const struct input_spec learned_spec = INPUT_SPEC(learned_fields, struct learned);
static const struct input_type learned_type = {.kind = INPUT_OBJECT, .of = &learned_spec};
static const struct input_field learn_fields[] = {
    {"external_id", &learned_type, .offset = 0, .required = true},
};
static const struct input_spec learn_spec = INPUT_SPEC(learn_fields, struct learned);

/* It is kept as it stands; reading it finds its faults. */
static bool read_learn(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    struct learned learned;

    if (!input_object(in, at, &learn_spec, &learned))
        return false;
    if (learned.at != NULL && learned.at[0] != '/')
        return input_fault(in, at, "pointer", "\"at\" is a JSON pointer such as /id");
    memcpy((char *)base + field->offset, &at->json, sizeof at->json);
    return true;
}

static const struct input_type learn_type = {.kind = INPUT_MAP, .read = read_learn};

static const struct input_field target_fields[] = {
    {"kind", &target_kind_type, AT(struct target_read, kind), .required = true},
    {"preset", &preset_type, AT(struct target_read, preset)},
    {"url", &url_type, AT(struct target_read, url)},
    {"method", &target_method_type, AT(struct target_read, method), .otherwise = -1},
    {"headers", &object_type, AT(struct target_read, headers)},
    {"body", &input_any, AT(struct target_read, body)},
    {"form", &object_type, AT(struct target_read, form)},
    {"maps", &object_type, AT(struct target_read, maps)},
    {"learn", &learn_type, AT(struct target_read, learn)},
    {"secrets", &object_type, AT(struct target_read, secrets)},
    {"to", &to_type, AT(struct target_read, to), COUNT(struct target_read, to_count)},
};
static const struct input_spec target_spec = INPUT_SPEC(target_fields, struct target_read);

static const char *text_of(const json_t *json, struct arena *arena, size_t max)
{
    struct json_out out;

    json_out_init(&out, arena, max);
    json_tree_write(json, &out);
    return out.written.text;
}

/* What is given counts instead of what the preset has; a form instead of a body, and a body instead
 * of a form. */
static void merge(json_t *template, const struct target_read *read)
{
    const struct {
        const char *name;
        const json_t *json;
        const char *instead_of;
    } given[] = {
        {"headers", read->headers, NULL}, {"body", read->body, "form"},
        {"form", read->form, "body"},     {"maps", read->maps, NULL},
        {"learn", read->learn, NULL},
    };

    if (read->method >= 0)
        json_object_set_new(template, "method",
                            json_string(target_method_type.values[read->method]));
    else if (json_object_get(template, "method") == NULL)
        json_object_set_new(template, "method", json_string("POST"));
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        if (given[i].json == NULL)
            continue;
        json_object_set(template, given[i].name, (json_t *)given[i].json);
        if (given[i].instead_of != NULL)
            json_object_del(template, given[i].instead_of);
    }
}

static bool check_secrets(struct input *in, const struct input_node *at, const json_t *secrets)
{
    const struct input_node all = input_member(at, "secrets");
    const char *name, *text;
    json_t *value;
    bool sound = true;

    if (json_object_size(secrets) > TARGET_SECRETS_MAX)
        return input_fault(in, &all, "too_many", "At most %d secrets", TARGET_SECRETS_MAX);
    json_object_foreach((json_t *)secrets, name, value)
    {
        const struct input_node one = {.json = value, .up = &all, .name = name};
        sound = input_value(in, &one, &secret_type, &text) && sound;
    }
    return sound;
}

static bool read_template(struct input *in, const struct input_node *at, struct target_read *read,
                          struct subscription_target *out)
{
    const struct input_node preset_node = input_member(at, "preset");
    const struct input_node url = input_member(at, "url");
    json_t *preset = read->preset == NULL ? NULL : target_preset_document(read->preset, in->arena);
    size_t before = in->faults->count;

    if (read->preset != NULL && preset == NULL)
        return input_fault(in, &preset_node, "unknown_preset",
                           "There is no such preset: GET /v1/targets lists them");
    json_t *of_preset = json_object_get(preset, "target");
    json_t *template = json_object();
    for (size_t i = 0; i < 5; i++) {
        static const char *const names[] = {"method", "headers", "body", "maps", "learn"};
        json_t *value = json_object_get(of_preset, names[i]);
        if (value != NULL)
            json_object_set(template, names[i], value);
    }
    merge(template, read);
    const char *address = json_string_value(json_object_get(of_preset, "url"));
    out->url = read->url != NULL ? read->url
               : address == NULL ? NULL
                                 : arena_strdup(in->arena, address);
    if (out->url == NULL)
        input_fault(in, &url, "required", "It is missing; or name a preset");
    else if (json_object_get(template, "body") == NULL && json_object_get(template, "form") == NULL)
        input_fault(in, at, "required", "A template has a body or a form");
    else
        json_decref(target_check(out->url, template, in->arena, in->faults, &out->includes));
    out->template = text_of(template, in->arena, TARGET_BODY_MAX_BYTES);
    json_decref(template);
    json_decref(preset);
    return in->faults->count == before;
}

static bool read_mail(struct input *in, const struct input_node *at, const struct target_read *read,
                      struct subscription_target *out)
{
    const struct input_node to = input_member(at, "to");
    struct json_out document;

    if (to.json == NULL)
        return input_fault(in, &to, "required", "Say to whom");
    if (json_object_size(at->json) > 2)
        return input_fault(in, at, "unknown_member", "Mail has readers and nothing else");
    json_out_init(&document, in->arena, TARGET_BODY_MAX_BYTES);
    json_out_begin_object(&document);
    json_out_key(&document, "to");
    json_out_begin_array(&document);
    for (size_t i = 0; i < read->to_count; i++)
        json_out_text(&document, read->to[i]);
    json_out_end_array(&document);
    json_out_end_object(&document);
    out->url = "";
    out->template = document.written.text;
    out->to = read->to;
    out->to_count = read->to_count;
    out->includes = INCLUDE_LEAD | INCLUDE_HANDOFF;
    return true;
}

static bool read_target(struct input *in, const struct input_node *at,
                        const struct input_field *field, void *base)
{
    struct target_read read;
    struct subscription_target *target = ARENA_NEW(in->arena, struct subscription_target);
    const struct input_node url = input_member(at, "url");

    if (target == NULL)
        return true;
    if (!input_object(in, at, &target_spec, &read) || !check_secrets(in, at, read.secrets))
        return false;
    target->kind = read.kind;
    target->url = read.url;
    if (read.secrets != NULL)
        target->secrets = text_of(read.secrets, in->arena, TARGET_SECRETS_MAX_BYTES);
    if (read.kind == TARGET_TEMPLATE && !read_template(in, at, &read, target))
        return false;
    if (read.kind == TARGET_EMAIL && !read_mail(in, at, &read, target))
        return false;
    if (read.kind == TARGET_WEBHOOK && read.url == NULL)
        return input_fault(in, &url, "required", "It is missing");
    if (read.kind == TARGET_WEBHOOK && json_object_size(at->json) > 2)
        return input_fault(in, at, "unknown_member",
                           "A webhook has a URL and nothing else: a template has");
    if (field->boxed)
        memcpy((char *)base + field->offset, &target, sizeof target);
    else
        memcpy((char *)base + field->offset, target, sizeof *target);
    return true;
}

static const struct input_type target_type = {.kind = INPUT_MAP, .read = read_target};

/* A URL as it is when secrets alone are filled in. NULL: one of them is not given. */
static const char *url_with(struct request *r, const struct subscription_target *target)
{
    struct text_out out;
    json_t *secrets = target->secrets == NULL ? NULL
                                              : json_tree_read(r->arena, target->secrets,
                                                               strlen(target->secrets), 0, NULL);
    const struct template_source source = {.secrets = secrets, .arena = r->arena};

    text_out_init(&out, r->arena, SUBSCRIPTION_URL_MAX_CHARS + TARGET_SECRETS_MAX_BYTES);
    template_fill(target->url, TEMPLATE_URL, &source, &out);
    json_decref(secrets);
    return out.text;
}

/* Where no secrets are given, those that are kept go to the same URL, which was looked at. */
static enum err check_url(struct request *r, const struct subscription_target *target)
{
    const struct task *task = r->work;
    bool keeps = target->kind == TARGET_TEMPLATE && target->secrets == NULL;
    const char *url = target->kind == TARGET_TEMPLATE ? url_with(r, target) : target->url;
    const char *why = NULL;

    if (target->kind == TARGET_EMAIL && !task->mails)
        return request_refuse(r, ERR_UNPROCESSABLE,
                              "This server sends no mail: the operator sets BATON_SMTP_URL");
    if (target->kind == TARGET_EMAIL)
        return ERR_NONE;
    if (url == NULL)
        return ERR_OUT_OF_MEMORY;
    if ((keeps && strstr(target->url, "{{") != NULL) || attempt_url_is_fine(task->rules, url, &why))
        return ERR_NONE;
    struct faults *faults = request_faults(r);
    if (faults != NULL)
        faults_add(faults, "/target/url", "not_sent_to", "%s", why);
    return request_refuse(r, ERR_INVALID_VALUE, "Baton does not send to this URL");
}

enum err subscriptions_create_fill(struct request *r, void *filled)
{
    const struct subscription_create_input *input = filled;

    return check_url(r, &input->target);
}

enum err subscriptions_update_fill(struct request *r, void *filled)
{
    const struct subscription_update_input *input = filled;

    return input->target == NULL ? ERR_NONE : check_url(r, input->target);
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

/* ---- presets ---- */

static const char *preset_name(size_t place)
{
    return target_presets_embedded[place].name;
}

enum err targets_list(struct request *r)
{
    static const char *const members[] = {"title",    "about", "events", "target",
                                          "asks_for", "steps", NULL};
    static const struct preset_list list = {preset_name, target_preset_document, members};

    return preset_list_answer(r, &list);
}

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
