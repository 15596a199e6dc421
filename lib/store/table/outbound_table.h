/*
 * Rows of the tables outbound, outbound_queue and outbound_cursor: what is to be sent to
 * subscriptions, and what became of it. Gathering is one transaction: the cursor of a workspace is
 * locked, the entries after it are read, what is to be sent is written, the cursor moves.
 */
#ifndef BATON_STORE_OUTBOUND_TABLE_H
#define BATON_STORE_OUTBOUND_TABLE_H

#include "core/config.h"
#include "core/ledger/kind_set.h"
#include "store/pg/pg_scope.h"
#include "store/table/behind.h"
#include "store/table/lease.h"

/** A server that does not renew its lease in this time loses it. */
#define OUTBOUND_LEASE_SECONDS 30
/** Bytes of an answer that are kept. */
#define OUTBOUND_ANSWER_MAX_BYTES 4096

enum outbound_state { OUTBOUND_PENDING, OUTBOUND_DELIVERED, OUTBOUND_FAILED, OUTBOUND_STATE_COUNT };

const char *outbound_state_name(enum outbound_state state);
extern const struct input_type outbound_state_type;

struct outbound_row {
    struct uuid subscription;
    int64_t pos;
    struct uuid delivery;
    struct uuid subject; /* of the entry */
    int kind;            /* likewise */
    unsigned state;      /* enum outbound_state */
    int tries;
    instant made_at;
    instant next_at; /* INSTANT_NONE unless it is pending */
    instant tried_at;
    int status;          /* of the last answer; 0: none */
    const char *failure; /* a code; NULL: none */
    const char *answer;  /* text; NULL: none, or erased */
};

/** The id under which an entry is always sent to this subscription. */
struct uuid outbound_delivery_id(struct uuid workspace, struct uuid subscription, int64_t pos);

/* ---- for the lane ---- */

/** The workspace has its first subscription, perhaps. */
void outbound_table_queue_begin(const struct pg_scope *scope);
/** Its subscription has changed: what it has may have to be sent now. */
void outbound_table_queue_wake(const struct pg_scope *scope, struct uuid subscription);
/** It is deleted. */
void outbound_table_queue_end(const struct pg_scope *scope, struct uuid subscription);
/** Drops what was made before this moment. */
void outbound_table_queue_drop(const struct pg_scope *scope, instant before);
/** The bodies of answers about this lead and those that it absorbed. */
extern const struct statement OUTBOUND_ERASE;

/* ---- for the server that sends ---- */

/** Workspaces with entries that were not gone through yet. As baton_job. */
enum pg_status outbound_behind(struct pg *pg, struct arena *arena, int64_t deadline,
                               struct behind *out) MUST_USE;

struct outbound_entry {
    int64_t pos;
    struct ledger_entry entry;
};

struct outbound_gathering {
    struct outbound_entry *entries;
    size_t count;
    instant now;
    int64_t config_version; /* none of the entries was made under a newer one */
    bool ours;              /* false: another server is at it */
    bool mails;             /* members are written to: outbound_mailed.h */
};

/** Begins a transaction that outbound_gather_end() ends, or pg_rollback(). As baton_app. */
enum pg_status outbound_gather_begin(const struct pg_scope *scope, int limit, int64_t deadline,
                                     struct outbound_gathering *out) MUST_USE;

/** What is to be sent again. */
struct outbound_replay {
    struct uuid subscription;
    struct uuid delivery; /* nil: see below */
    instant from, to;     /* INSTANT_NONE: all that failed */
};

struct outbound_gathered {
    const struct outbound_row *const *rows;
    size_t count;
    const struct outbound_replay *replays;
    size_t replay_count;
    const struct uuid *subscriptions; /* that have something new */
    size_t subscription_count;
    int64_t pos; /* up to which all was gone through */
};

enum pg_status outbound_gather_end(const struct pg_scope *scope,
                                   const struct outbound_gathered *gathered,
                                   int64_t deadline) MUST_USE;

/** Takes subscriptions that are due. */
enum pg_status outbound_claim(struct pg *pg, const struct lease_claim *claim, struct leased *out,
                              size_t *count) MUST_USE;

struct outbound_item {
    struct outbound_row row;
    struct ledger_entry entry;
};

struct outbound_batch {
    struct outbound_item *items; /* pending ones by pos */
    size_t count;
    bool ours; /* false: the lease was lost */
    int64_t made;
    instant now;
    instant failing_since;
    instant not_before; /* nothing is sent until then; INSTANT_NONE: at once */
};

/** Renews the lease and reads the first pending rows. As baton_app. */
enum pg_status outbound_load(const struct pg_scope *scope, struct uuid subscription,
                             struct uuid lease, int limit, int64_t deadline,
                             struct outbound_batch *out) MUST_USE;

/** What has come of some of them. */
struct outbound_save {
    struct uuid subscription;
    struct uuid lease;
    const struct outbound_row *const *rows;
    size_t count;
    bool arrived; /* at least one */
    bool failed;  /* at least one */
    bool gives_back;
    int64_t made;       /* as loaded: if there is more by now, it is due at once */
    instant due_at;     /* INSTANT_NONE: when there is more */
    instant not_before; /* from now on; INSTANT_NONE: as it is */
};

enum pg_status outbound_save(const struct pg_scope *scope, const struct outbound_save *save,
                             int64_t deadline) MUST_USE;

#endif
