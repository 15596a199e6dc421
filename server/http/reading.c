#include "http/reading.h"

#include <string.h>

/* Of a Link header, as openapi.yaml has it. A longer one is left out: next stands in the body. */
#define LINK_MAX_BYTES 2048

enum err reading_begin(struct request *r, struct reader *reader, struct read *out)
{
    *out = (struct read){
        .pg = reader_pg(reader),
        .arena = arena_new(READ_MEMORY_MAX_BYTES),
        .workspace = r->caller.workspace,
        .deadline = reader_deadline(reader),
    };
    if (out->arena == NULL)
        return request_refuse(r, ERR_OUT_OF_MEMORY, "Try again in a moment");
    return ERR_NONE;
}

void reading_end(struct read *read)
{
    arena_free(read->arena);
}

enum err reading_refuse(struct request *r, enum err err, const char *what)
{
    switch (err) {
    case ERR_NOT_FOUND:
        return request_refuse(r, err, "There is no %s with this id", what);
    case ERR_GONE:
        return request_refuse(r, err, "This %s was erased", what);
    case ERR_UNAVAILABLE:
        return request_refuse(r, err, "The database is out of reach, or this takes too long now");
    case ERR_OUT_OF_MEMORY:
        return request_refuse(r, err, "Try again in a moment, or ask for less at once");
    default:
        return request_refuse(r, ERR_INTERNAL, "The request id leads to what happened");
    }
}

void reading_fault(struct request *r, const char *parameter, const char *code, const char *detail)
{
    struct faults *faults = request_faults(r);

    if (faults != NULL)
        faults_add_in(faults, "query", parameter, code, "%s", detail);
}

enum err reading_check(struct request *r)
{
    struct faults *faults = request_faults(r);

    if (faults == NULL)
        return request_refuse(r, ERR_OUT_OF_MEMORY, "Try again in a moment");
    if (faults->count == 0)
        return ERR_NONE;
    return request_refuse(r, ERR_INVALID_PARAMETER, "See errors for each parameter");
}

struct cursor reading_place(struct request *r, const struct reading_query *page,
                            const char *parameter, const char *tag)
{
    struct cursor place = {0};

    if (page->cursor != NULL && !cursor_read(page->cursor, tag, r->arena, &place))
        reading_fault(r, parameter, "cursor", "Take it from next of an answer of this list");
    return place;
}

void reading_page_begin(struct reading_page *page, const char *parameter)
{
    page->parameter = parameter;
    json_out_init(&page->json, PAGE_ANSWER_MAX_BYTES);
    json_out_begin_object(&page->json);
    json_out_key(&page->json, "data");
    json_out_begin_array(&page->json);
}

/* The same request with next in place of where this one began. */
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

static enum err end(struct request *r, struct reading_page *page, const struct cursor *place,
                    const char *tag, bool more)
{
    const char *next = place == NULL ? NULL : cursor_write(place, tag, r->arena);

    if (place != NULL && next == NULL)
        page->json.failed = true;
    if (next != NULL && more)
        r->reply.link = link_of(r, page->parameter, next);
    json_out_end_array(&page->json);
    json_out_member_text(&page->json, "next", next);
    json_out_end_object(&page->json);
    reply_json(r, 200, &page->json);
    json_out_release(&page->json);
    return ERR_NONE;
}

enum err reading_page_end(struct request *r, struct reading_page *page, const struct cursor *place,
                          const char *tag)
{
    return end(r, page, place, tag, true);
}

enum err reading_feed_end(struct request *r, struct reading_page *page, const struct cursor *place,
                          const char *tag, bool more)
{
    return end(r, page, place, tag, more);
}
