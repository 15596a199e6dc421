/* Whose an email address is, in all workspaces: before it is known of which one somebody is. */
#ifndef BATON_STORE_MEMBER_MAILBOX_H
#define BATON_STORE_MEMBER_MAILBOX_H

#include "store/pg/pg.h"

#define MEMBER_MAILBOXES_MAX 8

struct member_mailbox {
    struct uuid workspace;
    struct uuid member;
};

/** Active members with this normal address, the newest first, at most MEMBER_MAILBOXES_MAX. As
 *  baton_job. */
enum pg_status member_mailboxes(struct pg *pg, struct arena *arena, const char *address,
                                int64_t deadline, struct member_mailbox *out,
                                size_t *count) MUST_USE;

#endif
