#include "api/health_api.h"

#include "http/embedded.h"
#include "http/httpd.h"
#include "http/metrics.h"
#include "http/reply.h"
#include "http/request.h"
#include "http/request_refuse.h"

#include <string.h>

static const char live[] = "{\"status\":\"live\"}";
static const char is_ready[] = "{\"status\":\"ready\"}";

enum err health_live(struct request *r)
{
    reply_static(r, 200, "application/json", live, sizeof live - 1);
    return ERR_NONE;
}

enum err health_ready(struct request *r)
{
    const char *why = NULL;

    if (!httpd_ready(r->httpd, &why))
        return request_refuse(r, ERR_UNAVAILABLE, "%s", why);
    reply_static(r, 200, "application/json", is_ready, sizeof is_ready - 1);
    return ERR_NONE;
}

enum err health_metrics(struct request *r)
{
    struct text_out text;

    text_out_init(&text, r->arena, METRICS_MAX_BYTES);
    metrics_write(&text);
    reply_text(r, 200, "text/plain; version=0.0.4; charset=utf-8", &text);
    return ERR_NONE;
}

enum err health_openapi(struct request *r)
{
    reply_embedded(r, embedded_find("openapi.yaml"));
    return ERR_NONE;
}
