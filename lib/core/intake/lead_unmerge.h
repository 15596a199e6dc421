/* Taking back the last merge of a lead: two people were taken for one. */
#ifndef BATON_CORE_LEAD_UNMERGE_H
#define BATON_CORE_LEAD_UNMERGE_H

#include "core/command.h"

struct unmerge_input {
    struct uuid survivor;
    struct uuid absorbed; /* the lead that was merged into it, which is a lead of its own again */
};

enum decision lead_unmerge(struct work *work, const struct command *command,
                           struct outcome *outcome);

#endif
