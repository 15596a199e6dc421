#include "http/request_input.h"

#include "http/request_refuse.h"

#include <string.h>

static const struct input_spec nothing = {.size = 0};

/* False when memory is short. */
static bool begin(struct request *r, const char *where, struct input *in)
{
    *in = (struct input){
        .arena = r->arena,
        .faults = request_faults(r),
        .where = where,
        .workspace = r->caller.workspace,
    };
    if (r->input == NULL && r->route->input != NULL) {
        r->input = arena_alloc(r->arena, r->route->input->size);
        if (r->input != NULL)
            input_defaults(r->route->input, r->input);
    }
    return in->faults != NULL && (r->input != NULL || r->route->input == NULL);
}

/* What is read is the body, and not the query. */
static bool reads_body(const struct route *route)
{
    return route->kind == ROUTE_WRITE || (route->kind == ROUTE_DIRECT && route->body_max > 0);
}

enum err request_read_query(struct request *r, const char *query)
{
    bool takes = !reads_body(r->route) && r->route->input != NULL;
    struct input in;

    if (r->route->flags & ROUTE_ANY_QUERY)
        query = NULL;
    if (query == NULL && !takes)
        return ERR_NONE;
    if (!begin(r, "query", &in))
        return ERR_OUT_OF_MEMORY;
    if (input_query(&in, query, takes ? r->route->input : &nothing, r->input))
        return ERR_NONE;
    return takes && r->route->fill != NULL ? ERR_NONE : request_check_query(r);
}

enum err request_check_query(struct request *r)
{
    if (arena_failed(r->arena))
        return ERR_OUT_OF_MEMORY;
    if (r->faults == NULL || !faults_any(r->faults))
        return ERR_NONE;
    return request_refuse(r, ERR_INVALID_PARAMETER,
                          "See errors for each parameter and what is wanted");
}

/* ---- path ---- */

/* "There is no such lead. A UUID is wanted" */
static enum err refuse_path(struct request *r, const char *name, const char *wanted)
{
    size_t len = strlen(name);

    if (len > 3 && strcmp(name + len - 3, "_id") == 0)
        len -= 3;
    faults_init(r->faults, r->arena);
    return request_refuse(r, ERR_NOT_FOUND, "There is no such %.*s. %s", (int)len, name, wanted);
}

/* One number has one address: "01" and "+1" are not found. */
static bool is_written_plainly(const struct input_type *type, const char *text)
{
    bool is_number = type->kind == INPUT_INT || type->kind == INPUT_INT32;

    return !is_number || (text[0] >= '1' && text[0] <= '9');
}

static enum err read_path(struct request *r, struct input *in, const struct input_field *field)
{
    const char *text = request_param(r, field->name);
    size_t before = in->faults->count;

    if (text == NULL || !is_written_plainly(field->type, text))
        return refuse_path(r, field->name, "A number is written plainly, such as 12");
    if (input_word(in, field, text, r->input))
        return ERR_NONE;
    return refuse_path(r, field->name,
                       in->faults->count > before ? in->faults->items[before].detail : "");
}

/* ---- headers ---- */

static enum err read_header(struct request *r, struct input *in, const struct input_field *field)
{
    const char *text = strcmp(field->name, "If-Match") == 0        ? r->if_match
                       : strcmp(field->name, "Last-Event-ID") == 0 ? r->last_event_id
                                                                   : r->idempotency_key;

    if (text == NULL && field->required)
        return request_refuse_header(r, ERR_PRECONDITION_REQUIRED, field->name, "required",
                                     "Send the ETag of what you read in If-Match");
    if (text != NULL && !input_word(in, field, text, r->input))
        return request_refuse(r, ERR_INVALID_PARAMETER, "See errors for each header");
    return ERR_NONE;
}

/* ---- body ---- */

static enum err read_body(struct request *r, struct input *in)
{
    const struct input_node body = input_root(r->json, "");

    if (r->json == NULL || input_members(in, &body, r->route->input, r->input))
        return ERR_NONE;
    if (arena_failed(r->arena))
        return ERR_OUT_OF_MEMORY;
    return request_refuse(r, ERR_INVALID_BODY, "See errors for each place and what is wanted");
}

enum err request_read_input(struct request *r)
{
    const struct input_spec *spec = r->route->input;
    enum err err = ERR_NONE;
    struct input in;

    if (spec == NULL)
        return ERR_NONE;
    if (!begin(r, "path", &in))
        return ERR_OUT_OF_MEMORY;
    for (size_t i = 0; err == ERR_NONE && i < spec->count; i++)
        if (spec->fields[i].place == INPUT_PATH)
            err = read_path(r, &in, &spec->fields[i]);
    in.where = "header";
    for (size_t i = 0; err == ERR_NONE && i < spec->count; i++)
        if (spec->fields[i].place == INPUT_HEADER)
            err = read_header(r, &in, &spec->fields[i]);
    in.where = "body";
    if (err == ERR_NONE && reads_body(r->route))
        err = read_body(r, &in);
    return err == ERR_NONE && arena_failed(r->arena) ? ERR_OUT_OF_MEMORY : err;
}
