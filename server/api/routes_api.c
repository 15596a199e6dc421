#include "api/routes_api.h"

#include "http/reply.h"

#include "api/values.h"

#include "base/etag.h"
#include "base/name.h"
#include "core/agreement/route_change.h"
#include "core/agreement/shape_agreement.h"

#define LIST_MAX_BYTES (256u << 10)

enum err routes_get(struct request *r, struct read *read)
{
    char *etag = arena_alloc(r->arena, ETAG_LEN + 1);
    struct json_out out;

    (void)read;
    json_out_init(&out, r->arena, LIST_MAX_BYTES);
    shape_routes(r->config, r->config->routes, r->config->route_count, &out);
    if (!arena_failed(r->arena))
        etag_of_text(out.written.text, out.written.len, etag);
    r->reply.etag = etag;
    reply_json(r, 200, &out);
    return ERR_NONE;
}

/* null: no gate. */
static bool read_gate(struct input *in, const struct input_node *at,
                      const struct input_field *field, void *base)
{
    struct route_input *route = base;

    (void)field;
    route->gated = !json_is_null(at->json);
    return !route->gated || input_value(in, at, &term_type, &route->gate);
}

static const struct input_type gate_type = {.kind = INPUT_ANY, .read = read_gate};

static const char *const overdue_names[] = {
#define X(name, text) text,
    OVERDUE_THEN_TABLE(X)
#undef X
};
static const struct input_type overdue_type = {
    .kind = INPUT_ENUM, .values = overdue_names, .max = OVERDUE_THEN_COUNT - 1};

/* As it is answered: null without a team. */
static bool read_escalate_to(struct input *in, const struct input_node *at,
                             const struct input_field *field, void *base)
{
    struct route_input *route = base;

    (void)field;
    return json_is_null(at->json) || input_value(in, at, &name_type, &route->escalate_to);
}

static const struct input_type escalate_to_type = {.kind = INPUT_ANY, .read = read_escalate_to};

static const struct input_field route_fields[] = {
    {"from", &name_type, AT(struct route_input, from), .required = true},
    {"to", &name_type, AT(struct route_input, to), .required = true},
    {"gate", &gate_type, AT(struct route_input, gate), .required = true},
    {"automatic", &input_bool, AT(struct route_input, automatic), .otherwise = true},
    {"overdue", &overdue_type, AT(struct route_input, overdue), .otherwise = OVERDUE_KEEP},
    {"escalate_to", &escalate_to_type, AT(struct route_input, escalate_to)},
};
static const struct input_spec route_spec = INPUT_SPEC(route_fields, struct route_input);
static const struct input_type route_type = {.kind = INPUT_OBJECT, .of = &route_spec};
static const struct input_type routes_type = {
    .kind = INPUT_ARRAY, .max = ROUTES_REPLACED_MAX, .item = &route_type};

static const struct input_field replace_fields[] = {
    {"If-Match", &header_type, AT(struct routes_input, if_match), .place = INPUT_HEADER},
    {"data", &routes_type, AT(struct routes_input, routes), COUNT(struct routes_input, count),
     .required = true},
};
const struct input_spec routes_replace_spec = INPUT_SPEC(replace_fields, struct routes_input);
