/*
 * The private PostgreSQL of a server without DATABASE_URL, in one directory:
 *
 *     DIR/pg            PostgreSQL's data
 *     DIR/run           its socket, for us alone (elsewhere when the path is too long)
 *     DIR/postgres.log  its log, without row values
 *     DIR/lock          held by the one process that runs it
 *
 * It listens on the unix socket only, and runs as an unprivileged user when we are root. It is our
 * child and is signalled to stop when we die; one that outlived its server is taken over.
 */
#ifndef BATON_STORE_CLUSTER_H
#define BATON_STORE_CLUSTER_H

#include "base/error.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct cluster;

struct cluster_settings {
    const char *directory; /* made if it does not exist */
    const char *binaries;  /* directory of postgres and initdb; NULL: found */
    bool share;            /* when another process runs it, use that one and leave it running */
    bool must_exist;       /* make no database and no directory: if they do not exist, refuse */
    int shared_buffers_mb; /* 0: CLUSTER_SHARED_BUFFERS_MB */
    int max_connections;   /* 0: CLUSTER_MAX_CONNECTIONS */
    bool unsafe;           /* fsync off: for tests that are not about durability */
};

#define CLUSTER_SHARED_BUFFERS_MB 128
#define CLUSTER_MAX_CONNECTIONS   100

/** How long a start may take, since recovery after a crash can take long. */
#define CLUSTER_START_WAIT_MS 60000
#define CLUSTER_STOP_WAIT_MS  30000
#define CLUSTER_INIT_WAIT_MS  120000

#define CLUSTER_WHY_MAX_BYTES 1024

enum cluster_state {
    CLUSTER_ALIVE,
    CLUSTER_RESTARTED,
    CLUSTER_DOWN, /* did not come up; try again later */
};

/**
 * Makes the cluster if it is new, starts it or takes it over, and waits until it answers; makes the
 * database `baton`. NULL: why says what is wrong and what to do. The calling thread must live until
 * cluster_close(): PostgreSQL stops when it ends.
 */
struct cluster *cluster_open(const struct cluster_settings *settings,
                             char why[CLUSTER_WHY_MAX_BYTES]) MUST_USE;

/** Whether there is a database in this directory, or a running process is making one. Changes
 *  nothing. */
bool cluster_exists(const char *directory) MUST_USE;

/** Stops it, whether or not it has clients, and waits; one that another process runs is left
 *  running. */
void cluster_close(struct cluster *cluster);

/** Connection string of the superuser to the database `baton`. */
const char *cluster_conninfo(const struct cluster *cluster);

/** The same for another role and, when not NULL, another database; false: too long. */
bool cluster_conninfo_as(const struct cluster *cluster, const char *role, const char *database,
                         char *out, size_t size) MUST_USE;

/** Process id of the postmaster. */
pid_t cluster_pid(const struct cluster *cluster);

bool cluster_is_alive(struct cluster *cluster);

/** Starts it again when it has died. From the thread that opened it. A start is given up when
 *  *ending is or becomes true; NULL: never. */
enum cluster_state cluster_restart_if_dead(struct cluster *cluster, const atomic_bool *ending,
                                           char why[CLUSTER_WHY_MAX_BYTES]) MUST_USE;

#endif
