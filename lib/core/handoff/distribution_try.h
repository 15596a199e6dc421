/* To whom a lead would be dealt now, and why. */
#ifndef BATON_CORE_DISTRIBUTION_TRY_H
#define BATON_CORE_DISTRIBUTION_TRY_H

#include "core/command.h"

struct distribution_try_input {
    const char *name; /* of the team */
    struct uuid lead;
};

/** 200 {rule, by, member, why: [{rule, member, code}]}; changes nothing. */
enum decision distribution_try(struct work *work, const struct command *command,
                               struct outcome *outcome);

#endif
