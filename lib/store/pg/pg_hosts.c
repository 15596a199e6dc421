#include "store/pg/pg_hosts.h"

#include "store/pg/pg_time.h"

#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define NAME_MAX_BYTES 256 /* of a host, an address, a port */
#define OPTIONS_MAX    80  /* of a connection string, and ours */
#define TIMEOUT_MAX_S  30  /* a larger connect_timeout is cut to this */
/* For connection strings that only libpq can read: the smallest that it accepts. */
#define TIMEOUT_OF_LIBPQ_S "2"
/* How long data may stay unacknowledged before the host counts as gone. */
#define TCP_USER_TIMEOUT_MS "5000"

/* One address; empty members are left to libpq's defaults. */
struct target {
    char host[NAME_MAX_BYTES];
    char address[NAME_MAX_BYTES];
    char port[NAME_MAX_BYTES];
};

struct attempt {
    PGconn *conn; /* NULL: not begun, or failed */
    PostgresPollingStatusType wants;
    int64_t give_up_ms;
};

struct pg_hosts {
    char *conninfo;
    struct target targets[PG_HOSTS_MAX]; /* of this round, in the order of trying */
    struct attempt attempts[PG_HOSTS_MAX];
    int count; /* 0: no round */
    int begun;
    int64_t next_ms; /* when the next one is begun, if none has succeeded by then */
    struct target last_good;
    bool known_good;
    char why[PG_HOSTS_WHY_MAX_BYTES]; /* of the first that failed in this round */
};

struct pg_hosts *pg_hosts_new(const char *conninfo)
{
    struct pg_hosts *hosts = calloc(1, sizeof *hosts);

    if (hosts == NULL)
        return NULL;
    hosts->conninfo = strdup(conninfo);
    if (hosts->conninfo == NULL) {
        free(hosts);
        return NULL;
    }
    return hosts;
}

static void end_round(struct pg_hosts *hosts)
{
    for (int i = 0; i < hosts->begun; i++) {
        PQfinish(hosts->attempts[i].conn);
        hosts->attempts[i].conn = NULL;
    }
    hosts->count = 0;
    hosts->begun = 0;
}

void pg_hosts_free(struct pg_hosts *hosts)
{
    if (hosts == NULL)
        return;
    end_round(hosts);
    free(hosts->conninfo);
    free(hosts);
}

/* Keeps the first reason: it concerns the host that comes first in the string. */
static void note_why(struct pg_hosts *hosts, const char *why)
{
    if (hosts->why[0] == '\0')
        snprintf(hosts->why, sizeof hosts->why, "%s", why);
}

/* ---- the connection string ---- */

static const char *option(const PQconninfoOption *options, const char *keyword)
{
    for (; options != NULL && options->keyword != NULL; options++)
        if (strcmp(options->keyword, keyword) == 0)
            return options->val != NULL && options->val[0] != '\0' ? options->val : NULL;
    return NULL;
}

/* From the string, or else from the environment. */
static void read_option(const PQconninfoOption *given, const PQconninfoOption *otherwise,
                        const char *keyword, char out[NAME_MAX_BYTES * 4])
{
    const char *value = option(given, keyword);

    value = value != NULL ? value : option(otherwise, keyword);
    snprintf(out, NAME_MAX_BYTES * 4, "%s", value == NULL ? "" : value);
}

/* Item i of a list separated by commas. A single item counts for every i, as libpq has it for
 * ports. */
static void item_of(const char *list, int i, char out[NAME_MAX_BYTES])
{
    if (strchr(list, ',') != NULL)
        for (; i > 0 && *list != '\0'; i--) {
            list += strcspn(list, ",");
            list += *list == ',';
        }
    snprintf(out, NAME_MAX_BYTES, "%.*s", (int)strcspn(list, ","), list);
}

static int items_of(const char *list)
{
    int count = 1;

    for (; *list != '\0'; list++)
        count += *list == ',';
    return count;
}

/* ---- the addresses of a round ---- */

static void add_target(struct pg_hosts *hosts, const struct target *target)
{
    if (hosts->count < PG_HOSTS_MAX)
        hosts->targets[hosts->count++] = *target;
}

static bool is_name(const struct target *target)
{
    return target->host[0] != '\0' && target->host[0] != '/' && target->host[0] != '@' &&
           target->address[0] == '\0';
}

/* A name may stand for several addresses. libpq would try them one after the other and wait for
 * each that is silent; as targets of their own they are tried side by side. */
static void add_addresses(struct pg_hosts *hosts, struct target *target)
{
    struct addrinfo wanted = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    int error = getaddrinfo(target->host, NULL, &wanted, &found);

    if (error != 0) {
        note_why(hosts, gai_strerror(error));
        return;
    }
    for (const struct addrinfo *at = found; at != NULL; at = at->ai_next)
        if (getnameinfo(at->ai_addr, at->ai_addrlen, target->address, sizeof target->address, NULL,
                        0, NI_NUMERICHOST) == 0)
            add_target(hosts, target);
    freeaddrinfo(found);
}

