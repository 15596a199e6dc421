#include "core/lead/lead_hold.h"

#include "base/defect.h"

#include <string.h>

instant lead_next_date(const struct work *work)
{
    const struct definition_version *version = work->config->in_force[TERM_MQL];
    int32_t days = version == NULL ? NURTURE_DAYS_DEFAULT : version->compiled->nurture_days;

    return work->now + days * INSTANT_DAY;
}

bool lead_is_held(const struct lead *lead, instant now)
{
    return lead->hold_until != INSTANT_NONE && now < lead->hold_until && !DEFECT(hold_lost);
}

bool lead_is_held_for(const struct lead *lead, const char *input)
{
    for (size_t i = 0; i < lead->hold_input_count; i++)
        if (strcmp(lead->hold_inputs[i], input) == 0)
            return true;
    return false;
}

void lead_lift_hold(struct lead *lead)
{
    lead->hold_until = INSTANT_NONE;
    lead->hold_inputs = NULL;
    lead->hold_input_count = 0;
}

void lead_input_changed(struct lead *lead, const char *input)
{
    if (lead->hold_until != INSTANT_NONE && lead_is_held_for(lead, input))
        lead_lift_hold(lead);
}
