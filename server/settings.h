/*
 * How a Baton program is set: by flags, by the environment, or by default, in this order. All
 * settings stand in one table, from which --help is printed; all are checked before anything
 * starts.
 */
#ifndef BATON_SERVER_SETTINGS_H
#define BATON_SERVER_SETTINGS_H

#include "base/error.h"
#include "http/log.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define SETTINGS_TEXT_MAX_BYTES 1024
#define SETTINGS_HOST_MAX_BYTES 256

/** Which programs look at a setting. */
enum settings_for {
    SETTINGS_DATABASE = 1, /* whoever uses the database */
    SETTINGS_OWNER = 2,    /* who owns the tables */
    SETTINGS_SERVE = 4,
};

struct settings {
    char listen_host[SETTINGS_HOST_MAX_BYTES]; /* name or address, without brackets */
    uint16_t listen_port;                      /* 0: any that is free */
    /** Connection string; "" means the private cluster in data_directory. `baton serve` puts the
     *  cluster's own here before the service starts. */
    char database_url[SETTINGS_TEXT_MAX_BYTES];
    char owner_url[SETTINGS_TEXT_MAX_BYTES]; /* of the owner of the tables; "": database_url */
    char job_url[SETTINGS_TEXT_MAX_BYTES];   /* for what works on all workspaces; set by serve */
    char data_directory[SETTINGS_TEXT_MAX_BYTES];
    char postgres_binaries[SETTINGS_TEXT_MAX_BYTES]; /* "": found */
    char signing_key_file[SETTINGS_TEXT_MAX_BYTES];  /* "": the private cluster's own, or none */
    enum log_level log_level;
    int http_threads;
    int workers; /* threads that save groups, each with a connection of its own */
    int readers; /* connections for reads */
    int connections_max;
    int waiting_max; /* requests that wait for the database, per HTTP thread */
    int request_timeout_ms;
    int client_timeout_ms;
    int drain_timeout_ms;
    int group_max;  /* commands in one group */
    int group_hold; /* tests: fills groups; 0: off */
};

/**
 * Takes the settings' flags out of argv and fills *out: flag, else environment, else default.
 * What is wrong is told on err, all of it, each with what to do. Answers how many are wrong.
 */
int settings_read(struct settings *out, unsigned purpose, int *argc, char **argv,
                  FILE *err) MUST_USE;

/** The settings with these purposes: flag, environment, default and unit, meaning. */
void settings_help(unsigned purpose, FILE *out);

#endif
