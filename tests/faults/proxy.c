#include "proxy.h"

#include "proxy_messages.h"

#include "store/pg/pg.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PIECE_MAX    65536 /* bytes read at once */
#define TICK_MS      1     /* while something waits for its time */
#define IDLE_MS      1000
#define POLL_MS      2
#define REBIND_TRIES 500
#define FATAL_MAX    256 /* bytes */
#define NO_FENCE     SIZE_MAX

/* One direction: what was read, and how far it may be handed on. */
struct flow {
    int from, to; /* -1: closed */
    char *bytes;
    size_t len, size;
    size_t scanned; /* up to here whole messages were looked at */
    size_t fence;   /* nothing after this is handed on; NO_FENCE: none */
    bool fires;     /* the rule, once all before the fence was handed on */
    bool ended;     /* nothing more comes */
    int64_t ready_ms;
    double budget; /* bytes that the rate allows now */
};

enum { FRONTEND, BACKEND, FLOWS };

struct link {
    bool open;
    struct flow flows[FLOWS];
    struct messages messages;
    bool swallows;     /* black-holed */
    bool silent;       /* taken, and nothing said */
    bool refuses;      /* an error is said to its startup packet */
    int64_t orphan_ms; /* from then on an orphan's bytes go on; 0: it is none */
    int rate;
};

struct proxy {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t done;
    struct sockaddr_un database;
    int port, listener, wake; /* listener -1: nobody listens */
    struct link links[PROXY_LINKS_MAX];
    struct proxy_rule rule;
    char statement[PROXY_STATEMENT_MAX];
    char sqlstate[6];
    enum proxy_door door;
    int delay_ms, rate;
    int64_t refilled_ms;
    struct proxy_counts counts;
    /* asked for by other threads, done by the proxy's */
    enum proxy_act act;
    bool heal, stop;
    long asked, answered;
};

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "tests: proxy: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* ---- links ---- */

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_client(struct link *link)
{
    close_fd(&link->flows[FRONTEND].from);
    link->flows[BACKEND].to = -1;
}

static void close_server(struct link *link)
{
    close_fd(&link->flows[BACKEND].from);
    link->flows[FRONTEND].to = -1;
}

static void close_link(struct link *link)
{
    close_client(link);
    close_server(link);
    for (int i = 0; i < FLOWS; i++)
        free(link->flows[i].bytes);
    *link = (struct link){.open = false};
}

/* With nothing to linger for, close() sends RST. */
static void reset_fd(int fd)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

static struct link *free_link(struct proxy *proxy)
{
    for (int i = 0; i < PROXY_LINKS_MAX; i++)
        if (!proxy->links[i].open)
            return &proxy->links[i];
    return NULL;
}

