/*
 * The surroundings of one fault test: a server, a workspace with two teams, the journal of what its
 * clients were promised and a follower that reads the ledger along.
 */
#ifndef BATON_TESTS_TRIAL_H
#define BATON_TESTS_TRIAL_H

#include "database.h"
#include "follower.h"
#include "journal.h"
#include "service.h"

#define TRIAL_KEY_MAX      128  /* bytes */
#define TRIAL_CONNINFO_MAX 1024 /* bytes */
#define TRIAL_PATH_MAX     256  /* bytes */
#define TRIAL_SERVERS_MAX  2
#define TRIAL_SETTINGS_MAX 12
#define TRIAL_OUTPUT_MAX   65536 /* bytes of what the command line prints */

struct trial {
    struct database *database;         /* NULL: the server's own, in directory */
    char *directory;                   /* BATON_DATA_DIR */
    bool owns_directory;               /* goes with the trial */
    char *keys;                        /* where … */
    char signing_key[TRIAL_PATH_MAX];  /* … the key lies that signs checkpoints */
    char conninfo[TRIAL_CONNINFO_MAX]; /* of a superuser */
    struct service *services[TRIAL_SERVERS_MAX];
    char workspace[40];            /* the id; its name is acme */
    char marketing[TRIAL_KEY_MAX]; /* the teams' own keys … */
    char sales[TRIAL_KEY_MAX];
    char ana[TRIAL_KEY_MAX]; /* … and a member's of each: ana is admin of marketing … */
    char sam[TRIAL_KEY_MAX]; /* … and sam of sales */
    struct journal *journal;
    struct follower *follower;
    int descriptors;          /* open in the servers, sessions of the database not counted */
    const char *database_url; /* what the servers connect by */
    char through[TRIAL_CONNINFO_MAX];
};

struct trial_options {
    bool embedded;            /* the server runs its own PostgreSQL */
    bool clock;               /* that the test moves: test_clock.h; not when embedded */
    int servers;              /* 0: one */
    const char *database_url; /* NULL: the database's own; "" when embedded */
    const char *directory;    /* of the embedded one, and stays; NULL: a new one, which goes */
    int through_port;         /* of 127.0.0.1, where the servers connect to; 0: straight */
    const char *starter;      /* definition signed at once; NULL: mql */
    /* of the servers' environment, up to the one without a name */
    struct service_setting settings[TRIAL_SETTINGS_MAX];
};

/** Starts it all; options NULL: one server on a database of the run's cluster. */
void trial_begin(struct trial *trial, const struct trial_options *options);

/** Runs `baton <words>` on the trial's database, directly and not by database_url; returns the
 *  exit code, and what it prints. */
int trial_baton(const struct trial *trial, const char *words, char out[TRIAL_OUTPUT_MAX]);

/** First column of the first row, as a number; as superuser. -1 for null or no row. */
long long trial_ask(const struct trial *trial, const char *sql);

/** The same, where $1 in the SQL is the workspace's id. */
long long trial_ask_workspace(const struct trial *trial, const char *sql);

/** invariants_check(), then the servers must drain and end cleanly. */
void trial_end(struct trial *trial);

/** Whatever still runs, ended without a word; harmless after trial_end(). */
void trial_free(struct trial *trial);

/** Makes the next step of up to so many leads due, and the job that acts on it. */
void trial_make_due(const struct trial *trial, int leads);

/** Waits until nothing is due any more; fails the test when something stays so. */
void trial_wait_for_due(const struct trial *trial);

#endif
