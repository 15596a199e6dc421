#include "http/waiting.h"

#include "http/httpd_inside.h"
#include "http/metrics.h"

#include <microhttpd.h>

#define EXPIRE_AT_ONCE 64 /* requests per round */

static void link_last(struct httpd *httpd, struct request *r)
{
    r->waiting_next = NULL;
    r->waiting_prev = httpd->waiting_last;
    if (httpd->waiting_last != NULL)
        httpd->waiting_last->waiting_next = r;
    else
        httpd->waiting_first = r;
    httpd->waiting_last = r;
}

static void unlink_request(struct httpd *httpd, struct request *r)
{
    if (r->waiting_prev != NULL)
        r->waiting_prev->waiting_next = r->waiting_next;
    else
        httpd->waiting_first = r->waiting_next;
    if (r->waiting_next != NULL)
        r->waiting_next->waiting_prev = r->waiting_prev;
    else
        httpd->waiting_last = r->waiting_prev;
}

/* Whether one more can wait beside so many: some always can; more, as long as all of them will be
 * answered in half of the time that they have. Half, since a pace may drop. */
static bool has_room(struct httpd *httpd, int waiting)
{
    const struct httpd_settings *settings = &httpd->settings;
    int64_t within_us = (int64_t)settings->request_timeout_ms * 1000 / 2;

    if (waiting < settings->waiting_max * settings->threads)
        return true;
    if (waiting >= WAITING_MOST * settings->threads)
        return false;
    pthread_mutex_lock(&httpd->waiting_lock);
    int64_t can = pace_within(&httpd->pace, httpd_now_us(), within_us);
    pthread_mutex_unlock(&httpd->waiting_lock);
    return waiting < can;
}

bool waiting_enter(struct request *r)
{
    struct httpd *httpd = r->httpd;

    if (!has_room(httpd, atomic_fetch_add(&httpd->waiting, 1)) || atomic_load(&httpd->closed)) {
        atomic_fetch_sub(&httpd->waiting, 1);
        return false;
    }
    metrics_add(METRIC_WAITING, 1);
    if (r->deadline_us == 0)
        r->deadline_us = httpd_now_us() + (int64_t)httpd->settings.request_timeout_ms * 1000;
    r->waits = true;
    request_ref(r);
    atomic_store(&r->state, REQUEST_WAITING);
    /* In this order: once it is on the list, another thread may resume it, and resuming a
     * connection that is not yet suspended would be lost. */
    MHD_suspend_connection(r->connection);
    pthread_mutex_lock(&httpd->waiting_lock);
    if (httpd->waiting_first == NULL)
        pace_begin(&httpd->pace, httpd_now_us());
    link_last(httpd, r);
    pthread_mutex_unlock(&httpd->waiting_lock);
    return true;
}

enum request_state waiting_leave(struct request *r)
{
    struct httpd *httpd = r->httpd;

    r->waits = false;
    pthread_mutex_lock(&httpd->waiting_lock);
    unlink_request(httpd, r);
    if (atomic_load(&r->state) == REQUEST_ANSWERED)
        pace_note(&httpd->pace, httpd_now_us());
    pthread_mutex_unlock(&httpd->waiting_lock);
    atomic_fetch_sub(&httpd->waiting, 1);
    metrics_add(METRIC_WAITING, -1);
    int state = REQUEST_ANSWERED;
    atomic_compare_exchange_strong(&r->state, &state, REQUEST_OPEN);
    return (enum request_state)state;
}

void waiting_extend(struct request *r, int64_t until_us)
{
    struct httpd *httpd = r->httpd;

    pthread_mutex_lock(&httpd->waiting_lock);
    r->deadline_us = until_us + (int64_t)httpd->settings.request_timeout_ms * 1000;
    pthread_mutex_unlock(&httpd->waiting_lock);
}

struct overdue {
    struct request *request;
    bool at_work; /* else only the caller is being looked up */
};

/* Takes a reference to each overdue request, and leaves the list to the HTTP thread. */
static size_t collect(struct httpd *httpd, int64_t now_us, bool all,
                      struct overdue found[EXPIRE_AT_ONCE])
{
    size_t count = 0;

    pthread_mutex_lock(&httpd->waiting_lock);
    for (struct request *r = httpd->waiting_first; r != NULL && count < EXPIRE_AT_ONCE;
         r = r->waiting_next) {
        if ((!all && r->deadline_us > now_us) || atomic_load(&r->state) != REQUEST_WAITING)
            continue;
        request_ref(r);
        found[count++] = (struct overdue){r, r->step == STEP_WORK};
    }
    pthread_mutex_unlock(&httpd->waiting_lock);
    return count;
}

static void expire(struct httpd *httpd, const struct overdue *overdue)
{
    struct request *r = overdue->request;
    int waiting = REQUEST_WAITING;
    bool withdrawn = overdue->at_work && httpd->backend->cancel(httpd->backend->self, r);
    int then = withdrawn || !overdue->at_work ? REQUEST_WITHDRAWN : REQUEST_OVERDUE;

    if (atomic_compare_exchange_strong(&r->state, &waiting, then)) {
        metrics_add(METRIC_OVERDUE, 1);
        MHD_resume_connection(r->connection);
    }
    if (withdrawn)
        request_unref(r);
}

void waiting_expire(struct httpd *httpd, int64_t now_us, bool all)
{
    struct overdue found[EXPIRE_AT_ONCE];
    size_t count;

    do {
        count = collect(httpd, now_us, all, found);
        for (size_t i = 0; i < count; i++) {
            expire(httpd, &found[i]);
            request_unref(found[i].request);
        }
    } while (count == EXPIRE_AT_ONCE);
}