static int connect_database(const struct proxy *proxy)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        give_up("socket");
    if (connect(fd, (const struct sockaddr *)&proxy->database, sizeof proxy->database) != 0) {
        close(fd);
        return -1;
    }
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void take_connection(struct proxy *proxy)
{
    int yes = 1;
    int client = accept4(proxy->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct link *link = free_link(proxy);

    if (client < 0)
        return;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    int server = proxy->door == PROXY_OPEN && link != NULL ? connect_database(proxy) : -1;
    if (link == NULL || (server < 0 && proxy->door == PROXY_OPEN)) {
        close(client);
        return;
    }
    proxy->counts.connections++;
    *link = (struct link){.open = true,
                          .silent = proxy->door == PROXY_SILENT,
                          .refuses = proxy->door == PROXY_ANSWERING};
    link->flows[FRONTEND] = (struct flow){.from = client, .to = server, .fence = NO_FENCE};
    link->flows[BACKEND] = (struct flow){.from = server, .to = client, .fence = NO_FENCE};
}

/* ---- acts ---- */

static void make_orphan(struct proxy *proxy, struct link *link)
{
    struct flow *frontend = &link->flows[FRONTEND];

    frontend->ended = true;
    close_client(link);
    link->orphan_ms = pg_deadline_in(proxy->rule.hold_ms);
}

static void act_on(struct proxy *proxy, struct link *link, enum proxy_act act)
{
    switch (act) {
    case PROXY_RESET:
        reset_fd(link->flows[FRONTEND].from);
        close_link(link);
        break;
    case PROXY_CUT:
        close_link(link);
        break;
    case PROXY_BLACKHOLE:
        link->swallows = true;
        break;
    case PROXY_SLOW:
        link->rate = proxy->rule.bytes_per_ms;
        break;
    case PROXY_ORPHAN:
        make_orphan(proxy, link);
        break;
    case PROXY_PASS:
        break;
    }
}

static bool is_armed(const struct proxy *proxy)
{
    return proxy->counts.fired < proxy->rule.times && proxy->rule.at != PROXY_NEVER;
}

static void fire(struct proxy *proxy, struct link *link)
{
    bool armed = is_armed(proxy);

    for (int i = 0; i < FLOWS; i++) {
        link->flows[i].fires = false;
        if (!armed || proxy->rule.act == PROXY_SLOW || proxy->rule.act == PROXY_ORPHAN)
            link->flows[i].fence = NO_FENCE;
    }
    if (!armed)
        return;
    proxy->counts.fired++;
    proxy->counts.frontend_bytes = proxy->counts.backend_bytes = 0;
    act_on(proxy, link, proxy->rule.act);
}

/* ---- moments ---- */

static void raise_fence(struct flow *flow, size_t at)
{
    if (flow->fence == NO_FENCE)
        flow->fence = at;
}

static bool rule_is(const struct proxy *proxy, const struct link *link, enum proxy_at at)
{
    return is_armed(proxy) && proxy->rule.at == at &&
           (at == PROXY_STATEMENT || proxy->statement[0] == '\0' || link->messages.seen_wanted);
}

static void look_at_client(struct proxy *proxy, struct link *link, struct flow *flow, size_t len)
{
    const char *wanted = proxy->statement[0] == '\0' ? NULL : proxy->statement;
    size_t end = flow->scanned + len;

    switch (messages_from_client(&link->messages, flow->bytes + flow->scanned, len, wanted)) {
    case MESSAGE_COMMIT:
        if (rule_is(proxy, link, PROXY_COMMIT_HELD))
            raise_fence(flow, flow->scanned);
        break;
    case MESSAGE_SYNC:
        if (link->messages.committing && rule_is(proxy, link, PROXY_COMMIT_SENT))
            raise_fence(flow, end);
        flow->fires = flow->fence != NO_FENCE;
        break;
    case MESSAGE_EXECUTE:
        if (rule_is(proxy, link, PROXY_STATEMENT) &&
            messages_is_bound(&link->messages, proxy->statement)) {
            raise_fence(flow, end);
            flow->fires = true;
        }
        break;
    default:
        break;
    }
}

static void look_at_server(struct proxy *proxy, struct link *link, struct flow *flow, size_t len)
{
    if (messages_from_server(flow->bytes + flow->scanned, len) != MESSAGE_COMMITTED ||
        !link->messages.committing || !rule_is(proxy, link, PROXY_COMMIT_ANSWERED))
        return;
    raise_fence(flow, flow->scanned);
    flow->fires = true;
}

static void scan(struct proxy *proxy, struct link *link, int which)
{
    struct flow *flow = &link->flows[which];

    for (;;) {
        bool started = which == BACKEND || link->messages.started;
        size_t left = flow->len - flow->scanned;
        size_t len = messages_length(started, flow->bytes + flow->scanned, left);
        if (len == 0 || len > left)
            return;
        if (which == FRONTEND)
            look_at_client(proxy, link, flow, len);
        else
            look_at_server(proxy, link, flow, len);
        flow->scanned += len;
    }
}

/* ---- bytes ---- */

static int64_t *passed(struct proxy *proxy, int which)
{
    return which == FRONTEND ? &proxy->counts.frontend_bytes : &proxy->counts.backend_bytes;
}

static bool is_counted(const struct proxy *proxy, const struct link *link)
{
    return proxy->statement[0] == '\0' || link->messages.ever_wanted;
}

static bool stops_at_byte(const struct proxy *proxy, const struct link *link, int which)
{
    return is_armed(proxy) && is_counted(proxy, link) &&
           proxy->rule.at == (which == FRONTEND ? PROXY_FRONTEND_BYTES : PROXY_BACKEND_BYTES);
}

static int rate_of(const struct proxy *proxy, const struct link *link)
{
    return link->rate > 0 ? link->rate : proxy->rate;
}

/* How many bytes may be handed on now. */
static size_t allowed(struct proxy *proxy, const struct link *link, int which)
{
    const struct flow *flow = &link->flows[which];
    size_t most = flow->fence < flow->scanned ? flow->fence : flow->scanned;

    if (flow->ended && flow->fence == NO_FENCE)
        most = flow->len; /* the half message before the end too */
    if (pg_now_ms() < flow->ready_ms || pg_now_ms() < link->orphan_ms)
        return 0;
    if (rate_of(proxy, link) > 0 && (double)most > flow->budget)
        most = (size_t)flow->budget;
    if (stops_at_byte(proxy, link, which)) {
        int64_t left = proxy->rule.bytes - *passed(proxy, which);
        most = left <= 0 ? 0 : (int64_t)most > left ? (size_t)left : most;
    }
    return most;
}

static void drop_front(struct flow *flow, size_t count)
{
    memmove(flow->bytes, flow->bytes + count, flow->len - count);
    flow->len -= count;
    flow->scanned -= count < flow->scanned ? count : flow->scanned;
    if (flow->fence != NO_FENCE)
        flow->fence -= count;
}

static void grow(struct flow *flow)
{
    if (flow->size - flow->len >= PIECE_MAX)
        return;
    flow->size = flow->len + 2 * PIECE_MAX;
    flow->bytes = flow->size > PROXY_MESSAGE_MAX ? NULL : realloc(flow->bytes, flow->size);
    if (flow->bytes == NULL)
        give_up("a message is too long");
}

static bool wants_to_read(const struct flow *flow)
{
    return flow->from >= 0 && !flow->ended && pg_now_ms() >= flow->ready_ms;
}

static void read_flow(struct proxy *proxy, struct link *link, int which)
{
    struct flow *flow = &link->flows[which];

    grow(flow);
    ssize_t got = recv(flow->from, flow->bytes + flow->len, PIECE_MAX, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        flow->ended = true;
        return;
    }
    if (link->swallows || link->silent)
        return;
    if (flow->len == 0 && proxy->delay_ms > 0)
        flow->ready_ms = pg_deadline_in(proxy->delay_ms);
    flow->len += (size_t)got;
    scan(proxy, link, which);
}

static void discard(struct flow *flow)
{
    flow->len = flow->scanned = 0;
}

static void write_flow(struct proxy *proxy, struct link *link, int which)
{
    struct flow *flow = &link->flows[which];
    size_t most = allowed(proxy, link, which);

    if (flow->to < 0) {
        if (link->orphan_ms > 0)
            discard(flow);
        return;
    }
    ssize_t sent = most == 0 ? 0 : send(flow->to, flow->bytes, most, MSG_NOSIGNAL);
    /* the other direction may still bring its last words, and ends the link */
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
        discard(flow);
    if (sent > 0) {
        if (is_counted(proxy, link))
            *passed(proxy, which) += sent;
        flow->budget -= (double)sent;
        drop_front(flow, (size_t)sent);
    }
    bool reached =
        stops_at_byte(proxy, link, which) && *passed(proxy, which) >= proxy->rule.bytes && sent > 0;
    if (reached || (flow->fires && flow->fence == 0))
        fire(proxy, link);
}

/* ---- one turn ---- */

static void refuse(const struct proxy *proxy, struct link *link)
{
    char fatal[FATAL_MAX];
    size_t len = messages_fatal(proxy->sqlstate, fatal, sizeof fatal);

    if (link->flows[FRONTEND].len == 0)
        return;
    send(link->flows[FRONTEND].from, fatal, len, MSG_NOSIGNAL);
    close_link(link);
}

/* Ends on what was handed on whole; what is black-holed does not end. */
static void end_if_over(struct link *link)
{
    bool over = false;

    if (link->swallows)
        return;
    for (int i = 0; i < FLOWS; i++) {
        const struct flow *flow = &link->flows[i];
        over |= flow->ended && (flow->len == 0 || flow->to < 0);
    }
    if (over)
        close_link(link);
}

static void turn_link(struct proxy *proxy, struct link *link, const struct pollfd *fds)
{
    for (int i = 0; link->open && i < FLOWS; i++) {
        if (fds[i].revents != 0 && wants_to_read(&link->flows[i]))
            read_flow(proxy, link, i);
        if (link->refuses)
            refuse(proxy, link);
        else if (!link->swallows && !link->silent)
            write_flow(proxy, link, i);
    }
    if (link->open)
        end_if_over(link);
}

static void listen_again(struct proxy *proxy)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)proxy->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int yes = 1, tries = 0;

    proxy->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (proxy->listener < 0 ||
        setsockopt(proxy->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0)
        give_up("listener");
    while (bind(proxy->listener, (struct sockaddr *)&address, len) != 0) {
        if (tries++ == REBIND_TRIES)
            give_up("bind");
        poll(NULL, 0, POLL_MS);
    }
    if (listen(proxy->listener, PROXY_LINKS_MAX) != 0 ||
        getsockname(proxy->listener, (struct sockaddr *)&address, &len) != 0)
        give_up("listen");
    proxy->port = ntohs(address.sin_port);
}

