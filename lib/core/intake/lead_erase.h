/* Erasing a person: row, identities, salt and facts go; the chain stays and verifies; credit stays
 * where it was. The id answers 410 from then on. */
#ifndef BATON_CORE_LEAD_ERASE_H
#define BATON_CORE_LEAD_ERASE_H

#include "core/command.h"

struct erase_input {
    struct uuid lead;
};

enum decision lead_erase(struct work *work, const struct command *command, struct outcome *outcome);

#endif
