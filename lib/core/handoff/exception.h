/* Passing a gate against the verdict, as often as the definition lets it happen in a month. */
#ifndef BATON_CORE_EXCEPTION_H
#define BATON_CORE_EXCEPTION_H

#include "core/command.h"

/**
 * Whether the definition in force allows one more exception of this kind this month. *used is what
 * work_use_exception() counts once it is done; NULL when it is refused (not_agreed at the pointer,
 * limit_reached), or, with DECIDE_AGAIN, not loaded yet.
 */
enum decision exception_check(struct work *work, const struct agreement_version *version,
                              enum exception_kind kind, const char *pointer,
                              struct outcome *outcome, struct exception_count **used);

#endif
