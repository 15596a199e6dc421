#include "http/representation.h"

#include "http/accept.h"
#include "http/embedded.h"
#include "http/reply.h"
#include "http/request.h"

#include "base/digest.h"
#include "base/etag.h"
#include "base/gzip.h"

#include <inttypes.h>
#include <string.h>

/* ---- tags ---- */

/* The tag with more added before its closing quote. NULL when memory is short. */
static const char *longer_tag(struct request *r, const char *etag, const char *more)
{
    return arena_printf(r->arena, "%.*s%s\"", (int)strlen(etag) - 1, etag, more);
}

/* A handler's tag names the content that may be edited. Several representations can show the same
 * content, so the tag of this answer adds a hash of its bytes. The tag of an embedded file is
 * already one of its bytes. */
static const char *plain_tag(struct request *r)
{
    const struct reply *reply = &r->reply;
    const struct digest_part parts[] = {{reply->content_type, strlen(reply->content_type) + 1},
                                        {reply->body, reply->body_len}};
    uint8_t hash[DIGEST_BYTES];
    uint64_t shown;
    char more[2 + 16 + 1];

    if (reply->etag == NULL || reply->embedded != NULL)
        return reply->etag;
    digest_sha256(parts, 2, hash);
    memcpy(&shown, hash, sizeof shown);
    snprintf(more, sizeof more, ".%016" PRIx64, shown);
    return longer_tag(r, reply->etag, more);
}

/* ---- compressing ---- */

static bool may_be_compressed(const struct request *r)
{
    return !(r->route->flags & ROUTE_SECRET);
}

static bool is_compressed_for(const struct request *r)
{
    return may_be_compressed(r) && r->reply.body_len >= REPRESENTATION_GZIP_MIN_BYTES &&
           accept_gzip(r->accept_encoding);
}

static bool compress(struct request *r)
{
    struct reply *reply = &r->reply;
    size_t len = 0;

    if (reply->embedded != NULL) {
        reply->body = reply->embedded->gzip;
        reply->body_len = reply->embedded->gzip_len;
        return true;
    }
    const char *body = gzip_compress(reply->body, reply->body_len, r->arena, &len);
    if (body == NULL)
        return false;
    arena_drop(r->arena, reply->body);
    reply->body = body;
    reply->body_len = len;
    return true;
}

/* ---- the choice ---- */

void representation_choose(struct request *r)
{
    struct reply *reply = &r->reply;

    if (reply->status != 200 || reply->body == NULL)
        return;
    reply->etag = plain_tag(r);
    if (may_be_compressed(r))
        reply->vary |= VARY_ENCODING;
    if (is_compressed_for(r) && compress(r)) {
        reply->content_encoding = "gzip";
        if (reply->etag != NULL)
            reply->etag = longer_tag(r, reply->etag, ".gz");
    }
    if (reply->etag != NULL && etag_is_known(r->if_none_match, reply->etag))
        reply_not_modified(r);
}
