/* An HTTP edge on a free port, before a backend that holds and answers as the test says, and raw
 * sockets to talk to it. */
#ifndef BATON_TESTS_EDGE_H
#define BATON_TESTS_EDGE_H

#include "http/httpd.h"
#include "http/metrics.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define EDGE_ANSWER_MAX  65536 /* bytes */
#define EDGE_QUEUE_MAX   256   /* requests */
#define EDGE_TIMEOUT_S   20    /* for anything that is waited for */
#define EDGE_LARGE_BYTES (32 << 20)

enum edge_hold {
    HOLD_NOTHING,
    HOLD_QUEUED, /* requests stay in the queue */
    HOLD_TAKEN,  /* the worker takes one and does not get on with it */
};

struct edge {
    struct httpd *httpd;
    struct backend backend;
    bool stopped; /* httpd_stop was called by the test */
    pthread_t worker;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* under the lock */
    struct request *queue[EDGE_QUEUE_MAX];
    int queued;
    int started; /* requests and look-ups that the backend was given */
    int taken;   /* of these, by the worker */
    int done;
    enum edge_hold hold;
    bool ends;
};

struct httpd_settings edge_settings(void);

/** settings NULL: edge_settings(). Aborts the test when it does not start. */
void edge_start(struct edge *edge, const struct httpd_settings *settings);
void edge_stop(struct edge *edge);

void edge_hold(struct edge *edge, enum edge_hold hold);
/** Until so many requests are queued, were started (and one is taken), were done. */
void edge_wait_queued(struct edge *edge, int count);
void edge_wait_started(struct edge *edge, int count);
void edge_wait_done(struct edge *edge, int count);
void edge_wait_metric(enum metric metric, int64_t value);

int edge_connect(struct edge *edge);
/** Sends all of it, as far as the other side takes it. */
void edge_say(int fd, const char *text);
/** One answer, headers and body, NUL-terminated; its status, 0 when the connection ended first. */
int edge_hear(int fd, char answer[EDGE_ANSWER_MAX]);
/** Everything until the connection ends. */
void edge_hear_all(int fd, char answer[EDGE_ANSWER_MAX]);
/** Whether the other side ends the connection in time and says no more. */
bool edge_is_closed(int fd);

#endif
