#include "core/intake/delivery_status.h"

#include <string.h>

static const char *const names[DELIVERY_STATUS_COUNT] = {
    [DELIVERY_APPLIED] = "applied", [DELIVERY_PARTIAL] = "partial", [DELIVERY_FAILED] = "failed"};

const struct input_type delivery_status_type = {
    .kind = INPUT_ENUM, .values = names, .max = DELIVERY_STATUS_COUNT - 1};

const char *delivery_status_name(enum delivery_status status)
{
    return names[status];
}

bool delivery_status_parse(const char *name, enum delivery_status *out)
{
    for (int i = 0; i < DELIVERY_STATUS_COUNT; i++) {
        if (strcmp(name, names[i]) == 0) {
            *out = (enum delivery_status)i;
            return true;
        }
    }
    return false;
}
