/*
 * The directory of a private cluster: its places, to whom they belong, and the lock that says
 * which process runs it.
 */
#ifndef BATON_STORE_CLUSTER_HOME_H
#define BATON_STORE_CLUSTER_HOME_H

#include "store/pg/process.h"

#include <stdbool.h>
#include <stddef.h>

/** Of the directory that is given; what is in it has longer paths. */
#define CLUSTER_DIRECTORY_MAX 900
#define CLUSTER_PATH_MAX      1024

/** Longest path that a unix socket can have. */
#define SOCKET_PATH_MAX 107
#define SOCKET_FILE     ".s.PGSQL.5432"

struct cluster_home {
    char directory[CLUSTER_PATH_MAX]; /* absolute */
    char data[CLUSTER_PATH_MAX];
    char fresh[CLUSTER_PATH_MAX]; /* where initdb works, renamed to data when it is done */
    char run[CLUSTER_PATH_MAX];
    char log[CLUSTER_PATH_MAX];
    char lock[CLUSTER_PATH_MAX];
    struct process_user user; /* whom PostgreSQL runs as */
    int lock_fd;              /* -1: not held */
    pid_t holder;             /* who holds it, when not we */
};

/** Finds the user; with make, makes the directory where it is missing. False: why. */
bool cluster_home_open(struct cluster_home *home, const char *directory, bool make, char *why,
                       size_t why_size) MUST_USE;

/** Whether the directory holds data, or a process that runs has locked it and may be making some.
 *  What this user may not look into counts as one: opening it says why it cannot be used. */
bool cluster_home_is_one(const char *directory) MUST_USE;

/** Takes the lock. False: another process has it, see home->holder; or, with that 0, errno. */
bool cluster_home_lock(struct cluster_home *home) MUST_USE;

void cluster_home_close(struct cluster_home *home);

/** Whether data was made before. */
bool cluster_home_has_data(const struct cluster_home *home);

/** Major version of PostgreSQL that made the data; 0 when there is none. */
int cluster_home_major(const struct cluster_home *home);

/** An empty directory for initdb, owned by its user; what a broken initdb left is removed. */
bool cluster_home_make_fresh(const struct cluster_home *home) MUST_USE;

/** Makes the fresh directory the data, durably. */
bool cluster_home_keep_fresh(const struct cluster_home *home) MUST_USE;

/** Opens the log for appending; a large one is put aside first. -1 on failure. */
int cluster_home_open_log(const struct cluster_home *home);

/** The last line of the log that says why it ended, else the last; "" when there is none. */
void cluster_home_last_words(const struct cluster_home *home, char *out, size_t size);

#endif
