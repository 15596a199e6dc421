#include "http/request.h"

#include "http/metrics.h"

#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct request *request_new(struct httpd *httpd, struct MHD_Connection *connection,
                            const char *target)
{
    struct request *r = calloc(1, sizeof *r);

    if (r == NULL)
        return NULL;
    r->httpd = httpd;
    r->connection = connection;
    r->content_length = -1;
    atomic_init(&r->references, 1);
    atomic_init(&r->state, REQUEST_OPEN);
    r->arena = arena_new(REQUEST_ARENA_BYTES);
    if (r->arena != NULL)
        r->target = arena_strdup(r->arena, target);
    if (r->target == NULL) {
        arena_free(r->arena);
        free(r);
        return NULL;
    }
    return r;
}

void request_ref(struct request *r)
{
    atomic_fetch_add_explicit(&r->references, 1, memory_order_relaxed);
}

void request_unref(struct request *r)
{
    if (atomic_fetch_sub_explicit(&r->references, 1, memory_order_acq_rel) > 1)
        return;
    reply_release(&r->reply);
    if (r->body_release != NULL)
        r->body_release(r);
    if (r->config_release != NULL)
        r->config_release(r->config);
    arena_free(r->arena);
    free(r);
}

bool request_done(struct request *r)
{
    int waiting = REQUEST_WAITING;
    bool in_time = atomic_compare_exchange_strong(&r->state, &waiting, REQUEST_ANSWERED);

    if (in_time)
        MHD_resume_connection(r->connection);
    else
        metrics_add(METRIC_LATE, 1);
    request_unref(r);
    return in_time;
}

/* Index of the pattern's parameter with this name; -1: none. */
static int param_index(const char *pattern, const char *name)
{
    size_t len = strlen(name);
    int index = 0;

    for (const char *p = strchr(pattern, '{'); p != NULL; p = strchr(p + 1, '{'), index++)
        if (strncmp(p + 1, name, len) == 0 && p[1 + len] == '}')
            return index;
    return -1;
}

const char *request_param(const struct request *r, const char *name)
{
    int index = param_index(r->route->pattern, name);

    return index < 0 ? NULL : r->params[index];
}

const char *request_header(const struct request *r, const char *name)
{
    return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

struct faults *request_faults(struct request *r)
{
    if (r->faults == NULL) {
        r->faults = ARENA_NEW(r->arena, struct faults);
        if (r->faults != NULL)
            faults_init(r->faults, r->arena);
    }
    return r->faults;
}

const struct sockaddr *request_peer(const struct request *r)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

    return info == NULL ? NULL : info->client_addr;
}
