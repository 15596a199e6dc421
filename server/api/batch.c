#include "api/batch.h"

#include "http/request_refuse.h"

#include "api/lead_input.h"
#include "http/body.h"

#include "base/json_fault.h"
#include "base/json_tree.h"

#include <stdio.h>
#include <string.h>

/* Scans JSON text without building anything. */
struct scan {
    const char *at;
    const char *end;
};

static void skip_space(struct scan *s)
{
    while (s->at < s->end && strchr(" \t\r\n", *s->at) != NULL && *s->at != '\0')
        s->at++;
}

static bool take(struct scan *s, char wanted)
{
    skip_space(s);
    if (s->at == s->end || *s->at != wanted)
        return false;
    s->at++;
    return true;
}

/* The place after the closing quote of a string that begins here. */
static bool skip_string(struct scan *s)
{
    for (s->at++; s->at < s->end; s->at++) {
        if (*s->at == '\\')
            s->at++;
        else if (*s->at == '"')
            return s->at++, true;
    }
    return false;
}

/* After the value that begins here, by its brackets alone; what is inside is parsed later. */
static bool skip_value(struct scan *s)
{
    int depth = 0;

    skip_space(s);
    const char *start = s->at;
    while (s->at < s->end) {
        char c = *s->at;
        if (c == '"') {
            if (!skip_string(s))
                return false;
            continue;
        }
        if (depth == 0 && (c == ',' || c == ']' || c == '}'))
            break;
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        s->at++;
        if (depth == 0 && (c == '}' || c == ']'))
            break;
    }
    return depth == 0 && s->at > start;
}

static enum err refuse_frame(struct request *r, struct scan *s, const char *wanted)
{
    return request_refuse(r, ERR_MALFORMED_JSON, "At byte %td: %s", s->at - r->body, wanted);
}

static enum err open_frame(struct request *r, struct scan *s)
{
    static const char member[] = "\"leads\"";

    if (!take(s, '{'))
        return refuse_frame(r, s, "an object {\"leads\": [ … ]} is wanted");
    skip_space(s);
    if ((size_t)(s->end - s->at) < sizeof member - 1 ||
        memcmp(s->at, member, sizeof member - 1) != 0) {
        struct faults *faults = request_faults(r);
        if (faults != NULL)
            faults_add(faults, "/leads", "required", "The only member, an array of captures");
        return request_refuse(r, ERR_INVALID_BODY, "A batch has one member, \"leads\"");
    }
    s->at += sizeof member - 1;
    if (!take(s, ':') || !take(s, '['))
        return refuse_frame(r, s, "an array of captures is wanted");
    return ERR_NONE;
}

static enum err close_frame(struct request *r, struct scan *s)
{
    if (!take(s, '}'))
        return refuse_frame(r, s, "\"leads\" is the only member: the end of the object is wanted");
    skip_space(s);
    if (s->at != s->end)
        return refuse_frame(r, s, "nothing may follow the object");
    return ERR_NONE;
}

static void refuse_item(struct batch_input *out, enum err err, const char *detail,
                        const struct faults *faults)
{
    struct problem *problem = (struct problem *)&out->refusals[out->count];

    *problem = (struct problem){.err = err, .detail = detail, .faults = faults};
}

/* Accepts any JSON value, so that one that is not an object refuses the item and not the batch. */
static enum err parse_item(struct arena *arena, const char *text, size_t len, json_t **out,
                           char detail[BODY_DETAIL_MAX_BYTES])
{
    json_error_t error;

    if (*text == '{' || *text == '[')
        return body_parse(text, len, arena, out, detail);
    *out = json_tree_read(arena, text, len, JSON_DECODE_ANY, &error);
    if (*out != NULL)
        return ERR_NONE;
    if (arena_failed(arena))
        return ERR_OUT_OF_MEMORY;
    json_fault_words(&error, detail);
    return ERR_MALFORMED_JSON;
}

/* A fault in an item refuses that item; text that is not JSON refuses the batch. */
static enum err read_item(struct request *r, enum knowledge_source source, const char *text,
                          size_t len, struct batch_input *out)
{
    struct capture_input *input = ARENA_NEW(r->arena, struct capture_input);
    struct faults *faults = ARENA_NEW(r->arena, struct faults);
    struct input in = {.arena = r->arena, .faults = faults, .where = "body", .copies = true};
    char detail[BODY_DETAIL_MAX_BYTES] = "";
    json_t *json = NULL;

    if (input == NULL || faults == NULL)
        return ERR_OUT_OF_MEMORY;
    faults_init(faults, r->arena);
    enum err err = parse_item(r->arena, text, len, &json, detail);
    if (err == ERR_MALFORMED_JSON)
        return request_refuse(r, err, "/leads/%zu: %s", out->count, detail);
    if (err == ERR_NONE) {
        const char *pointer = pointer_index(r->arena, "/leads", out->count);
        const struct input_node item = input_root(json, pointer);
        if (!input_object(&in, &item, &capture_spec, input))
            err = ERR_INVALID_BODY;
        input->source = source;
        input->adds_only = caller_adds_only(&r->caller);
        json_decref(json);
    }
    if (err == ERR_OUT_OF_MEMORY || arena_failed(r->arena))
        return request_refuse(r, ERR_OUT_OF_MEMORY, "Send a smaller batch");
    if (err == ERR_NONE)
        ((const struct capture_input **)out->items)[out->count] = input;
    else
        refuse_item(out, err, "See errors for each place and what is wanted", faults);
    return ERR_NONE;
}

static enum err read_items(struct request *r, struct scan *s, enum knowledge_source source,
                           struct batch_input *out)
{
    do {
        skip_space(s);
        const char *start = s->at;
        if (out->count == BATCH_ITEMS_MAX)
            return request_refuse(r, ERR_INVALID_BODY, "A batch has at most %d items",
                                  BATCH_ITEMS_MAX);
        if (!skip_value(s))
            return refuse_frame(r, s, "this item does not end");
        enum err err = read_item(r, source, start, (size_t)(s->at - start), out);
        if (err != ERR_NONE)
            return err;
        out->count++;
    } while (take(s, ','));
    if (!take(s, ']'))
        return refuse_frame(r, s, "\",\" or the end of the array is wanted");
    return ERR_NONE;
}

enum err batch_read(struct request *r, enum knowledge_source source, struct batch_input *out)
{
    struct scan s = {r->body, r->body + r->body_len};
    const struct capture_input **items =
        ARENA_ARRAY(r->arena, const struct capture_input *, BATCH_ITEMS_MAX);
    struct problem *refusals = ARENA_ARRAY(r->arena, struct problem, BATCH_ITEMS_MAX);

    if (items == NULL || refusals == NULL)
        return ERR_OUT_OF_MEMORY;
    *out = (struct batch_input){.items = items, .refusals = refusals};
    enum err err = open_frame(r, &s);
    if (err == ERR_NONE)
        err = read_items(r, &s, source, out);
    if (err == ERR_NONE)
        err = close_frame(r, &s);
    return err;
}