static void heal(struct proxy *proxy)
{
    proxy->rule = (struct proxy_rule){.at = PROXY_NEVER};
    proxy->statement[0] = '\0';
    proxy->door = PROXY_OPEN;
    proxy->delay_ms = proxy->rate = 0;
    proxy->heal = false;
    for (int i = 0; i < PROXY_LINKS_MAX; i++) {
        struct link *link = &proxy->links[i];
        if (!link->open)
            continue;
        link->rate = 0;
        for (int j = 0; j < FLOWS; j++) {
            link->flows[j].fires = false;
            link->flows[j].ready_ms = 0;
            if (link->orphan_ms == 0)
                link->flows[j].fence = NO_FENCE;
        }
        if (link->swallows || link->silent)
            close_link(link);
    }
}

/* What other threads asked for. */
static void obey(struct proxy *proxy)
{
    for (int i = 0; proxy->act != PROXY_PASS && i < PROXY_LINKS_MAX; i++)
        if (proxy->links[i].open)
            act_on(proxy, &proxy->links[i], proxy->act);
    proxy->act = PROXY_PASS;
    if (proxy->heal)
        heal(proxy);
    if (proxy->door == PROXY_REFUSING)
        close_fd(&proxy->listener);
    else if (proxy->listener < 0)
        listen_again(proxy);
    proxy->answered = proxy->asked;
    pthread_cond_broadcast(&proxy->done);
}

