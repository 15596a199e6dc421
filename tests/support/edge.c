#include "edge.h"

#include "http/reply.h"
#include "http/request_refuse.h"

#include "api/health_api.h"
#include "base/input.h"
#include "http/log.h"
#include "http/request.h"

#include "core/config.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* ---- the operations ---- */

struct thing_in {
    int64_t a;
};

static const struct input_type number_type = {.kind = INPUT_INT};

static const struct input_field thing_fields[] = {
    {"a", &number_type, AT(struct thing_in, a), .required = true},
};
static const struct input_spec thing_spec = INPUT_SPEC(thing_fields, struct thing_in);

struct named_in {
    const char *name;
};

static const struct input_type word_type = {.kind = INPUT_LINE};

static const struct input_field named_fields[] = {
    {"thing", &word_type, AT(struct named_in, name), .place = INPUT_PATH},
};
static const struct input_spec named_spec = INPUT_SPEC(named_fields, struct named_in);

static const struct input_field hook_fields[] = {
    {"hook", &word_type, AT(struct named_in, name), .place = INPUT_PATH},
};
static const struct input_spec hook_spec = INPUT_SPEC(hook_fields, struct named_in);

struct items_in {
    int64_t limit;
};

static const struct input_type limit_type = {.kind = INPUT_INT, .min = 1, .max = 5};

static const struct input_field items_fields[] = {
    {"limit", &limit_type, AT(struct items_in, limit), .otherwise = 2},
};
static const struct input_spec items_spec = INPUT_SPEC(items_fields, struct items_in);

static void answer_text(struct request *r, int status, const char *text)
{
    struct json_out out;

    json_out_init(&out, r->arena, EDGE_ANSWER_MAX);
    json_out_text(&out, text);
    reply_json(r, status, &out);
}

static enum err get_thing(struct request *r, struct read *read)
{
    const char *thing = request_param(r, "thing"); /* also of one that was answered before */

    (void)read;
    if (strcmp(thing, "silent") != 0)
        answer_text(r, 200, thing);
    return ERR_NONE;
}

static enum err get_items(struct request *r)
{
    const struct items_in *in = r->input;
    char text[32];

    snprintf(text, sizeof text, "%lld", (long long)in->limit);
    answer_text(r, 200, text);
    return ERR_NONE;
}

static enum err get_large(struct request *r)
{
    struct text_out out;

    text_out_init(&out, r->arena, EDGE_LARGE_BYTES);
    for (int i = 0; i < EDGE_LARGE_BYTES / 16; i++)
        text_out_put(&out, "sixteen letters.");
    reply_text(r, 200, "text/plain", &out);
    return ERR_NONE;
}

static const struct route table[] = {
    {"GET", "/livez", "livez", .flags = ROUTE_PUBLIC, .direct = health_live},
    {"GET", "/readyz", "readyz", .flags = ROUTE_PUBLIC, .direct = health_ready},
    {"GET", "/metrics", "metrics", .flags = ROUTE_PUBLIC, .direct = health_metrics},
    {"GET", "/items", "items_list", .flags = ROUTE_PUBLIC, .input = &items_spec,
     .direct = get_items},
    {"GET", "/large", "large_get", .flags = ROUTE_PUBLIC, .direct = get_large},
    {"GET", "/things/{thing}", "things_get", ROLE_READ, ROUTE_READ, .input = &named_spec,
     .read = get_thing},
    {"POST", "/things", "things_make", ROLE_WORK | ROLE_ADMIN, ROUTE_WRITE, .body_max = 100,
     .input = &thing_spec},
    {"POST", "/hooks/{hook}", "hooks_take", ROLE_CAPTURE, ROUTE_WRITE, .body_max = 20,
     .flags = ROUTE_ANY_TYPE | ROUTE_RAW_BODY | ROUTE_BODY_AUTH, .input = &hook_spec},
};

/* ---- the backend ---- */

static enum auth_answer authenticate(void *self, struct request *r)
{
    const char *signature = request_header(r, "X-Signature");

