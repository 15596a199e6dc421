#include "crowd.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SLICES         50 /* of a second, each with its part of the crowd */
#define SLICE_MS       20
#define TEXT_MAX       512 /* bytes */
#define AWAY_S         5
#define RECEIVE_BUFFER 2048 /* bytes; a slow reader's is full soon */

enum kind { SLOW_HEAD, SLOW_BODY, SLOW_READ, SLOW_READ_LEADS, SILENT, IDLE, KINDS };

struct slow {
    enum kind kind;
    int fd;   /* -1: to be opened */
    int away; /* seconds until it comes again */
    size_t sent;
};

struct crowd {
    struct sockaddr_in address;
    char said[KINDS][TEXT_MAX]; /* at once, but for SLOW_HEAD */
    struct slow *slow;
    int count;
    pthread_t thread;
    atomic_bool stopping;
    _Atomic int open;
    _Atomic long long cut, missed;
};

static void write_lines(struct crowd *crowd, const struct trial *trial)
{
    const char *key = trial->ana;

    snprintf(crowd->said[SLOW_HEAD], TEXT_MAX,
             "POST /v1/leads HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\nX-Long: %0200d",
             key, 0);
    snprintf(crowd->said[SLOW_BODY], TEXT_MAX,
             "POST /v1/leads HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
             "Content-Length: 4000\r\nAuthorization: Bearer %s\r\n\r\n",
             key);
    snprintf(crowd->said[SLOW_READ], TEXT_MAX, "GET /openapi.yaml HTTP/1.1\r\nHost: a\r\n\r\n");
    snprintf(crowd->said[SLOW_READ_LEADS], TEXT_MAX,
             "GET /v1/leads?limit=100 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n\r\n",
             key);
    snprintf(crowd->said[IDLE], TEXT_MAX, "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n");
}

/* ---- one of them ---- */

static void open_one(struct crowd *crowd, struct slow *slow)
{
    const int size = RECEIVE_BUFFER;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        atomic_fetch_add(&crowd->missed, 1);
        return;
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (connect(fd, (const struct sockaddr *)&crowd->address, sizeof crowd->address) != 0 &&
        errno != EINPROGRESS) {
        atomic_fetch_add(&crowd->missed, 1);
        close(fd);
        return;
    }
    slow->fd = fd;
    slow->sent = 0;
    atomic_fetch_add(&crowd->open, 1);
}

static void close_one(struct crowd *crowd, struct slow *slow)
{
    close(slow->fd);
    slow->fd = -1;
    slow->away = AWAY_S;
    atomic_fetch_sub(&crowd->open, 1);
}

static bool not_yet(void)
{
    return errno == EAGAIN || errno == EINTR || errno == ENOTCONN;
}

/* False when the connection is gone. */
static bool say(struct slow *slow, const char *bytes, size_t len)
{
    ssize_t n = send(slow->fd, bytes, len, MSG_NOSIGNAL);

    if (n > 0)
        slow->sent += (size_t)n;
    return n >= 0 || not_yet();
}

static bool say_more(const struct crowd *crowd, struct slow *slow)
{
    const char *text = crowd->said[slow->kind];
    size_t len = strlen(text);

    if (slow->kind == SLOW_HEAD)
        return say(slow, text + slow->sent % len, 1);
    if (slow->sent < len)
        return say(slow, text + slow->sent, len - slow->sent);
    return slow->kind != SLOW_BODY || say(slow, " ", 1);
}

static bool hear(const struct slow *slow)
{
    char bytes[TEXT_MAX];
    bool slowly = slow->kind == SLOW_READ || slow->kind == SLOW_READ_LEADS;
    ssize_t n = recv(slow->fd, bytes, slowly ? 1 : sizeof bytes, 0);

    return n > 0 || (n < 0 && not_yet());
}

static void act(struct crowd *crowd, struct slow *slow)
{
    if (slow->away > 0) {
        slow->away--;
    } else if (slow->fd < 0) {
        open_one(crowd, slow);
    } else if (!say_more(crowd, slow) || !hear(slow)) {
        atomic_fetch_add(&crowd->cut, 1);
        close_one(crowd, slow);
    }
}

/* ---- all of them ---- */

static void *run(void *argument)
{
    struct crowd *crowd = argument;

    for (int slice = 0; !atomic_load(&crowd->stopping); slice = (slice + 1) % SLICES) {
        for (int i = slice; i < crowd->count; i += SLICES)
            act(crowd, &crowd->slow[i]);
        poll(NULL, 0, SLICE_MS);
    }
    return NULL;
}

struct crowd *crowd_start(const struct trial *trial, int connections)
{
    struct crowd *crowd = calloc(1, sizeof *crowd);
    const char *port = strrchr(service_url(trial->services[0]), ':') + 1;

    ck_assert_ptr_nonnull(crowd);
    crowd->address = (struct sockaddr_in){.sin_family = AF_INET,
                                          .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                          .sin_port = htons((uint16_t)strtol(port, NULL, 10))};
    write_lines(crowd, trial);
    crowd->count = connections;
    crowd->slow = calloc((size_t)connections, sizeof *crowd->slow);
    ck_assert_ptr_nonnull(crowd->slow);
    for (int i = 0; i < connections; i++)
        crowd->slow[i] = (struct slow){.kind = (enum kind)(i % KINDS), .fd = -1};
    ck_assert_int_eq(pthread_create(&crowd->thread, NULL, run, crowd), 0);
    return crowd;
}

struct crowd_counts crowd_counts(struct crowd *crowd)
{
    return (struct crowd_counts){.open = atomic_load(&crowd->open),
                                 .cut = atomic_load(&crowd->cut),
                                 .missed = atomic_load(&crowd->missed)};
}

void crowd_stop(struct crowd *crowd)
{
    atomic_store(&crowd->stopping, true);
    pthread_join(crowd->thread, NULL);
    for (int i = 0; i < crowd->count; i++)
        if (crowd->slow[i].fd >= 0)
            close_one(crowd, &crowd->slow[i]);
    free(crowd->slow);
    free(crowd);
}
