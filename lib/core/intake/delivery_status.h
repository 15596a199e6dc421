/* What became of a delivery. */
#ifndef BATON_CORE_DELIVERY_STATUS_H
#define BATON_CORE_DELIVERY_STATUS_H

#include "base/input.h"

#include <stdbool.h>

enum delivery_status {
    DELIVERY_APPLIED, /* all its items, or what was to be ignored of them */
    DELIVERY_PARTIAL, /* some of its items */
    DELIVERY_FAILED,  /* none, or it cannot be read */
    DELIVERY_STATUS_COUNT
};

const char *delivery_status_name(enum delivery_status status);
bool delivery_status_parse(const char *name, enum delivery_status *out);
extern const struct input_type delivery_status_type;

#endif
