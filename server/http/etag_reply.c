#include "http/etag_reply.h"

#include "base/etag.h"
#include "base/json_tree.h"

void etag_reply_body(struct request *r)
{
    char *etag = arena_alloc(r->arena, ETAG_LEN + 1);

    if (etag == NULL || r->reply.body == NULL)
        return;
    etag_of_text(r->reply.body, r->reply.body_len, etag);
    r->reply.etag = etag;
}

void etag_reply_revision(struct request *r, int64_t revision)
{
    char *etag = arena_alloc(r->arena, ETAG_LEN + 1);

    if (etag == NULL)
        return;
    etag_of_revision(revision, etag);
    r->reply.etag = etag;
}

static void tag_member(struct request *r, const char *name)
{
    char *etag = arena_alloc(r->arena, ETAG_LEN + 1);
    json_t *body = json_tree_read(r->arena, r->reply.body, r->reply.body_len, 0, NULL);
    const json_t *member = json_object_get(body, name);

    if (etag != NULL && member != NULL && etag_of_json(member, r->arena, etag))
        r->reply.etag = etag;
    json_decref(body);
}

void etag_reply_source(struct request *r)
{
    tag_member(r, "source");
}

void etag_reply_document(struct request *r)
{
    tag_member(r, "document");
}
