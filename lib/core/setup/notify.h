/*
 * What members are written to about, by mail: what has happened that is theirs to act on, or that
 * they wait for. Each says for themselves which of it they want (`notify` of a member); who has
 * said nothing gets all of it, and the page of the week if they may sign. It follows the ledger,
 * entry by entry, as subscriptions do.
 */
#ifndef BATON_CORE_NOTIFY_H
#define BATON_CORE_NOTIFY_H

#include "base/json_out.h"
#include "core/config.h"
#include "core/handoff/event.h"

#define NOTIFY_TABLE(X)                                                                            \
    X(MINE, "mine")         /* a lead that is offered to them alone, or assigned to them */        \
    X(TEAM, "team")         /* one that waits in their team's queue, or is asked of their team */  \
    X(REMINDER, "reminder") /* a step that is due soon: theirs, or their team's */                 \
    X(OVERDUE, "overdue")   /* … and one whose time is over */                                   \
    X(RETURNED, "returned") /* what their team offered comes back */                               \
    X(DISPUTE, "dispute")   /* what they or their team turned down is disputed, and the answer */  \
    X(PROPOSAL, "proposal") /* an agreement that they may sign */                                  \
    X(SUSPENDED, "suspended")       /* one that they may sign no longer counts */                  \
    X(IMPORT, "import")             /* an import that they began has ended */                      \
    X(SUBSCRIPTION, "subscription") /* one of their side's that they may change is switched off */ \
    X(WEEK, "week")                 /* the page of the week, with the checkpoint to keep */

enum notify {
#define X(name, text) NOTIFY_##name,
    NOTIFY_TABLE(X)
#undef X
        NOTIFY_COUNT
};

/** Beside the bits of member.notify: the member has said what they want. */
#define NOTIFY_CHOSEN (1 << 30)

/** Words of enum notify. */
extern const struct input_type notify_type;

/** Bits of what this member wants. */
unsigned notify_bits(const struct member *member);
/** As a list of words. */
void notify_write(const struct member *member, struct json_out *out);

/** Whether entries of this kind are ever written about. */
bool notify_is_of(int kind);

struct notify_about {
    const struct ledger_entry *entry;
    const struct event *event;     /* what it says */
    const struct lead *lead;       /* as they are now; NULL: none, or gone */
    const struct handoff *handoff; /* likewise */
    struct uuid team;              /* of a subscription; else nil */
};

/** Whether this member is to be written to about it: it concerns them, they want it, have an
 *  address, were there when it happened, and did not do it themselves. */
bool notify_wants(const struct config *config, const struct member *member,
                  const struct notify_about *about);

/** A member as a subscription that is sent by mail, under the member's id; in the arena. NULL:
 *  there is no such member to write to, or memory is short. */
const struct subscription *notify_subscription(const struct config *config, struct uuid member,
                                               struct arena *arena);

#endif
