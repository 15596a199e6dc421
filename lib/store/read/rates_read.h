/* The exchange rates that a workspace keeps. */
#ifndef BATON_STORE_RATES_READ_H
#define BATON_STORE_RATES_READ_H

#include "core/setup/rates_change.h"
#include "store/read/read.h"

/** ERR_NOT_FOUND when it keeps none. */
enum err rates_read_kept(const struct read *read, const struct rates_row **out) MUST_USE;

#endif