    (void)self;
    if (signature != NULL && r->step != STEP_WORK)
        return AUTH_BODY;
    if (signature != NULL && r->body != NULL && strcmp(r->body, signature) == 0) {
        r->caller.roles = ROLE_CAPTURE;
        return AUTH_OK;
    }
    const char *key = r->authorization != NULL ? r->authorization : "";
    if (strcmp(key, "Bearer slow") == 0 && r->work == NULL)
        return AUTH_WAIT;
    r->caller.roles = ROLE_READ;
    if (strcmp(key, "Bearer small") == 0)
        return AUTH_OK;
    r->caller.roles = ROLE_READ | ROLE_WORK | ROLE_CAPTURE;
    if (strcmp(key, "Bearer good") == 0 || r->work != NULL)
        return AUTH_OK;
    request_refuse(r, ERR_UNAUTHENTICATED, "Send Authorization: Bearer <key>.");
    return AUTH_REFUSED;
}

static void queue(void *self, struct request *r)
{
    struct edge *edge = self;

    pthread_mutex_lock(&edge->lock);
    ck_assert_int_lt(edge->queued, EDGE_QUEUE_MAX);
    edge->queue[edge->queued++] = r;
    edge->started++;
    pthread_cond_broadcast(&edge->changed);
    pthread_mutex_unlock(&edge->lock);
}

static void remove_at(struct edge *edge, int index)
{
    edge->queued--;
    memmove(&edge->queue[index], &edge->queue[index + 1],
            (size_t)(edge->queued - index) * sizeof edge->queue[0]);
}

static bool cancel(void *self, struct request *r)
{
    struct edge *edge = self;
    bool found = false;

    pthread_mutex_lock(&edge->lock);
    for (int i = 0; i < edge->queued && !found; i++) {
        if (edge->queue[i] != r)
            continue;
        remove_at(edge, i);
        found = true;
    }
    pthread_mutex_unlock(&edge->lock);
    return found;
}

static bool is_ready(void *self, const char **why)
{
    (void)self;
    (void)why;
    return true;
}

static void finish(struct request *r)
{
    if (r->step == STEP_AUTH) {
        r->work = r;
        request_done(r);
        return;
    }
    if (r->route->kind == ROUTE_READ) {
        if (r->route->read(r, NULL) != ERR_NONE)
            request_refuse(r, ERR_INTERNAL, NULL);
    } else if (r->route->flags & ROUTE_RAW_BODY) {
        answer_text(r, 200, r->body != NULL ? r->body : "");
    } else {
        r->reply.location = "/things/1";
        answer_text(r, 201, "made");
    }
    request_done(r);
}

/* The next request, once it may be taken; NULL at the end. */
static struct request *take(struct edge *edge)
{
    struct request *r = NULL;

    pthread_mutex_lock(&edge->lock);
    while (!edge->ends && (edge->queued == 0 || edge->hold == HOLD_QUEUED))
        pthread_cond_wait(&edge->changed, &edge->lock);
    if (edge->queued > 0) {
        r = edge->queue[0];
        remove_at(edge, 0);
        edge->taken++;
        pthread_cond_broadcast(&edge->changed);
    }
    while (!edge->ends && edge->hold == HOLD_TAKEN)
        pthread_cond_wait(&edge->changed, &edge->lock);
    pthread_mutex_unlock(&edge->lock);
    return r;
}

static void *work(void *argument)
{
    struct edge *edge = argument;

    for (struct request *r; (r = take(edge)) != NULL;) {
        finish(r);
        pthread_mutex_lock(&edge->lock);
        edge->done++;
        pthread_cond_broadcast(&edge->changed);
        pthread_mutex_unlock(&edge->lock);
    }
    return NULL;
}

/* ---- start, stop, hold ---- */

struct httpd_settings edge_settings(void)
{
    struct httpd_settings settings = httpd_defaults;

    settings.port = 0;
    return settings;
}

void edge_start(struct edge *edge, const struct httpd_settings *settings)
{
    struct httpd_settings own = edge_settings();
    char why[HTTPD_WHY_MAX_BYTES] = "";

    *edge = (struct edge){.backend = {.self = edge,
                                      .authenticate = authenticate,
                                      .look_up = queue,
                                      .start = queue,
                                      .cancel = cancel,
                                      .ready = is_ready}};
    pthread_mutex_init(&edge->lock, NULL);
    pthread_cond_init(&edge->changed, NULL);
    log_set(LOG_LEVEL_ERROR, false);
    edge->httpd = httpd_start(settings != NULL ? settings : &own, table,
                              sizeof table / sizeof *table, &edge->backend, why);
    ck_assert_msg(edge->httpd != NULL, "%s", why);
    ck_assert_int_eq(pthread_create(&edge->worker, NULL, work, edge), 0);
}

