/*
 * The inside of the courier, for its files alone: what one subscription has to be sent
 * (courier_target.c), which delivery goes next and what it says (courier_send.c, courier_mail.c),
 * what has become of it (courier_end.c), links to sign in by (courier_sign_in.c), and the thread
 * that goes round (courier.c). All of it is that thread's.
 */
#ifndef BATON_SERVER_COURIER_INSIDE_H
#define BATON_SERVER_COURIER_INSIDE_H

#include "delivery/attempt.h"
#include "delivery/courier.h"
#include "delivery/fetches.h"
#include "delivery/sign_in.h"

#include "store/table/outbound_table.h"

#include <pthread.h>
#include <stdatomic.h>

/** Deliveries of a subscription that are in memory. */
#define BATCH_MAX          256
#define BATCH_MEMORY_BYTES ((size_t)64 << 20)
/** How long what has come of a few tries may wait to be written. */
#define SAVE_MS     25
#define SAVE_ROWS   8
#define DATABASE_MS 2000

enum slot_state { SLOT_WAITS, SLOT_SENT, SLOT_ENDED };

/** A delivery of the batch. */
struct slot {
    struct target *target;
    struct outbound_item *item;
    const struct slot *before; /* the one before of the same subject; NULL: none in this batch */
    enum slot_state state;
    struct arena *arena; /* of the attempt, until what has come of it is written */
    struct attempt attempt;
};

/** A subscription under our lease. */
struct target {
    struct target *next;
    struct leased leased; /* its subscription */
    struct arena *arena;  /* of the batch; NULL: nothing is loaded */
    const struct config *config;
    const struct subscription *subscription;
    struct outbound_batch batch;
    struct slot *slots;
    int64_t loaded_ms;
    int64_t saved_ms; /* when the lease was last renewed */
    size_t first;     /* none before this place waits */
    size_t in_flight;
    struct slot **ended; /* and not written yet */
    size_t ended_count;
    bool arrived, failed; /* since then */
    bool failing;         /* the last try did */
    bool moved;           /* something of this batch has ended */
    instant not_before;   /* of mail that was sent: when the next may be */
};

struct courier {
    struct courier_settings settings;
    struct pg *app, *job;
    CURLM *multi;
    pthread_t thread;
    struct fetches *fetches;
    struct sign_in *sign_in;
    struct sent_link *links; /* under way */
    struct uuid lease;
    struct target *targets;
    size_t target_count;
    int64_t looked_ms;
    int64_t mail_ms; /* when workspaces were looked for whose members are to be written to */
    atomic_bool signalled, stopping;
    _Atomic int64_t arrived_total, failed_total;
};

/** The database's time, as far as this server knows it. */
instant courier_now(const struct target *target);

/* ---- one delivery ---- */

/** Sends what is next, as much of it as may be under way at once. */
void courier_send(struct courier *courier, struct target *target);
/** The same for mail: all that is due in one. */
void courier_send_mail(struct courier *courier, struct target *target);
/** A try has come to an end. */
void courier_end(struct courier *courier, struct slot *slot);
/** Whether an earlier one of the same subject is still to be done: they go one after the other. */
bool courier_has_one_before(const struct slot *slot);
/** Frees the memory of its attempt. */
void courier_forget(struct slot *slot);

/* ---- links to sign in by ---- */

/** Mails one to whoever has asked for it and is known. */
void courier_send_links(struct courier *courier);
/** Those under way are given up. */
void courier_drop_links(struct courier *courier);

/* ---- one subscription ---- */

/** Loads, sends, saves, as is needed now. False: it has nothing more to do here. */
bool courier_serve(struct courier *courier, struct target *target);
/** Writes what has come of it so far, and lets others have it. */
void courier_give_back(struct courier *courier, struct target *target);
/** Drops what is loaded, and gives up what is under way. */
void courier_unload(struct courier *courier, struct target *target);

#endif
