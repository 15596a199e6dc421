/* Accounts: who owns one, and whether it is named. */
#ifndef BATON_CORE_ACCOUNT_CHANGE_H
#define BATON_CORE_ACCOUNT_CHANGE_H

#include "core/command.h"

struct account_owner_input {
    const char *team;   /* name */
    const char *member; /* id or email; NULL: the team alone */
};

struct account_put_input {
    struct uuid account;                     /* account_id(domain) */
    const char *domain;                      /* normal form */
    const char *if_match;                    /* NULL: none */
    const struct account_owner_input *owner; /* NULL: as it is, or … */
    bool disowned;                           /* … nobody any more */
    const bool *named;                       /* NULL: as the caller's side has said */
};

/** 200 Account; the first of its domain makes it. */
enum decision account_put(struct work *work, const struct command *command,
                          struct outcome *outcome);

#endif
