/* Which agreements stand behind a number. */
#ifndef BATON_CORE_IN_FORCE_H
#define BATON_CORE_IN_FORCE_H

#include "base/json_out.h"
#include "core/config.h"

/** [{term, version}]: the versions that were in force at any time from `from` (INSTANT_NONE: ever)
 *  to `to`. */
void in_force_write(const struct config *config, instant from, instant to, struct json_out *out);

/** [{kind, version}]: likewise, of the agreements that are no definitions: routes and goals. */
void in_force_write_others(const struct config *config, instant from, instant to,
                           struct json_out *out);

#endif
