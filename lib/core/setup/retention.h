/* Drops what is kept only for a time: stored answers and files of imports after 7 days, raw
 * deliveries and background jobs after 30. A command of the service itself, so that it runs in the
 * workspace's lane and on one server at a time. */
#ifndef BATON_CORE_RETENTION_H
#define BATON_CORE_RETENTION_H

#include "core/command.h"

#define ANSWER_KEPT_DAYS     7
#define DELIVERY_KEPT_DAYS   30
#define BACKGROUND_KEPT_DAYS 30

enum decision retention(struct work *work, const struct command *command, struct outcome *outcome);

#endif
