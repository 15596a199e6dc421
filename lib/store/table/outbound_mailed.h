/* Whose ledgers are followed so that members are written to (core/setup/notify.h): those of all
 * workspaces, from when a server that sends mail first saw them. */
#ifndef BATON_STORE_OUTBOUND_MAILED_H
#define BATON_STORE_OUTBOUND_MAILED_H

#include "store/pg/pg_scope.h"
#include "store/table/behind.h"

/** Workspaces whose members are not written to yet. As baton_job. */
enum pg_status outbound_unmailed(struct pg *pg, struct arena *arena, int64_t deadline,
                                 struct behind *out) MUST_USE;

/** From now on they are, and about what happened in the last hour. As baton_app. */
enum pg_status outbound_begin_mail(const struct pg_scope *scope, int64_t deadline) MUST_USE;

/** A week that is over. */
struct outbound_week {
    struct uuid workspace;
    instant end;
};

struct outbound_weeks {
    struct outbound_week items[BEHIND_WORKSPACES_MAX];
    size_t count;
};

/** Those that nobody has said to be over yet. As baton_job. */
enum pg_status outbound_weeks(struct pg *pg, struct arena *arena, int64_t deadline,
                              struct outbound_weeks *out) MUST_USE;
/** Now it was said. As baton_app. */
enum pg_status outbound_week_said(const struct pg_scope *scope, instant end,
                                  int64_t deadline) MUST_USE;

#endif