static void refill(struct proxy *proxy)
{
    int64_t now = pg_now_ms();
    int64_t spent = now - proxy->refilled_ms;

    proxy->refilled_ms = now;
    for (int i = 0; i < PROXY_LINKS_MAX; i++)
        for (int j = 0; j < FLOWS; j++)
            proxy->links[i].flows[j].budget = (double)(spent * rate_of(proxy, &proxy->links[i]));
}

static bool hurries(struct proxy *proxy)
{
    for (int i = 0; i < PROXY_LINKS_MAX; i++)
        if (proxy->links[i].open && !proxy->links[i].swallows && !proxy->links[i].silent &&
            (proxy->links[i].flows[FRONTEND].len > 0 || proxy->links[i].flows[BACKEND].len > 0))
            return true;
    return false;
}

static void wait_turn(struct proxy *proxy, struct pollfd *fds)
{
    int timeout = hurries(proxy) ? TICK_MS : IDLE_MS;

    fds[0] = (struct pollfd){.fd = proxy->wake, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = proxy->listener, .events = POLLIN};
    for (int i = 0; i < PROXY_LINKS_MAX; i++)
        for (int j = 0; j < FLOWS; j++) {
            const struct link *link = &proxy->links[i];
            bool reads = link->open && wants_to_read(&link->flows[j]);
            fds[2 + i * FLOWS + j] =
                (struct pollfd){.fd = reads ? link->flows[j].from : -1, .events = POLLIN};
        }
    pthread_mutex_unlock(&proxy->mutex);
    poll(fds, 2 + PROXY_LINKS_MAX * FLOWS, timeout);
    pthread_mutex_lock(&proxy->mutex);
}

