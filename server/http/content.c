#include "http/content.h"

#include "http/request_refuse.h"

#include <string.h>
#include <strings.h>

#define JSON_TYPE      "application/json"
#define TYPE_SHOWN_MAX 80 /* bytes of a media type that a refusal quotes */

bool content_is_announced(const struct request *r)
{
    return r->chunked || r->content_length > 0;
}

bool content_is_wanted(const struct request *r)
{
    return r->route->body_max > 0;
}

/* ---- length ---- */

enum err content_refuse_large(struct request *r)
{
    if (!content_is_wanted(r))
        return request_refuse(r, ERR_BODY_TOO_LARGE, "This operation takes no body");
    return request_refuse(r, ERR_BODY_TOO_LARGE, "This operation takes at most %zu bytes",
                          r->route->body_max);
}

/* The length of a chunked body shows only as it arrives. */
static enum err check_length(struct request *r)
{
    if (content_is_wanted(r) && r->content_length < 0 && !r->chunked)
        return request_refuse(r, ERR_LENGTH_REQUIRED,
                              "Send a Content-Length (0 when there is no body), or the body in "
                              "chunks");
    return r->content_length <= (int64_t)r->route->body_max ? ERR_NONE : content_refuse_large(r);
}

/* ---- coding and type ---- */

static enum err refuse_header(struct request *r, const char *header, const char *code,
                              const char *detail)
{
    return request_refuse_header(r, ERR_UNSUPPORTED_MEDIA_TYPE, header, code, detail);
}

static enum err check_coding(struct request *r)
{
    if (r->content_encoding == NULL || strcasecmp(r->content_encoding, "identity") == 0)
        return ERR_NONE;
    r->reply.accept_encoding = "identity";
    return refuse_header(r, "Content-Encoding", "encoding",
                         "Send the body as it is, without Content-Encoding");
}

static bool is_json_type(const char *type)
{
    size_t len = strcspn(type, "; \t");

    return len == sizeof JSON_TYPE - 1 && strncasecmp(type, JSON_TYPE, len) == 0;
}

/* Whether a type names a charset other than UTF-8 or its subset ASCII. The JSON media type has no
 * charset parameter, but many clients send one. */
static bool is_other_charset(const char *type)
{
    static const char *const fine[] = {"utf-8", "utf8", "us-ascii", "ascii"};
    const char *at = strcasestr(type, "charset=");

    if (at == NULL)
        return false;
    at += strlen("charset=");
    at += *at == '"';
    size_t len = strcspn(at, "\"; \t");
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        if (strlen(fine[i]) == len && strncasecmp(at, fine[i], len) == 0)
            return false;
    return true;
}

/* Quotes the type that was sent, as far as it is safe to repeat. */
static enum err refuse_type(struct request *r)
{
    size_t len = strcspn(r->content_type, "; \t");
    size_t clean = strspn(r->content_type, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                           "0123456789/+-._");
    const char *detail = "Send the body as Content-Type: " JSON_TYPE;

    if (len > 0 && clean == len && len <= TYPE_SHOWN_MAX)
        detail = arena_printf(r->arena, "Send the body as Content-Type: " JSON_TYPE ", not %.*s",
                              (int)len, r->content_type);
    return detail == NULL ? request_refuse(r, ERR_OUT_OF_MEMORY, NULL)
                          : refuse_header(r, "Content-Type", "type", detail);
}

static enum err check_type(struct request *r)
{
    if (r->content_type == NULL)
        return refuse_header(r, "Content-Type", "required",
                             "Send the body with Content-Type: " JSON_TYPE);
    if (!is_json_type(r->content_type))
        return refuse_type(r);
    if (is_other_charset(r->content_type))
        return refuse_header(r, "Content-Type", "charset", "Send the body in UTF-8");
    return ERR_NONE;
}

enum err content_check(struct request *r)
{
    enum err err = check_length(r);

    if (err != ERR_NONE || !content_is_announced(r) || !content_is_wanted(r))
        return err;
    if (r->route->flags & ROUTE_ANY_TYPE)
        return ERR_NONE;
    err = check_coding(r);
    return err == ERR_NONE ? check_type(r) : err;
}
