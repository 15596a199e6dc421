/* Drops what is kept only for a time: stored answers and files of imports after 7 days, raw
 * deliveries and background jobs after 30. A command of the service itself, so that it runs in the
 * workspace's lane and on one server at a time. */
#ifndef BATON_CORE_RETENTION_H
#define BATON_CORE_RETENTION_H

#include "core/command.h"

#define ANSWER_KEPT_DAYS     7
#define DELIVERY_KEPT_DAYS   30
#define BACKGROUND_KEPT_DAYS 30

/** What is dropped is so by this moment, and never by a later one than the group's. */
struct retention_input {
    instant as_of;
};

/** How far it goes at once. A clock that is ahead drops no more than that too early, and one that
 *  stood still is caught up with. */
#define RETENTION_STEP (2 * 60 * INSTANT_MINUTE)

/** The moment for a run at this time, of which the last sound one was by sound_at; a new workspace
 *  begins with its beginning. */
instant retention_as_of(instant sound_at, instant now);

enum decision retention(struct work *work, const struct command *command, struct outcome *outcome);

#endif