static void list_targets(struct pg_hosts *hosts, const PQconninfoOption *given)
{
    PQconninfoOption *otherwise = PQconndefaults();
    char names[NAME_MAX_BYTES * 4], addresses[NAME_MAX_BYTES * 4], ports[NAME_MAX_BYTES * 4];

    read_option(given, otherwise, "host", names);
    read_option(given, otherwise, "hostaddr", addresses);
    read_option(given, otherwise, "port", ports);
    PQconninfoFree(otherwise);
    int count = items_of(addresses[0] != '\0' ? addresses : names);
    for (int i = 0; i < count; i++) {
        struct target target = {.host = ""};
        if (i == 0 || strchr(names, ',') != NULL)
            item_of(names, i, target.host);
        item_of(addresses, i, target.address);
        item_of(ports, i, target.port);
        if (is_name(&target))
            add_addresses(hosts, &target);
        else
            add_target(hosts, &target);
    }
}

static bool is_same(const struct target *a, const struct target *b)
{
    return strcmp(a->host, b->host) == 0 && strcmp(a->address, b->address) == 0 &&
           strcmp(a->port, b->port) == 0;
}

static void last_good_first(struct pg_hosts *hosts)
{
    for (int i = 1; hosts->known_good && i < hosts->count; i++) {
        if (!is_same(&hosts->targets[i], &hosts->last_good))
            continue;
        memmove(&hosts->targets[1], &hosts->targets[0], (size_t)i * sizeof hosts->targets[0]);
        hosts->targets[0] = hosts->last_good;
        return;
    }
}

/* ---- attempts ---- */

struct parameters {
    const char *keys[OPTIONS_MAX + 1];
    const char *values[OPTIONS_MAX + 1];
    int count;
};

static void add_parameter(struct parameters *parameters, const char *key, const char *value)
{
    if (value == NULL || value[0] == '\0' || parameters->count == OPTIONS_MAX)
        return;
    parameters->keys[parameters->count] = key;
    parameters->values[parameters->count++] = value;
}

/* libpq takes the last value of a keyword: what the string may override comes before it, and what
 * it may not comes after. */
static void gather(struct parameters *parameters, const PQconninfoOption *given,
                   const struct target *target)
{
    *parameters = (struct parameters){.count = 0};
    add_parameter(parameters, "keepalives", "1");
    add_parameter(parameters, "keepalives_idle", "10");
    add_parameter(parameters, "keepalives_interval", "3");
    add_parameter(parameters, "keepalives_count", "3");
    add_parameter(parameters, "tcp_user_timeout", TCP_USER_TIMEOUT_MS);
    add_parameter(parameters, "target_session_attrs", "read-write");
    add_parameter(parameters, "fallback_application_name", "baton");
    for (; given != NULL && given->keyword != NULL; given++)
        if (strcmp(given->keyword, "host") != 0 && strcmp(given->keyword, "hostaddr") != 0 &&
            strcmp(given->keyword, "port") != 0)
            add_parameter(parameters, given->keyword, given->val);
    add_parameter(parameters, "host", target->host);
    add_parameter(parameters, "hostaddr", target->address);
    add_parameter(parameters, "port", target->port);
    add_parameter(parameters, "client_encoding", "UTF8");
}

static int64_t wait_of(const PQconninfoOption *given)
{
    const char *text = option(given, "connect_timeout");
    long seconds = text == NULL ? 0 : strtol(text, NULL, 10);

    if (seconds <= 0)
        return PG_HOSTS_WAIT_MS;
    return (seconds < TIMEOUT_MAX_S ? seconds : TIMEOUT_MAX_S) * 1000;
}

static void fail(struct pg_hosts *hosts, struct attempt *attempt, const char *why)
{
    note_why(hosts, why);
    PQfinish(attempt->conn);
    attempt->conn = NULL;
}

static void begin_next(struct pg_hosts *hosts)
{
    struct attempt *attempt = &hosts->attempts[hosts->begun];
    PQconninfoOption *given = PQconninfoParse(hosts->conninfo, NULL);
    struct parameters parameters;

    gather(&parameters, given, &hosts->targets[hosts->begun]);
    attempt->conn = PQconnectStartParams(parameters.keys, parameters.values, 0);
    attempt->wants = PGRES_POLLING_WRITING;
    attempt->give_up_ms = pg_deadline_in(wait_of(given));
    hosts->begun++;
    hosts->next_ms = pg_deadline_in(PG_HOSTS_NEXT_MS);
    PQconninfoFree(given);
    if (attempt->conn == NULL)
        note_why(hosts, "out of memory");
    else if (PQstatus(attempt->conn) == CONNECTION_BAD)
        fail(hosts, attempt, PQerrorMessage(attempt->conn));
}

static int going_on(const struct pg_hosts *hosts)
{
    int count = 0;

    for (int i = 0; i < hosts->begun; i++)
        count += hosts->attempts[i].conn != NULL;
    return count;
}

static void begin_what_is_due(struct pg_hosts *hosts)
{
    while (hosts->begun < hosts->count && (going_on(hosts) == 0 || pg_now_ms() >= hosts->next_ms))
        begin_next(hosts);
}

