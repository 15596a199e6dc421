/* The JSON shape of a handoff as openapi.yaml has it; the other shapes are in shape.h. */
#ifndef BATON_CORE_SHAPE_HANDOFF_H
#define BATON_CORE_SHAPE_HANDOFF_H

#include "base/json_out.h"
#include "core/config.h"
#include "core/handoff/handoff.h"

/** Handoff; actions are what the caller may do now. With what it carries where the handoff says so
 * (its member carries). */
void shape_handoff(const struct config *config, const struct handoff *handoff, instant now,
                   const char *const *actions, size_t action_count, struct json_out *out);

#endif
