/*
 * Who does what, and by when, as the agreements in force say: made from the routes, the definitions
 * that gate them, and who has acknowledged which.
 */
#ifndef BATON_CORE_RESPONSIBILITIES_H
#define BATON_CORE_RESPONSIBILITIES_H

#include "base/json_out.h"
#include "core/config.h"

/** ResponsibilityList: {data: [Responsibility]}, route after route in their order. */
void responsibilities_write(const struct config *config, struct json_out *out);

#endif
