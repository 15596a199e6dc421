/* Qualifying an accepted lead: it becomes an sql, by the sql definition in force or, with none, by
 * the word of the receiving team. */
#ifndef BATON_CORE_HANDOFF_QUALIFY_H
#define BATON_CORE_HANDOFF_QUALIFY_H

#include "core/lead/lead_input.h"

struct handoff_qualify_input {
    struct uuid handoff;
    const struct fact_input *facts; /* sorted by name; written first */
    size_t fact_count;
    const char *note; /* NULL: none */
};

/** What is required and unmet or unknown is refused by name, ERR_NOT_QUALIFIED. */
enum decision handoff_qualify(struct work *work, const struct command *command,
                              struct outcome *outcome);

#endif
