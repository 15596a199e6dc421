/* Merging two leads that are one person: the survivor takes touches, identities and what is known;
 * the absorbed id answers with its survivor from then on. */
#ifndef BATON_CORE_LEAD_MERGE_H
#define BATON_CORE_LEAD_MERGE_H

#include "core/command.h"

struct merge_input {
    struct uuid survivor;
    struct uuid absorbed;
};

enum decision lead_merge(struct work *work, const struct command *command, struct outcome *outcome);

#endif
