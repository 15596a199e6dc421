/*
 * Logins of tools that read the views of the schema `reporting`: one for each workspace, which sees
 * that one alone. Its name is BI_ROLE, "_" and the 32 hexadecimal digits of the workspace's id, by
 * which row-level security knows what it may see. It reads only, and for BI_STATEMENT_SECONDS at
 * most.
 */
#ifndef BATON_STORE_BI_LOGIN_H
#define BATON_STORE_BI_LOGIN_H

#include "base/uuid.h"

#include <stddef.h>

#define BI_LOGIN_MAX_BYTES    64
#define BI_PASSWORD_MAX_BYTES 48
#define BI_WHERE_MAX_BYTES    512
#define BI_STATEMENT_SECONDS  300
#define BI_CONNECTIONS        10
/** What went wrong, and what to do about it. */
#define BI_WHY_MAX_BYTES 2048

struct bi_login {
    char role[BI_LOGIN_MAX_BYTES];
    char password[BI_PASSWORD_MAX_BYTES]; /* made at random; "" when it was taken away */
    char host[BI_WHERE_MAX_BYTES];        /* or the directory of a socket */
    char port[16];
    char database[BI_WHERE_MAX_BYTES];
};

enum bi_login_state {
    BI_LOGIN_DONE,
    BI_LOGIN_ASKS, /* this user may not make roles: why is the SQL for the administrator */
    BI_LOGIN_FAILED,
};

/** Makes the workspace's login, or gives it another password; conninfo is that of the tables'
 * owner. The server sees the password's SCRAM verifier alone. Unless it is done, why says what to
 * do. */
enum bi_login_state bi_login_make(const char *conninfo, struct uuid workspace, struct bi_login *out,
                                  char why[BI_WHY_MAX_BYTES]);

/** Takes it away, with its sessions; harmless when there is none. */
enum bi_login_state bi_login_drop(const char *conninfo, struct uuid workspace, struct bi_login *out,
                                  char why[BI_WHY_MAX_BYTES]);

#endif