static void *run(void *argument)
{
    struct proxy *proxy = argument;
    struct pollfd fds[2 + PROXY_LINKS_MAX * FLOWS];
    uint64_t woken;

    pthread_mutex_lock(&proxy->mutex);
    while (!proxy->stop) {
        obey(proxy);
        wait_turn(proxy, fds);
        if (fds[0].revents != 0 && read(proxy->wake, &woken, sizeof woken) < 0)
            give_up("eventfd");
        refill(proxy);
        for (int i = 0; i < PROXY_LINKS_MAX; i++)
            if (proxy->links[i].open)
                turn_link(proxy, &proxy->links[i], &fds[2 + i * FLOWS]);
        if (fds[1].revents != 0 && proxy->listener >= 0)
            take_connection(proxy);
    }
    pthread_mutex_unlock(&proxy->mutex);
    return NULL;
}

/* ---- for the test ---- */

static void find_socket(struct proxy *proxy, const char *conninfo)
{
    PQconninfoOption *options = PQconninfoParse(conninfo, NULL);
    const char *host = "", *port = "5432";

    for (const PQconninfoOption *at = options; at != NULL && at->keyword != NULL; at++) {
        if (strcmp(at->keyword, "host") == 0 && at->val != NULL)
            host = at->val;
        if (strcmp(at->keyword, "port") == 0 && at->val != NULL)
            port = at->val;
    }
    proxy->database.sun_family = AF_UNIX;
    snprintf(proxy->database.sun_path, sizeof proxy->database.sun_path, "%s/.s.PGSQL.%s", host,
             port);
    PQconninfoFree(options);
}

struct proxy *proxy_start(const char *conninfo)
{
    struct proxy *proxy = calloc(1, sizeof *proxy);

    if (proxy == NULL)
        give_up("memory");
    find_socket(proxy, conninfo);
    pthread_mutex_init(&proxy->mutex, NULL);
    pthread_cond_init(&proxy->done, NULL);
    proxy->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (proxy->wake < 0)
        give_up("eventfd");
    listen_again(proxy);
    if (pthread_create(&proxy->thread, NULL, run, proxy) != 0)
        give_up("thread");
    return proxy;
}

/* The lock is held. */
static void ask(struct proxy *proxy)
{
    long asked = ++proxy->asked;
    uint64_t one = 1;

    if (write(proxy->wake, &one, sizeof one) < 0)
        give_up("eventfd");
    while (proxy->answered < asked)
        pthread_cond_wait(&proxy->done, &proxy->mutex);
}