void edge_stop(struct edge *edge)
{
    edge_hold(edge, HOLD_NOTHING);
    if (!edge->stopped)
        httpd_stop(edge->httpd);
    ck_assert_int_eq(metrics_value(METRIC_ACTIVE), 0);
    ck_assert_int_eq(metrics_value(METRIC_WAITING), 0);
    ck_assert_int_eq(metrics_value(METRIC_CONNECTIONS), 0);
    pthread_mutex_lock(&edge->lock);
    edge->ends = true;
    pthread_cond_broadcast(&edge->changed);
    pthread_mutex_unlock(&edge->lock);
    pthread_join(edge->worker, NULL);
    httpd_free(edge->httpd);
    pthread_mutex_destroy(&edge->lock);
    pthread_cond_destroy(&edge->changed);
}

void edge_hold(struct edge *edge, enum edge_hold hold)
{
    pthread_mutex_lock(&edge->lock);
    edge->hold = hold;
    pthread_cond_broadcast(&edge->changed);
    pthread_mutex_unlock(&edge->lock);
}

static void wait_until(struct edge *edge, const int *number, int wanted)
{
    struct timespec until;
    int late = 0;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += EDGE_TIMEOUT_S;
    pthread_mutex_lock(&edge->lock);
    while (*number < wanted && late != ETIMEDOUT)
        late = pthread_cond_timedwait(&edge->changed, &edge->lock, &until);
    int got = *number;
    pthread_mutex_unlock(&edge->lock);
    ck_assert_int_ge(got, wanted);
}

void edge_wait_queued(struct edge *edge, int count)
{
    wait_until(edge, &edge->queued, count);
}

void edge_wait_started(struct edge *edge, int count)
{
    wait_until(edge, &edge->started, count);
    wait_until(edge, &edge->taken, 1);
}

void edge_wait_done(struct edge *edge, int count)
{
    wait_until(edge, &edge->done, count);
}

void edge_wait_metric(enum metric metric, int64_t value)
{
    const struct timespec pause = {0, 2000000};

    for (int i = 0; i < EDGE_TIMEOUT_S * 500 && metrics_value(metric) != value; i++)
        nanosleep(&pause, NULL);
    ck_assert_int_eq(metrics_value(metric), value);
}

/* ---- raw sockets ---- */

int edge_connect(struct edge *edge)
{
    const struct timeval patience = {EDGE_TIMEOUT_S, 0};
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(httpd_port(edge->httpd)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

void edge_say(int fd, const char *text)
{
    for (size_t len = strlen(text); len > 0;) {
        ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        text += sent;
        len -= (size_t)sent;
    }
}

/* Reads byte by byte up to the end of the headers, so that nothing of the next answer is taken. */
static size_t hear_head(int fd, char *answer)
{
    size_t len = 0;

    answer[0] = '\0';
    while (len + 1 < EDGE_ANSWER_MAX && recv(fd, answer + len, 1, 0) == 1) {
        answer[++len] = '\0';
        if (len >= 4 && memcmp(answer + len - 4, "\r\n\r\n", 4) == 0)
            return len;
    }
    return 0;
}

int edge_hear(int fd, char answer[EDGE_ANSWER_MAX])
{
    size_t len = hear_head(fd, answer);
    const char *given = strstr(answer, "Content-Length: ");
    long body = given != NULL ? strtol(given + 16, NULL, 10) : 0;

    if (len == 0)
        return 0;
    while (body > 0 && len + 1 < EDGE_ANSWER_MAX) {
        size_t room = EDGE_ANSWER_MAX - 1 - len;
        ssize_t got = recv(fd, answer + len, (size_t)body < room ? (size_t)body : room, 0);
        if (got <= 0)
            break;
        len += (size_t)got;
        body -= got;
        answer[len] = '\0';
    }
    return (int)strtol(answer + 9, NULL, 10);
}

void edge_hear_all(int fd, char answer[EDGE_ANSWER_MAX])
{
    size_t len = 0;

    for (ssize_t got; len + 1 < EDGE_ANSWER_MAX; len += (size_t)got) {
        got = recv(fd, answer + len, EDGE_ANSWER_MAX - 1 - len, 0);
        if (got <= 0)
            break;
    }
    answer[len] = '\0';
}

bool edge_is_closed(int fd)
{
    char byte;
    ssize_t got = recv(fd, &byte, 1, 0);

    return got == 0 || (got < 0 && (errno == ECONNRESET || errno == EPIPE));
}
