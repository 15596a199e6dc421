/*
 * The directory of a private cluster: its paths, their owner, and the lock that says which process
 * runs it.
 */
#ifndef BATON_STORE_CLUSTER_HOME_H
#define BATON_STORE_CLUSTER_HOME_H

#include "store/pg/process.h"

#include <stdbool.h>
#include <stddef.h>

/** Of the given directory; paths inside it are longer. */
#define CLUSTER_DIRECTORY_MAX 900
#define CLUSTER_PATH_MAX      1024

/** The longest path that a unix socket can have. */
#define SOCKET_PATH_MAX 107
#define SOCKET_FILE     ".s.PGSQL.5432"

struct cluster_home {
    char directory[CLUSTER_PATH_MAX]; /* absolute */
    char data[CLUSTER_PATH_MAX];
    char fresh[CLUSTER_PATH_MAX]; /* where initdb works; renamed to data when it is done */
    char run[CLUSTER_PATH_MAX];
    char log[CLUSTER_PATH_MAX];
    char lock[CLUSTER_PATH_MAX];
    struct process_user user; /* the user that PostgreSQL runs as */
    int lock_fd;              /* -1: not held */
    pid_t holder;             /* the process that holds it, when it is not ours */
};

/** Finds the user; with make, makes the directory if it is missing. False, with why, on failure. */
bool cluster_home_open(struct cluster_home *home, const char *directory, bool make, char *why,
                       size_t why_size) MUST_USE;

/** Whether the directory holds data, or is locked by a running process that may be making some. A
 *  directory that this user may not look into counts as one: opening it then says why it cannot be
 *  used. */
bool cluster_home_is_one(const char *directory) MUST_USE;

/** Takes the lock. False: another process holds it, see home->holder; if that is 0, see errno. */
bool cluster_home_lock(struct cluster_home *home) MUST_USE;

void cluster_home_close(struct cluster_home *home);

/** Whether there is data. */
bool cluster_home_has_data(const struct cluster_home *home);

/** Major version of PostgreSQL that made the data; 0 when there is none. */
int cluster_home_major(const struct cluster_home *home);

/** An empty directory for initdb, owned by the user; removes what a broken initdb left. */
bool cluster_home_make_fresh(const struct cluster_home *home) MUST_USE;

/** Turns the fresh directory into the data directory, durably. */
bool cluster_home_keep_fresh(const struct cluster_home *home) MUST_USE;

/** Opens the log for appending; a large one is renamed first. -1 on failure. */
int cluster_home_open_log(const struct cluster_home *home);

/** The last line of the log that says why PostgreSQL ended, or else the last line; "" when there is
 *  none. */
void cluster_home_last_words(const struct cluster_home *home, char *out, size_t size);

#endif
