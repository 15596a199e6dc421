#include "api/reading.h"

#include "http/reply.h"

#include "base/json_tree.h"

#include <string.h>

/* The limit of a Link header in openapi.yaml. A longer one is left out: next is in the body. */
#define LINK_MAX_BYTES 2048

void reading_fault(struct request *r, const char *parameter, const char *code, const char *detail)
{
    struct faults *faults = request_faults(r);

    if (faults != NULL)
        faults_add_in(faults, "query", parameter, code, "%s", detail);
}

bool reading_read_place(struct input *in, const struct input_node *at,
                        const struct input_field *field, void *base)
{
    const struct reading_places *places = (const struct reading_places *)field->type;
    struct cursor *place = ARENA_NEW(in->arena, struct cursor);

    if (place == NULL)
        return true;
    if (!cursor_read(at->word, places->tag, in->arena, place))
        return input_fault(in, at, "cursor", "Take it from next of an answer of this list");
    memcpy((char *)base + field->offset, &place, sizeof place);
    return true;
}

#define ROW_MAX_BYTES 2048

static bool read_row(struct input *in, const struct input_node *at, const struct input_field *field,
                     void *base)
{
    struct reading_row *row = ARENA_NEW(in->arena, struct reading_row);
    json_t *json = json_tree_read(in->arena, at->word, strlen(at->word), 0, NULL);
    size_t count = json_array_size(json);
    bool fits = count > 0 && count <= READING_ROW_MAX;

    for (size_t i = 0; fits && row != NULL && i < count; i++) {
        const json_t *value = json_array_get(json, i);
        fits = json_is_null(value) || json_is_string(value);
        if (json_is_string(value))
            row->values[i] = arena_strdup(in->arena, json_string_value(value));
    }
    json_decref(json);
    if (row == NULL || arena_failed(in->arena))
        return true;
    row->count = (int)count;
    memcpy((char *)base + field->offset, &row, sizeof row);
    return fits || input_fault(in, at, "row", "Take it from a link");
}

const struct input_type reading_row_type = {
    .kind = INPUT_LINE, .min = 1, .max = ROW_MAX_BYTES, .read = read_row};

struct cursor reading_begin_at(const struct reading_query *page)
{
    return page->place == NULL ? (struct cursor){0} : *page->place;
}

void reading_page_begin(struct request *r, struct reading_page *page, const char *parameter)
{
    page->parameter = parameter;
    json_out_init(&page->json, r->arena, PAGE_ANSWER_MAX_BYTES);
    json_out_begin_object(&page->json);
    json_out_key(&page->json, "data");
    json_out_begin_array(&page->json);
}

/* The same request, beginning at next. */
static const char *link_of(const struct request *r, const char *parameter, const char *next)
{
    const char *query = strchr(r->target, '?');
    size_t path_len = query == NULL ? strlen(r->target) : (size_t)(query - r->target);
    const char *link = arena_printf(r->arena, "<%.*s?", (int)path_len, r->target);

    for (const char *at = query == NULL ? "" : query + 1; *at != '\0' && link != NULL;) {
        size_t len = strcspn(at, "&");
        bool same = strncmp(at, parameter, strlen(parameter)) == 0 && at[strlen(parameter)] == '=';
        if (len > 0 && !same)
            link = arena_printf(r->arena, "%s%.*s&", link, (int)len, at);
        at += len + (at[len] == '&');
    }
    if (link == NULL)
        return NULL;
    link = arena_printf(r->arena, "%s%s=%s>; rel=\"next\"", link, parameter, next);
    return link == NULL || strlen(link) > LINK_MAX_BYTES ? NULL : link;
}

static enum err end(struct request *r, struct reading_page *page,
                    const struct reading_places *places, const struct cursor *next, bool more)
{
    const char *text = next == NULL ? NULL : cursor_write(next, places->tag, r->arena);

    if (text != NULL && more)
        r->reply.link = link_of(r, page->parameter, text);
    json_out_end_array(&page->json);
    json_out_member_text(&page->json, "next", text);
    json_out_end_object(&page->json);
    reply_json(r, 200, &page->json);
    return ERR_NONE;
}

enum err reading_page_end(struct request *r, struct reading_page *page,
                          const struct reading_places *places, const struct cursor *next)
{
    return end(r, page, places, next, true);
}

enum err reading_feed_end(struct request *r, struct reading_page *page,
                          const struct reading_places *places, const struct cursor *next, bool more)
{
    return end(r, page, places, next, more);
}

void reading_page_link(struct request *r, const char *parameter,
                       const struct reading_places *places, const struct cursor *next)
{
    const char *text = next == NULL ? NULL : cursor_write(next, places->tag, r->arena);

    if (text != NULL)
        r->reply.link = link_of(r, parameter, text);
}
