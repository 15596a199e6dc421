#include "core/lead/lead_find.h"

bool lead_for_command(struct work *work, struct uuid id, struct lead **lead,
                      struct outcome *outcome, enum decision *decision)
{
    *decision = DECIDED;
    switch (work_find_lead(work, id, lead)) {
    case FIND_NEEDED:
        *decision = DECIDE_AGAIN;
        return false;
    case FIND_ABSENT:
        outcome_refuse(work, outcome, ERR_NOT_FOUND, "There is no lead with this id");
        return false;
    case FIND_FOUND:
        break;
    }
    if ((*lead)->status == LEAD_ERASED) {
        outcome_refuse(work, outcome, ERR_GONE, "This lead was erased");
        return false;
    }
    return true;
}