void proxy_stop(struct proxy *proxy)
{
    uint64_t one = 1;

    if (proxy == NULL)
        return;
    pthread_mutex_lock(&proxy->mutex);
    proxy->stop = true;
    pthread_mutex_unlock(&proxy->mutex);
    if (write(proxy->wake, &one, sizeof one) < 0)
        give_up("eventfd");
    pthread_join(proxy->thread, NULL);
    for (int i = 0; i < PROXY_LINKS_MAX; i++)
        if (proxy->links[i].open)
            close_link(&proxy->links[i]);
    close_fd(&proxy->listener);
    close_fd(&proxy->wake);
    pthread_cond_destroy(&proxy->done);
    pthread_mutex_destroy(&proxy->mutex);
    free(proxy);
}

int proxy_port(const struct proxy *proxy)
{
    return proxy->port;
}

void proxy_arm(struct proxy *proxy, const struct proxy_rule *rule)
{
    static const struct proxy_rule none = {.at = PROXY_NEVER};

    pthread_mutex_lock(&proxy->mutex);
    proxy->rule = rule == NULL ? none : *rule;
    proxy->rule.times = proxy->rule.times > 0 ? proxy->rule.times : 1;
    snprintf(proxy->statement, sizeof proxy->statement, "%s",
             proxy->rule.statement == NULL ? "" : proxy->rule.statement);
    proxy->rule.statement = NULL;
    proxy->counts.fired = 0;
    proxy->counts.frontend_bytes = proxy->counts.backend_bytes = 0;
    ask(proxy);
    pthread_mutex_unlock(&proxy->mutex);
}

void proxy_wait_fired(struct proxy *proxy)
{
    int64_t give_up_ms = pg_deadline_in(PROXY_FIRED_WAIT_MS);
    bool armed = true;

    while (armed) {
        pthread_mutex_lock(&proxy->mutex);
        armed = is_armed(proxy);
        pthread_mutex_unlock(&proxy->mutex);
        ck_assert_msg(!armed || pg_now_ms() < give_up_ms, "the proxy's rule did not fire");
        poll(NULL, 0, POLL_MS);
    }
}

void proxy_do(struct proxy *proxy, enum proxy_act act)
{
    pthread_mutex_lock(&proxy->mutex);
    proxy->act = act;
    ask(proxy);
    pthread_mutex_unlock(&proxy->mutex);
}

void proxy_door(struct proxy *proxy, enum proxy_door door)
{
    pthread_mutex_lock(&proxy->mutex);
    proxy->door = door;
    ask(proxy);
    pthread_mutex_unlock(&proxy->mutex);
}

void proxy_door_error(struct proxy *proxy, const char *sqlstate)
{
    pthread_mutex_lock(&proxy->mutex);
    snprintf(proxy->sqlstate, sizeof proxy->sqlstate, "%s", sqlstate);
    proxy->door = PROXY_ANSWERING;
    ask(proxy);
    pthread_mutex_unlock(&proxy->mutex);
}

void proxy_delay(struct proxy *proxy, int ms)
{
    pthread_mutex_lock(&proxy->mutex);
    proxy->delay_ms = ms;
    ask(proxy);
    pthread_mutex_unlock(&proxy->mutex);
}

void proxy_rate(struct proxy *proxy, int bytes_per_ms)
{
    pthread_mutex_lock(&proxy->mutex);
    proxy->rate = bytes_per_ms;
    ask(proxy);
    pthread_mutex_unlock(&proxy->mutex);
}

void proxy_heal(struct proxy *proxy)
{
    pthread_mutex_lock(&proxy->mutex);
    proxy->heal = true;
    ask(proxy);
    pthread_mutex_unlock(&proxy->mutex);
}

struct proxy_counts proxy_counts(struct proxy *proxy)
{
    pthread_mutex_lock(&proxy->mutex);
    struct proxy_counts counts = proxy->counts;
    for (int i = 0; i < PROXY_LINKS_MAX; i++)
        counts.links += proxy->links[i].open;
    pthread_mutex_unlock(&proxy->mutex);
    return counts;
}
