#include "http/httpd.h"

#include "http/body.h"
#include "http/httpd_inside.h"
#include "http/intake.h"
#include "http/listener.h"
#include "http/log.h"
#include "http/metrics.h"
#include "http/stream.h"
#include "http/waiting.h"
#include "http/watch.h"

#include <errno.h>
#include <jansson.h>
#include <microhttpd.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTION_MEMORY_BYTES 16384 /* headers and first bytes of a body */
#define DRAIN_POLL_MS           5
#define FORCE_WAIT_MS           1000 /* for a forced answer to be sent */
#define FORCE_ROUNDS            5
#define LAST_ANSWERS_MS         1000

const struct httpd_settings httpd_defaults = {
    .host = "127.0.0.1",
    .port = 8080,
    .cors_origins = "",
    .threads = 1,
    .connections_max = 1536,
    .waiting_max = 512,
    .bodies_max_bytes = 64 << 20,
    .request_timeout_ms = 15000,
    .head_timeout_ms = 10000,
    .body_timeout_ms = 10000,
    .idle_timeout_ms = 60000,
    .drain_timeout_ms = 5000,
};

int64_t httpd_now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- libmicrohttpd calls ---- */

static struct connection *client_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info != NULL ? info->socket_context : NULL;
}

/* libmicrohttpd shows the raw target here and nowhere else, so the request begins here. */
static void *on_target(void *self, const char *target, struct MHD_Connection *connection)
{
    struct httpd *httpd = self;
    struct request *r = request_new(httpd, connection, target);
    struct timespec now;

    if (r == NULL)
        return NULL;
    clock_gettime(CLOCK_REALTIME, &now);
    r->received_at = (instant)now.tv_sec * INSTANT_SECOND + now.tv_nsec / 1000;
    r->started_us = httpd_now_us();
    r->body_release = body_release;
    r->client = client_of(connection);
    watch_expect(r->client, httpd->settings.head_timeout_ms);
    atomic_fetch_add(&httpd->active, 1);
    metrics_add(METRIC_ACTIVE, 1);
    return r;
}

static enum MHD_Result on_call(void *self, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *bytes,
                               size_t *len, void **context)
{
    struct request *r = *context;

    (void)self;
    (void)connection;
    (void)url;
    if (r == NULL)
        return MHD_NO;
    return intake_call(r, method, version, bytes, len) ? MHD_YES : MHD_NO;
}

static void on_completed(void *self, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode how)
{
    struct httpd *httpd = self;
    struct request *r = *context;

    (void)connection;
    if (r == NULL)
        return;
    /* The client had gone when the request was resumed, so the handler was not called again. */
    if (r->waits)
        waiting_leave(r);
    if (r->stream != NULL)
        stream_close(r->stream);
    int64_t duration_us = httpd_now_us() - r->started_us;
    if (r->sent_status != 0)
        metrics_request(r->route, r->sent_status, duration_us);
    log_access(r, duration_us, how != MHD_REQUEST_TERMINATED_COMPLETED_OK);
    watch_expect(r->client, httpd->settings.idle_timeout_ms);
    metrics_add(METRIC_ACTIVE, -1);
    *context = NULL;
    request_unref(r);
    atomic_fetch_sub(&httpd->active, 1);
}

static void on_connection(void *self, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct httpd *httpd = self;

    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        watch_remove(httpd, *context);
        *context = NULL;
        return;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    *context = info != NULL ? watch_add(httpd, info->connect_fd) : NULL;
}

static void on_message(void *self, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Its messages may quote a request, so only the format is logged, without arguments. */
static void on_message(void *self, const char *format, va_list args)
{
    (void)self;
    (void)args;
    log_event(LOG_LEVEL_DEBUG, "microhttpd", "%s", format);
}

static void on_panic(void *self, const char *file, unsigned line, const char *reason)
{
    (void)self;
    log_event(LOG_LEVEL_ERROR, "microhttpd_panic", "%s:%u %s", file, line,
              reason != NULL ? reason : "");
    abort();
}

/* ---- start ---- */

static struct MHD_Daemon *start_daemon(struct httpd *httpd)
{
    const struct httpd_settings *settings = &httpd->settings;
    struct MHD_OptionItem threads[] = {
        {settings->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, settings->threads,
         NULL},
        {MHD_OPTION_END, 0, NULL}};

    MHD_set_panic_func(on_panic, NULL);
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
        on_call, httpd, MHD_OPTION_EXTERNAL_LOGGER, on_message, httpd, MHD_OPTION_LISTEN_SOCKET,
        httpd->listener, MHD_OPTION_URI_LOG_CALLBACK, on_target, httpd, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, httpd, MHD_OPTION_NOTIFY_CONNECTION, on_connection, httpd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)settings->connections_max,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY, threads, MHD_OPTION_END);
}

static struct httpd *httpd_new(const struct httpd_settings *settings, const struct backend *backend)
{
    struct httpd *httpd = calloc(1, sizeof *httpd);

    if (httpd == NULL)
        return NULL;
    httpd->settings = *settings;
    httpd->backend = backend;
    httpd->listener = -1;
    pthread_mutex_init(&httpd->waiting_lock, NULL);
    pthread_mutex_init(&httpd->connections_lock, NULL);
    return httpd;
}

