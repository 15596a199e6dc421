/*
 * The schema: forward-only SQL files, migrations/NNNN_name.sql, held in the program itself, each
 * applied once in a transaction of its own and remembered with its SHA-256 in schema_migration.
 */
#ifndef BATON_STORE_MIGRATE_H
#define BATON_STORE_MIGRATE_H

#include "store/pg/pg.h"

struct migration {
    int version;      /* 1, 2, 3, … */
    const char *name; /* "0001_foundation" */
    const char *sql;
};

struct migrations {
    const struct migration *items;
    size_t count;
};

/** What this program was built with. */
extern const struct migrations migrations_embedded;

/** The role that serves requests, and the one that finds due jobs in all workspaces. */
#define ROLE_APP "baton_app"
#define ROLE_JOB "baton_job"
/** The group of the logins that read the views of `reporting` (bi_login.h). Nobody logs in as it.
 */
#define ROLE_BI "baton_bi"

enum migrate_state {
    MIGRATE_CURRENT,
    MIGRATE_BEHIND,  /* some are not applied */
    MIGRATE_AHEAD,   /* the schema has more than this program knows */
    MIGRATE_ALTERED, /* what was applied is not what this program holds */
    MIGRATE_FAILED,  /* the database refused, or did not answer */
};

#define MIGRATE_TEXT_MAX_BYTES 2048

struct migrate_report {
    enum migrate_state state;
    int applied;                       /* version of the schema; 0 is empty */
    int wanted;                        /* version of this program */
    int done;                          /* migrations that this run applied */
    char text[MIGRATE_TEXT_MAX_BYTES]; /* for people: what is so and what to do about it */
};

struct migrate_settings {
    const char *conninfo; /* of the owner of the tables */
    /* Connection string of the service, when it is another one: its user is granted the roles.
     * NULL: the same. */
    const char *service_conninfo;
    const struct migrations *migrations; /* &migrations_embedded but in tests */
};

/** Brings the schema to this program's version and makes the roles; any number of processes may
 *  do so at once. MIGRATE_CURRENT, or why not. Never changes a schema that is ahead or altered. */
enum migrate_state migrate_run(const struct migrate_settings *settings,
                               struct migrate_report *report) MUST_USE;

/** Compares only. pg may have either role. */
enum migrate_state migrate_check(struct pg *pg, const struct migrations *migrations,
                                 int64_t deadline, struct migrate_report *report) MUST_USE;

#endif
