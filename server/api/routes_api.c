#include "api/routes_api.h"

#include "api/setup_input.h"

#include "base/etag.h"
#include "core/agreement/route_change.h"
#include "core/agreement/shape_agreement.h"

#define LIST_MAX_BYTES (256u << 10)

enum err routes_get(struct request *r, struct reader *reader)
{
    char *etag = arena_alloc(r->arena, ETAG_LEN + 1);
    struct json_out out;

    (void)reader;
    json_out_init(&out, LIST_MAX_BYTES);
    shape_routes(r->config, r->config->routes, r->config->route_count, &out);
    if (etag != NULL && !json_out_failed(&out))
        etag_of_text(out.text, out.len, etag);
    r->reply.etag = etag;
    reply_json(r, 200, &out);
    return ERR_NONE;
}

struct route_body {
    const char *from;
    const char *to;
    int gate;
    enum input_presence gate_given;
    bool automatic;
};

static const char *const term_names[] = {"mql", "srl", "sql", NULL};

static const struct input_field route_fields[] = {
    {.name = "from",
     .type = INPUT_LINE,
     .required = true,
     .min = 1,
     .max = SETUP_NAME_MAX_CHARS,
     .offset = offsetof(struct route_body, from)},
    {.name = "to",
     .type = INPUT_LINE,
     .required = true,
     .min = 1,
     .max = SETUP_NAME_MAX_CHARS,
     .offset = offsetof(struct route_body, to)},
    {.name = "gate",
     .type = INPUT_ENUM,
     .required = true,
     .nullable = true,
     .values = term_names,
     .presence = offsetof(struct route_body, gate_given),
     .offset = offsetof(struct route_body, gate)},
    {.name = "automatic",
     .type = INPUT_BOOL,
     .otherwise = true,
     .offset = offsetof(struct route_body, automatic)},
};

static const struct input_spec route_spec = INPUT_SPEC(route_fields, struct route_body);

struct routes_body {
    const struct route_body *data;
    size_t count;
};

static const struct input_field list_fields[] = {
    {.name = "data",
     .type = INPUT_OBJECTS,
     .required = true,
     .max = ROUTES_REPLACED_MAX,
     .of = &route_spec,
     .offset = offsetof(struct routes_body, data),
     .count_offset = offsetof(struct routes_body, count)},
};

static const struct input_spec list_spec = INPUT_SPEC(list_fields, struct routes_body);

enum err routes_put(struct request *r, struct command *command)
{
    struct routes_input *input = setup_new_input(r, sizeof *input);
    struct routes_body body;

    if (input == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = request_input(r, &list_spec, &body);
    if (err != ERR_NONE)
        return err;
    struct route_input *ways = setup_new_input(r, (body.count + 1) * sizeof *ways);
    if (ways == NULL)
        return ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < body.count; i++)
        ways[i] = (struct route_input){
            .from = body.data[i].from,
            .to = body.data[i].to,
            .gated = body.data[i].gate_given == INPUT_GIVEN,
            .gate = (enum term)body.data[i].gate,
            .automatic = body.data[i].automatic,
        };
    *input = (struct routes_input){ways, body.count, r->if_match};
    command->kind = COMMAND_ROUTES_REPLACE;
    command->input = input;
    return ERR_NONE;
}