/* True when it is open. */
static bool go_on(struct pg_hosts *hosts, struct attempt *attempt)
{
    attempt->wants = PQconnectPoll(attempt->conn);
    if (attempt->wants == PGRES_POLLING_FAILED)
        fail(hosts, attempt, PQerrorMessage(attempt->conn));
    return attempt->wants == PGRES_POLLING_OK;
}

static PGconn *take(struct pg_hosts *hosts, int which)
{
    PGconn *conn = hosts->attempts[which].conn;

    hosts->attempts[which].conn = NULL;
    hosts->last_good = hosts->targets[which];
    hosts->known_good = true;
    end_round(hosts);
    return conn;
}

/* Waits until an attempt can go on, at most until then, and lets each go on that can. Returns the
 * first connection that is open, NULL when none is. */
static PGconn *wait_for_one(struct pg_hosts *hosts, int64_t until)
{
    struct pollfd fds[PG_HOSTS_MAX];

    for (int i = 0; i < hosts->begun; i++) {
        struct attempt *attempt = &hosts->attempts[i];
        fds[i] =
            (struct pollfd){.fd = attempt->conn == NULL ? -1 : PQsocket(attempt->conn),
                            .events = attempt->wants == PGRES_POLLING_READING ? POLLIN : POLLOUT};
        if (attempt->conn != NULL && attempt->give_up_ms < until)
            until = attempt->give_up_ms;
    }
    if (hosts->begun < hosts->count && hosts->next_ms < until)
        until = hosts->next_ms;
    int64_t left = until - pg_now_ms();
    if (poll(fds, (nfds_t)hosts->begun, left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left) < 0)
        return NULL;
    for (int i = 0; i < hosts->begun; i++) {
        struct attempt *attempt = &hosts->attempts[i];
        if (attempt->conn != NULL && fds[i].revents != 0 && go_on(hosts, attempt))
            return take(hosts, i);
        if (attempt->conn != NULL && pg_now_ms() >= attempt->give_up_ms)
            fail(hosts, attempt, "no answer from PostgreSQL");
    }
    return NULL;
}

/* ---- a round ---- */

static enum pg_hosts_state begin_round(struct pg_hosts *hosts)
{
    char *error = NULL;
    PQconninfoOption *given = PQconninfoParse(hosts->conninfo, &error);

    hosts->why[0] = '\0';
    if (given == NULL)
        note_why(hosts, error == NULL ? "out of memory" : error);
    else
        list_targets(hosts, given);
    PQfreemem(error);
    PQconninfoFree(given);
    last_good_first(hosts);
    return hosts->count == 0 ? PG_HOSTS_NONE : PG_HOSTS_PENDING;
}

/* Only libpq reads service files, and the hosts in them: it tries those one by one. */
static bool only_libpq_knows(const struct pg_hosts *hosts)
{
    PQconninfoOption *given = PQconninfoParse(hosts->conninfo, NULL);
    bool names_service = option(given, "service") != NULL;

    PQconninfoFree(given);
    return names_service;
}

static enum pg_hosts_state open_by_libpq(struct pg_hosts *hosts, PGconn **conn)
{
    static const char *const keys[] = {"connect_timeout",
                                       "tcp_user_timeout",
                                       "target_session_attrs",
                                       "fallback_application_name",
                                       "dbname",
                                       "client_encoding",
                                       NULL};
    const char *const values[] = {TIMEOUT_OF_LIBPQ_S,
                                  TCP_USER_TIMEOUT_MS,
                                  "read-write",
                                  "baton",
                                  hosts->conninfo,
                                  "UTF8",
                                  NULL};

    hosts->why[0] = '\0';
    *conn = PQconnectdbParams(keys, values, 1);
    if (*conn != NULL && PQstatus(*conn) == CONNECTION_OK)
        return PG_HOSTS_OPEN;
    note_why(hosts, *conn == NULL ? "out of memory" : PQerrorMessage(*conn));
    PQfinish(*conn);
    *conn = NULL;
    return PG_HOSTS_NONE;
}

static enum pg_hosts_state run_round(struct pg_hosts *hosts, int64_t deadline, PGconn **conn)
{
    do {
        begin_what_is_due(hosts);
        if (going_on(hosts) == 0) {
            end_round(hosts);
            return PG_HOSTS_NONE;
        }
        *conn = wait_for_one(hosts, deadline);
        if (*conn != NULL)
            return PG_HOSTS_OPEN;
    } while (pg_now_ms() < deadline);
    return PG_HOSTS_PENDING;
}

enum pg_hosts_state pg_hosts_open(struct pg_hosts *hosts, int64_t deadline, PGconn **conn,
                                  char why[PG_HOSTS_WHY_MAX_BYTES])
{
    enum pg_hosts_state state = PG_HOSTS_PENDING;

    *conn = NULL;
    if (only_libpq_knows(hosts))
        state = open_by_libpq(hosts, conn);
    else {
        if (hosts->count == 0)
            state = begin_round(hosts);
        if (state == PG_HOSTS_PENDING)
            state = run_round(hosts, deadline, conn);
    }
    memcpy(why, hosts->why, PG_HOSTS_WHY_MAX_BYTES);
    return state;
}
