/*
 * How a Baton program is configured: by flags, by the environment, or by default, in this order.
 * All settings are in one table, from which --help is printed; all are checked before anything
 * starts.
 */
#ifndef BATON_SERVER_SETTINGS_H
#define BATON_SERVER_SETTINGS_H

#include "base/error.h"
#include "http/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define SETTINGS_TEXT_MAX_BYTES 1024
#define SETTINGS_HOST_MAX_BYTES 256

/** Where servers of root write their notes; any user may read them. */
#define SETTINGS_RUN_DIRECTORY_OF_ROOT "/run/baton"

/** Which programs use a setting. */
enum settings_for {
    SETTINGS_DATABASE = 1, /* programs that use the database */
    SETTINGS_OWNER = 2,    /* programs that act as the owner of the tables */
    SETTINGS_SERVE = 4,
};

struct settings {
    char listen_host[SETTINGS_HOST_MAX_BYTES]; /* name or address, without brackets */
    uint16_t listen_port;                      /* 0: any that is free */
    /** Connection string; "" means the private cluster in data_directory. `baton serve` puts the
     *  cluster's own here before the service starts. */
    char database_url[SETTINGS_TEXT_MAX_BYTES];
    char owner_url[SETTINGS_TEXT_MAX_BYTES]; /* of the owner of the tables; "": database_url */
    char job_url[SETTINGS_TEXT_MAX_BYTES];   /* for work on all workspaces; set by serve */
    char data_directory[SETTINGS_TEXT_MAX_BYTES];
    bool data_directory_is_given;                /* false: it is the default */
    char run_directory[SETTINGS_TEXT_MAX_BYTES]; /* "": there is none */
    bool run_directory_is_given;
    char postgres_binaries[SETTINGS_TEXT_MAX_BYTES]; /* "": found */
    char signing_key_file[SETTINGS_TEXT_MAX_BYTES];  /* "": the private cluster's own, or none */
    char secret_key_file[SETTINGS_TEXT_MAX_BYTES];   /* "": the private cluster's own */
    enum log_level log_level;
    char cors_origins[SETTINGS_TEXT_MAX_BYTES];   /* "": none */
    char delivery_allow[SETTINGS_TEXT_MAX_BYTES]; /* networks; "": none */
    char proxies[SETTINGS_TEXT_MAX_BYTES];        /* networks; "": none */
    char smtp_url[SETTINGS_TEXT_MAX_BYTES];       /* "": no mail is sent */
    char mail_from[SETTINGS_TEXT_MAX_BYTES];
    char public_url[SETTINGS_TEXT_MAX_BYTES]; /* "": not known */
    int smtp_plain;                           /* 1: without TLS */
    int http_threads;
    int workers; /* threads that save groups, each with its own connection */
    int readers; /* connections for reads */
    int connections_max;
    int waiting_max; /* requests that wait for the database, per HTTP thread */
    int request_timeout_ms;
    int key_rate;       /* units a minute of a key without its own; 0: no limit */
    int wrong_key_rate; /* wrong keys a minute from one address; 0: no limit */
    int client_timeout_ms;
    int drain_timeout_ms;
    int group_max; /* commands in one group */
};

/** More than there are settings. */
#define SETTINGS_MAX 32

struct settings_flag {
    const char *name;  /* without "--" */
    const char *value; /* what it takes, such as "HOST:PORT" */
};

/** Settings are numbered from 0 to settings_count() - 1. */
size_t settings_count(void);

/** The flag of a setting; false when it is for other purposes. */
bool settings_flag(size_t which, unsigned purpose, struct settings_flag *out);

/**
 * Fills *out: flag, else environment, else default. flags[i] is the value of the flag of setting i,
 * NULL when it was not given. Prints to err all that is wrong, each with what to do. Returns how
 * many settings are wrong.
 */
int settings_read(struct settings *out, unsigned purpose, const char *const flags[],
                  FILE *err) MUST_USE;

/** The settings with these purposes: flag, environment, default and unit, meaning. */
void settings_help(unsigned purpose, FILE *out);

#endif