static bool limit_connections(struct httpd *httpd, char why[HTTPD_WHY_MAX_BYTES])
{
    int wanted = httpd->settings.connections_max;

    httpd->settings.connections_max = listener_raise_limit(wanted, why);
    if (httpd->settings.connections_max > 0 && httpd->settings.connections_max < wanted)
        log_event(LOG_LEVEL_WARN, "start",
                  "%d connections are taken and not %d: raise the limit of open files (ulimit -n)",
                  httpd->settings.connections_max, wanted);
    return httpd->settings.connections_max > 0;
}

static struct httpd *fail(struct httpd *httpd, char why[HTTPD_WHY_MAX_BYTES], const char *words)
{
    if (words != NULL)
        snprintf(why, HTTPD_WHY_MAX_BYTES, "%s", words);
    httpd_free(httpd);
    return NULL;
}

struct httpd *httpd_start(const struct httpd_settings *settings, const struct route *table,
                          size_t count, const struct backend *backend,
                          char why[HTTPD_WHY_MAX_BYTES])
{
    struct httpd *httpd = httpd_new(settings, backend);

    json_object_seed(0);
    signal(SIGPIPE, SIG_IGN);
    if (httpd == NULL)
        return fail(httpd, why, "out of memory");
    if (!limit_connections(httpd, why))
        return fail(httpd, why, NULL);
    httpd->router = router_new(table, count);
    if (httpd->router == NULL)
        return fail(httpd, why, "the route table is not well-formed");
    metrics_routes(table, count);
    httpd->listener = listener_open(settings->host, settings->port, &httpd->port, why);
    if (httpd->listener < 0)
        return fail(httpd, why, NULL);
    if (!watch_start(httpd))
        return fail(httpd, why, "cannot start a thread");
    httpd->daemon = start_daemon(httpd);
    if (httpd->daemon == NULL) {
        watch_stop(httpd);
        return fail(httpd, why, "libmicrohttpd does not start");
    }
    return httpd;
}

uint16_t httpd_port(const struct httpd *httpd)
{
    return httpd->port;
}

void httpd_client(const struct request *r, char out[HTTPD_ADDRESS_BYTES])
{
    struct sockaddr_storage address = {0};
    socklen_t len = sizeof address;

    out[0] = '\0';
    if (r->client != NULL && getpeername(r->client->fd, (struct sockaddr *)&address, &len) == 0 &&
        getnameinfo((struct sockaddr *)&address, len, out, HTTPD_ADDRESS_BYTES, NULL, 0,
                    NI_NUMERICHOST) != 0)
        out[0] = '\0';
}

bool httpd_mail_link(const struct request *r, const char *address)
{
    const struct backend *backend = r->httpd->backend;
    char client[HTTPD_ADDRESS_BYTES];

    httpd_client(r, client);
    return backend->mail_link(backend->self, address, client);
}

bool httpd_ready(const struct httpd *httpd, const char **why)
{
    if (!atomic_load(&httpd->draining))
        return httpd->backend->ready(httpd->backend->self, why);
    *why = "The service is ending.";
    return false;
}

/* ---- stop ---- */

static void sleep_ms(long ms)
{
    const struct timespec pause = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&pause, NULL);
}

static bool comes_to_zero(const _Atomic int *number, int64_t timeout_ms)
{
    int64_t until_us = httpd_now_us() + timeout_ms * 1000;

    while (atomic_load(number) > 0) {
        if (httpd_now_us() > until_us)
            return false;
        sleep_ms(DRAIN_POLL_MS);
    }
    return true;
}

/* libmicrohttpd aborts when it is stopped while a connection is suspended, so every request is
 * answered first. */
static bool end_waiting(struct httpd *httpd)
{
    /* Requests that counted themselves as waiting before this are waited for below; later ones,
     * such as one whose body is complete only now, see that it is closed. */
    atomic_store(&httpd->closed, true);
    for (int round = 0; round < FORCE_ROUNDS; round++) {
        waiting_expire(httpd, httpd_now_us(), true);
        if (comes_to_zero(&httpd->waiting, FORCE_WAIT_MS))
            return true;
    }
    return false;
}

void httpd_stop(struct httpd *httpd)
{
    atomic_store(&httpd->draining, true);
    MHD_quiesce_daemon(httpd->daemon);
    /* Without this the kernel would go on accepting connections that nobody serves. */
    shutdown(httpd->listener, SHUT_RDWR);
    if (!comes_to_zero(&httpd->active, httpd->settings.drain_timeout_ms))
        log_event(LOG_LEVEL_WARN, "drain_timeout", "%d requests are answered without a result.",
                  atomic_load(&httpd->waiting));
    bool ended = end_waiting(httpd);
    /* The last answers are still being sent. */
    comes_to_zero(&httpd->active, LAST_ANSWERS_MS);
    watch_stop(httpd);
    if (!ended) {
        log_event(LOG_LEVEL_ERROR, "drain_failed", "%d requests do not end.",
                  atomic_load(&httpd->waiting));
        return;
    }
    MHD_stop_daemon(httpd->daemon);
    httpd->daemon = NULL;
}

void httpd_free(struct httpd *httpd)
{
    if (httpd == NULL || httpd->daemon != NULL)
        return;
    if (httpd->listener >= 0)
        close(httpd->listener);
    router_free(httpd->router);
    pthread_mutex_destroy(&httpd->waiting_lock);
    pthread_mutex_destroy(&httpd->connections_lock);
    free(httpd);
}
