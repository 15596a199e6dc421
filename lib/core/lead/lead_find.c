#include "core/lead/lead_find.h"

struct lead *lead_for_command(struct work *work, struct uuid id, struct outcome *outcome,
                              enum decision *decision)
{
    struct lead *lead;
    enum find found = work_find_lead(work, id, &lead);

    *decision = found == FIND_NEEDED ? DECIDE_AGAIN : DECIDED;
    if (found == FIND_FOUND && lead->status != LEAD_ERASED)
        return lead;
    if (found == FIND_FOUND)
        outcome_refuse(work, outcome, ERR_GONE, "This lead was erased");
    else if (found == FIND_ABSENT)
        outcome_refuse(work, outcome, ERR_NOT_FOUND, "There is no lead with this id");
    return NULL;
}
